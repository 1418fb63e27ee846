//! Declarations of `debug.cpp`: what debug information says beyond LLVM's C interface.

use inkwell::llvm_sys::prelude::{LLVMMetadataRef, LLVMValueRef};
use std::ffi::c_char;

unsafe extern "C" {
    pub fn croft_debug_function(scope: LLVMMetadataRef, length: *mut usize) -> *const c_char;
    pub fn croft_debug_variable(value: LLVMValueRef, length: *mut usize) -> *const c_char;
}
