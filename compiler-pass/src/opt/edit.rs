//! The changes that transformations make, one LLVM call or two each.
//!
//! Every instruction that is given here belongs to the module that is being optimised, and is alive (*LLVM-I1*).

use super::site::Request;
use crate::llvm::{Block, Module, Value, shim};
use crate::operation::Operation;
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::{LLVMBuilderRef, LLVMValueRef};

/// Runs `work` with a builder at the instruction that `position` finds.
///
/// # Safety
/// 1. `before` is a live instruction.
unsafe fn build<'m>(before: LLVMValueRef, work: impl FnOnce(LLVMBuilderRef) -> LLVMValueRef) -> Value<'m> {
    // SAFETY: obligation 1; the builder is disposed of, and what was built belongs to the module.
    unsafe {
        let builder = LLVMCreateBuilderInContext(LLVMGetTypeContext(LLVMTypeOf(before)));
        LLVMPositionBuilderBefore(builder, before);
        let built = work(builder);
        LLVMDisposeBuilder(builder);
        Value::from_raw(built)
    }
}

/// A slot of the frame.
pub fn slot<'m>(module: Module<'m>, function: Value<'m>, request: Request) -> Value<'m> {
    // SAFETY: LLVM-I1: the entry block of a function with a body is not empty.
    unsafe {
        let entry = LLVMGetEntryBasicBlock(function.raw());
        build(LLVMGetFirstInstruction(entry), |builder| {
            let bytes = LLVMArrayType2(LLVMInt8TypeInContext(module.context()), request.size);
            let slot = LLVMBuildAlloca(builder, bytes, c"".as_ptr());
            LLVMSetAlignment(slot, request.align as u32);
            slot
        })
    }
}

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

/// Lets `new` take the place of `old`, name included, and removes that.
pub fn replace<'m>(old: Value<'m>, new: Value<'m>) {
    // SAFETY: LLVM-I1: both are pointers; the name is copied before its owner gives it up.
    unsafe {
        let name = old.name();
        LLVMReplaceAllUsesWith(old.raw(), new.raw());
        LLVMInstructionEraseFromParent(old.raw());
        LLVMSetValueName2(new.raw(), name.as_ptr().cast(), name.len());
    }
}

/// Removes an instruction that nothing uses any more.
pub fn erase(inst: Value<'_>) {
    // SAFETY: LLVM-I1.
    unsafe { LLVMInstructionEraseFromParent(inst.raw()) }
}

/// Moves an instruction to before another one.
pub fn move_before<'m>(inst: Value<'m>, before: Value<'m>) {
    // SAFETY: LLVM-I1: the instruction's operands dominate the new place, as the caller saw to. The builder would give it
    // the place of what it is put before.
    unsafe {
        let name = std::ffi::CString::new(inst.name()).unwrap_or_default();
        let place = LLVMInstructionGetDebugLoc(inst.raw());
        LLVMInstructionRemoveFromParent(inst.raw());
        build(before.raw(), |builder| {
            LLVMInsertIntoBuilderWithName(builder, inst.raw(), name.as_ptr());
            inst.raw()
        });
        LLVMInstructionSetDebugLoc(inst.raw(), place);
    }
}

/// Gives a call a string attribute without a value.
pub fn mark(call: Value<'_>, key: &str) {
    // SAFETY: LLVM-I1; the texts are passed with their lengths.
    unsafe {
        let context = LLVMGetTypeContext(LLVMTypeOf(call.raw()));
        let attribute =
            LLVMCreateStringAttribute(context, key.as_ptr().cast(), key.len() as u32, c"".as_ptr(), 0);
        LLVMAddCallSiteAttribute(
            call.raw(),
            inkwell::llvm_sys::LLVMAttributeFunctionIndex,
            attribute,
        );
    }
}

/// Puts a new basic block between some predecessors of a block and the block. `None` if LLVM cannot.
pub fn split<'m>(block: Block<'m>, predecessors: &[Block<'m>]) -> Option<Block<'m>> {
    let mut raw: Vec<_> = predecessors.iter().map(|block| block.raw()).collect();
    // SAFETY: LLVM-I1; the shim reads as many as it is told there are.
    let new = unsafe { shim::croft_shim_split_predecessors(block.raw(), raw.as_mut_ptr(), raw.len()) };
    // SAFETY: LLVM-I1: the new block belongs to the same function.
    (!new.is_null()).then(|| unsafe { Block::from_raw(new) })
}
