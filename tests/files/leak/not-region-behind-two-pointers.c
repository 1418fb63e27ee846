// A parser finds its region behind two pointers, in a recursion: the region has a budget.
#include <croft.h>
struct node { struct node *left, *right; int n; };
struct context { croft_region region; int count; };
struct parser { const char *at; struct context *context; };
static __attribute__((noinline)) struct node *sum(struct parser *p);
static __attribute__((noinline)) struct node *node(struct parser *p, int n)
{
    struct node *node = CROFT_NEW(p->context->region, struct node);
    node->left = node->right = NULL;
    node->n = n;
    p->context->count++;
    return node;
}
static __attribute__((noinline)) struct node *term(struct parser *p)
{
    if (*p->at == '(') {
        p->at++;
        struct node *inner = sum(p);
        p->at++;
        return inner;
    }
    return node(p, *p->at++ - '0');
}
static __attribute__((noinline)) struct node *sum(struct parser *p)
{
    struct node *left = term(p);
    while (*p->at == '+') {
        p->at++;
        struct node *both = node(p, 0);
        both->left = left;
        both->right = term(p);
        left = both;
    }
    return left;
}
static int value(const struct node *node)
{
    return node->left ? value(node->left) + value(node->right) : node->n;
}
int work(const char *text)
{
    struct context c = { croft_push_bounded(4096), 0 };
    struct parser p = { text, &c };
    int n = value(sum(&p));
    croft_pop(c.region);
    return n;
}
