//! Region handles that memory keeps: which region a handle names that is read from memory.
//!
//! Judged on [`super::provenance`]: if all the pointers that may lie where a handle is read are handles of one region, the
//! handle is that region's, whenever it is read: whoever stores there, callees included, stores nothing else. That holds
//! for a structure in the frame and for objects that the function makes, whose contents are known, and not for memory of
//! others. What lies there that is no pointer, or null, is not a handle at all; as with phis, that is no concern of the rules.
//!
//! A pointer of which parts may have been written (`torn`), and one that lies where nobody knows exactly, is no handle
//! that is known; neither is one that is read at an address that was read from such a place.
//!
//! What arguments carry (`carried`) is a parameter as long as the function leaves it alone; what callees and other
//! names of that memory do to it, the function's summary tells the owner.
//!
//! A region of the analysis may stand for several, one after another, where its push lies on a cycle. The handle that is read
//! has to be the one that the push returned last, and has to be so where it is used (`turn`).
//!
//! The analysis that is asked rests on what reads give. So the caller begins with knowing nothing, and asks again with what
//! it learnt, until that does not change: at the first read that gave something else, the solution would say so.

use super::context::Context;
use super::object::{Object, Place};
use super::provenance::Provenance;
use super::torn::Torn;
use super::turn;
use crate::effects::MAX_DEPTH;
use crate::form::carried::Path;
use crate::form::offset::Offset;
use crate::form::regions::{Kept, Origin};
use crate::form::{InstKind, ObjectId, RegionId, ValueId, ValueKind};
use std::collections::BTreeSet;

/// The reads of handles from memory that are used as regions, each with the handle that it gives, if that is certain.
pub(super) fn find(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    torn: &Torn,
    lost: &BTreeSet<ValueId>,
) -> Kept {
    let mut kept = Kept::new();
    for read in reads(cx) {
        if lost.contains(&read) {
            continue;
        }
        if let Some(handle) = cx.body.carried(read) {
            if is_intact(cx, provenance, torn, handle) {
                kept.insert(read, handle);
            }
            continue;
        }
        let Some((handle, region)) = only_handle(cx, provenance, torn, read) else {
            continue;
        };
        let Some(from) = from(cx, read) else { continue };
        // Where others find the memory, other threads do, too.
        let width = cx.form.pointer_bytes;
        let mut places = provenance.places(from).iter();
        let is_whole = |place: Place| {
            let offset = place.offset.exact();
            offset.is_some_and(|offset| offset.rem_euclid(i64::from(width)) == 0)
                && !torn.touches(place, width)
                && !provenance.is_exposed(place.object)
        };
        if torn.contains(read) || !places.all(is_whole) {
            continue;
        }
        let is_last = match cx.regions.get(region).origin {
            Origin::Param(_) => true,
            Origin::Push(opened) | Origin::HandedOver(opened) => {
                !turn::repeats(cx, opened) || turn::is_of_this(cx, provenance, read, opened)
            }
        };
        if is_last {
            kept.insert(read, handle);
        }
    }
    kept
}

/// The reads that operations, or callees, are given as regions, directly or by phis.
fn reads(cx: Context<'_, '_>) -> BTreeSet<ValueId> {
    let mut work: Vec<ValueId> = Vec::new();
    for (_, inst) in cx.reached_insts() {
        match inst.kind {
            InstKind::Operation(operation, operands) => {
                let takes_region = operation.parameters().first() == Some(&crate::operation::Slot::Region);
                work.extend(operands.first().filter(|_| takes_region));
            }
            InstKind::Call(call) => {
                if let Some(effects) = cx.effects_of(&call) {
                    let regions = (0..call.args.len()).filter(|index| effects.is_region(*index));
                    work.extend(regions.map(|index| call.args[index].value));
                }
            }
            _ => {}
        }
    }
    let mut seen: BTreeSet<ValueId> = BTreeSet::new();
    let mut reads = BTreeSet::new();
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        match cx.body.def(value).map(|(_, inst)| inst.kind) {
            Some(InstKind::Load(_)) => {
                reads.insert(value);
            }
            Some(InstKind::Phi(incoming)) => work.extend(incoming.iter().map(|(_, value)| *value)),
            Some(InstKind::Select { yes, no, .. }) => work.extend([yes, no]),
            Some(InstKind::Same(operand)) => work.push(operand),
            _ => {}
        }
    }
    reads
}

/// The address that a value is read from.
fn from(cx: Context<'_, '_>, read: ValueId) -> Option<ValueId> {
    match cx.body.def(read)?.1.kind {
        InstKind::Load(from) => Some(from),
        _ => None,
    }
}

/// The handle that all pointers are which may lie where one is read, and its region.
fn only_handle(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    torn: &Torn,
    read: ValueId,
) -> Option<(ValueId, RegionId)> {
    let mut only = None;
    for place in provenance.places(read).iter() {
        let handle = handle_at(cx, provenance, torn, place)?;
        if only.is_some_and(|other| other != handle) {
            return None;
        }
        only = Some(handle);
    }
    Some((only?, cx.regions.of_handle(only?)?))
}

fn handle_at(cx: Context<'_, '_>, provenance: &Provenance, torn: &Torn, place: Place) -> Option<ValueId> {
    let object = provenance.get(place.object);
    // Of what others hold the offset may not be known: nothing may have been added to it.
    let may_be_moved = matches!(object, Object::Field(..)) && is_moved(cx, provenance, place.object);
    if place.offset != Offset::START || may_be_moved {
        return None;
    }
    match object {
        Object::Region(region) => Some(cx.regions.get(region).handle),
        Object::Param(index) => cx.body.params.get(index as usize).copied(),
        Object::Field(index, offset) => {
            let path = Path::of(index).then(offset)?;
            let at = cx.function.carried.iter().position(|other| *other == path)?;
            let handle = *cx.body.params.get(cx.function.params() + at)?;
            is_intact(cx, provenance, torn, handle).then_some(handle)
        }
        _ => None,
    }
}

/// Whether a carried handle lies all the time where the function found it, as far as the function itself is concerned: it
/// stores nothing else there, and no handle of a region of its own in memory of others. Whether others' memory has two names
/// the caller knows.
fn is_intact(cx: Context<'_, '_>, provenance: &Provenance, torn: &Torn, handle: ValueId) -> bool {
    let ValueKind::Param(number) = cx.body.value(handle).kind else {
        return false;
    };
    let path = cx.function.carried[number as usize - cx.function.params()];
    let publishes_own = provenance.ids().any(|(_, object)| {
        let is_region = |held: Object| matches!(held, Object::Region(_));
        !object.is_own() && provenance.contents(object).any(is_region)
    });
    // What each read is made in, and what is known to lie there.
    let steps = path.reads().iter().enumerate().map(|(depth, offset)| {
        let (param, offset) = (path.param, *offset);
        let (within, held) = match (depth, path.reads()) {
            (0, _) => (vec![Object::Param(param)], Some(Object::Field(param, offset))),
            (1, [first, ..]) => (vec![Object::Field(param, *first), Object::Beyond(param, 1)], None),
            _ => (vec![Object::Beyond(param, MAX_DEPTH)], None),
        };
        (within, offset, held)
    });
    let is_changed = |(within, offset, known): (Vec<Object>, i64, Option<Object>)| {
        let bytes = cx.form.pointer_bytes;
        let offset = Offset::exactly(offset);
        // The same pointer as before, also with nothing added to it.
        let is_other =
            |place: Place| Some(provenance.get(place.object)) != known || place.offset != Offset::START;
        let mut objects = within.into_iter().filter_map(|object| provenance.id(object));
        objects.any(|object| {
            let mut cells = provenance.cells(object).iter();
            torn.touches(Place { object, offset }, bytes)
                || cells.any(|(cell, held)| {
                    offset.overlaps(bytes, *cell, bytes) && (*cell != offset || held.iter().any(is_other))
                })
        })
    };
    !publishes_own && !steps.into_iter().any(is_changed)
}

/// Whether an address is computed from a pointer to an object.
fn is_moved(cx: Context<'_, '_>, provenance: &Provenance, object: ObjectId) -> bool {
    let leads_there = |value: ValueId| provenance.places(value).objects().any(|other| other == object);
    cx.body.insts.iter().any(|inst| match inst.kind {
        InstKind::Address { base, .. } => leads_there(base),
        InstKind::Derive(operands) => operands.iter().any(|operand| leads_there(*operand)),
        _ => false,
    })
}
