//! What the pointers of a function may point to, and what its memory may hold.
//!
//! A flow-insensitive points-to analysis of one function at a time. The abstract objects are few, because
//! the rules ask about lifetimes only: each stack slot, each region (all its objects together), what each
//! parameter points to and what is reached from there, and one object for everything that outlives the function (globals, the heap,
//! foreign addresses).
//!
//! Lattice: sets of objects, for each value (where it may point) and for each object (where pointers stored
//! in it may point); meet is union. Transfer is inclusion along copies, loads, stores and the instantiated
//! summaries of callees. Sets only grow and are bounded, so the iteration ends.
//!
//! Known gap: fields of an object are not told apart, and integers loaded from memory carry no provenance
//! (an integer that is made into a pointer is judged where that happens, R0904).

use super::context::Context;
use crate::effects::{Effects, MAX_DEPTH, Sink, Source};
use crate::form::{Argument, Call, Callee, InstId, InstKind, ObjectId, RegionId, ValueId, ValueKind};
use std::collections::BTreeMap;

/// An abstract object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Everything that outlives the function and is not the caller's to vouch for.
    Global,
    /// What a parameter points to.
    Param(u32),
    /// What so many reads from a parameter lead to; at [`MAX_DEPTH`], so many or more.
    Beyond(u32, u8),
    /// A stack slot.
    Slot(InstId),
    /// The objects of a region, and its descriptor.
    Region(RegionId),
}

/// A sorted set of objects. Small: most pointers point to one.
pub type Objects = Vec<ObjectId>;

/// The solution for one function.
pub struct Provenance {
    objects: Vec<Object>,
    index: BTreeMap<Object, ObjectId>,
    values: Vec<Objects>,
    contents: Vec<Objects>,
    /// The first instruction that put one object's address into another.
    blame: BTreeMap<(ObjectId, ObjectId), InstId>,
}

fn union(into: &mut Objects, from: &[ObjectId]) -> bool {
    let mut grew = false;
    for object in from {
        if let Err(at) = into.binary_search(object) {
            into.insert(at, *object);
            grew = true;
        }
    }
    grew
}

impl Provenance {
    /// Solves the constraints of a function.
    pub fn new(cx: Context<'_, '_>) -> Provenance {
        let mut solver = Provenance {
            objects: Vec::new(),
            index: BTreeMap::new(),
            values: vec![Objects::new(); cx.body.values.len()],
            contents: Vec::new(),
            blame: BTreeMap::new(),
        };
        let global = solver.object(Object::Global);
        solver.contents[global.index()].push(global);
        for (index, value) in cx.body.values.iter().enumerate() {
            let set = &mut Objects::new();
            match value.kind {
                ValueKind::Param(param) if value.holds_pointer => {
                    let object = solver.object(Object::Param(param));
                    let mut holder = object;
                    for depth in 1..=MAX_DEPTH {
                        let beyond = solver.object(Object::Beyond(param, depth));
                        union(&mut solver.contents[holder.index()], &[beyond]);
                        holder = beyond;
                    }
                    union(&mut solver.contents[holder.index()], &[holder]);
                    set.push(object);
                }
                ValueKind::Function(_) | ValueKind::Global | ValueKind::ConstantAggregate
                    if value.holds_pointer =>
                {
                    set.push(global);
                }
                _ => {}
            }
            solver.values[index] = std::mem::take(set);
        }
        while solver.round(cx) {}
        solver
    }

    fn object(&mut self, object: Object) -> ObjectId {
        if let Some(id) = self.index.get(&object) {
            return *id;
        }
        let id = ObjectId::new(self.objects.len());
        self.objects.push(object);
        self.contents.push(Objects::new());
        self.index.insert(object, id);
        id
    }

    /// What an index stands for.
    pub fn get(&self, id: ObjectId) -> Object {
        self.objects[id.index()]
    }

    /// All objects.
    pub fn ids(&self) -> impl Iterator<Item = (ObjectId, Object)> {
        self.objects
            .iter()
            .enumerate()
            .map(|(index, object)| (ObjectId::new(index), *object))
    }

    /// Where a value may point.
    pub fn of(&self, value: ValueId) -> impl Iterator<Item = Object> {
        self.values[value.index()].iter().map(|id| self.get(*id))
    }

    /// Where pointers stored in an object may point.
    pub fn contents(&self, object: Object) -> impl Iterator<Item = Object> {
        let ids = self
            .index
            .get(&object)
            .map_or(&[][..], |id| &self.contents[id.index()]);
        ids.iter().map(|id| self.get(*id))
    }

    /// The pairs of holder and held that some instruction of the function stores, in a fixed order.
    pub fn stored(&self) -> impl Iterator<Item = (Object, Object)> {
        self.blame
            .keys()
            .map(|(holder, held)| (self.get(*holder), self.get(*held)))
    }

    /// The instruction that first put the address of `held` into `holder`.
    pub fn blame(&self, holder: Object, held: Object) -> Option<InstId> {
        self.blame
            .get(&(*self.index.get(&holder)?, *self.index.get(&held)?))
            .copied()
    }

    /// Whether a value may point into a region.
    pub fn points_into(&self, value: ValueId, region: RegionId) -> bool {
        self.of(value).any(|object| object == Object::Region(region))
    }

    /// The objects that a value leads to, through any number of loads.
    pub fn reach(&self, value: ValueId) -> Vec<Object> {
        self.closure(&self.values[value.index()])
            .into_iter()
            .map(|id| self.get(id))
            .collect()
    }

    /// The objects that pointers read through a value lead to, through any number of loads from the `depth`th on.
    pub fn reach_beyond(&self, value: ValueId, depth: u8) -> Vec<Object> {
        self.closure(&self.beyond(value, depth))
            .into_iter()
            .map(|id| self.get(id))
            .collect()
    }

    /// What exactly `depth` reads through a value lead to; at [`MAX_DEPTH`], so many or more.
    fn beyond(&self, value: ValueId, depth: u8) -> Objects {
        let mut objects = self.values[value.index()].clone();
        for _ in 0..depth {
            let mut inner = Objects::new();
            for object in &objects {
                union(&mut inner, &self.contents[object.index()]);
            }
            objects = inner;
        }
        if depth >= MAX_DEPTH {
            self.closure(&objects)
        } else {
            objects
        }
    }

    /// The objects that pointers stored in an object lead to.
    pub fn reach_from(&self, object: Object) -> Vec<Object> {
        let from: Objects = self.index.get(&object).copied().into_iter().collect();
        self.closure(&from).into_iter().map(|id| self.get(id)).collect()
    }

    fn closure(&self, from: &[ObjectId]) -> Objects {
        let mut reached: Objects = from.to_vec();
        let mut work = reached.clone();
        while let Some(object) = work.pop() {
            for held in &self.contents[object.index()] {
                if let Err(at) = reached.binary_search(held) {
                    reached.insert(at, *held);
                    work.push(*held);
                }
            }
        }
        reached
    }

    /// Applies every instruction once. True if any set grew.
    fn round(&mut self, cx: Context<'_, '_>) -> bool {
        let mut grew = false;
        for (id, inst) in cx.body.inst_ids() {
            let pointers = inst.result.filter(|result| cx.body.value(*result).holds_pointer);
            match inst.kind {
                InstKind::Operation(operation, operands) => {
                    let Some(result) = pointers else { continue };
                    if operation.allocates() {
                        for region in cx.regions.resolve(cx.body, operands[0]).regions {
                            grew |= self.add_object(result, Object::Region(region));
                        }
                    } else if let Some(region) = cx.regions.of_handle(result) {
                        grew |= self.add_object(result, Object::Region(region));
                    }
                }
                InstKind::Call(call) => grew |= self.call(cx, id, call, pointers),
                InstKind::Phi(incoming) => {
                    for (_, value) in incoming {
                        grew |= self.copy(*value, inst.result);
                    }
                }
                InstKind::Select { yes, no, .. } => {
                    grew |= self.copy(yes, inst.result);
                    grew |= self.copy(no, inst.result);
                }
                InstKind::Resize { value, .. } => grew |= self.copy(value, inst.result),
                InstKind::Same(value) | InstKind::FromInteger(value) => {
                    grew |= self.copy(value, inst.result);
                    if matches!(inst.kind, InstKind::FromInteger(_)) && self.values[value.index()].is_empty()
                    {
                        grew |= pointers.is_some_and(|result| self.add_object(result, Object::Global));
                    }
                }
                InstKind::Derive(operands) => {
                    for operand in operands {
                        grew |= self.copy(*operand, inst.result);
                    }
                }
                InstKind::StackSlot => {
                    if let Some(result) = inst.result {
                        grew |= self.add_object(result, Object::Slot(id));
                    }
                }
                InstKind::Load(pointer) => {
                    if let Some(result) = pointers {
                        let loaded = self.loaded(pointer);
                        grew |= union(&mut self.values[result.index()], &loaded);
                    }
                }
                InstKind::Store { pointer, value } => grew |= self.store(id, pointer, value),
                InstKind::Exchange { pointer, value } => {
                    grew |= self.store(id, pointer, value);
                    if let Some(result) = pointers {
                        let loaded = self.loaded(pointer);
                        grew |= union(&mut self.values[result.index()], &loaded);
                    }
                }
                InstKind::Copy { to, from } => {
                    let copied = self.loaded(from);
                    let places = self.values[to.index()].clone();
                    grew |= self.hold(id, &places, &copied);
                }
                InstKind::LandingPad => {
                    grew |= pointers.is_some_and(|result| self.add_object(result, Object::Global))
                }
                InstKind::Opaque(_, operands) => {
                    for operand in operands {
                        grew |= self.copy(*operand, pointers);
                    }
                }
                _ => {}
            }
        }
        grew
    }

    fn add_object(&mut self, value: ValueId, object: Object) -> bool {
        let id = self.object(object);
        union(&mut self.values[value.index()], &[id])
    }

    fn copy(&mut self, from: ValueId, to: Option<ValueId>) -> bool {
        let Some(to) = to else { return false };
        let set = self.values[from.index()].clone();
        union(&mut self.values[to.index()], &set)
    }

    /// What a load through `pointer` may yield. A pointer to nowhere known leads to the outside.
    fn loaded(&self, pointer: ValueId) -> Objects {
        let mut loaded = Objects::new();
        for object in &self.values[pointer.index()] {
            union(&mut loaded, &self.contents[object.index()]);
        }
        if self.values[pointer.index()].is_empty() {
            loaded.extend(self.index.get(&Object::Global));
        }
        loaded
    }

    fn store(&mut self, at: InstId, pointer: ValueId, value: ValueId) -> bool {
        let held = self.values[value.index()].clone();
        let places = self.values[pointer.index()].clone();
        self.hold(at, &places, &held)
    }

    fn hold(&mut self, at: InstId, places: &[ObjectId], held: &[ObjectId]) -> bool {
        let mut grew = false;
        for place in places {
            for object in held {
                // Also where the caller may have built it so: a store is a store.
                self.blame.entry((*place, *object)).or_insert(at);
                grew |= union(&mut self.contents[place.index()], &[*object]);
            }
        }
        grew
    }

    fn call(&mut self, cx: Context<'_, '_>, id: InstId, call: Call<'_>, result: Option<ValueId>) -> bool {
        let mut grew = false;
        for argument in call.args.iter().filter(|argument| argument.returned) {
            grew |= self.copy(argument.value, result);
        }
        match cx.effects_of(&call) {
            Some(effects) => grew |= self.described(cx, id, call, effects, result),
            None => grew |= self.undescribed(cx, id, call, result),
        }
        grew
    }

    fn described(
        &mut self,
        cx: Context<'_, '_>,
        id: InstId,
        call: Call<'_>,
        effects: &Effects,
        result: Option<ValueId>,
    ) -> bool {
        let mut grew = false;
        for (from, to) in &effects.flows {
            let sources = self.sources(cx, call, *from);
            let places: Objects = match to {
                Sink::Return => {
                    if let Some(result) = result {
                        grew |= union(&mut self.values[result.index()], &sources);
                    }
                    continue;
                }
                Sink::Global | Sink::Unknown | Sink::Freed => vec![self.object(Object::Global)],
                Sink::Arg(index) => match call.args.get(*index as usize) {
                    Some(argument) => self.values[argument.value.index()].clone(),
                    None => continue,
                },
                Sink::Beyond(index, depth) => match call.args.get(*index as usize) {
                    Some(argument) => self.beyond(argument.value, *depth),
                    None => continue,
                },
                Sink::In(index) => self.regions_of(cx, call, *index),
            };
            // What leaks to an undescribed function, or is freed, is a finding of its own, not a store.
            if !matches!(to, Sink::Unknown | Sink::Freed) {
                grew |= self.hold(id, &places, &sources);
            }
        }
        let Some(result) = result else { return grew };
        if let Some(region) = cx.regions.of_handle(result) {
            grew |= self.add_object(result, Object::Region(region));
        } else if !effects.flows.iter().any(|(_, to)| *to == Sink::Return) {
            grew |= self.add_object(result, Object::Global);
        }
        grew
    }

    fn sources(&mut self, cx: Context<'_, '_>, call: Call<'_>, from: Source) -> Objects {
        match from {
            Source::Arg(index) => match call.args.get(index as usize) {
                Some(argument) => self.values[argument.value.index()].clone(),
                None => Objects::new(),
            },
            Source::Beyond(index, depth) => match call.args.get(index as usize) {
                Some(argument) => self.beyond(argument.value, depth),
                None => Objects::new(),
            },
            Source::In(index) => self.regions_of(cx, call, index),
        }
    }

    fn regions_of(&mut self, cx: Context<'_, '_>, call: Call<'_>, index: u32) -> Objects {
        let Some(argument) = call.args.get(index as usize) else {
            return Objects::new();
        };
        let regions = cx.regions.resolve(cx.body, argument.value).regions;
        let mut objects: Objects = regions
            .into_iter()
            .map(|region| self.object(Object::Region(region)))
            .collect();
        objects.sort_unstable();
        objects
    }

    /// A call of something that nobody described: its arguments may be stored in one another and returned.
    /// What it could keep for itself is a finding (R0902), not a flow.
    fn undescribed(
        &mut self,
        _cx: Context<'_, '_>,
        id: InstId,
        call: Call<'_>,
        result: Option<ValueId>,
    ) -> bool {
        let mut grew = false;
        let global = self.object(Object::Global);
        let mut passed: Objects = vec![global];
        let mut places = Objects::new();
        for argument in call.args {
            let closure = self.closure(&self.values[argument.value.index()]);
            let own = &self.values[argument.value.index()];
            let inner: Objects = closure
                .iter()
                .filter(|object| !own.contains(object))
                .copied()
                .collect();
            union(&mut passed, if argument.no_capture { &inner } else { &closure });
            if !argument.read_only && !argument.no_access {
                union(&mut places, &closure);
            }
        }
        if !call.no_memory && !call.read_only && !is_intrinsic_without_stores(call) {
            grew |= self.hold(id, &places, &passed);
        }
        if let Some(result) = result {
            grew |= union(&mut self.values[result.index()], &passed);
        }
        grew
    }
}

/// Assembly without memory operands is no store: the analysis of its operands decides (R0904).
fn is_intrinsic_without_stores(call: Call<'_>) -> bool {
    call.callee == Callee::Assembly && call.args.is_empty()
}

/// Whether an argument lets a callee that nobody described get hold of what it points to.
pub fn may_be_kept(call: &Call<'_>, argument: &Argument, leads_on: bool, returns_pointer: bool) -> bool {
    if call.no_memory && !returns_pointer || argument.no_access && argument.no_capture {
        return false;
    }
    // A callee that writes no memory can keep a pointer only in its result.
    let keeps_nothing = call.read_only && !returns_pointer;
    // A promise not to keep the pointer does not cover the pointers that it leads to.
    !keeps_nothing && (!argument.no_capture || leads_on)
}
