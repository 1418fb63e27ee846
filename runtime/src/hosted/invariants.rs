//! The invariants of spans and spare slots as a function: a test aid.

use super::record::State;
use super::size_class::CLASSES;
use super::span::{END, Spans};

impl Spans {
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
            .filter(|span| !span.is_listed && span.live > 0 && span.live == span.slots)
            .count();
        let mut in_use = std::vec![0; self.spans.len()];
        let spares_hold = self.spares_hold(&mut in_use);
        for (span, in_use) in self.spans.iter().zip(&mut in_use) {
            let records = span.records.iter();
            *in_use += records.filter(|record| record.state != State::Freed).count();
        }
        let cut_of = |chunk: u32| {
            let members = there().filter(|span| span.chunk == chunk);
            members.filter(|span| span.is_listed || span.live > 0).count()
        };
        let mut counted = self.spans.iter().zip(in_use);
        spares_hold
            && listed + empty + full == self.count
            && counted.all(|(span, in_use)| span.chunk == END || in_use == usize::from(span.live))
            && self.chunks.counts_are(cut_of)
    }
}
