/* Memory and strings, from the library of the compiler that built the runtime: no more than this of the C library. */
#ifndef CROFT_BAREMETAL_STRING_H
#define CROFT_BAREMETAL_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *one, const void *other, size_t size);
size_t strlen(const char *text);
char *strchr(const char *text, int byte);

#endif
