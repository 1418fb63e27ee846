//! Objects: how handles, records and destroy functions hang together. Under the context's lock, except [`settle`].
//!
//! Invariants:
//! - *Object-I1*: a live record's number is 0, or the slot of the object's only handle plus 1; that of one that is *many*
//!   counts its handles ([`State`](record::State)).
//! - *Object-I2*: the destroy function of an object that is *many* is a cleanup, which `registered` finds by the object's
//!   address; that of any other is kept by its only handle. So an object that was never *many* was never registered.

use core::ffi::c_char;
use core::ptr::{self, NonNull};
use std::vec::Vec;

use super::cleanup::{CleanupFunction, Pending};
use super::contexts::{self, Locked};
use super::handle::Handle;
use super::misuse::{Operation, report};
use super::record;
use super::resource::Extent;
use super::state::{Place, State};
use super::status::Status;

/// An open handle. Small, so that many of them fit the processor's cache: what only some have is an [`Extra`].
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) pointer: NonNull<u8>,
    place: Place,
    /// The mark after which it was opened; the lowest bit says whether it has an [`Extra`].
    tag: u32,
}

impl Open {
    pub(crate) fn mark(&self) -> u64 {
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
    pub(crate) label: *const c_char,
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
    pub(crate) fn make_many(&mut self, place: Place, pointer: NonNull<u8>) -> Result<(), Status> {
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
    pub(crate) fn extra(&self, slot: u32, open: &Open) -> Extra {
        if open.has_extra() {
            self.extras[slot as usize]
        } else {
            Extra::NONE
        }
    }

    /// Makes room for one handle, and for its extra if it has one; false if there is no memory.
    #[inline(always)]
    pub(crate) fn reserve_handle(&mut self, has_extra: bool) -> bool {
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

    /// The commonest case of opening a handle: without a destroy function or a label, of a small object that has none or is
    /// *many*, where a slot is vacant. Nothing has changed in all others.
    #[inline(always)]
    pub(crate) fn open_bare(&mut self, pointer: *mut u8) -> Option<Handle> {
        let start = NonNull::new(pointer)?;
        let index = self.handles.vacant()?;
        let (span, slot) = self.find_slot(pointer)?;
        let record = self.spans.record(span, slot);
        record.number = match record.state {
            record::State::Many => record.number + 1,
            _ if record.number == 0 => index + 1,
            _ => return None,
        };
        let open = Open {
            pointer: start,
            place: Place::Slot { span, slot },
            tag: self.marks << 1,
        };
        // SAFETY: a slot is vacant.
        let generation = unsafe { self.handles.fill(open) };
        Some(Handle::new(self.id, index, generation))
    }

    /// The plain case of opening a handle: of a small object that has none, or is *many* without a new destroy function. In
    /// debug mode no object is small.
    #[inline(always)]
    pub(crate) fn open_plain(
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
        if !is_plain || !self.reserve_handle(has_extra) {
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
    pub(crate) fn close_plain(&mut self, handle: Handle) -> bool {
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

    /// Opens a handle; see [`ContextId::open`](super::ContextId::open).
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
    pub(crate) fn insert(
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
    pub(crate) fn object(&self, handle: Handle) -> Result<(NonNull<u8>, Place), Status> {
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

/// As [`ContextId::open`](super::ContextId::open), in all cases.
#[inline(never)]
pub(crate) fn open_slowly(
    mut state: Locked<'static>,
    pointer: *mut u8,
    destroy: Option<CleanupFunction>,
    label: *const c_char,
) -> Result<Handle, Status> {
    let opened = match NonNull::new(pointer) {
        Some(pointer) => match state.open_plain(pointer, destroy, label) {
            Some(handle) => return Ok(handle),
            None => state.open(pointer, destroy, label),
        },
        None => Err(Status::Null),
    };
    opened.map_err(|status| report(state, Operation::Open, status, pointer))
}

/// As [`Handle::close`], in all cases.
#[inline(never)]
pub(crate) fn close_slowly(mut state: Locked<'static>, handle: Handle) -> Result<(), Status> {
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
