//! A region's frontier and limit, cached for a while by compiled code.
//!
//! A loop that allocates into a region of its caller finds the descriptor in memory, and would read and write it for every
//! object. Compiled code loads the two words before such a loop ([`croft_rt_cache`]), bumps the copy, and stores the frontier behind it
//! ([`croft_rt_uncache`]). Before anything that is not inlined, the frontier goes home: so the runtime, an exhaustion handler, and whoever that
//! handler jumps to, find the region as it is.
//!
//! Invariants:
//! - *Cached-I1*: while a region is cached, its descriptor's limit and oldest block are those of the copy; only its frontier may
//!   lag behind, and nobody but the owner of the copy works on the region.

use crate::apart::croft_rt_apart_alloc;
use crate::block::Footer;
use crate::execution::NEAR;
use crate::known::croft_rt_serve_known;
use crate::layout::rounded;
use crate::region::{Descriptor, raw};
use core::mem::MaybeUninit;
use core::ptr;

/// The copy, in the frame of the loop's function. Three words.
#[repr(C)]
pub struct Cached {
    frontier: *mut u8,
    limit: *mut Footer,
    /// The frontier as it was first copied.
    first: *mut u8,
}

/// Copies what a loop needs of a region. The loop may turn out to allocate nothing: so there may be no region, or one that has
/// ended and whose words mean nothing.
///
/// # Safety
///
/// 1. `cached` points to writable memory, and `region` is null or what was once a descriptor, in memory that can be read.
/// 2. If anything is allocated on the copy, obligations 1 and 2 of [`kernel`](crate::kernel) hold throughout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_cache(cached: *mut Cached, region: *mut Descriptor) {
    // SAFETY: obligation 1.
    unsafe {
        if region.is_null() {
            (*cached).frontier = raw();
            (*cached).limit = ptr::null_mut();
        } else {
            copy(cached, region);
        }
        (*cached).first = (*cached).frontier;
    }
}

/// The words of a region that there is.
///
/// # Safety
///
/// 1. `cached` points to writable memory, `region` to readable.
#[inline(always)]
unsafe fn copy(cached: *mut Cached, region: *const Descriptor) {
    // SAFETY: the obligations above.
    unsafe {
        (*cached).frontier = (*region).frontier;
        (*cached).limit = (*region).limit;
    }
}

/// Brings the region up to date, if anything was allocated: then the frontier has moved, or another block has become the newest.
///
/// # Safety
///
/// As for [`croft_rt_cache`], which copied this region there (*Cached-I1*).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_uncache(cached: *mut Cached, region: *mut Descriptor) {
    // SAFETY: the obligations above: what was allocated on the copy was allocated in the region.
    unsafe {
        if (*cached).frontier != (*cached).first {
            (*region).frontier = (*cached).frontier;
        }
    }
}

/// As [`croft_rt_alloc_known`](crate::known::croft_rt_alloc_known), on a copy.
///
/// # Safety
///
/// As there, and for [`croft_rt_uncache`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_alloc_cached(
    cached: *mut Cached,
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut u8 {
    let taken = rounded(size);
    // SAFETY: the obligations above.
    unsafe {
        let end = (*cached).frontier.wrapping_byte_add(taken);
        if end <= (*cached).limit.cast() {
            (*cached).frontier = end;
        } else {
            if NEAR {
                croft_rt_serve_cached(end, region, size, align);
            } else {
                let frontier = end.wrapping_byte_sub(taken);
                let mut next = MaybeUninit::<Descriptor>::uninit();
                let to = next.as_mut_ptr();
                croft_rt_apart_alloc(frontier, (*region).limit, (*region).oldest, size, align, to);
                *region = next.assume_init();
            }
            copy(cached, region);
        }
        (*cached).frontier.wrapping_byte_sub(taken)
    }
}

/// The slow path of [`croft_rt_alloc_cached`], for an object that would have ended at `end`: the frontier goes home first. On
/// exhaustion the handler is told.
///
/// # Safety
///
/// As for [`croft_rt_alloc_cached`], and the object does not fit the newest block.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_serve_cached(
    end: *mut u8,
    region: *mut Descriptor,
    size: usize,
    align: usize,
) {
    // SAFETY: the obligations above.
    unsafe {
        (*region).frontier = end.wrapping_byte_sub(rounded(size));
        croft_rt_serve_known(region, size, align);
    }
}
