// A region is ended if its handle differs from that of an outer region, which is open.
#include <croft.h>
struct item { int n; };
int work(int n)
{
    croft_region last = croft_push();
    for (int i = 0; i < n; i++) {
        croft_region a = croft_push();
        int differs = last != a;
        if (differs)
            croft_pop(a);
    }
    croft_pop(last);
    return n;
}
