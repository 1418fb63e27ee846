//! The table of sizes and bounds in a document, between two marker comments.

use std::collections::BTreeMap;

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
