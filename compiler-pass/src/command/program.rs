//! Programs: check, lower, link with the runtime and a static pool, run.

use super::arguments::BuildOptions;
use super::{Failure, input, reject, toolchain};
use crate::{engine, lower};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The runtime, compiled with this crate.
static RUNTIME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/croft_runtime.o"));
/// What every program begins with: the pool, and the summary at its end.
static START: &str = include_str!("start.c");
/// The variable that asks a program for its summary.
const STATS: &str = "CROFT_STATS";

/// Builds a program. False if the checker rejected it; then nothing was written.
///
/// # Errors
/// When a file cannot be read, or a tool fails.
pub fn build(files: &[PathBuf], output: &Path, options: &BuildOptions) -> Result<bool, Failure> {
    let session = input::Session::new(&options.source)?;
    // Of a place without debug information nobody can say which of several files it is in.
    let file = match files {
        [only] => Some(only.as_path()),
        _ => None,
    };
    if !options.unchecked {
        let marked = session.program(files, true)?;
        let diagnostics = engine::check(marked.borrow(), &session.check_options()?)?;
        if !diagnostics.is_empty() {
            reject(file, marked.borrow(), diagnostics);
            return Ok(false);
        }
    }
    let module = session.program(files, false)?;
    let native = std::env::consts::ARCH;
    let target = options.target.clone().unwrap_or_else(|| module.borrow().triple());
    if !target.is_empty() && !target.starts_with(native) {
        return Err(Failure::Lower(lower::LowerError::Target {
            target,
            runtime: "this machine's own processor",
        }));
    }
    match lower::run(module.borrow(), options.mode) {
        Ok(_) => {}
        Err(lower::LowerError::Malformed(diagnostics)) => {
            reject(file, module.borrow(), diagnostics);
            return Ok(false);
        }
        Err(error) => return Err(Failure::Lower(error)),
    }
    let folder = session.folder();
    let file = |name: &str, contents: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, contents)
            .map(|()| path.clone())
            .map_err(|error| Failure::Write { path, error })
    };
    let lowered = file("lowered.bc", &module.borrow().bitcode())?;
    let runtime = file("croft_runtime.o", RUNTIME)?;
    let start = file("start.c", START.as_bytes())?;
    toolchain::write_header(folder)?;
    // Linked beside its final place and then renamed: no half-written program is ever there.
    let parent = input::folder_of(output)?;
    let failure = |error| input::unwritten(output, error);
    let partial = tempfile::Builder::new()
        .prefix(".croft-")
        .tempfile_in(parent)
        .map_err(failure)?
        .into_temp_path();
    let mut command = Command::new(toolchain::clang());
    command
        .args([
            "-O2",
            "-g",
            "-Wno-override-module",
            "-Wno-unused-command-line-argument",
        ])
        // What the program does not use of the runtime, debug mode above all, is not in it.
        .arg("-Wl,--gc-sections")
        .arg(format!("-DCROFT_POOL_BLOCKS={}", options.pool_blocks))
        .args(if options.mode == lower::Mode::Debug {
            // The pool asks for an alignment above a page. In segments aligned alike, Valgrind finds the program's symbols.
            &["-DCROFT_DEBUG", "-Wl,-z,max-page-size=16384"][..]
        } else {
            &[]
        })
        .args(options.source.cflag.iter().filter(|flag| is_of_the_program(flag)))
        .arg("-I")
        .arg(folder)
        .args(["-x", "ir"])
        .arg(&lowered)
        .args(["-x", "c"])
        .arg(&start)
        .args(["-x", "none"])
        .arg(&runtime)
        .args(
            options
                .library_path
                .iter()
                .flat_map(|path| [OsString::from("-L"), path.into()]),
        )
        .args(options.library.iter().map(|library| format!("-l{library}")))
        .arg("-lm")
        .arg("-o")
        .arg(&*partial);
    let result = toolchain::run(&mut command, toolchain::CLANG_REMEDY)?;
    if !result.status.success() {
        return Err(Failure::Compile {
            compiler: "clang-22".to_owned(),
            path: output.to_owned(),
            messages: String::from_utf8_lossy(&result.stderr).into_owned(),
        });
    }
    partial.persist(output).map_err(|error| failure(error.error))?;
    Ok(true)
}

/// Whether an argument of the compiler concerns the whole program: a sanitizer brings a run time, and debug information
/// should be of one version.
fn is_of_the_program(flag: &str) -> bool {
    ["-fsanitize", "-fno-sanitize", "-gdwarf"]
        .iter()
        .any(|start| flag.starts_with(start))
}

/// Runs a program and returns its status; a program that a signal ended has 128 plus the signal's number.
///
/// # Errors
/// When it cannot be started.
pub fn run(program: &Path, stats: bool, arguments: &[OsString]) -> Result<u8, Failure> {
    use std::os::unix::process::ExitStatusExt;
    let mut command = Command::new(program);
    command.args(arguments);
    if stats {
        command.env(STATS, "1");
    }
    let status = command.status().map_err(|error| Failure::System {
        what: "cannot run the program",
        error,
    })?;
    if let Some(signal) = status.signal() {
        eprintln!("croft: the program was ended by signal {signal}");
    }
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(2);
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
