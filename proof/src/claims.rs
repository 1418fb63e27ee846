//! The table of sizes and bounds in a document, between two marker comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::InputError;
use crate::report::{Report, cell};

/// Line before the table.
pub const BEGIN: &str = "<!-- make proof: begin -->";
/// Line behind the table.
pub const END: &str = "<!-- make proof: end -->";
/// In place of an entry point: what made the target's code.
const MAKERS: &str = "*made by*";
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

/// What [`compare`] found.
pub struct Comparison {
    /// The targets whose rows were compared.
    pub compared: Vec<String>,
    /// The targets of the table that no report is of.
    pub absent: Vec<String>,
    /// The targets whose rows were not compared, because other compilers made them: who made the table's, and who the report's. What a
    /// compiler's next version makes of the same source differs by a few instructions, which only the limits judge.
    pub made_otherwise: Vec<(String, String, String)>,
    /// The row of the table and that of the reports where they differ; `nothing` for one that the other has not.
    pub differences: Vec<(String, String)>,
}

impl Comparison {
    /// In a line.
    pub fn summary(&self) -> String {
        let list = |names: &[String]| {
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        let others: Vec<String> = self
            .made_otherwise
            .iter()
            .map(|(target, ..)| target.clone())
            .collect();
        format!(
            "table compared for: {}; {} rows differ; made by other compilers, not compared: {}; not built, not compared: {}",
            list(&self.compared),
            self.differences.len(),
            list(&others),
            list(&self.absent)
        )
    }
}

/// Compares the document's table with what [`rewrite`] would make it, for each target that the same compilers made.
///
/// # Errors
///
/// As for [`rewrite`].
pub fn compare(document: &str, reports: &[Report]) -> Result<Comparison, InputError> {
    let table = |text| Ok::<_, InputError>(by_name(split(text)?.1));
    let (old, new) = (table(document)?, table(&rewrite(document, reports)?)?);
    let mut comparison = Comparison {
        compared: Vec::new(),
        absent: Vec::new(),
        made_otherwise: Vec::new(),
        differences: Vec::new(),
    };
    let targets: BTreeSet<&String> = old.keys().chain(new.keys()).map(|(target, _)| target).collect();
    for target in targets {
        let Some(report) = reports.iter().find(|report| report.target == *target) else {
            comparison.absent.push(target.clone());
            continue;
        };
        let makers = old.get(&(target.clone(), MAKERS.to_owned()));
        let makers = makers.and_then(|row| Some(row.strip_suffix(" |")?.rsplit_once("| ")?.1));
        if let Some(makers) = makers
            && makers != report.makers
        {
            comparison
                .made_otherwise
                .push((target.clone(), makers.to_owned(), report.makers.clone()));
            continue;
        }
        comparison.compared.push(target.clone());
        let names: BTreeSet<_> = old
            .keys()
            .chain(new.keys())
            .filter(|(of, _)| of == target)
            .collect();
        let row = |rows: &Rows, name| rows.get(name).cloned().unwrap_or_else(|| "nothing".to_owned());
        let pairs = names.into_iter().map(|name| (row(&old, name), row(&new, name)));
        comparison
            .differences
            .extend(pairs.filter(|(old, new)| old != new));
    }
    Ok(comparison)
}

/// Rows by target and entry point.
type Rows = BTreeMap<(String, String), String>;

fn by_name(table: &str) -> Rows {
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && !HEAD.contains(line));
    rows.map(|row| {
        let mut cells = row.split('|').map(|cell| cell.trim().to_owned()).skip(1);
        let (target, entry) = (cells.next(), cells.next());
        (
            (target.unwrap_or_default(), entry.unwrap_or_default()),
            row.to_owned(),
        )
    })
    .collect()
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
    let makers = format!(
        "| {} | {MAKERS} | – | – | – | {} |\n",
        report.target, report.makers
    );
    proven.map(row).collect::<String>() + &whole + &makers
}
