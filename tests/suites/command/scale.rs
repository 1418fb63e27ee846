//! Input that is deep or long.

use crate::bench::Bench;

#[test]
fn deeply_nested_ir_is_a_message_never_a_signal() {
    let bench = Bench::new();
    let depth = 200_000;
    let nested = format!(
        "@g = external global {}i8{}\n",
        "[1 x ".repeat(depth),
        "]".repeat(depth)
    );
    bench.write("type.ll", nested);
    let run = bench.croft(&["check", "type.ll"]);
    assert!(matches!(run.code, Some(0 | 2)), "{:?}", run.code);
    assert!(
        run.code == Some(0) || run.stderr.contains("croft: "),
        "{}",
        run.stderr
    );
}

#[test]
fn long_chains_and_deep_call_graphs_are_analysed() {
    use std::fmt::Write;
    let bench = Bench::new();
    let mut text = "declare ptr @croft.push() nounwind\ndeclare void @croft.pop(ptr) nounwind\ndeclare ptr @croft.alloc(ptr, i64, i64) nounwind\n".to_owned();
    // A chain of pointers, a chain of basic blocks with a phi each, a chain of calls.
    text.push_str("define i64 @chain() nounwind {\n  %r = call ptr @croft.push()\n  %p0 = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n");
    for index in 1..3000 {
        let _ = writeln!(text, "  %p{index} = getelementptr i8, ptr %p{}, i64 0", index - 1);
    }
    text.push_str("  %v = load i64, ptr %p2999\n  call void @croft.pop(ptr %r)\n  ret i64 %v\n}\n");
    text.push_str("define void @blocks(ptr %r0, i1 %c) nounwind {\nb0:\n  br i1 %c, label %b1, label %a1\n");
    for index in 1..1000 {
        let next = index + 1;
        let _ = writeln!(text, "a{index}:\n  br label %b{index}");
        let _ = writeln!(
            text,
            "b{index}:\n  %r{index} = phi ptr [ %r{0}, %b{0} ], [ %r{0}, %a{index} ]\n  br i1 %c, label %b{next}, label %a{next}",
            index - 1
        );
    }
    text.push_str("a1000:\n  br label %b1000\nb1000:\n  %p = call ptr @croft.alloc(ptr %r999, i64 8, i64 8)\n  ret void\n}\n");
    for index in 0..2000 {
        let _ = writeln!(
            text,
            "define internal void @f{index}(ptr %r) nounwind {{\n  call void @f{}(ptr %r)\n  ret void\n}}",
            index + 1
        );
    }
    text.push_str("define internal void @f2000(ptr %r) nounwind {\n  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  ret void\n}\n");
    text.push_str("define void @calls(ptr %r) nounwind {\n  call void @f0(ptr %r)\n  ret void\n}\n");
    bench.write("long.ll", &text);
    bench.succeeds(&["check", "long.ll"]);
    let effects = bench.succeeds(&["effects", "long.ll"]).stdout;
    assert!(
        effects.contains("calls: put(arg0); nounwind\n"),
        "the end of the chain is seen at its start"
    );
}
