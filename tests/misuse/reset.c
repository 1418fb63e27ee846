// A write through a pointer from before a reset, although the region is open and has new objects.
#include <croft.h>
#include <stdio.h>
int main(void)
{
    CROFT_REGION(r);
    char *before = CROFT_ARRAY(r, char, 10);
    before[0] = 'a';
    croft_reset(r);
    char *after = CROFT_ARRAY(r, char, 10);
    after[0] = 'b';
    before[1] = 'c';
    puts("never");
}
//> croft: misuse: write of 1 byte in memory that a reset of its region has ended
//>   at        reset.c:12:15 in main
//>   opened at reset.c:6:5 in main
//>   reset at  reset.c:9:5 in main
