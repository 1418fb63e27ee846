//! Small allocations: slots of equal size in spans.
//!
//! A **span** is 64 KiB at a multiple of 16 KiB, cut into slots of one size class (`size_class`). The records of its slots
//! lie outside of it, so that nothing that a program writes through a wrong pointer reaches them, and a span may be memory
//! that the processor cannot reach.
//!
//! Slots that are freed are kept for the next allocation (`spare`), so what is said of spans here holds
//! but for these. Spans come in chunks (`chunk`). A span without live slots may take another class.
//!
//! Invariants:
//! - *Span-I1*: a slot has a record once it was handed out (`records.len()` slots were); free slots that are not spare form
//!   a list through `Record::number`.
//! - *Span-I2*: a span with a class and a slot to give is in the list of its class; one without live slots is there only if
//!   it is the first, else it is in the list of empty ones. A full span stays in its list until it is found there.
//! - *Span-I3*: every unit of a span has an entry in the table of pages, with the span's index.

use core::ptr::NonNull;
use std::vec::Vec;

use super::chunk::Chunks;
use super::labels::Labels;
use super::place::Place;
use super::record::{Label, Record, Request};
use super::size_class::CLASSES;
use super::spare::{self, Spare};
use super::word::Word;

/// Bytes of a span.
pub(crate) const SPAN: usize = 1 << 16;
/// The end of a list.
pub(super) const END: u32 = u32::MAX;

/// One span: what an operation on a slot needs to know of it, in one cache line.
#[repr(C, align(64))]
pub(super) struct Span {
    pub(super) start: NonNull<u8>,
    pub(super) records: Vec<Record>,
    /// Bytes of a slot.
    pub(super) size: u32,
    /// 2³² / size, rounded up; 0 without a class.
    pub(super) reciprocal: u32,
    /// The first free slot.
    pub(super) free: u32,
    pub(super) slots: u16,
    pub(super) live: u16,
    pub(super) class: u8,
    /// Whether it is in the list of its class.
    pub(super) is_listed: bool,
    /// Whether what was never handed out is zero.
    pub(super) is_zero: bool,
    /// Whether there is room for the labels of its slots.
    pub(super) has_labels: bool,
    pub(super) next: u32,
    pub(super) previous: u32,
    /// `END` once its chunk went back.
    pub(super) chunk: u32,
}

const _: () = assert!(size_of::<Span>() == 64);

// SAFETY: a span belongs to a context, and is used under its lock.
unsafe impl Send for Spans {}

/// The spans of a context.
pub(crate) struct Spans {
    pub(super) spans: Vec<Span>,
    pub(super) chunks: Chunks,
    /// Spans that are there.
    pub(super) count: usize,
    /// The first span with a slot to give, of each class.
    pub(super) listed: [u32; CLASSES],
    /// The first span without a class.
    pub(super) empty: u32,
    pub(super) spares: [Spare; CLASSES],
    labels: Labels,
}

/// 2³² / size, rounded up.
pub(super) fn reciprocal(size: u32) -> u32 {
    (1u64 << 32).div_ceil(u64::from(size)) as u32
}

/// Why there is no slot.
pub(crate) enum Refusal {
    /// A chunk of so many spans is missing.
    Chunk(usize),
    /// There is no memory for records.
    Records,
}

/// What an address in a span is.
pub(crate) enum Spot {
    /// The start of a slot that was handed out.
    Start,
    /// Inside a live allocation, or behind it in its slot.
    Interior,
    /// Inside a slot that was freed.
    FreedInside,
    /// Never handed out.
    Unused,
}

impl Span {
    /// A span without a class, before the one at `next` among those.
    pub(super) fn new(start: NonNull<u8>, chunk: u32, is_zero: bool, next: u32) -> Self {
        Self {
            start,
            records: Vec::new(),
            size: 0,
            reciprocal: 0,
            free: END,
            slots: 0,
            live: 0,
            class: 0,
            is_listed: false,
            is_zero,
            has_labels: false,
            next,
            previous: END,
            chunk,
        }
    }

    /// The slot in which an offset below 64 KiB lies, and whether it is where the slot starts. By one multiplication: the
    /// upper half of the product is the quotient, the lower half is below the factor where there is no remainder (Lemire,
    /// Kaser, Kurz, "Faster remainder by direct computation", 2019).
    #[inline(always)]
    fn slot_of(&self, offset: usize) -> (u32, bool) {
        let product = offset as u64 * u64::from(self.reciprocal);
        ((product >> 32) as u32, (product as u32) < self.reciprocal)
    }
}

impl Spans {
    pub(crate) const fn new() -> Self {
        Self {
            spans: Vec::new(),
            chunks: Chunks::new(),
            count: 0,
            listed: [END; CLASSES],
            empty: END,
            spares: spare::NONE,
            labels: Labels::new(),
        }
    }

    /// A slot for a request of this class without a label, in the plain case: there is a spare one. Nothing has changed in
    /// all others. O(1).
    ///
    /// # Safety
    ///
    /// 1. The class is below [`CLASSES`].
    #[inline(always)]
    pub(crate) unsafe fn allocate_plain(
        &mut self,
        class: usize,
        size: usize,
        align: usize,
    ) -> Option<NonNull<u8>> {
        // SAFETY: obligation 1.
        let spare = unsafe { self.spares.get_unchecked_mut(class) };
        if spare.first == spare::END {
            return None;
        }
        let place = Place::from_number(spare.first);
        // SAFETY: a spare slot is one of a span (Spare-I1).
        let span = unsafe { self.spans.get_unchecked_mut(place.span() as usize) };
        if span.has_labels {
            return None;
        }
        // SAFETY: as above, and it has a record.
        let record = unsafe { span.records.get_unchecked_mut(place.slot() as usize) };
        spare.put(Spare {
            first: record.number,
            room: spare.room + 1,
        });
        record.put(Record::new(size as u16, align));
        // SAFETY: slots lie in the span.
        Some(unsafe { span.start.add((place.slot() * span.size) as usize) })
    }

    /// A slot for a request of this class: where it is, and whether it is known to be zero. O(1), amortised.
    pub(crate) fn allocate(
        &mut self,
        class: usize,
        request: &Request,
    ) -> Result<(NonNull<u8>, bool), Refusal> {
        let mut is_zero = false;
        let place = match self.take_spare(class) {
            Some(place) => place,
            None => {
                let index = self.first_with_room(class)?;
                self.take_half(class, index);
                match self.take_spare(class) {
                    Some(place) => place,
                    None => {
                        is_zero = self.spans[index as usize].is_zero;
                        self.take_fresh(index)
                    }
                }
            }
        };
        let (index, slot) = (place.span(), place.slot());
        let span = &mut self.spans[index as usize];
        if request.label.is_some() && !span.has_labels {
            span.has_labels = self.labels.make(index, span.slots.into());
            if !span.has_labels {
                self.give_back(place);
                return Err(Refusal::Records);
            }
        }
        span.records[slot as usize] = Record::new(request.size as u16, request.align);
        if span.has_labels {
            self.labels.set(place, request.kept_label());
        }
        Ok((self.start_of(place), is_zero))
    }

    /// Takes a slot of a span that was freed.
    pub(super) fn take_free(&mut self, index: u32) -> Option<u32> {
        let span = &mut self.spans[index as usize];
        let slot = span.free;
        span.free = span.records.get(slot as usize)?.number;
        span.live += 1;
        Some(slot)
    }

    /// Takes a slot of a span that was never handed out. There is one.
    fn take_fresh(&mut self, index: u32) -> Place {
        let span = &mut self.spans[index as usize];
        let slot = span.records.len() as u32;
        // Within the capacity that `cut` has reserved.
        span.records.push(Record::freed(END));
        span.live += 1;
        Place::of_slot(index, slot)
    }

    /// What this address in span `index` is. O(1).
    #[inline(always)]
    pub(crate) fn spot(&self, index: u32, address: usize) -> Spot {
        let Some(span) = self.spans.get(index as usize) else {
            return Spot::Unused;
        };
        let offset = address.wrapping_sub(span.start.addr().get());
        if offset >= SPAN {
            return Spot::Unused;
        }
        // A span that never had a class has no records.
        let (slot, is_start) = span.slot_of(offset);
        match span.records.get(slot as usize) {
            None => Spot::Unused,
            Some(_) if is_start => Spot::Start,
            Some(record) if record.is_live() => Spot::Interior,
            Some(_) => Spot::FreedInside,
        }
    }

    /// The slot that starts at this address in span `index`, where it lies, and was handed out. O(1). The index is checked
    /// although the table of pages is right (State-I1): a pointer from anywhere leads here, and a resource that hands memory
    /// out twice must not turn it into an access beyond the spans.
    #[inline(always)]
    pub(crate) fn slot_at(&self, index: u32, address: usize) -> Option<(u32, &Record)> {
        let span = self.spans.get(index as usize)?;
        let (slot, is_start) = span.slot_of(address.wrapping_sub(span.start.addr().get()));
        let record = span.records.get(slot as usize)?;
        is_start.then_some((slot, record))
    }

    /// The record of a slot, which the span has handed out before.
    #[inline]
    pub(crate) fn record(&mut self, place: Place) -> &mut Record {
        &mut self.spans[place.span() as usize].records[place.slot() as usize]
    }

    /// The same, to read.
    #[inline]
    pub(crate) fn record_ref(&self, place: Place) -> &Record {
        &self.spans[place.span() as usize].records[place.slot() as usize]
    }

    /// The same without a check.
    ///
    /// # Safety
    ///
    /// 1. The place is that of a slot that was handed out.
    #[inline(always)]
    pub(crate) unsafe fn record_of(&mut self, place: Place) -> &mut Record {
        // SAFETY: obligation 1, Span-I1.
        unsafe {
            let span = self.spans.get_unchecked_mut(place.span() as usize);
            span.records.get_unchecked_mut(place.slot() as usize)
        }
    }

    /// Where a slot starts.
    #[inline]
    pub(crate) fn start_of(&self, place: Place) -> NonNull<u8> {
        let span = &self.spans[place.span() as usize];
        // SAFETY: slots lie in the span.
        unsafe { span.start.add((place.slot() * span.size) as usize) }
    }

    /// The label of a slot that is in use.
    pub(crate) fn label(&self, place: Place) -> Label {
        if self.spans[place.span() as usize].has_labels {
            self.labels.get(place)
        } else {
            core::ptr::null()
        }
    }

    /// Frees a slot: it is a spare one now. O(1), amortised.
    ///
    /// # Safety
    ///
    /// 1. The slot is one of span `index` that is in use.
    #[inline(always)]
    pub(crate) unsafe fn free(&mut self, index: u32, slot: u32) {
        // SAFETY: obligation 1.
        let span = unsafe { self.spans.get_unchecked_mut(index as usize) };
        let class = span.class as usize;
        // SAFETY: obligation 1, Span-I1; a class is below `CLASSES`.
        let (record, spare) = unsafe {
            let record = span.records.get_unchecked_mut(slot as usize);
            (record, self.spares.get_unchecked_mut(class))
        };
        record.put(Record::freed(spare.first));
        let room = spare.room - 1;
        spare.put(Spare {
            first: Place::of_slot(index, slot).number(),
            room,
        });
        if room == 0 {
            self.give_half(class);
        }
    }

    /// Slots in use. O(spans).
    pub(crate) fn live(&self) -> usize {
        let there = self.spans.iter().filter(|span| span.chunk != END);
        let taken: usize = there.map(|span| usize::from(span.live)).sum();
        taken - self.spare_count()
    }

    /// The class of a span.
    pub(super) fn class_of(&self, index: u32) -> usize {
        self.spans[index as usize].class.into()
    }

    /// Forgets a span whose chunk goes back.
    pub(super) fn take_out(&mut self, index: u32) {
        let span = &mut self.spans[index as usize];
        span.records = Vec::new();
        span.has_labels = false;
        span.chunk = END;
        self.labels.forget(index);
        self.count -= 1;
    }

    /// Calls `each` with every live slot's start and record. O(slots ever handed out).
    pub(crate) fn each_live(&self, mut each: impl FnMut(NonNull<u8>, &Record, Label)) {
        for (index, span) in self
            .spans
            .iter()
            .enumerate()
            .filter(|(_, span)| span.chunk != END)
        {
            for (slot, record) in span.records.iter().enumerate() {
                if record.is_live() {
                    // SAFETY: slots lie in the span.
                    let start = unsafe { span.start.add(slot * span.size as usize) };
                    each(
                        start,
                        record,
                        self.label(Place::of_slot(index as u32, slot as u32)),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::size_class::SIZES;
    use super::*;

    #[test]
    fn slots_are_found_by_a_multiplication() {
        for size in SIZES {
            let mut span = Span::new(NonNull::dangling(), 0, false, END);
            span.reciprocal = reciprocal(size);
            for offset in 0..SPAN as u32 {
                let expected = (offset / size, offset % size == 0);
                assert_eq!(span.slot_of(offset as usize), expected, "{offset} / {size}");
            }
        }
    }
}
