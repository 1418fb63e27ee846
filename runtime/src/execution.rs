//! Contexts of execution: the pool that the running one works on, and what keeps others off it.
//!
//! A **context of execution** is a flow of control with regions of its own: a kernel's only thread, one of
//! several threads, or an interrupt handler. Three builds of this crate differ in what they share:
//!
//! - By default there is one context and one static pool, `croft_pool`. Compiled code reads and writes it in
//!   place.
//! - With the feature `threads`, for hosts, each thread has a pool of its own, empty until the thread calls
//!   [`croft_pool_init`](crate::abi::croft_pool_init). Threads share nothing, so nothing is locked.
//! - With the feature `critical-section` (or `--cfg croft_interrupts` where that crate cannot be had),
//!   interrupt handlers use the pool of the context that they interrupt. What reads and writes the pool is
//!   one critical section for each operation; its length is that operation's, O(1).
//!
//! Both features may be combined: a pool for each thread, shared with what interrupts that thread.
//!
//! In the latter two builds compiled code leaves the pool alone: all that touches it is in the module
//! `apart`, out of line. Without the features nothing here costs an instruction, and there is
//! no atomic access to a pool in any build.
//!
//! Invariants:
//! - *Execution-I1*: a pool is read and written by the context that has it only, and where interrupts may use
//!   it too, in `uninterrupted` only; its address never changes.
//! - *Execution-I2*: a region belongs to the context that opened it. No other one opens, uses, resets or ends
//!   it, so descriptors, footers and objects need no protection.
//! - *Execution-I3*: nothing in `uninterrupted` calls the exhaustion handler, or anything else of the
//!   program's: a handler that leaves by `longjmp` leaves no interrupt masked.

use crate::pool::BlockPool;

/// Whether compiled code reads and writes the pool itself.
pub(crate) const NEAR: bool = !cfg!(any(
    feature = "threads",
    feature = "critical-section",
    croft_interrupts
));

/// The pool of the running context. O(1): a constant, with the feature `threads` an address relative to
/// the thread's own memory.
#[inline(always)]
pub(crate) fn pool() -> *mut BlockPool {
    own::pool()
}

/// The same for tests. Not inlined: what other crates inline can be replaced in the eyes of the compiler, which then reads the
/// address of the pool's variable from memory.
#[inline(never)]
pub fn current_pool() -> *mut BlockPool {
    pool()
}

#[cfg(not(feature = "threads"))]
pub use own::croft_pool;

/// One pool; its symbol, where the code of this crate may be linked into a program only by its own name.
#[cfg(all(not(feature = "threads"), any(croft_bitcode, miri, not(target_os = "linux"))))]
mod own {
    use super::BlockPool;

    /// The pool of compiled code and of the C functions.
    #[unsafe(no_mangle)]
    #[allow(
        non_upper_case_globals,
        reason = "the name is part of the compiler's interface"
    )]
    pub static mut croft_pool: BlockPool = BlockPool::new();

    /// The address of [`croft_pool`].
    #[inline(always)]
    pub(super) fn pool() -> *mut BlockPool {
        &raw mut croft_pool
    }
}

/// One pool; its symbol, where another object could replace it: position-independent code reads the address of such a variable
/// from memory, one instruction in every operation. So the runtime uses a private variable, and the symbol that others see
/// is a second name for it, which nothing can replace (*protected*).
#[cfg(all(
    not(feature = "threads"),
    not(any(croft_bitcode, miri, not(target_os = "linux")))
))]
mod own {
    use super::BlockPool;

    static mut POOL: BlockPool = BlockPool::new();

    core::arch::global_asm!(
        ".globl croft_pool",
        ".protected croft_pool",
        ".type croft_pool, %object",
        ".size croft_pool, {size}",
        ".set croft_pool, {pool}",
        size = const size_of::<BlockPool>(),
        pool = sym POOL,
    );

    unsafe extern "C" {
        /// The pool of compiled code and of the C functions.
        pub static mut croft_pool: BlockPool;
    }

    /// The address of [`croft_pool`].
    #[inline(always)]
    pub(super) fn pool() -> *mut BlockPool {
        &raw mut POOL
    }
}

#[cfg(all(feature = "threads", not(croft_bitcode)))]
mod own {
    //! A pool for each thread: constant contents and no destructor, so that an access is an address and
    //! nothing else, no registration and no flag.

    extern crate std;

    use core::cell::UnsafeCell;

    use super::BlockPool;

    std::thread_local! {
        static POOL: UnsafeCell<BlockPool> = const { UnsafeCell::new(BlockPool::new()) };
    }

    #[inline(always)]
    pub(super) fn pool() -> *mut BlockPool {
        POOL.with(UnsafeCell::get)
    }

    /// The pool of the running thread, for compiled code. O(1), the same answer throughout a thread's life.
    #[unsafe(no_mangle)]
    pub extern "C" fn croft_thread_pool() -> *mut BlockPool {
        pool()
    }
}

#[cfg(all(feature = "threads", croft_bitcode))]
mod own {
    //! In compiled code the library is asked.

    use super::BlockPool;

    unsafe extern "C" {
        safe fn croft_thread_pool() -> *mut BlockPool;
    }

    #[inline(always)]
    pub(super) fn pool() -> *mut BlockPool {
        croft_thread_pool()
    }
}

/// Runs `body` while no interrupt handler runs that uses regions. `body` neither unwinds nor leaves otherwise
/// (*Execution-I3*). May be nested.
#[inline(always)]
pub(crate) fn uninterrupted<R>(body: impl FnOnce() -> R) -> R {
    // SAFETY: released below, in the reverse order of acquisition: `body` returns.
    let state = unsafe { interrupts::acquire() };
    let result = body();
    // SAFETY: `state` is what the acquisition above returned.
    unsafe { interrupts::release(state) };
    result
}

#[cfg(not(any(feature = "critical-section", croft_interrupts)))]
mod interrupts {
    //! None uses the pool.

    /// Nothing to be restored.
    pub(super) struct Nothing;

    #[inline(always)]
    pub(super) unsafe fn acquire() -> Nothing {
        Nothing
    }

    #[inline(always)]
    pub(super) unsafe fn release(_: Nothing) {}
}

#[cfg(feature = "critical-section")]
mod interrupts {
    //! The crate `critical-section`: the program links an implementation.

    pub(super) use critical_section::{acquire, release};
}

#[cfg(all(croft_interrupts, not(feature = "critical-section")))]
mod interrupts {
    //! The same two symbols without the crate. What is to be restored is a word here: an implementation that
    //! has less returns it in the same register, and one that has nothing ignores what it gets.

    unsafe extern "C" {
        fn _critical_section_1_0_acquire() -> usize;
        fn _critical_section_1_0_release(state: usize);
    }

    #[inline(always)]
    pub(super) unsafe fn acquire() -> usize {
        // SAFETY: the board supplies the symbol; the caller releases.
        unsafe { _critical_section_1_0_acquire() }
    }

    #[inline(always)]
    pub(super) unsafe fn release(state: usize) {
        // SAFETY: as above; the caller passes what it was given.
        unsafe { _critical_section_1_0_release(state) }
    }
}
