//! Where debug mode keeps its tables: never in the pool, whose blocks all belong to the program.
//!
//! On hosts they come from the C library, once; untouched pages of them cost nothing. On bare metal
//! they are static, and a pool of more than [`BLOCKS`] blocks is reported.

use super::history::Record;
use super::ledger::Block;
use super::regions::Open;

/// The most regions that may be open at a time.
pub const DEPTH: usize = limits::DEPTH;

/// How many ends of lives, and how many ends of regions, are remembered. A power of two.
pub const HISTORY: usize = limits::HISTORY;

/// The most blocks that a pool may have.
pub const BLOCKS: usize = limits::BLOCKS;

const _: () = assert!(HISTORY.is_power_of_two() && HISTORY <= 1 << 16);

/// The tables, each of the length stated (*Debug-I2*); null before [`tables`].
#[derive(Clone, Copy)]
pub(super) struct Tables {
    /// The region stack: [`DEPTH`].
    pub(super) open: *mut Open,
    /// Ended lives: [`HISTORY`].
    pub(super) lives: *mut Record,
    /// Ended regions: [`HISTORY`].
    pub(super) regions: *mut Record,
}

#[cfg(feature = "host")]
mod limits {
    /// What a handle has room for.
    pub(super) const DEPTH: usize = if usize::BITS == 64 { 65_535 } else { 1023 };
    pub(super) const HISTORY: usize = 1 << 16;
    pub(super) const BLOCKS: usize = u32::MAX as usize - 1;
}

/// Small: the tables are part of the image. With smaller blocks a pool is small too.
#[cfg(not(feature = "host"))]
mod limits {
    use crate::layout::BLOCK_SIZE;

    pub(super) const DEPTH: usize = if BLOCK_SIZE < 16 * 1024 { 64 } else { 256 };
    pub(super) const HISTORY: usize = if BLOCK_SIZE < 16 * 1024 { 64 } else { 256 };
    pub(super) const BLOCKS: usize = 1024;
}

#[cfg(feature = "host")]
mod memory {
    //! On hosts: zeroed memory of the C library.

    use super::{Block, DEPTH, HISTORY, Open, Record, Tables};

    unsafe extern "C" {
        safe fn calloc(count: usize, size: usize) -> *mut u8;
        fn free(memory: *mut u8);
    }

    /// The tables; `None` if there is no memory.
    pub(in super::super) fn tables() -> Option<Tables> {
        let tables = Tables {
            open: calloc(DEPTH, size_of::<Open>()).cast(),
            lives: calloc(HISTORY, size_of::<Record>()).cast(),
            regions: calloc(HISTORY, size_of::<Record>()).cast(),
        };
        let is_whole = !tables.open.is_null() && !tables.lives.is_null() && !tables.regions.is_null();
        is_whole.then_some(tables)
    }

    /// A table for `count` blocks, all never used; null if there is no memory.
    pub(in super::super) fn blocks(count: usize) -> *mut Block {
        calloc(count, size_of::<Block>()).cast()
    }

    /// Gives a table of blocks back.
    ///
    /// # Safety
    ///
    /// 1. `table` is null or came from [`blocks`], and is used no more.
    pub(in super::super) unsafe fn give_back(table: *mut Block, _: usize) {
        // SAFETY: obligation 1.
        unsafe { free(table.cast()) }
    }
}

#[cfg(not(feature = "host"))]
mod memory {
    //! On bare metal: static memory.

    use core::mem::MaybeUninit;

    use super::{BLOCKS, Block, DEPTH, HISTORY, Open, Record, Tables};

    static mut OPEN: MaybeUninit<[Open; DEPTH]> = MaybeUninit::zeroed();
    static mut LIVES: MaybeUninit<[Record; HISTORY]> = MaybeUninit::zeroed();
    static mut REGIONS: MaybeUninit<[Record; HISTORY]> = MaybeUninit::zeroed();
    static mut LEDGER: MaybeUninit<[Block; BLOCKS]> = MaybeUninit::zeroed();

    /// The tables.
    #[allow(clippy::unnecessary_wraps, reason = "as on hosts")]
    pub(in super::super) fn tables() -> Option<Tables> {
        Some(Tables {
            open: (&raw mut OPEN).cast(),
            lives: (&raw mut LIVES).cast(),
            regions: (&raw mut REGIONS).cast(),
        })
    }

    /// The table of blocks, all never used; null if it is too short for `count`.
    pub(in super::super) fn blocks(count: usize) -> *mut Block {
        if count > BLOCKS {
            core::ptr::null_mut()
        } else {
            (&raw mut LEDGER).cast()
        }
    }

    /// Makes the blocks of the table as new.
    ///
    /// # Safety
    ///
    /// 1. `table` is null or came from [`blocks`] with this count, and is used no more.
    pub(in super::super) unsafe fn give_back(table: *mut Block, count: usize) {
        if !table.is_null() {
            // SAFETY: obligation 1: the table has so many entries, for which zero bytes are valid.
            unsafe { table.write_bytes(0, count) }
        }
    }
}

pub(super) use memory::{blocks, give_back, tables};
