//! The cold paths of compiled code: functions that [`kernel`](crate::kernel) calls and the pass
//! leaves out of line.
//!
//! They get descriptors by value and return what changes in registers, so that the caller's
//! descriptor need not be in memory. O(1); loops over the size classes only.

use core::ptr;

use crate::block::Footer;
use crate::cleanup;
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::layout::whole;
use crate::pool::{take_first, untake_first};
use crate::region::{self, Descriptor, Refill};
use crate::runs;

/// What a `try_` request answers that is refused.
const REFUSED: Refill = Refill {
    frontier: ptr::null_mut(),
    limit: ptr::null_mut(),
};

/// Refuses a request to the pool: the handler is told.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[cold]
#[inline(never)]
pub(crate) unsafe fn refuse(reason: Reason, size: usize, align: usize) -> ! {
    // SAFETY: by the obligation nothing else uses the pool while the report is made.
    let what = uninterrupted(|| unsafe { Exhaustion::new(reason, size, align, &*pool()) });
    exhausted(&what)
}

/// [`region::refill`] over the pool, of which a free run may become the range.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor; the request is not odd.
#[inline(always)]
unsafe fn refill(region: Descriptor, size: usize) -> Result<Refill, Reason> {
    let pool = pool();
    // SAFETY: the obligations above.
    unsafe {
        match region::refill(pool, region, size) {
            Err(Reason::PoolEmpty) if region::rescue(pool, region.limit) => {
                region::refill(pool, region, size)
            }
            answer => answer,
        }
    }
}

/// What an allocation does that list and range could not serve, for `reason`.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel); the request is not odd.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn rescue<const TRY: bool>(
    region: *mut Descriptor,
    size: usize,
    mask: usize,
    reason: Reason,
) -> *mut u8 {
    let pool = pool();
    // SAFETY: the obligations above.
    unsafe {
        if reason == Reason::PoolEmpty
            && region::rescue(pool, (*region).limit)
            && let Ok(object) = region::serve(pool, region, size)
        {
            return object;
        }
        if TRY {
            return ptr::null_mut();
        }
        refuse(reason, size, mask.wrapping_add(1))
    }
}

/// [`runs::alloc`] and [`region::advance`] of a descriptor in memory; returns the object. On
/// exhaustion the answer is null if `TRY` is set; if not, the handler is told.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or a null region, which is refused; the request
/// is odd.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn run<const TRY: bool>(
    region: *mut Descriptor,
    size: usize,
    mask: usize,
) -> *mut u8 {
    let pool = pool();
    let align = mask.wrapping_add(1);
    // SAFETY: the obligations above.
    unsafe {
        if region.is_null() {
            if TRY {
                return ptr::null_mut();
            }
            refuse(Reason::NullRegion, size, align);
        }
        match runs::alloc(pool, *region, size, align) {
            Ok(next) => {
                region::advance(pool, region, next);
                (*pool).handed
            }
            Err(_) if TRY => ptr::null_mut(),
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// Enters a new block, or completes a raw region: see `region::refill`. The new object ends at the
/// frontier returned. On exhaustion the handler is told.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields; the size is
/// at most [`PAYLOAD`](crate::layout::PAYLOAD), and the alignment valid.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_refill(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    align: usize,
) -> Refill {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        match refill(region, size) {
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
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    _align: usize,
) -> Refill {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe { refill(region, size) }.unwrap_or(REFUSED)
}

/// Allocates a run, or refuses an alignment: see `runs::alloc`. The object is the pool's `handed`. On
/// exhaustion the handler is told.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_run(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    align: usize,
) -> Refill {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        match runs::alloc(pool(), region, size, align) {
            Ok(next) => next,
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// As [`croft_rt_run`], but answers two null pointers on exhaustion, with nothing changed.
///
/// # Safety
///
/// As for [`croft_rt_run`].
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_try_run(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    align: usize,
) -> Refill {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe { runs::alloc(pool(), region, size, align) }.unwrap_or(REFUSED)
}

/// Ends a region without memory or with runs: see `runs::end`.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel); called by a pop only, with the region's own footers.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_pop_rare(oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe { runs::end(pool(), oldest, limit) }
}

/// Resets a region without memory or with runs: see `runs::clear`. Returns its new limit.
///
/// # Safety
///
/// As for [`croft_rt_pop_rare`], called by a reset.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_reset_rare(oldest: *mut Footer, limit: *mut Footer) -> *mut Footer {
    // SAFETY: the obligations above.
    unsafe { runs::clear(pool(), oldest, limit) }
}

/// As [`croft_rt_reset_rare`], for a descriptor in memory: called last, so that no register need be
/// saved.
///
/// # Safety
///
/// As for [`croft_rt_reset_rare`].
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn reset_rare(region: *mut Descriptor, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe {
        if limit != region::lazy(pool()) && cleanup::has_some((*region).oldest) {
            return reset_with_cleanups(region, limit);
        }
        (*region).limit = runs::clear(pool(), (*region).oldest, limit);
        (*region).frontier = region::raw();
    }
}

/// As [`reset_rare`], for a region with cleanups: called last, too.
///
/// # Safety
///
/// As for [`reset_rare`].
#[cold]
#[inline(never)]
unsafe extern "C" fn reset_with_cleanups(region: *mut Descriptor, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe {
        (*region).limit = runs::clear(pool(), (*region).oldest, limit);
        (*region).frontier = region::raw();
    }
}

/// The first block of a region that found list and range empty: cut off a free run, which becomes the
/// range. Without one, the handler is told. Returns the block's home.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel); called by a push or an eager opening only.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_first_block() -> *mut Footer {
    let pool = pool();
    // SAFETY: the obligation above. Without a block the pool is not idle.
    unsafe {
        untake_first(pool);
        if runs::refill_range(pool)
            && let Some(home) = take_first(pool)
        {
            return home;
        }
        refuse(Reason::PoolEmpty, 0, 0)
    }
}

/// A push that found list and range empty: as [`croft_rt_first_block`], with the region opened in it.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel); called by a push only.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_push_rare(bytes: usize) -> *mut Descriptor {
    // SAFETY: the obligation above; the block is the region's.
    unsafe {
        let home = croft_rt_first_block();
        region::begin(region::first_footer(home, whole(bytes)))
    }
}
