//! The cold paths of builds whose compiled code leaves the pool alone: because it is another one in each
//! thread, or because interrupt handlers use it too ([`execution`](crate::execution)).
//!
//! They stand in for those of [`refill`](mod@crate::refill). Each takes a descriptor's words by value, does all
//! that the operation does to the pool in one critical section, and writes the new state of the region to
//! where the caller wants it: never to the caller's own descriptor, which so can live in registers. A refusal
//! is told outside of the section (*Execution-I3*). O(1); loops over the size classes only.
//!
//! The default build has none of them: they are referred to where `NEAR` is false, and have
//! names for the linker only in builds that need them.

use core::ptr;

use crate::block::Footer;
use crate::cleanup;
use crate::ending;
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::Reason;
use crate::layout::whole;
use crate::pool::{BlockPool, end, enter_home};
use crate::refill::{first_block_of_run, refuse};
use crate::region::{self, Descriptor};
use crate::request;
use crate::runs;

/// The first block of a region, which counts from now on; null if the pool has none.
///
/// # Safety
///
/// 1. As for [`enter`](crate::pool::enter).
#[inline(always)]
unsafe fn first_block(pool: *mut BlockPool) -> *mut Footer {
    // SAFETY: obligation 1; without a block the pool is not idle.
    unsafe {
        let none = || first_block_of_run(pool).unwrap_or(ptr::null_mut());
        enter_home(pool, |home| home, none)
    }
}

/// Takes the first block of a region and returns its home. Without one, the handler is told.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_first_block() -> *mut Footer {
    // SAFETY: the obligation above, and no handler interrupts the section.
    unsafe {
        let home = uninterrupted(|| first_block(pool()));
        if home.is_null() {
            refuse(Reason::PoolEmpty, 0, 0)
        }
        home
    }
}

/// A region in a frame with its first block: see [`region::open_eager`].
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[inline(always)]
pub(crate) unsafe fn open_eager(budget: usize) -> Descriptor {
    // SAFETY: the obligation above; the block is the region's alone, so no section is needed.
    unsafe {
        let home = croft_rt_apart_first_block();
        region::owning(home, whole(budget))
    }
}

/// Opens a region that keeps its descriptor in its first block: see [`region::push_bounded`].
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_push(bytes: usize) -> *mut Descriptor {
    // SAFETY: as in `open_eager`.
    unsafe { region::begin_bounded(croft_rt_apart_first_block(), bytes) }
}

/// Ends the region with these words.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields.
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_pop(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
) {
    let region = Descriptor {
        frontier,
        limit,
        oldest,
    };
    // SAFETY: the obligations above.
    unsafe { cleanup::settle_before(oldest, limit, region::lazy(pool())) };
    uninterrupted(|| {
        let pool = pool();
        // SAFETY: the obligations above, and no handler interrupts the section.
        unsafe {
            region::pop(pool, &raw const region, |oldest, limit| {
                ending::end(pool, oldest, limit)
            })
        }
    });
}

/// Resets the region with these words; its new ones go to `next`.
///
/// # Safety
///
/// 1. Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields.
/// 2. `next` is valid for writing a descriptor, and no address of the pool's.
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_reset(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    next: *mut Descriptor,
) {
    let mut region = Descriptor {
        frontier,
        limit,
        oldest,
    };
    let state = &raw mut region;
    // SAFETY: obligation 1.
    unsafe { cleanup::settle_before(oldest, limit, region::lazy(pool())) };
    uninterrupted(|| {
        let pool = pool();
        // SAFETY: obligation 1, and no handler interrupts the section; `state` is ours.
        unsafe {
            region::reset(pool, state, |oldest, limit| {
                ending::clear(pool, oldest, limit);
                (*state).limit = oldest;
                (*state).frontier = region::raw();
            });
        }
    });
    // SAFETY: obligation 2.
    unsafe { next.write(region) }
}

/// An allocation that the newest block cannot serve; `region` becomes the region's new state.
///
/// # Errors
///
/// The reason of the refusal; nothing has changed then.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel) for this descriptor, which is the caller's alone.
#[inline(always)]
unsafe fn allocate(region: *mut Descriptor, size: usize, align: usize) -> Result<*mut u8, Reason> {
    if request::is_odd(size, align) {
        // SAFETY: the obligations above.
        return unsafe { run(region, size, align) };
    }
    uninterrupted(|| {
        let pool = pool();
        // SAFETY: the obligations above, and no handler interrupts the section.
        unsafe {
            match request::serve(pool, region, size) {
                Err(Reason::PoolEmpty) => rescue(pool, region, size),
                answer => answer,
            }
        }
    })
}

/// What [`allocate`] does where list and range are empty.
///
/// # Errors
///
/// As for [`allocate`].
///
/// # Safety
///
/// As for [`request::rescue`]; no handler interrupts this.
#[cold]
#[inline(never)]
unsafe fn rescue(pool: *mut BlockPool, region: *mut Descriptor, size: usize) -> Result<*mut u8, Reason> {
    // SAFETY: the obligations above.
    unsafe {
        if request::rescue(pool) {
            request::serve(pool, region, size)
        } else {
            Err(Reason::PoolEmpty)
        }
    }
}

/// What [`allocate`] does for odd requests.
///
/// # Errors
///
/// As for [`allocate`].
///
/// # Safety
///
/// As for [`allocate`].
#[cold]
#[inline(never)]
unsafe fn run(region: *mut Descriptor, size: usize, align: usize) -> Result<*mut u8, Reason> {
    uninterrupted(|| {
        let pool = pool();
        // SAFETY: the obligations above, and no handler interrupts the section.
        unsafe {
            let next = runs::alloc(pool, *region, size, align)?;
            request::advance(region, next);
            Ok((*pool).handed)
        }
    })
}

/// [`allocate`] in a region in this state, whose new one goes to `next`.
///
/// # Errors
///
/// As for [`allocate`]; nothing is written then.
///
/// # Safety
///
/// As for [`croft_rt_apart_alloc`].
#[inline(always)]
unsafe fn allocate_into(
    mut region: Descriptor,
    size: usize,
    align: usize,
    next: *mut Descriptor,
) -> Result<*mut u8, Reason> {
    // SAFETY: obligations 1 and 2.
    unsafe {
        let object = allocate(&raw mut region, size, align)?;
        next.write(region);
        Ok(object)
    }
}

/// Allocates in the region with these words, which then has those at `next`; returns the object. On exhaustion
/// the handler is told.
///
/// # Safety
///
/// 1. Obligations 1 and 2 of [`kernel`](crate::kernel) for the descriptor with these fields, into whose newest
///    block the object does not fit, or the request is odd.
/// 2. `next` is valid for writing a descriptor, and no address of the pool's but that of the region's own.
#[cold]
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_alloc(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    align: usize,
    next: *mut Descriptor,
) -> *mut u8 {
    // SAFETY: the obligations.
    unsafe {
        let region = Descriptor::new(frontier, limit, oldest);
        match allocate_into(region, size, align, next) {
            Ok(object) => end::<4, _>(object),
            Err(reason) => refuse(reason, size, align),
        }
    }
}

/// As [`croft_rt_apart_alloc`], but null on exhaustion, with nothing changed and nothing written.
///
/// # Safety
///
/// As for [`croft_rt_apart_alloc`].
#[cold]
#[inline(never)]
#[cfg_attr(
    any(feature = "threads", feature = "critical-section", croft_interrupts),
    unsafe(no_mangle)
)]
pub(crate) unsafe extern "C" fn croft_rt_apart_try_alloc(
    frontier: *mut u8,
    limit: *mut Footer,
    oldest: *mut Footer,
    size: usize,
    align: usize,
    next: *mut Descriptor,
) -> *mut u8 {
    // SAFETY: the obligations.
    unsafe {
        let region = Descriptor::new(frontier, limit, oldest);
        allocate_into(region, size, align, next).unwrap_or(ptr::null_mut())
    }
}
