//! The campaign, bounded: some seconds of what `make campaign` does for hours.
//!
//! Fixed seeds, so every run is the same. A failure names what it is and the seed; `make campaign` minimises it.

use croft_tests::campaign::draws::choices;
use croft_tests::campaign::interpret::{self, Outcome};
use croft_tests::campaign::leak::Route;
use croft_tests::campaign::mutate::Fault;
use croft_tests::campaign::native::{self, Built};
use croft_tests::campaign::program::Program;
use croft_tests::campaign::tally::Tally;
use croft_tests::campaign::trial::{self, Origin, Trial};
use libtest_mimic::{Arguments, Failed, Trial as Test};
use std::process::ExitCode;

/// The share of programs, right by construction, that the checker accepts: in percent, rounded down.
const PRECISION: usize = 92;
/// The same of routes that are used in time.
const PRECISION_IN_TIME: usize = 80;
/// How many mutants of each kind have to violate something.
const VIOLATING: usize = 3;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut tests = vec![
        Test::test("right programs are accepted", || right().map_err(Failed::from)),
        Test::test("routes that are used in time are accepted", || {
            in_time().map_err(Failed::from)
        }),
        Test::test("the oracle agrees with native runs", || {
            natively().map_err(Failed::from)
        }),
        Test::test("optimised programs do what they did", || {
            optimised().map_err(Failed::from)
        }),
        Test::test("choices are the same everywhere", || same().map_err(Failed::from)),
    ];
    for laxness in [1, 3, 10, 30] {
        let name = format!("rules ignored: {laxness} %");
        tests.push(Test::test(name, move || wild(laxness).map_err(Failed::from)));
    }
    for fault in Fault::all() {
        tests.push(Test::test(format!("fault: {}", fault.name()), move || {
            caught(fault).map_err(Failed::from)
        }));
    }
    libtest_mimic::run(&arguments, tests).exit_code()
}

/// Judges the programs of some seeds; a failure of any is the test's.
fn tally(origin: Origin, seeds: std::ops::Range<u64>) -> Result<Tally, String> {
    let trials: Vec<Trial> = seeds.filter_map(|seed| Trial::new(origin, seed)).collect();
    let verdicts = trial::judge(&trials)?;
    let mut tally = Tally::default();
    for (trial, verdict) in trials.iter().zip(&verdicts) {
        tally.add(trial, verdict);
    }
    match tally.failures.first() {
        None => Ok(tally),
        Some(first) => Err(format!(
            "{} failures; the first: {}",
            tally.failures.len(),
            first.line()
        )),
    }
}

fn precise(tally: &Tally, floor: usize) -> Result<(), String> {
    let sum = tally.sum(|_| true);
    println!("{}", tally.accepted());
    for (accepted, level) in sum.accepted.iter().zip(croft_tests::campaign::judge::Level::ALL) {
        if accepted * 100 < floor * sum.right {
            return Err(format!(
                "{}: {accepted} of {} accepted, the floor is {floor} %",
                level.name(),
                sum.right
            ));
        }
    }
    Ok(())
}

fn right() -> Result<(), String> {
    precise(&tally(Origin::Correct, 0..160)?, PRECISION)
}

fn in_time() -> Result<(), String> {
    let mut all = Tally::default();
    for route in Route::ALL {
        for (origin, row) in tally(Origin::Twin(route), 0..3)?.rows {
            all.rows.insert(origin, row);
        }
    }
    precise(&all, PRECISION_IN_TIME)
}

fn wild(laxness: usize) -> Result<(), String> {
    let tally = tally(Origin::Wild(laxness), 0..64)?;
    println!("{}", tally.caught());
    if laxness >= 10 && tally.sum(|_| true).violating < VIOLATING {
        return Err(format!(
            "hardly any program violates anything:\n{}",
            tally.caught()
        ));
    }
    Ok(())
}

/// Mutants of one kind, until enough of them violate something.
fn caught(fault: Fault) -> Result<(), String> {
    let mut first = 0;
    let mut violating = 0;
    while violating < VIOLATING {
        if first == 240 {
            return Err(format!("of {first} seeds only {violating} violate anything"));
        }
        let sum = tally(Origin::Mutant(fault), first..first + 12)?.sum(|_| true);
        first += 12;
        violating += sum.violating;
        println!(
            "{}: {} mutants, {} violating, {} caught",
            fault.name(),
            sum.trials,
            sum.violating,
            sum.caught
        );
    }
    Ok(())
}

/// Right programs and nearly right ones, optimised, over the runtime that faults at what has ended.
fn optimised() -> Result<(), String> {
    for (level, seeds) in [("-O0", 100..140), ("-O2", 140..180)] {
        let mut programs: Vec<Program> = Vec::new();
        for seed in seeds {
            for origin in [Origin::Correct, Origin::Wild(0), Origin::Wild(3)] {
                programs.extend(Trial::new(origin, seed).map(|trial| trial.program));
            }
            for route in Route::ALL.into_iter().skip(seed as usize % 4).step_by(4) {
                programs.extend(Trial::new(Origin::Twin(route), seed).map(|trial| trial.program));
            }
        }
        let programs: Vec<&Program> = programs.iter().collect();
        let (right, _) = native::compare(&programs, level, 8, Built::Optimised)?;
        println!("{level}: {} programs, {right} right runs", programs.len());
        if right < 1000 {
            return Err(format!("{level}: only {right} right runs"));
        }
    }
    Ok(())
}

fn natively() -> Result<(), String> {
    for (level, seeds) in [("-O0", 0..24), ("-O2", 24..48)] {
        let mut programs: Vec<Program> = Vec::new();
        for seed in seeds {
            programs.extend([0, 3, 30].map(Origin::Wild).map(|origin| {
                Trial::new(origin, seed)
                    .map(|trial| trial.program)
                    .unwrap_or_default()
            }));
            for fault in Fault::all().into_iter().skip(seed as usize % 4).step_by(4) {
                programs.extend(Trial::new(Origin::Mutant(fault), seed).map(|trial| trial.program));
            }
        }
        let programs: Vec<&Program> = programs.iter().collect();
        let (right, violating) = native::compare(&programs, level, 8, Built::Plainly)?;
        println!(
            "{level}: {} programs, {right} right runs, {violating} violating ones",
            programs.len()
        );
        if right < 1000 || violating < 1000 {
            return Err(format!(
                "{level}: only {right} right runs and {violating} violating ones"
            ));
        }
    }
    Ok(())
}

/// A seed stands for one program and its runs: what a failure names can be seen again.
fn same() -> Result<(), String> {
    let one = |seed| Trial::new(Origin::Correct, seed).ok_or("no program");
    let (a, b, c) = (one(7)?, one(7)?, one(8)?);
    if a.program != b.program || a.program == c.program {
        return Err("the program of a seed changes, or does not depend on it".to_owned());
    }
    let runs: Vec<_> = (0..trial::RUNS)
        .map(|seed| interpret::run(&a.program, &choices(seed)))
        .collect();
    let again: Vec<_> = (0..trial::RUNS)
        .map(|seed| interpret::run(&b.program, &choices(seed)))
        .collect();
    if runs != again || runs.iter().any(|run| run.outcome != Outcome::Right) {
        return Err("a run changes, or a right program is wrong".to_owned());
    }
    Ok(())
}
