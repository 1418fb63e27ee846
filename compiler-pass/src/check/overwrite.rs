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
//! reads memory which may be the holder, or a call that is given such memory or finds its own way to it from a global
//! variable. A holder that nobody else can know (`is_exposed`) has no other name.

use super::context::Context;
use super::instantiate::{sinks, sources};
use super::lives::ends;
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::{Sink, Source};
use crate::form::inst::Predicate;
use crate::form::regions::Origin;
use crate::form::{BlockId, Call, Disguise, Inst, InstId, InstKind, NodeId, ObjectId, RegionId, ValueId, ValueKind};
use crate::operation::Operation;
use std::collections::BTreeSet;

/// Whether `holder` certainly holds no pointer into `region` when that region ends.
pub fn certainly(cx: Context<'_, '_>, provenance: &Provenance, holder: Object, region: RegionId) -> bool {
    let Some(id) = provenance.id(holder) else {
        return false;
    };
    let search = Search {
        cx,
        provenance,
        holder,
        id,
        region,
        is_exposed: is_exposed(cx, provenance, holder),
    };
    let Some(stores) = search.stores() else {
        return false;
    };
    !stores.is_empty() && stores.iter().all(|stored| search.is_overwritten(stored))
}

struct Search<'s, 'a> {
    cx: Context<'s, 'a>,
    provenance: &'s Provenance,
    holder: Object,
    id: ObjectId,
    region: RegionId,
    is_exposed: bool,
}

/// A place in the holder that an instruction may have put a pointer into the region into.
struct Stored {
    at: InstId,
    /// The address that it stored to.
    pointer: Option<ValueId>,
    /// The place, if that is certain.
    place: Option<Place>,
}

impl Search<'_, '_> {
    /// Every such instruction; `None` if for one of them the place cannot be told.
    fn stores(&self) -> Option<Vec<Stored>> {
        let mut stores = Vec::new();
        for (at, inst) in self.cx.body.inst_ids() {
            match inst.kind {
                InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value }
                    if self.provenance.points_into(value, self.region) && self.is_meant(pointer) =>
                {
                    stores.push(Stored {
                        at,
                        pointer: Some(pointer),
                        place: self.place_of(pointer),
                    });
                }
                InstKind::Copy { to, from }
                    if self.is_meant(to)
                        && self
                            .provenance
                            .of(from)
                            .any(|object| self.provenance.holds(object, self.region)) =>
                {
                    stores.extend(self.stored_in(at, self.provenance.places(to))?);
                }
                InstKind::Call(call) => {
                    let Some(effects) = self.cx.effects_of(&call) else {
                        if call
                            .args
                            .iter()
                            .any(|argument| self.leads_into_region(argument.value))
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
                        let into_region = |object| self.provenance.get(object).region() == Some(self.region);
                        if moved.objects().any(into_region) {
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
                .any(|object| self.provenance.get(object).region() == Some(self.region))
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

    fn leads_into_region(&self, value: ValueId) -> bool {
        let mut reached = self.provenance.reach(value).into_iter();
        reached.any(|object| object.region() == Some(self.region))
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
            .map(|pointer| Address::of(self, pointer, stored.at));
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
                if ends(cx, inst.kind).contains(&self.region) {
                    return false;
                }
                if self.overwrites(inst, stored, address) {
                    done = true;
                    break;
                }
                if self.forbids(inst) || address.is_some_and(|address| address.changes_at(self, id, inst)) {
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
    fn overwrites(&self, inst: &Inst<'_>, stored: &Stored, address: Option<&Address>) -> bool {
        match inst.kind {
            InstKind::Store { pointer, value } if !self.provenance.points_into(value, self.region) => {
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
        match inst.kind {
            InstKind::Return(_) | InstKind::Resume | InstKind::Opaque(..) => true,
            InstKind::Load(from) | InstKind::Exchange { pointer: from, .. } => {
                let brings_pointer = inst.result.is_some_and(|result| {
                    let value = self.cx.body.value(result);
                    value.holds_pointer || value.disguise == Disguise::Whole
                });
                brings_pointer && self.reads_another_name(from)
            }
            InstKind::Copy { from, .. } => self.reads_another_name(from),
            InstKind::Call(call) => !self.may_call(call),
            _ => false,
        }
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
                Source::Field(..) | Source::Beyond(_, 1) => arguments
                    .flat_map(|argument| self.provenance.of(argument.value))
                    .any(|object| self.is_another_name(object)),
                Source::Beyond(..) => arguments
                    .flat_map(|argument| self.provenance.reach(argument.value))
                    .any(|object| self.is_another_name(object)),
            }
        };
        !effects.roams && !effects.flows.iter().any(|(from, _)| reads_another_name(from))
    }

    /// Memory that may be the holder under another name.
    fn is_another_name(&self, object: Object) -> bool {
        let is_holder = object == self.holder || object.is_outside() && self.holder.is_outside();
        self.is_exposed && !is_holder && (object.is_outside() || object.callers().is_some())
    }
}

/// An address, and what it is computed from.
struct Address {
    pointer: ValueId,
    /// The pointers that it is a fixed number of bytes past, or read through: none of them is null.
    bases: BTreeSet<ValueId>,
    /// The values that it is computed from.
    parts: BTreeSet<ValueId>,
    /// The memory that some of these are read from.
    read: Places,
    /// What was read is still there at the store, so that reading it again gives the same.
    may_read_again: bool,
}

impl Address {
    /// The address that the instruction `at` stores to.
    fn of(search: &Search<'_, '_>, pointer: ValueId, at: InstId) -> Address {
        let mut address = Address {
            pointer,
            bases: BTreeSet::from([pointer]),
            parts: BTreeSet::from([pointer]),
            read: Places::default(),
            may_read_again: true,
        };
        let body = search.cx.body;
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
                    address.read.add_all(search.provenance.places(from));
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
            !address.is_written_at(search, id, body.inst(id))
        });
        address
    }

    /// Where control does not go at the end of a basic block, since something was stored through the address: where a pointer
    /// that it is computed from would be null.
    fn shut_by(&self, cx: Context<'_, '_>, block: BlockId) -> Option<BlockId> {
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
    fn changes_at(&self, search: &Search<'_, '_>, id: InstId, inst: &Inst<'_>) -> bool {
        inst.result.is_some_and(|result| self.parts.contains(&result)) || self.is_written_at(search, id, inst)
    }

    /// Whether an instruction may write the memory that parts of the address are read from.
    fn is_written_at(&self, search: &Search<'_, '_>, id: InstId, inst: &Inst<'_>) -> bool {
        if self.read.is_empty() {
            return false;
        }
        let (cx, provenance) = (search.cx, search.provenance);
        let may_be_read = |places: &Places, bytes: u32| {
            let mut pairs = places
                .iter()
                .flat_map(|place| self.read.iter().map(move |read| (place, read)));
            pairs.any(|(written, read)| {
                may_be_same(provenance.get(written.object), provenance.get(read.object))
                    && (written.object != read.object
                        || written.offset.overlaps(bytes, read.offset, cx.form.pointer_bytes))
            })
        };
        match inst.kind {
            InstKind::Store { pointer, .. } | InstKind::Exchange { pointer, .. } => {
                may_be_read(provenance.places(pointer), inst.bytes)
            }
            InstKind::Copy { to, .. } => may_be_read(provenance.places(to), inst.bytes),
            InstKind::Rest(_) => true,
            InstKind::Call(call) => match cx.effects_of(&call) {
                None => true,
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
fn may_be_same(left: Object, right: Object) -> bool {
    let is_others = |object: Object| object.is_outside() || object.callers().is_some();
    left == right || is_others(left) && is_others(right)
}

/// Whether an object of the analysis stands for one object only, at least as long as its region lives.
fn is_one(cx: Context<'_, '_>, provenance: &Provenance, object: Object) -> bool {
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
        let on_cycle = cx.paths.cyclic(|node| region.is_some() && cut(node));
        cx.paths
            .ids()
            .any(|node| cx.paths.node(node).block == block && on_cycle[node.index()])
    };
    match object {
        Object::Variable(_) => true,
        // Past the parameters are the arguments of a variadic function, all of them one object here.
        Object::Param(index) | Object::Field(index, _) => {
            let param = cx.body.params.get(index as usize);
            param.is_some_and(|param| cx.body.value(*param).is_pointer)
        }
        Object::Site(at, region) => {
            provenance.tells_sites_apart()
                && matches!(cx.body.inst(at).kind, InstKind::Operation(..))
                && !cyclic(at, Some(region))
        }
        Object::Heap(at) | Object::Slot(at) => !cyclic(at, None),
        Object::Global | Object::Beyond(..) | Object::Region(_) => false,
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

/// Whether two addresses are computed alike. `may_read_again`: what is read at the same address is the same.
fn same_address(
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
