//! Segmented arrays against `Vec`: the same elements after any operations, addresses that never change, the limits, and
//! exhaustion at every append.

use std::mem::MaybeUninit;

use croft_runtime::exhaustion::Reason;
use croft_runtime::kernel::{croft_rt_open, croft_rt_pop, croft_rt_push, croft_rt_try_alloc};
use croft_runtime::layout::{BLOCK_SIZE, HOME, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::runs::ROOM;
use croft_runtime::scope::{Pool, Region};
use croft_runtime::segmented::SegmentedVec;
use croft_runtime::segmented::chunks::INLINE;
use croft_runtime::segmented::entry::*;
use croft_runtime::segmented::shape::{SEGMENTS, Shape};
use croft_runtime::segmented::source::REACH;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod static_pool;
use static_pool::StaticPool;

/// Memory for a pool; only what is written takes any of the machine's.
fn memory(blocks: usize) -> Vec<u8> {
    Vec::with_capacity((blocks + 1) * BLOCK_SIZE)
}

/// Runs `body` on a pool of so many blocks.
fn on_pool<R>(blocks: usize, body: impl FnOnce(&Pool<'_>) -> R) -> R {
    let mut memory = memory(blocks);
    let buffer = memory.spare_capacity_mut();
    let lead = buffer.as_ptr().align_offset(BLOCK_SIZE);
    let pool = Pool::new(&mut buffer[lead..lead + blocks * BLOCK_SIZE]).unwrap();
    let result = body(&pool);
    pool.check_invariants().unwrap();
    assert_eq!(pool.stats().blocks_in_use, 0);
    result
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Extend(usize),
    Pop,
    Truncate(usize),
    Clear,
    Set(usize, u64),
    /// Another object of the region.
    Other(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<u64>().prop_map(Step::Push),
        4 => (0..3000usize).prop_map(Step::Extend),
        2 => Just(Step::Pop),
        1 => any::<usize>().prop_map(Step::Truncate),
        1 => Just(Step::Clear),
        3 => (any::<usize>(), any::<u64>()).prop_map(|(index, value)| Step::Set(index, value)),
        2 => (1..PAYLOAD).prop_map(Step::Other),
    ]
}

/// An element: something that is made of a number and gives it back.
trait Element: Copy + PartialEq + std::fmt::Debug {
    fn of(number: u64) -> Self;
}

impl Element for u8 {
    fn of(number: u64) -> Self {
        number as u8
    }
}

impl Element for () {
    fn of(_: u64) -> Self {}
}

impl<const N: usize> Element for [u16; N] {
    fn of(number: u64) -> Self {
        std::array::from_fn(|place| (number as usize).wrapping_add(place) as u16)
    }
}

/// Large alignment, and a size that divides nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(C, align(256))]
struct Wide([u64; 7]);

impl Element for Wide {
    fn of(number: u64) -> Self {
        Self([number; 7])
    }
}

/// Everything that can be read of an array, against what it should hold.
fn compare<T: Element>(array: &SegmentedVec<'_, T>, expected: &[T], addresses: &mut Vec<*const T>) {
    assert_eq!(
        (array.len(), array.is_empty()),
        (expected.len(), expected.is_empty())
    );
    assert!(array.iter().eq(expected), "element by element");
    let joined: Vec<T> = array.chunks().flatten().copied().collect();
    assert_eq!(joined, expected, "by chunks");
    assert!(array.chunks().all(|chunk| !chunk.is_empty()));
    for (index, value) in expected.iter().enumerate() {
        let element = array.get(index).unwrap();
        assert_eq!(element, value);
        let address: *const T = element;
        assert!(address.is_aligned());
        match addresses.get(index) {
            Some(before) => assert_eq!(address, *before, "element {index} has moved"),
            None => addresses.push(address),
        }
    }
    assert_eq!(array.get(expected.len()), None);
    assert_eq!(array.get(usize::MAX), None);
}

fn behaves_as_a_vec<T: Element>(steps: &[Step]) {
    on_pool(2000, |pool| {
        let region = pool.region();
        let mut array = SegmentedVec::new_in(&region);
        let mut expected: Vec<T> = Vec::new();
        let mut addresses = Vec::new();
        for step in steps {
            match *step {
                Step::Push(number) => {
                    assert_eq!(*array.push(T::of(number)), T::of(number));
                    expected.push(T::of(number));
                }
                Step::Extend(count) => {
                    // Large elements by the piece, so that the pool suffices.
                    let count = count.min(200_000 / (size_of::<T>() + 1));
                    array.extend((0..count as u64).map(T::of));
                    expected.extend((0..count as u64).map(T::of));
                }
                Step::Pop => assert_eq!(array.pop(), expected.pop()),
                Step::Truncate(length) => {
                    let length = length % (expected.len() + 2);
                    array.truncate(length);
                    expected.truncate(length);
                }
                Step::Clear => {
                    array.clear();
                    expected.clear();
                }
                Step::Set(index, number) => {
                    let index = index % (expected.len() + 1);
                    assert_eq!(array.get_mut(index).is_some(), index < expected.len());
                    if index < expected.len() {
                        array[index] = T::of(number);
                        expected[index] = T::of(number);
                    }
                }
                Step::Other(size) => {
                    region.alloc_slice_fill_with(size, |_| 0xEE_u8);
                }
            }
            region.check_invariants().unwrap();
        }
        compare(&array, &expected, &mut addresses);
        for element in &mut array {
            *element = T::of(7);
        }
        assert!(array.iter().all(|element| *element == T::of(7)));
        for chunk in array.chunks_mut() {
            chunk.fill(T::of(8));
        }
        assert!((&array).into_iter().all(|element| *element == T::of(8)));
    });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(0x5E6),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arrays_behave_as_vecs(steps in prop::collection::vec(step(), 1..60)) {
        behaves_as_a_vec::<u8>(&steps);
        behaves_as_a_vec::<()>(&steps);
        behaves_as_a_vec::<[u16; 1]>(&steps);
        behaves_as_a_vec::<[u16; 3]>(&steps);
        behaves_as_a_vec::<[u16; 100]>(&steps);
        // One to a segment.
        behaves_as_a_vec::<[u16; PAYLOAD / 3]>(&steps);
        behaves_as_a_vec::<Wide>(&steps);
    }
}

/// Everything that an append could change, but for the order of free blocks: the region, the array, and how many blocks are
/// whose.
fn observed(
    pool: &StaticPool,
    region: *const Descriptor,
    array: *const Array,
) -> (Vec<u8>, Vec<u8>, usize, i32) {
    let bytes = |start: *const u8, length| {
        // SAFETY: structures that were written whole; padding is read as it lies there.
        unsafe { std::slice::from_raw_parts(start, length) }.to_vec()
    };
    (
        bytes(region.cast(), size_of::<Descriptor>()),
        bytes(array.cast(), size_of::<Array>()),
        pool.stats().blocks_in_use,
        pool.check(),
    )
}

#[test]
fn a_refused_append_changes_nothing_whichever_it_is() {
    // One element to a segment: segment INLINE, which comes with the page, wants two blocks at once.
    for (size, most) in [(PAYLOAD, INLINE + 4), (PAYLOAD / 3, 6), (100, 4)] {
        for blocks in 2..=most {
            let pool = StaticPool::new(blocks);
            // SAFETY: the pool is locked; the region is open until popped.
            unsafe {
                let region = croft_rt_push();
                let array = croft_segmented_new(region, size, 8);
                let mut elements = Vec::new();
                let refused = loop {
                    let before = observed(&pool, region, array);
                    let element = croft_segmented_try_append(region, array);
                    if element.is_null() {
                        break before;
                    }
                    element.write_bytes(elements.len() as u8, size);
                    elements.push(element);
                };
                for _ in 0..3 {
                    assert_eq!(
                        observed(&pool, region, array),
                        refused,
                        "{blocks} blocks, size {size}"
                    );
                    assert!(croft_segmented_try_append(region, array).is_null());
                }
                // The page lacks a block exactly when it and a segment want two, and there is one.
                let spare = blocks - pool.stats().blocks_in_use;
                let pair = size == PAYLOAD && blocks == INLINE + 2;
                assert_eq!(spare, usize::from(pair), "{blocks} blocks, size {size}");
                for (index, element) in elements.iter().enumerate() {
                    assert_eq!(croft_segmented_at(array, index), *element);
                    let bytes = std::slice::from_raw_parts(*element, size);
                    assert!(bytes.iter().all(|byte| *byte == index as u8));
                }
                croft_rt_pop(region);
            }
        }
    }
}

#[test]
fn an_array_grows_in_its_own_region_only() {
    let pool = StaticPool::new(8);
    let mut frame = MaybeUninit::uninit();
    // SAFETY: the pool is locked; the regions are open until popped.
    unsafe {
        let outer = croft_rt_push();
        croft_rt_open(frame.as_mut_ptr());
        let region = frame.as_mut_ptr();
        let array = croft_segmented_new(region, 8, 8);
        let inner = croft_rt_push();
        for other in [inner, outer, std::ptr::null_mut()] {
            let before = observed(&pool, region, array);
            assert!(croft_segmented_try_append(other, array).is_null());
            assert_eq!(observed(&pool, region, array), before);
        }
        croft_rt_pop(inner);
        assert!(!croft_segmented_append(region, array).is_null());
        croft_rt_pop(region);
        croft_rt_pop(outer);
    }
}

#[test]
fn budgets_refuse_at_every_append_and_change_nothing() {
    const PAYLOADS: usize = INLINE + 4;
    on_pool(PAYLOADS + 2, |pool| {
        for budget in (0..PAYLOADS * PAYLOAD).step_by(PAYLOAD / 4 + 8) {
            let region = pool.bounded(budget);
            let mut array = SegmentedVec::new_in(&region);
            let (value, refusal) = loop {
                let before = pool.stats().blocks_in_use;
                if let Err(refused) = array.try_push([array.len() as u8; PAYLOAD]) {
                    assert_eq!(pool.stats().blocks_in_use, before);
                    break refused;
                }
            };
            assert_eq!(value[0] as usize, array.len());
            assert_eq!((refusal.reason, refusal.size), (Reason::Budget, PAYLOAD));
            // The page is charged, too.
            let payloads = budget / PAYLOAD;
            let expected = if payloads <= INLINE {
                payloads
            } else {
                payloads - 1
            };
            assert_eq!(array.len(), expected, "budget {budget}");
            assert!(
                array
                    .iter()
                    .enumerate()
                    .all(|(index, element)| element[1] == index as u8)
            );
            region.check_invariants().unwrap();
        }
    });
}

#[test]
fn an_array_has_so_many_segments_and_no_more() {
    // The region's first block, the page, and one left over.
    let pool = StaticPool::new(SEGMENTS + 3);
    // SAFETY: the pool is locked; the region is open until popped.
    unsafe {
        let region = croft_rt_push();
        let array = croft_segmented_new(region, PAYLOAD, MAX_ALIGN);
        let elements: Vec<_> = (0..SEGMENTS)
            .map(|_| croft_segmented_append(region, array))
            .collect();
        assert!(
            elements
                .iter()
                .all(|element| element.addr().is_multiple_of(BLOCK_SIZE))
        );
        assert!(pool.range().contains(&elements[SEGMENTS - 1].addr()));
        assert!(
            elements
                .iter()
                .enumerate()
                .all(|(index, element)| croft_segmented_at(array, index) == *element)
        );
        let before = observed(&pool, region, array);
        assert!(croft_segmented_try_append(region, array).is_null());
        assert_eq!(observed(&pool, region, array), before);
        assert_eq!(pool.stats().blocks_in_use, SEGMENTS + 2);
        assert!(
            !croft_rt_try_alloc(region, PAYLOAD, 8).is_null(),
            "a block is left"
        );
        // All is kept for reuse.
        croft_segmented_truncate(array, 0);
        assert_eq!(croft_segmented_length(array), 0);
        let again: Vec<_> = (0..SEGMENTS)
            .map(|_| croft_segmented_append(region, array))
            .collect();
        assert!(again == elements);
        croft_rt_pop(region);
    }
}

#[test]
fn the_reasons_of_refusals() {
    on_pool(SEGMENTS + 3, |pool| {
        let region = pool.region();
        let mut array = SegmentedVec::new_in(&region);
        while array.try_push([MaybeUninit::<u8>::uninit(); PAYLOAD]).is_ok() {}
        let refusal = array.try_push([MaybeUninit::uninit(); PAYLOAD]).unwrap_err().1;
        assert_eq!((array.len(), refusal.reason), (SEGMENTS, Reason::ArrayFull));
    });
    on_pool(2, |pool| {
        let region = pool.region();
        let mut array = SegmentedVec::new_in(&region);
        while array.try_push([0_u64; 5]).is_ok() {}
        let refusal = array.try_push([0; 5]).unwrap_err().1;
        assert_eq!(
            (refusal.reason, refusal.size, refusal.align),
            (Reason::PoolEmpty, PAYLOAD, 8)
        );
        assert_eq!((refusal.blocks_taken, refusal.blocks_total), (2, 2));
    });
    let _pool = StaticPool::new(2);
    // SAFETY: the pool is locked; the region is open until popped.
    unsafe {
        let region = croft_rt_push();
        assert!(croft_segmented_try_new(region, PAYLOAD + 1, 8).is_null());
        assert!(croft_segmented_try_new(region, usize::MAX, 8).is_null());
        assert!(croft_segmented_try_new(region, 8, 3).is_null());
        assert!(croft_segmented_try_new(region, 8, 2 * MAX_ALIGN).is_null());
        assert!(croft_segmented_try_new(std::ptr::null_mut(), 8, 8).is_null());
        let array = croft_segmented_new(region, 0, 1);
        assert!(croft_segmented_try_append(std::ptr::null_mut(), array).is_null());
        let first = croft_segmented_append(region, array);
        assert_ne!(
            croft_segmented_append(region, array),
            first,
            "elements of no bytes have addresses"
        );
        croft_rt_pop(region);
    }
}

/// A pool of more blocks than 16 bits name: segments come from its low end as long as there are blocks, then appends are
/// refused, and granted again when low blocks are free.
#[cfg(target_pointer_width = "64")]
#[test]
fn blocks_that_cannot_be_named_are_refused() {
    const RUN: usize = 4902;
    let blocks = REACH + RUN;
    on_pool(blocks, |pool| {
        let run = |region: &Region<'_>| {
            region
                .try_alloc_uninit_slice::<u8>(RUN * BLOCK_SIZE - ROOM)
                .is_ok()
        };
        let block = |region: &Region<'_>| region.try_alloc_uninit_slice::<u8>(PAYLOAD).is_ok();
        let region = pool.region();
        let mut array = SegmentedVec::new_in(&region);
        array.push([1_u8; PAYLOAD]);
        let mut refused = || array.try_push([2; PAYLOAD]).err().map(|(_, what)| what.reason);
        // Runs are cut from the high end. A region with a run owns a block, too.
        let high = pool.region();
        assert!(run(&high));
        let low = pool.region();
        while run(&low) {}
        while block(&low) {}
        assert_eq!(refused(), Some(Reason::PoolEmpty));
        drop(high);
        let recent = pool.region();
        assert!(block(&recent), "the block that was the ended region's");
        // The free run is out of reach, first whole, then as the range.
        for _ in 0..2 {
            let before = pool.stats();
            assert_eq!(refused(), Some(Reason::ArrayReach));
            assert_eq!(pool.stats(), before);
            assert!(block(&recent));
        }
        // And, block by block, on the list: the oldest comes first.
        let newer = pool.region();
        assert!(block(&newer) && block(&newer));
        drop(newer);
        assert_eq!(refused(), Some(Reason::ArrayReach));
        drop(low);
        assert_eq!(refused(), None);
        assert_eq!((array[0][5], array[1][6], array.len()), (1, 2, 2));
    });
}

#[test]
fn chunks_are_what_the_shape_says() {
    let shape = Shape::of(24, 8).unwrap();
    on_pool(80, |pool| {
        let region = pool.region();
        let mut array = SegmentedVec::new_in(&region);
        array.extend((0..2000_u64).map(|number| [number; 3]));
        let rooms = (0..).map(|chunk| shape.extent(chunk).unwrap());
        for (chunk, extent) in array.chunks().zip(rooms) {
            assert_eq!(chunk[0][0] as usize, extent.start);
            assert_eq!(chunk.len(), extent.room.min(2000 - extent.start));
        }
        assert!(array.chunks().count() > shape.pieces as usize);
    });
    let _pool = StaticPool::new(80);
    // SAFETY: the pool is locked; the region is open until popped.
    unsafe {
        let region = croft_rt_push();
        let array = croft_segmented_new(region, 24, 8);
        for number in 0..2000_u64 {
            croft_segmented_append(region, array).cast::<u64>().write(number);
        }
        let mut seen = 0;
        let mut count = usize::MAX;
        for chunk in 0.. {
            let first = croft_segmented_chunk(array, chunk, &mut count);
            if first.is_null() {
                break;
            }
            assert_eq!(first, croft_segmented_at(array, seen));
            assert_eq!(first.cast::<u64>().read(), seen as u64);
            seen += count;
        }
        assert_eq!((seen, count), (2000, 0));
        for past in [100, SEGMENTS + 100, usize::MAX] {
            assert!(croft_segmented_chunk(array, past, &mut count).is_null());
        }
        croft_rt_pop(region);
    }
}

#[test]
fn a_small_array_takes_little() {
    on_pool(1, |pool| {
        let region = pool.region();
        let mut arrays: Vec<_> = (0..HOME / (BLOCK_SIZE / 128))
            .map(|_| SegmentedVec::new_in(&region))
            .collect();
        for array in &mut arrays {
            array.push(1_u64);
        }
        assert_eq!(
            pool.stats().blocks_in_use,
            1,
            "{} arrays in one block",
            arrays.len()
        );
    });
}
