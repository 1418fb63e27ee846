// a stream reads into a buffer and does not keep it
#include <croft.h>
#include <stdio.h>

int work(FILE *stream)
{
    croft_region r = croft_push();
    char *buffer = CROFT_ARRAY(r, char, 4096);
    setvbuf(stream, NULL, _IONBF, 0);
    int first = fgets(buffer, 4096, stream) ? buffer[0] : -1;
    croft_pop(r);
    return first;
}
