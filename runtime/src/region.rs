//! Regions: a descriptor, and the chain of blocks it stands for.
//!
//! A descriptor holds the **frontier** (next free byte) and the **limit** (end) of the region's
//! newest block, and its oldest block. The limit is the address of the newest footer, so ending a
//! region is O(1) and computes nothing: newest and oldest are at hand, and one link splices the whole
//! chain onto the free list.
//!
//! A region opened by `open` owns no block until its first allocation (**lazy**); it shares the
//! footer `lazy` of its pool, and its budget stands in for the oldest block. A region opened by `push`
//! keeps its descriptor in the footer of its first block. Both, and a region that was reset out of line, are
//! **raw** until their next allocation: the frontier is [`RAW`], and the slow path completes them.
//! So opening and resetting store three or four words.
//!
//! Two cases are rare: a region without memory, and one with runs, are told from all others by the
//! carry of the addition that writes the link (`WITH_RUNS`); they end in functions of their own.
//!
//! The functions here are the only implementation: the compiler's entry points, the C functions and
//! the safe API all inline them. An allocation is in three parts, `bump`, `refill` and `advance`,
//! so that the slow path, `refill`, gets the descriptor **by value**: no pointer to it leaves the
//! fast path, and it can live in registers.
//!
//! Invariants:
//! - *Region-I1*: a region without memory has its pool's `lazy` for a limit and the frontier [`RAW`].
//! - *Region-I2*: the frontier is [`RAW`], or a multiple of [`MIN_ALIGN`](crate::layout::MIN_ALIGN),
//!   at most the limit, and the bytes between them are unused.
//! - *Region-I3*: the limit is the address of the newest footer.
//! - *Region-I4*: limit - frontier is at most stop - frontier (*Footer::stop*), the rest of the budget:
//!   what is handed out never exceeds it. Space that is left at the end of a block when the region
//!   enters the next one is not charged.
//! - *Region-I5*: an operation that is refused has changed nothing, neither in the descriptor nor
//!   in the pool.
//! - *Region-I6*: the oldest footer lies at its home exactly if the region has no budget.

use crate::block::{Footer, PLAIN, start_of};
use crate::exhaustion::Reason;
use crate::layout::{HOME, PAYLOAD, RAW, UNBOUNDED, aligned, alignment_is_valid, rounded, whole};
use crate::pool::{BlockPool, take_first, take_start, untake, untake_first};
use crate::runs;

/// The state of an open region.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Descriptor {
    /// Next free byte of the newest block, or [`RAW`].
    pub frontier: *mut u8,
    /// The newest footer, which ends the bytes that may be handed out in the newest block.
    pub limit: *mut Footer,
    /// The oldest footer; the budget in a region without memory.
    pub oldest: *mut Footer,
}

impl Descriptor {
    /// The three words, which the cold functions of compiled code get by value.
    #[inline(always)]
    pub(crate) const fn new(frontier: *mut u8, limit: *mut Footer, oldest: *mut Footer) -> Self {
        Self {
            frontier,
            limit,
            oldest,
        }
    }
}

/// What the slow path answers: where the region goes on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Refill {
    /// The new frontier: the end of the new object, unless that is a run. Null if the request was
    /// refused.
    pub frontier: *mut u8,
    /// The new limit; null if the request was refused.
    pub limit: *mut Footer,
}

/// The frontier of a raw region.
#[inline(always)]
pub(crate) const fn raw() -> *mut u8 {
    core::ptr::without_provenance_mut(RAW)
}

/// A region without blocks, whose first allocation takes one.
#[inline(always)]
pub(crate) fn open(pool: *mut BlockPool, budget: usize) -> Descriptor {
    Descriptor {
        frontier: raw(),
        // The address only; the pool is not read.
        limit: lazy(pool),
        oldest: core::ptr::null_mut::<Footer>().wrapping_byte_add(whole(budget)),
    }
}

/// The footer that regions without memory share.
#[inline(always)]
pub(crate) fn lazy(pool: *mut BlockPool) -> *mut Footer {
    pool.wrapping_byte_add(core::mem::offset_of!(BlockPool, lazy))
        .cast()
}

/// The first footer of a region whose first block has this home: placed and filled.
///
/// # Safety
///
/// 1. The block is the caller's alone.
#[inline(always)]
pub(crate) unsafe fn first_footer(home: *mut Footer, budget: usize) -> *mut Footer {
    let start = start_of(home);
    let room = if budget < PAYLOAD { budget } else { PAYLOAD };
    let footer = if budget == whole(UNBOUNDED) {
        home
    } else {
        start.wrapping_byte_add(room).cast()
    };
    // SAFETY: obligation 1; the footer lies in the block.
    unsafe {
        (*footer).next = PLAIN;
        (*footer).stop = start.addr().wrapping_add(budget);
    }
    footer
}

/// A region with its first block, which is what `none` returns if the pool's list and range are
/// empty. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`take_first`].
/// 2. `none` undoes the [`take_first`] that found nothing, and returns the home of a block that is the
///    caller's, and counted, as [`take_first`] does.
#[inline(always)]
pub(crate) unsafe fn open_eager(
    pool: *mut BlockPool,
    budget: usize,
    none: impl FnOnce() -> *mut Footer,
) -> Descriptor {
    // SAFETY: obligations 1 and 2: the block is ours alone (Block-I2).
    unsafe {
        let home = take_first(pool).unwrap_or_else(none);
        let footer = first_footer(home, whole(budget));
        Descriptor {
            frontier: home.cast::<u8>().wrapping_byte_sub(HOME),
            limit: footer,
            oldest: footer,
        }
    }
}

/// Opens a region without a budget that keeps its descriptor in the footer of its first block and
/// returns where; what `none` returns if the pool's list and range are empty. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`take_first`].
/// 2. `none` undoes the [`take_first`] that found nothing, and then does the same.
#[inline(always)]
pub(crate) unsafe fn push(pool: *mut BlockPool, none: impl FnOnce() -> *mut Descriptor) -> *mut Descriptor {
    // SAFETY: obligations 1 and 2; the block is the region's.
    unsafe {
        match take_first(pool) {
            Some(home) => {
                (*home).next = PLAIN;
                begin(home)
            }
            None => none(),
        }
    }
}

/// As `push`, for a region that hands out at most `budget` bytes between two resets.
///
/// # Safety
///
/// As for `push`.
#[inline(always)]
pub(crate) unsafe fn push_bounded(
    pool: *mut BlockPool,
    budget: usize,
    none: impl FnOnce() -> *mut Descriptor,
) -> *mut Descriptor {
    // SAFETY: obligations 1 and 2; the block is the region's.
    unsafe {
        match take_first(pool) {
            Some(home) => begin(first_footer(home, whole(budget))),
            None => none(),
        }
    }
}

/// Fills in the descriptor that a footer holds: a raw region of this block.
///
/// # Safety
///
/// 1. The footer is the caller's alone.
#[inline(always)]
pub(crate) unsafe fn begin(footer: *mut Footer) -> *mut Descriptor {
    // SAFETY: obligation 1.
    unsafe {
        (*footer).descriptor.frontier = raw();
        (*footer).descriptor.limit = footer;
        (*footer).descriptor.oldest = footer;
        &raw mut (*footer).descriptor
    }
}

/// Links `newest` to the free list and returns false; or returns true with its link unchanged: the
/// region owns no memory, or runs.
///
/// # Safety
///
/// 1. As for [`take_first`]; `newest` is the newest footer of a region over this pool.
#[inline(always)]
unsafe fn link(free: *mut Footer, newest: *mut Footer) -> bool {
    // SAFETY: obligation 1. One addition both stores the link (Block-I3: the old one is 0) and says
    // whether it was `WITH_RUNS`.
    unsafe {
        let mark = (*newest).next.addr();
        (*newest).next = free.wrapping_byte_add(mark);
        free.addr().overflowing_add(mark).1
    }
}

/// Ends the region and every object in it. O(1) in objects, bytes and blocks: no loop. The
/// descriptor is dead then and its contents are unspecified. `rare` gets the oldest footer and limit
/// of a region without memory or with runs, and is [`runs::end`](crate::runs::end).
///
/// # Safety
///
/// 1. As for [`take_first`].
/// 2. `region` points to a descriptor that a function of this module opened over this pool and that
///    has not been ended.
/// 3. No object of the region is used any more.
#[inline(always)]
pub(crate) unsafe fn pop(
    pool: *mut BlockPool,
    region: *const Descriptor,
    rare: impl FnOnce(*mut Footer, *mut Footer),
) {
    // SAFETY: obligation 2 for the descriptor, which is read before its block may change hands; the
    // chain from its oldest to its newest block belongs to the region (Region-I3, Block-I3), which
    // gives it up (obligation 3).
    unsafe {
        let limit = (*region).limit;
        // Known in inlined code where a region certainly owns no memory, and nothing is left then.
        if cfg!(croft_bitcode) && limit == lazy(pool) {
            return;
        }
        let free = (*pool).free;
        if link(free, limit) {
            return rare((*region).oldest, limit);
        }
        (*pool).free = (*region).oldest;
        (*pool).pops = (*pool).pops.wrapping_add(1);
        (*pool).depth = (*pool).depth.wrapping_sub(1);
    }
}

/// Ends every object of the region. The region stays open, keeps its oldest block, and has its
/// whole budget again. O(1), no loop. `rare` is called as in [`pop`]: [`runs::clear`](crate::runs::clear),
/// and the region is raw with the limit that it returns.
///
/// # Safety
///
/// As for [`pop`].
#[inline(always)]
pub(crate) unsafe fn reset(
    pool: *mut BlockPool,
    region: *mut Descriptor,
    rare: impl FnOnce(*mut Footer, *mut Footer),
) {
    // SAFETY: as in `pop`. If the region has one block, its link is the free list's head by now, and
    // the list stays as it was.
    unsafe {
        let limit = (*region).limit;
        if cfg!(croft_bitcode) && limit == lazy(pool) {
            return;
        }
        let free = (*pool).free;
        let oldest = (*region).oldest;
        if link(free, limit) {
            return rare(oldest, limit);
        }
        (*pool).free = (*oldest).next;
        (*oldest).next = PLAIN;
        (*region).limit = oldest;
        // Inlined, the frontier is in a register, and two instructions spare the next allocation the slow path. A raw
        // region stays so: its footer may not be complete.
        (*region).frontier = if cfg!(croft_bitcode) && (*region).frontier != raw() {
            start_of(oldest)
        } else {
            raw()
        };
    }
}

/// Whether a request is none for a block: the object is larger than that, or the alignment is not
/// one that can be asked for. Such requests are [`runs::alloc`](crate::runs::alloc)'s.
#[inline(always)]
pub(crate) const fn is_odd(size: usize, align: usize) -> bool {
    size > PAYLOAD || !alignment_is_valid(align)
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
        let object = aligned((*region).frontier, align);
        // Cannot wrap: Pool-I4, and `RAW`.
        let end = object.wrapping_byte_add(rounded(size));
        if end > (*region).limit.cast() {
            return None;
        }
        (*region).frontier = end;
        Some(object)
    }
}

/// Makes the region go on where `next`, the answer of [`refill`] or [`runs::alloc`](crate::runs::alloc), says.
///
/// # Safety
///
/// 1. As for [`bump`].
/// 2. `next` was just returned for this region.
#[inline(always)]
pub(crate) unsafe fn advance(pool: *mut BlockPool, region: *mut Descriptor, next: Refill) {
    // SAFETY: obligation 1.
    unsafe {
        if (*region).limit == lazy(pool) {
            (*region).oldest = next.limit;
        }
        (*region).frontier = next.frontier;
        (*region).limit = next.limit;
    }
}

/// The object of `size` bytes that [`refill`] made: it ends at the new frontier.
#[inline(always)]
pub(crate) fn object(next: Refill, size: usize) -> *mut u8 {
    next.frontier.wrapping_byte_sub(rounded(size))
}

/// The bytes of `count` elements of `size` bytes; `usize::MAX`, which no request may ask for, if
/// they are not representable.
#[inline(always)]
pub(crate) const fn array_size(count: usize, size: usize) -> usize {
    count.saturating_mul(size)
}

/// Enters a new block for an object of `size` bytes, and links it behind the region's newest; or
/// completes a raw region. O(1), no loop. The caller keeps the descriptor and stores what this
/// returns ([`advance`]).
///
/// # Errors
///
/// The reason of the refusal; nothing has changed then, but that [`Reason::PoolEmpty`] is for
/// [`rescue`] to put right.
///
/// # Safety
///
/// 1. As for [`take_first`].
/// 2. `region` is the state of an open region over this pool, into whose newest block the object does
///    not fit.
/// 3. As obligation 2 of [`bump`]. The start of a block satisfies every valid alignment, so the
///    alignment need not be known.
#[inline(always)]
pub(crate) unsafe fn refill(pool: *mut BlockPool, region: Descriptor, size: usize) -> Result<Refill, Reason> {
    let taken = rounded(size);
    // SAFETY: the obligations of both.
    let (start, limit) = unsafe {
        if region.frontier == raw() {
            complete(pool, region, taken)?
        } else {
            enter(pool, region, taken)?
        }
    };
    Ok(Refill {
        frontier: start.wrapping_byte_add(taken),
        limit,
    })
}

/// [`refill`] and [`advance`] of a descriptor in memory; returns the object.
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
    // SAFETY: the obligations above. Only a raw region can be one without memory.
    unsafe {
        let state = *region;
        let (object, limit) = if state.frontier == raw() {
            let first = complete(pool, state, taken)?;
            // What it was already, unless the region had no memory.
            (*region).oldest = first.1;
            first
        } else {
            enter(pool, state, taken)?
        };
        (*region).frontier = object.wrapping_byte_add(taken);
        (*region).limit = limit;
        Ok(object)
    }
}

/// Enters a new block for `taken` bytes: [`refill`] of a region that is not raw. Returns the object, which is
/// the block's start, and the new limit.
///
/// # Safety
///
/// As for [`refill`]; the region is not raw.
#[inline(always)]
unsafe fn enter(
    pool: *mut BlockPool,
    region: Descriptor,
    taken: usize,
) -> Result<(*mut u8, *mut Footer), Reason> {
    let Descriptor { frontier, limit, .. } = region;
    // SAFETY: as in `refill`: the newest block belongs to the region (Region-I3), the block taken too.
    unsafe {
        let left = (*limit).stop.wrapping_sub(frontier.addr());
        // A budget that does not end in the new block needs no other test.
        let (start, footer, stop) = if left < HOME {
            if taken > left {
                return Err(Reason::Budget);
            }
            let start = take_start(pool).ok_or(Reason::PoolEmpty)?;
            let stop = start.wrapping_byte_add(left);
            (start, stop.cast::<Footer>(), stop)
        } else {
            let start = take_start(pool).ok_or(Reason::PoolEmpty)?;
            (
                start,
                start.wrapping_byte_add(HOME).cast(),
                start.wrapping_byte_add(left),
            )
        };
        (*footer).next = (*limit).next;
        (*footer).stop = stop.addr();
        (*limit).next = footer;
        Ok((start, footer))
    }
}

/// The first allocation, of `taken` bytes, of a raw region: as [`enter`] for these.
///
/// # Safety
///
/// As for [`refill`]; the region is raw.
#[inline(always)]
unsafe fn complete(
    pool: *mut BlockPool,
    region: Descriptor,
    taken: usize,
) -> Result<(*mut u8, *mut Footer), Reason> {
    let Descriptor { limit, oldest, .. } = region;
    // SAFETY: as in `refill`.
    unsafe {
        if limit == lazy(pool) {
            let budget = oldest.addr();
            if taken > budget {
                return Err(Reason::Budget);
            }
            let home = take_first(pool).ok_or(Reason::PoolEmpty)?;
            return Ok((
                home.cast::<u8>().wrapping_byte_sub(HOME),
                first_footer(home, budget),
            ));
        }
        let (start, stop) = unsettled(limit);
        // Only a budget below a block's payload leaves less room than a request can ask for.
        if start.wrapping_byte_add(taken) > limit.cast() {
            return Err(Reason::Budget);
        }
        (*limit).stop = stop;
        Ok((start, limit))
    }
}

/// What follows a [`refill`] that found the pool's list and range empty: puts that right, and makes a
/// free run the range. False if there is none; otherwise the refill will succeed.
///
/// # Safety
///
/// As for [`refill`], which has just refused for [`Reason::PoolEmpty`].
#[inline(always)]
pub(crate) unsafe fn rescue(pool: *mut BlockPool, limit: *mut Footer) -> bool {
    // SAFETY: the obligation above.
    unsafe {
        if limit == lazy(pool) {
            untake_first(pool);
        } else {
            untake(pool);
        }
        runs::refill_range(pool)
    }
}

/// The start of a raw region's only block, and what its footer's `stop` is or should be: a push
/// without a budget does not write it.
///
/// # Safety
///
/// 1. `limit` is the footer of a raw region that owns memory.
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
