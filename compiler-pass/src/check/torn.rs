//! Memory that is written otherwise than in whole pointers.
//!
//! [`super::provenance`] takes a pointer for one that is read and written as a whole. What a handle in memory names
//! ([`super::kept`]) is certain only if that is true of its cell: a store of half a pointer, of a number that is no pointer's
//! own bits, a copy of a few bytes, or a callee that does any of these, *tears* the cells that it overlaps. What is copied
//! from torn cells tears those that it is copied to.
//!
//! Lattice: sets of byte ranges for each object, and sets of values; both only grow. What an object holds that others made is
//! whole until it is torn here: whoever tore it knows. The summary (`tears`) says what a function tears of its callers' memory.

use super::context::Context;
use super::instantiate::{sinks, sources};
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::{Effects, RETURNED, Sink, Source};
use crate::form::offset::{Offset, Step};
use crate::form::regions::Origin;
use crate::form::{Call, Inst, InstId, InstKind, ObjectId, ValueId, ValueKind};
use std::collections::{BTreeMap, BTreeSet};

/// So many torn ranges of an object are told apart.
const MAX_RANGES: usize = 24;

/// What a function tears.
pub struct Torn {
    /// Byte ranges, by object.
    ranges: BTreeMap<ObjectId, BTreeSet<(Offset, u32)>>,
    /// Values read from torn memory, or through such values.
    values: BTreeSet<ValueId>,
}

impl Torn {
    /// Finds it.
    pub fn new(cx: Context<'_, '_>, provenance: &Provenance) -> Torn {
        let mut torn = Torn {
            ranges: BTreeMap::new(),
            values: BTreeSet::new(),
        };
        let finder = Finder { cx, provenance };
        let mut grew = true;
        while grew {
            grew = false;
            for (id, inst) in cx.reached_insts() {
                grew |= finder.apply(&mut torn, id, inst);
            }
            // When they run does not matter.
            for cleanup in cx.body.cleanups {
                grew |= finder.call(&mut torn, cleanup.at, &cleanup.call).0;
            }
        }
        torn
    }

    /// Whether so many bytes at a place may be torn.
    pub fn touches(&self, place: Place, bytes: u32) -> bool {
        let mut ranges = self.ranges.get(&place.object).into_iter().flatten();
        ranges.any(|(offset, width)| offset.overlaps(*width, place.offset, bytes))
    }

    /// Whether a value may be made of torn memory.
    pub fn contains(&self, value: ValueId) -> bool {
        self.values.contains(&value)
    }

    /// What the callers are told: from where, so many bytes past what it points to, so many bytes.
    pub fn told(&self, cx: Context<'_, '_>, provenance: &Provenance) -> BTreeSet<(Source, Offset, u32)> {
        let mut told = BTreeSet::new();
        for (id, ranges) in &self.ranges {
            let object = provenance.get(*id);
            let source = match object {
                Object::Global | Object::Variable(_) => Source::Outside,
                Object::Site(_, region) => match cx.regions.get(region).origin {
                    Origin::Param(index) => Source::In(index),
                    Origin::HandedOver(_) | Origin::Push(_) => Source::In(RETURNED),
                },
                _ => match object.callers() {
                    Some(source) => source,
                    None => continue,
                },
            };
            match source {
                Source::Arg(_) | Source::Field(..) => {
                    told.extend(ranges.iter().map(|(offset, width)| (source, *offset, *width)));
                }
                _ => {
                    told.insert((source, Offset::ANY, u32::MAX));
                }
            }
        }
        told
    }

    fn add(&mut self, place: Place, bytes: u32) -> bool {
        let ranges = self.ranges.entry(place.object).or_default();
        let whole = (Offset::ANY, u32::MAX);
        if ranges.contains(&whole) {
            return false;
        }
        let is_new = ranges.insert((place.offset, bytes));
        if ranges.len() > MAX_RANGES || place.offset == Offset::ANY {
            ranges.clear();
            ranges.insert(whole);
        }
        is_new
    }

    fn add_all(&mut self, places: &Places, bytes: u32) -> bool {
        let mut grew = false;
        for place in places.iter() {
            grew |= self.add(place, bytes);
        }
        grew
    }
}

struct Finder<'f, 'a> {
    cx: Context<'f, 'a>,
    provenance: &'f Provenance,
}

impl Finder<'_, '_> {
    fn apply(&self, torn: &mut Torn, id: InstId, inst: &Inst<'_>) -> bool {
        let provenance = self.provenance;
        let mut grew = false;
        let mut is_torn = false;
        match inst.kind {
            InstKind::Store { pointer, value } if let Some(from) = self.read_from(value, inst.bytes) => {
                grew |= self.copy(torn, pointer, from, inst.bytes);
            }
            InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
                let is_whole = self.is_whole(torn, value, inst.bytes);
                for place in provenance.places(pointer).iter() {
                    if !is_whole || !self.is_aligned(place) {
                        grew |= torn.add(place, inst.bytes);
                    }
                }
            }
            InstKind::Copy { to, from } => grew |= self.copy(torn, to, from, inst.bytes),
            InstKind::Load(from) => {
                let mut places = provenance.places(from).iter();
                is_torn = torn.contains(from) || places.any(|place| torn.touches(place, inst.bytes));
            }
            InstKind::Call(call) => {
                let (more, returns) = self.call(torn, id, &call);
                grew |= more;
                is_torn = returns;
            }
            InstKind::Opaque(_, operands) => {
                for operand in operands {
                    grew |= torn.add_all(&provenance.places(*operand).anywhere(), u32::MAX);
                }
            }
            InstKind::Address { base, .. } => is_torn = torn.contains(base),
            InstKind::Phi(_)
            | InstKind::Select { .. }
            | InstKind::Same(_)
            | InstKind::Derive(_)
            | InstKind::Resize { .. }
            | InstKind::FromInteger(_) => {
                is_torn = inst.kind.operands().iter().any(|operand| torn.contains(*operand));
            }
            _ => {}
        }
        if let Some(result) = inst.result.filter(|_| is_torn) {
            grew |= torn.values.insert(result);
        }
        grew
    }

    /// Where a value is read that is stored as it was: a structure, perhaps.
    fn read_from(&self, value: ValueId, bytes: u32) -> Option<ValueId> {
        match self.cx.body.def(value)?.1 {
            inst if inst.bytes != bytes => None,
            Inst {
                kind: InstKind::Load(from),
                ..
            } => Some(*from),
            _ => None,
        }
    }

    /// Whether pointers at a place, and so many past it, lie where pointers lie.
    fn is_aligned(&self, place: Place) -> bool {
        let stride = u64::from(self.cx.form.pointer_bytes);
        Offset::START
            .step(Step { constant: 0, stride })
            .covers(place.offset)
    }

    /// Whether so many bytes of a value are pointers, each of them whole, or nothing at all.
    fn is_whole(&self, torn: &Torn, value: ValueId, bytes: u32) -> bool {
        let pointer_bytes = self.cx.form.pointer_bytes;
        let mut seen = vec![value];
        let mut next = 0;
        while let Some(value) = seen.get(next).copied() {
            next += 1;
            let def = self.cx.body.value(value);
            if torn.contains(value) {
                return false;
            }
            let operands = match def.kind {
                ValueKind::Null | ValueKind::Undefined => continue,
                // Zeros, and vectors of them; any other number is no pointer.
                ValueKind::Int(0) | ValueKind::ConstantAggregate if bytes >= pointer_bytes => continue,
                ValueKind::Constant if bytes >= pointer_bytes => continue,
                ValueKind::Inst(id) => {
                    let inst = self.cx.body.inst(id);
                    match inst.kind {
                        InstKind::Phi(_) | InstKind::Same(_) => inst.kind.operands(),
                        InstKind::Select { yes, no, .. } => vec![yes, no],
                        // A pointer, or a structure's, that is read as a number of their width.
                        InstKind::Load(_) if bytes >= pointer_bytes && inst.bytes == bytes => continue,
                        InstKind::Derive(_) if inst.keeps_offsets() && bytes >= pointer_bytes => {
                            inst.kind.operands()
                        }
                        InstKind::FromInteger(value) => vec![value],
                        _ if def.is_pointer && bytes == pointer_bytes => continue,
                        _ => return false,
                    }
                }
                _ if def.is_pointer && bytes == pointer_bytes => continue,
                _ => return false,
            };
            for operand in operands {
                if !seen.contains(&operand) {
                    seen.push(operand);
                }
            }
        }
        true
    }

    fn copy(&self, torn: &mut Torn, to: ValueId, from: ValueId, bytes: u32) -> bool {
        let provenance = self.provenance;
        let width = self.cx.form.pointer_bytes;
        let (targets, sources) = (provenance.places(to), provenance.places(from));
        let is_whole = bytes >= width
            && bytes != u32::MAX
            && !torn.contains(from)
            && targets
                .iter()
                .chain(sources.iter())
                .all(|place| self.is_aligned(place));
        if !is_whole {
            return torn.add_all(targets, bytes);
        }
        let mut grew = false;
        let rest = bytes % width;
        if rest != 0 {
            // The first bytes of another pointer.
            for target in targets.iter() {
                grew |= torn.add(target.moved(i64::from(bytes - rest)), rest);
            }
        }
        for source in sources.iter() {
            let ranges = torn.ranges.get(&source.object).into_iter().flatten();
            let ranges = ranges.filter(|(offset, width)| source.offset.overlaps(bytes, *offset, *width));
            for (range, width) in ranges.copied().collect::<Vec<_>>() {
                for target in targets.iter() {
                    let offset = source.offset.rebase(range, target.offset);
                    grew |= torn.add(Place { offset, ..target }, width);
                }
            }
        }
        grew
    }

    /// What a call tears, and whether its result is torn.
    fn call(&self, torn: &mut Torn, id: InstId, call: &Call<'_>) -> (bool, bool) {
        if call.no_memory || call.read_only {
            let is_torn = call.args.iter().any(|argument| torn.contains(argument.value));
            return (false, is_torn);
        }
        match self.cx.effects_of(call) {
            Some(effects) if self.cx.body_tells(call) => self.described(torn, id, call, effects),
            effects => (self.undescribed(torn, call, effects), false),
        }
    }

    fn described(&self, torn: &mut Torn, id: InstId, call: &Call<'_>, effects: &Effects) -> (bool, bool) {
        let (cx, provenance) = (self.cx, self.provenance);
        let mut grew = false;
        for (source, offset, width) in &effects.tears {
            let bases = self.bases(id, call, *source);
            for base in bases.iter() {
                let offset = Offset::START.rebase(*offset, base.offset);
                grew |= torn.add(Place { offset, ..base }, *width);
            }
        }
        let mut returns = false;
        for (from, to) in &effects.flows {
            let is_torn = match from {
                Source::Arg(_) => {
                    let mut arguments = cx.arguments_of(call, *from).iter();
                    arguments.any(|argument| torn.contains(argument.value))
                }
                Source::Field(index, offset) => {
                    let mut cells = cx.arguments(call, *index).iter().flat_map(|argument| {
                        provenance
                            .addresses(argument.value)
                            .moved(Step::by(*offset))
                            .iter()
                            .collect::<Vec<_>>()
                    });
                    cells.any(|cell| torn.touches(cell, cx.form.pointer_bytes))
                }
                Source::In(_) => false,
                Source::Word(..) | Source::Inside(..) | Source::Beyond(..) | Source::Outside => true,
            };
            match to {
                Sink::Return => returns |= is_torn,
                Sink::Unknown | Sink::Freed => {}
                _ => {
                    for place in sinks(cx, provenance, id, call, *to).iter() {
                        if is_torn || place.offset.exact().is_some() && !self.is_aligned(place) {
                            grew |= torn.add(place, cx.form.pointer_bytes);
                        }
                    }
                }
            }
        }
        (grew, returns)
    }

    /// Where a callee's source points, or, of what is found on the way, leads.
    fn bases(&self, id: InstId, call: &Call<'_>, source: Source) -> Places {
        let (cx, provenance) = (self.cx, self.provenance);
        match source {
            Source::Arg(index) => cx
                .arguments(call, index)
                .iter()
                .flat_map(|argument| provenance.addresses(argument.value).iter().collect::<Vec<_>>())
                .collect(),
            _ => sources(cx, provenance, id, call, source),
        }
    }

    /// A callee that only a declaration describes, or nothing: what it is given it may write in any way.
    fn undescribed(&self, torn: &mut Torn, call: &Call<'_>, effects: Option<&Effects>) -> bool {
        let is_library = effects.is_some() && self.cx.is_library(call);
        let mut grew = false;
        for argument in call.args {
            if argument.read_only || argument.no_access {
                continue;
            }
            let own = self.provenance.places(argument.value);
            let reached: Places = match is_library {
                true => own.anywhere(),
                false => self
                    .provenance
                    .closure(own.objects())
                    .into_iter()
                    .map(Place::anywhere_in)
                    .collect(),
            };
            grew |= torn.add_all(&reached, u32::MAX);
        }
        grew
    }
}
