//! The ending and the reset of what is rare: regions with runs, and regions with cleanups.
//!
//! [`region`](mod@crate::region) comes here when the newest link of a region says `SPECIAL` (*Run-I5*). The region's runs go back
//! class by class, then its blocks as those of any other. Its cleanups run before that (*Cleanup-I4*).

use crate::block::{Footer, plain};
use crate::classes::CLASSES;
use crate::cleanup;
use crate::pool::{BlockPool, leave, retreat};
use crate::runs::{Record, Run};

/// The rest of [`pop`](crate::region::pop) for a region with runs or with cleanups: `limit` and
/// `oldest` are its own. Loops over the classes only, and runs the cleanups.
///
/// # Safety
///
/// As for [`pop`](crate::region::pop).
#[inline(always)]
pub(crate) unsafe fn end(pool: *mut BlockPool, oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe {
        if cleanup::has_some(oldest) {
            return end_after_cleanups(oldest, limit, pool);
        }
        give_back(pool, (*oldest).runs);
        release(pool, oldest, limit);
    }
}

/// The rest of [`reset`](crate::region::reset), as [`end`]; the region is raw then, and its oldest footer its limit.
///
/// # Safety
///
/// As for [`reset`](crate::region::reset).
#[inline(always)]
pub(crate) unsafe fn clear(pool: *mut BlockPool, oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: as in `end`; the oldest block stays the region's.
    unsafe {
        if cleanup::has_some(oldest) {
            return clear_after_cleanups(oldest, limit, pool);
        }
        give_back_and_settle(pool, oldest, (*oldest).runs);
        empty(pool, oldest, limit)
    }
}

/// As [`end`], for a region with cleanups: a function of its own, called last, so that the others need save no register. The
/// footers come first, as in the callers, which so need not move them either.
///
/// # Safety
///
/// As for [`end`], of a region that has cleanups or has had some.
#[cold]
#[inline(never)]
unsafe extern "C" fn end_after_cleanups(oldest: *mut Footer, limit: *mut Footer, pool: *mut BlockPool) {
    // SAFETY: the obligations above.
    unsafe {
        let record = cleanup::settle(oldest, limit);
        if leave(pool) {
            return;
        }
        if !record.is_null() {
            give_back(pool, record);
        }
        release(pool, oldest, limit);
    }
}

/// As [`clear`], for a region with cleanups.
///
/// # Safety
///
/// As for [`clear`], of a region that has cleanups or has had some.
#[cold]
#[inline(never)]
unsafe extern "C" fn clear_after_cleanups(oldest: *mut Footer, limit: *mut Footer, pool: *mut BlockPool) {
    // SAFETY: the obligations above.
    unsafe {
        let record = cleanup::settle(oldest, limit);
        retreat(pool);
        if !record.is_null() {
            give_back_and_settle(pool, oldest, record);
        }
        empty(pool, oldest, limit)
    }
}

/// Gives the blocks of a region back, which ends.
///
/// # Safety
///
/// As for [`end`]; the region owns memory and has given back its runs.
#[inline(always)]
unsafe fn release(pool: *mut BlockPool, oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above.
    unsafe {
        (*limit).next = (*pool).free;
        (*pool).free = oldest;
    }
}

/// Gives the runs of a region back, which is reset: what they were charged is charged no more.
///
/// # Safety
///
/// As for [`give_back`]; `oldest` is the region's oldest footer.
#[inline(always)]
unsafe fn give_back_and_settle(pool: *mut BlockPool, oldest: *mut Footer, record: *mut Record) {
    // SAFETY: the obligations above.
    unsafe {
        (*oldest).stop = (*record).stop;
        give_back(pool, record);
    }
}

/// Gives the blocks of a region back but for its oldest one.
///
/// # Safety
///
/// As for [`clear`]; the region owns memory and has given back its runs.
#[inline(always)]
unsafe fn empty(pool: *mut BlockPool, oldest: *mut Footer, limit: *mut Footer) {
    // SAFETY: the obligations above; the oldest block stays the region's.
    unsafe {
        (*limit).next = (*pool).free;
        (*pool).free = (*oldest).next;
        (*oldest).next = plain(oldest);
    }
}

/// Gives all runs of a region back.
///
/// # Safety
///
/// 1. As for [`enter`]; the record is that of a region over this pool, which gives up its runs.
#[inline(always)]
unsafe fn give_back(pool: *mut BlockPool, record: *mut Record) {
    // SAFETY: obligation 1; Run-I3. Each list's end is linked before its head is published, and the
    // record itself lies in a run that no one reuses meanwhile.
    unsafe {
        let lists = (&raw mut (*pool).runs).cast::<*mut Run>();
        let heads = (&raw mut (*record).heads).cast::<*mut Run>();
        let tails = (&raw mut (*record).tails).cast::<*mut *mut Run>();
        for class in 0..CLASSES {
            **tails.add(class) = *lists.add(class);
            *lists.add(class) = *heads.add(class);
        }
        (*pool).classes |= (*record).classes;
    }
}
