//! Colours: on a terminal, or where they are asked for.

use crate::bench::Bench;
use croft_tests::process;
use std::process::Command;

const ESCAPE: char = '\u{1b}';

/// The variables that decide, unset: what a test sets is all there is.
const VARIABLES: [&str; 5] = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"];

fn is_coloured(bench: &Bench, arguments: &[&str], variables: &[(&str, &str)]) -> bool {
    let mut command = bench.command(arguments);
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied());
    let run = bench.finish(&mut command);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("R0301") && run.stdout.is_empty(),
        "{}",
        run.stderr
    );
    run.stderr.contains(ESCAPE)
}

#[test]
fn a_pipe_gets_colours_only_if_asked_for() {
    let bench = Bench::new();
    let auto = ["check", "leaking.c"];
    assert!(!is_coloured(&bench, &auto, &[]));
    assert!(!is_coloured(&bench, &auto, &[("TERM", "xterm-256color")]));
    assert!(is_coloured(&bench, &auto, &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(
        &bench,
        &auto,
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
}

#[test]
fn the_command_line_has_the_last_word() {
    let bench = Bench::new();
    assert!(is_coloured(
        &bench,
        &["check", "--color", "always", "leaking.c"],
        &[("NO_COLOR", "1")]
    ));
    assert!(is_coloured(
        &bench,
        &["--color=always", "check", "leaking.c"],
        &[]
    ));
    assert!(is_coloured(
        &bench,
        &["build", "--color", "always", "leaking.c", "-o", "out"],
        &[]
    ));
    assert!(!is_coloured(
        &bench,
        &["check", "--color", "never", "leaking.c"],
        &[("CLICOLOR_FORCE", "1")]
    ));
    bench.fails(
        &["check", "--color", "sometimes", "leaking.c"],
        &["--color", "auto", "always", "never"],
    );
}

#[test]
fn json_and_sarif_are_never_coloured() {
    let bench = Bench::new();
    for format in ["json", "sarif"] {
        let run = bench.croft(&["check", "--color", "always", "--format", format, "leaking.c"]);
        assert!(
            run.stdout.contains("R0301") && !run.stdout.contains(ESCAPE),
            "{format}"
        );
    }
}

/// What the command writes to a terminal, made by `script` of util-linux.
fn on_a_terminal(bench: &Bench, variable: &str, arguments: &str) -> String {
    let croft = bench.command(&[]);
    let croft = croft.get_program().to_string_lossy().into_owned();
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{croft}' {arguments}"))
        .arg("/dev/null")
        .current_dir(bench.path("."));
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.env("TERM", "xterm-256color").env(variable, "1");
    let run = process::run(&mut command);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("R0301"), "{}", run.stdout);
    run.stdout
}

#[test]
fn a_terminal_gets_colours_unless_refused() {
    if !process::is_installed("script") {
        println!("skipped: no `script` (util-linux) here to make a terminal");
        return;
    }
    let bench = Bench::new();
    assert!(on_a_terminal(&bench, "NOTHING", "check leaking.c").contains(ESCAPE));
    assert!(!on_a_terminal(&bench, "NO_COLOR", "check leaking.c").contains(ESCAPE));
    assert!(!on_a_terminal(&bench, "NOTHING", "check --color never leaking.c").contains(ESCAPE));
}
