//! Kernel images: what they print, and how they end.

use crate::scratch;
use croft_tests::baremetal::{self, Board};
use croft_tests::{folder, process};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Blocks of the pools, on every target.
const BLOCKS: &str = "200";

/// Builds an image of a kernel for a board.
pub fn image(board: &Board, kernel: &str, image: &Path, options: &[&str]) -> Result<(), String> {
    let mut command = baremetal::build(board);
    command
        .args(["--pool-blocks", BLOCKS])
        .args(options)
        .arg(folder::root().join(kernel));
    process::run(command.arg("-o").arg(image)).expect(0).map(|_| ())
}

/// What a kernel prints here, if it ends with this status. Built once, however many boards ask.
fn on_host(kernel: &str, status: i32) -> Result<String, String> {
    static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    // A trial that failed while it held the lock left nothing half done.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(output) = known.get(kernel) {
        return Ok(output.clone());
    }
    let scratch = scratch()?;
    let program = scratch.path().join("host");
    let mut command = process::croft();
    command
        .args(["build", "--pool-blocks", BLOCKS])
        .arg(folder::root().join(kernel));
    process::run(command.arg("-o").arg(&program)).expect(0)?;
    let output = process::run(&mut Command::new(&program)).expect(status)?.stdout;
    known.insert(kernel.to_owned(), output.clone());
    Ok(output)
}

pub fn as_on_host(board: &Board, kernel: &str, status: i32, options: &[&str]) -> Result<(), String> {
    let expected = on_host(kernel, status)?;
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, kernel, &there, options)?;
    let run = board.run(&there)?.expect(status)?;
    if run.stdout.is_empty() || run.stdout != expected {
        return Err(format!(
            "on the board:\n{}\non the host:\n{expected}\n{}",
            run.stdout, run.stderr
        ));
    }
    Ok(())
}

pub fn fault(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, "tests/baremetal/fault.c", &there, &[])?;
    let run = board.run(&there)?.expect(128 + 11)?;
    if run.stdout.starts_with("before\ncroft: processor fault ") {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

pub fn plain_ir(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, "tests/baremetal/plain.ll", &there, &[])?;
    board.run(&there)?.expect(42).map(|_| ())
}

/// A memory map of the user's own; the project's sections are there to be included.
pub fn own_memory_map(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let map = scratch.path().join("own.ld");
    std::fs::write(
        &map,
        "MEMORY { RAM (rwx) : ORIGIN = 0x80000000, LENGTH = 2M }\nREGION_ALIAS(\"CODE\", RAM)\n\
         REGION_ALIAS(\"DATA_SOURCE\", RAM)\nSTACK = 0x2000;\nINCLUDE sections.ld\n",
    )
    .map_err(|error| error.to_string())?;
    let there = scratch.path().join("image.elf");
    let kernel = "examples/list/list.c";
    let own = ["--linker-script", process::text(&map)];
    match image(board, kernel, &there, &own) {
        Err(message) if message.contains("overflowed by") => {}
        other => return Err(format!("{BLOCKS} blocks do not fit 2 MiB, but: {other:?}")),
    }
    let mut command = baremetal::build(board);
    command
        .args(own)
        .args(["--pool-blocks", "16"])
        .arg(folder::root().join(kernel));
    process::run(command.arg("-o").arg(&there)).expect(0)?;
    board.run(&there)?.expect(0).map(|_| ())
}

/// The linker's message reaches the user, and nothing is written.
pub fn too_large(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    let mut command = baremetal::build(board);
    command
        .args(["--pool-blocks", "100000"])
        .arg(folder::root().join("examples/list/list.c"));
    let run = process::run(command.arg("-o").arg(&there)).expect(2)?;
    if run.stderr.contains("RAM") && run.stderr.contains("overflowed by") && !there.exists() {
        Ok(())
    } else {
        Err(run.stderr)
    }
}
