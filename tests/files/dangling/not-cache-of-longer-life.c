// a look-up that copies the key, and whose result, data of the longer life, is used after the shorter one
#include <croft.h>

struct entry {
    char *key;
    int value;
};

__attribute__((noinline)) static struct entry *look_up(croft_region cache, const char *key)
{
    struct entry *entry = CROFT_NEW(cache, struct entry);
    entry->key = CROFT_ARRAY(cache, char, 2);
    entry->key[0] = key[0];
    entry->key[1] = 0;
    entry->value = key[0];
    return entry;
}

int work(char c)
{
    CROFT_REGION(cache);
    struct entry *entry;
    {
        CROFT_REGION(message);
        char *key = CROFT_ARRAY(message, char, 2);
        key[0] = c;
        key[1] = 0;
        entry = look_up(cache, key);
    }
    return entry->value + entry->key[0];
}
