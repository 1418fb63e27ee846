//! What came of many trials: tables, and what must not happen.

use super::judge::{self, Level, Verdict};
use super::trial::{Origin, Trial, Truth};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What came of the trials of one origin.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// How many there were.
    pub trials: usize,
    /// How many of them violate a rule on some run.
    pub violating: usize,
    /// How many of these the checker rejects, at every level.
    pub caught: usize,
    /// How many are right.
    pub right: usize,
    /// How many of these it accepts, at each level.
    pub accepted: [usize; 3],
    /// How often it reports each code on a right one, as `croft check` compiles it; a program counts once for each code.
    pub codes: BTreeMap<String, usize>,
}

/// What must not happen.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The checker accepts what violates a rule.
    Unsound(Trial, Level),
    /// A program is not right although it is right by construction: the generator is wrong, or the oracle.
    NotRight(Trial),
}

impl Failure {
    /// What happened, in a line.
    pub fn line(&self) -> String {
        let (trial, what) = match self {
            Failure::Unsound(trial, level) => (trial, format!("accepted ({})", level.name())),
            Failure::NotRight(trial) => (trial, "generated as right".to_owned()),
        };
        format!(
            "{}, seed {}: {what}, but {:?}",
            trial.origin.name(),
            trial.seed,
            trial.truth
        )
    }
}

/// All rows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By origin.
    pub rows: BTreeMap<Origin, Row>,
    /// What must not happen.
    pub failures: Vec<Failure>,
}

impl Tally {
    /// Counts a trial.
    pub fn add(&mut self, trial: &Trial, verdicts: &[Verdict; 3]) {
        let row = self.rows.entry(trial.origin).or_default();
        row.trials += 1;
        match trial.truth {
            Truth::Violating(..) => {
                row.violating += 1;
                let accepted: Vec<Level> = Level::ALL
                    .into_iter()
                    .zip(verdicts)
                    .filter(|(_, verdict)| verdict.is_empty())
                    .map(|(level, _)| level)
                    .collect();
                row.caught += usize::from(accepted.is_empty());
                self.failures.extend(
                    accepted
                        .into_iter()
                        .map(|level| Failure::Unsound(trial.clone(), level)),
                );
            }
            Truth::Right => {
                row.right += 1;
                for (accepted, verdict) in row.accepted.iter_mut().zip(verdicts) {
                    *accepted += usize::from(verdict.is_empty());
                }
                for code in judge::codes(&verdicts[0]) {
                    *row.codes.entry(code).or_default() += 1;
                }
            }
            Truth::Stale | Truth::Invalid(_) => {}
        }
        if trial.truth != Truth::Right && trial.origin == Origin::Correct {
            self.failures.push(Failure::NotRight(trial.clone()));
        }
    }

    /// Several rows as one.
    pub fn sum(&self, of: impl Fn(Origin) -> bool) -> Row {
        let mut sum = Row::default();
        for row in self
            .rows
            .iter()
            .filter(|(origin, _)| of(**origin))
            .map(|(_, row)| row)
        {
            sum.trials += row.trials;
            sum.violating += row.violating;
            sum.caught += row.caught;
            sum.right += row.right;
            for (sum, accepted) in sum.accepted.iter_mut().zip(row.accepted) {
                *sum += accepted;
            }
            for (code, count) in &row.codes {
                *sum.codes.entry(code.clone()).or_default() += count;
            }
        }
        sum
    }

    /// What was caught: a line for each origin that is there to be wrong.
    pub fn caught(&self) -> String {
        let mut table = String::from("| fault | programs | violating | caught |\n|---|---|---|---|\n");
        let wrong = |origin: &Origin| matches!(origin, Origin::Mutant(_) | Origin::Wild(_));
        for (origin, row) in self.rows.iter().filter(|(origin, _)| wrong(origin)) {
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} |",
                origin.name(),
                row.trials,
                row.violating,
                row.caught
            );
        }
        let sum = self.sum(|origin| wrong(&origin));
        let _ = writeln!(
            table,
            "| all | {} | {} | {} |",
            sum.trials, sum.violating, sum.caught
        );
        table
    }

    /// What was accepted of what is right: a line for each origin that is there to be right.
    pub fn accepted(&self) -> String {
        let mut table = String::from(
            "| right programs | number | accepted as `croft` compiles them | at `-O0` | at `-O2` | codes of the rest |\n\
             |---|---|---|---|---|---|\n",
        );
        for (origin, row) in &self.rows {
            if matches!(origin, Origin::Correct | Origin::Twin(_)) && row.right > 0 {
                let _ = writeln!(table, "| {} | {} |", origin.name(), shares(row));
            }
        }
        table
    }
}

fn shares(row: &Row) -> String {
    let mut codes: Vec<(&String, &usize)> = row.codes.iter().collect();
    codes.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), (*code).clone()));
    let codes: Vec<String> = codes
        .iter()
        .map(|(code, count)| format!("{code}: {count}"))
        .collect();
    let share = |accepted: usize| format!("{:.1} %", accepted as f64 * 100.0 / row.right as f64);
    let shares: Vec<String> = row.accepted.iter().map(|accepted| share(*accepted)).collect();
    format!("{} | {} | {}", row.right, shares.join(" | "), codes.join(", "))
}
