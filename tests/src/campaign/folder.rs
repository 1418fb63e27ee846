//! Failures as files: what a person needs to see one, and to see it again.

use super::draws::choices;
use super::judge::{self, Level};
use super::minimise::minimise;
use super::program::{Expr, Kind, Place, Program, Stmt, Variable};
use super::tally::Failure;
use super::trial::{Trial, Truth, truth};
use super::{scope, write};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes a failure into a folder, as it was found and minimised. Returns the path of the minimised program.
///
/// # Errors
/// When the system refuses.
pub fn save(failure: &Failure, folder: &Path) -> Result<PathBuf, String> {
    let (trial, level) = match failure {
        Failure::Unsound(trial, level) => (trial, Some(*level)),
        Failure::NotRight(trial) => (trial, None),
    };
    let small = match level {
        Some(level) => minimise_unsound(trial, level),
        None => minimise_kind(trial),
    };
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let stem: String = format!("{}-{}", trial.origin.name(), trial.seed)
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { '-' })
        .collect();
    let stem = format!("{stem}{}", level.map_or("", Level::name));
    let path = folder.join(format!("{stem}.c"));
    let whole = folder.join(format!("{stem}-whole.c"));
    for (path, program) in [(&whole, &trial.program), (&path, &small)] {
        let text = format!(
            "{}{}{}",
            head(failure, program),
            write::PRELUDE,
            write::one(program, "")
        );
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(path)
}

/// What is wrong, as comments in C.
fn head(failure: &Failure, program: &Program) -> String {
    let mut head = format!("// {}\n", failure.line());
    let truth = truth(program);
    let _ = writeln!(head, "// The oracle on this text: {truth:?}");
    if let Truth::Violating(_, _, seed) = truth {
        let _ = writeln!(
            head,
            "// when `choose` answers, each byte modulo its argument: {:?}",
            choices(seed)
        );
    }
    for level in Level::ALL {
        let verdict = match judge::verdicts(&[program], level) {
            Ok(verdicts) => format!("{:?}", verdicts[0]),
            Err(error) => error.lines().next().unwrap_or_default().to_owned(),
        };
        let _ = writeln!(head, "// The checker ({}): {verdict}", level.name());
    }
    head
}

/// The smallest program that violates the same rule and is still accepted.
pub fn minimise_unsound(trial: &Trial, level: Level) -> Program {
    let Truth::Violating(rule, ..) = trial.truth else {
        return trial.program.clone();
    };
    minimise(
        &trial.program,
        |_, _, _| false,
        |candidates| {
            shows(
                candidates,
                level,
                |candidate| matches!(truth(candidate), Truth::Violating(other, ..) if other == rule),
            )
            .into_iter()
            .map(|verdict| verdict.is_some_and(|verdict| verdict.is_empty()))
            .collect()
        },
    )
}

/// The smallest program that is right and still rejected with a code.
pub fn minimise_rejected(program: &Program, level: Level, code: &str) -> Program {
    // Without these what is left may be wrong in a way that no run shows.
    let keep = |program: &Program, function: usize, stmt: &Stmt| match stmt {
        Stmt::Reset(_) | Stmt::Assign(_, Expr::Null) => true,
        Stmt::Assign(Place::Whole(Variable::Local(local)), _) => {
            program.functions[function].locals[*local] == Kind::Region
        }
        _ => false,
    };
    minimise(program, keep, |candidates| {
        shows(candidates, level, |candidate| truth(candidate) == Truth::Right)
            .into_iter()
            .map(|verdict| verdict.is_some_and(|verdict| judge::codes(&verdict).contains(code)))
            .collect()
    })
}

/// The smallest program of which the oracle says the same kind of thing.
fn minimise_kind(trial: &Trial) -> Program {
    minimise(
        &trial.program,
        |_, _, _| false,
        |candidates| {
            candidates
                .iter()
                .map(|candidate| {
                    std::mem::discriminant(&truth(candidate)) == std::mem::discriminant(&trial.truth)
                })
                .collect()
        },
    )
}

/// The verdicts on those candidates that fit.
fn shows(
    candidates: &[Program],
    level: Level,
    fits: impl Fn(&Program) -> bool,
) -> Vec<Option<judge::Verdict>> {
    let fitting: Vec<bool> = candidates
        .iter()
        .map(|candidate| scope::is_well_formed(candidate) && fits(candidate))
        .collect();
    let asked: Vec<&Program> = candidates
        .iter()
        .zip(&fitting)
        .filter(|(_, fits)| **fits)
        .map(|(candidate, _)| candidate)
        .collect();
    if asked.is_empty() {
        return vec![None; candidates.len()];
    }
    let mut verdicts = match judge::verdicts(&asked, level) {
        Ok(verdicts) => verdicts.into_iter(),
        Err(_) => return vec![None; candidates.len()],
    };
    fitting
        .iter()
        .map(|fits| if *fits { verdicts.next() } else { None })
        .collect()
}
