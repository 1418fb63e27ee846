//! Mode *debug*: a check before every access that may reach region memory.
//!
//! What is checked: loads, stores, atomic updates, copies and fills (LLVM's own, and the C library's functions of these
//! names), and structures passed by value. What is left out: memory that is certainly no region's, because its address
//! is computed from a stack slot, a global variable or null; other address spaces; what library functions access.
//!
//! The calls of `croft_pool_init`, `croft_pool_stats` and the functions for segmented arrays become those of their twins here, too.

use super::place::Places;
use super::{LowerError, entry, rewrite};
use crate::llvm::location::{self, Written};
use crate::llvm::{Module, Value, shim};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::{LLVMTypeRef, LLVMValueRef};
use inkwell::llvm_sys::target::{LLVMGetModuleDataLayout, LLVMIntPtrTypeInContext, LLVMStoreSizeOfType};
use inkwell::llvm_sys::{LLVMAttributeFunctionIndex, LLVMOpcode, LLVMValueKind};

/// Address computations that are followed to their base.
const MAX_STEPS: usize = 32;

/// How many bytes an access reaches.
#[derive(Clone, Copy)]
enum Bytes<'m> {
    Constant(u64),
    Value(Value<'m>),
}

/// An access of an instruction.
struct Access<'m> {
    pointer: Value<'m>,
    bytes: Bytes<'m>,
    is_write: bool,
}

/// Puts the checks in.
///
/// # Errors
/// When LLVM refuses a declaration, because the module uses the name of an entry point for something else.
pub fn run<'m>(module: Module<'m>, places: &mut Places<'m>) -> Result<(), LowerError> {
    for function in module.functions().collect::<Vec<_>>() {
        let mut is_changed = false;
        for block in function.blocks() {
            let mut last: Option<Written> = None;
            for inst in block.instructions().collect::<Vec<_>>() {
                if places.has_lines() {
                    last = location::written(inst).or(last);
                }
                for access in accesses(module, inst) {
                    let place = places.of(last.clone(), inst);
                    insert(module, inst, &access, place)?;
                    is_changed = true;
                }
            }
        }
        if is_changed {
            forget_promises(function);
        }
    }
    for (name, twin) in entry::DEBUG_POOL.into_iter().chain(entry::DEBUG_SEGMENTED) {
        redirect(module, name, twin, places)?;
    }
    Ok(())
}

/// The accesses of an instruction that may reach region memory.
fn accesses<'m>(module: Module<'m>, inst: Value<'m>) -> Vec<Access<'m>> {
    let constant = Bytes::Constant(inst.accessed_bytes().into());
    let of = |operand: usize, bytes, is_write| {
        inst.operand(operand).map(|pointer| Access {
            pointer,
            bytes,
            is_write,
        })
    };
    let mut found: Vec<Access<'m>> = match inst.opcode() {
        Some(LLVMOpcode::LLVMLoad) => of(0, constant, false).into_iter().collect(),
        Some(LLVMOpcode::LLVMStore) => of(1, constant, true).into_iter().collect(),
        Some(LLVMOpcode::LLVMAtomicRMW | LLVMOpcode::LLVMAtomicCmpXchg) => {
            of(0, constant, true).into_iter().collect()
        }
        Some(LLVMOpcode::LLVMCall | LLVMOpcode::LLVMInvoke) => of_call(module, inst),
        _ => Vec::new(),
    };
    found.retain(|access| may_reach_a_region(access.pointer));
    found
}

fn of_call<'m>(module: Module<'m>, call: Value<'m>) -> Vec<Access<'m>> {
    let arguments = call.arguments();
    let name = call
        .callee()
        .filter(|callee| callee.is_function())
        .map(Value::name)
        .unwrap_or_default();
    let is = |intrinsic: &str, function: &str| name.starts_with(intrinsic) || name == function;
    let kinds: &[bool] = if is("llvm.memcpy.", "memcpy") || is("llvm.memmove.", "memmove") {
        &[true, false]
    } else if is("llvm.memset.", "memset") {
        &[true]
    } else if name == "memcmp" || name == "bcmp" {
        &[false, false]
    } else {
        &[]
    };
    if let ([_, _, length, ..], false) = (arguments.as_slice(), kinds.is_empty()) {
        let bytes = Bytes::Value(*length);
        return kinds
            .iter()
            .zip(&arguments)
            .filter(|(_, pointer)| pointer.ty().is_pointer())
            .map(|(is_write, pointer)| Access {
                pointer: *pointer,
                bytes,
                is_write: *is_write,
            })
            .collect();
    }
    let by_value = |index: usize| by_value_bytes(module, call, index as u32);
    let arguments = arguments.into_iter().enumerate();
    arguments
        .filter_map(|(index, pointer)| {
            Some(Access {
                pointer,
                bytes: Bytes::Constant(by_value(index)?),
                is_write: false,
            })
        })
        .collect()
}

/// The size of a structure that an argument passes by value: the caller copies it.
fn by_value_bytes(module: Module<'_>, call: Value<'_>, index: u32) -> Option<u64> {
    let kind = attribute_kind("byval");
    // SAFETY: LLVM-I1, LLVM-I2: asked of a call; a null answer is tested, and this attribute has a type.
    unsafe {
        let attribute = LLVMGetCallSiteEnumAttribute(call.raw(), index + 1, kind);
        if attribute.is_null() {
            return None;
        }
        let ty = LLVMGetTypeAttributeValue(attribute);
        Some(LLVMStoreSizeOfType(LLVMGetModuleDataLayout(module.raw()), ty))
    }
}

/// Whether an address may lie in region memory.
fn may_reach_a_region(pointer: Value<'_>) -> bool {
    // SAFETY: LLVM-I1, LLVM-I2: asked of a pointer type.
    if !pointer.ty().is_pointer() || unsafe { LLVMGetPointerAddressSpace(pointer.ty().raw()) } != 0 {
        return false;
    }
    let mut base = pointer;
    for _ in 0..MAX_STEPS {
        match base.opcode() {
            Some(LLVMOpcode::LLVMGetElementPtr) => match base.operand(0) {
                Some(next) => base = next,
                None => break,
            },
            Some(LLVMOpcode::LLVMAlloca) => return false,
            _ => break,
        }
    }
    let is_constant_address = base.variable().is_some()
        || matches!(
            base.kind(),
            LLVMValueKind::LLVMFunctionValueKind
                | LLVMValueKind::LLVMGlobalAliasValueKind
                | LLVMValueKind::LLVMConstantPointerNullValueKind
        );
    !is_constant_address
}

fn insert<'m>(
    module: Module<'m>,
    inst: Value<'m>,
    access: &Access<'m>,
    place: LLVMValueRef,
) -> Result<(), LowerError> {
    let name = if access.is_write {
        entry::DEBUG_WRITE
    } else {
        entry::DEBUG_READ
    };
    // SAFETY: LLVM-I1: the instruction is alive and lies in `module`; the builder is disposed of on every path.
    unsafe {
        let context = module.context();
        let size = LLVMIntPtrTypeInContext(context, LLVMGetModuleDataLayout(module.raw()));
        let pointer = LLVMPointerTypeInContext(context, 0);
        let mut types = [pointer, size, pointer];
        let ty = LLVMFunctionType(LLVMVoidTypeInContext(context), types.as_mut_ptr(), 3, 0);
        let function = rewrite::declare(module, name, ty)?;
        let builder = LLVMCreateBuilderInContext(context);
        LLVMPositionBuilderBefore(builder, inst.raw());
        let bytes = match access.bytes {
            Bytes::Constant(bytes) => LLVMConstInt(size, bytes, 0),
            Bytes::Value(bytes) => LLVMBuildIntCast2(builder, bytes.raw(), size, 0, c"".as_ptr()),
        };
        call(
            builder,
            inst.raw(),
            (ty, function),
            &mut [access.pointer.raw(), bytes, place],
        );
        LLVMDisposeBuilder(builder);
    }
    Ok(())
}

/// Calls a function at the builder's place, with the source place of an instruction.
///
/// # Safety
/// 1. Everything belongs to one live module, and the arguments have the function's types.
unsafe fn call(
    builder: inkwell::llvm_sys::prelude::LLVMBuilderRef,
    like: LLVMValueRef,
    (ty, function): (LLVMTypeRef, LLVMValueRef),
    arguments: &mut [LLVMValueRef],
) -> LLVMValueRef {
    // SAFETY: obligation 1.
    unsafe {
        let new = LLVMBuildCall2(
            builder,
            ty,
            function,
            arguments.as_mut_ptr(),
            arguments.len() as u32,
            c"".as_ptr(),
        );
        let place = LLVMInstructionGetDebugLoc(like);
        if !place.is_null() {
            LLVMInstructionSetDebugLoc(new, place);
        }
        shim::croft_shim_set_call_nounwind(new);
        new
    }
}

/// A function with checks in it may end the program and reads what debug mode knows: promises to the contrary would let
/// the optimiser remove or move its calls.
fn forget_promises(function: Value<'_>) {
    for name in ["memory", "willreturn", "speculatable"] {
        // SAFETY: LLVM-I1; removing an attribute that is not there does nothing.
        unsafe {
            LLVMRemoveEnumAttributeAtIndex(function.raw(), LLVMAttributeFunctionIndex, attribute_kind(name));
        }
    }
}

fn attribute_kind(name: &str) -> u32 {
    // SAFETY: the name is passed with its length.
    unsafe { LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) }
}

/// Lets the calls of one of the header's functions call its twin of debug mode, which also takes a place.
fn redirect<'m>(
    module: Module<'m>,
    name: &str,
    twin: &str,
    places: &mut Places<'m>,
) -> Result<(), LowerError> {
    let Some(function) = module.function(name).filter(|function| function.is_declaration()) else {
        return Ok(());
    };
    let users = function.users().into_iter();
    for user in users.filter(|user| user.is_call() && user.callee() == Some(function)) {
        let place = places.of_operation(user);
        // SAFETY: LLVM-I1: the call is alive until it is erased, after its operands were read; the builder is disposed of.
        unsafe {
            let old = shim::croft_shim_invoke_to_call(user.raw());
            let context = module.context();
            let mut arguments: Vec<LLVMValueRef> = (0..LLVMGetNumArgOperands(old))
                .map(|index| LLVMGetOperand(old, index))
                .chain([place])
                .collect();
            let mut types: Vec<LLVMTypeRef> =
                arguments.iter().map(|argument| LLVMTypeOf(*argument)).collect();
            let ty = LLVMFunctionType(LLVMTypeOf(old), types.as_mut_ptr(), types.len() as u32, 0);
            let builder = LLVMCreateBuilderInContext(context);
            LLVMPositionBuilderBefore(builder, old);
            let outcome = rewrite::declare(module, twin, ty).map(|function| {
                let new = call(builder, old, (ty, function), &mut arguments);
                LLVMReplaceAllUsesWith(old, new);
                LLVMInstructionEraseFromParent(old);
            });
            LLVMDisposeBuilder(builder);
            outcome?;
        }
    }
    Ok(())
}
