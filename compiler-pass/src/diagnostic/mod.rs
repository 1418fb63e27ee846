//! Diagnostics: findings in the words and places of the user's source.
//!
//! [`explain`] turns a [`crate::check::finding::Finding`] into a [`Diagnostic`]: [`facts`] are the places and names that
//! it speaks of, [`wording`] what is wrong, [`help`] what would fix it. [`human`], [`json`] and [`sarif`] render;
//! [`excerpt`] reads the sources for them; [`codes`] holds the page of each code.

pub mod codes;
pub mod excerpt;
pub mod explain;
pub mod facts;
pub mod help;
pub mod human;
pub mod json;
pub mod sarif;
pub mod wording;

use crate::check::finding::Role;
use serde::{Serialize, Serializer};

/// How bad it is. Every R code is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program is rejected.
    Error,
}

/// A place in the user's source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, if it is known.
    pub file: Option<String>,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The column in bytes of UTF-8, from 1; 0 if unknown.
    pub column: u32,
    /// The function's name in the IR.
    pub function: String,
    /// The instruction as LLVM prints it, if the place is one.
    pub instruction: Option<String>,
}

/// A place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Related {
    /// What the place has to do with it.
    #[serde(serialize_with = "role_name")]
    pub role: Role,
    /// What happens there.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
}

/// A violation of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What happens at the primary place.
    pub label: String,
    /// Where it shows.
    pub primary: Place,
    /// What explains it, in the order of cause and effect.
    pub related: Vec<Related>,
    /// What would fix it.
    pub help: Option<String>,
}

fn role_name<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.name())
}

impl Diagnostic {
    /// The order in which diagnostics are shown: file, line, column, code, function. Without a line, the function is the
    /// place.
    fn sort_key(&self) -> impl Ord {
        let place = &self.primary;
        let without_line = (place.line == 0).then_some(&place.function);
        (
            (&place.file, place.line, place.column, without_line),
            (self.code, &place.function, &place.instruction),
            (&self.message, &self.related, &self.help),
        )
    }

    /// Whether the primary place lies in code that was inlined.
    fn is_inlined(&self) -> bool {
        self.related
            .iter()
            .any(|related| related.role == Role::InlinedInto)
    }
}

/// Sorts diagnostics by file, line, column, code and function, and keeps one of those that say the same. A feasible-path
/// copy shows one place of a function twice, a header's function is judged with every file that includes it, and a
/// function's inlined copies repeat what is said of the function itself.
pub fn sort(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let same_place = |a: &Diagnostic, b: &Diagnostic| {
        let place = |d: &Diagnostic| (d.primary.file.clone(), d.primary.line, d.primary.column, d.code);
        place(a) == place(b)
    };
    diagnostics.dedup_by(|later, earlier| {
        // A place without a line is the instruction.
        let is_same = later.primary.line != 0 || later.primary.instruction == earlier.primary.instruction;
        is_same && same_place(later, earlier) && later.primary.function == earlier.primary.function
    });
    diagnostics
        .chunk_by(same_place)
        .flat_map(|group| {
            let in_itself = group.iter().any(|diagnostic| !diagnostic.is_inlined());
            group.iter().filter(move |diagnostic| {
                !(in_itself && diagnostic.primary.line != 0 && diagnostic.is_inlined())
            })
        })
        .cloned()
        .collect()
}

/// At most `most` of the diagnostics of each file, and how many that leaves out. The diagnostics are sorted.
pub fn limit(diagnostics: &[Diagnostic], most: Option<usize>) -> (Vec<Diagnostic>, usize) {
    let most = most.unwrap_or(usize::MAX);
    let shown: Vec<Diagnostic> = diagnostics
        .chunk_by(|a, b| a.primary.file == b.primary.file)
        .flat_map(|file| file.iter().take(most).cloned())
        .collect();
    let hidden = diagnostics.len() - shown.len();
    (shown, hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(file: &str, line: u32, function: &str) -> Diagnostic {
        Diagnostic {
            code: "R0301",
            severity: Severity::Error,
            message: String::new(),
            label: String::new(),
            primary: Place {
                file: Some(file.to_owned()),
                line,
                function: function.to_owned(),
                ..Place::default()
            },
            related: vec![],
            help: None,
        }
    }

    fn inlined(mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.related.push(Related {
            role: Role::InlinedInto,
            message: String::new(),
            place: Place::default(),
        });
        diagnostic
    }

    #[test]
    fn the_order_is_file_line_function_whatever_the_order_of_discovery() {
        let sorted = [
            diagnostic("a.c", 2, "f"),
            diagnostic("a.c", 10, "a"),
            diagnostic("a.c", 10, "b"),
            diagnostic("b.c", 1, "f"),
        ];
        for first in 0..sorted.len() {
            let mut rotated = sorted.to_vec();
            rotated.rotate_left(first);
            assert_eq!(sort(rotated.clone()), sorted);
            rotated.extend(sorted.clone());
            assert_eq!(sort(rotated), sorted, "each once");
        }
    }

    #[test]
    fn what_is_said_of_a_function_is_not_repeated_for_its_inlined_copies() {
        let itself = diagnostic("a.c", 2, "f");
        let copies = [
            inlined(diagnostic("a.c", 2, "g")),
            inlined(diagnostic("a.c", 2, "h")),
        ];
        let all = [std::slice::from_ref(&itself), &copies[..]].concat();
        assert_eq!(sort(all), [itself]);
        assert_eq!(sort(copies.to_vec()), copies, "two callers are two causes");
    }

    #[test]
    fn a_limit_holds_for_each_file() {
        let all: Vec<Diagnostic> = (1..=3)
            .map(|line| diagnostic("a.c", line, "f"))
            .chain([diagnostic("b.c", 1, "f")])
            .collect();
        let (shown, hidden) = limit(&all, Some(2));
        assert_eq!((shown.len(), hidden), (3, 1));
        assert_eq!(shown[2], all[3]);
        assert_eq!(limit(&all, None), (all, 0));
    }
}
