// the record of a user is read before its buffer ends
#include <croft.h>
#include <pwd.h>

char work(uid_t user)
{
    struct passwd record, *found;
    croft_region r = croft_push();
    char *buffer = CROFT_ARRAY(r, char, 1024);
    getpwuid_r(user, &record, buffer, 1024, &found);
    char first = record.pw_name[0];
    croft_pop(r);
    return first;
}
