//! The checked-in table of limits: which entry points there are on each target, and what they may cost.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::image::InputError;
use crate::machine::Machine;
use crate::prove::{Proof, Rules};

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// By the target's name.
    pub target: BTreeMap<String, Target>,
}

/// A target.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Its instruction set.
    pub machine: Machine,
    /// As in [`Rules`].
    #[serde(default)]
    pub handlers: Vec<String>,
    /// As in [`Rules`].
    #[serde(default)]
    pub ends: Vec<String>,
    /// As in [`Rules`].
    #[serde(default)]
    pub cleanups: Vec<String>,
    /// By symbol.
    pub entry: BTreeMap<String, Limit>,
}

/// What an entry point may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Instructions on a path that returns.
    pub instructions: u64,
    /// Instructions on a path that ends in exhaustion.
    pub exhaustion: u64,
    /// Bytes of stack.
    pub stack: u64,
}

impl Limits {
    /// Reads the table from TOML.
    ///
    /// # Errors
    ///
    /// Where the text is no such table.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        toml::from_str(text).map_err(|error| InputError::Request(format!("limits: {error}")))
    }

    /// The target of that name.
    ///
    /// # Errors
    ///
    /// If there is none, with the names that there are.
    pub fn target(&self, name: &str) -> Result<&Target, InputError> {
        self.target.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.target.keys().map(String::as_str).collect();
            InputError::Request(format!(
                "no target `{name}` in the limits; there are: {}",
                known.join(", ")
            ))
        })
    }
}

impl Target {
    /// Where paths end on it.
    pub fn rules(&self) -> Rules {
        Rules {
            handlers: self.handlers.clone(),
            ends: self.ends.clone(),
            cleanups: self.cleanups.clone(),
        }
    }
}

impl Limit {
    /// What the proof exceeds, in words.
    pub fn exceeded(&self, proof: &Proof) -> Vec<String> {
        let figures = [
            ("instructions to the return", proof.returns, self.instructions),
            ("instructions to exhaustion", proof.ends, self.exhaustion),
            ("bytes of stack", Some(proof.stack), self.stack),
        ];
        let over = figures
            .into_iter()
            .filter_map(|(what, figure, limit)| Some((what, figure?, limit)));
        over.filter(|(_, figure, limit)| figure > limit)
            .map(|(what, figure, limit)| format!("{figure} {what}, the limit is {limit}"))
            .collect()
    }
}
