//! Cleanups in debug mode.
//!
//! The list is that of the release path ([`cleanup`](crate::cleanup)), and begins in the table of open regions. Cleanups run
//! outside of critical sections, while their region is open and its memory whole. Found out are: a registration of a
//! region that has ended, and a cleanup that leaves other regions open than it found.

use core::ptr;

use super::access;
use super::handle::Handle;
use super::place::Place;
use super::regions::{self, Request};
use super::report::{self, Kind, Misuse, Operation};
use super::state::{current, top};
use crate::cleanup::{Function, Registration, enlist_at, newest, run, unlist};
use crate::execution::uninterrupted;
use crate::layout::MIN_ALIGN;

/// Runs the cleanups of a region that `what` is about to end or reset.
///
/// # Safety
///
/// The obligations of [`debug`](super); those who registered cleanups vouch for them.
pub(super) unsafe fn settle(region: Handle, what: Operation, place: *const Place) {
    loop {
        // SAFETY: the obligations; the region is found anew each time, so it is open, and its list in its place.
        let (next, before) = unsafe {
            uninterrupted(|| {
                let state = current(place);
                let open = regions::find(state, region, what, place);
                (newest(&raw mut (*open).cleanups), top(state))
            })
        };
        if next.is_null() {
            return;
        }
        // SAFETY: it is on the list of an open region.
        unsafe {
            run(next);
            uninterrupted(|| {
                let state = current(place);
                if top(state) != before {
                    let mut misuse = Misuse::of_region(Kind::CleanupStack, what, place);
                    misuse.innermost = top(state).map_or(ptr::null(), |open| (*open).opened);
                    report::stop(&misuse);
                }
            });
        }
    }
}

/// # Safety
///
/// As for [`croft_rt_debug_register_cleanup`]. On exhaustion the answer is null if `TRY` is set.
unsafe fn register<const TRY: bool>(
    region: Handle,
    object: *mut u8,
    function: Function,
    place: *const Place,
) -> *mut Registration {
    let request = Request {
        size: size_of::<Registration>(),
        align: MIN_ALIGN,
    };
    // SAFETY: the obligations of both: fresh memory of the region, which is open.
    unsafe {
        let memory = if TRY {
            regions::try_alloc(region, request, place)
        } else {
            regions::alloc(region, request, place)
        };
        let registration = memory.cast::<Registration>();
        if !registration.is_null() {
            uninterrupted(|| {
                let open = regions::find(current(place), region, Operation::Alloc, place);
                enlist_at(&raw mut (*open).cleanups, registration, object, function);
            });
        }
        registration
    }
}

/// Registers `function(object)`. Any handle may be passed: a wrong one is reported.
///
/// # Safety
///
/// The obligations of this module's parent; the function may be called with the object until it has run or was cancelled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_cleanup(
    region: Handle,
    object: *mut u8,
    function: Function,
    place: *const Place,
) {
    // SAFETY: the same obligations.
    unsafe { register::<false>(region, object, function, place) };
}

/// As [`croft_rt_debug_cleanup`]; returns the registration.
///
/// # Safety
///
/// As for [`croft_rt_debug_cleanup`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_register_cleanup(
    region: Handle,
    object: *mut u8,
    function: Function,
    place: *const Place,
) -> *mut Registration {
    // SAFETY: the same obligations.
    unsafe { register::<false>(region, object, function, place) }
}

/// As [`croft_rt_debug_register_cleanup`], but null on exhaustion and for a null region, with nothing changed.
///
/// # Safety
///
/// As for [`croft_rt_debug_cleanup`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_try_register_cleanup(
    region: Handle,
    object: *mut u8,
    function: Function,
    place: *const Place,
) -> *mut Registration {
    // SAFETY: the same obligations.
    unsafe { register::<true>(region, object, function, place) }
}

/// Runs a registered cleanup now, unless it has run or was cancelled. Null does nothing; a registration of a region that has
/// ended, or was reset, is reported.
///
/// # Safety
///
/// The obligations of this module's parent; `registration` is null, or was registered in mode *debug*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_run_cleanup(registration: *mut Registration, place: *const Place) {
    if registration.is_null() {
        return;
    }
    // SAFETY: the obligations; what passes the check has not ended.
    unsafe {
        access::check::<true>(registration.cast(), size_of::<Registration>(), place);
        run(registration);
    }
}

/// Takes a registered cleanup back, as [`croft_rt_debug_run_cleanup`] otherwise.
///
/// # Safety
///
/// As for [`croft_rt_debug_run_cleanup`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_cancel_cleanup(registration: *mut Registration, place: *const Place) {
    if registration.is_null() {
        return;
    }
    // SAFETY: the obligations; what passes the check has not ended.
    unsafe {
        access::check::<true>(registration.cast(), size_of::<Registration>(), place);
        unlist(registration);
    }
}
