//! Regions: a descriptor, and the chain of blocks it stands for.
//!
//! A descriptor holds the **frontier** (next free byte) and the **limit** (end) of the region's
//! newest block, and its oldest block. The limit is the address of the newest footer, so ending a
//! region is O(1) and computes nothing: newest and oldest are at hand, and one link splices the whole
//! chain onto the free list.
//!
//! A region opened by `open` owns no block until its first allocation (**lazy**); it shares the
//! footer `lazy` of its pool, its budget and a mark stand in for the oldest block, and its frontier says where in the
//! first block the footer will be. A region opened by `push`
//! keeps its descriptor in the footer of its first block; until its next allocation it is
//! **raw**, as is a region that was reset out of line: the frontier is [`RAW`]. The slow path completes both.
//! So opening and resetting store three or four words.
//!
//! Two cases are rare: a region without memory, and one with runs, are told from all others by the
//! operation that writes the link (`SPECIAL`); the latter end in functions of their own.
//!
//! The functions here and in [`request`](mod@crate::request) are the only implementation: the compiler's entry points,
//! the C functions and the safe API all inline them.
//!
//! Invariants:
//! - *Region-I1*: a region without memory has its pool's `lazy` for a limit, a frontier from [`LAZY`] on, and its budget and
//!   `UNBORN` for its oldest footer's address; no other region has any of the three.
//! - *Region-I2*: the frontier of a region with memory is [`RAW`], or a multiple of
//!   [`MIN_ALIGN`], at most the limit, and the bytes between them are unused.
//! - *Region-I3*: the limit is the address of the newest footer.
//! - *Region-I4*: limit - frontier is at most stop - frontier (*Footer::stop*), the rest of the budget:
//!   what is handed out never exceeds it. Space that is left at the end of a block when the region
//!   enters the next one is not charged.
//! - *Region-I5*: an operation that is refused has changed nothing, neither in the descriptor nor
//!   in the pool.
//! - *Region-I6*: the oldest footer lies at its home exactly if the region has no budget.

use crate::block::{Footer, MASKS, SPECIAL, plain, start_of};
use crate::layout::{HOME, LAZY, MIN_ALIGN, PAYLOAD, RAW, UNBOUNDED, whole};
use crate::pool::{BlockPool, COUNTS_OPEN, end, enter, enter_home, leave};

/// The state of an open region.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Descriptor {
    /// Next free byte of the newest block, or [`RAW`], or [`LAZY`] and more.
    pub frontier: *mut u8,
    /// The newest footer, which ends the bytes that may be handed out in the newest block.
    pub limit: *mut Footer,
    /// The oldest footer; the budget and a mark in a region without memory.
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

/// The frontier of a raw region.
#[inline(always)]
pub(crate) const fn raw() -> *mut u8 {
    core::ptr::without_provenance_mut(RAW)
}

/// Whether a region with this frontier owns no memory (Region-I1).
#[inline(always)]
pub(crate) fn is_lazy(frontier: *mut u8) -> bool {
    frontier.addr() > RAW
}

/// What a region without memory has in place of its oldest footer: its budget, in whole steps, and `UNBORN`.
/// So what becomes of the oldest footer in compiled code depends on it alone, and not on a frontier that is no longer needed.
#[inline(always)]
fn unborn(budget: usize) -> *mut Footer {
    core::ptr::null_mut::<Footer>().wrapping_byte_add(budget | UNBORN)
}

/// The mark of a region without memory, which no footer's address has: all that a budget in whole steps leaves free, so that
/// rounding the budget and marking it are one operation.
const UNBORN: usize = MIN_ALIGN - 1;

/// Whether a region with this in the place of its oldest footer owns no memory: as [`is_lazy`].
#[inline(always)]
pub(crate) fn is_unborn(oldest: *mut Footer) -> bool {
    oldest.addr() & UNBORN != 0
}

/// Whether the region owns no memory, asked of the word that costs least: a constant to compare the frontier with is an instruction
/// where it does not fit into one.
///
/// # Safety
///
/// 1. `region` points to a descriptor with this oldest footer.
#[inline(always)]
unsafe fn owns_nothing(region: *const Descriptor, oldest: *mut Footer) -> bool {
    // SAFETY: obligation 1.
    unsafe {
        if cfg!(any(target_arch = "riscv32", target_arch = "arm")) {
            is_unborn(oldest)
        } else {
            is_lazy((*region).frontier)
        }
    }
}

/// The budget of a region without memory that has this in the place of its oldest footer.
#[inline(always)]
pub(crate) fn budget_of(unborn: *mut Footer) -> usize {
    unborn.addr().wrapping_sub(UNBORN)
}

/// The footer that regions without memory share.
#[inline(always)]
pub(crate) fn lazy(pool: *mut BlockPool) -> *mut Footer {
    pool.wrapping_byte_add(core::mem::offset_of!(BlockPool, lazy))
        .cast()
}

/// How far from its first block's start the first footer of a region with this budget lies, in bytes.
#[inline(always)]
const fn room(budget: usize) -> usize {
    if budget == whole(UNBOUNDED) {
        HOME
    } else if budget < PAYLOAD {
        budget
    } else {
        PAYLOAD
    }
}

/// A region without blocks, whose first allocation takes one. It hands out at most `budget` bytes between two resets.
/// O(1), no loop.
///
/// # Safety
///
/// 1. As for [`enter`], where [`COUNTS_OPEN`] is set; otherwise the pool is not touched.
#[inline(always)]
pub(crate) unsafe fn open(pool: *mut BlockPool, budget: usize) -> Descriptor {
    if COUNTS_OPEN {
        // SAFETY: obligation 1.
        unsafe { enter(pool) };
    }
    let budget = whole(budget);
    Descriptor {
        frontier: core::ptr::null_mut::<u8>()
            .wrapping_byte_add(LAZY)
            .wrapping_byte_add(room(budget)),
        // The address only.
        limit: lazy(pool),
        oldest: unborn(budget),
    }
}

/// The first footer of a region, placed and filled, in the block that starts here.
///
/// # Safety
///
/// 1. The block is the caller's alone; `budget` is in whole steps.
#[inline(always)]
pub(crate) unsafe fn first_footer(start: *mut u8, budget: usize) -> *mut Footer {
    let footer = start.wrapping_byte_add(room(budget)).cast::<Footer>();
    // SAFETY: obligation 1; the footer lies in the block.
    unsafe {
        (*footer).next = plain(footer);
        (*footer).stop = start.addr().wrapping_add(budget);
    }
    footer
}

/// A region with its first block, which is what `none` returns if the pool's list and range are
/// empty. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`enter`].
/// 2. `none` undoes the [`enter_home`] that found nothing, and returns the home of a block that is the
///    caller's, and counted, as [`enter_home`] does.
#[inline(always)]
pub(crate) unsafe fn open_eager(
    pool: *mut BlockPool,
    budget: usize,
    none: impl FnOnce() -> *mut Footer,
) -> Descriptor {
    // SAFETY: obligations 1 and 2: the block is ours alone (Block-I2).
    unsafe {
        let home = enter_home(pool, |home| home, none);
        owning(home, whole(budget))
    }
}

/// The state of a region that owns the block with this home and has handed out nothing.
///
/// # Safety
///
/// 1. As for [`first_footer`].
#[inline(always)]
pub(crate) unsafe fn owning(home: *mut Footer, budget: usize) -> Descriptor {
    let start = home.cast::<u8>().wrapping_byte_sub(HOME);
    // SAFETY: obligation 1.
    let footer = unsafe { first_footer(start, budget) };
    Descriptor::new(start, footer, footer)
}

/// Opens a region without a budget that keeps its descriptor in the footer of its first block and
/// returns where; what `none` returns if the pool's list and range are empty. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`enter`].
/// 2. `none` undoes the [`enter_home`] that found nothing, and then does the same.
#[inline(always)]
pub(crate) unsafe fn push(pool: *mut BlockPool, none: impl FnOnce() -> *mut Descriptor) -> *mut Descriptor {
    // SAFETY: obligations 1 and 2; the block is the region's.
    unsafe {
        let then = |home: *mut Footer| {
            (*home).next = plain(home);
            begin(home)
        };
        enter_home(pool, then, none)
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
    unsafe { enter_home(pool, |home| begin_bounded(home, budget), none) }
}

/// Makes the block with this home that of a raw region with a budget, and returns its descriptor.
///
/// # Safety
///
/// 1. The block is the caller's alone.
#[inline(always)]
pub(crate) unsafe fn begin_bounded(home: *mut Footer, budget: usize) -> *mut Descriptor {
    // SAFETY: obligation 1.
    unsafe {
        begin(first_footer(
            home.cast::<u8>().wrapping_byte_sub(HOME),
            whole(budget),
        ))
    }
}

/// Fills in the descriptor that a footer holds: a raw region of this block.
///
/// # Safety
///
/// 1. The footer is the caller's alone.
#[inline(always)]
unsafe fn begin(footer: *mut Footer) -> *mut Descriptor {
    // SAFETY: obligation 1.
    unsafe {
        (*footer).descriptor.frontier = raw();
        (*footer).descriptor.limit = footer;
        (*footer).descriptor.oldest = footer;
        &raw mut (*footer).descriptor
    }
}

/// The limit and the oldest footer. On ARM by one instruction, which the compiler does not choose if it wants the two elsewhere
/// later.
///
/// # Safety
///
/// 1. `region` points to a descriptor.
#[inline(always)]
unsafe fn footers(region: *const Descriptor) -> (*mut Footer, *mut Footer) {
    #[cfg(all(target_arch = "arm", not(croft_bitcode)))]
    // SAFETY: obligation 1: the two words follow each other.
    unsafe {
        let (limit, oldest);
        core::arch::asm!(
            "ldrd r2, r3, [{region}, #{limit}]",
            region = in(reg) region,
            limit = const core::mem::offset_of!(Descriptor, limit),
            out("r2") limit,
            out("r3") oldest,
            options(readonly, nostack, preserves_flags, pure),
        );
        (limit, oldest)
    }
    #[cfg(not(all(target_arch = "arm", not(croft_bitcode))))]
    // SAFETY: obligation 1.
    unsafe {
        ((*region).limit, (*region).oldest)
    }
}

/// Sets limit and frontier; the latter is computed last. On ARM by one instruction: see [`footers`].
///
/// # Safety
///
/// 1. `region` points to a descriptor that nothing else uses during the call.
#[inline(always)]
unsafe fn go_on(region: *mut Descriptor, limit: *mut Footer, frontier: impl FnOnce() -> *mut u8) {
    #[cfg(all(target_arch = "arm", not(croft_bitcode)))]
    // SAFETY: obligation 1: the two words follow each other, from the descriptor's start on.
    unsafe {
        core::arch::asm!(
            "strd r2, r3, [{region}]",
            region = in(reg) region,
            in("r2") frontier(),
            in("r3") limit,
            options(nostack, preserves_flags),
        );
    }
    #[cfg(not(all(target_arch = "arm", not(croft_bitcode))))]
    // SAFETY: obligation 1.
    unsafe {
        (*region).limit = limit;
        (*region).frontier = frontier();
    }
}

/// Links `newest` to the free list and returns false; or returns true with its link unchanged: the
/// region owns no memory, or runs.
///
/// # Safety
///
/// 1. As for [`enter`]; `newest` is the newest footer of a region over this pool.
#[inline(always)]
unsafe fn link(free: *mut Footer, newest: *mut Footer) -> bool {
    // SAFETY: obligation 1.
    unsafe {
        if !MASKS {
            let is_special = (*newest).next == SPECIAL;
            if !is_special {
                (*newest).next = free;
            }
            return is_special;
        }
        // One operation both stores the link (Block-I3: the old one is all ones) and says whether it was `SPECIAL`.
        let mark = (*newest).next.addr();
        let next = free.map_addr(|address| address & mark);
        (*newest).next = next;
        next.is_null()
    }
}

/// Ends the region and every object in it. O(1) in objects, bytes and blocks: no loop. The
/// descriptor is dead then and its contents are unspecified. `runs` gets the oldest footer and limit
/// of a region with runs, and is [`ending::end`](crate::ending::end).
///
/// # Safety
///
/// 1. As for [`enter`].
/// 2. `region` points to a descriptor that a function of this module opened over this pool and that
///    has not been ended.
/// 3. No object of the region is used any more.
#[inline(always)]
pub(crate) unsafe fn pop(
    pool: *mut BlockPool,
    region: *const Descriptor,
    runs: impl FnOnce(*mut Footer, *mut Footer),
) {
    // SAFETY: obligation 2 for the descriptor, which is read before its block may change hands; the
    // chain from its oldest to its newest block belongs to the region (Region-I3, Block-I3), which
    // gives it up (obligation 3).
    unsafe {
        if !COUNTS_OPEN && is_lazy((*region).frontier) {
            return;
        }
        if leave(pool) {
            return;
        }
        let (limit, early) = footers(region);
        // Where it costs an instruction of its own, only a region with memory pays it.
        let oldest = || if MASKS { (*region).oldest } else { early };
        let free = (*pool).free;
        if link(free, limit) {
            if !owns_nothing(region, early) {
                runs(oldest(), limit);
            }
            return;
        }
        (*pool).free = oldest();
        end::<7, _>(());
    }
}

/// Ends every object of the region. The region stays open, keeps its oldest block, and has its
/// whole budget again. O(1), no loop. `runs` is called as in [`pop`]: [`ending::clear`](crate::ending::clear),
/// and makes the region raw with its oldest footer as limit.
///
/// # Safety
///
/// As for [`pop`].
#[inline(always)]
pub(crate) unsafe fn reset(
    pool: *mut BlockPool,
    region: *mut Descriptor,
    runs: impl FnOnce(*mut Footer, *mut Footer),
) {
    // SAFETY: as in `pop`. If the region has one block, its link is the free list's head by now, and
    // the list stays as it was.
    unsafe {
        let (limit, oldest) = footers(region);
        let free = (*pool).free;
        if link(free, limit) {
            if !owns_nothing(region, oldest) {
                runs(oldest, limit);
            }
            return;
        }
        (*pool).free = (*oldest).next;
        if MASKS {
            (*oldest).next = plain(oldest);
        }
        // Inlined, the frontier is in a register, and two instructions spare the next allocation the slow path. A raw
        // region stays so: its footer may not be complete.
        go_on(region, oldest, || {
            if cfg!(croft_bitcode) && (*region).frontier != raw() {
                start_of(oldest)
            } else {
                raw()
            }
        });
    }
}
