//! The compilers that the command runs.

use super::Failure;
use super::arguments::SourceOptions;
use super::target::Target;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where Debian keeps LLVM 22's clang. The unversioned name may be another version.
const CLANG: &str = "/usr/lib/llvm-22/bin/clang";

/// The header, for kernels that croft compiles.
const HEADER: &str = include_str!("../../../runtime/include/croft.h");

/// The clang of LLVM 22: `CROFT_CLANG`, Debian's, or `clang-22` on the path.
pub fn clang() -> OsString {
    if let Some(program) = std::env::var_os("CROFT_CLANG") {
        return program;
    }
    if Path::new(CLANG).exists() {
        CLANG.into()
    } else {
        "clang-22".into()
    }
}

/// Runs a tool and returns what it printed.
///
/// # Errors
/// When it cannot be started.
pub fn run(command: &mut Command, remedy: &'static str) -> Result<Output, Failure> {
    command.output().map_err(|error| Failure::Tool {
        program: command.get_program().to_string_lossy().into_owned(),
        error,
        remedy,
    })
}

/// What to do when clang is missing.
pub const CLANG_REMEDY: &str = "install clang-22 (apt-get install clang-22) or set CROFT_CLANG";
const RUSTC_REMEDY: &str = "install Rust 1.95 or set RUSTC; its bitcode has to be of LLVM 22";

/// Compiles C to bitcode: what clang's front end emits, not optimised yet but fit to be.
///
/// # Errors
/// When clang is missing or finds errors; its messages are part of the failure.
pub fn compile_c(
    source: &Path,
    output: &Path,
    folder: &Path,
    target: Option<&Target>,
    options: &SourceOptions,
) -> Result<(), Failure> {
    write_header(folder)?;
    if let Some(target) = target {
        target.write_files(folder)?;
    }
    let mut command = Command::new(clang());
    command
        .args([
            "-O2",
            "-Xclang",
            "-disable-llvm-passes",
            "-g",
            "-emit-llvm",
            "-c",
            "-I",
        ])
        .arg(folder)
        .args(target.map_or_else(Vec::new, |target| target.compile_flags(folder)))
        .args(
            options
                .include
                .iter()
                .flat_map(|path| [OsString::from("-I"), path.into()]),
        )
        .args(options.define.iter().map(|define| format!("-D{define}")))
        .args(&options.cflag)
        .arg(source)
        .arg("-o")
        .arg(output);
    finish(run(&mut command, CLANG_REMEDY)?, "clang-22", source)
}

/// Compiles a Rust kernel, a single `no_std` file, to bitcode.
///
/// # Errors
/// When rustc is missing or finds errors; its messages are part of the failure.
pub fn compile_rust(source: &Path, output: &Path) -> Result<(), Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--crate-name",
            "kernel",
            "-g",
        ])
        .args(["-C", "opt-level=2", "-C", "panic=abort", "-C", "codegen-units=1"])
        .arg(format!("--emit=llvm-bc={}", output.display()))
        .arg(source);
    finish(run(&mut command, RUSTC_REMEDY)?, "rustc", source)
}

fn finish(output: Output, compiler: &str, source: &Path) -> Result<(), Failure> {
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        // Warnings are the user's to see.
        eprint!("{messages}");
        return Ok(());
    }
    Err(Failure::Compile {
        compiler: compiler.to_owned(),
        path: source.to_owned(),
        messages,
    })
}

/// Puts `croft.h` where sources in `folder` find it.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_header(folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("croft.h");
    std::fs::write(&path, HEADER).map_err(|error| Failure::Write {
        path: path.clone(),
        error,
    })?;
    Ok(path)
}
