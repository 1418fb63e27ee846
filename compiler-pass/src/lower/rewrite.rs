//! Replaces region operations by calls of the runtime's entry points.

use super::place::Places;
use super::placement::{Opening, Placement};
use super::{LowerError, Lowered, Mode, entry};
use crate::llvm::{Module, Value, passes, shim};
use crate::operation::{Operation, PREFIX};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::{LLVMTypeRef, LLVMValueRef};
use std::collections::HashMap;

/// Words of a region descriptor, all pointers: frontier, limit, oldest footer. The runtime asserts the same layout.
pub const DESCRIPTOR_WORDS: u32 = 3;

/// Brings handles out of stack slots, so that placement and inlining see them. Functions compiled with
/// `-O0` keep their slots; their regions then work through memory.
///
/// # Errors
/// LLVM's message if it refuses a pass.
pub fn promote(module: Module<'_>) -> Result<(), String> {
    passes::run(module, "always-inline,function(sroa)")
}

/// Rewrites every operation of a module.
///
/// # Errors
/// When LLVM refuses a declaration, because the module uses the name of an entry point for something else.
pub fn run<'m>(
    module: Module<'m>,
    placement: &Placement<'m>,
    mode: Mode,
    places: &mut Places<'m>,
) -> Result<Lowered, LowerError> {
    let mut lowered = Lowered {
        changed: true,
        ..Lowered::default()
    };
    let mut stays: HashMap<Value<'m>, Kept> = HashMap::new();
    for operation in Operation::ALL {
        let Some(function) = module.function(operation.name()) else {
            continue;
        };
        for call in function.users().into_iter().filter(|user| user.is_call()) {
            let opening = placement.of(call);
            let place = (mode == Mode::Debug).then(|| places.of_operation(call));
            let warm = call.is_marked(entry::WARM);
            let kept = call.arguments().first().map_or(Kept::Elsewhere, |region| {
                *stays.entry(*region).or_insert_with(|| Kept::of(*region))
            });
            // SAFETY: LLVM-I1: the call is an instruction of this module, and the walk above holds a copy of the users.
            let call = unsafe { shim::croft_shim_invoke_to_call(call.raw()) };
            // SAFETY: as above; the annotations were found well-formed, so the operands are those of `operation`.
            unsafe {
                let how = How {
                    opening,
                    mode,
                    warm,
                    kept,
                    place,
                };
                replace(module, operation, call, how, &mut lowered)?;
            };
        }
        if !function.has_uses() {
            // SAFETY: LLVM-I1; nothing uses the declaration.
            unsafe { LLVMDeleteFunction(function.raw()) };
        }
    }
    for function in module.functions() {
        if function
            .blocks()
            .flat_map(|block| block.instructions())
            .any(is_frame_descriptor)
        {
            forget_tail_calls(function);
        }
    }
    Ok(lowered)
}

/// A `tail` call promises that the callee touches no stack slot of the caller: no longer true of one that may be
/// given a descriptor. (`musttail` calls are given none, see placement.)
pub(crate) fn forget_tail_calls(function: Value<'_>) {
    use inkwell::llvm_sys::{LLVMOpcode, LLVMTailCallKind};
    for inst in function.blocks().flat_map(|block| block.instructions()) {
        if inst.opcode() == Some(LLVMOpcode::LLVMCall) && !inst.is_must_tail() {
            // SAFETY: LLVM-I1, LLVM-I2: asked of a call.
            unsafe {
                if LLVMGetTailCallKind(inst.raw()) == LLVMTailCallKind::LLVMTailCallKindTail {
                    LLVMSetTailCallKind(inst.raw(), LLVMTailCallKind::LLVMTailCallKindNone);
                }
            }
        }
    }
}

/// How an operation is lowered.
struct How {
    opening: Opening,
    mode: Mode,
    /// Carries the mark [`entry::WARM`].
    warm: bool,
    /// Where its region's descriptor is.
    kept: Kept,
    /// In mode *debug*: the constant that says where the operation is.
    place: Option<LLVMValueRef>,
}

/// # Safety
/// 1. `call` is a call instruction of `operation` in `module`, with that operation's operands.
unsafe fn replace(
    module: Module<'_>,
    operation: Operation,
    call: LLVMValueRef,
    how: How,
    lowered: &mut Lowered,
) -> Result<(), LowerError> {
    let How {
        opening,
        mode,
        warm,
        kept,
        place: written,
    } = how;
    // SAFETY: obligation 1 throughout: `call` is alive until it is erased at the end, and its operands are
    // read before. The builder is disposed of on every path.
    unsafe {
        let context = module.context();
        let builder = LLVMCreateBuilderInContext(context);
        LLVMPositionBuilderBefore(builder, call);
        let mut arguments: Vec<LLVMValueRef> = (0..LLVMGetNumArgOperands(call))
            .map(|index| LLVMGetOperand(call, index))
            .collect();
        let place = LLVMInstructionGetDebugLoc(call);
        let emit = |name: &str, arguments: &mut [LLVMValueRef], result: LLVMTypeRef| {
            let mut types: Vec<LLVMTypeRef> =
                arguments.iter().map(|argument| LLVMTypeOf(*argument)).collect();
            let ty = LLVMFunctionType(result, types.as_mut_ptr(), types.len() as u32, 0);
            let function = declare(module, name, ty)?;
            let new = LLVMBuildCall2(
                builder,
                ty,
                function,
                arguments.as_mut_ptr(),
                arguments.len() as u32,
                c"".as_ptr(),
            );
            if !place.is_null() {
                LLVMInstructionSetDebugLoc(new, place);
            }
            shim::croft_shim_set_call_nounwind(new);
            Ok(new)
        };
        let outcome = match operation {
            Operation::Keepalive => Ok(None),
            Operation::Push | Operation::PushBounded if opening != Opening::InBlock => {
                lowered.in_frame += 1;
                let descriptor = frame_descriptor(module, call);
                arguments.insert(0, descriptor);
                let name = match (operation, opening) {
                    (Operation::Push, Opening::Eager) => entry::OPEN_EAGER,
                    (_, Opening::Eager) => entry::OPEN_EAGER_BOUNDED,
                    (Operation::Push, _) => entry::OPEN,
                    _ => entry::OPEN_BOUNDED,
                };
                emit(name, &mut arguments, LLVMVoidTypeInContext(context)).map(|_| Some(descriptor))
            }
            _ => match entry::of(operation, mode) {
                Some(name) => {
                    lowered.in_block +=
                        usize::from(matches!(operation, Operation::Push | Operation::PushBounded));
                    arguments.extend(written);
                    let name = if mode == Mode::Inline {
                        specialised(operation, warm, kept, &mut arguments).unwrap_or(name)
                    } else {
                        name
                    };
                    let new = emit(name, &mut arguments, LLVMTypeOf(call));
                    if let (Ok(new), true) = (&new, mode == Mode::Call && operation.allocates()) {
                        take_attributes(call, *new);
                    }
                    new.map(Some)
                }
                None => Err(LowerError::Llvm(format!(
                    "`{}` has no lowering",
                    operation.name()
                ))),
            },
        };
        LLVMDisposeBuilder(builder);
        if let Some(new) = outcome?
            && operation.result().is_some()
        {
            keep_name(call, new);
            LLVMReplaceAllUsesWith(call, new);
        }
        LLVMInstructionEraseFromParent(call);
    }
    Ok(())
}

/// What is said of an operation's call holds of the runtime's function with the same arguments.
///
/// # Safety
/// 1. Both are live calls with the same arguments.
unsafe fn take_attributes(from: LLVMValueRef, to: LLVMValueRef) {
    use inkwell::llvm_sys::{LLVMAttributeFunctionIndex, LLVMAttributeReturnIndex};
    for index in [LLVMAttributeReturnIndex, LLVMAttributeFunctionIndex] {
        // SAFETY: obligation 1; the array has room for as many as LLVM counts.
        unsafe {
            let count = LLVMGetCallSiteAttributeCount(from, index);
            let mut attributes = vec![std::ptr::null_mut(); count as usize];
            LLVMGetCallSiteAttributes(from, index, attributes.as_mut_ptr());
            for attribute in attributes {
                LLVMAddCallSiteAttribute(to, index, attribute);
            }
        }
    }
}

/// Where a descriptor is while its region is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// In the frame, and only operations and entry points are given it: inlined, they leave it in registers.
    InRegisters,
    /// In the frame, and others know where.
    InFrame,
    /// In another frame or in the region's block.
    Elsewhere,
}

impl Kept {
    fn of(region: Value<'_>) -> Kept {
        if !is_frame_descriptor(region) {
            return Kept::Elsewhere;
        }
        let is_ours = |user: &Value<'_>| {
            let callee = user.callee().map(Value::name).unwrap_or_default();
            callee.starts_with(PREFIX) || callee.starts_with("croft_rt_")
        };
        if region.users().iter().all(is_ours) {
            Kept::InRegisters
        } else {
            Kept::InFrame
        }
    }
}

/// The entry point that an operation has for its operands, and the arguments for it, where that is better than the general one.
///
/// # Safety
/// 1. `arguments` are the operands of the operation, live values, after descriptors in frames took the place of their handles.
unsafe fn specialised(
    operation: Operation,
    warm: bool,
    kept: Kept,
    arguments: &mut Vec<LLVMValueRef>,
) -> Option<&'static str> {
    // SAFETY: obligation 1: the arguments are live values.
    let constant = |argument: LLVMValueRef| unsafe {
        (!LLVMIsAConstantInt(argument).is_null()).then(|| LLVMConstIntGetZExtValue(argument))
    };
    // SAFETY: obligation 1.
    unsafe {
        match operation {
            Operation::Reset => (warm && kept != Kept::Elsewhere).then_some(entry::REWIND),
            Operation::Alloc | Operation::AllocArray => {
                let (align, sizes) = arguments[1..].split_last()?;
                let size = sizes
                    .iter()
                    .try_fold(1u64, |product, size| product.checked_mul(constant(*size)?))?;
                let align = (*align, constant(*align)?);
                if size > entry::KNOWN_SIZE || align.1 > entry::KNOWN_ALIGN || !align.1.is_power_of_two() {
                    return None;
                }
                let ty = LLVMTypeOf(align.0);
                *arguments = vec![arguments[0], LLVMConstInt(ty, size, 0), align.0];
                Some(if kept == Kept::InRegisters {
                    entry::ALLOC_KNOWN
                } else {
                    entry::ALLOC_KNOWN_IN_MEMORY
                })
            }
            _ => None,
        }
    }
}

/// # Safety
/// 1. Both are live instructions.
unsafe fn keep_name(from: LLVMValueRef, to: LLVMValueRef) {
    // SAFETY: obligation 1; the name is copied before the old owner gives it up.
    unsafe {
        let mut length = 0;
        let name = crate::llvm::text_of(LLVMGetValueName2(from, &mut length), length);
        if !name.is_empty() {
            LLVMSetValueName2(from, c"".as_ptr(), 0);
            LLVMSetValueName2(to, name.as_ptr().cast(), name.len());
        }
    }
}

pub(super) fn declare(module: Module<'_>, name: &str, ty: LLVMTypeRef) -> Result<LLVMValueRef, LowerError> {
    if let Some(function) = module.function(name) {
        let fits = function.function_type().is_some_and(|known| known.raw() == ty);
        return if fits {
            Ok(function.raw())
        } else {
            Err(LowerError::Llvm(format!(
                "`{name}` is a runtime entry point, and the module declares it otherwise"
            )))
        };
    }
    if module.global(name).is_some() {
        return Err(LowerError::Llvm(format!(
            "`{name}` is a runtime entry point, and the module has a variable of that name"
        )));
    }
    let text = std::ffi::CString::new(name).map_err(|error| LowerError::Llvm(error.to_string()))?;
    // SAFETY: LLVM-I1; the type belongs to the module's context.
    Ok(unsafe { LLVMAddFunction(module.raw(), text.as_ptr(), ty) })
}

/// A stack slot for a descriptor, among the first instructions of the function so that LLVM treats it as static.
///
/// # Safety
/// 1. `call` is an instruction of `module`.
unsafe fn frame_descriptor(module: Module<'_>, call: LLVMValueRef) -> LLVMValueRef {
    // SAFETY: obligation 1; the entry block of a defined function is not empty.
    unsafe {
        let context = module.context();
        let function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(call));
        let entry = LLVMGetEntryBasicBlock(function);
        let builder = LLVMCreateBuilderInContext(context);
        LLVMPositionBuilderBefore(builder, LLVMGetFirstInstruction(entry));
        let pointer = LLVMPointerTypeInContext(context, 0);
        let mut fields = [pointer; DESCRIPTOR_WORDS as usize];
        let ty = LLVMStructTypeInContext(context, fields.as_mut_ptr(), DESCRIPTOR_WORDS, 0);
        let slot = LLVMBuildAlloca(builder, ty, c"croft.region".as_ptr());
        LLVMDisposeBuilder(builder);
        slot
    }
}

/// Whether an instruction is a descriptor that [`run`] made.
pub fn is_frame_descriptor(value: Value<'_>) -> bool {
    use inkwell::llvm_sys::{LLVMOpcode, LLVMTypeKind};
    if value.opcode() != Some(LLVMOpcode::LLVMAlloca) {
        return false;
    }
    // SAFETY: LLVM-I1, LLVM-I2: asked of an alloca, then of a structure.
    unsafe {
        let ty = LLVMGetAllocatedType(value.raw());
        LLVMGetTypeKind(ty) == LLVMTypeKind::LLVMStructTypeKind
            && LLVMCountStructElementTypes(ty) == DESCRIPTOR_WORDS
    }
}
