// getline puts a line of the heap where there was none
#include <croft.h>
#include <stdio.h>
#include <stdlib.h>
long work(FILE *file)
{
    CROFT_REGION(r);
    long *sum = CROFT_NEW(r, long);
    *sum = 0;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) >= 0)
        *sum += line[0];
    free(line);
    return *sum;
}
