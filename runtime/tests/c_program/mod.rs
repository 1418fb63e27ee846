//! Programs in C against the static library, as a user builds them: the library by the documented command, the programs of
//! `tests/c` with all warnings as errors, linked with nothing of Rust but that library.

#![allow(dead_code, reason = "each test program uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");
pub const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The compilers: C11, then C++17.
pub const C: [&[&str]; 4] = [
    &["clang-22", "-std=c11"],
    &["gcc", "-std=c11"],
    &["clang++-22", "-std=c++17", "-x", "c++"],
    &["g++", "-std=c++17", "-x", "c++"],
];

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    output
}

/// Builds the static library for C with these features, in a folder of its own.
pub fn build_library(folder: &str, features: &str) -> PathBuf {
    let target = Path::new(SCRATCH).join(folder);
    run(Command::new(env!("CARGO"))
        .current_dir(CRATE)
        .args([
            "rustc",
            "-p",
            "croft-runtime",
            "--release",
            "--features",
            features,
        ])
        .args(["--crate-type", "staticlib", "--offline", "--target-dir"])
        .arg(&target)
        .args(["--", "-C", "panic=abort", "--cfg", "croft_staticlib"])
        .env_remove("RUSTFLAGS"));
    target.join("release/libcroft_runtime.a")
}

/// Compiles a program of `tests/c`, and links it with the library and `libraries`.
pub fn compile(
    compiler: &[&str],
    source: &str,
    optimisation: &str,
    library: &Path,
    libraries: &[&str],
) -> PathBuf {
    let folder = library.ancestors().nth(2).and_then(Path::file_name);
    let name = [compiler, &[source, optimisation]]
        .concat()
        .join("")
        .replace(['/', '+', ' '], "_");
    let program = Path::new(SCRATCH).join(format!("{}-{name}", folder.unwrap_or_default().display()));
    run(Command::new(compiler[0])
        .args(&compiler[1..])
        .args([
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-Wshadow",
            optimisation,
        ])
        .arg("-I")
        .arg(Path::new(CRATE).join("include"))
        .arg(Path::new(CRATE).join("tests/c").join(source))
        .args(["-x", "none"])
        .arg(library)
        .args(libraries)
        .arg("-o")
        .arg(&program));
    program
}

/// Runs a program, whose exit status is the number of the line that failed (modulo 256).
pub fn check(program: &Path) {
    let output = Command::new(program).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let line = output.status.code();
    assert!(
        output.status.success(),
        "{program:?}: line {line:?} failed\n{text}"
    );
}
