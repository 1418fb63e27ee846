// A scope's region ends at its brace: the report names the lines that the user wrote, none of the header.
#include <croft.h>
long *kept;
static void keep(void)
{
    CROFT_REGION(r);
    kept = CROFT_NEW(r, long);
    *kept = 1;
}
int main(void)
{
    keep();
    croft_region other = croft_push();
    *CROFT_NEW(other, long) = 2;
    *kept = 3;
    croft_pop(other);
}
//> croft: misuse: write of 8 bytes in memory of a region that has ended
//>   at        scope.c:15:11 in main
//>   opened at scope.c:6:5 in keep
//>   ended at  scope.c:9:1 in keep
