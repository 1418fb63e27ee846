//! The invariants of pools and regions as checks: aids for tests and debuggers, O(blocks), never
//! called by the runtime.
//!
//! A check reads only what earlier checks found sound: every link is tested to lead into a block of
//! the pool before it is followed, and every walk has a length known beforehand, so that a corrupt
//! pool is reported and not chased.

use core::ptr;

use crate::block::{END, Footer, MASKS, SPECIAL, plain, start_of};
use crate::classes::bytes_of;
use crate::cleanup;
use crate::layout::{BLOCK_SIZE, HEADROOM, HOME, LAZY, MIN_ALIGN, RAW, UNBOUNDED, whole};
use crate::pool::{BlockPool, RUNS_CUT};
use crate::region::{Descriptor, lazy};
use crate::runs::{CLASSES, Run, start_of_run};

/// The invariant that does not hold. The values are what `croft_pool_check` returns in C.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The range lies outside of the pool, is no whole blocks, or is too high (*Pool-I1*, *Pool-I4*).
    PoolBounds = 1,
    /// More blocks are free than were taken, or a pool without blocks, or an idle one, has free ones
    /// (*Pool-I2*).
    PoolCounters = 2,
    /// A link leads to something that is no footer in a block of the pool (*Block-I1*).
    Link = 3,
    /// The free list does not end (*Block-I2*).
    FreeListLength = 4,
    /// A region without memory has a frontier that is none of theirs, or one with memory has one (*Region-I1*).
    HalfOpen = 5,
    /// The frontier is unaligned, or past the limit (*Region-I2*).
    Frontier = 6,
    /// The limit is not where the budget puts it (*Region-I4*, *Region-I6*).
    Limit = 7,
    /// The chain does not lead from the oldest to the newest block (*Block-I3*).
    Chain = 8,
    /// A run is misplaced, of another class than its list, or its list does not end (*Run-I1*,
    /// *Run-I2*, *Run-I3*).
    Run = 9,
    /// The bitmap of classes misses a list that is not empty (*Run-I4*).
    Classes = 10,
    /// The footer that regions without memory share was changed (*Region-I1*).
    Lazy = 11,
    /// The list of a region's cleanups leads out of the pool, or not back (*Cleanup-I2*).
    Cleanups = 12,
}

/// Whether a footer lies in a block of the pool.
fn is_footer(pool: &BlockPool, footer: *mut Footer) -> bool {
    let start = start_of(footer).addr();
    let base = pool.base.addr();
    start >= base
        && start.wrapping_sub(base) / BLOCK_SIZE < pool.total()
        && footer.addr().wrapping_sub(start) <= HOME
        && footer.addr().is_multiple_of(MIN_ALIGN)
}

/// Whether a run of `class` may have its fields there.
fn is_run(pool: &BlockPool, run: *mut Run, class: usize) -> bool {
    let start = start_of_run(run, class).addr();
    let base = pool.base.addr();
    start > base
        && start.is_multiple_of(BLOCK_SIZE)
        && start.wrapping_sub(base).wrapping_add(bytes_of(class)) / BLOCK_SIZE <= pool.total()
}

/// Checks a pool. With regions open, [`check_region`] checks their chains.
///
/// # Errors
///
/// The first invariant found broken.
///
/// # Safety
///
/// `pool` points to a pool that nothing else uses during the call.
pub unsafe fn check_pool(pool: *const BlockPool) -> Result<(), Broken> {
    // SAFETY: the obligation above.
    let pool = unsafe { &*pool };
    if pool.lazy.next != SPECIAL {
        return Err(Broken::Lazy);
    }
    if pool.base.is_null() {
        return if pool.range.gap == 0 && pool.free == END {
            Ok(())
        } else {
            Err(Broken::PoolCounters)
        };
    }
    let size = pool.total() * BLOCK_SIZE;
    let top = pool.base.addr().wrapping_add(size);
    if !pool.base.addr().is_multiple_of(BLOCK_SIZE) || top > usize::MAX - HEADROOM {
        return Err(Broken::PoolBounds);
    }
    if !pool.is_busy() {
        return if pool.free == END {
            Ok(())
        } else {
            Err(Broken::PoolCounters)
        };
    }
    let gap = pool.range.bytes();
    let begin = pool.range.start().addr();
    if !gap.is_multiple_of(BLOCK_SIZE)
        || !begin.is_multiple_of(BLOCK_SIZE)
        || begin < pool.base.addr()
        || gap > top.wrapping_sub(begin)
        || pool.range.last_home != pool.range.last.wrapping_byte_add(HOME)
    {
        return Err(Broken::PoolBounds);
    }
    let mut left = pool.taken();
    let mut footer = pool.free;
    while footer != END {
        if !is_footer(pool, footer) {
            return Err(Broken::Link);
        }
        left = left.checked_sub(1).ok_or(Broken::FreeListLength)?;
        // SAFETY: the footer lies in the pool's buffer.
        footer = unsafe { (*footer).next };
    }
    if pool.range.gap & RUNS_CUT == 0 {
        return Ok(());
    }
    for (class, &list) in pool.runs.iter().enumerate() {
        let mut run = list;
        if !run.is_null() && pool.classes >> class & 1 == 0 {
            return Err(Broken::Classes);
        }
        while !run.is_null() {
            // SAFETY: a run of the pool lies in its buffer.
            if !is_run(pool, run, class) || unsafe { (*run).class } != class {
                return Err(Broken::Run);
            }
            left = left
                .checked_sub(bytes_of(class) / BLOCK_SIZE)
                .ok_or(Broken::Run)?;
            // SAFETY: as above.
            run = unsafe { (*run).next };
        }
    }
    Ok(())
}

/// Checks an open region and returns how many blocks it owns, those of its runs included.
///
/// # Errors
///
/// The first invariant found broken.
///
/// # Safety
///
/// 1. `pool` points to the region's pool and `region` to its descriptor; nothing else uses them
///    during the call.
pub unsafe fn check_region(pool: *const BlockPool, region: *const Descriptor) -> Result<usize, Broken> {
    // SAFETY: obligation 1.
    let Descriptor {
        frontier,
        limit,
        oldest,
    } = unsafe { *region };
    if limit == lazy(pool.cast_mut()) {
        return if frontier.addr() >= LAZY && frontier.addr().wrapping_sub(LAZY) <= HOME {
            Ok(0)
        } else {
            Err(Broken::HalfOpen)
        };
    }
    // SAFETY: obligation 1.
    let pool = unsafe { &*pool };
    let mut blocks = 1usize;
    let mut footer = oldest;
    while footer != limit {
        if !is_footer(pool, footer) {
            return Err(Broken::Link);
        }
        blocks += 1;
        if blocks > pool.total() {
            return Err(Broken::Chain);
        }
        // SAFETY: the footer lies in the pool's buffer.
        footer = unsafe { (*footer).next };
    }
    if !is_footer(pool, limit) {
        return Err(Broken::Link);
    }
    let start = start_of(limit);
    // SAFETY: the footer lies in the pool's buffer.
    let (next, stop) = unsafe { ((*limit).next, (*limit).stop) };
    if frontier.addr() > RAW {
        return Err(Broken::HalfOpen);
    }
    if frontier.addr() != RAW {
        if !frontier.addr().is_multiple_of(MIN_ALIGN) || frontier < start || frontier > limit.cast() {
            return Err(Broken::Frontier);
        }
        let left = stop.wrapping_sub(frontier.addr());
        if left < limit.addr().wrapping_sub(frontier.addr()) || left > whole(UNBOUNDED) {
            return Err(Broken::Limit);
        }
    } else if blocks != 1 || next == SPECIAL {
        return Err(Broken::HalfOpen);
    }
    match next {
        // SAFETY: obligation 1; the oldest footer was found in the pool.
        SPECIAL => unsafe {
            check_cleanups(pool, oldest)?;
            check_runs(pool, oldest).map(|runs| blocks + runs)
        },
        _ if MASKS && next != plain(limit) => Err(Broken::Chain),
        _ => Ok(blocks),
    }
}

/// Walks the list of a region's cleanups.
///
/// # Safety
///
/// `oldest` is the oldest footer of a marked region.
unsafe fn check_cleanups(pool: &BlockPool, oldest: *mut Footer) -> Result<(), Broken> {
    let bytes = pool.total().wrapping_mul(BLOCK_SIZE);
    // SAFETY: the obligation above; registrations are compared with the pool before they are read.
    unsafe {
        let mut place = cleanup::head(oldest);
        let mut left = bytes / size_of::<cleanup::Registration>();
        loop {
            let registration = cleanup::newest(place);
            if registration.is_null() {
                return Ok(());
            }
            let offset = registration.addr().wrapping_sub(pool.base.addr());
            if offset >= bytes
                || !offset.is_multiple_of(MIN_ALIGN)
                || left == 0
                || (*registration).place != place
            {
                return Err(Broken::Cleanups);
            }
            left -= 1;
            place = &raw mut (*registration).next;
        }
    }
}

/// Walks the lists of a region's runs and counts their blocks.
///
/// # Safety
///
/// `oldest` is the oldest footer of a region with runs.
unsafe fn check_runs(pool: &BlockPool, oldest: *mut Footer) -> Result<usize, Broken> {
    // SAFETY: the obligation above, Run-I5.
    let record = unsafe { cleanup::record_of(oldest) };
    if record.is_null() {
        return Ok(0);
    }
    // SAFETY: as above.
    let record = unsafe { &*record };
    let mut blocks = 0usize;
    for class in 0..CLASSES {
        if record.classes >> class & 1 == 0 {
            if !ptr::eq(record.tails[class], &raw const record.heads[class]) {
                return Err(Broken::Run);
            }
            continue;
        }
        let mut run = record.heads[class];
        loop {
            // SAFETY: a run of the pool lies in its buffer.
            if !is_run(pool, run, class) || unsafe { (*run).class } != class {
                return Err(Broken::Run);
            }
            blocks += bytes_of(class) / BLOCK_SIZE;
            if blocks > pool.total() {
                return Err(Broken::Run);
            }
            // SAFETY: as above.
            unsafe {
                if ptr::eq(record.tails[class], &raw const (*run).next) {
                    break;
                }
                run = (*run).next;
            }
        }
    }
    Ok(blocks)
}
