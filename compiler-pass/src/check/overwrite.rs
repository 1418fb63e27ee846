//! A pointer that is stored in a longer-lived place and certainly overwritten before its region ends does no harm.
//!
//! Certain means: every instruction that may put the address there is a plain store, and from each such store
//! every path meets another store to the same address, of a value that does not point into the region, before
//! it meets the region's end or leaves the function. Two addresses are the same if they are the same value, or
//! computed alike from the same values, none of which is computed anew on the way. Meanwhile nothing is called but
//! library functions that keep nothing, and nothing is read from memory that may be the place under another name:
//! whoever read the place could keep what it found. (A read of the place by its own name is followed.)

use super::context::Context;
use super::lives::ends;
use super::object::Object;
use super::provenance::Provenance;
use crate::form::{Call, Callee, Inst, InstId, InstKind, NodeId, RegionId, ValueId};
use std::collections::BTreeSet;

/// Whether `holder` certainly holds no pointer into `region` when that region ends.
pub fn certainly(cx: Context<'_, '_>, provenance: &Provenance, holder: Object, region: RegionId) -> bool {
    let mut stores = Vec::new();
    for (id, inst) in cx.body.inst_ids() {
        let into_holder = |pointer: ValueId| provenance.of(pointer).any(|object| object == holder);
        match inst.kind {
            InstKind::Store { pointer, value }
                if provenance.points_into(value, region) && into_holder(pointer) =>
            {
                stores.push((id, pointer));
            }
            InstKind::Exchange { pointer, value }
                if provenance.points_into(value, region) && into_holder(pointer) =>
            {
                return false;
            }
            InstKind::Copy { to, from }
                if into_holder(to) && provenance.of(from).any(|object| provenance.holds(object, region)) =>
            {
                return false;
            }
            // What a callee stores is not seen here.
            InstKind::Call(call) => {
                let reads = |value| {
                    let mut reached = provenance.reach(value).into_iter();
                    reached.any(|object| object.region() == Some(region))
                };
                if call.args.iter().any(|argument| reads(argument.value)) && !only_reads(cx, call) {
                    return false;
                }
            }
            _ => {}
        }
    }
    !stores.is_empty()
        && stores
            .iter()
            .all(|(id, pointer)| is_overwritten(cx, provenance, holder, (*id, *pointer), region))
}

fn only_reads(cx: Context<'_, '_>, call: Call<'_>) -> bool {
    cx.effects_of(&call).is_some_and(|effects| {
        effects
            .flows
            .iter()
            .all(|(_, to)| *to == crate::effects::Sink::Return)
    })
}

fn is_overwritten(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    holder: Object,
    (store, pointer): (InstId, ValueId),
    region: RegionId,
) -> bool {
    let parts = parts(cx, pointer);
    let block = cx.body.inst(store).block;
    // Nodes to look at from their start; the store's own nodes are looked at from behind the store first.
    let mut work: Vec<(NodeId, usize)> = cx
        .paths
        .ids()
        .filter(|node| cx.paths.node(*node).block == block)
        .map(|node| (node, store.index() + 1))
        .collect();
    let mut seen: BTreeSet<NodeId> = BTreeSet::new();
    while let Some((node, from)) = work.pop() {
        let here = cx.body.block(cx.paths.node(node).block);
        let mut done = false;
        for index in from.max(here.insts.start)..here.insts.end {
            let id = InstId::new(index);
            let inst = cx.body.inst(id);
            if ends(cx, inst.kind).contains(&region)
                || inst.result.is_some_and(|result| parts.contains(&result))
            {
                return false;
            }
            match inst.kind {
                InstKind::Return(_) | InstKind::Resume => return false,
                InstKind::Load(from)
                | InstKind::Exchange { pointer: from, .. }
                | InstKind::Copy { from, .. }
                    if provenance.of(from).any(|object| is_another_name(object, holder)) =>
                {
                    return false;
                }
                InstKind::Call(call) if !keeps_nothing(cx, call) => return false,
                InstKind::Opaque(..) => return false,
                InstKind::Store {
                    pointer: other,
                    value,
                } if stores_pointer(inst)
                    && same_address(cx, pointer, other, 0)
                    && !provenance.points_into(value, region) =>
                {
                    done = true;
                    break;
                }
                _ => {}
            }
        }
        if !done {
            let next = cx.paths.node(node).succs.iter().map(|edge| edge.to);
            work.extend(next.filter(|to| seen.insert(*to)).map(|to| (to, 0)));
        }
    }
    true
}

/// Memory that may be the holder under another name. What is read from the holder itself, provenance follows.
fn is_another_name(object: Object, holder: Object) -> bool {
    let is_holder = object == holder || object.is_outside() && holder.is_outside();
    !is_holder
        && !matches!(
            object,
            Object::Slot(_) | Object::Heap(_) | Object::Site(..) | Object::Region(_)
        )
}

/// A whole pointer is stored, not a byte of one.
fn stores_pointer(inst: &Inst<'_>) -> bool {
    let is_store = inst.llvm.opcode() == Some(inkwell::llvm_sys::LLVMOpcode::LLVMStore);
    is_store && inst.llvm.operand(0).is_some_and(|value| value.ty().is_pointer())
}

/// A function without a body here whose description moves no pointer, and which runs no code of the program's: such
/// code may unwind, for all that its description knows.
fn keeps_nothing(cx: Context<'_, '_>, call: Call<'_>) -> bool {
    let has_body = match call.callee {
        Callee::Direct(callee) => cx.form.function(callee).body.is_some(),
        _ => true,
    };
    !has_body
        && cx
            .effects_of(&call)
            .is_some_and(|effects| effects.flows.is_empty() && !effects.unwinds)
}

/// The values that an address is computed from.
fn parts(cx: Context<'_, '_>, pointer: ValueId) -> BTreeSet<ValueId> {
    let mut parts = BTreeSet::from([pointer]);
    let mut work = vec![pointer];
    while let Some(value) = work.pop() {
        let Some((_, inst)) = cx.body.def(value) else {
            continue;
        };
        let mut next = Vec::new();
        match inst.kind {
            InstKind::Same(value) | InstKind::Address { base: value, .. } => next.push(value),
            InstKind::Derive(operands) => next.extend(operands),
            _ => {}
        }
        work.extend(next.into_iter().filter(|value| parts.insert(*value)));
    }
    parts
}

fn same_address(cx: Context<'_, '_>, left: ValueId, right: ValueId, depth: u32) -> bool {
    if left == right {
        return true;
    }
    let (Some((_, first)), Some((_, second))) = (cx.body.def(left), cx.body.def(right)) else {
        return false;
    };
    match (first.kind, second.kind) {
        (InstKind::Same(left), InstKind::Same(right)) if depth < 8 => {
            same_address(cx, left, right, depth + 1)
        }
        (
            InstKind::Address { base: left, step },
            InstKind::Address {
                base: right,
                step: other,
            },
        ) if depth < 8 => step.stride == 0 && step == other && same_address(cx, left, right, depth + 1),
        _ => false,
    }
}
