//! Contexts: long-lived, thread-safe regions whose allocations are tracked and may be freed one by one.
//!
//! ```
//! use croft_runtime::hosted::{Context, Request, Status};
//!
//! let context = Context::new()?;
//! let table = context.alloc(&Request::new(1000).zeroed().label(c"table"))?;
//! let info = context.info(table.as_ptr())?;
//! assert_eq!((info.size, info.align, info.label), (1000, 64, Some(c"table")));
//! // Wrong pointers are told apart, and never followed.
//! assert_eq!(context.info(table.as_ptr().wrapping_add(8)), Err(Status::Interior));
//! assert_eq!(context.info(8 as *const u8), Err(Status::Foreign));
//! // SAFETY: nothing refers to the table.
//! unsafe { context.free(table.as_ptr()) }?;
//! assert_eq!(context.info(table.as_ptr()), Err(Status::Freed));
//! # Ok::<(), Status>(())
//! ```
//!
//! [`Context`](super::Context) owns a context and destroys it when dropped; [`ContextId`] is its name, which C programs use
//! and which stays harmless when the context is gone. [`Buffer`](super::Buffer) is an allocation with an owner.
//!
//! Small allocations (`span`) cost no call of the upstream resource; larger ones are an extent each
//! (`large`). All operations on pointers are O(1), independent of what is live.

use core::ptr::NonNull;
use std::sync::Arc;
use std::vec::Vec;

use super::contexts::{self, Locked};
use super::heap::{HUGE, Heap};
use super::mapped::Mapped;
use super::misuse::{self, DebugOptions, Operation, report};
use super::object::settle;
use super::pages::UNIT;
use super::record::{Allocation, Request};
use super::resource::{Extent, Resource};
use super::size_class::class_of;
use super::span::{Refusal, SPAN};
use super::statistics::ContextStatistics;
use super::status::Status;

/// The name of a context. It may name none: then every operation answers [`Status::InvalidContext`].
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContextId(u64);

/// What a new context is made of.
#[derive(Clone, Default)]
pub struct Builder {
    parent: Option<ContextId>,
    resource: Option<Arc<dyn Resource>>,
    debug: Option<DebugOptions>,
}

impl Builder {
    /// A context over the C library's heap.
    pub fn new() -> Self {
        Self::default()
    }

    /// Below this context: it dies with it, and takes its memory from the same resource if none is named.
    #[must_use]
    pub fn parent(mut self, parent: ContextId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Over this resource.
    #[must_use]
    pub fn resource(mut self, resource: Arc<dyn Resource>) -> Self {
        self.resource = Some(resource);
        self
    }

    /// In debug mode, over mapped memory.
    ///
    /// # Safety
    ///
    /// 1. The hook may be called with its argument from any thread, as long as the context lives.
    #[must_use]
    pub unsafe fn debug(mut self, options: DebugOptions) -> Self {
        self.debug = Some(options);
        self
    }

    /// Makes the context, which lives until it is destroyed by its name or with its parent.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`] for the parent, [`Status::OutOfMemory`].
    pub fn create(self) -> Result<ContextId, Status> {
        let parent = self.parent.map(ContextId::number);
        let resource: Option<Arc<dyn Resource>> = match (&self.debug, self.resource, parent) {
            (Some(_), _, _) => Some(Arc::new(Mapped)),
            (None, None, None) => Some(Arc::new(Heap)),
            (None, named, _) => named,
        };
        let options = self.debug;
        contexts::create(parent.unwrap_or(0), resource, |state, above| {
            // Debug mode, and the memory that it needs, is the children's too.
            let inherited = above
                .and_then(|above| above.debug.as_ref())
                .map(|debug| debug.options);
            let is_inherited = above.is_some_and(|above| Arc::ptr_eq(&above.resource, &state.resource));
            state.debug = options.or(inherited.filter(|_| is_inherited)).map(misuse::debug);
        })
        .map(ContextId)
    }
}

impl ContextId {
    /// The context with this number. Any number will do.
    #[inline]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// Its number, which is positive as a signed one too.
    #[inline]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Whether the context exists. O(1), without a lock.
    pub fn exists(self) -> bool {
        contexts::exists(self.0)
    }

    /// Allocates. O(1) on average, besides zeroing.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::Argument`], [`Status::OutOfMemory`].
    #[inline]
    pub fn alloc(self, request: &Request) -> Result<NonNull<u8>, Status> {
        if request.check().is_ok()
            && let Some(class) = class_of(request)
        {
            let mut state = contexts::enter(self.0)?;
            // In debug mode there are no spans, so this finds no slot.
            if let Ok((start, is_zero)) = state.allocate_slot(class, request) {
                if request.zero && !is_zero {
                    zero(state, start, request.size);
                }
                return Ok(start);
            }
        }
        self.alloc_slowly(request)
    }

    /// As [`alloc`](Self::alloc), where the resource may be needed.
    #[cold]
    fn alloc_slowly(self, request: &Request) -> Result<NonNull<u8>, Status> {
        let state = contexts::enter(self.0)?;
        if let Err(status) = request.check() {
            return Err(report(state, Operation::Alloc, status, core::ptr::null()));
        }
        if state.debug.is_none()
            && let Some(class) = class_of(request)
        {
            self.alloc_small(state, class, request)
        } else {
            self.alloc_large(state, request)
        }
    }

    fn alloc_small(
        self,
        mut state: Locked<'static>,
        class: usize,
        request: &Request,
    ) -> Result<NonNull<u8>, Status> {
        loop {
            let spans = match state.allocate_slot(class, request) {
                Ok((start, is_zero)) => {
                    if request.zero && !is_zero {
                        zero(state, start, request.size);
                    }
                    return Ok(start);
                }
                Err(Refusal::Chunk(spans)) => spans,
                Err(Refusal::Records) => return Err(failed(state)),
            };
            let resource = Arc::clone(&state.resource);
            drop(state);
            let bytes = spans * SPAN;
            // A chunk of full size can be one huge page.
            let align = if bytes >= HUGE { HUGE } else { UNIT };
            let chunk = supply(&*resource, bytes, align).or_else(|| supply(&*resource, SPAN, UNIT));
            state = self.enter_with(&*resource, chunk)?;
            let Some(chunk) = chunk else {
                return Err(failed(state));
            };
            if !state.add_chunk(chunk) {
                let status = failed(state);
                // SAFETY: just supplied, and not taken.
                unsafe { resource.deallocate(chunk) };
                return Err(status);
            }
        }
    }

    fn alloc_large(self, state: Locked<'static>, request: &Request) -> Result<NonNull<u8>, Status> {
        let resource = Arc::clone(&state.resource);
        drop(state);
        let extent = supply(&*resource, request.size.max(1), request.align.max(UNIT));
        if let Some(extent) = extent
            && request.zero
            && !resource.is_zeroed()
        {
            // SAFETY: just supplied, and nobody else's.
            unsafe { resource.zero(extent.start, request.size) };
        }
        let mut state = self.enter_with(&*resource, extent)?;
        let Some(extent) = extent else {
            return Err(failed(state));
        };
        if !state.add_large(extent, request) {
            let status = failed(state);
            // SAFETY: just supplied, and not taken.
            unsafe { resource.deallocate(extent) };
            return Err(status);
        }
        Ok(extent.start)
    }

    /// Enters with a fresh extent in hand, which goes back if the context was destroyed meanwhile.
    fn enter_with(self, resource: &dyn Resource, extent: Option<Extent>) -> Result<Locked<'static>, Status> {
        contexts::enter(self.0).inspect_err(|_| {
            if let Some(extent) = extent {
                // SAFETY: just supplied, and nobody else's.
                unsafe { resource.deallocate(extent) };
            }
        })
    }

    /// Frees an allocation; a retained object's destroy function runs first. O(1) on average.
    ///
    /// # Errors
    ///
    /// The statuses of [`info`](Self::info); [`Status::Busy`] while it has an open handle.
    ///
    /// # Safety
    ///
    /// 1. If the pointer is one of a live allocation of this context, nothing uses that any more, and no
    ///    [`Buffer`](super::Buffer) owns it.
    #[inline]
    pub unsafe fn free(self, pointer: *mut u8) -> Result<(), Status> {
        let mut state = contexts::enter(self.0)?;
        if state.free_plain(pointer) {
            return Ok(());
        }
        free_slowly(state, pointer)
    }

    /// Moves an allocation into one of another size, with its contents as far as they fit, its alignment and label. The old
    /// one is freed. O(1) on average and the bytes copied.
    ///
    /// # Errors
    ///
    /// The statuses of [`free`](Self::free) and [`alloc`](Self::alloc): [`Status::Busy`] also for a retained object. Nothing
    /// has changed then.
    ///
    /// # Safety
    ///
    /// 1. As for [`free`](Self::free).
    /// 2. The processor can reach the memory.
    pub unsafe fn resize(self, pointer: *mut u8, size: usize) -> Result<NonNull<u8>, Status> {
        let state = contexts::enter(self.0)?;
        let old = match NonNull::new(pointer)
            .ok_or(Status::Null)
            .and_then(|pointer| state.info(pointer))
        {
            Ok(old) if old.handles == 0 && !old.is_retained => old,
            Ok(_) => return Err(report(state, Operation::Resize, Status::Busy, pointer)),
            Err(status) => return Err(report(state, Operation::Resize, status, pointer)),
        };
        drop(state);
        let new = self.alloc(&Request {
            size,
            align: old.align,
            zero: false,
            label: old.label,
        })?;
        // SAFETY: both are live, by obligation 1 the old one is the caller's, and it may be read (obligation 2).
        unsafe {
            new.copy_from_nonoverlapping(old.start, old.size.min(size));
            if let Err(status) = self.free(pointer) {
                // Pinned or freed meanwhile by another thread.
                let _ = self.free(new.as_ptr());
                return Err(status);
            }
        }
        Ok(new)
    }

    /// What is known of a live allocation. O(1); the pointer is not followed.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::Null`]; [`Status::Interior`] inside a live allocation; [`Status::Freed`]
    /// where memory that was freed has not been used for something else since; [`Status::OtherContext`] for memory of
    /// another context (of a large allocation: its start); [`Status::Foreign`] for all others.
    #[inline]
    pub fn info(self, pointer: *const u8) -> Result<Allocation, Status> {
        let state = contexts::enter(self.0)?;
        let known = match NonNull::new(pointer.cast_mut()) {
            Some(pointer) => state.info(pointer),
            None => Err(Status::Null),
        };
        match known {
            Ok(allocation) => Ok(allocation),
            Err(status) => Err(report(state, Operation::Info, status, pointer)),
        }
    }

    /// Every live allocation, in no order. O(all there ever were at once).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn live(self) -> Result<Vec<Allocation>, Status> {
        Ok(contexts::enter(self.0)?.live())
    }

    /// The counters. O(1).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn statistics(self) -> Result<ContextStatistics, Status> {
        let state = contexts::enter(self.0)?;
        Ok(state.statistics.completed(state.handles.len()))
    }

    /// Gives memory without live allocations back to the resource. O(what the context holds).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn trim(self) -> Result<(), Status> {
        let mut state = contexts::enter(self.0)?;
        let extents = state.trim();
        let resource = Arc::clone(&state.resource);
        drop(state);
        for extent in extents {
            // SAFETY: taken out of the state, which alone had it; without live allocations.
            unsafe { resource.deallocate(extent) };
        }
        Ok(())
    }

    /// Whether the context's invariants hold: a test aid. O(all there ever were at once).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn invariants_hold(self) -> Result<bool, Status> {
        Ok(contexts::enter(self.0)?.spans.invariants_hold())
    }

    /// Ends the context and all contexts below it: cleanups and destroy functions run, the newest first, children before
    /// their parents, then all memory goes back to the resources. O(what they hold).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`]; [`Status::Busy`] while a destroy function of one of them runs. Nothing has changed then.
    ///
    /// # Safety
    ///
    /// 1. Nothing uses what is allocated in these contexts any more; no [`Context`](super::Context) or
    ///    [`Buffer`](super::Buffer) owns a part of it.
    pub unsafe fn destroy(self) -> Result<(), Status> {
        let states = contexts::destroy(self.0)?;
        for state in &states {
            for pending in state.pending().into_iter().rev() {
                // SAFETY: the state is nobody else's any more, so each runs once.
                unsafe { pending.run() };
            }
        }
        for mut state in states {
            for extent in state.extents() {
                // SAFETY: the state alone had it, and by obligation 1 nothing uses it.
                unsafe { state.resource.deallocate(extent) };
            }
        }
        Ok(())
    }
}

/// As [`ContextId::free`], in all cases.
#[inline(never)]
fn free_slowly(mut state: Locked<'static>, pointer: *mut u8) -> Result<(), Status> {
    match state.end(pointer) {
        Ok(ending) => {
            settle(state, ending);
            Ok(())
        }
        Err(status) => Err(report(state, Operation::Free, status, pointer)),
    }
}

/// An extent that keeps the resource's obligations at least as far as can be seen.
fn supply(resource: &dyn Resource, size: usize, align: usize) -> Option<Extent> {
    let extent = resource.allocate(size, align)?;
    if extent.address().is_multiple_of(align) {
        return Some(extent);
    }
    // SAFETY: just supplied, and nobody else's.
    unsafe { resource.deallocate(extent) };
    None
}

/// Counts a request that could not be served.
#[cold]
fn failed(mut state: Locked<'static>) -> Status {
    state.statistics.failures += 1;
    Status::OutOfMemory
}

/// Fills a fresh allocation with zeros, without the lock.
fn zero(state: Locked<'static>, start: NonNull<u8>, bytes: usize) {
    let resource = Arc::clone(&state.resource);
    drop(state);
    // SAFETY: the allocation is the caller's alone.
    unsafe { resource.zero(start, bytes) };
}
