//! The shadow model (`model`) under random sequences of operations, on a small pool.
//!
//! On failure proptest prints the shrunk sequence; `PROPTEST_RNG_SEED` repeats a run. The same sequences are made of bytes
//! as well: `fuzz/src/runtime.rs` lets a fuzzer choose these.

use croft_runtime::layout::{BLOCK_SIZE, MAX_ALIGN, PAYLOAD};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod model;
mod static_pool;

use model::cleanup::Action;
use model::step::{Step, decode};
use model::{Model, Outcome};

const POOL_BLOCKS: usize = 20;

fn step() -> impl Strategy<Value = Step> {
    let budget = || prop::option::of(prop_oneof![0..200usize, 0..3 * BLOCK_SIZE, 0..12 * BLOCK_SIZE]);
    let size = prop_oneof![
        4 => 0..100usize,
        2 => 0..PAYLOAD + 100,
        1 => (PAYLOAD - 80)..=PAYLOAD,
        2 => PAYLOAD..7 * BLOCK_SIZE,
        1 => Just(usize::MAX)
    ];
    let align = || {
        prop_oneof![
            9 => (0..13u32).prop_map(|power| 1usize << power),
            1 => prop::sample::select(vec![0, 3, 24, 2 * MAX_ALIGN]),
        ]
    };
    let action = prop_oneof![
        4 => Just(Action::Nothing),
        2 => prop_oneof![0..PAYLOAD, 0..4 * BLOCK_SIZE].prop_map(Action::Scratch),
        1 => any::<usize>().prop_map(Action::Cancel),
        1 => any::<usize>().prop_map(Action::Run),
    ];
    let count = prop_oneof![9 => 0..60usize, 1 => 60..300usize, 1 => Just(usize::MAX / 2)];
    prop_oneof![
        2 => (budget(), any::<bool>()).prop_map(|(budget, eager)| Step::Open { budget, eager }),
        2 => budget().prop_map(|budget| Step::Push { budget }),
        3 => prop::option::weighted(0.3, any::<usize>()).prop_map(|region| Step::Pop { region }),
        1 => any::<usize>().prop_map(|region| Step::Reset { region }),
        12 => (any::<usize>(), size, align())
            .prop_map(|(region, size, align)| Step::Alloc { region, size, align }),
        6 => (any::<usize>(), count, 0..300usize, align())
            .prop_map(|(region, count, size, align)| Step::Array { region, count, size, align }),
        5 => (any::<usize>(), action).prop_map(|(region, action)| Step::Register { region, action }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(region, which)| Step::RunEarly { region, which }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(region, which)| Step::Cancel { region, which }),
    ]
}

/// How many sequences are drawn: fewer where each instruction costs more, `CROFT_CASES` if the environment says so.
fn cases(usual: usize) -> usize {
    let most = match std::env::var("CROFT_CASES") {
        Ok(text) => text.parse().expect("CROFT_CASES is a number"),
        Err(_) if cfg!(miri) => 2,
        Err(_) => usual,
    };
    usual.min(most)
}

/// A fixed seed, so that every run is the same, unless the environment asks for another.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        cases: cases(400) as u32,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x0c20_f700);
    }
    println!("seed: {:?}, cases: {}", config.rng_seed, config.cases);
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_outcome_is_as_predicted(steps in prop::collection::vec(step(), 1..120)) {
        Model::new(POOL_BLOCKS).play(&steps);
    }
}

/// What a fuzzer would do, for a moment: bytes from a fixed seed. Each outcome occurs.
#[test]
fn bytes_are_sequences() {
    let sequences = cases(3000);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    println!("seed: {state:#x}, sequences: {sequences}");
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let mut counts = [0; 3];
    let mut cleanups = [0; 2];
    for sequence in 0..sequences {
        let bytes: Vec<u8> = (0..100 + sequence % 400).map(|_| byte()).collect();
        let mut model = Model::new(POOL_BLOCKS);
        for outcome in model.play(&decode(&bytes)) {
            counts[outcome as usize] += 1;
        }
        cleanups = [cleanups[0] + model.registered, cleanups[1] + model.ran];
    }
    println!(
        "{counts:?} steps that ask for nothing, granted, refused; {cleanups:?} cleanups registered, run"
    );
    assert!(
        cleanups[1] > sequences && cleanups[1] < cleanups[0],
        "{cleanups:?}"
    );
    assert!(
        counts[Outcome::Granted as usize] > sequences && counts[Outcome::Refused as usize] > sequences,
        "{counts:?}"
    );
}
