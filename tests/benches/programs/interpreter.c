// An interpreter of a small functional language: a program is read once, and every call has a frame of variables of its own.
#include "memory.h"

struct term {
    char what; /* 'n' number, 'v' variable, 'c' call of the function, '?' if, '+', '-', '<' */
    long number;
    const struct term *a, *b, *c;
};

struct frame {
    long *values;
    const struct frame *caller;
};

static const struct term *make(MEMORY r, char what, long number, const struct term *a, const struct term *b,
                               const struct term *c)
{
    struct term *term = NEW(r, struct term);
    term->what = what;
    term->number = number;
    term->a = a;
    term->b = b;
    term->c = c;
    return term;
}

/* Reverse Polish notation would need a stack; prefix notation needs none. */
static const struct term *parse(MEMORY r, const char **text)
{
    while (**text == ' ')
        (*text)++;
    char what = *(*text)++;
    if (what >= '0' && what <= '9')
        return make(r, 'n', what - '0', NULL, NULL, NULL);
    if (what == 'x' || what == 'y')
        return make(r, 'v', what - 'x', NULL, NULL, NULL);
    const struct term *a = parse(r, text), *b = parse(r, text), *c = NULL;
    if (what == '?')
        c = parse(r, text);
    return make(r, what, 0, a, b, c);
}

static long run(const struct term *body, const struct term *term, const struct frame *frame)
{
    switch (term->what) {
    case 'n':
        return term->number;
    case 'v':
        return frame->values[term->number];
    case '+':
        return run(body, term->a, frame) + run(body, term->b, frame);
    case '-':
        return run(body, term->a, frame) - run(body, term->b, frame);
    case '<':
        return run(body, term->a, frame) < run(body, term->b, frame);
    case '?':
        return run(body, run(body, term->a, frame) ? term->b : term->c, frame);
    default: {
        OPEN(r, 256);
        struct frame *callee = NEW(r, struct frame);
        callee->values = ARRAY(r, long, 2);
        callee->caller = frame;
        callee->values[0] = run(body, term->a, frame);
        callee->values[1] = run(body, term->b, frame);
        long value = run(body, body, callee);
        BY_HAND(RELEASE(callee->values); RELEASE(callee);)
        CLOSE(r);
        return value;
    }
    }
}

BY_HAND(static void drop(const struct term *term)
{
    if (term) {
        drop(term->a);
        drop(term->b);
        drop(term->c);
        RELEASE((void *)term);
    }
})

int main(int argc, char **argv)
{
    unsigned size = work(argc, argv, 31);
    OPEN(r, 64 << 10);
    /* f(x, y) = x < 2 ? x + y : f(x - 1, y) + f(x - 2, y) */
    const char *text = "? < x 2 + x y + c - x 1 y c - x 2 y";
    const struct term *body = parse(r, &text);
    long start[2] = {(long)size, 1};
    struct frame outermost = {start, NULL};
    printf("%ld\n", run(body, body, &outermost));
    BY_HAND(drop(body);)
    CLOSE(r);
    return finish();
}
