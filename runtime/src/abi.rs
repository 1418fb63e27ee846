//! The C functions: the operations under their IR names, and what a program does with the pool.
//!
//! Without the compiler pass, `croft.h` calls these out of line; with it, only the pool's functions
//! remain. No logic lives here beyond refusing null regions in requests, which unchecked code may pass.
//! `croft.new` and `croft.new.array` are missing on purpose: they have no meaning before region inference.
//!
//! Thread and interrupt rules, costs and the obligations of functions with a region are those of
//! [`kernel`](crate::kernel).

use core::ffi::c_int;
use core::ptr;

use crate::cleanup::{Function, Registration, croft_rt_cancel_cleanup, croft_rt_run_cleanup, register};
use crate::execution::{pool, uninterrupted};
use crate::exhaustion::{self, Handler};
use crate::invariants;
use crate::kernel::{allocate, croft_rt_pop, croft_rt_push, croft_rt_push_bounded, croft_rt_reset};
use crate::layout::{BLOCK_SIZE, UNBOUNDED};
use crate::pool::Stats;
use crate::refill::run;
use crate::region::Descriptor;
use crate::request;

const _: () = assert!(UNBOUNDED == usize::MAX, "a C budget of SIZE_MAX is none");

/// The block size that the runtime was built with, in bytes, for programs to compare with their header's.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "the name is part of the C interface")]
pub static croft_block_size: usize = BLOCK_SIZE;

/// `croft.push`: opens a region, now innermost. Never null.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[unsafe(export_name = "croft.push")]
pub unsafe extern "C" fn push() -> *mut Descriptor {
    // SAFETY: the same obligation.
    unsafe { croft_rt_push() }
}

/// `croft.push.bounded`: opens a region that hands out at most `bytes` bytes between two resets.
/// Never null.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[unsafe(export_name = "croft.push.bounded")]
pub unsafe extern "C" fn push_bounded(bytes: usize) -> *mut Descriptor {
    // SAFETY: the same obligation.
    unsafe { croft_rt_push_bounded(bytes) }
}

/// `croft.pop`: ends the region and every object in it.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel); no object of the region is used any more. A null
/// region is not looked for: it is read, at addresses 0 to 24.
#[unsafe(export_name = "croft.pop")]
pub unsafe extern "C" fn pop(region: *mut Descriptor) {
    // SAFETY: the same obligations.
    unsafe { croft_rt_pop(region) }
}

/// `croft.reset`: ends every object of the region, which stays open.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel); no object of the region is used any more. A null
/// region is not looked for: it is read, at addresses 0 to 24.
#[unsafe(export_name = "croft.reset")]
pub unsafe extern "C" fn reset(region: *mut Descriptor) {
    // SAFETY: the same obligations.
    unsafe { croft_rt_reset(region) }
}

/// `croft.alloc`: allocates `size` bytes at a multiple of `align`. Never null.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or null.
#[unsafe(export_name = "croft.alloc")]
pub unsafe extern "C" fn alloc(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: the same obligations; null is refused.
    unsafe {
        if region.is_null() {
            return run::<false>(region, size, align.wrapping_sub(1));
        }
        allocate::<false>(region, size, align)
    }
}

/// `croft.alloc.array`: allocates `count` adjacent elements of `size` bytes at a multiple of
/// `align`. Never null.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or null.
#[unsafe(export_name = "croft.alloc.array")]
pub unsafe extern "C" fn alloc_array(
    region: *mut Descriptor,
    count: usize,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { alloc(region, request::array_size(count, size), align) }
}

/// `croft.try_alloc`: as [`alloc`], but null on exhaustion and for a null region, with nothing
/// changed.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or null.
#[unsafe(export_name = "croft.try_alloc")]
pub unsafe extern "C" fn try_alloc(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    if region.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the same obligations.
    unsafe { allocate::<true>(region, size, align) }
}

/// `croft.try_alloc.array`: as [`alloc_array`], but null on exhaustion and for a null region, with
/// nothing changed.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), or null.
#[unsafe(export_name = "croft.try_alloc.array")]
pub unsafe extern "C" fn try_alloc_array(
    region: *mut Descriptor,
    count: usize,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: the same obligations.
    unsafe { try_alloc(region, request::array_size(count, size), align) }
}

/// `croft.cleanup`: `function(object)` runs when the region ends or is reset. A null region is refused.
///
/// # Safety
///
/// Those of [`croft_rt_cleanup`](crate::kernel::croft_rt_cleanup), or null.
#[unsafe(export_name = "croft.cleanup")]
pub unsafe extern "C" fn cleanup(region: *mut Descriptor, object: *mut u8, function: Function) {
    // SAFETY: the same obligations.
    unsafe { register_cleanup(region, object, function) };
}

/// `croft.register_cleanup`: as [`cleanup`], and returns the registration.
///
/// # Safety
///
/// Those of [`croft_rt_cleanup`](crate::kernel::croft_rt_cleanup), or null.
#[unsafe(export_name = "croft.register_cleanup")]
pub unsafe extern "C" fn register_cleanup(
    region: *mut Descriptor,
    object: *mut u8,
    function: Function,
) -> *mut Registration {
    // SAFETY: the same obligations; null is refused.
    unsafe {
        if region.is_null() {
            return run::<false>(region, size_of::<Registration>(), align_of::<Registration>() - 1).cast();
        }
        register::<false>(region, object, function)
    }
}

/// `croft.try_register_cleanup`: as [`register_cleanup`], but null on exhaustion and for a null region, with nothing changed.
///
/// # Safety
///
/// Those of [`croft_rt_cleanup`](crate::kernel::croft_rt_cleanup), or null.
#[unsafe(export_name = "croft.try_register_cleanup")]
pub unsafe extern "C" fn try_register_cleanup(
    region: *mut Descriptor,
    object: *mut u8,
    function: Function,
) -> *mut Registration {
    if region.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the same obligations.
    unsafe { register::<true>(region, object, function) }
}

/// `croft.run_cleanup`: runs a registered cleanup now, unless it has run or was cancelled. Null does nothing.
///
/// # Safety
///
/// Those of [`croft_rt_run_cleanup`].
#[unsafe(export_name = "croft.run_cleanup")]
pub unsafe extern "C" fn run_cleanup(registration: *mut Registration) {
    // SAFETY: the same obligations.
    unsafe { croft_rt_run_cleanup(registration) }
}

/// `croft.cancel_cleanup`: takes a registered cleanup back. Null, and one that has run, do nothing.
///
/// # Safety
///
/// Those of [`croft_rt_cancel_cleanup`].
#[unsafe(export_name = "croft.cancel_cleanup")]
pub unsafe extern "C" fn cancel_cleanup(registration: *mut Registration) {
    // SAFETY: the same obligations.
    unsafe { croft_rt_cancel_cleanup(registration) }
}

/// `croft.keepalive`: does nothing. A call is a use of what the pointer stands for.
#[unsafe(export_name = "croft.keepalive")]
pub extern "C" fn keepalive(_: *const u8) {}

/// Makes `bytes` bytes at `buffer` the pool of compiled code and of the C functions: 0, or the
/// [`PoolError`](crate::pool::PoolError) for which nothing changed. O(1).
///
/// # Safety
///
/// 1. `buffer` is null or points to `bytes` writable bytes that nothing else uses until the pool is
///    given another buffer.
/// 2. Obligation 2 of [`kernel`](crate::kernel).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_pool_init(buffer: *mut u8, bytes: usize) -> c_int {
    let pool = pool();
    // SAFETY: obligations 1 and 2.
    match uninterrupted(|| unsafe { (*pool).init(buffer, bytes) }) {
        Ok(()) => 0,
        Err(reason) => reason as c_int,
    }
}

/// Writes the pool's counters to `out`. O(free blocks): not for real-time code.
///
/// # Safety
///
/// `out` points to writable memory for them; obligation 2 of [`kernel`](crate::kernel).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_pool_stats(out: *mut Stats) {
    let pool = pool();
    // SAFETY: the obligations above.
    let stats = uninterrupted(|| unsafe { (*pool).stats() });
    // SAFETY: as above.
    unsafe { out.write(stats) }
}

/// Checks the pool's invariants: 0, or the [`Broken`](crate::invariants::Broken) one. O(blocks): a
/// test aid.
///
/// # Safety
///
/// Obligation 2 of [`kernel`](crate::kernel).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_pool_check() -> c_int {
    // SAFETY: the obligation above.
    match uninterrupted(|| unsafe { invariants::check_pool(pool()) }) {
        Ok(()) => 0,
        Err(broken) => broken as c_int,
    }
}

/// Installs the exhaustion handler, null for the default, and returns the one before it. See
/// [`set_handler`](exhaustion::set_handler).
#[unsafe(no_mangle)]
pub extern "C" fn croft_set_exhaustion_handler(handler: Option<Handler>) -> Option<Handler> {
    exhaustion::set_handler(handler)
}
