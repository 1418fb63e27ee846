//! What must hold of the counts: the goals, relative to peers in the same run, and `benches/limits.toml`, Croft's own figures, which must
//! not get worse. `--write` takes the figures as they are; a goal that was reached stays one that must be.

use super::count::{Counts, Large};
use super::memory::Memory;
use super::program::{BUMP_SCOPE, BUMPALO, CROFT, UNCHECKED};
use super::time::Times;
use super::workload::{LISTS, MANY, ONE, ROW, TREES, TURNS_ROW, Workload};
use crate::folder;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::PathBuf;

/// A figure may be worse by this much: compilers of the same version differ by so little between machines.
const TOLERANCE: (f64, f64) = (1.01, 0.05);

/// A goal, and what was counted.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Its key in the file.
    pub name: &'static str,
    /// In words.
    pub text: String,
    /// What it allows.
    pub allowed: f64,
    /// What was counted.
    pub counted: f64,
}

impl Goal {
    /// Whether it is reached.
    pub fn holds(&self) -> bool {
        // What two runs of one program may differ by.
        self.counted <= self.allowed + 0.005
    }
}

/// The goals that are about counts.
///
/// # Errors
/// The figure that is missing.
pub fn goals(counts: &Counts, large: &HashMap<&'static str, Large>) -> Result<Vec<Goal>, String> {
    let figure = |title: &'static str, workload: &Workload| {
        counts
            .get(&(title, workload.title))
            .copied()
            .ok_or_else(|| format!("not counted: {title}, {}", workload.title))
    };
    let beside = |name, workload: &Workload, factor: f64, peer: &'static str, of: &Workload, more: f64| {
        let (croft, beside) = (figure(CROFT.title, workload)?, figure(peer, of)?);
        let text = if more > 0.0 {
            format!("{}, each object: {peer} + {more}", workload.title)
        } else if workload == of {
            format!("{}, each object: {factor:.2} × {peer}", workload.title)
        } else {
            format!(
                "{}, each object: {factor:.2} × {peer} in {}",
                workload.title, of.title
            )
        };
        Ok::<_, String>(Goal {
            name,
            text,
            allowed: factor * beside + more,
            counted: croft,
        })
    };
    let pop = large.get(CROFT.title).ok_or("not counted: W2")?.pop;
    Ok(vec![
        beside("many-bumpalo", &MANY, 0.5, BUMPALO.title, &MANY, 0.0)?,
        beside("many-bump-scope", &MANY, 0.4, BUMP_SCOPE.title, &MANY, 0.0)?,
        beside("shared-checks", &ROW, 1.2, UNCHECKED.title, &MANY, 0.0)?,
        beside("one-bump-scope", &ONE, 1.0, BUMP_SCOPE.title, &ONE, 0.0)?,
        beside("turns-bumpalo", &TURNS_ROW, 0.25, BUMPALO.title, &TURNS_ROW, 0.0)?,
        Goal {
            name: "pop-same",
            text: "W2, end of the region: as with 16 KiB".to_owned(),
            allowed: pop.0 as f64,
            counted: pop.1 as f64,
        },
        Goal {
            name: "pop",
            text: "W2, end of the region, all told".to_owned(),
            allowed: 40.0,
            counted: pop.1 as f64,
        },
        beside("trees", &TREES, 1.0, UNCHECKED.title, &TREES, 3.0)?,
        beside("lists", &LISTS, 1.0, UNCHECKED.title, &LISTS, 3.0)?,
    ])
}

/// The goals that gate nothing here: memory, and one of time.
pub fn for_information(memories: &HashMap<&'static str, Memory>, times: &Times) -> Vec<Goal> {
    let time = |title| times.get(&(title, ONE.title)).copied();
    let memory = memories.get(CROFT.title).map(|memory| Goal {
        name: "memory",
        text: "W2, resident memory ÷ payload (informs)".to_owned(),
        allowed: 1.01,
        counted: memory.resident,
    });
    let time = time(CROFT.title)
        .zip(time(BUMP_SCOPE.title))
        .map(|(croft, bump_scope)| Goal {
            name: "one-time",
            text: format!("{}, nanoseconds: {} (informs)", ONE.title, BUMP_SCOPE.title),
            allowed: bump_scope,
            counted: croft,
        });
    memory.into_iter().chain(time).collect()
}

/// Croft's figures, as the file keeps them.
fn figures(counts: &Counts, large: &HashMap<&'static str, Large>) -> BTreeMap<String, f64> {
    let mut figures: BTreeMap<String, f64> = counts
        .iter()
        .filter(|((peer, _), _)| peer.contains("**Croft**"))
        .map(|((peer, workload), figure)| (format!("{}: {workload}", plain(peer)), *figure))
        .collect();
    for (peer, large) in large {
        if peer.contains("**Croft**") {
            figures.insert(format!("{}: W2, pop", plain(peer)), large.pop.1 as f64);
            figures.insert(format!("{}: W2, object", plain(peer)), large.object);
        }
    }
    figures
}

fn plain(title: &str) -> String {
    title.chars().filter(|char| !"*`".contains(*char)).collect()
}

fn path() -> PathBuf {
    folder::here("benches/limits.toml")
}

/// Compares with the file: what is worse, and goals that were reached and are no more.
///
/// # Errors
/// When the file cannot be read.
pub fn broken(counts: &Counts, large: &HashMap<&'static str, Large>) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path()).map_err(|error| error.to_string())?;
    compare(&text, counts, large)
}

fn compare(text: &str, counts: &Counts, large: &HashMap<&'static str, Large>) -> Result<Vec<String>, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let mut broken = Vec::new();
    let limits = table
        .get("instructions")
        .and_then(toml::Value::as_table)
        .ok_or("no [instructions]")?;
    let figures = figures(counts, large);
    for (name, figure) in &figures {
        let Some(limit) = limits.get(name).and_then(toml::Value::as_float) else {
            broken.push(format!("{name}: no limit for it, and it takes {figure:.2}"));
            continue;
        };
        if *figure > limit * TOLERANCE.0 + TOLERANCE.1 {
            broken.push(format!(
                "{name}: {figure:.2} instructions, at most {limit:.2} before"
            ));
        }
    }
    for name in limits.keys().filter(|name| !figures.contains_key(*name)) {
        broken.push(format!("{name}: has a limit and was not counted"));
    }
    let reached = table
        .get("reached")
        .and_then(toml::Value::as_table)
        .ok_or("no [reached]")?;
    for goal in goals(counts, large)? {
        match reached.get(goal.name).and_then(toml::Value::as_bool) {
            None => broken.push(format!(
                "{}: the file does not say whether it was reached",
                goal.name
            )),
            Some(true) if !goal.holds() => broken.push(format!(
                "{}: {:.2}, and {:.2} is the limit, which was kept before",
                goal.text, goal.counted, goal.allowed
            )),
            Some(_) => {}
        }
    }
    Ok(broken)
}

/// Takes the figures and the goals that are reached into the file.
///
/// # Errors
/// When it cannot be written.
pub fn write(counts: &Counts, large: &HashMap<&'static str, Large>) -> Result<(), String> {
    std::fs::write(path(), text(counts, large)?).map_err(|error| error.to_string())
}

fn text(counts: &Counts, large: &HashMap<&'static str, Large>) -> Result<String, String> {
    let mut text = "\
# What Croft's operations take in the workloads of `make bench`: instructions an object on x86-64, and of one pop. The gate: a figure that
# is worse by more than 1 % fails. Written by `make bench BENCH=--write`; lower is better, so read what a change of this file says.

[instructions]
"
    .to_owned();
    // Writing to a string does not fail.
    for (name, figure) in figures(counts, large) {
        let _ = writeln!(text, "\"{name}\" = {figure:.2}");
    }
    text.push_str("\n# Which of the goals (docs/CLAIMS.md has them in words) were reached; one that was must be reached again.\n[reached]\n");
    for goal in goals(counts, large)? {
        let _ = writeln!(text, "{} = {}", goal.name, goal.holds());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{compare, text};
    use crate::peers::count::{Counts, Large};
    use crate::peers::program::{BUMP_SCOPE, BUMPALO, CROFT, UNCHECKED};
    use crate::peers::workload;
    use std::collections::HashMap;

    /// Croft takes `croft` everywhere, everyone else 10.
    fn counted(croft: f64) -> (Counts, HashMap<&'static str, Large>) {
        let peers = [
            (CROFT, croft),
            (UNCHECKED, 10.0),
            (BUMPALO, 10.0),
            (BUMP_SCOPE, 10.0),
        ];
        let counts = peers
            .iter()
            .flat_map(|(peer, figure)| workload::ALL.map(|workload| ((peer.title, workload.title), *figure)))
            .collect();
        let large = Large {
            object: croft,
            pop: (9, 9),
        };
        (counts, HashMap::from([(CROFT.title, large)]))
    }

    fn broken(before: f64, now: f64) -> Vec<String> {
        let (counts, large) = counted(before);
        let limits = text(&counts, &large).expect("every figure is there");
        let (counts, large) = counted(now);
        compare(&limits, &counts, &large).expect("the text is a table")
    }

    #[test]
    fn the_same_and_better_figures_pass() {
        assert_eq!(broken(10.0, 10.0), [""; 0]);
        assert_eq!(broken(20.0, 20.2), [""; 0]);
        assert_eq!(broken(10.0, 2.0), [""; 0]);
    }

    #[test]
    fn worse_figures_fail_one_by_one() {
        let broken = broken(20.0, 20.5);
        assert_eq!(broken.len(), workload::ALL.len() + 1, "{broken:?}");
        assert!(
            broken[0].ends_with("20.50 instructions, at most 20.00 before"),
            "{broken:?}"
        );
    }

    #[test]
    fn a_goal_that_was_reached_must_be_reached_again() {
        // 10.1 is within the tolerance of the figures, and above bump-scope's 10.
        let (counts, large) = counted(10.0);
        let limits = text(&counts, &large).expect("every figure is there");
        assert!(limits.contains("one-bump-scope = true\n"), "{limits}");
        let (counts, large) = counted(10.1);
        let broken = compare(&limits, &counts, &large).expect("the text is a table");
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].contains("which was kept before"), "{broken:?}");
    }

    #[test]
    fn figures_without_a_limit_and_limits_without_a_figure_fail() {
        let (counts, large) = counted(10.0);
        let limits = text(&counts, &large).expect("every figure is there");
        let (more, less) = (
            format!("{limits}\n"),
            limits.replace("\"Croft, C: W6\"", "\"Croft, C: W7\""),
        );
        assert_eq!(compare(&more, &counts, &large).expect("a table").len(), 0);
        assert_eq!(compare(&less, &counts, &large).expect("a table").len(), 2);
    }
}
