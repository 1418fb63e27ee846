// An index past everything that the region has handed out.
//accepted: bounds of arrays are none of the checker's business
#include <croft.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    (void)argv;
    CROFT_REGION(r);
    double *a = CROFT_ARRAY(r, double, 10);
    a[9 + argc] = 1;
    printf("%g\n", a[9 + argc]);
}
//> croft: misuse: write of 8 bytes past the end of what the region has handed out
//>   at        past-the-end.c:10:17 in main
//>   opened at past-the-end.c:8:5 in main
