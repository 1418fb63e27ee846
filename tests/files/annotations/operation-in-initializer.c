// a table of function pointers holds an operation
#include <croft.h>

void (*const table[])(croft_region) = {croft_pop, croft_reset};
// error without a line: R0105
