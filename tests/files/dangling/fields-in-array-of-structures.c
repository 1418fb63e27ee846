// an array of structures on the stack: the field that is read points into a region that ended
// flags: only-O0 because optimised code reads the pointer before the end, which is R0403
#include <croft.h>
struct entry { int *cache; int *scratch; };

int work(croft_region outer, int n)
{
    struct entry entries[4];
    croft_region r = croft_push();
    int *scratch = CROFT_NEW(r, int);
    for (int i = 0; i < 4; i++) {
        entries[i].scratch = scratch;
        entries[i].cache = &n;
    }
    croft_pop(r);
    int total = 0;
    for (int i = 0; i < 4; i++)
        total += *entries[i].scratch; // error: R0907
    return total;
}
