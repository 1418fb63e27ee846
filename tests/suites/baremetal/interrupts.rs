//! Handlers of interrupts that use regions, beside a main program that does.

use crate::image::{self, image};
use crate::scratch;
use croft_tests::baremetal::{self, Board};
use croft_tests::{artifact, process};
use std::process::Command;

const KERNEL: &str = "tests/baremetal/ticks.c";

/// A timer's handler opens regions, allocates and ends them while the main loop does the same.
pub fn ticks(board: &Board, mode: &str) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, KERNEL, &there, &["--interrupts", "--mode", mode])?;
    let run = board.run_by_instructions(&there)?.expect(0)?;
    if run.stdout == "400 rounds and more, 300 ticks and more, 0 and 0 wrong, 0 blocks in use\n" {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

/// The same with critical sections that protect nothing: it is seen.
pub fn unprotected(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, KERNEL, &there, &["--interrupts", "-D", "UNPROTECTED"])?;
    // By its own comparison, by an exhaustion that cannot be, or by a fault.
    let run = board.run_by_instructions(&there)?;
    if run.code == Some(0) {
        Err(format!("nothing was seen:\n{}", run.stdout))
    } else {
        Ok(())
    }
}

/// Kernels compute the same in critical sections, debug mode included.
pub fn as_on_host(board: &Board) -> Result<(), String> {
    for (kernel, status, mode) in [
        ("tests/baremetal/adversary.c", 0, "inline"),
        ("tests/baremetal/exhausted.c", 7, "inline"),
        ("tests/baremetal/nested.c", 0, "debug"),
    ] {
        image::as_on_host(board, kernel, status, &["--interrupts", "--mode", mode])?;
    }
    Ok(())
}

/// No build of the runtime has an instruction that reads and writes memory at once, or calls a library for that: single-core
/// processors without them are served.
pub fn no_atomics(board: &Board) -> Result<(), String> {
    let folder = baremetal::runtimes().join(board.triple);
    for library in ["libcroft_runtime.a", "libcroft_runtime_interrupts.a"] {
        let run = process::run(
            Command::new(artifact::llvm("llvm-objdump"))
                .args(["--disassemble", "--reloc", "--no-show-raw-insn"])
                .arg(folder.join(library)),
        )
        .expect(0)?;
        // The library's own object; the compiler's, beside it, has functions that nothing calls.
        let own: Vec<&str> = run
            .stdout
            .split("\tfile format ")
            .filter(|object| object.contains("<croft_rt_push>:"))
            .collect();
        if own.is_empty() {
            return Err(format!("{library} was not disassembled"));
        }
        let is_atomic = |word: &str| {
            [
                "ldrex",
                "strex",
                "lr.w",
                "sc.w",
                "amo",
                "swp",
                "__atomic_",
                "__sync_",
            ]
            .iter()
            .any(|start| word.starts_with(start))
        };
        let mut lines = own.iter().flat_map(|object| object.lines());
        if let Some(line) = lines.find(|line| line.split_whitespace().any(is_atomic)) {
            return Err(format!("{library}: {line}"));
        }
    }
    Ok(())
}
