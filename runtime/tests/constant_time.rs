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
    use std::ptr::null_mut;

    use croft_runtime::abi::{alloc, pop, push, push_bounded, register_cleanup, reset};
    use croft_runtime::cleanup::{Registration, croft_rt_cancel_cleanup, croft_rt_run_cleanup};
    use croft_runtime::kernel::{croft_rt_alloc, croft_rt_open, croft_rt_pop, croft_rt_push, croft_rt_reset};
    use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
    use croft_runtime::region::Descriptor;
    use croft_runtime::runs::{BLOCKS, ROOM};

    use super::static_pool::StaticPool;
    use super::stepper::count;

    /// The most instructions, the return included. The tables in docs/RUNTIME.md say the same.
    struct Limits {
        push: usize,
        push_bounded: usize,
        pop: usize,
        reset: usize,
        /// Of a region without memory: pop and reset.
        lazy: usize,
        /// Of a region with runs: pop and reset.
        runs: usize,
        alloc: usize,
        /// A region's first, if the region is lazy.
        first: usize,
        /// Of a run.
        run: usize,
        /// Of a block, where only a free run is left: push and alloc.
        rescue: usize,
    }

    /// Of the build for one context of execution.
    const ONE_POOL: Limits = Limits {
        push: 14,
        push_bounded: 27,
        pop: 9,
        reset: 11,
        lazy: 9,
        runs: 150,
        alloc: 40,
        first: 40,
        run: 260,
        rescue: 100,
    };

    /// Of the build with a pool for each thread.
    const THREADS: Limits = Limits {
        push: 47,
        push_bounded: 46,
        pop: 40,
        reset: 50,
        lazy: 45,
        runs: 200,
        alloc: 115,
        first: 115,
        run: 330,
        rescue: 170,
    };

    /// Of the build with critical sections: the calls that begin and end them are counted, what these two do is not, since
    /// it is the program's (a lock in the tests).
    const INTERRUPTS: Limits = Limits {
        push: 50,
        push_bounded: 49,
        pop: 36,
        reset: 51,
        lazy: 46,
        runs: 205,
        alloc: 107,
        first: 115,
        run: 335,
        rescue: 165,
    };

    /// Of the build with a pool for each thread and critical sections, counted as above.
    const THREADS_AND_INTERRUPTS: Limits = Limits {
        push: 58,
        push_bounded: 57,
        pop: 43,
        reset: 58,
        lazy: 53,
        runs: 212,
        alloc: 118,
        first: 125,
        run: 340,
        rescue: 180,
    };

    const LIMITS: Limits = match (cfg!(feature = "threads"), cfg!(feature = "critical-section")) {
        (false, false) => ONE_POOL,
        (true, false) => THREADS,
        (false, true) => INTERRUPTS,
        (true, true) => THREADS_AND_INTERRUPTS,
    };

    /// The functions that begin and end a critical section.
    #[cfg(feature = "critical-section")]
    fn aside() -> [usize; 2] {
        unsafe extern "Rust" {
            fn _critical_section_1_0_acquire();
            fn _critical_section_1_0_release();
        }
        // Their addresses only; what they take does not matter.
        [
            _critical_section_1_0_acquire as *const () as usize,
            _critical_section_1_0_release as *const () as usize,
        ]
    }

    /// No function.
    #[cfg(not(feature = "critical-section"))]
    fn aside() -> [usize; 0] {
        []
    }

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
    fn worst(
        name: &str,
        limit: fn(&Limits) -> usize,
        entry: usize,
        states: &[State],
        operation: impl Fn(*mut Descriptor),
    ) {
        worst_of(POOL, name, limit, entry, states, operation);
    }

    /// The same in a pool of that many blocks.
    fn worst_of(
        blocks: usize,
        name: &str,
        limit: fn(&Limits) -> usize,
        entry: usize,
        states: &[State],
        operation: impl Fn(*mut Descriptor),
    ) {
        let limit = limit(&LIMITS);
        for (state, prepare) in states {
            let pool = StaticPool::new(blocks);
            let Some(counted) = count(entry, &aside(), *prepare, &operation) else {
                println!("skipped: this system forbids ptrace");
                return;
            };
            println!("{name:<16} {state:<40} {counted:>4} of {limit}");
            assert!(
                counted <= limit,
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
        let pushes: [State; 5] = [
            ("first use", || std::ptr::null_mut()),
            ("idle, with a higher peak than ever", || {
                // SAFETY: the region is open.
                unsafe { pop(filled(3)) };
                std::ptr::null_mut()
            }),
            ("idle after runs", || {
                // SAFETY: the region is open.
                unsafe { pop(with_runs(filled(1))) };
                std::ptr::null_mut()
            }),
            ("cut", || filled(1)),
            ("from the free list", STATES[3].1),
        ];
        let address = |function: *const ()| function as usize;
        worst(
            "push",
            |limits| limits.push,
            address(push as *const ()),
            &pushes,
            |_| unsafe {
                push();
            },
        );
        worst(
            "rt_push",
            |limits| limits.push,
            address(croft_rt_push as *const ()),
            &pushes,
            |_| unsafe {
                croft_rt_push();
            },
        );
        worst(
            "push.bounded",
            |limits| limits.push_bounded,
            address(push_bounded as *const ()),
            &pushes,
            |_| unsafe {
                push_bounded(1000);
            },
        );
        type Limit = fn(&Limits) -> usize;
        let limits: [(&[State], Limit); 3] = [
            (owning, |limits| limits.pop),
            (empty, |limits| limits.lazy),
            (&runs[..], |limits| limits.runs),
        ];
        for (states, limit) in limits {
            worst("pop", limit, address(pop as *const ()), states, |region| unsafe {
                pop(region)
            });
            let entry = address(croft_rt_pop as *const ());
            worst("rt_pop", limit, entry, states, |region| unsafe {
                croft_rt_pop(region)
            });
        }
        let limits: [(&[State], Limit); 3] = [
            (owning, |limits| limits.reset),
            (empty, |limits| limits.lazy),
            (&runs[..], |limits| limits.runs),
        ];
        for (states, limit) in limits {
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
        let limits: [(&[State], Limit); 2] =
            [(owning, |limits| limits.alloc), (empty, |limits| limits.first)];
        for (states, limit) in limits {
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
                |limits| limits.run,
                address(alloc as *const ()),
                states,
                |region| unsafe {
                    alloc(region, 3_000_000, 4096);
                },
            );
        }
        // A pool smaller than the rule of docs/RUNTIME.md: blocks find only a free run.
        let rescued: [State; 2] = [
            ("only a free run is left", only_a_run),
            ("only a free run is left, lazy", || {
                only_a_run();
                lazy()
            }),
        ];
        let entry = address(push as *const ());
        worst_of(
            8,
            "push",
            |limits| limits.rescue,
            entry,
            &rescued[..1],
            |_| unsafe {
                push();
            },
        );
        let entry = address(alloc as *const ());
        worst_of(
            8,
            "alloc",
            |limits| limits.rescue,
            entry,
            &rescued,
            |region| unsafe {
                alloc(region, PAYLOAD, 8);
            },
        );
    }

    /// In a pool of 8 blocks: one in use, six of a free run, one more in use, which is the region's newest.
    fn only_a_run() -> *mut Descriptor {
        // SAFETY: the pool is locked and large enough; the regions are open.
        unsafe {
            let region = filled(1);
            let inner = push();
            alloc(inner, BLOCKS[2] * BLOCK_SIZE - ROOM, 8);
            pop(inner);
            alloc(region, PAYLOAD, 8);
            region
        }
    }

    #[test]
    fn pop_costs_the_same_at_any_size() {
        let counts: Vec<_> = STATES[..3]
            .iter()
            .map(|(_, prepare)| {
                let _pool = StaticPool::new(POOL);
                // SAFETY: the region is open in the child.
                count(pop as *const () as usize, &aside(), *prepare, |region| unsafe {
                    pop(region)
                })
            })
            .collect();
        println!("croft.pop: {counts:?} instructions at 1, 2 and 4096 blocks");
        assert!(counts.iter().all(|&count| count == counts[0]), "{counts:?}");
    }

    unsafe extern "C" fn nothing(_: *mut u8) {}

    /// Releasing a cleanup early, and taking one back, among any number of others and at any place among them.
    #[test]
    fn a_cleanup_ends_at_the_same_cost_among_any_number() {
        if cfg!(debug_assertions) {
            println!("skipped: optimised code is what is counted");
            return;
        }
        type End = unsafe extern "C" fn(*mut Registration);
        let ends: [(&str, End); 2] = [
            ("run_cleanup", croft_rt_run_cleanup),
            ("cancel_cleanup", croft_rt_cancel_cleanup),
        ];
        for (name, end) in ends {
            for (place, of) in [("oldest", 0), ("middle", 1), ("newest", 2)] {
                let counts = [3, 100, 10_000].map(|number| {
                    let _pool = StaticPool::new(POOL);
                    let chosen = of * (number - 1) / 2;
                    let prepare = || {
                        // SAFETY: the region is open in the child; the function takes any object.
                        unsafe {
                            let region = push();
                            let all = (0..number).map(|_| register_cleanup(region, null_mut(), nothing));
                            // All are registered, one is returned.
                            all.enumerate().fold(
                                null_mut(),
                                |found, (index, made)| {
                                    if index == chosen { made } else { found }
                                },
                            )
                        }
                    };
                    // SAFETY: registered, and neither run nor cancelled.
                    count(end as usize, &aside(), prepare, |registration| unsafe {
                        end(registration)
                    })
                });
                println!("{name}, the {place}: {counts:?} instructions among 3, 100 and 10,000");
                assert!(
                    counts.iter().all(|&count| count == counts[0]),
                    "{name}: {counts:?}"
                );
                assert!(counts[0].is_none_or(|count| count <= 40), "{name}: {counts:?}");
            }
        }
    }
}
