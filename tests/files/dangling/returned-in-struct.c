// fixme: the place is the closing brace, not the return statement
// a structure that is returned by value carries a pointer into the function's own region
#include <croft.h>

struct text {
    char *bytes;
    size_t length;
};

struct text make(char c)
{
    CROFT_REGION(r);
    struct text text = {CROFT_ARRAY(r, char, 4), 4};
    text.bytes[0] = c;
    return text; // error: R0401
}
