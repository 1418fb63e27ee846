//! Pools of the safe API for tests: fresh memory, every invariant checked and every region ended afterwards.

use croft_runtime::layout::BLOCK_SIZE;
use croft_runtime::scope::Pool;

/// Memory for a pool; only what is written takes any of the machine's.
fn memory(blocks: usize) -> Vec<u8> {
    Vec::with_capacity((blocks + 1) * BLOCK_SIZE)
}

/// Runs `body` on a pool of so many blocks.
pub fn on_pool<R>(blocks: usize, body: impl FnOnce(&Pool<'_>) -> R) -> R {
    let mut memory = memory(blocks);
    let buffer = memory.spare_capacity_mut();
    let lead = buffer.as_ptr().align_offset(BLOCK_SIZE);
    let pool = Pool::new(&mut buffer[lead..lead + blocks * BLOCK_SIZE]).unwrap();
    let result = body(&pool);
    pool.check_invariants().unwrap();
    assert_eq!(pool.stats().blocks_in_use, 0);
    result
}
