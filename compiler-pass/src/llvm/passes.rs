//! Running LLVM's own passes on a module.

use super::{Module, take_message};
use inkwell::llvm_sys::error::{LLVMDisposeErrorMessage, LLVMGetErrorMessage};
use inkwell::llvm_sys::transforms::pass_builder::*;
use std::ffi::{CStr, CString};

/// Runs a pipeline given in `opt`'s textual form.
///
/// # Errors
/// LLVM's message when it does not know a pass.
pub fn run(module: Module<'_>, pipeline: &str) -> Result<(), String> {
    let pipeline = CString::new(pipeline).map_err(|error| error.to_string())?;
    // SAFETY: LLVM-I1; no target machine is needed for target-independent passes; the options are
    // disposed of on every path and the error message is handed over.
    unsafe {
        let options = LLVMCreatePassBuilderOptions();
        let error = LLVMRunPasses(module.raw(), pipeline.as_ptr(), std::ptr::null_mut(), options);
        LLVMDisposePassBuilderOptions(options);
        if error.is_null() {
            return Ok(());
        }
        let message = LLVMGetErrorMessage(error);
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(message);
        Err(text)
    }
}

/// The version of the LLVM library that is loaded, as `(major, minor, patch)`.
pub fn version() -> (u32, u32, u32) {
    let (mut major, mut minor, mut patch) = (0, 0, 0);
    // SAFETY: plain output parameters.
    unsafe { inkwell::llvm_sys::core::LLVMGetVersion(&mut major, &mut minor, &mut patch) };
    (major, minor, patch)
}

/// The message of a diagnostic that LLVM reports through its context.
pub(crate) fn describe(info: inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef) -> String {
    // SAFETY: called from a diagnostic handler, while `info` is alive; the message is handed over.
    take_message(unsafe { inkwell::llvm_sys::core::LLVMGetDiagInfoDescription(info) })
}
