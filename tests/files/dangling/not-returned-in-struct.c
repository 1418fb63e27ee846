// the same structure with its text in the caller's region
#include <croft.h>

struct text {
    char *bytes;
    size_t length;
};

struct text make(croft_region outer, char c)
{
    CROFT_REGION(r);
    volatile char *copy = CROFT_NEW(r, char);
    *copy = c;
    struct text text = {CROFT_ARRAY(outer, char, 4), 4};
    text.bytes[0] = *copy;
    return text;
}
