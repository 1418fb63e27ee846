//! The pool's functions as code lowered in debug mode sees them: the same answers, from debug mode's own
//! counters.

use core::ffi::c_int;

use super::place::Place;
use super::state::{adopt, current};
use crate::execution::{pool, uninterrupted};
use crate::pool::{PoolError, Stats};

/// `croft_pool_init`: 0, or the [`PoolError`] for which nothing changed.
///
/// # Safety
///
/// 1. `buffer` is null or points to `bytes` writable bytes that nothing else uses until the pool is
///    given another buffer.
/// 2. The obligations of [`debug`](super).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_pool_init(
    buffer: *mut u8,
    bytes: usize,
    place: *const Place,
) -> c_int {
    // SAFETY: obligations 1 and 2. Blocks are debug mode's, so the pool itself cannot tell that it is in use.
    uninterrupted(|| unsafe {
        let state = current(place);
        if (*state).depth != 0 {
            return PoolError::Busy as c_int;
        }
        let pool = pool();
        match (*pool).init(buffer, bytes) {
            Ok(()) => {
                // Also where the buffer is the one before: it is a new pool.
                adopt(state, place);
                0
            }
            Err(reason) => reason as c_int,
        }
    })
}

/// `croft_pool_stats`: writes the pool's counters to `out`.
///
/// # Safety
///
/// `out` points to writable memory for them; the obligations of [`debug`](super).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn croft_rt_debug_pool_stats(out: *mut Stats, place: *const Place) {
    // SAFETY: the obligations above.
    uninterrupted(|| unsafe {
        let state = current(place);
        out.write(Stats {
            blocks_total: (*state).ledger.total(),
            blocks_in_use: (*state).ledger.in_use as usize,
            blocks_peak: (*state).ledger.peak as usize,
            uses: (*state).uses,
        });
    });
}
