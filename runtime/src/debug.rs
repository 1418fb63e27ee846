//! Debug twins of pop and reset: what lowering in debug mode calls.
//!
//! They fill what the region handed out with [`POISON`] before the blocks go back to the pool, and
//! clear the blocks' stamps, so that a late use meets a pattern no program stores by accident.
//! O(bytes of the region's blocks): not for real-time code.

use core::ptr;

use crate::block::{block_of, first_byte, footer};
use crate::kernel::croft_pool;
use crate::layout::PAYLOAD;
use crate::region::{self, Descriptor};

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
    // Block-I3), and the bytes filled are those of objects (Block-I5).
    unsafe {
        let Descriptor {
            frontier,
            limit,
            oldest,
            ..
        } = *region;
        if limit.is_null() {
            return;
        }
        let newest = block_of(limit);
        let mut block = oldest;
        loop {
            let end = footer(block);
            let first = first_byte(block, (*end).start);
            let past = if block == newest {
                frontier
            } else {
                block.wrapping_byte_add(PAYLOAD)
            };
            ptr::write_bytes(first, POISON, past.addr().wrapping_sub(first.addr()));
            (*end).stamp = 0;
            if block == newest {
                return;
            }
            block = (*end).next;
        }
    }
}

/// [`croft_rt_pop`](crate::kernel::croft_rt_pop), poisoning.
///
/// # Safety
///
/// As for [`croft_rt_pop`](crate::kernel::croft_rt_pop).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_pop(region: *mut Descriptor) {
    // SAFETY: the caller's obligations.
    unsafe {
        poison(region);
        region::pop(&raw mut croft_pool, region);
    }
}

/// [`croft_rt_reset`](crate::kernel::croft_rt_reset), poisoning. The block that stays gets a new
/// stamp: objects before and after the reset are of different generations.
///
/// # Safety
///
/// As for [`croft_rt_reset`](crate::kernel::croft_rt_reset).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_reset(region: *mut Descriptor) {
    // SAFETY: the caller's obligations; the oldest block stays the region's.
    unsafe {
        poison(region);
        region::reset(&raw mut croft_pool, region);
        let oldest = (*region).oldest;
        if !oldest.is_null() {
            let stamp = croft_pool.pushes.wrapping_add(1);
            croft_pool.pushes = stamp;
            (*footer(oldest)).stamp = stamp;
        }
    }
}
