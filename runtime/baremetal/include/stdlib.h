/* The end of a kernel image: no more than this of the C library. */
#ifndef CROFT_BAREMETAL_STDLIB_H
#define CROFT_BAREMETAL_STDLIB_H

#include <stddef.h>

/* Ends the emulation, or tells the debugger; a kernel may define its own. Nothing registered runs: there is no atexit. */
__attribute__((__noreturn__)) void exit(int status);
/* exit(134), what a shell says of an aborted program. */
__attribute__((__noreturn__)) void abort(void);

#endif
