//! Cycles: a list walk is refused with its back edge, a counted loop accepted with its bound.

mod support;

use support::{A32, ALL, RV32, RV32_WIDE, THUMB, Target, X86, assemble, figures, link_with, prove, refusal};

#[test]
fn a_list_walk_is_refused_with_its_back_edge() {
    let source = "struct n{struct n*next;};int f(struct n*p){int i=0;while(p){p=p->next;i++;}return i;}";
    for target in ALL {
        let refusal = prove(&link_with(target, "c", source, &[])).expect_err("a list is as long as it is");
        assert!(refusal.why.contains("back edge to 0x"), "{refusal}");
        assert_eq!(refusal.function, "f");
        assert!(refusal.address != 0 && !refusal.instruction.is_empty());
    }
}

#[test]
fn a_walk_bounded_by_an_argument_is_refused() {
    let source = "void f(volatile char*p,unsigned n){for(unsigned i=0;i<n;i++)p[i]=0;}";
    for target in ALL {
        let refusal = prove(&link_with(target, "c", source, &[])).expect_err("n is anything");
        assert!(refusal.why.contains("back edge"), "{refusal}");
    }
}

/// A loop of ten rounds in each machine's words, its instructions, and those around it.
const COUNTED: [(Target, &str, u64); 12] = [
    (
        X86,
        "f:\n mov $10, %ecx\n.La:\n nop\n dec %ecx\n jne .La\n ret",
        2 + 30,
    ),
    (
        X86,
        "f:\n xor %ecx, %ecx\n.La:\n add $2, %ecx\n cmp $20, %ecx\n jb .La\n ret",
        2 + 30,
    ),
    (
        X86,
        "f:\n mov $10, %eax\n mov %rax, %rcx\n.La:\n sub $1, %rcx\n jne .La\n ret",
        3 + 20,
    ),
    // Tested at the top: the test runs once more than the body.
    (
        X86,
        "f:\n xor %ecx, %ecx\n.La:\n cmp $10, %ecx\n je .Lb\n inc %ecx\n jmp .La\n.Lb:\n ret",
        2 + 40 + 2,
    ),
    (
        RV32,
        "f:\n li a1, 10\n.La:\n addi a1, a1, -1\n bnez a1, .La\n ret",
        2 + 20,
    ),
    (
        RV32_WIDE,
        "f:\n li a1, 0\n li a2, 10\n.La:\n addi a1, a1, 1\n bltu a1, a2, .La\n ret",
        3 + 20,
    ),
    (
        RV32,
        "f:\n li a1, 0\n li a2, 10\n.La:\n addi a1, a1, 1\n bne a2, a1, .La\n ret",
        3 + 20,
    ),
    (
        A32,
        "f:\n mov r1, #10\n.La:\n subs r1, r1, #1\n bne .La\n bx lr",
        2 + 20,
    ),
    (
        A32,
        "f:\n mov r1, #0\n.La:\n add r1, r1, #1\n cmp r1, #10\n blo .La\n bx lr",
        2 + 30,
    ),
    (
        THUMB,
        "f:\n movs r1, #10\n.La:\n subs r1, #1\n bne .La\n bx lr",
        2 + 20,
    ),
    (
        THUMB,
        "f:\n movs r1, #0\n.La:\n adds r1, #1\n cmp r1, #10\n blt .La\n bx lr",
        2 + 30,
    ),
    (
        THUMB,
        "f:\n movs r1, #10\n.La:\n cbz r1, .Lb\n subs r1, #1\n b .La\n.Lb:\n bx lr",
        2 + 30 + 1,
    ),
];

#[test]
fn counted_loops_are_accepted_with_their_bound() {
    for (target, body, instructions) in COUNTED {
        let proof = prove(&assemble(target, body))
            .unwrap_or_else(|refusal| panic!("{}: {refusal}\n{body}", target.triple));
        assert_eq!(proof.returns, Some(instructions), "{}\n{body}", target.triple);
        let rounds = proof.loops.iter().map(|found| found.2).collect::<Vec<_>>();
        assert!(rounds == [10] || rounds == [11], "{rounds:?}");
    }
}

#[test]
fn the_longest_round_counts() {
    let body = "f:\n mov $10, %ecx\n.La:\n test %edi, %edi\n je .Lb\n nop\n nop\n nop\n.Lb:\n dec %ecx\n jne .La\n ret";
    assert_eq!(figures(X86, body).0, 2 + 70);
}

#[test]
fn loops_whose_count_something_else_changes_are_refused() {
    for (target, body, why) in [
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n mov %edi, %ecx\n dec %ecx\n jne .La\n ret",
            "exactly one",
        ),
        (
            X86,
            "f:\n mov %edi, %ecx\n.La:\n dec %ecx\n jne .La\n ret",
            "no constant",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n test %edi, %edi\n je .La\n dec %ecx\n jne .La\n ret",
            "pass by",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n test %edi, %edi\n je .Lb\n dec %ecx\n.Lb:\n cmp $0, %ecx\n jne .La\n ret",
            "pass by",
        ),
        (
            X86,
            "f:\n mov $9, %ecx\n.La:\n sub $2, %ecx\n jne .La\n ret",
            "rounds",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n dec %ecx\n cmp %edi, %ecx\n jne .La\n ret",
            "back edge",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n dec %ecx\n add %edi, %eax\n jne .La\n ret",
            "comparison",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n test %edi, %edi\n je .Lb\n.La:\n nop\n.Lb:\n dec %ecx\n jne .La\n ret",
            "more than one instruction",
        ),
        (
            X86,
            "g:\n ret\nf:\n push %rax\n mov $10, %ecx\n.La:\n call g\n dec %ecx\n jne .La\n pop %rax\n ret",
            "exactly one",
        ),
        (
            X86,
            "f:\n mov $10, %ecx\n.La:\n mov $3, %eax\n.Lc:\n dec %eax\n jne .Lc\n dec %ecx\n jne .La\n ret",
            "another loop",
        ),
        (X86, "f:\n jmp f", "back edge"),
        (
            RV32,
            "f:\n li a1, 10\n.La:\n add a1, a1, a0\n bnez a1, .La\n ret",
            "constant",
        ),
        (
            A32,
            "f:\n mov r1, #10\n.La:\n cmp r0, #0\n subne r1, r1, #1\n cmp r1, #0\n bne .La\n bx lr",
            "every round",
        ),
        (
            THUMB,
            "f:\n movs r1, #10\n.La:\n cmp r0, #0\n it ne\n subne r1, #1\n cmp r1, #0\n bne .La\n bx lr",
            "every round",
        ),
    ] {
        let refusal = refusal(target, body);
        assert!(
            refusal.why.contains("back edge") && refusal.why.contains(why),
            "{refusal}\n{body}"
        );
    }
}

#[test]
fn a_call_in_a_counted_loop_counts_each_time() {
    let body =
        "g:\n nop\n ret\nf:\n push %rbx\n mov $10, %ebx\n.La:\n call g\n dec %ebx\n jne .La\n pop %rbx\n ret";
    assert_eq!(figures(X86, body), (2 + 10 * 5 + 2, 16));
}

#[test]
fn recursion_is_refused() {
    let direct = "int f(int n,int*p){if(n<2)return 1;int a=f(n-1,p);*p=a;return a*f(n-2,p);}";
    let mutual = "int g(int,int*);int f(int n,int*p){int a=n?g(n-1,p):0;*p=a;return a+1;}\
                  __attribute__((noinline)) int g(int n,int*p){int a=n?f(n-2,p):1;*p=a;return a*3;}";
    for target in ALL {
        for source in [direct, mutual] {
            let refusal = prove(&link_with(target, "c", source, &[])).expect_err("recursion");
            assert!(
                refusal.why.contains("recursion") || refusal.why.contains("back edge"),
                "{refusal}"
            );
        }
    }
    let plain = refusal(
        X86,
        "f:\n push %rax\n call g\n pop %rax\n ret\ng:\n push %rax\n call f\n pop %rax\n ret",
    );
    assert!(plain.why.contains("f calls g calls f"), "{plain}");
    // The tail form is a cycle of jumps.
    let tail = refusal(X86, "f:\n nop\n jmp g\ng:\n nop\n jmp f");
    assert!(tail.why.contains("back edge"), "{tail}");
}
