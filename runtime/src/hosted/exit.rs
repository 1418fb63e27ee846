//! What caches do when the process exits.

use std::boxed::Box;
use std::process;
use std::sync::{Arc, Weak};
use std::vec::Vec;

use super::cache::Cache;
use super::fork;
use super::lock::Mutex;

impl Cache {
    /// Gives all cached buffers back when the process exits by `exit` or a return of `main`, for upstreams whose memory
    /// outlives a process. `hook` runs before that, and may free what is live. Only in the process that has called this: a
    /// forked child neither runs the hook nor gives back what is its parent's.
    pub fn release_at_exit(self: &Arc<Self>, hook: Option<ExitHook>) {
        // Without it a child forked while the list is used waits at its exit: no reason to refuse.
        fork::prepare();
        let mut list = AT_EXIT.lock();
        if list.is_empty() {
            // SAFETY: a function without obligations. Registered again if the list has been emptied: harmless.
            unsafe { libc::atexit(run_at_exit) };
        }
        list.retain(|entry| entry.cache.strong_count() > 0);
        list.push(Entry {
            cache: Arc::downgrade(self),
            hook,
            process: process::id(),
        });
    }
}

/// Called at exit, before a cache gives its buffers back.
pub type ExitHook = Box<dyn FnOnce() + Send>;

/// A cache to release at the exit of a process.
struct Entry {
    cache: Weak<Cache>,
    hook: Option<ExitHook>,
    process: u32,
}

static AT_EXIT: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

extern "C" fn run_at_exit() {
    let list = core::mem::take(&mut *AT_EXIT.lock());
    let this = process::id();
    for Entry { cache, hook, process } in list {
        if process != this {
            // A forked child's copy. Not even dropped: what a hook holds is the parent's.
            core::mem::forget(hook);
        } else if let Some(cache) = cache.upgrade() {
            if let Some(hook) = hook {
                hook();
            }
            cache.trim_to(0);
        }
    }
}

/// Takes the list, before a fork.
pub(crate) fn hold() {
    core::mem::forget(AT_EXIT.lock());
}

/// Leaves it, in the parent.
///
/// # Safety
///
/// 1. This thread has taken it by [`hold`].
pub(crate) unsafe fn let_go() {
    // SAFETY: obligation 1.
    unsafe { AT_EXIT.force_unlock() };
}

/// Leaves it, in the child.
///
/// # Safety
///
/// 1. This thread has taken it by [`hold`], and is the only one.
pub(crate) unsafe fn inherit() {
    // SAFETY: obligation 1.
    unsafe { AT_EXIT.raw().make_new() };
}
