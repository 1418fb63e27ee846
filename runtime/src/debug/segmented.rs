//! Segmented arrays in debug mode: the same chunks, in memory that debug mode hands out and watches.
//!
//! An array is an object of its region, so a use after the region's end is one of ended memory, and is found like any other,
//! here for the array itself and at each access for its elements. The block of a segment counts as handed out whole.

use core::ptr;

use super::access;
use super::handle::Handle;
use super::place::Place;
use super::regions::{self, Open, Request};
use super::report::Operation;
use super::state::{State, current};
use crate::execution::uninterrupted;
use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::layout::PAYLOAD;
use crate::segmented::entry::{self, Array};
use crate::segmented::source::{REACH, Source};

/// An open region; null stands for a null handle.
struct Watched {
    state: *mut State,
    open: *mut Open,
}

impl Watched {
    /// # Safety
    ///
    /// The obligations of [`debug`](super). A handle of no open region is reported.
    unsafe fn new(region: Handle, place: *const Place) -> Self {
        // SAFETY: the same obligations.
        unsafe {
            let state = current(place);
            let open = if region.is_null() {
                ptr::null_mut()
            } else {
                regions::find(state, region, Operation::Alloc, place)
            };
            Self { state, open }
        }
    }

    /// Tells the exhaustion handler.
    fn refuse(&self, reason: Reason, size: usize, align: usize) -> ! {
        // SAFETY: the state is the current one.
        let ledger = unsafe { &(*self.state).ledger };
        exhausted(&Exhaustion {
            reason,
            size,
            align,
            blocks_total: ledger.total(),
            blocks_taken: ledger.in_use as usize,
        })
    }
}

// SAFETY: as of the release path's source: debug mode hands out what is fresh and the region's (Regions-I2, Ledger-I2), by the same
// rule of what fits a block, and takes from its ledger the block that it said comes next. A pair is judged before it is taken.
unsafe impl Source for Watched {
    fn base(&self) -> *mut u8 {
        // SAFETY: the state is the current one.
        unsafe { (*self.state).base }
    }

    fn reaches(&self) -> bool {
        // SAFETY: as above. An empty ledger refuses for its own reason.
        unsafe { (*self.state).ledger.upcoming() }.is_none_or(|index| index < REACH)
    }

    fn request(&mut self, size: usize, align: usize) -> Result<*mut u8, Reason> {
        if self.open.is_null() {
            return Err(Reason::NullRegion);
        }
        // SAFETY: the region is open, and the state the current one.
        unsafe { regions::allocate(self.state, self.open, Request { size, align }) }
    }

    fn pair(&mut self, align: usize) -> Result<[*mut u8; 2], Reason> {
        if self.open.is_null() {
            return Err(Reason::NullRegion);
        }
        // SAFETY: as above.
        unsafe { regions::affords(self.state, self.open, 2)? };
        Ok([self.request(PAYLOAD, align)?, self.request(PAYLOAD, align)?])
    }
}

/// Checks that an array can be read, and written if `WRITE` is set.
///
/// # Safety
///
/// The obligations of [`debug`](super).
unsafe fn look<const WRITE: bool>(array: *const Array, place: *const Place) {
    // SAFETY: the same obligations.
    unsafe { access::check::<WRITE>(array.cast(), size_of::<Array>(), place) }
}

/// # Safety
///
/// As for [`croft_rt_debug_segmented_new`]. On exhaustion the answer is null if `TRY` is set.
unsafe fn create<const TRY: bool>(
    region: Handle,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut Array {
    // SAFETY: the same obligations; a new array.
    unsafe {
        let mut watched = uninterrupted(|| Watched::new(region, place));
        match uninterrupted(|| entry::make(&mut watched, size, align)) {
            Ok(array) => {
                (*array).owner = region;
                array
            }
            Err(_) if TRY => ptr::null_mut(),
            Err(reason) => watched.refuse(reason, size, align),
        }
    }
}

/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`]. On exhaustion the answer is null if `TRY` is set.
unsafe fn append<const TRY: bool>(region: Handle, array: *mut Array, place: *const Place) -> *mut u8 {
    // SAFETY: the same obligations; the array was looked at.
    unsafe {
        let mut watched = uninterrupted(|| Watched::new(region, place));
        look::<true>(array, place);
        if let Some(element) = (*array).chunks.append(&(*array).shape) {
            return element;
        }
        match uninterrupted(|| entry::extend(array, &mut watched, region)) {
            Ok(element) => element,
            Err(_) if TRY => ptr::null_mut(),
            Err(reason) => {
                let Array { chunks, shape, .. } = &*array;
                watched.refuse(reason, chunks.wanted(shape), shape.align as usize)
            }
        }
    }
}

/// As [`croft_segmented_new`](entry::croft_segmented_new). Any handle may be passed: a wrong one is reported.
///
/// # Safety
///
/// The obligations of [`debug`](super).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_new(
    region: Handle,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut Array {
    // SAFETY: the same obligations.
    unsafe { create::<false>(region, size, align, place) }
}

/// As [`croft_segmented_try_new`](entry::croft_segmented_try_new). Any handle may be passed.
///
/// # Safety
///
/// The obligations of [`debug`](super).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_try_new(
    region: Handle,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut Array {
    // SAFETY: the same obligations.
    unsafe { create::<true>(region, size, align, place) }
}

/// As [`croft_segmented_append`](entry::croft_segmented_append). Any handle may be passed.
///
/// # Safety
///
/// The obligations of [`debug`](super); the array was made by these functions, and may have ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_append(
    region: Handle,
    array: *mut Array,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { append::<false>(region, array, place) }
}

/// As [`croft_segmented_try_append`](entry::croft_segmented_try_append). Any handle may be passed.
///
/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_try_append(
    region: Handle,
    array: *mut Array,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { append::<true>(region, array, place) }
}

/// As [`croft_segmented_at`](entry::croft_segmented_at).
///
/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_at(
    array: *const Array,
    index: usize,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations; the array was looked at.
    unsafe {
        look::<false>(array, place);
        entry::croft_segmented_at(array, index)
    }
}

/// As [`croft_segmented_length`](entry::croft_segmented_length).
///
/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_length(array: *const Array, place: *const Place) -> usize {
    // SAFETY: the same obligations; the array was looked at.
    unsafe {
        look::<false>(array, place);
        entry::croft_segmented_length(array)
    }
}

/// As [`croft_segmented_chunk`](entry::croft_segmented_chunk).
///
/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`]; `count` points to writable memory, or to memory of a region, which is checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_chunk(
    array: *const Array,
    number: usize,
    count: *mut usize,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations; array and count were looked at.
    unsafe {
        look::<false>(array, place);
        access::check::<true>(count.cast(), size_of::<usize>(), place);
        entry::croft_segmented_chunk(array, number, count)
    }
}

/// As [`croft_segmented_truncate`](entry::croft_segmented_truncate).
///
/// # Safety
///
/// As for [`croft_rt_debug_segmented_append`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_segmented_truncate(
    array: *mut Array,
    length: usize,
    place: *const Place,
) {
    // SAFETY: the same obligations; the array was looked at.
    unsafe {
        look::<true>(array, place);
        entry::croft_segmented_truncate(array, length);
    }
}
