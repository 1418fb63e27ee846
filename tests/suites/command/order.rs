//! How many findings are shown, in which order, and what is said at the end.

use crate::bench::{Bench, LEAKING};
use std::fmt::Write;

/// A function that leaves `count` regions open, each at a line of its own.
fn many(count: usize) -> String {
    let mut text = "#include <croft.h>\n".to_owned();
    for number in 0..count {
        let _ = writeln!(text, "void f{number}(void) {{ (void)croft_push(); }}");
    }
    text
}

fn codes(stdout: &str) -> usize {
    stdout.lines().count()
}

#[test]
fn text_shows_twenty_findings_of_a_file_and_says_how_many_more_there_are() {
    let bench = Bench::new();
    bench.write("many.c", many(27));
    bench.write("few.c", many(3));
    let run = bench.croft(&["check", "many.c", "few.c"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr.matches("error[R0201]").count(), 23, "{}", run.stderr);
    let end = "\u{2026} and 7 more findings; `croft check --max-findings 0` shows all\n\
               croft: 30 errors in 2 files; `croft explain R0201` says more\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn the_limit_is_the_users_and_the_status_stays() {
    let bench = Bench::new();
    bench.write("many.c", many(27));
    for (limit, shown, rest) in [
        ("0", 27, None),
        ("26", 26, Some("1 more finding;")),
        ("5", 5, Some("22 more findings;")),
    ] {
        let run = bench.croft(&["check", "--max-findings", limit, "many.c"]);
        assert_eq!(run.code, Some(1));
        assert_eq!(run.stderr.matches("error[R0201]").count(), shown, "{limit}");
        assert_eq!(run.stderr.contains(" more finding"), rest.is_some());
        assert!(
            rest.is_none_or(|rest| run.stderr.contains(rest)),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("croft: 27 errors; "), "{}", run.stderr);
    }
    let json = |arguments: &[&str]| {
        codes(
            &bench
                .croft(&[&["check", "--format", "json"], arguments].concat())
                .stdout,
        )
    };
    assert_eq!(json(&["many.c"]), 27, "other programs want all");
    assert_eq!(json(&["--max-findings", "4", "many.c"]), 4);
    assert_eq!(json(&["--max-findings", "0", "many.c"]), 27);
    bench.fails(&["check", "--max-findings=-1", "many.c"], &["--max-findings"]);
}

#[test]
fn several_codes_are_all_named_at_the_end() {
    let bench = Bench::new();
    bench.write(
        "both.c",
        format!("{LEAKING}void f(void) {{ (void)croft_push(); }}\n"),
    );
    let run = bench.croft(&["check", "both.c"]);
    let end = "croft: 2 errors; `croft explain CODE` says more of R0201, R0301\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn the_same_input_gives_the_same_output_whatever_the_order_of_the_files() {
    let bench = Bench::new();
    bench.write(
        "shared.h",
        "#include <croft.h>\nstatic inline void grow(int n)\n{\n    CROFT_REGION(q);\n    for (int i = 0; i < n; i++)\n        *CROFT_NEW(q, int) = i;\n}\n",
    );
    for name in ["a", "b", "c"] {
        let own = many(4)
            .replace("void f", &format!("void {name}"))
            .replace("<croft.h>", "\"shared.h\"");
        bench.write(
            &format!("{name}.c"),
            format!("{own}void {name}(void) {{ grow(3); }}\n"),
        );
    }
    for format in ["human", "json"] {
        let run = |files: [&str; 3]| {
            let run = bench.croft(&[&["check", "--format", format], &files[..]].concat());
            assert_eq!(run.code, Some(1));
            (run.stdout, run.stderr)
        };
        let first = run(["a.c", "b.c", "c.c"]);
        for _ in 0..4 {
            assert_eq!(run(["a.c", "b.c", "c.c"]), first);
        }
        assert_eq!(run(["c.c", "a.c", "b.c"]), first);
        assert_eq!(run(["b.c", "c.c", "a.c"]), first);
        let text = format!("{}{}", first.0, first.1);
        // Judged three times, told once.
        assert_eq!(
            text.matches("R0301").count() - text.matches("explain").count(),
            1,
            "{text}"
        );
    }
    let json = bench
        .croft(&["check", "--format", "json", "c.c", "b.c", "a.c"])
        .stdout;
    let places: Vec<(String, u64)> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|value| {
            (
                value["primary"]["file"].to_string(),
                value["primary"]["line"].as_u64().expect("a line"),
            )
        })
        .collect();
    let mut sorted = places.clone();
    sorted.sort();
    assert_eq!(places, sorted);
    assert_eq!(places.len(), 13);
}
