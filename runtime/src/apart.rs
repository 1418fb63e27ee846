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
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::Reason;
use crate::layout::{HOME, whole};
use crate::pool::{BlockPool, take_first, untake_first};
use crate::refill::refuse;
use crate::region::{self, Descriptor};
use crate::runs;

/// The first block of a region, which counts from now on; null if the pool has none.
///
/// # Safety
///
/// 1. As for [`take_first`].
#[inline(always)]
unsafe fn first_block(pool: *mut BlockPool) -> *mut Footer {
    // SAFETY: obligation 1; without a block the pool is not idle.
    unsafe {
        if let Some(home) = take_first(pool) {
            return home;
        }
        untake_first(pool);
        if runs::refill_range(pool)
            && let Some(home) = take_first(pool)
        {
            return home;
        }
        ptr::null_mut()
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
        let footer = region::first_footer(home, whole(budget));
        Descriptor {
            frontier: home.cast::<u8>().wrapping_byte_sub(HOME),
            limit: footer,
            oldest: footer,
        }
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
    unsafe { region::begin(region::first_footer(croft_rt_apart_first_block(), whole(bytes))) }
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
                runs::end(pool, oldest, limit)
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
                (*state).limit = runs::clear(pool, oldest, limit);
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
    if region::is_odd(size, align) {
        // SAFETY: the obligations above.
        return unsafe { run(region, size, align) };
    }
    uninterrupted(|| {
        let pool = pool();
        // SAFETY: the obligations above, and no handler interrupts the section.
        unsafe {
            match region::serve(pool, region, size) {
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
/// As for [`region::rescue`]; no handler interrupts this.
#[cold]
#[inline(never)]
unsafe fn rescue(pool: *mut BlockPool, region: *mut Descriptor, size: usize) -> Result<*mut u8, Reason> {
    // SAFETY: the obligations above.
    unsafe {
        if region::rescue(pool, (*region).limit) {
            region::serve(pool, region, size)
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
            region::advance(pool, region, next);
            Ok((*pool).handed)
        }
    })
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
    let mut region = Descriptor {
        frontier,
        limit,
        oldest,
    };
    // SAFETY: the obligations.
    unsafe {
        match allocate(&raw mut region, size, align) {
            Ok(object) => {
                next.write(region);
                object
            }
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
    let mut region = Descriptor {
        frontier,
        limit,
        oldest,
    };
    // SAFETY: the obligations.
    unsafe {
        match allocate(&raw mut region, size, align) {
            Ok(object) => {
                next.write(region);
                object
            }
            Err(_) => ptr::null_mut(),
        }
    }
}
