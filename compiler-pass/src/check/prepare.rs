//! The checker's private copy of a module, in the shape that the analyses want.
//!
//! The checker judges what the programmer wrote, at any optimisation level: on the copy, functions compiled
//! with `-O0` are opened to passes, other names of a function (aliases that nothing can replace) are that function, always-inline functions (the header's) are inlined, stack slots become
//! values, what is passed by value becomes a stack slot, and LLVM's own knowledge of library functions and its
//! bottom-up attributes are added. Calls through pointers whose targets the module shows become a choice among direct
//! calls ([`super::targets`]), handles that structures carry become arguments (`carried`), and before a call of a function that calls back stand calls of what it calls. No pass that merges, sinks or removes what the programmer wrote runs.

use super::{carried, targets};
use crate::effects::manifest::Manifest;
use crate::effects::{Callback, Given};
use crate::form::build::{ANNOTATIONS, Notes, in_manifest, notes, stated};
use crate::llvm::module::OwnedModule;
use crate::llvm::{Module, Value, passes};
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
pub fn copy(module: Module<'_>, manifest: &Manifest) -> Result<(OwnedModule, Notes), String> {
    let notes = notes(module);
    let copy = module.duplicate();
    copy.borrow().resolve_aliases();
    copy.borrow().strip_optnone();
    forget_copies(copy.borrow(), manifest);
    copy.borrow().mark_returns();
    copy.borrow().copy_arguments();
    if let Some(annotations) = copy.borrow().global(ANNOTATIONS) {
        // A mention there would count as a way to call the function from outside.
        // SAFETY: LLVM-I1; the variable belongs to the copy, and an appending global has no users.
        unsafe { LLVMDeleteGlobal(annotations.raw()) };
    }
    passes::run(copy.borrow(), PROMOTION)?;
    call_back(copy.borrow(), &notes, manifest);
    targets::resolve(copy.borrow());
    carried::show(copy.borrow(), &notes, manifest);
    passes::run(copy.borrow(), ATTRIBUTES)?;
    Ok((copy, notes))
}

/// Headers bring bodies of some library functions along. Of one that calls back, the description says more.
fn forget_copies(module: Module<'_>, manifest: &Manifest) {
    for function in module
        .functions()
        .filter(|function| function.is_copy_of_external())
    {
        if in_manifest(function, manifest).is_some_and(|effects| !effects.calls.is_empty()) {
            function.delete_body();
        }
    }
}

/// Makes visible what described functions call back. What cannot be shown is not described (`Context::effects_of`).
fn call_back(module: Module<'_>, notes: &Notes, manifest: &Manifest) {
    let declarations = module.functions().filter(|function| function.is_declaration());
    let mut calls: Vec<(Value<'_>, Vec<Callback>)> = Vec::new();
    for function in declarations {
        let effects = stated(function, notes.get(&function.name()), manifest).effects;
        let Some(callbacks) = effects
            .map(|effects| effects.calls)
            .filter(|calls| !calls.is_empty())
        else {
            continue;
        };
        let users = function.users().into_iter();
        let users = users.filter(|user| user.is_call() && user.callee() == Some(function));
        calls.extend(users.map(|user| (user, callbacks.clone())));
    }
    for (call, callbacks) in calls {
        let show = |callback: &Callback| {
            let given = callback.given.iter();
            let given = given.map(|given| (given.argument(), matches!(given, Given::Into(_))));
            call.call_back(callback.function, &given.collect::<Vec<_>>())
        };
        if callbacks.iter().all(show) {
            call.set_called_back();
        }
    }
}
