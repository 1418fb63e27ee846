//! Values in regions: the typed requests of the safe API.
//!
//! All come down to [`Region::alloc_layout`] and its fallible twin: fresh memory that nothing else
//! refers to, borrowed from the region. Zero-sized values take none.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::slice;

use crate::exhaustion::Exhaustion;
use crate::request;
use crate::scope::Region;

#[allow(
    clippy::mut_from_ref,
    reason = "every call returns memory of its own, disjoint from all other objects"
)]
impl Region<'_> {
    /// Moves `value` into the region. It is not dropped when the region ends.
    #[inline(always)]
    pub fn alloc<T>(&self, value: T) -> &mut T {
        self.alloc_with(|| value)
    }

    /// As [`alloc`](Self::alloc).
    ///
    /// # Errors
    ///
    /// The value back and the reason, on exhaustion; nothing has changed then.
    #[inline(always)]
    pub fn try_alloc<T>(&self, value: T) -> Result<&mut T, (T, Exhaustion)> {
        match self.try_alloc_layout(Layout::new::<T>()) {
            // SAFETY: fresh memory for a `T`, borrowed from the region.
            Ok(object) => Ok(unsafe { place(object.cast(), value) }),
            Err(what) => Err((value, what)),
        }
    }

    /// Allocates, then calls `make`, so that a large value may be made in place.
    #[inline(always)]
    pub fn alloc_with<T>(&self, make: impl FnOnce() -> T) -> &mut T {
        let object = self.alloc_layout(Layout::new::<T>()).cast();
        // SAFETY: fresh memory for a `T`, borrowed from the region.
        unsafe { place(object, make()) }
    }

    /// As [`alloc_with`](Self::alloc_with).
    ///
    /// # Errors
    ///
    /// On exhaustion; nothing has changed and `make` was not called then.
    #[inline(always)]
    pub fn try_alloc_with<T>(&self, make: impl FnOnce() -> T) -> Result<&mut T, Exhaustion> {
        let object = self.try_alloc_layout(Layout::new::<T>())?.cast();
        // SAFETY: fresh memory for a `T`, borrowed from the region.
        Ok(unsafe { place(object, make()) })
    }

    /// `length` adjacent elements, uninitialised.
    #[inline(always)]
    pub fn alloc_uninit_slice<T>(&self, length: usize) -> &mut [MaybeUninit<T>] {
        let size = request::array_size(length, size_of::<T>());
        let objects = if size == 0 {
            NonNull::dangling()
        } else {
            self.bytes(size, align_of::<T>()).cast()
        };
        // SAFETY: fresh memory for `length` elements, or none needed; uninitialised elements are
        // what the type says.
        unsafe { slice::from_raw_parts_mut(objects.as_ptr(), length) }
    }

    /// As [`alloc_uninit_slice`](Self::alloc_uninit_slice).
    ///
    /// # Errors
    ///
    /// On exhaustion, which includes a size that is not representable; nothing has changed then.
    #[inline(always)]
    pub fn try_alloc_uninit_slice<T>(&self, length: usize) -> Result<&mut [MaybeUninit<T>], Exhaustion> {
        let size = request::array_size(length, size_of::<T>());
        let objects = if size == 0 {
            NonNull::dangling()
        } else {
            self.try_bytes(size, align_of::<T>())?.cast()
        };
        // SAFETY: as in `alloc_uninit_slice`.
        Ok(unsafe { slice::from_raw_parts_mut(objects.as_ptr(), length) })
    }

    /// A copy of `source`.
    #[inline(always)]
    pub fn alloc_slice_copy<T: Copy>(&self, source: &[T]) -> &mut [T] {
        copy_into(self.alloc_uninit_slice(source.len()), source)
    }

    /// As [`alloc_slice_copy`](Self::alloc_slice_copy).
    ///
    /// # Errors
    ///
    /// On exhaustion; nothing has changed then.
    #[inline(always)]
    pub fn try_alloc_slice_copy<T: Copy>(&self, source: &[T]) -> Result<&mut [T], Exhaustion> {
        Ok(copy_into(self.try_alloc_uninit_slice(source.len())?, source))
    }

    /// `length` adjacent elements, the i-th made by `make(i)`. The elements are not dropped when
    /// the region ends, nor those made so far if `make` panics.
    #[inline(always)]
    pub fn alloc_slice_fill_with<T>(&self, length: usize, make: impl FnMut(usize) -> T) -> &mut [T] {
        fill(self.alloc_uninit_slice(length), make)
    }

    /// As [`alloc_slice_fill_with`](Self::alloc_slice_fill_with).
    ///
    /// # Errors
    ///
    /// On exhaustion; nothing has changed and `make` was not called then.
    #[inline(always)]
    pub fn try_alloc_slice_fill_with<T>(
        &self,
        length: usize,
        make: impl FnMut(usize) -> T,
    ) -> Result<&mut [T], Exhaustion> {
        Ok(fill(self.try_alloc_uninit_slice(length)?, make))
    }

    /// A copy of `text`.
    #[inline(always)]
    pub fn alloc_str(&self, text: &str) -> &mut str {
        // SAFETY: a copy of valid UTF-8.
        unsafe { str::from_utf8_unchecked_mut(self.alloc_slice_copy(text.as_bytes())) }
    }

    /// As [`alloc_str`](Self::alloc_str).
    ///
    /// # Errors
    ///
    /// On exhaustion; nothing has changed then.
    #[inline(always)]
    pub fn try_alloc_str(&self, text: &str) -> Result<&mut str, Exhaustion> {
        // SAFETY: a copy of valid UTF-8.
        self.try_alloc_slice_copy(text.as_bytes())
            .map(|bytes| unsafe { str::from_utf8_unchecked_mut(bytes) })
    }
}

/// Writes `value` where it belongs.
///
/// # Safety
///
/// `object` is valid memory for a `T` that nothing else uses during `'r`.
#[inline(always)]
unsafe fn place<'r, T>(mut object: NonNull<T>, value: T) -> &'r mut T {
    // SAFETY: the obligation above.
    unsafe {
        object.write(value);
        object.as_mut()
    }
}

#[inline(always)]
fn copy_into<'r, T: Copy>(target: &'r mut [MaybeUninit<T>], source: &[T]) -> &'r mut [T] {
    // SAFETY: both have the length of `source`, and fresh memory overlaps nothing.
    unsafe {
        ptr::copy_nonoverlapping(source.as_ptr(), target.as_mut_ptr().cast(), source.len());
        target.assume_init_mut()
    }
}

#[inline(always)]
fn fill<T>(target: &mut [MaybeUninit<T>], mut make: impl FnMut(usize) -> T) -> &mut [T] {
    for (index, element) in target.iter_mut().enumerate() {
        element.write(make(index));
    }
    // SAFETY: every element has just been written.
    unsafe { target.assume_init_mut() }
}
