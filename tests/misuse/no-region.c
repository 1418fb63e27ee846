// A handle that no push has made.
#include <croft.h>
int main(void)
{
    int something;
    croft_reset((croft_region)(void *)&something);
}
//> croft: misuse: reset of something that is no region; was the code that opened it lowered in debug mode too?
//>   at        no-region.c:6:5 in main
