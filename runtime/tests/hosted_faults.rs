//! Upstream failure at every single allocation: nothing lost, nothing leaked, state unchanged.
//!
//! A scenario is a list of steps. It runs once to count the upstream's calls, then once for each call, which fails; every
//! step that fails must leave all statistics as they were but the count of failures, and is then tried again and succeeds.
#![cfg(feature = "hosted")]

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use croft_runtime::hosted::{
    Builder, Cache, CacheOptions, CacheStatistics, ContextId, ContextStatistics, Extent, Handle, Heap,
    Request, Resource, Status,
};

/// The heap, which refuses one call and counts what is out.
#[derive(Default)]
struct Failing {
    calls: AtomicUsize,
    fail_at: AtomicUsize,
    out: AtomicUsize,
}

// SAFETY: the heap's own.
unsafe impl Resource for Failing {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let fail_at = self.fail_at.load(Ordering::Relaxed);
        // A chunk is asked for again as a single span: the retry fails as well.
        if fail_at != 0 && (call == fail_at || call == fail_at + 1) {
            return None;
        }
        self.out.fetch_add(1, Ordering::Relaxed);
        Heap.allocate(size, align)
    }

    unsafe fn deallocate(&self, extent: Extent) {
        self.out.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's obligations.
        unsafe { Heap.deallocate(extent) };
    }
}

/// Tries until it succeeds; what fails has changed nothing that `look` sees.
fn insist<T, S: PartialEq + std::fmt::Debug>(
    mut attempt: impl FnMut() -> Result<T, Status>,
    look: impl Fn() -> S,
) -> T {
    for _ in 0..4 {
        let before = look();
        match attempt() {
            Ok(done) => return done,
            Err(status) => {
                assert_eq!(status, Status::OutOfMemory);
                assert_eq!(look(), before);
            }
        }
    }
    panic!("more failures than were injected");
}

/// A context's life: small and large allocations, growth, handles, children, resizing.
fn context_scenario(upstream: &Arc<Failing>) {
    let context = Builder::new()
        .resource(Arc::<Failing>::clone(upstream))
        .create()
        .unwrap();
    let child = Builder::new().parent(context).create().unwrap();
    let look = |context: ContextId| {
        let statistics = context.statistics().unwrap();
        let mut live: Vec<_> = context.live().unwrap();
        live.sort_by_key(|allocation| allocation.start);
        (
            ContextStatistics {
                failures: 0,
                ..statistics
            },
            live,
        )
    };
    let mut held: Vec<(ContextId, NonNull<u8>)> = Vec::new();
    let mut handles: Vec<Handle> = Vec::new();
    for round in 0..60usize {
        let context = if round % 3 == 0 { child } else { context };
        let size = [10, 700, 16_000, 40_000, 3_000, 300_000][round % 6];
        let request = Request::new(size).zeroed().label(c"fault");
        let start = insist(|| context.alloc(&request), || look(context));
        // SAFETY: live.
        let contents = unsafe { core::slice::from_raw_parts(start.as_ptr(), size) };
        assert!(contents.iter().all(|&byte| byte == 0));
        // SAFETY: live.
        unsafe { start.write_bytes(round as u8, size) };
        if round % 4 == 0 {
            // SAFETY: no destroy function.
            handles.push(unsafe { context.open(start.as_ptr(), None, None) }.unwrap());
        } else {
            held.push((context, start));
        }
        if round % 5 == 4 {
            let (context, start) = held.swap_remove(round % held.len());
            // SAFETY: live, and nobody else's.
            let moved = insist(
                || unsafe { context.resize(start.as_ptr(), 50_000 + round) },
                || look(context),
            );
            // SAFETY: as above.
            assert_eq!(unsafe { context.free(moved.as_ptr()) }, Ok(()));
        }
    }
    for handle in handles.into_iter().step_by(2) {
        assert_eq!(handle.close(), Ok(()));
    }
    // SAFETY: nothing is used any more.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
}

/// A cache's life, with everything cached given up on the way where that helps.
fn cache_scenario(upstream: &Arc<Failing>) {
    let options = CacheOptions {
        limit: 5 << 20,
        ..CacheOptions::default()
    };
    let cache = Arc::new(Cache::new(Arc::<Failing>::clone(upstream), options));
    // What a failure may change: cached buffers that were given up for nothing.
    let look = || CacheStatistics {
        cached: 0,
        cached_bytes: 0,
        released: 0,
        misses: 0,
        failures: 0,
        ..cache.statistics()
    };
    for round in 0..30usize {
        let one = insist(|| cache.alloc((1 << 20) + round % 3, 64), look);
        let two = insist(|| cache.alloc(100_000 * (round % 4 + 1), 4096), look);
        cache.charge(round * 1000).unwrap();
        // SAFETY: live, and used no more.
        unsafe {
            cache.free(one.as_ptr()).unwrap();
            cache.free(two.as_ptr()).unwrap();
        }
        cache.uncharge(round * 1000).unwrap();
    }
    assert_eq!(
        (cache.statistics().live, cache.statistics().external_bytes),
        (0, 0)
    );
}

/// A context over a cache over the failing upstream.
fn stacked_scenario(upstream: &Arc<Failing>) {
    let cache = Arc::new(Cache::new(
        Arc::<Failing>::clone(upstream),
        CacheOptions::default(),
    ));
    for _ in 0..2 {
        let context = Builder::new()
            .resource(Arc::<Cache>::clone(&cache))
            .create()
            .unwrap();
        for size in [1, 20_000, 300, 100_000, 9_000] {
            insist(
                || context.alloc(&Request::new(size)),
                || context.statistics().unwrap().live,
            );
        }
        // SAFETY: nothing is used any more.
        assert_eq!(unsafe { context.destroy() }, Ok(()));
        assert_eq!(cache.statistics().live, 0);
    }
}

fn inject(name: &str, scenario: fn(&Arc<Failing>)) {
    let upstream = Arc::new(Failing::default());
    scenario(&upstream);
    assert_eq!(upstream.out.load(Ordering::Relaxed), 0, "{name} leaks");
    let calls = upstream.calls.load(Ordering::Relaxed);
    println!("{name}: {calls} upstream allocations, each fails in turn");
    assert!(calls >= 5);
    for fail_at in 1..=calls {
        let upstream = Arc::new(Failing::default());
        upstream.fail_at.store(fail_at, Ordering::Relaxed);
        scenario(&upstream);
        assert_eq!(
            upstream.out.load(Ordering::Relaxed),
            0,
            "{name} leaks when call {fail_at} fails"
        );
    }
}

#[test]
fn contexts_survive_a_failure_anywhere() {
    inject("context", context_scenario);
}

#[test]
fn caches_survive_a_failure_anywhere() {
    inject("cache", cache_scenario);
}

#[test]
fn a_stack_survives_a_failure_anywhere() {
    inject("stacked", stacked_scenario);
}
