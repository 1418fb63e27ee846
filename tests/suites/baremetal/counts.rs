//! Instructions of the runtime's entry points, counted exactly.

use crate::{image, scratch};
use croft_tests::baremetal::{BOARDS, Count};
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
