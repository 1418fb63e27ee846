/*
 * The region operations for the campaign's programs: every object lies in a page of its own, and a page whose object has ended
 * cannot be accessed. So a use after the end is a fault at that very access, in code of any level of optimisation.
 *
 * Reads lines "PROGRAM ANSWERS" from standard input, where ANSWERS is hexadecimal, two digits for each answer of `choose`, or
 * `-` for none. Runs each in a process of its own and prints a line "OUTCOME CHECKSUM" for it; the outcomes are `right`, `balance`,
 * `dangling` and `crash`. The program's text defines `roots`.
 */
#include <croft.h>

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 1 << 15 };

extern void (*const roots[])(void);

struct croft_region_s {
    croft_region below;
    int open;
};

static unsigned char *memory;
static croft_region owner[PAGES]; /* null for a page whose object has ended */
static int used;
static croft_region innermost;
static unsigned checksum;
static const char *answers;

static _Noreturn void finish(const char *outcome)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s %u\n", outcome, checksum);
    ssize_t written = write(STDOUT_FILENO, line, (size_t)length);
    _exit(written == length ? 0 : 1);
}

static int page_of(const void *p)
{
    uintptr_t offset = (uintptr_t)p - (uintptr_t)memory;
    return offset < (uintptr_t)PAGES * PAGE ? (int)(offset / PAGE) : -1;
}

static void fault(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    finish(page_of(info->si_addr) >= 0 ? "dangling" : "crash");
}

static croft_region require(croft_region r)
{
    if (!r)
        finish("crash");
    if (!r->open)
        finish("dangling");
    return r;
}

croft_region croft_push(void)
{
    croft_region r = malloc(sizeof *r);
    if (!r)
        finish("crash");
    r->below = innermost;
    r->open = 1;
    return innermost = r;
}

croft_region croft_push_bounded(size_t bytes)
{
    (void)bytes;
    return croft_push();
}

void croft_reset(croft_region r)
{
    require(r);
    for (int page = 0; page < used; page++) {
        if (owner[page] == r) {
            owner[page] = NULL;
            if (mprotect(memory + (size_t)page * PAGE, PAGE, PROT_NONE))
                finish("crash");
        }
    }
}

void croft_pop(croft_region r)
{
    require(r);
    if (r != innermost)
        finish("balance");
    croft_reset(r);
    innermost = r->below;
    r->open = 0;
}

void *croft_alloc(croft_region r, size_t size, size_t align)
{
    require(r);
    if (size > PAGE || align > PAGE || used == PAGES)
        finish("crash");
    owner[used] = r;
    return memory + (size_t)used++ * PAGE;
}

void *croft_alloc_array(croft_region r, size_t count, size_t size, size_t align)
{
    return croft_alloc(r, count * size, align);
}

void *croft_try_alloc(croft_region r, size_t size, size_t align)
{
    return croft_alloc(r, size, align);
}

void *croft_try_alloc_array(croft_region r, size_t count, size_t size, size_t align)
{
    return croft_alloc(r, count * size, align);
}

void croft_keepalive(const void *p)
{
    int page = page_of(p);
    if (page >= 0 && !owner[page])
        finish("dangling");
}

int choose(int bound)
{
    if (answers[0] == '\0' || answers[1] == '\0')
        return 0;
    char digits[3] = {answers[0], answers[1], '\0'};
    answers += 2;
    return (int)(strtoul(digits, NULL, 16) % (unsigned)bound);
}

void observe(int value)
{
    checksum = checksum * 31 + (unsigned)value;
}

int main(void)
{
    static char text[4096];
    int program;
    memory = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    while (scanf("%d %4095s", &program, text) == 2) {
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            struct sigaction action;
            memset(&action, 0, sizeof action);
            action.sa_sigaction = fault;
            action.sa_flags = SA_SIGINFO;
            if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
                _exit(1);
            answers = text[0] == '-' ? "" : text;
            roots[program]();
            finish(innermost ? "balance" : "right");
        }
        int status;
        if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            return 1;
    }
    return 0;
}
