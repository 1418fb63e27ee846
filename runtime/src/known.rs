//! Requests that the compiler knows: the size is a constant and the alignment at most [`MIN_ALIGN`].
//!
//! In a loop the general entry point keeps two addresses in registers, the object's and its end, because the slow
//! path is given the one and the fast path goes on from the other: a copy an object. Here the slow path is given the **end**
//! too, so nothing else is alive on the fast path: one register is advanced, compared, and addressed from.
//!
//! Safety and obligations are those of [`kernel`](crate::kernel); the invariants those of [`region`](mod@crate::region).

use crate::apart::croft_rt_apart_alloc;
use crate::block::Footer;
use crate::execution::{NEAR, pool};
use crate::exhaustion::Reason;
use crate::kernel::in_pool;
use crate::layout::{MIN_ALIGN, PAYLOAD, rounded};
use crate::refill::{refill_rare, rescue};
use crate::region::{Descriptor, is_unborn};
use crate::request::{self, Answer, Refill};
use core::mem::MaybeUninit;

/// Where the alignment begins in what the slow path is told of a request; below is the size.
const ALIGN: u32 = 16;

/// The compiler pass takes requests up to this size for known.
const MOST: usize = 512;

const _: () = assert!(MOST <= PAYLOAD && PAYLOAD < 1 << ALIGN && MIN_ALIGN < 1 << (usize::BITS - ALIGN - 1));

/// Allocates `size` bytes at a multiple of `align`. Never null. Three instructions in the block.
///
/// # Safety
///
/// Obligations 1 and 2 of [`kernel`](crate::kernel), and
/// 3. `size` is at most [`PAYLOAD`] and `align` a power of two of at most [`MIN_ALIGN`]. Both are
///    constants where this is inlined, or it is no better than the general one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_alloc_known(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    let taken = rounded(size);
    // SAFETY: the obligations above. The end cannot wrap: Pool-I4, and `LAZY`.
    unsafe {
        let end = (*region).frontier.wrapping_byte_add(taken);
        if end <= (*region).limit.cast() {
            (*region).frontier = end;
        } else if NEAR {
            let oldest = (*region).oldest;
            let next = Refill::of_answer(croft_rt_refill_known(
                end,
                (*region).limit,
                taken,
                oldest,
                size | align << ALIGN,
            ));
            let next = in_pool(next);
            // The old frontier is not asked: it would have to be kept.
            if is_unborn(oldest) {
                (*region).oldest = next.limit;
            }
            (*region).frontier = next.frontier;
            (*region).limit = next.limit;
        } else {
            let mut next = MaybeUninit::<Descriptor>::uninit();
            let frontier = end.wrapping_byte_sub(taken);
            let to = next.as_mut_ptr();
            croft_rt_apart_alloc(frontier, (*region).limit, (*region).oldest, size, align, to);
            *region = next.assume_init();
        }
        (*region).frontier.wrapping_byte_sub(taken)
    }
}

/// As [`croft_rt_alloc_known`], for a descriptor that is in memory anyway: the slow path gets its address, and nothing but the
/// object's address need be in a register.
///
/// # Safety
///
/// As for [`croft_rt_alloc_known`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_alloc_known_in_memory(
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: the obligations above.
    unsafe {
        let object = (*region).frontier;
        let end = object.wrapping_byte_add(rounded(size));
        if end <= (*region).limit.cast() {
            (*region).frontier = end;
            return crate::pool::end::<6, _>(object);
        }
        if NEAR {
            return croft_rt_serve_known(region, size, align);
        }
        let mut next = MaybeUninit::<Descriptor>::uninit();
        let to = next.as_mut_ptr();
        let object = croft_rt_apart_alloc(object, (*region).limit, (*region).oldest, size, align, to);
        *region = next.assume_init();
        object
    }
}

/// The slow path of [`croft_rt_alloc_known_in_memory`]; returns the object. On exhaustion the handler is told.
///
/// # Safety
///
/// As for [`croft_rt_alloc_known`], and the object does not fit the newest block.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_serve_known(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: the obligations above.
    unsafe {
        match request::serve(pool(), region, size) {
            Ok(object) => object,
            Err(reason) => rescue::<false>(region, size, align.wrapping_sub(1), reason),
        }
    }
}

/// As [`croft_rt_refill`](crate::refill::croft_rt_refill), for an object of `taken` bytes, in whole steps, that would have ended at
/// `end`; the frontier returned is the end of the object's new place. `told` is the request: the size, and above
/// it the alignment.
///
/// # Safety
///
/// As for [`croft_rt_refill`](crate::refill::croft_rt_refill), for the descriptor whose frontier is `taken` bytes below `end`.
#[cold]
#[inline(never)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_refill_known(
    end: *mut u8,
    limit: *mut Footer,
    taken: usize,
    oldest: *mut Footer,
    told: usize,
) -> Answer {
    let frontier = end.wrapping_byte_sub(taken);
    // SAFETY: the obligations above.
    unsafe {
        match request::refill(pool(), Descriptor::new(frontier, limit, oldest), taken) {
            Ok(next) => beyond(next, taken).into_answer(),
            Err(reason) => refill_known_rare(frontier, limit, taken, oldest, told, reason),
        }
    }
}

/// What list and range could not serve, for `reason`. Called last, so that the refill need save no register.
///
/// # Safety
///
/// As for [`croft_rt_refill_known`], with the frontier itself.
#[cold]
#[inline(never)]
unsafe extern "C" fn refill_known_rare(
    frontier: *mut u8,
    limit: *mut Footer,
    taken: usize,
    oldest: *mut Footer,
    told: usize,
    reason: Reason,
) -> Answer {
    let (size, align) = (told & ((1 << ALIGN) - 1), told >> ALIGN);
    // SAFETY: the obligations above.
    let next = unsafe { refill_rare::<false>(frontier, limit, size, oldest, align, reason) };
    beyond(Refill::of_answer(next), taken).into_answer()
}

/// The same with the frontier behind the object.
#[inline(always)]
fn beyond(next: Refill, taken: usize) -> Refill {
    Refill {
        frontier: next.frontier.wrapping_byte_add(taken),
        ..next
    }
}
