//! The checker's private copy of a module, in the shape that the analyses want.
//!
//! The checker judges what the programmer wrote, at any optimisation level: on the copy, functions compiled
//! with `-O0` are opened to passes, always-inline functions (the header's) are inlined, stack slots become
//! values, what is passed by value becomes a stack slot, and LLVM's own knowledge of library functions and its
//! bottom-up attributes are added. Calls through pointers whose targets the module shows become a choice among direct
//! calls ([`super::targets`]). No pass that merges, sinks or removes what the programmer wrote runs.

use super::targets;
use crate::form::build::{ANNOTATIONS, Notes, notes};
use crate::llvm::module::OwnedModule;
use crate::llvm::{Module, passes};
use inkwell::llvm_sys::core::LLVMDeleteGlobal;

/// The name of the marks that keep the places of `return` statements.
pub const RETURN_MARK: &str = "croft.return";

/// The passes that the copy goes through first.
const PROMOTION: &str = "inferattrs,always-inline,function(sroa<preserve-cfg>)";
/// The passes that it goes through once calls are resolved.
const ATTRIBUTES: &str = "cgscc(function-attrs)";

/// Makes the copy, and collects the annotations that clang keeps beside the functions.
///
/// # Errors
/// LLVM's message if it refuses a pass.
pub fn copy(module: Module<'_>) -> Result<(OwnedModule, Notes), String> {
    let notes = notes(module);
    let copy = module.duplicate();
    copy.borrow().strip_optnone();
    copy.borrow().mark_returns();
    copy.borrow().copy_arguments();
    if let Some(annotations) = copy.borrow().global(ANNOTATIONS) {
        // A mention there would count as a way to call the function from outside.
        // SAFETY: LLVM-I1; the variable belongs to the copy, and an appending global has no users.
        unsafe { LLVMDeleteGlobal(annotations.raw()) };
    }
    passes::run(copy.borrow(), PROMOTION)?;
    targets::resolve(copy.borrow());
    passes::run(copy.borrow(), ATTRIBUTES)?;
    Ok((copy, notes))
}
