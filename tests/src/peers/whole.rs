//! Whole programs: `benches/programs`, each over malloc and over regions by one switch of its source (`memory.h`).

use super::count;
use super::program::{strip, succeed};
use super::time::median;
use crate::measure::{self, Limits};
use crate::{folder, process};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program takes over malloc and over regions.
#[derive(Clone, Debug)]
pub struct Whole {
    /// Its file, without the ending.
    pub name: String,
    /// Instructions of the whole run.
    pub instructions: (f64, f64),
    /// Processor time, the median.
    pub seconds: (f64, f64),
    /// The most memory that was resident.
    pub mebibytes: (f64, f64),
}

const LIMITS: Limits = Limits {
    seconds: 120,
    mebibytes: 4096,
};

/// Their sources, in order.
pub fn sources() -> Vec<PathBuf> {
    folder::files(&folder::here("benches/programs"), &["c"])
}

/// The program over malloc, as a C user builds it, and over regions, as `croft build` makes it by default.
///
/// # Errors
/// What the compilers say.
pub fn build(source: &Path, folder: &Path) -> Result<(PathBuf, PathBuf), String> {
    let name = source.file_stem().unwrap_or_default().display().to_string();
    let (malloc, regions) = (
        folder.join(format!("{name}-malloc")),
        folder.join(format!("{name}-regions")),
    );
    succeed(
        process::clang()
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-DWITH_MALLOC"])
            .arg(source)
            .args(["-lm", "-o"])
            .arg(&malloc),
    )?;
    succeed(process::croft().arg("build").arg(source).arg("-o").arg(&regions))?;
    strip(&malloc)?;
    strip(&regions)?;
    Ok((malloc, regions))
}

/// What both print for a small input, if it is the same and something.
///
/// # Errors
/// The two outputs, if they differ, or how a run failed.
pub fn agree(source: &Path, folder: &Path) -> Result<String, String> {
    let (malloc, regions) = build(source, folder)?;
    let run = |program: &Path| process::run(Command::new(program).arg("1")).expect(0);
    let (expected, printed) = (run(&malloc)?.stdout, run(&regions)?.stdout);
    if expected != printed {
        return Err(format!("over malloc:\n{expected}\nover regions:\n{printed}"));
    }
    if expected.lines().all(|line| line.trim().is_empty()) {
        return Err("the program prints nothing".to_owned());
    }
    Ok(expected)
}

/// The measurements of all; times are medians of as many rounds, in which both programs of a source take turns.
///
/// # Errors
/// When one cannot be built, or a run fails.
pub fn all(folder: &Path, rounds: usize) -> Result<Vec<Whole>, String> {
    let sources = sources();
    let counted = count::side_by_side(&sources, |source| {
        agree(source, folder)?;
        let (malloc, regions) = build(source, folder)?;
        let counts = (instructions(&malloc)?, instructions(&regions)?);
        Ok::<_, String>((malloc, regions, counts))
    });
    // One at a time: others would be in the way of the times.
    sources
        .iter()
        .zip(counted)
        .map(|(source, counted)| {
            let (malloc, regions, instructions) =
                counted.map_err(|problem| format!("{}: {problem}", source.display()))?;
            let (mut seconds, mut mebibytes) = ([vec![], vec![]], [vec![], vec![]]);
            for _ in 0..rounds {
                for (index, program) in [&malloc, &regions].into_iter().enumerate() {
                    let taken = measure::run(&mut Command::new(program), LIMITS);
                    if taken.code != Some(0) {
                        return Err(format!("{}: {taken:?}", program.display()));
                    }
                    seconds[index].push(taken.processor.as_secs_f64());
                    mebibytes[index].push(peak(program)?);
                }
            }
            let pair = |[malloc, regions]: [Vec<f64>; 2]| (median(malloc), median(regions));
            Ok(Whole {
                name: source.file_stem().unwrap_or_default().display().to_string(),
                instructions,
                seconds: pair(seconds),
                mebibytes: pair(mebibytes),
            })
        })
        .collect()
}

/// Instructions of a whole run.
fn instructions(program: &Path) -> Result<f64, String> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program);
    Ok(count::collected(&process::run(&mut command).expect(0)?.stderr)? as f64)
}

/// The most resident memory in MiB, which a program tells when it is asked (`memory.h`): what the system keeps of a process counts what
/// that was before it became the program.
fn peak(program: &Path) -> Result<f64, String> {
    let run = process::run(Command::new(program).env("BENCH_PEAK", "1")).expect(0)?;
    run.stderr
        .trim()
        .parse::<f64>()
        .map(|kibibytes| kibibytes / 1024.0)
        .map_err(|_| format!("{}: no peak: {}", program.display(), run.stderr))
}
