// An address in the pool that was never handed out.
//accepted: bounds of arrays are none of the checker's business
#include <croft.h>
int main(int argc, char **argv)
{
    (void)argv;
    CROFT_REGION(r);
    char *a = CROFT_ARRAY(r, char, 10);
    return a[argc * 100000];
}
//> croft: misuse: read of 1 byte in memory of the pool that no region has handed out
//>   at        wild.c:9:12 in main
