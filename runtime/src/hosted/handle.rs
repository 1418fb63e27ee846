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

use core::ffi::{CStr, c_char};
use core::ptr::{self, NonNull};
use std::string::String;
use std::vec::Vec;

use super::cleanup::{CleanupFunction, Pending};
use super::context::ContextId;
use super::contexts::{self, Locked};
use super::misuse::{Operation, report};
use super::record;
use super::resource::Extent;
use super::state::{Place, State};
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
    #[inline(always)]
    fn new(context: u64, slot: u32, generation: u32) -> Self {
        Self {
            context,
            name: u64::from(generation) << 32 | u64::from(slot),
        }
    }

    #[inline(always)]
    fn slot(self) -> u32 {
        self.name as u32
    }

    #[inline(always)]
    fn generation(self) -> u32 {
        (self.name >> 32) as u32
    }
}

/// An open handle. Small, so that many of them fit the processor's cache: what only some have is an [`Extra`].
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pointer: NonNull<u8>,
    place: Place,
    /// The mark after which it was opened; the lowest bit says whether it has an [`Extra`].
    tag: u32,
}

impl Open {
    fn mark(&self) -> u64 {
        u64::from(self.tag >> 1)
    }

    fn has_extra(&self) -> bool {
        self.tag & 1 != 0
    }
}

// SAFETY: used under the context's lock.
unsafe impl Send for Open {}

/// What only some handles have, by the handle's slot.
#[derive(Clone, Copy)]
pub(crate) struct Extra {
    /// Of an object that has this handle only and is not retained.
    destroy: Option<CleanupFunction>,
    label: *const c_char,
    /// When it was opened.
    serial: u64,
}

// SAFETY: used under the context's lock; the label lives long enough (`ContextId::open`).
unsafe impl Send for Extra {}

impl Extra {
    pub(crate) const NONE: Self = Self {
        destroy: None,
        label: ptr::null(),
        serial: 0,
    };
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

/// What is left to do once the lock is left.
pub(crate) enum Ending {
    /// The object is gone; its extent, if it had one, goes back.
    Gone(Option<Extent>),
    /// The object's destroy function is to be called, then [`finish`] is.
    Destroy(Place, Pending),
    /// Nothing: the object stays.
    Stays,
}

impl State {
    /// Makes room for the registration of one destroy function.
    fn reserve_registration(&mut self) -> Result<(), Status> {
        if self.cleanups.reserve() && self.registered.try_reserve(1).is_ok() {
            Ok(())
        } else {
            Err(Status::OutOfMemory)
        }
    }

    /// Makes an object *many*, and the destroy function that its only handle keeps, if any, a cleanup. Nothing has changed
    /// if there is no memory.
    fn make_many(&mut self, place: Place, pointer: NonNull<u8>) -> Result<(), Status> {
        let record = *self.record(place)?;
        if record.state == record::State::Many {
            return Ok(());
        }
        let only = record.number.checked_sub(1);
        if only.is_some() {
            self.reserve_registration()?;
        }
        let kept = only.and_then(|slot| {
            let has_extra = self.handles.at(slot)?.1.has_extra();
            has_extra.then(|| self.extras[slot as usize].destroy.take())?
        });
        if let Some(function) = kept {
            self.register_destroy(pointer, function);
        }
        let record = self.record(place)?;
        record.state = record::State::Many;
        record.number = u32::from(only.is_some());
        Ok(())
    }

    /// Makes the destroy function of an object a cleanup. There is room for it.
    fn register_destroy(&mut self, pointer: NonNull<u8>, function: CleanupFunction) {
        let serial = self.next_serial();
        let name = self.cleanups.insert(Pending {
            object: pointer.as_ptr().cast(),
            function,
            serial,
        });
        self.registered.insert(pointer.addr().get(), name);
    }

    /// The destroy function of an object, registered or kept by its only handle.
    fn destroy_of(&mut self, place: Place, pointer: NonNull<u8>) -> Option<CleanupFunction> {
        let record = *self.record(place).ok()?;
        if record.state == record::State::Many {
            let &(slot, generation) = self.registered.get(&pointer.addr().get())?;
            return self
                .cleanups
                .get(slot, generation)
                .map(|pending| pending.function);
        }
        let slot = record.number.checked_sub(1)?;
        let open = *self.handles.at(slot)?.1;
        self.extra(slot, &open).destroy
    }

    /// What only some handles have.
    fn extra(&self, slot: u32, open: &Open) -> Extra {
        if open.has_extra() {
            self.extras[slot as usize]
        } else {
            Extra::NONE
        }
    }

    /// Makes room for one handle, and for its extra if it has one; false if there is no memory.
    #[inline(always)]
    fn reserve_handle(&mut self, has_extra: bool) -> bool {
        self.handles.reserve() && (!has_extra || self.reserve_extra())
    }

    fn reserve_extra(&mut self) -> bool {
        let bound = self.handles.bound() + 1;
        let missing = bound.saturating_sub(self.extras.len());
        if missing > 0 {
            if self.extras.try_reserve(missing).is_err() {
                return false;
            }
            self.extras.resize(bound, Extra::NONE);
        }
        true
    }

    /// Adds an open handle, for which there is room: its slot and generation.
    #[inline(always)]
    fn add(
        &mut self,
        pointer: NonNull<u8>,
        place: Place,
        destroy: Option<CleanupFunction>,
        label: *const c_char,
    ) -> (u32, u32) {
        let has_extra = destroy.is_some() || !label.is_null();
        let tag = self.marks << 1 | u32::from(has_extra);
        let (slot, generation) = self.handles.insert(Open { pointer, place, tag });
        if has_extra {
            let serial = self.next_serial();
            self.extras[slot as usize] = Extra {
                destroy,
                label,
                serial,
            };
        }
        (slot, generation)
    }

    /// The plain case of opening a handle: of a small object that has none, or is *many* without a new destroy function.
    #[inline(always)]
    fn open_plain(
        &mut self,
        pointer: NonNull<u8>,
        destroy: Option<CleanupFunction>,
        label: *const c_char,
    ) -> Option<Handle> {
        let (span, slot) = self.find_slot(pointer.as_ptr())?;
        let record = self.spans.record_ref(span, slot);
        let is_many = record.state == record::State::Many;
        let is_plain = if is_many {
            destroy.is_none()
        } else {
            record.number == 0
        };
        let has_extra = destroy.is_some() || !label.is_null();
        if !is_plain || self.debug.is_some() || !self.reserve_handle(has_extra) {
            return None;
        }
        let (index, generation) = self.add(pointer, Place::Slot { span, slot }, destroy, label);
        let record = self.spans.record(span, slot);
        record.number = if is_many { record.number + 1 } else { index + 1 };
        Some(Handle::new(self.id, index, generation))
    }

    /// The plain case of closing a handle: of a small object that is *many*, or has no destroy function. False, with nothing
    /// changed, in all others. Fields are read one by one: see [`Record::renew`](record::Record::renew).
    #[inline(always)]
    fn close_plain(&mut self, handle: Handle) -> bool {
        let Some(open) = self.handles.get(handle.slot(), handle.generation()) else {
            return false;
        };
        let Place::Slot { span, slot } = open.place else {
            return false;
        };
        let has_extra = open.has_extra();
        let record = self.spans.record(span, slot);
        if record.state == record::State::Many {
            record.number -= 1;
        } else if has_extra && self.extras[handle.slot() as usize].destroy.is_some() {
            return false;
        } else {
            let size = record.size as usize;
            self.spans.free(span, slot);
            self.statistics.remove(size);
        }
        self.handles.vacate(handle.slot());
        true
    }

    /// Opens a handle; see [`ContextId::open`].
    fn open(
        &mut self,
        pointer: NonNull<u8>,
        destroy: Option<CleanupFunction>,
        label: *const c_char,
    ) -> Result<Handle, Status> {
        let place = self.find(pointer.as_ptr())?;
        if !self.reserve_handle(destroy.is_some() || !label.is_null()) {
            return Err(Status::OutOfMemory);
        }
        let record = self.record(place)?;
        let is_fresh = record.state == record::State::Live && record.number == 0;
        let mut kept = destroy;
        if !is_fresh {
            kept = None;
            let known = self.destroy_of(place, pointer);
            if let (Some(new), Some(known)) = (destroy, known)
                && !ptr::fn_addr_eq(new, known)
            {
                return Err(Status::Argument);
            }
            self.reserve_registration()?;
            self.make_many(place, pointer)?;
            if let (Some(function), None) = (destroy, known) {
                self.register_destroy(pointer, function);
            }
        }
        self.insert(pointer, place, kept, label)
    }

    /// Makes an open handle of an object, which is *many* or has none.
    #[inline]
    fn insert(
        &mut self,
        pointer: NonNull<u8>,
        place: Place,
        destroy: Option<CleanupFunction>,
        label: *const c_char,
    ) -> Result<Handle, Status> {
        let (slot, generation) = self.add(pointer, place, destroy, label);
        let record = self.record(place)?;
        record.number = match record.state {
            record::State::Many => record.number + 1,
            _ => slot + 1,
        };
        if self.debug.is_some() {
            self.note_opener(slot);
        }
        Ok(Handle::new(self.id, slot, generation))
    }

    /// The object of a handle.
    #[inline]
    fn object(&self, handle: Handle) -> Result<(NonNull<u8>, Place), Status> {
        self.handles
            .get(handle.slot(), handle.generation())
            .map(|open| (open.pointer, open.place))
            .ok_or(Status::StaleHandle)
    }

    /// Closes a handle.
    fn close(&mut self, handle: Handle) -> Result<Ending, Status> {
        let open = self
            .handles
            .remove(handle.slot(), handle.generation())
            .ok_or(Status::StaleHandle)?;
        let extra = self.extra(handle.slot(), &open);
        let record = self.record(open.place)?;
        if record.state == record::State::Many {
            record.number -= 1;
            return Ok(Ending::Stays);
        }
        record.number = 0;
        let Some(function) = extra.destroy else {
            return Ok(Ending::Gone(self.remove(open.place)));
        };
        record.state = record::State::Dying;
        self.callbacks += 1;
        Ok(Ending::Destroy(
            open.place,
            Pending {
                object: open.pointer.as_ptr().cast(),
                function,
                serial: extra.serial,
            },
        ))
    }

    /// Ends an object, which must not be pinned.
    pub(crate) fn end(&mut self, pointer: *mut u8) -> Result<Ending, Status> {
        let place = self.find(pointer)?;
        let record = self.record(place)?;
        if record.handles() > 0 {
            return Err(Status::Busy);
        }
        if record.state == record::State::Many
            && let Some((slot, generation)) = self.registered.remove(&pointer.addr())
            && let Some(pending) = self.cleanups.remove(slot, generation)
        {
            self.record(place)?.state = record::State::Dying;
            self.callbacks += 1;
            return Ok(Ending::Destroy(place, pending));
        }
        Ok(Ending::Gone(self.remove(place)))
    }

    /// What is to be called when the context ends, the newest last.
    pub(crate) fn pending(&self) -> Vec<Pending> {
        let registered = self.cleanups.iter().map(|(_, _, pending)| *pending);
        let kept = self.handles.iter().filter_map(|(slot, _, open)| {
            let extra = self.extra(slot, open);
            Some(Pending {
                object: open.pointer.as_ptr().cast(),
                function: extra.destroy?,
                serial: extra.serial,
            })
        });
        let mut pending: Vec<_> = registered.chain(kept).collect();
        pending.sort_unstable_by_key(|pending| pending.serial);
        pending
    }
}

/// As [`ContextId::open`], in all cases.
#[inline(never)]
fn open_slowly(
    mut state: Locked<'static>,
    pointer: *mut u8,
    destroy: Option<CleanupFunction>,
    label: *const c_char,
) -> Result<Handle, Status> {
    let opened = match NonNull::new(pointer) {
        Some(pointer) => state.open(pointer, destroy, label),
        None => Err(Status::Null),
    };
    opened.map_err(|status| report(state, Operation::Open, status, pointer))
}

/// As [`Handle::close`], in all cases.
#[inline(never)]
fn close_slowly(mut state: Locked<'static>, handle: Handle) -> Result<(), Status> {
    match state.close(handle) {
        Ok(ending) => {
            settle(state, ending);
            Ok(())
        }
        Err(status) => Err(report(state, Operation::Close, status, ptr::null())),
    }
}

/// Does what [`Ending`] says, without the lock.
#[inline]
pub(crate) fn settle(state: Locked<'static>, ending: Ending) {
    match ending {
        Ending::Stays | Ending::Gone(None) => {}
        Ending::Gone(Some(extent)) => give_back(state, extent),
        Ending::Destroy(place, pending) => {
            let id = state.id;
            drop(state);
            // SAFETY: taken out of the handle or the cleanups, so it runs once.
            unsafe { pending.run() };
            // It exists: contexts with running callbacks are not destroyed.
            if let Ok(mut state) = contexts::enter(id) {
                state.callbacks -= 1;
                if let Some(extent) = state.remove(place) {
                    give_back(state, extent);
                }
            }
        }
    }
}

/// Gives an extent back to the context's resource, or to the quarantine of debug mode.
#[cold]
pub(crate) fn give_back(mut state: Locked<'static>, extent: Extent) {
    let extents = state.quarantine(extent);
    let resource = std::sync::Arc::clone(&state.resource);
    drop(state);
    for extent in extents {
        // SAFETY: taken out of the state, which alone had it.
        unsafe { resource.deallocate(extent) };
    }
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
    pub unsafe fn open(
        self,
        pointer: *mut u8,
        destroy: Option<CleanupFunction>,
        label: Option<&'static CStr>,
    ) -> Result<Handle, Status> {
        let mut state = contexts::enter(self.number())?;
        let label = label.map_or(ptr::null(), CStr::as_ptr);
        if let Some(pointer) = NonNull::new(pointer)
            && let Some(handle) = state.open_plain(pointer, destroy, label)
        {
            return Ok(handle);
        }
        open_slowly(state, pointer, destroy, label)
    }

    /// Makes an object *many*: it stays when its last handle is closed, until it is freed or its context ends. O(1).
    ///
    /// # Errors
    ///
    /// The statuses of [`info`](Self::info), [`Status::OutOfMemory`].
    pub fn retain(self, pointer: *const u8) -> Result<(), Status> {
        let mut state = contexts::enter(self.number())?;
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
        let mut state = contexts::enter(self.number())?;
        state.marks = (state.marks + 1).min(u32::MAX >> 1);
        Ok(u64::from(state.marks))
    }

    /// The handles opened since a mark, 0 for all, and still open, by the marks between which they were opened. O(handles).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`].
    pub fn leaks(self, since: u64) -> Result<Vec<Leak>, Status> {
        let state = contexts::enter(self.number())?;
        let mut leaks: Vec<_> = state
            .handles
            .iter()
            .filter(|(_, _, open)| open.mark() >= since)
            .map(|(slot, generation, open)| {
                let label = state.extra(slot, open).label;
                let leak = Leak {
                    handle: Handle::new(self.number(), slot, generation),
                    start: open.pointer,
                    // SAFETY: null or a C string that lives long enough (`open`).
                    label: (!label.is_null()).then(|| unsafe { CStr::from_ptr(label) }),
                    backtrace: state.opener(slot),
                };
                (open.mark(), leak)
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
        let mut locked = contexts::enter(self.context)?;
        let state = &mut *locked;
        let mut dup = || {
            let (pointer, place) = state.object(self)?;
            let label = state
                .handles
                .get(self.slot(), self.generation())
                .map_or(ptr::null(), |open| state.extra(self.slot(), open).label);
            if !state.reserve_handle(!label.is_null()) {
                return Err(Status::OutOfMemory);
            }
            state.make_many(place, pointer)?;
            state.insert(pointer, place, None, label)
        };
        dup().map_err(|status| report(locked, Operation::Dup, status, ptr::null()))
    }

    /// The object. Valid while a handle of it is open. O(1).
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::StaleHandle`].
    pub fn data(self) -> Result<NonNull<u8>, Status> {
        let state = contexts::enter(self.context)?;
        match state.object(self) {
            Ok((pointer, _)) => Ok(pointer),
            Err(status) => Err(report(state, Operation::Data, status, ptr::null())),
        }
    }

    /// Makes the object *many*: see [`ContextId::retain`]. O(1).
    ///
    /// # Errors
    ///
    /// As [`dup`](Self::dup).
    pub fn retain(self) -> Result<(), Status> {
        let mut state = contexts::enter(self.context)?;
        let done = state
            .object(self)
            .and_then(|(pointer, place)| state.make_many(place, pointer));
        done.map_err(|status| report(state, Operation::Retain, status, ptr::null()))
    }

    /// Closes the handle. The only handle of an object that was never retained ends it: its destroy function is called and
    /// its memory is freed before this returns. O(1) and what that function costs.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::StaleHandle`].
    #[inline(always)]
    pub fn close(self) -> Result<(), Status> {
        let mut state = contexts::enter(self.context)?;
        if state.close_plain(self) {
            return Ok(());
        }
        close_slowly(state, self)
    }

    /// The context that the handle names.
    pub fn context(self) -> ContextId {
        ContextId::from_number(self.context)
    }
}
