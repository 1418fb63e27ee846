//! What checking, optimising and lowering cost, beside what `opt -O2` costs on the same module: `make bench-check`.
//!
//! Generated modules of three sizes and four shapes (`croft_tests::scale`), and one real program: SQLite, as a crate bundles it, with
//! one region opened, used and ended in it. `croft check`, `croft opt`, `croft lower` and `opt` run in turn, each several times; the medians count. A module that is not
//! accepted ends the benchmark.
//!
//! `--write` puts the table into docs/CLAIMS.md; `--short` leaves out what takes long; `--runs N` says how often.

use croft_tests::measure::{self, Limits, Taken};
use croft_tests::peers::page;
use croft_tests::scale::{self, Shape};
use croft_tests::{artifact, folder, process};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const SEED: u64 = 1;

const LIMITS: Limits = Limits {
    seconds: 1200,
    mebibytes: 16 << 10,
};

/// What the real program is compiled from: its own source, and a region.
const REAL: &str = "\
#include \"sqlite3.c\"
#include <croft.h>
int croft_scale(const char *name, int length)
{
    croft_region r = croft_push();
    char *copy = croft_alloc_array(r, 64, 1, 1);
    for (int i = 0; i < 63 && i < length; i++)
        copy[i] = name[i];
    copy[63] = 0;
    int known = sqlite3_stricmp(copy, \"main\") == 0;
    croft_pop(r);
    return known;
}
";

struct Row {
    name: String,
    instructions: usize,
    check: Taken,
    reduce: Taken,
    lower: Taken,
    optimise: Taken,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let runs = arguments
        .iter()
        .position(|argument| argument == "--runs")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(3);
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let mut rows = Vec::new();
    let mut failed = false;
    let sizes: &[usize] = if has("--short") {
        &[10_000, 100_000]
    } else {
        &[10_000, 100_000, 1_000_000]
    };
    println!(
        "seed {SEED}, median of {runs} runs, times in seconds\n{}",
        heading()
    );
    let mut add = |name: String, bitcode: &Path| match row(name, bitcode, runs) {
        Ok(row) => {
            println!("{}", line(&row));
            rows.push(row);
        }
        Err(problem) => {
            println!("{problem}");
            failed = true;
        }
    };
    for shape in Shape::ALL {
        for size in sizes {
            // A function of a million instructions is nobody's; `opt` alone takes minutes for it.
            if shape == Shape::OneFunction && *size > 100_000 {
                continue;
            }
            add(shape.name().to_owned(), &generated(shape, *size, scratch.path()));
        }
    }
    match real(scratch.path()) {
        Ok(bitcode) => add("SQLite".to_owned(), &bitcode),
        Err(problem) => println!("skipped: SQLite ({problem})"),
    }
    let dearer: Vec<&Row> = rows.iter().filter(|row| ratio(&row.check, row) >= 1.0).collect();
    for row in &dearer {
        println!(
            "checking costs more than opt -O2: {}, {} instructions",
            row.name, row.instructions
        );
    }
    if has("--write") && !failed {
        write(&rows, runs);
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn generated(shape: Shape, size: usize, scratch: &Path) -> PathBuf {
    let (text, bitcode) = (scratch.join("module.ll"), scratch.join("module.bc"));
    std::fs::write(&text, scale::module(shape, size, SEED)).expect("the scratch folder can be written");
    succeed(
        Command::new(artifact::llvm("opt"))
            .arg(&text)
            .arg("-o")
            .arg(&bitcode),
    );
    bitcode
}

/// The real program as bitcode, as `croft` compiles C.
fn real(scratch: &Path) -> Result<PathBuf, String> {
    let manifest = folder::here("benches/real/Cargo.toml");
    let run = process::run(
        Command::new(env!("CARGO"))
            .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
            .arg(manifest),
    );
    let run = run
        .expect(0)
        .map_err(|problem| format!("cargo cannot bring its source: {problem}"))?;
    let metadata: serde_json::Value = serde_json::from_str(&run.stdout).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let source = packages
        .filter(|package| package["name"] == "libsqlite3-sys")
        .find_map(|package| {
            Some(
                Path::new(package["manifest_path"].as_str()?)
                    .parent()?
                    .join("sqlite3"),
            )
        })
        .ok_or("cargo does not say where its source is")?;
    let (text, bitcode) = (scratch.join("real.c"), scratch.join("real.bc"));
    std::fs::write(&text, REAL).map_err(|error| error.to_string())?;
    let flags = [
        "-O2",
        "-Xclang",
        "-disable-llvm-passes",
        "-g",
        "-w",
        "-emit-llvm",
        "-c",
    ];
    succeed(
        process::clang()
            .args(flags)
            .arg("-I")
            .arg(source)
            .arg(&text)
            .arg("-o")
            .arg(&bitcode),
    );
    Ok(bitcode)
}

fn succeed(command: &mut Command) {
    process::run(command)
        .expect(0)
        .unwrap_or_else(|problem| panic!("{command:?}: {problem}"));
}

/// The number of instructions, as LLVM counts them.
fn instructions(bitcode: &Path) -> usize {
    let run = process::run(
        Command::new(artifact::llvm("opt"))
            .args(["-passes=print<func-properties>", "-disable-output"])
            .arg(bitcode),
    );
    let counts = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("TotalInstructionCount: "));
    counts
        .filter_map(|count| count.trim().parse::<usize>().ok())
        .sum()
}

fn row(name: String, bitcode: &Path, runs: usize) -> Result<Row, String> {
    let instructions = instructions(bitcode);
    let (mut checks, mut reductions) = (Vec::new(), Vec::new());
    let (mut lowerings, mut optimisations) = (Vec::new(), Vec::new());
    let lowered = bitcode.with_extension("lowered.bc");
    for _ in 0..runs {
        let check = measure::run(process::croft().arg("check").arg(bitcode), LIMITS);
        if check.code != Some(0) {
            return Err(format!(
                "{name}, {instructions} instructions: not accepted: {check:?}"
            ));
        }
        checks.push(check);
        let mut reduce = process::croft();
        let reduction = measure::run(reduce.arg("opt").arg(bitcode).arg("-o").arg(&lowered), LIMITS);
        if reduction.code != Some(0) {
            return Err(format!(
                "{name}, {instructions} instructions: not optimised: {reduction:?}"
            ));
        }
        reductions.push(reduction);
        let mut lower = process::croft();
        let lowering = measure::run(lower.arg("lower").arg(bitcode).arg("-o").arg(&lowered), LIMITS);
        if lowering.code != Some(0) {
            return Err(format!(
                "{name}, {instructions} instructions: not lowered: {lowering:?}"
            ));
        }
        lowerings.push(lowering);
        let mut opt = Command::new(artifact::llvm("opt"));
        let optimisation = measure::run(opt.args(["-O2", "-disable-output"]).arg(bitcode), LIMITS);
        if optimisation.code != Some(0) {
            return Err(format!(
                "{name}, {instructions} instructions: opt failed: {optimisation:?}"
            ));
        }
        optimisations.push(optimisation);
    }
    Ok(Row {
        name,
        instructions,
        check: median(checks),
        reduce: median(reductions),
        lower: median(lowerings),
        optimise: median(optimisations),
    })
}

/// The run in the middle by processor time.
fn median(mut runs: Vec<Taken>) -> Taken {
    runs.sort_by_key(|run| run.processor);
    runs.swap_remove(runs.len() / 2)
}

/// Of processor time: on a machine that others use, it is the steadier one.
fn ratio(taken: &Taken, row: &Row) -> f64 {
    taken.processor.as_secs_f64() / row.optimise.processor.as_secs_f64()
}

fn heading() -> &'static str {
    "| module | instructions | check: wall | processor | MiB | croft opt: wall | processor | MiB | lower: wall | processor | MiB | opt -O2: wall | processor | MiB | check ÷ opt -O2 | croft opt ÷ opt -O2 | lower ÷ opt -O2 | seconds of check for a million |\n\
     |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
}

fn line(row: &Row) -> String {
    let columns = |taken: &Taken| {
        format!(
            "{:.2} | {:.2} | {:.0}",
            taken.wall.as_secs_f64(),
            taken.processor.as_secs_f64(),
            taken.kibibytes as f64 / 1024.0
        )
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.1} |",
        row.name,
        row.instructions,
        columns(&row.check),
        columns(&row.reduce),
        columns(&row.lower),
        columns(&row.optimise),
        ratio(&row.check, row),
        ratio(&row.reduce, row),
        ratio(&row.lower, row),
        row.check.processor.as_secs_f64() / row.instructions as f64 * 1e6
    )
}

fn write(rows: &[Row], runs: usize) {
    let mut table = format!(
        "{}\n\nSeed {SEED}, {}, times in seconds.\n\n{}\n",
        page::machine(),
        if runs == 1 {
            "one run".to_owned()
        } else {
            format!("median of {runs} runs")
        },
        heading()
    );
    for row in rows {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{}", line(row));
    }
    page::write("make bench-check", &table).unwrap_or_else(|problem| panic!("docs/CLAIMS.md: {problem}"));
    println!("written to docs/CLAIMS.md");
}
