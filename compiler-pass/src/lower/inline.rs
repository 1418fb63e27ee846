//! Mode *inline*: the fast paths are the runtime's own bitcode, built from `runtime/` by the same rustc that
//! builds this crate. One source of truth: what is inlined is what the library runs.

use super::{LowerError, entry};
use crate::llvm::module::OwnedModule;
use crate::llvm::{Module, Value, passes, shim, source};
use inkwell::llvm_sys::LLVMLinkage;
use inkwell::llvm_sys::core::*;

/// The runtime as bitcode.
static BITCODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/croft_runtime.bc"));

/// What the bitcode fits, in words.
const FITS: &str = "little-endian targets with 64-bit pointers";

/// Refuses a target whose pointers or byte order differ from the bitcode's.
///
/// # Errors
/// [`LowerError::Target`].
pub fn require_target(module: Module<'_>) -> Result<(), LowerError> {
    if module.pointer_bits() == usize::BITS && module.is_little_endian() == cfg!(target_endian = "little") {
        return Ok(());
    }
    Err(LowerError::Target {
        target: module.triple(),
        runtime: FITS,
    })
}

/// Links the fast paths that the module calls and inlines them.
///
/// # Errors
/// LLVM's message.
pub fn run(module: Module<'_>) -> Result<(), LowerError> {
    let wanted: Vec<&str> = entry::FAST_PATHS
        .into_iter()
        .filter(|name| module.function(name).is_some())
        .collect();
    if !wanted.is_empty() {
        let runtime = fast_paths(module, &wanted)?;
        if !module.link(runtime) {
            return Err(LowerError::Llvm("cannot link the runtime's bitcode".to_owned()));
        }
        for name in &wanted {
            if let Some(function) = module.function(name) {
                // SAFETY: LLVM-I1; a definition may be internal.
                unsafe { LLVMSetLinkage(function.raw(), LLVMLinkage::LLVMInternalLinkage) };
            }
        }
    }
    // Inlined, the descriptor's words are promoted, and constant sizes fold their checks away.
    passes::run(
        module,
        "always-inline,function(sroa,early-cse,instsimplify,simplifycfg),globaldce",
    )
    .map_err(LowerError::Llvm)
}

/// The runtime with the bodies of the wanted fast paths only; everything else becomes a declaration.
fn fast_paths(module: Module<'_>, wanted: &[&str]) -> Result<OwnedModule, LowerError> {
    // SAFETY: the context is the module's, which is alive.
    let runtime = unsafe { source::read(module.context(), BITCODE, "croft-runtime", false) }
        .map_err(|error| LowerError::Llvm(format!("the runtime's bitcode: {error}")))?;
    let borrowed = runtime.borrow();
    for function in borrowed.functions().collect::<Vec<_>>() {
        let name = function.name();
        // SAFETY: LLVM-I1: the function belongs to `runtime`.
        unsafe { forget_target(function) };
        if wanted.contains(&name.as_str()) {
            // SAFETY: as above.
            unsafe { set_always_inline(function) };
        } else if !function.is_declaration() {
            // SAFETY: as above; a declaration needs a linkage that allows it.
            unsafe {
                shim::croft_shim_delete_body(function.raw());
                LLVMSetLinkage(function.raw(), LLVMLinkage::LLVMExternalLinkage);
            }
        }
    }
    for global in borrowed.globals().collect::<Vec<_>>() {
        if !global.is_declaration() && !global.name().starts_with("llvm.") {
            // SAFETY: LLVM-I1: the variable belongs to `runtime`.
            unsafe { shim::croft_shim_drop_initializer(global.raw()) };
        }
    }
    // SAFETY: LLVM-I1; both strings belong to `module` and outlive the calls.
    unsafe {
        LLVMSetTarget(borrowed.raw(), LLVMGetTarget(module.raw()));
        LLVMSetDataLayout(borrowed.raw(), LLVMGetDataLayoutStr(module.raw()));
    }
    // Flags and identification of the runtime's compilation are not the kernel's.
    passes::run(borrowed, "globaldce,strip-dead-prototypes,strip").map_err(LowerError::Llvm)?;
    // SAFETY: LLVM-I1: the module is ours; a missing node is no error.
    unsafe { shim::croft_shim_drop_module_metadata(borrowed.raw()) };
    Ok(runtime)
}

/// Removes what ties a function to the processor it was compiled for: inlining asks caller and callee to
/// agree, and the kernel decides.
///
/// # Safety
/// 1. `function` is a live function.
unsafe fn forget_target(function: Value<'_>) {
    for key in [
        "target-cpu",
        "target-features",
        "tune-cpu",
        "probe-stack",
        "frame-pointer",
    ] {
        // SAFETY: obligation 1; removing an attribute that is not there does nothing.
        unsafe {
            LLVMRemoveStringAttributeAtIndex(
                function.raw(),
                inkwell::llvm_sys::LLVMAttributeFunctionIndex,
                key.as_ptr().cast(),
                key.len() as u32,
            );
        }
    }
}

/// # Safety
/// 1. `function` is a live function.
unsafe fn set_always_inline(function: Value<'_>) {
    let kind = |name: &str| {
        // SAFETY: the name is passed with its length.
        unsafe { LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) }
    };
    // SAFETY: obligation 1; `noinline` would contradict.
    unsafe {
        let index = inkwell::llvm_sys::LLVMAttributeFunctionIndex;
        LLVMRemoveEnumAttributeAtIndex(function.raw(), index, kind("noinline"));
        let context = LLVMGetModuleContext(LLVMGetGlobalParent(function.raw()));
        LLVMAddAttributeAtIndex(
            function.raw(),
            index,
            LLVMCreateEnumAttribute(context, kind("alwaysinline"), 0),
        );
    }
}
