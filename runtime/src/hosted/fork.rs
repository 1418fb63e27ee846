//! What a fork does to contexts: nothing. Every lock is taken before and left afterwards, in parent and child, so the child
//! has copies of all contexts, each whole, and can use them and make others. See [`lock`](super::lock) on why nothing less
//! will do.
//!
//! A fork costs O(contexts there ever were at once), and takes the bias of those that other threads use. Forking by `vfork`,
//! `posix_spawn` or a bare `clone` costs nothing, and the child must not use contexts.
//!
//! Resources and caches have locks of their own, which are not taken: what another thread was inside of stays locked in the
//! child.

use std::sync::OnceLock;

use super::{contexts, exit};

/// Has the functions below called at each fork; false if there is no memory for that. O(1).
pub(crate) fn prepare() -> bool {
    static DONE: OnceLock<bool> = OnceLock::new();
    // SAFETY: the functions may be called at any fork.
    *DONE.get_or_init(|| unsafe {
        libc::pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child)) == 0
    })
}

unsafe extern "C" fn before() {
    contexts::hold_all();
    exit::hold();
}

unsafe extern "C" fn after_in_parent() {
    // SAFETY: held since `before`, by this thread.
    unsafe {
        exit::let_go();
        contexts::let_all_go();
    }
}

unsafe extern "C" fn after_in_child() {
    // SAFETY: held since `before`, and there is no other thread.
    unsafe {
        exit::inherit();
        contexts::inherit_all();
    }
}
