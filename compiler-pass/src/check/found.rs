//! What becomes of pointers that a function finds in global memory.
//!
//! Its bytes count, too: a number that is read there, of whatever width, may be a part of a pointer ([`super::bytes`]).
//!
//! A caller may put a pointer into a global variable for the time of a call (`current = &context`). If the callees only follow
//! it, nobody has it once the variable is cleared. A function that stores such a pointer, or what it leads to, or returns it,
//! or gives it to somebody who may, *keeps* it.

use super::bytes;
use super::context::Context;
use super::instantiate::sources;
use super::object::Object;
use super::overwrite::restores;
use super::provenance::Provenance;
use super::registration::may_run;
use crate::effects::Sink;
use crate::form::{Inst, InstId, InstKind, ValueId};
use crate::llvm::Value;

/// Whether a function may keep a pointer that it finds in global memory. To put one back where it was is not to keep it.
pub(super) fn is_kept(cx: Context<'_, '_>, provenance: &Provenance) -> bool {
    let restores = restores(cx, provenance, |_| true);
    let is_outside = |inst: &Inst<'_>, from: ValueId| {
        let is_read = matches!(inst.kind, InstKind::Load(_) | InstKind::Exchange { .. });
        let variable = inst.llvm.operand(0).filter(|_| is_read);
        let variable = variable.and_then(|pointer| pointer.variable());
        let value = inst.result.map(|result| cx.body.value(result));
        let is_revived = value.is_some_and(|value| value.is_revived && !value.holds_pointer);
        // A number that is made into a pointer somewhere may lie in a variable for numbers.
        let is_number = |(variable, _): (Value<'_>, i64)| {
            variable.is_constant_variable() || variable.holds_numbers() && (!is_revived || variable.counts())
        };
        let places = provenance.places(from);
        !variable.is_some_and(is_number) && (places.is_empty() || provenance.of(from).any(Object::is_outside))
    };
    let mut insts = cx.reached_insts();
    insts.any(|(id, inst)| !restores.contains_key(&id) && is_kept_at(cx, provenance, id, inst))
        || bytes::are_moved(cx, provenance, is_outside)
}

/// The same of a function that reads no pointers in global memory: it may still read parts of a pointer that lies there.
pub(super) fn is_kept_in_parts(cx: Context<'_, '_>, provenance: &Provenance) -> bool {
    let is_pointer = |inst: &Inst<'_>, _| {
        let variable = inst.llvm.operand(0).and_then(|pointer| pointer.variable());
        variable.is_some_and(|(variable, _)| variable.is_pointer_variable())
    };
    bytes::are_moved(cx, provenance, is_pointer)
}

/// Whether such a pointer may be kept by an instruction.
fn is_kept_at(cx: Context<'_, '_>, provenance: &Provenance, id: InstId, inst: &Inst<'_>) -> bool {
    // What is read from a variable, and whatever that leads to.
    let is_found = |value: ValueId| provenance.of(value).any(|object| object == Object::Global);
    let is_own_slot = |object: Object| {
        let own = provenance.id(object);
        matches!(object, Object::Slot(_)) && own.is_some_and(|own| !provenance.is_exposed(own))
    };
    let is_local = |pointer: ValueId| {
        let mut objects = provenance.of(pointer).peekable();
        objects.peek().is_some() && objects.all(is_own_slot)
    };
    // A cleanup finds its own way, too.
    if may_run(cx, inst, |effects| effects.keeps_found) {
        return true;
    }
    match inst.kind {
        InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
            is_found(value) && !is_local(pointer)
        }
        InstKind::Copy { to, from } => {
            let holds_found = |object: Object| {
                object.is_outside() || provenance.contents(object).any(|held| held == Object::Global)
            };
            !is_local(to) && provenance.of(from).any(holds_found)
        }
        InstKind::Return(Some(value)) => is_found(value),
        InstKind::Operation(operation, operands) => {
            operation.registers() && operands.iter().any(|operand| is_found(*operand))
        }
        InstKind::Opaque(..) => true,
        InstKind::Call(call) => match cx.effects_of(&call) {
            Some(effects) => {
                let is_found_source = |from| {
                    let given = sources(cx, provenance, id, &call, from);
                    given
                        .objects()
                        .any(|object| provenance.get(object) == Object::Global)
                };
                let mut kept = effects.flows.iter().filter(|(_, to)| *to != Sink::Return);
                // Whoever moves bytes about may move those that it is led to.
                let is_led = || call.args.iter().any(|argument| is_found(argument.value));
                effects.keeps_found
                    || kept.any(|(from, _)| is_found_source(*from))
                    || bytes::may_be_moved_by(cx, &call, effects) && is_led()
            }
            None => !call.no_memory,
        },
        _ => false,
    }
}
