//! Buffers of a cache with an owner, for Rust.

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::sync::Arc;

use super::cache::Cache;
use super::resource::Resource;
use super::status::Status;

impl Cache {
    /// A buffer with an owner, at a multiple of 64, freed when it is dropped.
    ///
    /// # Errors
    ///
    /// As [`alloc`](Self::alloc).
    pub fn lease(self: &Arc<Self>, size: usize) -> Result<Lease, Status> {
        Ok(Lease {
            start: self.alloc(size, super::record::DEFAULT_ALIGN)?,
            size,
            cache: Arc::clone(self),
        })
    }
}

/// A live buffer with an owner.
pub struct Lease {
    start: NonNull<u8>,
    size: usize,
    cache: Arc<Cache>,
}

// SAFETY: a lease owns its bytes; caches may be used from any thread.
unsafe impl Send for Lease {}

impl Lease {
    /// Its first byte.
    pub fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// Bytes asked for.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Its bytes, with unspecified contents at first; `None` if the processor cannot reach them.
    pub fn bytes(&mut self) -> Option<&mut [MaybeUninit<u8>]> {
        if !self.cache.is_addressable() {
            return None;
        }
        // SAFETY: live, and borrowed exclusively.
        Some(unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.size) })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // SAFETY: nothing else refers to it.
        let done = unsafe { self.cache.free(self.start.as_ptr()) };
        debug_assert_eq!(done, Ok(()), "a lease's buffer is live");
    }
}
