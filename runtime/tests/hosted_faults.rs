//! Upstream failure at every single allocation: nothing lost, nothing leaked, state unchanged.
//!
//! A scenario is a list of steps. It runs once to count the upstream's calls, then for each call n in three ways: n fails alone,
//! n and the next fail (a chunk that is refused is asked for again as a single span), and n and all later ones until a step
//! was refused. Every step that is refused must leave all statistics as they were but the count of failures, and is then tried
//! again and succeeds.
#![cfg(feature = "hosted")]

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use croft_runtime::hosted::{
    Builder, Cache, CacheOptions, CacheStatistics, ContextId, ContextStatistics, Extent, Handle, Heap,
    Request, Resource, Status,
};

/// The heap, which refuses some calls and counts what is out.
#[derive(Default)]
struct Failing {
    calls: AtomicUsize,
    /// The first call that is refused, 0 for none, and how many are.
    fail_at: AtomicUsize,
    count: AtomicUsize,
    refused: AtomicUsize,
    out: AtomicUsize,
}

/// As many as there are, until a step was refused.
const ALL: usize = usize::MAX / 2;

// SAFETY: the heap's own.
unsafe impl Resource for Failing {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let fail_at = self.fail_at.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed);
        if fail_at != 0 && (fail_at..fail_at + count).contains(&call) {
            self.refused.fetch_add(1, Ordering::Relaxed);
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
    upstream: &Failing,
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
                // The step was refused: from now on there is memory, if all was refused.
                if upstream.count.load(Ordering::Relaxed) == ALL {
                    upstream.count.store(0, Ordering::Relaxed);
                }
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
        let start = insist(upstream, || context.alloc(&request), || look(context));
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
                upstream,
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
        let one = insist(upstream, || cache.alloc((1 << 20) + round % 3, 64), look);
        let two = insist(upstream, || cache.alloc(100_000 * (round % 4 + 1), 4096), look);
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
                upstream,
                || context.alloc(&Request::new(size)),
                || context.statistics().unwrap().live,
            );
        }
        // SAFETY: nothing is used any more.
        assert_eq!(unsafe { context.destroy() }, Ok(()));
        assert_eq!(cache.statistics().live, 0);
    }
}

static ENDED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn count_end(_: *mut std::ffi::c_void) {
    ENDED.fetch_add(1, Ordering::Relaxed);
}

/// Uses its context: it allocates, and frees that.
unsafe extern "C" fn allocate_at_the_end(object: *mut std::ffi::c_void) {
    ENDED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the objects of the scenario begin with the number of their context.
    let context = ContextId::from_number(unsafe { object.cast::<u64>().read() });
    // Refused or not: what it gets it gives back.
    if let Ok(start) = context.alloc(&Request::new(20_000).zeroed()) {
        // SAFETY: live, and used no more.
        assert_eq!(unsafe { context.free(start.as_ptr()) }, Ok(()));
    }
}

/// Objects with destroy functions that end in each way, and cleanups: each is called once, whatever is refused around it.
fn endings_scenario(upstream: &Arc<Failing>) {
    ENDED.store(0, Ordering::Relaxed);
    let context = Builder::new()
        .resource(Arc::<Failing>::clone(upstream))
        .create()
        .unwrap();
    let look = || {
        context
            .statistics()
            .map(|statistics| (statistics.live, statistics.held_bytes))
    };
    let mut registered = Vec::new();
    let (mut expected, mut rest) = (0, 0);
    for round in 0..40usize {
        let size = [16, 9_000, 30_000][round % 3];
        let object = insist(upstream, || context.alloc(&Request::new(size).zeroed()), look);
        // SAFETY: fresh; the functions may be called with it.
        unsafe {
            object.cast::<u64>().write(context.number());
            let function = [count_end, allocate_at_the_end][round % 2];
            let handle = context.open(object.as_ptr(), Some(function), None).unwrap();
            let cleanup = context.register(object.as_ptr().cast(), count_end).unwrap();
            match round % 5 {
                0 => registered.push(cleanup),
                1 => assert_eq!(cleanup.cancel(), Ok(())),
                2 => {
                    assert_eq!(cleanup.run(), Ok(()));
                    expected += 1;
                }
                _ => rest += 1,
            }
            match round % 4 {
                0 => {
                    assert_eq!(handle.close(), Ok(()));
                    expected += 1;
                }
                1 => {
                    handle.retain().unwrap();
                    assert_eq!(handle.close(), Ok(()));
                    assert_eq!(context.free(object.as_ptr()), Ok(()));
                    expected += 1;
                }
                // Open, or retained, until the context ends.
                2 => rest += 1,
                _ => {
                    handle.dup().unwrap();
                    rest += 1;
                }
            }
        }
        assert_eq!(ENDED.load(Ordering::Relaxed), expected);
    }
    rest += registered.len();
    // SAFETY: nothing is used any more.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
    assert_eq!(ENDED.load(Ordering::Relaxed), expected + rest);
}

/// Buffers of a zeroing cache that change their size. A size change frees before it allocates, so what is refused has freed.
fn resizing_scenario(upstream: &Arc<Failing>) {
    let options = CacheOptions {
        zero: true,
        ..CacheOptions::default()
    };
    let cache = Cache::new(Arc::<Failing>::clone(upstream), options);
    let is_zero = |start: NonNull<u8>, size: usize| {
        // SAFETY: live.
        let contents = unsafe { core::slice::from_raw_parts(start.as_ptr(), size) };
        assert!(contents.iter().all(|&byte| byte == 0));
        // SAFETY: live.
        unsafe { start.write_bytes(1, size) };
    };
    let live = || cache.statistics().live_bytes;
    let mut start = insist(upstream, || cache.alloc(1000, 64), live);
    let mut size = 1000;
    for round in 0..20usize {
        is_zero(start, size);
        let next = [1000, 5000, 5000, 90_000][round % 4];
        // SAFETY: live, and used no more.
        start = match unsafe { cache.resize(start.as_ptr(), next) } {
            Ok(start) => start,
            Err(status) => {
                assert_eq!((status, live()), (Status::OutOfMemory, 0));
                insist(upstream, || cache.alloc(next, 64), live)
            }
        };
        size = next;
        assert_eq!(live(), size);
    }
    is_zero(start, size);
    // SAFETY: live, and used no more.
    unsafe { cache.free(start.as_ptr()) }.unwrap();
    assert_eq!(cache.statistics().live, 0);
}

fn inject(name: &str, scenario: fn(&Arc<Failing>)) {
    let upstream = Arc::new(Failing::default());
    scenario(&upstream);
    assert_eq!(upstream.out.load(Ordering::Relaxed), 0, "{name} leaks");
    let calls = upstream.calls.load(Ordering::Relaxed);
    println!("{name}: {calls} upstream allocations, each fails in turn, alone, with the next, with all");
    assert!(calls >= 5);
    for fail_at in 1..=calls {
        for count in [1, 2, ALL] {
            let upstream = Arc::new(Failing::default());
            upstream.fail_at.store(fail_at, Ordering::Relaxed);
            upstream.count.store(count, Ordering::Relaxed);
            scenario(&upstream);
            assert!(upstream.refused.load(Ordering::Relaxed) > 0);
            assert_eq!(
                upstream.out.load(Ordering::Relaxed),
                0,
                "{name} leaks when {count} calls from {fail_at} fail"
            );
        }
    }
}

#[test]
fn endings_survive_a_failure_anywhere() {
    inject("endings", endings_scenario);
}

#[test]
fn size_changes_survive_a_failure_anywhere() {
    inject("resizing", resizing_scenario);
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
