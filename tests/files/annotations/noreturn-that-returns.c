// effects that say noreturn of a body that returns
#include <croft.h>
#include <stdlib.h>
CROFT_EFFECTS("noreturn; nounwind")
void leave(int really) // error: R0104
{
    if (really)
        exit(1);
}
