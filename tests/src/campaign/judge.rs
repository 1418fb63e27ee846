//! The checker's verdict on programs: as `croft check` compiles them, and on clang's output with and without optimisation.

use super::program::Program;
use super::write;
use crate::process;
use std::collections::BTreeSet;
use std::path::Path;

/// How the C becomes LLVM's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As `croft check` does it: for optimisation, but not optimised yet.
    Croft,
    /// `-O0`
    Unoptimised,
    /// `-O2`
    Optimised,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 3] = [Level::Croft, Level::Unoptimised, Level::Optimised];

    fn flags(self) -> &'static [&'static str] {
        match self {
            Level::Croft => &["-O2", "-Xclang", "-disable-llvm-passes"],
            Level::Unoptimised => &["-O0"],
            Level::Optimised => &["-O2"],
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Croft => "croft",
            Level::Unoptimised => "-O0",
            Level::Optimised => "-O2",
        }
    }
}

/// What the checker says of a program: its messages, each beginning with the code. None: it accepts.
pub type Verdict = Vec<String>;

/// The checker's verdicts on several programs, which are compiled as one file. No function, variable or region of one is known
/// to another, so each verdict is that on the program alone.
///
/// # Errors
/// When clang or the checker cannot do their work.
pub fn verdicts(programs: &[&Program], level: Level) -> Result<Vec<Verdict>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let source = folder.path().join("programs.c");
    std::fs::write(&source, write::file(programs)).map_err(|error| error.to_string())?;
    let bitcode = folder.path().join("programs.bc");
    compile(&source, level, &bitcode)?;
    let run = process::run(process::croft().args(["check", "--format", "json"]).arg(&bitcode));
    let mut verdicts = vec![Vec::new(); programs.len()];
    for line in run.stdout.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let function = finding["primary"]["function"].as_str().unwrap_or_default();
        let program = function
            .strip_prefix('p')
            .and_then(|rest| rest.split('_').next()?.parse::<usize>().ok())
            .and_then(|index| verdicts.get_mut(index));
        let text = format!(
            "{} in {function}: {}",
            finding["code"].as_str().unwrap_or_default(),
            finding["message"].as_str().unwrap_or_default()
        );
        match program {
            Some(verdict) => verdict.push(text),
            None => return Err(format!("a finding in no program: {line}")),
        }
    }
    let accepted = verdicts.iter().all(Vec::is_empty);
    run.expect(i32::from(!accepted))?;
    Ok(verdicts)
}

/// Compiles a file of programs to bitcode.
///
/// # Errors
/// What clang says.
pub fn compile(source: &Path, level: Level, bitcode: &Path) -> Result<(), String> {
    process::run(
        process::clang()
            .args(level.flags())
            .args(["-g", "-w", "-emit-llvm", "-c"])
            .arg(source)
            .arg("-o")
            .arg(bitcode),
    )
    .expect(0)
    .map(|_| ())
}

/// The codes in a verdict.
pub fn codes(verdict: &[String]) -> BTreeSet<String> {
    verdict
        .iter()
        .filter_map(|text| text.split(' ').next().map(str::to_owned))
        .collect()
}
