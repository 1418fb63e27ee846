/* The console of a kernel image: no more than this of the C library. */
#ifndef CROFT_BAREMETAL_STDIO_H
#define CROFT_BAREMETAL_STDIO_H

#include <stddef.h>

/* Conversions d i u x c s p %, a width, the flag 0, the lengths hh h l ll z j t; no floating point. */
int printf(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
int puts(const char *text);
int putchar(int byte);

/* Where all of them write; a kernel may define its own, for a serial line. */
void croft_write(const char *bytes, size_t length);

#endif
