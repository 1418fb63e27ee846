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
