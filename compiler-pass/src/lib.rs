//! Croft's compiler side: checks region-annotated LLVM IR and lowers it onto `croft-runtime`.
//!
//! Three faces share one engine: this library, for compiler authors with an inkwell [`Module`]; the pass
//! plugin `libcroft_pass.so`, for `opt` and `clang`; and the `croft` command.
//!
//! ```no_run
//! use croft_pass::{CheckOptions, LowerOptions};
//! # fn compile(module: &inkwell::module::Module<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! let diagnostics = croft_pass::check(module, &CheckOptions::default())?;
//! if diagnostics.is_empty() {
//!     croft_pass::lower(module, &LowerOptions::default())?;
//! }
//! # Ok(()) }
//! ```
//!
//! The order of the modules is the order of the phases: [`llvm`] reads, [`form`] is the analysis form,
//! [`mod@effects`] the summaries, [`mod@check`] the rules, [`diagnostic`] their rendering, [`mod@opt`] and [`mod@lower`] the code.

pub mod check;
pub mod command;
pub mod diagnostic;
pub mod effects;
mod engine;
pub mod form;
pub mod llvm;
pub mod lower;
pub mod operation;
pub mod opt;
mod plugin;

pub use diagnostic::Diagnostic;
pub use effects::Effects;
pub use engine::{CheckError, CheckOptions};
pub use lower::{Contexts, LowerError, Lowered, Mode, Runtime};
pub use opt::{OptOptions, Transformation};

use inkwell::module::Module;

/// How to lower.
#[derive(Clone, Copy, Debug, Default)]
pub struct LowerOptions {
    /// The mode.
    pub mode: Mode,
}

/// Checks a module, which is left as it is. Violations come as values, in a deterministic order: by place,
/// then by code. No violation means that the module is accepted.
///
/// # Errors
/// When the checker could not do its work; see [`CheckError`].
pub fn check(module: &Module<'_>, options: &CheckOptions) -> Result<Vec<Diagnostic>, CheckError> {
    module
        .verify()
        .map_err(|error| CheckError::Llvm(format!("invalid IR: {}", error.to_string_lossy())))?;
    // SAFETY: the module is verified and borrowed for the call; inkwell's contexts are not shared by threads.
    engine::check(unsafe { llvm::Module::from_raw(module.as_mut_ptr()) }, options)
}

/// The effects of the functions that a module defines, by name, as the checker infers them.
///
/// # Errors
/// When the checker could not do its work; see [`CheckError`].
pub fn effects(module: &Module<'_>, options: &CheckOptions) -> Result<Vec<(String, Effects)>, CheckError> {
    module
        .verify()
        .map_err(|error| CheckError::Llvm(format!("invalid IR: {}", error.to_string_lossy())))?;
    // SAFETY: as in `check`.
    engine::effects(unsafe { llvm::Module::from_raw(module.as_mut_ptr()) }, options)
}

/// The effects of the functions that other modules may call, by name: with [`effects::manifest::write`] they become a manifest
/// that [`CheckOptions::manifests`] takes.
///
/// # Errors
/// When the checker could not do its work; see [`CheckError`].
pub fn exports(module: &Module<'_>, options: &CheckOptions) -> Result<Vec<(String, Effects)>, CheckError> {
    module
        .verify()
        .map_err(|error| CheckError::Llvm(format!("invalid IR: {}", error.to_string_lossy())))?;
    // SAFETY: as in `check`.
    engine::exports(unsafe { llvm::Module::from_raw(module.as_mut_ptr()) }, options)
}

/// Optimises a module in place, before it is lowered. It does not check: call [`check()`] first. After an error the module may
/// have been changed in part; discard it.
///
/// # Errors
/// See [`LowerError`].
pub fn optimize(module: &Module<'_>, options: &OptOptions) -> Result<opt::Report, LowerError> {
    module
        .verify()
        .map_err(|error| LowerError::Llvm(format!("invalid IR: {}", error.to_string_lossy())))?;
    // SAFETY: as in `check`; the changes keep the module valid (it is verified again).
    opt::run(unsafe { llvm::Module::from_raw(module.as_mut_ptr()) }, options)
}

/// Lowers a module in place. It does not check: call [`check()`] first. After an error the module may have
/// been changed in part; discard it.
///
/// # Errors
/// See [`LowerError`].
pub fn lower(module: &Module<'_>, options: &LowerOptions) -> Result<Lowered, LowerError> {
    lower_onto(module, options, Runtime::HOST)
}

/// As [`lower()`], onto another runtime: for threads or interrupts, [`Runtime::host`]; for another target that target's, as
/// `scripts/baremetal-runtime.sh` builds it (`docs/BAREMETAL.md`).
///
/// # Errors
/// See [`LowerError`]; [`LowerError::Target`] if module and runtime differ in pointers or byte order.
pub fn lower_onto(
    module: &Module<'_>,
    options: &LowerOptions,
    runtime: Runtime<'_>,
) -> Result<Lowered, LowerError> {
    module
        .verify()
        .map_err(|error| LowerError::Llvm(format!("invalid IR: {}", error.to_string_lossy())))?;
    // SAFETY: as in `check`; the changes keep the module valid (it is verified again).
    lower::run_on(
        unsafe { llvm::Module::from_raw(module.as_mut_ptr()) },
        options.mode,
        runtime,
    )
}
