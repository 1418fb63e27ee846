//! A mutex of which a forked child can make a new one.
//!
//! Its waiters are known to the kernel only, by the address of a word (`futex`). Those of parking_lot's are in a table of the
//! process too, which a child inherits with threads that it does not have; the standard library's cannot be made new, and
//! ThreadSanitizer does not see into it. The algorithm is the second of Drepper, "Futexes Are Tricky", 2011.

use core::sync::atomic::{AtomicU32, Ordering};

use parking_lot::lock_api::{self, GuardNoSend};

const FREE: u32 = 0;
const TAKEN: u32 = 1;
/// Taken, and somebody may be waiting.
const AWAITED: u32 = 2;

/// How often a thread looks again before it waits in the kernel.
const LOOKS: u32 = 64;

/// A mutex without a value.
pub(crate) struct RawMutex {
    word: AtomicU32,
}

/// A mutex around a value.
pub(crate) type Mutex<T> = lock_api::Mutex<RawMutex, T>;

impl RawMutex {
    #[cold]
    fn lock_slowly(&self) {
        for _ in 0..LOOKS {
            if self.try_take() {
                return;
            }
            core::hint::spin_loop();
        }
        // Whoever waits takes it as awaited: others may be waiting still.
        while self.word.swap(AWAITED, Ordering::Acquire) != FREE {
            // SAFETY: the word lives as long as this reference. Woken, interrupted or not asleep at all: it looks again.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.word.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    AWAITED,
                    core::ptr::null::<libc::timespec>(),
                )
            };
        }
    }

    fn try_take(&self) -> bool {
        self.word
            .compare_exchange_weak(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[cold]
    fn wake_one(&self) {
        // SAFETY: takes the address as a name.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.word.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            )
        };
    }

    /// Makes it a new one, which nobody holds or waits for.
    ///
    /// # Safety
    ///
    /// 1. No other thread of the process uses it, and this one does not hold a guard of it.
    pub(crate) unsafe fn make_new(&self) {
        self.word.store(FREE, Ordering::Release);
    }
}

// SAFETY: the word is changed from `FREE` by one thread at a time, which has it until it stores `FREE`.
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "the trait's way to make one"
    )]
    const INIT: Self = Self {
        word: AtomicU32::new(FREE),
    };

    type GuardMarker = GuardNoSend;

    #[inline]
    fn lock(&self) {
        if !self.try_take() {
            self.lock_slowly();
        }
    }

    fn try_lock(&self) -> bool {
        let taken = self
            .word
            .compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
        taken.is_ok()
    }

    #[inline]
    unsafe fn unlock(&self) {
        if self.word.swap(FREE, Ordering::Release) == AWAITED {
            self.wake_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn threads_take_turns() {
        const EACH: u64 = 50_000;
        let counter = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    for turn in 0..EACH {
                        let mut count = counter.lock();
                        *count += 1;
                        if turn % 1000 == 0 {
                            // So that the others wait in the kernel.
                            thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            assert!(thread.join().is_ok());
        }
        assert_eq!(*counter.lock(), 4 * EACH);
        assert!(counter.try_lock().is_some());
        let held = counter.lock();
        assert!(counter.try_lock().is_none());
        drop(held);
    }
}
