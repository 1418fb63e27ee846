//! Chunks: the extents that the upstream resource supplies for spans.
//!
//! A chunk is one span at first, then as many as there are already, up to 32. It goes back to the upstream when the context
//! is trimmed and none of its slots is live, or destroyed.

use std::vec::Vec;

use super::place::SPANS;
use super::resource::Extent;
use super::size_class::CLASSES;
use super::span::{END, SPAN, Span, Spans};

/// The most spans of a chunk.
const MOST: usize = 32;

struct Chunk {
    extent: Extent,
    /// Its spans; none if it went back.
    spans: Vec<u32>,
    /// Those of them that have a class.
    live: u32,
}

/// The chunks of a context.
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
    /// Places among spans and chunks of what went back.
    vacant_spans: Vec<u32>,
    vacant_chunks: Vec<u32>,
}

impl Chunks {
    pub(super) const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            vacant_spans: Vec::new(),
            vacant_chunks: Vec::new(),
        }
    }

    /// Spans of the next chunk, where there are `count`.
    pub(super) fn next_size(count: usize) -> usize {
        count.clamp(1, MOST)
    }

    /// Makes room for one chunk, and for what goes back later, when nothing may fail: at most `spans` spans.
    fn reserve(&mut self, spans: usize) -> bool {
        self.chunks.try_reserve(1).is_ok()
            && self.vacant_spans.try_reserve(spans).is_ok()
            && self.vacant_chunks.try_reserve(self.chunks.len() + 1).is_ok()
    }

    /// Counts a span of this chunk that gets a class.
    pub(super) fn count_in(&mut self, chunk: u32) {
        self.chunks[chunk as usize].live += 1;
    }

    /// Counts a span of this chunk that has none any more.
    pub(super) fn count_out(&mut self, chunk: u32) {
        self.chunks[chunk as usize].live -= 1;
    }

    /// Whether the counts are those that `cut_of` finds for each chunk. A test aid.
    pub(super) fn counts_are(&self, cut_of: impl Fn(u32) -> usize) -> bool {
        let mut chunks = self.chunks.iter().enumerate();
        chunks.all(|(index, chunk)| chunk.spans.is_empty() || cut_of(index as u32) == chunk.live as usize)
    }
}

impl Spans {
    /// Makes the spans of a new chunk available; calls `enter` with the start and the index of each, which enters it in
    /// the table of pages. `false`, with nothing changed, if there is no memory for that, or no place.
    pub(crate) fn add(&mut self, extent: Extent, is_zero: bool, mut enter: impl FnMut(usize, u32)) -> bool {
        let count = extent.size / SPAN;
        let mut members = Vec::new();
        let enough = self.spans.len() + count <= SPANS
            && self.spans.try_reserve(count).is_ok()
            && self.chunks.reserve(self.spans.len() + count)
            && members.try_reserve_exact(count).is_ok();
        if !enough {
            return false;
        }
        let Chunks {
            chunks,
            vacant_spans,
            vacant_chunks,
        } = &mut self.chunks;
        let left = vacant_spans.len() - vacant_spans.len().min(count);
        members.extend_from_slice(&vacant_spans[left..]);
        let fresh = self.spans.len() as u32;
        members.extend(fresh..fresh + (count - members.len()) as u32);
        vacant_spans.truncate(left);
        let chunk = vacant_chunks.pop().unwrap_or(chunks.len() as u32);
        for (position, &index) in members.iter().enumerate() {
            // SAFETY: within the extent.
            let start = unsafe { extent.start.add(position * SPAN) };
            let span = Span::new(start, chunk, is_zero, self.empty);
            self.empty = index;
            enter(extent.address() + position * SPAN, index);
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
        match chunks.get_mut(chunk as usize) {
            Some(place) => *place = entry,
            None => chunks.push(entry),
        }
        self.count += count;
        true
    }

    /// Takes every chunk without live slots out, and calls `leave` with each. O(spans).
    pub(crate) fn trim(&mut self, mut leave: impl FnMut(Extent)) {
        self.give_all();
        // The first span of a class may be without live slots.
        for class in 0..CLASSES {
            let first = self.listed[class];
            if first != END && self.spans[first as usize].live == 0 {
                self.unlist(first);
                self.vacate(first);
            }
        }
        for chunk in 0..self.chunks.chunks.len() {
            let entry = &mut self.chunks.chunks[chunk];
            if entry.live > 0 || entry.spans.is_empty() {
                continue;
            }
            let extent = entry.extent;
            for index in core::mem::take(&mut entry.spans) {
                self.take_out(index);
                self.chunks.vacant_spans.push(index);
            }
            self.chunks.vacant_chunks.push(chunk as u32);
            leave(extent);
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

    /// The extents of all chunks.
    pub(crate) fn extents(&self) -> impl Iterator<Item = Extent> {
        let there = self.chunks.chunks.iter().filter(|chunk| !chunk.spans.is_empty());
        there.map(|chunk| chunk.extent)
    }
}
