//! A lock that costs a single thread no atomic read-modify-write.
//!
//! Most contexts are used by one thread. The first thread that takes a lock becomes its **owner** (the lock is
//! *biased*), and from then on takes and leaves it by plain stores. When another thread comes, it revokes the bias: it
//! declares the lock shared, makes every running thread pass a memory barrier (`membarrier`, a system call), and
//! waits until the owner is outside. After that the lock is an ordinary mutex.
//!
//! Why this excludes: the owner stores a flag, then loads `owner`; the revoker stores `owner`, then loads the flag. With a
//! barrier between each pair at least one of them sees the other's store (Dekker). The owner's barrier is only the
//! compiler's; the processor's is `membarrier`, which the revoker pays for (*asymmetric Dekker*; Dice, Huang, Yang,
//! "Asymmetric Dekker Synchronization", 2001).
//!
//! A thread may be held up between its look at `owner` and its store to its flag, for as long as it takes others to revoke the
//! bias, renew the lock and go inside. So a flag is one thread's for ever: a lock has a few **places**, each with a flag, and
//! who becomes an owner takes one for good. Who finds none left uses the mutex.
//!
//! A context that a second thread has only looked at is soon cheap again: who has taken the mutex often enough, and nobody
//! else meanwhile, becomes the owner. Often enough is when the mutex has cost about as much as a revocation does (1 to 2 µs):
//! so whatever the threads do, it costs at most twice what it would have cost who knew it before (*ski rental*; Karlin,
//! Manasse, Rudolph, Sleator, "Competitive Snoopy Caching", 1988).
//!
//! Where the system has no `membarrier`, and in builds with `--cfg croft_unbiased` (ThreadSanitizer does not know the
//! call), every lock is shared from the start.
//!
//! What a lock guards has a **name**, which changes when the lock is renewed. A bias is towards a thread and a name: who is
//! the owner by a name finds what has that name.
//!
//! Invariants:
//! - *Lock-I1*: `owner` changes from `FREE` to a thread and a name by that thread, to `SHARED` by a holder of the mutex, from
//!   `SHARED` to a thread and a name by that thread as a holder of the mutex, and to `FREE` only in
//!   [`renew`](Inside::renew), by a holder of the mutex or by the owner. During a fork the holder of the mutex may change
//!   `FREE` to `HELD`, and back (`fork`).
//! - *Lock-I2*: who is inside holds the mutex while `owner` is `SHARED`, or is the owner and the flag of its place is set.
//! - *Lock-I3*: the thread of a place changes once, from 0. Only this thread writes the flag there, and only who has a place
//!   becomes an owner.

use core::cell::Cell;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, compiler_fence};
use parking_lot::lock_api::RawMutex as _;

mod fork;
mod mutex;
mod pause;

pub(crate) use mutex::{Mutex, RawMutex};
use pause::Pause;

const FREE: u64 = u64::MAX - 1;
const SHARED: u64 = u64::MAX;
/// Free, and held during a fork.
const HELD: u64 = u64::MAX - 2;

/// How many threads can be owners of one lock, in turn.
const PLACES: usize = 4;

/// After how many turns with the mutex in a row a thread becomes the owner: they cost about as much as a revocation.
const PATIENCE: u32 = 256;

/// A biased lock.
pub(crate) struct Lock {
    /// `FREE`, `SHARED`, `HELD`, or the owner's number and the name, xored. The lower half of a name, which never changes, and
    /// numbers are below 2³¹; so each pair has a word of its own, and none has that of another state.
    owner: AtomicU64,
    places: [Place; PLACES],
    mutex: RawMutex,
    turns: Turns,
}

/// What one thread needs to be the owner.
struct Place {
    /// The thread's number, 0 for none so far.
    thread: AtomicU32,
    /// Whether it is inside as the owner.
    is_inside: AtomicBool,
}

/// Who took the mutex last. Read and written by holders of the mutex only.
struct Turns {
    /// The thread's number.
    thread: AtomicU32,
    /// How often it took it since another thread did, up to the patience.
    count: AtomicU32,
}

/// What a thread is to a lock by a name, remembered so that it need not be found out again.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    /// The value of `owner` that makes it the owner; 0, which is none, if it has no place.
    owner: u64,
    /// The flag of its place, or of none.
    is_inside: *const AtomicBool,
}

impl Claim {
    /// That of a thread without a place. The flag is never written.
    pub(crate) const NONE: Self = {
        static NOWHERE: AtomicBool = AtomicBool::new(false);
        Self {
            owner: 0,
            is_inside: &raw const NOWHERE,
        }
    };

    /// Whether this thread has no place.
    pub(crate) fn is_none(self) -> bool {
        self.owner == 0
    }
}

/// Being inside. Left when dropped, by the same thread.
pub(crate) struct Inside<'l> {
    lock: &'l Lock,
    /// The flag of this thread's place if the lock is biased towards it; else the mutex is held.
    owned: Option<&'l AtomicBool>,
    /// The owner's flag is for its own thread to clear.
    here: PhantomData<*mut ()>,
}

/// Being inside as the owner. Left when dropped, by the same thread.
pub(crate) struct Owned<'l> {
    is_inside: &'l AtomicBool,
    here: PhantomData<*mut ()>,
}

std::thread_local! {
    /// The number of this thread, 0 before it has one: then it owns no lock.
    static NUMBER: Cell<u32> = const { Cell::new(0) };
}

/// The number of this thread, never another's; 0 if numbers have run out: then it owns no lock.
fn this_thread() -> u32 {
    NUMBER.with(|number| {
        if number.get() == 0 {
            static NEXT: AtomicU64 = AtomicU64::new(1);
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(if next < 1 << 31 { next as u32 } else { 0 });
        }
        number.get()
    })
}

/// Whether locks can be biased here; registers the process for `membarrier` the first time.
fn can_bias() -> bool {
    const YES: u8 = 1;
    const NO: u8 = 2;
    // Not a lock, since a forked child could find it taken by a thread that it does not have: whoever comes early asks too.
    static ANSWER: AtomicU8 = AtomicU8::new(0);
    if cfg!(croft_unbiased) {
        return false;
    }
    let mut answer = ANSWER.load(Ordering::Relaxed);
    if answer == 0 {
        let can = membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
        answer = if can { YES } else { NO };
        ANSWER.store(answer, Ordering::Relaxed);
    }
    answer == YES
}

/// The system call; whether it succeeded.
fn membarrier(command: i32) -> bool {
    // SAFETY: takes numbers only.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

impl Place {
    const fn new() -> Self {
        Self {
            thread: AtomicU32::new(0),
            is_inside: AtomicBool::new(false),
        }
    }
}

impl Lock {
    /// A lock without an owner.
    pub(crate) const fn new() -> Self {
        Self {
            owner: AtomicU64::new(FREE),
            places: [const { Place::new() }; PLACES],
            mutex: RawMutex::INIT,
            turns: Turns {
                thread: AtomicU32::new(0),
                count: AtomicU32::new(0),
            },
        }
    }

    /// What this thread is to this lock by a name.
    pub(crate) fn claim(&self, name: u64) -> Claim {
        match self.place(this_thread()) {
            Some(place) => Claim {
                owner: owner(name),
                is_inside: &raw const place.is_inside,
            },
            None => Claim::NONE,
        }
    }

    /// The place of a thread, if it has one.
    fn place(&self, thread: u32) -> Option<&Place> {
        let is_its = |place: &&Place| place.thread.load(Ordering::Relaxed) == thread;
        self.places.iter().filter(|_| thread != 0).find(is_its)
    }

    /// The place of this thread; takes one if it has none and one is left.
    fn take_place(&self) -> Option<&Place> {
        let this = this_thread();
        let take = |place: &&Place| {
            let taken = place
                .thread
                .compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed);
            taken.is_ok()
        };
        self.place(this)
            .or_else(|| self.places.iter().filter(|_| this != 0).find(take))
    }

    /// Waits until nobody is inside, and goes inside. Not reentrant. The name is what the caller takes for that of what is
    /// guarded.
    #[inline]
    pub(crate) fn enter(&self, name: u64) -> Inside<'_> {
        let now = self.owner.load(Ordering::Relaxed);
        if now != SHARED
            && (now == FREE || now == owner(name))
            && let Some(inside) = self.enter_biased(name)
        {
            return inside;
        }
        self.enter_by_turn(name)
    }

    /// Goes inside as the owner: as the one that it is, or of a lock that has none.
    fn enter_biased(&self, name: u64) -> Option<Inside<'_>> {
        let owner = owner(name);
        if self.owner.load(Ordering::Relaxed) == FREE {
            if !can_bias() {
                return None;
            }
            self.take_place()?;
            // Who was inside before has left under the mutex, and `renew` has released the word since. If another thread
            // was faster, the look below tells.
            let _ = self
                .owner
                .compare_exchange(FREE, owner, Ordering::Acquire, Ordering::Relaxed);
        }
        let is_inside = &self.place(this_thread())?.is_inside;
        self.enter_as_owner(owner, is_inside)
            .then_some(self.inside(Some(is_inside)))
    }

    /// Waits until nobody is inside, and goes inside, not as an owner.
    #[inline]
    pub(crate) fn enter_shared(&self) -> Inside<'_> {
        self.mutex.lock();
        if self.owner.load(Ordering::Relaxed) != SHARED {
            self.revoke();
        }
        self.inside(None)
    }

    /// As [`enter_shared`](Self::enter_shared), but who comes often and alone becomes the owner.
    fn enter_by_turn(&self, name: u64) -> Inside<'_> {
        let inside = self.enter_shared();
        let this = this_thread();
        if self.turns.thread.load(Ordering::Relaxed) != this {
            self.turns.thread.store(this, Ordering::Relaxed);
            self.turns.count.store(0, Ordering::Relaxed);
            return inside;
        }
        let count = self.turns.count.load(Ordering::Relaxed) + 1;
        self.turns.count.store(count, Ordering::Relaxed);
        if count < PATIENCE {
            return inside;
        }
        self.turns.count.store(0, Ordering::Relaxed);
        match self.take_place().filter(|_| can_bias()) {
            None => inside,
            Some(place) => {
                // Both before the mutex is left, so whoever gets it finds a lock to revoke and this thread inside.
                place.is_inside.store(true, Ordering::Relaxed);
                self.owner.store(owner(name), Ordering::Relaxed);
                drop(inside);
                self.inside(Some(&place.is_inside))
            }
        }
    }

    fn inside<'l>(&'l self, owned: Option<&'l AtomicBool>) -> Inside<'l> {
        Inside {
            lock: self,
            owned,
            here: PhantomData,
        }
    }

    /// Goes inside if the lock is biased towards this thread by the name of the claim. Not reentrant.
    #[inline(always)]
    pub(crate) fn own(&self, claim: Claim) -> Option<Owned<'_>> {
        // SAFETY: the flag of a place of this lock, or a static.
        let is_inside = unsafe { &*claim.is_inside };
        if !self.enter_as_owner(claim.owner, is_inside) {
            return None;
        }
        Some(Owned {
            is_inside,
            here: PhantomData,
        })
    }

    /// Goes inside if this is the owner; the flag is that of its place.
    #[inline(always)]
    fn enter_as_owner(&self, owner: u64, is_inside: &AtomicBool) -> bool {
        if self.owner.load(Ordering::Relaxed) != owner {
            return false;
        }
        is_inside.store(true, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        if self.owner.load(Ordering::Relaxed) == owner {
            return true;
        }
        is_inside.store(false, Ordering::Release);
        false
    }

    /// Whether the lock could be biased towards this thread, if it had no owner.
    pub(crate) fn suits(&self) -> bool {
        self.place(this_thread()).is_some()
            || self
                .places
                .iter()
                .any(|place| place.thread.load(Ordering::Relaxed) == 0)
    }

    /// Makes the lock an ordinary mutex and waits until its owner is outside. The caller holds the mutex.
    fn revoke(&self) {
        let owner = self.owner.swap(SHARED, Ordering::SeqCst);
        if owner == FREE {
            return;
        }
        barrier();
        self.wait_until_left();
    }

    /// Waits until no owner is inside; after a [`barrier`] that no owner has passed. The owner may have been interrupted inside,
    /// by a thread of a higher priority for example, which may be this one: so it waits in a way that lets it go on
    /// ([`Pause`]).
    fn wait_until_left(&self) {
        let mut pause = Pause::new();
        // The owner is one of them, and the others' are set for a moment at most.
        for place in &self.places {
            while place.is_inside.load(Ordering::Acquire) {
                pause.wait();
            }
        }
    }
}

/// Makes every running thread of the process pass a memory barrier.
pub(crate) fn barrier() {
    // Registered by `can_bias` before any bias. A forked child may have to register again.
    let expedited = libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    let passed = membarrier(expedited)
        || (membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && membarrier(expedited))
        || membarrier(libc::MEMBARRIER_CMD_GLOBAL);
    if !passed {
        // Going on could let two threads inside.
        std::process::abort();
    }
}

/// What `owner` is when this thread is the owner by a name.
fn owner(name: u64) -> u64 {
    name ^ u64::from(this_thread())
}

impl Inside<'_> {
    /// Whether this is the owner.
    pub(crate) fn is_owner(&self) -> bool {
        self.owned.is_some()
    }

    /// Leaves, and makes the lock one without an owner again: what it guards has another name from now on.
    pub(crate) fn renew(self) {
        let lock = self.lock;
        if self.owned.is_none() {
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
        self.is_inside.store(false, Ordering::Release);
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.owned {
            // SAFETY: this thread holds it (Lock-I2).
            None => unsafe { self.lock.mutex.unlock() },
            Some(is_inside) => is_inside.store(false, Ordering::Release),
        }
    }
}

#[cfg(test)]
mod tests;
