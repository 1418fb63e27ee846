// A hash table of strings: buckets, entries and texts in one bounded region for each document.
#include <croft.h>

#include <stdio.h>
#include <string.h>

enum { BUCKETS = 16 };

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

static struct entry *look_up(croft_region r, struct entry **table, const char *word, size_t length)
{
    struct entry **bucket = &table[hash(word, length) % BUCKETS];
    for (struct entry *entry = *bucket; entry; entry = entry->next)
        if (strlen(entry->word) == length && memcmp(entry->word, word, length) == 0)
            return entry;
    struct entry *entry = CROFT_NEW(r, struct entry);
    entry->word = CROFT_ARRAY(r, char, length + 1);
    memcpy(entry->word, word, length);
    entry->word[length] = 0;
    entry->count = 0;
    entry->next = *bucket;
    *bucket = entry;
    return entry;
}

static void count(const char *text)
{
    CROFT_REGION_BOUNDED(r, 8192);
    struct entry **table = CROFT_ARRAY(r, struct entry *, BUCKETS);
    memset(table, 0, BUCKETS * sizeof *table);
    while (*text) {
        size_t length = strcspn(text, " ");
        if (length)
            look_up(r, table, text, length)->count++;
        text += length + (text[length] == ' ');
    }
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct entry *entry = table[i]; entry; entry = entry->next)
            printf("%u:%s=%u ", i, entry->word, entry->count);
    printf("\n");
}

int main(void)
{
    count("a region owns what was allocated in a region");
    count("the newest region is innermost and the innermost region ends first");
    count("");
    count("one one one one");
}
