//! Small allocations: slots of equal size in spans.
//!
//! A **span** is 64 KiB at a multiple of 16 KiB, cut into slots of one size class (`size_class`). The records of its slots
//! lie outside of it, so that nothing that a program writes through a wrong pointer reaches them, and a span may be memory
//! that the processor cannot reach.
//!
//! Spans come in **chunks**, the extents that the upstream resource supplies: one span at first, then as many as there are
//! already, up to 32. A span without live slots may take another class; a chunk goes back to the upstream when the context
//! is trimmed or destroyed.
//!
//! Invariants:
//! - *Span-I1*: a slot has a record once it was handed out (`records.len()` slots were); free slots form a list through
//!   `Record::number`.
//! - *Span-I2*: a span with a class and a slot to give is in the list of its class; one without live slots is there only if
//!   it is the first, else it is in the list of empty ones. A full span is in no list.
//! - *Span-I3*: every unit of a span has an entry in the table of pages, with the span's index.

use core::ptr::NonNull;
use std::vec::Vec;

use super::record::{Record, Request, State};
use super::resource::Extent;
use super::size_class::{CLASSES, SIZES};

/// Bytes of a span.
pub(crate) const SPAN: usize = 1 << 16;
/// The most spans of a chunk.
const CHUNK: usize = 32;
/// The end of a list.
const END: u32 = u32::MAX;

/// One span.
struct Span {
    start: NonNull<u8>,
    chunk: u32,
    class: u8,
    /// Whether it is in the list of its class.
    is_listed: bool,
    /// Whether what was never handed out is zero.
    is_zero: bool,
    /// Bytes of a slot.
    size: u32,
    /// 2³² / size, rounded up: the slot of an offset is offset × this / 2³² (exact below 64 KiB).
    reciprocal: u32,
    slots: u32,
    live: u32,
    /// The first free slot.
    free: u32,
    next: u32,
    previous: u32,
    records: Vec<Record>,
}

// SAFETY: a span belongs to a context, and is used under its lock.
unsafe impl Send for Spans {}

struct Chunk {
    extent: Extent,
    /// Its spans; none if it went back.
    spans: Vec<u32>,
    live: u32,
}

/// The spans of a context.
pub(crate) struct Spans {
    spans: Vec<Span>,
    chunks: Vec<Chunk>,
    /// Places in `spans` and `chunks` of what went back.
    vacant_spans: Vec<u32>,
    vacant_chunks: Vec<u32>,
    /// Spans that are there.
    count: usize,
    /// The first span with a slot to give, of each class.
    listed: [u32; CLASSES],
    /// The first span without a class.
    empty: u32,
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
    Slot(u32),
    /// Inside a live allocation, or behind it in its slot.
    Interior,
    /// Inside a slot that was freed.
    FreedInside,
    /// Never handed out.
    Unused,
}

impl Spans {
    pub(crate) const fn new() -> Self {
        Self {
            spans: Vec::new(),
            chunks: Vec::new(),
            vacant_spans: Vec::new(),
            vacant_chunks: Vec::new(),
            count: 0,
            listed: [END; CLASSES],
            empty: END,
        }
    }

    /// A slot for a request of this class: where it is, and whether it is known to be zero. O(1).
    #[inline]
    pub(crate) fn allocate(
        &mut self,
        class: usize,
        request: &Request,
    ) -> Result<(NonNull<u8>, bool), Refusal> {
        let mut index = self.listed[class];
        if index == END {
            index = self.cut(class)?;
        }
        let span = &mut self.spans[index as usize];
        let (slot, is_zero) = if span.free == END {
            // Within the capacity that `cut` has reserved.
            span.records.push(Record::new(request, request.size as u16));
            (span.records.len() as u32 - 1, span.is_zero)
        } else {
            let slot = span.free;
            let place = &mut span.records[slot as usize];
            span.free = place.number;
            place.renew(request, request.size as u16);
            (slot, false)
        };
        span.live += 1;
        // SAFETY: slots lie in the span.
        let start = unsafe { span.start.add((slot * span.size) as usize) };
        if span.live == span.slots {
            self.unlist(index);
        }
        Ok((start, is_zero))
    }

    /// Gives an empty span this class.
    #[cold]
    fn cut(&mut self, class: usize) -> Result<u32, Refusal> {
        let index = self.empty;
        if index == END {
            return Err(Refusal::Chunk(self.count.clamp(1, CHUNK)));
        }
        let size = SIZES[class];
        let slots = SPAN as u32 / size;
        let span = &mut self.spans[index as usize];
        if span.records.capacity() < slots as usize {
            span.records.clear();
            if span.records.try_reserve_exact(slots as usize).is_err() {
                return Err(Refusal::Records);
            }
        }
        // What slots of another size have left behind is nobody's zero.
        span.is_zero &= span.size == 0;
        span.records.clear();
        span.class = class as u8;
        span.size = size;
        span.reciprocal = (1u64 << 32).div_ceil(u64::from(size)) as u32;
        span.slots = slots;
        span.live = 0;
        span.free = END;
        self.empty = span.next;
        let chunk = span.chunk as usize;
        self.chunks[chunk].live += 1;
        self.list(index);
        Ok(index)
    }

    /// Puts a span at the front of its class's list.
    fn list(&mut self, index: u32) {
        let span = &mut self.spans[index as usize];
        let first = &mut self.listed[span.class as usize];
        span.next = *first;
        span.previous = END;
        span.is_listed = true;
        let next = *first;
        *first = index;
        if next != END {
            self.spans[next as usize].previous = index;
        }
    }

    /// Takes a span out of its class's list.
    fn unlist(&mut self, index: u32) {
        let span = &mut self.spans[index as usize];
        span.is_listed = false;
        let (next, previous) = (span.next, span.previous);
        if previous == END {
            self.listed[span.class as usize] = next;
        } else {
            self.spans[previous as usize].next = next;
        }
        if next != END {
            self.spans[next as usize].previous = previous;
        }
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
        let slot = ((offset as u64 * u64::from(span.reciprocal)) >> 32) as u32;
        match span.records.get(slot as usize) {
            None => Spot::Unused,
            Some(_) if (slot * span.size) as usize == offset => Spot::Slot(slot),
            Some(record) if record.is_live() => Spot::Interior,
            Some(_) => Spot::FreedInside,
        }
    }

    /// The record of a slot that [`spot`](Self::spot) has found.
    #[inline]
    pub(crate) fn record(&mut self, index: u32, slot: u32) -> &mut Record {
        &mut self.spans[index as usize].records[slot as usize]
    }

    /// The same, to read.
    #[inline]
    pub(crate) fn record_ref(&self, index: u32, slot: u32) -> &Record {
        &self.spans[index as usize].records[slot as usize]
    }

    /// Frees the slot that starts at this address, if there is a live allocation without a handle that is not retained:
    /// the plain case of a free. Its size, or `None`, with nothing changed. O(1).
    #[inline(always)]
    pub(crate) fn free_plain(&mut self, index: u32, address: usize) -> Option<usize> {
        let span = self.spans.get_mut(index as usize)?;
        let offset = address.wrapping_sub(span.start.addr().get());
        if offset >= SPAN {
            return None;
        }
        let slot = ((offset as u64 * u64::from(span.reciprocal)) >> 32) as u32;
        let record = span.records.get_mut(slot as usize)?;
        if (slot * span.size) as usize != offset || record.state != State::Live || record.number != 0 {
            return None;
        }
        let size = record.size as usize;
        record.state = State::Freed;
        record.number = span.free;
        span.free = slot;
        span.live -= 1;
        if !span.is_listed || span.live == 0 {
            self.relist(index);
        }
        Some(size)
    }

    /// Frees a slot that is in use. O(1).
    #[inline(always)]
    pub(crate) fn free(&mut self, index: u32, slot: u32) {
        let span = &mut self.spans[index as usize];
        let record = &mut span.records[slot as usize];
        record.state = State::Freed;
        record.number = span.free;
        span.free = slot;
        span.live -= 1;
        if !span.is_listed || span.live == 0 {
            self.relist(index);
        }
    }

    /// Puts a span into the list that it belongs to once a slot of it was freed.
    fn relist(&mut self, index: u32) {
        let span = &self.spans[index as usize];
        if !span.is_listed {
            self.list(index);
            // The one that was first may be without live slots.
            let second = self.spans[index as usize].next;
            if second != END && self.spans[second as usize].live == 0 {
                self.unlist(second);
                self.vacate(second);
            }
        } else if span.live == 0 && span.previous != END {
            self.unlist(index);
            self.vacate(index);
        }
    }

    /// Makes a span without live slots one without a class.
    fn vacate(&mut self, index: u32) {
        let span = &mut self.spans[index as usize];
        span.next = self.empty;
        // Its class stays known, so that what was freed in it is still recognised.
        self.empty = index;
        let chunk = span.chunk as usize;
        self.chunks[chunk].live -= 1;
    }

    /// Makes the spans of a new chunk available; calls `enter` with the start and the index of each, which enters it in
    /// the table of pages. `false` if there is no memory for that; then nothing has changed but entries.
    pub(crate) fn add(
        &mut self,
        extent: Extent,
        is_zero: bool,
        mut enter: impl FnMut(usize, u32) -> bool,
    ) -> bool {
        let count = extent.size / SPAN;
        let mut members = Vec::new();
        let enough = self.spans.try_reserve(count).is_ok()
            && self.chunks.try_reserve(1).is_ok()
            // For later, when the chunk goes back and nothing may fail.
            && self.vacant_spans.try_reserve(self.spans.len() + count).is_ok()
            && self.vacant_chunks.try_reserve(self.chunks.len() + 1).is_ok()
            && members.try_reserve_exact(count).is_ok();
        if !enough {
            return false;
        }
        let reused = self.vacant_spans.len().min(count);
        members.extend_from_slice(&self.vacant_spans[self.vacant_spans.len() - reused..]);
        members.extend(self.spans.len() as u32..(self.spans.len() + count - reused) as u32);
        for (position, &index) in members.iter().enumerate() {
            if !enter(extent.address() + position * SPAN, index) {
                return false;
            }
        }
        self.vacant_spans.truncate(self.vacant_spans.len() - reused);
        let chunk = self.vacant_chunks.pop().unwrap_or(self.chunks.len() as u32);
        for (position, &index) in members.iter().enumerate() {
            let span = Span {
                // SAFETY: within the extent.
                start: unsafe { extent.start.add(position * SPAN) },
                chunk,
                class: 0,
                is_listed: false,
                is_zero,
                size: 0,
                reciprocal: 0,
                slots: 0,
                live: 0,
                free: END,
                next: self.empty,
                previous: END,
                records: Vec::new(),
            };
            self.empty = index;
            match self.spans.get_mut(index as usize) {
                Some(place) => *place = span,
                None => self.spans.push(span),
            }
        }
        let entry = Chunk {
            extent,
            spans: members,
            live: 0,
        };
        match self.chunks.get_mut(chunk as usize) {
            Some(place) => *place = entry,
            None => self.chunks.push(entry),
        }
        self.count += count;
        true
    }

    /// Whether the invariants hold: spans listed, empty and full make up all, the counts are those of the records. A test
    /// aid, O(slots).
    pub(crate) fn invariants_hold(&self) -> bool {
        let mut listed = 0;
        for class in 0..CLASSES {
            let mut index = self.listed[class];
            let mut previous = END;
            while index != END {
                let span = &self.spans[index as usize];
                if !span.is_listed
                    || span.class as usize != class
                    || span.previous != previous
                    || span.live == span.slots
                    || (span.live == 0 && previous != END)
                {
                    return false;
                }
                listed += 1;
                previous = index;
                index = span.next;
            }
        }
        let mut empty = 0;
        let mut index = self.empty;
        while index != END {
            let span = &self.spans[index as usize];
            if span.is_listed || span.live > 0 || span.chunk == END {
                return false;
            }
            empty += 1;
            index = span.next;
        }
        let there = || self.spans.iter().filter(|span| span.chunk != END);
        let full = there()
            .filter(|span| span.live > 0 && span.live == span.slots)
            .count();
        let in_use = |span: &Span| {
            let records = span.records.iter();
            records.filter(|record| record.state != State::Freed).count()
        };
        let chunk_is_right = |(index, chunk): (usize, &Chunk)| {
            let members = there().filter(|span| span.chunk as usize == index);
            let cut = members.filter(|span| span.is_listed || span.live > 0).count();
            chunk.spans.is_empty() || cut == chunk.live as usize
        };
        listed + empty + full == self.count
            && there().all(|span| in_use(span) == span.live as usize)
            && self.chunks.iter().enumerate().all(chunk_is_right)
    }

    /// Takes every chunk without live slots out, and calls `leave` with each. O(spans).
    pub(crate) fn trim(&mut self, mut leave: impl FnMut(Extent)) {
        // The first span of a class may be without live slots.
        for class in 0..CLASSES {
            let first = self.listed[class];
            if first != END && self.spans[first as usize].live == 0 {
                self.unlist(first);
                self.vacate(first);
            }
        }
        for chunk in 0..self.chunks.len() {
            let entry = &mut self.chunks[chunk];
            if entry.live > 0 || entry.spans.is_empty() {
                continue;
            }
            for index in core::mem::take(&mut entry.spans) {
                let span = &mut self.spans[index as usize];
                span.records = Vec::new();
                span.chunk = END;
                self.vacant_spans.push(index);
                self.count -= 1;
            }
            self.vacant_chunks.push(chunk as u32);
            leave(entry.extent);
        }
        self.empty = END;
        for index in 0..self.spans.len() {
            let span = &mut self.spans[index];
            if span.chunk != END && !span.is_listed && span.live == 0 {
                span.next = self.empty;
                self.empty = index as u32;
            }
        }
    }

    /// Calls `each` with every live slot's start and record. O(slots ever handed out).
    pub(crate) fn each_live(&self, mut each: impl FnMut(NonNull<u8>, &Record)) {
        for span in self.spans.iter().filter(|span| span.chunk != END) {
            for (slot, record) in span.records.iter().enumerate() {
                if record.is_live() {
                    // SAFETY: slots lie in the span.
                    each(unsafe { span.start.add(slot * span.size as usize) }, record);
                }
            }
        }
    }

    /// The extents of all chunks.
    pub(crate) fn extents(&self) -> impl Iterator<Item = Extent> {
        self.chunks
            .iter()
            .filter(|chunk| !chunk.spans.is_empty())
            .map(|chunk| chunk.extent)
    }
}
