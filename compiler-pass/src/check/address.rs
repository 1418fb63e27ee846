//! How addresses are computed: whether two are alike, and whether what they are computed from may change meanwhile.
//!
//! Part of [`super::overwrite`], which asks whether what was stored at an address is overwritten there.

use super::context::Context;
use super::instantiate::sinks;
use super::object::Places;
use super::provenance::Provenance;
use super::registration::may_run;
use crate::effects::Sink;
use crate::form::inst::Predicate;
use crate::form::{BlockId, Inst, InstId, InstKind, ObjectId, ValueId, ValueKind};
use std::collections::BTreeSet;

/// An address, and what it is computed from.
pub(super) struct Address {
    pub(super) pointer: ValueId,
    /// The pointers that it is a fixed number of bytes past, or read through: none of them is null.
    bases: BTreeSet<ValueId>,
    /// The values that it is computed from.
    parts: BTreeSet<ValueId>,
    /// The memory that some of these are read from.
    read: Places,
    /// What was read is still there at the store, so that reading it again gives the same.
    pub(super) may_read_again: bool,
}

impl Address {
    /// The address that the instruction `at` stores to.
    pub(super) fn of(cx: Context<'_, '_>, provenance: &Provenance, pointer: ValueId, at: InstId) -> Address {
        let mut address = Address {
            pointer,
            bases: BTreeSet::from([pointer]),
            parts: BTreeSet::from([pointer]),
            read: Places::default(),
            may_read_again: true,
        };
        let body = cx.body;
        let mut first = at;
        let mut work = vec![pointer];
        while let Some(value) = work.pop() {
            let Some((id, inst)) = body.def(value) else {
                continue;
            };
            let mut next = Vec::new();
            match inst.kind {
                InstKind::Same(value) | InstKind::Address { base: value, .. } => {
                    address.bases.insert(value);
                    next.push(value);
                }
                InstKind::Derive(operands) => next.extend(operands),
                InstKind::Load(from) => {
                    address.bases.insert(from);
                    address.read.add_all(provenance.places(from));
                    address.may_read_again &= inst.block == body.inst(at).block && inst.llvm.is_plain_load();
                    first = first.min(id);
                    next.push(from);
                }
                _ => {}
            }
            work.extend(next.into_iter().filter(|value| address.parts.insert(*value)));
        }
        // The store itself may change what its address was read from.
        address.may_read_again &= (first.index()..=at.index()).all(|index| {
            let id = InstId::new(index);
            !address.is_written_at(cx, provenance, id, body.inst(id))
        });
        address
    }

    /// Where control does not go at the end of a basic block, since something was stored through the address: where a pointer
    /// that it is computed from would be null.
    pub(super) fn shut_by(&self, cx: Context<'_, '_>, block: BlockId) -> Option<BlockId> {
        let InstKind::Branch(condition) = cx.body.terminator(block).1.kind else {
            return None;
        };
        let InstKind::Compare(predicate, left, right) = cx.body.def(condition)?.1.kind else {
            return None;
        };
        let is_null = |value: ValueId| matches!(cx.body.value(value).kind, ValueKind::Null);
        let tested = match (is_null(left), is_null(right)) {
            (false, true) => left,
            (true, false) => right,
            _ => return None,
        };
        let bases = self.bases.iter();
        let mut same = bases.filter(|base| same_address(cx, **base, tested, self.may_read_again, 0));
        same.next()?;
        let [yes, no] = cx.body.block(block).succs else {
            return None;
        };
        match predicate {
            _ if yes == no => None,
            Predicate::Equal => Some(*yes),
            Predicate::NotEqual => Some(*no),
            _ => None,
        }
    }

    /// Whether the same computation may give another address after an instruction.
    pub(super) fn changes_at(
        &self,
        cx: Context<'_, '_>,
        provenance: &Provenance,
        id: InstId,
        inst: &Inst<'_>,
    ) -> bool {
        inst.result.is_some_and(|result| self.parts.contains(&result))
            || self.is_written_at(cx, provenance, id, inst)
    }

    /// Whether an instruction may write the memory that parts of the address are read from.
    fn is_written_at(
        &self,
        cx: Context<'_, '_>,
        provenance: &Provenance,
        id: InstId,
        inst: &Inst<'_>,
    ) -> bool {
        if self.read.is_empty() {
            return false;
        }
        let may_be_read = |places: &Places, bytes: u32| {
            let mut pairs = places
                .iter()
                .flat_map(|place| self.read.iter().map(move |read| (place, read)));
            pairs.any(|(written, read)| {
                may_be_same(provenance, written.object, read.object)
                    && (written.object != read.object
                        || written.offset.overlaps(bytes, read.offset, cx.form.pointer_bytes))
            })
        };
        if may_run(cx, inst, |_| true) {
            return true;
        }
        match inst.kind {
            InstKind::Store { pointer, .. } | InstKind::Exchange { pointer, .. } => {
                may_be_read(provenance.places(pointer), inst.bytes)
            }
            InstKind::Copy { to, .. } => may_be_read(provenance.places(to), inst.bytes),
            InstKind::Rest(_) => true,
            InstKind::Call(call) => match cx.effects_of(&call) {
                None => true,
                // It may run a cleanup that was registered here.
                Some(effects) if effects.roams && !cx.body.cleanups.is_empty() => true,
                Some(effects) => effects.flows.iter().any(|(_, to)| match to {
                    Sink::Return | Sink::Unknown | Sink::Freed => false,
                    _ => may_be_read(&sinks(cx, provenance, id, &call, *to), u32::MAX),
                }),
            },
            _ => false,
        }
    }
}

/// Whether two names may stand for the same memory.
fn may_be_same(provenance: &Provenance, left: ObjectId, right: ObjectId) -> bool {
    let is_others = |id: ObjectId| !provenance.get(id).is_own();
    // An object of the function's own, found where its address was stored.
    let is_found = |own: ObjectId, name: ObjectId| {
        provenance.is_exposed(own) && provenance.get(name).is_read_from_others()
    };
    left == right || is_others(left) && is_others(right) || is_found(left, right) || is_found(right, left)
}

/// Whether two addresses are computed alike. `may_read_again`: what is read at the same address is the same.
pub(super) fn same_address(
    cx: Context<'_, '_>,
    left: ValueId,
    right: ValueId,
    may_read_again: bool,
    depth: u32,
) -> bool {
    if left == right {
        return true;
    }
    let (Some((_, first)), Some((_, second))) = (cx.body.def(left), cx.body.def(right)) else {
        return false;
    };
    let same = |left, right| depth < 8 && same_address(cx, left, right, may_read_again, depth + 1);
    match (first.kind, second.kind) {
        (InstKind::Same(left), InstKind::Same(right)) => same(left, right),
        (InstKind::Load(left), InstKind::Load(right)) => {
            may_read_again && first.bytes == second.bytes && second.llvm.is_plain_load() && same(left, right)
        }
        (
            InstKind::Address { base: left, step },
            InstKind::Address {
                base: right,
                step: other,
            },
        ) => step.stride == 0 && step == other && same(left, right),
        _ => false,
    }
}
