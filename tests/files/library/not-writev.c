// writev reads through the list before the region ends
#include <croft.h>
#include <sys/uio.h>

void work(int file)
{
    struct iovec list[1];
    croft_region r = croft_push();
    list[0].iov_base = CROFT_ARRAY(r, char, 16);
    list[0].iov_len = 16;
    writev(file, list, 1);
    croft_pop(r);
}
