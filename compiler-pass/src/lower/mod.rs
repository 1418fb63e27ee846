//! Lowering: annotated IR becomes code on the runtime.
//!
//! Phases:
//! 1. [`placement`] decides where each region's descriptor lives: in the frame of the function that opens
//!    and ends the region, or at the front of the region's own first block.
//! 2. [`rewrite`] replaces every operation by a call of a runtime entry point.
//! 3. [`verify`] checks the result, independently of what lowering believes.
//! 4. [`access`] (mode *debug*) puts a check before every access that may reach region memory.
//! 5. [`caching`] (mode *inline*) keeps descriptors that are in memory in registers around loops.
//! 6. [`inline`] (mode *inline*) links the runtime's own bitcode in and inlines its fast paths, so that
//!    descriptors in frames become registers.
//!
//! A module that is to be loaded by a resident program then takes the rest of the runtime in too: [`resident`].
//!
//! After lowering no call to a `croft.*` operation is left; lowering such a module again changes nothing.
//! Lowering does not check: run the checker first.

pub mod access;
pub mod caching;
pub mod entry;
pub mod inline;
pub mod place;
pub mod placement;
pub mod resident;
pub mod rewrite;
pub mod verify;

use crate::check::annotations;
use crate::diagnostic::{self, Diagnostic, explain};
use crate::llvm::Module;
use crate::operation::{Operation, PREFIX};
pub use inline::{Runtime, own_pool};

/// How operations are lowered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The runtime's fast paths are inlined.
    #[default]
    Inline,
    /// Plain calls of the runtime.
    Call,
    /// Plain calls of the runtime's debug mode, which finds misuse at run time and reports it with its places. Accesses are
    /// checked too.
    Debug,
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Mode, String> {
        match text {
            "inline" => Ok(Mode::Inline),
            "call" => Ok(Mode::Call),
            "debug" => Ok(Mode::Debug),
            other => Err(format!(
                "`{other}` is no lowering mode; modes are inline, call and debug"
            )),
        }
    }
}

/// The contexts of execution that lowered code serves: which pool it works on, and who else may. All of a program is lowered for
/// the same ones, and linked with the runtime for them. Modes *call* and *debug* emit the same code for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// Each thread has a pool of its own, where otherwise one thread of the program has the only one.
    pub threads: bool,
    /// Handlers of interrupts (or signals) may use regions of their own on the pool of what they interrupt. The program supplies the
    /// critical section: `_critical_section_1_0_acquire` and `_critical_section_1_0_release`.
    pub interrupts: bool,
}

/// Why a module cannot be lowered. The module may have been changed; discard it.
#[derive(Debug, thiserror::Error)]
pub enum LowerError {
    /// Its annotations are malformed, or use operations that are not supported yet.
    #[error("the module's region operations cannot be lowered")]
    Malformed(Vec<Diagnostic>),
    /// The runtime's bitcode does not fit the target.
    #[error(
        "cannot inline the runtime for target `{target}`: its bitcode is for {runtime}; use mode call and link the runtime built for that target"
    )]
    Target {
        /// The module's target.
        target: String,
        /// What the bitcode is for.
        runtime: String,
    },
    /// The module was made for another target than the one asked for.
    #[error(
        "the program is for `{module}`, whose data layout is not that of `{runtime}`; compile it for that target"
    )]
    Layout {
        /// The module's target.
        module: String,
        /// The runtime's.
        runtime: String,
    },
    /// LLVM refused something.
    #[error("LLVM: {0}")]
    Llvm(String),
    /// The independent verification found the lowered module wrong: a defect of Croft.
    #[error("verification of the lowered module failed: {0}; this is a defect of croft, please report it")]
    Verification(String),
}

/// What lowering did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// The module had region operations.
    pub changed: bool,
    /// Regions whose descriptor lives in a frame.
    pub in_frame: usize,
    /// Regions whose descriptor lives in their first block; in mode *debug* all of them, whose descriptors are the runtime's.
    pub in_block: usize,
}

/// Lowers a module in place. A module without region operations is left as it is; in mode *debug* one that calls functions for
/// segmented arrays is not.
///
/// # Errors
/// See [`LowerError`].
pub fn run(module: Module<'_>, mode: Mode) -> Result<Lowered, LowerError> {
    run_on(module, mode, Runtime::HOST)
}

/// As [`run`], on the runtime of another target.
///
/// # Errors
/// See [`LowerError`].
pub fn run_on(module: Module<'_>, mode: Mode, runtime: Runtime<'_>) -> Result<Lowered, LowerError> {
    let has_arrays = || {
        entry::DEBUG_SEGMENTED.iter().any(|(name, _)| {
            module
                .function(name)
                .is_some_and(|function| function.is_declaration())
        })
    };
    if !(has_operations(module) || mode == Mode::Debug && has_arrays()) {
        return Ok(Lowered::default());
    }
    refuse_malformed(module)?;
    if mode == Mode::Inline {
        runtime.require_target(module)?;
    }
    rewrite::promote(module).map_err(LowerError::Llvm)?;
    let debug = mode == Mode::Debug;
    // In debug mode every region is pushed, and nothing is asked of the checker: wrong programs are what it is for.
    let placement = if debug {
        placement::Placement::default()
    } else {
        placement::decide(module)?
    };
    let mut places = place::Places::new(module);
    let lowered = rewrite::run(module, &placement, mode, &mut places)?;
    if debug {
        access::run(module, &mut places)?;
    }
    verify::run(module).map_err(LowerError::Verification)?;
    if mode == Mode::Inline {
        caching::run(module)?;
        inline::run(module, runtime)?;
        verify::run(module).map_err(LowerError::Verification)?;
    }
    Ok(lowered)
}

/// Whether a module mentions any name with the operations' prefix.
pub fn has_operations(module: Module<'_>) -> bool {
    module
        .functions()
        .any(|function| function.name().starts_with(PREFIX))
}

pub(crate) fn refuse_malformed(module: Module<'_>) -> Result<(), LowerError> {
    let mut problems: Vec<Diagnostic> = annotations::operations(module)
        .iter()
        .map(explain::malformed)
        .collect();
    for operation in [Operation::New, Operation::NewArray] {
        let users = module
            .function(operation.name())
            .map(|function| function.users())
            .unwrap_or_default();
        problems.extend(users.into_iter().filter(|user| user.is_call()).map(|at| {
            let problem = crate::check::finding::Problem::NotSupported {
                name: operation.name(),
            };
            explain::malformed(&annotations::Malformed { problem, at })
        }));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(LowerError::Malformed(diagnostic::sort(problems)))
    }
}
