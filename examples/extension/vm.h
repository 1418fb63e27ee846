/* What the VM of this example offers to extensions: values are handles of objects in the VM's context. */
#ifndef VM_H
#define VM_H

#include <croft_hosted.h>

typedef croft_handle value;

struct vm {
    croft_context objects;
    void *kept[8]; /* a container: what is stored here outlives its handles */
    size_t kept_count;
};

/* A new object of `size` bytes, zeroed; `finish` is called once, when it dies. 0, or a croft_status. */
int vm_new(struct vm *vm, size_t size, const char *type, void (*finish)(void *object), value *out);

/* Stores an object in the VM's container; takes it out again, which ends it. */
int vm_keep(struct vm *vm, value object, size_t *index);
int vm_drop(struct vm *vm, size_t index);

/* The extension (words.c): a table that counts words. */
int words_new(struct vm *vm, value *out);
int words_add(value table, const char *text);
int words_count(value table, const char *word, unsigned *out);
int words_merge(struct vm *vm, value left, value right, value *out);
extern size_t words_bytes; /* the extension's own memory, outside of the VM */

#endif
