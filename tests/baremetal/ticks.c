/*
 * A timer's interrupt that opens regions, allocates and ends them, while the main program does the same: Cortex-M4 (SysTick),
 * RV32 (the machine timer) and Cortex-A9 (the private timer). Both keep patterns in their objects and compare.
 * Prints nothing that depends on when the interrupts come, but how many there were at the least.
 */
#include <croft.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(UNPROTECTED)
/* What must go wrong: critical sections that protect nothing. */
size_t _critical_section_1_0_acquire(void) { return 0; }
void _critical_section_1_0_release(size_t state) { (void)state; }
#endif

enum { ROUNDS = 400, TICKS = 300, RUN = 3 * CROFT_BLOCK_SIZE };

static volatile unsigned ticks, problems;

/* The time to the next interrupt differs, so that it comes at ever other instructions. */
static uint32_t state = 0x2545F491u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

/* ------------------------------------------------------------------------------------- work in regions */

static int holds(const unsigned char *bytes, unsigned char fill, size_t length)
{
    return bytes[0] == fill && bytes[length / 2] == fill && bytes[length - 1] == fill;
}

static unsigned char *filled(unsigned char *bytes, unsigned char fill, size_t length)
{
    memset(bytes, fill, length);
    return bytes;
}

/* Blocks, a run, a budget and a reset. */
static int work(unsigned char fill)
{
    int fine = 1;
    CROFT_REGION(outer);
    unsigned char *small = filled(croft_alloc(outer, 40, 8), fill, 40);
    unsigned char *block = filled(croft_alloc(outer, CROFT_BLOCK_PAYLOAD, 8), fill, CROFT_BLOCK_PAYLOAD);
    {
        CROFT_REGION_BOUNDED(inner, RUN + 2000);
        unsigned char *run = filled(croft_alloc(inner, RUN, 64), fill, RUN);
        unsigned char *next = filled(croft_alloc(inner, 900, 16), fill, 900);
        fine &= holds(run, fill, RUN) & holds(next, fill, 900);
        croft_reset(inner);
        next = croft_try_alloc(inner, 1000, 8);
        fine &= next && holds(filled(next, fill, 1000), fill, 1000);
        fine &= croft_try_alloc(inner, 2 * RUN, 8) == NULL;
    }
    return fine & holds(small, fill, 40) & holds(block, fill, CROFT_BLOCK_PAYLOAD);
}

static void tick(void)
{
    ticks++;
    /* The main program walks a list that has become a cycle. */
    if (ticks > 100 * TICKS)
        exit(1);
    if (!work((unsigned char)(0x80 | ticks)))
        problems++;
}

/* --------------------------------------------------------------------------------------------- the timer */

#define AT(address) (*(volatile uint32_t *)(address))

#if defined(__riscv)

#define MTIMECMP 0x02004000u
#define MTIME 0x0200BFF8u

/* Ticks of 100 ns: in QEMU, with -icount shift=0, a hundred instructions. */
static void next_tick(void)
{
    uint64_t at = ((uint64_t)AT(MTIME + 4) << 32 | AT(MTIME)) + 20 + draw(60);
    AT(MTIMECMP + 4) = UINT32_MAX;
    AT(MTIMECMP) = (uint32_t)at;
    AT(MTIMECMP + 4) = (uint32_t)(at >> 32);
}

__attribute__((__interrupt__("machine"), __aligned__(4))) static void interrupt(void)
{
    tick();
    next_tick();
}

static void start_timer(void)
{
    __asm__ volatile("csrw mtvec, %0" ::"r"(interrupt));
    next_tick();
    __asm__ volatile("csrs mie, %0\n csrsi mstatus, 8" ::"r"(1 << 7) : "memory");
}

static void stop_timer(void)
{
    __asm__ volatile("csrci mstatus, 8" ::: "memory");
}

#elif defined(__ARM_ARCH_7EM__)

#define SYST_CSR 0xE000E010u
#define SYST_RVR 0xE000E014u
#define SYST_CVR 0xE000E018u
#define VTOR 0xE000ED08u

static uint32_t vectors[16] __attribute__((__aligned__(128)));

static void next_tick(void)
{
    AT(SYST_RVR) = 100 + draw(300);
    AT(SYST_CVR) = 0;
}

/* The processor saves what a function may change. */
static void interrupt(void)
{
    tick();
    next_tick();
}

static void start_timer(void)
{
    memcpy(vectors, (const void *)(uintptr_t)AT(VTOR), sizeof vectors);
    vectors[15] = (uint32_t)interrupt;
    AT(VTOR) = (uint32_t)vectors;
    next_tick();
    AT(SYST_CSR) = 7; /* the processor's clock, interrupt, on */
    __asm__ volatile("cpsie i" ::: "memory");
}

static void stop_timer(void)
{
    AT(SYST_CSR) = 0;
}

#else /* Cortex-A9 of the Zynq-7000 */

#define GIC_CPU 0xF8F00100u
#define TIMER 0xF8F00600u
#define GIC 0xF8F01000u
#define TIMER_ID 29u

/* A table as the start code has one; interrupts get a stack of their own. */
__attribute__((__used__)) static unsigned char interrupt_stack[8192] __attribute__((__aligned__(8)));

static void next_tick(void)
{
    AT(TIMER) = 200 + draw(600);
}

__attribute__((__used__)) static void interrupt_in_c(void)
{
    uint32_t id = AT(GIC_CPU + 0x0C);
    AT(TIMER + 0x0C) = 1;
    tick();
    next_tick();
    AT(GIC_CPU + 0x10) = id;
}

__asm__(".section .text.ticks, \"ax\"\n"
        ".arm\n"
        ".balign 32\n"
        "ticks_vectors:\n"
        "0: b 0b\n b 0b\n b 0b\n b 0b\n b 0b\n b 0b\n b ticks_interrupt\n b 0b\n"
        "ticks_interrupt:\n"
        "sub lr, lr, #4\n"
        "push {r0-r3, r12, lr}\n"
        "vpush {d0-d7}\n"
        "bl interrupt_in_c\n"
        "vpop {d0-d7}\n"
        "ldm sp!, {r0-r3, r12, pc}^\n"
        ".text\n");
extern char ticks_vectors[];

static void start_timer(void)
{
    __asm__ volatile("mcr p15, 0, %0, c12, c0, 0\n"
                     "cps #0x12\n"
                     "mov sp, %1\n"
                     "cps #0x13\n"
                     "isb" ::"r"(ticks_vectors),
                     "r"(interrupt_stack + sizeof interrupt_stack)
                     : "memory");
    AT(GIC_CPU + 0x04) = 0xFF; /* all priorities */
    AT(GIC_CPU) = 1;
    AT(GIC) = 1;
    AT(GIC + 0x100) = 1u << TIMER_ID;
    AT(TIMER + 0x0C) = 1;
    next_tick();
    AT(TIMER + 0x08) = 5; /* on, once, interrupt */
    __asm__ volatile("cpsie i" ::: "memory");
}

static void stop_timer(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

#endif

/* ------------------------------------------------------------------------------------------ the program */

int main(void)
{
    unsigned round = 0, broken = 0;
    start_timer();
    for (; round < ROUNDS || ticks < TICKS; round++) {
        if (!work((unsigned char)(round & 0x7F)))
            broken++;
        if (croft_pool_check() != CROFT_OK)
            broken++;
    }
    stop_timer();
    croft_stats stats;
    croft_pool_stats(&stats);
    printf("%u rounds and more, %u ticks and more, %u and %u wrong, %zu blocks in use\n", ROUNDS, TICKS, broken, problems,
           stats.blocks_in_use);
    return broken || problems || stats.blocks_in_use;
}
