//! New operations and addresses.
//!
//! Every instruction that is given here belongs to the module that is being optimised, and is alive (*LLVM-I1*).

use crate::llvm::change::build;
use crate::llvm::{Module, Value};
use crate::operation::Operation;
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::LLVMValueRef;

/// The allocation of so many bytes in the region of `like`, before it.
pub fn allocate<'m>(module: Module<'m>, like: Value<'m>, size: u64, align: u64) -> Value<'m> {
    let width = module.pointer_bits();
    // SAFETY: LLVM-I1: a request for constant sizes is a call whose first operand is the region.
    unsafe {
        let word = LLVMIntTypeInContext(module.context(), width);
        let region = LLVMGetOperand(like.raw(), 0);
        call(
            module,
            Operation::Alloc,
            &mut [region, LLVMConstInt(word, size, 0), LLVMConstInt(word, align, 0)],
            like.raw(),
            like,
        )
    }
}

/// An operation on one region, before an instruction; it gets the place of `like`.
pub fn operate<'m>(
    module: Module<'m>,
    operation: Operation,
    region: Value<'m>,
    before: Value<'m>,
    like: Value<'m>,
) -> Value<'m> {
    // SAFETY: LLVM-I1.
    unsafe { call(module, operation, &mut [region.raw()], before.raw(), like) }
}

/// # Safety
/// 1. The arguments are those of the operation, and dominate `before`.
unsafe fn call<'m>(
    module: Module<'m>,
    operation: Operation,
    arguments: &mut [LLVMValueRef],
    before: LLVMValueRef,
    like: Value<'m>,
) -> Value<'m> {
    // SAFETY: obligation 1; the annotations were found well-formed, so a declaration of the name has the operation's type.
    unsafe {
        let context = module.context();
        let result = match operation.result() {
            Some(_) => LLVMPointerTypeInContext(context, 0),
            None => LLVMVoidTypeInContext(context),
        };
        let mut types: Vec<_> = arguments.iter().map(|argument| LLVMTypeOf(*argument)).collect();
        let ty = LLVMFunctionType(result, types.as_mut_ptr(), types.len() as u32, 0);
        let function = module.function(operation.name()).map_or_else(
            || {
                let name = std::ffi::CString::new(operation.name()).unwrap_or_default();
                LLVMAddFunction(module.raw(), name.as_ptr(), ty)
            },
            Value::raw,
        );
        build(before, |builder| {
            let (count, name) = (arguments.len() as u32, c"".as_ptr());
            let call = LLVMBuildCall2(builder, ty, function, arguments.as_mut_ptr(), count, name);
            let place = LLVMInstructionGetDebugLoc(like.raw());
            if !place.is_null() {
                LLVMInstructionSetDebugLoc(call, place);
            }
            call
        })
    }
}

/// The address so many bytes behind an object, right after its allocation.
pub fn address_behind<'m>(object: Value<'m>, offset: u64) -> Value<'m> {
    // SAFETY: LLVM-I1: an allocation is a call, which is no terminator, so something follows.
    unsafe {
        build(LLVMGetNextInstruction(object.raw()), |builder| {
            let context = LLVMGetTypeContext(LLVMTypeOf(object.raw()));
            let byte = LLVMInt8TypeInContext(context);
            let mut index = LLVMConstInt(LLVMInt64TypeInContext(context), offset, 0);
            LLVMBuildInBoundsGEP2(builder, byte, object.raw(), &mut index, 1, c"".as_ptr())
        })
    }
}
