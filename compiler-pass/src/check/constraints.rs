//! The transfer functions of [`super::provenance`]: what each instruction lets point where.

use super::context::Context;
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::{Effects, MAX_DEPTH, RETURNED, Sink, Source};
use crate::form::offset::{Offset, Step};
use crate::form::{Call, Callee, Inst, InstId, InstKind, RegionId, ValueId, ValueKind};
use std::collections::{BTreeMap, HashMap};

/// How many pointers a copy may be long so that the fields of a parameter are copied one by one.
const SMALL_COPY: u32 = 8;

/// Applies every instruction until nothing grows.
pub(super) fn solve(cx: Context<'_, '_>, provenance: &mut Provenance) {
    let mut solver = Solver {
        cx,
        provenance,
        settled: false,
        version: 0,
        judged: HashMap::new(),
        moved: HashMap::new(),
    };
    solver.begin();
    while solver.round() {}
    // A pointer of which nothing is known by now is null, or leads to the outside.
    solver.settled = true;
    while solver.round() {}
}

struct Solver<'s, 'a> {
    cx: Context<'s, 'a>,
    provenance: &'s mut Provenance,
    /// What points nowhere now will point nowhere.
    settled: bool,
    /// How often something grew.
    version: u64,
    /// The version at which an undescribed call was last applied.
    judged: HashMap<InstId, u64>,
    /// How many objects such a call moved among how many.
    moved: HashMap<InstId, (usize, usize)>,
}

impl Solver<'_, '_> {
    /// The parameters, and the constants.
    fn begin(&mut self) {
        let global = self.provenance.object(Object::Global);
        let params = self.cx.body.params.len() as u32;
        if self.cx.function.variadic {
            self.caller(params);
        }
        for index in 0..self.cx.body.values.len() {
            let value = ValueId::new(index);
            let def = self.cx.body.value(value);
            match def.kind {
                ValueKind::Param(param) if def.holds_pointer => {
                    let object = self.caller(param);
                    self.provenance.add(value, Place::start_of(object));
                }
                ValueKind::Global(Some((variable, offset)))
                    if def.holds_pointer && self.provenance.is_fine =>
                {
                    let object = self.provenance.object(Object::Variable(variable));
                    let offset = Offset::exactly(offset);
                    self.provenance.add(value, Place { object, offset });
                }
                ValueKind::Function(_) | ValueKind::Global(_) | ValueKind::ConstantAggregate
                    if def.holds_pointer =>
                {
                    self.provenance.add(value, Place::anywhere_in(global));
                }
                _ => {}
            }
        }
    }

    /// What a parameter leads to.
    fn caller(&mut self, param: u32) -> crate::form::ObjectId {
        for depth in 1..=MAX_DEPTH {
            self.provenance.object(Object::Beyond(param, depth));
        }
        self.provenance.object(Object::Param(param))
    }

    /// Applies every instruction once. True if any set grew.
    fn round(&mut self) -> bool {
        let before = self.version;
        for (id, inst) in self.cx.body.inst_ids() {
            let grew = self.apply(id, inst);
            self.version += u64::from(grew);
        }
        self.version > before
    }

    fn apply(&mut self, id: InstId, inst: &Inst<'_>) -> bool {
        let mut grew = false;
        let pointers = inst.result.filter(|result| self.cx.body.may_point(*result));
        match inst.kind {
            InstKind::Operation(operation, operands) => {
                let Some(result) = pointers else { return false };
                if operation.allocates() {
                    for region in self.cx.regions.resolve(self.cx.body, operands[0]).regions {
                        let site = self.provenance.name_site(id, region);
                        grew |= self.points_to(result, site);
                    }
                } else if let Some(region) = self.cx.regions.of_handle(result) {
                    grew |= self.points_to(result, Object::Region(region));
                }
            }
            InstKind::Call(call) => grew |= self.call(id, call, pointers),
            InstKind::Phi(incoming) => {
                for (_, value) in incoming {
                    grew |= self.copy(*value, inst.result);
                }
            }
            InstKind::Select { yes, no, .. } => {
                grew |= self.copy(yes, inst.result);
                grew |= self.copy(no, inst.result);
            }
            InstKind::Resize { value, .. } | InstKind::Same(value) => {
                grew |= self.copy(value, inst.result);
            }
            InstKind::FromInteger(value) => {
                grew |= self.copy(value, inst.result);
                if self.settled && self.provenance.places(value).is_empty() {
                    grew |= pointers.is_some_and(|result| self.points_outside(result));
                }
            }
            InstKind::Address { base, step } => {
                if let Some(result) = inst.result {
                    let places = moved(self.provenance.places(base), step);
                    grew |= self.provenance.add_all(result, &places);
                }
            }
            InstKind::Derive(operands) => {
                let Some(result) = inst.result else { return false };
                for operand in operands {
                    let places = self.provenance.places(*operand).clone();
                    let places = if inst.keeps_offsets() {
                        places
                    } else {
                        places.anywhere()
                    };
                    grew |= self.provenance.add_all(result, &places);
                }
            }
            InstKind::Plain(operands) => {
                // A part of an aggregate that is no pointer by its type, but may be one in disguise.
                for operand in operands.iter().filter(|_| pointers.is_some()) {
                    grew |= self.copy(*operand, pointers);
                }
            }
            InstKind::StackSlot => {
                if let Some(result) = inst.result {
                    grew |= self.points_to(result, Object::Slot(id));
                }
            }
            InstKind::Load(pointer) => grew |= self.load(pointer, inst.bytes, pointers),
            InstKind::Store { pointer, value } => grew |= self.store(id, pointer, inst.bytes, value),
            InstKind::Exchange { pointer, value } => {
                grew |= self.store(id, pointer, inst.bytes, value);
                grew |= self.load(pointer, inst.bytes, pointers);
            }
            InstKind::Copy { to, from } => grew |= self.copy_memory(id, to, from, inst.bytes),
            InstKind::Rest(list) => grew |= self.variadic(id, list),
            InstKind::LandingPad => grew |= pointers.is_some_and(|result| self.points_outside(result)),
            InstKind::Opaque(_, operands) => {
                for operand in operands {
                    grew |= self.copy(*operand, pointers);
                }
            }
            _ => {}
        }
        grew
    }

    fn points_to(&mut self, value: ValueId, object: Object) -> bool {
        let object = self.provenance.object(object);
        self.provenance.add(value, Place::start_of(object))
    }

    fn points_outside(&mut self, value: ValueId) -> bool {
        let global = self.provenance.object(Object::Global);
        self.provenance.add(value, Place::anywhere_in(global))
    }

    fn copy(&mut self, from: ValueId, to: Option<ValueId>) -> bool {
        let Some(to) = to else { return false };
        let places = self.provenance.places(from).clone();
        self.provenance.add_all(to, &places)
    }

    fn load(&mut self, pointer: ValueId, bytes: u32, result: Option<ValueId>) -> bool {
        let Some(result) = result else { return false };
        let places = self.provenance.places(pointer).clone();
        let read = self.read(&places, bytes);
        self.provenance.add_all(result, &read)
    }

    fn read(&mut self, places: &Places, bytes: u32) -> Places {
        for place in places.iter() {
            self.provenance.name_field(place, bytes);
        }
        if places.is_empty() && !self.settled {
            return Places::default();
        }
        self.provenance.read(places, bytes)
    }

    fn store(&mut self, at: InstId, pointer: ValueId, bytes: u32, value: ValueId) -> bool {
        let held = self.provenance.places(value).clone();
        let mut places = self.provenance.places(pointer).clone();
        if self.settled && places.is_empty() {
            let global = self.provenance.object(Object::Global);
            places.insert(Place::anywhere_in(global));
        }
        self.hold(at, &places, bytes, &held)
    }

    fn hold(&mut self, at: InstId, places: &Places, bytes: u32, held: &Places) -> bool {
        let mut grew = false;
        for place in places.iter() {
            grew |= self.provenance.hold(at, place, bytes, held);
        }
        grew
    }

    /// Cells keep their distance from the start of what is copied.
    fn copy_memory(&mut self, at: InstId, to: ValueId, from: ValueId, bytes: u32) -> bool {
        let targets = self.provenance.places(to).clone();
        let sources = self.provenance.places(from).clone();
        let pointer_bytes = self.cx.form.pointer_bytes;
        let mut grew = false;
        for source in sources.iter() {
            let mut moved: Vec<(Offset, Places)> = Vec::new();
            let object = self.provenance.get(source.object);
            let small = bytes <= SMALL_COPY * pointer_bytes;
            match (object, source.offset.exact()) {
                (Object::Param(_), Some(start)) if small => {
                    for offset in (0..i64::from(bytes)).step_by(pointer_bytes as usize) {
                        let offset = Offset::exactly(start.saturating_add(offset));
                        let field: Places = [Place { offset, ..source }].into_iter().collect();
                        moved.push((offset, self.read(&field, pointer_bytes)));
                    }
                }
                _ if object.is_outside() || object.callers().is_some() => {
                    let all: Places = [source].into_iter().collect();
                    moved.push((Offset::ANY, self.read(&all, u32::MAX)));
                }
                _ => {
                    let cells = self.provenance.cells(source.object).iter();
                    moved.extend(
                        cells
                            .filter(|(cell, _)| source.offset.overlaps(bytes, **cell, pointer_bytes))
                            .map(|(cell, held)| (*cell, held.clone())),
                    );
                }
            }
            for (cell, held) in &moved {
                for target in targets.iter() {
                    let offset = source.offset.rebase(*cell, target.offset);
                    if !held.is_empty() {
                        grew |= self.provenance.hold_cell(at, Place { offset, ..target }, held);
                    }
                }
            }
        }
        grew
    }

    /// The list leads to memory that holds the arguments past the parameters.
    fn variadic(&mut self, at: InstId, list: ValueId) -> bool {
        let area = self.provenance.object(Object::Slot(at));
        let rest = self
            .provenance
            .object(Object::Param(self.cx.body.params.len() as u32));
        let arguments: Places = [Place::anywhere_in(rest)].into_iter().collect();
        let mut grew = self
            .provenance
            .hold_cell(at, Place::anywhere_in(area), &arguments);
        let lists: Places = self.provenance.places(list).anywhere();
        let area: Places = [Place::anywhere_in(area)].into_iter().collect();
        for place in lists.iter() {
            grew |= self.provenance.hold_cell(at, place, &area);
        }
        grew
    }

    fn call(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) -> bool {
        let mut grew = false;
        for argument in call.args.iter().filter(|argument| argument.returned) {
            grew |= self.copy(argument.value, result);
        }
        match self.cx.effects_of(&call) {
            Some(effects) => grew |= self.described(id, call, effects, result),
            None => grew |= self.undescribed(id, call, result),
        }
        grew
    }

    fn described(&mut self, id: InstId, call: Call<'_>, effects: &Effects, result: Option<ValueId>) -> bool {
        let mut grew = false;
        let returned = call.args.iter().any(|argument| argument.returned);
        // Each source and place is looked up once a round: what grows meanwhile, the next round sees.
        let mut known: BTreeMap<Source, Places> = BTreeMap::new();
        let mut moved: BTreeMap<Sink, Places> = BTreeMap::new();
        for (from, to) in &effects.flows {
            // What leaks to an undescribed function, or is freed, is a finding of its own, not a store. What is certainly
            // the argument itself is taken over by the call.
            if matches!(to, Sink::Unknown | Sink::Freed) || *to == Sink::Return && returned {
                continue;
            }
            if !known.contains_key(from) {
                known.insert(*from, self.sources(id, call, *from));
            }
            let moved = moved.entry(*to).or_default();
            if *to == Sink::Return && matches!(from, Source::In(_)) {
                moved.add_all(&starts(&known[from]));
            } else {
                moved.add_all(&known[from]);
            }
        }
        for (to, sources) in &moved {
            if *to == Sink::Return {
                grew |= result.is_some_and(|result| self.provenance.add_all(result, sources));
            } else {
                let places = self.sinks(id, call, *to);
                grew |= self.hold(id, &places, self.cx.form.pointer_bytes, sources);
            }
        }
        let Some(result) = result else { return grew };
        if let Some(region) = self.cx.regions.of_handle(result) {
            grew |= self.points_to(result, Object::Region(region));
        } else if effects.fresh {
            grew |= self.points_to(result, Object::Heap(id));
        } else if !effects.flows.iter().any(|(_, to)| *to == Sink::Return) {
            grew |= self.points_outside(result);
        }
        grew
    }

    fn sources(&mut self, id: InstId, call: Call<'_>, from: Source) -> Places {
        if let Source::Field(index, offset) = from {
            let step = Step {
                constant: offset,
                stride: 0,
            };
            let places: Places = self
                .cx
                .arguments(&call, index)
                .iter()
                .flat_map(|argument| moved(self.provenance.places(argument.value), step))
                .collect();
            return self.read(&places, self.cx.form.pointer_bytes);
        }
        if let Source::In(index) = from {
            self.name_sites(id, call, index);
        }
        sources(self.cx, self.provenance, id, &call, from)
    }

    fn sinks(&mut self, id: InstId, call: Call<'_>, to: Sink) -> Places {
        if let Sink::In(index) = to {
            self.name_sites(id, call, index);
        }
        sinks(self.cx, self.provenance, id, &call, to)
    }

    /// Makes the objects known that a callee allocates in a region it is given.
    fn name_sites(&mut self, id: InstId, call: Call<'_>, index: u32) {
        for region in regions_of(self.cx, id, &call, index) {
            self.provenance.name_site(id, region);
        }
    }

    /// A call of something that nobody described: its arguments may be stored in one another and returned.
    /// What it could keep for itself is a finding (R0902), not a flow.
    fn undescribed(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) -> bool {
        let mut grew = false;
        // Sets only grow: what was done when everything was as it is now need not be done again.
        if self.judged.insert(id, self.version) == Some(self.version) {
            return false;
        }
        let global = self.provenance.object(Object::Global);
        let mut passed: Places = [Place::anywhere_in(global)].into_iter().collect();
        let mut places = Places::default();
        for argument in call.args {
            let own = self.provenance.places(argument.value).clone();
            let reached = self.provenance.closure(own.objects());
            let reached: Places = reached.into_iter().map(Place::anywhere_in).collect();
            let own: Vec<_> = own.objects().collect();
            passed.extend(
                reached
                    .iter()
                    .filter(|place| !argument.no_capture || !own.contains(&place.object)),
            );
            if !argument.read_only && !argument.no_access {
                places.extend(reached.iter());
            }
        }
        let size = (passed.iter().count(), places.iter().count());
        let is_new = self.moved.insert(id, size) != Some(size);
        if is_new && !call.no_memory && !call.read_only && !is_assembly_without_operands(call) {
            grew |= self.hold(id, &places, u32::MAX, &passed);
        }
        if let Some(result) = result {
            grew |= self.provenance.add_all(result, &passed);
        }
        grew
    }
}

/// What a summary's source stands for at a call, as far as it is known.
pub(super) fn sources(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    call: &Call<'_>,
    from: Source,
) -> Places {
    let arguments = cx.arguments(call, from.argument()).iter();
    match from {
        Source::Arg(_) => arguments
            .flat_map(|argument| provenance.places(argument.value).anywhere())
            .collect(),
        Source::Field(_, offset) => {
            let step = Step {
                constant: offset,
                stride: 0,
            };
            let places: Places = arguments
                .flat_map(|argument| moved(provenance.places(argument.value), step))
                .collect();
            provenance.read(&places, cx.form.pointer_bytes)
        }
        Source::Beyond(_, depth) => arguments
            .flat_map(|argument| provenance.beyond(provenance.places(argument.value), depth))
            .collect(),
        Source::In(index) => regions_of(cx, id, call, index)
            .into_iter()
            .filter_map(|region| provenance.id(provenance.site(id, region)))
            .map(Place::anywhere_in)
            .collect(),
    }
}

/// The regions that an argument of a call may name, or the region that the callee opened and returns.
fn regions_of(cx: Context<'_, '_>, id: InstId, call: &Call<'_>, index: u32) -> Vec<RegionId> {
    if index == RETURNED {
        let result = cx.body.inst(id).result;
        return result
            .and_then(|result| cx.regions.of_handle(result))
            .into_iter()
            .collect();
    }
    let arguments = cx.arguments(call, index).iter();
    arguments
        .flat_map(|argument| cx.regions.resolve(cx.body, argument.value).regions)
        .collect()
}

/// The memory that a summary's sink stands for at a call.
pub(super) fn sinks(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    call: &Call<'_>,
    to: Sink,
) -> Places {
    match to {
        Sink::Arg(index) => sources(cx, provenance, id, call, Source::Arg(index)),
        Sink::Field(index, offset) => {
            let step = Step {
                constant: offset,
                stride: 0,
            };
            let arguments = cx.arguments(call, index).iter();
            arguments
                .flat_map(|argument| moved(provenance.places(argument.value), step))
                .collect()
        }
        Sink::Beyond(index, depth) => sources(cx, provenance, id, call, Source::Beyond(index, depth)),
        Sink::In(index) => sources(cx, provenance, id, call, Source::In(index)),
        Sink::Global => provenance
            .id(Object::Global)
            .into_iter()
            .map(Place::anywhere_in)
            .collect(),
        Sink::Return | Sink::Unknown | Sink::Freed => Places::default(),
    }
}

fn moved(places: &Places, step: Step) -> Places {
    places
        .iter()
        .map(|place| Place {
            offset: place.offset.step(step),
            ..place
        })
        .collect()
}

/// A callee's fresh object is measured from the pointer that the callee returns.
fn starts(places: &Places) -> Places {
    places.objects().map(Place::start_of).collect()
}

/// Assembly without operands is no store: the analysis of its operands decides (R0904).
fn is_assembly_without_operands(call: Call<'_>) -> bool {
    call.callee == Callee::Assembly && call.args.is_empty()
}
