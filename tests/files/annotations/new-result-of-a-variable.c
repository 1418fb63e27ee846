// a definition that is declared to return new objects returns a variable
#include <croft.h>
static int shared;
CROFT_EFFECTS("new(return); nounwind") int *fresh(void) // error: R0104
{
    return &shared;
}
