//! Effect manifests: summaries of library functions by name, as data files.
//!
//! Each file in `compiler-pass/effects/` is TOML with entries
//! `[[function]]`, `names = ["printf", …]`, `effects = "…"` in the grammar of [`super::grammar`]. Braces in a
//! name list alternatives: `{s,d,c,z}gemm_`.

use super::{Effects, grammar};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The manifests that come with Croft, with the names of their files.
pub const BUILT_IN: [(&str, &str); 18] = [
    ("croft", include_str!("../../effects/croft.toml")),
    ("libc/ctype", include_str!("../../effects/libc/ctype.toml")),
    ("libc/network", include_str!("../../effects/libc/network.toml")),
    ("libc/process", include_str!("../../effects/libc/process.toml")),
    ("libc/stdio", include_str!("../../effects/libc/stdio.toml")),
    ("libc/stdlib", include_str!("../../effects/libc/stdlib.toml")),
    ("libc/string", include_str!("../../effects/libc/string.toml")),
    ("libc/system", include_str!("../../effects/libc/system.toml")),
    ("libc/thread", include_str!("../../effects/libc/thread.toml")),
    ("libc/time", include_str!("../../effects/libc/time.toml")),
    ("libc/wchar", include_str!("../../effects/libc/wchar.toml")),
    ("libm", include_str!("../../effects/libm.toml")),
    ("compiler-rt", include_str!("../../effects/compiler-rt.toml")),
    ("cxxabi", include_str!("../../effects/cxxabi.toml")),
    ("blas", include_str!("../../effects/blas.toml")),
    ("cblas", include_str!("../../effects/cblas.toml")),
    ("lapack", include_str!("../../effects/lapack.toml")),
    ("lapacke", include_str!("../../effects/lapacke.toml")),
];

/// Effect summaries by function name.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The entries that were added.
    functions: HashMap<String, Arc<Effects>>,
    /// What comes with Croft, looked up after those.
    built_in: Option<&'static HashMap<String, Arc<Effects>>>,
}

/// Why a manifest cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
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
    /// A name whose braces do not fit together.
    #[error("`{name}` is no name: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Why a manifest's file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is no manifest.
    #[error("`{}` is no effect manifest: {error}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: ManifestError,
    },
}

/// The text of a manifest's file, which is known to be one.
///
/// # Errors
/// See [`FileError`]; it names the file.
pub fn read(path: &Path) -> Result<String, FileError> {
    let text = std::fs::read_to_string(path).map_err(|error| FileError::Read {
        path: path.to_owned(),
        error,
    })?;
    entries(&text).map_err(|error| FileError::Manifest {
        path: path.to_owned(),
        error,
    })?;
    Ok(text)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    function: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    effects: String,
}

impl Manifest {
    /// The manifests that come with Croft.
    ///
    /// # Errors
    /// None in a release: a test reads every built-in file.
    pub fn built_in() -> Result<Manifest, ManifestError> {
        static FUNCTIONS: OnceLock<Result<HashMap<String, Arc<Effects>>, ManifestError>> = OnceLock::new();
        let read = || {
            let mut manifest = Manifest::default();
            for (_, text) in BUILT_IN {
                manifest.extend(text)?;
            }
            Ok(manifest.functions)
        };
        let built_in = FUNCTIONS.get_or_init(read).as_ref().map_err(Clone::clone)?;
        Ok(Manifest {
            functions: HashMap::new(),
            built_in: Some(built_in),
        })
    }

    /// Adds the entries of a manifest file; a later entry for a name replaces an earlier one.
    ///
    /// # Errors
    /// The first entry that cannot be read; then nothing of the file is added.
    pub fn extend(&mut self, text: &str) -> Result<(), ManifestError> {
        self.functions.extend(entries(text)?);
        Ok(())
    }

    /// The summary of a function with this name and these parameters, written as in `effects/signatures.toml`. A built-in
    /// summary is of a library function: a function of that name with other parameters is the program's own.
    pub fn of_function(&self, name: &str, parameters: &str) -> Option<&Effects> {
        if let Some(own) = self.functions.get(name) {
            return Some(own);
        }
        // How a structure is passed is the target's affair.
        let alike = |known: &String| {
            let mut pairs = known.bytes().zip(parameters.bytes());
            known.len() == parameters.len()
                && pairs.all(|(known, own)| known == own || known == b'o' || own == b'o')
        };
        let is_librarys = || signatures().get(name).is_none_or(alike);
        self.get(name).filter(|_| is_librarys())
    }

    /// Whether the entry for this name was added to those that come with Croft.
    pub fn is_own(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// The summary of the function with this name.
    pub fn get(&self, name: &str) -> Option<&Effects> {
        let own = self.functions.get(name);
        let known = own.or_else(|| self.built_in?.get(name));
        known.map(|effects| &**effects)
    }
}

/// The parameters of the library's functions, a letter each: `p` for a pointer, `i` for an integer, `f` for a floating-point
/// number, `o` for any other, and `.` at the end if more may follow.
fn signatures() -> &'static HashMap<String, String> {
    static SIGNATURES: OnceLock<HashMap<String, String>> = OnceLock::new();
    // A test reads the file; without it, names alone decide.
    SIGNATURES
        .get_or_init(|| toml::from_str(include_str!("../../effects/signatures.toml")).unwrap_or_default())
}

/// The functions of a manifest's text with their effects, in the order of the text.
///
/// # Errors
/// The first entry that cannot be read.
pub fn entries(text: &str) -> Result<Vec<(String, Arc<Effects>)>, ManifestError> {
    let file: File = toml::from_str(text)?;
    let mut entries = Vec::new();
    for entry in file.function {
        let mut names = Vec::new();
        for name in &entry.names {
            names.extend(expand(name)?);
        }
        let effects = grammar::parse(&entry.effects).map_err(|problem| ManifestError::Effects {
            function: names.first().cloned().unwrap_or_default(),
            problem,
        })?;
        let effects = Arc::new(effects);
        entries.extend(names.into_iter().map(|name| (name, Arc::clone(&effects))));
    }
    Ok(entries)
}

/// The text of a manifest that says what these functions do.
pub fn write<'e>(functions: impl IntoIterator<Item = (&'e str, &'e Effects)>) -> String {
    let entries = functions.into_iter();
    let entries: Vec<String> = entries
        .map(|(name, effects)| entry(name, &effects.to_string()) + "\n")
        .collect();
    entries.join("\n")
}

/// The entry of one function.
pub fn entry(name: &str, effects: &str) -> String {
    let (names, effects) = (toml::Value::from(vec![escaped(name)]), toml::Value::from(effects));
    format!("[[function]]\nnames = {names}\neffects = {effects}")
}

/// A name without braces that would list alternatives.
fn escaped(name: &str) -> String {
    let mut plain = String::new();
    for character in name.chars() {
        if matches!(character, '{' | '}' | '\\') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// The names that a pattern stands for: `{s,d}gemm_` is `sgemm_` and `dgemm_`, `acos{,f,l}` has an empty
/// alternative. A backslash takes the meaning from a brace.
fn expand(pattern: &str) -> Result<Vec<String>, ManifestError> {
    let wrong = |problem| ManifestError::Name {
        name: pattern.to_owned(),
        problem,
    };
    let mut names = vec![String::new()];
    // The alternatives of the group that is open.
    let mut group: Option<Vec<String>> = None;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, &mut group) {
            ('{', None) => group = Some(vec![String::new()]),
            ('{', Some(_)) => return Err(wrong("a brace opens inside braces")),
            ('}', Some(alternatives)) => {
                names = names
                    .iter()
                    .flat_map(|name| {
                        alternatives
                            .iter()
                            .map(move |alternative| format!("{name}{alternative}"))
                    })
                    .collect();
                group = None;
            }
            ('}', None) => return Err(wrong("a brace closes that was not opened")),
            (',', Some(alternatives)) => alternatives.push(String::new()),
            (character, group) => {
                let plain = if character == '\\' {
                    characters.next().ok_or_else(|| wrong("it ends in a backslash"))?
                } else {
                    character
                };
                match group {
                    Some(alternatives) => alternatives
                        .iter_mut()
                        .last()
                        .into_iter()
                        .for_each(|last| last.push(plain)),
                    None => names.iter_mut().for_each(|name| name.push(plain)),
                }
            }
        }
    }
    match group {
        Some(_) => Err(wrong("a brace is not closed")),
        None if names.iter().any(String::is_empty) => Err(wrong("it is empty")),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_built_in_manifests_are_well_formed_and_name_each_function_once() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (file, text) in BUILT_IN {
            for (name, effects) in entries(text).unwrap_or_else(|error| panic!("{file}: {error}")) {
                assert_eq!(
                    grammar::parse(&effects.to_string()).as_ref(),
                    Ok(&*effects),
                    "{file}: {name}: {effects}"
                );
                let other = seen.insert(name.clone(), file);
                assert_eq!(other, None, "{file}: {name} is described twice");
            }
        }
        assert!(Manifest::built_in().unwrap().get("printf").unwrap().get_all);
        assert!(Manifest::built_in().unwrap().get("dgesv_").is_some());
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

    #[test]
    fn braces_list_alternatives() {
        let names = |pattern| expand(pattern).map_err(|error| error.to_string());
        assert_eq!(names("plain"), Ok(vec!["plain".to_owned()]));
        assert_eq!(
            names("{s,d}gem{m,v}_"),
            Ok(["sgemm_", "sgemv_", "dgemm_", "dgemv_"]
                .map(str::to_owned)
                .to_vec())
        );
        assert_eq!(
            names("acos{,f}"),
            Ok(["acos", "acosf"].map(str::to_owned).to_vec())
        );
        assert_eq!(names(r"a\{b,c\}\\"), Ok(vec![r"a{b,c}\".to_owned()]));
        assert_eq!(names("a,b"), Ok(vec!["a,b".to_owned()]));
        for (pattern, problem) in [
            ("{a", "a brace is not closed"),
            ("a}", "a brace closes that was not opened"),
            ("{a{b}}", "a brace opens inside braces"),
            ("a\\", "it ends in a backslash"),
            ("{a,}", "it is empty"),
            ("", "it is empty"),
        ] {
            assert_eq!(names(pattern), Err(format!("`{pattern}` is no name: {problem}")));
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let effects = grammar::parse("get(arg0); return(arg0); nounwind").unwrap();
        let strange = "operator{}, \"\\ \u{1}";
        let text = write([("f", &effects), (strange, &effects)]);
        let mut manifest = Manifest::default();
        manifest.extend(&text).unwrap();
        assert_eq!(manifest.get("f"), Some(&effects));
        assert_eq!(manifest.get(strange), Some(&effects), "{text}");
        assert_eq!(write([]), "");
        assert!(manifest.extend("").is_ok(), "a file that exports nothing");
    }

    #[test]
    fn an_entry_replaces_a_built_in_one() {
        let mut manifest = Manifest::built_in().unwrap();
        manifest
            .extend("[[function]]\nnames = [\"printf\"]\neffects = \"pure\"")
            .unwrap();
        assert!(!manifest.get("printf").unwrap().get_all);
        assert!(manifest.get("puts").unwrap().get_all);
    }
}
