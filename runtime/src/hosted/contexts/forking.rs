//! All contexts during a fork: see [`fork`](super::super::fork).

use core::sync::atomic::Ordering;

use super::super::lock;
use super::{Slot, TREE, Tree, slot, tree};

/// All slots there are.
fn slots(tree: &Tree) -> impl Iterator<Item = &'static Slot> {
    (0..tree.links.len() as u32).filter_map(slot)
}

/// Takes all locks, before a fork. O(slots).
pub(crate) fn hold_all() {
    let tree = tree();
    let mut has_owners = false;
    for slot in slots(&tree) {
        has_owners |= slot.lock.hold(slot.id.load(Ordering::Relaxed));
    }
    if has_owners {
        lock::barrier();
        slots(&tree).for_each(|slot| slot.lock.wait_for_owner());
    }
    core::mem::forget(tree);
}

/// Leaves all locks, in the parent after a fork.
///
/// # Safety
///
/// 1. This thread has taken them by [`hold_all`].
pub(crate) unsafe fn let_all_go() {
    // SAFETY: obligation 1, for the tree and each lock.
    unsafe {
        slots(&*TREE.data_ptr()).for_each(|slot| slot.lock.let_go());
        TREE.force_unlock();
    }
}

/// The same in the child.
///
/// # Safety
///
/// 1. This thread has taken them by [`hold_all`], and is the only one.
pub(crate) unsafe fn inherit_all() {
    // SAFETY: obligation 1, for the tree and each lock.
    unsafe {
        slots(&*TREE.data_ptr()).for_each(|slot| slot.lock.inherit());
        TREE.raw().make_new();
    }
}
