//! The fields of stack slots: a structure that a loop fills anew in each iteration is overwritten field by field.
//!
//! A field is a stack slot and a constant offset in bytes. For each slot and region this says at which fields the
//! function stores pointers into the region, or that it may store them anywhere in the slot: through an offset that
//! is not constant, by a copy, or in a callee.

use super::context::Context;
use super::provenance::{Object, Provenance};
use crate::form::{InstId, InstKind, RegionId, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// A field of a stack slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// The slot.
    pub slot: InstId,
    /// Where it begins, in bytes from the slot's start.
    pub offset: i64,
}

impl Field {
    /// The lowest field of a slot in the order of fields.
    pub fn first(slot: InstId) -> Field {
        Field {
            slot,
            offset: i64::MIN,
        }
    }

    /// The highest.
    pub fn last(slot: InstId) -> Field {
        Field {
            slot,
            offset: i64::MAX,
        }
    }
}

/// The field that a pointer certainly points to.
pub fn of(cx: Context<'_, '_>, pointer: ValueId) -> Option<Field> {
    let mut value = pointer;
    for _ in 0..32 {
        let (id, inst) = cx.body.def(value)?;
        match inst.kind {
            InstKind::StackSlot => {
                let offset = cx.body.def(pointer)?.1.llvm.constant_offset_from(inst.llvm)?;
                return Some(Field { slot: id, offset });
            }
            InstKind::Same(operand) => value = operand,
            InstKind::Derive([operand]) => value = *operand,
            _ => return None,
        }
    }
    None
}

/// Where a function stores pointers into a region in one of its slots.
pub enum Stored {
    /// At these offsets.
    At(BTreeSet<i64>),
    /// Anywhere.
    Anywhere,
}

/// For each slot that may hold pointers into `region`: where.
pub fn stores(cx: Context<'_, '_>, provenance: &Provenance, region: RegionId) -> BTreeMap<InstId, Stored> {
    let mut stored: BTreeMap<InstId, Stored> = BTreeMap::new();
    for (_, object) in provenance.ids() {
        if let Object::Slot(slot) = object
            && provenance
                .contents(object)
                .any(|held| held == Object::Region(region))
        {
            stored.insert(slot, Stored::At(BTreeSet::new()));
        }
    }
    for (_, inst) in cx.body.inst_ids() {
        let slots = |pointer: ValueId| {
            provenance.of(pointer).filter_map(|object| match object {
                Object::Slot(slot) => Some(slot),
                _ => None,
            })
        };
        match inst.kind {
            InstKind::Store { pointer, value } if provenance.points_into(value, region) => {
                // A vector or a structure of pointers covers several fields.
                let one = inst.llvm.operand(0).is_some_and(|value| value.ty().is_pointer());
                let field = of(cx, pointer).filter(|_| one);
                for slot in slots(pointer) {
                    match (field, stored.get_mut(&slot)) {
                        (Some(field), Some(Stored::At(offsets))) if field.slot == slot => {
                            offsets.insert(field.offset);
                        }
                        (_, Some(entry)) => *entry = Stored::Anywhere,
                        (_, None) => {}
                    }
                }
            }
            InstKind::Exchange { pointer, .. } | InstKind::Copy { to: pointer, .. } => {
                for slot in slots(pointer) {
                    stored.entry(slot).and_modify(|entry| *entry = Stored::Anywhere);
                }
            }
            InstKind::Call(call) => {
                // A callee may store in whatever it reaches.
                let reached = call
                    .args
                    .iter()
                    .flat_map(|argument| provenance.reach(argument.value));
                let stores_nothing = cx.effects_of(&call).is_some_and(|effects| {
                    effects
                        .flows
                        .iter()
                        .all(|(_, to)| *to == crate::effects::Sink::Return)
                });
                for object in reached.filter(|_| !stores_nothing) {
                    if let Object::Slot(slot) = object {
                        stored.entry(slot).and_modify(|entry| *entry = Stored::Anywhere);
                    }
                }
            }
            _ => {}
        }
    }
    stored
}
