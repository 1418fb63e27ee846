//! Numbers of the caller's that lie at known places, are computed with, and are addresses perhaps ([`Object::Word`]): where a
//! parameter points, or where a pointer points that lies there. Part of [`super::constraints`].
//!
//! A word is told from the pointers beside it by its place only, so whoever does not know the place exactly makes nothing of
//! it.

use super::constraints::Solver;
use super::context::{Context, is_inferred};
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::Source;
use crate::form::offset::Step;
use crate::form::{Body, Call, InstKind, ValueId};
use inkwell::llvm_sys::LLVMOpcode;

/// How many steps lead from a pointer to the read that it comes from.
const MAX_STEPS: usize = 16;

impl Solver<'_, '_> {
    /// What a number may point to that is read through `pointer` and computed with.
    pub(super) fn read_word(&mut self, pointer: ValueId, bytes: u32) -> Places {
        let mut read = Places::default();
        let places = self.provenance.places(pointer).clone();
        for place in places.iter() {
            self.provenance.read_known(place, bytes, &mut read);
            self.provenance.read_column(place, &mut read);
        }
        // An annotation tells callers all that they are told.
        if is_inferred(self.cx.function) && bytes == self.cx.form.pointer_bytes {
            let words = words_at(self.cx.body, self.provenance, pointer, &places, 0);
            read.extend(self.name_words(words));
        }
        read
    }

    /// What a number may point to that a callee computed with.
    pub(super) fn passed_word(&mut self, call: &Call<'_>, from: Source) -> Places {
        let bytes = self.cx.form.pointer_bytes;
        let mut read = Places::default();
        for place in places_of(self.cx, self.provenance, call, from).iter() {
            read_at(self.provenance, place, bytes, &mut read);
        }
        if is_inferred(self.cx.function) {
            let words = words_of(self.cx, self.provenance, call, from);
            read.extend(self.name_words(words));
        }
        read
    }

    /// Makes the words known, and what they lead to if they are addresses.
    fn name_words(&mut self, words: Vec<Object>) -> Vec<Place> {
        let mut places = Vec::new();
        for word in words {
            match word {
                Object::Word(index, None, offset) => {
                    if let Some(object) = self.provenance.id(Object::Param(index)) {
                        let field = Place::start_of(object).moved(offset);
                        self.provenance.name_field(field, self.cx.form.pointer_bytes);
                    }
                }
                Object::Word(index, Some(through), _) => {
                    self.provenance.object(Object::Inside(index, through));
                }
                _ => {}
            }
            let object = self.provenance.object(word);
            places.push(Place::anywhere_in(object));
        }
        places
    }
}

/// The same as [`Solver::passed_word`], of words that are known.
pub(super) fn word(cx: Context<'_, '_>, provenance: &Provenance, call: &Call<'_>, from: Source) -> Places {
    let mut read = Places::default();
    for place in places_of(cx, provenance, call, from).iter() {
        read_at(provenance, place, cx.form.pointer_bytes, &mut read);
    }
    let words = words_of(cx, provenance, call, from);
    let known = words.into_iter().filter_map(|word| provenance.id(word));
    read.extend(known.map(Place::anywhere_in));
    read
}

/// Reads a word at a place of [`places_of`].
fn read_at(provenance: &Provenance, place: Place, bytes: u32, read: &mut Places) {
    match place.offset.exact() {
        Some(_) => provenance.read_known(place, bytes, read),
        None => provenance.read_cells(place.object, place.offset, bytes, read),
    }
}

/// Whether a value is what a library function passes to a function that it calls back: the address of some element of an array,
/// whose words cannot be told from the others.
fn is_element(body: &Body<'_>, value: ValueId) -> bool {
    body.def(value).is_some_and(|(_, inst)| {
        let index = inst.llvm.operand(1).and_then(|index| index.opcode());
        matches!(inst.kind, InstKind::Address { step, .. } if step.stride == 1)
            && index == Some(LLVMOpcode::LLVMFreeze)
    })
}

/// The places, known exactly but for a callback's, of the number that a source speaks of.
pub(super) fn places_of(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    call: &Call<'_>,
    from: Source,
) -> Places {
    let Source::Word(index, through, offset) = from else {
        return Places::default();
    };
    let addresses = |past: i64| -> Places {
        let arguments = cx.arguments(call, index).iter();
        arguments
            .flat_map(|argument| provenance.addresses(argument.value).moved(Step::by(past)))
            .collect()
    };
    let places = match through {
        None => addresses(offset),
        Some(through) => {
            let read = provenance.read(&addresses(through), cx.form.pointer_bytes);
            read.moved(Step::by(offset))
        }
    };
    let mut arguments = cx.arguments(call, index).iter();
    let is_called_back = arguments.any(|argument| is_element(cx.body, argument.value));
    places
        .iter()
        .filter(|place| is_called_back || place.offset.exact().is_some())
        .collect()
}

/// The caller's words that a callee's word may be.
fn words_of(cx: Context<'_, '_>, provenance: &Provenance, call: &Call<'_>, from: Source) -> Vec<Object> {
    let Source::Word(index, through, offset) = from else {
        return Vec::new();
    };
    let mut words = Vec::new();
    for argument in cx.arguments(call, index) {
        let places = provenance.addresses(argument.value);
        match through {
            None => words.extend(words_at(cx.body, provenance, argument.value, &places, offset)),
            Some(through) => {
                let exact = exact_in_params(provenance, &places);
                words.extend(exact.filter_map(|(index, at)| {
                    Some(Object::Word(index, Some(at.checked_add(through)?), offset))
                }));
            }
        }
    }
    words
}

/// The words that lie so many bytes past a pointer.
fn words_at(
    body: &Body<'_>,
    provenance: &Provenance,
    pointer: ValueId,
    places: &Places,
    past: i64,
) -> Vec<Object> {
    let exact = exact_in_params(provenance, places);
    let mut words: Vec<Object> = exact
        .filter_map(|(index, at)| Some(Object::Word(index, None, at.checked_add(past)?)))
        .collect();
    if let Some((from, on)) = read_from(body, pointer) {
        let exact = exact_in_params(provenance, provenance.places(from));
        words.extend(
            exact.filter_map(|(index, at)| Some(Object::Word(index, Some(at), on.checked_add(past)?))),
        );
    }
    words
}

fn exact_in_params(provenance: &Provenance, places: &Places) -> impl Iterator<Item = (u32, i64)> {
    places
        .iter()
        .filter_map(|place| match provenance.get(place.object) {
            Object::Param(index) => Some((index, place.offset.exact()?)),
            _ => None,
        })
}

/// Where a pointer was read from, and how many bytes it was moved since.
fn read_from(body: &Body<'_>, pointer: ValueId) -> Option<(ValueId, i64)> {
    let (mut value, mut moved) = (pointer, 0i64);
    for _ in 0..MAX_STEPS {
        match body.def(value)?.1.kind {
            InstKind::Load(from) => return Some((from, moved)),
            InstKind::Same(from) => value = from,
            InstKind::Address { base, step } if step.stride == 0 => {
                value = base;
                moved = moved.checked_add(step.constant)?;
            }
            _ => return None,
        }
    }
    None
}
