// the large structure leads into the caller's region
#include <croft.h>

struct text {
    char *bytes;
    size_t length, room, hash;
};

struct text make(croft_region outer, char c)
{
    CROFT_REGION(r);
    volatile char *copy = CROFT_NEW(r, char);
    *copy = c;
    struct text text = {0};
    text.bytes = CROFT_ARRAY(outer, char, 4);
    text.bytes[0] = *copy;
    return text;
}
