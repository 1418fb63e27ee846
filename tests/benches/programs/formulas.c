// Formulas are read from text, differentiated and evaluated; each has a region of its own.
#include "memory.h"

#include <string.h>

struct formula {
    char what; /* 'x', '1' for a number, '+', '-', '*' */
    double number;
    const struct formula *left, *right;
};

static const struct formula *make(MEMORY r, char what, double number, const struct formula *left,
                                  const struct formula *right)
{
    struct formula *formula = NEW(r, struct formula);
    formula->what = what;
    formula->number = number;
    formula->left = left;
    formula->right = right;
    return formula;
}

/* Reads one formula in parentheses, a number or x, and moves *text past it. */
static const struct formula *parse(MEMORY r, const char **text)
{
    if (**text == '(') {
        (*text)++;
        const struct formula *left = parse(r, text);
        char what = *(*text)++;
        const struct formula *right = parse(r, text);
        (*text)++;
        return make(r, what, 0, left, right);
    }
    if (**text == 'x') {
        (*text)++;
        return make(r, 'x', 0, NULL, NULL);
    }
    return make(r, '1', *(*text)++ - '0', NULL, NULL);
}

/* A formula that shares nothing with `from`, so that over malloc each is freed alone. */
static const struct formula *copy(MEMORY r, const struct formula *from)
{
    if (!from)
        return NULL;
    const struct formula *left = copy(r, from->left), *right = copy(r, from->right);
    return make(r, from->what, from->number, left, right);
}

static const struct formula *derivative(MEMORY r, const struct formula *of)
{
    if (of->what == 'x')
        return make(r, '1', 1, NULL, NULL);
    if (of->what == '1')
        return make(r, '1', 0, NULL, NULL);
    const struct formula *left = derivative(r, of->left), *right = derivative(r, of->right);
    if (of->what != '*')
        return make(r, of->what, 0, left, right);
    const struct formula *one = make(r, '*', 0, left, copy(r, of->right));
    const struct formula *other = make(r, '*', 0, copy(r, of->left), right);
    return make(r, '+', 0, one, other);
}

static double value(const struct formula *of, double x)
{
    switch (of->what) {
    case 'x':
        return x;
    case '1':
        return of->number;
    case '+':
        return value(of->left, x) + value(of->right, x);
    case '-':
        return value(of->left, x) - value(of->right, x);
    default:
        return value(of->left, x) * value(of->right, x);
    }
}

BY_HAND(static void drop(const struct formula *formula)
{
    if (formula) {
        drop(formula->left);
        drop(formula->right);
        RELEASE((void *)formula);
    }
})

static size_t write(char *text, size_t at, int depth)
{
    if (depth == 0) {
        text[at++] = draw(2) ? 'x' : (char)('0' + draw(10));
        return at;
    }
    text[at++] = '(';
    at = write(text, at, depth - 1);
    text[at++] = "+-*"[draw(3)];
    at = write(text, at, depth - 1 - (int)draw((unsigned)depth));
    text[at++] = ')';
    return at;
}

int main(int argc, char **argv)
{
    unsigned rounds = work(argc, argv, 20000);
    static char text[8192];
    double sum = 0;
    for (unsigned round = 0; round < rounds; round++) {
        text[write(text, 0, 8)] = 0;
        OPEN(r, 2 * MIB);
        const char *rest = text;
        const struct formula *formula = parse(r, &rest);
        const struct formula *slope = derivative(r, formula);
        double x = round % 7 * 0.125;
        sum = sum * 0.5 + value(formula, x) * 1e-3 + value(slope, x) * 1e-3;
        BY_HAND(drop(slope); drop(formula);)
        CLOSE(r);
    }
    printf("%.12g\n", sum);
    return finish();
}
