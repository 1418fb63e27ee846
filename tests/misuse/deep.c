// A recursion that opens a region on every level and never ends one.
#include <croft.h>
static void down(unsigned depth)
{
    croft_region r = croft_push();
    if (depth > 0)
        down(depth - 1);
    croft_keepalive(r);
}
int main(void)
{
    down(100000);
}
//> croft: misuse: more than 65535 regions are open
//>   at        deep.c:5:22 in down
//>   the last opened at deep.c:5:22 in down
