//! A pool for each thread.

use crate::scratch;
use croft_tests::{artifact, folder, process};
use std::path::Path;
use std::process::Command;

fn build(source: &str, program: &Path, options: &[&str]) -> Result<process::Run, String> {
    let mut command = process::croft();
    command
        .args(["build", "--pool-blocks", "64", "--cflag", "-Werror"])
        .args(options)
        .arg(folder::here(source));
    Ok(process::run(command.arg("-o").arg(program)))
}

/// The output of a program for threads that ends with this status.
fn output(source: &str, options: &[&str], status: i32) -> Result<process::Run, String> {
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    build(source, &program, &[&["--threads"], options].concat())?.expect(0)?;
    process::run(&mut Command::new(&program)).expect(status)
}

/// Compared in the program; all threads do a share.
pub fn as_malloc(mode: &str, options: &[&str]) -> Result<(), String> {
    let run = output("contexts/threads.c", &[&["--mode", mode], options].concat(), 0)?;
    let fine = |line: &&str| line.contains("status 0") && line.contains("60 uses, 0 blocks in use");
    if run.stdout.lines().filter(fine).count() == 4 {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

/// Every access of the program and of the runtime is watched by Valgrind's Helgrind. It sees races: those of the same program
/// built for one pool.
pub fn race_free() -> Result<(), String> {
    if !process::is_installed("valgrind") {
        println!("skipped: valgrind is not installed");
        return Ok(());
    }
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    let watched = || {
        // Valgrind 3.19 stumbles over clang's debug information.
        process::run(Command::new("llvm-strip-22").arg("--strip-debug").arg(&program)).expect(0)?;
        let run = process::run(
            Command::new("valgrind")
                .args(["-q", "--tool=helgrind", "--error-exitcode=99"])
                .arg(&program),
        );
        Ok::<_, String>(run)
    };
    for mode in ["inline", "call"] {
        build("contexts/threads.c", &program, &["--threads", "--mode", mode])?.expect(0)?;
        watched()?.expect(0)?;
    }
    build("contexts/threads.c", &program, &[])?.expect(0)?;
    let run = watched()?;
    if run.stderr.contains("Possible data race") {
        Ok(())
    } else {
        Err(format!("threads on one pool race, and nobody saw it: {run:?}"))
    }
}

/// What clang's instrumentation calls and gcc's library does not have.
const MEMORY: &str = "\
#include <string.h>
void *__tsan_memset(void *to, int byte, size_t length) { return memset(to, byte, length); }
void *__tsan_memcpy(void *to, const void *from, size_t length) { return memcpy(to, from, length); }
void *__tsan_memmove(void *to, const void *from, size_t length) { return memmove(to, from, length); }
";

/// The same by ThreadSanitizer, with clang's library or gcc's. It watches what is compiled here; of the runtime, what is inlined.
pub fn sanitized() -> Result<(), String> {
    let scratch = scratch()?;
    let folder = process::text(scratch.path());
    let source = scratch.path().join("memory.c");
    let library = scratch.path().join("libtsan_memory.so");
    let program = scratch.path().join("program");
    std::fs::write(&source, MEMORY).map_err(|error| error.to_string())?;
    process::run(
        process::clang()
            .args(["-O1", "-fno-builtin", "-shared", "-fPIC"])
            .arg(&source)
            .arg("-o")
            .arg(&library),
    )
    .expect(0)?;
    let sanitize = ["--threads", "--cflag=-fsanitize=thread"];
    let gcc = [
        "--cflag=-fno-sanitize-link-runtime",
        "-ltsan",
        "-ltsan_memory",
        "-L",
        folder,
    ];
    for more in [&[][..], &gcc] {
        let built = build("contexts/threads.c", &program, &[&sanitize, more].concat())?;
        if built.code == Some(0) {
            let run = process::run(Command::new(&program).env("LD_LIBRARY_PATH", scratch.path()));
            return run.expect(0).map(|_| ());
        }
        if !built.stderr.contains("tsan") {
            return Err(built.stderr);
        }
    }
    println!("skipped: ThreadSanitizer (neither clang's run time nor libtsan is installed)");
    Ok(())
}

pub fn without_pool(mode: &str) -> Result<(), String> {
    let run = output("contexts/no_pool.c", &["--mode", mode, "--opt", "none"], 7)?;
    let expected = "the main thread has 7\nreason 11, 0 of 0 blocks\n";
    if run.stdout == expected {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

pub fn ends_with_open_regions() -> Result<(), String> {
    let run = output("contexts/ended.c", &["--unchecked"], 0)?;
    let expected = "8 blocks\n8 blocks\n8 blocks\nthe main thread: 0 in use\n";
    if run.stdout == expected {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

pub fn foreign_region() -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    // What the checker says of it: another thread is a longer-lived place.
    let checked = build("contexts/foreign.c", &program, &["--threads"])?.expect(1)?;
    if !checked.stderr.contains("error[R0402]") {
        return Err(checked.stderr);
    }
    build(
        "contexts/foreign.c",
        &program,
        &["--threads", "--unchecked", "--mode", "debug"],
    )?
    .expect(0)?;
    let run = process::run(&mut Command::new(&program));
    let says = "allocation in a region that another thread has opened";
    if run.signal == Some(libc::SIGABRT) && run.stderr.contains(says) && run.stderr.contains("foreign.c:14") {
        Ok(())
    } else {
        Err(format!("{run:?}"))
    }
}

/// A kernel knows which pool it works on: the wrong library has no such symbol.
pub fn mixed() -> Result<(), String> {
    let scratch = scratch()?;
    let kernel = scratch.path().join("kernel.bc");
    let program = scratch.path().join("program");
    for (options, library, missing) in [
        (&["--threads"][..], artifact::runtime(), "croft_rt_apart_"),
        (&[], artifact::runtime_for_threads(), "croft_pool"),
    ] {
        let mut command = process::croft();
        command
            .arg("lower")
            .args(options)
            .arg(folder::root().join("examples/list/list.c"));
        process::run(command.arg("-o").arg(&kernel)).expect(0)?;
        let link = |library: &Path| {
            process::run(
                process::clang()
                    .args(["-Wno-override-module", "-pthread"])
                    .arg(&kernel)
                    .arg(folder::here("contexts/pool.c"))
                    .arg(library)
                    .arg("-o")
                    .arg(&program),
            )
        };
        let run = link(library);
        if run.code == Some(0) || !run.stderr.contains(missing) {
            return Err(format!("with {options:?} it links: {run:?}"));
        }
        let right = if options.is_empty() {
            artifact::runtime()
        } else {
            artifact::runtime_for_threads()
        };
        link(right).expect(0)?;
        process::run(&mut Command::new(&program)).expect(0)?;
    }
    Ok(())
}

pub fn none_on_bare_metal() -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    let run = build(
        "contexts/threads.c",
        &program,
        &["--threads", "--target", "thumbv7em-none-eabi"],
    )?
    .expect(2)?;
    if run.stderr.contains("without operating system") && run.stderr.contains("--interrupts") {
        Ok(())
    } else {
        Err(run.stderr)
    }
}
