//! A context under a sequence of operations against a model: an ordered map of what is live. `hosted_model.rs` draws the
//! sequences at random, the fuzz target `hosted` from its input.

use core::ptr::NonNull;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use croft_runtime::hosted::{Builder, ContextId, Extent, Handle, Heap, Request, Resource, Status};

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
    Alloc { size: usize, align: u32, zero: bool },
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
}

/// What the model knows of a live allocation.
struct Known {
    size: usize,
    align: usize,
    fill: u8,
    handles: u32,
    is_many: bool,
}

struct Model {
    context: ContextId,
    live: BTreeMap<usize, Known>,
    /// Freed, and not handed out again since.
    freed: Vec<usize>,
    open: Vec<(Handle, usize)>,
    closed: Vec<Handle>,
    fill: u8,
}

fn pointer(address: usize) -> *mut u8 {
    core::ptr::with_exposed_provenance_mut(address)
}

impl Model {
    fn pick(&self, which: usize) -> Option<usize> {
        let index = which.checked_rem(self.live.len())?;
        self.live.keys().nth(index).copied()
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
            .retain(|&freed| !(address..address + bytes).contains(&freed));
        self.fill = self.fill.wrapping_add(1);
        // SAFETY: fresh.
        unsafe { start.write_bytes(self.fill, size) };
        self.live.insert(
            address,
            Known {
                size,
                align,
                fill: self.fill,
                handles: 0,
                is_many: false,
            },
        );
    }

    /// The contents are what was written.
    fn check_contents(&self, address: usize, bytes: usize, fill: u8) {
        // SAFETY: live.
        let contents = unsafe { core::slice::from_raw_parts(pointer(address), bytes) };
        assert!(contents.iter().all(|&byte| byte == fill));
    }

    fn end(&mut self, address: usize) {
        self.live.remove(&address);
        self.freed.push(address);
    }

    fn run(&mut self, step: Step, refusing: bool) {
        let context = self.context;
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
                // SAFETY: not live.
                let done = unsafe { context.free(pointer(self.freed[index])) };
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
            Step::Open(which) => {
                let Some(address) = self.pick(which) else { return };
                // SAFETY: no destroy function.
                let handle = unsafe { context.open(pointer(address), None, None) }.unwrap();
                self.open.push((handle, address));
                if let Some(known) = self.live.get_mut(&address) {
                    known.is_many |= known.handles > 0;
                    known.handles += 1;
                }
            }
            Step::Dup(which) => {
                let Some(index) = which.checked_rem(self.open.len()) else {
                    return;
                };
                let (handle, address) = self.open[index];
                self.open.push((handle.dup().unwrap(), address));
                if let Some(known) = self.live.get_mut(&address) {
                    known.is_many = true;
                    known.handles += 1;
                }
            }
            Step::Close(which) => {
                let Some(index) = which.checked_rem(self.open.len()) else {
                    return;
                };
                let (handle, address) = self.open.swap_remove(index);
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
                assert_eq!(handle.close(), Err(Status::StaleHandle));
                assert_eq!(handle.dup(), Err(Status::StaleHandle));
                assert_eq!(handle.data(), Err(Status::StaleHandle));
                assert_eq!(handle.retain(), Err(Status::StaleHandle));
            }
            Step::Retain(which) => {
                let Some(address) = self.pick(which) else { return };
                assert_eq!(context.retain(pointer(address)), Ok(()));
                self.live.get_mut(&address).unwrap().is_many = true;
            }
            Step::Trim => assert_eq!(context.trim(), Ok(())),
            Step::Refuse(_) => {}
        }
    }

    /// The context says what the model says.
    fn check(&self, out: usize) {
        let mut bytes = 0;
        for (&address, known) in &self.live {
            let info = self.context.info(pointer(address)).unwrap();
            assert_eq!(
                (info.size, info.align, info.handles, info.is_retained),
                (known.size, known.align, known.handles, known.is_many)
            );
            assert_eq!(info.label, Some(c"model"));
            bytes += known.size;
        }
        let mut listed: Vec<_> = self.context.live().unwrap();
        listed.sort_by_key(|allocation| allocation.start);
        assert!(
            listed
                .iter()
                .map(|allocation| allocation.start.addr().get())
                .eq(self.live.keys().copied())
        );
        let statistics = self.context.statistics().unwrap();
        assert_eq!(
            (
                statistics.live,
                statistics.live_bytes,
                statistics.handles,
                statistics.held_bytes
            ),
            (self.live.len(), bytes, self.open.len(), out)
        );
        assert_eq!(self.context.invariants_hold(), Ok(true));
    }
}

/// Runs a sequence on a context of its own. Panics where context and model differ, or something leaks.
pub fn run(steps: impl IntoIterator<Item = Step>) {
    let resource = Arc::new(Counting::default());
    let context = Builder::new()
        .resource(Arc::<Counting>::clone(&resource))
        .create()
        .unwrap();
    let mut model = Model {
        context,
        live: BTreeMap::new(),
        freed: Vec::new(),
        open: Vec::new(),
        closed: Vec::new(),
        fill: 0,
    };
    for (number, step) in steps.into_iter().enumerate() {
        if let Step::Refuse(refuse) = step {
            resource.refuse.store(refuse, Ordering::Relaxed);
        }
        model.run(step, resource.refuse.load(Ordering::Relaxed));
        if number % 16 == 0 {
            model.check(resource.out.load(Ordering::Relaxed));
        }
    }
    model.check(resource.out.load(Ordering::Relaxed));
    // SAFETY: the model's own.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
    assert_eq!(resource.out.load(Ordering::Relaxed), 0);
    for (handle, _) in model.open {
        assert_eq!(handle.close(), Err(Status::InvalidContext));
    }
}
