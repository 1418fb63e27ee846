//! Differential runs: a program prints the same whether Croft lowers it, in any mode and optimised in any way, or a C compiler compiles it, at any
//! level, over `support/malloc_runtime.c`, where every object is a `malloc` of its own.
//!
//! The programs are the examples, those below `programs/`, and some that are generated from the seeds below;
//! `CROFT_SEEDS=200` adds as many. A program of `programs/` ends with status 0 and prints something.

use croft_tests::{artifact, folder, generator, process};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The examples: what to run, and what it is linked with.
const EXAMPLES: [(&str, &[&str]); 8] = [
    ("examples/list/list.c", &[]),
    ("examples/list/fixed.c", &[]),
    ("examples/messages/messages.c", &[]),
    ("examples/signal/signal.c", &["m"]),
    ("examples/linear/solve.c", &["lapack", "blas"]),
    ("examples/recursion/queens.c", &[]),
    ("examples/rust/kernel.rs", &[]),
    ("examples/plain/kernel.ll", &[]),
];

/// Modes of lowering, and what is optimised before: all, nothing, and each optimisation by itself.
const WAYS: [(&str, &str); 8] = [
    ("inline", "all"),
    ("inline", "none"),
    ("inline", "stack"),
    ("inline", "merge"),
    ("inline", "loops"),
    ("inline", "groups"),
    ("call", "all"),
    ("debug", "all"),
];

/// Deterministic: a failure names its seed, which is the last number of the trial's name.
const SEEDS: [u64; 12] = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (path, libraries) in EXAMPLES {
        trials.push(Trial::test(path, move || {
            let path = folder::root().join(path);
            example(&path, libraries).map_err(Failed::from)
        }));
    }
    for path in folder::files(&folder::here("programs"), &["c", "ll"]) {
        let name = format!("programs/{}", path.file_name().unwrap_or_default().display());
        trials.push(Trial::test(name, move || {
            let output = same_everywhere(&path, &["m"])?;
            if output.is_empty() {
                return Err(Failed::from("the program prints nothing"));
            }
            Ok(())
        }));
    }
    let more = std::env::var("CROFT_SEEDS")
        .ok()
        .and_then(|number| number.parse().ok());
    for seed in SEEDS.into_iter().chain(1000..1000 + more.unwrap_or(0)) {
        trials.push(Trial::test(format!("generated from seed {seed}"), move || {
            generated(seed).map_err(Failed::from)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// An example, whose folder also says what it prints.
fn example(path: &Path, libraries: &[&str]) -> Result<(), String> {
    let output = same_everywhere(path, libraries)?;
    let named = path.with_extension("expected.txt");
    let expected = if named.exists() {
        named
    } else {
        path.with_file_name("expected.txt")
    };
    let text = std::fs::read_to_string(&expected).map_err(|error| error.to_string())?;
    if output == text {
        Ok(())
    } else {
        Err(format!("not as in {}:\n{output}", expected.display()))
    }
}

fn generated(seed: u64) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = scratch.path().join("generated.c");
    let source = generator::program(seed);
    std::fs::write(&path, &source).map_err(|error| error.to_string())?;
    let output =
        same_everywhere(&path, &[]).map_err(|problem| format!("seed {seed}: {problem}\n{source}"))?;
    if output.lines().count() == 20 {
        Ok(())
    } else {
        Err(format!("seed {seed}: 20 lines were expected:\n{output}"))
    }
}

/// What a program prints, if it is the same in all ways of building it.
fn same_everywhere(path: &Path, libraries: &[&str]) -> Result<String, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let libraries: Vec<String> = libraries.iter().map(|library| format!("-l{library}")).collect();
    let mut outputs = Vec::new();
    for level in ["-O0", "-O2"] {
        let program = over_malloc(path, level, &libraries, scratch.path())?;
        let run = process::run(&mut Command::new(program)).expect(0)?;
        outputs.push((format!("over malloc, {level}"), run));
    }
    for (mode, optimised) in WAYS {
        let mut command = process::croft();
        command
            .args(["run", "--mode", mode, "--opt", optimised])
            .args(&libraries)
            .arg(path);
        outputs.push((
            format!("lowered, mode {mode}, optimised: {optimised}"),
            process::run(&mut command).expect(0)?,
        ));
    }
    let (reference, first) = &outputs[0];
    for (how, run) in &outputs[1..] {
        if run.stdout != first.stdout {
            return Err(format!(
                "{how}:\n{}\nis not what it prints {reference}:\n{}",
                run.stdout, first.stdout
            ));
        }
    }
    Ok(first.stdout.clone())
}

/// The program without Croft's pass and runtime.
fn over_malloc(path: &Path, level: &str, libraries: &[String], scratch: &Path) -> Result<PathBuf, String> {
    let program = scratch.join(format!("malloc{level}"));
    let mut command = process::clang();
    command.args([level, "-g", "-Wno-override-module"]);
    if path.extension().is_some_and(|extension| extension == "rs") {
        let object = scratch.join("kernel.o");
        // Without any optimisation a `no_std` kernel calls checks of a core library that is not linked.
        let optimised = if level == "-O0" {
            "opt-level=1"
        } else {
            "opt-level=2"
        };
        process::run(
            Command::new("rustc")
                .args([
                    "--edition",
                    "2024",
                    "--crate-type",
                    "lib",
                    "--crate-name",
                    "kernel",
                ])
                .args([
                    "-C",
                    optimised,
                    "-C",
                    "panic=abort",
                    "-C",
                    "codegen-units=1",
                    "--emit=obj",
                    "-o",
                ])
                .arg(&object)
                .arg(path),
        )
        .expect(0)?;
        command.arg(object);
    } else {
        command.arg(path);
    }
    // The C of `support/` may not see the language of the file before it.
    command
        .args(["-x", "c"])
        .arg(folder::here("support/malloc_runtime.c"))
        .args(["-x", "none"])
        .args(libraries)
        .arg("-lm")
        .arg("-o")
        .arg(&program);
    process::run(&mut command).expect(0)?;
    // The command under test is built before the clock of a trial matters.
    let _ = artifact::croft();
    Ok(program)
}
