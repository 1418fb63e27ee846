//! Blocks: the fixed unit of memory, and the footer that links them.
//!
//! A block is [`BLOCK_SIZE`] bytes at a multiple of [`BLOCK_SIZE`]. Objects fill it from the front;
//! its last bytes are the [`Footer`]. A header in front would share a cache line with the first
//! object and cost the start its alignment.
//!
//! A region's blocks form a **chain** from the oldest to the newest, a pool's free blocks a list;
//! both use the same field, so that a whole chain joins the list by writing one link.
//!
//! Invariants:
//! - *Block-I1*: a block's address is a multiple of [`BLOCK_SIZE`], and the block lies in its
//!   pool's buffer.
//! - *Block-I2*: a block is owned by exactly one region, or is on the free list, or has never been
//!   used.
//! - *Block-I3*: in a chain every block but the newest links to the next younger one; the newest
//!   block's link is unspecified.
//! - *Block-I4*: `count` of the k-th block of a chain is k, counted from 1.
//! - *Block-I5*: objects lie between `start` and [`PAYLOAD`]: a footer is never handed out.

use crate::layout::{BLOCK_SIZE, PAYLOAD};

/// What a block keeps about itself and its place in a chain. Valid while a region owns the block;
/// on the free list only `next` means anything.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub struct Footer {
    /// The next younger block of the chain, or the next block of the free list.
    pub next: *mut u8,
    /// Bytes the region might still hand out when it entered this block;
    /// [`UNBOUNDED`](crate::layout::UNBOUNDED) if it has no budget.
    pub budget: usize,
    /// Blocks in the chain up to this one.
    pub count: u32,
    /// Offset of the first byte for objects: 0, or past the region's descriptor.
    pub start: u32,
    /// The pool's push counter when the block was entered: never 0 in an owned block. Debug builds
    /// of a kernel set it to 0 when the region ends.
    pub stamp: usize,
}

/// The footer of `block`.
///
/// The address is computed only; the caller may use it under *Block-I1*.
#[inline(always)]
pub(crate) fn footer(block: *mut u8) -> *mut Footer {
    block.wrapping_byte_add(PAYLOAD).cast()
}

/// The block in which `limit` lies. A limit is at most the start of a footer, so it never belongs
/// to the next block.
#[inline(always)]
pub(crate) fn block_of(limit: *mut u8) -> *mut u8 {
    limit.map_addr(|address| address & !(BLOCK_SIZE - 1))
}

/// The first byte for objects in a block that `start` bytes are reserved in.
#[inline(always)]
pub(crate) fn first_byte(block: *mut u8, start: u32) -> *mut u8 {
    block.wrapping_byte_add(start as usize)
}

/// The end of the bytes that a region with `budget` bytes left may hand out in a block.
#[inline(always)]
pub(crate) fn limit_in(block: *mut u8, start: u32, budget: usize) -> *mut u8 {
    let room = PAYLOAD.wrapping_sub(start as usize);
    let room = if budget < room { budget } else { room };
    first_byte(block, start).wrapping_byte_add(room)
}
