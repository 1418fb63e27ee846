//! Regions in debug mode: the stack of open ones, and what the operations do.
//!
//! Budgets are charged as everywhere: the bytes handed out, rounded and with alignment padding, but not
//! what is left over at the end of a block.
//!
//! Invariants:
//! - *Regions-I1*: the first `depth` entries of the table are open, the innermost last.
//! - *Regions-I2*: a region's blocks are linked from `first` to `newest`, its runs from `runs` on, and
//!   owned by its present life.

use super::cleanup;
use super::handle::{self, Handle};
use super::history::{self, End, Record};
use super::ledger::NONE;
use super::place::Place;
use super::report::{self, Kind, Misuse, Operation};
use super::state::{State, current, top};
use super::storage::DEPTH;
use crate::cleanup::{EMPTY, Registration};
use crate::execution::uninterrupted;
use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::layout::{BLOCK_SIZE, HOME, PAYLOAD, UNBOUNDED, alignment_is_valid, rounded};
// The largest object is that of the other modes, so that a program is refused the same requests.
use crate::runs::LARGEST;

/// An open region.
#[derive(Clone, Copy)]
pub(super) struct Open {
    /// Its handle.
    handle: Handle,
    /// The number of its push.
    number: usize,
    /// The number of its present life.
    pub(super) life: usize,
    /// Where it was opened.
    pub(super) opened: *const Place,
    /// Its budget between two resets, in bytes.
    budget: usize,
    /// What was left of it when the newest block was entered, less what runs took since.
    left: usize,
    /// Its oldest block.
    first: u32,
    /// Its newest block.
    newest: u32,
    /// Its newest run.
    runs: u32,
    /// Its newest cleanup, as [`cleanup`](crate::cleanup) links them.
    pub(super) cleanups: *mut Registration,
}

/// What is asked for, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) size: usize,
    pub(super) align: usize,
}

/// Opens a region.
///
/// # Safety
///
/// The obligations of [`debug`](super).
pub(super) unsafe fn push(budget: usize, place: *const Place) -> Handle {
    // SAFETY: the obligations; the depth stays below the table's length (Debug-I2).
    uninterrupted(|| unsafe {
        let state = current(place);
        let depth = (*state).depth;
        if depth == DEPTH {
            let mut misuse = Misuse::new(Kind::TooDeep, place);
            misuse.opened = top(state).map_or(core::ptr::null(), |open| (*open).opened);
            report::stop(&misuse);
        }
        let number = (*state).regions.wrapping_add(1);
        let life = (*state).lives.wrapping_add(1);
        (*state).regions = number;
        (*state).lives = life;
        (*state).depth = depth.wrapping_add(1);
        (*state).uses = (*state).uses.wrapping_add(usize::from(depth == 0));
        let handle = handle::of((*state).thread, number, depth.wrapping_add(1));
        (*state).tables.open.add(depth).write(Open {
            handle,
            number,
            life,
            opened: place,
            budget,
            left: budget,
            first: NONE,
            newest: NONE,
            runs: NONE,
            cleanups: EMPTY,
        });
        handle
    })
}

/// Ends a region.
///
/// # Safety
///
/// The obligations of [`debug`](super).
pub(super) unsafe fn pop(region: Handle, place: *const Place) {
    // SAFETY: the obligations.
    unsafe {
        uninterrupted(|| require_innermost(region, place));
        cleanup::settle(region, Operation::Pop, place);
    }
    // SAFETY: the obligations; what `find` returns is open (Regions-I1).
    uninterrupted(|| unsafe {
        let state = current(place);
        let open = find(state, region, Operation::Pop, place);
        end_life(state, open, End::Pop, place);
        let Open {
            handle,
            number,
            opened,
            ..
        } = *open;
        history::note(
            (*state).tables.regions,
            Record {
                number,
                handle,
                opened,
                ended: place,
                how: End::Pop,
            },
        );
        (*state).depth = (*state).depth.wrapping_sub(1);
    })
}

/// Reports a region that is not the innermost one.
///
/// # Safety
///
/// The obligations of [`debug`](super).
unsafe fn require_innermost(region: Handle, place: *const Place) {
    // SAFETY: the obligations; what `find` returns is open (Regions-I1).
    unsafe {
        let state = current(place);
        let open = find(state, region, Operation::Pop, place);
        if let Some(innermost) = top(state)
            && innermost != open
        {
            let mut misuse = Misuse::of_region(Kind::Order, Operation::Pop, place);
            misuse.opened = (*open).opened;
            misuse.innermost = (*innermost).opened;
            report::stop(&misuse);
        }
    }
}

/// Ends every object of a region.
///
/// # Safety
///
/// The obligations of [`debug`](super).
pub(super) unsafe fn reset(region: Handle, place: *const Place) {
    // SAFETY: the obligations.
    unsafe { cleanup::settle(region, Operation::Reset, place) };
    // SAFETY: the obligations; what `find` returns is open (Regions-I1).
    uninterrupted(|| unsafe {
        let state = current(place);
        let open = find(state, region, Operation::Reset, place);
        end_life(state, open, End::Reset, place);
        let life = (*state).lives.wrapping_add(1);
        (*state).lives = life;
        (*open).life = life;
        (*open).left = (*open).budget;
    })
}

/// Allocates, or tells the exhaustion handler.
///
/// # Safety
///
/// The obligations of [`debug`](super).
pub(super) unsafe fn alloc(region: Handle, request: Request, place: *const Place) -> *mut u8 {
    // SAFETY: the obligations.
    unsafe {
        let (state, granted) = uninterrupted(|| {
            let state = current(place);
            let granted = if region.is_null() {
                Err(Reason::NullRegion)
            } else {
                allocate(state, find(state, region, Operation::Alloc, place), request)
            };
            (state, granted)
        });
        match granted {
            Ok(object) => object,
            Err(reason) => exhausted(&Exhaustion {
                reason: if cfg!(feature = "threads")
                    && reason == Reason::PoolEmpty
                    && (*state).ledger.total() == 0
                {
                    Reason::NoPool
                } else {
                    reason
                },
                size: request.size,
                align: request.align,
                blocks_total: (*state).ledger.total(),
                blocks_taken: (*state).ledger.in_use as usize,
            }),
        }
    }
}

/// Allocates; null on exhaustion and for a null region, with nothing changed.
///
/// # Safety
///
/// The obligations of [`debug`](super).
pub(super) unsafe fn try_alloc(region: Handle, request: Request, place: *const Place) -> *mut u8 {
    if region.is_null() {
        return core::ptr::null_mut();
    }
    // SAFETY: the obligations.
    uninterrupted(|| unsafe {
        let state = current(place);
        let open = find(state, region, Operation::Alloc, place);
        allocate(state, open, request).unwrap_or(core::ptr::null_mut())
    })
}

/// The open region that a handle names; any other handle is reported.
///
/// # Safety
///
/// The obligations of [`debug`](super); `state` is the current one.
pub(super) unsafe fn find(
    state: *const State,
    region: Handle,
    what: Operation,
    place: *const Place,
) -> *mut Open {
    // SAFETY: the obligations; depths that handles name are compared with the stack's (Debug-I2).
    unsafe {
        let tables = (*state).tables;
        let Some(depth) = handle::depth(region) else {
            let kind = if region.is_null() {
                Kind::NullRegion
            } else {
                Kind::NoRegion
            };
            report::stop(&Misuse::of_region(kind, what, place))
        };
        if !handle::is_of(region, (*state).thread) {
            report::stop(&Misuse::of_region(Kind::OtherThread, what, place))
        }
        if depth <= (*state).depth {
            let open = tables.open.add(depth.wrapping_sub(1));
            if (*open).handle == region {
                return open;
            }
        }
        let mut misuse = Misuse::of_region(Kind::EndedRegion, what, place);
        if let Some(record) = history::of_region(tables.regions, region) {
            misuse.opened = record.opened;
            misuse.ended = record.ended;
        } else if handle::generation(region) > (*state).regions {
            misuse.kind = Kind::NoRegion;
        } else {
            misuse.is_forgotten = true;
        }
        report::stop(&misuse)
    }
}

/// Ends the present life of a region: poisons its objects and gives its blocks back.
///
/// # Safety
///
/// The obligations of [`debug`](super); `open` is an open region of the current `state`.
unsafe fn end_life(state: *mut State, open: *mut Open, how: End, place: *const Place) {
    // SAFETY: the obligations; links lead to blocks that the life owns (Regions-I2), and their bytes
    // below `used` are its objects, which end here.
    unsafe {
        let mut link = (*open).first;
        while let Some((index, block)) = (*state).ledger.linked(link) {
            let next = (*block).next;
            end_block(state, index, (*block).used as usize);
            (*state).ledger.give_back(link);
            link = next;
        }
        let mut link = (*open).runs;
        while let Some((first, block)) = (*state).ledger.linked(link) {
            let (next, rest) = ((*block).next, (*block).rest);
            for place in 0..=rest {
                let index = first.wrapping_add(place as usize);
                if let Some(part) = (*state).ledger.at(index) {
                    end_block(state, index, (*part).used as usize);
                    (*state).ledger.give_back(link.wrapping_add(place));
                }
            }
            link = next;
        }
        (*open).first = NONE;
        (*open).newest = NONE;
        (*open).runs = NONE;
        let Open {
            handle, life, opened, ..
        } = *open;
        history::note(
            (*state).tables.lives,
            Record {
                number: life,
                handle,
                opened,
                ended: place,
                how,
            },
        );
    }
}

/// # Safety
///
/// As for [`end_life`]; the block has this index and so many bytes were handed out in it.
unsafe fn end_block(state: *mut State, index: usize, used: usize) {
    // SAFETY: the obligations: the bytes lie in the pool and belong to no one now. Filled before they are
    // closed, for the tools' sake; what was handed out is open.
    unsafe {
        let start = (*state).base.wrapping_add(index.wrapping_mul(BLOCK_SIZE));
        (*state).tools.open(start, used);
        start.write_bytes(super::POISON, used);
        (*state).tools.close(start, BLOCK_SIZE);
    }
}

/// Allocates; on a refusal nothing has changed.
///
/// # Safety
///
/// The obligations of [`debug`](super); `open` is an open region of the current `state`.
pub(super) unsafe fn allocate(
    state: *mut State,
    open: *mut Open,
    request: Request,
) -> Result<*mut u8, Reason> {
    let Request { size, align } = request;
    if !alignment_is_valid(align) {
        return Err(Reason::Alignment);
    }
    if size == usize::MAX {
        return Err(Reason::Overflow);
    }
    if size > LARGEST {
        return Err(Reason::Oversize);
    }
    let taken = rounded(size);
    // SAFETY: the obligations; links lead to blocks that the life owns (Regions-I2).
    unsafe {
        let newest = (*state).ledger.linked((*open).newest);
        let used = newest.map_or(0, |(_, block)| (*block).used as usize);
        let object = if size > PAYLOAD {
            run(state, open, taken, (*open).left.wrapping_sub(used))?
        } else {
            // Offsets are aligned as addresses are: blocks are aligned to their size.
            let start = used.wrapping_add(align.wrapping_sub(1)) & !align.wrapping_sub(1);
            let end = start.wrapping_add(taken);
            match newest {
                Some((index, block)) if end <= HOME.min((*open).left) => {
                    (*block).used = end as u32;
                    at(state, index).wrapping_add(start)
                }
                _ => {
                    let index = enter(state, open, used, taken)?;
                    at(state, index)
                }
            }
        };
        (*state).tools.hand_out(object, size);
        Ok(object)
    }
}

/// Whether the region will be granted so many payloads, each in a block that it enters; or why not.
///
/// # Safety
///
/// The obligations of [`debug`](super); `open` is an open region of the current `state`.
pub(super) unsafe fn affords(state: *const State, open: *const Open, payloads: usize) -> Result<(), Reason> {
    // SAFETY: the obligations.
    unsafe {
        let used = (*state)
            .ledger
            .linked((*open).newest)
            .map_or(0, |(_, block)| (*block).used as usize);
        let is_bounded = (*open).budget != UNBOUNDED;
        if is_bounded && (*open).left.wrapping_sub(used) < payloads.wrapping_mul(PAYLOAD) {
            return Err(Reason::Budget);
        }
        let free = (*state)
            .ledger
            .total()
            .wrapping_sub((*state).ledger.in_use as usize);
        if free < payloads {
            return Err(Reason::PoolEmpty);
        }
        Ok(())
    }
}

/// The first byte of a block.
///
/// # Safety
///
/// `state` is the current one.
unsafe fn at(state: *const State, index: usize) -> *mut u8 {
    // SAFETY: the obligation.
    unsafe { (*state).base.wrapping_add(index.wrapping_mul(BLOCK_SIZE)) }
}

/// Enters a new block for an object of `taken` bytes, when `used` were handed out in the newest.
///
/// # Safety
///
/// As for [`allocate`].
unsafe fn enter(state: *mut State, open: *mut Open, used: usize, taken: usize) -> Result<usize, Reason> {
    // SAFETY: the obligations; the block taken is the life's (Regions-I2).
    unsafe {
        let left = if (*open).budget == UNBOUNDED {
            UNBOUNDED
        } else {
            (*open).left.wrapping_sub(used)
        };
        if taken > left {
            return Err(Reason::Budget);
        }
        let link = (*state).ledger.take((*open).life);
        let Some((index, block)) = (*state).ledger.linked(link) else {
            return Err(Reason::PoolEmpty);
        };
        (*block).used = taken as u32;
        match (*state).ledger.linked((*open).newest) {
            Some((_, newest)) => (*newest).next = link,
            None => (*open).first = link,
        }
        (*open).newest = link;
        (*open).left = left;
        Ok(index)
    }
}

/// Takes a run for an object of `taken` bytes, when the budget has `left` bytes.
///
/// # Safety
///
/// As for [`allocate`].
pub(super) unsafe fn run(
    state: *mut State,
    open: *mut Open,
    taken: usize,
    left: usize,
) -> Result<*mut u8, Reason> {
    // SAFETY: the obligations; the run's blocks are the life's (Regions-I2).
    unsafe {
        if (*open).budget != UNBOUNDED {
            if taken > left {
                return Err(Reason::Budget);
            }
            (*open).left = (*open).left.wrapping_sub(taken);
        }
        let count = taken.div_ceil(BLOCK_SIZE);
        let link = if count > (*state).ledger.total() {
            NONE
        } else {
            (*state).ledger.take_run((*open).life, count as u32, taken)
        };
        let Some((index, block)) = (*state).ledger.linked(link) else {
            if (*open).budget != UNBOUNDED {
                (*open).left = (*open).left.wrapping_add(taken);
            }
            return Err(Reason::PoolEmpty);
        };
        (*block).next = (*open).runs;
        (*open).runs = link;
        Ok(at(state, index))
    }
}
