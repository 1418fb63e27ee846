//! Which spans have slots to give: a list of them for each class, and one of those without a class (*Span-I2*).

use super::chunk::Chunks;
use super::place::Place;
use super::record::Record;
use super::size_class::SIZES;
use super::span::{END, Refusal, SPAN, Spans, reciprocal};

impl Spans {
    /// A span of this class with a slot to give, the first of its list. O(1), amortised: full spans that it finds there
    /// leave the list, which each enters by a free only.
    pub(super) fn first_with_room(&mut self, class: usize) -> Result<u32, Refusal> {
        loop {
            let index = self.listed[class];
            if index == END {
                if self.empty == END && self.give_all() {
                    continue;
                }
                return self.cut(class);
            }
            let span = &self.spans[index as usize];
            if span.live < span.slots {
                return Ok(index);
            }
            self.unlist(index);
        }
    }

    /// Gives an empty span this class.
    #[cold]
    fn cut(&mut self, class: usize) -> Result<u32, Refusal> {
        let index = self.empty;
        if index == END {
            return Err(Refusal::Chunk(Chunks::next_size(self.count)));
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
        span.reciprocal = reciprocal(size);
        span.slots = slots as u16;
        span.has_labels = false;
        span.live = 0;
        span.free = END;
        self.empty = span.next;
        self.chunks.count_in(span.chunk);
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
    pub(super) fn unlist(&mut self, index: u32) {
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

    /// Gives a slot that is not in use any more back to its span. O(1).
    pub(super) fn give_back(&mut self, place: Place) {
        let index = place.span();
        let span = &mut self.spans[index as usize];
        span.records[place.slot() as usize] = Record::freed(span.free);
        span.free = place.slot();
        span.live -= 1;
        if span.live == 0 || !span.is_listed {
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
    pub(super) fn vacate(&mut self, index: u32) {
        let span = &mut self.spans[index as usize];
        span.next = self.empty;
        // Its class stays known, so that what was freed in it is still recognised.
        self.empty = index;
        self.chunks.count_out(span.chunk);
    }
}
