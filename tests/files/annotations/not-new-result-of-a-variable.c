// a definition that is declared to return new objects does so
#include <croft.h>
#include <stdlib.h>
CROFT_EFFECTS("new(return); nounwind") int *fresh(void)
{
    return malloc(sizeof(int));
}
