// a library function reads through a pointer that has ended
#include <croft.h>
#include <stdio.h>
#include <string.h>

size_t work(void)
{
    croft_region r = croft_push();
    char *text = CROFT_ARRAY(r, char, 8);
    strcpy(text, "region");
    printf("%s\n", text);
    croft_pop(r);
    return strlen(text); // error: R0403 "strlen"
}
