//! Accesses: is what compiled code is about to read or write memory that a live region has handed out?
//!
//! Addresses outside of the pool are none of ours. Inside, the block's ledger entry decides in O(1):
//! an owned block may be accessed up to the bytes it has handed out, a run from any of its blocks to
//! its end. What is *not* seen here: an access past an object's end that stays within what its region
//! handed out, and a stale pointer into a block that another life owns by now.

use super::history;
use super::ledger::Block;
use super::place::Place;
use super::report::{self, Kind, Misuse, Operation};
use super::state::{State, watched};
use crate::layout::BLOCK_SIZE;

/// Checks an access of `bytes` bytes; returns if it is right, or none of ours.
///
/// # Safety
///
/// Obligation 2 of [`debug`](super). Regions are pushed, popped and reset by other threads only as the
/// thread rule allows.
#[inline(always)]
pub(super) unsafe fn check<const WRITE: bool>(address: *const u8, bytes: usize, place: *const Place) {
    let state = watched();
    // SAFETY: plain reads of the state; entries of the ledger are read for indices below its length.
    unsafe {
        let offset = address.addr().wrapping_sub((*state).base.addr());
        if offset >= (*state).length {
            return;
        }
        let within = offset & (BLOCK_SIZE - 1);
        if let Some(block) = (*state).ledger.at(offset / BLOCK_SIZE)
            && (*block).owned
            && within
                .checked_add(bytes)
                .is_some_and(|end| end <= (*block).used as usize)
        {
            return;
        }
        judge(state, offset, bytes, WRITE, place);
    }
}

/// The same for what is not in the first `used` bytes of one block: part of a run, nothing at all, or
/// wrong.
///
/// # Safety
///
/// As for [`check`]; `offset` lies in the pool.
#[cold]
#[inline(never)]
unsafe fn judge(state: *const State, offset: usize, bytes: usize, is_write: bool, place: *const Place) {
    if bytes == 0 {
        return;
    }
    // SAFETY: as in `check`; runs lie within the pool (Ledger-I3).
    unsafe {
        let index = offset / BLOCK_SIZE;
        let Some(block) = (*state).ledger.at(index) else {
            return;
        };
        let Block {
            life,
            used,
            rest,
            owned,
            ..
        } = *block;
        let operation = if is_write {
            Operation::Write
        } else {
            Operation::Read
        };
        let mut misuse = Misuse::of_access(Kind::NeverHandedOut, operation, bytes, place);
        if owned {
            let last = (*state).ledger.at(index.wrapping_add(rest as usize));
            let tail = last.map_or(used, |last| (*last).used) as usize;
            let end = (rest as usize).wrapping_mul(BLOCK_SIZE).wrapping_add(tail);
            let within = offset & (BLOCK_SIZE - 1);
            if bytes <= end.saturating_sub(within) {
                return;
            }
            misuse.kind = Kind::PastTheEnd;
            misuse.opened = opened(state, life);
        } else if life != 0 {
            misuse.kind = Kind::EndedMemory;
            if let Some(record) = history::of_life((*state).tables.lives, life) {
                misuse.opened = record.opened;
                misuse.ended = record.ended;
                misuse.end = record.how;
            } else {
                misuse.is_forgotten = true;
            }
        }
        report::stop(&misuse)
    }
}

/// Where the open region of a life was opened.
///
/// # Safety
///
/// As for [`check`].
unsafe fn opened(state: *const State, life: usize) -> *const Place {
    // SAFETY: entries below the depth are open regions (Regions-I1).
    unsafe {
        (0..(*state).depth)
            .map(|depth| (*state).tables.open.add(depth))
            .find(|open| (**open).life == life)
            .map_or(core::ptr::null(), |open| (*open).opened)
    }
}
