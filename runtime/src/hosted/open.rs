//! Open handles, and what is done with them most of the time. Under the context's lock.
//!
//! Opening and closing a handle of an object that is small and *many*, without a destroy function or a label, touches the
//! handle's slot, the object's record and what leads there: the table of pages and the span. Everything else is
//! [`object`](super::object)'s.
//!
//! Invariants:
//! - *Open-I1*: the place of an open handle is that of an allocation of this context, which is live, or has died at the
//!   context's end and keeps its memory.
//! - *Open-I2*: a slot without an open handle has no [`Extra`].

use core::ptr::{self, NonNull};

use super::cleanup::CleanupFunction;
use super::handle::Handle;
use super::misuse::{Operation, enter, enter_by, report, report_handle};
use super::object::settle;
use super::place::Place;
use super::record::{Label, State as Life};
use super::state::State;
use super::status::Status;

/// An open handle: where its object's record is. With its generation it takes eight bytes: what only some handles have is
/// an [`Extra`], and the object's address follows from its place.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) place: Place,
}

/// What only some handles have, by the handle's slot.
#[derive(Clone, Copy)]
pub(crate) struct Extra {
    /// Of an object that has this handle only and is not retained.
    pub(crate) destroy: Option<CleanupFunction>,
    pub(crate) label: Label,
    /// When it was opened; 0 where there is no extra.
    pub(crate) serial: u64,
    /// The mark after which it was opened.
    pub(crate) mark: u32,
}

// SAFETY: used under the context's lock; the label lives long enough (`ContextId::open`).
unsafe impl Send for Extra {}

impl Extra {
    const NONE: Self = Self {
        destroy: None,
        label: ptr::null(),
        serial: 0,
        mark: 0,
    };
}

impl State {
    /// What only some handles have.
    pub(crate) fn extra(&self, slot: u32) -> Extra {
        self.extras.get(slot as usize).copied().unwrap_or(Extra::NONE)
    }

    /// Whether a handle has an [`Extra`].
    #[inline(always)]
    fn has_extra(&self, slot: u32) -> bool {
        let extra = self.extras.get(slot as usize);
        extra.is_some_and(|extra| extra.serial != 0)
    }

    /// Closes a handle without looking at its object: its place and what only some have.
    pub(crate) fn take(&mut self, handle: Handle) -> Option<(Place, Extra)> {
        let slot = handle.slot();
        let open = self.handles.remove(slot, handle.generation())?;
        let extra = self.extras.get_mut(slot as usize);
        let extra = extra.map(|extra| core::mem::replace(extra, Extra::NONE));
        Some((open.place, extra.unwrap_or(Extra::NONE)))
    }

    /// The object of an open handle.
    #[inline]
    pub(crate) fn pointer_of(&self, open: &Open) -> Option<NonNull<u8>> {
        let place = open.place;
        if place.is_large() {
            return Some(self.larges.get(place.large())?.extent.start);
        }
        Some(self.spans.start_of(place))
    }

    /// Whether a handle that is opened now has an [`Extra`].
    #[inline(always)]
    pub(crate) fn needs_extra(&self, destroy: Option<CleanupFunction>, label: Label) -> bool {
        destroy.is_some() || !label.is_null() || self.marks > 0
    }

    /// Makes room for one handle, and for its extra if it has one; false if there is no memory.
    pub(crate) fn reserve_handle(&mut self, has_extra: bool) -> bool {
        if !self.handles.reserve() {
            return false;
        }
        let missing = (self.handles.bound() + 1).saturating_sub(self.extras.len());
        if has_extra && missing > 0 {
            if self.extras.try_reserve(missing).is_err() {
                return false;
            }
            self.extras.resize(self.extras.len() + missing, Extra::NONE);
        }
        true
    }

    /// Adds an open handle, for which there is room: its slot and generation.
    pub(crate) fn add(&mut self, place: Place, destroy: Option<CleanupFunction>, label: Label) -> (u32, u32) {
        let (slot, generation) = self.handles.insert(Open { place });
        if self.needs_extra(destroy, label) {
            let serial = self.next_serial();
            self.extras[slot as usize] = Extra {
                destroy,
                label,
                serial,
                mark: self.marks,
            };
        }
        (slot, generation)
    }

    /// The plain case of opening a handle: of a small object that has none or is *many*, where a slot is vacant, without an
    /// [`Extra`]. Its name; nothing has changed in all other cases. In debug mode no object is small.
    #[inline(always)]
    pub(crate) fn open_plain(&mut self, pointer: *mut u8) -> Option<u64> {
        let index = self.handles.vacant()?;
        let (span, slot, _) = self.slot_at(pointer)?;
        let place = Place::of_slot(span, slot);
        if self.marks > 0 {
            return None;
        }
        // SAFETY: just found.
        let record = unsafe { self.spans.record_of(place) };
        record.number = match record.state {
            Life::Many => record.number + 1,
            Life::Live if record.number == 0 => index + 1,
            _ => return None,
        };
        // SAFETY: a slot is vacant.
        let generation = unsafe { self.handles.fill(Open { place }) };
        Some(Handle::name(index, generation))
    }

    /// The plain case of closing a handle: of a small object, without an [`Extra`]. False, with nothing changed, in all
    /// others.
    #[inline(always)]
    pub(crate) fn close_plain(&mut self, handle: Handle) -> bool {
        let (index, generation) = (handle.slot(), handle.generation());
        let Some(&Open { place }) = self.handles.get(index, generation) else {
            return false;
        };
        if place.is_large() || self.has_extra(index) {
            return false;
        }
        // SAFETY: Open-I1.
        let record = unsafe { self.spans.record_of(place) };
        match record.state {
            Life::Many => record.number -= 1,
            Life::Live => {
                let size = record.size as usize;
                // SAFETY: Open-I1.
                unsafe { self.spans.free(place.span(), place.slot()) };
                self.statistics.remove(size);
            }
            _ => return false,
        }
        // SAFETY: there is an open handle of this name.
        unsafe { self.handles.vacate(index, generation) };
        true
    }
}

/// As [`ContextId::open`](super::ContextId::open), in all cases: the handle's name, or the status, which is below all names.
/// One word, so that it comes back in a register: the handle that is made of it is not read while it is still being
/// written, which would stall.
#[inline(never)]
pub(crate) fn open_slowly(
    context: u64,
    pointer: *mut u8,
    destroy: Option<CleanupFunction>,
    label: Label,
) -> u64 {
    let mut state = match enter(context, Operation::Open, pointer) {
        Ok(state) => state,
        Err(status) => return status as u64,
    };
    if destroy.is_none()
        && label.is_null()
        && let Some(name) = state.open_plain(pointer)
    {
        return name;
    }
    let opened = NonNull::new(pointer)
        .ok_or(Status::Null)
        .and_then(|pointer| state.open(pointer, destroy, label));
    match opened {
        Ok((slot, generation)) => Handle::name(slot, generation),
        Err(status) => report(state, Operation::Open, status, pointer) as u64,
    }
}

/// As [`Handle::close`], in all cases.
#[inline(never)]
pub(crate) fn close_slowly(handle: Handle) -> Result<(), Status> {
    let mut state = enter_by(handle, Operation::Close)?;
    if state.close_plain(handle) {
        return Ok(());
    }
    match state.close(handle) {
        Ok(ending) => {
            settle(state, ending);
            Ok(())
        }
        Err(status) => Err(report_handle(state, Operation::Close, status, handle)),
    }
}
