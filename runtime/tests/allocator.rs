//! The safe API: typed requests, nesting, and regions under collections.

use allocator_api2::alloc::{Allocator, Layout};
use allocator_api2::vec::Vec;
use croft_runtime::layout::PAYLOAD;
use croft_runtime::scope::{Blocks, Pool};

#[test]
fn typed_requests_hold_their_values() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.region();
    let number = region.alloc(7u16);
    let pair = region.alloc_with(|| (1u64, 2u8));
    let squares = region.alloc_slice_fill_with(5, |i| i * i);
    let copy = region.alloc_slice_copy(&[1u8, 2, 3]);
    let text = region.alloc_str("région");
    let nothing = region.alloc_slice_copy::<u64>(&[]);
    let units = region.alloc_slice_fill_with(1_000_000, |_| ());
    text.make_ascii_uppercase();
    *number += 1;
    copy[0] = 9;
    assert_eq!(
        (*number, *pair, &*squares, &*copy),
        (8, (1, 2), &[0, 1, 4, 9, 16][..], &[9, 2, 3][..])
    );
    assert_eq!((&*text, nothing.len(), units.len()), ("RéGION", 0, 1_000_000));
    assert_eq!(region.check_invariants(), Ok(1));
}

#[test]
fn regions_may_end_in_any_order() {
    let mut blocks = Blocks::<4>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let outer = pool.region();
    let inner = outer.region();
    let kept = inner.alloc(1);
    outer.alloc(2);
    drop(outer);
    assert_eq!((*kept, pool.stats().blocks_in_use), (1, 1));
    drop(inner);
    assert_eq!((pool.stats().blocks_in_use, pool.check_invariants()), (0, Ok(())));
}

#[test]
fn a_scope_ends_its_region_when_it_unwinds() {
    let mut blocks = Blocks::<1>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let body = || {
        pool.scope(|region| {
            region.alloc(1);
            panic!("leaves the scope");
        })
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err());
    assert_eq!(pool.stats().blocks_in_use, 0);
}

#[test]
fn a_request_inside_a_constructor_is_another_object() {
    let mut blocks = Blocks::<1>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    pool.scope(|region| {
        let outer = region.alloc_with(|| [region.alloc(1u64), region.alloc(2u64)]);
        *outer[0] += 10;
        assert_eq!((*outer[0], *outer[1]), (11, 2));
    });
}

#[test]
fn the_newest_object_grows_in_place_and_others_move() {
    let mut blocks = Blocks::<4>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.region();
    let mut first: Vec<u32, _> = Vec::with_capacity_in(4, &region);
    first.extend([1, 2, 3, 4]);
    let place = first.as_ptr();
    first.reserve_exact(1000);
    assert_eq!(first.as_ptr(), place, "the newest object stays");
    let second: Vec<u32, _> = Vec::with_capacity_in(1, &region);
    first.reserve_exact(2000);
    assert_ne!(first.as_ptr(), place, "another object moves");
    assert_eq!(first[..], [1, 2, 3, 4]);
    drop((first, second));
    assert_eq!(region.check_invariants(), Ok(1));
}

#[test]
fn memory_of_the_newest_object_comes_back() {
    let mut blocks = Blocks::<1>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.bounded(1000);
    for _ in 0..1000 {
        let mut list: Vec<u8, _> = Vec::with_capacity_in(1000, &region);
        list.push(1);
        list.shrink_to_fit();
        assert!(
            region.try_alloc_uninit_slice::<u8>(993).is_err(),
            "one byte takes 8"
        );
    }
    assert!(region.try_alloc_uninit_slice::<u8>(1000).is_ok());
}

#[test]
fn a_collection_that_cannot_grow_says_so_and_keeps_its_contents() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.region();
    let mut list: Vec<u64, _> = Vec::new_in(&region);
    list.extend(0..100);
    assert!(list.try_reserve_exact(PAYLOAD).is_err());
    assert!(list.iter().copied().eq(0..100));
    assert!(list.try_reserve_exact(PAYLOAD / 8 - 100).is_ok());
}

#[test]
fn zeroed_and_realigned_memory() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = &pool.region();
    let layout = |size, align| Layout::from_size_align(size, align).unwrap();
    let dirty = region.alloc_slice_fill_with(64, |_| 0xffu8).as_ptr();
    // SAFETY: objects are used with the layouts they were made with.
    unsafe {
        let object = region.allocate(layout(8, 8)).unwrap().cast::<u8>();
        object.write_bytes(1, 8);
        let object = region
            .grow_zeroed(object, layout(8, 8), layout(24, 8))
            .unwrap()
            .cast::<u8>();
        assert_eq!(object.cast::<[u8; 24]>().read()[6..10], [1, 1, 0, 0]);
        let moved = region
            .shrink(object, layout(24, 8), layout(4, 4096))
            .unwrap()
            .cast::<u8>();
        assert_eq!(moved.cast::<[u8; 4]>().read(), [1; 4]);
        assert_eq!(moved.addr().get() % 4096, 0);
        region.deallocate(moved, layout(4, 4096));
        assert_eq!(dirty.read(), 0xff);
    }
}
