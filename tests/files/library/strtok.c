// strtok keeps the text for its next call
#include <croft.h>
#include <string.h>

int work(const char *line)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 64);
    strncpy(text, line, 64);
    int words = 0;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) // error: R0402
        words++;
    croft_pop(r);
    return words;
}
