//! Exhaustion: that it changes nothing, wherever it strikes, and whom it tells what.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use croft_runtime::abi::{alloc, alloc_array, croft_set_exhaustion_handler, push, push_bounded};
use croft_runtime::exhaustion::{Exhaustion, Reason};
use croft_runtime::kernel::*;
use croft_runtime::layout::PAYLOAD;
use croft_runtime::pool::BlockPool;
use croft_runtime::region::Descriptor;
use croft_runtime::runs::LARGEST;
use croft_runtime::scope::{Blocks, Pool};

mod static_pool;
use static_pool::StaticPool;

/// Everything that an operation could change: the pool's memory, its state, a descriptor.
fn snapshot(pool: &StaticPool, region: *const Descriptor) -> [Vec<u8>; 3] {
    let bytes = |start: *const u8, length| {
        // SAFETY: zeroed or written memory of the pool, or a structure without padding.
        unsafe { std::slice::from_raw_parts(start, length) }.to_vec()
    };
    let state = croft_runtime::execution::current_pool();
    [
        bytes(pool.range().start as *const u8, pool.range().len()),
        bytes(state.cast(), size_of::<BlockPool>()),
        bytes(region.cast(), size_of::<Descriptor>()),
    ]
}

/// The scenario: sizes and alignments that cross several blocks.
const REQUESTS: [(usize, usize); 12] = [
    (24, 8),
    (1, 1),
    (9000, 16),
    (9000, 64),
    (PAYLOAD, 8),
    (100, 4096),
    (16000, 8),
    (0, 1),
    (300, 8),
    (PAYLOAD - 8, 8),
    (8, 8),
    (8, 8),
];

#[test]
fn an_empty_pool_refuses_at_every_step_and_changes_nothing() {
    for lazy in [true, false] {
        for steps in 0..=REQUESTS.len() {
            let pool = StaticPool::new(9);
            let mut frame = std::mem::MaybeUninit::uninit();
            // SAFETY: the pool is locked; both regions are open until popped.
            unsafe {
                let region = if lazy {
                    croft_rt_open(frame.as_mut_ptr());
                    frame.as_mut_ptr()
                } else {
                    croft_rt_push()
                };
                for &(size, align) in &REQUESTS[..steps] {
                    assert!(!croft_rt_try_alloc(region, size, align).is_null());
                }
                let hog = croft_rt_push();
                while !croft_rt_try_alloc(hog, PAYLOAD, 8).is_null() {}
                if lazy && steps == 0 {
                    assert_eq!(pool.stats().blocks_in_use, 9);
                }

                let before = snapshot(&pool, region);
                // A pushed region has its first block already.
                if lazy || steps != 0 {
                    assert!(
                        croft_rt_try_alloc(region, PAYLOAD, 8).is_null(),
                        "after {steps} steps"
                    );
                    assert!(croft_rt_try_alloc_array(region, PAYLOAD / 8, 8, 4096).is_null());
                }
                for size in [PAYLOAD + 1, 3 * PAYLOAD, 8 * PAYLOAD] {
                    assert!(
                        croft_rt_try_alloc(region, size, 8).is_null(),
                        "after {steps} steps"
                    );
                }
                assert!(before == snapshot(&pool, region), "changed after {steps} steps");
                assert_eq!(pool.check(), 0);

                croft_rt_pop(hog);
                assert!(!croft_rt_try_alloc(region, PAYLOAD, 8).is_null(), "works again");
                croft_rt_pop(region);
            }
        }
    }
}

#[test]
fn a_budget_refuses_at_every_step_and_changes_nothing() {
    // Charged bytes after each step; padding of the scenario included.
    for steps in 0..=REQUESTS.len() {
        let pool = StaticPool::new(9);
        // SAFETY: the pool is locked; the region is open until popped.
        unsafe {
            let region = croft_rt_push_bounded(8 * PAYLOAD);
            for &(size, align) in &REQUESTS[..steps] {
                assert!(!croft_rt_try_alloc(region, size, align).is_null());
            }
            while !croft_rt_try_alloc(region, 8, 8).is_null() {}
            assert!(pool.stats().blocks_in_use <= 9);
            let before = snapshot(&pool, region);
            assert!(croft_rt_try_alloc(region, PAYLOAD, 8).is_null());
            assert!(croft_rt_try_alloc(region, PAYLOAD + 1, 8).is_null());
            assert!(croft_rt_try_alloc(region, 8, 0).is_null());
            assert!(croft_rt_try_alloc_array(region, usize::MAX, usize::MAX, 8).is_null());
            assert!(before == snapshot(&pool, region), "changed after {steps} steps");
            croft_rt_pop(region);
        }
    }
}

#[test]
fn the_safe_api_says_why() {
    let mut blocks = Blocks::<2>::uninit();
    let pool = Pool::new(blocks.bytes()).unwrap();
    let region = pool.bounded(PAYLOAD + 16);
    let what = |reason, size, align, blocks_taken| Exhaustion {
        reason,
        size,
        align,
        blocks_total: 2,
        blocks_taken,
    };
    let large = pool.region().try_alloc([0u8; PAYLOAD + 1]).unwrap_err();
    assert_eq!(large.1, what(Reason::PoolEmpty, PAYLOAD + 1, 1, 0));
    assert_eq!(large.0.len(), PAYLOAD + 1, "the value comes back");
    let oversize = region.try_alloc_uninit_slice::<u8>(LARGEST + 1).unwrap_err();
    assert_eq!(oversize, what(Reason::Oversize, LARGEST + 1, 1, 0));
    let overflow = region.try_alloc_uninit_slice::<f32>(usize::MAX).unwrap_err();
    assert_eq!(overflow, what(Reason::Overflow, usize::MAX, 4, 0));
    #[repr(align(8192))]
    struct Page;
    let nothing: &Page = region.alloc(Page);
    assert_eq!(
        std::ptr::from_ref(nothing).addr() % 8192,
        0,
        "a value of size 0 takes no memory"
    );
    #[repr(align(8192))]
    #[allow(dead_code, reason = "only its layout matters")]
    struct Pages(u8);
    let alignment = region.try_alloc_with(|| Pages(1)).err().unwrap();
    assert_eq!(alignment, what(Reason::Alignment, 8192, 8192, 0));

    region.alloc_uninit_slice::<u8>(PAYLOAD);
    let budget = region.try_alloc_str("seventeen letters").unwrap_err();
    assert_eq!(budget, what(Reason::Budget, 17, 1, 1));
    pool.scope(|other| {
        other.alloc(1u8);
        let empty = region.try_alloc_slice_copy(&[1u32, 2, 3, 4]).unwrap_err();
        assert_eq!(empty, what(Reason::PoolEmpty, 16, 4, 2));
        assert_eq!(
            empty.to_string(),
            "the pool has no memory left for this (size 16, align 4, 2 of 2 blocks taken)"
        );
    });
    assert_eq!(
        region.try_alloc_slice_copy(&[1u32, 2, 3, 4]),
        Ok(&mut [1, 2, 3, 4][..])
    );
}

/// Runs the test of this name in a process of its own, which takes the other branch.
fn in_child(test: &str) -> Option<Output> {
    const CHILD: &str = "CROFT_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return None;
    }
    let program = std::env::current_exe().unwrap();
    Some(
        Command::new(program)
            .args([test, "--exact", "--nocapture"])
            .env(CHILD, test)
            .output()
            .unwrap(),
    )
}

/// That the process aborted after this line on standard error.
fn assert_aborted(output: &Output, line: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{text}");
    assert_eq!(
        text.lines()
            .filter(|text| text.starts_with("croft"))
            .collect::<Vec<_>>(),
        [line]
    );
}

/// A test of the default handler: what the child asks of a region, and the line it must print.
macro_rules! default_handler {
    ($($name:ident: $ask:expr => $line:literal;)*) => {$(
        #[test]
        fn $name() {
            if let Some(output) = in_child(stringify!($name)) {
                // The largest number is the target's own.
                let line = $line.replace("MAX", &usize::MAX.to_string());
                assert_aborted(&output, &format!("croft: exhausted: {line}"));
                return;
            }
            let _pool = StaticPool::new(2);
            // SAFETY: the pool is locked; the process ends in here.
            unsafe {
                let ask: unsafe fn() = $ask;
                ask();
            }
        }
    )*};
}

default_handler! {
    default_names_the_empty_pool: || { while !alloc(push(), 1, 1).is_null() {} } =>
        "the pool has no memory left for this (size 0, align 0, 2 of 2 blocks taken)";
    default_names_the_empty_pool_at_a_refill: || { let r = push(); while !alloc(r, 16000, 16).is_null() {} } =>
        "the pool has no memory left for this (size 16000, align 16, 2 of 2 blocks taken)";
    default_names_the_budget: || { alloc(push_bounded(100), 101, 8); } =>
        "the region's budget does not suffice (size 101, align 8, 1 of 2 blocks taken)";
    default_names_the_oversize: || { alloc_array(push(), 5_000_000, 17, 1); } =>
        "the object is larger than the largest run (size 85000000, align 1, 1 of 2 blocks taken)";
    default_names_the_overflow: || { alloc_array(push(), usize::MAX, 2, 1); } =>
        "the size in bytes is not representable (size MAX, align 1, 1 of 2 blocks taken)";
    default_names_the_alignment: || { alloc(push(), 1, 5000); } =>
        "the alignment is no power of two or too large (size 1, align 5000, 1 of 2 blocks taken)";
    default_names_the_null_region: || { alloc(std::ptr::null_mut(), 1, 2); } =>
        "the region is null (size 1, align 2, 0 of 2 blocks taken)";
    default_serves_the_safe_api: || {
        let mut blocks = Blocks::<1>::uninit();
        let pool = Pool::new(blocks.bytes()).unwrap();
        pool.bounded(8).alloc([0u32; 4]);
    } => "the region's budget does not suffice (size 16, align 4, 0 of 1 blocks taken)";
}

extern "C" fn leave_with_the_reason(what: *const Exhaustion) {
    // SAFETY: valid during the call.
    let what = unsafe { *what };
    let expected = Exhaustion {
        reason: Reason::Budget,
        size: 80,
        align: 16,
        blocks_total: 2,
        blocks_taken: 1,
    };
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(if what == expected { 42 } else { 1 }) }
}

#[test]
fn an_installed_handler_is_told_and_may_leave() {
    if let Some(output) = in_child("an_installed_handler_is_told_and_may_leave") {
        assert_eq!(output.status.code(), Some(42));
        return;
    }
    let _pool = StaticPool::new(2);
    assert!(croft_set_exhaustion_handler(Some(leave_with_the_reason)).is_none());
    // SAFETY: the pool is locked; the process ends in here.
    unsafe { alloc(push_bounded(64), 80, 16) };
}

extern "C" fn come_back(_: *const Exhaustion) {
    eprintln!("croft-test: the handler returns");
}

#[test]
fn a_handler_that_returns_is_followed_by_abort() {
    if let Some(output) = in_child("a_handler_that_returns_is_followed_by_abort") {
        assert_aborted(&output, "croft-test: the handler returns");
        return;
    }
    let _pool = StaticPool::new(2);
    let first = croft_set_exhaustion_handler(Some(leave_with_the_reason));
    assert!(first.is_none());
    let second = croft_set_exhaustion_handler(Some(come_back));
    assert!(second.is_some_and(|handler| handler as usize == leave_with_the_reason as *const () as usize));
    // SAFETY: the pool is locked; the process ends in here.
    unsafe { alloc(push_bounded(64), 80, 16) };
}
