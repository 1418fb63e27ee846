//! The tables, as Markdown.

use super::count::{Counts, Large};
use super::limits::Goal;
use super::memory::Memory;
use super::program::{CROFT, PEERS};
use super::time::Times;
use super::whole::Whole;
use super::workload;
use super::worst::Worst;
use std::collections::HashMap;
use std::fmt::Write;

/// Where there is no figure.
const NONE: &str = "–";

fn row(title: &str, cells: impl Iterator<Item = Option<String>>) -> String {
    let cells: Vec<String> = cells
        .map(|cell| cell.unwrap_or_else(|| NONE.to_owned()))
        .collect();
    format!("| {title} | {} |\n", cells.join(" | "))
}

fn heading(cells: &[&str]) -> String {
    format!("| {} |\n|{}\n", cells.join(" | "), "---|".repeat(cells.len()))
}

/// A figure with as many digits as mean something, bold where no allocator that asks for memory is better.
fn number(figure: f64, is_best: bool) -> String {
    let digits = if figure < 99.95 { 1 } else { 0 };
    let text = format!("{figure:.digits$}");
    if is_best { format!("**{text}**") } else { text }
}

/// Peers that are no allocators: they mark the limit.
fn is_limit(peer: &str) -> bool {
    peer.starts_with("unchecked") || peer.contains("alloca`")
}

/// A table of figures by peer and workload.
fn by_workload(figures: &HashMap<(&'static str, &'static str), f64>) -> String {
    let titles: Vec<&str> = workload::ALL.iter().map(|workload| workload.title).collect();
    let mut text = heading(&[&["peer"], titles.as_slice()].concat());
    let best = |workload: &'static str| {
        figures
            .iter()
            .filter(|((peer, of), _)| *of == workload && !is_limit(peer))
            .map(|(_, figure)| *figure)
            .fold(f64::INFINITY, f64::min)
    };
    for peer in PEERS {
        if !figures.keys().any(|(title, _)| *title == peer.title) {
            continue;
        }
        let cells = workload::ALL.iter().map(|workload| {
            let figure = *figures.get(&(peer.title, workload.title))?;
            Some(number(
                figure,
                !is_limit(peer.title) && figure <= best(workload.title),
            ))
        });
        text.push_str(&row(peer.title, cells));
    }
    text
}

/// Instructions an object.
pub fn counts(counts: &Counts) -> String {
    by_workload(counts)
}

/// Where Croft's C is not the best allocator, and which is.
pub fn lost(counts: &Counts) -> String {
    let lost: Vec<String> = workload::ALL
        .iter()
        .filter_map(|workload| {
            let croft = *counts.get(&(CROFT.title, workload.title))?;
            let (best, figure) = counts
                .iter()
                .filter(|((peer, of), _)| *of == workload.title && !is_limit(peer))
                .map(|((peer, _), figure)| (*peer, *figure))
                .min_by(|one, other| one.1.total_cmp(&other.1))?;
            (figure < croft).then(|| format!("{} ({best}: {figure:.1}, Croft {croft:.1})", workload.title))
        })
        .collect();
    match lost.as_slice() {
        [] => "Croft, C, takes the fewest instructions everywhere.\n".to_owned(),
        lost => format!(
            "Others take fewer instructions than Croft, C, in {}.\n",
            lost.join(", ")
        ),
    }
}

/// Nanoseconds an object.
pub fn times(times: &Times) -> String {
    by_workload(times)
}

/// What all the other peers' figures are as multiples of Croft's.
pub fn ratios(counts: &Counts) -> String {
    let ratios = counts
        .iter()
        .filter_map(|((peer, workload), figure)| {
            let croft = *counts.get(&(CROFT.title, *workload))?;
            (*peer != CROFT.title && croft > 0.0).then_some(((*peer, *workload), figure / croft))
        })
        .collect::<HashMap<_, _>>();
    let titles: Vec<&str> = workload::ALL.iter().map(|workload| workload.title).collect();
    let mut text = heading(&[&["peer ÷ Croft, C"], titles.as_slice()].concat());
    for peer in PEERS.iter().filter(|peer| peer.title != CROFT.title) {
        if !ratios.keys().any(|(title, _)| *title == peer.title) {
            continue;
        }
        let cells = workload::ALL
            .iter()
            .map(|workload| Some(format!("{:.2}", ratios.get(&(peer.title, workload.title))?)));
        text.push_str(&row(peer.title, cells));
    }
    text
}

/// W2 and W4.
pub fn regions(
    large: &HashMap<&'static str, Large>,
    memory: &HashMap<&'static str, Memory>,
    worst: &HashMap<&'static str, Worst>,
) -> String {
    let mut text = heading(&[
        "peer",
        "W2, object",
        "W2, end at 16 KiB",
        "W2, end at 64 MiB",
        "W2, resident ÷ payload",
        "reserved ÷ payload",
        "W4, worst push",
        "W4, worst alloc",
        "W4, worst pop or frees",
    ]);
    for peer in PEERS {
        let title = peer.title;
        if !large.contains_key(title) && !worst.contains_key(title) {
            continue;
        }
        let (large, memory, worst) = (large.get(title), memory.get(title), worst.get(title));
        let cells = [
            large.map(|large| number(large.object, false)),
            large.map(|large| large.pop.0.to_string()),
            large.map(|large| large.pop.1.to_string()),
            memory.map(|memory| format!("{:.3}", memory.resident)),
            // Nothing is reserved that was not there before: a static pool, or a heap that takes a large range at once.
            memory
                .filter(|memory| memory.reserved >= 0.01)
                .map(|memory| format!("{:.2}", memory.reserved)),
            worst.map(|worst| worst.push.to_string()),
            worst.map(|worst| worst.alloc.to_string()),
            worst.map(|worst| worst.pop.to_string()),
        ];
        text.push_str(&row(title, cells.into_iter()));
    }
    text
}

/// The goals.
pub fn goals(goals: &[Goal]) -> String {
    let mut text = heading(&["goal: at most", "allowed", "counted", ""]);
    for goal in goals {
        let verdict = if goal.holds() { "reached" } else { "**missed**" };
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {verdict} |",
            goal.text, goal.allowed, goal.counted
        );
    }
    text
}

/// Whole programs.
pub fn wholes(wholes: &[Whole]) -> String {
    let mut text = heading(&[
        "program",
        "instructions, malloc",
        "regions",
        "regions ÷ malloc",
        "seconds, malloc",
        "regions",
        "regions ÷ malloc",
        "peak MiB, malloc",
        "regions",
        "regions ÷ malloc",
    ]);
    let ratio = |pair: (f64, f64)| format!("{:.2}", pair.1 / pair.0);
    for whole in wholes {
        let cells = [
            format!("{:.0} M", whole.instructions.0 / 1e6),
            format!("{:.0} M", whole.instructions.1 / 1e6),
            ratio(whole.instructions),
            format!("{:.3}", whole.seconds.0),
            format!("{:.3}", whole.seconds.1),
            ratio(whole.seconds),
            format!("{:.1}", whole.mebibytes.0),
            format!("{:.1}", whole.mebibytes.1),
            ratio(whole.mebibytes),
        ];
        text.push_str(&row(&whole.name, cells.into_iter().map(Some)));
    }
    text
}
