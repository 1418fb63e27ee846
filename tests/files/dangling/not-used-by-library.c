// library functions read, write and return region memory while it lives
#include <croft.h>
#include <stdio.h>
#include <string.h>

size_t work(void)
{
    CROFT_REGION(r);
    char *text = CROFT_ARRAY(r, char, 8);
    strcpy(text, "region");
    memcpy(text, text + 1, 2);
    char *at = strchr(text, 'g');
    printf("%s\n", at ? at : text);
    return strlen(text);
}
