// A region that is ended twice; another one was opened meanwhile.
#include <croft.h>
int main(void)
{
    croft_region r = croft_push();
    croft_pop(r);
    croft_region s = croft_push();
    croft_pop(r);
    croft_pop(s);
}
//> croft: misuse: pop of a region that has ended
//>   at        double-pop.c:8:5 in main
//>   opened at double-pop.c:5:22 in main
//>   ended at  double-pop.c:6:5 in main
