// calls through tables of functions that a condition chooses, that callers pass, and that only this file sets
#include <croft.h>
struct ops { int (*go)(croft_region, int); int (*end)(croft_region); };
static int one(croft_region r, int n) { int *p = CROFT_NEW(r, int); *p = n; return *p; }
static int two(croft_region r, int n) { return r ? n : 0; }
static int end(croft_region r) { return r != 0; }
static const struct ops first = { one, end }, second = { two, end };
static struct ops changing = { one, end };
static int (*steps[2])(croft_region, int) = { one, two };

int chosen(int n, int k)
{
    CROFT_REGION(r);
    const struct ops *ops = k ? &first : &second;
    return ops->go(r, n) + ops->end(r);
}

static int run(const struct ops *ops, int n)
{
    CROFT_REGION(r);
    return ops->go(r, n) + ops->end(r);
}

int passed(int n) { return run(&first, n) + run(&second, n); }

void change(int k)
{
    changing.go = two;
    steps[k & 1] = two;
}

int changed(int n, int k)
{
    CROFT_REGION(r);
    return changing.go(r, n) + steps[k & 1](r, n);
}
