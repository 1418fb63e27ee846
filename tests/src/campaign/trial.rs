//! A program, where it comes from, what the oracle says of it, and what the checker says.

use super::draws::{Draws, choices};
use super::generate::{self, Plan};
use super::interpret::{self, Outcome, Rule};
use super::judge::{self, Level, Verdict};
use super::leak::{self, Route, Use};
use super::mutate::{self, Fault};
use super::program::Program;
use super::scope;

/// How many runs decide what the oracle says.
pub const RUNS: u64 = 80;
/// How many programs are compiled as one file.
const BATCH: usize = 24;

/// Where a program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Right by construction.
    Correct,
    /// The same, with a route in it that is used in time.
    Twin(Route),
    /// The same, with one fault.
    Mutant(Fault),
    /// Rules of lifetimes were ignored with this probability, in percent.
    Wild(usize),
}

impl Origin {
    /// What keeps the programs of one seed apart.
    fn salt(self) -> u64 {
        match self {
            Origin::Correct => 0,
            Origin::Wild(laxness) => 1 + laxness as u64,
            Origin::Twin(route) => 200 + route as u64,
            Origin::Mutant(fault) => {
                300 + Fault::all()
                    .iter()
                    .position(|other| *other == fault)
                    .unwrap_or_default() as u64
            }
        }
    }

    /// Its name in tables.
    pub fn name(self) -> String {
        match self {
            Origin::Correct => "right by construction".to_owned(),
            Origin::Twin(route) => format!("in time: {}", Fault::Leak(route).name().replace("leak: ", "")),
            Origin::Mutant(fault) => fault.name(),
            Origin::Wild(laxness) => format!("rules ignored: {laxness} %"),
        }
    }
}

/// What the oracle says of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// No run violates anything.
    Right,
    /// The same, but a region ended while a longer-lived place held a pointer into it.
    Stale,
    /// A run violates a rule: the first one, what happens, and the seed of the choices.
    Violating(Rule, String, u64),
    /// A run does what C forbids.
    Invalid(&'static str),
}

/// A program to be judged.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Where it comes from.
    pub origin: Origin,
    /// The seed that it comes from.
    pub seed: u64,
    /// The program.
    pub program: Program,
    /// What the oracle says.
    pub truth: Truth,
}

/// What the oracle says of a program.
pub fn truth(program: &Program) -> Truth {
    let mut stale = false;
    let mut violation = None;
    for seed in 0..RUNS {
        let run = interpret::run(program, &choices(seed));
        stale |= run.stale;
        match run.outcome {
            Outcome::Right => {}
            Outcome::Violation(rule, text) => violation = violation.or(Some((rule, text, seed))),
            Outcome::Invalid(why) => return Truth::Invalid(why),
        }
    }
    match violation {
        Some((rule, text, seed)) => Truth::Violating(rule, text, seed),
        None if stale => Truth::Stale,
        None => Truth::Right,
    }
}

impl Trial {
    /// The trial of a seed; nothing, if the fault finds no place in the seed's program.
    pub fn new(origin: Origin, seed: u64) -> Option<Trial> {
        let laxness = if let Origin::Wild(laxness) = origin {
            laxness
        } else {
            0
        };
        let plan = Plan {
            laxness,
            ..Plan::default()
        };
        Trial::drawn(
            origin,
            plan,
            &mut Draws::Seed(seed.wrapping_mul(1000).wrapping_add(origin.salt())),
            seed,
        )
    }

    /// The trial that the draws decide on.
    pub fn drawn(origin: Origin, plan: Plan, draws: &mut Draws<'_>, seed: u64) -> Option<Trial> {
        let mut program = generate::program(draws, plan);
        match origin {
            Origin::Correct | Origin::Wild(_) => {}
            Origin::Twin(route) => {
                leak::splice(&mut program, route, Use::InTime, draws)?;
                scope::is_well_formed(&program).then_some(())?;
            }
            Origin::Mutant(fault) => program = mutate::mutate(&program, fault, draws)?,
        }
        let truth = truth(&program);
        Some(Trial {
            origin,
            seed,
            program,
            truth,
        })
    }
}

/// The checker's verdicts on trials, at each level; in batches, on as many threads as there are processors.
///
/// # Errors
/// The first batch that clang or the checker cannot work on.
pub fn judge(trials: &[Trial]) -> Result<Vec<[Verdict; 3]>, String> {
    let batches: Vec<&[Trial]> = trials.chunks(BATCH).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let results = std::sync::Mutex::new(vec![None; batches.len()]);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(batch) = batches.get(at) else { return };
                    let verdicts = judge_batch(batch);
                    results.lock().expect("no thread panics with the lock")[at] = Some(verdicts);
                }
            });
        }
    });
    let results = results.into_inner().expect("no thread panics with the lock");
    let mut all = Vec::new();
    for result in results.into_iter().flatten() {
        all.extend(result?);
    }
    Ok(all)
}

fn judge_batch(trials: &[Trial]) -> Result<Vec<[Verdict; 3]>, String> {
    let programs: Vec<&Program> = trials.iter().map(|trial| &trial.program).collect();
    let mut all = vec![[const { Vec::new() }; 3]; trials.len()];
    for (at, level) in Level::ALL.into_iter().enumerate() {
        let verdicts = judge::verdicts(&programs, level).map_err(|error| {
            let names: Vec<String> = trials
                .iter()
                .map(|trial| format!("{:?} of seed {}", trial.origin, trial.seed))
                .collect();
            format!("{} on {}:\n{error}", level.name(), names.join(", "))
        })?;
        for (program, verdict) in verdicts.into_iter().enumerate() {
            all[program][at] = verdict;
        }
    }
    Ok(all)
}
