//! Diagnostics: findings in the words and places of the user's source.
//!
//! [`explain`] turns a [`crate::check::finding::Finding`] into a [`Diagnostic`]; [`human`] and [`json`] render
//! it; [`codes`] holds the page of each code.

pub mod codes;
pub mod explain;
pub mod human;
pub mod json;

use serde::Serialize;

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
    /// The column in characters, from 1; 0 if unknown.
    pub column: u32,
    /// The function's name in the IR.
    pub function: String,
    /// The instruction as LLVM prints it, if the place is one.
    pub instruction: Option<String>,
}

/// A place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Related {
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
    /// Where it shows.
    pub primary: Place,
    /// What explains it, in the order of cause and effect.
    pub related: Vec<Related>,
    /// What would fix it.
    pub help: Option<String>,
    /// What the excerpt says at the primary place.
    #[serde(skip)]
    pub label: String,
}

impl Diagnostic {
    /// The order in which diagnostics are shown: by place, then by code.
    pub fn sort_key(&self) -> (&Place, &'static str, &str) {
        (&self.primary, self.code, &self.message)
    }
}
