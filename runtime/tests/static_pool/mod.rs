//! The static pool for tests: one at a time, over fresh memory, and every region ended afterwards.

#![allow(dead_code, reason = "each test program uses a part")]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::sync::{Mutex, MutexGuard, PoisonError};

use croft_runtime::abi::{croft_pool_check, croft_pool_init, croft_pool_stats};
use croft_runtime::layout::BLOCK_SIZE;
use croft_runtime::pool::{BlockPool, Stats};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The static pool, ours until dropped.
pub struct StaticPool {
    memory: *mut u8,
    buffer: *mut u8,
    bytes: usize,
    layout: Layout,
    _lock: MutexGuard<'static, ()>,
}

impl StaticPool {
    /// Gives the static pool that many blocks.
    pub fn new(blocks: usize) -> Self {
        let lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let (memory, layout) = if std::env::var_os("CROFT_EXACT_POOL").is_some() {
            // What memory checkers see most of: not a byte beside the pool, and none that was written.
            let layout = Layout::from_size_align(blocks * BLOCK_SIZE, BLOCK_SIZE).unwrap();
            // SAFETY: the layout is not empty.
            (unsafe { alloc(layout) }, layout)
        } else {
            // Without an alignment the system's own zeroed pages serve, however many.
            let layout = Layout::from_size_align((blocks + 1) * BLOCK_SIZE, 8).unwrap();
            // SAFETY: the layout is not empty.
            (unsafe { alloc_zeroed(layout) }, layout)
        };
        assert!(!memory.is_null(), "there is memory for the pool");
        let buffer = memory.wrapping_add(memory.align_offset(BLOCK_SIZE));
        // SAFETY: fresh memory, which lives until the lock is released.
        assert_eq!(unsafe { croft_pool_init(buffer, blocks * BLOCK_SIZE) }, 0);
        Self {
            memory,
            buffer,
            bytes: blocks * BLOCK_SIZE,
            layout,
            _lock: lock,
        }
    }

    /// The addresses of the pool.
    pub fn range(&self) -> std::ops::Range<usize> {
        let base = self.buffer as usize;
        base..base + self.bytes
    }

    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            blocks_total: 0,
            blocks_in_use: 0,
            blocks_peak: 0,
            uses: 0,
        };
        // SAFETY: the lock is ours.
        unsafe { croft_pool_stats(&mut stats) };
        stats
    }

    /// The code of the broken invariant, 0 if none is.
    pub fn check(&self) -> i32 {
        // SAFETY: the lock is ours.
        unsafe { croft_pool_check() }
    }
}

impl Drop for StaticPool {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The regions of a failed test must not fail the others; its memory is leaked.
            let pool = croft_runtime::execution::current_pool();
            // SAFETY: the lock is ours, and the test uses its regions no more.
            unsafe { pool.write(BlockPool::new()) };
            return;
        }
        assert_eq!(self.stats().blocks_in_use, 0, "a test left regions open");
        // SAFETY: no region owns a block of it, and the next test gives the pool another buffer.
        unsafe { dealloc(self.memory, self.layout) };
    }
}
