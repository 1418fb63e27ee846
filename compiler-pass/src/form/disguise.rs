//! Finds the numbers that may be pointers in disguise: read from memory or received as arguments, and stored, made into a
//! pointer, passed or returned.
//!
//! Backward from these uses to the reads and parameters, through whatever hands the bits on. On the way arithmetic may have changed them: then
//! only where it is certain that a pointer was read is the result taken for one ([`Disguise`]).

use super::draft::Draft;
use super::{Disguise, Inst, InstKind, ValueId, ValueKind};
use crate::llvm::Value;
use inkwell::llvm_sys::LLVMOpcode::*;

/// A byte that goes by more names than this counts as looked at.
const MAX_NAMES: usize = 64;

/// What became of the bits on the way from a read to a use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// They are stored as they were read.
    Copied,
    /// They are, or are part of, an address: it may carry a tag in its low bits.
    Address,
    /// They are returned as they were read.
    Returned,
    /// They are passed as they were read, to a function that may follow them.
    Passed,
    /// They are passed elsewhere, or were computed with.
    Changed,
    /// They were rounded to a multiple of something, as addresses are.
    Aligned,
}

/// Marks the values of one function. O(instructions).
pub(super) fn find(draft: &mut Draft<'_>, pointer_bytes: u32) {
    let (insts, values) = (&*draft.insts, &mut *draft.values);
    let mut work: Vec<(ValueId, Way)> = Vec::new();
    for inst in insts {
        match inst.kind {
            InstKind::Store { value, .. } | InstKind::Exchange { value, .. } => {
                work.push((value, Way::Copied));
            }
            InstKind::FromInteger(value) => work.push((value, Way::Address)),
            InstKind::Return(Some(value)) => work.push((value, Way::Returned)),
            InstKind::Call(call) => {
                work.extend(call.args.iter().map(|argument| (argument.value, Way::Passed)));
            }
            _ => {}
        }
    }
    let mut seen = vec![[false; 6]; values.len()];
    while let Some((value, way)) = work.pop() {
        let id = match values[value.index()].kind {
            ValueKind::Inst(id) => id,
            ValueKind::Param(_) => {
                let param = &mut values[value.index()];
                if param.has_room && !param.holds_pointer {
                    param.disguise = Disguise::Known;
                }
                continue;
            }
            _ => continue,
        };
        let inst = &insts[id.index()];
        if values[value.index()].is_pointer || std::mem::replace(&mut seen[value.index()][way as usize], true)
        {
            continue;
        }
        if let Some(operand) = draft.rounded[id.index()] {
            let way = if way == Way::Address { way } else { Way::Aligned };
            work.push((operand, way));
        }
        let (disguise, way) = match inst.kind {
            InstKind::Load(_) | InstKind::Exchange { .. } => (read(inst, way, pointer_bytes), None),
            InstKind::Call(_) if matches!(way, Way::Passed | Way::Address) => (Disguise::Passed, None),
            InstKind::Call(_) => (Disguise::Known, None),
            InstKind::Phi(_) | InstKind::Select { .. } | InstKind::Same(_) => (Disguise::Known, Some(way)),
            // A part of a structure. Beside pointers, it is a pointer in disguise only if it is made into one.
            InstKind::Plain(_) if inst.keeps_bits() && way == Way::Address => (Disguise::Whole, Some(way)),
            // Vectors and structures put together, or taken apart.
            InstKind::Derive(_) | InstKind::Plain(_) if inst.keeps_bits() => (Disguise::Known, Some(way)),
            InstKind::Derive(_) | InstKind::Resize { .. } if matches!(way, Way::Address | Way::Aligned) => {
                (Disguise::Known, Some(way))
            }
            // A tag is put into the low bits, or taken out of them.
            InstKind::Derive(_) if inst.masks_bits() => (Disguise::Known, Some(way)),
            InstKind::Derive(_) | InstKind::Resize { .. } => (Disguise::Known, Some(Way::Changed)),
            InstKind::Plain(_) if inst.turns_bits() => (Disguise::Known, Some(Way::Changed)),
            _ => continue,
        };
        let known = &mut values[value.index()].disguise;
        *known = disguise.max(*known);
        if let Some(way) = way {
            work.extend(inst.kind.operands().into_iter().map(|operand| (operand, way)));
        }
    }
}

/// What is read from memory, by what becomes of it.
fn read(inst: &Inst<'_>, way: Way, pointer_bytes: u32) -> Disguise {
    let is_whole = inst.bytes >= pointer_bytes;
    match way {
        // Numbers are copied one by one, pointers hardly ever so.
        Way::Copied | Way::Returned | Way::Passed if is_whole && inst.llvm.ty().is_floating() => {
            Disguise::Exact
        }
        _ if inst.llvm.ty().is_floating() => Disguise::Known,
        Way::Copied | Way::Address if is_whole => Disguise::Whole,
        Way::Copied | Way::Address if inst.bytes == 1 && is_seen(inst.llvm) => Disguise::Byte,
        Way::Copied | Way::Address if inst.bytes == 1 => Disguise::Unseen,
        Way::Returned if is_whole => Disguise::Exact,
        Way::Passed if is_whole => Disguise::Passed,
        Way::Aligned if is_whole => Disguise::Aligned,
        _ => Disguise::Known,
    }
}

/// Whether the function does more with a number than to store it.
fn is_seen(number: Value<'_>) -> bool {
    let mut known = vec![number];
    let mut next = 0;
    while let Some(value) = known.get(next).copied() {
        next += 1;
        for user in value.users() {
            match user.opcode() {
                Some(LLVMStore) if user.operand(0) == Some(value) && user.operand(1) != Some(value) => {}
                Some(LLVMPHI | LLVMZExt | LLVMSExt | LLVMTrunc | LLVMFreeze) if known.len() < MAX_NAMES => {
                    if !known.contains(&user) {
                        known.push(user);
                    }
                }
                _ => return true,
            }
        }
    }
    false
}
