//! Facts about performance that are counted, not timed.

use croft_tests::process;
use std::path::Path;

/// Ten million iterations with a region each, which prints the peak of its resident memory in KiB.
const LOOP: &str = "\
#include <croft.h>
#include <stdio.h>

int main(void)
{
    unsigned long sum = 0;
    for (unsigned long i = 0; i < ITERATIONS; i++) {
        CROFT_REGION(r);
        unsigned long *p = CROFT_ARRAY(r, unsigned long, 16);
        p[i % 16] = i;
        sum += *(volatile unsigned long *)&p[i % 16];
    }
    /* Not getrusage, which counts what the process was before it became this program. */
    unsigned long peak = 0;
    char line[256];
    FILE *status = fopen(\"/proc/self/status\", \"r\");
    while (status && fgets(line, sizeof line, status))
        sscanf(line, \"VmHWM: %lu\", &peak);
    printf(\"%lu %lu\\n\", sum, peak);
}
";

struct Outcome {
    sum: u64,
    peak_kib: u64,
    stats: String,
}

fn iterate(source: &Path, iterations: u64, mode: &str, optimised: &str) -> Outcome {
    let run = process::run(
        process::croft()
            .args([
                "run",
                "--stats",
                "--mode",
                mode,
                "--opt",
                optimised,
                "-D",
                &format!("ITERATIONS={iterations}ul"),
            ])
            .arg(source),
    );
    let run = run.expect(0).unwrap_or_else(|problem| panic!("{problem}"));
    let mut numbers = run
        .stdout
        .split_whitespace()
        .map(|number| number.parse().expect("a number"));
    Outcome {
        sum: numbers.next().expect("the sum"),
        peak_kib: numbers.next().expect("the peak"),
        stats: run.stderr,
    }
}

#[test]
fn ten_million_regions_run_in_constant_memory() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let source = scratch.path().join("loop.c");
    std::fs::write(&source, LOOP).expect("the scratch folder is there");
    let each = "10000000 uses of the pool; at most 1 of 4096 blocks in use at once (16 KiB)";
    for (mode, optimised, says) in [
        ("inline", "none", each),
        ("call", "none", each),
        // Opened before the loop, reset each time round.
        (
            "inline",
            "loops",
            "1 uses of the pool; at most 1 of 4096 blocks in use at once (16 KiB)",
        ),
        // What the region holds are slots of the frame.
        (
            "inline",
            "all",
            "0 uses of the pool; at most 0 of 4096 blocks in use at once (0 KiB)",
        ),
    ] {
        let few = iterate(&source, 1000, mode, optimised);
        let many = iterate(&source, 10_000_000, mode, optimised);
        assert_eq!(few.sum, 1000 * 999 / 2, "mode {mode}");
        assert_eq!(many.sum, 10_000_000 * 9_999_999 / 2, "mode {mode}");
        assert!(
            many.stats.contains(&format!("croft: {says}; 0 at the end")),
            "mode {mode}, optimised: {optimised}: {}",
            many.stats
        );
        // The pool is 64 MiB, of which one block may become resident; the C library takes the rest, always the same.
        assert!(many.peak_kib < 16 * 1024, "mode {mode}: {} KiB", many.peak_kib);
        assert!(
            many.peak_kib.abs_diff(few.peak_kib) < 1024,
            "mode {mode}: {} KiB after a thousand regions, {} KiB after ten million",
            few.peak_kib,
            many.peak_kib
        );
    }
}

#[test]
fn the_same_loop_over_one_region_is_rejected() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let source = scratch.path().join("leak.c");
    let leaking = LOOP.replace("        CROFT_REGION(r);\n", "").replace(
        "    unsigned long sum",
        "    CROFT_REGION(r);\n    unsigned long sum",
    );
    std::fs::write(&source, leaking).expect("the scratch folder is there");
    let run = process::run(
        process::croft()
            .args(["run", "-D", "ITERATIONS=1000ul"])
            .arg(&source),
    );
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("error[R0301]"), "{}", run.stderr);
    assert_eq!(run.stdout, "", "a rejected program does not run");
}
