//! Contexts where they meet other things: memory that the processor cannot reach, deep nesting, callbacks that come back,
//! threads that use what another destroys.
#![cfg(feature = "hosted")]

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use croft_runtime::hosted::{
    Builder, Cache, CacheOptions, Context, ContextId, DebugOptions, Extent, Handle, Heap, Mapped, Request,
    Resource, Status,
};

/// Device memory: addresses that fault when the processor touches them. Hands out each byte once.
struct Device {
    start: NonNull<u8>,
    bytes: usize,
    next: AtomicUsize,
    out: AtomicUsize,
    zeroed: AtomicUsize,
}

// SAFETY: addresses only, and atomics.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

impl Device {
    fn new(bytes: usize) -> Self {
        // SAFETY: a new mapping that nobody can access.
        let start = unsafe {
            libc::mmap(
                null_mut(),
                bytes,
                libc::PROT_NONE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(start, libc::MAP_FAILED);
        Self {
            start: NonNull::new(start.cast()).unwrap(),
            bytes,
            next: AtomicUsize::new(0),
            out: AtomicUsize::new(0),
            zeroed: AtomicUsize::new(0),
        }
    }
}

// SAFETY: each byte is handed out once, at the alignment asked for.
unsafe impl Resource for Device {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let at = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                Some(next.next_multiple_of(align) + size)
            })
            .unwrap()
            .next_multiple_of(align);
        if at + size > self.bytes {
            return None;
        }
        self.out.fetch_add(size, Ordering::Relaxed);
        // SAFETY: within the mapping.
        let start = unsafe { self.start.add(at) };
        assert!(start.addr().get().is_multiple_of(align));
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        self.out.fetch_sub(extent.size, Ordering::Relaxed);
    }

    fn is_addressable(&self) -> bool {
        false
    }

    unsafe fn zero(&self, _: NonNull<u8>, bytes: usize) {
        self.zeroed.fetch_add(bytes, Ordering::Relaxed);
    }
}

#[test]
fn nothing_looks_into_device_memory() {
    let device = Arc::new(Device::new(256 << 20));
    let options = CacheOptions {
        zero: true,
        ..CacheOptions::default()
    };
    let cache = Arc::new(Cache::new(Arc::<Device>::clone(&device), options));
    for round in 0..3usize {
        let context = Context::over(Arc::<Cache>::clone(&cache)).unwrap();
        let mut zeroed = 0;
        for size in [0, 1, 64, 5_000, 16_384, 16_385, 1_000_000] {
            let first = context.alloc(&Request::new(size)).unwrap();
            let second = context.alloc(&Request::new(size).zeroed()).unwrap();
            zeroed += size;
            assert_eq!(context.info(first.as_ptr()).unwrap().size, size);
            // SAFETY: no destroy function; used no more.
            unsafe {
                context
                    .open(second.as_ptr(), None, None)
                    .unwrap()
                    .close()
                    .unwrap();
                assert_eq!(context.free(first.as_ptr()), Ok(()));
                assert_eq!(context.free(first.as_ptr()), Err(Status::Freed));
            }
        }
        assert!(
            device.zeroed.swap(0, Ordering::Relaxed) >= zeroed,
            "round {round}"
        );
        assert_eq!(context.buffer(100).err(), Some(Status::NotAddressable));
        for size in [100, 100_000] {
            let start = context.alloc(&Request::new(size)).unwrap().as_ptr();
            // SAFETY: live, and used no more.
            unsafe {
                assert_eq!(context.resize(start, 2 * size), Err(Status::NotAddressable));
                assert_eq!(context.resize(start.wrapping_add(1), 1), Err(Status::Interior));
                assert_eq!(context.free(start), Ok(()), "nothing has changed");
            }
        }
    }
    let mut lease = cache.lease(5000).unwrap();
    assert!(lease.bytes().is_none());
    drop(lease);
    assert!(cache.statistics().hits > 0);
    drop(cache);
    assert_eq!(device.out.load(Ordering::Relaxed), 0);
}

#[test]
fn a_deep_nest_ends_with_its_root() {
    let root = Builder::new().create().unwrap();
    let mut chain = vec![root];
    for _ in 0..5_000 {
        let child = Builder::new().parent(*chain.last().unwrap()).create().unwrap();
        child.alloc(&Request::new(1)).unwrap();
        chain.push(child);
    }
    // SAFETY: nothing is used.
    unsafe {
        assert_eq!(chain[4_000].destroy(), Ok(()));
        assert!(chain[3_999].exists() && !chain[4_000].exists() && !chain[5_000].exists());
        assert_eq!(root.destroy(), Ok(()));
    }
    assert!(chain.iter().all(|context| !context.exists()));
}

#[test]
fn children_borrow_their_parents() {
    let parent = Context::new().unwrap();
    let id = {
        let child = parent.child().unwrap();
        let mut buffer = child.buffer(1000).unwrap();
        assert!(buffer.iter().all(|&byte| byte == 0));
        buffer[999] = 1;
        assert_eq!(child.statistics().unwrap().live, 1);
        drop(buffer);
        assert_eq!(child.statistics().unwrap().live, 0);
        ContextId::from_number(child.number())
    };
    assert!(!id.exists() && parent.exists());
}

static ASKED: AtomicU64 = AtomicU64::new(0);

/// Uses its context, and tries to destroy it.
unsafe extern "C" fn come_back(object: *mut c_void) {
    // SAFETY: the objects of these tests begin with the number of their context.
    let context = ContextId::from_number(unsafe { object.cast::<u64>().read() });
    if context.exists() {
        assert_eq!(context.info(object.cast()), Err(Status::Freed), "it is dying");
        let other = context.alloc(&Request::new(10)).unwrap();
        // SAFETY: nothing is used; refused.
        assert_eq!(unsafe { context.destroy() }, Err(Status::Busy));
        // SAFETY: as above.
        assert_eq!(unsafe { context.free(other.as_ptr()) }, Ok(()));
    }
    ASKED.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn callbacks_may_come_back() {
    let parent = Builder::new().create().unwrap();
    let context = Builder::new().parent(parent).create().unwrap();
    let object = || {
        let object = context.alloc(&Request::new(8)).unwrap();
        // SAFETY: fresh.
        unsafe { object.cast::<u64>().write(context.number()) };
        object.as_ptr()
    };
    // SAFETY: `come_back` reads what was written; nothing is used after it was freed.
    unsafe {
        // By the only handle, by free, by a cleanup that runs early, with the context.
        context
            .open(object(), Some(come_back), None)
            .unwrap()
            .close()
            .unwrap();
        let retained = object();
        let handle = context.open(retained, Some(come_back), None).unwrap();
        handle.retain().unwrap();
        handle.close().unwrap();
        assert_eq!(context.free(retained), Ok(()));
        assert_eq!(ASKED.load(Ordering::Relaxed), 2);
        let left = object();
        context.open(left, Some(come_back), None).unwrap();
        context.retain(left).unwrap();
        context.open(object(), Some(come_back), None).unwrap();
        assert_eq!(parent.destroy(), Ok(()));
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 4);
}

#[test]
fn destroying_what_others_use_is_a_clean_answer() {
    for round in 0..40 {
        let context = Builder::new().resource(Arc::new(Mapped)).create().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        match context.alloc(&Request::new(40_000 * (round % 2) + 100)) {
                            Ok(_) => {}
                            Err(status) => break assert_eq!(status, Status::InvalidContext),
                        }
                    }
                });
            }
            scope.spawn(|| {
                while context.statistics().unwrap().live < 100 {
                    std::thread::yield_now();
                }
                // SAFETY: the others never use what they allocate.
                assert_eq!(unsafe { context.destroy() }, Ok(()));
            });
        });
        assert!(!context.exists());
    }
}

/// A slot that is used again has the label of its present allocation, and none if that has none.
#[test]
fn a_label_goes_with_its_allocation() {
    let context = Context::new().unwrap();
    let labels = [None, Some(c"first"), None, Some(c"second"), Some(c"third"), None];
    let mut start = None;
    for label in labels {
        let request = Request {
            label,
            ..Request::new(100)
        };
        let allocation = context.alloc(&request).unwrap().as_ptr();
        assert_eq!(
            *start.get_or_insert(allocation),
            allocation,
            "one slot serves all"
        );
        assert_eq!(context.info(allocation).unwrap().label, label);
        let beside = context.alloc(&Request::new(100)).unwrap().as_ptr();
        assert_eq!(context.info(beside).unwrap().label, None);
        // SAFETY: live, and used no more.
        unsafe {
            context.free(beside).unwrap();
            context.free(allocation).unwrap();
        }
    }
}

/// What a handle had is not what the next one in its slot has.
#[test]
fn a_label_goes_with_its_handle() {
    let context = Context::new().unwrap();
    let object = context.alloc(&Request::new(8)).unwrap().as_ptr();
    context.retain(object).unwrap();
    for label in [None, Some(c"opener"), None] {
        // SAFETY: no destroy function.
        let handle = unsafe { context.open(object, None, label) }.unwrap();
        let leaks = context.leaks(0).unwrap();
        assert_eq!(leaks.len(), 1);
        assert_eq!((leaks[0].handle, leaks[0].label), (handle, label));
        handle.close().unwrap();
    }
    let before = context.leaks(0).unwrap();
    assert!(before.is_empty());
    let mark = context.mark().unwrap();
    // SAFETY: no destroy function.
    let handle = unsafe { context.open(object, None, None) }.unwrap();
    assert_eq!(context.leaks(mark).unwrap().len(), 1);
    assert!(context.leaks(mark + 1).unwrap().is_empty());
    handle.close().unwrap();
    assert!(context.leaks(0).unwrap().is_empty());
}

/// Threads that use contexts in turn, each of which takes the place of one that another thread had used.
#[test]
fn places_of_contexts_pass_between_threads() {
    for _ in 0..50 {
        let context = Context::new().unwrap();
        let id = *context;
        let use_it = move || {
            for _ in 0..100 {
                let object = id.alloc(&Request::new(40)).unwrap().as_ptr();
                // SAFETY: no destroy function; live, and used no more.
                unsafe { id.open(object, None, None) }.unwrap().close().unwrap();
            }
        };
        thread::scope(|scope| {
            scope.spawn(use_it).join().unwrap();
            scope.spawn(use_it);
            scope.spawn(use_it);
        });
        use_it();
        let statistics = id.statistics().unwrap();
        assert_eq!(
            (statistics.live, statistics.allocations, statistics.handles),
            (0, 400, 0)
        );
        assert_eq!(statistics.frees, 400);
    }
}

/// Supplies one extent to whoever asks while it is there, and refuses all else; at first extents of the heap.
struct Passing {
    extent: Extent,
    is_out: AtomicBool,
    is_heap: AtomicBool,
}

// SAFETY: the extent is one user's at a time.
unsafe impl Sync for Passing {}

// SAFETY: the extent is one user's at a time; the heap's own otherwise.
unsafe impl Resource for Passing {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        if self.is_heap.load(Ordering::Relaxed) {
            return Heap.allocate(size, align);
        }
        let is_there = size == self.extent.size && !self.is_out.swap(true, Ordering::AcqRel);
        is_there.then_some(Extent { align, ..self.extent })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        if extent.start == self.extent.start {
            self.is_out.store(false, Ordering::Release);
        } else {
            // SAFETY: the caller's obligations.
            unsafe { Heap.deallocate(extent) };
        }
    }
}

/// A pointer into memory that passes between two contexts is judged while it passes. What is judged wrongly is used as an
/// index, of which one context has many more than the other.
#[test]
fn a_wrong_pointer_while_another_context_grows() {
    let extent = Heap.allocate(1 << 16, 1 << 16).unwrap();
    let passing = Arc::new(Passing {
        extent,
        is_out: AtomicBool::new(false),
        is_heap: AtomicBool::new(true),
    });
    let over = || Context::over(Arc::<Passing>::clone(&passing)).unwrap();
    let (few, many) = (over(), over());
    let is_full = || {
        let statistics = many.statistics().unwrap();
        statistics.live >= 4_000 && statistics.live_bytes == statistics.held_bytes
    };
    while !is_full() {
        many.alloc(&Request::new(16_384)).unwrap();
    }
    passing.is_heap.store(false, Ordering::Relaxed);
    let few_id = *few;
    let address = extent.address();
    let goes_on = AtomicBool::new(true);
    thread::scope(|scope| {
        let judge = scope.spawn(|| {
            let mut answers = 0;
            while goes_on.load(Ordering::Relaxed) {
                let known = few_id.info(core::ptr::without_provenance(address));
                assert!(
                    matches!(
                        known,
                        Ok(_) | Err(Status::Foreign | Status::Freed | Status::OtherContext)
                    ),
                    "{known:?}"
                );
                answers += 1;
            }
            answers
        });
        for _ in 0..20_000 {
            for context in [&few, &many] {
                let start = context.alloc(&Request::new(16_384)).unwrap();
                assert_eq!(start.addr().get(), address);
                // SAFETY: live, and used no more.
                assert_eq!(unsafe { context.free(start.as_ptr()) }, Ok(()));
                assert_eq!(context.trim(), Ok(()));
            }
        }
        goes_on.store(false, Ordering::Relaxed);
        println!("{} answers", judge.join().unwrap());
    });
    drop((few, many));
    // SAFETY: both contexts have given it back.
    unsafe { Heap.deallocate(extent) };
}

/// Opening a handle of a buffer needs a promise, closing it none: it must not free what the buffer owns.
#[test]
fn closing_a_handle_of_a_buffer_does_not_free_it() {
    let context = Context::new().unwrap();
    for bytes in [100, 100_000] {
        let mut buffer = context.buffer(bytes).unwrap();
        buffer[0] = 7;
        // SAFETY: no destroy function; the buffer's object is retained.
        let open = |buffer: &mut [u8]| unsafe { context.open(buffer.as_mut_ptr(), None, None) }.unwrap();
        let handle = open(&mut buffer);
        assert_eq!(handle.close(), Ok(()));
        let others: Vec<_> = (0..10).map(|_| context.buffer(bytes).unwrap()).collect();
        assert!(others.iter().all(|other| other.as_ptr() != buffer.as_ptr()));
        assert_eq!(buffer[0], 7);
        drop(others);
        // By two handles, one of them a duplicate.
        let handle = open(&mut buffer);
        let twin = handle.dup().unwrap();
        handle.retain().unwrap();
        assert_eq!((handle.close(), twin.close()), (Ok(()), Ok(())));
        assert_eq!(context.statistics().unwrap().live, 1);
        // Pinned when it is dropped: it stays until the context ends, or is freed by its name.
        let pinned = open(&mut buffer);
        let start = pinned.data().unwrap().as_ptr();
        drop(buffer);
        assert_eq!(context.info(start).unwrap().handles, 1);
        assert_eq!(pinned.close(), Ok(()));
        // SAFETY: nothing uses it.
        assert_eq!(unsafe { context.free(start) }, Ok(()));
        assert_eq!(context.statistics().unwrap().live, 0);
    }
}

/// An object that holds a handle of another one, and closes it when it dies.
#[repr(C)]
struct Holder {
    held: Handle,
    context: u64,
    number: u64,
}

/// What the destroy functions of holders saw, in their order: number and status.
static SEEN: Mutex<Vec<(u64, Result<(), Status>)>> = Mutex::new(Vec::new());

unsafe extern "C" fn close_held(object: *mut c_void) {
    // SAFETY: the objects of the test below.
    let holder = unsafe { object.cast::<Holder>().read() };
    let context = ContextId::from_number(holder.context);
    assert!(context.exists());
    // SAFETY: refused.
    assert_eq!(unsafe { context.destroy() }, Err(Status::Busy));
    let child = Builder::new().parent(context).create();
    assert_eq!(child.err().is_some(), holder.number >= 10, "only before its end");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(context.exists(), holder.number < 10, "gone for others"));
    });
    let closed = holder.held.close();
    SEEN.lock().unwrap().push((holder.number, closed));
}

unsafe extern "C" fn register_another(object: *mut c_void) {
    // SAFETY: the number of a context, in a static.
    let context = ContextId::from_number(
        unsafe { object.cast::<AtomicU64>().as_ref() }
            .unwrap()
            .load(Ordering::Relaxed),
    );
    SEEN.lock().unwrap().push((100, Ok(())));
    // SAFETY: does nothing with its object.
    unsafe { context.register(null_mut(), note_the_last) }.unwrap();
}

unsafe extern "C" fn note_the_last(_: *mut c_void) {
    SEEN.lock().unwrap().push((101, Ok(())));
}

/// At its end a context is what it was, for those who are called.
#[test]
fn destroy_functions_use_their_context_at_its_end() {
    let context = Builder::new().create().unwrap();
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    NUMBER.store(context.number(), Ordering::Relaxed);
    let make = |number, held, large: bool| {
        let size = if large { 50_000 } else { size_of::<Holder>() };
        let start = context.alloc(&Request::new(size)).unwrap();
        // SAFETY: fresh; `close_held` reads a holder.
        unsafe {
            start.cast::<Holder>().write(Holder {
                held,
                context: context.number(),
                number,
            });
            context.open(start.as_ptr(), Some(close_held), None).unwrap()
        }
    };
    let none = Handle::default();
    // An older holder holds a newer one's handle, which has died by then; one of an object without a destroy function; one
    // that was closed. The newest holds the handle of an older one, which dies by that, once.
    let plain = context.alloc(&Request::new(8)).unwrap();
    // SAFETY: no destroy function.
    let plain = unsafe { context.open(plain.as_ptr(), None, None) }.unwrap();
    let closed = make(1, none, false);
    let old = make(10, plain, false);
    let middle = make(11, old, true);
    let of_closed = make(12, closed, false);
    let many = make(13, of_closed, false);
    let twin = many.dup().unwrap();
    let last = make(14, many, false);
    // A holder made before what it holds: written afterwards.
    let early = make(15, none, true);
    let late = make(16, middle, false);
    // SAFETY: live.
    unsafe { early.data().unwrap().cast::<Holder>().as_mut() }.held = late;
    assert_eq!(closed.close(), Ok(()));
    assert_eq!(
        SEEN.lock().unwrap().split_off(0),
        [(1, Err(Status::InvalidContext))]
    );
    // SAFETY: a static.
    unsafe { context.register(NUMBER.as_ptr().cast(), register_another) }.unwrap();
    // SAFETY: nothing is used afterwards.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
    let seen = SEEN.lock().unwrap().split_off(0);
    let expected = [
        (100, Ok(())),
        // The newest closes `middle`, which dies at once, and closes `old`, which does, and closes `plain`.
        (10, Ok(())),
        (11, Ok(())),
        (16, Ok(())),
        // Its handle is still open, though it has died.
        (15, Ok(())),
        (14, Ok(())),
        // `many` is many: it dies in its turn, and closes the last handle of another one.
        (12, Err(Status::StaleHandle)),
        (13, Ok(())),
        (101, Ok(())),
    ];
    let mut once: Vec<_> = seen.iter().map(|(number, _)| *number).collect();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "each once: {seen:?}");
    assert_eq!(seen, expected);
    assert!(!context.exists());
    assert_eq!(
        (twin.close(), last.close()),
        (Err(Status::InvalidContext), Err(Status::InvalidContext))
    );
}

/// Debug mode protects pages, so it takes its memory from the system.
#[test]
fn debug_mode_has_no_other_resource() {
    // SAFETY: no hook.
    let debug = || unsafe { Builder::new().debug(DebugOptions::default()) };
    assert_eq!(debug().resource(Arc::new(Heap)).create(), Err(Status::Argument));
    let parent = debug().create().unwrap();
    let child = Builder::new().parent(parent).create().unwrap();
    let plain = Builder::new()
        .parent(parent)
        .resource(Arc::new(Heap))
        .create()
        .unwrap();
    let quarantined = |context: ContextId| {
        let start = context.alloc(&Request::new(100)).unwrap().as_ptr();
        // SAFETY: live, and used no more.
        unsafe { context.free(start) }.unwrap();
        let again = context.alloc(&Request::new(100)).unwrap().as_ptr();
        again != start
    };
    assert!(quarantined(parent) && quarantined(child) && !quarantined(plain));
    // SAFETY: nothing is used.
    assert_eq!(unsafe { parent.destroy() }, Ok(()));
}

/// Numbers that never were contexts, asked first of all in a thread.
#[test]
fn a_thread_may_begin_with_a_number_that_names_nothing() {
    for number in [0, 1 << 32, u64::MAX, u64::MAX >> 1] {
        thread::spawn(move || {
            let context = ContextId::from_number(number);
            assert!(!context.exists());
            assert_eq!(context.info(null_mut()), Err(Status::InvalidContext));
            assert_eq!(context.alloc(&Request::new(8)), Err(Status::InvalidContext));
            assert_eq!(context.statistics(), Err(Status::InvalidContext));
            // SAFETY: refused.
            assert_eq!(unsafe { context.destroy() }, Err(Status::InvalidContext));
            assert_eq!(Handle::default().close(), Err(Status::InvalidContext));
        })
        .join()
        .unwrap();
    }
}
