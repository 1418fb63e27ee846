//! What the pool should have.

use croft_runtime::runs::{BLOCKS, CLASSES};

use super::region::Shadow;

/// Whether regions count when they are opened: in the build for one context of execution.
pub const COUNTS_OPEN: bool = !cfg!(any(feature = "threads", feature = "critical-section"));

/// What the pool should have.
pub struct Memory {
    /// Blocks of the pool.
    pub total: usize,
    /// Counted regions: those that are open, or that own memory ([`COUNTS_OPEN`]).
    pub counted: usize,
    /// Times that the first region was counted.
    pub uses: usize,
    /// Blocks that were never used in this busy time.
    pub gap: usize,
    /// The smallest gap ever.
    pub least: usize,
    /// Free blocks and runs.
    pub blocks: usize,
    pub runs: [usize; CLASSES],
}

impl Memory {
    /// A pool of that many blocks, never used.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            counted: 0,
            uses: 0,
            gap: total,
            least: total,
            blocks: 0,
            runs: [0; CLASSES],
        }
    }

    /// Counts a region.
    pub fn enter(&mut self) {
        if self.counted == 0 {
            (self.gap, self.blocks, self.runs) = (self.total, 0, [0; CLASSES]);
            self.uses += 1;
        }
        self.counted += 1;
    }

    /// Counts a region no more, which took nothing.
    fn retreat(&mut self) {
        self.counted -= 1;
        self.uses -= usize::from(self.counted == 0);
    }

    /// Takes a block; the first of a region that was not counted, if `first`.
    pub fn block(&mut self, first: bool) -> bool {
        if first {
            self.enter();
        }
        if self.blocks > 0 {
            self.blocks -= 1;
        } else if self.gap > 0 {
            self.gap -= 1;
        } else if let Some(class) = self.runs.iter().position(|&count| count > 0) {
            self.runs[class] -= 1;
            self.gap = BLOCKS[class] - 1;
        } else {
            if first {
                self.retreat();
            }
            return false;
        }
        self.least = self.least.min(self.gap);
        true
    }

    /// Takes a run, and a block if it is the region's `first` memory; answers its class.
    pub fn run(&mut self, class: usize, first: bool) -> Option<usize> {
        let before = (self.gap, self.least, self.blocks, self.runs);
        if first && !COUNTS_OPEN {
            self.enter();
        }
        let fits = |memory: &Self| {
            let larger = (class..CLASSES).find(|&class| memory.runs[class] > 0);
            if memory.runs[class] == 0 && memory.gap >= BLOCKS[class] {
                None
            } else {
                Some(larger)
            }
        };
        // The block comes from the list or the range, never from a run.
        let block = !first || self.blocks > 0 || self.gap > 0;
        if first && block {
            if self.blocks > 0 {
                self.blocks -= 1;
            } else {
                self.gap -= 1;
            }
        }
        let taken = match fits(self) {
            _ if !block => None,
            None => {
                self.gap -= BLOCKS[class];
                Some(class)
            }
            Some(Some(class)) => {
                self.runs[class] -= 1;
                Some(class)
            }
            Some(None) => None,
        };
        if taken.is_none() {
            (self.gap, self.least, self.blocks, self.runs) = before;
            if first && !COUNTS_OPEN {
                self.retreat();
            }
        }
        self.least = self.least.min(self.gap);
        taken
    }

    /// Gets back what a region had; all, if `ended`.
    pub fn back(&mut self, region: &mut Shadow, ended: bool) {
        if ended && (COUNTS_OPEN || region.blocks > 0) {
            self.counted -= 1;
        }
        if region.blocks == 0 {
            return;
        }
        self.blocks += region.blocks - usize::from(!ended);
        for (free, count) in self.runs.iter_mut().zip(&mut region.runs) {
            *free += std::mem::take(count);
        }
    }
}
