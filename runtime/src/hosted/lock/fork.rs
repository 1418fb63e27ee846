//! Locks during a fork.
//!
//! A child has one thread, and a copy of the memory that is not of one moment: while `fork` copies, the other threads go on.
//! Whether an owner was inside does not tell whether what it guards is whole. So the thread that forks takes every lock
//! before, and leaves it afterwards, in the parent and in the child (`pthread_atfork`).
//!
//! One step takes a lock, [`hold`](Lock::hold); after a [`barrier`] another waits until its former owner is outside,
//! [`wait_for_owner`](Lock::wait_for_owner). A lock that has no owner is
//! `HELD` meanwhile, so that none appears, and `FREE` afterwards. One whose owner forks is left to it. All others are shared
//! from then on.

use core::sync::atomic::Ordering;

use parking_lot::lock_api::RawMutex as _;

#[cfg(doc)]
use super::barrier;
use super::{FREE, HELD, Lock, SHARED, owner};

impl Lock {
    /// Takes the lock for a fork. This thread is not inside; the name is that of what is guarded. Returns whether there is an
    /// owner to wait for, after a [`barrier`].
    pub(crate) fn hold(&self, name: u64) -> bool {
        self.mutex.lock();
        let now = self.owner.load(Ordering::Relaxed);
        if now == SHARED || now == owner(name) {
            return false;
        }
        // Who made it free was inside last (Lock-I1).
        let held = now == FREE
            && self
                .owner
                .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
                .is_ok();
        !held && self.owner.swap(SHARED, Ordering::SeqCst) != FREE
    }

    /// Waits until nobody is inside a lock that this thread holds.
    pub(crate) fn wait_for_owner(&self) {
        if self.owner.load(Ordering::Relaxed) == SHARED {
            self.wait_until_left();
        }
    }

    /// Leaves the lock that this thread holds since [`hold`](Self::hold).
    ///
    /// # Safety
    ///
    /// 1. It does so.
    pub(crate) unsafe fn let_go(&self) {
        self.free();
        // SAFETY: obligation 1.
        unsafe { self.mutex.unlock() };
    }

    /// The same in the child, where no other thread waits for it or was stopped on its way.
    ///
    /// # Safety
    ///
    /// 1. This thread has held it since before the fork, and is the only one.
    pub(crate) unsafe fn inherit(&self) {
        for place in &self.places {
            // Set for a moment by a thread that was no owner any more, if at all.
            place.is_inside.store(false, Ordering::Relaxed);
        }
        self.free();
        // SAFETY: obligation 1.
        unsafe { self.mutex.make_new() };
    }

    /// Undoes what held a lock without an owner.
    fn free(&self) {
        if self.owner.load(Ordering::Relaxed) == HELD {
            self.owner.store(FREE, Ordering::Release);
        }
    }
}
