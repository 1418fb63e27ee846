//! Contexts and a cache under random operations against a model.
#![cfg(feature = "hosted")]

#[path = "hosted/model.rs"]
mod model;

use model::Step;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..600usize, 3 => 600..20_000usize, 1 => 20_000..400_000usize]
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<usize>();
    prop_oneof![
        8 => (size(), prop_oneof![4 => 0..7u32, 1 => 7..18u32], proptest::bool::ANY)
            .prop_map(|(size, align, zero)| Step::Alloc { size, align, zero }),
        6 => any.prop_map(Step::Free),
        1 => any.prop_map(Step::FreeAgain),
        1 => (any, any).prop_map(|(which, offset)| Step::Inside(which, offset)),
        1 => (any, size()).prop_map(|(which, size)| Step::Resize(which, size)),
        3 => any.prop_map(Step::Open),
        2 => any.prop_map(Step::Dup),
        4 => any.prop_map(Step::Close),
        1 => any.prop_map(Step::CloseAgain),
        1 => any.prop_map(Step::Retain),
        1 => Just(Step::Trim),
        1 => proptest::bool::weighted(0.3).prop_map(Step::Refuse),
        2 => rare_step(),
        2 => cache_step(),
    ]
}

fn rare_step() -> impl Strategy<Value = Step> {
    let any = any::<usize>();
    prop_oneof![
        2 => any.prop_map(Step::Switch),
        1 => (proptest::bool::ANY, proptest::bool::weighted(0.3))
            .prop_map(|(is_child, is_debug)| Step::Create { is_child, is_debug }),
        1 => any.prop_map(Step::Destroy),
        2 => any.prop_map(Step::Whose),
        4 => any.prop_map(Step::OpenWith),
        2 => Just(Step::Register),
        1 => any.prop_map(Step::RunCleanup),
        1 => any.prop_map(Step::Cancel),
        1 => Just(Step::Mark),
    ]
}

fn cache_step() -> impl Strategy<Value = Step> {
    let any = any::<usize>();
    prop_oneof![
        3 => size().prop_map(Step::Buffer),
        2 => any.prop_map(Step::FreeBuffer),
        1 => (any, size()).prop_map(|(which, size)| Step::ResizeBuffer(which, size)),
        1 => size().prop_map(Step::Charge),
        1 => size().prop_map(Step::Uncharge),
        1 => size().prop_map(Step::TrimCache),
    ]
}

#[test]
fn contexts_and_a_cache_are_their_model() {
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6),
        ..ProptestConfig::default()
    };
    println!("seed: {:?}, cases: {}", config.rng_seed, config.cases);
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..250))| model::run(steps));
}
