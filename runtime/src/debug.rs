//! Debug twins of pop and reset: what lowering in debug mode calls.
//!
//! They fill what the region handed out with [`POISON`] before the blocks go back to the pool, so
//! that a late use meets a pattern no program stores by accident. O(bytes of the region's blocks and
//! runs): not for real-time code.

use core::ptr;

use crate::block::{WITH_RUNS, start_of};
use crate::classes::CLASSES;
use crate::kernel::{croft_pool, croft_rt_pop, croft_rt_reset};
use crate::layout::RAW;
use crate::region::{Descriptor, lazy};
use crate::runs::{Run, start_of_run};

/// The byte that ended objects consist of.
pub const POISON: u8 = 0xCD;

/// Poisons every object of the region. Older blocks are filled to their end: how far they were used
/// is not recorded.
///
/// # Safety
///
/// `region` points to the descriptor of an open region, whose objects are used no more.
unsafe fn poison(region: *const Descriptor) {
    // SAFETY: the chain from the oldest to the newest block belongs to the region (Region-I3,
    // Block-I3), its runs too (Run-I5), and the bytes filled are those of objects (Block-I4).
    unsafe {
        let Descriptor {
            frontier,
            limit,
            oldest,
        } = *region;
        if limit == lazy(&raw mut croft_pool) {
            return;
        }
        let mut footer = oldest;
        while footer != limit {
            let start = start_of(footer);
            ptr::write_bytes(start, POISON, footer.addr().wrapping_sub(start.addr()));
            footer = (*footer).next;
        }
        if frontier.addr() != RAW {
            let start = start_of(limit);
            ptr::write_bytes(start, POISON, frontier.addr().wrapping_sub(start.addr()));
        }
        if (*limit).next != WITH_RUNS {
            return;
        }
        let record = (*oldest).runs;
        for class in 0..CLASSES {
            if (*record).classes >> class & 1 == 0 {
                continue;
            }
            let last = (&raw mut (*record).tails).cast::<*mut *mut Run>().add(class);
            let mut run = *(&raw mut (*record).heads).cast::<*mut Run>().add(class);
            loop {
                let start = start_of_run(run, class);
                ptr::write_bytes(start, POISON, run.addr().wrapping_sub(start.addr()));
                if &raw mut (*run).next == *last {
                    break;
                }
                run = (*run).next;
            }
        }
    }
}

/// [`croft_rt_pop`], poisoning.
///
/// # Safety
///
/// As for [`croft_rt_pop`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_pop(region: *mut Descriptor) {
    // SAFETY: the caller's obligations.
    unsafe {
        poison(region);
        croft_rt_pop(region);
    }
}

/// [`croft_rt_reset`], poisoning.
///
/// # Safety
///
/// As for [`croft_rt_reset`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_reset(region: *mut Descriptor) {
    // SAFETY: the caller's obligations.
    unsafe {
        poison(region);
        croft_rt_reset(region);
    }
}
