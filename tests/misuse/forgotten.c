// A stale handle is recognised however late it comes, but not where it ended.
#include <croft.h>
int main(void)
{
    croft_region r = croft_push();
    croft_pop(r);
    for (int i = 0; i < 70000; i++) {
        croft_region other = croft_push();
        croft_pop(other);
    }
    croft_pop(r);
}
//> croft: misuse: pop of a region that has ended
//>   at        forgotten.c:11:5 in main
//>   ended too long ago: only the last 65536 ends are remembered
