//! Changes of single instructions and basic blocks: one LLVM call or two each.
//!
//! Every instruction that is given here belongs to the module that is being changed, and is alive (*LLVM-I1*).

use super::{Block, Module, Value, shim};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::{LLVMBuilderRef, LLVMTypeRef, LLVMValueRef};

/// What `work` builds with a builder that is positioned before an instruction.
///
/// # Safety
/// 1. `before` is a live instruction.
pub(crate) unsafe fn build<'m>(
    before: LLVMValueRef,
    work: impl FnOnce(LLVMBuilderRef) -> LLVMValueRef,
) -> Value<'m> {
    // SAFETY: obligation 1; the builder is disposed of, and what was built belongs to the module.
    unsafe {
        let builder = LLVMCreateBuilderInContext(LLVMGetTypeContext(LLVMTypeOf(before)));
        LLVMPositionBuilderBefore(builder, before);
        let built = work(builder);
        LLVMDisposeBuilder(builder);
        Value::from_raw(built)
    }
}

/// A slot of the frame, of so many bytes.
pub fn slot<'m>(module: Module<'m>, function: Value<'m>, bytes: u64, align: u64) -> Value<'m> {
    // SAFETY: LLVM-I1: a type of the module's context.
    unsafe {
        let ty = LLVMArrayType2(LLVMInt8TypeInContext(module.context()), bytes);
        let slot = allocate(function, ty);
        LLVMSetAlignment(slot.raw(), align as u32);
        slot
    }
}

/// A slot of the frame for so many pointers.
pub fn words<'m>(module: Module<'m>, function: Value<'m>, count: u64) -> Value<'m> {
    // SAFETY: LLVM-I1: a type of the module's context.
    unsafe {
        let ty = LLVMArrayType2(LLVMPointerTypeInContext(module.context(), 0), count);
        allocate(function, ty)
    }
}

/// # Safety
/// 1. The type is one of the function's context, and the function has a body.
unsafe fn allocate<'m>(function: Value<'m>, ty: LLVMTypeRef) -> Value<'m> {
    // SAFETY: obligation 1: the entry block of a function with a body is not empty.
    unsafe {
        let entry = LLVMGetEntryBasicBlock(function.raw());
        build(LLVMGetFirstInstruction(entry), |builder| {
            LLVMBuildAlloca(builder, ty, c"".as_ptr())
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

/// Gives a function a string attribute, or takes it away.
pub fn describe(function: Value<'_>, key: &str, text: Option<&str>) {
    let index = inkwell::llvm_sys::LLVMAttributeFunctionIndex;
    // SAFETY: LLVM-I1; the texts are passed with their lengths, and LLVM removes what is not there without a word.
    unsafe {
        LLVMRemoveStringAttributeAtIndex(function.raw(), index, key.as_ptr().cast(), key.len() as u32);
        if let Some(text) = text {
            let context = LLVMGetTypeContext(LLVMTypeOf(function.raw()));
            let (key, length) = (key.as_ptr().cast(), key.len() as u32);
            let attribute =
                LLVMCreateStringAttribute(context, key, length, text.as_ptr().cast(), text.len() as u32);
            LLVMAddAttributeAtIndex(function.raw(), index, attribute);
        }
    }
}

/// Reads, before an instruction, the pointer that lies so many bytes past an address, then the one so many bytes past that,
/// and so on. The last read gets a name.
pub fn read_along<'m>(before: Value<'m>, address: Value<'m>, offsets: &[i64], name: &str) {
    let name = std::ffi::CString::new(name).unwrap_or_default();
    // SAFETY: LLVM-I1: types of the module's context, and an address that the instruction may use.
    unsafe {
        build(before.raw(), |builder| {
            let context = LLVMGetTypeContext(LLVMTypeOf(before.raw()));
            let (byte, number) = (LLVMInt8TypeInContext(context), LLVMInt64TypeInContext(context));
            let pointer = LLVMPointerTypeInContext(context, 0);
            let mut at = address.raw();
            for offset in offsets {
                let mut offset = LLVMConstInt(number, offset.cast_unsigned(), 1);
                let place = LLVMBuildGEP2(builder, byte, at, &mut offset, 1, c"".as_ptr());
                at = LLVMBuildLoad2(builder, pointer, place, c"".as_ptr());
            }
            LLVMSetValueName2(at, name.as_ptr(), name.as_bytes().len());
            at
        });
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
