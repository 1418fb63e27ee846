//! Resources that supply more than was asked for, or break their contract, and what they are asked.
#![cfg(feature = "hosted")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use croft_runtime::hosted::{
    Builder, Cache, CacheOptions, CacheStatistics, Context, Extent, Heap, Request, Resource, Status,
};

/// The heap, except for what it is made to do.
#[derive(Default)]
struct Odd {
    /// Supplies so many bytes more, and says so.
    more: usize,
    /// Supplies so many bytes less, and says so.
    less: usize,
    /// Supplies addresses that are so much higher than the heap's.
    shift: usize,
    out: AtomicUsize,
    calls: AtomicUsize,
    questions: AtomicUsize,
}

// SAFETY: where `less` and `shift` are 0, the heap's own. Elsewhere it breaks obligation 1, and what it supplies is not used:
// that is what is tested.
unsafe impl Resource for Odd {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut extent = Heap.allocate(size + self.more + self.shift, align)?;
        self.out.fetch_add(1, Ordering::Relaxed);
        // SAFETY: within what was just allocated.
        extent.start = unsafe { extent.start.add(self.shift) };
        extent.size = size + self.more - self.less;
        Some(extent)
    }

    unsafe fn deallocate(&self, extent: Extent) {
        self.out.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's obligations.
        unsafe {
            Heap.deallocate(Extent {
                start: extent.start.sub(self.shift),
                ..extent
            })
        };
    }

    fn is_zeroed(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed);
        false
    }

    fn is_addressable(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[test]
fn a_cache_counts_what_the_upstream_says_it_supplied() {
    let upstream = Arc::new(Odd {
        more: 1000,
        ..Odd::default()
    });
    let options = CacheOptions {
        limit: 10_000,
        ..CacheOptions::default()
    };
    let cache = Cache::new(Arc::<Odd>::clone(&upstream), options);
    let one = cache.alloc(4000, 64).unwrap();
    assert_eq!(cache.statistics().live_bytes, 5000);
    // SAFETY: live, and used no more.
    unsafe { cache.free(one.as_ptr()) }.unwrap();
    let cached = CacheStatistics {
        cached: 1,
        cached_bytes: 5000,
        peak_live_bytes: 5000,
        peak_bytes: 5000,
        misses: 1,
        ..CacheStatistics::default()
    };
    assert_eq!(cache.statistics(), cached);
    // It is found by what was asked for, and kept by a resize to that.
    let again = cache.alloc(4000, 64).unwrap();
    assert_eq!(again, one);
    // SAFETY: live, and used no more.
    assert_eq!(unsafe { cache.resize(again.as_ptr(), 4000) }, Ok(one));
    // 4,500 fit below the limit, 5,500 do not: nothing has changed.
    let before = cache.statistics();
    assert_eq!(cache.alloc(4500, 64), Err(Status::Limit));
    assert_eq!(
        cache.statistics(),
        CacheStatistics {
            misses: before.misses + 1,
            failures: 1,
            ..before
        }
    );
    // A cached one gives way to the bytes that were not asked for, too.
    // SAFETY: live, and used no more.
    unsafe { cache.free(again.as_ptr()) }.unwrap();
    let other = cache.alloc(4500, 64).unwrap();
    let statistics = cache.statistics();
    assert_eq!((statistics.live_bytes, statistics.cached_bytes), (5500, 0));
    // SAFETY: live, and used no more.
    let resized = unsafe { cache.resize(other.as_ptr(), 100) }.unwrap();
    // SAFETY: live, and used no more.
    unsafe { cache.free(resized.as_ptr()) }.unwrap();
    assert_eq!(cache.trim_to(0), 1100);
    let statistics = cache.statistics();
    assert_eq!((statistics.live_bytes, statistics.cached_bytes), (0, 0));
    assert_eq!(upstream.out.load(Ordering::Relaxed), 0);
}

#[test]
fn a_context_counts_what_the_upstream_says_it_supplied() {
    let upstream = Arc::new(Odd {
        more: 70_000,
        ..Odd::default()
    });
    let context = Context::over(Arc::<Odd>::clone(&upstream)).unwrap();
    for size in [100, 100_000] {
        let start = context.alloc(&Request::new(size)).unwrap();
        // SAFETY: live, and used no more.
        unsafe { context.free(start.as_ptr()) }.unwrap();
    }
    context.trim().unwrap();
    assert_eq!(context.statistics().unwrap().held_bytes, 0);
    assert_eq!(context.invariants_hold(), Ok(true));
    drop(context);
    assert_eq!(upstream.out.load(Ordering::Relaxed), 0);
}

/// Contexts and caches see it, say it, give it back, and neither try again nor ask for help.
#[test]
fn what_breaks_the_contract_is_refused() {
    let odd = |shift, less| {
        Arc::new(Odd {
            shift,
            less,
            ..Odd::default()
        })
    };
    for upstream in [odd(8, 0), odd(0, 1)] {
        let context = Context::over(Arc::<Odd>::clone(&upstream)).unwrap();
        for size in [1, 16_384, 100_000] {
            let answer = context.alloc(&Request::new(size).zeroed());
            assert_eq!(answer, Err(Status::BadResource));
        }
        let statistics = context.statistics().unwrap();
        assert_eq!(
            (statistics.failures, statistics.live, statistics.held_bytes),
            (3, 0, 0)
        );
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let options = CacheOptions {
            zero: true,
            out_of_memory: Some(Box::new(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
                true
            })),
            ..CacheOptions::default()
        };
        let cache = Cache::new(Arc::<Odd>::clone(&upstream), options);
        let before = upstream.calls.load(Ordering::Relaxed);
        assert_eq!(cache.alloc(1000, 4096), Err(Status::BadResource));
        assert_eq!(upstream.calls.load(Ordering::Relaxed), before + 1);
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert_eq!(
            (cache.statistics().failures, cache.statistics().live_bytes),
            (1, 0)
        );
        assert_eq!(upstream.out.load(Ordering::Relaxed), 0);
    }
}

/// What a resource says of itself is asked when a context or cache is made, without a lock, and not again.
#[test]
fn a_resource_is_asked_once() {
    let upstream = Arc::new(Odd::default());
    let questions = || upstream.questions.load(Ordering::Relaxed);
    let context = Builder::new()
        .resource(Arc::<Odd>::clone(&upstream))
        .create()
        .unwrap();
    assert_eq!(questions(), 2);
    let child = Builder::new().parent(context).create().unwrap();
    for context in [context, child] {
        for size in [1, 1000, 16_384, 50_000] {
            let start = context.alloc(&Request::new(size).zeroed()).unwrap();
            // SAFETY: live, and used no more.
            unsafe { context.resize(start.as_ptr(), size / 2) }.unwrap();
        }
    }
    // SAFETY: nothing is used.
    unsafe { context.destroy() }.unwrap();
    assert_eq!(questions(), 2);
    let options = CacheOptions {
        zero: true,
        ..CacheOptions::default()
    };
    let cache = Arc::new(Cache::new(Arc::<Odd>::clone(&upstream), options));
    assert_eq!(questions(), 4);
    let mut lease = cache.lease(100).unwrap();
    assert!(lease.bytes().is_some());
    drop(lease);
    drop(cache.lease(100).unwrap());
    assert_eq!(questions(), 4);
}
