//! Kernel images for bare metal, run in QEMU; and shared objects, loaded.
//!
//! A kernel prints on every target what it prints on the host, and ends with the same status. The instructions of the runtime's entry
//! points, counted exactly over an adversarial run, stay within `baremetal/counts.toml`; `CROFT_BLESS=1` writes a table
//! from what was measured.
//!
//! Without the tools (see `scripts/baremetal-tools.sh`) what needs them says so and is skipped: it counts as ignored, not as passed.
//! With `CROFT_REQUIRE_BAREMETAL=1` that is a failure.

use croft_tests::baremetal::{self, BOARDS, Board, Count};
use croft_tests::{artifact, folder, process};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The kernels, and the status with which they end.
const KERNELS: [(&str, i32); 9] = [
    ("tests/baremetal/nested.c", 0),
    ("examples/list/list.c", 0),
    ("tests/baremetal/exhausted.c", 7),
    ("tests/baremetal/adversary.c", 0),
    ("tests/programs/blocks.c", 0),
    ("tests/programs/budget.c", 0),
    ("tests/programs/frames.c", 0),
    ("tests/programs/hand_over.c", 0),
    ("tests/programs/handler.c", 0),
];

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

/// Blocks of the pools, on every target.
const BLOCKS: &str = "200";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = baremetal::tools().err();
    let mut trials = vec![
        Trial::test("an unknown target is named, and the known ones", || {
            unknown_target().map_err(Failed::from)
        }),
        Trial::test(
            "a runtime that is not built is named, and how to build it",
            || no_runtime().map_err(Failed::from),
        ),
        Trial::test(
            "a shared object is loaded, and works on the loader's pool",
            || loaded().map_err(Failed::from),
        ),
    ];
    if let Some(reason) = &missing {
        eprintln!("skipped: {reason}");
        if std::env::var_os("CROFT_REQUIRE_BAREMETAL").is_some_and(|value| value == "1") {
            let reason = reason.clone();
            trials.push(Trial::test("the tools are there", move || Err(reason.into())));
        }
    }
    let mut on_board = |name: String, test: Box<dyn FnOnce() -> Result<(), String> + Send>| {
        let trial = Trial::test(name, move || test().map_err(Failed::from));
        trials.push(trial.with_ignored_flag(missing.is_some()));
    };
    for board in BOARDS {
        for (kernel, status) in KERNELS {
            on_board(
                format!("{}: {kernel}", board.triple),
                Box::new(move || as_on_host(&board, kernel, status)),
            );
        }
        on_board(
            format!("{}: a fault ends the emulation", board.triple),
            Box::new(move || fault(&board)),
        );
        on_board(
            format!("{}: a pool that does not fit the memory", board.triple),
            Box::new(move || too_large(&board)),
        );
        on_board(
            format!("{}: IR of another target is refused", board.triple),
            Box::new(move || foreign_ir(&board)),
        );
        on_board(
            format!("{}: a shared object", board.triple),
            Box::new(move || shared(&board)),
        );
    }
    on_board(
        "instructions of the entry points are within baremetal/counts.toml".to_owned(),
        Box::new(counts),
    );
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn scratch() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| error.to_string())
}

/// Builds an image of a kernel for a board.
fn image(board: &Board, kernel: &str, image: &Path) -> Result<(), String> {
    let mut command = baremetal::build(board);
    command
        .args(["--pool-blocks", BLOCKS])
        .arg(folder::root().join(kernel));
    process::run(command.arg("-o").arg(image)).expect(0).map(|_| ())
}

fn as_on_host(board: &Board, kernel: &str, status: i32) -> Result<(), String> {
    let scratch = scratch()?;
    let here = scratch.path().join("host");
    let mut command = process::croft();
    command
        .args(["build", "--pool-blocks", BLOCKS])
        .arg(folder::root().join(kernel));
    process::run(command.arg("-o").arg(&here)).expect(0)?;
    let expected = process::run(&mut Command::new(&here)).expect(status)?;
    let there = scratch.path().join("image.elf");
    image(board, kernel, &there)?;
    let run = board.run(&there)?.expect(status)?;
    if run.stdout.is_empty() || run.stdout != expected.stdout {
        return Err(format!(
            "on the board:\n{}\non the host:\n{}\n{}",
            run.stdout, expected.stdout, run.stderr
        ));
    }
    Ok(())
}

fn fault(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    image(board, "tests/baremetal/fault.c", &there)?;
    let run = board.run(&there)?.expect(128 + 11)?;
    if run.stdout.starts_with("before\ncroft: processor fault ") {
        Ok(())
    } else {
        Err(run.stdout)
    }
}

/// The linker's message reaches the user, and nothing is written.
fn too_large(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let there = scratch.path().join("image.elf");
    let mut command = baremetal::build(board);
    command
        .args(["--pool-blocks", "100000"])
        .arg(folder::root().join("examples/list/list.c"));
    let run = process::run(command.arg("-o").arg(&there)).expect(2)?;
    if run.stderr.contains("RAM") && run.stderr.contains("overflowed by") && !there.exists() {
        Ok(())
    } else {
        Err(run.stderr)
    }
}

fn foreign_ir(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let file = scratch.path().join("host.bc");
    process::run(
        process::clang()
            .args(["-emit-llvm", "-c"])
            .arg(folder::root().join("examples/list/list.c"))
            .arg("-o")
            .arg(&file),
    )
    .expect(0)?;
    let mut command = baremetal::build(board);
    let run = process::run(command.arg(&file).arg("-o").arg(scratch.path().join("image.elf"))).expect(2)?;
    if run.stderr.contains("the program is for `x86_64") && run.stderr.contains("data layout") {
        Ok(())
    } else {
        Err(run.stderr)
    }
}

/// The dynamic symbols that a file does not define.
fn undefined(file: &Path) -> Result<Vec<String>, String> {
    let names = process::run(
        Command::new(artifact::llvm("llvm-nm"))
            .args(["-D", "-j", "--undefined-only"])
            .arg(file),
    )
    .expect(0)?;
    Ok(names.stdout.lines().map(str::to_owned).collect())
}

/// For a resident monitor on the target: a dynamic object without relocations in its code, which wants two symbols.
fn shared(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let file = scratch.path().join("kernel.so");
    for mode in ["inline", "call", "debug"] {
        let mut command = baremetal::build(board);
        command
            .args(["--shared", "--mode", mode])
            .arg(folder::here("baremetal/loaded.c"));
        process::run(command.arg("-o").arg(&file)).expect(0)?;
        // Poisoning is the C library's work, by the name that the processor's ABI has for it.
        let poisons = |name: &String| mode == "debug" && name.ends_with("memset");
        let wanted: Vec<String> = undefined(&file)?
            .into_iter()
            .filter(|name| !poisons(name))
            .collect();
        if wanted != ["croft_exhausted", "croft_pool"] {
            return Err(format!("mode {mode} wants {wanted:?}"));
        }
    }
    let header = process::run(
        Command::new(artifact::llvm("llvm-readelf"))
            .args(["-h", "-d"])
            .arg(&file),
    )
    .expect(0)?;
    let text = header.stdout;
    if text.contains("DYN") && text.contains(board.elf) && !text.contains("TEXTREL") {
        Ok(())
    } else {
        Err(text)
    }
}

fn loaded() -> Result<(), String> {
    let scratch = scratch()?;
    let loader = scratch.path().join("loader");
    process::run(
        process::clang()
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-rdynamic"])
            .arg(folder::here("baremetal/loader.c"))
            .arg(artifact::runtime())
            .arg("-o")
            .arg(&loader),
    )
    .expect(0)?;
    for mode in ["inline", "call", "debug"] {
        let kernel = scratch.path().join(format!("{mode}.so"));
        let mut command = process::croft();
        command
            .args(["build", "--shared", "--mode", mode])
            .arg(folder::here("baremetal/loaded.c"));
        process::run(command.arg("-o").arg(&kernel)).expect(0)?;
        let wanted: Vec<String> = undefined(&kernel)?
            .into_iter()
            .filter(|name| name.starts_with("croft"))
            .collect();
        if wanted != ["croft_exhausted", "croft_pool"] {
            return Err(format!("mode {mode} wants {wanted:?}"));
        }
        let run = process::run(Command::new(&loader).arg(&kernel)).expect(3)?;
        let expected = format!(
            "sum {}\nin the loader's pool: 1 regions, at most 3 blocks, 0 now\nthe loader is told: reason 1, 8 of 8 blocks\n",
            loaded_sum(100)
        );
        if run.stdout != expected {
            return Err(format!("mode {mode}:\n{}\nexpected:\n{expected}", run.stdout));
        }
    }
    Ok(())
}

/// What `loaded_sum` of loaded.c computes.
fn loaded_sum(count: u32) -> u32 {
    (0..count).fold(0u32, |sum, i| {
        let fold = (0..100).fold(0u32, |sum, k| {
            sum.wrapping_mul(17).wrapping_add(i.wrapping_mul(k))
        });
        sum.wrapping_mul(3).wrapping_add(fold)
    })
}

fn unknown_target() -> Result<(), String> {
    let scratch = scratch()?;
    let program = scratch.path().join("program");
    let mut command = process::croft();
    command
        .args(["build", "--target", "mips-unknown-none"])
        .arg(folder::root().join("examples/list/list.c"));
    let run = process::run(command.arg("-o").arg(&program)).expect(2)?;
    let all = BOARDS.iter().all(|board| run.stderr.contains(board.triple));
    if all && run.stderr.contains("`mips-unknown-none` is no target") && !program.exists() {
        Ok(())
    } else {
        Err(run.stderr)
    }
}

fn no_runtime() -> Result<(), String> {
    let scratch = scratch()?;
    for (verb, says) in [("build", "make baremetal"), ("run", "croft build --target")] {
        let mut command = process::croft();
        command
            .env("CROFT_BAREMETAL", scratch.path())
            .args([verb, "--target", BOARDS[0].triple])
            .arg(folder::root().join("examples/list/list.c"));
        if verb == "build" {
            command.arg("-o").arg(scratch.path().join("program"));
        }
        let run = process::run(&mut command).expect(2)?;
        if !run.stderr.contains(says) || !run.stderr.contains(BOARDS[0].triple) {
            return Err(run.stderr);
        }
    }
    Ok(())
}

/// Limits: for each target, instructions of each entry point.
type Limits = BTreeMap<String, BTreeMap<String, u64>>;

fn counts() -> Result<(), String> {
    let path = folder::here("baremetal/counts.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let limits: Limits = toml::from_str(&text).map_err(|error| error.to_string())?;
    let mut problems = String::new();
    let mut measured = Limits::new();
    for board in BOARDS {
        let scratch = scratch()?;
        let there = scratch.path().join("image.elf");
        image(&board, "tests/baremetal/adversary.c", &there)?;
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
