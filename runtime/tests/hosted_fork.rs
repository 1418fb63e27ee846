//! Forking a process whose threads use contexts: parent and child have all contexts, whole and free to use.
//!
//! A child that hangs is ended by an alarm, which is there for this only, and then the test fails.
#![cfg(feature = "hosted")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use croft_runtime::hosted::{Builder, Context, ContextId, Request};

/// Forks take every lock of the process: one test at a time, so that each has its own to do.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `work` in a child, which must not unwind. Whether it answered true.
fn in_child(work: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child uses the C library's heap, which is usable in it, and what is tested.
    unsafe {
        let child = libc::fork();
        assert!(child >= 0, "fork");
        if child == 0 {
            libc::alarm(60);
            libc::_exit(if work() { 0 } else { 1 });
        }
        // No panic while other threads work, which the test would wait for.
        let mut status = 0;
        let waited = libc::waitpid(child, &raw mut status, 0) == child;
        if libc::WIFSIGNALED(status) {
            println!("signal {} in a child", libc::WTERMSIG(status));
        }
        waited && libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
    }
}

/// One test at a time, in a process that has made a context before it forks or has threads.
fn begin() -> MutexGuard<'static, ()> {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    drop(Context::new().unwrap());
    alone
}

/// Work of any kind in a context; false if something is wrong.
fn is_usable(context: ContextId) -> bool {
    let mut all = Vec::new();
    for size in [1, 100, 5_000, 16_384, 40_000] {
        let Ok(start) = context.alloc(&Request::new(size).zeroed()) else {
            return false;
        };
        // SAFETY: no destroy function.
        let opened = unsafe { context.open(start.as_ptr(), None, None) };
        let twin = opened.and_then(|handle| handle.dup());
        if !matches!((opened, twin), (Ok(one), Ok(other)) if one.close().is_ok() && other.close().is_ok()) {
            return false;
        }
        all.push(start);
    }
    // SAFETY: live, and used no more.
    let freed = all
        .iter()
        .all(|start| unsafe { context.free(start.as_ptr()) }.is_ok());
    freed && context.invariants_hold() == Ok(true)
}

/// A child makes, uses and destroys a context of its own, in the middle of another thread's doing the same.
#[test]
fn a_child_makes_contexts_of_its_own() {
    let _alone = begin();
    let goes_on = AtomicBool::new(true);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while goes_on.load(Ordering::Relaxed) {
                    drop(Context::new().unwrap());
                }
            });
        }
        let done = (0..100).all(|_| {
            in_child(|| {
                let Ok(context) = Context::new() else { return false };
                let Ok(child) = context.child() else { return false };
                is_usable(*context) && is_usable(*child)
            })
        });
        goes_on.store(false, Ordering::Relaxed);
        assert!(done);
    });
}

/// A child uses what another thread is inside of: as the owner of the lock's bias, by turns, and by the mutex.
#[test]
fn a_child_uses_what_another_thread_was_inside_of() {
    let _alone = begin();
    for workers in [1, 2] {
        let context = Builder::new().create().unwrap();
        let goes_on = AtomicBool::new(true);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while goes_on.load(Ordering::Relaxed) {
                        assert!(is_usable(context));
                        for _ in 0..1000 {
                            let start = context.alloc(&Request::new(64)).unwrap();
                            // SAFETY: live, and used no more.
                            unsafe { context.free(start.as_ptr()) }.unwrap();
                        }
                    }
                });
            }
            let done = (0..100).all(|_| {
                // What the thread holds at the moment is live there too.
                in_child(|| {
                    is_usable(context)
                        // SAFETY: there is no other thread.
                        && unsafe { context.destroy() }.is_ok()
                        && !context.exists()
                })
            });
            goes_on.store(false, Ordering::Relaxed);
            assert!(done);
        });
        assert!(is_usable(context));
        // SAFETY: nothing is used.
        assert_eq!(unsafe { context.destroy() }, Ok(()));
    }
}

/// Threads of a child use contexts of its parent and wait for each other.
#[test]
fn threads_of_a_child() {
    let _alone = begin();
    let context = Builder::new().create().unwrap();
    let goes_on = AtomicBool::new(true);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while goes_on.load(Ordering::Relaxed) {
                    assert!(is_usable(context));
                    drop(Context::new().unwrap());
                }
            });
        }
        let done = (0..20).all(|_| {
            in_child(|| {
                thread::scope(|scope| {
                    let threads: Vec<_> = (0..3)
                        .map(|_| {
                            scope.spawn(|| {
                                (0..200).all(|_| {
                                    let Ok(own) = Context::new() else { return false };
                                    is_usable(*own) && is_usable(context)
                                })
                            })
                        })
                        .collect();
                    threads.into_iter().all(|thread| thread.join().unwrap_or(false))
                })
            })
        });
        goes_on.store(false, Ordering::Relaxed);
        assert!(done);
    });
    // SAFETY: nothing is used.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
}

/// Whose contexts are its own keeps their bias, and a new context can have one.
#[test]
fn who_forks_keeps_what_it_owns() {
    let _alone = begin();
    let used = Context::new().unwrap();
    assert!(is_usable(*used));
    let fresh = Context::new().unwrap();
    for _ in 0..3 {
        assert!(in_child(|| is_usable(*used) && is_usable(*fresh)));
        assert!(is_usable(*used));
    }
    assert!(is_usable(*fresh));
}
