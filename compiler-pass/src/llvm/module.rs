//! Modules: their functions and globals, and the few edits that lowering makes to them.

use super::{Type, Value, shim, take_message, text_of};
use inkwell::llvm_sys::analysis::{LLVMVerifierFailureAction, LLVMVerifyModule};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::linker::LLVMLinkModules2;
use inkwell::llvm_sys::prelude::{LLVMContextRef, LLVMModuleRef};
use inkwell::llvm_sys::target::{LLVMByteOrder, LLVMByteOrdering, LLVMGetModuleDataLayout, LLVMPointerSize};
use std::marker::PhantomData;

/// A live module (*LLVM-I1*), borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module<'m>(LLVMModuleRef, PhantomData<&'m ()>);

/// A module that is disposed of when the value goes: the checker's private copy.
#[derive(Debug)]
pub struct OwnedModule(LLVMModuleRef);

/// While this is alive, printing instructions of a module costs what they are long, not what their function is.
pub struct Printing<'m>(std::marker::PhantomData<Module<'m>>);

impl<'m> Printing<'m> {
    /// Begins. The module must not change as long as this lives, for which the borrow stands.
    pub fn new(module: Module<'m>) -> Printing<'m> {
        // SAFETY: LLVM-I1; `drop` ends it before the module can go.
        unsafe { shim::croft_shim_begin_printing(module.raw()) };
        Printing(std::marker::PhantomData)
    }
}

impl Drop for Printing<'_> {
    fn drop(&mut self) {
        // SAFETY: no argument; idempotent.
        unsafe { shim::croft_shim_end_printing() };
    }
}

impl<'m> Module<'m> {
    /// # Safety
    /// 1. `raw` names a verified module that stays alive for `'m`.
    /// 2. No other thread touches the module's context meanwhile.
    pub unsafe fn from_raw(raw: LLVMModuleRef) -> Module<'m> {
        Module(raw, PhantomData)
    }

    /// The underlying reference.
    pub fn raw(self) -> LLVMModuleRef {
        self.0
    }

    /// The context of the module.
    pub fn context(self) -> LLVMContextRef {
        // SAFETY: LLVM-I1.
        unsafe { LLVMGetModuleContext(self.0) }
    }

    /// The functions, declarations included, in order.
    pub fn functions(self) -> impl Iterator<Item = Value<'m>> {
        // SAFETY: LLVM-I1.
        let first = unsafe { LLVMGetFirstFunction(self.0) };
        std::iter::successors(Value::wrap(first), |function: &Value<'m>| {
            // SAFETY: LLVM-I1: the function came from this module.
            Value::wrap(unsafe { LLVMGetNextFunction(function.raw()) })
        })
    }

    /// The global variables, in order.
    pub fn globals(self) -> impl Iterator<Item = Value<'m>> {
        // SAFETY: LLVM-I1.
        let first = unsafe { LLVMGetFirstGlobal(self.0) };
        std::iter::successors(Value::wrap(first), |global: &Value<'m>| {
            // SAFETY: LLVM-I1: the variable came from this module.
            Value::wrap(unsafe { LLVMGetNextGlobal(global.raw()) })
        })
    }

    /// The function with this name.
    pub fn function(self, name: &str) -> Option<Value<'m>> {
        let name = std::ffi::CString::new(name).ok()?;
        // SAFETY: LLVM-I1; a null answer is tested.
        Value::wrap(unsafe { LLVMGetNamedFunction(self.0, name.as_ptr()) })
    }

    /// The global variable with this name.
    pub fn global(self, name: &str) -> Option<Value<'m>> {
        let name = std::ffi::CString::new(name).ok()?;
        // SAFETY: LLVM-I1; a null answer is tested.
        Value::wrap(unsafe { LLVMGetNamedGlobal(self.0, name.as_ptr()) })
    }

    /// Declares a function, or returns the one that has the name.
    pub fn declare(self, name: &str, ty: Type<'m>) -> Option<Value<'m>> {
        if let Some(function) = self.function(name) {
            return Some(function);
        }
        let name = std::ffi::CString::new(name).ok()?;
        // SAFETY: LLVM-I1; `ty` is a function type of the same context.
        Value::wrap(unsafe { LLVMAddFunction(self.0, name.as_ptr(), ty.raw()) })
    }

    /// Bits of a pointer in the default address space.
    pub fn pointer_bits(self) -> u32 {
        // SAFETY: LLVM-I1: the layout belongs to the module.
        unsafe { LLVMPointerSize(LLVMGetModuleDataLayout(self.0)) * 8 }
    }

    /// Whether the target keeps the lowest byte first.
    pub fn is_little_endian(self) -> bool {
        // SAFETY: LLVM-I1.
        unsafe { LLVMByteOrder(LLVMGetModuleDataLayout(self.0)) == LLVMByteOrdering::LLVMLittleEndian }
    }

    /// Whether stack slots are in the address space that pointers without one are in.
    pub fn has_plain_stack(self) -> bool {
        let layout = self.data_layout();
        let mut spaces = layout.split('-').filter_map(|part| part.strip_prefix('A'));
        spaces.all(|space| space == "0")
    }

    /// The target triple, empty if the module names none.
    pub fn triple(self) -> String {
        // SAFETY: LLVM-I1; the answer is zero-terminated.
        unsafe {
            std::ffi::CStr::from_ptr(LLVMGetTarget(self.0))
                .to_string_lossy()
                .into_owned()
        }
    }

    /// The data layout, empty if the module names none.
    pub fn data_layout(self) -> String {
        // SAFETY: LLVM-I1; the answer is zero-terminated.
        unsafe {
            std::ffi::CStr::from_ptr(LLVMGetDataLayoutStr(self.0))
                .to_string_lossy()
                .into_owned()
        }
    }

    /// The name of the module.
    pub fn name(self) -> String {
        let mut length = 0;
        // SAFETY: LLVM-I1; the length is written before it is read.
        let data = unsafe { LLVMGetModuleIdentifier(self.0, &mut length) };
        text_of(data, length)
    }

    /// LLVM's own verifier.
    ///
    /// # Errors
    /// The verifier's text when the module is invalid.
    pub fn verify(self) -> Result<(), String> {
        let mut message = std::ptr::null_mut();
        // SAFETY: LLVM-I1; the message is handed over whatever the outcome.
        unsafe {
            let broken = LLVMVerifyModule(
                self.0,
                LLVMVerifierFailureAction::LLVMReturnStatusAction,
                &mut message,
            );
            let text = take_message(message);
            if broken != 0 {
                Err(text.trim().to_owned())
            } else {
                Ok(())
            }
        }
    }

    /// The module as text.
    pub fn print(self) -> String {
        // SAFETY: LLVM-I1; the message is handed over.
        take_message(unsafe { LLVMPrintModuleToString(self.0) })
    }

    /// The module as bitcode.
    pub fn bitcode(self) -> Vec<u8> {
        // SAFETY: LLVM-I1; the buffer is copied, then disposed of.
        unsafe {
            let buffer = inkwell::llvm_sys::bit_writer::LLVMWriteBitcodeToMemoryBuffer(self.0);
            let start = LLVMGetBufferStart(buffer).cast::<u8>();
            let bytes = std::slice::from_raw_parts(start, LLVMGetBufferSize(buffer)).to_vec();
            LLVMDisposeMemoryBuffer(buffer);
            bytes
        }
    }

    /// A private copy in the same context.
    pub fn duplicate(self) -> OwnedModule {
        // SAFETY: LLVM-I1.
        OwnedModule(unsafe { LLVMCloneModule(self.0) })
    }

    /// Makes every use of an alias one of the function that it names. Aliases that the linker may bind to something else, and
    /// those of variables, stay.
    pub fn resolve_aliases(self) {
        // SAFETY: LLVM-I1.
        unsafe { shim::croft_shim_resolve_aliases(self.0) }
    }

    /// Lets the optimiser into functions that were compiled with `-O0`.
    pub fn strip_optnone(self) {
        // SAFETY: LLVM-I1.
        unsafe { shim::croft_shim_strip_optnone(self.0) }
    }

    /// Keeps the places of `return` statements through promotion; see the shim.
    pub fn mark_returns(self) {
        // SAFETY: LLVM-I1.
        unsafe { shim::croft_shim_mark_returns(self.0) }
    }

    /// Makes what is passed by value, and not only read, a stack slot of the callee.
    pub fn copy_arguments(self) {
        // SAFETY: LLVM-I1.
        unsafe { shim::croft_shim_copy_arguments(self.0) }
    }

    /// Links `source` into this module.
    ///
    /// False when the linker refuses; the context's diagnostic handler has the reason.
    #[must_use]
    pub fn link(self, source: OwnedModule) -> bool {
        let raw = source.0;
        std::mem::forget(source);
        // SAFETY: LLVM-I1; ownership of `source` passes to the linker, which disposes of it.
        unsafe { LLVMLinkModules2(self.0, raw) == 0 }
    }
}

impl OwnedModule {
    /// # Safety
    /// `raw` is a module that nobody else owns.
    pub(crate) unsafe fn from_raw(raw: LLVMModuleRef) -> OwnedModule {
        OwnedModule(raw)
    }

    /// The module, borrowed.
    pub fn borrow(&self) -> Module<'_> {
        Module(self.0, PhantomData)
    }
}

impl Drop for OwnedModule {
    fn drop(&mut self) {
        // SAFETY: this value owns the module, and borrows of it have ended.
        unsafe { LLVMDisposeModule(self.0) }
    }
}
