// a structure too large for registers is the caller's memory, written through a hidden parameter
#include <croft.h>

struct text {
    char *bytes;
    size_t length, room, hash;
};

struct text make(char c)
{
    CROFT_REGION(r);
    struct text text = {0};
    text.bytes = CROFT_ARRAY(r, char, 4); // error: R0402 "caller"
    text.bytes[0] = c;
    return text;
}
