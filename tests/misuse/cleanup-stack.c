// A cleanup that opens a region and leaves it open.
#include <croft.h>
static void leave_open(void *object)
{
    croft_region r = croft_push();
    *CROFT_NEW(r, int) = *(int *)object;
}
int main(void)
{
    croft_region r = croft_push();
    int *number = CROFT_NEW(r, int);
    *number = 1;
    croft_cleanup(r, number, leave_open);
    croft_pop(r);
}
//> croft: misuse: pop of a region, of which a cleanup opened or ended another
//>   at        cleanup-stack.c:14:5 in main
//>   innermost, opened at cleanup-stack.c:5:22 in leave_open
