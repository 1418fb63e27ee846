/* ARMv7E-M: the processor takes stack pointer and start address from the vector table at address 0. */
    .syntax unified
    .thumb
    .section .vectors, "a"
    .word croft_stack_top
    .word _start
    .rept 14                        @ the processor's own exceptions; interrupts are not enabled
    .word fault
    .endr

    .text
    .globl _start
    .thumb_func
_start:
    b.w croft_start

    .thumb_func
fault:                              @ the stack may be what broke: begin it anew
    ldr r0, =croft_stack_top
    mov sp, r0
    mrs r0, ipsr                    @ which exception
    mov r1, lr
    b.w croft_fault

@ long croft_semihost(long operation, void *arguments)
    .globl croft_semihost
    .thumb_func
croft_semihost:
    bkpt 0xab
    bx lr

@ The critical section of `croft build --interrupts`: PRIMASK. A kernel whose handlers above some priority use no regions may
@ define its own with BASEPRI.
    .section .text.critical, "ax"
    .weak _critical_section_1_0_acquire
    .thumb_func
_critical_section_1_0_acquire:
    mrs r0, primask
    cpsid i
    bx lr
    .weak _critical_section_1_0_release
    .thumb_func
_critical_section_1_0_release:
    msr primask, r0
    bx lr
