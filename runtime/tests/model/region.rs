//! What a region should be, and which requests it should grant.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;

use croft_runtime::layout::{BLOCK_SIZE, HOME, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::runs::{BLOCKS, CLASSES, LARGEST, ROOM};

use super::cleanup::Registered;
use super::memory::{COUNTS_OPEN, Memory};

/// What a region should be.
pub struct Shadow {
    pub descriptor: *mut Descriptor,
    /// Whether the descriptor lies in a frame, which is this structure's to free; if not, its block holds it.
    framed: bool,
    pub budget: Option<usize>,
    /// Bytes charged since the last reset.
    pub charged: usize,
    pub blocks: usize,
    /// Offset of the frontier in the newest block, before what a run took of the budget.
    pub offset: usize,
    /// Offset of the limit in the newest block.
    pub limit: usize,
    /// Runs, by class.
    pub runs: [usize; CLASSES],
    /// Live objects by address: where, length, pattern.
    pub objects: BTreeMap<usize, (*const u8, usize, u8)>,
    /// What was registered since the last reset, the oldest first.
    pub cleanups: Vec<Registered>,
}

impl Shadow {
    /// A region that was just opened and owns that many blocks. A frame is what [`frame`] made.
    pub fn new(descriptor: *mut Descriptor, framed: bool, budget: Option<usize>, blocks: usize) -> Self {
        let mut region = Self {
            descriptor,
            framed,
            budget,
            charged: 0,
            blocks,
            offset: 0,
            limit: 0,
            runs: [0; CLASSES],
            objects: BTreeMap::new(),
            cleanups: Vec::new(),
        };
        region.limit = region.first_limit();
        region
    }

    /// Blocks that it owns, those of its runs included.
    pub fn owns(&self) -> usize {
        let runs = self.runs.iter().zip(BLOCKS).map(|(count, blocks)| count * blocks);
        self.blocks + runs.sum::<usize>()
    }

    /// Offset of the limit in the first block.
    pub fn first_limit(&self) -> usize {
        self.budget.map_or(HOME, |budget| PAYLOAD.min(budget & !7))
    }

    /// Predicts a request, and carries it out in the model if it will be granted.
    pub fn grant(&mut self, size: Option<usize>, align: usize, pool: &mut Memory) -> bool {
        let Some(size) = size else {
            return false;
        };
        if align == 0 || align > MAX_ALIGN {
            return false;
        }
        let left = self
            .budget
            .map_or(usize::MAX, |budget| (budget & !7) - self.charged);
        if size > PAYLOAD {
            return self.grant_run(size, left, pool);
        }
        let size = size.next_multiple_of(8);
        // As the documentation says of alignments that are no power of two: less than that many bytes.
        let up = |offset: usize| (offset.wrapping_sub(1) | (align - 1)).wrapping_add(1);
        let padding = up(self.offset) - self.offset;
        // A run may have taken the rest of the budget: the frontier is then not where the model has it,
        // but the padding is that of the real one.
        let padding = if self.moved(left) {
            let frontier = self.limit - left;
            up(frontier) - frontier
        } else {
            padding
        };
        if self.blocks > 0 && padding + size <= left && self.frontier(left) + padding + size <= self.limit {
            self.offset = self.frontier(left) + padding + size;
            self.charged += padding + size;
            return true;
        }
        if size > left || !pool.block(self.blocks == 0 && !COUNTS_OPEN) {
            return false;
        }
        self.limit = if self.blocks == 0 && self.budget.is_some() {
            PAYLOAD.min(left)
        } else {
            HOME.min(left)
        };
        self.charged += size;
        self.offset = size;
        self.blocks += 1;
        true
    }

    /// Whether what is left of the budget is less than the room in the newest block.
    pub fn moved(&self, left: usize) -> bool {
        self.blocks > 0 && left < self.limit - self.offset
    }

    /// Offset of the frontier: it moves up to leave as much room as the budget.
    pub fn frontier(&self, left: usize) -> usize {
        if self.moved(left) {
            self.limit - left
        } else {
            self.offset
        }
    }

    pub fn grant_run(&mut self, size: usize, left: usize, pool: &mut Memory) -> bool {
        if size > LARGEST || size.next_multiple_of(8) > left {
            return false;
        }
        let class = BLOCKS
            .iter()
            .position(|&blocks| size + ROOM <= blocks * BLOCK_SIZE)
            .unwrap();
        let Some(class) = pool.run(class, self.blocks == 0) else {
            return false;
        };
        if self.blocks == 0 {
            self.blocks = 1;
            self.limit = if self.budget.is_some() {
                PAYLOAD.min(left)
            } else {
                HOME
            };
        }
        self.charged += size.next_multiple_of(8);
        self.runs[class] += 1;
        true
    }

    /// Reads every object.
    pub fn check_objects(&self) {
        for &(start, length, pattern) in self.objects.values() {
            // SAFETY: an object of this length lives there.
            let bytes = unsafe { std::slice::from_raw_parts(start, length) };
            assert!(bytes.iter().all(|&byte| byte == pattern), "contents survive");
        }
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        if self.framed {
            // SAFETY: `frame` made it, and nothing else refers to a region that has ended.
            drop(unsafe { Box::from_raw(self.descriptor.cast::<MaybeUninit<Descriptor>>()) });
        }
    }
}

/// Memory for a descriptor, as a function's frame would be. A raw pointer, because a box that moves must not be referred to.
pub fn frame() -> *mut Descriptor {
    Box::into_raw(Box::<Descriptor>::new_uninit()).cast()
}
