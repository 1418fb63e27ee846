//! `croft_hosted.h` and `qmckl_memory.h` with the static library: C11 and C++17 programs without a warning, linked with
//! nothing of Rust but that library, run.
#![cfg(feature = "hosted")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    output
}

/// The static library for C, built once by the documented command.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(SCRATCH).join("hosted");
        run(Command::new(env!("CARGO"))
            .current_dir(CRATE)
            .args([
                "rustc",
                "-p",
                "croft-runtime",
                "--release",
                "--features",
                "hosted,qmckl",
            ])
            .args(["--crate-type", "staticlib", "--offline", "--target-dir"])
            .arg(&target)
            .args(["--", "-C", "panic=abort", "--cfg", "croft_staticlib"])
            .env_remove("RUSTFLAGS"));
        target.join("release/libcroft_runtime.a")
    })
}

/// Compiles a program of `tests/c` with all warnings as errors, and links it.
fn compile(compiler: &[&str], source: &str, optimisation: &str) -> PathBuf {
    let name = [compiler, &[source, optimisation]]
        .concat()
        .join("")
        .replace(['/', '+', ' '], "_");
    let program = Path::new(SCRATCH).join(format!("hosted-{name}"));
    run(Command::new(compiler[0])
        .args(&compiler[1..])
        .args([
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-Wshadow",
            optimisation,
            "-I",
        ])
        .arg(Path::new(CRATE).join("include"))
        .arg(Path::new(CRATE).join("tests/c").join(source))
        .args(["-x", "none"])
        .arg(library())
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program));
    program
}

const C: [&[&str]; 4] = [
    &["clang-22", "-std=c11"],
    &["gcc", "-std=c11"],
    &["clang++-22", "-std=c++17", "-x", "c++"],
    &["g++", "-std=c++17", "-x", "c++"],
];

/// With debug assertions the same library would be tested again: it is built for release in any case.
const AGAIN: bool = cfg!(debug_assertions);

fn everywhere(source: &str) {
    if AGAIN {
        println!("skipped: runs with the release tests");
        return;
    }
    for compiler in C {
        let program = compile(compiler, source, "-O1");
        let output = Command::new(&program).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        // A line above 255 shows modulo 256.
        let line = output.status.code();
        assert!(
            output.status.success(),
            "{program:?}: line {line:?} failed\n{text}"
        );
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

#[test]
fn a_misuse_without_a_hook_is_a_message_and_an_abort() {
    if AGAIN {
        println!("skipped: runs with the release tests");
        return;
    }
    let program = compile(C[1], "hosted_handle.c", "-O0");
    let output = Command::new(program).arg("abort").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.starts_with("croft: close: the handle was closed before"),
        "{text}"
    );
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&output.status),
        Some(libc::SIGABRT)
    );
}
