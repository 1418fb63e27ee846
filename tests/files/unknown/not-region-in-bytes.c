// Beside a handle lie sums, bytes, and a structure that is copied.
#include <croft.h>
#include <stdint.h>
struct item { struct item *next; int n; };
struct ctx { croft_region r; int n; struct item *last; };
static __attribute__((noinline)) struct item *make(struct ctx *c, int n)
{
    struct item *item = CROFT_NEW(c->r, struct item);
    item->n = n;
    item->next = c->last;
    c->last = item;
    return item;
}
struct more { struct ctx c; intptr_t sum; char text[8]; };
static __attribute__((noinline)) void move(intptr_t *at, intptr_t by) { *at += by; }
int sum(int n)
{
    struct more m = { { croft_push(), 0, NULL }, 0, "" };
    struct ctx d = { croft_push(), 0, NULL };
    move(&m.sum, n);
    m.c.n++;
    m.text[3] = m.text[2];
    struct more e = m;
    n += make(&e.c, n)->n + make(&d, n)->n;
    croft_pop(d.r);
    croft_pop(m.c.r);
    return n;
}
