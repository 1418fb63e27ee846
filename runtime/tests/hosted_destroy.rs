//! Contexts that are destroyed while another thread is inside of them: what it works on stays until it is done.
#![cfg(feature = "hosted")]

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use croft_runtime::hosted::{Builder, Context, ContextId, Extent, Heap, Mapped, Request, Resource, Status};

/// The heap, which waits within `zero` at two barriers, and tells whether anything was given back between them.
struct Slow {
    is_addressable: bool,
    began: Barrier,
    goes_on: Barrier,
    zeroing: AtomicBool,
    given_back: AtomicBool,
    too_early: AtomicBool,
}

impl Slow {
    fn new(is_addressable: bool) -> Self {
        Self {
            is_addressable,
            began: Barrier::new(2),
            goes_on: Barrier::new(2),
            zeroing: AtomicBool::new(false),
            given_back: AtomicBool::new(false),
            too_early: AtomicBool::new(false),
        }
    }
}

// SAFETY: the heap's own.
unsafe impl Resource for Slow {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        Heap.allocate(size, align)
    }

    unsafe fn deallocate(&self, extent: Extent) {
        self.given_back.store(true, Ordering::SeqCst);
        self.too_early
            .fetch_or(self.zeroing.load(Ordering::SeqCst), Ordering::SeqCst);
        // SAFETY: the caller's obligations.
        unsafe { Heap.deallocate(extent) };
    }

    fn is_addressable(&self) -> bool {
        self.is_addressable
    }

    unsafe fn zero(&self, start: NonNull<u8>, bytes: usize) {
        self.zeroing.store(true, Ordering::SeqCst);
        self.began.wait();
        self.goes_on.wait();
        // Were it given back by now, this would not be written.
        if !self.too_early.load(Ordering::SeqCst) {
            // SAFETY: the caller's obligation.
            unsafe { start.write_bytes(0, bytes) };
        }
        self.zeroing.store(false, Ordering::SeqCst);
    }
}

/// Destroyed in the middle of zeroing: the destruction does not wait, and the memory stays until the zeroing is done.
#[test]
fn what_is_being_zeroed_goes_back_afterwards() {
    for is_addressable in [true, false] {
        for size in [100, 16_384, 100_000] {
            let resource = Arc::new(Slow::new(is_addressable));
            let context = Context::over(Arc::<Slow>::clone(&resource)).unwrap();
            let id = *context;
            thread::scope(|scope| {
                let alloc = scope.spawn(move || id.alloc(&Request::new(size).zeroed()).map(|_| ()));
                resource.began.wait();
                drop(context);
                assert!(!id.exists());
                assert!(!resource.given_back.load(Ordering::SeqCst), "{size} bytes");
                resource.goes_on.wait();
                // What is not in the context yet is refused; what is has been destroyed with it.
                let answer = alloc.join().unwrap();
                assert_eq!(answer.is_err(), size > 16_384);
                assert!(answer.is_ok() || answer == Err(Status::InvalidContext));
            });
            assert!(!resource.too_early.load(Ordering::SeqCst), "{size} bytes");
            assert!(resource.given_back.load(Ordering::SeqCst), "{size} bytes");
        }
    }
}

/// In safe Rust: threads that allocate zeroed memory of a context that is dropped. Mapped memory, so that a late write faults.
#[test]
fn allocating_zeroed_memory_of_a_context_that_is_dropped() {
    for round in 0..600 {
        let context = Context::over(Arc::new(Mapped)).unwrap();
        let id = *context;
        let size = [16_384, 300, 40_000][round % 3];
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(move || {
                    loop {
                        if let Err(status) = id.alloc(&Request::new(size).zeroed()) {
                            break assert_eq!(status, Status::InvalidContext);
                        }
                    }
                });
            }
            while context.statistics().unwrap().live < 20 {
                thread::yield_now();
            }
            drop(context);
        });
    }
}

/// The same for memory that is copied.
#[test]
fn resizing_in_a_context_that_is_destroyed() {
    for round in 0..600 {
        let context = Builder::new().resource(Arc::new(Mapped)).create().unwrap();
        let sizes = [[16_000, 15_000], [16_384, 100_000], [300_000, 200_000]][round % 3];
        thread::scope(|scope| {
            let mut turns = Vec::new();
            for _ in 0..2 {
                let (begun, waiting) = std::sync::mpsc::channel();
                turns.push(waiting);
                scope.spawn(move || {
                    assert_eq!(
                        resize_until_the_end(context, sizes, &begun),
                        Status::InvalidContext
                    );
                });
            }
            for waiting in turns {
                waiting.recv().unwrap();
            }
            // SAFETY: the others use what they allocate by `resize` only.
            assert_eq!(unsafe { context.destroy() }, Ok(()));
        });
    }
}

fn resize_until_the_end(
    context: ContextId,
    sizes: [usize; 2],
    begun: &std::sync::mpsc::Sender<()>,
) -> Status {
    let mut start = match context.alloc(&Request::new(sizes[0])) {
        Ok(start) => start,
        Err(status) => return status,
    };
    for turn in 1.. {
        if turn == 5 {
            begun.send(()).unwrap();
        }
        // SAFETY: live, this thread's own, and memory that the processor reaches.
        match unsafe { context.resize(start.as_ptr(), sizes[turn % 2]) } {
            Ok(moved) => start = moved,
            Err(status) => return status,
        }
    }
    unreachable!("the context ends")
}
