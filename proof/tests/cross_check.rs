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
#[path = "cross_check/states.rs"]
mod states;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod checked {
    use std::collections::BTreeMap;

    use croft_proof::limits::Limits;
    use croft_proof::{Image, Prover, Rules};

    use super::states::{OPERATIONS, REQUESTS, STATES, Subject};
    use super::static_pool::StaticPool;
    use super::stepper::count;

    /// Entry points of the table that no state here makes return, and why.
    const NOT_RUN: [(&str, &str); 1] = [(
        "croft_pool_init",
        "it would replace the pool that the states are made of; its one loop-free path is short",
    )];

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
        let mut worst: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for state in &STATES {
            let _pool = StaticPool::new(state.blocks);
            for operation in OPERATIONS {
                let requests = if operation.asks {
                    &REQUESTS[..]
                } else {
                    &REQUESTS[..1]
                };
                for &(size, align) in requests {
                    let prepare = || Subject::new(state, size, align);
                    let Some(counted) = count(operation.address(), &[], prepare, |mut subject| {
                        (operation.run)(&mut subject);
                    }) else {
                        println!("skipped: this system forbids ptrace");
                        return;
                    };
                    let most = worst.entry(operation.name).or_default();
                    if counted as u64 > most.0 {
                        *most = (counted as u64, state.name);
                    }
                }
            }
        }
        let table = include_str!("../limits.toml");
        let table = Limits::parse(table).expect("the table of limits");
        for name in table.target("x86-64").expect("a target").entry.keys() {
            if let Some((_, why)) = NOT_RUN.iter().find(|(not_run, _)| not_run == name) {
                println!("{name}: not run: {why}");
                continue;
            }
            let &(measured, state) = worst
                .get(name.as_str())
                .unwrap_or_else(|| panic!("{name}: never run"));
            let proof = prover
                .prove(name)
                .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            let proven = proof.returns.expect("it returns");
            println!("{name}: measured {measured} ({state}), proven {proven} instructions");
            assert!(
                measured > 0 && measured <= proven,
                "{name}: measured {measured} ({state}), proven {proven}"
            );
        }
    }
}
