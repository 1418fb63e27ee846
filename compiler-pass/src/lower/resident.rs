//! A module for a *resident* program, which loads it and owns the pool: the whole runtime becomes part of the module, but for
//! the symbols that the resident program supplies: its pool, or the function that returns a thread's; what happens on exhaustion; and
//! for handlers of interrupts the critical section.
//!
//! Nothing of the runtime is visible from outside. So modules that were built with different versions can be loaded at the
//! same time, as far as the layout of the pool is the same.

use super::LowerError;
use super::inline::{Runtime, forget_target, take_target};
use crate::llvm::{Module, passes, shim};
use inkwell::llvm_sys::LLVMLinkage;
use inkwell::llvm_sys::core::*;

/// What the program that loads the module supplies of what the runtime would define: its pool, and what happens on exhaustion.
pub const SUPPLIED: [&str; 2] = ["croft_pool", "croft_exhausted"];

/// Links the runtime into a lowered module.
///
/// # Errors
/// [`LowerError`]: LLVM's message, or that the result refers to something of the runtime that nobody supplies.
pub fn run(module: Module<'_>, runtime: Runtime<'_>) -> Result<(), LowerError> {
    let runtime = runtime.read(module)?;
    let borrowed = runtime.borrow();
    let mut own = Vec::new();
    for function in borrowed.functions().filter(|function| !function.is_declaration()) {
        // SAFETY: LLVM-I1: the function belongs to `runtime`.
        unsafe { forget_target(function) };
        own.push(function.name());
    }
    for global in borrowed.globals().filter(|global| !global.is_declaration()) {
        if SUPPLIED.contains(&global.name().as_str()) {
            // SAFETY: LLVM-I1: the variable belongs to `runtime`.
            unsafe { shim::croft_shim_drop_initializer(global.raw()) };
        } else {
            own.push(global.name());
        }
    }
    take_target(borrowed, module);
    // SAFETY: LLVM-I1: the module is ours; a missing node is no error.
    unsafe { shim::croft_shim_drop_module_metadata(borrowed.raw()) };
    if !module.link(runtime) {
        return Err(LowerError::Llvm("cannot link the runtime's bitcode".to_owned()));
    }
    for value in module.functions().chain(module.globals()) {
        if !value.is_declaration() && own.contains(&value.name()) {
            // SAFETY: LLVM-I1; a definition may be internal.
            unsafe { LLVMSetLinkage(value.raw(), LLVMLinkage::LLVMInternalLinkage) };
        }
    }
    passes::run(module, "globaldce,strip-dead-prototypes").map_err(LowerError::Llvm)?;
    let missing = module
        .functions()
        .find(|function| function.is_declaration() && function.name().starts_with("croft_rt_"));
    match missing {
        Some(function) => Err(LowerError::Verification(format!(
            "the runtime does not define `{}`",
            function.name()
        ))),
        None => module.verify().map_err(LowerError::Verification),
    }
}
