//! Debug mode's entry points on programs that are right: they grant what release code grants, objects stay whole, and
//! what has ended is poisoned and not handed out again soon. (What they do to wrong programs is seen in whole
//! programs, by `tests/suites/debug.rs`: a report ends the process.)

use std::ptr::null;

use croft_runtime::debug::pool::{croft_rt_debug_pool_init, croft_rt_debug_pool_stats};
use croft_runtime::debug::*;
use croft_runtime::kernel::*;
use croft_runtime::layout::{BLOCK_SIZE, MAX_ALIGN, PAYLOAD, UNBOUNDED};
use croft_runtime::pool::Stats;
use croft_runtime::region::Descriptor;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod static_pool;
use static_pool::StaticPool;

const POOL_BLOCKS: usize = 6;

/// An operation; regions are named by their depth, modulo how many are open.
#[derive(Clone, Copy, Debug)]
enum Step {
    Push(usize),
    Pop,
    Reset(usize),
    Alloc(usize, usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let budget = prop_oneof![Just(UNBOUNDED), 0..200usize, 0..3 * BLOCK_SIZE];
    // Of larger ones docs/DEBUG.md tells the limits.
    let size = prop_oneof![4 => 0..100usize, 2 => 0..=PAYLOAD, 1 => Just(usize::MAX)];
    let align = prop_oneof![
        9 => (0..13u32).prop_map(|power| 1usize << power),
        1 => prop::sample::select(vec![0, 3, 2 * MAX_ALIGN]),
    ];
    prop_oneof![
        3 => budget.prop_map(Step::Push),
        2 => Just(Step::Pop),
        1 => any::<usize>().prop_map(Step::Reset),
        14 => (any::<usize>(), size, align).prop_map(|(region, size, align)| Step::Alloc(region, size, align)),
    ]
}

/// Which of the allocations release code grants. Regions are opened in frames, lazily.
fn granted(steps: &[Step]) -> Vec<bool> {
    let _pool = StaticPool::new(POOL_BLOCKS);
    let mut regions: Vec<Box<Descriptor>> = Vec::new();
    let mut granted = Vec::new();
    for step in steps {
        let depth = regions.len().max(1);
        // SAFETY: the pool is locked; regions are open until popped, and stay where they are.
        unsafe {
            match *step {
                Step::Push(budget) => {
                    let mut region = Box::new(std::mem::zeroed());
                    if budget == UNBOUNDED {
                        croft_rt_open(&mut *region);
                    } else {
                        croft_rt_open_bounded(&mut *region, budget);
                    }
                    regions.push(region);
                }
                Step::Pop => {
                    if let Some(mut region) = regions.pop() {
                        croft_rt_pop(&mut *region);
                    }
                }
                Step::Reset(region) => {
                    if let Some(region) = regions.get_mut(region % depth) {
                        croft_rt_reset(&mut **region);
                    }
                }
                Step::Alloc(region, size, align) => {
                    if let Some(region) = regions.get_mut(region % depth) {
                        granted.push(!croft_rt_try_alloc(&mut **region, size, align).is_null());
                    }
                }
            }
        }
    }
    while let Some(mut region) = regions.pop() {
        // SAFETY: as above.
        unsafe { croft_rt_pop(&mut *region) };
    }
    granted
}

/// The objects of a region that is open, each filled with a byte of its own.
struct Open {
    handle: Handle,
    objects: Vec<(*mut u8, usize, u8)>,
}

impl Open {
    /// Every object is whole. Afterwards, and for `how`, every byte of them is poison.
    fn end(&mut self, how: impl FnOnce(Handle)) {
        let bytes = |object: *mut u8, size: usize| {
            // SAFETY: memory of the locked pool.
            unsafe { std::slice::from_raw_parts(object, size) }
        };
        for (object, size, pattern) in &self.objects {
            assert!(bytes(*object, *size).iter().all(|byte| byte == pattern));
        }
        how(self.handle);
        for (object, size, _) in self.objects.drain(..) {
            assert!(bytes(object, size).iter().all(|byte| *byte == POISON));
        }
    }
}

fn debug_grants(steps: &[Step], release: &[bool]) {
    let pool = StaticPool::new(POOL_BLOCKS);
    let mut regions: Vec<Open> = Vec::new();
    let mut release = release.iter();
    let mut pattern = 0_u8;
    // SAFETY (all calls below): the pool is locked, and places may be null.
    for step in steps {
        let depth = regions.len().max(1);
        match *step {
            Step::Push(budget) => regions.push(Open {
                // SAFETY: see above.
                handle: unsafe { croft_rt_debug_push_bounded(budget, null()) },
                objects: Vec::new(),
            }),
            Step::Pop => {
                if let Some(mut region) = regions.pop() {
                    // SAFETY: see above.
                    region.end(|handle| unsafe { croft_rt_debug_pop(handle, null()) });
                }
            }
            Step::Reset(region) => {
                if let Some(region) = regions.get_mut(region % depth) {
                    // SAFETY: see above.
                    region.end(|handle| unsafe { croft_rt_debug_reset(handle, null()) });
                }
            }
            Step::Alloc(region, size, align) => {
                let Some(region) = regions.get_mut(region % depth) else {
                    continue;
                };
                // SAFETY: see above.
                let object = unsafe { croft_rt_debug_try_alloc(region.handle, size, align, null()) };
                let expected = *release.next().expect("the same allocations");
                // Only debug mode looks for powers of two.
                assert!(
                    !expected || !object.is_null() || !align.is_power_of_two(),
                    "{step:?} is granted in release only"
                );
                assert!(object.is_null() || align.is_power_of_two());
                if !object.is_null() {
                    assert!(object.addr().is_multiple_of(align) && pool.range().contains(&object.addr()));
                    pattern = pattern.wrapping_add(1) % 0xC0;
                    // SAFETY: a new object, and checks of accesses within it.
                    unsafe {
                        object.write_bytes(pattern, size);
                        croft_rt_debug_write(object, size, null());
                        croft_rt_debug_read(object.wrapping_add(size), 0, null());
                    }
                    region.objects.push((object, size, pattern));
                }
                if expected == object.is_null() {
                    // From here on the pools differ: debug mode keeps no block through a reset.
                    break;
                }
            }
        }
    }
    while let Some(mut region) = regions.pop() {
        // SAFETY: see above.
        region.end(|handle| unsafe { croft_rt_debug_pop(handle, null()) });
    }
    assert_eq!(stats().blocks_in_use, 0);
}

fn stats() -> Stats {
    let mut stats = std::mem::MaybeUninit::uninit();
    // SAFETY: the caller has locked the pool.
    unsafe {
        croft_rt_debug_pool_stats(stats.as_mut_ptr(), null());
        stats.assume_init()
    }
}

/// A fixed seed, so that every run is the same.
fn config() -> ProptestConfig {
    let seed = 0x0c20_f701;
    println!("seed: {seed:#x}");
    ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn what_release_grants_debug_grants(steps in prop::collection::vec(step(), 1..150)) {
        let release = granted(&steps);
        debug_grants(&steps, &release);
    }
}

#[test]
fn blocks_are_used_again_as_late_as_possible() {
    let _pool = StaticPool::new(4);
    let block = |handle| {
        // SAFETY: the pool is locked and the region open.
        let object = unsafe { croft_rt_debug_alloc(handle, 8, 8, null()) };
        object.addr() / BLOCK_SIZE
    };
    // SAFETY: the pool is locked.
    unsafe {
        let kept = croft_rt_debug_push(null());
        let outer = block(kept);
        let mut seen = Vec::new();
        for _ in 0..7 {
            let region = croft_rt_debug_push(null());
            seen.push(block(region) - outer);
            croft_rt_debug_pop(region, null());
        }
        assert_eq!(seen, [1, 2, 3, 1, 2, 3, 1]);
        croft_rt_debug_reset(kept, null());
        assert_eq!(block(kept) - outer, 2, "a reset takes another block");
        croft_rt_debug_pop(kept, null());
    }
}

#[test]
fn every_push_has_a_handle_of_its_own() {
    let _pool = StaticPool::new(1);
    let mut handles = std::collections::HashSet::new();
    for _ in 0..1000 {
        // SAFETY: the pool is locked.
        unsafe {
            let region = croft_rt_debug_push(null());
            assert!(handles.insert(region) && !region.is_null());
            croft_rt_debug_pop(region, null());
        }
    }
}

#[test]
fn a_pool_that_is_given_again_is_a_new_one() {
    let pool = StaticPool::new(2);
    let (buffer, bytes) = (pool.range().start as *mut u8, pool.range().len());
    // SAFETY: the pool is locked, and the buffer is its own.
    unsafe {
        let region = croft_rt_debug_push(null());
        croft_rt_debug_alloc(region, 8, 8, null());
        assert_eq!(croft_rt_debug_pool_init(buffer, bytes, null()), 3, "busy");
        croft_rt_debug_pop(region, null());
        assert_eq!((stats().blocks_peak, stats().uses), (1, 1));
        assert_eq!(croft_rt_debug_pool_init(buffer, bytes, null()), 0);
        assert_eq!((stats().blocks_peak, stats().uses), (0, 0));
        assert_eq!(croft_rt_debug_pool_init(buffer, 1, null()), 2, "too small");
        assert_eq!(stats().blocks_total, 2);
    }
}
