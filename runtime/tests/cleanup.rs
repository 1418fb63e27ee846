//! Cleanups of regions: a model under random operations, exhaustion at each registration, and what a pop costs.
//!
//! The model is a list of names for each region. Every cleanup writes its name into a log, so order and number are seen, not
//! inferred.

use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::ptr;

use croft_runtime::abi;
use croft_runtime::cleanup::{Registration, croft_rt_cancel_cleanup, croft_rt_run_cleanup};
use croft_runtime::invariants::check_region;
use croft_runtime::kernel::*;
use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::scope::{Blocks, Pool};

mod static_pool;
use static_pool::StaticPool;

thread_local! {
    static LOG: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A cleanup whose object is the address of a number in the region: it must still be whole.
unsafe extern "C" fn note(object: *mut u8) {
    // SAFETY: the tests register it for a number that lives as long as the region.
    let name = unsafe { object.cast::<usize>().read() };
    LOG.with_borrow_mut(|log| log.push(name));
}

fn taken_log() -> Vec<usize> {
    LOG.take()
}

/// A number that repeats for a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }
}

/// A region and what the model knows of it.
struct Modelled {
    region: *mut Descriptor,
    /// The descriptor, if it is a frame's.
    _frame: Option<Box<MaybeUninit<Descriptor>>>,
    /// Pending cleanups, the oldest first.
    pending: Vec<(usize, *mut Registration)>,
    /// Those that ran or were cancelled in this life of the region.
    done: Vec<*mut Registration>,
}

fn open(random: &mut Random) -> Modelled {
    let how = random.below(5);
    let mut frame = (how >= 2).then(|| Box::new(MaybeUninit::<Descriptor>::uninit()));
    // SAFETY: the pool is locked and ample; a frame outlives its region.
    let region = unsafe {
        match (how, &mut frame) {
            (0, _) => abi::push(),
            (2, Some(frame)) => {
                croft_rt_open(frame.as_mut_ptr());
                frame.as_mut_ptr()
            }
            (3, Some(frame)) => {
                croft_rt_open_eager(frame.as_mut_ptr());
                frame.as_mut_ptr()
            }
            (_, Some(frame)) => {
                croft_rt_open_bounded(frame.as_mut_ptr(), 1 << 20);
                frame.as_mut_ptr()
            }
            _ => abi::push_bounded(1 << 20),
        }
    };
    Modelled {
        region,
        _frame: frame,
        pending: Vec::new(),
        done: Vec::new(),
    }
}

/// The names of what ends, the newest first.
fn expected(ending: &mut Modelled) -> Vec<usize> {
    ending.done.clear();
    let mut names: Vec<usize> = ending.pending.drain(..).map(|(name, _)| name).collect();
    names.reverse();
    names
}

#[test]
fn random_operations_agree_with_a_model() {
    const SEEDS: u64 = 60;
    let pool = StaticPool::new(4000);
    for seed in 1..=SEEDS {
        println!("seed {seed}");
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut regions: Vec<Modelled> = Vec::new();
        let mut names = 0;
        for _ in 0..2000 {
            let depth = regions.len();
            let which = if depth == 0 { 0 } else { random.below(depth) };
            // SAFETY: regions are open, registrations of the present life; objects live in the region.
            unsafe {
                match random.below(16) {
                    0 | 1 if depth < 6 => regions.push(open(&mut random)),
                    _ if depth == 0 => {}
                    2 if depth > 3 => {
                        let mut ending = regions.pop().expect("not empty");
                        let expected = expected(&mut ending);
                        croft_rt_pop(ending.region);
                        assert_eq!(taken_log(), expected);
                    }
                    3 => {
                        let expected = expected(&mut regions[which]);
                        croft_rt_reset(regions[which].region);
                        assert_eq!(taken_log(), expected);
                    }
                    4 | 5 => {
                        let size = [24, PAYLOAD, BLOCK_SIZE, 5 * BLOCK_SIZE][random.below(4)];
                        croft_rt_try_alloc(regions[which].region, size, 8);
                    }
                    6 | 7 => {
                        let pending = &mut regions[which].pending;
                        if !pending.is_empty() {
                            let (name, registration) = pending.remove(random.below(pending.len()));
                            if random.below(2) == 0 {
                                croft_rt_run_cleanup(registration);
                                assert_eq!(taken_log(), [name]);
                            } else {
                                croft_rt_cancel_cleanup(registration);
                            }
                            regions[which].done.push(registration);
                        }
                    }
                    8 => {
                        // A second time does nothing.
                        if let Some(registration) = regions[which].done.last() {
                            croft_rt_run_cleanup(*registration);
                            croft_rt_cancel_cleanup(*registration);
                        }
                    }
                    _ => {
                        let region = regions[which].region;
                        let object = croft_rt_try_alloc(region, size_of::<usize>(), 8).cast::<usize>();
                        if object.is_null() {
                            continue;
                        }
                        names += 1;
                        object.write(names);
                        let registration = croft_rt_try_register_cleanup(region, object.cast(), note);
                        if !registration.is_null() {
                            regions[which].pending.push((names, registration));
                        }
                    }
                }
                assert_eq!(taken_log(), []);
                for modelled in &regions {
                    let state = croft_runtime::execution::current_pool();
                    assert!(check_region(state, modelled.region).is_ok());
                }
            }
            assert_eq!(pool.check(), 0);
        }
        while let Some(mut ending) = regions.pop() {
            let expected = expected(&mut ending);
            // SAFETY: the innermost region, open.
            unsafe { croft_rt_pop(ending.region) };
            assert_eq!(taken_log(), expected);
        }
        assert_eq!(pool.stats().blocks_in_use, 0);
    }
}

/// A registration that is refused has registered nothing, and neither moved the frontier nor taken a block.
#[test]
fn a_refused_registration_changes_nothing() {
    let mut refused = 0;
    for blocks in 1..6 {
        let pool = StaticPool::new(blocks);
        // SAFETY: the region is open during all of this; the object is a number of this frame.
        unsafe {
            let region = abi::push();
            let name = 7_usize;
            let object = (&raw const name).cast_mut().cast::<u8>();
            let mut count = 0;
            loop {
                let before = (pool.stats(), (*region).frontier, (*region).limit);
                if abi::try_register_cleanup(region, object, note).is_null() {
                    assert_eq!(before, (pool.stats(), (*region).frontier, (*region).limit));
                    refused += 1;
                    break;
                }
                count += 1;
            }
            assert_eq!(pool.check(), 0);
            assert!(count >= blocks * PAYLOAD / size_of::<Registration>() - blocks);
            abi::pop(region);
            assert_eq!(taken_log(), vec![7; count]);
        }
    }
    // The same by a budget: four words a registration, then nothing.
    let pool = StaticPool::new(2);
    let words = size_of::<Registration>();
    // SAFETY: as above.
    unsafe {
        let region = abi::push_bounded(3 * words);
        let name = 1_usize;
        let object = (&raw const name).cast_mut().cast::<u8>();
        for _ in 0..3 {
            assert!(!abi::try_register_cleanup(region, object, note).is_null());
        }
        assert!(abi::try_register_cleanup(region, object, note).is_null());
        refused += 1;
        abi::reset(region);
        assert_eq!(taken_log(), [1, 1, 1]);
        assert!(!abi::try_register_cleanup(region, object, note).is_null());
        abi::pop(region);
        assert_eq!(taken_log(), [1]);
        assert!(abi::try_register_cleanup(ptr::null_mut(), object, note).is_null());
    }
    drop(pool);
    assert_eq!(refused, 6);
}

/// A cleanup may use other regions of the pool while its own is ending, take back another, and register one more.
#[test]
fn a_cleanup_may_use_the_pool() {
    let _pool = StaticPool::new(64);
    thread_local! {
        static OTHER: Cell<*mut Registration> = const { Cell::new(ptr::null_mut()) };
    }
    unsafe extern "C" fn busy(_: *mut u8) {
        // SAFETY: the pool is this thread's, and the registration one of the region that is ending.
        unsafe {
            let own = abi::push();
            assert!(!abi::alloc(own, 40 * BLOCK_SIZE / 10, 8).is_null());
            abi::pop(own);
            abi::cancel_cleanup(OTHER.get());
        }
        LOG.with_borrow_mut(|log| log.push(100));
    }
    // SAFETY: the regions are open; the number outlives them.
    unsafe {
        let outer = abi::push();
        let inner = abi::push();
        let number = 5_usize;
        let object = (&raw const number).cast_mut().cast::<u8>();
        abi::cleanup(inner, object, note);
        OTHER.set(abi::register_cleanup(inner, object, note));
        abi::alloc(inner, 2 * BLOCK_SIZE, 8);
        abi::cleanup(inner, ptr::null_mut(), busy);
        abi::pop(inner);
        assert_eq!(taken_log(), [100, 5]);
        abi::pop(outer);
    }
}

/// The safe API: what moves in is dropped once, by an end, a reset, or early.
#[test]
fn values_and_closures_are_dropped_once() {
    struct Counted<'c>(&'c Cell<usize>);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let dropped = Cell::new(0);
    let called = Cell::new(0);
    let mut blocks = Blocks::<8>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    {
        let mut region = pool.region();
        for _ in 0..3 {
            let _ = region.alloc_dropped(Counted(&dropped));
        }
        region.reset();
        assert_eq!(dropped.get(), 3);
        region.cleanup(|| called.set(called.get() + 1)).cancel();
        assert_eq!(called.get(), 0);
        let counted = Counted(&dropped);
        let moved = move || {
            let _moved = &counted;
        };
        region.cleanup(moved).cancel();
        assert_eq!(dropped.get(), 4, "a cancelled closure is dropped");
        let _ = region.cleanup(|| called.set(called.get() + 1));
        region.cleanup(|| called.set(called.get() + 10)).run();
        assert_eq!(called.get(), 10);
        let _ = region.alloc_dropped([0_u8; 3 * BLOCK_SIZE]);
        let _ = region.alloc_dropped(Counted(&dropped));
    }
    assert_eq!((dropped.get(), called.get()), (5, 11));
    // Refused: the value comes back and is dropped by its owner.
    let region = pool.bounded(8);
    let (back, _) = region
        .try_alloc_dropped(Counted(&dropped))
        .map(|_| ())
        .unwrap_err();
    drop(back);
    assert_eq!(dropped.get(), 6);
    drop(region);
    assert_eq!(dropped.get(), 6);
}
