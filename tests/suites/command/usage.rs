//! The command line itself.

use crate::bench::Bench;

#[test]
fn wrong_usage_is_status_2_with_a_hint() {
    let bench = Bench::new();
    for arguments in [
        &["check", "--nope", "right.c"][..],
        &["check"],
        &["frobnicate"],
        &["check", "--format", "xml", "right.c"],
        &["lower", "right.c"],
        &["lower", "--mode", "slow", "right.c", "-o", "-"],
        &["build", "--pool-blocks", "0", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "many", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "-1", "right.c", "-o", "out"],
        &["build", "--pool-blocks", "99999999999", "right.c", "-o", "out"],
    ] {
        let run = bench.fails(arguments, &["error: "]);
        assert!(run.stderr.contains("--help"), "{arguments:?}: {}", run.stderr);
    }
    assert!(!bench.path("out").exists());
    let run = bench.croft(&[]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("Usage: croft [OPTIONS] <COMMAND>"),
        "{}",
        run.stderr
    );
}

#[test]
fn help_and_version_succeed() {
    let bench = Bench::new();
    assert!(
        bench
            .succeeds(&["--help"])
            .stdout
            .contains("Exit status: 0 accepted or done")
    );
    assert!(bench.succeeds(&["--version"]).stdout.starts_with("croft "));
    for command in ["check", "effects", "lower", "build", "run", "explain"] {
        assert!(
            bench.succeeds(&[command, "--help"]).stdout.contains("Example"),
            "{command}"
        );
    }
}
