// The end of a region that only some way opens.
#include <croft.h>
int main(int argc, char **argv)
{
    (void)argv;
    croft_region r = NULL;
    if (argc > 5)
        r = croft_push();
    croft_pop(r);
}
//> croft: misuse: pop of a null region
//>   at        null-region.c:9:5 in main
