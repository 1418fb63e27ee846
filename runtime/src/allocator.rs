//! `&Region` as an allocator, so that collections grow inside a region.
//!
//! ```
//! use allocator_api2::vec::Vec;
//! use croft_runtime::scope::{Blocks, Pool};
//!
//! let mut blocks = Blocks::<2>::uninit();
//! let pool = Pool::new(blocks.bytes())?;
//! pool.scope(|region| {
//!     let mut primes = Vec::new_in(region);
//!     for candidate in 2..100 {
//!         if primes.iter().all(|prime| candidate % prime != 0) {
//!             primes.push(candidate);
//!         }
//!     }
//!     assert_eq!(primes.len(), 25);
//! });
//! # Ok::<(), croft_runtime::pool::PoolError>(())
//! ```
//!
//! The region's newest object grows and shrinks in place, and its memory is given back when it is
//! deallocated. Any other object is moved when it grows and its old memory stays unused until the
//! region ends. All operations are O(1), but for the copy of an object that moves.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use allocator_api2::alloc::{AllocError, Allocator};

use crate::layout::{PAYLOAD, rounded};
use crate::scope::Region;

impl Region<'_> {
    /// Whether the object of this layout is the newest: nothing was allocated behind it.
    #[inline(always)]
    fn is_newest(&self, object: NonNull<u8>, layout: Layout) -> bool {
        // SAFETY: as in `Region::bytes`: nothing else uses the descriptor during the call.
        let frontier = unsafe { (*self.state()).frontier };
        layout.size() != 0
            && layout.size() <= PAYLOAD
            && object.as_ptr().wrapping_byte_add(rounded(layout.size())) == frontier
    }

    /// Gives the newest object `size` bytes where it lies, if the block and the budget have room.
    ///
    /// # Safety
    ///
    /// [`is_newest`](Self::is_newest) holds for `object`.
    #[inline(always)]
    unsafe fn resize_newest(&self, object: NonNull<u8>, size: usize) -> bool {
        let state = self.state();
        if size > PAYLOAD {
            return false;
        }
        let bytes = if size == 0 { 0 } else { rounded(size) };
        // The same provenance as the frontier has, which reaches beyond the object; cannot wrap:
        // Pool-I4. SAFETY: nothing else uses the descriptor. The new frontier lies between the
        // object, which starts in the newest block, and the limit: Region-I2 holds, and what lies
        // behind the object is unused.
        unsafe {
            let end = (*state)
                .frontier
                .with_addr(object.addr().get().wrapping_add(bytes));
            if end > (*state).limit.cast() {
                return false;
            }
            (*state).frontier = end;
        }
        true
    }

    /// `object`, now of the layout `new`, moved if need be; the first `kept` bytes are preserved.
    ///
    /// # Safety
    ///
    /// `object` is an object of the layout `old`, and `kept` is at most the smaller of both sizes.
    #[inline(always)]
    unsafe fn resize(
        &self,
        object: NonNull<u8>,
        old: Layout,
        new: Layout,
        kept: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let stays = object.addr().get().is_multiple_of(new.align());
        // SAFETY: checked just before the call.
        if stays && self.is_newest(object, old) && unsafe { self.resize_newest(object, new.size()) } {
            return Ok(NonNull::slice_from_raw_parts(object, new.size()));
        }
        let moved = self.allocate(new)?;
        // SAFETY: the obligation above; the new object is fresh.
        unsafe { ptr::copy_nonoverlapping(object.as_ptr(), moved.cast().as_ptr(), kept) };
        Ok(moved)
    }
}

// SAFETY: an object stays where it is until its region ends or is reset, which the allocator, a
// shared borrow, prevents; copies of the borrow are the same allocator. Only the deallocated or
// resized object itself gives memory back.
unsafe impl Allocator for &Region<'_> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let object = self.try_alloc_layout(layout).map_err(|_| AllocError)?;
        Ok(NonNull::slice_from_raw_parts(object, layout.size()))
    }

    #[inline]
    unsafe fn deallocate(&self, object: NonNull<u8>, layout: Layout) {
        if self.is_newest(object, layout) {
            // SAFETY: checked just before the call; making an object smaller always succeeds.
            unsafe { self.resize_newest(object, 0) };
        }
    }

    #[inline]
    unsafe fn grow(
        &self,
        object: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's obligations; an object that grows keeps all its bytes.
        unsafe { self.resize(object, old, new, old.size()) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        object: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's obligations; the bytes behind the old size belong to the object now.
        unsafe {
            let grown = self.grow(object, old, new)?;
            grown
                .cast::<u8>()
                .add(old.size())
                .write_bytes(0, new.size() - old.size());
            Ok(grown)
        }
    }

    #[inline]
    unsafe fn shrink(
        &self,
        object: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if object.addr().get().is_multiple_of(new.align()) {
            if self.is_newest(object, old) {
                // SAFETY: checked just before the call; making an object smaller always succeeds.
                unsafe { self.resize_newest(object, new.size()) };
            }
            return Ok(NonNull::slice_from_raw_parts(object, new.size()));
        }
        // SAFETY: the caller's obligations; an object that shrinks keeps the new size.
        unsafe { self.resize(object, old, new, new.size()) }
    }
}
