//! Cleanups: functions that run when their region ends or is reset, the newest first, each once.
//!
//! A registration is an object of the region, so it is charged to the budget and needs no memory of its own. It may be
//! run early, or cancelled: O(1), since the list leads both ways. Its memory stays the region's.
//!
//! A region that never had a cleanup pays nothing: one that has is marked as one with runs is (`SPECIAL`), so
//! that pop and reset come to their rare paths, which look here. With an empty list they are O(1) again; with others they
//! take as long as the cleanups do.
//!
//! A cleanup runs while its region is still open and every object in it is whole. It may use other regions of the pool, and
//! open some of its own if it ends them; it neither ends, resets nor fills the region that is ending, and does not unwind.
//!
//! Invariants:
//! - *Cleanup-I1*: the list of a region with cleanups begins in its record of runs, or, if it has none, in the place of that
//!   record's address in the oldest footer. Every pointer of the list is *tagged*: its address is one more than it should be.
//!   The address of a record whose region has had cleanups is two more than it should be. Both are aligned, so all three are
//!   told apart, and one test finds regions without cleanups. The list ends in `EMPTY`.
//! - *Cleanup-I2*: `place` of a registration is where the pointer to it lies; null once it is on no list.
//! - *Cleanup-I3*: a registration leaves the list before its function is called.
//! - *Cleanup-I4*: a region with cleanups, or that has had some, is counted twice, so that its pool is not idle before they
//!   have run: the last pop of all looks at nothing else.

use core::ptr;

use crate::block::{Footer, SPECIAL};
use crate::execution::{pool, uninterrupted};
use crate::kernel::allocate;
use crate::layout::MIN_ALIGN;
use crate::pool::{BlockPool, recount};
use crate::region::Descriptor;
use crate::runs::Record;

/// What a cleanup calls, with the object it was registered for.
pub type Function = unsafe extern "C" fn(object: *mut u8);

/// A registered cleanup.
#[repr(C)]
pub struct Registration {
    /// The next older one, tagged.
    pub(crate) next: *mut Registration,
    /// *Cleanup-I2*.
    pub(crate) place: *mut *mut Registration,
    /// What it was registered for.
    pub(crate) object: *mut u8,
    /// What is called.
    pub(crate) function: Function,
}

const _: () = assert!(align_of::<Registration>() <= MIN_ALIGN && align_of::<Record>() >= MIN_TAGGED);

/// Alignment that leaves room for both tags.
const MIN_TAGGED: usize = 4;

/// The end of a list: null, tagged.
pub(crate) const EMPTY: *mut Registration = ptr::without_provenance_mut(TAG);

/// What tagging adds to the address of a registration.
const TAG: usize = 1;

/// What it adds to the address of a record of runs and cleanups.
const SHARED: usize = 2;

fn tagged(registration: *mut Registration) -> *mut Registration {
    registration.wrapping_byte_add(TAG)
}

fn untagged(pointer: *mut Registration) -> *mut Registration {
    pointer.wrapping_byte_sub(TAG)
}

/// Whether what lies in the place of a record's address is a list.
#[inline(always)]
fn is_list(runs: *mut Record) -> bool {
    runs.addr() & TAG != 0
}

/// The record of runs of a marked region; null if it has cleanups only.
///
/// # Safety
///
/// 1. `oldest` is the oldest footer of a marked region, and nothing else uses it during the call.
#[inline(always)]
pub(crate) unsafe fn record_of(oldest: *mut Footer) -> *mut Record {
    // SAFETY: obligation 1.
    let runs = unsafe { (*oldest).runs };
    if is_list(runs) {
        ptr::null_mut()
    } else {
        runs.map_addr(|address| address & !SHARED)
    }
}

/// Where the list of a marked region begins.
///
/// # Safety
///
/// As for [`record_of`].
#[inline(always)]
pub(crate) unsafe fn head(oldest: *mut Footer) -> *mut *mut Registration {
    // SAFETY: the obligation, Cleanup-I1.
    unsafe {
        let record = record_of(oldest);
        if record.is_null() {
            (&raw mut (*oldest).runs).cast()
        } else {
            &raw mut (*record).cleanups
        }
    }
}

/// Moves the list of a region that gets its first run into `record`, the new record of its runs.
///
/// # Safety
///
/// 1. As for [`record_of`], or the region is not marked and has no cleanups; `record` is the region's.
#[inline(always)]
pub(crate) unsafe fn move_into(record: *mut Record, oldest: *mut Footer, is_marked: bool) {
    // SAFETY: obligation 1, Cleanup-I1.
    unsafe {
        (*record).cleanups = EMPTY;
        if !is_marked {
            (*oldest).runs = record;
            return;
        }
        let newest = *head(oldest);
        (*record).cleanups = newest;
        if newest != EMPTY {
            (*untagged(newest)).place = &raw mut (*record).cleanups;
        }
        (*oldest).runs = record.wrapping_byte_add(SHARED);
    }
}

/// Puts a registration onto the list of its region.
///
/// # Safety
///
/// 1. `limit` and `oldest` are those of an open region that owns memory and that nothing else uses during the call;
///    `registration` is fresh memory for one, in that region; nothing else uses its pool during the call.
#[inline(always)]
pub(crate) unsafe fn enlist(
    pool: *mut BlockPool,
    oldest: *mut Footer,
    limit: *mut Footer,
    registration: *mut Registration,
    object: *mut u8,
    function: Function,
) {
    // SAFETY: obligation 1.
    unsafe {
        if (*limit).next != SPECIAL {
            (*oldest).runs = EMPTY.cast();
            (*limit).next = SPECIAL;
            recount(pool);
        } else if !has_some(oldest) {
            (*oldest).runs = record_of(oldest).wrapping_byte_add(SHARED);
            recount(pool);
        }
        enlist_at(head(oldest), registration, object, function);
    }
}

/// Puts a registration onto the list that begins at `head`.
///
/// # Safety
///
/// 1. `head` is where a list begins, and `registration` is fresh memory for one; nothing else uses either during the call.
#[inline(always)]
pub(crate) unsafe fn enlist_at(
    head: *mut *mut Registration,
    registration: *mut Registration,
    object: *mut u8,
    function: Function,
) {
    // SAFETY: obligation 1, Cleanup-I2.
    unsafe {
        let next = *head;
        registration.write(Registration {
            next,
            place: head,
            object,
            function,
        });
        if next != EMPTY {
            (*untagged(next)).place = &raw mut (*registration).next;
        }
        *head = tagged(registration);
    }
}

/// Takes a registration off its list; false if it is on none. O(1).
///
/// # Safety
///
/// 1. `registration` was registered in a region that is open, and nothing else uses the list during the call.
#[inline(always)]
pub(crate) unsafe fn unlist(registration: *mut Registration) -> bool {
    // SAFETY: obligation 1, Cleanup-I2.
    unsafe {
        let Registration { next, place, .. } = *registration;
        if place.is_null() {
            return false;
        }
        *place = next;
        if next != EMPTY {
            (*untagged(next)).place = place;
        }
        (*registration).place = ptr::null_mut();
        true
    }
}

/// Runs a registration that is on a list; does nothing for any other.
///
/// # Safety
///
/// 1. As for [`unlist`]; whoever registered it vouches for its function.
pub(crate) unsafe fn run(registration: *mut Registration) {
    // SAFETY: obligation 1, Cleanup-I3.
    unsafe {
        if unlist(registration) {
            ((*registration).function)((*registration).object);
        }
    }
}

/// The newest registration of a list, or null.
///
/// # Safety
///
/// 1. `head` is where a list begins.
pub(crate) unsafe fn newest(head: *mut *mut Registration) -> *mut Registration {
    // SAFETY: obligation 1.
    untagged(unsafe { *head })
}

/// Whether a marked region has, or has had, cleanups.
///
/// # Safety
///
/// As for [`record_of`].
#[inline(always)]
pub(crate) unsafe fn has_some(oldest: *mut Footer) -> bool {
    // SAFETY: the obligation, Cleanup-I1.
    unsafe { (*oldest).runs.addr() & (TAG | SHARED) != 0 }
}

/// What the rare path of pop and reset does first: runs the cleanups of a marked region that owns memory, and returns the
/// record of its runs, or null. Its newest link may have been written over; then it is marked again.
///
/// # Safety
///
/// 1. `limit` and `oldest` are those of a marked region that is being ended or reset.
#[inline(always)]
pub(crate) unsafe fn settle(oldest: *mut Footer, limit: *mut Footer) -> *mut Record {
    // SAFETY: obligation 1; the region is whole while they run.
    unsafe {
        if *head(oldest) != EMPTY {
            (*limit).next = SPECIAL;
            croft_rt_run_cleanups(oldest);
        }
        record_of(oldest)
    }
}

/// As [`settle`], for builds whose pops and resets are critical sections, before these: cleanups are the program's
/// (*Execution-I3*).
///
/// # Safety
///
/// 1. `limit` and `oldest` are those of an open region that is about to be ended or reset; `lazy` is its pool's.
#[inline(always)]
pub(crate) unsafe fn settle_before(oldest: *mut Footer, limit: *mut Footer, lazy: *mut Footer) {
    // SAFETY: obligation 1; footers of a region that owns memory are its own.
    unsafe {
        if limit != lazy && (*limit).next == SPECIAL {
            settle(oldest, limit);
        }
    }
}

/// Runs the cleanups of a region, the newest first: O(cleanups), and what they take. Not called where there are none.
///
/// # Safety
///
/// 1. `oldest` is the oldest footer of a region that had cleanups, and that is being ended or reset.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_run_cleanups(oldest: *mut Footer) {
    // SAFETY: the obligation. The list is read anew each time: a cleanup may cancel another.
    unsafe {
        loop {
            let newest = newest(head(oldest));
            if newest.is_null() {
                return;
            }
            run(newest);
        }
    }
}

/// Puts a registration onto the list of the region with these footers.
///
/// # Safety
///
/// As for `enlist`.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_enlist_cleanup(
    oldest: *mut Footer,
    limit: *mut Footer,
    registration: *mut Registration,
    object: *mut u8,
    function: Function,
) {
    // SAFETY: the obligations, and no handler interrupts the section.
    uninterrupted(|| unsafe { enlist(pool(), oldest, limit, registration, object, function) });
}

/// Registers `function(object)` in a region. On exhaustion the answer is null if `TRY` is set, with nothing changed; if not,
/// the handler is called.
///
/// # Safety
///
/// 1. Obligations 1 and 2 of [`kernel`](crate::kernel).
/// 2. The function may be called with the object at any time until the region is reset or ends, or the registration was
///    run or cancelled; it does not unwind and keeps off the region stack (see the module).
#[inline(always)]
pub(crate) unsafe fn register<const TRY: bool>(
    region: *mut Descriptor,
    object: *mut u8,
    function: Function,
) -> *mut Registration {
    // SAFETY: the obligations; after an allocation the region owns memory.
    unsafe {
        let memory = allocate::<TRY>(region, size_of::<Registration>(), MIN_ALIGN);
        if TRY && memory.is_null() {
            return ptr::null_mut();
        }
        let registration = memory.cast::<Registration>();
        let Descriptor { limit, oldest, .. } = *region;
        croft_rt_enlist_cleanup(oldest, limit, registration, object, function);
        registration
    }
}

/// Runs a registered cleanup now, unless it has run or was cancelled. Null does nothing. O(1), and what it takes.
///
/// # Safety
///
/// As for `run`, or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_run_cleanup(registration: *mut Registration) {
    if !registration.is_null() {
        // SAFETY: the obligations.
        unsafe { run(registration) }
    }
}

/// Takes a registered cleanup back: it will not run. Null, and one that has run, do nothing. O(1).
///
/// # Safety
///
/// As for `unlist`, or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_cancel_cleanup(registration: *mut Registration) {
    if !registration.is_null() {
        // SAFETY: the obligations.
        unsafe { unlist(registration) };
    }
}
