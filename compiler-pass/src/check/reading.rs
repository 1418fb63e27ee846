//! What is read through pointers, and what numbers lead to that are made into pointers. Part of [`super::provenance`].

use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::MAX_DEPTH;
use crate::form::offset::Offset;
use crate::form::{ObjectId, ValueId};

impl Provenance {
    /// Where a value may point if it is an address: a parameter that is a number is one of the caller's memory then.
    pub fn addresses(&self, value: ValueId) -> Places {
        let places = self.places(value);
        let mut addresses = self.without_numbers(places);
        addresses.add_all(&self.pointers_of(places));
        addresses
    }

    /// Whether parameters that are numbers are followed.
    pub(super) fn has_numbers(&self) -> bool {
        self.has_numbers
    }

    /// What is no parameter that is a number.
    pub(super) fn without_numbers(&self, places: &Places) -> Places {
        let is_memory = |place: &Place| !self.get(place.object).is_number();
        if !self.has_numbers || places.iter().all(|place| is_memory(&place)) {
            return places.clone();
        }
        places.iter().filter(is_memory).collect()
    }

    /// The parameters that are numbers among some places.
    pub(super) fn numbers_of(&self, places: &Places) -> impl Iterator<Item = u32> {
        places.objects().filter_map(|id| match self.get(id) {
            Object::Number(index) => Some(index),
            _ => None,
        })
    }

    /// Where the parameters point that are numbers, once they are made into pointers.
    pub(super) fn pointers_of(&self, places: &Places) -> Places {
        let pointer = |place: Place| match self.get(place.object) {
            Object::Number(index) => self.id(Object::Param(index)),
            Object::Word(index, None, offset) => {
                let field = self.id(Object::Field(index, offset));
                field.or_else(|| self.id(Object::Beyond(index, 1)))
            }
            Object::Word(index, Some(through), _) => self.id(Object::Inside(index, through)),
            _ => None,
        };
        places
            .iter()
            .filter_map(pointer)
            .map(Place::anywhere_in)
            .collect()
    }

    /// Where the pointers may point that are read from some places.
    pub fn read(&self, from: &Places, bytes: u32) -> Places {
        let mut read = self.found(from, bytes);
        if from.is_empty() {
            // A pointer to nowhere known leads to the outside.
            read.extend(self.id(Object::Global).map(Place::anywhere_in));
        }
        read
    }

    fn found(&self, from: &Places, bytes: u32) -> Places {
        let mut found = Places::default();
        for place in from.iter() {
            self.read_place(place, bytes, &mut found);
        }
        found
    }

    fn read_place(&self, place: Place, bytes: u32, read: &mut Places) {
        self.read_cells(place.object, place.offset, bytes, read);
        match self.get(place.object) {
            // A foreign address may be that of a global variable, and the other way round.
            Object::Global => {
                for variable in self.variables() {
                    self.read_cells(variable, Offset::ANY, bytes, read);
                }
            }
            Object::Variable(_) => {
                if let Some(global) = self.id(Object::Global) {
                    self.read_cells(global, Offset::ANY, bytes, read);
                }
            }
            _ => {}
        }
        self.read_assumed(place, bytes, read);
        if let Some(stored) = self.stored_elsewhere(place.object) {
            read.add_all(stored);
        }
    }

    /// What may have been stored in an object of the function's own under a name that others gave it: whatever is stored at
    /// addresses that are read from memory of others, if its address may be found there.
    pub(super) fn stored_elsewhere(&self, object: ObjectId) -> Option<&Places> {
        self.is_exposed(object).then_some(&self.elsewhere)
    }

    /// Whether it is an object of the function's own whose address is where others find it.
    pub(super) fn is_exposed(&self, object: ObjectId) -> bool {
        self.exposed.get(object.index()).copied().unwrap_or(false)
    }

    /// The objects that are reached by reading memory of others: one of them may be an exposed object.
    pub(super) fn other_names(&self) -> impl Iterator<Item = ObjectId> {
        let ids = self.ids();
        ids.filter(|(_, object)| object.is_read_from_others())
            .map(|(id, _)| id)
    }

    /// Finds the function's own objects whose addresses are where others find them. True if there are more than before.
    pub(super) fn expose(&mut self) -> bool {
        let others = self.ids().filter(|(_, object)| !object.is_own());
        let others: Vec<ObjectId> = others.map(|(id, _)| id).collect();
        let mut grew = false;
        for object in self.closure(others) {
            if self.get(object).is_own() {
                self.exposed
                    .resize(self.objects.len().max(self.exposed.len()), false);
                grew |= !std::mem::replace(&mut self.exposed[object.index()], true);
            }
        }
        if self.exposed.contains(&true) {
            for name in self.other_names().collect::<Vec<_>>() {
                grew |= self.elsewhere.add_all(&self.all[name.index()]);
            }
        }
        grew
    }

    /// What is known to lie exactly where something is read.
    pub(super) fn read_known(&self, place: Place, bytes: u32, read: &mut Places) {
        if place.offset.exact().is_none() {
            return;
        }
        for (cell, held) in self.cells(place.object) {
            if cell.exact().is_some() && place.offset.overlaps(bytes, *cell, self.pointer_bytes) {
                read.add_all(held);
            }
        }
    }

    /// The same where bytes are copied, mostly those of a text: of what a field leads to, callers know that it holds no
    /// pointers.
    pub(super) fn read_copied(&mut self, place: Place, bytes: u32, read: &mut Places) {
        match self.get(place.object) {
            Object::Field(index, offset) => {
                let inside = self.object(Object::Inside(index, offset));
                read.insert(Place::anywhere_in(inside));
            }
            _ => self.read_assumed(place, bytes, read),
        }
    }

    /// What was stored at an index that varies, and is read at one, of the same elements of an array.
    pub(super) fn read_column(&self, place: Place, read: &mut Places) {
        let is_column = place.offset.exact().is_none() && place.offset != Offset::ANY;
        let held = self.cells(place.object).get(&place.offset).filter(|_| is_column);
        read.extend(held.into_iter().flat_map(Places::iter));
    }

    /// What lay there before the function began.
    pub(super) fn read_assumed(&self, place: Place, bytes: u32, read: &mut Places) {
        let assumed = self.assumed(place, bytes);
        read.extend(assumed.map(|object| match self.get(object) {
            // Measured from where the pointer led then, which callers know.
            Object::Field(..) => Place::start_of(object),
            _ => Place::anywhere_in(object),
        }));
    }

    pub(super) fn read_cells(&self, object: ObjectId, offset: Offset, bytes: u32, read: &mut Places) {
        if bytes == u32::MAX && offset == Offset::ANY {
            read.add_all(&self.all[object.index()]);
            return;
        }
        for (cell, held) in self.cells(object) {
            if offset.overlaps(bytes, *cell, self.pointer_bytes) {
                read.add_all(held);
            }
        }
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = ObjectId> {
        self.index
            .range(Object::Variable(0)..=Object::Variable(u32::MAX))
            .map(|(_, id)| *id)
    }

    /// The object that pointers in memory lead to which was there before the function began.
    fn assumed(&self, place: Place, bytes: u32) -> Option<ObjectId> {
        let object = match self.get(place.object) {
            Object::Param(index) => {
                let field = place.offset.exact().filter(|_| bytes == self.pointer_bytes);
                let field = field.and_then(|offset| self.id(Object::Field(index, offset)));
                return field.or_else(|| self.id(Object::Beyond(index, 1)));
            }
            Object::Field(index, _) | Object::Inside(index, _) => Object::Beyond(index, MAX_DEPTH),
            Object::Beyond(index, depth) => Object::Beyond(index, (depth + 1).min(MAX_DEPTH)),
            Object::Global | Object::Variable(_) => Object::Global,
            _ => return None,
        };
        self.id(object)
    }

    /// The objects that any pointer in an object leads to which was there before the function began.
    pub(super) fn assumed_anywhere(&self, object: ObjectId) -> impl Iterator<Item = ObjectId> {
        let fields = match self.get(object) {
            Object::Param(index) => Some(Object::Field(index, i64::MIN)..=Object::Field(index, i64::MAX)),
            _ => None,
        };
        let fields = fields
            .into_iter()
            .flat_map(|range| self.index.range(range))
            .map(|(_, id)| *id);
        let inside = match self.get(object) {
            Object::Field(index, offset) => self.id(Object::Inside(index, offset)),
            _ => None,
        };
        let assumed = self.assumed(Place::anywhere_in(object), u32::MAX);
        fields.chain(inside).chain(assumed)
    }

    /// What exactly `depth` reads from some objects lead to; at [`MAX_DEPTH`], so many or more.
    pub fn beyond(&self, from: &Places, depth: u8) -> Places {
        let mut places = from.anywhere();
        for _ in 0..depth {
            let read = self.found(&places, u32::MAX);
            let mut next = read.anywhere();
            for object in places.objects() {
                next.extend(self.assumed_anywhere(object).map(Place::anywhere_in));
            }
            places = next;
        }
        if depth >= MAX_DEPTH {
            let all = self.closure(places.objects());
            places.extend(all.into_iter().map(Place::anywhere_in));
        }
        places
    }
}
