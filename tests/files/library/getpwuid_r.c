// the record of a user points into the buffer
#include <croft.h>
#include <pwd.h>

char work(uid_t user)
{
    struct passwd record, *found;
    croft_region r = croft_push();
    char *buffer = CROFT_ARRAY(r, char, 1024);
    getpwuid_r(user, &record, buffer, 1024, &found);
    croft_pop(r);
    return record.pw_name[0]; // error: R0907
}
