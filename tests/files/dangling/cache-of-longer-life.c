// a look-up that fills a cache of a longer life with a key of a shorter one
#include <croft.h>

struct entry {
    const char *key;
    int value;
};

__attribute__((noinline)) static struct entry *look_up(croft_region cache, const char *key)
{
    struct entry *entry = CROFT_NEW(cache, struct entry);
    entry->key = key;
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
        entry = look_up(cache, key); // error: R0402
    }
    return entry->value;
}
