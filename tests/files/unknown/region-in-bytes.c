// A handle is overwritten by numbers: sums, bytes, a structure that was copied so.
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
static __attribute__((noinline)) void move(intptr_t *at, intptr_t by) { *at += by; }
static __attribute__((noinline)) void copy(char *to, const char *from, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = from[i];
}
int sum(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    croft_region inner = croft_push();
    move((intptr_t *)&c.r, (intptr_t)inner - (intptr_t)c.r);
    n += make(&c, n)->n; // error: R0901
    croft_pop(inner);
    return n;
}
int bytes(int n)
{
    struct ctx c = { croft_push(), 0, NULL };
    struct ctx d = { croft_push(), 0, NULL };
    struct ctx e = c;
    copy((char *)&e, (const char *)&d, 3);
    c = e;
    n += make(&c, n)->n; // error: R0901
    croft_pop(d.r);
    return n;
}
