//! The campaign without a bound: random programs, the oracle, the checker, until the seeds or the time are used up.
//!
//! `campaign KEY=VALUE…`, where the keys are `seeds` (programs for each kind, default 100), `first` (the first seed), `time`
//! (seconds), `only` (a part of the names of the kinds to try), `save` (the folder for failures), `reasons` (how many
//! rejections of right programs to minimise, for each code) and `claims` (a new file that gets the tables). With `seed` it shows
//! the program of one seed, for each kind that `only` fits, and what is said of it.
//! The exit status is 1 if something failed.

use croft_tests::campaign::judge::{self, Level};
use croft_tests::campaign::leak::Route;
use croft_tests::campaign::mutate::Fault;
use croft_tests::campaign::tally::Tally;
use croft_tests::campaign::trial::{self, Origin, Trial, Truth};
use croft_tests::campaign::{feature, folder, write};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How many seeds are tried of every kind before the next progress line.
const ROUND: u64 = 24;

struct Settings {
    seeds: u64,
    first: u64,
    time: Option<Duration>,
    only: String,
    save: PathBuf,
    reasons: usize,
    claims: Option<PathBuf>,
    seed: Option<u64>,
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings {
        seeds: 100,
        first: 0,
        time: None,
        only: String::new(),
        save: PathBuf::from("target/campaign"),
        reasons: 0,
        claims: None,
        seed: None,
    };
    for argument in std::env::args().skip(1) {
        let (key, value) = argument
            .split_once('=')
            .ok_or(format!("no KEY=VALUE: {argument}"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|error| format!("{argument}: {error}"))
        };
        match key {
            "seeds" => settings.seeds = number()?,
            "first" => settings.first = number()?,
            "time" => settings.time = Some(number()?).filter(|time| *time > 0).map(Duration::from_secs),
            "seed" if value.is_empty() => {}
            "seed" => settings.seed = Some(number()?),
            "only" => settings.only = value.to_owned(),
            "save" => settings.save = PathBuf::from(value),
            "reasons" => settings.reasons = usize::try_from(number()?).map_err(|error| error.to_string())?,
            "claims" => {
                settings.claims = Some(PathBuf::from(value)).filter(|path| !path.as_os_str().is_empty())
            }
            _ => return Err(format!("unknown key: {key}")),
        }
    }
    Ok(settings)
}

fn main() -> ExitCode {
    match settings().and_then(|settings| campaign(&settings)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("campaign: {error}");
            ExitCode::from(2)
        }
    }
}

/// The kinds of programs, and how many of each there are for one of the others.
fn origins(only: &str) -> Vec<(Origin, u64)> {
    let mut origins = vec![(Origin::Correct, 8)];
    origins.extend([1, 3, 10, 30].map(|laxness| (Origin::Wild(laxness), 8)));
    origins.extend(Fault::all().into_iter().map(|fault| (Origin::Mutant(fault), 1)));
    origins.extend(Route::ALL.map(|route| (Origin::Twin(route), 1)));
    origins.retain(|(origin, _)| origin.name().contains(only));
    origins
}

fn campaign(settings: &Settings) -> Result<bool, String> {
    let start = Instant::now();
    let origins = origins(&settings.only);
    if let Some(seed) = settings.seed {
        return show(&origins, seed);
    }
    let end = settings.first + settings.seeds;
    let mut tally = Tally::default();
    let mut rejected: Vec<(Trial, String)> = Vec::new();
    let mut seed = settings.first;
    let out_of_time = || settings.time.is_some_and(|time| start.elapsed() > time);
    while seed < end && !out_of_time() {
        let next = end.min(seed + ROUND);
        for (origin, weight) in &origins {
            if out_of_time() {
                break;
            }
            let trials: Vec<Trial> = (seed * weight..next * weight)
                .filter_map(|seed| Trial::new(*origin, seed))
                .collect();
            let verdicts = trial::judge(&trials)?;
            for (trial, verdict) in trials.iter().zip(&verdicts) {
                let before = tally.failures.len();
                tally.add(trial, verdict);
                if let Some(failure) = tally.failures[before..].first() {
                    println!("FAILURE {}", failure.line());
                    println!("        {}", folder::save(failure, &settings.save)?.display());
                }
                let right =
                    matches!(origin, Origin::Correct | Origin::Twin(_)) && trial.truth == Truth::Right;
                if right && rejected.len() < 10_000 {
                    rejected.extend(
                        judge::codes(&verdict[0])
                            .into_iter()
                            .map(|code| (trial.clone(), code)),
                    );
                }
            }
        }
        seed = next;
        let all = tally.sum(|_| true);
        println!(
            "seeds {}..{seed}: {} programs, {} violating, {} of them caught, {} right, {} of them accepted, {} failures, {} s",
            settings.first,
            all.trials,
            all.violating,
            all.caught,
            all.right,
            all.accepted[0],
            tally.failures.len(),
            start.elapsed().as_secs()
        );
    }
    println!("\n{}\n{}", tally.caught(), tally.accepted());
    if settings.reasons > 0 {
        let reasons = reasons(&rejected, settings.reasons);
        println!("{reasons}");
        if let Some(path) = &settings.claims {
            // Never over a page that says more.
            let mut file = File::create_new(path).map_err(|error| format!("{}: {error}", path.display()))?;
            write!(file, "{}\n{}\n{reasons}", tally.caught(), tally.accepted())
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(tally.failures.is_empty())
}

/// Shows the programs of one seed.
fn show(origins: &[(Origin, u64)], seed: u64) -> Result<bool, String> {
    let mut tally = Tally::default();
    for (origin, _) in origins {
        let Some(trial) = Trial::new(*origin, seed) else {
            println!("// {}, seed {seed}: no such program", origin.name());
            continue;
        };
        let text = format!("{}{}", write::PRELUDE, write::one(&trial.program, ""));
        println!(
            "// {}, seed {seed}\n// the oracle: {:?}",
            origin.name(),
            trial.truth
        );
        let verdicts = trial::judge(std::slice::from_ref(&trial))?;
        for (level, verdict) in Level::ALL.into_iter().zip(&verdicts[0]) {
            println!("// the checker ({}): {verdict:?}", level.name());
        }
        println!("{text}");
        tally.add(&trial, &verdicts[0]);
    }
    Ok(tally.failures.is_empty())
}

/// What the rejected right programs have in common, code by code: some of each are minimised.
fn reasons(rejected: &[(Trial, String)], each: usize) -> String {
    let mut by_code: BTreeMap<&str, Vec<&Trial>> = BTreeMap::new();
    for (trial, code) in rejected {
        by_code.entry(code).or_default().push(trial);
    }
    let mut table = String::from("| code | rejected | of those minimised | why |\n|---|---|---|---|\n");
    for (code, trials) in by_code {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        // Spread over all of them: neighbours are of one kind.
        let step = trials.len().div_ceil(each);
        for trial in trials.iter().step_by(step) {
            let small = folder::minimise_rejected(&trial.program, Level::Croft, code);
            let cause = feature::cause(&small);
            let count = found.entry(cause).or_default();
            *count += 1;
            if *count == 1 {
                println!(
                    "{code}, {}, seed {}:\n{}",
                    trial.origin.name(),
                    trial.seed,
                    write::one(&small, "")
                );
            }
        }
        let mut found: Vec<(String, usize)> = found.into_iter().collect();
        found.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), cause.clone()));
        for (cause, count) in found {
            let all = trials.len();
            table.push_str(&format!("| {code} | {all} | {count} | {cause} |\n"));
        }
    }
    table
}
