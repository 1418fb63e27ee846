// Words are counted in a hash table of chains, a table and a region for each document.
#include "memory.h"

#include <string.h>

enum { BUCKETS = 1024, WORDS = 4000 };

struct entry {
    struct entry *next;
    char *word;
    unsigned count;
};

static unsigned hash(const char *word, size_t length)
{
    unsigned h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)word[i]) * 16777619u;
    return h;
}

static struct entry *look_up(MEMORY r, struct entry **table, const char *word, size_t length)
{
    struct entry **bucket = &table[hash(word, length) % BUCKETS];
    for (struct entry *entry = *bucket; entry; entry = entry->next)
        if (strlen(entry->word) == length && memcmp(entry->word, word, length) == 0)
            return entry;
    struct entry *entry = NEW(r, struct entry);
    entry->word = ARRAY(r, char, length + 1);
    memcpy(entry->word, word, length);
    entry->word[length] = 0;
    entry->count = 0;
    entry->next = *bucket;
    *bucket = entry;
    return entry;
}

int main(int argc, char **argv)
{
    unsigned documents = work(argc, argv, 800);
    unsigned long sum = 0;
    for (unsigned document = 0; document < documents; document++) {
        OPEN(r, 4 * MIB);
        struct entry **table = ARRAY(r, struct entry *, BUCKETS);
        memset(table, 0, BUCKETS * sizeof *table);
        for (unsigned i = 0; i < WORDS; i++) {
            /* Short words are frequent. */
            char word[16];
            size_t length = 1 + draw(1 + draw(12));
            for (size_t k = 0; k < length; k++)
                word[k] = (char)('a' + draw(6));
            look_up(r, table, word, length)->count++;
        }
        for (unsigned i = 0; i < BUCKETS; i++)
            for (const struct entry *entry = table[i]; entry; entry = entry->next)
                sum = sum * 3 + entry->count * (unsigned char)entry->word[0];
        BY_HAND(for (unsigned i = 0; i < BUCKETS; i++)
            for (struct entry *entry = table[i], *next; entry; entry = next) {
                next = entry->next;
                RELEASE(entry->word);
                RELEASE(entry);
            }
        RELEASE(table);)
        CLOSE(r);
    }
    printf("%lu\n", sum);
    return finish();
}
