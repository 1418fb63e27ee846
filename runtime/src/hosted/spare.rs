//! Spare slots: what was freed last, of each class, for the next allocation.
//!
//! A program frees and allocates in turn, with spans that are nearly full. Were each slot given back to its span at once,
//! spans would enter and leave the lists of their classes all the time. So a class keeps some of the slots that were freed,
//! the newest first, and spans get what is too many, half of them at a time. All is given back when the context is
//! trimmed, and before more memory is asked for: a span without live slots serves any class.
//!
//! Invariants:
//! - *Spare-I1*: a spare slot's record says that it was freed; its number is the place of the next one, or `END`.
//! - *Spare-I2*: its span counts it as live.
//! - *Spare-I3*: a class has as many spare slots as its room is below `MOST`; its room is above 0 between operations.

use super::place::Place;
use super::record::{Record, State};
use super::size_class::{CLASSES, SIZES};
use super::span::{SPAN, Spans};
use super::word::Word;

/// The end of the list, which is no slot's place.
pub(super) const END: u32 = u32::MAX;

/// The most spare slots of each class, plus 1: 64, or half a span.
pub(super) static MOST: [u32; CLASSES] = {
    let mut most = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        let half = SPAN as u32 / SIZES[class] / 2;
        most[class] = if half < 64 { half + 1 } else { 65 };
        class += 1;
    }
    most
};

/// The spare slots of a class.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Spare {
    /// The place of the newest.
    pub(super) first: u32,
    pub(super) room: u32,
}

// SAFETY: 4 and 4 bytes.
unsafe impl Word for Spare {}

/// No spare slots, of any class.
pub(super) const NONE: [Spare; CLASSES] = {
    let mut spares = [Spare { first: END, room: 0 }; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        spares[class].room = MOST[class];
        class += 1;
    }
    spares
};

impl Spans {
    /// Takes the newest spare slot of a class.
    pub(super) fn take_spare(&mut self, class: usize) -> Option<Place> {
        let first = self.spares[class].first;
        if first == END {
            return None;
        }
        let place = Place::from_number(first);
        let next = self.record_ref(place).number;
        let spare = &mut self.spares[class];
        spare.first = next;
        spare.room += 1;
        Some(place)
    }

    /// Makes a slot that a span counts as live a spare one.
    fn add_spare(&mut self, class: usize, place: Place) {
        let spare = &mut self.spares[class];
        spare.room -= 1;
        let next = core::mem::replace(&mut spare.first, place.number());
        *self.record(place) = Record::freed(next);
    }

    /// Gives half of the spare slots of a class back to their spans. O(1): at most 32.
    #[inline(never)]
    pub(super) fn give_half(&mut self, class: usize) {
        while self.spares[class].room < MOST[class].div_ceil(2)
            && let Some(place) = self.take_spare(class)
        {
            self.give_back(place);
        }
    }

    /// Gives all spare slots back to their spans; whether there were any. O(1): at most 64 of each class.
    pub(super) fn give_all(&mut self) -> bool {
        let mut any = false;
        for class in 0..CLASSES {
            while let Some(place) = self.take_spare(class) {
                self.give_back(place);
                any = true;
            }
        }
        any
    }

    /// Takes free slots out of a span of the class, until half of the room for spare ones is used. O(1): at most 32.
    pub(super) fn take_half(&mut self, class: usize, span: u32) {
        while self.spares[class].room > MOST[class].div_ceil(2)
            && let Some(slot) = self.take_free(span)
        {
            self.add_spare(class, Place::of_slot(span, slot));
        }
    }

    /// Spare slots, of all classes. O(1).
    pub(super) fn spare_count(&self) -> usize {
        let counts = MOST
            .iter()
            .zip(&self.spares)
            .map(|(most, spare)| most - spare.room);
        counts.sum::<u32>() as usize
    }

    /// Whether the spare slots are as the invariants say, and how many of them each span has. A test aid, O(spans).
    pub(super) fn spares_hold(&self, of_span: &mut [usize]) -> bool {
        self.spares.iter().enumerate().all(|(class, spare)| {
            let mut next = spare.first;
            let mut count = 0;
            while next != END {
                let place = Place::from_number(next);
                let record: &Record = self.record_ref(place);
                if record.state != State::Freed || self.class_of(place.span()) != class {
                    return false;
                }
                of_span[place.span() as usize] += 1;
                count += 1;
                next = record.number;
            }
            spare.room > 0 && spare.room + count == MOST[class]
        })
    }
}
