// getline puts a line of the heap where there was an object of the region
#include <croft.h>
#include <stdio.h>
long work(FILE *file)
{
    size_t size = 16;
    char *line;
    {
        CROFT_REGION(r);
        line = CROFT_ARRAY(r, char, size);
        line[0] = 0;
        if (getline(&line, &size, file) < 0) // error: R0405
            return 0;
    }
    return line[0]; // error: R0907
}
