//! The invariants of pools and regions as checks: aids for tests and debuggers, O(blocks), never
//! called by the runtime.
//!
//! A check reads only what earlier checks found sound: every link is tested to be a block of the
//! pool before it is followed, and every walk has a length known beforehand, so that a corrupt pool
//! is reported and not chased.

use crate::block::{Footer, block_of, first_byte, footer, limit_in};
use crate::layout::{BLOCK_SIZE, HEADROOM, MIN_ALIGN, PAYLOAD};
use crate::pool::BlockPool;
use crate::region::{Descriptor, remaining};

/// The invariant that does not hold. The values are what `croft_pool_check` returns in C.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The pool's bounds are out of order, unaligned or too high (*Pool-I1*, *Pool-I4*).
    PoolBounds = 1,
    /// More blocks are in use than were ever carved, or than the peak (*Pool-I2*, *Pool-I3*).
    PoolCounters = 2,
    /// A link leads to something that is no carved block of the pool (*Block-I1*).
    Link = 3,
    /// The free list has not the length that the counters imply (*Pool-I2*).
    FreeListLength = 4,
    /// Some of the descriptor's pointers are null and some are not (*Region-I1*).
    HalfOpen = 5,
    /// The frontier is unaligned, before the first byte, or past the limit (*Region-I2*).
    Frontier = 6,
    /// The limit is not the one that block and budget imply (*Region-I3*, *Region-I4*).
    Limit = 7,
    /// A footer's count is not the block's place in the chain (*Block-I4*).
    ChainCount = 8,
    /// A block's first byte is misplaced (*Block-I5*).
    Start = 9,
    /// The budget grows along the chain, or exceeds the region's (*Region-I4*).
    Budget = 10,
    /// The region owns more blocks than are in use.
    RegionSize = 11,
}

/// Whether `block` is a carved block of the pool.
fn is_carved(pool: &BlockPool, block: *mut u8) -> bool {
    block >= pool.base && block < pool.cursor && block.addr().is_multiple_of(BLOCK_SIZE)
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
    let bounds = [pool.base, pool.cursor, pool.end];
    let aligned = bounds.iter().all(|bound| bound.addr().is_multiple_of(BLOCK_SIZE));
    if !aligned || !bounds.is_sorted() || pool.end.addr() > usize::MAX - HEADROOM {
        return Err(Broken::PoolBounds);
    }
    let Some(free) = pool.carved().checked_sub(pool.in_use) else {
        return Err(Broken::PoolCounters);
    };
    let stats = pool.stats();
    if stats.blocks_peak < pool.in_use || stats.blocks_peak > stats.blocks_total {
        return Err(Broken::PoolCounters);
    }
    let mut block = pool.free;
    for _ in 0..free {
        if block.is_null() {
            return Err(Broken::FreeListLength);
        }
        if !is_carved(pool, block) {
            return Err(Broken::Link);
        }
        // SAFETY: a carved block lies in the pool's buffer.
        block = unsafe { (*footer(block)).next };
    }
    if block.is_null() {
        Ok(())
    } else {
        Err(Broken::FreeListLength)
    }
}

/// Checks an open region and returns how many blocks it owns.
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
    let (pool, region) = unsafe { (&*pool, &*region) };
    let nulls = [region.frontier, region.limit, region.oldest]
        .iter()
        .filter(|pointer| pointer.is_null())
        .count();
    match nulls {
        0 => {}
        3 => return Ok(0),
        _ => return Err(Broken::HalfOpen),
    }
    let newest = block_of(region.limit);
    if !is_carved(pool, newest) || !is_carved(pool, region.oldest) {
        return Err(Broken::Link);
    }
    // SAFETY: a carved block lies in the pool's buffer, and this one is the region's.
    let last = unsafe { *footer(newest) };
    let blocks = last.count as usize;
    if blocks > pool.in_use {
        return Err(Broken::RegionSize);
    }
    // SAFETY: obligation 1; both ends of the chain are carved blocks.
    unsafe { check_chain(pool, region, newest, blocks) }?;

    let first = first_byte(newest, last.start);
    if !region.frontier.addr().is_multiple_of(MIN_ALIGN)
        || region.frontier < first
        || region.frontier > region.limit
    {
        return Err(Broken::Frontier);
    }
    if region.limit != limit_in(newest, last.start, last.budget) {
        return Err(Broken::Limit);
    }
    if remaining(region, newest, &last) > last.budget {
        return Err(Broken::Budget);
    }
    Ok(blocks)
}

/// Walks the chain of `blocks` blocks from the oldest to `newest`.
///
/// # Safety
///
/// Obligation 1 of [`check_region`]; the oldest block is carved.
unsafe fn check_chain(
    pool: &BlockPool,
    region: &Descriptor,
    newest: *mut u8,
    blocks: usize,
) -> Result<(), Broken> {
    let mut block = region.oldest;
    let mut budget = region.budget;
    for place in 1..=blocks {
        if !is_carved(pool, block) {
            return Err(Broken::Link);
        }
        // SAFETY: a carved block lies in the pool's buffer.
        let Footer {
            next,
            budget: left,
            count,
            start,
            ..
        } = unsafe { *footer(block) };
        if count as usize != place {
            return Err(Broken::ChainCount);
        }
        if !(start as usize).is_multiple_of(MIN_ALIGN) || start as usize >= PAYLOAD {
            return Err(Broken::Start);
        }
        if left > budget || (place == 1 && left != budget) {
            return Err(Broken::Budget);
        }
        budget = left;
        if place == blocks {
            return if block == newest {
                Ok(())
            } else {
                Err(Broken::ChainCount)
            };
        }
        block = next;
    }
    // A chain has at least one block.
    Err(Broken::ChainCount)
}
