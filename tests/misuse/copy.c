// A copy out of an array that has ended, and whose length is known only at run time.
#include <croft.h>
#include <stdio.h>
#include <string.h>
static const char *name(void)
{
    CROFT_REGION(r);
    char *text = CROFT_ARRAY(r, char, 6);
    strcpy(text, "croft");
    return text;
}
int main(int argc, char **argv)
{
    (void)argv;
    char copy[16];
    memcpy(copy, name(), (size_t)argc + 5);
    puts(copy);
}
//> croft: misuse: read of 6 bytes in memory of a region that has ended
//>   at        copy.c:16:5 in main
//>   opened at copy.c:7:5 in name
//>   ended at  copy.c:11:1 in name
