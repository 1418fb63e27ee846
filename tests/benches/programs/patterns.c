// Regular expressions become automata, which are run on texts; the sets of states of each run lie in a region of its own.
#include "memory.h"

struct state {
    int character; /* 0: the end, 1: a fork */
    struct state *out, *other;
    unsigned number;
};

/* A set of states, as a list. */
struct set {
    const struct set *next;
    const struct state *state;
};

static unsigned states;

static struct state *make(MEMORY r, int character, struct state *out, struct state *other)
{
    struct state *state = NEW(r, struct state);
    state->character = character;
    state->out = out;
    state->other = other;
    state->number = states++;
    return state;
}

/*
 * The automaton of the pattern from `text` on, built from its end: letters, each alone, or followed by * or ?. `after` is what
 * follows.
 */
static struct state *compile(MEMORY r, const char *text, struct state *after)
{
    if (!*text)
        return after;
    if (text[1] == '*') {
        struct state *fork = make(r, 1, NULL, compile(r, text + 2, after));
        fork->out = make(r, *text, fork, NULL);
        return fork;
    }
    if (text[1] == '?') {
        struct state *rest = compile(r, text + 2, after);
        return make(r, 1, make(r, *text, rest, NULL), rest);
    }
    return make(r, *text, compile(r, text + 1, after), NULL);
}

static const struct set *add(MEMORY r, const struct set *set, const struct state *state, unsigned *seen, unsigned step)
{
    if (seen[state->number] == step)
        return set;
    seen[state->number] = step;
    if (state->character == 1)
        return add(r, add(r, set, state->out, seen, step), state->other, seen, step);
    struct set *longer = NEW(r, struct set);
    longer->next = set;
    longer->state = state;
    return longer;
}

static int matches(const struct state *start, const char *text)
{
    OPEN(r, 1 * MIB);
    unsigned *seen = ARRAY(r, unsigned, states);
    for (unsigned i = 0; i < states; i++)
        seen[i] = 0;
    unsigned step = 1;
    const struct set *set = add(r, NULL, start, seen, step);
    for (; *text; text++) {
        const struct set *next = NULL;
        step++;
        for (const struct set *at = set; at; at = at->next)
            if (at->state->character == *text)
                next = add(r, next, at->state->out, seen, step);
        BY_HAND(for (const struct set *at = set, *rest; at; at = rest) {
            rest = at->next;
            RELEASE((void *)at);
        })
        set = next;
    }
    int found = 0;
    for (const struct set *at = set; at; at = at->next)
        found |= at->state->character == 0;
    BY_HAND(for (const struct set *at = set, *rest; at; at = rest) {
        rest = at->next;
        RELEASE((void *)at);
    }
    RELEASE(seen);)
    CLOSE(r);
    return found;
}

BY_HAND(static void drop(struct state **all, struct state *state)
{
    if (!state || all[state->number])
        return;
    all[state->number] = state;
    drop(all, state->out);
    drop(all, state->other);
})

int main(int argc, char **argv)
{
    unsigned patterns = work(argc, argv, 10000);
    unsigned found = 0;
    for (unsigned i = 0; i < patterns; i++) {
        char pattern[64];
        size_t length = 0;
        for (unsigned n = 4 + draw(12); n; n--) {
            pattern[length++] = (char)('a' + draw(2));
            unsigned kind = draw(3);
            if (kind)
                pattern[length++] = kind == 1 ? '*' : '?';
        }
        pattern[length] = 0;
        states = 0;
        OPEN(r, 64 << 10);
        struct state *start = compile(r, pattern, make(r, 0, NULL, NULL));
        for (unsigned k = 0; k < 40; k++) {
            char text[32];
            size_t characters = draw(31);
            for (size_t at = 0; at < characters; at++)
                text[at] = (char)('a' + draw(2));
            text[characters] = 0;
            found = found * 3 + (unsigned)matches(start, text);
        }
        BY_HAND(struct state **all = calloc(states, sizeof *all);
        drop(all, start);
        for (unsigned k = 0; k < states; k++)
            RELEASE(all[k]);
        free(all);)
        CLOSE(r);
    }
    printf("%u\n", found);
    return finish();
}
