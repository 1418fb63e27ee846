/* RV32, machine mode: the first instruction, the traps, and the call of the debugger's (or emulator's) services. */
    .section .text.first, "ax"
    .globl _start
_start:
    .option push                /* where memory maps do not name it, nothing uses it */
    .option norelax
    .weak __global_pointer$
    la gp, __global_pointer$
    .option pop
    la sp, croft_stack_top
    la t0, fault
    csrw mtvec, t0
#ifdef __riscv_flen
    li t0, 0x6000               /* mstatus.FS: floating-point instructions are no traps */
    csrs mstatus, t0
#endif
    j croft_start

    .balign 4
fault:                          /* the stack may be what broke: begin it anew */
    la sp, croft_stack_top
    csrr a0, mcause
    csrr a1, mepc
    j croft_fault

/* long croft_semihost(long operation, void *arguments): the three instructions are the mark of a request. They stand
 * uncompressed and in one page. */
    .text
    .globl croft_semihost
    .balign 16
croft_semihost:
    .option push
    .option norvc
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
    ret

/* The critical section of `croft build --interrupts`: mstatus.MIE. A system with more cores, or with a supervisor, defines its own. */
    .section .text.critical, "ax"
    .weak _critical_section_1_0_acquire, _critical_section_1_0_release
_critical_section_1_0_acquire:
    csrrci a0, mstatus, 8
    andi a0, a0, 8
    ret
_critical_section_1_0_release:
    csrs mstatus, a0
    ret
