//! The generated modules of the scale benchmark, the smaller ones: each is accepted, within limits of time and memory that only a cost that
//! grows faster than the module passes. How long it took is printed, and judged by nobody (`make bench-check`).

use croft_tests::measure::{self, Limits};
use croft_tests::process;
use croft_tests::scale::{self, Shape};

const LIMITS: Limits = Limits {
    seconds: 100,
    mebibytes: 8 << 10,
};

/// A module of 100,000 instructions takes less than this, in KiB.
const MEMORY: u64 = 1 << 20;

#[test]
fn generated_modules_are_accepted_within_limits() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let path = scratch.path().join("module.ll");
    for shape in Shape::ALL {
        for (size, seed) in [(10_000, 1), (10_000, 2), (100_000, 1)] {
            std::fs::write(&path, scale::module(shape, size, seed)).expect("the folder can be written");
            let taken = measure::run(process::croft().arg("check").arg(&path), LIMITS);
            println!(
                "{}, {size} instructions, seed {seed}: {:.2} s, {} MiB",
                shape.name(),
                taken.processor.as_secs_f64(),
                taken.kibibytes >> 10
            );
            assert_eq!(taken.code, Some(0), "{shape:?}, {size}, seed {seed}: {taken:?}");
            assert!(
                taken.kibibytes < MEMORY,
                "{shape:?}, {size}, seed {seed}: {taken:?}"
            );
        }
    }
}

#[test]
fn a_generated_module_holds_what_it_says() {
    for shape in Shape::ALL {
        let text = scale::module(shape, 10_000, 1);
        let instructions = text.lines().filter(|line| line.starts_with("  ")).count();
        assert!(
            (9_900..10_200).contains(&instructions),
            "{shape:?}: {instructions}"
        );
        assert_eq!(text, scale::module(shape, 10_000, 1), "{shape:?}");
        let other = scale::module(shape, 10_000, 7);
        assert_eq!(shape == Shape::OneFunction, text == other, "{shape:?}");
    }
}

#[test]
fn a_violation_deep_in_a_generated_module_is_found() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let path = scratch.path().join("module.ll");
    for shape in Shape::ALL {
        let right = scale::module(shape, 10_000, 1);
        // Only the last pop goes, or, where there is none, an allocation moves into the loop of a function without regions.
        let wrong = match right.rfind("  call void @croft.pop(") {
            Some(at) => format!(
                "{}{}",
                &right[..at],
                &right[at..].split_once('\n').map_or("", |(_, rest)| rest)
            ),
            None => right.replacen("  ret i64", "  call void @croft.pop(ptr %p)\n  ret i64", 1),
        };
        std::fs::write(&path, wrong).expect("the folder can be written");
        let taken = measure::run(process::croft().arg("check").arg(&path), LIMITS);
        assert_eq!(taken.code, Some(1), "{shape:?}: {taken:?}");
        assert!(taken.stderr.contains("error[R"), "{shape:?}: {taken:?}");
    }
}
