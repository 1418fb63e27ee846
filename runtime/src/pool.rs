//! The block pool: one caller-supplied buffer, cut into blocks and runs.
//!
//! A block comes from the list of blocks that regions gave back, else from the **range** of memory
//! not used since the pool was idle, else from a free run, which becomes the range
//! (`runs::refill_range`). Blocks are cut
//! from the range's low end, runs from its high end ([`mod@runs`]). Neither initialisation
//! nor giving back touches more than one block.
//!
//! When the first region after an idle time takes memory, the lists are forgotten and the range is
//! the whole pool again, in O(1): fragmentation never outlives a kernel's run.
//!
//! Invariants:
//! - *Pool-I1*: the range, `gap` bytes from `cursor`, consists of whole blocks of the pool; all is empty before initialisation.
//! - *Pool-I2*: `depth` + 1 is the number of regions that own memory. While it is 0 the pool is
//!   **idle**, and neither the lists nor the range mean anything.
//! - *Pool-I3*: the list is preferred to the range, so a block is cut only when all blocks cut before
//!   are in use. The range is smallest when most memory is, and `least_gap` keeps the smallest of
//!   earlier busy times.
//! - *Pool-I4*: the pool ends [`HEADROOM`] below the top of the address space.
//! - *Pool-I5*: the first block is never part of a run: the first region of a busy time has it.
//! - *Pool-I6*: bit `RUNS_CUT` of `gap` says whether a run was cut since the pool was idle; only then
//!   do `runs` and `classes` mean anything.

use core::ptr;

use crate::block::{END, Footer, WITH_RUNS, home_of, start_of};
use crate::layout::{BLOCK_SIZE, HEADROOM, HOME};
use crate::region::Descriptor;
use crate::runs::{self, CLASSES, Run};

/// Set in `gap`, which counts whole blocks, once a run was cut.
pub(crate) const RUNS_CUT: usize = 1;

/// A part of the pool not used since it was idle.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Range {
    /// Start of the first block.
    pub(crate) cursor: *mut u8,
    /// Bytes, and `RUNS_CUT`.
    pub(crate) gap: usize,
}

/// The state of a pool. C and the compiler pass know it only as an opaque global.
#[repr(C)]
pub struct BlockPool {
    /// First footer of the free list, or `END`.
    pub(crate) free: *mut Footer,
    /// Regions that own memory, less one.
    pub(crate) depth: usize,
    /// Memory never used since the pool was idle.
    pub(crate) range: Range,
    /// Home of the first block; null before initialisation.
    pub(crate) first: *mut Footer,
    /// The range once the first block is taken.
    pub(crate) whole: Range,
    /// The smallest gap of earlier busy times.
    pub(crate) least_gap: usize,
    /// The start of the first block.
    pub(crate) base: *mut u8,
    /// Regions that owned memory and have ended.
    pub(crate) pops: usize,
    /// The object that the latest request for a run got.
    pub(crate) handed: *mut u8,
    /// The newest footer of every region that owns no memory: its link never changes for long.
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
    /// Regions that have come to own a block since initialisation. A region opened lazily counts
    /// with its first allocation.
    pub pushes: usize,
}

impl BlockPool {
    /// A pool without blocks.
    pub const fn new() -> Self {
        let nothing = Range {
            cursor: ptr::null_mut(),
            gap: 0,
        };
        Self {
            free: END,
            // Never idle: there is nothing to begin with.
            depth: 0,
            range: nothing,
            first: ptr::null_mut(),
            whole: nothing,
            least_gap: usize::MAX,
            base: ptr::null_mut(),
            pops: 0,
            handed: ptr::null_mut(),
            lazy: Footer {
                descriptor: Descriptor {
                    frontier: ptr::null_mut(),
                    limit: ptr::null_mut(),
                    oldest: ptr::null_mut(),
                },
                next: WITH_RUNS,
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
        let blocks = bytes.saturating_sub(lead) / BLOCK_SIZE;
        if blocks == 0 {
            return Err(PoolError::TooSmall);
        }
        let base = buffer.wrapping_byte_add(lead);
        let first = base.wrapping_byte_add(HOME).cast::<Footer>();
        let whole = Range {
            cursor: base.wrapping_byte_add(BLOCK_SIZE),
            gap: blocks.wrapping_sub(1).wrapping_mul(BLOCK_SIZE),
        };
        // Field by field: a copy of the whole would call `memcpy`, which a kernel may not have. Heads of lists of runs mean
        // nothing while no class is marked.
        self.free = END;
        self.depth = usize::MAX;
        self.range = whole;
        self.first = first;
        self.whole = whole;
        self.least_gap = usize::MAX;
        self.base = base;
        self.pops = 0;
        self.handed = ptr::null_mut();
        self.lazy.next = WITH_RUNS;
        self.classes = 0;
        Ok(())
    }

    /// The counters. O(blocks): the free blocks are counted.
    pub fn stats(&self) -> Stats {
        let least = self.least_gap.min(self.range.gap) / BLOCK_SIZE;
        // Before the first region nothing was taken, not even the first block.
        let peak = if self.is_used() {
            self.total().wrapping_sub(least)
        } else {
            0
        };
        Stats {
            blocks_total: self.total(),
            blocks_in_use: self.in_use(),
            blocks_peak: peak,
            pushes: self.pops.wrapping_add(self.regions()),
        }
    }

    /// Whether a region owns memory.
    pub(crate) fn is_busy(&self) -> bool {
        self.regions() != 0
    }

    /// Whether a region has ever owned memory.
    fn is_used(&self) -> bool {
        self.pops != 0 || self.is_busy()
    }

    /// Regions that own memory.
    fn regions(&self) -> usize {
        if self.first.is_null() {
            0
        } else {
            self.depth.wrapping_add(1)
        }
    }

    /// Blocks in the pool. O(1).
    pub(crate) fn total(&self) -> usize {
        if self.first.is_null() {
            0
        } else {
            self.whole.gap / BLOCK_SIZE + 1
        }
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
        // SAFETY: the lists mean something (Pool-I6), and their runs lie in the buffer.
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

/// Takes a block for a region that owns none yet, which counts from now on, and returns its home;
/// `None` if neither list nor range has one: [`untake_first`] must follow then. O(1), no loop. The
/// contents of block and footer are unspecified.
///
/// # Safety
///
/// 1. `pool` points to a pool that nothing else uses during the call.
#[inline(always)]
pub(crate) unsafe fn take_first(pool: *mut BlockPool) -> Option<*mut Footer> {
    // SAFETY: obligation 1.
    unsafe {
        let depth = (*pool).depth.wrapping_add(1);
        (*pool).depth = depth;
        if depth == 0 {
            let gap = (*pool).range.gap;
            if gap < (*pool).least_gap {
                (*pool).least_gap = gap;
            }
            (*pool).range = (*pool).whole;
            (*pool).free = END;
            return Some((*pool).first);
        }
        take(pool)
    }
}

/// Takes a block for a region that owns memory, and returns its home: as [`take_first`] otherwise, with
/// [`untake`].
///
/// # Safety
///
/// As for [`take_first`]; the pool is not idle.
#[inline(always)]
pub(crate) unsafe fn take(pool: *mut BlockPool) -> Option<*mut Footer> {
    // SAFETY: the obligations above.
    unsafe { take_as(pool, home_of, |start| start.wrapping_byte_add(HOME).cast()) }
}

/// As [`take`], and returns the block's start.
///
/// # Safety
///
/// As for [`take`].
#[inline(always)]
pub(crate) unsafe fn take_start(pool: *mut BlockPool) -> Option<*mut u8> {
    // SAFETY: the obligations above.
    unsafe { take_as(pool, start_of, |start| start) }
}

/// As [`take`], and returns what `listed` makes of the footer of a block of the list, or `cut` of the start of a block of
/// the range.
///
/// # Safety
///
/// As for [`take`].
#[inline(always)]
unsafe fn take_as<T>(
    pool: *mut BlockPool,
    listed: impl FnOnce(*mut Footer) -> T,
    cut: impl FnOnce(*mut u8) -> T,
) -> Option<T> {
    // SAFETY: obligation 1. A block on the free list is owned by no one (Block-I2), so its footer may
    // be read; it lies in the buffer (Block-I1).
    unsafe {
        let free = (*pool).free;
        if free != END {
            (*pool).free = (*free).next;
            return Some(listed(free));
        }
        let start = (*pool).range.cursor;
        let (gap, empty) = (*pool).range.gap.overflowing_sub(BLOCK_SIZE);
        // Stored before it is judged, and put right in the cold: one instruction where memory can be
        // subtracted from.
        (*pool).range.gap = gap;
        if empty {
            return None;
        }
        (*pool).range.cursor = start.wrapping_byte_add(BLOCK_SIZE);
        Some(cut(start))
    }
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

/// Undoes a [`take_first`] that found nothing.
///
/// # Safety
///
/// As for [`take_first`], which has just returned `None`.
#[inline(always)]
pub(crate) unsafe fn untake_first(pool: *mut BlockPool) {
    // SAFETY: the obligation above.
    unsafe {
        untake(pool);
        (*pool).depth = (*pool).depth.wrapping_sub(1);
    }
}
