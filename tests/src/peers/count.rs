//! Instructions under callgrind. A figure is the difference of two runs of different length, so that neither start nor end is in it.

use super::program::{PEERS, Peer, Program};
use super::workload::{self, LARGE_REGION, SMALL_REGION, Workload};
use crate::process;
use std::collections::HashMap;
use std::sync::Mutex;

/// Instructions an object, by the titles of peer and workload. What a peer cannot do is not in it.
pub type Counts = HashMap<(&'static str, &'static str), f64>;

const CALLGRIND: [&str; 3] = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];

/// What a program may answer.
const NO_SUCH_WORKLOAD: i32 = 2;

/// Instructions of one run; `None` if the peer has no such workload.
///
/// # Errors
/// When the run fails, or Valgrind says no number.
pub fn instructions(program: &Program, arguments: &[String]) -> Result<Option<u64>, String> {
    let mut command = program.command(&CALLGRIND, arguments);
    let run = process::run(&mut command);
    if run.code == Some(NO_SUCH_WORKLOAD) {
        return Ok(None);
    }
    let run = run
        .expect(0)
        .map_err(|problem| format!("{}: {problem}", program.peer.title))?;
    collected(&run.stderr).map(Some)
}

/// The number in callgrind's last lines.
pub(super) fn collected(text: &str) -> Result<u64, String> {
    text.lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .ok_or_else(|| format!("callgrind says no number:\n{text}"))
}

fn arguments(workload: &Workload, iterations: usize) -> Vec<String> {
    vec![
        workload.name.to_owned(),
        workload.count.to_string(),
        iterations.to_string(),
    ]
}

/// Does something for each item, on all processors; results in the order of the items.
pub fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let take = || {
        let mut next = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *next += 1;
        *next - 1
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, item)) =
                    Some(take()).and_then(|index| Some((index, items.get(index)?)))
                {
                    let result = work(item);
                    results
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((index, result));
                }
            });
        }
    });
    let mut results = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Instructions an object of each program in each workload, net of what the same loop costs without allocation.
///
/// # Errors
/// When a run fails.
pub fn all(programs: &[Program], workloads: &[Workload]) -> Result<Counts, String> {
    let pairs: Vec<(&Program, &Workload)> = programs
        .iter()
        .flat_map(|program| workloads.iter().map(move |workload| (program, workload)))
        .collect();
    let mut gross = Counts::new();
    let answers = side_by_side(&pairs, |(program, workload)| {
        let (few, many) = workload.iterations;
        let counts = [few, many].map(|iterations| instructions(program, &arguments(workload, iterations)));
        match counts {
            [Ok(Some(few_counted)), Ok(Some(many_counted))] => {
                let per_iteration = (many_counted - few_counted) as f64 / (many - few) as f64;
                Ok(Some(per_iteration / workload.objects as f64))
            }
            [Ok(_), Ok(_)] => Ok(None),
            [Err(problem), _] | [_, Err(problem)] => Err(problem),
        }
    });
    for ((program, workload), answer) in pairs.iter().zip(answers) {
        if let Some(figure) = answer? {
            gross.insert((program.peer.title, workload.title), figure);
        }
    }
    let net = |peer: &Peer, workload: &Workload| {
        let figure = *gross.get(&(peer.title, workload.title))?;
        let loop_alone = if workload.is_net {
            *gross.get(&(peer.nothing().title, workload.title))?
        } else {
            0.0
        };
        // What is left of an iteration's share where a run of 256 begins differently.
        Some((figure - loop_alone).max(0.0))
    };
    Ok(PEERS
        .iter()
        .flat_map(|peer| workloads.iter().map(move |workload| (peer, workload)))
        .filter_map(|(peer, workload)| Some(((peer.title, workload.title), net(peer, workload)?)))
        .collect())
}

/// W2: what growing and ending one region costs.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    /// Instructions an object, net.
    pub object: f64,
    /// Instructions of the end of a region with 16 KiB, and with 64 MiB.
    pub pop: (u64, u64),
}

/// W2 of each program that can.
///
/// # Errors
/// When a run fails.
pub fn large(programs: &[Program]) -> Result<HashMap<&'static str, Large>, String> {
    let runs: Vec<(&Program, usize, bool)> = programs
        .iter()
        .flat_map(|program| {
            [SMALL_REGION, LARGE_REGION]
                .into_iter()
                .flat_map(move |bytes| [false, true].map(|ends| (program, bytes, ends)))
        })
        .collect();
    let answers = side_by_side(&runs, |(program, bytes, ends)| {
        instructions(
            program,
            &[
                "large".to_owned(),
                bytes.to_string(),
                usize::from(*ends).to_string(),
            ],
        )
    });
    let mut counted = HashMap::new();
    for ((program, bytes, ends), answer) in runs.iter().zip(answers) {
        if let Some(count) = answer? {
            counted.insert((program.peer.title, *bytes, *ends), count);
        }
    }
    let objects = workload::objects_of_large(LARGE_REGION) - workload::objects_of_large(SMALL_REGION);
    let growth = |peer: &Peer| {
        let at = |bytes| counted.get(&(peer.title, bytes, false)).copied();
        Some((at(LARGE_REGION)? - at(SMALL_REGION)?) as f64 / objects as f64)
    };
    let pop = |peer: &Peer, bytes| {
        let at = |ends| counted.get(&(peer.title, bytes, ends)).copied();
        Some(at(true)?.saturating_sub(at(false)?))
    };
    Ok(programs
        .iter()
        .filter_map(|program| {
            let peer = &program.peer;
            let large = Large {
                object: growth(peer)? - growth(&peer.nothing())?,
                pop: (pop(peer, SMALL_REGION)?, pop(peer, LARGE_REGION)?),
            };
            Some((peer.title, large))
        })
        .collect())
}
