//! The table of sizes and bounds in a document, between two marker comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::InputError;
use crate::report::{Report, cell};

/// Line before the table.
pub const BEGIN: &str = "<!-- make proof: begin -->";
/// Line behind the table.
pub const END: &str = "<!-- make proof: end -->";
const HEAD: &str = "| target | entry point | instructions | to exhaustion | stack, bytes | code, bytes |\n|---|---|---|---|---|---|\n";

/// The document with the rows of these reports in its table. Rows of other targets stay: they were
/// made where those could be built.
///
/// # Errors
///
/// If the document has not both markers, in order.
pub fn rewrite(document: &str, reports: &[Report]) -> Result<String, InputError> {
    let (before, table, after) = split(document)?;
    let mut by_target: BTreeMap<String, String> = BTreeMap::new();
    for row in table
        .lines()
        .filter(|line| line.starts_with("| ") && !HEAD.contains(line))
    {
        let target = row[2..].split(" |").next().unwrap_or_default();
        by_target
            .entry(target.to_owned())
            .or_default()
            .push_str(&format!("{row}\n"));
    }
    for report in reports {
        by_target.insert(report.target.clone(), rows(report));
    }
    let rows: String = by_target.into_values().collect();
    Ok(format!("{before}{BEGIN}\n{HEAD}{rows}{END}{after}"))
}

/// Where the document's table is not what [`rewrite`] would make it: the row there and the row of the reports, the word `nothing` for
/// one that the other has not.
///
/// # Errors
///
/// As for [`rewrite`].
pub fn differences(document: &str, reports: &[Report]) -> Result<Vec<(String, String)>, InputError> {
    let fresh = rewrite(document, reports)?;
    let rows = |text| -> Result<BTreeMap<String, String>, InputError> {
        let (_, table, _) = split(text)?;
        let named = |row: &str| {
            let mut cells = row.splitn(4, '|');
            let name = cells.by_ref().take(3).collect::<Vec<_>>().join("|");
            (name, row.to_owned())
        };
        Ok(table
            .lines()
            .filter(|line| line.starts_with("| "))
            .map(named)
            .collect())
    };
    let (old, new) = (rows(document)?, rows(&fresh)?);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let row = |rows: &BTreeMap<String, String>, name| {
        rows.get(name).cloned().unwrap_or_else(|| "nothing".to_owned())
    };
    Ok(names
        .into_iter()
        .map(|name| (row(&old, name), row(&new, name)))
        .filter(|(old, new)| old != new)
        .collect())
}

fn split(document: &str) -> Result<(&str, &str, &str), InputError> {
    let missing = || InputError::Request(format!("the document has no lines `{BEGIN}` and `{END}`"));
    let (before, rest) = document.split_once(BEGIN).ok_or_else(missing)?;
    let (table, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok((before, table, after))
}

fn rows(report: &Report) -> String {
    let proven = report
        .rows
        .iter()
        .filter_map(|row| Some((&row.entry, row.outcome.as_ref().ok()?)));
    let row = |(entry, proof): (&String, &crate::prove::Proof)| {
        let (target, returns, ends) = (&report.target, cell(proof.returns), cell(proof.ends));
        format!(
            "| {target} | `{entry}` | {returns} | {ends} | {} | {} |\n",
            proof.stack, proof.bytes
        )
    };
    let sizes = report.sizes;
    let whole = format!(
        "| {} | *all, linked* | – | – | – | .text {}, .data {}, .bss {} |\n",
        report.target, sizes.text, sizes.data, sizes.bss
    );
    proven.map(row).collect::<String>() + &whole
}
