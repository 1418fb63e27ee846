// getcwd may return the buffer that it is given
#include <croft.h>
#include <unistd.h>
long work(void)
{
    char *folder;
    {
        CROFT_REGION(r);
        folder = getcwd(CROFT_ARRAY(r, char, 4096), 4096);
    }
    return folder ? folder[0] : 0; // error: R0403
}
