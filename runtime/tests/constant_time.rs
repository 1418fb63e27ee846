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

    use croft_runtime::abi::{alloc, pop, push, reset};
    use croft_runtime::kernel::croft_rt_open;
    use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
    use croft_runtime::region::Descriptor;

    use super::static_pool::StaticPool;
    use super::stepper::count;

    /// A region of that many blocks.
    fn filled(blocks: usize) -> *mut Descriptor {
        // SAFETY: the pool is locked and large enough.
        unsafe {
            let region = push();
            for _ in 1..blocks {
                alloc(region, PAYLOAD, 8);
            }
            region
        }
    }

    /// Counts an operation on regions of 1, 2 and 4,096 blocks.
    fn counts(entry: usize, operation: impl Fn(*mut Descriptor)) -> Option<Vec<usize>> {
        let measure = |blocks: usize| {
            let _pool = StaticPool::new(4100);
            let region = filled(blocks);
            let counted = count(entry, || operation(region));
            // SAFETY: the pool is locked; the child worked on a copy.
            unsafe { pop(region) };
            counted
        };
        [1, 2, 4096].into_iter().map(measure).collect()
    }

    fn report(name: &str, counts: Option<Vec<usize>>) -> Option<Vec<usize>> {
        match &counts {
            Some(counts) => println!("{name}: {counts:?} instructions at 1, 2 and 4096 blocks"),
            None => println!("skipped: this system forbids ptrace"),
        }
        counts
    }

    #[test]
    fn pop_costs_the_same_at_any_size() {
        // SAFETY: the region is open in the child.
        let counted = counts(pop as *const () as usize, |region| unsafe { pop(region) });
        if let Some(counts) = report("croft.pop", counted) {
            assert!(counts.iter().all(|&count| count == counts[0]), "{counts:?}");
        }
    }

    #[test]
    fn reset_costs_the_same_at_any_size() {
        // SAFETY: the region is open in the child.
        let counted = counts(reset as *const () as usize, |region| unsafe { reset(region) });
        if let Some(counts) = report("croft.reset", counted) {
            assert_eq!(
                counts[1], counts[2],
                "one block has nothing to give back, any more cost the same"
            );
            assert!(counts[0] <= counts[1]);
        }
    }

    #[test]
    fn allocation_costs_the_same_at_any_size() {
        let entry = alloc as *const () as usize;
        // SAFETY: the region is open in the child.
        let refill = counts(entry, |region| unsafe {
            alloc(region, PAYLOAD, 8);
        });
        if let Some(counts) = report("croft.alloc into a new block", refill) {
            assert!(counts.iter().all(|&count| count == counts[0]), "{counts:?}");
        }
        let _pool = StaticPool::new(1);
        let mut frame = MaybeUninit::uninit();
        let region = frame.as_mut_ptr();
        // SAFETY: the pool is locked; the region is open until popped.
        unsafe {
            croft_rt_open(region);
            alloc(region, 8, 8);
            let small = count(entry, || {
                alloc(region, 8, 8);
            });
            let large = count(entry, || {
                alloc(region, BLOCK_SIZE / 2, 8);
            });
            println!("croft.alloc in the block: {small:?} instructions");
            assert_eq!(small, large);
            pop(region);
        }
    }

    #[test]
    fn push_costs_the_same_at_any_history() {
        let entry = push as *const () as usize;
        let run = || {
            // SAFETY: the pool is locked and has a block left.
            unsafe { push() };
        };
        let fresh = {
            let _pool = StaticPool::new(4100);
            count(entry, run)
        };
        let used = {
            let _pool = StaticPool::new(4100);
            let region = filled(4096);
            // SAFETY: the region is open.
            unsafe { pop(region) };
            count(entry, run)
        };
        println!("croft.push: {fresh:?} instructions");
        assert_eq!(fresh, used);
    }
}
