//! What the command prints: a table, or a JSON object for each entry point.

use std::fmt::Write;

use serde::Serialize;

use crate::image::Sizes;
use crate::limits::Limit;
use crate::prove::{Line, Proof};
use crate::refusal::Refusal;

/// The answer for one file.
pub struct Report {
    /// Name of the target.
    pub target: String,
    /// Bytes of the file's sections.
    pub sizes: Sizes,
    /// What made the file ([`Image::makers`](crate::Image::makers)).
    pub makers: String,
    /// For each entry point.
    pub rows: Vec<Row>,
}

/// The answer for one entry point.
pub struct Row {
    /// Symbol.
    pub entry: String,
    /// The figures, or why there are none.
    pub outcome: Result<Proof, Refusal>,
    /// What they may be.
    pub limit: Option<Limit>,
}

#[derive(Serialize)]
struct Object<'a> {
    target: &'a str,
    entry: &'a str,
    proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exhaustion: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    loops: Vec<Loop<'a>>,
    exceeded: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
}

#[derive(Serialize)]
struct Loop<'a> {
    function: &'a str,
    address: u64,
    rounds: u64,
}

impl Row {
    /// What is exceeded, in words.
    pub fn exceeded(&self) -> Vec<String> {
        match (&self.outcome, &self.limit) {
            (Ok(proof), Some(limit)) => limit.exceeded(proof),
            _ => Vec::new(),
        }
    }

    /// Whether it is proven and within its limit.
    pub fn passes(&self) -> bool {
        self.outcome.is_ok() && self.exceeded().is_empty()
    }
}

/// A figure, or a dash.
pub(crate) fn cell(figure: Option<u64>) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| figure.to_string())
}

impl Report {
    /// Whether every entry point passes.
    pub fn passes(&self) -> bool {
        self.rows.iter().all(Row::passes)
    }

    /// As a table, with what went wrong below it.
    pub fn human(&self) -> String {
        let width = self
            .rows
            .iter()
            .map(|row| row.entry.len())
            .max()
            .unwrap_or(0)
            .max(self.target.len());
        let mut text = format!(
            "{:<width$}  {:>12} {:>12} {:>8} {:>8}\n",
            self.target, "instructions", "exhaustion", "stack", "bytes"
        );
        let mut troubles = String::new();
        for row in &self.rows {
            match &row.outcome {
                Ok(proof) => {
                    let cells = [
                        cell(proof.returns),
                        cell(proof.ends),
                        proof.stack.to_string(),
                        proof.bytes.to_string(),
                    ];
                    let [returns, ends, stack, bytes] = cells;
                    let entry = &row.entry;
                    let _ = writeln!(
                        text,
                        "{entry:<width$}  {returns:>12} {ends:>12} {stack:>8} {bytes:>8}"
                    );
                    for (function, address, rounds) in &proof.loops {
                        let _ = writeln!(
                            text,
                            "    loop in `{function}` at {address:#x}: at most {rounds} rounds"
                        );
                    }
                    for over in row.exceeded() {
                        let _ = writeln!(troubles, "error: `{entry}`: {over}");
                    }
                }
                Err(refusal) => {
                    let _ = writeln!(text, "{:<width$}  {:>12}", row.entry, "refused");
                    let _ = writeln!(troubles, "error: `{}`: {refusal}", row.entry);
                }
            }
        }
        text + &troubles
    }

    /// One JSON object a line.
    pub fn json(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let proof = row.outcome.as_ref().ok();
            let loops = proof.into_iter().flat_map(|proof| &proof.loops);
            let object = Object {
                target: &self.target,
                entry: &row.entry,
                proven: proof.is_some(),
                instructions: proof.and_then(|proof| proof.returns),
                exhaustion: proof.and_then(|proof| proof.ends),
                stack: proof.map(|proof| proof.stack),
                bytes: proof.map(|proof| proof.bytes),
                loops: loops
                    .map(|(function, address, rounds)| Loop {
                        function,
                        address: *address,
                        rounds: *rounds,
                    })
                    .collect(),
                exceeded: row.exceeded(),
                refusal: row.outcome.as_ref().err(),
            };
            text += &serde_json::to_string(&object).expect("strings and numbers only");
            text.push('\n');
        }
        text
    }
}

/// A longest path as a listing.
pub fn listing(lines: &[Line]) -> String {
    let (mut text, mut function, mut count) = (String::new(), None, 0);
    for line in lines {
        let place = (line.depth, &line.function);
        if function != Some(place) {
            let _ = writeln!(text, "{:indent$}{}:", "", line.function, indent = line.depth * 2);
            function = Some(place);
        }
        count += line.times;
        let times = if line.times > 1 {
            format!("  × {}", line.times)
        } else {
            String::new()
        };
        let indent = line.depth * 2 + 2;
        let _ = writeln!(
            text,
            "{:indent$}{:>8x}  {}{times}",
            "", line.address, line.instruction
        );
    }
    let _ = writeln!(text, "{count} instructions");
    text
}
