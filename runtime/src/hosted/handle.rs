//! Handles: generational references to tracked objects.
//!
//! An **object** is an allocation of a context. Opening a handle **pins** it: its owner cannot free or move it
//! ([`Status::Busy`]). How many handles it has is counted as none, one or **many**, and *many* is sticky:
//!
//! ```text
//! none ── open ──► one ── close ──► freed at once; its destroy function was never registered anywhere
//!   │               │
//!   │ retain        │ open, dup, retain
//!   └─────────────► many ── close ──► still there; dies with its context, or by free
//! ```
//!
//! So a short-lived object costs one slot, which the next one reuses, and an object that was stored in a container is
//! the context's. Its **destroy function** is called exactly once, without a lock: when its only handle is closed, when it
//! is freed, or when its context ends. For an object that is *many* it is a cleanup of the context
//! ([`cleanup`](super::cleanup)).
//!
//! A handle is its context's number, a slot, and the slot's generation: closed handles are always detected, also after the
//! slot was reused (`slots`), and so are those of contexts that were destroyed.

use core::ffi::CStr;
use core::ptr::{self, NonNull};
use std::string::String;
use std::vec::Vec;

use super::cleanup::CleanupFunction;
use super::context::ContextId;
use super::contexts;
use super::misuse::{Operation, enter, enter_by, report, report_handle};
use super::open::{close_slowly, open_slowly};
use super::status::Status;

/// A reference to an object of a context. The one whose fields are 0 is never open.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Handle {
    context: u64,
    /// The slot, and the generation in the upper half: one word, so that it is written and read as one.
    name: u64,
}

impl Handle {
    /// The name of a slot at a generation. No generation is 0, so it is above all 32-bit numbers.
    #[inline(always)]
    pub(crate) fn name(slot: u32, generation: u32) -> u64 {
        u64::from(generation) << 32 | u64::from(slot)
    }

    #[inline(always)]
    pub(crate) fn slot(self) -> u32 {
        self.name as u32
    }

    #[inline(always)]
    pub(crate) fn generation(self) -> u32 {
        (self.name >> 32) as u32
    }
}

/// An open handle, in a leak report.
#[derive(Clone, Debug)]
pub struct Leak {
    /// The handle.
    pub handle: Handle,
    /// Its object.
    pub start: NonNull<u8>,
    /// The label of who opened it.
    pub label: Option<&'static CStr>,
    /// Where it was opened: in debug mode, without a label.
    pub backtrace: Option<String>,
}

impl ContextId {
    /// Opens a handle of the object that starts at `pointer`. `destroy` is the object's destroy function; if it has one
    /// already, the same or none. O(1) on average.
    ///
    /// # Errors
    ///
    /// The statuses of [`info`](Self::info); [`Status::Argument`] for another destroy function than the object has;
    /// [`Status::OutOfMemory`].
    ///
    /// # Safety
    ///
    /// 1. The destroy function may be called with `pointer` once, from any thread, until the object has died.
    /// 2. Who else uses the object knows of the handle: closing the only one of an object that is not retained frees it, and
    ///    closing is safe. A [`Buffer`](super::Buffer)'s object is retained.
    #[inline]
    pub unsafe fn open(
        self,
        pointer: *mut u8,
        destroy: Option<CleanupFunction>,
        label: Option<&'static CStr>,
    ) -> Result<Handle, Status> {
        let context = self.number();
        if destroy.is_none()
            && label.is_none()
            && let Some(mut state) = contexts::own(context)
            && let Some(name) = state.open_plain(pointer)
        {
            return Ok(Handle { context, name });
        }
        let label = label.map_or(ptr::null(), CStr::as_ptr);
        let name = open_slowly(context, pointer, destroy, label);
        match Status::from_value(name) {
            None => Ok(Handle { context, name }),
            Some(status) => Err(status),
        }
    }

    /// Makes an object *many*: it stays when its last handle is closed, until it is freed or its context ends. Not counted:
    /// however often it is retained, the first [`free`](Self::free) (release) ends it. O(1).
    ///
    /// # Errors
    ///
    /// The statuses of [`info`](Self::info), [`Status::OutOfMemory`].
    pub fn retain(self, pointer: *const u8) -> Result<(), Status> {
        let mut state = enter(self.number(), Operation::Retain, pointer)?;
        let done = state
            .find(pointer)
            .and_then(|place| match NonNull::new(pointer.cast_mut()) {
                Some(pointer) => state.make_many(place, pointer),
                None => Err(Status::Null),
            });
        done.map_err(|status| report(state, Operation::Retain, status, pointer))
    }

    /// A new mark: handles opened from now on are of it, until the next.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn mark(self) -> Result<u64, Status> {
        let mut state = enter(self.number(), Operation::Mark, ptr::null())?;
        state.marks = state.marks.saturating_add(1);
        Ok(u64::from(state.marks))
    }

    /// The handles opened since a mark, 0 for all, and still open, by the marks between which they were opened. O(handles).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn leaks(self, since: u64) -> Result<Vec<Leak>, Status> {
        let state = enter(self.number(), Operation::Leaks, ptr::null())?;
        let mut leaks: Vec<_> = state
            .handles
            .iter()
            .map(|(slot, generation, open)| (slot, generation, open, state.extra(slot)))
            .filter(|(.., extra)| u64::from(extra.mark) >= since)
            .filter_map(|(slot, generation, open, extra)| {
                let label = extra.label;
                let leak = Leak {
                    handle: Handle {
                        context: self.number(),
                        name: Handle::name(slot, generation),
                    },
                    start: state.pointer_of(open)?,
                    // SAFETY: null or a C string that lives long enough (`open`).
                    label: (!label.is_null()).then(|| unsafe { CStr::from_ptr(label) }),
                    backtrace: state.opener(slot),
                };
                Some((extra.mark, leak))
            })
            .collect();
        drop(state);
        leaks.sort_by_key(|(mark, _)| *mark);
        Ok(leaks.into_iter().map(|(_, leak)| leak).collect())
    }
}

impl Handle {
    /// Another handle of the same object, which is *many* from now on. O(1).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::StaleHandle`], [`Status::OutOfMemory`].
    pub fn dup(self) -> Result<Self, Status> {
        let mut locked = enter_by(self, Operation::Dup)?;
        let state = &mut *locked;
        let mut dup = || {
            let (pointer, place) = state.object(self)?;
            let label = state.extra(self.slot()).label;
            if !state.reserve_handle(state.needs_extra(None, label)) {
                return Err(Status::OutOfMemory);
            }
            state.make_many(place, pointer)?;
            let (slot, generation) = state.insert(place, None, label)?;
            Ok(Handle {
                context: self.context,
                name: Handle::name(slot, generation),
            })
        };
        dup().map_err(|status| report_handle(locked, Operation::Dup, status, self))
    }

    /// The object. Valid while a handle of it is open. O(1).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::StaleHandle`].
    pub fn data(self) -> Result<NonNull<u8>, Status> {
        let state = enter_by(self, Operation::Data)?;
        match state.object(self) {
            Ok((pointer, _)) => Ok(pointer),
            Err(status) => Err(report_handle(state, Operation::Data, status, self)),
        }
    }

    /// Makes the object *many*: see [`ContextId::retain`]. O(1).
    ///
    /// # Errors
    ///
    /// As [`dup`](Self::dup).
    pub fn retain(self) -> Result<(), Status> {
        let mut state = enter_by(self, Operation::Retain)?;
        let done = state
            .object(self)
            .and_then(|(pointer, place)| state.make_many(place, pointer));
        done.map_err(|status| report_handle(state, Operation::Retain, status, self))
    }

    /// Closes the handle. The only handle of an object that was never retained ends it: its destroy function is called and
    /// its memory is freed before this returns. O(1) and what that function costs.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::StaleHandle`].
    #[inline(always)]
    pub fn close(self) -> Result<(), Status> {
        if let Some(mut state) = contexts::own(self.context)
            && state.close_plain(self)
        {
            return Ok(());
        }
        close_slowly(self)
    }

    /// The context that the handle names.
    pub fn context(self) -> ContextId {
        ContextId::from_number(self.context)
    }
}
