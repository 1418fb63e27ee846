//! Croft beside what a user would pick instead: `make bench`. docs/BENCHMARKS.md says what is measured and how.
//!
//! `--write` puts the tables into docs/CLAIMS.md and Croft's figures into limits.toml; `--short` counts only, and only what the limits
//! speak of, as `cargo test --test peers` does; `--rounds N` says how often times are taken. Counts that are worse than the limits fail,
//! times never do.

use croft_tests::peers::memory::{self, Memory};
use croft_tests::peers::program::{NOTHING, NOTHING_IN_RUST, PEERS, Program, Workshop};
use croft_tests::peers::time::{self, Times};
use croft_tests::peers::whole::{self, Whole};
use croft_tests::peers::worst::{self, Worst};
use croft_tests::peers::{count, limits, page, table, workload};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = arguments
        .iter()
        .position(|argument| argument == "--rounds")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(7);
    match run(has("--short"), has("--write"), rounds) {
        Ok(broken) if broken.is_empty() => ExitCode::SUCCESS,
        Ok(broken) => {
            println!(
                "worse than the limits in tests/benches/limits.toml:\n{}",
                broken.join("\n")
            );
            ExitCode::FAILURE
        }
        Err(problem) => {
            println!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, prints, writes; what is worse than the limits.
fn run(is_short: bool, writes: bool, rounds: usize) -> Result<Vec<String>, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let workshop = Workshop::new(scratch.path(), is_short)?;
    let (mut programs, mut missing): (Vec<Program>, Vec<String>) = (Vec::new(), Vec::new());
    for peer in [NOTHING, NOTHING_IN_RUST].into_iter().chain(PEERS) {
        if is_short && !peer.is_short {
            continue;
        }
        match workshop.build(peer) {
            Ok(program) => programs.push(program),
            Err(problem) if peer.is_short => return Err(format!("{}: {problem}", peer.title)),
            Err(problem) => missing.push(format!("Not measured: {} ({problem}).\n", peer.title)),
        }
    }
    let counts = count::all(&programs, &workload::ALL)?;
    let large = count::large(&programs)?;
    let mut goals = limits::goals(&counts, &large)?;
    let longer = if is_short {
        None
    } else {
        let longer = Longer::measure(&programs, scratch.path(), rounds)?;
        goals.extend(limits::for_information(&longer.memories, &longer.times));
        Some(longer)
    };
    let mut text = format!("{}\n", page::machine());
    let mut section = |title: &str, table: String| {
        print!("\n{title}\n\n{table}");
        // Writing to a string does not fail.
        let _ = write!(text, "\n{title}\n\n{table}");
    };
    section("*Goals*:", table::goals(&goals));
    section(
        "*Instructions an object*, net of loop and touch (W5 and W6: of everything):",
        format!("{}\n{}", table::counts(&counts), table::lost(&counts)),
    );
    match &longer {
        None => section(
            "*W2*, instructions:",
            table::regions(&large, &HashMap::new(), &HashMap::new()),
        ),
        Some(longer) => {
            section("*The same as ratios*:", table::ratios(&counts));
            section(
                "*W2*, one region of 64 MiB, *and W4*, the worst single operation, in instructions:",
                table::regions(&large, &longer.memories, &longer.worsts),
            );
            section(
                &format!(
                    "*Nanoseconds an object*, processor time with loop and touch, medians of {rounds} rounds:"
                ),
                table::times(&longer.times),
            );
            section(
                &format!("*Whole programs*, times and memory as medians of {rounds} rounds:"),
                table::wholes(&longer.wholes),
            );
        }
    }
    for line in &missing {
        print!("\n{line}");
        let _ = write!(text, "\n{line}");
    }
    if writes {
        limits::write(&counts, &large)?;
        if !is_short {
            page::write("make bench", &text)?;
        }
        println!(
            "\nwritten to tests/benches/limits.toml{}",
            if is_short { "" } else { " and docs/CLAIMS.md" }
        );
    }
    limits::broken(&counts, &large)
}

/// What the short form leaves out.
struct Longer {
    memories: HashMap<&'static str, Memory>,
    worsts: HashMap<&'static str, Worst>,
    times: Times,
    wholes: Vec<Whole>,
}

impl Longer {
    fn measure(programs: &[Program], scratch: &Path, rounds: usize) -> Result<Self, String> {
        let mut memories = HashMap::new();
        for program in programs {
            if let Some(memory) = memory::of(program)? {
                memories.insert(program.peer.title, memory);
            }
        }
        Ok(Self {
            memories,
            worsts: programs
                .iter()
                .filter_map(|program| Some((program.peer.title, worst::operations(program)?)))
                .collect(),
            times: time::all(programs, &workload::ALL, rounds)?,
            wholes: whole::all(scratch, rounds)?,
        })
    }
}
