// a table of functions that call operations
#include <croft.h>

static void end(croft_region r)
{
    croft_pop(r);
}

static void clean(croft_region r)
{
    croft_reset(r);
}

void (*const table[])(croft_region) = {end, clean};
