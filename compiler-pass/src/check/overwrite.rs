//! A pointer that is stored in a longer-lived place and certainly overwritten before its region ends does no harm.
//!
//! Certain means: wherever an instruction may put such a pointer into the holder, every path from there meets an
//! instruction that overwrites the same place with something else, before it meets the region's end or leaves the function.
//! - The place is the same if its address is the same value, or computed alike from the same values, none of which is
//!   computed anew on the way and, where they are read from memory, none of which may have been written on the way. Or if
//!   it is a known offset in an object of which there is one only (`is_one`).
//! - A call overwrites what its summary says it does (`set`).
//!
//! A path on which a pointer is null through which the store was made is none.
//!
//! Meanwhile nobody else may get hold of the pointer. What is read from the holder by its own name, [`super::provenance`]
//! follows, through calls too. So what must not happen is that somebody reads it by another name: an instruction that
//! reads memory which may be the holder, or a call that is given such memory, or finds its own way to it from a global
//! variable and may keep what it finds there (`found`). A holder that nobody else can know (`is_exposed`) has no
//! other name. Other threads and handlers may look where they run, for certain (`get(global)` in the manifests) or because the
//! place is volatile or atomic.
//!
//! What a function read from a global variable before it stored its own pointer there, it may put back: that is no pointer into
//! the region, though the analysis, which knows no order, takes it for one (`restores`).

use super::address::{Address, same_address};
use super::context::Context;
use super::instantiate::{sinks, sources};
use super::lives::ends;
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use super::registration::may_run;
use crate::effects::{Sink, Source};
use crate::form::regions::Origin;
use crate::form::{Call, Disguise, Inst, InstId, InstKind, NodeId, ObjectId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet};

/// Whether `holder` certainly holds no pointer into `region` when that region ends.
pub fn certainly(cx: Context<'_, '_>, provenance: &Provenance, holder: Object, region: RegionId) -> bool {
    is_forgotten(cx, provenance, holder, Target::Into(region), region)
}

/// Whether an object of the function's own is known to nobody else when a region ends: wherever its address is stored, that is
/// certainly overwritten. What it holds then does no harm.
///
/// Nor may it be told to anybody later, as long as it holds pointers into the region that has ended: its cells must be
/// overwritten before.
pub fn is_hidden(cx: Context<'_, '_>, provenance: &Provenance, object: Object, region: RegionId) -> bool {
    let is_returned = cx.body.insts.iter().any(|inst| match inst.kind {
        InstKind::Return(Some(value)) => provenance.of(value).any(|returned| returned == object),
        _ => false,
    });
    let mut holders = provenance
        .ids()
        .filter(|(_, holder)| provenance.contents(*holder).any(|held| held == object));
    !is_returned
        && holders.all(|(_, holder)| is_forgotten(cx, provenance, holder, Target::Object(object), region))
        && !is_told_late(cx, provenance, object, region)
}

/// Whether an object's address may be stored anywhere, or given to somebody who may, between an end of a region and the
/// overwriting of what it holds of that region.
fn is_told_late(cx: Context<'_, '_>, provenance: &Provenance, object: Object, region: RegionId) -> bool {
    let Some(search) = Search::new(cx, provenance, object, Target::Into(region), region) else {
        return false;
    };
    let ending = cx
        .body
        .inst_ids()
        .filter(|(_, inst)| ends(cx, inst.block, inst.kind).contains(&region));
    let ending: Vec<InstId> = ending.map(|(id, _)| id).collect();
    let holds = |held: &Places| held.objects().any(|held| search.is_target(provenance.get(held)));
    let cells = provenance.cells(search.id).iter().filter(|(_, held)| holds(held));
    let mut places = cells.map(|(offset, _)| Place {
        object: search.id,
        offset: *offset,
    });
    places.any(|place| {
        ending.iter().any(|end| {
            let stored = Stored {
                at: *end,
                pointer: None,
                place: Some(place).filter(|place| search.is_certain(*place)),
            };
            search.is_told_after(&stored)
        })
    })
}

/// Whether `holder` certainly holds no pointer to the target when a region ends.
fn is_forgotten(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    holder: Object,
    target: Target,
    region: RegionId,
) -> bool {
    let Some(search) = Search::new(cx, provenance, holder, target, region) else {
        return false;
    };
    let Some(stores) = search.stores() else {
        return false;
    };
    !stores.is_empty() && stores.iter().all(|stored| search.is_overwritten(stored))
}

/// What pointers are looked for.
#[derive(Clone, Copy)]
enum Target {
    /// Pointers into a region.
    Into(RegionId),
    /// Pointers to an object.
    Object(Object),
}

struct Search<'s, 'a> {
    cx: Context<'s, 'a>,
    provenance: &'s Provenance,
    holder: Object,
    id: ObjectId,
    target: Target,
    region: RegionId,
    is_exposed: bool,
    /// What is read from the holder and put back where it was.
    restores: BTreeMap<InstId, InstId>,
}

/// A place in the holder that an instruction may have put a pointer into the region into.
struct Stored {
    at: InstId,
    /// The address that it stored to.
    pointer: Option<ValueId>,
    /// The place, if that is certain.
    place: Option<Place>,
}

impl<'s, 'a> Search<'s, 'a> {
    /// `None` if the function has nothing to do with the holder.
    fn new(
        cx: Context<'s, 'a>,
        provenance: &'s Provenance,
        holder: Object,
        target: Target,
        region: RegionId,
    ) -> Option<Self> {
        Some(Search {
            cx,
            provenance,
            holder,
            id: provenance.id(holder)?,
            target,
            region,
            is_exposed: is_exposed(cx, provenance, holder),
            restores: restores(cx, provenance, |object| object == holder),
        })
    }

    /// Whether some path from an instruction meets one that may tell others of the holder before one that overwrites a place
    /// in it.
    fn is_told_after(&self, stored: &Stored) -> bool {
        let cx = self.cx;
        let block = cx.body.inst(stored.at).block;
        let nodes = cx.paths.ids().filter(|node| cx.paths.node(*node).block == block);
        let mut work: Vec<(NodeId, usize)> = nodes.map(|node| (node, stored.at.index() + 1)).collect();
        let mut seen: BTreeSet<NodeId> = BTreeSet::new();
        while let Some((node, from)) = work.pop() {
            let here = cx.body.block(cx.paths.node(node).block);
            let mut done = false;
            for index in from.max(here.insts.start)..here.insts.end {
                let id = InstId::new(index);
                let inst = cx.body.inst(id);
                if self.tells(id, inst) {
                    return true;
                }
                if self.overwrites(id, inst, stored, None) || self.renews(id, inst, stored) {
                    done = true;
                    break;
                }
            }
            if !done {
                let next = cx.paths.node(node).succs.iter().map(|edge| edge.to);
                work.extend(next.filter(|to| seen.insert(*to)).map(|to| (to, 0)));
            }
        }
        false
    }

    /// Whether an instruction may put the holder's address where somebody could find it.
    fn tells(&self, id: InstId, inst: &Inst<'_>) -> bool {
        let leads_there = |value: ValueId| self.is_meant(value);
        match inst.kind {
            InstKind::Store { value, .. } | InstKind::Exchange { value, .. } => leads_there(value),
            InstKind::Copy { from, .. } => self.provenance.of(from).any(|object| {
                let mut held = self.provenance.contents(object);
                held.any(|held| held == self.holder)
            }),
            InstKind::Opaque(_, operands) => operands.iter().any(|operand| leads_there(*operand)),
            InstKind::Call(call) => match self.cx.effects_of(&call) {
                Some(effects) => effects.flows.iter().any(|(from, to)| {
                    let mut moved = sources(self.cx, self.provenance, id, &call, *from)
                        .objects()
                        .collect::<Vec<_>>()
                        .into_iter();
                    !matches!(to, Sink::Return | Sink::Freed) && moved.any(|object| object == self.id)
                }),
                None => call.args.iter().any(|argument| {
                    let mut reached = self.provenance.reach(argument.value).into_iter();
                    reached.any(|object| object == self.holder)
                }),
            },
            _ => false,
        }
    }

    /// Whether an instruction overwrites a place with a pointer to what was allocated in the same basic block, since when the
    /// region has not ended.
    fn renews(&self, id: InstId, inst: &Inst<'_>, stored: &Stored) -> bool {
        let InstKind::Store { pointer, value } = inst.kind else {
            return false;
        };
        let Some((made, origin)) = self.cx.body.def(value) else {
            return false;
        };
        let is_new = matches!(origin.kind, InstKind::Operation(operation, _) if operation.allocates())
            && origin.block == inst.block
            && made < id
            && (made.index()..id.index()).all(|index| {
                let between = self.cx.body.inst(InstId::new(index));
                !ends(self.cx, between.block, between.kind).contains(&self.region)
            });
        let place = stored.place.zip(self.provenance.places(pointer).only());
        is_new
            && stores_pointer(inst)
            && place
                .is_some_and(|(stored, place)| place.object == stored.object && place.offset == stored.offset)
    }

    fn is_target(&self, object: Object) -> bool {
        match self.target {
            Target::Into(region) => object.region() == Some(region),
            Target::Object(target) => object == target,
        }
    }

    fn points_to_target(&self, value: ValueId) -> bool {
        self.provenance.of(value).any(|object| self.is_target(object))
    }

    fn holds_target(&self, object: Object) -> bool {
        self.provenance.contents(object).any(|held| self.is_target(held))
    }

    /// Every such instruction; `None` if for one of them the place cannot be told.
    fn stores(&self) -> Option<Vec<Stored>> {
        let mut stores = Vec::new();
        for (at, inst) in self.cx.body.inst_ids() {
            match inst.kind {
                _ if self.restores.contains_key(&at) => {}
                InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value }
                    if self.points_to_target(value) && self.is_meant(pointer) =>
                {
                    // Others may look at a volatile or atomic place at any time.
                    if self.is_exposed && !inst.llvm.is_plain_store() {
                        return None;
                    }
                    // Several pointers at once: each must be overwritten.
                    if inst.bytes != self.cx.form.pointer_bytes {
                        stores.extend(self.stored_in(at, self.provenance.places(pointer))?);
                        continue;
                    }
                    stores.push(Stored {
                        at,
                        pointer: Some(pointer),
                        place: self.place_of(pointer),
                    });
                }
                InstKind::Copy { to, from }
                    if self.is_meant(to)
                        && self.provenance.of(from).any(|object| self.holds_target(object)) =>
                {
                    stores.extend(self.stored_in(at, self.provenance.places(to))?);
                }
                InstKind::Call(call) => {
                    let Some(effects) = self.cx.effects_of(&call) else {
                        if call
                            .args
                            .iter()
                            .any(|argument| self.leads_to_target(argument.value))
                        {
                            return None;
                        }
                        continue;
                    };
                    let mut places = Places::default();
                    for (from, to) in &effects.flows {
                        if matches!(to, Sink::Return | Sink::Unknown | Sink::Freed) {
                            continue;
                        }
                        let moved = sources(self.cx, self.provenance, at, &call, *from);
                        if moved
                            .objects()
                            .any(|object| self.is_target(self.provenance.get(object)))
                        {
                            places.extend(sinks(self.cx, self.provenance, at, &call, *to));
                        }
                    }
                    if places.objects().any(|object| object == self.id) {
                        stores.extend(self.stored_in(at, &places)?);
                    }
                }
                _ => {}
            }
        }
        Some(stores)
    }

    /// What an instruction may have put into these places of the holder, in terms of the cells that hold such pointers.
    fn stored_in(&self, at: InstId, places: &Places) -> Option<Vec<Stored>> {
        let pointer_bytes = self.cx.form.pointer_bytes;
        let own: Vec<Place> = places.iter().filter(|place| place.object == self.id).collect();
        let holds = |held: &Places| {
            held.objects()
                .any(|object| self.is_target(self.provenance.get(object)))
        };
        let cells = self.provenance.cells(self.id).iter();
        cells
            .filter(|(offset, held)| {
                let meant = |place: &Place| place.offset.overlaps(u32::MAX, **offset, pointer_bytes);
                holds(held) && own.iter().any(meant)
            })
            .map(|(offset, _)| {
                let place = Place {
                    object: self.id,
                    offset: *offset,
                };
                self.is_certain(place).then_some(Stored {
                    at,
                    pointer: None,
                    place: Some(place),
                })
            })
            .collect()
    }

    fn is_meant(&self, pointer: ValueId) -> bool {
        self.provenance.of(pointer).any(|object| object == self.holder)
    }

    fn leads_to_target(&self, value: ValueId) -> bool {
        let mut reached = self.provenance.reach(value).into_iter();
        reached.any(|object| self.is_target(object))
    }

    /// The only place that an address can mean.
    fn place_of(&self, pointer: ValueId) -> Option<Place> {
        let place = self.provenance.places(pointer).only()?;
        self.is_certain(place).then_some(place)
    }

    fn is_certain(&self, place: Place) -> bool {
        place.offset.exact().is_some() && is_one(self.cx, self.provenance, self.provenance.get(place.object))
    }

    fn is_overwritten(&self, stored: &Stored) -> bool {
        let address = stored
            .pointer
            .map(|pointer| Address::of(self.cx, self.provenance, pointer, stored.at));
        if let Some(address) = &address
            && self.meets_overwriting(stored, Some(address))
        {
            return true;
        }
        stored.place.is_some() && self.meets_overwriting(stored, None)
    }

    /// Whether every path from an instruction meets one that overwrites what it stored.
    fn meets_overwriting(&self, stored: &Stored, address: Option<&Address>) -> bool {
        let cx = self.cx;
        let block = cx.body.inst(stored.at).block;
        // Nodes to look at from their start; the instruction's own nodes are looked at from behind it first.
        let mut work: Vec<(NodeId, usize)> = cx
            .paths
            .ids()
            .filter(|node| cx.paths.node(*node).block == block)
            .map(|node| (node, stored.at.index() + 1))
            .collect();
        let mut seen: BTreeSet<NodeId> = BTreeSet::new();
        while let Some((node, from)) = work.pop() {
            let here = cx.body.block(cx.paths.node(node).block);
            let mut done = false;
            for index in from.max(here.insts.start)..here.insts.end {
                let id = InstId::new(index);
                let inst = cx.body.inst(id);
                if ends(cx, inst.block, inst.kind).contains(&self.region) {
                    return false;
                }
                if self.overwrites(id, inst, stored, address) {
                    done = true;
                    break;
                }
                if self.forbids(inst)
                    || self.restores.values().any(|read| *read == id)
                    || address.is_some_and(|address| address.changes_at(cx, self.provenance, id, inst))
                {
                    return false;
                }
            }
            if !done {
                let shut = address.and_then(|address| address.shut_by(cx, cx.paths.node(node).block));
                let next = cx.paths.node(node).succs.iter().map(|edge| edge.to);
                let next = next.filter(|to| Some(cx.paths.node(*to).block) != shut && seen.insert(*to));
                work.extend(next.map(|to| (to, 0)));
            }
        }
        true
    }

    /// Whether an instruction overwrites what was stored with something that does not point into the region.
    fn overwrites(&self, id: InstId, inst: &Inst<'_>, stored: &Stored, address: Option<&Address>) -> bool {
        match inst.kind {
            InstKind::Store { pointer, value }
                if !self.points_to_target(value) || self.restores.contains_key(&id) =>
            {
                let place = stored.place.zip(self.provenance.places(pointer).only());
                let bytes = self.cx.form.pointer_bytes;
                let covers = place.is_some_and(|(stored, place)| {
                    place.object == stored.object
                        && inst.bytes != u32::MAX
                        && place.offset.contains(inst.bytes, stored.offset, bytes)
                });
                let same = |address: &Address| {
                    stores_pointer(inst)
                        && same_address(self.cx, address.pointer, pointer, address.may_read_again, 0)
                };
                covers || address.is_some_and(same)
            }
            // A callee that reads what others know may put back what it finds there by another name.
            InstKind::Call(call) if self.is_exposed && self.roams(&call) => false,
            InstKind::Call(call) => self.cx.sets_of(&call).any(|(argument, past)| {
                let place = self.provenance.places(argument).only();
                place.zip(stored.place).is_some_and(|(place, stored)| {
                    place.object == stored.object
                        && place.offset.exact().and_then(|start| start.checked_add(past))
                            == stored.offset.exact()
                })
            }),
            _ => false,
        }
    }

    /// Whether the pointer may get out of sight at an instruction, or the function ends there.
    fn forbids(&self, inst: &Inst<'_>) -> bool {
        if self.is_exposed && may_run(self.cx, inst, |effects| effects.roams) {
            return true;
        }
        match inst.kind {
            InstKind::Return(_) | InstKind::Resume | InstKind::Opaque(..) => true,
            InstKind::Load(from) | InstKind::Exchange { pointer: from, .. } => {
                let brings_pointer = inst.result.is_some_and(|result| {
                    let value = self.cx.body.value(result);
                    value.holds_pointer || value.disguise > Disguise::Exact
                });
                brings_pointer && self.reads_another_name(from)
            }
            InstKind::Copy { from, .. } => self.reads_another_name(from),
            InstKind::Call(call) => !self.may_call(call),
            _ => false,
        }
    }

    fn roams(&self, call: &Call<'_>) -> bool {
        self.cx.effects_of(call).is_none_or(|effects| effects.roams)
    }

    fn reads_another_name(&self, pointer: ValueId) -> bool {
        let mut read = self.provenance.of(pointer);
        read.any(|object| self.is_another_name(object))
    }

    fn may_call(&self, call: Call<'_>) -> bool {
        let Some(effects) = self.cx.effects_of(&call) else {
            return false;
        };
        if self.cx.may_unwind(&call) {
            return false;
        }
        if !self.is_exposed {
            return true;
        }
        let reads_another_name = |from: &Source| {
            let arguments = self.cx.arguments_of(&call, *from).iter();
            match from {
                Source::Arg(_) | Source::In(_) | Source::Outside => false,
                Source::Field(..) | Source::Word(_, None, _) | Source::Beyond(_, 1) => arguments
                    .flat_map(|argument| self.provenance.of(argument.value))
                    .any(|object| self.is_another_name(object)),
                // Words that are read from what a field leads to, too.
                Source::Word(_, Some(_), _) | Source::Inside(..) | Source::Beyond(..) => arguments
                    .flat_map(|argument| self.provenance.reach(argument.value))
                    .any(|object| self.is_another_name(object)),
            }
        };
        !effects.keeps_found && !effects.flows.iter().any(|(from, _)| reads_another_name(from))
    }

    /// Memory that may be the holder under another name.
    fn is_another_name(&self, object: Object) -> bool {
        let is_holder = object == self.holder || object.is_outside() && self.holder.is_outside();
        self.is_exposed && !is_holder && (object.is_outside() || object.callers().is_some())
    }
}

/// The stores that put back into a global variable what was read there, each with the read. Only that read gives the value,
/// and no store puts a pointer into a region there before it, as [`Search::meets_overwriting`] sees to.
pub(super) fn restores(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    is_holder: impl Fn(Object) -> bool,
) -> BTreeMap<InstId, InstId> {
    let mut restores = BTreeMap::new();
    let exactly = |pointer: ValueId| {
        let place = provenance.places(pointer).only()?;
        let object = provenance.get(place.object);
        let is_known = matches!(object, Object::Variable(_)) && place.offset.exact().is_some();
        (is_known && is_holder(object)).then_some(place)
    };
    for (at, inst) in cx.body.inst_ids() {
        if let InstKind::Store { pointer, value } = inst.kind
            && stores_pointer(inst)
            && let Some((read, origin)) = cx.body.def(value)
            && let InstKind::Load(from) = origin.kind
            && origin.llvm.is_plain_load()
            && exactly(pointer).is_some()
            && exactly(pointer) == exactly(from)
        {
            restores.insert(at, read);
        }
    }
    restores
}

/// Whether an object of the analysis stands for one object only, at least as long as its region lives.
pub(super) fn is_one(cx: Context<'_, '_>, provenance: &Provenance, object: Object) -> bool {
    let cyclic = |at: InstId, region: Option<RegionId>| {
        let begins = |inst: &Inst<'_>| match (inst.kind, inst.result, region) {
            (
                InstKind::Operation(Operation::Push | Operation::PushBounded, _),
                Some(result),
                Some(region),
            ) => cx.regions.of_handle(result) == Some(region),
            _ => false,
        };
        let cut = |node: NodeId| {
            cx.body
                .insts_of(cx.paths.node(node).block)
                .any(|(_, inst)| begins(inst))
        };
        let block = cx.body.inst(at).block;
        let cycle = cx.paths.components(|node| region.is_some() && cut(node));
        cx.paths
            .ids()
            .any(|node| cx.paths.node(node).block == block && cycle[node.index()].is_some())
    };
    match object {
        Object::Variable(_) => true,
        // Past the parameters are the arguments of a variadic function, all of them one object here.
        Object::Param(index) => {
            let param = cx.body.params.get(index as usize);
            param.is_some_and(|param| cx.body.value(*param).is_pointer)
        }
        Object::Site(at, region) => {
            provenance.tells_sites_apart()
                && matches!(cx.body.inst(at).kind, InstKind::Operation(..))
                && !cyclic(at, Some(region))
        }
        Object::Heap(at) | Object::Slot(at) => !cyclic(at, None),
        // What a field leads to is another object once the field is changed, by whatever name.
        Object::Field(..)
        | Object::Global
        | Object::Inside(..)
        | Object::Beyond(..)
        | Object::Region(_)
        | Object::Number(_)
        | Object::Perhaps(_)
        | Object::Word(..) => false,
    }
}

/// Whether others than this function may find their way to an object: a global, the caller's memory, what is stored
/// there.
pub(super) fn is_exposed(cx: Context<'_, '_>, provenance: &Provenance, object: Object) -> bool {
    if object.is_outside() || object.callers().is_some() {
        return true;
    }
    let is_others = |object: Object| {
        let in_callers_region = object
            .region()
            .is_some_and(|region| !matches!(cx.regions.get(region).origin, Origin::Push(_)));
        object.is_outside() || object.callers().is_some() || in_callers_region
    };
    let roots = provenance
        .ids()
        .filter(|(_, other)| *other != object && is_others(*other));
    let roots: Vec<ObjectId> = roots.map(|(id, _)| id).collect();
    provenance.reach_of(roots).contains(&object)
}

/// A whole pointer is stored, not a byte of one.
fn stores_pointer(inst: &Inst<'_>) -> bool {
    let is_store = inst.llvm.opcode() == Some(inkwell::llvm_sys::LLVMOpcode::LLVMStore);
    is_store && inst.llvm.operand(0).is_some_and(|value| value.ty().is_pointer())
}
