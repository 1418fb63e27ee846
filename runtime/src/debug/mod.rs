//! Debug mode: what lowering in mode *debug* calls. It finds misuse of regions at run time and says
//! where both halves of it are.
//!
//! The operations of this module are no twins of the release path but an implementation of their own
//! over the same pool, made to notice what release code must not pay for:
//!
//! - A region **handle** is a number in the shape of a pointer ([`handle`]), never an address. The
//!   number is the region's generation stamp: a stale handle is recognised however late it comes.
//! - Every region is a sequence of **lives**: a push begins one, a reset ends one and begins the
//!   next. Each block remembers the life that owned it last, and a ring keeps where lives began and
//!   ended ([`history`]).
//! - Blocks are used again as late as possible: memory never used first, then what ended longest ago
//!   ([`ledger`]). A reset region goes on in other blocks. So a stale pointer leads to memory whose
//!   last life is known, and [`access`] can tell.
//! - What has ended is filled with [`POISON`] and closed for AddressSanitizer and Valgrind where they
//!   run ([`tools`]).
//!
//! Misuse ends the program ([`report`]). Exhaustion is what it is in the other modes: the same
//! reasons, the same handler, the same budgets.
//!
//! With the feature `threads` each thread has a state of its own, as it has a pool. An operation on another
//! thread's region is a misuse; accesses to another thread's objects are not checked. With the feature
//! `critical-section` each operation is one critical section, misuse is reported within it, and exhaustion after it.
//!
//! Cost: pops and resets are O(bytes that end), a request for several blocks is O(blocks of the
//! pool), everything else is O(1). Nothing here is for real-time code, and nothing else of the
//! runtime refers to it, so that a linker which drops unused sections drops all of it.
//!
//! Invariants:
//! - *Debug-I1*: while regions are open, the pool's buffer belongs to this module: nothing else takes
//!   blocks from the pool. All code that shares the pool is lowered in mode *debug*.
//! - *Debug-I2*: tables have the lengths that [`storage`] states, and indices into them are compared
//!   with these before use.
//! - *Debug-I3*: a place is a constant of the program, or null.
//!
//! Obligations of every function here:
//! 1. The pool is the running context's, as for [`kernel`](crate::kernel). Reading and writing objects, and the
//!    checks of [`access`] with it, may happen in several.
//! 2. `place` is null or points to a constant [`Place`].

pub mod access;
pub mod cleanup;
pub mod handle;
pub mod history;
pub mod ledger;
pub mod place;
pub mod pool;
pub mod regions;
pub mod report;
pub mod segmented;
pub mod state;
pub mod storage;
pub mod tools;

pub use handle::Handle;
pub use place::Place;

use crate::layout::UNBOUNDED;
use crate::request::array_size;
use regions::Request;

/// The byte that ended objects consist of.
pub const POISON: u8 = 0xCD;

/// Opens a region, now innermost. It takes its first block with its first object.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_push(place: *const Place) -> Handle {
    // SAFETY: the same obligations.
    unsafe { regions::push(UNBOUNDED, place) }
}

/// As [`croft_rt_debug_push`], for a region that hands out at most `bytes` bytes between two resets.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_push_bounded(bytes: usize, place: *const Place) -> Handle {
    // SAFETY: the same obligations.
    unsafe { regions::push(bytes, place) }
}

/// Ends the region, which must be the innermost one. Any handle may be passed: a wrong one is
/// reported.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_pop(region: Handle, place: *const Place) {
    // SAFETY: the same obligations.
    unsafe { regions::pop(region, place) }
}

/// Ends every object of the region, which stays open. Any handle may be passed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_reset(region: Handle, place: *const Place) {
    // SAFETY: the same obligations.
    unsafe { regions::reset(region, place) }
}

/// Allocates `size` bytes at a multiple of `align`. Never null. Any handle may be passed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_alloc(
    region: Handle,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { regions::alloc(region, Request { size, align }, place) }
}

/// Allocates `count` adjacent elements of `size` bytes. Never null. Any handle may be passed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_alloc_array(
    region: Handle,
    count: usize,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut u8 {
    let size = array_size(count, size);
    // SAFETY: the same obligations.
    unsafe { regions::alloc(region, Request { size, align }, place) }
}

/// As [`croft_rt_debug_alloc`], but null on exhaustion and for a null region, with nothing changed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_try_alloc(
    region: Handle,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { regions::try_alloc(region, Request { size, align }, place) }
}

/// As [`croft_rt_debug_alloc_array`], but null on exhaustion and for a null region, with nothing
/// changed.
///
/// # Safety
///
/// The obligations of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_try_alloc_array(
    region: Handle,
    count: usize,
    size: usize,
    align: usize,
    place: *const Place,
) -> *mut u8 {
    let size = array_size(count, size);
    // SAFETY: the same obligations.
    unsafe { regions::try_alloc(region, Request { size, align }, place) }
}

/// Checks a read of `bytes` bytes at `address`; see [`access`]. O(1).
///
/// # Safety
///
/// The obligations of this module. Nothing is asked of the address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_read(address: *const u8, bytes: usize, place: *const Place) {
    // SAFETY: the same obligations.
    unsafe { access::check::<false>(address, bytes, place) }
}

/// Checks a write of `bytes` bytes at `address`; see [`access`]. O(1).
///
/// # Safety
///
/// The obligations of this module. Nothing is asked of the address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_write(address: *const u8, bytes: usize, place: *const Place) {
    // SAFETY: the same obligations.
    unsafe { access::check::<true>(address, bytes, place) }
}
