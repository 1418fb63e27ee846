//! The cost contract, counted: an operation takes the same instructions whatever a region holds.
//!
//! A child process runs one operation; its parent single-steps it by `ptrace` and counts the
//! instructions from the operation's first to its return. No sampling, no clock: counts repeat
//! exactly. `cargo test --release --test constant_time -- --nocapture` prints those of optimised
//! code.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn instruction_counts() {
    println!("skipped: counting single-steps a process by ptrace, written for x86-64 Linux only");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod static_pool;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod stepper;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod counted {
    use std::mem::MaybeUninit;

    use croft_runtime::abi::{alloc, pop, push, push_bounded, reset};
    use croft_runtime::kernel::{croft_rt_alloc, croft_rt_open, croft_rt_pop, croft_rt_push, croft_rt_reset};
    use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
    use croft_runtime::region::Descriptor;
    use croft_runtime::runs::{BLOCKS, ROOM};

    use super::static_pool::StaticPool;
    use super::stepper::count;

    // The most instructions, the return included. The table in docs/RUNTIME.md says what is aimed at.
    const PUSH: usize = 16;
    const PUSH_BOUNDED: usize = 28;
    const POP: usize = 9;
    const RESET: usize = 11;
    /// Of a region without memory: pop and reset.
    const POP_EMPTY: usize = 12;
    /// Of a region with runs: pop and reset.
    const POP_RUNS: usize = 150;
    const ALLOC: usize = 47;
    /// A region's first, if the region is lazy.
    const ALLOC_FIRST: usize = 59;
    /// Of a run.
    const RUN: usize = 290;

    /// The limits are those of the build for one context of execution; with others the counts are printed only.
    const IS_DEFAULT: bool = !cfg!(any(feature = "threads", feature = "critical-section"));

    /// Blocks of the test's pool: room for a run of every class and 4,096 blocks more.
    const POOL: usize = 24_000;

    /// A region of that many blocks.
    fn filled(blocks: usize) -> *mut Descriptor {
        // SAFETY: the pool is locked and large enough.
        unsafe {
            let region = push();
            for _ in 0..blocks {
                alloc(region, PAYLOAD, 8);
            }
            region
        }
    }

    /// A name, and what brings the pool into that state and makes the region of the operation.
    type State = (&'static str, fn() -> *mut Descriptor);

    /// Gives a region a run of each class.
    fn with_runs(region: *mut Descriptor) -> *mut Descriptor {
        for blocks in BLOCKS {
            // SAFETY: the pool is locked and large enough; the region is open.
            unsafe { alloc(region, blocks * BLOCK_SIZE - ROOM, 8) };
        }
        region
    }

    /// The states of the pool and the region before an operation.
    const STATES: [State; 14] = [
        ("1 block, cut", || filled(1)),
        ("2 blocks, cut", || filled(2)),
        ("4096 blocks, cut", || filled(4096)),
        ("1 block, with a free list", || {
            // SAFETY: the regions are open.
            unsafe {
                let outer = filled(1);
                pop(filled(5));
                outer
            }
        }),
        ("4096 blocks, with a free list", || {
            // SAFETY: as above.
            unsafe {
                let outer = filled(4096);
                pop(filled(5));
                outer
            }
        }),
        ("4096 blocks, beside another region", || {
            filled(1);
            filled(4096)
        }),
        ("with a free list, beside another region", || {
            filled(1);
            let region = filled(1);
            // SAFETY: the region is open.
            unsafe { pop(filled(5)) };
            region
        }),
        // SAFETY: the pool is locked.
        ("raw", || unsafe { push() }),
        ("raw after a reset", || {
            let region = filled(3);
            // SAFETY: the region is open.
            unsafe { reset(region) };
            region
        }),
        // SAFETY: the pool is locked.
        ("raw, with a small budget", || unsafe { push_bounded(PAYLOAD) }),
        ("a budget that ends in the next block", || {
            // SAFETY: the region is open.
            unsafe {
                let region = push_bounded(2 * PAYLOAD - 8);
                alloc(region, PAYLOAD - 16, 8);
                region
            }
        }),
        ("lazy, in an idle pool", lazy),
        ("lazy, in a busy pool", || {
            filled(1);
            lazy()
        }),
        ("lazy, with a free list", || {
            let outer = filled(1);
            // SAFETY: the region is open.
            unsafe { pop(filled(2)) };
            let _ = outer;
            lazy()
        }),
    ];

    fn lazy() -> *mut Descriptor {
        // Lives as long as the test program.
        let frame = Box::leak(Box::new(MaybeUninit::uninit())).as_mut_ptr();
        // SAFETY: memory for a descriptor.
        unsafe { croft_rt_open(frame) };
        frame
    }

    /// The most instructions of an operation over the states, which must be at most `limit`. Everything
    /// is set up in the child.
    fn worst(name: &str, limit: usize, entry: usize, states: &[State], operation: impl Fn(*mut Descriptor)) {
        for (state, prepare) in states {
            let pool = StaticPool::new(POOL);
            let Some(counted) = count(entry, *prepare, &operation) else {
                println!("skipped: this system forbids ptrace");
                return;
            };
            println!("{name:<16} {state:<40} {counted:>4} of {limit}");
            assert!(
                counted <= limit || !IS_DEFAULT,
                "{name}, {state}: {counted} instructions, at most {limit}"
            );
            drop(pool);
        }
    }

    /// Optimised code only: the limits are of what users link.
    #[test]
    #[allow(
        clippy::undocumented_unsafe_blocks,
        reason = "one reason holds for all operations, and stands in the function"
    )]
    fn no_operation_exceeds_its_limit() {
        if cfg!(debug_assertions) {
            println!("skipped: the limits are those of optimised code");
            return;
        }
        let empty = &STATES[11..];
        let owning = &STATES[..11];
        let runs: [State; 3] = [
            ("a run of every class", || with_runs(filled(1))),
            ("a run of every class, 4096 blocks", || with_runs(filled(4096))),
            ("the same runs again", || {
                let outer = filled(1);
                let region = with_runs(filled(1));
                // SAFETY: the region is open.
                unsafe { pop(region) };
                let _ = outer;
                with_runs(filled(1))
            }),
        ];
        // SAFETY (all operations): the region is open in the child, where the operation is the last.
        let pushes: [State; 3] = [
            ("idle", || std::ptr::null_mut()),
            ("cut", || filled(1)),
            ("from the free list", STATES[3].1),
        ];
        let address = |function: *const ()| function as usize;
        worst("push", PUSH, address(push as *const ()), &pushes, |_| unsafe {
            push();
        });
        worst(
            "rt_push",
            PUSH,
            address(croft_rt_push as *const ()),
            &pushes,
            |_| unsafe {
                croft_rt_push();
            },
        );
        worst(
            "push.bounded",
            PUSH_BOUNDED,
            address(push_bounded as *const ()),
            &pushes,
            |_| unsafe {
                push_bounded(1000);
            },
        );
        for (states, limit) in [(owning, POP), (empty, POP_EMPTY), (&runs[..], POP_RUNS)] {
            worst("pop", limit, address(pop as *const ()), states, |region| unsafe {
                pop(region)
            });
            let entry = address(croft_rt_pop as *const ());
            worst("rt_pop", limit, entry, states, |region| unsafe {
                croft_rt_pop(region)
            });
        }
        for (states, limit) in [(owning, RESET), (empty, POP_EMPTY), (&runs[..], POP_RUNS)] {
            worst(
                "reset",
                limit,
                address(reset as *const ()),
                states,
                |region| unsafe { reset(region) },
            );
            let entry = address(croft_rt_reset as *const ());
            worst("rt_reset", limit, entry, states, |region| unsafe {
                croft_rt_reset(region)
            });
        }
        for (states, limit) in [(owning, ALLOC), (empty, ALLOC_FIRST)] {
            worst(
                "alloc",
                limit,
                address(alloc as *const ()),
                states,
                |region| unsafe {
                    alloc(region, PAYLOAD - 64, 64);
                },
            );
            let entry = address(croft_rt_alloc as *const ());
            worst("rt_alloc", limit, entry, states, |region| unsafe {
                croft_rt_alloc(region, PAYLOAD - 64, 64);
            });
            worst(
                "alloc of 8 bytes",
                limit,
                address(alloc as *const ()),
                states,
                |region| unsafe {
                    alloc(region, 8, 8);
                },
            );
        }
        // The states with a budget have too small a one.
        for states in [&STATES[..9], empty, &runs[..]] {
            worst(
                "alloc of a run",
                RUN,
                address(alloc as *const ()),
                states,
                |region| unsafe {
                    alloc(region, 3_000_000, 4096);
                },
            );
        }
    }

    #[test]
    fn pop_costs_the_same_at_any_size() {
        if cfg!(feature = "critical-section") {
            println!("skipped: the lock of the tests' critical sections costs more the first time");
            return;
        }
        let counts: Vec<_> = STATES[..3]
            .iter()
            .map(|(_, prepare)| {
                let _pool = StaticPool::new(POOL);
                // SAFETY: the region is open in the child.
                count(pop as *const () as usize, *prepare, |region| unsafe {
                    pop(region)
                })
            })
            .collect();
        println!("croft.pop: {counts:?} instructions at 1, 2 and 4096 blocks");
        assert!(counts.iter().all(|&count| count == counts[0]), "{counts:?}");
    }
}
