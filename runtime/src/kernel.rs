//! Entry points of compiled code: what the compiler pass inlines.
//!
//! The pass takes the bodies of exactly the functions of this module and of [`known`](crate::known) from the runtime's bitcode. So
//! each of them calls nothing but the cold functions of [`refill`](mod@crate::refill), refers to no
//! global but the pool, and hands its descriptor's address to no one: once inlined, a
//! descriptor in the caller's frame becomes two or three registers. `tests/bitcode.rs` holds this
//! against the compiler's output.
//!
//! All work on the pool of the running context of execution ([`execution`](crate::execution)): the
//! static one, or that of the thread. Where it is not the caller's alone, all that touches it
//! is out of line, in the module `apart`. Costs are those of [`region`]: O(1), no loop. Descriptors
//! are not checked for null: checked code cannot pass it.
//!
//! Obligations of every function with a descriptor:
//! 1. The region was opened by a function of this module on the present pool, is still open, and
//!    the descriptor is where that function left it (a frame descriptor may be moved while nothing
//!    refers to it).
//! 2. The pool is the running context's: by default only one thread uses it, and no handler that may
//!    interrupt that thread in here; with the feature `threads` no handler does; with the feature
//!    `critical-section` handlers may, with regions of their own (*Execution-I1*, *Execution-I2*).

use core::mem::MaybeUninit;
use core::ptr;

use crate::apart::{
    self, croft_rt_apart_alloc, croft_rt_apart_pop, croft_rt_apart_push, croft_rt_apart_reset,
    croft_rt_apart_try_alloc,
};
use crate::block::{Footer, SPECIAL, start_of};
use crate::cleanup::{self, Function, Registration};
use crate::execution::NEAR;
#[cfg(not(feature = "threads"))]
pub use crate::execution::croft_pool;
pub(crate) use crate::execution::pool;
use crate::layout::UNBOUNDED;
use crate::pool::end;
use crate::refill::{
    croft_rt_first_block, croft_rt_pop_rare, croft_rt_push_rare, croft_rt_refill, croft_rt_reset_rare,
    croft_rt_run, croft_rt_try_refill, croft_rt_try_run,
};
use crate::region::{self, Descriptor};
use crate::request::{self, Refill};

/// Allocates. On exhaustion the answer is null if `TRY` is set; if not, the handler is called.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[inline(always)]
pub(crate) unsafe fn allocate<const TRY: bool>(
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: obligations 1 and 2.
    unsafe {
        if !NEAR {
            return allocate_apart::<TRY>(region, size, align);
        }
        if !cfg!(croft_bitcode) {
            return allocate_here::<TRY>(region, size, align);
        }
        let pool = pool();
        if request::is_odd(size, align) {
            let Descriptor {
                frontier,
                limit,
                oldest,
            } = *region;
            let next = Refill::of_answer(if TRY {
                croft_rt_try_run(frontier, limit, oldest, size, align)
            } else {
                croft_rt_run(frontier, limit, oldest, size, align)
            });
            if TRY && next.limit.is_null() {
                return ptr::null_mut();
            }
            request::advance(region, in_pool(next));
            return (*pool).handed;
        }
        if let Some(object) = request::bump(region, size, align) {
            return object;
        }
        let Descriptor {
            frontier,
            limit,
            oldest,
        } = *region;
        let next = Refill::of_answer(if TRY {
            croft_rt_try_refill(frontier, limit, size, oldest)
        } else {
            croft_rt_refill(frontier, limit, size, oldest, align)
        });
        if TRY && next.limit.is_null() {
            return ptr::null_mut();
        }
        request::place(region, in_pool(next), size)
    }
}

/// [`allocate`] as a function of its own: its slow path is part of it, and what is rare is called
/// last, so that no register need be saved.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[inline(always)]
unsafe fn allocate_here<const TRY: bool>(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // What the cold functions get instead of the alignment: the fast path needs no other form of it.
    let mask = align.wrapping_sub(1);
    // SAFETY: obligations 1 and 2.
    unsafe {
        if request::is_odd(size, align) {
            return crate::refill::run::<TRY>(region, size, mask);
        }
        if let Some(object) = request::bump(region, size, align) {
            return object;
        }
        match request::serve(pool(), region, size) {
            Ok(object) => object,
            Err(reason) => crate::refill::rescue::<TRY>(region, size, mask, reason),
        }
    }
}

/// [`allocate`] where the pool is left alone.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[inline(always)]
unsafe fn allocate_apart<const TRY: bool>(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: obligations 1 and 2; the new state is read only where one was written.
    unsafe {
        if !request::is_odd(size, align)
            && let Some(object) = request::bump(region, size, align)
        {
            return end::<5, _>(object);
        }
        let Descriptor {
            frontier,
            limit,
            oldest,
        } = *region;
        let mut next = MaybeUninit::<Descriptor>::uninit();
        let to = next.as_mut_ptr();
        let object = if TRY {
            croft_rt_apart_try_alloc(frontier, limit, oldest, size, align, to)
        } else {
            croft_rt_apart_alloc(frontier, limit, oldest, size, align, to)
        };
        if TRY && object.is_null() {
            return object;
        }
        *region = next.assume_init();
        object
    }
}

/// The same two pointers with the provenance of the pool's buffer. On most targets the C calling
/// convention returns a pair of pointers as integers; objects made from those would alias
/// everything in the optimiser's eyes. No instruction results.
///
/// # Safety
///
/// Obligation 2 of this module.
#[inline(always)]
pub(crate) unsafe fn in_pool(next: Refill) -> Refill {
    // SAFETY: obligation 2.
    let base = unsafe { (*pool()).base };
    Refill {
        frontier: base.with_addr(next.frontier.addr()),
        limit: base.with_addr(next.limit.addr()).cast(),
    }
}

/// Opens a region with the descriptor at `region`, without a block.
///
/// # Safety
///
/// Obligation 2 of this module; `region` points to writable memory for a descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_open(region: *mut Descriptor) {
    // SAFETY: the obligations above.
    unsafe { region.write(region::open(pool(), UNBOUNDED)) }
}

/// Opens a region with the descriptor at `region`, without a block, that hands out at most `bytes`
/// bytes between two resets.
///
/// # Safety
///
/// Obligation 2 of this module; `region` points to writable memory for a descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_open_bounded(region: *mut Descriptor, bytes: usize) {
    // SAFETY: the obligations above.
    unsafe { region.write(region::open(pool(), bytes)) }
}

/// As [`croft_rt_open`], but the region takes its first block at once. For regions into which an
/// allocation certainly follows.
///
/// # Safety
///
/// Obligation 2 of this module; `region` points to writable memory for a descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_open_eager(region: *mut Descriptor) {
    // SAFETY: the obligations above; objects may begin at the start of a block.
    unsafe {
        let state = if NEAR {
            region::open_eager(pool(), UNBOUNDED, || croft_rt_first_block())
        } else {
            apart::open_eager(UNBOUNDED)
        };
        region.write(state);
    }
}

/// As [`croft_rt_open_eager`], for a region that hands out at most `bytes` bytes between two resets.
///
/// # Safety
///
/// As for [`croft_rt_open_eager`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_open_eager_bounded(region: *mut Descriptor, bytes: usize) {
    // SAFETY: as in `croft_rt_open_eager`.
    unsafe {
        let state = if NEAR {
            region::open_eager(pool(), bytes, || croft_rt_first_block())
        } else {
            apart::open_eager(bytes)
        };
        region.write(state);
    }
}

/// Opens a region with the descriptor in its first block, which it takes at once. Never null.
///
/// # Safety
///
/// Obligation 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_push() -> *mut Descriptor {
    // SAFETY: obligation 2.
    unsafe {
        if NEAR {
            region::push(pool(), || croft_rt_push_rare(UNBOUNDED))
        } else {
            croft_rt_apart_push(UNBOUNDED)
        }
    }
}

/// As [`croft_rt_push`], for a region that hands out at most `bytes` bytes between two resets.
///
/// # Safety
///
/// Obligation 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_push_bounded(bytes: usize) -> *mut Descriptor {
    // SAFETY: obligation 2.
    unsafe {
        if NEAR {
            region::push_bounded(pool(), bytes, || croft_rt_push_rare(bytes))
        } else {
            croft_rt_apart_push(bytes)
        }
    }
}

/// Ends the region and every object in it.
///
/// # Safety
///
/// Obligations 1 and 2 of this module; no object of the region is used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_pop(region: *mut Descriptor) {
    // SAFETY: the obligations above.
    unsafe {
        if !NEAR {
            let Descriptor {
                frontier,
                limit,
                oldest,
            } = *region;
            // Known in inlined code where a region certainly owns no memory.
            if !cfg!(croft_bitcode) || !region::is_lazy(frontier) {
                croft_rt_apart_pop(frontier, limit, oldest);
            }
            return;
        }
        region::pop(pool(), region, |oldest, limit| {
            croft_rt_pop_rare(oldest, limit);
        });
    }
}

/// Ends every object of the region, which stays open and keeps its oldest block.
///
/// # Safety
///
/// Obligations 1 and 2 of this module; no object of the region is used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_reset(region: *mut Descriptor) {
    // SAFETY: the obligations above.
    unsafe { reset(region) }
}

/// [`croft_rt_reset`], for what is inlined in turn.
///
/// # Safety
///
/// As for [`croft_rt_reset`].
#[inline(always)]
unsafe fn reset(region: *mut Descriptor) {
    // SAFETY: the obligations above.
    unsafe {
        if !NEAR {
            let Descriptor {
                frontier,
                limit,
                oldest,
            } = *region;
            if !cfg!(croft_bitcode) || !region::is_lazy(frontier) {
                let mut next = MaybeUninit::<Descriptor>::uninit();
                croft_rt_apart_reset(frontier, limit, oldest, next.as_mut_ptr());
                *region = next.assume_init();
            }
            return;
        }
        region::reset(pool(), region, |oldest, limit| reset_rare(region, oldest, limit));
    }
}

/// A reset of a region with runs or cleanups.
///
/// # Safety
///
/// As for [`croft_rt_reset`].
#[inline(always)]
unsafe fn reset_rare(region: *mut Descriptor, oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe {
        if cfg!(croft_bitcode) {
            croft_rt_reset_rare(oldest, limit);
            (*region).limit = oldest;
            (*region).frontier = region::raw();
        } else {
            crate::refill::reset_rare(region, limit);
        }
    }
}

/// As [`croft_rt_reset`], for a descriptor in a frame whose region seldom outgrows a block, as one that a loop resets each time
/// round: then the frontier goes back to where it began, and the pool is left alone.
///
/// # Safety
///
/// As for [`croft_rt_reset`], and [`croft_rt_open`] or one of its siblings opened the region: the footer of its oldest
/// block is complete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_rewind(region: *mut Descriptor) {
    // SAFETY: the obligations above. The limit is a footer, the region's own or the one that lazy regions share (Region-I1,
    // Region-I3), whose link is `SPECIAL`.
    unsafe {
        let limit = (*region).limit;
        let oldest = (*region).oldest;
        if !NEAR || limit != oldest {
            if limit == oldest && (*limit).next != SPECIAL {
                (*region).frontier = start_of(limit);
                return end::<8, _>(());
            }
            return reset(region);
        }
        // One block; two tests that lead to different places stay two branches.
        if (*limit).next != SPECIAL {
            (*region).frontier = start_of(limit);
        } else {
            // `SPECIAL`; what a lazy region has in place of its oldest footer is no footer's address.
            reset_rare(region, oldest, limit);
        }
    }
}

/// Allocates `size` bytes at a multiple of `align`. Never null.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_alloc(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: obligations 1 and 2.
    unsafe { allocate::<false>(region, size, align) }
}

/// Allocates `count` adjacent elements of `size` bytes at a multiple of `align`. Never null; if
/// `count * size` overflows, that is exhaustion.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_alloc_array(
    region: *mut Descriptor,
    count: usize,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: obligations 1 and 2.
    unsafe { allocate::<false>(region, request::array_size(count, size), align) }
}

/// As [`croft_rt_alloc`], but null on exhaustion, with nothing changed.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_try_alloc(region: *mut Descriptor, size: usize, align: usize) -> *mut u8 {
    // SAFETY: obligations 1 and 2.
    unsafe { allocate::<true>(region, size, align) }
}

/// As [`croft_rt_alloc_array`], but null on exhaustion, with nothing changed.
///
/// # Safety
///
/// Obligations 1 and 2 of this module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_try_alloc_array(
    region: *mut Descriptor,
    count: usize,
    size: usize,
    align: usize,
) -> *mut u8 {
    // SAFETY: obligations 1 and 2.
    unsafe { allocate::<true>(region, request::array_size(count, size), align) }
}

/// Registers `function(object)`, which runs when the region ends or is reset. Exhaustion tells the handler.
///
/// # Safety
///
/// Obligations 1 and 2 of this module, and those of a cleanup (see that module): until it has run or was cancelled,
/// the function may be called with the object; it does not unwind, and leaves the region stack as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_cleanup(region: *mut Descriptor, object: *mut u8, function: Function) {
    // SAFETY: the obligations above.
    unsafe { cleanup::register::<false>(region, object, function) };
}

/// As [`croft_rt_cleanup`]; returns the registration, which can be run early or cancelled until the region is reset or ends.
///
/// # Safety
///
/// As for [`croft_rt_cleanup`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_register_cleanup(
    region: *mut Descriptor,
    object: *mut u8,
    function: Function,
) -> *mut Registration {
    // SAFETY: the obligations above.
    unsafe { cleanup::register::<false>(region, object, function) }
}

/// As [`croft_rt_register_cleanup`], but null on exhaustion, with nothing changed.
///
/// # Safety
///
/// As for [`croft_rt_cleanup`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_try_register_cleanup(
    region: *mut Descriptor,
    object: *mut u8,
    function: Function,
) -> *mut Registration {
    // SAFETY: the obligations above.
    unsafe { cleanup::register::<true>(region, object, function) }
}
