//! Instructions of the runtime's entry points, counted exactly, and held against what is proven of the same image.

use crate::{image, scratch};
use croft_proof::limits::Limits as Proven;
use croft_proof::{Image, Prover, Rules};
use croft_tests::baremetal::{BOARDS, Board, Count};
use croft_tests::folder;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The entry points of compiled code.
const ENTRY_POINTS: [&str; 12] = [
    "croft_rt_open",
    "croft_rt_open_bounded",
    "croft_rt_open_eager",
    "croft_rt_open_eager_bounded",
    "croft_rt_push",
    "croft_rt_push_bounded",
    "croft_rt_pop",
    "croft_rt_reset",
    "croft_rt_alloc",
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
];

/// What the proof calls a board's target, with the runtime for these contexts of execution.
fn proven_target(board: &Board, contexts: Option<&str>) -> String {
    let name = match board.triple {
        "riscv32imac-unknown-none-elf" => "rv32",
        "riscv32g-unknown-none-elf" => "rv32g",
        "armv7a-none-eabihf" => "armv7a",
        "thumbv7em-none-eabi" => "thumbv7em",
        other => unreachable!("{other} is no board of ours"),
    };
    contexts.map_or(name.to_owned(), |contexts| format!("{name}-{contexts}"))
}

/// The most that the adversary makes an entry point take is at most what is proven of the very image that ran, and that is within
/// the proof's own limits. `contexts` is none, or `interrupts`: then the start code's critical sections are part of both.
pub fn within_proof(board: &Board, contexts: Option<&str>) -> Result<(), String> {
    let limits = std::fs::read_to_string(folder::root().join("proof/limits.toml"))
        .map_err(|error| error.to_string())?;
    let limits = Proven::parse(&limits).map_err(|error| error.to_string())?;
    let target = limits
        .target(&proven_target(board, contexts))
        .map_err(|error| error.to_string())?;
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    let option = contexts.map(|contexts| format!("--{contexts}"));
    let mut options = vec!["--cflag=-DADVERSARY_LARGE"];
    options.extend(option.as_deref());
    image::image(board, "tests/baremetal/adversary.c", &there, &options)?;
    let (run, counts) = board.count(&there, &ENTRY_POINTS)?;
    run.expect(0)?;
    let file = std::fs::read(&there).map_err(|error| error.to_string())?;
    let linked = Image::parse(&file).map_err(|error| error.to_string())?;
    let mut prover = Prover::new(&linked, &target.rules()).map_err(|error| error.to_string())?;
    let mut problems = String::new();
    for name in ENTRY_POINTS {
        let measured = counts.get(name).map_or(0, |count| count.most);
        let proof = prover
            .prove(name)
            .map_err(|refusal| format!("{name}: {refusal}"))?;
        let proven = proof.returns.unwrap_or(0);
        println!(
            "{} {}{name}: measured {measured}, proven {proven} instructions",
            board.triple,
            contexts.map_or(String::new(), |contexts| format!("({contexts}) "))
        );
        if measured == 0 || measured > proven {
            let _ = writeln!(
                problems,
                "{name}: measured {measured}, proven {proven} instructions"
            );
        }
        if let Some(limit) = target.entry.get(name) {
            for over in limit.exceeded(&proof) {
                let _ = writeln!(problems, "{name}: {over}");
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// What no compiler's few instructions more may exceed: one and a half times what an operation may take on x86-64, without
/// runs.
const GOALS: [(&str, u64); 7] = [
    ("croft_rt_push", 21),
    ("croft_rt_pop", 13),
    ("croft_rt_reset", 13),
    ("croft_rt_alloc", 60),
    ("croft_rt_alloc_array", 60),
    ("croft_rt_try_alloc", 60),
    ("croft_rt_try_alloc_array", 60),
];

/// A function of a user's is proven with the runtime that it is linked with, and one whose rounds depend on its argument is not.
pub fn own_kernel(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image::image(board, "tests/baremetal/own.c", &there, &[])?;
    let file = std::fs::read(&there).map_err(|error| error.to_string())?;
    let linked = Image::parse(&file).map_err(|error| error.to_string())?;
    let mut prover = Prover::new(&linked, &Rules::of_a_kernel()).map_err(|error| error.to_string())?;
    let proof = prover
        .prove("step")
        .map_err(|refusal| format!("step: {refusal}"))?;
    println!(
        "{} step: at most {:?} instructions, {} bytes of stack",
        board.triple, proof.returns, proof.stack
    );
    match prover.prove("walk") {
        Err(_) => Ok(()),
        Ok(_) => Err("walk: its loop has no constant bound".to_owned()),
    }
}

/// Limits: for each target, instructions of each entry point.
type Limits = BTreeMap<String, BTreeMap<String, u64>>;

pub fn counts() -> Result<(), String> {
    let path = folder::here("baremetal/counts.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let limits: Limits = toml::from_str(&text).map_err(|error| error.to_string())?;
    let mut problems = String::new();
    let mut measured = Limits::new();
    for board in BOARDS {
        let scratch = scratch()?;
        let there = scratch.path().join("image.elf");
        image::image(&board, "tests/baremetal/adversary.c", &there, &[])?;
        let (run, counts) = board.count(&there, &ENTRY_POINTS)?;
        run.expect(0)?;
        let limits = limits.get(board.triple);
        for name in ENTRY_POINTS {
            let Count { calls, most } = counts.get(name).copied().unwrap_or(Count { calls: 0, most: 0 });
            let limit = limits.and_then(|limits| limits.get(name)).copied().unwrap_or(0);
            println!(
                "{} {name}: at most {most} instructions in {calls} calls, limit {limit}",
                board.triple
            );
            if calls == 0 || most == 0 {
                let _ = writeln!(problems, "{}: {name} was never called", board.triple);
            } else if GOALS
                .iter()
                .any(|&(goal, at_most)| goal == name && most > at_most)
            {
                let _ = writeln!(
                    problems,
                    "{}: {name} took {most} instructions, more than one and a half times the goal",
                    board.triple
                );
            } else if most > limit {
                let _ = writeln!(
                    problems,
                    "{}: {name} took {most} instructions, limit {limit}",
                    board.triple
                );
            }
            measured
                .entry(board.triple.to_owned())
                .or_default()
                // Compilers differ by a few instructions.
                .insert(name.to_owned(), most + most.div_ceil(10));
        }
    }
    if std::env::var_os("CROFT_BLESS").is_some() {
        let head: String = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        let table = toml::to_string(&measured).map_err(|error| error.to_string())?;
        std::fs::write(&path, format!("{head}\n{table}")).map_err(|error| error.to_string())?;
        return Ok(());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}
