//! The cold paths of compiled code: functions that [`kernel`](crate::kernel) calls and the pass
//! leaves out of line.
//!
//! They get descriptors by value and return what changes in registers, so that the caller's
//! descriptor need not be in memory. O(1); loops over the size classes only.

use core::ptr;

use crate::block::Footer;
use crate::cleanup;
use crate::ending;
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::layout::HOME;
use crate::pool::{BlockPool, end, retreat, take};
use crate::region::{self, Descriptor};
use crate::request::{self, Answer, Refill};
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
    // SAFETY: the obligations above.
    unsafe {
        if reason == Reason::PoolEmpty && request::rescue(pool()) {
            return serve_again::<TRY>(region, size, mask);
        }
        if TRY {
            return ptr::null_mut();
        }
        refuse(reason, size, mask.wrapping_add(1))
    }
}

/// The request once more, now that there is memory.
///
/// # Safety
///
/// As for [`rescue`].
#[cold]
#[inline(never)]
unsafe extern "C" fn serve_again<const TRY: bool>(
    region: *mut Descriptor,
    size: usize,
    mask: usize,
) -> *mut u8 {
    // SAFETY: the obligations above.
    match unsafe { request::serve(pool(), region, size) } {
        Ok(object) => end::<3, _>(object),
        Err(_) if TRY => ptr::null_mut(),
        // SAFETY: as above.
        Err(reason) => unsafe { refuse(reason, size, mask.wrapping_add(1)) },
    }
}

/// [`runs::alloc`] and [`request::advance`] of a descriptor in memory; returns the object. On
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
                request::advance(region, next);
                (*pool).handed
            }
            Err(_) if TRY => ptr::null_mut(),
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// Enters a new block, or completes a raw or lazy region: see `request::refill`. The new object begins at the
/// frontier returned. On exhaustion the handler is told.
///
/// The size comes third: its register is free when the new limit is known, which is returned in it.
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
    size: usize,
    oldest: *mut Footer,
    align: usize,
) -> Answer {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        match request::refill(pool(), region, size) {
            Ok(next) => next.into_answer(),
            Err(reason) => refill_rare::<false>(frontier, limit, size, oldest, align, reason),
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
    size: usize,
    oldest: *mut Footer,
) -> Answer {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        match request::refill(pool(), region, size) {
            Ok(next) => next.into_answer(),
            // Nobody is told of the alignment.
            Err(reason) => refill_rare::<true>(frontier, limit, size, oldest, 0, reason),
        }
    }
}

/// What a refill does that list and range could not serve, for `reason`: a free run may become the range. Called last,
/// so that the refill need save no register.
///
/// # Safety
///
/// As for [`croft_rt_refill`].
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn refill_rare<const TRY: bool>(
    frontier: *mut u8,
    limit: *mut Footer,
    size: usize,
    oldest: *mut Footer,
    align: usize,
    reason: Reason,
) -> Answer {
    let pool = pool();
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        if reason == Reason::PoolEmpty
            && request::rescue(pool)
            && let Ok(next) = request::refill(pool, region, size)
        {
            return next.into_answer();
        }
        if TRY {
            return REFUSED.into_answer();
        }
        refuse(reason, size, align)
    }
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
) -> Answer {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe {
        match runs::alloc(pool(), region, size, align) {
            Ok(next) => next.into_answer(),
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
) -> Answer {
    let region = Descriptor::new(frontier, limit, oldest);
    // SAFETY: the obligations above.
    unsafe { runs::alloc(pool(), region, size, align) }
        .unwrap_or(REFUSED)
        .into_answer()
}

/// Ends a region with runs, which counts no more: see `ending::end`.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel); called by a pop only, with the region's own footers.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_pop_rare(oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe { ending::end(pool(), oldest, limit) }
}

/// Resets a region with runs: see `ending::clear`. Its new limit is its oldest footer, and it is raw.
///
/// # Safety
///
/// As for [`croft_rt_pop_rare`], called by a reset.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_reset_rare(oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe { ending::clear(pool(), oldest, limit) }
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
        if cleanup::has_some((*region).oldest) {
            return reset_with_cleanups(region, limit);
        }
        ending::clear(pool(), (*region).oldest, limit);
        (*region).limit = (*region).oldest;
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
        ending::clear(pool(), (*region).oldest, limit);
        (*region).limit = (*region).oldest;
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
        if let Some(home) = first_block_of_run(pool) {
            return home;
        }
        refuse(Reason::PoolEmpty, 0, 0)
    }
}

/// What follows an [`enter_home`](crate::pool::enter_home) that found list and range empty: the first block of a run, which
/// becomes the range; its home. `None` if there is no run: the region counts no more then.
///
/// # Safety
///
/// 1. As for [`enter`](crate::pool::enter).
#[inline(always)]
pub(crate) unsafe fn first_block_of_run(pool: *mut BlockPool) -> Option<*mut Footer> {
    // SAFETY: obligation 1.
    unsafe {
        if request::rescue(pool) {
            let home = |start: *mut u8| Some(start.wrapping_byte_add(HOME).cast());
            return take(pool, home, || None);
        }
        retreat(pool);
        None
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
    unsafe { region::begin_bounded(croft_rt_first_block(), bytes) }
}
