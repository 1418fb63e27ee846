// Other names of functions, some of which open a region, end one or allocate in one.
#include <croft.h>
#include <stdio.h>
static int *make(croft_region r, int n) { int *p = CROFT_NEW(r, int); *p = n; return p; }
int *make_too(croft_region r, int n) __attribute__((alias("make")));
croft_region open_it(void) { return croft_push(); }
croft_region opens(void) __attribute__((alias("open_it")));
void close_it(croft_region r) { croft_pop(r); }
void closes(croft_region r) __attribute__((alias("close_it")));
int main(void)
{
    long sum = 0;
    for (int i = 0; i < 1000; i++) {
        croft_region r = opens();
        sum += *make_too(r, i);
        for (int k = 0; k < 5; k++) sum += k;
        closes(r);
    }
    CROFT_REGION(q);
    sum += *make_too(q, 5);
    printf("%ld\n", sum);
    return 0;
}
