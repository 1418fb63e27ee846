//! Region handles that memory keeps: which region a handle names that is read from memory.
//!
//! Judged on [`super::provenance`]: if all the pointers that may lie where a handle is read are handles of one region, the
//! handle is that region's, whenever it is read: whoever stores there, callees included, stores nothing else. That holds
//! for a structure in the frame and for objects that the function makes, whose contents are known, and not for memory of
//! others. What lies there that is no pointer, or null, is not a handle at all; as with phis, that is no concern of the rules.
//!
//! What arguments carry ([`super::carried`]) is a parameter as long as the function leaves it alone; what callees and other
//! names of that memory do to it, the function's summary tells the owner.
//!
//! A region of the analysis may stand for several, one after another, where its push lies on a cycle. The handle that is read
//! has to be the one that the push returned last: then the memory is a slot of the frame, and what the push returns is
//! stored there before anything else happens.
//!
//! The analysis that is asked rests on what reads give. So the caller begins with knowing nothing, and asks again with what
//! it learnt, until that does not change: at the first read that gave something else, the solution would say so.

use super::context::Context;
use super::instantiate::{sinks, sources};
use super::lives::is_followed;
use super::object::{Object, Place};
use super::provenance::Provenance;
use crate::effects::{MAX_DEPTH, Sink};
use crate::form::carried::Path;
use crate::form::offset::Offset;
use crate::form::regions::{Kept, Origin};
use crate::form::{InstId, InstKind, ObjectId, RegionId, ValueId, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// The reads of handles from memory that are used as regions, each with the handle that it gives, if that is certain.
pub fn find(cx: Context<'_, '_>, provenance: &Provenance, lost: &BTreeSet<ValueId>) -> Kept {
    let mut kept = Kept::new();
    let mut judged: BTreeMap<(RegionId, ObjectId), bool> = BTreeMap::new();
    for read in reads(cx) {
        if lost.contains(&read) {
            continue;
        }
        if let Some(handle) = cx.body.carried(read) {
            if is_intact(cx, provenance, handle) {
                kept.insert(read, handle);
            }
            continue;
        }
        let Some((handle, region)) = only_handle(cx, provenance, read) else {
            continue;
        };
        // Where others find the memory, other threads do, too.
        let mut read_from = from(cx, read)
            .into_iter()
            .flat_map(|from| provenance.places(from).objects());
        if read_from.any(|object| provenance.is_exposed(object)) {
            continue;
        }
        let is_last = match cx.regions.get(region).origin {
            Origin::Param(_) => true,
            Origin::Push(opened) | Origin::HandedOver(opened) => {
                !repeats(cx, opened)
                    || from(cx, read).is_some_and(|from| {
                        provenance.places(from).objects().all(|object| {
                            *judged
                                .entry((region, object))
                                .or_insert_with(|| is_stored_at_once(cx, provenance, region, opened, object))
                        })
                    })
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
fn only_handle(cx: Context<'_, '_>, provenance: &Provenance, read: ValueId) -> Option<(ValueId, RegionId)> {
    let mut only = None;
    for place in provenance.places(read).iter() {
        let handle = handle_at(cx, provenance, place)?;
        if only.is_some_and(|other| other != handle) {
            return None;
        }
        only = Some(handle);
    }
    Some((only?, cx.regions.of_handle(only?)?))
}

fn handle_at(cx: Context<'_, '_>, provenance: &Provenance, place: Place) -> Option<ValueId> {
    let object = provenance.get(place.object);
    // Of what others hold the offset is not known: nothing may have been added to it.
    let is_start = match object {
        Object::Field(..) => !is_moved(cx, provenance, place.object),
        _ => place.offset == Offset::START,
    };
    if !is_start {
        return None;
    }
    match object {
        Object::Region(region) => Some(cx.regions.get(region).handle),
        Object::Param(index) => cx.body.params.get(index as usize).copied(),
        Object::Field(index, offset) => {
            let path = Path::of(index).then(offset)?;
            let at = cx.function.carried.iter().position(|other| *other == path)?;
            let handle = *cx.body.params.get(cx.function.params() + at)?;
            is_intact(cx, provenance, handle).then_some(handle)
        }
        _ => None,
    }
}

/// Whether a carried handle lies all the time where the function found it, as far as the function itself is concerned: it
/// stores nothing else there, and no handle of a region of its own in memory of others. Whether others' memory has two names
/// the caller knows.
fn is_intact(cx: Context<'_, '_>, provenance: &Provenance, handle: ValueId) -> bool {
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
        let cells = within.into_iter().filter_map(|object| provenance.id(object));
        let mut cells = cells.flat_map(|id| provenance.cells(id));
        let bytes = cx.form.pointer_bytes;
        cells.any(|(cell, held)| {
            Offset::exactly(offset).overlaps(bytes, *cell, bytes)
                && held.objects().any(|object| Some(provenance.get(object)) != known)
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

/// Whether an instruction may run several times in one activation.
fn repeats(cx: Context<'_, '_>, inst: InstId) -> bool {
    let block = cx.body.inst(inst).block;
    let cycle = cx.paths.components(|_| false);
    cx.paths
        .ids()
        .any(|node| cx.paths.node(node).block == block && cycle[node.index()].is_some())
}

/// Whether an object is a slot of the frame, and whatever puts the region's handle there is a store of what its push has
/// just returned.
fn is_stored_at_once(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    region: RegionId,
    opened: InstId,
    slot: ObjectId,
) -> bool {
    let handle = cx.regions.get(region).handle;
    let is_handle = |object: ObjectId| provenance.get(object) == Object::Region(region);
    let is_meant = |pointer: ValueId| provenance.places(pointer).objects().any(|object| object == slot);
    is_followed(cx, provenance.get(slot))
        && cx.reached_insts().all(|(id, inst)| match inst.kind {
            InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
                !is_meant(pointer)
                    || !provenance.places(value).objects().any(is_handle)
                    || cx.regions.canonical(value) == handle && follows_at_once(cx, opened, id)
            }
            InstKind::Copy { to, from } => {
                let holds = |object| provenance.holds(object, region);
                !is_meant(to) || !provenance.of(from).any(holds)
            }
            InstKind::Call(call) => cx.effects_of(&call).is_none_or(|effects| {
                effects.flows.iter().all(|(from, to)| {
                    matches!(to, Sink::Return | Sink::Unknown | Sink::Freed)
                        || !sources(cx, provenance, id, &call, *from).objects().any(is_handle)
                        || !sinks(cx, provenance, id, &call, *to)
                            .objects()
                            .any(|object| object == slot)
                })
            }),
            _ => true,
        })
}

/// Whether an instruction comes after another in a basic block, with nothing in between that could read memory or leave it.
fn follows_at_once(cx: Context<'_, '_>, first: InstId, second: InstId) -> bool {
    let between = || (first.index() + 1..second.index()).map(InstId::new);
    first < second
        && cx.body.inst(first).block == cx.body.inst(second).block
        && between().all(|id| {
            !matches!(
                cx.body.inst(id).kind,
                InstKind::Call(_) | InstKind::Operation(..) | InstKind::Load(_) | InstKind::Opaque(..)
            )
        })
}
