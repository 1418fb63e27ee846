// What a program brings that croft does not link.
#include <croft.h>

CROFT_STATIC_POOL(64);
