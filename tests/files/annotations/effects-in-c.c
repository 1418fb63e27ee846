// effects in C that cannot be read, and a bounded parameter that does not exist
#include <croft.h>

CROFT_EFFECTS("put(argument 0)")
void fill(croft_region r) // error: R0104 "put(argument 0)"
{
    (void)r;
}

CROFT_BOUNDED_PARAM(3)
void grow(croft_region r) // error: R0104 "no parameter 3"
{
    (void)r;
}
