// A region is ended if its handle differs from one that has ended: a new region may have that handle again.
#include <croft.h>
struct item { int n; };
int work(int n)
{
    croft_region last = NULL;
    for (int i = 0; i < n; i++) {
        croft_region a = croft_push();
        croft_region c = croft_push();
        int differs = last != a;
        last = c;
        croft_pop(c);
        if (differs) // error: R0201
            croft_pop(a);
    }
    return n;
}
