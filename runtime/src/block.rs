//! Blocks: the fixed unit of memory, and the footer that links them.
//!
//! A block is [`BLOCK_SIZE`] bytes at a multiple of [`BLOCK_SIZE`]. Objects fill it from the front,
//! up to its **footer**. A header in front would share a cache line with the first object and cost
//! the start its alignment.
//!
//! Links lead from footer to footer, and a region's limit *is* the address of its newest footer, so
//! ending a region computes no address. A footer normally lies at its block's **home**, [`HOME`]
//! bytes from the start; where a budget ends before the block does, it lies lower, at the limit. Only
//! taking a block from the free list puts it back.
//!
//! A region's blocks form a **chain** from the oldest to the newest, a pool's free blocks a list;
//! both use the same field, so that a whole chain joins the list by writing one link.
//!
//! Invariants:
//! - *Block-I1*: a block's address is a multiple of [`BLOCK_SIZE`], the block lies in its pool's
//!   buffer, and its footer between its start and its home.
//! - *Block-I2*: a block is owned by exactly one region, alone or in a run, or is on a free list, or
//!   has not been used since the pool was idle.
//! - *Block-I3*: in a chain every footer but the newest links to the next younger one; the newest
//!   one's link is `SPECIAL` if the region owns runs or had cleanups, otherwise not null; where `MASKS`
//!   is set it is all ones then.
//! - *Block-I4*: objects lie between a block's start and its footer: a footer is never handed out.

use crate::layout::{BLOCK_SIZE, HOME};
use crate::region::Descriptor;
use crate::runs::Record;

/// What a block keeps about itself and its place in a chain.
#[repr(C, align(8))]
pub struct Footer {
    /// The descriptor of the region, if `push` opened it with this block. Its
    /// address is then the region's handle. Meaningless in all other footers.
    pub descriptor: Descriptor,
    /// The footer of the next younger block or of the next free one; a mark in the newest block of a region
    /// (Block-I3).
    pub next: *mut Footer,
    /// The address at which the region's budget ends if the region goes on from its frontier in this
    /// block: `stop - frontier` bytes may still be handed out, in this block and all that follow,
    /// modulo the size of the address space. Not set in an unbounded region that `push` opened and
    /// that has handed out nothing.
    pub stop: usize,
    /// In the oldest block of a region that owns runs: their record. In one that has cleanups and no runs, their list
    /// (*Cleanup-I1*).
    pub runs: *mut Record,
}

/// Whether ending a region masks its newest link with the head of the free list, which both writes the link, as it was all
/// ones before, and says whether it was [`SPECIAL`]. One instruction on x86-64, which saves one; elsewhere it takes three, and looking at the
/// link first takes two, after which any other link will do: a reset need not write one.
pub(crate) const MASKS: bool = cfg!(target_arch = "x86_64");

/// The newest footer's link in a region with runs or cleanups, and in the footer that regions without blocks
/// share. Masked with anything it stays what it is. No link of the free list is null.
pub(crate) const SPECIAL: *mut Footer = core::ptr::null_mut();

/// The link of a region's newest footer, `footer`, if nothing of it is special: all ones where [`MASKS`] is set; elsewhere
/// what is in a register anyway.
#[inline(always)]
pub(crate) fn plain(footer: *mut Footer) -> *mut Footer {
    if MASKS {
        core::ptr::without_provenance_mut(usize::MAX)
    } else {
        footer
    }
}

/// The end of the free list: not null, see [`SPECIAL`].
pub(crate) const END: *mut Footer = core::ptr::without_provenance_mut(8);

/// The start of the block that a footer belongs to. A footer never lies at the start of the next
/// block.
#[inline(always)]
pub(crate) fn start_of(footer: *mut Footer) -> *mut u8 {
    footer
        .cast::<u8>()
        .map_addr(|address| address & !(BLOCK_SIZE - 1))
}

/// The home of a footer, wherever in its block the footer lies.
#[inline(always)]
pub(crate) fn home_of(footer: *mut Footer) -> *mut Footer {
    let home = |address: usize| (address | (BLOCK_SIZE - 1)).wrapping_sub(BLOCK_SIZE - 1 - HOME);
    if cfg!(all(target_arch = "riscv32", not(croft_bitcode))) {
        // A pointer's distance from another one would be computed, in two instructions more.
        return core::ptr::with_exposed_provenance_mut(home(footer.expose_provenance()));
    }
    footer.map_addr(home)
}
