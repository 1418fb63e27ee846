//! What a context has of its resource, for as long as somebody works on it.
//!
//! Memory is filled with zeros, and copied by `resize`, without the context's lock: that takes long, and may be the
//! resource's own function. The context may be destroyed meanwhile. So its extents belong to a [`Memory`], which is shared by
//! the context and by whoever works on them, a **pin**; they go back when the last of these is done.
//!
//! Invariants:
//! - *Memory-I1*: a slot's or a large allocation's extent is out of the resource as long as its context exists and the
//!   allocation is live, or the context's memory is pinned since that was so.
//! - *Memory-I2*: no lock is held where the last reference can be given up: who is inside a context holds no last one.

use std::sync::{Arc, OnceLock};
use std::vec::Vec;

use super::resource::{Extent, Resource};

/// A context's resource, and what it held at its end.
pub(crate) struct Memory {
    pub(crate) resource: Arc<dyn Resource>,
    /// What the resource says of its extents, asked once.
    pub(crate) is_zeroed: bool,
    pub(crate) is_addressable: bool,
    /// Goes back with this; set when the context ends.
    left: OnceLock<Vec<Extent>>,
}

// SAFETY: extents are addresses and numbers, which are set once and read by who drops this.
unsafe impl Sync for Memory {}

impl Memory {
    /// That of a new context. Asks the resource, so not under a lock.
    pub(crate) fn new(resource: Arc<dyn Resource>) -> Arc<Self> {
        Arc::new(Self {
            is_zeroed: resource.is_zeroed(),
            is_addressable: resource.is_addressable(),
            resource,
            left: OnceLock::new(),
        })
    }

    /// That of a new context over the same resource.
    pub(crate) fn like(&self) -> Arc<Self> {
        Arc::new(Self {
            resource: Arc::clone(&self.resource),
            left: OnceLock::new(),
            ..*self
        })
    }

    /// Leaves the extents of a context at its end: they go back when nobody works on them any more.
    pub(crate) fn leave(&self, extents: Vec<Extent>) {
        let done = self.left.set(extents);
        debug_assert!(done.is_ok(), "a context ends once");
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        for extent in self.left.take().into_iter().flatten() {
            // SAFETY: the context is at its end and nobody works on its memory (Memory-I1); by obligation 1 of
            // `ContextId::destroy` nothing else uses it.
            unsafe { self.resource.deallocate(extent) };
        }
    }
}
