//! Contexts and a cache under a sequence of operations against a model: ordered maps of what is live, and of what is to be
//! called when something dies. `hosted_model.rs` draws the sequences at random, the fuzz target `hosted` from its input.

use core::ffi::c_void;
use core::ptr::{NonNull, null_mut, without_provenance_mut};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use croft_runtime::hosted::{
    Builder, Cache, CacheOptions, Cleanup, ContextId, DebugOptions, Extent, Handle, Heap, Misuse, Request,
    Resource, Status,
};

/// The heap, which counts what is out and refuses when told to.
#[derive(Default)]
struct Counting {
    out: AtomicUsize,
    refuse: AtomicBool,
}

// SAFETY: the heap's own.
unsafe impl Resource for Counting {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        if self.refuse.load(Ordering::Relaxed) {
            return None;
        }
        self.out.fetch_add(size, Ordering::Relaxed);
        Heap.allocate(size, align)
    }

    unsafe fn deallocate(&self, extent: Extent) {
        self.out.fetch_sub(extent.size, Ordering::Relaxed);
        // SAFETY: the caller's obligations.
        unsafe { Heap.deallocate(extent) };
    }
}

/// An operation. Numbers choose among what is there, modulo its count.
#[derive(Clone, Debug)]
pub enum Step {
    Alloc {
        size: usize,
        align: u32,
        zero: bool,
    },
    Free(usize),
    FreeAgain(usize),
    Inside(usize, usize),
    Resize(usize, usize),
    Open(usize),
    Dup(usize),
    Close(usize),
    CloseAgain(usize),
    Retain(usize),
    Trim,
    Refuse(bool),
    /// Goes on in another context.
    Switch(usize),
    /// Makes a context, below the present one or not, in debug mode or not, and goes on there.
    Create {
        is_child: bool,
        is_debug: bool,
    },
    /// Destroys one, with those below it.
    Destroy(usize),
    /// Asks this context about memory of any.
    Whose(usize),
    /// As `Open`, with a destroy function.
    OpenWith(usize),
    Register,
    RunCleanup(usize),
    Cancel(usize),
    Mark,
    Buffer(usize),
    FreeBuffer(usize),
    ResizeBuffer(usize, usize),
    Charge(usize),
    Uncharge(usize),
    TrimCache(usize),
}

/// Contexts at once at most.
const CONTEXTS: usize = 6;
/// The limit of the cache.
const LIMIT: usize = 1 << 20;

std::thread_local! {
    /// What was called, in order: an object's address, or the number of a cleanup, which is odd.
    static CALLED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    static MISUSES: Cell<usize> = const { Cell::new(0) };
}

unsafe extern "C" fn note(object: *mut c_void) {
    CALLED.with_borrow_mut(|called| called.push(object.addr()));
}

unsafe extern "C" fn count_misuse(what: *const Misuse, _: *mut c_void) {
    assert!(!what.is_null());
    MISUSES.set(MISUSES.get() + 1);
}

/// What was called since the last look is this.
fn was_called(expected: &[usize]) {
    CALLED.with_borrow_mut(|called| {
        assert_eq!(*called, expected);
        called.clear();
    });
}

/// What the model knows of a live allocation.
struct Known {
    /// Its context's place.
    context: usize,
    size: usize,
    align: usize,
    fill: u8,
    handles: u32,
    is_many: bool,
    /// When its destroy function was registered, if it has one: when it was kept, or when the object became many.
    destroy: Option<usize>,
}

/// A context that exists.
struct Place {
    id: ContextId,
    parent: Option<usize>,
    is_debug: bool,
    marks: u64,
}

/// An open handle.
struct Open {
    handle: Handle,
    address: usize,
    mark: u64,
}

struct Model {
    /// By number, in the order of creation.
    contexts: BTreeMap<usize, Place>,
    /// The present one.
    now: usize,
    live: BTreeMap<usize, Known>,
    /// Freed, and not handed out again since, by context.
    freed: Vec<(usize, usize)>,
    open: Vec<Open>,
    closed: Vec<Handle>,
    /// Registered cleanups: the context, when, and the name.
    cleanups: Vec<(usize, usize, Cleanup)>,
    /// Those that have run or were cancelled.
    done: Vec<Cleanup>,
    resource: Arc<Counting>,
    cache: Cache,
    /// Buffers: size and fill.
    buffers: BTreeMap<usize, (usize, u8)>,
    external: usize,
    fill: u8,
    clock: usize,
}

fn pointer(address: usize) -> *mut u8 {
    core::ptr::with_exposed_provenance_mut(address)
}

impl Model {
    fn new() -> Self {
        let resource = Arc::new(Counting::default());
        let options = CacheOptions {
            limit: LIMIT,
            release_threshold: LIMIT / 2,
            size_classes: true,
            zero: true,
            out_of_memory: None,
        };
        let cache = Cache::new(Arc::<Counting>::clone(&resource), options);
        let mut model = Self {
            contexts: BTreeMap::new(),
            now: 0,
            live: BTreeMap::new(),
            freed: Vec::new(),
            open: Vec::new(),
            closed: Vec::new(),
            cleanups: Vec::new(),
            done: Vec::new(),
            resource,
            cache,
            buffers: BTreeMap::new(),
            external: 0,
            fill: 0,
            clock: 0,
        };
        model.create(None, false);
        model
    }

    /// A moment, later than all before.
    fn tick(&mut self) -> usize {
        self.clock += 1;
        self.clock
    }

    fn create(&mut self, parent: Option<usize>, is_debug: bool) {
        let mut builder = Builder::new();
        if is_debug {
            let options = DebugOptions {
                quarantine_count: 8,
                quarantine_bytes: 1 << 20,
                hook: Some(count_misuse),
                argument: null_mut(),
            };
            // SAFETY: the hook needs no argument; one thread.
            builder = unsafe { builder.debug(options) };
        } else {
            builder = builder.resource(Arc::<Counting>::clone(&self.resource));
        }
        if let Some(parent) = parent {
            builder = builder.parent(self.contexts[&parent].id);
        }
        let id = builder.create().unwrap();
        let number = self.tick();
        let place = Place {
            id,
            parent,
            is_debug,
            marks: 0,
        };
        self.contexts.insert(number, place);
        self.now = number;
    }

    /// The present context.
    fn context(&self) -> ContextId {
        self.contexts[&self.now].id
    }

    fn pick_context(&self, which: usize) -> Option<usize> {
        let index = which.checked_rem(self.contexts.len())?;
        self.contexts.keys().nth(index).copied()
    }

    /// A live allocation of the present context.
    fn pick(&self, which: usize) -> Option<usize> {
        let mine = || self.live.iter().filter(|(_, known)| known.context == self.now);
        let index = which.checked_rem(mine().count())?;
        mine().nth(index).map(|(&address, _)| address)
    }

    /// A fresh allocation: overlaps nothing, and is aligned.
    fn add(&mut self, start: NonNull<u8>, size: usize, align: usize) {
        let address = start.expose_provenance().get();
        assert!(address.is_multiple_of(align));
        let bytes = size.max(1);
        assert!(
            self.live
                .range(..address + bytes)
                .next_back()
                .is_none_or(|(&before, known)| before + known.size.max(1) <= address)
        );
        self.freed
            .retain(|(_, freed)| !(address..address + bytes).contains(freed));
        self.fill = self.fill.wrapping_add(1);
        // SAFETY: fresh.
        unsafe { start.write_bytes(self.fill, size) };
        let known = Known {
            context: self.now,
            size,
            align,
            fill: self.fill,
            handles: 0,
            is_many: false,
            destroy: None,
        };
        self.live.insert(address, known);
    }

    /// The contents are what was written.
    fn check_contents(&self, address: usize, bytes: usize, fill: u8) {
        // SAFETY: live.
        let contents = unsafe { core::slice::from_raw_parts(pointer(address), bytes) };
        assert!(contents.iter().all(|&byte| byte == fill));
    }

    /// An object dies; its destroy function was called, if it has one.
    fn end(&mut self, address: usize) {
        let known = self.live.remove(&address).unwrap();
        let called = known.destroy.map(|_| address);
        was_called(called.as_slice());
        self.freed.push((known.context, address));
    }

    fn make_many(&mut self, address: usize) {
        let now = self.tick();
        let known = self.live.get_mut(&address).unwrap();
        if !known.is_many {
            known.is_many = true;
            known.destroy = known.destroy.map(|_| now);
        }
    }

    /// A handle of an object was opened.
    fn opened(&mut self, handle: Handle, address: usize) {
        let known = self.live.get_mut(&address).unwrap();
        known.handles += 1;
        let mark = self.contexts[&known.context].marks;
        self.open.push(Open {
            handle,
            address,
            mark,
        });
    }

    fn run(&mut self, step: Step, refusing: bool) {
        let context = self.context();
        // Debug mode takes memory from the system.
        let refusing = refusing && !self.contexts[&self.now].is_debug;
        match step {
            Step::Alloc { size, align, zero } => {
                let request = Request {
                    size,
                    align: 1 << align,
                    zero,
                    label: Some(c"model"),
                };
                match context.alloc(&request) {
                    Ok(start) => {
                        if zero {
                            start.expose_provenance();
                            self.check_contents(start.addr().get(), size, 0);
                        }
                        self.add(start, size, request.align);
                    }
                    Err(status) => assert!(refusing && status == Status::OutOfMemory, "{status}"),
                }
            }
            Step::Free(which) => {
                let Some(address) = self.pick(which) else { return };
                let known = &self.live[&address];
                self.check_contents(address, known.size, known.fill);
                let pinned = known.handles > 0;
                // SAFETY: live, and used no more.
                let done = unsafe { context.free(pointer(address)) };
                if pinned {
                    assert_eq!(done, Err(Status::Busy));
                } else {
                    assert_eq!(done, Ok(()));
                    self.end(address);
                }
            }
            Step::FreeAgain(which) => {
                let Some(index) = which.checked_rem(self.freed.len()) else {
                    return;
                };
                let (context, address) = self.freed[index];
                let place = &self.contexts[&context];
                let before = MISUSES.get();
                // SAFETY: not live.
                let done = unsafe { place.id.free(pointer(address)) };
                assert_eq!(MISUSES.get() - before, usize::from(place.is_debug));
                // A span that was cut anew has forgotten; what lies there then may be anything but an allocation.
                assert!(done.is_err());
            }
            Step::Inside(which, offset) => {
                let Some(address) = self.pick(which) else { return };
                let known = &self.live[&address];
                if known.size > 1 {
                    let inside = address + 1 + offset % (known.size - 1);
                    assert_eq!(context.info(pointer(inside)), Err(Status::Interior));
                }
            }
            Step::Resize(which, size) => {
                let Some(address) = self.pick(which) else { return };
                let known = &self.live[&address];
                let (pinned, old, fill, align) = (
                    known.handles > 0 || known.is_many,
                    known.size,
                    known.fill,
                    known.align,
                );
                // SAFETY: live, and used no more.
                match unsafe { context.resize(pointer(address), size) } {
                    Ok(start) => {
                        assert!(!pinned);
                        start.expose_provenance();
                        self.check_contents(start.addr().get(), old.min(size), fill);
                        self.end(address);
                        self.add(start, size, align);
                    }
                    Err(Status::Busy) => assert!(pinned),
                    Err(status) => assert!(refusing && status == Status::OutOfMemory),
                }
            }
            Step::Open(which) => self.open(which, false),
            Step::OpenWith(which) => self.open(which, true),
            Step::Dup(which) => {
                let Some(index) = which.checked_rem(self.open.len()) else {
                    return;
                };
                let Open { handle, address, .. } = self.open[index];
                self.make_many(address);
                self.opened(handle.dup().unwrap(), address);
            }
            Step::Close(which) => {
                let Some(index) = which.checked_rem(self.open.len()) else {
                    return;
                };
                let Open { handle, address, .. } = self.open.swap_remove(index);
                assert_eq!(handle.data().unwrap().addr().get(), address);
                assert_eq!(handle.close(), Ok(()));
                self.closed.push(handle);
                let known = self.live.get_mut(&address).unwrap();
                known.handles -= 1;
                if !known.is_many {
                    self.end(address);
                }
            }
            Step::CloseAgain(which) => {
                let Some(index) = which.checked_rem(self.closed.len()) else {
                    return;
                };
                let handle = self.closed[index];
                let stale = if handle.context().exists() {
                    Status::StaleHandle
                } else {
                    Status::InvalidContext
                };
                assert_eq!(handle.close(), Err(stale));
                assert_eq!(handle.dup(), Err(stale));
                assert_eq!(handle.data(), Err(stale));
                assert_eq!(handle.retain(), Err(stale));
            }
            Step::Retain(which) => {
                let Some(address) = self.pick(which) else { return };
                assert_eq!(context.retain(pointer(address)), Ok(()));
                self.make_many(address);
            }
            Step::Trim => assert_eq!(context.trim(), Ok(())),
            Step::Refuse(_) => {}
            Step::Switch(which) => self.now = self.pick_context(which).unwrap(),
            Step::Create { is_child, is_debug } => {
                if self.contexts.len() < CONTEXTS {
                    self.create(is_child.then_some(self.now), is_debug);
                }
            }
            Step::Destroy(which) => {
                let Some(number) = self.pick_context(which) else {
                    return;
                };
                self.destroy(number);
                if self.contexts.is_empty() {
                    self.create(None, false);
                }
                self.now = self.pick_context(which).unwrap();
            }
            Step::Whose(which) => {
                let Some(index) = which.checked_rem(self.live.len()) else {
                    return;
                };
                let (&address, known) = self.live.iter().nth(index).unwrap();
                let answer = context.info(pointer(address)).map(|info| info.size);
                if known.context == self.now {
                    assert_eq!(answer, Ok(known.size));
                } else {
                    assert_eq!(answer, Err(Status::OtherContext));
                }
            }
            Step::Register => {
                let now = self.tick();
                let object = without_provenance_mut(2 * now + 1);
                // SAFETY: the function takes any object.
                let cleanup = unsafe { context.register(object, note) }.unwrap();
                self.cleanups.push((self.now, now, cleanup));
            }
            Step::RunCleanup(which) | Step::Cancel(which) => {
                let runs = matches!(step, Step::RunCleanup(_));
                let end = |cleanup: Cleanup| if runs { cleanup.run() } else { cleanup.cancel() };
                if let Some(index) = which.checked_rem(self.cleanups.len()) {
                    let (_, when, cleanup) = self.cleanups.swap_remove(index);
                    assert_eq!(end(cleanup), Ok(()));
                    was_called(runs.then_some(2 * when + 1).as_slice());
                    self.done.push(cleanup);
                }
                if let Some(index) = which.checked_rem(self.done.len()) {
                    let again = end(self.done[index]);
                    assert!(matches!(again, Err(Status::StaleHandle | Status::InvalidContext)));
                }
                was_called(&[]);
            }
            Step::Mark => {
                let place = self.contexts.get_mut(&self.now).unwrap();
                place.marks += 1;
                assert_eq!(context.mark(), Ok(place.marks));
            }
            Step::Buffer(size) => {
                let answer = self.cache.alloc(size, 64);
                self.got_buffer(answer, size);
            }
            Step::FreeBuffer(which) => {
                let Some(address) = self.take_buffer(which) else {
                    return;
                };
                // SAFETY: live, and used no more; then it is not.
                unsafe {
                    assert_eq!(
                        self.cache.free(pointer(address).wrapping_add(1)),
                        Err(Status::Interior)
                    );
                    assert_eq!(self.cache.free(pointer(address)), Ok(()));
                    let again = self.cache.free(pointer(address));
                    assert!(matches!(again, Err(Status::Freed | Status::Foreign)));
                }
            }
            Step::ResizeBuffer(which, size) => {
                let Some(address) = self.take_buffer(which) else {
                    return;
                };
                // SAFETY: live, and used no more. If it is refused the old one is gone all the same.
                let answer = unsafe { self.cache.resize(pointer(address), size) };
                self.got_buffer(answer, size);
            }
            Step::Charge(bytes) => match self.cache.charge(bytes) {
                Ok(()) => self.external += bytes,
                Err(status) => assert_eq!(status, Status::Limit),
            },
            Step::Uncharge(bytes) => {
                let enough = bytes <= self.external;
                let answer = self.cache.uncharge(bytes);
                assert_eq!(answer.is_ok(), enough);
                if enough {
                    self.external -= bytes;
                }
            }
            Step::TrimCache(keep) => {
                self.cache.trim_to(keep);
                assert!(self.cache.statistics().cached_bytes <= keep);
            }
        }
    }

    fn open(&mut self, which: usize, with: bool) {
        let Some(address) = self.pick(which) else { return };
        let function = with.then_some(note as unsafe extern "C" fn(*mut c_void));
        // SAFETY: the function takes any object.
        let handle = unsafe { self.context().open(pointer(address), function, None) }.unwrap();
        let known = &self.live[&address];
        if known.is_many || known.handles > 0 {
            self.make_many(address);
        }
        let now = self.tick();
        let known = self.live.get_mut(&address).unwrap();
        if with && known.destroy.is_none() {
            known.destroy = Some(now);
        }
        self.opened(handle, address);
    }

    /// A buffer was asked for: it is zero.
    fn got_buffer(&mut self, answer: Result<NonNull<u8>, Status>, size: usize) {
        match answer {
            Ok(start) => {
                let address = start.expose_provenance().get();
                self.check_contents(address, size, 0);
                self.fill = self.fill.wrapping_add(1) | 1;
                // SAFETY: live.
                unsafe { start.write_bytes(self.fill, size) };
                assert!(self.buffers.insert(address, (size, self.fill)).is_none());
            }
            Err(status) => assert!(matches!(status, Status::Limit | Status::OutOfMemory)),
        }
    }

    /// A live buffer, whose contents are what was written.
    fn take_buffer(&mut self, which: usize) -> Option<usize> {
        let index = which.checked_rem(self.buffers.len())?;
        let (&address, &(size, fill)) = self.buffers.iter().nth(index)?;
        self.check_contents(address, size, fill);
        self.buffers.remove(&address);
        Some(address)
    }

    /// A context and those below it, children first, the newest first.
    fn below(&self, number: usize) -> Vec<usize> {
        let children = self.contexts.iter().rev();
        let children = children.filter(|(_, place)| place.parent == Some(number));
        let mut order: Vec<_> = children.flat_map(|(&child, _)| self.below(child)).collect();
        order.push(number);
        order
    }

    /// Destroys a context: everything registered is called, the newest first, once.
    fn destroy(&mut self, number: usize) {
        let order = self.below(number);
        let mut called = Vec::new();
        for &number in &order {
            let cleanups = self.cleanups.iter().filter(|(context, ..)| *context == number);
            let cleanups = cleanups.map(|&(_, when, _)| (when, 2 * when + 1));
            let objects = self.live.iter().filter(|(_, known)| known.context == number);
            let objects = objects.filter_map(|(&address, known)| Some((known.destroy?, address)));
            let mut pending: Vec<_> = cleanups.chain(objects).collect();
            pending.sort_unstable();
            called.extend(pending.into_iter().rev().map(|(_, what)| what));
        }
        // SAFETY: the model's own.
        assert_eq!(unsafe { self.contexts[&number].id.destroy() }, Ok(()));
        was_called(&called);
        for number in order {
            let id = self.contexts.remove(&number).unwrap().id;
            assert!(!id.exists());
            self.live.retain(|_, known| known.context != number);
            self.freed.retain(|&(context, _)| context != number);
            self.cleanups.retain(|&(context, _, cleanup)| {
                let stays = context != number;
                if !stays {
                    self.done.push(cleanup);
                }
                stays
            });
            self.open.retain(|open| {
                let stays = open.handle.context() != id;
                if !stays {
                    self.closed.push(open.handle);
                }
                stays
            });
        }
    }

    /// The contexts and the cache say what the model says.
    fn check(&self) {
        let mut out = 0;
        for (&number, place) in &self.contexts {
            let mut bytes = 0;
            let mine = || self.live.iter().filter(|(_, known)| known.context == number);
            for (&address, known) in mine() {
                let info = place.id.info(pointer(address)).unwrap();
                assert_eq!(
                    (info.size, info.align, info.handles, info.is_retained),
                    (known.size, known.align, known.handles, known.is_many)
                );
                assert_eq!(info.label, Some(c"model"));
                bytes += known.size;
            }
            let mut listed: Vec<_> = place.id.live().unwrap();
            listed.sort_by_key(|allocation| allocation.start);
            let listed = listed.iter().map(|allocation| allocation.start.addr().get());
            assert!(listed.eq(mine().map(|(&address, _)| address)));
            let statistics = place.id.statistics().unwrap();
            let open = || self.open.iter().filter(|open| open.handle.context() == place.id);
            assert_eq!(
                (statistics.live, statistics.live_bytes, statistics.handles),
                (mine().count(), bytes, open().count())
            );
            for mark in [0, place.marks] {
                let leaks = place.id.leaks(mark).unwrap().len();
                assert_eq!(leaks, open().filter(|open| open.mark >= mark).count());
            }
            assert_eq!(place.id.invariants_hold(), Ok(true));
            if !place.is_debug {
                out += statistics.held_bytes;
            }
        }
        let statistics = self.cache.statistics();
        assert_eq!(
            (statistics.live, statistics.external_bytes),
            (self.buffers.len(), self.external)
        );
        let firm = statistics.live_bytes + statistics.external_bytes;
        assert!(firm + statistics.cached_bytes <= LIMIT);
        assert!(statistics.live_bytes >= self.buffers.values().map(|(size, _)| size).sum());
        out += statistics.live_bytes + statistics.cached_bytes;
        assert_eq!(out, self.resource.out.load(Ordering::Relaxed));
    }
}

/// Runs a sequence on contexts and a cache of its own. Panics where they and the model differ, or something leaks.
pub fn run(steps: impl IntoIterator<Item = Step>) {
    MISUSES.set(0);
    let mut model = Model::new();
    let resource = Arc::clone(&model.resource);
    for (number, step) in steps.into_iter().enumerate() {
        if let Step::Refuse(refuse) = step {
            resource.refuse.store(refuse, Ordering::Relaxed);
        }
        model.run(step, resource.refuse.load(Ordering::Relaxed));
        was_called(&[]);
        if number % 16 == 0 {
            model.check();
        }
    }
    model.check();
    while let Some((&number, _)) = model.contexts.first_key_value() {
        model.destroy(number);
    }
    for handle in model.closed {
        assert_eq!(handle.close(), Err(Status::InvalidContext));
    }
    for &address in model.buffers.keys() {
        // SAFETY: live, and used no more.
        assert_eq!(unsafe { model.cache.free(pointer(address)) }, Ok(()));
    }
    drop(model.cache);
    assert_eq!(resource.out.load(Ordering::Relaxed), 0);
}
