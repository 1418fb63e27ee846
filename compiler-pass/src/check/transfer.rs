//! The transfer functions of [`super::stale`]: what each instruction does to the lives that holders point into.
//!
//! The end of a region makes its current life an ended one, in the state and in what [`super::lives::watched`] lists. A
//! result takes over what its operands point into; a phi takes what its edge brings, which is how a value that is
//! carried into the next iteration is caught. A store to a cell that is certainly meant replaces what it held, any
//! other store adds to it.

use super::context::Context;
use super::lives::{Holder, Life, State, ends, is_followed, live_in, watched};
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use super::stale::Now;
use crate::form::offset::Offset;
use crate::form::regions::Origin;
use crate::form::{Inst, InstId, InstKind, NodeId, ObjectId, RegionId, ValueId};
use std::collections::{BTreeMap, BTreeSet};

/// The lives that something points into.
#[derive(Clone, Debug, Default)]
pub struct Lives(pub(super) BTreeSet<(RegionId, Life)>);

impl Lives {
    /// The regions of which an ended life is among them.
    pub fn ended(&self) -> impl Iterator<Item = RegionId> {
        self.0
            .iter()
            .filter(|(_, life)| *life == Life::Ended)
            .map(|(region, _)| *region)
    }
}

/// The transfer functions of one function.
pub struct Transfer<'t, 'a> {
    pub(super) cx: Context<'t, 'a>,
    pub(super) provenance: &'t Provenance,
    /// The regions that may end here, and what their ends leave behind.
    watched: BTreeMap<RegionId, Vec<Holder>>,
    /// Those of them that are parameters, with their numbers.
    params: Vec<(RegionId, u32)>,
    live: Vec<Vec<ValueId>>,
}

impl<'t, 'a> Transfer<'t, 'a> {
    /// Prepares a function.
    pub fn new(cx: Context<'t, 'a>, provenance: &'t Provenance) -> Self {
        let watched = watched(cx, provenance);
        let param = |region: &RegionId| match cx.regions.get(*region).origin {
            Origin::Param(index) => Some((*region, index)),
            _ => None,
        };
        let mut transfer = Transfer {
            cx,
            provenance,
            params: watched.keys().filter_map(param).collect(),
            watched,
            live: vec![Vec::new(); cx.body.blocks.len()],
        };
        if !transfer.watched.is_empty() {
            let concerns = |value| transfer.concerned(provenance.places(value)).next().is_some();
            transfer.live = live_in(cx, concerns);
        }
        transfer
    }

    /// Whether a region may end here.
    pub fn watches(&self) -> bool {
        !self.watched.is_empty()
    }

    /// What holds at the entry: the caller's pointers may lead into the caller's regions.
    pub fn begin(&self) -> State {
        let mut state = State::default();
        for param in self.cx.body.params {
            for (region, life) in self.current(self.provenance.places(*param)).0 {
                state.add(Holder::Value(*param), region, life);
            }
        }
        state
    }

    /// The watched regions that pointers to some places may lead into, some more than once.
    fn concerned(&self, places: &Places) -> impl Iterator<Item = RegionId> {
        places.objects().flat_map(|object| {
            let object = self.provenance.get(object);
            let own = match object {
                Object::Site(_, region) => Some(region).filter(|region| self.watched.contains_key(region)),
                _ => None,
            };
            let callers = object.passed().into_iter().flat_map(|source| {
                let others = self
                    .params
                    .iter()
                    .filter(move |(_, param)| Some(*param) != source.argument());
                others.map(|(region, _)| *region)
            });
            own.into_iter().chain(callers)
        })
    }

    /// The current lives of the regions that pointers to some places may lead into.
    pub(super) fn current(&self, places: &Places) -> Lives {
        Lives(
            self.concerned(places)
                .map(|region| (region, Life::Current))
                .collect(),
        )
    }

    /// Walks the instructions of a node, phis excepted. `see` is told what holds before each.
    pub fn walk(&self, node: NodeId, state: &mut State, mut see: impl FnMut(InstId, &Now<'_, 't, 'a>)) {
        let cx = self.cx;
        for (id, inst) in cx.body.insts_of(cx.paths.node(node).block) {
            if matches!(inst.kind, InstKind::Phi(_)) {
                continue;
            }
            let now = Now {
                transfer: self,
                state,
            };
            see(id, &now);
            if self.watched.is_empty() {
                continue;
            }
            let ended = ends(cx, inst.block, inst.kind);
            for region in &ended {
                state.end(*region);
                for holder in self.watched.get(region).into_iter().flatten() {
                    state.add(*holder, *region, Life::Ended);
                }
            }
            // Objects of a region that ends, or begins, hold nothing any more.
            let opened = inst.result.and_then(|result| cx.regions.of_handle(result));
            let emptied: Vec<RegionId> = ended.into_iter().chain(opened).collect();
            if !emptied.is_empty() {
                state.retain(|holder| match holder {
                    Holder::Cell(object, _) => !self
                        .provenance
                        .get(object)
                        .region()
                        .is_some_and(|region| emptied.contains(&region)),
                    _ => true,
                });
            }
            self.define(id, inst, state);
        }
    }

    /// The state at the start of `to`: phis take what their edge brings, values that nobody uses any more are dropped.
    pub fn across(&self, from: NodeId, to: NodeId, state: &State) -> State {
        let cx = self.cx;
        if self.watched.is_empty() {
            return State::default();
        }
        let source = cx.paths.node(from).block;
        let target = cx.paths.node(to).block;
        let live = &self.live[target.index()];
        let mut arriving = state.clone();
        arriving.retain(|holder| match holder {
            Holder::Value(value) => live.binary_search(&value).is_ok(),
            _ => true,
        });
        for (_, inst) in cx.body.insts_of(target) {
            let InstKind::Phi(incoming) = inst.kind else { break };
            let Some(result) = inst.result else { continue };
            arriving.forget(Holder::Value(result));
            for (_, value) in incoming.iter().filter(|(block, _)| *block == source) {
                // All phis read their operands before any is defined: from `state`, not from `arriving`.
                for (region, life) in state.of(Holder::Value(*value)) {
                    arriving.add(Holder::Value(result), region, life);
                }
            }
        }
        arriving
    }

    /// The lives that a value may point into.
    pub fn value(&self, state: &State, value: ValueId) -> Lives {
        Lives(state.of(Holder::Value(value)).collect())
    }

    /// The lives that pointers may point into that are read from some places.
    pub fn memory(&self, state: &State, places: &Places, bytes: u32) -> Lives {
        let mut lives = Lives::default();
        for place in places.iter() {
            self.cell(state, place, bytes, &mut lives);
        }
        lives
    }

    fn cell(&self, state: &State, place: Place, bytes: u32, lives: &mut Lives) {
        let object = self.provenance.get(place.object);
        let pointer_bytes = self.cx.form.pointer_bytes;
        for (offset, region, life) in state.cells(place.object) {
            if place.offset.overlaps(bytes, offset, pointer_bytes) {
                lives.0.insert((region, life));
            }
        }
        self.elsewhere(state, place.object, lives);
        if is_followed(self.cx, object) {
            return;
        }
        let one: Places = [place].into_iter().collect();
        let read = self.provenance.read(&one, bytes);
        lives.0.extend(self.current(&read).0);
        for target in read.objects() {
            lives.0.extend(state.of(Holder::Caller(target)));
        }
        if object.callers().is_some() {
            // What has ended and was put into the caller's memory may be there under another name of it.
            let others = self
                .provenance
                .ids()
                .filter(|(id, other)| *id != place.object && other.callers().is_some());
            for (id, _) in others {
                let cells = state.cells(id).filter(|(_, _, life)| *life == Life::Ended);
                lives.0.extend(cells.map(|(_, region, life)| (region, life)));
            }
        }
        if object.is_outside() {
            // A foreign address may be that of a global variable, and the other way round.
            for (id, other) in self.provenance.ids().filter(|(_, other)| other.is_outside()) {
                if other != object && (object == Object::Global || other == Object::Global) {
                    lives
                        .0
                        .extend(state.cells(id).map(|(_, region, life)| (region, life)));
                }
            }
        }
    }

    /// What may lie in an object since it was stored there under another name.
    fn elsewhere(&self, state: &State, object: ObjectId, lives: &mut Lives) {
        let Some(stored) = self.provenance.stored_elsewhere(object) else {
            return;
        };
        lives.0.extend(self.current(stored).0);
        for target in stored.objects() {
            lives.0.extend(state.of(Holder::Caller(target)));
        }
        for name in self.provenance.other_names() {
            lives
                .0
                .extend(state.cells(name).map(|(_, region, life)| (region, life)));
        }
    }

    /// What the result of an instruction, and the memory that it writes, point into afterwards.
    fn define(&self, id: InstId, inst: &Inst<'a>, state: &mut State) {
        let mut inherited = Lives::default();
        match inst.kind {
            InstKind::Operation(operation, operands) if operation.allocates() => {
                if operation.registers() {
                    self.register(state, id, operands);
                }
                if let Some(result) = inst.result {
                    inherited = self.current(self.provenance.places(result));
                }
            }
            InstKind::Same(value)
            | InstKind::FromInteger(value)
            | InstKind::Resize { value, .. }
            | InstKind::Address { base: value, .. } => inherited = self.value(state, value),
            InstKind::Derive(operands) | InstKind::Plain(operands) | InstKind::Opaque(_, operands) => {
                for operand in operands {
                    inherited.0.extend(self.value(state, *operand).0);
                }
            }
            InstKind::Select { yes, no, .. } => {
                inherited = self.value(state, yes);
                inherited.0.extend(self.value(state, no).0);
            }
            InstKind::Load(pointer) => {
                inherited = self.memory(state, self.provenance.places(pointer), inst.bytes);
            }
            InstKind::Exchange { pointer, value } => {
                inherited = self.memory(state, self.provenance.places(pointer), inst.bytes);
                let stored = self.value(state, value);
                self.store(state, self.provenance.places(pointer), inst.bytes, &stored, false);
            }
            InstKind::Store { pointer, value } => {
                let stored = self.value(state, value);
                self.store(state, self.provenance.places(pointer), inst.bytes, &stored, true);
            }
            InstKind::Copy { to, from } => self.copy(state, to, from, inst.bytes),
            InstKind::Call(call) => inherited = self.call(state, id, call),
            InstKind::Rest(list) => {
                // The caller's arguments, through the list.
                let places = self.provenance.places(list);
                let rest = self.provenance.read(places, u32::MAX);
                let lives = self.current(&self.provenance.read(&rest, u32::MAX));
                self.store(state, &rest, u32::MAX, &lives, false);
            }
            InstKind::Forget(pointer) => {
                if let Some(place) = self.provenance.places(pointer).only() {
                    self.forget(state, place, u32::MAX, true);
                }
            }
            _ => {}
        }
        if let Some(result) = inst.result {
            state.forget(Holder::Value(result));
            let concerned: BTreeSet<RegionId> = match inherited.0.is_empty() {
                true => BTreeSet::new(),
                false => self.concerned(self.provenance.places(result)).collect(),
            };
            for (region, life) in inherited.0 {
                if concerned.contains(&region) {
                    state.add(Holder::Value(result), region, life);
                }
            }
        }
    }

    /// Forgets what is certainly overwritten: the cells of a followed object, the caller's field.
    pub(super) fn forget(&self, state: &mut State, place: Place, bytes: u32, all: bool) {
        let object = self.provenance.get(place.object);
        let pointer_bytes = self.cx.form.pointer_bytes;
        if is_followed(self.cx, object) {
            state.retain(|holder| match holder {
                Holder::Cell(of, offset) if of == place.object => {
                    !all && !place.offset.contains(bytes, offset, pointer_bytes)
                }
                _ => true,
            });
        }
        if let (Object::Param(index), Some(start)) = (object, place.offset.exact()) {
            let end = start.saturating_add(i64::from(bytes));
            state.retain(|holder| match holder {
                Holder::Caller(target) => {
                    !matches!(self.provenance.get(target), Object::Field(of, offset)
                    if of == index && start <= offset && offset.saturating_add(i64::from(pointer_bytes)) <= end)
                }
                Holder::Cell(of, offset) => {
                    of != place.object || !place.offset.contains(bytes, offset, pointer_bytes)
                }
                Holder::Value(_) => true,
            });
        }
    }

    /// Forgets what so many bytes certainly overwrite. How many they are may not be known, and then it may be none.
    fn overwrite(&self, state: &mut State, places: &Places, bytes: u32) {
        if let Some(place) = places.only().filter(|_| bytes != u32::MAX) {
            self.forget(state, place, bytes, false);
        }
    }

    pub(super) fn store(
        &self,
        state: &mut State,
        places: &Places,
        bytes: u32,
        stored: &Lives,
        certain: bool,
    ) {
        if certain {
            self.overwrite(state, places, bytes);
        }
        for place in places.iter() {
            for key in self.provenance.keys(place, bytes) {
                self.put(state, key, stored);
            }
        }
    }

    /// Only of followed objects does the state say what is current: of others, provenance does.
    fn put(&self, state: &mut State, cell: Place, stored: &Lives) {
        let followed = is_followed(self.cx, self.provenance.get(cell.object));
        for (region, life) in &stored.0 {
            if followed || *life == Life::Ended {
                state.add(Holder::Cell(cell.object, cell.offset), *region, *life);
            }
        }
    }

    fn copy(&self, state: &mut State, to: ValueId, from: ValueId, bytes: u32) {
        let pointer_bytes = self.cx.form.pointer_bytes;
        let targets = self.provenance.places(to);
        let mut copied: Vec<(Place, Lives)> = Vec::new();
        for source in self.provenance.places(from).iter() {
            let object = self.provenance.get(source.object);
            let whole = object.is_outside() || object.callers().is_some();
            let cells: Vec<Offset> = if whole {
                vec![Offset::ANY]
            } else {
                let cells = self.provenance.cells(source.object).keys().copied();
                cells
                    .filter(|cell| source.offset.overlaps(bytes, *cell, pointer_bytes))
                    .collect()
            };
            for cell in cells {
                let mut lives = Lives::default();
                let at = Place {
                    offset: if whole { source.offset } else { cell },
                    ..source
                };
                self.cell(state, at, if whole { bytes } else { pointer_bytes }, &mut lives);
                for target in targets.iter() {
                    let offset = source.offset.rebase(cell, target.offset);
                    copied.push((Place { offset, ..target }, lives.clone()));
                }
            }
            let mut elsewhere = Lives::default();
            self.elsewhere(state, source.object, &mut elsewhere);
            if !elsewhere.0.is_empty() {
                copied.extend(
                    targets
                        .anywhere()
                        .into_iter()
                        .map(|place| (place, elsewhere.clone())),
                );
            }
        }
        self.overwrite(state, targets, bytes);
        for (place, lives) in copied {
            for key in self.provenance.keys(place, pointer_bytes) {
                self.put(state, key, &lives);
            }
        }
    }
}
