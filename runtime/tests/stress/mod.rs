//! Eight threads, 100,000 mixed operations each, on one context with children and on one cache. A module of
//! `hosted_threads.rs`, and a program of its own under ThreadSanitizer. Panics if something is wrong.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use croft_runtime::hosted::{Builder, Cache, CacheOptions, ContextId, Handle, Heap, Request, Status};

const THREADS: usize = 8;

/// Objects whose destroy functions ran.
static DESTROYED: AtomicUsize = AtomicUsize::new(0);
static OPENED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn destroy(object: *mut core::ffi::c_void) {
    // SAFETY: objects with this function have at least 8 bytes, and die here.
    let value = unsafe { object.cast::<u64>().read() };
    assert_eq!(value, 0x6f62_6a65_6374);
    DESTROYED.fetch_add(1, Ordering::Relaxed);
}

/// A linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Pointers that threads hand to each other.
struct Exchange(Vec<AtomicPtr<u8>>);

struct World {
    shared: ContextId,
    cache: Cache,
    exchange: Exchange,
}

fn work(thread: usize, operations: usize, world: &World) {
    let mut random = Random(thread as u64 * 0x9e37_79b9 + 6);
    let own = Builder::new().parent(world.shared).create().unwrap();
    let mut handles: Vec<Handle> = Vec::new();
    let mut buffers: Vec<NonNull<u8>> = Vec::new();
    for operation in 0..operations {
        match random.below(12) {
            // Allocate, write, and swap with what another thread left; check and free that.
            0..=5 => {
                let most = if random.below(20) == 0 { 40_000 } else { 500 };
                let size = 1 + random.below(most);
                let start = world.shared.alloc(&Request::new(size)).unwrap();
                // SAFETY: fresh.
                unsafe { start.write_bytes(size as u8, size) };
                let place = &world.exchange.0[random.below(world.exchange.0.len())];
                let other = place.swap(start.as_ptr(), Ordering::AcqRel);
                if let Some(start) = NonNull::new(other) {
                    let size = world.shared.info(other).unwrap().size;
                    // SAFETY: taken out of the exchange, so it is ours.
                    unsafe {
                        assert_eq!(*start.as_ptr(), size as u8);
                        assert_eq!(*start.as_ptr().add(size - 1), size as u8);
                        assert_eq!(world.shared.free(start.as_ptr()), Ok(()));
                    }
                }
            }
            6 => {
                let object = world.shared.alloc(&Request::new(8 + random.below(100))).unwrap();
                // SAFETY: fresh, and at least 8 bytes.
                unsafe { object.cast::<u64>().write(0x6f62_6a65_6374) };
                OPENED.fetch_add(1, Ordering::Relaxed);
                // SAFETY: the destroy function reads what was just written.
                handles.push(unsafe { world.shared.open(object.as_ptr(), Some(destroy), None) }.unwrap());
            }
            7 => {
                if let Some(&handle) = handles.last() {
                    handles.push(handle.dup().unwrap());
                    handle.data().unwrap();
                }
            }
            8 => {
                if !handles.is_empty() {
                    let handle = handles.swap_remove(random.below(handles.len()));
                    assert_eq!(handle.close(), Ok(()));
                    assert_eq!(handle.close(), Err(Status::StaleHandle));
                }
            }
            9 => {
                let size = 4096 << random.below(4);
                match world.cache.alloc(size, 64) {
                    Ok(buffer) => {
                        // SAFETY: fresh.
                        unsafe { buffer.write_bytes(1, 64) };
                        buffers.push(buffer);
                    }
                    Err(status) => assert_eq!(status, Status::Limit),
                }
            }
            10 => {
                if !buffers.is_empty() {
                    let buffer = buffers.swap_remove(random.below(buffers.len()));
                    // SAFETY: ours.
                    assert_eq!(unsafe { world.cache.free(buffer.as_ptr()) }, Ok(()));
                }
                if random.below(50) == 0 {
                    world.cache.trim_to(16384);
                }
                if world.cache.charge(1000).is_ok() {
                    world.cache.uncharge(1000).unwrap();
                }
            }
            _ => {
                let short = Builder::new().parent(own).create().unwrap();
                short.alloc(&Request::new(100)).unwrap();
                if operation % 2 == 0 {
                    // SAFETY: ours.
                    assert_eq!(unsafe { short.destroy() }, Ok(()));
                    assert_eq!(short.info(core::ptr::null()), Err(Status::InvalidContext));
                } else if operation % 64 == 1 {
                    world.shared.trim().unwrap();
                }
            }
        }
    }
    for buffer in buffers {
        // SAFETY: ours.
        assert_eq!(unsafe { world.cache.free(buffer.as_ptr()) }, Ok(()));
    }
    for handle in handles.into_iter().step_by(2) {
        assert_eq!(handle.close(), Ok(()));
    }
}

/// Runs all threads and looks at what is left.
pub fn main() {
    let operations = 100_000;
    let options = CacheOptions {
        limit: 1 << 20,
        ..CacheOptions::default()
    };
    let world = World {
        shared: Builder::new().create().unwrap(),
        cache: Cache::new(Arc::new(Heap), options),
        exchange: Exchange((0..64).map(|_| AtomicPtr::default()).collect()),
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let world = &world;
            scope.spawn(move || work(thread, operations, world));
        }
    });
    let statistics = world.shared.statistics().unwrap();
    assert_eq!(statistics.live as u64, statistics.allocations - statistics.frees);
    assert_eq!(statistics.live, world.shared.live().unwrap().len());
    assert_eq!(world.cache.statistics().live, 0);
    // SAFETY: the threads have ended.
    assert_eq!(unsafe { world.shared.destroy() }, Ok(()));
    assert_eq!(DESTROYED.load(Ordering::Relaxed), OPENED.load(Ordering::Relaxed));
    println!("{THREADS} threads, {operations} operations each: {statistics:?}");
}
