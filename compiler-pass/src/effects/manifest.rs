//! Effect manifests: summaries of library functions by name, as data files.
//!
//! Each file in `compiler-pass/effects/` is TOML with entries
//! `[[function]]`, `names = ["printf", …]`, `effects = "…"` in the grammar of [`super::grammar`].

use super::{Effects, grammar};
use serde::Deserialize;
use std::collections::HashMap;

/// Effect summaries by function name.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    functions: HashMap<String, Effects>,
}

/// Why a manifest cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not TOML, or not of the manifest's shape.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// An effect text is wrong.
    #[error("effects of `{function}`: {problem}")]
    Effects {
        /// The function.
        function: String,
        /// What is wrong.
        problem: grammar::GrammarError,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    function: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    effects: String,
}

/// The manifests that come with Croft.
const BUILT_IN: [&str; 3] = [
    include_str!("../../effects/libc.toml"),
    include_str!("../../effects/libm.toml"),
    include_str!("../../effects/lapack.toml"),
];

impl Manifest {
    /// The manifests that come with Croft: libc, libm, BLAS and LAPACK.
    ///
    /// # Errors
    /// None in a release: a test reads every built-in file.
    pub fn built_in() -> Result<Manifest, ManifestError> {
        let mut manifest = Manifest::default();
        for text in BUILT_IN {
            manifest.extend(text)?;
        }
        Ok(manifest)
    }

    /// Adds the entries of a manifest file; a later entry for a name replaces an earlier one.
    ///
    /// # Errors
    /// The first entry that cannot be read; then nothing of the file is added.
    pub fn extend(&mut self, text: &str) -> Result<(), ManifestError> {
        let file: File = toml::from_str(text)?;
        let mut added = Vec::new();
        for entry in file.function {
            for name in entry.names {
                let effects = grammar::parse(&entry.effects).map_err(|problem| ManifestError::Effects {
                    function: name.clone(),
                    problem,
                })?;
                added.push((name, effects));
            }
        }
        self.functions.extend(added);
        Ok(())
    }

    /// The summary of the function with this name.
    pub fn get(&self, name: &str) -> Option<&Effects> {
        self.functions.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_manifests_are_well_formed() {
        let manifest = Manifest::built_in().unwrap();
        assert!(manifest.get("printf").unwrap().get_all);
        assert!(manifest.get("dgesv_").is_some());
    }

    #[test]
    fn a_bad_entry_is_named_and_adds_nothing() {
        let mut manifest = Manifest::default();
        let error = manifest
            .extend("[[function]]\nnames = [\"f\", \"g\"]\neffects = \"gets(arg0)\"")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "effects of `f`: `gets(arg0)` is no effect clause"
        );
        assert!(manifest.get("f").is_none());
    }
}
