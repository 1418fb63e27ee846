//! What becomes of the bytes that a function reads: whether it stores them elsewhere, returns them, or passes them on.
//!
//! [`super::provenance`] follows pointers, and numbers that may be pointers. A program may also copy half of one at a time.
//! Where nothing may be copied at all ([`super::found`]), all that has the bits of what was read counts: what is made of it by
//! choices, by masks, shifts and changes of width, and by arithmetic on numbers that are as wide as a pointer, or on such as
//! were made wider or shifted; and addresses that are so many bytes from another. A narrow sum of two numbers is a number of
//! its own, unless the module puts it together with another one to an address, and so are comparisons and the results of
//! floating-point arithmetic on what was no integer.
//!
//! What is stored where it was read from stays there. So does what is stored in a slot of the frame that nobody else knows,
//! until that is read or copied. A part of a pointer that such a slot holds counts like one that is read elsewhere.

use super::context::Context;
use super::object::Object;
use super::provenance::Provenance;
use crate::effects::Effects;
use crate::form::{Call, Inst, InstKind, ObjectId, ValueId};
use crate::llvm::Value;
use inkwell::llvm_sys::LLVMOpcode;
use std::collections::{BTreeSet, HashSet};

/// Whether a callee may move bytes that it is led to by its arguments.
pub(super) fn may_be_moved_by(cx: Context<'_, '_>, call: &Call<'_>, effects: &Effects) -> bool {
    effects.moves_bytes || !cx.body_tells(call) && !cx.is_library(call)
}

/// Whether a function may move what it reads by certain instructions, from the address that they are given, and what is no
/// pointer by its type.
pub(super) fn are_moved(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    is_meant: impl Fn(&Inst<'_>, ValueId) -> bool,
) -> bool {
    let mut moving = Moving {
        cx,
        provenance,
        values: BTreeSet::new(),
        definitions: HashSet::new(),
        slots: BTreeSet::new(),
    };
    loop {
        let before = (moving.values.len(), moving.slots.len());
        for (_, inst) in cx.reached_insts() {
            if moving.leave_at(inst, &is_meant) {
                return true;
            }
        }
        if before == (moving.values.len(), moving.slots.len()) {
            return false;
        }
    }
}

struct Moving<'m, 'a> {
    cx: Context<'m, 'a>,
    provenance: &'m Provenance,
    /// What has bits of what was read.
    values: BTreeSet<ValueId>,
    /// The instructions that these are the results of, for operands that the form does not list.
    definitions: HashSet<Value<'a>>,
    /// The function's own slots that do.
    slots: BTreeSet<ObjectId>,
}

impl<'a> Moving<'_, 'a> {
    /// Takes over what an instruction makes of such bytes. True if they leave the function's own frame there.
    fn leave_at(&mut self, inst: &Inst<'a>, is_meant: &impl Fn(&Inst<'_>, ValueId) -> bool) -> bool {
        let is_moved = |value: &ValueId| self.values.contains(value);
        let mut has_bits = false;
        match inst.kind {
            InstKind::Load(from) => has_bits = self.reads(inst, from, is_meant),
            InstKind::Exchange { pointer, value } => {
                if is_moved(&value) {
                    return true;
                }
                has_bits = self.reads(inst, pointer, is_meant);
            }
            InstKind::Store { pointer, value } if is_moved(&value) => {
                return !self.stays(pointer, value) && !self.keep_in_frame(pointer);
            }
            InstKind::Copy { to, from } if self.reads_bytes(inst, from, is_meant) => {
                return !self.keep_in_frame(to);
            }
            InstKind::Phi(_)
            | InstKind::Select { .. }
            | InstKind::Same(_)
            | InstKind::Resize { .. }
            | InstKind::FromInteger(_)
            | InstKind::Not(_)
            | InstKind::Derive(_)
            | InstKind::Plain(_) => {
                has_bits = inst.kind.operands().iter().any(is_moved) && !self.counts(inst);
            }
            InstKind::Address { .. } => {
                let mut indices = inst.llvm.operands().skip(1);
                has_bits = indices.any(|index| self.definitions.contains(&index));
            }
            InstKind::Call(call) => {
                let passes = call.args.iter().any(|argument| {
                    is_moved(&argument.value) || self.holds_moved(argument.value) && !argument.no_access
                });
                let keeps_nothing = call.no_memory || call.read_only || self.cx.is_library(&call);
                if passes && !keeps_nothing {
                    return true;
                }
                has_bits = passes;
            }
            InstKind::Opaque(_, operands) => return operands.iter().any(is_moved),
            InstKind::Return(Some(value)) => return is_moved(&value),
            _ => {}
        }
        if let Some(result) = inst.result.filter(|_| has_bits) {
            self.values.insert(result);
            self.definitions.insert(inst.llvm);
        }
        false
    }

    /// Whether an instruction reads such bytes, but for pointers: those are followed.
    fn reads(&self, inst: &Inst<'_>, from: ValueId, is_meant: &impl Fn(&Inst<'_>, ValueId) -> bool) -> bool {
        let is_pointer = |result| self.cx.body.value(result).is_pointer;
        !inst.result.is_some_and(is_pointer) && self.reads_bytes(inst, from, is_meant)
    }

    fn reads_bytes(
        &self,
        inst: &Inst<'_>,
        from: ValueId,
        is_meant: &impl Fn(&Inst<'_>, ValueId) -> bool,
    ) -> bool {
        let mut objects = self.provenance.places(from).objects().peekable();
        let is_own = objects.peek().is_some() && objects.all(|object| self.is_hidden_slot(object));
        self.holds_moved(from) || self.holds_pointers(inst, from) || !is_own && is_meant(inst, from)
    }

    /// Whether a slot of the frame holds pointers of others where it is read.
    fn holds_pointers(&self, inst: &Inst<'_>, from: ValueId) -> bool {
        let is_others = |object: ObjectId| {
            let object = self.provenance.get(object);
            object.is_outside() || object.callers().is_some()
        };
        let width = self.cx.form.pointer_bytes;
        self.provenance.places(from).iter().any(|place| {
            let cells = self.provenance.cells(place.object).iter();
            let mut read = cells.filter(|(cell, _)| place.offset.overlaps(inst.bytes, **cell, width));
            self.is_hidden_slot(place.object) && read.any(|(_, held)| held.objects().any(is_others))
        })
    }

    fn is_hidden_slot(&self, object: ObjectId) -> bool {
        matches!(self.provenance.get(object), Object::Slot(_)) && !self.provenance.is_exposed(object)
    }

    fn holds_moved(&self, pointer: ValueId) -> bool {
        let mut objects = self.provenance.places(pointer).objects();
        objects.any(|object| self.slots.contains(&object))
    }

    /// Whether an address leads to slots of the frame only. They hold the bytes from now on.
    fn keep_in_frame(&mut self, pointer: ValueId) -> bool {
        let objects: Vec<ObjectId> = self.provenance.places(pointer).objects().collect();
        let are_own = !objects.is_empty() && objects.iter().all(|object| self.is_hidden_slot(*object));
        if are_own {
            self.slots.extend(objects);
        }
        are_own
    }

    /// Whether a value is stored where it, or what it was computed from, was read.
    fn stays(&self, pointer: ValueId, mut value: ValueId) -> bool {
        for _ in 0..8 {
            let Some((_, inst)) = self.cx.body.def(value) else {
                return false;
            };
            match inst.kind {
                InstKind::Load(from) => return from == pointer,
                InstKind::Resize { value: of, .. } | InstKind::Same(of) => value = of,
                InstKind::Derive(&[left, right]) => {
                    value = match (self.values.contains(&left), self.values.contains(&right)) {
                        (true, false) => left,
                        (false, true) => right,
                        _ => return false,
                    }
                }
                _ => return false,
            }
        }
        false
    }

    /// Whether a floating-point number may have been made of an integer: it is not one that was read as it is.
    fn may_be_integer(&self, value: ValueId) -> bool {
        self.values.contains(&value)
            && self.cx.body.def(value).is_none_or(|(_, inst)| match inst.kind {
                InstKind::Load(from) => self.holds_moved(from),
                _ => true,
            })
    }

    /// Whether the result of arithmetic is a number of its own.
    fn counts(&self, inst: &Inst<'_>) -> bool {
        use LLVMOpcode::*;
        let operands = || inst.kind.operands().into_iter();
        let width = inst.llvm.ty().integer_width();
        let Some(width) = width else {
            // Floating-point numbers and vectors: only arithmetic makes others of them, and none of an integer made one.
            return matches!(
                inst.llvm.opcode(),
                Some(LLVMFAdd | LLVMFSub | LLVMFMul | LLVMFDiv | LLVMFRem | LLVMFCmp)
            ) && !operands().any(|value| self.may_be_integer(value));
        };
        let is_part = |value: &ValueId| {
            self.cx.body.def(*value).is_some_and(|(_, inst)| {
                matches!(
                    inst.llvm.opcode(),
                    Some(LLVMZExt | LLVMSExt | LLVMShl | LLVMLShr | LLVMAShr | LLVMOr | LLVMAnd | LLVMMul)
                )
            })
        };
        match inst.llvm.opcode() {
            Some(LLVMICmp | LLVMFCmp) => true,
            Some(LLVMFPToSI | LLVMFPToUI) => !operands().any(|value| self.may_be_integer(value)),
            Some(LLVMAdd | LLVMSub | LLVMMul | LLVMUDiv | LLVMSDiv | LLVMURem | LLVMSRem) => {
                let is_joined = |value: ValueId| self.cx.body.value(value).is_revived;
                width < self.cx.form.pointer_bytes * 8
                    && !inst.kind.operands().iter().any(is_part)
                    && !operands().chain(inst.result).any(is_joined)
            }
            _ => width == 1,
        }
    }
}
