//! The end of contexts: out of everybody's reach at once, but for what runs at their end.

use core::cell::Cell;
use core::ptr::null;
use core::sync::atomic::Ordering;
use std::vec::Vec;

use super::{LAST, Locked, State, Status, enter, exists_for_all, parts, slot, tree};

/// Contexts that this thread is ending, which nobody else reaches any more.
struct Ending {
    /// Their numbers, in ascending order.
    numbers: Vec<u64>,
    /// What it was ending when it began with these: a callback may destroy other contexts.
    outer: *const Self,
}

std::thread_local! {
    /// The newest, null for none. On the stack of this thread, as long as it is here.
    static ENDING: Cell<*const Ending> = const { Cell::new(null()) };
}

/// Whether this thread is ending this context: one of its callbacks asks. O(log contexts that are ending).
#[cold]
pub(super) fn is_ending_here(id: u64) -> bool {
    let mut ending = ENDING.get();
    // SAFETY: see `ENDING`.
    while let Some(known) = unsafe { ending.as_ref() } {
        if known.numbers.binary_search(&id).is_ok() {
            return true;
        }
        ending = known.outer;
    }
    false
}

/// Locks a context that this thread is ending.
#[cold]
pub(super) fn enter_ending(id: u64) -> Result<Locked<'static>, Status> {
    if !is_ending_here(id) {
        return Err(Status::InvalidContext);
    }
    let slot = slot(parts(id).0).ok_or(Status::InvalidContext)?;
    // Not by its name, so that none becomes an owner by a number that the slot does not have.
    let inside = slot.lock.enter_shared();
    Ok(Locked { slot, inside })
}

/// Ends a context and all below it. At once their numbers name nothing any more, except to this thread, as long as it runs
/// `last` with them: children before their parents, the newest first. Then their states come back, in the same order, and
/// their slots are vacant. O(contexts · log contexts).
///
/// # Errors
///
/// [`Status::InvalidContext`]; [`Status::Busy`] while a callback of one of them runs, and from within `last`. Nothing has
/// changed then.
pub(crate) fn end(id: u64, last: impl FnOnce(&[u64])) -> Result<Vec<State>, Status> {
    let numbers = begin_end(id)?;
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let ending = Ending {
        numbers: sorted,
        outer: ENDING.get(),
    };
    ENDING.set(&raw const ending);
    last(&numbers);
    ENDING.set(ending.outer);
    Ok(finish_end(&numbers))
}

/// Takes contexts out of the tree, and their numbers out of their slots.
fn begin_end(id: u64) -> Result<Vec<u64>, Status> {
    if !exists_for_all(id) && is_ending_here(id) {
        return Err(Status::Busy);
    }
    let mut tree = tree();
    drop(enter(id)?);
    let (top, _) = parts(id);
    let order = tree.below(top);
    let mut locked = Vec::with_capacity(order.len());
    for &index in &order {
        let slot = slot(index).ok_or(Status::InvalidContext)?;
        let inside = slot.lock.enter(slot.id.load(Ordering::Relaxed));
        let state = Locked { slot, inside };
        if state.callbacks > 0 {
            return Err(Status::Busy);
        }
        locked.push(state);
    }
    let mut numbers = Vec::with_capacity(order.len());
    tree.detach(top);
    for Locked { slot, inside } in locked {
        numbers.push(slot.id.swap(0, Ordering::Relaxed));
        inside.renew();
    }
    Ok(numbers)
}

/// Takes the states of contexts that are ending, and makes their slots vacant.
fn finish_end(numbers: &[u64]) -> Vec<State> {
    let mut states = Vec::with_capacity(numbers.len());
    let mut tree = tree();
    for &number in numbers {
        let (index, generation) = parts(number);
        let Some(slot) = slot(index) else { continue };
        let inside = slot.lock.enter_shared();
        slot.generation.store(generation + 1, Ordering::Relaxed);
        // SAFETY: inside the lock.
        states.extend(unsafe { (*slot.state.get()).take() });
        inside.renew();
        if generation + 1 < LAST {
            tree.vacant.push(index);
        }
    }
    states
}
