//! Which turn of a loop a handle in memory is of. Part of [`super::kept`].
//!
//! A push that lies on a cycle opens one region after another, and the analysis has one name for all of them. A read gives the
//! handle that the push returned last if, going backward from it, every path meets a store of just that handle to just that
//! cell, before it meets the push, anything else that may write there, or the function's entry. The value is that handle as
//! long as the push does not run again: so no path may lead from the push to a use of what was read, but through the read.
//! That nobody writes parts of the cell is known before ([`super::torn`]).

use super::context::Context;
use super::instantiate::sinks;
use super::lives::is_followed;
use super::object::Place;
use super::provenance::Provenance;
use crate::effects::Sink;
use crate::form::{Inst, InstId, InstKind, NodeId, ObjectId, ValueId};
use std::collections::BTreeSet;

/// Whether an instruction may run several times in one activation.
pub(super) fn repeats(cx: Context<'_, '_>, inst: InstId) -> bool {
    let block = cx.body.inst(inst).block;
    let cycle = cx.paths.components(|_| false);
    cx.paths
        .ids()
        .any(|node| cx.paths.node(node).block == block && cycle[node.index()].is_some())
}

/// Whether what is read is the handle that an instruction returned last, wherever it is used.
pub(super) fn is_of_this(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    read: ValueId,
    opened: InstId,
) -> bool {
    let Some((at, inst)) = cx.body.def(read) else {
        return false;
    };
    let (InstKind::Load(from), Some(handle)) = (inst.kind, cx.body.inst(opened).result) else {
        return false;
    };
    let cell = provenance
        .places(from)
        .only()
        .filter(|place| is_followed(cx, provenance.get(place.object)));
    let Some(cell) = cell.filter(|cell| cell.offset.exact().is_some()) else {
        return false;
    };
    let turn = Turn {
        cx,
        provenance,
        opened,
        handle,
        cell,
    };
    turn.is_stored_before(at) && turn.is_used_in_time(at, read)
}

struct Turn<'t, 'a> {
    cx: Context<'t, 'a>,
    provenance: &'t Provenance,
    opened: InstId,
    handle: ValueId,
    cell: Place,
}

impl Turn<'_, '_> {
    fn nodes_of(&self, inst: InstId) -> Vec<NodeId> {
        let block = self.cx.body.inst(inst).block;
        let paths = self.cx.paths;
        paths
            .ids()
            .filter(|node| paths.node(*node).block == block)
            .collect()
    }

    /// Whether every path to an instruction has stored the handle in the cell since the push.
    fn is_stored_before(&self, at: InstId) -> bool {
        let (body, paths) = (self.cx.body, self.cx.paths);
        let mut work: Vec<(NodeId, usize)> = self
            .nodes_of(at)
            .into_iter()
            .map(|node| (node, at.index()))
            .collect();
        let mut seen: BTreeSet<NodeId> = BTreeSet::new();
        while let Some((node, end)) = work.pop() {
            let insts = body.block(paths.node(node).block).insts.clone();
            let mut is_stored = false;
            for index in (insts.start..end.min(insts.end)).rev() {
                let id = InstId::new(index);
                if self.stores_handle(body.inst(id)) {
                    is_stored = true;
                    break;
                }
                if id == self.opened || self.may_write(id, body.inst(id)) {
                    return false;
                }
            }
            if is_stored {
                continue;
            }
            let before = &paths.node(node).preds;
            if before.is_empty() || node == paths.entry() {
                return false;
            }
            let next = before.iter().filter(|pred| seen.insert(**pred));
            work.extend(next.map(|pred| (*pred, usize::MAX)));
        }
        true
    }

    /// Whether no path leads from the push to a use of what was read, but through the read.
    fn is_used_in_time(&self, at: InstId, read: ValueId) -> bool {
        let (body, paths) = (self.cx.body, self.cx.paths);
        // Where it goes from a phi, a choice, or memory is not followed.
        let is_plain = |inst: &Inst<'_>| match inst.kind {
            InstKind::Operation(operation, operands) => {
                !operation.registers() || operands.iter().skip(1).all(|operand| *operand != read)
            }
            InstKind::Call(call) => !call
                .args
                .iter()
                .any(|argument| argument.value == read && argument.returned),
            InstKind::Compare(..) => true,
            _ => false,
        };
        let uses = |inst: &Inst<'_>| inst.kind.operands().contains(&read);
        if !body.insts.iter().filter(|inst| uses(inst)).all(is_plain) {
            return false;
        }
        let mut work: Vec<(NodeId, usize)> = self
            .nodes_of(self.opened)
            .into_iter()
            .map(|node| (node, self.opened.index() + 1))
            .collect();
        let mut seen: BTreeSet<NodeId> = BTreeSet::new();
        while let Some((node, from)) = work.pop() {
            let insts = body.block(paths.node(node).block).insts.clone();
            let mut is_read = false;
            for index in from.max(insts.start)..insts.end {
                if InstId::new(index) == at {
                    is_read = true;
                    break;
                }
                if uses(&body.insts[index]) {
                    return false;
                }
            }
            if !is_read {
                let next = paths.node(node).succs.iter().map(|edge| edge.to);
                work.extend(next.filter(|to| seen.insert(*to)).map(|to| (to, 0)));
            }
        }
        true
    }

    /// Whether an instruction stores what the push returned last in the cell, and in nothing else.
    fn stores_handle(&self, inst: &Inst<'_>) -> bool {
        let InstKind::Store { pointer, mut value } = inst.kind else {
            return false;
        };
        while let Some((_, inst)) = self.cx.body.def(value)
            && let InstKind::Same(operand) = inst.kind
        {
            value = operand;
        }
        value == self.handle
            && inst.bytes == self.cx.form.pointer_bytes
            && self.provenance.places(pointer).only() == Some(self.cell)
    }

    /// Whether an instruction may write the cell.
    fn may_write(&self, id: InstId, inst: &Inst<'_>) -> bool {
        let (cx, provenance) = (self.cx, self.provenance);
        let width = cx.form.pointer_bytes;
        let overlaps = |place: Place, bytes: u32| {
            place.object == self.cell.object && place.offset.overlaps(bytes, self.cell.offset, width)
        };
        let is_meant = |pointer: ValueId, bytes: u32| {
            provenance
                .places(pointer)
                .iter()
                .any(|place| overlaps(place, bytes))
        };
        let is_slot = |object: ObjectId| object == self.cell.object;
        match inst.kind {
            InstKind::Store { pointer, .. } | InstKind::Exchange { pointer, .. } => {
                is_meant(pointer, inst.bytes)
            }
            InstKind::Copy { to, .. } => is_meant(to, inst.bytes),
            InstKind::Forget(slot) | InstKind::Rest(slot) => is_meant(slot, u32::MAX),
            InstKind::Opaque(_, operands) => operands.iter().any(|operand| is_meant(*operand, u32::MAX)),
            InstKind::Call(call) => match cx.effects_of(&call) {
                Some(effects) => effects.flows.iter().any(|(_, to)| {
                    let is_memory = !matches!(to, Sink::Return | Sink::Unknown | Sink::Freed);
                    let bytes = if to.argument().is_some() { width } else { u32::MAX };
                    is_memory
                        && sinks(cx, provenance, id, &call, *to)
                            .iter()
                            .any(|place| overlaps(place, bytes))
                }),
                None => {
                    let reached = |value| provenance.closure(provenance.places(value).objects());
                    !call.no_memory
                        && call
                            .args
                            .iter()
                            .any(|argument| reached(argument.value).into_iter().any(is_slot))
                }
            },
            _ => false,
        }
    }
}
