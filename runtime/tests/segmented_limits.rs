//! Limits of segmented arrays: exhaustion at every append, each reason of a refusal, and how many segments there can be.

use std::mem::MaybeUninit;

use croft_runtime::exhaustion::Reason;
use croft_runtime::kernel::{croft_rt_open, croft_rt_pop, croft_rt_push, croft_rt_try_alloc};
use croft_runtime::layout::{BLOCK_SIZE, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::runs::ROOM;
use croft_runtime::scope::Region;
use croft_runtime::segmented::SegmentedVec;
use croft_runtime::segmented::chunks::INLINE;
use croft_runtime::segmented::entry::*;
use croft_runtime::segmented::shape::SEGMENTS;
use croft_runtime::segmented::source::REACH;

mod safe_pool;
mod static_pool;
use safe_pool::on_pool;
use static_pool::StaticPool;

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
