//! The block pool: one caller-supplied buffer, cut into blocks.
//!
//! Free blocks come from two places: a list of blocks that regions gave back, and a cursor over
//! blocks never used, so that neither initialisation nor giving back touches more than one block.
//! Once no region owns a block, the next request forgets the list and puts the cursor back: the
//! whole pool is as new, in O(1), and its blocks adjacent again.
//!
//! Invariants:
//! - *Pool-I1*: `base <= cursor <= end`, all multiples of [`BLOCK_SIZE`]; all null before
//!   initialisation.
//! - *Pool-I2*: blocks below the cursor are **carved**: carved blocks = length of the free list +
//!   `in_use`.
//! - *Pool-I3*: the list is preferred to the cursor. So whenever a block is carved, all carved
//!   blocks are in use, and the most blocks ever in use is the most ever carved: `max(peak,
//!   carved)`. Only taking from the cursor writes `peak`.
//! - *Pool-I4*: `end` lies [`HEADROOM`] below the top of the address space.
//! - *Pool-I5*: the pool has at most `u32::MAX` blocks, so that a chain's length fits its footer.

use core::ptr;

use crate::block::{Footer, footer};
use crate::layout::{BLOCK_SIZE, HEADROOM};

/// The state of a pool. C and the compiler pass know it only as an opaque global.
#[repr(C)]
pub struct BlockPool {
    /// First block of the free list, or null.
    pub(crate) free: *mut u8,
    /// First block never used.
    pub(crate) cursor: *mut u8,
    /// First block.
    pub(crate) base: *mut u8,
    /// End of the last block.
    pub(crate) end: *mut u8,
    /// Blocks that regions own.
    pub(crate) in_use: usize,
    /// See *Pool-I3*.
    pub(crate) peak: usize,
    /// Regions that have come to own a block since initialisation.
    pub(crate) pushes: usize,
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
    /// Blocks that regions own.
    pub blocks_in_use: usize,
    /// The most blocks that were ever in use since initialisation.
    pub blocks_peak: usize,
    /// Regions that have come to own a block since initialisation. A region opened lazily counts
    /// with its first allocation.
    pub pushes: usize,
}

impl BlockPool {
    /// A pool without blocks.
    pub const fn new() -> Self {
        Self {
            free: ptr::null_mut(),
            cursor: ptr::null_mut(),
            base: ptr::null_mut(),
            end: ptr::null_mut(),
            in_use: 0,
            peak: 0,
            pushes: 0,
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
        if self.in_use != 0 {
            return Err(PoolError::Busy);
        }
        let Some(top) = buffer.addr().checked_add(bytes) else {
            return Err(PoolError::TooHigh);
        };
        if top > usize::MAX - HEADROOM {
            return Err(PoolError::TooHigh);
        }
        let lead = buffer.addr().wrapping_neg() & (BLOCK_SIZE - 1);
        let blocks = (bytes.saturating_sub(lead) / BLOCK_SIZE).min(u32::MAX as usize);
        if blocks == 0 {
            return Err(PoolError::TooSmall);
        }
        let base = buffer.wrapping_byte_add(lead);
        *self = Self {
            cursor: base,
            base,
            end: base.wrapping_byte_add(blocks.wrapping_mul(BLOCK_SIZE)),
            ..Self::new()
        };
        Ok(())
    }

    /// The counters. O(1).
    pub fn stats(&self) -> Stats {
        Stats {
            blocks_total: self.total(),
            blocks_in_use: self.in_use,
            blocks_peak: self.peak.max(self.carved()),
            pushes: self.pushes,
        }
    }

    /// Blocks in the pool.
    pub(crate) fn total(&self) -> usize {
        self.end.addr().wrapping_sub(self.base.addr()) / BLOCK_SIZE
    }

    /// Blocks below the cursor.
    pub(crate) fn carved(&self) -> usize {
        self.cursor.addr().wrapping_sub(self.base.addr()) / BLOCK_SIZE
    }
}

impl Default for BlockPool {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

/// Takes a block out of the pool; `None`, with nothing changed, if all are in use. O(1), no loop.
/// The contents of the block and of its footer are unspecified.
///
/// # Safety
///
/// 1. `pool` points to a pool that nothing else uses during the call.
#[inline(always)]
pub(crate) unsafe fn take(pool: *mut BlockPool) -> Option<*mut u8> {
    // SAFETY: obligation 1 for `pool`. A block on the free list is owned by no one (Block-I2), so
    // its footer may be read; it lies in the buffer (Block-I1).
    unsafe {
        if (*pool).in_use == 0 {
            let block = (*pool).base;
            if block == (*pool).end {
                return None;
            }
            (*pool).free = ptr::null_mut();
            (*pool).cursor = block.wrapping_byte_add(BLOCK_SIZE);
            (*pool).in_use = 1;
            return Some(block);
        }
        let block = (*pool).free;
        if !block.is_null() {
            (*pool).free = (*footer(block)).next;
            (*pool).in_use = (*pool).in_use.wrapping_add(1);
            return Some(block);
        }
        let block = (*pool).cursor;
        if block == (*pool).end {
            return None;
        }
        (*pool).cursor = block.wrapping_byte_add(BLOCK_SIZE);
        let in_use = (*pool).in_use.wrapping_add(1);
        (*pool).in_use = in_use;
        if in_use > (*pool).peak {
            (*pool).peak = in_use;
        }
        Some(block)
    }
}

/// Puts `count` blocks, a chain from `first` to the block with the footer `last`, onto the free
/// list. O(1), whatever `count` is.
///
/// # Safety
///
/// 1. As for [`take`].
/// 2. The blocks belong to this pool, are linked as *Block-I3* says, and the caller gives up owning
///    them.
#[inline(always)]
pub(crate) unsafe fn give_back(pool: *mut BlockPool, first: *mut u8, last: *mut Footer, count: usize) {
    // SAFETY: obligations 1 and 2; the link of the last block is ours to write until the blocks are
    // on the list.
    unsafe {
        (*last).next = (*pool).free;
        (*pool).free = first;
        (*pool).in_use = (*pool).in_use.wrapping_sub(count);
    }
}
