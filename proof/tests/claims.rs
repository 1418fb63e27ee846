//! The table in docs/CLAIMS.md: of the shape the command writes, within the checked-in limits, complete for its targets.

use std::collections::BTreeSet;

use croft_proof::claims::{BEGIN, END, differences, rewrite};
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

#[test]
fn a_difference_is_named() {
    let document = read("docs/CLAIMS.md");
    assert!(differences(&document, &[]).expect("markers").is_empty());
    let report = |target: &str| Report {
        target: target.to_owned(),
        sizes: Sizes {
            text: 1,
            data: 2,
            bss: 3,
        },
        rows: Vec::new(),
    };
    // A target that the table has not, and one whose every row is gone but for the last, which is another.
    let added = differences(&document, &[report("new")]).expect("markers");
    assert_eq!(added.len(), 1);
    assert!(
        added[0].0 == "nothing" && added[0].1.contains(".text 1, .data 2, .bss 3"),
        "{added:?}"
    );
    let changed = differences(&document, &[report("x86-64")]).expect("markers");
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| x86-64 |"))
        .count();
    assert_eq!(changed.len(), rows);
    assert_eq!(
        changed.iter().filter(|(_, new)| new == "nothing").count(),
        rows - 1
    );
}

#[test]
fn a_document_without_markers_is_refused() {
    assert!(rewrite("no table", &[]).is_err());
    assert!(rewrite(&format!("{END}\n{BEGIN}\n"), &[]).is_err());
}
