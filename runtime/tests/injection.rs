//! Exhaustion at every single request of a scenario.
//!
//! A request that needs more memory than any before it can be made to fail alone, by the size of the pool: with less than
//! is taken once it is served, all before it succeed. The tests play a scenario in pools of every size and find the
//! request that fails first. Refusals, the first and those that follow, must change nothing when tried, and
//! tell the handler once when not; then the scenario goes on as the model has it.
//!
//! As long as no free run is used in place of something else, exactly the requests that raise the peak are the ones that
//! fail first in some pool. Where runs are given back, the pool may find another way, and the number is a lower bound.

use std::collections::BTreeSet;

use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};

mod model;
mod static_pool;

use model::cleanup::Action;
use model::step::{Step, decode};
use model::{Model, Outcome};

/// Whether a step asks for memory. Others may need some for as long as a cleanup runs, which is refused there.
fn is_request(step: &Step) -> bool {
    !matches!(
        step,
        Step::Pop { .. } | Step::Reset { .. } | Step::RunEarly { .. } | Step::Cancel { .. }
    )
}

/// Whether a cleanup may ask for memory.
fn is_asking(step: &Step) -> bool {
    matches!(
        step,
        Step::Register {
            action: Action::Scratch(_),
            ..
        }
    )
}

/// Requests of every kind that may need memory: blocks, runs and cleanups, of raw, lazy, bounded and filled regions, before and after
/// resets, from the list and the range. No region with runs ends or is reset before the last request.
fn by_hand() -> Vec<Step> {
    let alloc = |region, size, align| Step::Alloc { region, size, align };
    let open = |budget, eager| Step::Open { budget, eager };
    let register = |region| Step::Register {
        region,
        action: Action::Nothing,
    };
    vec![
        open(None, false),
        alloc(0, 24, 8),
        alloc(0, PAYLOAD, 8),
        alloc(0, 100, 4096),
        Step::Push { budget: None },
        alloc(1, PAYLOAD, 8),
        alloc(1, 3 * BLOCK_SIZE, 64),
        alloc(1, 8, 8),
        Step::Push {
            budget: Some(3 * BLOCK_SIZE),
        },
        alloc(2, PAYLOAD, 8),
        alloc(2, BLOCK_SIZE, 8),
        Step::Push { budget: None },
        alloc(3, PAYLOAD, 8),
        alloc(3, 16_000, 8),
        alloc(3, 16_000, 8),
        Step::Reset { region: 3 },
        open(Some(100), true),
        alloc(4, 48, 8),
        open(Some(40_000), false),
        Step::Array {
            region: 5,
            count: 3000,
            size: 12,
            align: 16,
        },
        alloc(5, 1000, 8),
        alloc(3, 8, 8),
        alloc(3, PAYLOAD, 8),
        alloc(0, 2 * BLOCK_SIZE, 4096),
        open(None, false),
        alloc(6, 9 * BLOCK_SIZE, 8),
        alloc(6, 0, 1),
        register(6),
        alloc(6, PAYLOAD - 64, 8),
        register(6),
        register(6),
        Step::Push { budget: None },
        alloc(7, PAYLOAD, 8),
        alloc(7, PAYLOAD, 8),
        open(None, false),
        register(8),
        alloc(7, 20 * BLOCK_SIZE, 8),
    ]
}

/// Plays a scenario in pools of every size up to the one that serves all of it. Answers which requests failed first, and which
/// raise the peak. In each pool, so many refusals are looked at closely.
fn inject(steps: &[Step], watches: usize) -> [BTreeSet<usize>; 2] {
    const AMPLE: usize = 400;
    // What is refused in an ample pool asks for too much in itself.
    let mut model = Model::new(AMPLE);
    let mut peaks = Vec::new();
    for step in steps {
        let outcome = model.run(step);
        model.compare();
        peaks.push((AMPLE - model.memory.least, outcome));
    }
    let mut rises = BTreeSet::new();
    let mut before = 0;
    for (index, &(peak, _)) in peaks.iter().enumerate() {
        if peak > before {
            assert!(is_request(&steps[index]) || steps[..index].iter().any(is_asking));
            rises.insert(index);
        }
        before = peak;
    }
    let needed = before;
    model.play(&[]);
    drop(model);

    let mut failed = BTreeSet::new();
    for blocks in 1..=needed {
        let mut model = Model::new(blocks);
        model.watches = watches;
        let outcomes = model.play(steps);
        let first = (0..steps.len())
            .find(|&index| outcomes[index] == Outcome::Refused && peaks[index].1 != Outcome::Refused);
        failed.extend(first);
    }
    // A pool has a block, so nothing fails that needs no other.
    rises.retain(|&index| peaks[index].0 > 1);
    [failed, rises]
}

#[test]
fn every_request_that_needs_memory_can_fail_alone() {
    let [failed, rises] = inject(&by_hand(), usize::MAX);
    println!("{} requests made to fail first: {failed:?}", failed.len());
    assert_eq!(
        failed, rises,
        "each request that raises the peak fails first in some pool, and no other"
    );
    assert!(rises.len() >= 12);
}

/// The same for sequences that bytes of a fixed seed stand for.
#[test]
fn every_request_of_drawn_scenarios_can_fail_alone() {
    let mut state = 0x9e37_79b9_u32;
    println!("seed: {state:#x}");
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 16) as u8
    };
    let mut count = 0;
    for _ in 0..8 {
        let bytes: Vec<u8> = (0..160).map(|_| byte()).collect();
        count += inject(&decode(&bytes), 5)[0].len();
    }
    println!("{count} requests made to fail first");
    assert!(count >= 30, "{count} requests only");
}
