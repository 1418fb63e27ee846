//! The oracle's own oracle: programs run natively, over a runtime that faults at every access to what has ended
//! (`support/trap_runtime.c`), and both have to agree: on the violation, and on all that a right run reads.

use super::draws::choices;
use super::interpret::{self, Outcome, Rule};
use super::program::Program;
use super::write;
use crate::{folder, process};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Built {
    /// By clang alone.
    Plainly,
    /// With `croft opt` on the annotated IR. Only right runs are compared then: an object that became a stack slot
    /// faults nowhere.
    Optimised,
}

/// Compares the runs of programs at an optimisation level of clang's (`-O0`, `-O2`), each with the choices of the seeds below `runs`.
/// Returns how many runs were right and how many violated something.
///
/// # Errors
/// The first disagreement, with the program.
pub fn compare(
    programs: &[&Program],
    level: &str,
    runs: u64,
    built: Built,
) -> Result<(usize, usize), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (source, binary) = (scratch.path().join("programs.c"), scratch.path().join("programs"));
    let mut text = write::file(programs);
    let roots: Vec<String> = (0..programs.len())
        .map(|index| write::root(&write::prefix(index)))
        .collect();
    let _ = writeln!(text, "void (*const roots[])(void) = {{{}}};", roots.join(", "));
    std::fs::write(&source, text).map_err(|error| error.to_string())?;
    let source = match built {
        Built::Plainly => source,
        Built::Optimised => {
            let allocations = |path: &Path| {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                text.matches("call ptr @croft.alloc(").count() + text.matches(" ptr @croft.push()").count()
            };
            let (optimised, plain) = (
                scratch.path().join("optimised.ll"),
                scratch.path().join("plain.ll"),
            );
            for (list, to) in [("all", &optimised), ("none", &plain)] {
                let mut command = process::croft();
                command
                    .args(["opt", "--opt", list])
                    .arg(&source)
                    .arg("-o")
                    .arg(to);
                process::run(&mut command).expect(0)?;
            }
            let (few, many) = (allocations(&optimised), allocations(&plain));
            println!("{level}: {few} openings and allocations are left of {many}");
            if few * 10 > many * 9 {
                return Err("hardly anything was optimised".to_owned());
            }
            optimised
        }
    };
    process::run(
        process::clang()
            .args([level, "-w"])
            .arg(&source)
            .arg(folder::here("support/trap_runtime.c"))
            .arg("-o")
            .arg(&binary),
    )
    .expect(0)?;
    let mut expected = Vec::new();
    let mut lines = String::new();
    for (index, program) in programs.iter().enumerate() {
        for seed in 0..runs {
            let choices = choices(seed);
            let run = interpret::run_without_leaks(program, &choices);
            if !matches!(run.outcome, Outcome::Invalid(_)) {
                let answers: String = choices.iter().map(|byte| format!("{byte:02x}")).collect();
                let _ = writeln!(lines, "{index} {answers}");
                expected.push((index, seed, run));
            }
        }
    }
    let input = scratch.path().join("runs.txt");
    std::fs::write(&input, lines).map_err(|error| error.to_string())?;
    let input = std::fs::File::open(&input).map_err(|error| error.to_string())?;
    let output = Command::new(&binary)
        .stdin(Stdio::from(input))
        .output()
        .map_err(|error| error.to_string())?;
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.lines().count() != expected.len() {
        return Err(format!(
            "{} runs, {} results",
            expected.len(),
            output.lines().count()
        ));
    }
    let (mut right, mut violating) = (0, 0);
    for ((index, seed, run), line) in expected.iter().zip(output.lines()) {
        let agrees = match &run.outcome {
            Outcome::Right => {
                right += 1;
                line == format!("right {}", run.checksum)
            }
            Outcome::Violation(rule, _) => {
                violating += 1;
                let is_compared = built == Built::Plainly;
                let rule = if *rule == Rule::Balance {
                    "balance"
                } else {
                    "dangling"
                };
                !is_compared || line.starts_with(rule)
            }
            Outcome::Invalid(_) => true,
        };
        if !agrees {
            return Err(format!(
                "{level}, choices of seed {seed}: the oracle says {:?} with {}, the native run {line}:\n{}",
                run.outcome,
                run.checksum,
                write::one(programs[*index], "")
            ));
        }
    }
    Ok((right, violating))
}
