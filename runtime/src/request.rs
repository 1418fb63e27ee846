//! Requests: how a region hands out objects.
//!
//! An allocation is in three parts, `bump`, `refill` and `advance`,
//! so that the slow path, `refill`, gets the descriptor **by value**: no pointer to it leaves the
//! fast path, and it can live in registers. Where the descriptor is in memory anyway, `serve` is the slow path and stores
//! what changes.
//!
//! The slow path has three cases, told apart by one comparison of the frontier: a region that goes on in another block
//! (`extend`), one that is raw (`complete`), and one that is lazy (`originate`). The invariants are those of
//! [`region`](mod@crate::region).

use crate::block::{Footer, plain, start_of};
use crate::exhaustion::Reason;
use crate::layout::{HOME, LAZY, PAYLOAD, UNBOUNDED, alignment_is_granted, last_before, rounded, whole};
use crate::pool::{BlockPool, COUNTS_OPEN, copied, enter, retreat, take, untake};
use crate::region::{Descriptor, budget_of, is_lazy, is_unborn, raw};
use crate::runs;

/// What the slow path answers: where the region goes on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Refill {
    /// The new frontier; the object that was asked for is to begin there, unless it is a run. Null if the request was
    /// refused.
    pub frontier: *mut u8,
    /// The new limit; null if the request was refused.
    pub limit: *mut Footer,
}

/// A [`Refill`] as the cold functions of compiled code return it: in two registers. The calling convention of 32-bit ARM
/// returns a structure of two words in memory, a number of two words in registers.
#[cfg(not(target_arch = "arm"))]
pub type Answer = Refill;

/// A [`Refill`] as the cold functions of compiled code return it: in two registers. The calling convention of 32-bit ARM
/// returns a structure of two words in memory, a number of two words in registers: the limit is the upper one.
#[cfg(target_arch = "arm")]
pub type Answer = u64;

impl Refill {
    /// What a cold function returns.
    #[cfg(not(target_arch = "arm"))]
    #[inline(always)]
    pub(crate) fn into_answer(self) -> Answer {
        self
    }

    /// What a cold function returned.
    #[cfg(not(target_arch = "arm"))]
    #[inline(always)]
    pub(crate) fn of_answer(answer: Answer) -> Self {
        answer
    }

    /// What a cold function returns.
    #[cfg(target_arch = "arm")]
    #[inline(always)]
    pub(crate) fn into_answer(self) -> Answer {
        (self.limit.expose_provenance() as u64) << 32 | self.frontier.expose_provenance() as u64
    }

    /// What a cold function returned. The pointers have no provenance yet.
    #[cfg(target_arch = "arm")]
    #[inline(always)]
    pub(crate) fn of_answer(answer: Answer) -> Self {
        Self {
            frontier: core::ptr::without_provenance_mut(answer as usize),
            limit: core::ptr::without_provenance_mut((answer >> 32) as usize),
        }
    }
}

/// Whether a request is none for a block: the object is larger than that, or the alignment is not
/// one that can be asked for. Such requests are [`runs::alloc`](crate::runs::alloc)'s.
#[inline(always)]
pub(crate) const fn is_odd(size: usize, align: usize) -> bool {
    size > PAYLOAD || !alignment_is_granted(align)
}

/// The fast path of an allocation of `size` bytes at a multiple of `align`: align, compare, bump.
/// `None`, with nothing changed, if the request does not fit the newest block: [`refill`] decides
/// then. O(1), no loop.
///
/// With a constant size and an alignment of at most 8 this is an addition, a comparison and a
/// branch.
///
/// # Safety
///
/// 1. `region` points to the descriptor of an open region that nothing else uses during the call.
/// 2. The request is not odd (`is_odd`).
#[inline(always)]
pub(crate) unsafe fn bump(region: *mut Descriptor, size: usize, align: usize) -> Option<*mut u8> {
    // SAFETY: obligation 1. Field by field: a copy of the descriptor would let the compiler read
    // with one vector load what it has just written word by word, which stalls.
    unsafe {
        // One less than the object's address, and than its end: what decides needs neither.
        let before = last_before((*region).frontier, align);
        // Cannot wrap: Pool-I4, and `LAZY`.
        let last = before.wrapping_byte_add(rounded(size));
        let object = before.wrapping_byte_add(1);
        let end = last.wrapping_byte_add(1);
        // Inlined, the two are the same addition, and the end is at hand.
        let exceeds = if cfg!(croft_bitcode) {
            end > (*region).limit.cast()
        } else {
            last >= (*region).limit.cast()
        };
        if exceeds {
            return None;
        }
        (*region).frontier = end;
        Some(object)
    }
}

/// Makes the region go on where `next`, the answer of [`runs::alloc`](crate::runs::alloc), says.
///
/// # Safety
///
/// 1. As for [`bump`].
/// 2. `next` was just returned for this region.
#[inline(always)]
pub(crate) unsafe fn advance(region: *mut Descriptor, next: Refill) {
    // SAFETY: obligation 1.
    unsafe {
        // Where the words are in registers, the frontier need not outlive the call for the question; where they are in memory,
        // that is asked best after all stores. The safe API has the frontier at hand.
        let was_lazy = !cfg!(croft_bitcode) && is_lazy((*region).frontier);
        if was_lazy {
            (*region).oldest = next.limit;
        }
        (*region).frontier = next.frontier;
        (*region).limit = next.limit;
        if cfg!(croft_bitcode) && is_unborn((*region).oldest) {
            (*region).oldest = next.limit;
        }
    }
}

/// Makes the region go on where `next`, the answer of [`refill`], says, behind an object of `size` bytes, which this returns.
///
/// # Safety
///
/// As for [`advance`]; the answer is that to a request for so many bytes.
#[inline(always)]
pub(crate) unsafe fn place(region: *mut Descriptor, next: Refill, size: usize) -> *mut u8 {
    let frontier = next.frontier.wrapping_byte_add(rounded(size));
    // SAFETY: the obligations.
    unsafe { advance(region, Refill { frontier, ..next }) };
    next.frontier
}

/// The bytes of `count` elements of `size` bytes; `usize::MAX`, which no request may ask for, if
/// they are not representable.
#[inline(always)]
pub(crate) const fn array_size(count: usize, size: usize) -> usize {
    count.saturating_mul(size)
}

/// Enters a new block for an object of `size` bytes, and links it behind the region's newest; or
/// completes a raw or lazy region. O(1), no loop. The caller keeps the descriptor, and places the object where this
/// says ([`place`]).
///
/// # Errors
///
/// The reason of the refusal; nothing has changed then, but that [`Reason::PoolEmpty`] is for
/// [`rescue`] to put right.
///
/// # Safety
///
/// 1. As for [`enter`].
/// 2. `region` is the state of an open region over this pool, into whose newest block the object does
///    not fit.
/// 3. As obligation 2 of [`bump`]. The start of a block satisfies every valid alignment, so the
///    alignment need not be known.
#[inline(always)]
pub(crate) unsafe fn refill(pool: *mut BlockPool, region: Descriptor, size: usize) -> Result<Refill, Reason> {
    let answer = |frontier: *mut u8, limit: *mut Footer| Ok(Refill { frontier, limit });
    let frontier = region.frontier;
    // SAFETY: the obligations of all.
    unsafe {
        if frontier < raw() {
            extend(pool, frontier, region.limit, size, answer)
        } else if frontier == raw() {
            answer(complete(region.limit, size)?, copied(region.limit))
        } else {
            originate(pool, frontier, region.oldest, size, answer)
        }
    }
}

/// [`refill`] and [`place`] for a descriptor in memory; returns the object.
///
/// # Errors
///
/// As for [`refill`].
///
/// # Safety
///
/// As for [`refill`], and nothing else uses the descriptor during the call.
#[inline(always)]
pub(crate) unsafe fn serve(
    pool: *mut BlockPool,
    region: *mut Descriptor,
    size: usize,
) -> Result<*mut u8, Reason> {
    let taken = rounded(size);
    // SAFETY: the obligations above.
    unsafe {
        let advanced = |start: *mut u8, limit: *mut Footer| {
            (*region).limit = limit;
            (*region).frontier = start.wrapping_byte_add(taken);
            Ok(start)
        };
        let frontier = (*region).frontier;
        let limit = (*region).limit;
        if frontier < raw() {
            extend(pool, frontier, limit, size, advanced)
        } else if frontier == raw() {
            let start = complete(limit, size)?;
            (*region).frontier = start.wrapping_byte_add(taken);
            Ok(start)
        } else {
            originate(pool, frontier, (*region).oldest, size, |start, limit| {
                (*region).oldest = limit;
                advanced(start, limit)
            })
        }
    }
}

/// Enters a new block for `size` bytes: [`refill`] of a region that is neither raw nor lazy. Goes on with `then`, which
/// gets the object, that is the block's start, and the new limit.
///
/// # Errors
///
/// As for [`refill`], or those of `then`.
///
/// # Safety
///
/// As for [`refill`].
#[inline(always)]
unsafe fn extend<R>(
    pool: *mut BlockPool,
    frontier: *mut u8,
    limit: *mut Footer,
    size: usize,
    then: impl Fn(*mut u8, *mut Footer) -> Result<R, Reason>,
) -> Result<R, Reason> {
    // SAFETY: as in `refill`: the newest block belongs to the region (Region-I3), the block taken too.
    unsafe {
        let chain = |start: *mut u8, footer: *mut Footer, stop: usize| {
            (*footer).next = (*limit).next;
            (*footer).stop = stop;
            (*limit).next = footer;
            then(start, footer)
        };
        let left = (*limit).stop.wrapping_sub(frontier.addr());
        let none = || Err(Reason::PoolEmpty);
        // A budget that does not end in the new block needs no other test.
        if left < HOME {
            // What is left are whole steps: what fits, fits rounded.
            if size > left {
                return Err(Reason::Budget);
            }
            let enters = |start: *mut u8| {
                let stop = start.wrapping_byte_add(left);
                chain(start, stop.cast(), stop.addr())
            };
            take(pool, enters, none)
        } else {
            let enters = |start: *mut u8| {
                let home = start.wrapping_byte_add(HOME).cast();
                chain(start, home, start.addr().wrapping_add(left))
            };
            take(pool, enters, none)
        }
    }
}

/// The first allocation, of `size` bytes, of a raw region with this limit, which stays: returns the object.
///
/// # Errors
///
/// As for [`refill`].
///
/// # Safety
///
/// As for [`refill`]; the region is raw.
#[inline(always)]
unsafe fn complete(limit: *mut Footer, size: usize) -> Result<*mut u8, Reason> {
    // SAFETY: as in `refill`.
    unsafe {
        let (start, stop) = unsettled(limit);
        // Only a budget below a block's payload leaves less room than a request can ask for.
        if start.wrapping_byte_add(size) > limit.cast() {
            return Err(Reason::Budget);
        }
        (*limit).stop = stop;
        Ok(start)
    }
}

/// The first allocation, of `size` bytes, of a lazy region: as [`extend`].
///
/// # Errors
///
/// As for [`extend`].
///
/// # Safety
///
/// As for [`refill`]; the region is lazy.
#[inline(always)]
unsafe fn originate<R>(
    pool: *mut BlockPool,
    frontier: *mut u8,
    unborn: *mut Footer,
    size: usize,
    then: impl Fn(*mut u8, *mut Footer) -> Result<R, Reason>,
) -> Result<R, Reason> {
    let room = frontier.addr().wrapping_sub(LAZY);
    let budget = budget_of(unborn);
    if size > room {
        return Err(Reason::Budget);
    }
    // SAFETY: as in `refill`.
    unsafe {
        if !COUNTS_OPEN {
            enter(pool);
        }
        let begins = |start: *mut u8| {
            let footer = start.wrapping_byte_add(room).cast::<Footer>();
            (*footer).next = plain(footer);
            (*footer).stop = start.addr().wrapping_add(budget);
            then(start, footer)
        };
        let none = || {
            if !COUNTS_OPEN {
                retreat(pool);
            }
            Err(Reason::PoolEmpty)
        };
        take(pool, begins, none)
    }
}

/// What follows a [`refill`] that found the pool's list and range empty: puts that right, and makes a
/// free run the range. False if there is none; otherwise the refill will succeed.
///
/// # Safety
///
/// As for [`refill`], which has just refused for [`Reason::PoolEmpty`].
#[inline(always)]
pub(crate) unsafe fn rescue(pool: *mut BlockPool) -> bool {
    // SAFETY: the obligation above.
    unsafe {
        untake(pool);
        runs::refill_range(pool)
    }
}

/// The start of a raw region's only block, and what its footer's `stop` is or should be: a push
/// without a budget does not write it.
///
/// # Safety
///
/// 1. `limit` is the footer of a raw region.
#[inline(always)]
pub(crate) unsafe fn unsettled(limit: *mut Footer) -> (*mut u8, usize) {
    let start = start_of(limit);
    let stop = if limit.addr().wrapping_sub(start.addr()) == HOME {
        // No budget (Region-I6).
        start.addr().wrapping_add(whole(UNBOUNDED))
    } else {
        // SAFETY: obligation 1.
        unsafe { (*limit).stop }
    };
    (start, stop)
}
