//! Regions: a descriptor, and the chain of blocks it stands for.
//!
//! A descriptor holds the **frontier** (next free byte) and the **limit** (end) of the region's
//! newest block, its oldest block and its budget. The newest block needs no field: blocks are
//! aligned to their size and the limit lies in it, so masking the limit finds it. That makes ending
//! a region O(1): newest and oldest are at hand, and one link splices the whole chain onto the free
//! list.
//!
//! A region opened by `open` owns no block until its first allocation (**lazy**), so empty regions
//! cost four stores that the compiler removes. A region opened by `push` keeps its descriptor at
//! the front of its first block.
//!
//! The functions here are the only implementation: the compiler's entry points, the C functions and
//! the safe API all inline them. An allocation is in three parts, `bump`, `refill` and `advance`,
//! so that the slow path, `refill`, gets the descriptor **by value**: no pointer to it leaves the
//! fast path, and it can live in registers.
//!
//! Invariants:
//! - *Region-I1*: the three pointers are null and the region owns no block, or none of them is
//!   null.
//! - *Region-I2*: the frontier is a multiple of [`MIN_ALIGN`](crate::layout::MIN_ALIGN), at most
//!   the limit, and the bytes between them are unused.
//! - *Region-I3*: the limit lies in the newest block, at most [`PAYLOAD`] bytes past its start.
//! - *Region-I4*: limit - first byte of the newest block is at most its footer's `budget`: what is
//!   handed out never exceeds the budget. Space that is left at the end of a block when the region
//!   enters the next one is not charged.
//! - *Region-I5*: an operation that is refused has changed nothing, neither in the descriptor nor
//!   in the pool.

use core::ptr;

use crate::block::{Footer, block_of, first_byte, footer, limit_in};
use crate::exhaustion::Reason;
use crate::layout::{DESCRIPTOR_SPACE, PAYLOAD, UNBOUNDED, aligned, alignment_is_valid, rounded};
use crate::pool::{BlockPool, give_back, take};

/// The state of an open region.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Descriptor {
    /// Next free byte of the newest block, or null.
    pub frontier: *mut u8,
    /// End of the bytes that may be handed out in the newest block, or null.
    pub limit: *mut u8,
    /// The oldest block, or null.
    pub oldest: *mut u8,
    /// Bytes that may be handed out between two resets; [`UNBOUNDED`] if there is no such limit.
    pub budget: usize,
}

/// What the slow path answers: where the region goes on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Refill {
    /// End of the new object, which is the new frontier; null if the request was refused.
    pub frontier: *mut u8,
    /// Limit in the new block; null if the request was refused.
    pub limit: *mut u8,
}

/// A region without blocks, whose first allocation takes one.
#[inline(always)]
pub(crate) const fn open(budget: usize) -> Descriptor {
    Descriptor {
        frontier: ptr::null_mut(),
        limit: ptr::null_mut(),
        oldest: ptr::null_mut(),
        budget,
    }
}

/// A region with its first block, whose bytes from `start` on it may hand out; `None`, with nothing
/// changed, if the pool has no block. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`take`].
/// 2. `start` is at most [`DESCRIPTOR_SPACE`] and a multiple of the smallest alignment.
#[inline(always)]
pub(crate) unsafe fn open_eager(pool: *mut BlockPool, budget: usize, start: u32) -> Option<Descriptor> {
    // SAFETY: obligation 1. The block that `take` returns is ours alone (Block-I2), and its footer
    // lies at its end (assertions in `layout`).
    unsafe {
        let block = take(pool)?;
        let stamp = (*pool).pushes.wrapping_add(1);
        (*pool).pushes = stamp;
        let end = footer(block);
        (*end).budget = budget;
        (*end).count = 1;
        (*end).start = start;
        (*end).stamp = stamp;
        Some(Descriptor {
            frontier: first_byte(block, start),
            limit: limit_in(block, start, budget),
            oldest: block,
            budget,
        })
    }
}

/// Opens a region that keeps its descriptor at the front of its first block and returns where;
/// `None`, with nothing changed, if the pool has no block. The descriptor's bytes are not charged
/// to the budget. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`take`].
#[inline(always)]
pub(crate) unsafe fn push(pool: *mut BlockPool, budget: usize) -> Option<*mut Descriptor> {
    // SAFETY: obligation 1; the block is the region's, and a descriptor fits in front of its first
    // byte (assertions in `layout`).
    unsafe {
        let state = open_eager(pool, budget, DESCRIPTOR_SPACE as u32)?;
        let descriptor = state.oldest.cast::<Descriptor>();
        (*descriptor).frontier = state.frontier;
        (*descriptor).limit = state.limit;
        (*descriptor).oldest = state.oldest;
        (*descriptor).budget = state.budget;
        Some(descriptor)
    }
}

/// Ends the region and every object in it. O(1) in objects, bytes and blocks: no loop. The
/// descriptor is dead then and its contents are unspecified.
///
/// # Safety
///
/// 1. As for [`take`].
/// 2. `region` points to a descriptor that a function of this module opened over this pool and that
///    has not been ended.
/// 3. No object of the region is used any more.
#[inline(always)]
pub(crate) unsafe fn pop(pool: *mut BlockPool, region: *const Descriptor) {
    // SAFETY: obligation 2 for the descriptor, which is read before its block may change hands; the
    // chain from its oldest to its newest block belongs to the region (Region-I3, Block-I3), which
    // gives it up (obligation 3).
    unsafe {
        let Descriptor { limit, oldest, .. } = *region;
        if !limit.is_null() {
            let newest = footer(block_of(limit));
            give_back(pool, oldest, newest, (*newest).count as usize);
        }
    }
}

/// Ends every object of the region. The region stays open, keeps its oldest block, and has its
/// whole budget again. O(1), no loop.
///
/// # Safety
///
/// As for [`pop`].
#[inline(always)]
pub(crate) unsafe fn reset(pool: *mut BlockPool, region: *mut Descriptor) {
    // SAFETY: as in `pop`; the blocks behind the oldest are given back only if there are any.
    unsafe {
        let Descriptor {
            limit,
            oldest,
            budget,
            ..
        } = *region;
        if !limit.is_null() {
            let newest = footer(block_of(limit));
            let kept = footer(oldest);
            if newest != kept {
                give_back(
                    pool,
                    (*kept).next,
                    newest,
                    ((*newest).count as usize).wrapping_sub(1),
                );
            }
            let start = (*kept).start;
            (*region).frontier = first_byte(oldest, start);
            (*region).limit = limit_in(oldest, start, budget);
        }
    }
}

/// The fast path of an allocation of `size` bytes at a multiple of `align`: align, compare, bump.
/// `None`, with nothing changed, if the request does not fit the newest block or is none that may
/// be satisfied at all: [`refill`] decides then. O(1), no loop.
///
/// With a constant size and an alignment of at most 8 this is an addition, a comparison and a
/// branch.
///
/// # Safety
///
/// 1. `region` points to the descriptor of an open region that nothing else uses during the call.
#[inline(always)]
pub(crate) unsafe fn bump(region: *mut Descriptor, size: usize, align: usize) -> Option<*mut u8> {
    if !alignment_is_valid(align) || size > PAYLOAD {
        return None;
    }
    // SAFETY: obligation 1. Field by field: a copy of the descriptor would let the compiler read
    // with one vector load what it has just written word by word, which stalls.
    unsafe {
        let object = aligned((*region).frontier, align);
        // Cannot wrap: Pool-I4.
        let end = object.wrapping_byte_add(rounded(size));
        if end > (*region).limit {
            return None;
        }
        (*region).frontier = end;
        Some(object)
    }
}

/// Makes the region go on where `next`, the answer of [`refill`] to a request of `size` bytes,
/// says, and returns the object.
///
/// # Safety
///
/// 1. As for [`bump`].
/// 2. `next` is what [`refill`] has just returned for this region and size.
#[inline(always)]
pub(crate) unsafe fn advance(region: *mut Descriptor, next: Refill, size: usize) -> *mut u8 {
    // SAFETY: obligation 1; by obligation 2 the size is at most a block's payload, so the object
    // starts in the block.
    unsafe {
        (*region).frontier = next.frontier;
        (*region).limit = next.limit;
        if (*region).oldest.is_null() {
            (*region).oldest = block_of(next.limit);
        }
    }
    next.frontier.wrapping_byte_sub(rounded(size))
}

/// The bytes of `count` elements of `size` bytes; `usize::MAX`, which no request may ask for, if
/// they are not representable.
#[inline(always)]
pub(crate) const fn array_size(count: usize, size: usize) -> usize {
    count.saturating_mul(size)
}

/// Enters a new block for an object of `size` bytes at a multiple of `align`, and links it behind
/// the region's newest. O(1), no loop. The caller keeps the descriptor and stores what this
/// returns, and the block of the new limit as `oldest` if that was null.
///
/// # Errors
///
/// The reason of the refusal; nothing has changed then. A request larger than [`PAYLOAD`] is
/// [`Reason::Oversize`]: an object lies in one block.
///
/// # Safety
///
/// 1. As for [`take`].
/// 2. `region` is the state of an open region over this pool.
#[inline(always)]
pub(crate) unsafe fn refill(
    pool: *mut BlockPool,
    region: Descriptor,
    size: usize,
    align: usize,
) -> Result<Refill, Reason> {
    if !alignment_is_valid(align) {
        return Err(Reason::Alignment);
    }
    if size == usize::MAX {
        return Err(Reason::Overflow);
    }
    if size > PAYLOAD {
        return Err(Reason::Oversize);
    }
    let taken = rounded(size);
    // SAFETY: obligation 1 for the pool; the newest block belongs to the region (obligation 2,
    // Region-I3), the block taken too.
    unsafe {
        let (newest, count, budget) = if region.oldest.is_null() {
            (ptr::null_mut(), 1, region.budget)
        } else {
            let block = block_of(region.limit);
            let newest = footer(block);
            (
                newest,
                (*newest).count.wrapping_add(1),
                remaining(&region, block, &*newest),
            )
        };
        if taken > budget {
            return Err(Reason::Budget);
        }
        let Some(block) = take(pool) else {
            return Err(Reason::PoolEmpty);
        };
        if newest.is_null() {
            (*pool).pushes = (*pool).pushes.wrapping_add(1);
        } else {
            (*newest).next = block;
        }
        let end = footer(block);
        (*end).budget = budget;
        (*end).count = count;
        (*end).start = 0;
        (*end).stamp = (*pool).pushes;
        // The start of a block satisfies every valid alignment, so the object lies at offset 0.
        Ok(Refill {
            frontier: block.wrapping_byte_add(taken),
            limit: limit_in(block, 0, budget),
        })
    }
}

/// What is left of the budget of a region whose newest block is `block`, in bytes.
#[inline(always)]
pub(crate) fn remaining(region: &Descriptor, block: *mut u8, newest: &Footer) -> usize {
    if region.budget == UNBOUNDED {
        return UNBOUNDED;
    }
    let used = region
        .frontier
        .addr()
        .wrapping_sub(first_byte(block, newest.start).addr());
    newest.budget.wrapping_sub(used)
}
