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

/// The same for what is not in the first `used` bytes of one block.
///
/// # Safety
///
/// As for [`check`]; `offset` lies in the pool.
#[cold]
#[inline(never)]
unsafe fn judge(state: *const State, offset: usize, bytes: usize, is_write: bool, place: *const Place) {
    let operation = if is_write {
        Operation::Write
    } else {
        Operation::Read
    };
    let access = Misuse::of_access(Kind::NeverHandedOut, operation, bytes, place);
    // SAFETY: the same obligations.
    if let Some(misuse) = unsafe { verdict(state, offset, access) } {
        report::stop(&misuse)
    }
}

/// What is wrong with an access at `offset` in the pool; nothing if it lies in a run, or reaches no byte.
///
/// # Safety
///
/// As for [`judge`].
unsafe fn verdict(state: *const State, offset: usize, access: Misuse) -> Option<Misuse> {
    let mut misuse = access;
    if misuse.bytes == 0 {
        return None;
    }
    // SAFETY: as in `check`; runs lie within the pool (Ledger-I3).
    unsafe {
        let index = offset / BLOCK_SIZE;
        let Block {
            life,
            used,
            rest,
            owned,
            ..
        } = *(*state).ledger.at(index)?;
        if owned {
            let last = (*state).ledger.at(index.wrapping_add(rest as usize));
            let tail = last.map_or(used, |last| (*last).used) as usize;
            let end = (rest as usize).wrapping_mul(BLOCK_SIZE).wrapping_add(tail);
            let within = offset & (BLOCK_SIZE - 1);
            if misuse.bytes <= end.saturating_sub(within) {
                return None;
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
    }
    Some(misuse)
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

#[cfg(all(test, feature = "host"))]
mod tests {
    //! Runs, which no entry point grants as long as the other modes refuse them.

    use core::ptr::null;

    use super::*;
    use crate::debug::regions::{self, Open};
    use crate::debug::state::{current, top};
    use crate::layout::UNBOUNDED;

    const BLOCKS: usize = 8;

    /// One block more, because it begins anywhere.
    static mut BUFFER: [u8; (BLOCKS + 1) * BLOCK_SIZE] = [0; (BLOCKS + 1) * BLOCK_SIZE];

    /// What is wrong with a read of so many bytes at an offset in the pool.
    unsafe fn wrong(state: *mut State, offset: usize, bytes: usize) -> Option<Kind> {
        let access = Misuse::of_access(Kind::NeverHandedOut, Operation::Read, bytes, null());
        // SAFETY: the one test of this module uses the state alone.
        unsafe { verdict(state, offset, access) }.map(|misuse| misuse.kind)
    }

    unsafe fn innermost(state: *mut State) -> *mut Open {
        // SAFETY: as above.
        unsafe { top(state) }.expect("a region is open")
    }

    #[test]
    fn runs_are_accessible_as_a_whole_and_end_as_a_whole() {
        // SAFETY: no other unit test touches the pool.
        unsafe {
            let buffer = (&raw mut BUFFER).cast::<u8>();
            let buffer = buffer.add(buffer.align_offset(BLOCK_SIZE));
            let bytes = BLOCKS * BLOCK_SIZE;
            assert_eq!(
                crate::debug::pool::croft_rt_debug_pool_init(buffer, bytes, null()),
                0
            );
            let state = current(null());
            let size = 2 * BLOCK_SIZE + 104;
            for round in 0..5_usize {
                let outer = regions::push(UNBOUNDED, null());
                let single = crate::debug::croft_rt_debug_alloc(outer, 8, 8, null());
                let region = regions::push(10 * BLOCK_SIZE, null());
                let open = innermost(state);
                let run = regions::run(state, open, size, 10 * BLOCK_SIZE).expect("there is a gap");
                let first = run.addr() - buffer.addr();
                assert!(
                    first.is_multiple_of(BLOCK_SIZE) && first + size <= bytes,
                    "round {round}"
                );
                let in_run = |address: usize| (first..first + 3 * BLOCK_SIZE).contains(&address);
                assert!(
                    !in_run(single.addr() - buffer.addr()),
                    "nothing is handed out twice"
                );
                assert_eq!((*state).ledger.in_use, 4);
                assert_eq!(wrong(state, first, size), None);
                assert_eq!(wrong(state, first + BLOCK_SIZE - 4, 8), None);
                assert_eq!(wrong(state, first, size + 1), Some(Kind::PastTheEnd));
                assert_eq!(wrong(state, first + size, 1), Some(Kind::PastTheEnd));
                let again = regions::run(state, open, 5 * BLOCK_SIZE, 10 * BLOCK_SIZE);
                assert_eq!(again, Err(crate::exhaustion::Reason::PoolEmpty));
                let beyond = regions::run(state, open, size, size - 8);
                assert_eq!(beyond, Err(crate::exhaustion::Reason::Budget));
                assert_eq!((*state).ledger.in_use, 4, "a refusal changes nothing");
                run.write_bytes(1, size);
                regions::pop(region, null());
                for offset in [first, first + BLOCK_SIZE, first + size - 1] {
                    assert_eq!(wrong(state, offset, 1), Some(Kind::EndedMemory));
                    assert_eq!(*buffer.add(offset), crate::debug::POISON);
                }
                regions::pop(outer, null());
                assert_eq!((*state).ledger.in_use, 0);
            }
        }
    }
}
