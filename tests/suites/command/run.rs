//! `croft build` and `croft run`.

use crate::bench::Bench;
use croft_tests::process;
use std::process::Command;

#[test]
fn the_programs_status_and_arguments_are_passed_on() {
    let bench = Bench::new();
    let run = bench.croft(&["run", "right.c", "--", "one", "-two", "three"]);
    assert_eq!(run.code, Some(7), "{}", run.stderr);
    assert_eq!(run.stdout, "one\n-two\nthree\n");
    assert_eq!(bench.succeeds(&["run", "right.c"]).stdout, "");
    bench.write("exits.c", "#include <stdlib.h>\nint main(void) { exit(200); }\n");
    assert_eq!(bench.croft(&["run", "exits.c"]).code, Some(200));
}

#[test]
fn a_program_that_a_signal_ended_has_128_and_its_number() {
    let bench = Bench::new();
    bench.write("aborts.c", "#include <stdlib.h>\nint main(void) { abort(); }\n");
    let run = bench.croft(&["run", "aborts.c"]);
    assert_eq!(run.code, Some(128 + 6));
    assert!(run.stderr.contains("signal 6"), "{}", run.stderr);
}

#[test]
fn stats_are_a_summary_on_standard_error_only_on_request() {
    let bench = Bench::new();
    // What the program's region holds fits a frame, so optimised nobody asks the pool.
    for (optimised, says) in [
        (
            "none",
            "1 uses of the pool; at most 1 of 3 blocks in use at once (16 KiB)",
        ),
        (
            "all",
            "0 uses of the pool; at most 0 of 3 blocks in use at once (0 KiB)",
        ),
    ] {
        let arguments = [
            "run",
            "--stats",
            "--pool-blocks",
            "3",
            "--opt",
            optimised,
            "right.c",
        ];
        assert_eq!(
            bench.succeeds(&arguments).stderr,
            format!("croft: {says}; 0 at the end\n")
        );
    }
    assert_eq!(bench.succeeds(&["run", "right.c"]).stderr, "");
}

#[test]
fn a_pool_that_is_too_small_ends_the_program_with_a_message() {
    let bench = Bench::new();
    bench.write(
        "large.c",
        "#include <croft.h>\nint main(void)\n{\n    CROFT_REGION_BOUNDED(r, 1 << 20);\n    for (volatile int i = 0; i < 100; i++)\n        *(char *)croft_alloc(r, 10000, 8) = 1;\n}\n",
    );
    for mode in ["inline", "call", "debug"] {
        let run = bench.croft(&["run", "--mode", mode, "--pool-blocks", "8", "large.c"]);
        assert_eq!(run.code, Some(128 + 6), "mode {mode}: {}", run.stderr);
        assert!(
            run.stderr.contains("exhausted") && run.stderr.contains('8'),
            "mode {mode}: {}",
            run.stderr
        );
        bench.succeeds(&["run", "--mode", mode, "--pool-blocks", "128", "large.c"]);
    }
}

#[test]
fn a_budget_that_is_too_small_ends_the_program_with_a_message() {
    let bench = Bench::new();
    bench.write(
        "budget.c",
        "#include <croft.h>\nint main(void)\n{\n    CROFT_REGION_BOUNDED(r, 64);\n    for (volatile int i = 0; i < 100; i++)\n        *CROFT_NEW(r, long) = 1;\n}\n",
    );
    let run = bench.croft(&["run", "budget.c"]);
    assert_eq!(run.code, Some(128 + 6), "{}", run.stderr);
    assert!(run.stderr.contains("budget"), "{}", run.stderr);
}

#[test]
fn a_library_that_is_missing_is_the_linkers_message() {
    let bench = Bench::new();
    bench.fails(&["run", "right.c", "-l", "nosuchlibrary"], &["nosuchlibrary"]);
}

#[test]
fn a_program_of_several_files_and_kinds_is_checked_as_a_whole() {
    let bench = Bench::new();
    bench.write("make.c", "#include <croft.h>\nint *make(croft_region r)\n{\n    int *p = CROFT_NEW(r, int);\n    *p = 5;\n    return p;\n}\n");
    let main = |body: &str| {
        format!("#include <croft.h>\nint *make(croft_region r);\nint main(void)\n{{\n{body}}}\n")
    };
    bench.write("uses.c", main("    CROFT_REGION(r);\n    return *make(r);\n"));
    bench.write(
        "leaks.c",
        main("    CROFT_REGION(r);\n    for (volatile int i = 0; i < 9; i++)\n        make(r);\n"),
    );
    assert_eq!(bench.croft(&["run", "uses.c", "make.c"]).code, Some(5));
    bench.succeeds(&["lower", "--mode", "call", "make.c", "-o", "make.bc"]);
    let run = bench.croft(&["run", "leaks.c", "make.c"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("error[R0302]") && run.stderr.contains("leaks.c:7"),
        "{}",
        run.stderr
    );
    // By itself the file does not know what `make` does.
    let run = bench.croft(&["check", "uses.c"]);
    assert!(run.stderr.contains("error[R0902]"), "{}", run.stderr);
}

#[test]
fn two_files_that_define_one_function_do_not_link() {
    let bench = Bench::new();
    bench.write("other.c", "int main(void) { return 0; }\n");
    bench.fails(&["run", "right.c", "other.c"], &["cannot link `other.c`", "main"]);
}

#[test]
fn an_unknown_target_is_refused_with_those_there_are() {
    let bench = Bench::new();
    bench.fails(
        &[
            "build",
            "--target",
            "riscv32-unknown-none-elf",
            "right.c",
            "-o",
            "out",
        ],
        &[
            "`riscv32-unknown-none-elf` is no target",
            "riscv32imac-unknown-none-elf",
        ],
    );
    assert!(!bench.path("out").exists());
}

#[test]
fn a_built_program_runs_by_itself() {
    let bench = Bench::new();
    bench.succeeds(&["build", "right.c", "-o", "program"]);
    let run = process::run(Command::new(bench.path("program")).arg("hello"));
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "hello\n"));
}
