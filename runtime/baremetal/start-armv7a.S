/* ARMv7-A, as a boot loader leaves it: privileged, ARM state, caches and MMU off. */
    .syntax unified
    .arm
    .fpu vfpv3
    .section .text.first, "ax"
    .globl _start
_start:
    ldr sp, =croft_stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0      @ VBAR
    mrc p15, 0, r0, c1, c0, 2       @ CPACR: coprocessors 10 and 11, the floating-point unit
    orr r0, r0, #(0xf << 20)
    mcr p15, 0, r0, c1, c0, 2
    isb
    mov r0, #0x40000000             @ FPEXC.EN
    vmsr fpexc, r0
    b croft_start

    .balign 32
vectors:
    b fault                         @ reset
    b fault                         @ undefined instruction
    b fault                         @ supervisor call; semihosting requests never come here
    b fault                         @ prefetch abort
    b fault                         @ data abort
    b fault                         @ not used
    b fault                         @ interrupt: none is enabled
    b fault                         @ fast interrupt
fault:
    cps #0x13                       @ each mode has a stack pointer of its own
    mov r1, lr
    ldr sp, =croft_stack_top
    mrc p15, 0, r0, c5, c0, 0       @ DFSR: why the last data access failed
    b croft_fault

@ long croft_semihost(long operation, void *arguments)
    .text
    .globl croft_semihost
croft_semihost:
    svc 0x123456
    bx lr

@ The critical section of `croft build --interrupts`: CPSR.I, for one core. A kernel with more, or with handlers of fast interrupts
@ that use regions, defines its own.
    .section .text.critical, "ax"
    .weak _critical_section_1_0_acquire
_critical_section_1_0_acquire:
    mrs r0, cpsr
    cpsid i
    bx lr
    .weak _critical_section_1_0_release
_critical_section_1_0_release:
    msr cpsr_c, r0
    bx lr
