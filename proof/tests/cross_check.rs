//! The bound against the machine: no single-stepped run of this test's own copy of the runtime takes more instructions than are
//! proven of that copy.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn measured_never_exceeds_proven() {
    println!("skipped: counting single-steps a process by ptrace, written for x86-64 Linux only");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "../../runtime/tests/static_pool/mod.rs"]
mod static_pool;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "../../runtime/tests/stepper/mod.rs"]
mod stepper;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod checked {
    use std::collections::BTreeMap;

    use croft_proof::{Image, Prover, Rules};
    use croft_runtime::abi::{
        alloc, alloc_array, pop, push, push_bounded, reset, try_alloc, try_alloc_array,
    };
    use croft_runtime::layout::PAYLOAD;
    use croft_runtime::region::Descriptor;

    use super::static_pool::StaticPool;
    use super::stepper::count;

    /// A symbol, its address, and an operation of it on a region with that many bytes at an alignment.
    type Operation = (&'static str, usize, fn(*mut Descriptor, usize, usize));

    /// The operations.
    #[allow(clippy::undocumented_unsafe_blocks, reason = "one reason for all, here")]
    fn operations() -> [Operation; 8] {
        // SAFETY (all): the region is open in the child that runs the operation, and the pool locked.
        [
            ("croft.push", push as *const () as usize, |_, _, _| {
                unsafe { push() };
            }),
            (
                "croft.push.bounded",
                push_bounded as *const () as usize,
                |_, size, _| {
                    unsafe { push_bounded(size) };
                },
            ),
            ("croft.pop", pop as *const () as usize, |region, _, _| unsafe {
                pop(region)
            }),
            (
                "croft.reset",
                reset as *const () as usize,
                |region, _, _| unsafe { reset(region) },
            ),
            (
                "croft.alloc",
                alloc as *const () as usize,
                |region, size, align| {
                    unsafe { alloc(region, size, align) };
                },
            ),
            (
                "croft.alloc.array",
                alloc_array as *const () as usize,
                |region, size, align| {
                    unsafe { alloc_array(region, size, 1, align) };
                },
            ),
            (
                "croft.try_alloc",
                try_alloc as *const () as usize,
                |region, size, align| {
                    unsafe { try_alloc(region, size, align) };
                },
            ),
            (
                "croft.try_alloc.array",
                try_alloc_array as *const () as usize,
                |region, size, align| {
                    unsafe { try_alloc_array(region, size, 2, align) };
                },
            ),
        ]
    }

    /// Makes a region with a history: bytes of its first objects, and its budget.
    fn region(budget: Option<usize>, objects: &[usize]) -> *mut Descriptor {
        // SAFETY: the pool is locked and large enough.
        unsafe {
            let region = match budget {
                Some(bytes) => push_bounded(bytes),
                None => push(),
            };
            for &bytes in objects {
                assert!(!alloc(region, bytes, 8).is_null());
            }
            region
        }
    }

    #[test]
    fn measured_never_exceeds_proven() {
        if cfg!(debug_assertions) {
            println!("skipped: the promise is of optimised code; run with --release");
            return;
        }
        let binary = std::env::current_exe()
            .and_then(std::fs::read)
            .expect("this test's own file");
        let image = Image::parse(&binary).expect("a linked file");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let rules = Rules {
            handlers: names(&["croft_runtime::exhaustion::exhausted"]),
            ends: names(&["abort"]),
            cleanups: names(&["croft_rt_run_cleanups"]),
        };
        let mut prover = Prover::new(&image, &rules).expect("a disassembler");
        let mut worst: BTreeMap<&str, u64> = BTreeMap::new();
        let full = [PAYLOAD];
        let many = vec![PAYLOAD; 300];
        let histories: [(Option<usize>, &[usize]); 6] = [
            (None, &[]),
            (None, &[8, 24]),
            (None, &full),
            (None, &many),
            (Some(1 << 20), &full),
            (Some(1 << 24), &many),
        ];
        for (budget, objects) in histories {
            for used_before in [false, true] {
                let _pool = StaticPool::new(700);
                if used_before {
                    let other = region(None, &many);
                    // SAFETY: it is open and innermost.
                    unsafe { pop(other) };
                }
                let region = region(budget, objects);
                for (size, align) in [(0, 1), (1, 1), (24, 64), (8_000, 8), (8_000, 4096), (PAYLOAD, 8)] {
                    for (name, entry, operation) in operations() {
                        let Some(counted) =
                            count(entry, &[], || region, |region| operation(region, size, align))
                        else {
                            println!("skipped: this system forbids ptrace");
                            // SAFETY: it is open and innermost.
                            unsafe { pop(region) };
                            return;
                        };
                        let most = worst.entry(name).or_default();
                        *most = (*most).max(counted as u64);
                    }
                }
                // SAFETY: it is open and innermost; the children worked on copies.
                unsafe { pop(region) };
            }
        }
        for (name, measured) in worst {
            let proof = prover
                .prove(name)
                .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            let proven = proof.returns.expect("it returns");
            println!("{name}: measured {measured}, proven {proven} instructions");
            assert!(
                measured > 0 && measured <= proven,
                "{name}: measured {measured}, proven {proven}"
            );
        }
    }
}
