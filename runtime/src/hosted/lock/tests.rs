//! Tests of the biased lock.

use core::cell::UnsafeCell;
use std::sync::Arc;
use std::thread;
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
                        let _inside = counter.lock.enter(0);
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
    drop(lock.enter(0));
    assert_eq!(lock.owner.load(Ordering::Relaxed) == owner(0), can_bias());
    thread::scope(|scope| {
        scope.spawn(|| lock.enter(0).renew());
    });
    assert_eq!(lock.owner.load(Ordering::Relaxed), FREE);
    drop(lock.enter(0));
    lock.enter(0).renew();
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
                    let inside = counter.lock.enter((round % 3) << 32);
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
    drop(lock.enter(0));
    let inside = lock.own(lock.claim(0));
    assert_eq!(inside.is_some(), can_bias());
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(lock.take_place().is_some());
            assert!(lock.own(lock.claim(0)).is_none());
        });
    });
    let flags = lock
        .places
        .iter()
        .filter(|place| place.is_inside.load(Ordering::Relaxed));
    assert_eq!(flags.count(), usize::from(can_bias()));
}

/// As a context that one thread makes and another uses.
#[test]
fn who_makes_what_is_guarded_is_not_yet_the_owner() {
    let lock = Lock::new();
    lock.enter_shared().renew();
    thread::scope(|scope| {
        scope.spawn(|| {
            drop(lock.enter(0));
            assert_eq!(lock.own(lock.claim(0)).is_some(), can_bias());
        });
    });
}

/// Names differ in the upper half.
#[test]
fn only_the_owner_owns_and_only_by_the_name() {
    let (old, new) = (3 << 32 | 7, 5 << 32 | 7);
    let owns = |lock: &Lock, name| lock.own(lock.claim(name)).is_some();
    let lock = Lock::new();
    assert!(!owns(&lock, old), "nobody has been inside");
    drop(lock.enter(old));
    assert_eq!(owns(&lock, old), can_bias());
    assert!(!owns(&lock, new));
    thread::scope(|scope| {
        scope.spawn(|| assert!(!owns(&lock, old)));
    });
    lock.enter(old).renew();
    assert!(!owns(&lock, old));
    drop(lock.enter(new));
    assert_eq!(owns(&lock, new), can_bias());
    assert!(!owns(&lock, old));
    // Whoever takes it for the old one revokes the bias, and nothing worse.
    drop(lock.enter(old));
    assert!(!owns(&lock, old) && !owns(&lock, new));
}

/// Runs `work` in another thread, to its end.
fn elsewhere(work: impl FnOnce() + Send) {
    thread::scope(|scope| {
        scope.spawn(work);
    });
}

#[test]
fn who_is_left_alone_becomes_the_owner_again() {
    let lock = Lock::new();
    let is_owner = || lock.own(lock.claim(0)).is_some();
    drop(lock.enter(0));
    for _ in 0..3 {
        elsewhere(|| drop(lock.enter(0)));
        // The first turn only tells who it is.
        for _ in 0..=PATIENCE {
            assert!(!is_owner());
            drop(lock.enter(0));
        }
        assert_eq!(is_owner(), can_bias());
    }
}

#[test]
fn another_thread_becomes_the_owner_while_places_are_left() {
    let lock = Lock::new();
    for number in 0..PLACES + 2 {
        elsewhere(|| {
            for _ in 0..=PATIENCE {
                drop(lock.enter(0));
            }
            let is_owner = lock.own(lock.claim(0)).is_some();
            assert_eq!(is_owner, can_bias() && number < PLACES);
        });
    }
}

/// Threads that take turns, long and short ones, so that the bias goes from one to the other all the time, each with
/// the other in the middle of something.
#[test]
fn nothing_is_lost_when_a_bias_wanders() {
    const EACH: u64 = 60_000;
    let counter = Arc::new(Counter {
        lock: Lock::new(),
        value: UnsafeCell::new(0),
    });
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                let mut claim = counter.lock.claim(0);
                for round in 0..EACH {
                    let add = || {
                        // SAFETY: inside. Read and written apart, so that an overlap would be seen.
                        unsafe {
                            let value = counter.value.get().read_volatile();
                            counter.value.get().write_volatile(value + 1);
                        }
                    };
                    if let Some(_inside) = counter.lock.own(claim) {
                        add();
                    } else {
                        let inside = counter.lock.enter(0);
                        add();
                        if !inside.is_owner() {
                            // The mutex is held. So becoming the owner takes two turns.
                            counter.lock.turns.count.store(PATIENCE - 1, Ordering::Relaxed);
                        }
                        drop(inside);
                        claim = counter.lock.claim(0);
                    }
                    if round % (97 * (number + 1)) == 0 {
                        thread::yield_now();
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
