// writev reads through the list that it is given
#include <croft.h>
#include <sys/uio.h>

void work(int file)
{
    struct iovec list[1];
    croft_region r = croft_push();
    list[0].iov_base = CROFT_ARRAY(r, char, 16);
    list[0].iov_len = 16;
    croft_pop(r);
    writev(file, list, 1); // error: R0907 "writev"
}
