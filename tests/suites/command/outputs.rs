//! Files that the command writes: whole or not there.

use crate::bench::Bench;
use std::fs;

#[test]
fn an_output_in_a_missing_folder_fails_and_makes_nothing() {
    let bench = Bench::new();
    for command in [
        &["lower", "right.c", "-o", "missing/out.ll"][..],
        &["lower", "right.c", "-o", "missing/out.bc"],
        &["build", "right.c", "-o", "missing/out"],
    ] {
        bench.fails(command, &["cannot write `missing/out"]);
    }
    assert!(!bench.path("missing").exists());
}

#[test]
fn an_output_of_no_known_kind_is_refused() {
    let bench = Bench::new();
    for name in ["out.o", "out", "out.c"] {
        bench.fails(
            &["lower", "right.c", "-o", name],
            &[&format!("`{name}`"), ".ll", ".bc"],
        );
        assert!(!bench.path(name).exists());
    }
}

#[test]
fn a_failure_keeps_the_output_that_was_there() {
    let bench = Bench::new();
    bench.write("broken.c", "int f( {\n");
    for (command, output) in [
        (&["lower", "broken.c", "-o", "out.ll"][..], "out.ll"),
        (&["build", "broken.c", "-o", "program"], "program"),
        (&["build", "leaking.c", "-o", "program"], "program"),
        (
            &["build", "right.c", "-l", "nosuchlibrary", "-o", "program"],
            "program",
        ),
    ] {
        bench.write(output, "precious");
        let run = bench.croft(command);
        assert!(matches!(run.code, Some(1 | 2)), "{command:?}: {:?}", run.code);
        assert_eq!(
            fs::read(bench.path(output)).expect("it is there"),
            b"precious",
            "{command:?}"
        );
    }
}

#[test]
fn an_output_replaces_the_one_that_was_there() {
    let bench = Bench::new();
    bench.write("out.ll", "old");
    bench.succeeds(&["lower", "right.c", "-o", "out.ll"]);
    let text = fs::read_to_string(bench.path("out.ll")).expect("it was written");
    assert!(text.contains("define") && text.contains("@croft_pool"), "{text}");
    bench.succeeds(&["lower", "out.ll", "-o", "out.bc"]);
    assert_eq!(
        &fs::read(bench.path("out.bc")).expect("it was written")[..2],
        b"BC"
    );
    let standard = bench.succeeds(&["lower", "right.c", "-o", "-"]);
    assert!(standard.stdout.contains("define"));
}

#[test]
fn a_rejected_program_is_neither_built_nor_run() {
    let bench = Bench::new();
    let run = bench.croft(&["build", "leaking.c", "-o", "program"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("error[R0301]"), "{}", run.stderr);
    assert!(!bench.path("program").exists());
    assert_eq!(bench.croft(&["run", "leaking.c"]).code, Some(1));
}
