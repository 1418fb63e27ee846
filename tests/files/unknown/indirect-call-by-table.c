// the same, where one function keeps what it is given, where others may set the table, and where a number is stored in it
#include <croft.h>
struct item { int n; };
struct ops { int (*go)(struct item *); int (*end)(croft_region); };
static struct item *kept;
static int keep(struct item *p) { kept = p; return 0; }
static int look(struct item *p) { return kept != p; }
static int end(croft_region r) { return r != 0; }
static const struct ops first = { look, end }, second = { keep, end };
static struct ops shared = { look, end }, mixed = { look, end };

int chosen(int k)
{
    CROFT_REGION(r);
    const struct ops *ops = k ? &first : &second;
    return ops->go(CROFT_NEW(r, struct item)); // error: R0402
}

struct ops *others(void) { return &shared; }

int set_by_others(void)
{
    CROFT_REGION(r);
    return shared.go(CROFT_NEW(r, struct item)); // error: R0906
}

void number(unsigned long n) { *(unsigned long *)&mixed = n; }

int made_of_a_number(void)
{
    CROFT_REGION(r);
    return mixed.go(CROFT_NEW(r, struct item)); // error: R0906
}
