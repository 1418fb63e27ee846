//! The `croft` command: exit status and messages, above all of what bad input gets. Status 0 is accepted or done, 1 rejected,
//! 2 the tool could not do its work; `run` passes on the program's own.

use croft_tests::process::{self, Run};
use croft_tests::{artifact, folder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with files, and runs of the command in it.
struct Bench {
    folder: tempfile::TempDir,
}

const RIGHT: &str = "\
#include <croft.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = argc;
    for (int i = 1; i < argc; i++)
        printf(\"%s\\n\", argv[i]);
    return *p == 4 ? 7 : 0;
}
";

const LEAKING: &str = "\
#include <croft.h>
int main(void)
{
    CROFT_REGION(r);
    for (volatile int i = 0; i < 10; i++)
        *CROFT_NEW(r, int) = i;
}
";

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let bench = Bench { folder };
        bench.write("right.c", RIGHT);
        bench.write("leaking.c", LEAKING);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).expect("the folder can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::croft();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the command. Whatever happens, no panic is shown, and nothing temporary is left behind.
    fn croft(&self, arguments: &[&str]) -> Run {
        self.finish(&mut self.command(arguments))
    }

    fn finish(&self, command: &mut Command) -> Run {
        let run = process::run(command);
        for text in [&run.stdout, &run.stderr] {
            assert!(
                !text.contains("panicked") && !text.contains("RUST_BACKTRACE"),
                "{command:?}:\n{text}"
            );
        }
        assert_eq!(run.signal, None, "{command:?}");
        for entry in fs::read_dir(self.folder.path())
            .expect("the folder can be read")
            .flatten()
        {
            let name = entry.file_name().display().to_string();
            assert!(!name.starts_with(".croft-"), "{command:?} left {name}");
        }
        run
    }

    /// A failure of the tool: status 2, nothing on standard output, a message with these parts.
    fn fails(&self, arguments: &[&str], parts: &[&str]) -> Run {
        self.has_failed(self.croft(arguments), parts)
    }

    fn has_failed(&self, run: Run, parts: &[&str]) -> Run {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        for part in parts {
            assert!(run.stderr.contains(part), "`{part}` is not in:\n{}", run.stderr);
        }
        run
    }

    fn succeeds(&self, arguments: &[&str]) -> Run {
        self.croft(arguments)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{arguments:?}: {problem}"))
    }
}

// ------------------------------------------------------------------------------------------------ check

#[test]
fn an_accepted_file_says_nothing() {
    let bench = Bench::new();
    let run = bench.succeeds(&["check", "right.c"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn a_rejected_file_is_shown_with_its_source() {
    let bench = Bench::new();
    let run = bench.croft(&["check", "leaking.c"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout, "");
    let text = run.stderr;
    for part in [
        "error[R0301]: allocation in a loop into a region that outlives the loop",
        "--> leaking.c:6:",
        "*CROFT_NEW(r, int) = i;",
        "the region is opened here",
        "help: ",
        "croft: 1 error; `croft explain R0301` says more",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(text.matches("help:").count(), 1, "one help:\n{text}");
    assert!(!text.contains("croft.h"), "no line of the header:\n{text}");
    assert!(
        !text.contains('\u{1b}'),
        "no colours where no terminal is:\n{text}"
    );
}

#[test]
fn json_is_one_documented_object_a_line_on_standard_output() {
    let bench = Bench::new();
    let run = bench.croft(&["check", "--format", "json", "leaking.c"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr, "");
    let findings = croft_tests::finding::read(&run.stdout).expect("the documented form");
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].line, findings[0].code.as_str()), (6, "R0301"));
    let value: serde_json::Value = serde_json::from_str(run.stdout.trim_end()).expect("JSON");
    let mut keys: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["code", "help", "message", "primary", "related", "severity"]
    );
    let related = value["related"].as_array().expect("a list");
    assert!(
        related
            .iter()
            .any(|place| place["message"] == "the region is opened here" && place["line"] == 4)
    );
    assert_eq!(value["primary"]["function"], "main");
}

#[test]
fn the_leaking_example_is_rejected_at_its_marked_line_and_its_twin_is_accepted() {
    let bench = Bench::new();
    let leak = folder::root().join("examples/list/leak.c");
    let source = fs::read_to_string(&leak).expect("the example is there");
    let marked = source.lines().position(|line| line.contains("// error: R0301"));
    let run = bench.croft(&["check", "--format", "json", process::text(&leak)]);
    assert_eq!(run.code, Some(1));
    let findings = croft_tests::finding::read(&run.stdout).expect("the documented form");
    let places: Vec<(usize, &str)> = findings
        .iter()
        .map(|f| (f.line as usize, f.code.as_str()))
        .collect();
    assert_eq!(places, [(1 + marked.expect("a line is marked"), "R0301")]);
    bench.succeeds(&[
        "check",
        process::text(&folder::root().join("examples/list/fixed.c")),
    ]);
}

#[test]
fn several_files_are_judged_each_by_itself() {
    let bench = Bench::new();
    bench.write("again.c", LEAKING);
    let run = bench.croft(&["check", "right.c", "leaking.c", "again.c"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("leaking.c:6") && run.stderr.contains("again.c:6"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("croft: 2 errors"), "{}", run.stderr);
    bench.succeeds(&["check", "right.c", "right.c"]);
}

#[test]
fn wrong_names_and_signatures_are_rejections_not_failures() {
    let bench = Bench::new();
    bench.write(
        "name.ll",
        "declare ptr @croft.pusch()\ndefine void @f() {\n  %r = call ptr @croft.pusch()\n  ret void\n}\n",
    );
    let run = bench.croft(&["check", "name.ll"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("error[R0101]") && run.stderr.contains("name.ll:3"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("the nearest operation is `croft.push`"),
        "{}",
        run.stderr
    );
    bench.write(
        "signature.ll",
        "declare i32 @croft.push()\ndefine void @f() {\n  %r = call i32 @croft.push()\n  ret void\n}\n",
    );
    for arguments in [
        &["check", "signature.ll"][..],
        &["lower", "signature.ll", "-o", "out.ll"],
        &["build", "signature.ll", "-o", "out.ll"],
    ] {
        let run = bench.croft(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("error[R0102]"),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(!bench.path("out.ll").exists(), "{arguments:?}");
    }
}

#[test]
fn a_user_manifest_describes_a_function_and_a_wrong_one_is_named() {
    let bench = Bench::new();
    bench.write(
        "uses.c",
        "#include <croft.h>\nvoid other(int *);\nvoid f(void)\n{\n    CROFT_REGION(r);\n    other(CROFT_NEW(r, int));\n}\n",
    );
    assert_eq!(bench.croft(&["check", "uses.c"]).code, Some(1));
    bench.write(
        "right.toml",
        "[[function]]\nnames = [\"other\"]\neffects = \"get(arg0); nounwind\"\n",
    );
    bench.succeeds(&["check", "--effects", "right.toml", "uses.c"]);
    bench.write(
        "wrong.toml",
        "[[function]]\nnames = [\"other\"]\neffects = \"eats(arg0)\"\n",
    );
    bench.fails(
        &["check", "--effects", "wrong.toml", "uses.c"],
        &["wrong.toml", "`other`", "`eats(arg0)` is no effect clause"],
    );
    bench.fails(
        &["check", "--effects", "missing.toml", "uses.c"],
        &["cannot read `missing.toml`"],
    );
}

// --------------------------------------------------------------------------------------------- bad input

#[test]
fn a_missing_file_is_named() {
    let bench = Bench::new();
    for file in ["missing.c", "missing.ll", "missing.bc", "missing.rs"] {
        for command in [&["check", file][..], &["lower", file, "-o", "-"], &["run", file]] {
            bench.fails(command, &[&format!("cannot read `{file}`"), "No such file"]);
        }
    }
}

#[test]
fn an_unreadable_file_is_named() {
    let bench = Bench::new();
    bench.write("closed.ll", "");
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o000);
    fs::set_permissions(bench.path("closed.ll"), closed).expect("the file is ours");
    if fs::File::open(bench.path("closed.ll")).is_ok() {
        println!("skipped: root may read every file");
        return;
    }
    bench.fails(
        &["check", "closed.ll"],
        &["cannot read `closed.ll`", "Permission denied"],
    );
}

#[test]
fn a_folder_is_no_file() {
    let bench = Bench::new();
    for name in ["folder.ll", "folder.bc", "folder.c"] {
        fs::create_dir(bench.path(name)).expect("the folder can be written");
        bench.fails(&["check", name], &[name]);
    }
}

#[test]
fn an_unknown_extension_is_refused_with_those_that_are_known() {
    let bench = Bench::new();
    bench.write("kernel.cpp", RIGHT);
    bench.write("kernel", RIGHT);
    for name in ["kernel.cpp", "kernel"] {
        bench.fails(&["check", name], &[name, ".c", ".rs", ".ll", ".bc"]);
    }
}

#[test]
fn garbage_is_refused_with_the_file_and_the_remedy() {
    let bench = Bench::new();
    bench.write("empty.ll", "");
    bench.write("empty.bc", "");
    bench.write("garbage.ll", "this is no IR\n");
    bench.write("garbage.bc", "this is no bitcode\n");
    bench.write("binary.ll", [0u8, 255, 1, 254, b'B', b'C']);
    bench.write("magic.bc", [b'B', b'C', 0xC0, 0xDE]);
    bench.write("magic-more.bc", [b'B', b'C', 0xC0, 0xDE, 1, 2, 3, 4, 5, 6, 7, 8]);
    for name in [
        "empty.ll",
        "empty.bc",
        "garbage.ll",
        "garbage.bc",
        "binary.ll",
        "magic.bc",
        "magic-more.bc",
    ] {
        for command in [
            &["check", name][..],
            &["lower", name, "-o", "-"],
            &["build", name, "-o", "out"],
        ] {
            bench.fails(command, &[&format!("`{name}`"), "clang-22"]);
        }
    }
    assert!(!bench.path("out").exists());
}

#[test]
fn ir_that_breaks_llvms_rules_is_refused() {
    let bench = Bench::new();
    bench.write("type.ll", "define i64 @f() {\n  ret i32 0\n}\n");
    bench.write("use.ll", "define i64 @f(i1 %c) {\n  br i1 %c, label %a, label %b\na:\n  %x = add i64 1, 1\n  br label %b\nb:\n  ret i64 %x\n}\n");
    bench.fails(&["check", "type.ll"], &["`type.ll`"]);
    bench.fails(&["check", "use.ll"], &["`use.ll`", "does not dominate"]);
}

#[test]
fn bitcode_that_is_cut_off_anywhere_is_refused_and_never_crashes() {
    let bench = Bench::new();
    bench.succeeds(&["lower", "--mode", "call", "right.c", "-o", "whole.bc"]);
    let whole = fs::read(bench.path("whole.bc")).expect("it was written");
    bench.succeeds(&["check", "whole.bc"]);
    for part in 1..16 {
        let length = whole.len() * part / 16;
        bench.write("cut.bc", &whole[..length]);
        bench.fails(&["check", "cut.bc"], &["`cut.bc`"]);
    }
}

#[test]
fn bitcode_with_a_flipped_byte_never_crashes_without_a_message() {
    let bench = Bench::new();
    bench.succeeds(&["lower", "--mode", "call", "right.c", "-o", "whole.bc"]);
    let whole = fs::read(bench.path("whole.bc")).expect("it was written");
    for step in 0..24 {
        let at = whole.len() * step / 24 + 7;
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        bench.write("broken.bc", &broken);
        let run = bench.croft(&["check", "broken.bc"]);
        // What still reads as a module may be accepted or rejected.
        let Some(code) = run.code else {
            panic!("byte {at}: no status")
        };
        assert!(code <= 2, "byte {at}: status {code}\n{}", run.stderr);
        assert!(
            code != 2 || run.stderr.starts_with("croft: "),
            "byte {at}:\n{}",
            run.stderr
        );
    }
}

#[test]
fn bitcode_of_another_llvm_is_refused_with_both_versions() {
    let bench = Bench::new();
    bench.write("f.ll", "define i64 @f() {\n  ret i64 0\n}\n");
    if process::is_installed("llvm-as-14") {
        let status = Command::new("llvm-as-14")
            .arg(bench.path("f.ll"))
            .arg("-o")
            .arg(bench.path("old.bc"))
            .status();
        assert!(status.expect("llvm-as-14 is there").success());
    } else {
        println!("no llvm-as-14 here: the producer of new bitcode is changed instead");
        let assembled = bench.path("new.bc");
        let status = Command::new(artifact::llvm("llvm-as"))
            .arg(bench.path("f.ll"))
            .arg("-o")
            .arg(&assembled)
            .status();
        assert!(status.expect("llvm-as is there").success());
        bench.write(
            "old.bc",
            with_producer(&fs::read(assembled).expect("it was written"), b"LLVM14"),
        );
    }
    for command in [
        &["check", "old.bc"][..],
        &["lower", "old.bc", "-o", "-"],
        &["run", "old.bc"],
    ] {
        bench.fails(command, &["`old.bc`", "LLVM14", "LLVM 22", "clang-22"]);
    }
}

/// Bitcode whose identification says that another LLVM wrote it: characters of six bits, anywhere in the bits.
fn with_producer(bitcode: &[u8], producer: &[u8]) -> Vec<u8> {
    let bit = |bytes: &[u8], at: usize| bytes[at / 8] >> (at % 8) & 1;
    // The string array is of 8-bit characters: look for LLVM22 at every bit.
    let matches = |at: usize| {
        b"LLVM22".iter().enumerate().all(|(index, byte)| {
            (0..8).all(|offset| bit(bitcode, at + index * 8 + offset) == byte >> offset & 1)
        })
    };
    let mut changed = bitcode.to_vec();
    let at = (0..bitcode.len() * 8 - 48)
        .find(|at| matches(*at))
        .expect("the producer is in the bitcode");
    for (index, byte) in producer.iter().enumerate() {
        for offset in 0..8 {
            let position = at + index * 8 + offset;
            changed[position / 8] &= !(1 << (position % 8));
            changed[position / 8] |= (byte >> offset & 1) << (position % 8);
        }
    }
    changed
}

#[test]
fn c_that_does_not_compile_is_shown_with_clangs_own_words() {
    let bench = Bench::new();
    bench.write("broken.c", "int f( {\n");
    for command in [
        &["check", "broken.c"][..],
        &["lower", "broken.c", "-o", "out.ll"],
        &["run", "broken.c"],
    ] {
        bench.fails(command, &["could not compile `broken.c`", "broken.c:1:8: error:"]);
    }
    assert!(!bench.path("out.ll").exists());
}

#[test]
fn rust_that_does_not_compile_is_shown_with_rustcs_own_words() {
    let bench = Bench::new();
    bench.write("broken.rs", "#![no_std]\npub fn f() -> u32 {\n");
    bench.fails(
        &["check", "broken.rs"],
        &["could not compile `broken.rs`", "error"],
    );
}

#[test]
fn a_missing_clang_is_named_with_the_remedy() {
    let bench = Bench::new();
    for arguments in [
        &["check", "right.c"][..],
        &["run", "right.c"],
        &["build", "right.c", "-o", "out"],
    ] {
        let run = bench.finish(bench.command(arguments).env("CROFT_CLANG", "/nonexistent/clang"));
        bench.has_failed(
            run,
            &[
                "cannot run `/nonexistent/clang`",
                "install clang-22",
                "CROFT_CLANG",
            ],
        );
    }
    assert!(!bench.path("out").exists());
}

#[test]
fn wrong_usage_is_status_2_with_a_hint() {
    let bench = Bench::new();
    for arguments in [
        &["check", "--nope", "right.c"][..],
        &["check"],
        &["frobnicate"],
        &["check", "--format", "xml", "right.c"],
        &["lower", "right.c"],
        &["lower", "--mode", "slow", "right.c", "-o", "-"],
        &["build", "--pool-blocks", "0", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "many", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "-1", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "99999999999", "right.c", "-o", "out"],
    ] {
        let run = bench.fails(arguments, &["error: "]);
        assert!(run.stderr.contains("--help"), "{arguments:?}: {}", run.stderr);
    }
    assert!(!bench.path("out").exists());
    let run = bench.croft(&[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("Usage: croft <COMMAND>"), "{}", run.stderr);
}

#[test]
fn help_and_version_succeed() {
    let bench = Bench::new();
    assert!(
        bench
            .succeeds(&["--help"])
            .stdout
            .contains("Exit status: 0 accepted or done")
    );
    assert!(bench.succeeds(&["--version"]).stdout.starts_with("croft "));
    for command in ["check", "effects", "lower", "build", "run", "explain"] {
        assert!(
            bench.succeeds(&[command, "--help"]).stdout.contains("Example"),
            "{command}"
        );
    }
}

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

// ----------------------------------------------------------------------------------------------- outputs

#[test]
fn an_output_in_a_missing_folder_fails_and_makes_nothing() {
    let bench = Bench::new();
    for command in [
        &["lower", "right.c", "-o", "missing/out.ll"][..],
        &["lower", "right.c", "-o", "missing/out.bc"],
        &["build", "right.c", "-o", "missing/out"],
    ] {
        bench.fails(command, &["cannot write `missing/out"]);
    }
    assert!(!bench.path("missing").exists());
}

#[test]
fn an_output_of_no_known_kind_is_refused() {
    let bench = Bench::new();
    for name in ["out.o", "out", "out.c"] {
        bench.fails(
            &["lower", "right.c", "-o", name],
            &[&format!("`{name}`"), ".ll", ".bc"],
        );
        assert!(!bench.path(name).exists());
    }
}

#[test]
fn a_failure_keeps_the_output_that_was_there() {
    let bench = Bench::new();
    bench.write("broken.c", "int f( {\n");
    for (command, output) in [
        (&["lower", "broken.c", "-o", "out.ll"][..], "out.ll"),
        (&["build", "broken.c", "-o", "program"], "program"),
        (&["build", "leaking.c", "-o", "program"], "program"),
        (
            &["build", "right.c", "-l", "nosuchlibrary", "-o", "program"],
            "program",
        ),
    ] {
        bench.write(output, "precious");
        let run = bench.croft(command);
        assert!(matches!(run.code, Some(1 | 2)), "{command:?}: {:?}", run.code);
        assert_eq!(
            fs::read(bench.path(output)).expect("it is there"),
            b"precious",
            "{command:?}"
        );
    }
}

#[test]
fn an_output_replaces_the_one_that_was_there() {
    let bench = Bench::new();
    bench.write("out.ll", "old");
    bench.succeeds(&["lower", "right.c", "-o", "out.ll"]);
    let text = fs::read_to_string(bench.path("out.ll")).expect("it was written");
    assert!(text.contains("define") && text.contains("@croft_pool"), "{text}");
    bench.succeeds(&["lower", "out.ll", "-o", "out.bc"]);
    assert_eq!(
        &fs::read(bench.path("out.bc")).expect("it was written")[..2],
        b"BC"
    );
    let standard = bench.succeeds(&["lower", "right.c", "-o", "-"]);
    assert!(standard.stdout.contains("define"));
}

#[test]
fn a_rejected_program_is_neither_built_nor_run() {
    let bench = Bench::new();
    let run = bench.croft(&["build", "leaking.c", "-o", "program"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("error[R0301]"), "{}", run.stderr);
    assert!(!bench.path("program").exists());
    assert_eq!(bench.croft(&["run", "leaking.c"]).code, Some(1));
}

// --------------------------------------------------------------------------------------------------- run

#[test]
fn the_programs_status_and_arguments_are_passed_on() {
    let bench = Bench::new();
    let run = bench.croft(&["run", "right.c", "--", "one", "-two", "three"]);
    assert_eq!(run.code, Some(7), "{}", run.stderr);
    assert_eq!(run.stdout, "one\n-two\nthree\n");
    assert_eq!(bench.succeeds(&["run", "right.c"]).stdout, "");
    bench.write("exits.c", "#include <stdlib.h>\nint main(void) { exit(200); }\n");
    assert_eq!(bench.croft(&["run", "exits.c"]).code, Some(200));
}

#[test]
fn a_program_that_a_signal_ended_has_128_and_its_number() {
    let bench = Bench::new();
    bench.write("aborts.c", "#include <stdlib.h>\nint main(void) { abort(); }\n");
    let run = bench.croft(&["run", "aborts.c"]);
    assert_eq!(run.code, Some(128 + 6));
    assert!(run.stderr.contains("signal 6"), "{}", run.stderr);
}

#[test]
fn stats_are_a_summary_on_standard_error_only_on_request() {
    let bench = Bench::new();
    let with = bench.succeeds(&["run", "--stats", "--pool-blocks", "3", "right.c"]);
    assert_eq!(
        with.stderr,
        "croft: 1 regions took memory; at most 1 of 3 blocks in use at once (16 KiB); 0 at the end\n"
    );
    assert_eq!(bench.succeeds(&["run", "right.c"]).stderr, "");
}

#[test]
fn a_pool_that_is_too_small_ends_the_program_with_a_message() {
    let bench = Bench::new();
    bench.write(
        "large.c",
        "#include <croft.h>\nint main(void)\n{\n    CROFT_REGION_BOUNDED(r, 1 << 20);\n    for (volatile int i = 0; i < 100; i++)\n        *(char *)croft_alloc(r, 10000, 8) = 1;\n}\n",
    );
    for mode in ["inline", "call", "debug"] {
        let run = bench.croft(&["run", "--mode", mode, "--pool-blocks", "8", "large.c"]);
        assert_eq!(run.code, Some(128 + 6), "mode {mode}: {}", run.stderr);
        assert!(
            run.stderr.contains("exhausted") && run.stderr.contains('8'),
            "mode {mode}: {}",
            run.stderr
        );
        bench.succeeds(&["run", "--mode", mode, "--pool-blocks", "128", "large.c"]);
    }
}

#[test]
fn a_budget_that_is_too_small_ends_the_program_with_a_message() {
    let bench = Bench::new();
    bench.write(
        "budget.c",
        "#include <croft.h>\nint main(void)\n{\n    CROFT_REGION_BOUNDED(r, 64);\n    for (volatile int i = 0; i < 100; i++)\n        *CROFT_NEW(r, long) = 1;\n}\n",
    );
    let run = bench.croft(&["run", "budget.c"]);
    assert_eq!(run.code, Some(128 + 6), "{}", run.stderr);
    assert!(run.stderr.contains("budget"), "{}", run.stderr);
}

#[test]
fn a_library_that_is_missing_is_the_linkers_message() {
    let bench = Bench::new();
    bench.fails(&["run", "right.c", "-l", "nosuchlibrary"], &["nosuchlibrary"]);
}

#[test]
fn a_program_of_several_files_and_kinds_is_checked_as_a_whole() {
    let bench = Bench::new();
    bench.write("make.c", "#include <croft.h>\nint *make(croft_region r)\n{\n    int *p = CROFT_NEW(r, int);\n    *p = 5;\n    return p;\n}\n");
    let main = |body: &str| {
        format!("#include <croft.h>\nint *make(croft_region r);\nint main(void)\n{{\n{body}}}\n")
    };
    bench.write("uses.c", main("    CROFT_REGION(r);\n    return *make(r);\n"));
    bench.write(
        "leaks.c",
        main("    CROFT_REGION(r);\n    for (volatile int i = 0; i < 9; i++)\n        make(r);\n"),
    );
    assert_eq!(bench.croft(&["run", "uses.c", "make.c"]).code, Some(5));
    bench.succeeds(&["lower", "--mode", "call", "make.c", "-o", "make.bc"]);
    let run = bench.croft(&["run", "leaks.c", "make.c"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("error[R0302]") && run.stderr.contains("leaks.c:7"),
        "{}",
        run.stderr
    );
    // By itself the file does not know what `make` does.
    let run = bench.croft(&["check", "uses.c"]);
    assert!(run.stderr.contains("error[R0902]"), "{}", run.stderr);
}

#[test]
fn two_files_that_define_one_function_do_not_link() {
    let bench = Bench::new();
    bench.write("other.c", "int main(void) { return 0; }\n");
    bench.fails(&["run", "right.c", "other.c"], &["cannot link `other.c`", "main"]);
}

#[test]
fn another_target_than_this_machines_is_refused_with_the_remedy() {
    let bench = Bench::new();
    bench.fails(
        &[
            "build",
            "--target",
            "riscv32-unknown-none-elf",
            "right.c",
            "-o",
            "out",
        ],
        &["riscv32", "mode call"],
    );
    assert!(!bench.path("out").exists());
}

#[test]
fn a_built_program_runs_by_itself() {
    let bench = Bench::new();
    bench.succeeds(&["build", "right.c", "-o", "program"]);
    let run = process::run(Command::new(bench.path("program")).arg("hello"));
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "hello\n"));
}

// ----------------------------------------------------------------------------------------------- explain

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let bench = Bench::new();
    let list = bench.succeeds(&["explain"]).stdout;
    let codes: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(code, _)| code)
        .collect();
    let mut pages: Vec<String> = fs::read_dir(folder::root().join("docs/errors"))
        .expect("the pages are there")
        .flatten()
        .filter_map(|entry| Some(Path::new(&entry.file_name()).file_stem()?.to_str()?.to_owned()))
        .filter(|name| name.starts_with('R'))
        .collect();
    pages.sort();
    assert_eq!(codes, pages);
    for code in codes {
        let page = bench.succeeds(&["explain", code]).stdout;
        assert!(page.starts_with('#') && page.contains(code), "{code}:\n{page}");
        assert_eq!(bench.succeeds(&["explain", &code.to_lowercase()]).stdout, page);
    }
}

#[test]
fn an_unknown_code_is_refused_with_the_way_to_the_list() {
    let bench = Bench::new();
    for code in ["R9999", "", "301"] {
        bench.fails(&["explain", code], &["is no code", "croft explain"]);
    }
}

// ----------------------------------------------------------------------------------------------- effects

#[test]
fn effects_are_printed_as_declarations_take_them() {
    let bench = Bench::new();
    let list = folder::root().join("examples/list/list.c");
    let run = bench.succeeds(&["effects", process::text(&list)]);
    assert!(
        run.stdout
            .contains("bar: put(arg0, many); return(in(arg0)); nounwind\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("foo: pure\n"), "{}", run.stdout);
}
