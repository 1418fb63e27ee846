//! Cleanups of a context: functions that run when it ends, the newest first, each once.
//!
//! A cleanup is registered for an object, may be run early, or cancelled; all O(1). The destroy function of an object
//! becomes one when the object is retained ([`handle`](super::handle)). A cleanup runs without any lock and may use
//! contexts, also the one that is being destroyed, which exists for it alone then; but it cannot destroy that
//! ([`Status::Busy`]). It must not unwind.

use core::ffi::c_void;

use super::context::ContextId;
use super::contexts;
use super::misuse::{Operation, enter, report};
use super::state::State;
use super::status::Status;

/// What a cleanup calls, with its object.
pub type CleanupFunction = unsafe extern "C" fn(object: *mut c_void);

/// The name of a registered cleanup. Never valid again once it has run or was cancelled.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cleanup {
    pub(crate) context: u64,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// What is to be called.
#[derive(Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) object: *mut c_void,
    pub(crate) function: CleanupFunction,
    /// When it was registered: the newest runs first.
    pub(crate) serial: u64,
}

impl Pending {
    /// Runs it.
    ///
    /// # Safety
    ///
    /// 1. It was registered under the obligations of [`ContextId::register`] and has not run.
    pub(crate) unsafe fn run(self) {
        // SAFETY: obligation 1.
        unsafe { (self.function)(self.object) };
    }
}

impl ContextId {
    /// Registers `function(object)` for the end of the context. O(1), amortised.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::OutOfMemory`].
    ///
    /// # Safety
    ///
    /// 1. The function may be called with the object, from any thread, until it has run or was cancelled.
    pub unsafe fn register(self, object: *mut c_void, function: CleanupFunction) -> Result<Cleanup, Status> {
        let mut state = enter(self.number(), Operation::Cleanup, object.cast())?;
        if !state.cleanups.reserve() {
            return Err(Status::OutOfMemory);
        }
        let serial = state.next_serial();
        let (slot, generation) = state.cleanups.insert(Pending {
            object,
            function,
            serial,
        });
        Ok(Cleanup {
            context: self.number(),
            slot,
            generation,
        })
    }
}

impl Cleanup {
    /// Runs it now instead of at the context's end. O(1) and what the function costs.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`]; [`Status::StaleHandle`] if it has run or was cancelled.
    pub fn run(self) -> Result<(), Status> {
        let mut state = enter(self.context, Operation::RunCleanup, core::ptr::null())?;
        let pending = match self.take(&mut state) {
            Ok(pending) => pending,
            Err(status) => return Err(report(state, Operation::RunCleanup, status, core::ptr::null())),
        };
        state.callbacks += 1;
        drop(state);
        // SAFETY: taken out, so it runs once.
        unsafe { pending.run() };
        // It exists: contexts with running callbacks are not destroyed.
        contexts::enter(self.context)?.callbacks -= 1;
        Ok(())
    }

    /// Forgets it: the function is not called. O(1).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn cancel(self) -> Result<(), Status> {
        let mut state = enter(self.context, Operation::CancelCleanup, core::ptr::null())?;
        match self.take(&mut state) {
            Ok(_) => Ok(()),
            Err(status) => Err(report(state, Operation::CancelCleanup, status, core::ptr::null())),
        }
    }

    fn take(self, state: &mut State) -> Result<Pending, Status> {
        state
            .cleanups
            .remove(self.slot, self.generation)
            .ok_or(Status::StaleHandle)
    }
}
