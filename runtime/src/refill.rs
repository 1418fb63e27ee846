//! The cold paths of compiled code: functions that [`kernel`](crate::kernel) calls and the pass
//! leaves out of line.
//!
//! They get descriptors by value and return what changes in registers, so that the caller's
//! descriptor need not be in memory. O(1), no loop.

use core::ptr;

use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::kernel::croft_pool;
use crate::region::{self, Descriptor, Refill};

/// Refuses a request to the static pool: the handler is told.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[cold]
#[inline(never)]
pub(crate) unsafe fn refuse(reason: Reason, size: usize, align: usize) -> ! {
    let pool = &raw const croft_pool;
    // SAFETY: by the obligation nothing else uses the pool while the report is made.
    let what = unsafe { Exhaustion::new(reason, size, align, &*pool) };
    exhausted(&what)
}

/// Enters a new block: see `region::refill`. The new object ends at the frontier returned. On
/// exhaustion the handler is told.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_refill(
    frontier: *mut u8,
    limit: *mut u8,
    oldest: *mut u8,
    budget: usize,
    size: usize,
    align: usize,
) -> Refill {
    let state = Descriptor {
        frontier,
        limit,
        oldest,
        budget,
    };
    // SAFETY: the obligations above.
    unsafe {
        match region::refill(&raw mut croft_pool, state, size, align) {
            Ok(next) => next,
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// As [`croft_rt_refill`], but answers two null pointers on exhaustion, with nothing changed.
///
/// # Safety
///
/// As for [`croft_rt_refill`].
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_try_refill(
    frontier: *mut u8,
    limit: *mut u8,
    oldest: *mut u8,
    budget: usize,
    size: usize,
    align: usize,
) -> Refill {
    let state = Descriptor {
        frontier,
        limit,
        oldest,
        budget,
    };
    // SAFETY: the obligations above.
    let next = unsafe { region::refill(&raw mut croft_pool, state, size, align) };
    next.unwrap_or(Refill {
        frontier: ptr::null_mut(),
        limit: ptr::null_mut(),
    })
}

/// Reports a push, or an eager opening, that found no block.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn croft_rt_push_refused() -> ! {
    // SAFETY: called by a push only, which has obligation 2.
    unsafe { refuse(Reason::PoolEmpty, 0, 0) }
}

/// What `croft.alloc` does when the fast path does not suffice: a tail call, so that the fast path
/// saves no register. The descriptor of an out-of-line operation is in memory anyway.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or a null region, which is refused.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn slow_alloc(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: the obligations above; the descriptor is read only if there is one.
    unsafe {
        if region.is_null() {
            refuse(Reason::NullRegion, size, align);
        }
        match region::refill(&raw mut croft_pool, *region, size, align) {
            Ok(next) => region::advance(region, next, size),
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// As [`slow_alloc`], but null on exhaustion and for a null region, with nothing changed.
///
/// # Safety
///
/// As for [`slow_alloc`].
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn slow_try_alloc(
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: the obligations above; the descriptor is read only if there is one.
    unsafe {
        if region.is_null() {
            return ptr::null_mut();
        }
        match region::refill(&raw mut croft_pool, *region, size, align) {
            Ok(next) => region::advance(region, next, size),
            Err(_) => ptr::null_mut(),
        }
    }
}
