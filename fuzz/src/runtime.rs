//! The runtime, on sequences of operations that the fuzzer's bytes stand for.
//!
//! The shadow model of the runtime's tests carries them out on a small pool and compares everything after each: an outcome
//! that it does not predict, a broken invariant, an overwritten object is a panic. Any bytes are a sequence
//! (`model::step::decode`).

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../runtime/tests/model/mod.rs"]
mod model;
#[path = "../../runtime/tests/static_pool/mod.rs"]
mod static_pool;

/// Blocks of the pool: small enough to be exhausted, large enough for runs of some classes.
const BLOCKS: usize = 20;

fuzz_target!(|data: &[u8]| {
    model::Model::new(BLOCKS).play(&model::step::decode(data));
});
