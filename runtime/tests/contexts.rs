//! Contexts of execution in Rust: a pool for each thread, by the safe API and by the C functions; and one pool for several
//! contexts, with critical sections.

use std::thread;

use croft_runtime::scope::{Blocks, Pool};

/// The same numbers by regions and by vectors.
fn rounds(pool: &Pool<'_>, seed: u64) -> u64 {
    let mut state = seed;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut total = 0u64;
    for round in 0..200 {
        let length = 1 + draw(3000) as usize;
        let first = draw(1 << 20);
        let value = |i: usize| first.wrapping_mul(i as u64 + 1).rotate_left(i as u32 % 64);
        let expected: Vec<u64> = (0..length).map(value).collect();
        let sum = pool.scope(|outer| {
            let kept = outer.alloc_slice_fill_with(length, value);
            let mut inner = outer.region();
            for _ in 0..3 {
                let copy = inner.alloc_slice_copy(kept);
                assert_eq!(copy, &expected[..], "round {round}");
                copy.fill(0);
                inner.reset();
            }
            assert_eq!(kept, &expected[..], "round {round}");
            kept.iter()
                .fold(0u64, |sum, &value| sum.wrapping_mul(31).wrapping_add(value))
        });
        total = total.rotate_left(7) ^ sum;
    }
    assert_eq!((pool.stats().blocks_in_use, pool.check_invariants()), (0, Ok(())));
    total
}

fn alone(seed: u64) -> u64 {
    let mut blocks = Box::new(Blocks::<16>::uninit());
    rounds(&Pool::new(blocks.bytes()).unwrap(), seed)
}

/// Each thread makes a pool of its own.
#[test]
fn threads_with_a_pool_each_compute_what_one_computes() {
    let expected: Vec<u64> = (0..4).map(alone).collect();
    let threads: Vec<_> = (0..4).map(|seed| thread::spawn(move || alone(seed))).collect();
    let computed: Vec<u64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(computed, expected);
}

/// A pool may be made here and used there: it is `Send`.
#[test]
fn a_pool_moves_to_the_thread_that_uses_it() {
    let mut blocks = Box::new(Blocks::<16>::uninit());
    let pool = Pool::new(blocks.bytes()).unwrap();
    let (computed, pool) =
        thread::scope(|scope| scope.spawn(move || (rounds(&pool, 5), pool)).join().unwrap());
    assert_eq!(computed, alone(5));
    assert_eq!(rounds(&pool, 5), computed);
}

#[cfg(any(feature = "threads", feature = "critical-section"))]
mod c_functions {
    use croft_runtime::abi::{
        alloc, croft_pool_check, croft_pool_init, croft_pool_stats, pop, push, push_bounded, reset, try_alloc,
    };
    use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
    use croft_runtime::pool::Stats;

    use super::Blocks;

    fn stats() -> Stats {
        let mut stats = Stats {
            blocks_total: 0,
            blocks_in_use: 0,
            blocks_peak: 0,
            uses: 0,
        };
        // SAFETY: memory for the counters; the pool is the thread's, or guarded.
        unsafe { croft_pool_stats(&mut stats) };
        stats
    }

    /// A region with objects in blocks and a run, all of them filled, some ended, and compared in the end.
    fn work(fill: u8) {
        // SAFETY: the regions are this context's, open, and ended innermost first; the pool suffices.
        unsafe {
            let outer = push();
            let objects: Vec<(*mut u8, usize)> = [24, PAYLOAD, 100, 2 * BLOCK_SIZE]
                .into_iter()
                .map(|size| (alloc(outer, size, 8), size))
                .collect();
            for &(object, size) in &objects {
                object.write_bytes(fill, size);
            }
            let inner = push_bounded(3 * PAYLOAD);
            for _ in 0..3 {
                alloc(inner, PAYLOAD, 16).write_bytes(!fill, PAYLOAD);
                assert!(!try_alloc(inner, 64, 64).is_null());
                assert!(try_alloc(inner, 4 * PAYLOAD, 8).is_null());
                reset(inner);
            }
            pop(inner);
            for &(object, size) in &objects {
                let bytes = std::slice::from_raw_parts(object, size);
                assert!(bytes.iter().all(|&byte| byte == fill), "an object has changed");
            }
            pop(outer);
        }
    }

    /// Blocks of a pool in which one thread works at a time.
    const ROOM: usize = 16;

    #[cfg(feature = "threads")]
    #[test]
    fn each_thread_has_a_pool_of_its_own() {
        use std::thread;

        let threads: Vec<_> = (0..4u8)
            .map(|number| {
                thread::spawn(move || {
                    assert_eq!(stats().blocks_total, 0, "a new thread has no pool");
                    // SAFETY: a null buffer is refused.
                    let refused = unsafe { croft_pool_init(std::ptr::null_mut(), 0) };
                    assert_eq!(refused, 1);
                    let mut blocks = Box::new(Blocks::<ROOM>::uninit());
                    let bytes = blocks.bytes();
                    // SAFETY: the buffer lives as long as the thread uses its pool.
                    let status = unsafe { croft_pool_init(bytes.as_mut_ptr().cast(), bytes.len()) };
                    assert_eq!(status, 0);
                    for _ in 0..300 {
                        work(number);
                    }
                    let stats = stats();
                    assert_eq!(
                        (stats.blocks_total, stats.blocks_in_use, stats.uses),
                        (ROOM, 0, 300)
                    );
                    // SAFETY: the pool is the thread's.
                    assert_eq!(unsafe { croft_pool_check() }, 0);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(stats().blocks_total, 0, "this thread has none");
    }

    /// With critical sections and one pool, threads stand for contexts that interrupt each other anywhere outside of them: the
    /// implementation for hosts is a lock.
    #[cfg(all(feature = "critical-section", not(feature = "threads")))]
    #[test]
    fn contexts_share_a_pool() {
        use std::thread;

        const CONTEXTS: usize = 4;
        let mut blocks = Box::new(Blocks::<{ CONTEXTS * ROOM }>::uninit());
        let bytes = blocks.bytes();
        // SAFETY: the buffer outlives the threads below, and nothing uses the pool after them.
        let status = unsafe { croft_pool_init(bytes.as_mut_ptr().cast(), bytes.len()) };
        assert_eq!(status, 0);
        thread::scope(|scope| {
            for number in 0..CONTEXTS {
                scope.spawn(move || {
                    for _ in 0..2000 {
                        work(number as u8);
                        // SAFETY: the check is a critical section too.
                        assert_eq!(unsafe { croft_pool_check() }, 0);
                    }
                });
            }
        });
        let stats = stats();
        assert_eq!(stats.blocks_in_use, 0);
        assert!((1..=CONTEXTS * 2000).contains(&stats.uses), "{}", stats.uses);
    }
}
