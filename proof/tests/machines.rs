//! Each machine's own: what its calls, returns, conditions and stacks look like.

mod support;

use croft_proof::Image;
use support::{
    A32, ALL, RV32, RV32_WIDE, THUMB, X86, assemble, figures, link_with, prove, prove_with, refusal,
};

#[test]
fn straight_code_is_counted_with_its_return() {
    assert_eq!(figures(X86, "f:\n mov $1, %eax\n ret"), (2, 0));
    assert_eq!(figures(RV32, "f:\n li a0, 1\n ret"), (2, 0));
    assert_eq!(figures(RV32_WIDE, "f:\n li a0, 1\n ret"), (2, 0));
    assert_eq!(figures(A32, "f:\n mov r0, #1\n bx lr"), (2, 0));
    assert_eq!(figures(THUMB, "f:\n movs r0, #1\n bx lr"), (2, 0));
}

#[test]
fn the_longer_branch_counts() {
    assert_eq!(
        figures(X86, "f:\n test %edi, %edi\n je .La\n nop\n nop\n.La:\n ret"),
        (5, 0)
    );
    assert_eq!(figures(RV32, "f:\n beqz a0, .La\n nop\n nop\n.La:\n ret"), (4, 0));
    assert_eq!(
        figures(A32, "f:\n cmp r0, #0\n beq .La\n nop\n nop\n.La:\n bx lr"),
        (5, 0)
    );
    assert_eq!(
        figures(THUMB, "f:\n cbz r0, .La\n nop\n nop\n.La:\n bx lr"),
        (4, 0)
    );
}

#[test]
fn calls_add_their_callee_and_both_stacks() {
    let x86 = "g:\n push %rbx\n pop %rbx\n ret\nf:\n sub $24, %rsp\n call g\n add $24, %rsp\n ret";
    assert_eq!(figures(X86, x86), (4 + 3, 24 + 8 + 8));
    let rv32 = "g:\n addi sp, sp, -16\n addi sp, sp, 16\n ret\n\
                f:\n addi sp, sp, -16\n sw ra, 12(sp)\n call g\n lw ra, 12(sp)\n addi sp, sp, 16\n ret";
    // Linked, the call is `auipc; jalr` or `jal`.
    let (count, stack) = figures(RV32, rv32);
    assert!(count == 6 + 3 || count == 7 + 3, "{count}");
    assert_eq!(stack, 32);
    let arm = "g:\n push {r4, lr}\n pop {r4, pc}\nf:\n push {r4, r5, r6, lr}\n bl g\n pop {r4, r5, r6, pc}";
    assert_eq!(figures(A32, arm), (3 + 2, 16 + 8));
    assert_eq!(figures(THUMB, arm), (3 + 2, 16 + 8));
}

#[test]
fn tail_calls_are_followed() {
    assert_eq!(figures(X86, "g:\n nop\n ret\nf:\n nop\n jmp g"), (4, 0));
    assert_eq!(
        figures(A32, "g:\n nop\n bx lr\nf:\n push {r4, lr}\n pop {r4, lr}\n b g"),
        (5, 8)
    );
    assert_eq!(figures(THUMB, "g:\n nop\n bx lr\nf:\n nop\n b.w g"), (4, 0));
    let (count, _) = figures(RV32, "g:\n nop\n ret\nf:\n nop\n tail g");
    assert!(count == 4 || count == 5, "{count}");
}

/// A call of a function that runs cleanups counts as itself, whatever that function does; the same function by another name
/// is looked into.
#[test]
fn cleanups_are_not_counted() {
    let code = |name: &str| format!("{name}:\n call *%rax\n ret\nf:\n nop\n call {name}\n ret");
    assert_eq!(figures(X86, &code("runs_cleanups")).0, 3);
    assert_eq!(
        refusal(X86, &code("runs_others")).why,
        "calls a computed address (indirect call)"
    );
}

#[test]
fn a_function_that_runs_into_the_next_is_followed() {
    // On x86-64 one long no-operation fills up to the next function.
    assert_eq!(figures(X86, "f:\n nop\ng:\n nop\n ret").0, 4);
    assert_eq!(figures(A32, "f:\n nop\ng:\n nop\n bx lr").0, 3);
}

#[test]
fn conditional_instructions_count_as_executed() {
    assert_eq!(
        figures(
            A32,
            "f:\n cmp r0, #0\n addeq r0, r0, #1\n addne r0, r0, #2\n bx lr"
        ),
        (4, 0)
    );
    assert_eq!(
        figures(
            THUMB,
            "f:\n cmp r0, #0\n ite eq\n addeq r0, #1\n addne r0, #2\n bx lr"
        ),
        (5, 0)
    );
}

#[test]
fn conditional_returns_return_and_go_on() {
    let pops = "f:\n push {r4, lr}\n cmp r0, #0\n popne {r4, pc}\n nop\n nop\n pop {r4, pc}";
    assert_eq!(figures(A32, pops), (6, 8));
    assert_eq!(figures(A32, "f:\n cmp r0, #0\n bxeq lr\n nop\n bx lr"), (4, 0));
    assert_eq!(
        figures(THUMB, "f:\n cmp r0, #0\n it eq\n bxeq lr\n nop\n bx lr"),
        (5, 0)
    );
    // The twin with a wrong stack on the way that goes on.
    let wrong = refusal(
        A32,
        "f:\n push {r4, lr}\n cmp r0, #0\n popne {r4, lr}\n pop {r4, pc}",
    );
    assert!(wrong.why.contains("stack pointer"), "{wrong}");
}

#[test]
fn an_it_block_is_entered_at_its_start_only() {
    let into = refusal(
        THUMB,
        "f:\n cbz r0, .La\n cmp r0, #1\n ite eq\n addeq r0, #1\n.La:\n addne r0, #2\n bx lr",
    );
    assert!(into.why.contains("IT block"), "{into}");
}

#[test]
fn frame_pointers_are_followed() {
    assert_eq!(
        figures(
            X86,
            "f:\n push %rbp\n mov %rsp, %rbp\n sub $32, %rsp\n leave\n ret"
        ),
        (5, 40)
    );
    assert_eq!(
        figures(
            A32,
            "f:\n push {r11, lr}\n mov r11, sp\n sub sp, sp, #64\n mov sp, r11\n pop {r11, pc}"
        ),
        (5, 72)
    );
    assert_eq!(
        figures(
            THUMB,
            "f:\n push {r7, lr}\n mov r7, sp\n sub sp, #64\n mov sp, r7\n pop {r7, pc}"
        ),
        (5, 72)
    );
    let rv32 = "f:\n addi sp, sp, -16\n sw s0, 8(sp)\n addi s0, sp, 16\n addi sp, s0, -16\n lw s0, 8(sp)\n addi sp, sp, 16\n ret";
    assert_eq!(figures(RV32, rv32), (7, 16));
    assert_eq!(figures(RV32_WIDE, rv32), (7, 16));
}

#[test]
fn floating_point_registers_take_stack_and_overwrite_what_they_are_stored_on() {
    assert_eq!(
        figures(A32, " .fpu neon\nf:\n vpush {d8, d9}\n vpop {d8, d9}\n bx lr"),
        (3, 16)
    );
    let kept =
        " .fpu neon\nf:\n push {r4, lr}\n sub sp, sp, #8\n vstr d0, [sp]\n add sp, sp, #8\n pop {r4, pc}";
    assert_eq!(figures(A32, kept), (5, 16));
    let lost = refusal(
        A32,
        " .fpu neon\nf:\n push {r4, lr}\n vstr d0, [sp]\n pop {r4, pc}",
    );
    assert!(lost.why.contains("caller"), "{lost}");
}

#[test]
fn the_red_zone_is_stack_too() {
    assert_eq!(figures(X86, "f:\n mov %rdi, -16(%rsp)\n ret"), (2, 16));
}

#[test]
fn stacks_that_cannot_be_followed_are_refused() {
    for (target, body) in [
        (X86, "f:\n sub %rdi, %rsp\n add %rdi, %rsp\n ret"),
        (RV32, "f:\n sub sp, sp, a0\n add sp, sp, a0\n ret"),
        (A32, "f:\n sub sp, sp, r0\n add sp, sp, r0\n bx lr"),
        (THUMB, "f:\n sub sp, sp, r0\n add sp, sp, r0\n bx lr"),
        (X86, "f:\n and $-64, %rsp\n ret"),
    ] {
        let refusal = refusal(target, body);
        assert!(refusal.why.contains("stack pointer"), "{refusal}");
        assert_eq!(refusal.function, "f");
    }
}

#[test]
fn a_return_goes_to_the_caller_or_is_refused() {
    for (target, body) in [
        (X86, "f:\n push %rdi\n ret"),
        (X86, "f:\n mov %rdi, (%rsp)\n ret"),
        (RV32, "f:\n mv ra, a0\n ret"),
        (
            RV32,
            "f:\n addi sp, sp, -16\n sw ra, 12(sp)\n sw a0, 12(sp)\n lw ra, 12(sp)\n addi sp, sp, 16\n ret",
        ),
        (A32, "f:\n mov lr, r0\n bx lr"),
        (A32, "f:\n push {r0}\n pop {pc}"),
        (A32, "f:\n ldr pc, [r0]"),
        (THUMB, "f:\n push {r4, lr}\n str r0, [sp, #4]\n pop {r4, pc}"),
    ] {
        let refusal = refusal(target, body);
        assert!(refusal.why.contains("caller"), "{} {refusal}", target.triple);
    }
}

#[test]
fn preserved_registers_are_preserved_or_it_is_refused() {
    for (target, body) in [
        (X86, "f:\n mov $1, %ebx\n ret"),
        (RV32, "f:\n li s0, 1\n ret"),
        (A32, "f:\n mov r4, #1\n bx lr"),
        (THUMB, "f:\n movs r4, #1\n bx lr"),
    ] {
        let refusal = refusal(target, body);
        assert!(refusal.why.contains("changed"), "{refusal}");
    }
}

#[test]
fn computed_transfers_are_refused() {
    for (target, body) in [
        (X86, "f:\n jmp *%rdi"),
        (X86, "f:\n jmp *.Lt(,%rdi,8)\n.Lt:\n .quad f"),
        (RV32, "f:\n jr a0"),
        (A32, "f:\n bx r0"),
        (A32, "f:\n add pc, pc, r0, lsl #2\n nop\n bx lr"),
        (A32, "f:\n ldr pc, [pc, r0, lsl #2]"),
        (THUMB, "f:\n tbb [pc, r0]\n .byte 1, 2"),
    ] {
        let refusal = refusal(target, body);
        assert!(refusal.why.contains("jump"), "{} {refusal}", target.triple);
        assert_eq!(refusal.function, "f");
    }
    for (target, body) in [
        (X86, "f:\n sub $8, %rsp\n call *%rdi\n add $8, %rsp\n ret"),
        (
            RV32,
            "f:\n addi sp, sp, -16\n sw ra, 12(sp)\n jalr a0\n lw ra, 12(sp)\n addi sp, sp, 16\n ret",
        ),
        (A32, "f:\n push {r4, lr}\n blx r0\n pop {r4, pc}"),
        (THUMB, "f:\n push {r4, lr}\n blx r0\n pop {r4, pc}"),
    ] {
        let refusal = refusal(target, body);
        assert!(
            refusal.why.contains("indirect call"),
            "{} {refusal}",
            target.triple
        );
    }
}

#[test]
fn a_switch_of_the_compiler_is_refused() {
    let source = "int g0(int),g1(int),g2(int);int f(int n,int x){switch(n){case 0:return x*3;case 1:return x^7;\
        case 2:return x-9;case 3:return x/5;case 4:return x<<3;case 5:return x|1;case 6:return x&77;case 7:return x%11;}return 0;}";
    for target in ALL {
        match prove(&link_with(target, "c", source, &[])) {
            Err(refusal) => assert!(refusal.why.contains("jump"), "{} {refusal}", target.triple),
            Ok(proof) => panic!("{}: {proof:?}", target.triple),
        }
    }
}

#[test]
fn data_and_bytes_that_are_no_code_are_refused() {
    let data = refusal(A32, "f:\n b .La\n.La:\n .word 0xe12fff1e");
    assert!(data.why.contains("data among the code"), "{data}");
    let data = refusal(THUMB, "f:\n nop\n .short 0x4770");
    assert!(data.why.contains("data among the code"), "{data}");
    let bytes = refusal(X86, "f:\n nop\n .byte 0x06");
    assert!(bytes.why.contains("no instruction"), "{bytes}");
    let outside = refusal(X86, "f:\n jmp 0x7000000");
    assert!(outside.why.contains("outside"), "{outside}");
}

#[test]
fn a_state_change_is_followed_by_its_own_instruction_only() {
    let both = ".thumb\n.globl g\n.type g,%function\n.thumb_func\ng:\n nop\n bx lr\n.arm\n.p2align 2\n.globl f\n\
                .type f,%function\nf:\n push {r4, lr}\n blx g\n pop {r4, pc}\n";
    let proof = prove(&link_with(A32, "s", &format!(".syntax unified\n{both}"), &[])).expect("followed");
    assert_eq!(proof.returns, Some(5));
}

/// What the start code's critical sections consist of, and a preserved register that such an instruction overwrites.
#[test]
fn masking_interrupts_is_straight_code() {
    assert_eq!(
        figures(RV32, "f:\n csrrci a0, mstatus, 8\n csrs mstatus, a0\n ret"),
        (3, 0)
    );
    assert_eq!(
        figures(A32, "f:\n mrs r0, cpsr\n cpsid i\n msr cpsr_c, r0\n bx lr"),
        (4, 0)
    );
    assert_eq!(
        figures(THUMB, "f:\n mrs r0, primask\n cpsid i\n msr primask, r0\n bx lr"),
        (4, 0)
    );
    let lost = refusal(THUMB, "f:\n mrs r4, primask\n bx lr");
    assert!(lost.why.contains("r4 changed"), "{lost}");
}

#[test]
fn the_makers_of_code_are_read() {
    let image = Image::parse(&link_with(X86, "c", "int f(void) { return 1; }", &[])).expect("a linked file");
    assert!(image.makers.contains("clang version 22"), "{}", image.makers);
    assert!(image.makers.contains("LLD 22"), "{}", image.makers);
}

#[test]
fn repeated_string_instructions_are_refused() {
    let refusal = refusal(X86, "f:\n rep movsb\n ret");
    assert!(refusal.why.contains("repeats"), "{refusal}");
}

#[test]
fn overlapping_instructions_are_refused() {
    let refusal = refusal(
        X86,
        "f:\n test %edi, %edi\n je .La+1\n.La:\n mov $0xc3c3c3c3, %eax\n ret",
    );
    assert!(refusal.why.contains("middle"), "{refusal}");
}

#[test]
fn a_trap_ends_a_path() {
    for (target, body) in [
        (X86, "f:\n test %edi, %edi\n je .La\n ret\n.La:\n nop\n ud2"),
        (RV32, "f:\n beqz a0, .La\n ret\n.La:\n nop\n unimp"),
        (A32, "f:\n cmp r0, #0\n beq .La\n bx lr\n.La:\n nop\n udf #0"),
        (THUMB, "f:\n cmp r0, #0\n beq .La\n bx lr\n.La:\n nop\n udf #0"),
    ] {
        let proof = prove(&assemble(target, body)).expect("proven");
        let first = if target.triple == RV32.triple { 1 } else { 2 };
        assert_eq!(
            (proof.returns, proof.ends),
            (Some(first + 1), Some(first + 2)),
            "{}",
            target.triple
        );
    }
    let c = "void f(int n){if(n)__builtin_trap();}";
    for target in ALL {
        let proof = prove(&link_with(target, "c", c, &[])).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert!(proof.returns.is_some() && proof.ends.is_some(), "{proof:?}");
    }
}

#[test]
fn exhaustion_begins_in_the_named_function_only_if_that_never_returns() {
    let source = |after: &str| {
        format!(
            "void (*handler)(void);__attribute__((noreturn)) void stop(void);void stop(void){{for(;;);}}\
             __attribute__((noinline)) void exhausted(void){{if(handler)handler();{after}}}\
             int f(int n){{if(n>3)exhausted();return n;}}"
        )
    };
    for target in ALL {
        let elf = link_with(target, "c", &source("stop();"), &[]);
        let proof =
            prove_with(&elf, "f", &["exhausted"], &["stop"]).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert!(proof.ends.is_some(), "{proof:?}");
        let refusal = prove_with(&elf, "f", &[], &["stop"]).expect_err("the call of the handler is computed");
        assert!(refusal.why.contains("computed"), "{refusal}");
        let elf = link_with(target, "c", &source(""), &[]);
        let refusal = prove_with(&elf, "f", &["exhausted"], &["stop"]).expect_err("it returns");
        // Where the handler is jumped to, it is that which might return.
        assert!(
            refusal.why.contains("may return") || refusal.why.contains("computed"),
            "{refusal}"
        );
    }
}

#[test]
fn the_loaders_choice_is_refused_and_a_named_end_is_an_end() {
    let source =
        "__attribute__((noreturn)) void abort(void);int g(int);int f(int n){if(n)abort();return g(n);}";
    let elf = link_with(X86, "c", source, &["-shared"]);
    let refusal = prove_with(&elf, "f", &[], &["abort"]).expect_err("g is elsewhere");
    assert!(refusal.why.contains("`g`, which the loader chooses"), "{refusal}");
    let source = "__attribute__((noreturn)) void abort(void);int f(int n){if(n)abort();return 1;}";
    let proof = prove_with(&link_with(X86, "c", source, &["-shared"]), "f", &[], &["abort"]).expect("proven");
    assert!(proof.ends.is_some());
}
