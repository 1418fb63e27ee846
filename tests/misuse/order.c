// An outer region that ends before an inner one.
#include <croft.h>
int main(void)
{
    croft_region outer = croft_push();
    croft_region inner = croft_push();
    *CROFT_NEW(inner, int) = 1;
    croft_pop(outer);
    croft_pop(inner);
}
//> croft: misuse: pop of a region that is not the innermost
//>   at        order.c:8:5 in main
//>   opened at order.c:5:26 in main
//>   innermost, opened at order.c:6:26 in main
