//! `croft_hosted.h` and `qmckl_memory.h` with the static library: C11 and C++17 programs without a warning, linked with
//! nothing of Rust but that library, run.
#![cfg(feature = "hosted")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

mod c_program;
use c_program::C;

/// The static library for C, built once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| c_program::build_library("hosted", "hosted,qmckl"))
}

fn compile(compiler: &[&str], source: &str, optimisation: &str) -> PathBuf {
    c_program::compile(
        compiler,
        source,
        optimisation,
        library(),
        &["-lpthread", "-ldl", "-lm"],
    )
}

/// With debug assertions the same library would be tested again: it is built for release in any case.
const AGAIN: bool = cfg!(debug_assertions);

fn everywhere(source: &str) {
    if AGAIN {
        println!("skipped: runs with the release tests");
        return;
    }
    for compiler in C {
        c_program::check(&compile(compiler, source, "-O1"));
    }
}

#[test]
fn contexts() {
    everywhere("hosted_context.c");
}

#[test]
fn qmckl() {
    everywhere("qmckl.c");
}

#[test]
fn caches() {
    everywhere("hosted_cache.c");
}

#[test]
fn handles() {
    everywhere("hosted_handle.c");
}

/// `examples/extension`, as its README says.
#[test]
fn an_extension_of_a_vm() {
    if AGAIN {
        println!("skipped: runs with the release tests");
        return;
    }
    let folder = Path::new(c_program::CRATE).join("../examples/extension");
    for compiler in C {
        let program = Path::new(c_program::SCRATCH).join(format!("extension-{}", compiler[0]));
        c_program::run(
            Command::new(compiler[0])
                .args(&compiler[1..])
                .args([
                    "-Wall",
                    "-Wextra",
                    "-Wpedantic",
                    "-Werror",
                    "-Wshadow",
                    "-O1",
                    "-I",
                ])
                .arg(Path::new(c_program::CRATE).join("include"))
                .args([folder.join("main.c"), folder.join("words.c")])
                .args(["-x", "none"])
                .arg(library())
                .args(["-lpthread", "-ldl", "-lm", "-o"])
                .arg(&program),
        );
        let output = c_program::run(&mut Command::new(&program));
        let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{compiler:?}");
    }
}

#[test]
fn forks() {
    everywhere("hosted_fork.c");
}

#[test]
fn eight_threads() {
    everywhere("hosted_stress.c");
}

#[test]
fn a_misuse_without_a_hook_is_a_message_and_an_abort() {
    if AGAIN {
        println!("skipped: runs with the release tests");
        return;
    }
    let program = compile(C[1], "hosted_handle.c", "-O0");
    // What was asked, what is wrong, and with what; numbers as one digit.
    let lines = [
        (
            "busy",
            "free: the object is pinned by an open handle, or a callback is running (pointer 0x0, \"object\", context 0x0)",
        ),
        (
            "stale",
            "close: the handle was closed before, or the cleanup has run, or never was one (handle 0x0, \"opener\", context 0x0)",
        ),
        (
            "foreign",
            "free: the pointer was not handed out here (pointer 0x0, context 0x0)",
        ),
        ("null", "alloc: the pointer is null (pointer 0x0, context 0x0)"),
        (
            "destroy",
            "destroy: the object is pinned by an open handle, or a callback is running (pointer 0x0, context 0x0)",
        ),
        (
            "dead",
            "close: the context was destroyed, or never was one (handle 0x0, context 0x0)",
        ),
        (
            "cache",
            "cache_free: the pointer was not handed out here (pointer 0x0, a cache)",
        ),
    ];
    for (kind, line) in lines {
        let output = Command::new(&program).arg(kind).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let mut seen = String::new();
        for (place, part) in text.split("0x").enumerate() {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
            seen += if place == 0 { part } else { "0x0" };
            seen += if place == 0 { "" } else { rest };
        }
        assert_eq!(seen, format!("croft: {line}\n"));
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&output.status),
            Some(libc::SIGABRT)
        );
    }
}
