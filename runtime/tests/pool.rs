//! Pools: which buffers become one, how blocks are counted, and when a pool is as new.

use std::mem::MaybeUninit;

use croft_runtime::abi::{croft_pool_init, pop, push};
use croft_runtime::layout::{BLOCK_SIZE, HOME, PAYLOAD};
use croft_runtime::pool::{PoolError, Stats};
use croft_runtime::runs::LARGEST;
use croft_runtime::scope::{Blocks, Pool};

mod static_pool;
use static_pool::StaticPool;

#[test]
fn sizes_are_those_of_the_header() {
    assert_eq!(BLOCK_SIZE, 16 * 1024);
    let footer = if size_of::<usize>() == 8 { 48 } else { 24 };
    assert_eq!(HOME, BLOCK_SIZE - footer);
    assert_eq!(PAYLOAD, HOME - 8);
    assert_eq!(LARGEST, 4902 * BLOCK_SIZE - 1024);
}

#[test]
fn a_buffer_must_hold_a_whole_aligned_block() {
    let mut blocks = Blocks::<2>::uninit();
    let bytes = blocks.bytes();
    assert_eq!(Pool::new(&mut []).err(), Some(PoolError::TooSmall));
    assert_eq!(
        Pool::new(&mut bytes[..BLOCK_SIZE - 1]).err(),
        Some(PoolError::TooSmall)
    );
    assert_eq!(
        Pool::new(&mut bytes[1..2 * BLOCK_SIZE - 1]).err(),
        Some(PoolError::TooSmall)
    );
    assert_eq!(
        Pool::new(&mut bytes[..BLOCK_SIZE]).unwrap().stats().blocks_total,
        1
    );
    assert_eq!(Pool::new(&mut bytes[1..]).unwrap().stats().blocks_total, 1);
    assert_eq!(Pool::new(bytes).unwrap().stats().blocks_total, 2);
}

#[test]
fn c_status_codes_are_distinct_and_change_nothing() {
    let pool = StaticPool::new(2);
    let whole = pool.range();
    // SAFETY: the pool is locked; refused buffers are never touched.
    unsafe {
        assert_eq!(
            croft_pool_init(std::ptr::null_mut(), BLOCK_SIZE),
            PoolError::Null as i32
        );
        let region = push();
        assert_eq!(
            croft_pool_init(whole.start as *mut u8, BLOCK_SIZE),
            PoolError::Busy as i32
        );
        pop(region);
        assert_eq!(
            croft_pool_init(8 as *mut u8, BLOCK_SIZE),
            PoolError::TooSmall as i32
        );
        let top = (usize::MAX - BLOCK_SIZE + 1) as *mut u8;
        assert_eq!(croft_pool_init(top, BLOCK_SIZE / 2), PoolError::TooHigh as i32);
        assert_eq!(croft_pool_init(top, 2 * BLOCK_SIZE), PoolError::TooHigh as i32);
    }
    assert_eq!(
        pool.stats(),
        Stats {
            blocks_total: 2,
            blocks_in_use: 0,
            blocks_peak: 1,
            uses: 1
        }
    );
}

#[test]
fn an_idle_pool_hands_out_its_blocks_in_order_again() {
    let mut blocks = Blocks::<4>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let block_of = |object: &u8| std::ptr::from_ref(object).addr() & !(BLOCK_SIZE - 1);

    let (one, two) = (pool.region(), pool.region());
    let (first, second) = (block_of(one.alloc(0)), block_of(two.alloc(0)));
    assert_eq!(second, first + BLOCK_SIZE);
    drop(one);
    let three = pool.region();
    assert_eq!(
        block_of(three.alloc(0)),
        first,
        "the free list comes before fresh blocks"
    );
    drop(two);
    drop(three);

    let regions: [_; 4] = std::array::from_fn(|_| pool.region());
    let starts = regions.each_ref().map(|region| block_of(region.alloc(0)));
    assert_eq!(starts, [0, 1, 2, 3].map(|index| first + index * BLOCK_SIZE));
    assert_eq!(pool.check_invariants(), Ok(()));
}

#[test]
fn counters_are_exact() {
    let mut blocks = Blocks::<8>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let counters = || {
        let Stats {
            blocks_in_use,
            blocks_peak,
            uses,
            ..
        } = pool.stats();
        (blocks_in_use, blocks_peak, uses)
    };
    assert_eq!(counters(), (0, 0, 0));
    let mut region = pool.region();
    let opened = usize::from(!cfg!(any(feature = "threads", feature = "critical-section")));
    assert_eq!(counters(), (0, 0, opened), "an empty region owns no block");
    region.alloc([1u8; 9]);
    assert_eq!(counters(), (1, 1, 1));
    for _ in 0..4 {
        region.alloc_uninit_slice::<u8>(PAYLOAD);
    }
    assert_eq!(counters(), (5, 5, 1));
    region.reset();
    assert_eq!(counters(), (1, 5, 1), "a reset keeps one block");
    region.region().alloc(1u8);
    assert_eq!(counters(), (1, 5, 1), "the pool is in use already");
    drop(region);
    assert_eq!(counters(), (0, 5, 1));
    pool.region().alloc(1u8);
    assert_eq!(
        counters(),
        (0, 5, 2),
        "the peak outlives the reset of an idle pool"
    );
}

#[test]
fn ten_million_regions_run_in_constant_memory() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    for step in 0..10_000_000u32 {
        pool.scope(|region| *region.alloc(step));
    }
    assert_eq!(
        pool.stats(),
        Stats {
            blocks_total: 2,
            blocks_in_use: 0,
            blocks_peak: 1,
            uses: 10_000_000
        }
    );
}

#[test]
fn a_pool_moves_to_another_thread_between_regions() {
    let mut blocks = Blocks::<1>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    pool.region().alloc(1);
    let stats = std::thread::scope(|threads| {
        let body = move || {
            pool.region().alloc(2);
            pool.stats()
        };
        threads.spawn(body).join().unwrap()
    });
    assert_eq!(stats.uses, 2);
}

#[test]
fn a_forgotten_region_leaks_its_blocks_and_nothing_else() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.region();
    region.alloc(1);
    std::mem::forget(region);
    pool.scope(|region| region.alloc_uninit_slice::<MaybeUninit<u8>>(PAYLOAD).len());
    assert_eq!(pool.stats().blocks_in_use, 1);
    assert_eq!(pool.check_invariants(), Ok(()));
}
