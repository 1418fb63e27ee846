//! Segmented arrays against `Vec`: the same elements after any operations, addresses that never change, and chunks as their
//! shape says. Limits and refusals are in `segmented_limits.rs`.

use croft_runtime::kernel::{croft_rt_pop, croft_rt_push};
use croft_runtime::layout::{BLOCK_SIZE, HOME, PAYLOAD};
use croft_runtime::segmented::SegmentedVec;
use croft_runtime::segmented::entry::*;
use croft_runtime::segmented::shape::{SEGMENTS, Shape};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod safe_pool;
mod static_pool;
use safe_pool::on_pool;
use static_pool::StaticPool;

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
