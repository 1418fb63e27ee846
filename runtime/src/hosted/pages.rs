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
    Some((
        entry.owner.load(Ordering::Relaxed),
        entry.place.load(Ordering::Relaxed),
    ))
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
            let entry = &leaf[unit % LEAF];
            entry.place.store(place, Ordering::Relaxed);
            entry.owner.store(owner, Ordering::Relaxed);
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
