//! Whose memory is this? A process-wide table that answers for any address, without looking at what lies there.
//!
//! Memory of contexts starts at multiples of the block size, 16 KiB. The table has an [`Entry`] for each such unit of the
//! address space: the context that has its memory there, and where in that context its record is. It is a tree of two
//! levels: a static root, and leaves that cover 2 GiB of addresses each and are made when a context gets memory there. A
//! leaf is never freed, so a look-up takes no lock: two loads.
//!
//! Invariants:
//! - *Pages-I1*: a context writes entries while its lock is held, and only of memory that is its own.
//! - *Pages-I2*: an entry with the number of a context that exists means what that context says; it may be read, for more
//!   than the owner's name, only under that context's lock.
//! - *Pages-I3*: under its lock a context that reads its own number reads the place that it wrote itself, also while another
//!   context writes the entry (of memory that the first has given back: a wrong pointer leads there). Who writes, writes the
//!   owner, then the place, as a release; who reads, reads the place, as an acquire, then the owner. If the place read is the
//!   other's, the owner read is the other's or that of a later writer; and none of these is the reader, whose lock is held
//!   and whose writes, before it gave the memory back, came first.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::alloc::{Layout, alloc_zeroed, dealloc};

/// Bytes for which there is one entry.
pub(crate) const UNIT: usize = 1 << UNIT_BITS;
const UNIT_BITS: u32 = 14;
/// Bits of an address; what is higher is no memory of a context.
const ADDRESS_BITS: u32 = 48;
const LEAF_BITS: u32 = 17;
const ROOT: usize = 1 << (ADDRESS_BITS - UNIT_BITS - LEAF_BITS);
const LEAF: usize = 1 << LEAF_BITS;

/// What is known of a unit.
pub(crate) struct Entry {
    /// The context, 0 if there never was one.
    owner: AtomicU64,
    place: AtomicU32,
}

impl Entry {
    /// Writes an entry (Pages-I3).
    #[inline(always)]
    fn write(&self, owner: u64, place: u32) {
        self.owner.store(owner, Ordering::Relaxed);
        between::writes();
        self.place.store(place, Ordering::Release);
    }

    /// The owner and the place (Pages-I3).
    #[inline(always)]
    fn read(&self) -> (u64, u32) {
        let place = self.place.load(Ordering::Acquire);
        between::reads();
        (self.owner.load(Ordering::Relaxed), place)
    }
}

/// What happens between the two halves: nothing.
#[cfg(not(test))]
mod between {
    #[inline(always)]
    pub(super) fn writes() {}
    #[inline(always)]
    pub(super) fn reads() {}
}

type Leaf = [Entry; LEAF];

static TABLE: [AtomicPtr<Leaf>; ROOT] = [const { AtomicPtr::new(core::ptr::null_mut()) }; ROOT];

/// The owner and the place that the entry of this address names; `None` if no context ever had memory in its leaf.
#[inline(always)]
pub(crate) fn look_up(address: usize) -> Option<(u64, u32)> {
    let leaf = TABLE.get(address >> (UNIT_BITS + LEAF_BITS))?;
    let leaf = leaf.load(Ordering::Acquire);
    if leaf.is_null() {
        return None;
    }
    // SAFETY: leaves are never freed, and all zeros is a valid one.
    let entry = unsafe { &(&*leaf)[(address >> UNIT_BITS) % LEAF] };
    Some(entry.read())
}

/// Writes the entries of `units` units from `address`; false, with nothing changed, if there is no memory for the table
/// or the address is too high for it. O(units).
pub(crate) fn enter(address: usize, units: usize, owner: u64, place: u32) -> bool {
    debug_assert!(address.is_multiple_of(UNIT));
    let unit = address >> UNIT_BITS;
    let Some(last) = unit.checked_add(units.saturating_sub(1)) else {
        return false;
    };
    if (unit / LEAF..=last / LEAF).any(|leaf| leaf_at(leaf).is_none()) {
        return false;
    }
    for unit in unit..unit + units {
        if let Some(leaf) = leaf_at(unit / LEAF) {
            leaf[unit % LEAF].write(owner, place);
        }
    }
    true
}

/// The leaf with this number, made if it is missing.
fn leaf_at(number: usize) -> Option<&'static Leaf> {
    let place = TABLE.get(number)?;
    let mut leaf = place.load(Ordering::Acquire);
    if leaf.is_null() {
        let layout = Layout::new::<Leaf>();
        // SAFETY: the layout is not empty; zeros are a valid leaf.
        let fresh: *mut Leaf = unsafe { alloc_zeroed(layout) }.cast();
        if fresh.is_null() {
            return None;
        }
        leaf = match place.compare_exchange(leaf, fresh, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => fresh,
            Err(other) => {
                // SAFETY: just allocated with this layout, and nobody else has seen it.
                unsafe { dealloc(fresh.cast(), layout) };
                other
            }
        };
    }
    // SAFETY: as in `look_up`.
    unsafe { leaf.as_ref() }
}

/// In tests another thread may be let in between the two halves of an access.
#[cfg(test)]
mod between {
    use core::cell::RefCell;
    use std::boxed::Box;

    std::thread_local! {
        /// What this thread does between the halves of its next access.
        pub(super) static NEXT: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    }

    pub(super) fn writes() {
        let next = NEXT.with_borrow_mut(Option::take);
        if let Some(next) = next {
            next();
        }
    }

    pub(super) fn reads() {
        writes();
    }
}

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    const MINE: (u64, u32) = (1, 10);
    const OTHER: (u64, u32) = (2, 20);

    fn entry() -> Arc<Entry> {
        let entry = Entry {
            owner: AtomicU64::new(0),
            place: AtomicU32::new(0),
        };
        entry.write(MINE.0, MINE.1);
        Arc::new(entry)
    }

    fn between(what: impl FnOnce() + 'static) {
        between::NEXT.set(Some(Box::new(what)));
    }

    /// No torn entry has the reader's number.
    fn is_sound(read: (u64, u32)) -> bool {
        read.0 != MINE.0 || read == MINE
    }

    #[test]
    fn a_write_between_two_halves_of_a_read() {
        let entry = entry();
        let writer = Arc::clone(&entry);
        between(move || writer.write(OTHER.0, OTHER.1));
        let read = entry.read();
        assert!(is_sound(read), "{read:?}");
        assert_eq!(entry.read(), OTHER);
    }

    #[test]
    fn a_read_between_two_halves_of_a_write() {
        let entry = entry();
        let reader = Arc::clone(&entry);
        between(move || {
            let read = reader.read();
            assert!(is_sound(read), "{read:?}");
        });
        entry.write(OTHER.0, OTHER.1);
        assert_eq!(entry.read(), OTHER);
    }

    /// One of two accesses whose halves take turns.
    fn by_turns<T>(turns: &Arc<Barrier>, is_first: bool, access: impl FnOnce() -> T) -> T {
        let half = Arc::clone(turns);
        between(move || {
            half.wait();
            half.wait();
        });
        if !is_first {
            turns.wait();
        }
        let done = access();
        if is_first {
            turns.wait();
        }
        done
    }

    /// The halves of a read and of a write by turns, in both orders.
    #[test]
    fn halves_by_turns() {
        for reader_begins in [true, false] {
            let entry = entry();
            let turns = Arc::new(Barrier::new(2));
            let other = (Arc::clone(&entry), Arc::clone(&turns));
            let writer = thread::spawn(move || {
                let (entry, turns) = other;
                by_turns(&turns, !reader_begins, || entry.write(OTHER.0, OTHER.1));
            });
            let read = by_turns(&turns, reader_begins, || entry.read());
            assert!(writer.join().is_ok());
            assert!(is_sound(read), "reader first: {reader_begins}, {read:?}");
            assert_eq!(entry.read(), OTHER);
        }
    }
}
