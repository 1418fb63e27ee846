/*
 * What `croft build --target` links into every kernel image: the start in C, the static pool, the end, and a console for
 * small programs.
 *
 * Console and end use semihosting: requests to a debugger or emulator. On a board without one the first request stops the
 * processor. A kernel that defines `croft_write` and `exit` itself replaces both: what is weak here is the board's to decide.
 */
#include <croft.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((__weak__))

extern long croft_semihost(long operation, void *arguments); /* start-*.S */
extern int main(void);

/* Symbols of sections.ld. */
typedef void constructor(void);
extern char croft_data[], croft_data_end[], croft_data_source[], croft_bss[], croft_bss_end[];
extern constructor *const croft_constructors[], *const croft_constructors_end[];

static unsigned char pool[(size_t)CROFT_POOL_BLOCKS * CROFT_BLOCK_SIZE]
    __attribute__((__aligned__(CROFT_BLOCK_SIZE), __section__(".bss.croft_pool_blocks")));

/* ------------------------------------------------------------------------------------------ start and end */

__attribute__((__noreturn__)) static void die(const char *why)
{
    printf("croft: %s\n", why);
    exit(128 + 6);
}

/* Called by `_start` with a stack and nothing else. */
__attribute__((__noreturn__, __used__)) void croft_start(void)
{
    if (croft_data_source != croft_data)
        memcpy(croft_data, croft_data_source, (size_t)(croft_data_end - croft_data));
    memset(croft_bss, 0, (size_t)(croft_bss_end - croft_bss));
    if (croft_block_size != CROFT_BLOCK_SIZE)
        die("the runtime was built with another block size than the kernel");
    if (croft_pool_init(pool, sizeof pool) != CROFT_OK)
        die("the static pool cannot be used");
    for (constructor *const *next = croft_constructors; next != croft_constructors_end; next++)
        (*next)();
    exit(main());
}

/* Called by the processor's exceptions: its reason and where, as the processor says them. */
__attribute__((__noreturn__, __used__)) void croft_fault(unsigned long why, unsigned long where)
{
    printf("croft: processor fault %lx at %lx\n", why, where);
    exit(128 + 11);
}

/* What a kernel gets that does not say itself what happens on exhaustion. */
WEAK void croft_exhausted(const croft_exhaustion *what)
{
    printf("croft: exhausted: reason %d (size %zu, align %zu, %zu of %zu blocks taken)\n", what->reason, what->size,
           what->align, what->blocks_taken, what->blocks_total);
    abort();
}

/* The same for what debug mode finds. */
WEAK void croft_misused(const croft_misuse *what)
{
    printf("croft: misuse: kind %d at %s:%u in %s\n", what->kind, what->at->file, what->at->line, what->at->function);
    if (what->opened)
        printf("  region opened at %s:%u\n", what->opened->file, what->opened->line);
    if (what->ended)
        printf("  ended at %s:%u\n", what->ended->file, what->ended->line);
    abort();
}

WEAK void exit(int status)
{
    long arguments[] = {0x20026, status}; /* "the application ended", and how */
    for (;;)
        croft_semihost(0x20, arguments); /* SYS_EXIT_EXTENDED */
}

void abort(void)
{
    exit(128 + 6);
}

/* ------------------------------------------------------------------------------------------------ console */

WEAK void croft_write(const char *bytes, size_t length)
{
    static long file;
    if (file == 0) {
        long arguments[] = {(long)":tt", 4, 3}; /* the console, to be written to */
        file = croft_semihost(0x01, arguments);  /* SYS_OPEN: never 0 */
    }
    long arguments[] = {file, (long)bytes, (long)length};
    croft_semihost(0x05, arguments); /* SYS_WRITE */
}

/* Text on its way to the console: one request for many bytes. */
struct line {
    size_t length;
    int total;
    char bytes[120];
};

static void flush(struct line *line)
{
    if (line->length)
        croft_write(line->bytes, line->length);
    line->length = 0;
}

static void put(struct line *line, char byte)
{
    if (line->length == sizeof line->bytes)
        flush(line);
    line->bytes[line->length++] = byte;
    line->total++;
}

static void put_text(struct line *line, const char *text, size_t length, unsigned width)
{
    for (size_t i = length; i < width; i++)
        put(line, ' ');
    for (size_t i = 0; i < length; i++)
        put(line, text[i]);
}

static void put_number(struct line *line, uint64_t number, int negative, unsigned base, unsigned width, char fill)
{
    char digits[24], *first = digits + sizeof digits;
    do
        *--first = "0123456789abcdef"[number % base];
    while (number /= base);
    unsigned length = (unsigned)(digits + sizeof digits - first) + (unsigned)negative;
    for (; fill == ' ' && length < width; width--)
        put(line, fill);
    if (negative)
        put(line, '-');
    for (; length < width; width--)
        put(line, fill);
    put_text(line, first, (size_t)(digits + sizeof digits - first), 0);
}

/* Conversions d i u x c s p %, a width, the flag 0, the lengths hh h l ll z j t. Anything else is printed as it stands. */
int printf(const char *format, ...)
{
    struct line line = {0};
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(&line, *format);
            continue;
        }
        const char *start = format++;
        char fill = *format == '0' ? '0' : ' ';
        unsigned width = 0, longs = 0;
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (unsigned)(*format - '0');
        for (; *format && strchr("hlzjt", *format); format++)
            longs += *format == 'j' ? 2 : *format != 'h';
        switch (*format) {
        case 'd':
        case 'i': {
            long long value = longs > 1 ? va_arg(arguments, long long) : va_arg(arguments, long);
            put_number(&line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, 10, width, fill);
            break;
        }
        case 'u':
        case 'x':
        case 'p': {
            uint64_t value = longs > 1 ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned long);
            put_number(&line, value, 0, *format == 'u' ? 10 : 16, width, fill);
            break;
        }
        case 'c': {
            char byte = (char)va_arg(arguments, int);
            put_text(&line, &byte, 1, width);
            break;
        }
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put_text(&line, text, strlen(text), width);
            break;
        }
        case '%':
            put(&line, '%');
            break;
        default:
            put_text(&line, start, (size_t)(format - start), 0);
            format--;
        }
    }
    va_end(arguments);
    flush(&line);
    return line.total;
}

int puts(const char *text)
{
    return printf("%s\n", text);
}

int putchar(int byte)
{
    printf("%c", byte);
    return byte;
}

char *strchr(const char *text, int byte)
{
    for (;; text++) {
        if (*text == (char)byte)
            return (char *)text;
        if (*text == 0)
            return NULL;
    }
}

CROFT_STATIC_ASSERT(sizeof(int) == sizeof(long) && sizeof(long) == sizeof(size_t), "printf reads all three as long");
