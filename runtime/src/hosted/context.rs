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

use core::ptr::{NonNull, null};
use std::sync::Arc;
use std::vec::Vec;

use super::contexts;
use super::heap::Heap;
use super::mapped::Mapped;
use super::memory::Memory;
use super::misuse::{self, DebugOptions, Operation, enter, report, report_in};
use super::object::{run_pending, settle};
use super::record::Allocation;
use super::resource::Resource;
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

    /// In debug mode, over mapped memory: its pages are protected, which not every resource's can be. So no resource can be
    /// named. Children are in debug mode too, unless they name one.
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
    /// [`Status::InvalidContext`] for the parent; [`Status::Busy`] from a callback at the parent's end;
    /// [`Status::Argument`] for debug mode over a named resource; [`Status::OutOfMemory`].
    pub fn create(self) -> Result<ContextId, Status> {
        let parent = self.parent.map(ContextId::number);
        let resource: Option<Arc<dyn Resource>> = match (&self.debug, self.resource, parent) {
            (Some(_), Some(_), _) => {
                let parent = parent.unwrap_or(0);
                return Err(report_in(parent, Operation::Create, Status::Argument, null()));
            }
            (Some(_), None, _) => Some(Arc::new(Mapped)),
            (None, None, None) => Some(Arc::new(Heap)),
            (None, named, _) => named,
        };
        let options = self.debug;
        // Asked, and if need be dropped, without a lock.
        let memory = resource.map(Memory::new);
        contexts::create(parent.unwrap_or(0), memory.as_ref(), |state, above| {
            // Debug mode, and the memory that it needs, is the children's too.
            let inherited = above
                .and_then(|above| above.debug.as_ref())
                .map(|debug| debug.options);
            let is_inherited =
                above.is_some_and(|above| Arc::ptr_eq(&above.memory.resource, &state.memory.resource));
            state.debug = options.or(inherited.filter(|_| is_inherited)).map(misuse::debug);
        })
        .map(ContextId)
        .map_err(|status| report_in(parent.unwrap_or(0), Operation::Create, status, null()))
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
        if let Some(mut state) = contexts::own(self.0)
            && state.free_plain(pointer)
        {
            return Ok(());
        }
        free_slowly(self, pointer)
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
        let state = enter(self.0, Operation::Info, pointer)?;
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
        Ok(enter(self.0, Operation::List, null())?.live())
    }

    /// The counters. O(spans): the least possible is counted all the time.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn statistics(self) -> Result<ContextStatistics, Status> {
        let state = enter(self.0, Operation::Statistics, null())?;
        let live = state.spans.live() + state.larges.len();
        Ok(state.statistics.completed(live, state.handles.len()))
    }

    /// Gives memory without live allocations back to the resource. O(what the context holds).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn trim(self) -> Result<(), Status> {
        let mut state = enter(self.0, Operation::Trim, null())?;
        let extents = state.trim();
        let memory = Arc::clone(&state.memory);
        drop(state);
        for extent in extents {
            // SAFETY: taken out of the state, which alone had it; without live allocations.
            unsafe { memory.resource.deallocate(extent) };
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
    /// their parents, then all memory goes back to the resources. O(what they hold). Where another thread is inside
    /// [`alloc`](Self::alloc) or [`resize`](Self::resize) and fills memory with zeros or copies, the memory goes back when it
    /// is done, which this does not wait for.
    ///
    /// To other threads the contexts are gone at once. What runs at their end may use them by their names: close handles that
    /// its object holds, look at, allocate and free memory, register more, which then runs too. An object whose destroy
    /// function was called keeps its memory until all have run.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`]; [`Status::Busy`] while a destroy function or cleanup of one of them runs, so also from
    /// within one. Nothing has changed then.
    ///
    /// # Safety
    ///
    /// 1. Nothing uses what is allocated in these contexts any more; no [`Context`](super::Context) or
    ///    [`Buffer`](super::Buffer) owns a part of it.
    pub unsafe fn destroy(self) -> Result<(), Status> {
        let states = contexts::end(self.0, |numbers| {
            // What is called may register more, in any of them.
            let mut again = true;
            while again {
                again = false;
                for &number in numbers {
                    again |= run_pending(number);
                }
            }
        })
        .map_err(|status| report_in(self.0, Operation::Destroy, status, null()))?;
        for mut state in states {
            let extents = state.extents();
            state.memory.leave(extents);
        }
        Ok(())
    }
}

/// As [`ContextId::free`], in all cases.
#[inline(never)]
fn free_slowly(context: ContextId, pointer: *mut u8) -> Result<(), Status> {
    let mut state = enter(context.0, Operation::Free, pointer)?;
    if state.free_plain(pointer) {
        return Ok(());
    }
    match state.end(pointer) {
        Ok(ending) => {
            settle(state, ending);
            Ok(())
        }
        Err(status) => Err(report(state, Operation::Free, status, pointer)),
    }
}
