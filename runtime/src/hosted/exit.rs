//! What caches do when the process exits.

use std::boxed::Box;
use std::sync::{Arc, Weak};
use std::vec::Vec;

use parking_lot::Mutex;

use super::cache::Cache;

impl Cache {
    /// Gives all cached buffers back when the process exits by `exit` or a return of `main`, for upstreams whose memory
    /// outlives a process. `hook` runs before that, and may free what is live.
    pub fn release_at_exit(self: &Arc<Self>, hook: Option<ExitHook>) {
        let mut list = AT_EXIT.lock();
        if list.is_empty() {
            // SAFETY: a function without obligations. Registered again if the list has been emptied: harmless.
            unsafe { libc::atexit(run_at_exit) };
        }
        list.retain(|(cache, _)| cache.strong_count() > 0);
        list.push((Arc::downgrade(self), hook));
    }
}

/// Called at exit, before a cache gives its buffers back.
pub type ExitHook = Box<dyn FnOnce() + Send>;

/// The caches to release at exit.
static AT_EXIT: Mutex<Vec<(Weak<Cache>, Option<ExitHook>)>> = Mutex::new(Vec::new());

extern "C" fn run_at_exit() {
    let list = core::mem::take(&mut *AT_EXIT.lock());
    for (cache, hook) in list {
        if let Some(cache) = cache.upgrade() {
            if let Some(hook) = hook {
                hook();
            }
            cache.trim_to(0);
        }
    }
}
