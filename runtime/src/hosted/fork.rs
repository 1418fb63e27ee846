//! What a fork does to contexts: nothing. Every lock is taken before and left afterwards, in parent and child, so the child
//! has copies of all contexts, each whole, and can use them and make others. See [`lock`](super::lock) on why nothing less
//! will do.
//!
//! A fork costs O(contexts there ever were at once), and takes the bias of those that other threads use. Forking by `vfork`,
//! `posix_spawn` or a bare `clone` costs nothing, and the child must not use contexts.
//!
//! The functions are registered when the first context or cache to release at exit is made: a fork that another thread has begun
//! at that moment is not covered.
//!
//! Resources and caches have locks of their own, which are not taken: what another thread was inside of stays locked in the
//! child.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use super::{contexts, exit};

std::thread_local! {
    /// How many calls of [`before`] this thread has not undone yet.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Has the functions below called at each fork; false if there is no memory for that. O(1).
pub(crate) fn prepare() -> bool {
    // Not a lock, since a forked child could find it taken by a thread that it does not have. So several threads may register
    // the functions at first, and the outermost call counts.
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.load(Ordering::Acquire) {
        return true;
    }
    // SAFETY: the functions may be called at any fork.
    let done =
        unsafe { libc::pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child)) } == 0;
    DONE.fetch_or(done, Ordering::Release);
    done
}

unsafe extern "C" fn before() {
    DEPTH.set(DEPTH.get() + 1);
    if DEPTH.get() > 1 {
        return;
    }
    contexts::hold_all();
    exit::hold();
}

/// Whether this is the outermost call after a fork. A fork that had begun when the functions were registered calls these
/// without the first.
fn is_outermost() -> bool {
    let depth = DEPTH.get();
    DEPTH.set(depth.saturating_sub(1));
    depth == 1
}

unsafe extern "C" fn after_in_parent() {
    if !is_outermost() {
        return;
    }
    // SAFETY: held since `before`, by this thread.
    unsafe {
        exit::let_go();
        contexts::let_all_go();
    }
}

unsafe extern "C" fn after_in_child() {
    if !is_outermost() {
        return;
    }
    // SAFETY: held since `before`, and there is no other thread.
    unsafe {
        exit::inherit();
        contexts::inherit_all();
    }
}
