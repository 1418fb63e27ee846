//! The process-wide table of contexts: identity, generations, the tree.
//!
//! A context is named by a number of 64 bits: the index of its **slot** and the slot's **generation**, which is odd while
//! the slot has a context and goes up by one at each creation and destruction. Slots are never freed, so a number that
//! names no context is found out by comparing generations, and nothing that was freed is read. A slot whose generation
//! would repeat is not used again.
//!
//! Locks: `TREE` comes before the lock of any slot. Only who holds `TREE` may hold the locks of several slots. No callback
//! and no resource is called with either. A thread that forks holds all (`fork`).
//!
//! Invariants:
//! - *Contexts-I1*: a slot has a state and a number exactly while its generation is odd; all change under its lock. A context
//!   that is ending has lost its number: only the thread that ends it takes its lock for it (`enter_ending`).
//! - *Contexts-I2*: a context that exists, and is not ending, has a slot in the tree, below its parent's, which exists too.
//! - *Contexts-I3*: if the lock of a slot has an owner, it is one by the number of the context that is there.

use core::cell::{Cell, UnsafeCell};
use core::ops::{Deref, DerefMut};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::alloc::{Layout, alloc};
use std::sync::Arc;
use std::vec::Vec;

use parking_lot::lock_api::MutexGuard;

use super::fork;
use super::lock::{Claim, Inside, Lock, Mutex, Owned, RawMutex};
use super::memory::Memory;
use super::state::State;
use super::status::Status;

mod ending;
mod forking;

pub(crate) use ending::end;
use ending::{enter_ending, is_ending_here};
pub(crate) use forking::{hold_all, inherit_all, let_all_go};

/// Slots are made by the shelf, of so many.
const SHELF: usize = 64;
const SHELVES: usize = 1 << 14;
/// The last generation. A number stays positive as a signed one.
const LAST: u32 = (1 << 31) - 1;
const NONE: u32 = u32::MAX;

/// How many vacant slots are looked at for one that suits a thread.
const SEARCHED: usize = 16;
/// Slots that are made before one is taken that suits another thread.
const MANY: usize = 4096;

/// A place for a context. What every operation looks at first is in one cache line.
#[repr(C, align(64))]
struct Slot {
    lock: Lock,
    /// The number of the context that is here, 0 for none.
    id: AtomicU64,
    /// Odd while a context is here.
    generation: AtomicU32,
    state: UnsafeCell<Option<State>>,
}

impl Slot {
    const fn new() -> Self {
        Self {
            lock: Lock::new(),
            id: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            state: UnsafeCell::new(None),
        }
    }
}

// SAFETY: the state is used under the lock, and moves between threads with it.
unsafe impl Sync for Slot {}

static TABLE: [AtomicPtr<[Slot; SHELF]>; SHELVES] = [const { AtomicPtr::new(null_mut()) }; SHELVES];
static TREE: Mutex<Tree> = Mutex::new(Tree {
    links: Vec::new(),
    vacant: Vec::new(),
});

/// How contexts are nested.
struct Tree {
    links: Vec<Link>,
    vacant: Vec<u32>,
}

/// A slot's place in the tree.
#[derive(Clone, Copy)]
struct Link {
    parent: u32,
    /// The newest child, which leads to the older ones.
    child: u32,
    next: u32,
    previous: u32,
}

/// The slot with this index, if it was made.
#[inline(always)]
fn slot(index: u32) -> Option<&'static Slot> {
    let shelf = TABLE.get(index as usize / SHELF)?.load(Ordering::Acquire);
    // SAFETY: a shelf that is published has all its slots, and is never freed.
    let shelf = unsafe { shelf.as_ref() }?;
    Some(&shelf[index as usize % SHELF])
}

/// Index and generation of a number.
#[inline(always)]
fn parts(id: u64) -> (u32, u32) {
    ((id as u32).wrapping_sub(1), (id >> 32) as u32)
}

/// The number of the context in a slot.
fn number(index: u32, generation: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(index + 1)
}

/// Whether the number names a context now, also one that this thread is ending. O(1), without a lock.
#[inline]
pub(crate) fn exists(id: u64) -> bool {
    exists_for_all(id) || is_ending_here(id)
}

fn exists_for_all(id: u64) -> bool {
    id != 0 && slot(parts(id).0).is_some_and(|slot| slot.id.load(Ordering::Relaxed) == id)
}

/// A context, locked.
pub(crate) struct Locked<'s, Guard = Inside<'s>> {
    slot: &'s Slot,
    inside: Guard,
}

impl<Guard> Deref for Locked<'_, Guard> {
    type Target = State;

    #[inline(always)]
    fn deref(&self) -> &State {
        // SAFETY: inside the lock of a context that is here, so there is a state (Contexts-I1).
        unsafe { (*self.slot.state.get()).as_ref().unwrap_unchecked() }
    }
}

impl<Guard> DerefMut for Locked<'_, Guard> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut State {
        // SAFETY: as in `deref`, and this is borrowed exclusively.
        unsafe { (*self.slot.state.get()).as_mut().unwrap_unchecked() }
    }
}

/// The context that this thread has used last: what leads from its number to its slot, and what this thread is to its lock.
#[derive(Clone, Copy)]
struct Recent {
    id: u64,
    claim: Claim,
    /// A slot, which lives for ever. No reference: those would be compared with null.
    slot: *const Slot,
}

std::thread_local! {
    /// None at first. Not by the number 0: that is what a slot without a context has, `NOWHERE` too, so that it would be found
    /// there.
    static RECENT: Cell<Recent> = const { Cell::new(Recent { id: u64::MAX, claim: Claim::NONE, slot: &NOWHERE }) };
}

/// A slot that never has a context.
static NOWHERE: Slot = Slot::new();

/// The slot that a number leads to, and what this thread is to its lock by that number.
#[inline(always)]
fn recent(id: u64) -> Option<(&'static Slot, Claim)> {
    if RECENT.get().id != id && !remember(id) {
        return None;
    }
    let Recent { claim, slot, .. } = RECENT.get();
    // SAFETY: slots live for ever.
    Some((unsafe { &*slot }, claim))
}

/// Makes a context the recent one, if it exists.
#[inline(never)]
fn remember(id: u64) -> bool {
    // The number 0 leads to no slot.
    let Some(slot) = slot(parts(id).0) else {
        return false;
    };
    if slot.id.load(Ordering::Relaxed) != id {
        return false;
    }
    let claim = slot.lock.claim(id);
    RECENT.set(Recent { id, claim, slot });
    true
}

/// Locks a context where that takes no atomic read-modify-write: most of the time, where one thread uses it. Else `None`,
/// whatever the reason.
#[inline(always)]
pub(crate) fn own(id: u64) -> Option<Locked<'static, Owned<'static>>> {
    let (slot, claim) = recent(id)?;
    // What has the name is here (Contexts-I3).
    let inside = slot.lock.own(claim)?;
    Some(Locked { slot, inside })
}

/// Locks a context.
///
/// # Errors
///
/// [`Status::InvalidContext`] if the number names none.
pub(crate) fn enter(id: u64) -> Result<Locked<'static>, Status> {
    let Some((slot, claim)) = recent(id) else {
        return enter_ending(id);
    };
    // Before the lock is taken, so that a stale number costs its present context nothing.
    if slot.id.load(Ordering::Relaxed) != id {
        return enter_ending(id);
    }
    let inside = slot.lock.enter(id);
    if claim.is_none() && inside.is_owner() {
        // It has become the owner, so it has a place now.
        remember(id);
    }
    if slot.id.load(Ordering::Relaxed) != id {
        // Destroyed meanwhile. This thread may have become the owner by the stale number (Contexts-I3).
        inside.renew();
        return Err(Status::InvalidContext);
    }
    Ok(Locked { slot, inside })
}

fn tree() -> MutexGuard<'static, RawMutex, Tree> {
    TREE.lock()
}

/// Makes a context below `parent`, 0 for none, with this memory, `None` for memory like the parent's.
///
/// # Errors
///
/// [`Status::InvalidContext`] if there is no such parent; [`Status::Busy`] from a callback at its end;
/// [`Status::OutOfMemory`].
pub(crate) fn create(
    parent: u64,
    memory: Option<&Arc<Memory>>,
    adjust: impl FnOnce(&mut State, Option<&State>),
) -> Result<u64, Status> {
    if !fork::prepare() {
        return Err(Status::OutOfMemory);
    }
    if parent != 0 && !exists_for_all(parent) && is_ending_here(parent) {
        return Err(Status::Busy);
    }
    let mut tree = tree();
    // The parent stays: only who holds the tree destroys.
    let above = if parent == 0 { None } else { Some(enter(parent)?) };
    let memory = match (memory, &above) {
        (Some(memory), _) => Arc::clone(memory),
        (None, Some(above)) => above.memory.like(),
        (None, None) => return Err(Status::Argument),
    };
    let index = tree.take()?;
    let slot = slot(index).ok_or(Status::OutOfMemory)?;
    // Only who holds the tree changes it.
    let generation = slot.generation.load(Ordering::Relaxed) + 1;
    let id = number(index, generation);
    // Not as an owner: the first to use the context may be another thread.
    let inside = slot.lock.enter_shared();
    let mut state = State::new(id, memory);
    adjust(&mut state, above.as_deref());
    // SAFETY: inside the lock, and the slot has no state (Contexts-I1).
    unsafe { *slot.state.get() = Some(state) };
    slot.generation.store(generation, Ordering::Relaxed);
    slot.id.store(id, Ordering::Relaxed);
    inside.renew();
    drop(above);
    tree.attach(index, if parent == 0 { NONE } else { parts(parent).0 });
    Ok(id)
}

impl Tree {
    /// A slot without a context: one whose lock can be biased towards this thread, if there is one among the last few, or
    /// there are few slots so far.
    fn take(&mut self) -> Result<u32, Status> {
        let last = self.vacant.len().saturating_sub(SEARCHED)..self.vacant.len();
        let suits = |&place: &usize| slot(self.vacant[place]).is_some_and(|slot| slot.lock.suits());
        if let Some(place) = last.rev().find(suits) {
            return Ok(self.vacant.swap_remove(place));
        }
        if self.links.len() >= MANY
            && let Some(index) = self.vacant.pop()
        {
            return Ok(index);
        }
        let index = u32::try_from(self.links.len()).map_err(|_| Status::OutOfMemory)?;
        self.links.try_reserve(1).map_err(|_| Status::OutOfMemory)?;
        // For the destruction, which must not fail.
        self.vacant
            .try_reserve(self.links.len() + 1)
            .map_err(|_| Status::OutOfMemory)?;
        let entry = TABLE.get(index as usize / SHELF).ok_or(Status::OutOfMemory)?;
        if (index as usize).is_multiple_of(SHELF) {
            let layout = Layout::new::<[Slot; SHELF]>();
            // SAFETY: the layout is not empty.
            let shelf: *mut [Slot; SHELF] = unsafe { alloc(layout) }.cast();
            if shelf.is_null() {
                return Err(Status::OutOfMemory);
            }
            for place in 0..SHELF {
                // SAFETY: within what was just allocated.
                unsafe { shelf.cast::<Slot>().add(place).write(Slot::new()) };
            }
            entry.store(shelf, Ordering::Release);
        }
        self.links.push(Link {
            parent: NONE,
            child: NONE,
            next: NONE,
            previous: NONE,
        });
        Ok(index)
    }

    /// Makes a slot the newest child of `parent`.
    fn attach(&mut self, index: u32, parent: u32) {
        let mut link = Link {
            parent,
            child: NONE,
            next: NONE,
            previous: NONE,
        };
        if parent != NONE {
            link.next = self.links[parent as usize].child;
            self.links[parent as usize].child = index;
            if link.next != NONE {
                self.links[link.next as usize].previous = index;
            }
        }
        self.links[index as usize] = link;
    }

    /// Takes a slot out of its parent's list.
    fn detach(&mut self, index: u32) {
        let Link {
            parent,
            next,
            previous,
            ..
        } = self.links[index as usize];
        if previous != NONE {
            self.links[previous as usize].next = next;
        } else if parent != NONE {
            self.links[parent as usize].child = next;
        }
        if next != NONE {
            self.links[next as usize].previous = previous;
        }
    }

    /// A slot and all below it, children before their parents, the newest first.
    fn below(&self, top: u32) -> Vec<u32> {
        let mut order = Vec::new();
        let mut stack = std::vec![top];
        while let Some(index) = stack.pop() {
            order.push(index);
            let mut child = self.links[index as usize].child;
            while child != NONE {
                stack.push(child);
                child = self.links[child as usize].next;
            }
        }
        // So far parents first, and the oldest child first.
        order.reverse();
        order
    }
}
