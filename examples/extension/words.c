/*
 * An extension as language VMs load them: a type whose objects own C memory. The object is a header in the VM's context;
 * its entries are the extension's own and go when the object dies, however it dies.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

struct entry {
    char word[24];
    unsigned count;
};

struct words {
    struct entry *entries;
    size_t length, room;
};

size_t words_bytes;

static void words_finish(void *object)
{
    struct words *words = (struct words *)object;
    words_bytes -= words->room * sizeof *words->entries;
    free(words->entries);
}

int words_new(struct vm *vm, value *out)
{
    return vm_new(vm, sizeof(struct words), "words", words_finish, out);
}

static int find(struct words *words, const char *word, struct entry **out)
{
    for (size_t i = 0; i < words->length; i++)
        if (strcmp(words->entries[i].word, word) == 0) {
            *out = &words->entries[i];
            return CROFT_OK;
        }
    if (words->length == words->room) {
        size_t room = words->room ? 2 * words->room : 4;
        struct entry *grown = (struct entry *)realloc(words->entries, room * sizeof *grown);
        if (grown == NULL)
            return CROFT_OUT_OF_MEMORY;
        words_bytes += (room - words->room) * sizeof *grown;
        words->entries = grown;
        words->room = room;
    }
    *out = &words->entries[words->length++];
    memset(*out, 0, sizeof **out);
    strncpy((*out)->word, word, sizeof (*out)->word - 1);
    return CROFT_OK;
}

int words_add(value table, const char *text)
{
    struct words *words;
    int status = croft_handle_data(table, (void **)&words);
    while (status == CROFT_OK && *text) {
        char word[24];
        size_t length = 0;
        for (; isalpha((unsigned char)*text); text++)
            if (length < sizeof word - 1)
                word[length++] = (char)tolower((unsigned char)*text);
        if (length > 0) {
            struct entry *entry;
            word[length] = 0;
            if ((status = find(words, word, &entry)) == CROFT_OK)
                entry->count++;
        }
        while (*text && !isalpha((unsigned char)*text))
            text++;
    }
    return status;
}

int words_count(value table, const char *word, unsigned *out)
{
    struct words *words;
    int status = croft_handle_data(table, (void **)&words);
    if (status != CROFT_OK)
        return status;
    *out = 0;
    for (size_t i = 0; i < words->length; i++)
        if (strcmp(words->entries[i].word, word) == 0)
            *out = words->entries[i].count;
    return CROFT_OK;
}

int words_merge(struct vm *vm, value left, value right, value *out)
{
    const value from[2] = {left, right};
    int status = words_new(vm, out);
    if (status != CROFT_OK)
        return status;
    struct words *sum, *words;
    status = croft_handle_data(*out, (void **)&sum);
    for (int i = 0; i < 2 && status == CROFT_OK; i++) {
        status = croft_handle_data(from[i], (void **)&words);
        for (size_t j = 0; status == CROFT_OK && j < words->length; j++) {
            struct entry *entry;
            if ((status = find(sum, words->entries[j].word, &entry)) == CROFT_OK)
                entry->count += words->entries[j].count;
        }
    }
    if (status != CROFT_OK)
        croft_handle_close(*out); /* its only handle: the half-made object goes with it */
    return status;
}
