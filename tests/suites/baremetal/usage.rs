//! Bad input gets a clear error: targets, runtimes and sources that are not there or do not fit.

use crate::scratch;
use croft_tests::baremetal::{self, BOARDS, Board};
use croft_tests::{folder, process};

pub fn unknown_target() -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    let mut command = process::croft();
    command
        .args(["build", "--target", "mips-unknown-none"])
        .arg(folder::root().join("examples/list/list.c"));
    let run = process::run(command.arg("-o").arg(&program)).expect(2)?;
    let all = BOARDS.iter().all(|board| run.stderr.contains(board.triple));
    if all && run.stderr.contains("`mips-unknown-none` is no target") && !program.exists() {
        Ok(())
    } else {
        Err(run.stderr)
    }
}

pub fn no_runtime() -> Result<(), String> {
    let scratch = scratch()?;
    for (verb, says) in [("build", "make baremetal"), ("run", "croft build --target")] {
        let mut command = process::croft();
        command
            .env("CROFT_BAREMETAL", scratch.path())
            .args([verb, "--target", BOARDS[0].triple])
            .arg(folder::root().join("examples/list/list.c"));
        if verb == "build" {
            command.arg("-o").arg(scratch.path().join("program"));
        }
        let run = process::run(&mut command).expect(2)?;
        if !run.stderr.contains(says) || !run.stderr.contains(BOARDS[0].triple) {
            return Err(run.stderr);
        }
    }
    Ok(())
}

pub fn foreign_ir(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let file = scratch.path().join("host.bc");
    process::run(
        process::clang()
            .args(["-emit-llvm", "-c"])
            .arg(folder::root().join("examples/list/list.c"))
            .arg("-o")
            .arg(&file),
    )
    .expect(0)?;
    let mut command = baremetal::build(board);
    let run = process::run(command.arg(&file).arg("-o").arg(scratch.path().join("image.elf"))).expect(2)?;
    if run.stderr.contains("the program is for `x86_64") && run.stderr.contains("data layout") {
        Ok(())
    } else {
        Err(run.stderr)
    }
}

pub fn rust_source(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let mut command = baremetal::build(board);
    command.arg(folder::root().join("examples/rust/kernel.rs"));
    let run = process::run(command.arg("-o").arg(scratch.path().join("image.elf"))).expect(2)?;
    if run.stderr.contains("Rust for this machine only") && run.stderr.contains(board.triple) {
        Ok(())
    } else {
        Err(run.stderr)
    }
}
