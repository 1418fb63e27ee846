//! The block pool: one caller-supplied buffer, cut into blocks and runs.
//!
//! A block comes from the list of blocks that regions gave back, else from the **range** of memory
//! not used since the pool was idle, else from a free run, which becomes the range
//! (`runs::refill_range`). Blocks are cut
//! from the range's low end, runs from its high end ([`mod@runs`]). Neither initialisation
//! nor giving back touches more than one block.
//!
//! When the last region ends, the lists are forgotten, and when the next one is opened, the range is
//! the whole pool again, both in O(1): fragmentation never outlives a kernel's run. The work is divided between
//! the two so that neither exceeds its limit.
//!
//! Invariants:
//! - *Pool-I1*: the range consists of `gap` bytes, whole blocks of the pool; all is empty before initialisation. Its
//!   end is named by its last block, so that cutting a block changes `gap` only.
//! - *Pool-I2*: `depth` + 1 is the number of **counted** regions: those that are open, and where `COUNTS_OPEN` is false
//!   those that own memory. While it is 0 the pool is **idle**: the list is empty, and the range means nothing.
//!   Before initialisation `depth` is the number itself, so that such a pool is never idle.
//! - *Pool-I3*: the list is preferred to the range, so a block is cut only when all blocks cut before
//!   are in use. The range is smallest when most memory is, and `least_gap` keeps the smallest of
//!   earlier busy times.
//! - *Pool-I4*: the pool ends [`HEADROOM`] below the top of the address space.
//! - *Pool-I5*: bit `RUNS_CUT` of `gap` says whether a run was cut since the pool was idle; only then
//!   do `runs` and `classes` mean anything. The bit is also added to the names of the range's end, so that their
//!   differences with `gap` are addresses whether or not it is set.

use core::ptr;
use core::sync::atomic::{Ordering, compiler_fence};

use crate::block::{END, Footer, SPECIAL, home_of, start_of};
use crate::execution::NEAR;
use crate::layout::{BLOCK_SIZE, HEADROOM, HOME};
use crate::region::Descriptor;
use crate::runs::{self, CLASSES, Run};

/// Set in `gap`, which counts whole blocks, once a run was cut.
pub(crate) const RUNS_CUT: usize = 1;

/// Whether regions are counted when they are opened. Where compiled code leaves pools alone, opening a region
/// must not touch one: those are counted when they come to own memory.
pub(crate) const COUNTS_OPEN: bool = NEAR;

/// How far beyond the last block of a range the addresses are that name its end. Where memory is subtracted from, the new gap is what is
/// read again; elsewhere the old one is still in a register.
const BEYOND: usize = if cfg!(target_arch = "x86_64") {
    0
} else {
    BLOCK_SIZE
};

/// A part of the pool not used since it was idle. A block that was just cut off has the distance `gap`, with `BEYOND` what it was
/// before, from the two addresses, which so give its start and its home.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Range {
    /// Start of the last block, plus `BEYOND` and `RUNS_CUT`.
    pub(crate) last: *mut u8,
    /// Home of the last block, plus `BEYOND` and `RUNS_CUT`.
    pub(crate) last_home: *mut u8,
    /// Bytes, and `RUNS_CUT`.
    pub(crate) gap: usize,
}

impl Range {
    /// `bytes` bytes from `start`; `flag` is `RUNS_CUT` or 0.
    #[inline(always)]
    pub(crate) fn new(start: *mut u8, bytes: usize, flag: usize) -> Self {
        let last = start
            .wrapping_byte_add(bytes)
            .wrapping_byte_sub(BLOCK_SIZE)
            .wrapping_byte_add(BEYOND + flag);
        Self {
            last,
            last_home: last.wrapping_byte_add(HOME),
            gap: bytes | flag,
        }
    }

    /// Bytes in whole blocks.
    #[inline(always)]
    pub(crate) fn bytes(self) -> usize {
        self.gap & !RUNS_CUT
    }

    /// The first block.
    #[inline(always)]
    pub(crate) fn start(self) -> *mut u8 {
        self.last
            .wrapping_byte_sub(self.gap)
            .wrapping_byte_add(BLOCK_SIZE - BEYOND)
    }
}

/// Whether the use of a pool is counted when it ends, or when it begins. Neither operation has room for it on all processors: pushing
/// is what may take no longer on x86-64, popping elsewhere.
const COUNTS_ENDED: bool = cfg!(target_arch = "x86_64");

/// The state of a pool. C and the compiler pass know it only as an opaque global. What operations use lies in the first 64
/// bytes on 32-bit targets, whose alignment lets RISC-V name each by the pool's upper address and a distance.
#[repr(C)]
#[cfg_attr(target_pointer_width = "32", repr(align(64)))]
pub struct BlockPool {
    /// First footer of the free list, or `END`.
    pub(crate) free: *mut Footer,
    /// Counted regions, less one.
    pub(crate) depth: usize,
    /// Memory never used since the pool was idle.
    pub(crate) range: Range,
    /// The range of the idle pool.
    pub(crate) whole: Range,
    /// The gap of the idle pool's range without its first block.
    pub(crate) after_first: usize,
    /// Home of the first block; null before initialisation.
    pub(crate) first: *mut Footer,
    /// The smallest gap of earlier busy times.
    pub(crate) least_gap: usize,
    /// The start of the first block.
    pub(crate) base: *mut u8,
    /// Busy times: those that have ended, or have begun (`COUNTS_ENDED`).
    pub(crate) uses: usize,
    /// The object that the latest request for a run got.
    pub(crate) handed: *mut u8,
    /// The newest footer of every region that owns no memory: its link never changes.
    pub(crate) lazy: Footer,
    /// The classes of which there may be free runs, a bit each.
    pub(crate) classes: u32,
    /// The free runs of each class, ended by null.
    pub(crate) runs: [*mut Run; CLASSES],
}

/// Why a buffer cannot become a pool. The values are those of `croft_pool_init` in C.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolError {
    /// The buffer is null.
    Null = 1,
    /// The buffer holds no whole block at a multiple of [`BLOCK_SIZE`].
    TooSmall = 2,
    /// Regions own blocks of the present pool.
    Busy = 3,
    /// The buffer ends within [`HEADROOM`] bytes of the top of the address space.
    TooHigh = 4,
}

impl core::fmt::Display for PoolError {
    #[inline]
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Null => "the pool's buffer is null",
            Self::TooSmall => "the pool's buffer holds no whole aligned block",
            Self::Busy => "regions own blocks of the pool",
            Self::TooHigh => "the pool's buffer ends too close to the top of the address space",
        })
    }
}

impl core::error::Error for PoolError {}

/// Counters of a pool.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Blocks in the pool.
    pub blocks_total: usize,
    /// Blocks that regions own, those of runs included.
    pub blocks_in_use: usize,
    /// The most blocks that were ever taken at once since initialisation: in use, or held for reuse
    /// as runs of their class.
    pub blocks_peak: usize,
    /// Times since initialisation that the pool was taken into use: a region was counted while none was. Regions
    /// count while they are open; where the pool is not the compiled code's own (features `threads`,
    /// `critical-section`), while they own memory.
    pub uses: usize,
}

impl BlockPool {
    /// A pool without blocks.
    pub const fn new() -> Self {
        let nothing = Range {
            last: ptr::null_mut(),
            last_home: ptr::null_mut(),
            gap: 0,
        };
        Self {
            free: END,
            // Never idle: there is nothing to begin with.
            depth: 0,
            range: nothing,
            whole: nothing,
            after_first: 0,
            first: ptr::null_mut(),
            least_gap: usize::MAX,
            base: ptr::null_mut(),
            uses: 0,
            handed: ptr::null_mut(),
            lazy: Footer {
                descriptor: Descriptor {
                    frontier: ptr::null_mut(),
                    limit: ptr::null_mut(),
                    oldest: ptr::null_mut(),
                },
                next: SPECIAL,
                stop: 0,
                runs: ptr::null_mut(),
            },
            classes: 0,
            runs: [ptr::null_mut(); CLASSES],
        }
    }

    /// Makes `bytes` bytes at `buffer` the memory of this pool, in O(1): every whole aligned block
    /// in them. On error nothing has changed.
    ///
    /// # Errors
    ///
    /// See [`PoolError`].
    ///
    /// # Safety
    ///
    /// 1. `buffer` is null or points to `bytes` writable bytes.
    /// 2. Until the pool is given another buffer or used no more, nothing else uses those bytes.
    pub unsafe fn init(&mut self, buffer: *mut u8, bytes: usize) -> Result<(), PoolError> {
        if buffer.is_null() {
            return Err(PoolError::Null);
        }
        if self.is_busy() {
            return Err(PoolError::Busy);
        }
        let Some(top) = buffer.addr().checked_add(bytes) else {
            return Err(PoolError::TooHigh);
        };
        if top > usize::MAX - HEADROOM {
            return Err(PoolError::TooHigh);
        }
        let lead = buffer.addr().wrapping_neg() & (BLOCK_SIZE - 1);
        // A gap below a block minus a block is told by its sign.
        let blocks = bytes.saturating_sub(lead).min(isize::MAX as usize) / BLOCK_SIZE;
        if blocks == 0 {
            return Err(PoolError::TooSmall);
        }
        let base = buffer.wrapping_byte_add(lead);
        // Field by field: a copy of the whole would call `memcpy`, which a kernel may not have. Heads of lists of runs mean
        // nothing while no class is marked.
        let whole = Range::new(base, blocks.wrapping_mul(BLOCK_SIZE), 0);
        self.free = END;
        self.depth = usize::MAX;
        self.range = whole;
        self.whole = whole;
        self.after_first = whole.gap.wrapping_sub(BLOCK_SIZE);
        self.first = base.wrapping_byte_add(HOME).cast();
        self.least_gap = usize::MAX;
        self.base = base;
        self.uses = 0;
        self.handed = ptr::null_mut();
        self.lazy.next = SPECIAL;
        self.classes = 0;
        Ok(())
    }

    /// The counters. O(blocks): the free blocks are counted.
    pub fn stats(&self) -> Stats {
        let least = self.least_gap.min(self.range.gap) / BLOCK_SIZE;
        Stats {
            blocks_total: self.total(),
            blocks_in_use: self.in_use(),
            blocks_peak: self.total().wrapping_sub(least),
            uses: self
                .uses
                .wrapping_add(usize::from(COUNTS_ENDED && self.is_busy())),
        }
    }

    /// Whether a region is counted.
    pub(crate) fn is_busy(&self) -> bool {
        let regions = if self.base.is_null() {
            self.depth
        } else {
            self.depth.wrapping_add(1)
        };
        regions != 0
    }

    /// Blocks in the pool. O(1).
    pub(crate) fn total(&self) -> usize {
        self.whole.gap / BLOCK_SIZE
    }

    /// Blocks taken from the range since the pool was idle, given back or not. O(1).
    pub(crate) fn taken(&self) -> usize {
        if self.is_busy() {
            self.total().wrapping_sub(self.range.gap / BLOCK_SIZE)
        } else {
            0
        }
    }

    /// Blocks that regions own. O(blocks).
    fn in_use(&self) -> usize {
        if !self.is_busy() {
            return 0;
        }
        let mut unused = 0usize;
        let mut footer = self.free;
        while footer != END {
            unused = unused.wrapping_add(1);
            // SAFETY: a footer of the free list lies in the buffer (Block-I1).
            footer = unsafe { (*footer).next };
        }
        // SAFETY: the lists mean something (Pool-I5), and their runs lie in the buffer.
        unused = unused.wrapping_add(unsafe { runs::free_blocks(self) });
        self.taken().wrapping_sub(unused)
    }
}

impl Default for BlockPool {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a region, and takes an idle pool into use. O(1), no loop.
///
/// # Safety
///
/// 1. `pool` points to a pool that nothing else uses during the call.
#[inline(always)]
pub(crate) unsafe fn enter(pool: *mut BlockPool) {
    // SAFETY: obligation 1.
    unsafe {
        let depth = (*pool).depth.wrapping_add(1);
        (*pool).depth = depth;
        if depth == 0 {
            (*pool).range = (*pool).whole;
            if !COUNTS_ENDED {
                (*pool).uses = (*pool).uses.wrapping_add(1);
            }
        }
    }
}

/// Counts a region again that is counted: it keeps the pool busy until it is left twice.
///
/// # Safety
///
/// As for [`enter`]; the pool is not idle.
#[inline(always)]
pub(crate) unsafe fn recount(pool: *mut BlockPool) {
    // SAFETY: the obligation above.
    unsafe { (*pool).depth = (*pool).depth.wrapping_add(1) };
}

/// Undoes an [`enter`].
///
/// # Safety
///
/// As for [`enter`]; the region that it counted owns nothing.
#[inline(always)]
pub(crate) unsafe fn retreat(pool: *mut BlockPool) {
    // SAFETY: the obligation above.
    unsafe {
        let (depth, is_idle) = (*pool).depth.overflowing_sub(1);
        (*pool).depth = depth;
        if !COUNTS_ENDED && is_idle {
            (*pool).uses = (*pool).uses.wrapping_sub(1);
        }
    }
}

/// Counts a region no more. True if it was the last: the pool is idle then, and what the region owned is the pool's.
/// O(1), no loop.
///
/// # Safety
///
/// As for [`enter`]; the region is counted.
#[inline(always)]
pub(crate) unsafe fn leave(pool: *mut BlockPool) -> bool {
    // SAFETY: obligation 1.
    unsafe {
        // Where the flags of a subtraction are at hand, that of the borrow; elsewhere the sign of the difference.
        let (depth, borrows) = (*pool).depth.overflowing_sub(1);
        (*pool).depth = depth;
        let is_idle = if cfg!(target_arch = "x86_64") {
            borrows
        } else {
            depth.cast_signed() < 0
        };
        if is_idle {
            let gap = (*pool).range.gap;
            if gap < (*pool).least_gap {
                (*pool).least_gap = gap;
            }
            if COUNTS_ENDED {
                (*pool).uses = (*pool).uses.wrapping_add(1);
            }
            (*pool).free = END;
        }
        is_idle
    }
}

/// Counts a region, takes its first block, and goes on with `then`, which gets the block's home: [`enter`] and [`take`] in
/// one. Goes on with `none` if neither list nor range has one: [`untake`] and [`retreat`] must follow then. O(1), no
/// loop. The contents of block and footer are unspecified.
///
/// # Safety
///
/// As for [`enter`].
#[inline(always)]
pub(crate) unsafe fn enter_home<R>(
    pool: *mut BlockPool,
    then: impl Fn(*mut Footer) -> R,
    none: impl FnOnce() -> R,
) -> R {
    // SAFETY: obligation 1.
    unsafe {
        let depth = (*pool).depth.wrapping_add(1);
        (*pool).depth = depth;
        if depth == 0 {
            // An idle pool has an empty list, and a first block.
            (*pool).range.gap = (*pool).after_first;
            if !COUNTS_ENDED {
                (*pool).uses = (*pool).uses.wrapping_add(1);
                // Not at the same time as what follows: all of it would need a register more than need not be saved.
                compiler_fence(Ordering::AcqRel);
            }
            let whole = (*pool).whole;
            (*pool).range.last = whole.last;
            (*pool).range.last_home = whole.last_home;
            return end::<0, R>(then((*pool).first));
        }
        take_as(
            pool,
            home_of,
            |range| range.last_home,
            |home| then(home.cast()),
            none,
        )
    }
}

/// Takes a block for a region that is counted, and goes on with `then`, which gets its start. Goes on with `none` if
/// neither list nor range has one: [`untake`] must follow then. O(1), no loop. The contents of block and footer are
/// unspecified.
///
/// # Safety
///
/// As for [`enter`]; the pool is not idle.
#[inline(always)]
pub(crate) unsafe fn take<R>(
    pool: *mut BlockPool,
    then: impl Fn(*mut u8) -> R,
    none: impl FnOnce() -> R,
) -> R {
    // SAFETY: the obligations above.
    unsafe {
        take_as(
            pool,
            |footer| start_of(footer).cast(),
            |range| range.last,
            then,
            none,
        )
    }
}

/// As [`take`]; `then` gets what `listed` makes of the footer of a block of the list, or the place in a block of
/// the range that `place` names in the range's last one.
///
/// # Safety
///
/// As for [`take`].
#[inline(always)]
unsafe fn take_as<R>(
    pool: *mut BlockPool,
    listed: impl FnOnce(*mut Footer) -> *mut Footer,
    place: impl FnOnce(&Range) -> *mut u8,
    then: impl Fn(*mut u8) -> R,
    none: impl FnOnce() -> R,
) -> R {
    // SAFETY: obligation 1. A block on the free list is owned by no one (Block-I2), so its footer may
    // be read; it lies in the buffer (Block-I1).
    unsafe {
        let free = (*pool).free;
        if !cfg!(target_arch = "x86_64") {
            // Joined at once: what goes on twice is seldom inlined twice, and a call costs more than the jump.
            let block = if free != END {
                (*pool).free = (*free).next;
                listed(free).cast()
            } else {
                let gap = (*pool).range.gap;
                let rest = gap.wrapping_sub(BLOCK_SIZE);
                (*pool).range.gap = rest;
                if rest.cast_signed() < 0 {
                    return none();
                }
                place(&(*pool).range).wrapping_byte_sub(gap)
            };
            return end::<1, R>(then(block));
        }
        if free != END {
            (*pool).free = (*free).next;
            return end::<1, R>(then(listed(free).cast()));
        }
        // Stored before it is judged, and put right in the cold: one instruction where memory can be
        // subtracted from. There the new value is read again, for the same reason.
        let gap = &raw mut (*pool).range.gap;
        let (rest, empty) = (*gap).overflowing_sub(BLOCK_SIZE);
        *gap = rest;
        if empty {
            return none();
        }
        let rest = gap.read_volatile();
        end::<2, R>(then(place(&(*pool).range).wrapping_byte_sub(rest)))
    }
}

/// The end of a way through an operation. The compiler joins ways that end alike by a jump, an instruction more on one
/// of them; an empty instruction that is another one on each `WAY` keeps them apart. Not in code that is inlined into
/// programs, where it would only be in the way. On ARM it also keeps a way from ending by instructions that depend on a
/// condition, where the proof cannot follow the stack.
#[inline(always)]
pub(crate) fn end<const WAY: usize, R>(result: R) -> R {
    #[cfg(all(
        any(target_arch = "x86_64", target_arch = "arm"),
        not(croft_bitcode),
        not(miri)
    ))]
    // SAFETY: no instruction.
    unsafe {
        core::arch::asm!("/* {0} */", const WAY, options(nomem, nostack, preserves_flags));
    }
    result
}

/// The same address, of which the compiler does not know that it is the same: one that is an argument on one way and new on the
/// others would get the argument's register on all of them, and be copied from there into that of the result.
#[inline(always)]
#[allow(
    clippy::pointers_in_nomem_asm_block,
    reason = "nothing is read through it; as a number it would lose what it may point to"
)]
pub(crate) fn copied<T>(address: *mut T) -> *mut T {
    #[cfg(all(target_arch = "x86_64", not(croft_bitcode), not(miri)))]
    {
        let mut address = address;
        // SAFETY: no instruction.
        unsafe {
            core::arch::asm!("/* {0} */", inout(reg) address, options(nomem, nostack, preserves_flags, pure));
        }
        address
    }
    #[cfg(not(all(target_arch = "x86_64", not(croft_bitcode), not(miri))))]
    address
}

/// Undoes a [`take`] that found nothing.
///
/// # Safety
///
/// As for [`take`], which has just returned `None`.
#[inline(always)]
pub(crate) unsafe fn untake(pool: *mut BlockPool) {
    // SAFETY: the obligation above.
    unsafe { (*pool).range.gap = (*pool).range.gap.wrapping_add(BLOCK_SIZE) };
}
