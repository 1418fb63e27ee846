//! The block pool as a resource: an extent is a region with one object.
//!
//! A context or cache over a pool of its own has a fixed amount of memory, takes none from the system, and every
//! allocation of an extent is O(1) ([`runs`](crate::runs)). An extent above a block's payload starts at a block.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::boxed::Box;

use hashbrown::HashMap;
use parking_lot::Mutex;

use super::resource::{Extent, Resource};
use crate::layout::{BLOCK_SIZE, MAX_ALIGN, PAYLOAD};
use crate::pool::{PoolError, Stats};
use crate::scope::{Pool, Region};

/// A block pool over a buffer of its own, which supplies extents.
pub struct BlockResource {
    inner: Mutex<Inner>,
}

/// Fields are dropped in this order: the regions before their pool.
struct Inner {
    /// The region of each extent, by the extent's address.
    regions: HashMap<usize, Region<'static>>,
    pool: Box<Pool<'static>>,
}

// SAFETY: pool and regions are used by one thread at a time (the mutex), and move together.
unsafe impl Send for Inner {}

impl BlockResource {
    /// A pool of all whole blocks in `buffer`.
    ///
    /// # Errors
    ///
    /// As [`Pool::new`].
    pub fn new(buffer: &'static mut [MaybeUninit<u8>]) -> Result<Self, PoolError> {
        let inner = Inner {
            regions: HashMap::new(),
            pool: Box::new(Pool::new(buffer)?),
        };
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// The pool's counters. O(free blocks).
    pub fn stats(&self) -> Stats {
        self.inner.lock().pool.stats()
    }
}

// SAFETY: an object is its region's alone until that ends, when the extent is given back (obligation 1); the buffer is
// static (obligation 2).
unsafe impl Resource for BlockResource {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        // What is larger than a payload begins at a block, whose alignment is more than a region promises.
        let (size_asked, align_asked) = match align {
            _ if align <= MAX_ALIGN => (size, align),
            _ if align <= BLOCK_SIZE => (size.max(PAYLOAD + 1), MAX_ALIGN),
            _ => return None,
        };
        let layout = Layout::from_size_align(size_asked, align_asked).ok()?;
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        inner.regions.try_reserve(1).ok()?;
        let pool: *const Pool<'static> = &raw const *inner.pool;
        // SAFETY: the pool is boxed and is dropped after all regions (fields of `Inner`).
        let region = unsafe { (*pool).region() };
        let start: NonNull<u8> = region.try_alloc_layout(layout).ok()?;
        inner.regions.insert(start.addr().get(), region);
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        let mut inner = self.inner.lock();
        let region = inner.regions.remove(&extent.address());
        debug_assert!(region.is_some(), "obligation 1");
    }
}
