//! Times, for information: processor time of the same programs, which take turns.

use super::program::Program;
use super::workload::Workload;
use crate::process;
use std::collections::HashMap;

/// Medians in nanoseconds an object, by the titles of peer and workload; with loop and touch.
pub type Times = HashMap<(&'static str, &'static str), f64>;

/// Objects of one run.
const OBJECTS: usize = 1_000_000;

/// Each program in each workload, in turn, as many rounds.
///
/// # Errors
/// When a run fails.
pub fn all(programs: &[Program], workloads: &[Workload], rounds: usize) -> Result<Times, String> {
    let mut figures: HashMap<_, Vec<f64>> = HashMap::new();
    for workload in workloads {
        let iterations = OBJECTS.div_ceil(workload.objects);
        for _ in 0..rounds {
            for program in programs {
                let arguments = [
                    workload.name.to_owned(),
                    workload.count.to_string(),
                    iterations.to_string(),
                    "time".to_owned(),
                ];
                let run = process::run(&mut program.command(&[], &arguments));
                if run.code == Some(2) {
                    continue;
                }
                let run = run.expect(0)?;
                let nanoseconds: f64 = run.stdout.trim().parse().map_err(|_| run.stdout.clone())?;
                figures
                    .entry((program.peer.title, workload.title))
                    .or_default()
                    .push(nanoseconds / (iterations * workload.objects) as f64);
            }
        }
    }
    Ok(figures
        .into_iter()
        .map(|(key, figures)| (key, median(figures)))
        .collect())
}

/// The figure in the middle.
///
/// # Panics
/// Of no figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
