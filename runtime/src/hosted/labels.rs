//! The labels of small allocations. Most have none, so only spans in which one was ever labelled have room for them.

use std::vec::Vec;

use super::place::Place;
use super::record::Label;

/// Labels by span and slot.
pub(crate) struct Labels {
    spans: Vec<Vec<Label>>,
}

// SAFETY: labels are C strings that live as long as the process or as their C caller promised (`record::Request`).
unsafe impl Send for Labels {}

impl Labels {
    pub(crate) const fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// Makes room for the labels of a span's slots, none at first; false if there is no memory. O(slots).
    #[cold]
    pub(crate) fn make(&mut self, span: u32, slots: usize) -> bool {
        let missing = (span as usize + 1).saturating_sub(self.spans.len());
        if self.spans.try_reserve(missing).is_err() {
            return false;
        }
        for _ in 0..missing {
            self.spans.push(Vec::new());
        }
        let labels = &mut self.spans[span as usize];
        labels.clear();
        if labels.try_reserve_exact(slots).is_err() {
            return false;
        }
        labels.resize(slots, core::ptr::null());
        true
    }

    /// Sets the label of a slot of a span for which [`make`](Self::make) has made room.
    #[cold]
    pub(crate) fn set(&mut self, place: Place, label: Label) {
        self.spans[place.span() as usize][place.slot() as usize] = label;
    }

    /// The label of a slot of such a span.
    pub(crate) fn get(&self, place: Place) -> Label {
        self.spans[place.span() as usize][place.slot() as usize]
    }

    /// Frees the room of a span.
    pub(crate) fn forget(&mut self, span: u32) {
        if let Some(labels) = self.spans.get_mut(span as usize) {
            *labels = Vec::new();
        }
    }
}
