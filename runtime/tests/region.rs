//! Regions through the entry points of compiled code and of C: addresses, budgets, resets, debug
//! twins.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

use croft_runtime::abi;
use croft_runtime::invariants::check_region;
use croft_runtime::kernel::*;
use croft_runtime::layout::{BLOCK_SIZE, HOME, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::runs::LARGEST;

mod static_pool;
use static_pool::StaticPool;

/// A lazily opened region, ended when dropped.
struct Frame(Box<Descriptor>);

impl Frame {
    fn open() -> Self {
        let mut descriptor = Box::new(MaybeUninit::uninit());
        // SAFETY: writable memory for a descriptor, which `croft_rt_open` fills.
        Self(unsafe {
            croft_rt_open(descriptor.as_mut_ptr());
            descriptor.assume_init()
        })
    }

    fn bounded(bytes: usize) -> Self {
        let mut descriptor = Box::new(MaybeUninit::uninit());
        // SAFETY: as above.
        Self(unsafe {
            croft_rt_open_bounded(descriptor.as_mut_ptr(), bytes);
            descriptor.assume_init()
        })
    }

    fn try_alloc(&mut self, size: usize, align: usize) -> *mut u8 {
        // SAFETY: an open region; tests hold the pool's lock.
        unsafe { croft_rt_try_alloc(&mut *self.0, size, align) }
    }

    fn try_array(&mut self, count: usize, size: usize, align: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { croft_rt_try_alloc_array(&mut *self.0, count, size, align) }
    }

    fn reset(&mut self) {
        // SAFETY: as above; the tests use no object of before.
        unsafe { croft_rt_reset(&mut *self.0) }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { croft_rt_pop(&mut *self.0) }
    }
}

/// The blocks of a region, whose invariants hold.
fn owned(region: &Frame) -> usize {
    // SAFETY: an open region; tests hold the pool's lock.
    unsafe { check_region(croft_runtime::execution::current_pool(), &*region.0) }.unwrap()
}

#[test]
fn objects_are_aligned_and_adjacent() {
    let _pool = StaticPool::new(2);
    let mut region = Frame::open();
    let first = region.try_alloc(1, 1) as usize;
    assert_eq!(first % BLOCK_SIZE, 0);
    assert_eq!(region.try_alloc(9, 4) as usize, first + 8);
    assert_eq!(region.try_alloc(8, 16) as usize, first + 32);
    assert_eq!(region.try_alloc(8, MAX_ALIGN) as usize, first + MAX_ALIGN);
    assert_eq!(region.try_array(3, 5, 1) as usize, first + MAX_ALIGN + 8);
    assert_eq!(region.try_alloc(8, 8) as usize, first + MAX_ALIGN + 24);
}

#[test]
fn objects_of_size_zero_take_nothing() {
    let _pool = StaticPool::new(1);
    let mut region = Frame::bounded(8);
    let objects = [
        region.try_alloc(0, 1),
        region.try_array(0, 16, 8),
        region.try_alloc(8, 8),
    ];
    assert!(!objects[0].is_null());
    assert_eq!(objects, [objects[0]; 3]);
    assert!(region.try_alloc(1, 1).is_null());
    assert!(
        !region.try_alloc(0, 8).is_null(),
        "granted by an exhausted budget"
    );
}

#[test]
fn the_largest_object_fills_a_block_and_a_larger_one_needs_more() {
    let pool = StaticPool::new(2);
    let mut region = Frame::open();
    assert!(region.try_alloc(PAYLOAD + 1, 8).is_null());
    assert!(region.try_alloc(LARGEST + 1, 8).is_null());
    assert!(region.try_alloc(usize::MAX, 8).is_null());
    assert!(
        region.try_alloc(usize::MAX - 6, 8).is_null(),
        "rounding up would wrap"
    );
    assert!(region.try_array(usize::MAX / 2, 3, 8).is_null());
    assert_eq!(pool.stats().blocks_in_use, 0, "a refused request takes no block");
    assert_eq!(region.try_alloc(PAYLOAD, MAX_ALIGN) as usize % BLOCK_SIZE, 0);
    assert_eq!(region.try_alloc(16, 8) as usize % BLOCK_SIZE, 0);
    assert_eq!(pool.stats().blocks_in_use, 2);
}

#[test]
fn alignments_that_are_0_or_too_large_are_refused() {
    let _pool = StaticPool::new(1);
    let mut region = Frame::open();
    for align in [0, MAX_ALIGN + 1, 2 * MAX_ALIGN, usize::MAX] {
        assert!(region.try_alloc(8, align).is_null(), "{align}");
    }
    assert_eq!(owned(&region), 0);
}

/// What the documentation says of alignments that are no power of two.
#[test]
fn other_alignments_are_rounded_down_to_what_divides_them() {
    let _pool = StaticPool::new(60);
    let mut region = Frame::open();
    let mut end = region.try_alloc(8, 8) as usize + 8;
    for align in (1..=MAX_ALIGN).filter(|align| align % 7 == 0 || align % 24 == 0) {
        let object = region.try_alloc(24, align) as usize;
        let divides = 1 << align.trailing_zeros().max(3);
        assert!(object.is_multiple_of(divides), "{align}");
        let is_next = (end..end + align).contains(&object);
        assert!(is_next || object.is_multiple_of(BLOCK_SIZE), "{align}");
        end = object + 24;
    }
}

#[test]
fn budgets_are_exact() {
    let pool = StaticPool::new(4);
    // Rounded sizes and padding are charged: 8 + 8 padding + 16 = 32.
    let mut region = Frame::bounded(32);
    assert!(!region.try_alloc(1, 1).is_null());
    assert!(!region.try_alloc(16, 16).is_null());
    assert!(region.try_alloc(1, 1).is_null());
    region.reset();
    assert!(!region.try_alloc(32, 8).is_null(), "a reset renews the budget");
    drop(region);

    // A budget that is no multiple of 8 serves only whole steps.
    let mut region = Frame::bounded(23);
    assert!(!region.try_alloc(16, 8).is_null());
    assert!(region.try_alloc(1, 1).is_null());
    drop(region);

    // Space left at the end of a block is not charged, and costs no budget in the next.
    let mut region = Frame::bounded(PAYLOAD - 8 + 64);
    assert!(!region.try_alloc(PAYLOAD - 8, 8).is_null());
    assert!(!region.try_alloc(24, 8).is_null());
    assert!(!region.try_alloc(40, 8).is_null());
    assert!(region.try_alloc(1, 8).is_null());
    assert_eq!(pool.stats().blocks_in_use, 2);
    drop(region);

    let mut region = Frame::bounded(0);
    assert!(region.try_alloc(1, 1).is_null());
    assert_eq!(pool.stats().blocks_in_use, 0);
}

#[test]
fn a_pushed_region_keeps_its_descriptor_in_its_block_uncharged() {
    let pool = StaticPool::new(2);
    // SAFETY: the pool is locked; the region is open until popped.
    unsafe {
        let plain = croft_rt_push();
        assert_eq!(plain as usize % BLOCK_SIZE, HOME);
        croft_rt_pop(plain);
        let region = croft_rt_push_bounded(PAYLOAD + 64);
        assert_eq!(region as usize % BLOCK_SIZE, PAYLOAD);
        assert_eq!(pool.stats().blocks_in_use, 1);
        let first = croft_rt_alloc(region, PAYLOAD, 8) as usize;
        assert_eq!(first, region as usize - PAYLOAD);
        assert!(!croft_rt_try_alloc(region, 64, 8).is_null());
        assert!(croft_rt_try_alloc(region, 1, 1).is_null());
        assert_eq!(
            check_region(croft_runtime::execution::current_pool(), region),
            Ok(2)
        );
        croft_rt_reset(region);
        assert_eq!(croft_rt_alloc_array(region, 4, 8, 8) as usize, first);
        assert_eq!(
            check_region(croft_runtime::execution::current_pool(), region),
            Ok(1)
        );
        croft_rt_pop(region);
    }
    assert_eq!(pool.stats().blocks_in_use, 0);
}

#[test]
fn a_reset_gives_back_all_blocks_but_the_oldest() {
    let pool = StaticPool::new(8);
    let mut region = Frame::open();
    region.reset();
    assert_eq!(owned(&region), 0, "a reset of an empty region does nothing");
    let first = region.try_alloc(PAYLOAD, 8);
    for _ in 0..6 {
        assert!(!region.try_alloc(PAYLOAD, 8).is_null());
    }
    region.reset();
    assert_eq!(pool.stats().blocks_in_use, 1);
    assert_eq!(pool.check(), 0);
    assert_eq!(region.try_alloc(8, 8), first);
    region.reset();
    assert_eq!(region.try_alloc(8, 8), first);
}

#[test]
fn c_operations_are_the_same_and_refuse_null() {
    let pool = StaticPool::new(2);
    // SAFETY: the pool is locked; regions are open until popped.
    unsafe {
        assert!(abi::try_alloc(null_mut(), 8, 8).is_null());
        assert!(abi::try_alloc_array(null_mut(), 1, 8, 8).is_null());
        abi::keepalive(std::ptr::null());
        let region = abi::push_bounded(64);
        let first = abi::alloc(region, 16, 8);
        assert_eq!(abi::alloc_array(region, 2, 8, 8) as usize, first as usize + 16);
        assert_eq!(abi::try_alloc(region, 16, 16) as usize, first as usize + 32);
        assert!(abi::try_alloc(region, 17, 8).is_null());
        assert!(abi::try_alloc_array(region, usize::MAX, 2, 8).is_null());
        abi::reset(region);
        assert_eq!(abi::try_alloc_array(region, 8, 8, 8), first);
        abi::pop(region);
    }
    assert_eq!(pool.stats().blocks_in_use, 0);
}
