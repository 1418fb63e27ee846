// JSON documents are read, counted and ended.
#include "memory.h"

#include <string.h>

enum { TEXT = 1 << 20 };

struct value {
    struct value *next;  /* in its array or object */
    struct value *first; /* of an array or object */
    char *name, *text;   /* null where it has none */
    long number;
    char kind;
};

static char input[TEXT];

/* Characters up to the closing quote; *at stands on the opening one. */
static char *quoted(MEMORY r, size_t *at)
{
    size_t start = ++*at;
    while (input[*at] != '"')
        ++*at;
    size_t length = *at - start;
    char *copy = ARRAY(r, char, length + 1);
    memcpy(copy, input + start, length);
    copy[length] = 0;
    ++*at;
    return copy;
}

static struct value *parse(MEMORY r, size_t *at)
{
    struct value *value = NEW(r, struct value);
    value->next = value->first = NULL;
    value->name = value->text = NULL;
    value->number = 0;
    value->kind = input[*at];
    if (value->kind == '{' || value->kind == '[') {
        char end = value->kind == '{' ? '}' : ']';
        struct value *last = NULL;
        ++*at;
        while (input[*at] != end) {
            char *name = NULL;
            if (end == '}') {
                name = quoted(r, at);
                ++*at;
            }
            struct value *child = parse(r, at);
            child->name = name;
            if (last)
                last->next = child;
            else
                value->first = child;
            last = child;
            if (input[*at] == ',')
                ++*at;
        }
        ++*at;
    } else if (value->kind == '"') {
        value->text = quoted(r, at);
    } else {
        value->kind = '1';
        while (input[*at] >= '0' && input[*at] <= '9')
            value->number = value->number * 10 + (input[(*at)++] - '0');
    }
    return value;
}

static unsigned long digest(const struct value *value, unsigned long sum)
{
    sum = sum * 31 + (unsigned char)value->kind;
    for (const char *c = value->name; c && *c; c++)
        sum = sum * 31 + (unsigned char)*c;
    for (const char *c = value->text; c && *c; c++)
        sum = sum * 31 + (unsigned char)*c;
    sum += (unsigned long)value->number;
    for (const struct value *child = value->first; child; child = child->next)
        sum = digest(child, sum);
    return sum;
}

BY_HAND(static void drop(struct value *value)
{
    for (struct value *child = value->first, *next; child; child = next) {
        next = child->next;
        drop(child);
    }
    RELEASE(value->name);
    RELEASE(value->text);
    RELEASE(value);
})

static size_t word(size_t at)
{
    input[at++] = '"';
    for (unsigned n = 3 + draw(12); n; n--)
        input[at++] = (char)('a' + draw(26));
    input[at++] = '"';
    return at;
}

static size_t write(size_t at, int depth)
{
    unsigned kind = depth ? draw(4) : 2 + draw(2);
    if (kind == 2)
        return word(at);
    if (kind == 3) {
        for (unsigned n = 1 + draw(6); n; n--)
            input[at++] = (char)('1' + draw(9));
        return at;
    }
    input[at++] = kind ? '[' : '{';
    for (unsigned n = 4 + draw(8); n; n--) {
        if (!kind) {
            at = word(at);
            input[at++] = ':';
        }
        at = write(at, depth - 1);
        if (n > 1)
            input[at++] = ',';
    }
    input[at++] = kind ? ']' : '}';
    return at;
}

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 2000);
    unsigned long sum = 0;
    for (unsigned round = 0; round < rounds; round++) {
        if (round % 20 == 0) {
            size_t end = 0;
            while (end < 2000)
                end = write(0, 5);
            input[end] = 0;
        }
        OPEN(r, 16 * MIB);
        size_t at = 0;
        struct value *document = parse(r, &at);
        sum = digest(document, sum);
        BY_HAND(drop(document);)
        CLOSE(r);
    }
    printf("%lu\n", sum);
    return finish();
}
