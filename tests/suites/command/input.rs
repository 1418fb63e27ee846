//! What bad input gets: a message that names the file and the remedy, status 2.

use crate::bench::{Bench, RIGHT};
use croft_tests::{artifact, process};
use std::fs;
use std::process::Command;

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
