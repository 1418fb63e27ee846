// getcwd returns fresh memory, or the buffer that it is given
#include <croft.h>
#include <unistd.h>
long work(void)
{
    char *folder;
    {
        CROFT_REGION(r);
        *CROFT_NEW(r, long) = 1;
        folder = getcwd(NULL, 0);
    }
    return folder ? folder[0] : 0;
}
