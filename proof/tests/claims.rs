//! The table in docs/CLAIMS.md: of the shape the command writes, within the checked-in limits, complete for its targets.

use std::collections::BTreeSet;

use croft_proof::claims::{BEGIN, END, compare, rewrite};
use croft_proof::image::Sizes;
use croft_proof::limits::Limits;
use croft_proof::report::Report;

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).expect("in the repository")
}

#[test]
fn the_checked_in_table_is_as_the_command_writes_it() {
    let document = read("docs/CLAIMS.md");
    // With nothing new to say the command changes nothing.
    assert_eq!(rewrite(&document, &[]).expect("markers"), document);
}

#[test]
fn the_checked_in_table_is_within_the_limits() {
    let limits = Limits::parse(&read("proof/limits.toml")).expect("limits");
    let document = read("docs/CLAIMS.md");
    let table = document
        .split(BEGIN)
        .nth(1)
        .and_then(|rest| rest.split(END).next())
        .expect("markers");
    let mut seen = BTreeSet::new();
    for line in table.lines().filter(|line| line.contains('`')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", target, entry, returns, ends, stack, bytes, ""] = cells[..] else {
            panic!("{line}")
        };
        let entry = entry.trim_matches('`');
        let limit = limits
            .target(target)
            .expect("a target")
            .entry
            .get(entry)
            .unwrap_or_else(|| panic!("no limit: {line}"));
        let figure = |cell: &str| {
            if cell == "–" {
                0
            } else {
                cell.parse::<u64>().unwrap_or_else(|_| panic!("{line}"))
            }
        };
        assert!(
            figure(returns) <= limit.instructions && figure(ends) <= limit.exhaustion,
            "{line}"
        );
        assert!(figure(stack) <= limit.stack && figure(bytes) > 0, "{line}");
        seen.insert((target.to_owned(), entry.to_owned()));
    }
    let x86 = seen.iter().filter(|(target, _)| target == "x86-64").count();
    assert_eq!(
        x86,
        limits.target["x86-64"].entry.len(),
        "each entry point has a row"
    );
}

/// A report without entry points.
fn report(target: &str, makers: &str) -> Report {
    Report {
        target: target.to_owned(),
        sizes: Sizes {
            text: 1,
            data: 2,
            bss: 3,
        },
        makers: makers.to_owned(),
        rows: Vec::new(),
    }
}

#[test]
fn a_difference_is_named() {
    let document = read("docs/CLAIMS.md");
    let nothing = compare(&document, &[]).expect("markers");
    assert!(nothing.differences.is_empty() && nothing.compared.is_empty());
    assert!(
        nothing.absent.contains(&"x86-64".to_owned()),
        "{}",
        nothing.summary()
    );
    // A target that the table has not, and one whose every row is gone but for the last two, of which one is another.
    let added = compare(&document, &[report("new", "a compiler")]).expect("markers");
    assert_eq!(added.differences.len(), 2);
    assert!(
        added
            .differences
            .iter()
            .any(|(old, new)| old == "nothing" && new.contains(".text 1, .data 2, .bss 3")),
        "{:?}",
        added.differences
    );
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| x86-64 |"))
        .collect();
    let makers = rows.iter().find(|row| row.contains("*made by*")).expect("a row");
    let makers = makers.trim_end_matches(" |").rsplit("| ").next().expect("a cell");
    let changed = compare(&document, &[report("x86-64", makers)]).expect("markers");
    assert_eq!(changed.compared, ["x86-64"]);
    assert_eq!(changed.differences.len(), rows.len() - 1);
    let gone = changed.differences.iter().filter(|(_, new)| new == "nothing");
    assert_eq!(gone.count(), rows.len() - 2);
}

#[test]
fn what_other_compilers_made_is_not_compared_and_named() {
    let document = read("docs/CLAIMS.md");
    let other = compare(&document, &[report("x86-64", "another compiler")]).expect("markers");
    assert!(other.differences.is_empty() && other.compared.is_empty());
    let [(target, old, new)] = &other.made_otherwise[..] else {
        panic!("{}", other.summary())
    };
    assert!(target == "x86-64" && old.contains("rustc version") && new == "another compiler");
    assert!(
        other.summary().contains("not compared: x86-64;"),
        "{}",
        other.summary()
    );
}

#[test]
fn a_document_without_markers_is_refused() {
    assert!(rewrite("no table", &[]).is_err());
    assert!(rewrite(&format!("{END}\n{BEGIN}\n"), &[]).is_err());
}
