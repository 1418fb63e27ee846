/* What every program of `make bench` links: marks for the single-stepping parent, time and memory. Integers only. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stddef.h>

/* What lies between MARK_BEGIN and the mark with its name. */
enum { MARK_BEGIN = 0, MARK_NOTHING = 1, MARK_PUSH = 2, MARK_ALLOC = 3, MARK_POP = 4 };

/* A breakpoint, and nothing else. */
void mark(int kind);

/* Processor time of this process in nanoseconds. */
unsigned long long processor_time(void);
void print_time(unsigned long long nanoseconds);

/* Prints `payload`, the most memory that was resident, and the most that was reserved, in bytes. */
void print_memory(size_t payload);

#endif
