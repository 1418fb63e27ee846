//! The checker, in process, on programs that the fuzzer's bytes decide on.
//!
//! The bytes drive the campaign's generator: the first says where the program comes from (right, with a fault, with rules
//! ignored), the second how it is compiled, all others are its decisions. clang makes LLVM's bitcode of it, in a process of
//! its own; the checker runs here, where its coverage is counted. Accepted and yet violating is a crash, and so is a
//! panic of the checker.

#![no_main]

use croft_pass::CheckOptions;
use croft_tests::campaign::draws::Draws;
use croft_tests::campaign::generate::Plan;
use croft_tests::campaign::judge::{self, Level};
use croft_tests::campaign::mutate::Fault;
use croft_tests::campaign::trial::{Origin, Trial, Truth};
use croft_tests::campaign::write;
use inkwell::context::Context;
use inkwell::module::Module;
use libfuzzer_sys::{Corpus, fuzz_target};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Where source and bitcode of the present input lie.
fn scratch() -> &'static PathBuf {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| tempfile::tempdir().expect("the system gives a folder").keep())
}

/// Where the first two bytes say that the program comes from.
fn origin(first: u8, plan: &mut Plan) -> Origin {
    let faults = Fault::all();
    match first % 4 {
        0 => {
            plan.laxness = [1, 3, 10, 30][usize::from(first / 4) % 4];
            Origin::Wild(plan.laxness)
        }
        1 => Origin::Correct,
        _ => Origin::Mutant(faults[usize::from(first / 4) % faults.len()]),
    }
}

fn judge(data: &[u8]) -> Corpus {
    let [first, second, rest @ ..] = data else {
        return Corpus::Reject;
    };
    let mut plan = Plan::default();
    let origin = origin(*first, &mut plan);
    let Some(trial) = Trial::drawn(origin, plan, &mut Draws::Bytes(rest), 0) else {
        return Corpus::Reject;
    };
    if matches!(trial.truth, Truth::Invalid(_)) {
        return Corpus::Reject;
    }
    let level = Level::ALL[usize::from(*second) % 3];
    let text = write::file(&[&trial.program]);
    let source = scratch().join("program.c");
    let bitcode = scratch().join("program.bc");
    std::fs::write(&source, &text).expect("the folder can be written to");
    if let Err(error) = judge::compile(&source, level, &bitcode) {
        panic!("clang refuses what was generated: {error}\n{text}");
    }
    let context = Context::create();
    let module = Module::parse_bitcode_from_path(&bitcode, &context).expect("clang writes bitcode");
    let findings = croft_pass::check(&module, &CheckOptions::default()).expect("the checker can work on it");
    if let Truth::Violating(rule, what, seed) = &trial.truth
        && findings.is_empty()
    {
        panic!(
            "{origin:?} at {}: accepted, but {rule:?} with choices {seed}: {what}\n{text}",
            level.name()
        );
    }
    Corpus::Keep
}

fuzz_target!(|data: &[u8]| -> Corpus { judge(data) });
