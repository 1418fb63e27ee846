//! Declarations of `shim.cpp`: what LLVM's C interface lacks.

use inkwell::llvm_sys::prelude::{LLVMBasicBlockRef, LLVMContextRef, LLVMModuleRef, LLVMValueRef};
use std::ffi::{c_char, c_int, c_uint};

pub const FN_EXACT: c_uint = 1;
pub const FN_LOCAL: c_uint = 2;
pub const FN_ADDRESS_TAKEN: c_uint = 4;
pub const FN_NOUNWIND: c_uint = 8;
pub const FN_NORETURN: c_uint = 16;
pub const FN_NO_MEMORY: c_uint = 32;
pub const FN_READ_ONLY: c_uint = 64;
pub const FN_NAKED: c_uint = 128;
pub const FN_OPTNONE: c_uint = 256;
pub const FN_RETURNS_TWICE: c_uint = 512;
pub const FN_CALLED_BACK: c_uint = 1024;
pub const FN_ARGUMENTS_ONLY: c_uint = 2048;

pub const ARG_NO_CAPTURE: c_uint = 1;
pub const ARG_READ_ONLY: c_uint = 2;
pub const ARG_NO_ACCESS: c_uint = 4;
pub const ARG_RETURNED: c_uint = 8;
pub const ARG_BYVAL: c_uint = 16;

unsafe extern "C" {
    pub fn croft_shim_parse(
        context: LLVMContextRef,
        data: *const c_char,
        size: usize,
        name: *const c_char,
        mark_lines: c_int,
        error: *mut *mut c_char,
    ) -> LLVMModuleRef;
    pub fn croft_shim_producer(data: *const c_char, size: usize) -> *mut c_char;
    pub fn croft_shim_free(text: *mut c_char);
    pub fn croft_shim_function_facts(function: LLVMValueRef) -> c_uint;
    pub fn croft_shim_call_facts(call: LLVMValueRef) -> c_uint;
    pub fn croft_shim_argument_facts(call: LLVMValueRef, index: c_uint) -> c_uint;
    pub fn croft_shim_delete_body(function: LLVMValueRef);
    pub fn croft_shim_drop_initializer(global: LLVMValueRef);
    pub fn croft_shim_split_predecessors(
        block: LLVMBasicBlockRef,
        predecessors: *mut LLVMBasicBlockRef,
        count: usize,
    ) -> LLVMBasicBlockRef;
    pub fn croft_shim_invoke_to_call(invoke: LLVMValueRef) -> LLVMValueRef;
    pub fn croft_shim_resolve_aliases(module: LLVMModuleRef);
    pub fn croft_shim_strip_optnone(module: LLVMModuleRef);
    pub fn croft_shim_mark_returns(module: LLVMModuleRef);
    pub fn croft_shim_copy_arguments(module: LLVMModuleRef);
    pub fn croft_shim_address_step(address: LLVMValueRef, constant: *mut i64, stride: *mut u64);
    pub fn croft_shim_variable_of(address: LLVMValueRef, offset: *mut i64) -> LLVMValueRef;
    pub fn croft_shim_pointer_in(variable: LLVMValueRef, offset: i64) -> LLVMValueRef;
    pub fn croft_shim_accessed_bytes(instruction: LLVMValueRef) -> c_uint;
    pub fn croft_shim_call_back(
        call: LLVMValueRef,
        callee: c_uint,
        given: *const c_uint,
        into: *const u8,
        count: usize,
    ) -> c_int;
    pub fn croft_shim_set_called_back(call: LLVMValueRef);
    pub fn croft_shim_choose_callee(call: LLVMValueRef, functions: *mut LLVMValueRef, count: usize);
    pub fn croft_shim_has_final_initializer(variable: LLVMValueRef) -> c_int;
    pub fn croft_shim_begin_printing(module: LLVMModuleRef);
    pub fn croft_shim_end_printing();
    pub fn croft_shim_print(instruction: LLVMValueRef) -> *mut c_char;
    pub fn croft_shim_set_call_nounwind(call: LLVMValueRef);
    pub fn croft_shim_drop_module_metadata(module: LLVMModuleRef);
}
