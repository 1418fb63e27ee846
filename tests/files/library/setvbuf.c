// a stream keeps the buffer that it is given
#include <croft.h>
#include <stdio.h>

void work(FILE *stream)
{
    croft_region r = croft_push();
    char *buffer = CROFT_ARRAY(r, char, 4096);
    setvbuf(stream, buffer, _IOFBF, 4096); // error: R0402
    fputs("text", stream);
    croft_pop(r);
}
