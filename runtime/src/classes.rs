//! Size classes of runs.
//!
//! A run has as many blocks as the smallest class that holds the object. Classes grow by a third, so
//! at most a quarter of a run is unused, beside what rounding up to whole blocks costs and [`ROOM`], and [`CLASSES`] of them reach
//! from two blocks to [`LARGEST`].

use crate::layout::BLOCK_SIZE;

/// How many classes there are: the bound of every loop over them.
pub const CLASSES: usize = 25;

/// The blocks of a run, by class.
pub const BLOCKS: [usize; CLASSES] = {
    let mut blocks = [2; CLASSES];
    let mut class = 1;
    while class < CLASSES {
        // The largest size of which the smallest object of the class takes three quarters.
        blocks[class] = (blocks[class - 1] + 1) * 4 / 3;
        class += 1;
    }
    blocks
};

/// Bytes at the end of a run that the object cannot use: what the run keeps about itself.
pub const ROOM: usize = 1024;

/// The largest object, in bytes: 80,313,344 with blocks of 16 KiB.
pub const LARGEST: usize = BLOCKS[CLASSES - 1] * BLOCK_SIZE - ROOM;

const _: () = assert!(size_of::<crate::runs::Run>() <= ROOM && CLASSES <= 32);

/// The bytes of a run of that class, below [`CLASSES`].
#[inline(always)]
pub(crate) fn bytes_of(class: usize) -> usize {
    // As long as the mask, so that no bounds are checked.
    const TABLE: [usize; 32] = {
        let mut table = [0; 32];
        let mut class = 0;
        while class < CLASSES {
            table[class] = BLOCKS[class] * BLOCK_SIZE;
            class += 1;
        }
        table
    };
    TABLE[class & 31]
}

/// The class of the smallest run for an object of `size` bytes, at most [`LARGEST`]. A binary search:
/// five comparisons.
#[inline(always)]
pub(crate) fn class_of(size: usize) -> usize {
    let blocks = size.wrapping_add(ROOM + BLOCK_SIZE - 1) / BLOCK_SIZE;
    let mut class = 0;
    let mut step = 16;
    while step != 0 {
        let next = class + step;
        if next < CLASSES + 1 && BLOCKS[next - 1] < blocks {
            class = next;
        }
        step /= 2;
    }
    class
}
