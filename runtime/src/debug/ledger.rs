//! The ledger: what debug mode knows of each block of the pool.
//!
//! Blocks are named by their index in the pool. Those that ended wait in a queue and are used again
//! only when no block is left that was never used, the one that ended longest ago first. A request
//! above a block's payload takes a **run** of adjacent blocks: never-used ones, else the next gap
//! behind the last that was used.
//!
//! Invariants:
//! - *Ledger-I1*: blocks below `cursor` were used; the others are as zero bytes.
//! - *Ledger-I2*: a used block is owned or in the queue, once.
//! - *Ledger-I3*: the bytes of an owned block below `used` were handed out to its life; in a run that
//!   is so for all bytes of all blocks but the last.

use super::storage;
use crate::layout::BLOCK_SIZE;

/// No block, in links between blocks. Links are indices plus one, so that zero bytes are a block
/// never used.
pub(super) const NONE: u32 = 0;

/// What is known of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// The life that owns it, or owned it last; 0 if it was never used.
    pub(super) life: usize,
    /// Bytes handed out from its start on.
    pub(super) used: u32,
    /// Blocks that follow in the same run.
    pub(super) rest: u32,
    /// The next block of the queue, of the region's blocks, or the next run of the region.
    pub(super) next: u32,
    /// A life owns it.
    pub(super) owned: bool,
}

/// The blocks of one pool.
#[derive(Clone, Copy)]
pub(super) struct Ledger {
    table: *mut Block,
    total: u32,
    cursor: u32,
    oldest: u32,
    newest: u32,
    /// Where the search for a gap begins.
    rover: u32,
    /// Blocks that lives own.
    pub(super) in_use: u32,
    /// The most there ever were.
    pub(super) peak: u32,
}

impl Ledger {
    /// Of no pool.
    pub(super) const fn new() -> Self {
        Self {
            table: core::ptr::null_mut(),
            total: 0,
            cursor: 0,
            oldest: NONE,
            newest: NONE,
            rover: 0,
            in_use: 0,
            peak: 0,
        }
    }

    /// Of a pool of so many blocks, none of them used; `None` if there is no room for the table.
    pub(super) fn of(total: usize) -> Option<Self> {
        if total == 0 {
            return Some(Self::new());
        }
        let blocks = u32::try_from(total).ok().filter(|_| total <= storage::BLOCKS)?;
        let table = storage::blocks(total);
        (!table.is_null()).then_some(Self {
            table,
            total: blocks,
            ..Self::new()
        })
    }

    /// Gives the table back.
    pub(super) fn end(&mut self) {
        // SAFETY: the table came from `blocks` with this length, or is null; the ledger forgets it.
        unsafe { storage::give_back(self.table, self.total as usize) };
        *self = Self::new();
    }

    /// Blocks of the pool.
    pub(super) fn total(&self) -> usize {
        self.total as usize
    }

    /// The block with this index, if the pool has it.
    pub(super) fn at(&self, index: usize) -> Option<*mut Block> {
        // The index is below the table's length (Debug-I2).
        (index < self.total as usize).then(|| self.table.wrapping_add(index))
    }

    /// The block that a link names.
    pub(super) fn linked(&self, link: u32) -> Option<(usize, *mut Block)> {
        let index = (link as usize).wrapping_sub(1);
        Some((index, self.at(index)?))
    }

    /// Takes a block for a life and returns its link, or [`NONE`], with nothing changed, if all are
    /// owned.
    pub(super) fn take(&mut self, life: usize) -> u32 {
        let link = if self.cursor < self.total {
            self.cursor = self.cursor.wrapping_add(1);
            self.cursor
        } else {
            let link = self.oldest;
            let Some((_, block)) = self.linked(link) else {
                return NONE;
            };
            // SAFETY: a block of the table (Debug-I2).
            unsafe {
                self.oldest = (*block).next;
                (*block).next = NONE;
            }
            if self.oldest == NONE {
                self.newest = NONE;
            }
            link
        };
        self.own(link, life, 0, 0);
        link
    }

    /// The index of the block that [`take`](Self::take) will answer, if there is one.
    pub(super) fn upcoming(&self) -> Option<usize> {
        if self.cursor < self.total {
            return Some(self.cursor as usize);
        }
        self.linked(self.oldest).map(|(index, _)| index)
    }

    /// Takes `count` adjacent blocks, at least two, for an object of `bytes` bytes, and returns the
    /// first one's link, or [`NONE`], with nothing changed, if no gap is large enough. O(blocks).
    pub(super) fn take_run(&mut self, life: usize, count: u32, bytes: usize) -> u32 {
        let first = if count <= self.total.wrapping_sub(self.cursor) {
            let first = self.cursor;
            self.cursor = self.cursor.wrapping_add(count);
            first
        } else {
            let Some(first) = self
                .gap(count, self.rover, self.total)
                .or_else(|| self.gap(count, 0, self.total))
            else {
                return NONE;
            };
            self.cursor = self.cursor.max(first.wrapping_add(count));
            self.rover = first.wrapping_add(count);
            first
        };
        let mut left = bytes;
        for place in 0..count {
            let used = left.min(BLOCK_SIZE);
            left = left.wrapping_sub(used);
            let rest = count.wrapping_sub(place).wrapping_sub(1);
            self.own(first.wrapping_add(place).wrapping_add(1), life, used as u32, rest);
        }
        self.rebuild_queue(first, count);
        first.wrapping_add(1)
    }

    /// The first of `count` adjacent blocks between two indices that nobody owns. It may reach above
    /// the cursor, and begins below it, because `count` blocks above it would have been taken there.
    fn gap(&self, count: u32, from: u32, to: u32) -> Option<u32> {
        let mut length = 0_u32;
        for index in from..to {
            let block = self.at(index as usize)?;
            // SAFETY: a block of the table (Debug-I2).
            if unsafe { (*block).owned } {
                length = 0;
                continue;
            }
            length = length.wrapping_add(1);
            if length == count {
                return Some(index.wrapping_add(1).wrapping_sub(count));
            }
        }
        None
    }

    /// Leaves the blocks of a new run out of the queue.
    fn rebuild_queue(&mut self, first: u32, count: u32) {
        let mut link = self.oldest;
        (self.oldest, self.newest) = (NONE, NONE);
        while let Some((index, block)) = self.linked(link) {
            // SAFETY: a block of the table (Debug-I2). Taking the run has left the links as they were.
            let next = unsafe { (*block).next };
            if (index as u32).wrapping_sub(first) >= count {
                self.enqueue(link);
            } else {
                // SAFETY: as above.
                unsafe { (*block).next = NONE };
            }
            link = next;
        }
    }

    fn own(&mut self, link: u32, life: usize, used: u32, rest: u32) {
        if let Some((_, block)) = self.linked(link) {
            // SAFETY: a block of the table (Debug-I2).
            unsafe {
                (*block).life = life;
                (*block).used = used;
                (*block).rest = rest;
                (*block).owned = true;
            }
            self.in_use = self.in_use.wrapping_add(1);
            self.peak = self.peak.max(self.in_use);
        }
    }

    /// Puts a block that its life gives up at the end of the queue.
    pub(super) fn give_back(&mut self, link: u32) {
        if let Some((_, block)) = self.linked(link) {
            // SAFETY: a block of the table (Debug-I2).
            unsafe {
                (*block).owned = false;
                (*block).used = 0;
                (*block).rest = 0;
            }
            self.in_use = self.in_use.wrapping_sub(1);
            self.enqueue(link);
        }
    }

    fn enqueue(&mut self, link: u32) {
        if let Some((_, block)) = self.linked(link) {
            // SAFETY: blocks of the table (Debug-I2).
            unsafe {
                (*block).next = NONE;
                if let Some((_, newest)) = self.linked(self.newest) {
                    (*newest).next = link;
                } else {
                    self.oldest = link;
                }
            }
            self.newest = link;
        }
    }
}
