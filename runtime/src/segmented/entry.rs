//! The functions of `croft.h` for segmented arrays, and what compiled code calls in every mode but *debug*.
//!
//! No logic lives here. Obligations of every function:
//! 1. An array was made by one of these functions, and its region is still open and was not reset since.
//! 2. A region is null or as for [`kernel`](crate::kernel). An array grows in its own region only; another is refused.
//! 3. The thread and interrupt rule of [`kernel`](crate::kernel).

use core::ptr;

use super::chunks::Chunks;
use super::shape::Shape;
use super::source::{Source, Store};
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::Reason;
use crate::refill::refuse;
use crate::region::Descriptor;

/// A segmented array. C knows it only as an opaque structure.
#[repr(C)]
pub struct Array {
    pub(crate) chunks: Chunks,
    pub(crate) shape: Shape,
    /// What names the region that the array lies in.
    pub(crate) owner: *const u8,
}

const _: () = assert!(size_of::<Array>() == if size_of::<usize>() == 8 { 208 } else { 152 });

/// A source of the running context's pool.
///
/// # Safety
///
/// Obligations 2 and 3 of this module.
#[inline(always)]
unsafe fn store(region: *mut Descriptor) -> Store {
    // SAFETY: the same obligations.
    unsafe { Store::new(pool(), region) }
}

/// Makes an array whose owner is not known yet, or says why not.
#[inline(always)]
pub(crate) fn make(source: &mut impl Source, size: usize, align: usize) -> Result<*mut Array, Reason> {
    let shape = Shape::of(size, align)?;
    let array = source
        .request(size_of::<Array>(), align_of::<Array>())?
        .cast::<Array>();
    // SAFETY: fresh memory of this size and alignment.
    unsafe {
        array.write(Array {
            chunks: Chunks::new(),
            shape,
            owner: ptr::null(),
        });
    }
    Ok(array)
}

/// The place of the next element, in a new chunk; or why there is none.
///
/// # Safety
///
/// Obligations 1 and 3 of this module; `source` is of the region that `owner` names.
#[inline(always)]
pub(crate) unsafe fn extend(
    array: *mut Array,
    source: &mut impl Source,
    owner: *const u8,
) -> Result<*mut u8, Reason> {
    if owner.is_null() {
        return Err(Reason::NullRegion);
    }
    // SAFETY: obligation 1; nothing else uses the array during the call (3).
    let array = unsafe { &mut *array };
    if owner != array.owner {
        return Err(Reason::ArrayRegion);
    }
    array.chunks.grow(&array.shape, source)?;
    Ok(array.chunks.append(&array.shape).unwrap_or(ptr::null_mut()))
}

/// [`make`] in a region of the running context's pool: one critical section.
///
/// # Safety
///
/// Obligations 2 and 3 of this module.
#[inline(never)]
unsafe fn make_here(region: *mut Descriptor, size: usize, align: usize) -> Result<*mut Array, Reason> {
    // SAFETY: the same obligations; a new array.
    uninterrupted(|| unsafe {
        let mut store = store(region);
        let array = make(&mut store, size, align)?;
        (*array).owner = store.owner();
        Ok(array)
    })
}

/// Makes an array for elements of `size` bytes, in chunks at multiples of `align`. Never null. O(1).
///
/// # Safety
///
/// Obligations 2 and 3 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_new(
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut Array {
    // SAFETY: the same obligations.
    unsafe {
        match make_here(region, size, align) {
            Ok(array) => array,
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// As [`croft_segmented_new`], but null on exhaustion, with nothing changed.
///
/// # Safety
///
/// Obligations 2 and 3 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_try_new(
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut Array {
    // SAFETY: the same obligations.
    unsafe { make_here(region, size, align).unwrap_or(ptr::null_mut()) }
}

/// Appends an element and returns its address. Its contents are unspecified. Never null. O(1), no loop.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_append(region: *mut Descriptor, array: *mut Array) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe {
        match (*array).chunks.append(&(*array).shape) {
            Some(element) => element,
            None => append_slowly::<false>(region, array),
        }
    }
}

/// As [`croft_segmented_append`], but null on exhaustion, with nothing changed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_try_append(region: *mut Descriptor, array: *mut Array) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe {
        match (*array).chunks.append(&(*array).shape) {
            Some(element) => element,
            None => append_slowly::<true>(region, array),
        }
    }
}

/// An append that enters a chunk. On exhaustion the answer is null if `TRY` is set; if not, the handler is called.
///
/// # Safety
///
/// The obligations of this module.
#[cold]
#[inline(never)]
unsafe extern "C" fn append_slowly<const TRY: bool>(region: *mut Descriptor, array: *mut Array) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe {
        match extend_here(region, array) {
            Ok(element) => element,
            Err(_) if TRY => ptr::null_mut(),
            Err(reason) => {
                let Array { chunks, shape, .. } = &*array;
                refuse(reason, chunks.wanted(shape), shape.align as usize)
            }
        }
    }
}

/// [`extend`] in a region of the running context's pool: one critical section.
///
/// # Safety
///
/// The obligations of this module.
#[cold]
#[inline(never)]
unsafe fn extend_here(region: *mut Descriptor, array: *mut Array) -> Result<*mut u8, Reason> {
    // SAFETY: the same obligations.
    uninterrupted(|| unsafe {
        let mut store = store(region);
        let owner = store.owner();
        extend(array, &mut store, owner)
    })
}

/// The address of an element; null past the end. O(1), no loop.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_at(array: *const Array, index: usize) -> *mut u8 {
    // SAFETY: the same obligations.
    let Array { chunks, shape, .. } = unsafe { &*array };
    chunks.at(shape, index).unwrap_or(ptr::null_mut())
}

/// The number of elements. O(1).
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_length(array: *const Array) -> usize {
    // SAFETY: the same obligations.
    unsafe { (*array).chunks.length() }
}

/// The address of the first element of a chunk, and at `count` how many there are; null and 0 past the last chunk. O(1), no
/// loop.
///
/// # Safety
///
/// The obligations of this module; `count` points to writable memory for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_chunk(
    array: *const Array,
    number: usize,
    count: *mut usize,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe {
        let Array { chunks, shape, .. } = &*array;
        let (first, length) = chunks.chunk(shape, number).unwrap_or((ptr::null_mut(), 0));
        count.write(length);
        first
    }
}

/// Forgets the elements from `length` on; nothing if there are no more than that. The memory serves later appends. O(1), no
/// loop.
///
/// # Safety
///
/// The obligations of this module; no forgotten element is used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_segmented_truncate(array: *mut Array, length: usize) {
    // SAFETY: the same obligations.
    let Array { chunks, shape, .. } = unsafe { &mut *array };
    chunks.truncate(shape, length);
}
