//! What the pointers of a function may point to, and what its memory may hold.
//!
//! A flow-insensitive points-to analysis of one function at a time, in the manner of Andersen. Abstract objects
//! ([`super::object`]) are stack slots, what each instruction allocates in each region, what allocators return, global
//! variables, and the caller's memory: what a parameter points to, what the pointers there lead to, and the rest. Fields
//! of objects are told apart by their offsets.
//!
//! Lattice: sets of places, for each value (where it may point) and for each cell of memory, an object and an offset
//! (where pointers stored there may point); meet is union. Transfer ([`super::constraints`]) is inclusion along copies,
//! loads, stores and the instantiated summaries of callees. Sets only grow and are bounded, so the iteration ends.
//!
//! What the caller's memory holds is assumed, not stored: a read at a known offset from a parameter leads to an object of
//! its own ([`Object::Field`]), any other read to [`Object::Beyond`]. Such objects may be one and the same, or lie in the
//! caller's regions: only the caller knows, and it learns of every flow between them from the summary.

use super::constraints;
use super::context::Context;
use super::object::{Object, Place, Places};
use crate::effects::Put;
use crate::form::offset::{Offset, Step};
use crate::form::{Argument, Call, InstId, InstKind, ObjectId, RegionId, ValueId};
use std::collections::BTreeMap;

/// How many fields of what a parameter points to are told apart.
const MAX_FIELDS: usize = 12;
/// How many of them that are numbers, if they are returned.
const MAX_NUMBERS: usize = 32;
/// How many cells of one object are told apart.
const MAX_CELLS: usize = 64;
/// The widest access that is cut into pointer-sized cells, in pointers.
const MAX_WIDTH: u32 = 16;

/// In a function of more instructions than this, global variables are one, and so are the fields of a parameter.
const MAX_FINE: usize = 3_000;
/// In a function that allocates in more places than this, all objects of a region are one: sets of places stay short.
const MAX_SITES: usize = 96;

/// What pointers are stored in an object, by offset.
pub type Cells = BTreeMap<Offset, Places>;

/// The solution for one function.
pub struct Provenance {
    pub(super) objects: Vec<Object>,
    pub(super) index: BTreeMap<Object, ObjectId>,
    pub(super) values: Vec<Places>,
    /// Of values that hold pointers and numbers beside them: where the numbers may point.
    pub(super) beside: BTreeMap<ValueId, Places>,
    pub(super) memory: Vec<Cells>,
    /// What the cells of each object hold, taken together.
    pub(super) all: Vec<Places>,
    /// How many fields of each parameter are objects of their own.
    pub(super) fields: BTreeMap<u32, usize>,
    /// The first instruction that put one object's address into a cell.
    pub(super) blame: BTreeMap<(ObjectId, Offset, ObjectId), InstId>,
    /// The function's own objects that others may find, by object.
    pub(super) exposed: Vec<bool>,
    /// What is stored at addresses that may be those of exposed objects under another name.
    pub(super) elsewhere: Places,
    pub(super) pointer_bytes: u32,
    /// Some objects are numbers of the caller's.
    pub(super) has_numbers: bool,
    /// In a function that allocates in many places: for each region, the instruction that stands for all.
    pub(super) merged: Option<BTreeMap<RegionId, InstId>>,
    /// Global variables and the fields of parameters are objects of their own.
    pub(super) is_fine: bool,
}

impl Provenance {
    /// Solves the constraints of a function.
    pub fn new(cx: Context<'_, '_>) -> Provenance {
        let mut provenance = Provenance {
            objects: Vec::new(),
            index: BTreeMap::new(),
            values: vec![Places::default(); cx.body.values.len()],
            beside: BTreeMap::new(),
            memory: Vec::new(),
            all: Vec::new(),
            fields: BTreeMap::new(),
            blame: BTreeMap::new(),
            exposed: Vec::new(),
            elsewhere: Places::default(),
            pointer_bytes: cx.form.pointer_bytes,
            has_numbers: false,
            is_fine: cx.body.insts.len() <= MAX_FINE,
            merged: allocates_in_many_places(cx).then(BTreeMap::new),
        };
        constraints::solve(cx, &mut provenance);
        provenance
    }

    pub(super) fn object(&mut self, object: Object) -> ObjectId {
        if let Some(id) = self.index.get(&object) {
            return *id;
        }
        let id = ObjectId::new(self.objects.len());
        self.objects.push(object);
        self.has_numbers |= object.is_number();
        self.memory.push(Cells::new());
        self.all.push(Places::default());
        self.index.insert(object, id);
        id
    }

    /// The object that an instruction allocates in a region.
    pub fn site(&self, at: InstId, region: RegionId) -> Object {
        let merged = self.merged.as_ref().and_then(|merged| merged.get(&region));
        Object::Site(*merged.unwrap_or(&at), region)
    }

    /// Whether objects that different instructions allocate in a region have different names.
    pub fn tells_sites_apart(&self) -> bool {
        self.merged.is_none()
    }

    pub(super) fn name_site(&mut self, at: InstId, region: RegionId) -> Object {
        if let Some(merged) = &mut self.merged {
            merged.entry(region).or_insert(at);
        }
        let site = self.site(at, region);
        self.object(site);
        site
    }

    /// What an index stands for.
    pub fn get(&self, id: ObjectId) -> Object {
        self.objects[id.index()]
    }

    /// The index of an object, if the function has anything to do with it.
    pub fn id(&self, object: Object) -> Option<ObjectId> {
        self.index.get(&object).copied()
    }

    /// All objects.
    pub fn ids(&self) -> impl Iterator<Item = (ObjectId, Object)> {
        self.objects
            .iter()
            .enumerate()
            .map(|(index, object)| (ObjectId::new(index), *object))
    }

    /// Where a value may point.
    pub fn places(&self, value: ValueId) -> &Places {
        &self.values[value.index()]
    }

    /// The objects that a value may point into.
    pub fn of(&self, value: ValueId) -> impl Iterator<Item = Object> {
        self.values[value.index()].objects().map(|id| self.get(id))
    }

    /// What the function stores in an object.
    pub fn cells(&self, id: ObjectId) -> &Cells {
        &self.memory[id.index()]
    }

    /// Where pointers may point that the function stores in an object.
    pub fn contents(&self, object: Object) -> impl Iterator<Item = Object> {
        let cells = self.id(object).into_iter().flat_map(|id| self.cells(id).values());
        cells.flat_map(Places::objects).map(|id| self.get(id))
    }

    /// What some instruction of the function stores, in a fixed order: the cell, what it holds, and the first
    /// instruction that put it there.
    pub fn stored(&self) -> impl Iterator<Item = (Object, Offset, Object, InstId)> {
        self.blame
            .iter()
            .map(|((holder, offset, held), at)| (self.get(*holder), *offset, self.get(*held), *at))
    }

    /// The first instruction that put the address of an object into a cell.
    pub fn blame(&self, holder: ObjectId, offset: Offset, held: ObjectId) -> Option<InstId> {
        self.blame.get(&(holder, offset, held)).copied()
    }

    /// Whether a value may point into a region.
    pub fn points_into(&self, value: ValueId, region: RegionId) -> bool {
        self.of(value).any(|object| object.region() == Some(region))
    }

    /// Whether the function may store pointers into a region in an object.
    pub fn holds(&self, object: Object, region: RegionId) -> bool {
        self.contents(object).any(|held| held.region() == Some(region))
    }

    /// The objects that a value leads to, through any number of reads.
    pub fn reach(&self, value: ValueId) -> Vec<Object> {
        self.reach_of(self.values[value.index()].objects())
    }

    /// The objects that pointers stored in an object lead to, and the object.
    pub fn reach_from(&self, object: Object) -> Vec<Object> {
        self.reach_of(self.id(object))
    }

    /// The objects that some lead to, and these.
    pub fn reach_of(&self, from: impl IntoIterator<Item = ObjectId>) -> Vec<Object> {
        self.closure(from).into_iter().map(|id| self.get(id)).collect()
    }

    pub(super) fn closure(&self, from: impl IntoIterator<Item = ObjectId>) -> Vec<ObjectId> {
        let mut reached: Vec<ObjectId> = Vec::new();
        let mut work: Vec<ObjectId> = from.into_iter().collect();
        let mut seen = vec![false; self.objects.len()];
        while let Some(object) = work.pop() {
            if std::mem::replace(&mut seen[object.index()], true) {
                continue;
            }
            reached.push(object);
            work.extend(self.all[object.index()].objects());
            work.extend(
                self.stored_elsewhere(object)
                    .into_iter()
                    .flat_map(Places::objects),
            );
            work.extend(self.assumed_anywhere(object));
            // Whoever holds an address of the outside may find every global variable there.
            if self.get(object) == Object::Global {
                work.extend(self.variables());
            }
        }
        reached.sort_unstable();
        reached
    }

    /// Makes the field of a parameter's object known before it is read there.
    pub(super) fn name_field(&mut self, place: Place, bytes: u32) {
        let most = if self.is_fine { MAX_FIELDS } else { 0 };
        self.name_one_of(place, bytes, most);
    }

    /// The same for a number that is returned: only by the field, callers can tell it from the pointers beside it.
    pub(super) fn name_number(&mut self, place: Place, bytes: u32) {
        self.name_one_of(place, bytes, MAX_NUMBERS);
    }

    fn name_one_of(&mut self, place: Place, bytes: u32, most: usize) {
        let (Object::Param(index), Some(offset)) = (self.get(place.object), place.offset.exact()) else {
            return;
        };
        if bytes != self.pointer_bytes || self.id(Object::Field(index, offset)).is_some() {
            return;
        }
        let count = self.fields.entry(index).or_default();
        if *count < most {
            *count += 1;
            self.object(Object::Field(index, offset));
        }
    }

    pub(super) fn add(&mut self, value: ValueId, place: Place) -> bool {
        self.values[value.index()].insert(place)
    }

    /// One value points wherever another does. True if it did not yet.
    pub(super) fn copy(&mut self, from: ValueId, to: ValueId) -> bool {
        if from == to {
            return false;
        }
        let places = std::mem::take(&mut self.values[from.index()]);
        let grew = self.values[to.index()].add_all(&places);
        self.values[from.index()] = places;
        grew
    }

    pub(super) fn add_all(&mut self, value: ValueId, places: &Places) -> bool {
        self.values[value.index()].add_all(places)
    }

    /// The instruction `at` stores `held` in `bytes` bytes from `place` on.
    pub(super) fn hold(&mut self, at: InstId, place: Place, bytes: u32, held: &Places) -> bool {
        let mut grew = false;
        if !held.is_empty() {
            for cell in self.cut(place, bytes) {
                grew |= self.hold_cell(at, cell, held);
            }
        }
        grew
    }

    pub(super) fn hold_cell(&mut self, at: InstId, cell: Place, held: &Places) -> bool {
        let offset = self.key(cell).offset;
        let known = self.memory[cell.object.index()].entry(offset).or_default();
        let mut grew = false;
        for place in known.missing(held) {
            if known.insert(place) {
                grew = true;
                self.all[cell.object.index()].insert(place);
                // Also where the caller may have built it so: a store is a store.
                self.blame
                    .entry((cell.object, offset, place.object))
                    .or_insert(at);
            }
        }
        grew
    }

    /// The cells that an access to `bytes` bytes from `place` on concerns when pointers are stored there.
    pub fn keys(&self, place: Place, bytes: u32) -> impl Iterator<Item = Place> {
        self.cut(place, bytes).into_iter().map(|cell| self.key(cell))
    }

    fn cut(&self, place: Place, bytes: u32) -> Vec<Place> {
        let width = bytes.div_ceil(self.pointer_bytes).max(1);
        if width > MAX_WIDTH {
            return vec![Place::anywhere_in(place.object)];
        }
        let offset = |index: u32| {
            place.offset.step(Step {
                constant: i64::from(index * self.pointer_bytes),
                stride: 0,
            })
        };
        (0..width)
            .map(|index| Place {
                offset: offset(index),
                ..place
            })
            .collect()
    }

    /// The cell that a place belongs to: one of its own, if the object has not too many.
    fn key(&self, place: Place) -> Place {
        let cells = self.cells(place.object);
        if cells.contains_key(&place.offset) || cells.len() < MAX_CELLS {
            place
        } else {
            Place::anywhere_in(place.object)
        }
    }
}

fn allocates_in_many_places(cx: Context<'_, '_>) -> bool {
    let allocates = |inst: &&crate::form::Inst<'_>| match inst.kind {
        InstKind::Operation(operation, _) => operation.allocates(),
        InstKind::Call(call) => cx.effects_of(&call).is_some_and(|effects| {
            let mut params = effects.params.iter();
            params.any(|param| param.put > Put::No)
        }),
        _ => false,
    };
    cx.body.insts.iter().filter(allocates).nth(MAX_SITES).is_some()
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
