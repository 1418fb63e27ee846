//! Handlers of interrupts beside the main program.

use crate::scratch;
use crate::stepping::{End, interrupt_everywhere};
use croft_tests::{folder, process};
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = "contexts/interrupted.c";

/// What the program says when its table of cases is at an end.
const NO_CASE: i32 = 3;

fn build(program: &Path, options: &[&str]) -> Result<(), String> {
    let mut command = process::croft();
    command
        .args([
            "build",
            "--unchecked",
            "--interrupts",
            "--pool-blocks",
            "64",
            "--cflag",
            "-Werror",
        ])
        .args(options)
        .arg(folder::here(PROGRAM));
    process::run(command.arg("-o").arg(program)).expect(0).map(|_| ())
}

/// Interrupts every case of a program everywhere: for each, how it ended. `None` if the system forbids tracing.
fn all_cases(program: &Path) -> Option<Vec<End>> {
    let mut ends = Vec::new();
    loop {
        let end = interrupt_everywhere(Command::new(program).arg(ends.len().to_string()))?;
        if matches!(end, End::Ended(1, NO_CASE)) {
            return Some(ends);
        }
        ends.push(end);
    }
}

/// Whatever instruction of whatever operation a handler interrupts, all is as if it had come later.
pub fn harmless(mode: &str) -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("interrupted");
    build(&program, &["--mode", mode])?;
    let Some(ends) = all_cases(&program) else {
        println!("skipped: this system forbids ptrace");
        return Ok(());
    };
    let mut total = 0;
    for (case, end) in ends.iter().enumerate() {
        match end {
            End::Survived(instructions) => total += instructions,
            End::Ended(round, status) => {
                return Err(format!(
                    "case {case}, interrupted after instruction {round}: ended with {status}"
                ));
            }
        }
    }
    println!(
        "mode {mode}: {} cases, interrupted after each of {total} instructions",
        ends.len()
    );
    // The table of cases, and at the least a few instructions of each.
    if ends.len() > 25 && total > 25 * ends.len() {
        Ok(())
    } else {
        Err(format!(
            "{} cases with {total} instructions are too few",
            ends.len()
        ))
    }
}

/// The same with critical sections that protect nothing: the test sees it.
pub fn unprotected() -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("interrupted");
    build(&program, &["-D", "UNPROTECTED"])?;
    let Some(ends) = all_cases(&program) else {
        println!("skipped: this system forbids ptrace");
        return Ok(());
    };
    let broken = ends.iter().filter(|end| matches!(end, End::Ended(..))).count();
    println!("without protection {broken} of {} cases break", ends.len());
    if broken >= 5 {
        Ok(())
    } else {
        Err(format!("only {broken} of {} cases break", ends.len()))
    }
}
