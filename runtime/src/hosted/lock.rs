//! A lock that costs a single thread no atomic read-modify-write.
//!
//! Most contexts are used by one thread. The first thread that takes a lock becomes its **owner** (the lock is
//! *biased*), and from then on takes and leaves it by plain stores. When another thread comes, it revokes the bias for
//! good: it declares the lock shared, makes every running thread pass a memory barrier (`membarrier`, a system call), and
//! waits until the owner is outside. After that the lock is an ordinary mutex.
//!
//! Why this excludes: the owner stores `busy`, then loads `owner`; the revoker stores `owner`, then loads `busy`. With a
//! barrier between each pair at least one of them sees the other's store (Dekker). The owner's barrier is only the
//! compiler's; the processor's is `membarrier`, which the revoker pays for (*asymmetric Dekker*; Dice, Huang, Yang,
//! "Asymmetric Dekker Synchronization", 2001).
//!
//! A thread may be held up between its look at `owner` and its store to `busy`, for as long as it takes others to revoke the
//! bias, renew the lock and go inside. So `busy` is one thread's for ever: the first owner's. A renewed lock can be biased
//! towards this thread again, and towards no other.
//!
//! Where the system has no `membarrier`, and in builds with `--cfg croft_unbiased` (ThreadSanitizer does not know the
//! call), every lock is shared from the start.
//!
//! What a lock guards has a **name**, which changes when the lock is renewed. A bias is towards a thread and a name: who is
//! the owner by a name finds what has that name.
//!
//! Invariants:
//! - *Lock-I1*: `owner` changes from `FREE` to a thread and a name by that thread, to `SHARED` by a holder of the mutex, and
//!   back to `FREE` only in [`renew`](Inside::renew), by a holder of the mutex or by the owner.
//! - *Lock-I2*: who is inside holds the mutex while `owner` is `SHARED`, or is the owner and `busy` is set.
//! - *Lock-I3*: `thread` changes once, from 0 to the number of the first owner. No other thread becomes an owner, or writes
//!   `busy`.

use core::cell::Cell;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering, compiler_fence};
use std::sync::OnceLock;
use std::thread;

use parking_lot::RawMutex;
use parking_lot::lock_api::RawMutex as _;

const FREE: u64 = u64::MAX - 1;
const SHARED: u64 = u64::MAX;

/// A biased lock.
pub(crate) struct Lock {
    /// `FREE`, `SHARED`, or the owner's number and the name, xored. The lower half of a name, which never changes, and
    /// numbers are below 2³¹; so each pair has a word of its own, and none has that of another state.
    owner: AtomicU64,
    /// The number of the thread that may be the owner, 0 for any.
    thread: AtomicU64,
    /// Whether the owner is inside.
    busy: AtomicBool,
    mutex: RawMutex,
}

/// Being inside. Left when dropped, by the same thread.
pub(crate) struct Inside<'l> {
    lock: &'l Lock,
    /// Whether the mutex is held; else the lock is biased towards this thread.
    is_shared: bool,
    /// The owner's `busy` is for its own thread to clear.
    here: PhantomData<*mut ()>,
}

/// Being inside as the owner. Left when dropped, by the same thread.
pub(crate) struct Owned<'l> {
    lock: &'l Lock,
    here: PhantomData<*mut ()>,
}

std::thread_local! {
    /// The number of this thread, 0 before it has one: then it owns no lock.
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// The number of this thread, never another's; 0 if numbers have run out: then it owns no lock.
fn this_thread() -> u64 {
    NUMBER.with(|number| {
        if number.get() == 0 {
            static NEXT: AtomicU64 = AtomicU64::new(1);
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(if next < 1 << 31 { next } else { 0 });
        }
        number.get()
    })
}

/// Whether locks can be biased here; registers the process for `membarrier` the first time.
fn can_bias() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    !cfg!(croft_unbiased)
        && *ANSWER.get_or_init(|| membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
}

/// The system call; whether it succeeded.
fn membarrier(command: i32) -> bool {
    // SAFETY: takes numbers only.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

impl Lock {
    /// A lock without an owner.
    pub(crate) const fn new() -> Self {
        Self {
            owner: AtomicU64::new(FREE),
            thread: AtomicU64::new(0),
            busy: AtomicBool::new(false),
            mutex: RawMutex::INIT,
        }
    }

    /// What this thread is as the owner by a name: its number and the name, xored.
    pub(crate) fn owner_by(name: u64) -> u64 {
        name ^ this_thread()
    }

    /// Waits until nobody is inside, and goes inside. Not reentrant. `owner` is this thread
    /// [by](Self::owner_by) what the caller takes for the name of what is guarded.
    #[inline]
    pub(crate) fn enter(&self, owner: u64) -> Inside<'_> {
        let now = self.owner.load(Ordering::Relaxed);
        if now != SHARED && (self.enter_as_owner(owner) || self.claim(owner)) {
            return Inside {
                lock: self,
                is_shared: false,
                here: PhantomData,
            };
        }
        self.enter_shared()
    }

    /// Waits until nobody is inside, and goes inside, not as an owner.
    #[inline]
    pub(crate) fn enter_shared(&self) -> Inside<'_> {
        self.mutex.lock();
        if self.owner.load(Ordering::Relaxed) != SHARED {
            self.revoke();
        }
        Inside {
            lock: self,
            is_shared: true,
            here: PhantomData,
        }
    }

    /// Goes inside if the lock is biased towards this thread [by](Self::owner_by) a name. Not reentrant.
    #[inline(always)]
    pub(crate) fn own(&self, owner: u64) -> Option<Owned<'_>> {
        if !self.enter_as_owner(owner) {
            return None;
        }
        Some(Owned {
            lock: self,
            here: PhantomData,
        })
    }

    /// Goes inside if this is the owner.
    #[inline(always)]
    fn enter_as_owner(&self, owner: u64) -> bool {
        if self.owner.load(Ordering::Relaxed) != owner {
            return false;
        }
        self.busy.store(true, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        if self.owner.load(Ordering::Relaxed) == owner {
            return true;
        }
        self.busy.store(false, Ordering::Release);
        false
    }

    /// Makes this thread the owner of a lock that has none, and goes inside, if that can be.
    #[inline(never)]
    fn claim(&self, owner: u64) -> bool {
        if self.owner.load(Ordering::Relaxed) != FREE || !can_bias() || !self.takes_this_thread() {
            return false;
        }
        // Who was inside before has left under the mutex, and `renew` has released the word since.
        let claimed = self
            .owner
            .compare_exchange(FREE, owner, Ordering::Acquire, Ordering::Relaxed);
        claimed.is_ok() && self.enter_as_owner(owner)
    }

    /// Whether the lock may be biased towards this thread, and towards no other from now on.
    fn takes_this_thread(&self) -> bool {
        let this = this_thread();
        let first = self
            .thread
            .compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed);
        this != 0 && (first.is_ok() || first == Err(this))
    }

    /// Whether the lock could be biased towards this thread, if it had no owner.
    pub(crate) fn suits(&self) -> bool {
        let thread = self.thread.load(Ordering::Relaxed);
        thread == 0 || thread == this_thread()
    }

    /// Makes the lock an ordinary mutex and waits until its owner is outside. The caller holds the mutex.
    fn revoke(&self) {
        let owner = self.owner.swap(SHARED, Ordering::SeqCst);
        if owner == FREE {
            return;
        }
        // Registered by `can_bias` before any bias. A forked child may have to register again.
        let expedited = libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED;
        let passed = membarrier(expedited)
            || (membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && membarrier(expedited))
            || membarrier(libc::MEMBARRIER_CMD_GLOBAL);
        if !passed {
            // Going on could let two threads inside.
            std::process::abort();
        }
        while self.busy.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }
}

impl Inside<'_> {
    /// Leaves, and makes the lock one without an owner again: what it guards has another name from now on.
    pub(crate) fn renew(self) {
        let lock = self.lock;
        if self.is_shared {
            // The last thing inside: the next owner may enter from here on, before the mutex is left.
            lock.owner.store(FREE, Ordering::Release);
            return;
        }
        let owner = lock.owner.load(Ordering::Relaxed);
        drop(self);
        if owner != SHARED {
            // Who revokes the bias meanwhile has it its own way.
            let _ = lock
                .owner
                .compare_exchange(owner, FREE, Ordering::Release, Ordering::Relaxed);
        }
    }
}

impl Drop for Owned<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.lock.busy.store(false, Ordering::Release);
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.is_shared {
            // SAFETY: this thread holds it (Lock-I2).
            unsafe { self.lock.mutex.unlock() };
        } else {
            self.lock.busy.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cell::UnsafeCell;
    use std::sync::Arc;
    use std::vec::Vec;

    use super::*;

    struct Counter {
        lock: Lock,
        value: UnsafeCell<u64>,
    }

    // SAFETY: the value is used inside only.
    unsafe impl Sync for Counter {}
    // SAFETY: as above.
    unsafe impl Send for Counter {}

    /// Revocation at every distance from the owner's entries: a fresh lock each round, a second and a third thread that
    /// come while the owner counts.
    #[test]
    fn nothing_is_lost_when_a_bias_is_revoked() {
        const EACH: u64 = 2_000;
        for _ in 0..200 {
            let counter = Arc::new(Counter {
                lock: Lock::new(),
                value: UnsafeCell::new(0),
            });
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let counter = Arc::clone(&counter);
                    thread::spawn(move || {
                        for _ in 0..EACH {
                            let _inside = counter.lock.enter(this_thread());
                            // SAFETY: inside. Read and written apart, so that an overlap would be seen.
                            unsafe {
                                let value = counter.value.get().read_volatile();
                                counter.value.get().write_volatile(value + 1);
                            }
                        }
                    })
                })
                .collect();
            for thread in threads {
                assert!(thread.join().is_ok());
            }
            // SAFETY: nobody else is left.
            assert_eq!(unsafe { *counter.value.get() }, 3 * EACH);
        }
    }

    #[test]
    fn one_thread_keeps_its_bias_and_a_renewed_lock_has_none() {
        let lock = Lock::new();
        drop(lock.enter(this_thread()));
        assert_eq!(lock.owner.load(Ordering::Relaxed) == this_thread(), can_bias());
        thread::scope(|scope| {
            scope.spawn(|| lock.enter(this_thread()).renew());
        });
        assert_eq!(lock.owner.load(Ordering::Relaxed), FREE);
        drop(lock.enter(this_thread()));
        lock.enter(this_thread()).renew();
        assert_eq!(lock.owner.load(Ordering::Relaxed), FREE);
    }

    /// Threads take and renew one lock in turn: a thread that is held up anywhere must not let two inside.
    #[test]
    fn nothing_is_lost_when_a_lock_is_renewed() {
        const EACH: u64 = 20_000;
        let counter = Arc::new(Counter {
            lock: Lock::new(),
            value: UnsafeCell::new(0),
        });
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    for round in 0..EACH {
                        let owner = Lock::owner_by((round % 3) << 32);
                        let inside = counter.lock.enter(owner);
                        // SAFETY: inside. Read and written apart, so that an overlap would be seen.
                        unsafe {
                            let value = counter.value.get().read_volatile();
                            counter.value.get().write_volatile(value + 1);
                        }
                        if round % 5 == thread {
                            inside.renew();
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            assert!(thread.join().is_ok());
        }
        // SAFETY: nobody else is left.
        assert_eq!(unsafe { *counter.value.get() }, 4 * EACH);
    }

    /// Who may not go inside as the owner leaves the owner's flag alone.
    #[test]
    fn a_refusal_does_not_tell_that_the_owner_is_outside() {
        let lock = Lock::new();
        drop(lock.enter(this_thread()));
        let inside = lock.own(this_thread());
        assert_eq!(inside.is_some(), can_bias());
        thread::scope(|scope| {
            scope.spawn(|| assert!(lock.own(Lock::owner_by(0)).is_none()));
        });
        assert_eq!(lock.busy.load(Ordering::Relaxed), can_bias());
    }

    /// As a context that one thread makes and another uses.
    #[test]
    fn who_makes_what_is_guarded_is_not_yet_the_owner() {
        let lock = Lock::new();
        lock.enter_shared().renew();
        thread::scope(|scope| {
            scope.spawn(|| {
                let this = Lock::owner_by(0);
                drop(lock.enter(this));
                assert_eq!(lock.own(this).is_some(), can_bias());
            });
        });
    }

    /// Names differ in the upper half.
    #[test]
    fn only_the_owner_owns_and_only_by_the_name() {
        let (old, new) = (3 << 32 | 7, 5 << 32 | 7);
        let owns = |lock: &Lock, name| lock.own(Lock::owner_by(name)).is_some();
        let lock = Lock::new();
        assert!(!owns(&lock, old), "nobody has been inside");
        drop(lock.enter(Lock::owner_by(old)));
        assert_eq!(owns(&lock, old), can_bias());
        assert!(!owns(&lock, new));
        thread::scope(|scope| {
            scope.spawn(|| assert!(!owns(&lock, old)));
        });
        lock.enter(Lock::owner_by(old)).renew();
        assert!(!owns(&lock, old));
        drop(lock.enter(Lock::owner_by(new)));
        assert_eq!(owns(&lock, new), can_bias());
        assert!(!owns(&lock, old));
        // Whoever takes it for the old one revokes the bias, and nothing worse.
        drop(lock.enter(Lock::owner_by(old)));
        assert!(!owns(&lock, old) && !owns(&lock, new));
    }
}
