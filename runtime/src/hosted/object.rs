//! Objects: how handles, records and destroy functions hang together. Under the context's lock, except [`settle`].
//! What happens most of the time is done in [`open`](super::open).
//!
//! Invariants:
//! - *Object-I1*: a live record's number is 0, or the slot of the object's only handle plus 1; that of one that is *many*
//!   counts its handles ([`State`](record::State)).
//! - *Object-I2*: the destroy function of an object that is *many* is a cleanup, which `registered` finds by the object's
//!   address; that of any other is kept by its only handle. So an object that was never *many* was never registered.

use core::ptr::{self, NonNull};
use std::vec::Vec;

use super::cleanup::{CleanupFunction, Pending};
use super::contexts::{self, Locked};
use super::handle::Handle;
use super::place::Place;
use super::record::{self, Label};
use super::resource::Extent;
use super::state::State;
use super::status::Status;

/// What is left to do once the lock is left.
pub(crate) enum Ending {
    /// The object is gone; its extent, if it had one, goes back.
    Gone(Option<Extent>),
    /// The object's destroy function is to be called, then its memory is freed.
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
        match record.state {
            record::State::Many => return Ok(()),
            // At the context's end an object may die with handles open.
            record::State::Dying => return Err(Status::Freed),
            _ => {}
        }
        let only = record.number.checked_sub(1);
        if only.is_some() {
            self.reserve_registration()?;
        }
        let kept = only.and_then(|slot| self.extras.get_mut(slot as usize)?.destroy.take());
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
        self.extra(slot).destroy
    }

    /// Opens a handle: its slot and generation; see [`ContextId::open`](super::ContextId::open).
    pub(super) fn open(
        &mut self,
        pointer: NonNull<u8>,
        destroy: Option<CleanupFunction>,
        label: Label,
    ) -> Result<(u32, u32), Status> {
        let place = self.find(pointer.as_ptr())?;
        if !self.reserve_handle(self.needs_extra(destroy, label)) {
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
            if destroy.is_some() {
                self.reserve_registration()?;
            }
            self.make_many(place, pointer)?;
            if let (Some(function), None) = (destroy, known) {
                self.register_destroy(pointer, function);
            }
        }
        self.insert(place, kept, label)
    }

    /// Makes an open handle of an object, which is *many* or has none: its slot and generation.
    pub(crate) fn insert(
        &mut self,
        place: Place,
        destroy: Option<CleanupFunction>,
        label: Label,
    ) -> Result<(u32, u32), Status> {
        let (slot, generation) = self.add(place, destroy, label);
        let record = self.record(place)?;
        record.number = match record.state {
            record::State::Many => record.number + 1,
            _ => slot + 1,
        };
        if self.debug.is_some() {
            self.note_opener(slot, generation, label);
        }
        Ok((slot, generation))
    }

    /// The object of a handle.
    #[inline]
    pub(crate) fn object(&self, handle: Handle) -> Result<(NonNull<u8>, Place), Status> {
        let open = self.handles.get(handle.slot(), handle.generation());
        open.and_then(|open| Some((self.pointer_of(open)?, open.place)))
            .ok_or(Status::StaleHandle)
    }

    /// Closes a handle.
    pub(super) fn close(&mut self, handle: Handle) -> Result<Ending, Status> {
        let object = self.object(handle)?.0.as_ptr().cast();
        let (place, extra) = self.take(handle).ok_or(Status::StaleHandle)?;
        let record = self.record(place)?;
        match record.state {
            record::State::Many => {
                record.number -= 1;
                return Ok(Ending::Stays);
            }
            // At its end, the context has called the destroy function, and will free it.
            record::State::Dying => return Ok(Ending::Stays),
            _ => record.number = 0,
        }
        let Some(function) = extra.destroy else {
            return Ok(Ending::Gone(self.remove(place)));
        };
        record.state = record::State::Dying;
        self.callbacks += 1;
        Ok(Ending::Destroy(
            place,
            Pending {
                object,
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
    fn pending(&self) -> Vec<(u64, Last)> {
        let cleanups = self.cleanups.iter();
        let registered =
            cleanups.map(|(slot, generation, pending)| (pending.serial, Last::Cleanup(slot, generation)));
        let kept = self.handles.iter().filter_map(|(slot, generation, _)| {
            let extra = self.extra(slot);
            let last = Last::OfHandle(slot, generation);
            extra.destroy.is_some().then_some((extra.serial, last))
        });
        let mut pending: Vec<_> = registered.chain(kept).collect();
        pending.sort_unstable_by_key(|(serial, _)| *serial);
        pending
    }

    /// Takes out what is to be called, if it still is; an object whose destroy function it is dies. Its handles stay open,
    /// and its memory with the context, for destroy functions that still refer to it.
    fn take_pending(&mut self, last: Last) -> Option<Pending> {
        match last {
            Last::Cleanup(slot, generation) => {
                let pending = self.cleanups.remove(slot, generation)?;
                let address = pending.object.addr();
                if self.registered.get(&address) == Some(&(slot, generation)) {
                    self.registered.remove(&address);
                    let place = self.find(pending.object.cast()).ok()?;
                    self.record(place).ok()?.state = record::State::Dying;
                }
                Some(pending)
            }
            Last::OfHandle(slot, generation) => {
                let open = *self.handles.get(slot, generation)?;
                let object = self.pointer_of(&open)?.as_ptr().cast();
                let extra = self.extras.get_mut(slot as usize)?;
                let serial = extra.serial;
                let function = extra.destroy.take()?;
                self.record(open.place).ok()?.state = record::State::Dying;
                Some(Pending {
                    object,
                    function,
                    serial,
                })
            }
        }
    }
}

/// The name of what is to be called when a context ends.
#[derive(Clone, Copy)]
enum Last {
    /// A cleanup, of its own or an object's destroy function.
    Cleanup(u32, u32),
    /// The destroy function that the only handle of an object keeps.
    OfHandle(u32, u32),
}

/// Calls what is to be called at the end of a context, the newest first, each once and without a lock. Whether there was
/// anything: what is called may have registered more.
pub(crate) fn run_pending(id: u64) -> bool {
    let pending = match contexts::enter(id) {
        Ok(state) => state.pending(),
        Err(_) => return false,
    };
    let any = !pending.is_empty();
    for (_, last) in pending.into_iter().rev() {
        let taken = contexts::enter(id).map(|mut state| state.take_pending(last));
        if let Ok(Some(pending)) = taken {
            // SAFETY: taken out, so it runs once.
            unsafe { pending.run() };
        }
    }
    any
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
    let memory = std::sync::Arc::clone(&state.memory);
    drop(state);
    for extent in extents {
        // SAFETY: taken out of the state, which alone had it.
        unsafe { memory.resource.deallocate(extent) };
    }
}
