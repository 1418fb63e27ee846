//! What the pool should have.

use croft_runtime::runs::{BLOCKS, CLASSES};

use super::region::Shadow;

/// What the pool should have.
pub struct Memory {
    /// Blocks of the pool.
    pub total: usize,
    /// Regions that own memory.
    pub owners: usize,
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
            owners: 0,
            gap: total,
            least: total,
            blocks: 0,
            runs: [0; CLASSES],
        }
    }

    /// A region that owns none, if `first`, is to own memory.
    pub fn own(&mut self, first: bool) {
        if first && self.owners == 0 {
            (self.gap, self.blocks, self.runs) = (self.total, 0, [0; CLASSES]);
        }
        self.owners += usize::from(first);
    }

    /// Takes a block.
    pub fn block(&mut self, first: bool) -> bool {
        self.own(first);
        if self.blocks > 0 {
            self.blocks -= 1;
        } else if self.gap > 0 {
            self.gap -= 1;
        } else if let Some(class) = self.runs.iter().position(|&count| count > 0) {
            self.runs[class] -= 1;
            self.gap = BLOCKS[class] - 1;
        } else {
            self.owners -= usize::from(first);
            return false;
        }
        self.least = self.least.min(self.gap);
        true
    }

    /// Takes a run, and a block if `first`; answers its class.
    pub fn run(&mut self, class: usize, first: bool) -> Option<usize> {
        let before = (self.owners, self.gap, self.least, self.blocks, self.runs);
        self.own(first);
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
            (self.owners, self.gap, self.least, self.blocks, self.runs) = before;
        }
        self.least = self.least.min(self.gap);
        taken
    }

    /// Gets back what a region had; all, if `ended`.
    pub fn back(&mut self, region: &mut Shadow, ended: bool) {
        if region.blocks == 0 {
            return;
        }
        self.owners -= usize::from(ended);
        self.blocks += region.blocks - usize::from(!ended);
        for (free, count) in self.runs.iter_mut().zip(&mut region.runs) {
            *free += std::mem::take(count);
        }
    }
}
