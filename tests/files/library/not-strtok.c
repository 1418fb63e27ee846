// strtok_r keeps the text where its caller says
#include <croft.h>
#include <string.h>

int work(const char *line)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 64);
    strncpy(text, line, 64);
    int words = 0;
    char *state;
    for (char *word = strtok_r(text, " ", &state); word; word = strtok_r(NULL, " ", &state))
        words += *word != '#';
    croft_pop(r);
    return words;
}
