//! Mode *inline*: the fast paths are the runtime's own bitcode, built from `runtime/`: for the host by the same rustc that
//! builds this crate, for other targets by `scripts/baremetal-runtime.sh`. One source of truth: what is inlined is what
//! the library runs.

use super::{Contexts, LowerError, entry};
use crate::llvm::module::OwnedModule;
use crate::llvm::{Module, Value, passes, shim, source};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::{LLVMLinkage, LLVMVisibility};

/// The runtime as bitcode, for one target. It refers to two symbols that it does not define: those of [`resident`](super::resident).
#[derive(Clone, Copy)]
pub struct Runtime<'b>(&'b [u8]);

/// The host's runtime with this name.
macro_rules! host {
    ($name:literal) => {
        Runtime(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".bc")))
    };
}

impl Runtime<'static> {
    /// The host's, with one pool for the program.
    pub const HOST: Runtime<'static> = host!("croft_runtime");

    /// The host's, for these contexts of execution.
    pub const fn host(contexts: Contexts) -> Runtime<'static> {
        let Contexts { threads, interrupts } = contexts;
        match (threads, interrupts) {
            (false, false) => Runtime::HOST,
            (true, false) => host!("croft_runtime_threads"),
            (false, true) => host!("croft_runtime_interrupts"),
            (true, true) => host!("croft_runtime_threads_interrupts"),
        }
    }
}

impl<'b> Runtime<'b> {
    /// A runtime that was built for another target.
    pub fn new(bitcode: &'b [u8]) -> Runtime<'b> {
        Runtime(bitcode)
    }

    /// Reads it into the context of a module.
    ///
    /// # Errors
    /// LLVM's message.
    pub(super) fn read(self, module: Module<'_>) -> Result<OwnedModule, LowerError> {
        // SAFETY: the context is the module's, which is alive.
        unsafe { source::read(module.context(), self.0, "croft-runtime", false) }
            .map_err(|error| LowerError::Llvm(format!("the runtime's bitcode: {error}")))
    }

    /// Refuses a module whose pointers or byte order differ from the runtime's.
    ///
    /// # Errors
    /// [`LowerError::Target`], or LLVM's message.
    pub fn require_target(self, module: Module<'_>) -> Result<(), LowerError> {
        let runtime = self.read(module)?;
        let fits = runtime.borrow();
        if module.pointer_bits() == fits.pointer_bits()
            && module.is_little_endian() == fits.is_little_endian()
        {
            return Ok(());
        }
        Err(LowerError::Target {
            target: module.triple(),
            runtime: format!(
                "{}-endian targets with {}-bit pointers",
                if fits.is_little_endian() { "little" } else { "big" },
                fits.pointer_bits()
            ),
        })
    }

    /// Makes the module one for the runtime's target: takes over triple and data layout where it names none.
    ///
    /// # Errors
    /// [`LowerError::Layout`] if it names another data layout, or LLVM's message.
    pub fn adopt(self, module: Module<'_>) -> Result<(), LowerError> {
        let runtime = self.read(module)?;
        let fits = runtime.borrow();
        if module.triple().is_empty() && module.data_layout().is_empty() {
            take_target(module, fits);
        } else if module.data_layout() != fits.data_layout() {
            return Err(LowerError::Layout {
                module: module.triple(),
                runtime: fits.triple(),
            });
        }
        Ok(())
    }
}

/// Gives `module` the triple and the data layout of `of`.
pub(super) fn take_target(module: Module<'_>, of: Module<'_>) {
    // SAFETY: LLVM-I1; both strings belong to `of` and outlive the calls.
    unsafe {
        LLVMSetTarget(module.raw(), LLVMGetTarget(of.raw()));
        LLVMSetDataLayout(module.raw(), LLVMGetDataLayoutStr(of.raw()));
    }
}

/// Links the fast paths that the module calls and inlines them.
///
/// # Errors
/// LLVM's message.
pub fn run(module: Module<'_>, runtime: Runtime<'_>) -> Result<(), LowerError> {
    let wanted: Vec<&str> = entry::FAST_PATHS
        .into_iter()
        .filter(|name| module.function(name).is_some())
        .collect();
    if !wanted.is_empty() {
        let runtime = fast_paths(module, runtime, &wanted)?;
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

/// Says of a lowered module that it will be linked into one program with the runtime, so that the address of the pool is a fixed
/// distance away. Otherwise position-independent code reads the address from memory first: another object could define it.
pub fn own_pool(module: Module<'_>) {
    if let Some(pool) = module.global(entry::POOL) {
        // SAFETY: LLVM-I1; a declaration may be hidden.
        unsafe { LLVMSetVisibility(pool.raw(), LLVMVisibility::LLVMHiddenVisibility) };
    }
}

/// The runtime with the bodies of the wanted fast paths only; everything else becomes a declaration.
fn fast_paths(module: Module<'_>, runtime: Runtime<'_>, wanted: &[&str]) -> Result<OwnedModule, LowerError> {
    let runtime = runtime.read(module)?;
    let borrowed = runtime.borrow();
    for function in borrowed.functions().collect::<Vec<_>>() {
        let name = function.name();
        // SAFETY: LLVM-I1: the function belongs to `runtime`.
        unsafe { forget_target(function) };
        if name == entry::THREAD_POOL {
            // SAFETY: as above.
            unsafe { set_constant(function) };
        }
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
    take_target(borrowed, module);
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
pub(super) unsafe fn forget_target(function: Value<'_>) {
    // Calls of the library go directly, not through a table: it is linked into the same program.
    let name = "nonlazybind";
    // SAFETY: obligation 1; the name is passed with its length.
    unsafe {
        let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
        let index = inkwell::llvm_sys::LLVMAttributeFunctionIndex;
        LLVMRemoveEnumAttributeAtIndex(function.raw(), index, kind);
    }
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

/// Says that a function returns the same throughout a thread's life, and does nothing else: one call serves all regions of
/// a function. (As C libraries say of the place of `errno`; code that goes on in another thread after it was suspended must
/// not be lowered for threads.)
///
/// # Safety
/// 1. `function` is a live function.
unsafe fn set_constant(function: Value<'_>) {
    // SAFETY: obligation 1; the names are passed with their lengths. The value of `memory` is its encoding of none.
    unsafe {
        let context = LLVMGetModuleContext(LLVMGetGlobalParent(function.raw()));
        for name in ["memory", "nounwind", "willreturn", "nofree", "speculatable"] {
            let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
            LLVMAddAttributeAtIndex(
                function.raw(),
                inkwell::llvm_sys::LLVMAttributeFunctionIndex,
                LLVMCreateEnumAttribute(context, kind, 0),
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
