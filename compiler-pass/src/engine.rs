//! Check, effects and lowering on a borrowed LLVM module: what the library, the plugin and the command share.

use crate::check::{self, annotations, prepare};
use crate::diagnostic::{self, Diagnostic, explain};
use crate::effects::Effects;
use crate::effects::manifest::{Manifest, ManifestError};
use crate::form;
use crate::llvm::module::Printing;
use crate::llvm::{Module, shim};
use crate::lower::has_operations;
use bumpalo::Bump;

/// What the checker may be told.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// Texts of effect manifests beyond those that come with Croft; a later entry for a function replaces an
    /// earlier one.
    pub manifests: Vec<String>,
}

/// Why a module could not be checked. Violations are no failures: they are [`Diagnostic`] values.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// An effect manifest is wrong.
    #[error("effect manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// LLVM refused something.
    #[error("LLVM: {0}")]
    Llvm(String),
}

/// Checks a module; it is left as it is. The diagnostics come in a deterministic order.
///
/// # Errors
/// See [`CheckError`].
pub fn check(module: Module<'_>, options: &CheckOptions) -> Result<Vec<Diagnostic>, CheckError> {
    let manifest = manifest(options)?;
    if !has_operations(module) && !has_annotations(module) && !calls_on_regions(module, &manifest) {
        return Ok(Vec::new());
    }
    let malformed = annotations::operations(module);
    if !malformed.is_empty() {
        return Ok(diagnostic::sort(
            malformed.iter().map(explain::malformed).collect(),
        ));
    }
    let (copy, notes) = prepare::copy(module, &manifest).map_err(CheckError::Llvm)?;
    let arena = Bump::new();
    let form = form::build(copy.borrow(), &notes, &manifest, &arena);
    let malformed = annotations::effects(&form);
    if !malformed.is_empty() {
        let findings = malformed
            .into_iter()
            .map(|(function, problem)| check::finding::Finding {
                problem,
                at: check::finding::Site { function, inst: None },
                because: vec![],
            });
        return Ok(diagnostic::sort(
            findings
                .map(|finding| explain::finding(&form, &finding))
                .collect(),
        ));
    }
    let verdict = check::run(&form);
    let _printing = Printing::new(copy.borrow());
    Ok(diagnostic::sort(
        verdict
            .findings
            .iter()
            .map(|finding| explain::finding(&form, finding))
            .collect(),
    ))
}

/// The effects of the functions that a module defines, by name.
///
/// # Errors
/// See [`CheckError`].
pub fn effects(module: Module<'_>, options: &CheckOptions) -> Result<Vec<(String, Effects)>, CheckError> {
    inferred(module, options, |_| true)
}

/// The effects of the functions that other modules may call, by name: those that are visible outside and whose body here is
/// the one that runs.
///
/// # Errors
/// See [`CheckError`].
pub fn exports(module: Module<'_>, options: &CheckOptions) -> Result<Vec<(String, Effects)>, CheckError> {
    inferred(module, options, |function| {
        let is_local = function.llvm.function_facts() & shim::FN_LOCAL != 0;
        // What says of handles in structures cannot be read back.
        function.facts.trusted && !is_local && function.carried.is_empty()
    })
}

/// The effects of those functions with a body that `chosen` picks.
fn inferred(
    module: Module<'_>,
    options: &CheckOptions,
    chosen: impl Fn(&form::Function<'_>) -> bool,
) -> Result<Vec<(String, Effects)>, CheckError> {
    let manifest = manifest(options)?;
    let (copy, notes) = prepare::copy(module, &manifest).map_err(CheckError::Llvm)?;
    let arena = Bump::new();
    let form = form::build(copy.borrow(), &notes, &manifest, &arena);
    let verdict = check::run(&form);
    Ok(form
        .ids()
        .filter(|(_, function)| function.body.is_some() && chosen(function))
        .map(|(id, function)| {
            (
                function.name.to_owned(),
                verdict.summaries.effects[id.index()].clone(),
            )
        })
        .collect())
}

fn manifest(options: &CheckOptions) -> Result<Manifest, ManifestError> {
    let mut manifest = Manifest::built_in()?;
    for text in &options.manifests {
        manifest.extend(text)?;
    }
    Ok(manifest)
}

/// Whether a module says anything about effects; without that and without operations there is nothing to check.
/// Whether the module declares a function of which a manifest says that it works on a region.
fn calls_on_regions(module: Module<'_>, manifest: &Manifest) -> bool {
    let on_region =
        |effects: &Effects| effects.opens.is_some() || effects.params.iter().any(|param| param.region);
    module
        .functions()
        .filter(|function| function.is_declaration())
        .any(|function| manifest.get(&function.name()).is_some_and(on_region))
}

fn has_annotations(module: Module<'_>) -> bool {
    !form::build::notes(module).is_empty()
        || module
            .functions()
            .any(|function| function.string_attribute("croft.effects").is_some())
}
