//! `croft check`: what it says of programs.

use crate::bench::{Bench, LEAKING};
use croft_tests::{folder, process};
use std::fs;

#[test]
fn an_accepted_file_says_nothing() {
    let bench = Bench::new();
    let run = bench.succeeds(&["check", "right.c"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn a_rejected_file_is_shown_with_its_source() {
    let bench = Bench::new();
    let run = bench.croft(&["check", "leaking.c"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout, "");
    let text = run.stderr;
    for part in [
        "error[R0301]: allocation in a loop into a region that outlives the loop",
        "--> leaking.c:6:",
        "*CROFT_NEW(r, int) = i;",
        "region `r` is opened here",
        "help: ",
        "croft: 1 error; `croft explain R0301` says more",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(text.matches("help:").count(), 1, "one help:\n{text}");
    assert!(!text.contains("croft.h"), "no line of the header:\n{text}");
    assert!(
        !text.contains('\u{1b}'),
        "no colours where no terminal is:\n{text}"
    );
}

#[test]
fn json_is_one_documented_object_a_line_on_standard_output() {
    let bench = Bench::new();
    let run = bench.croft(&["check", "--format", "json", "leaking.c"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stderr, "");
    let findings = croft_tests::finding::read(&run.stdout).expect("the documented form");
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].line, findings[0].code.as_str()), (6, "R0301"));
    let value: serde_json::Value = serde_json::from_str(run.stdout.trim_end()).expect("JSON");
    let mut keys: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "code", "help", "label", "message", "primary", "related", "severity"
        ]
    );
    let page = fs::read_to_string(folder::root().join("docs/OUTPUT.md")).expect("the page is there");
    let place = value["related"][0].as_object().expect("an object").keys();
    for key in keys.iter().copied().chain(place.map(String::as_str)) {
        assert!(
            page.contains(&format!("| `{key}` |")),
            "`{key}` is not documented"
        );
    }
    let related = value["related"].as_array().expect("a list");
    for place in related {
        let role = place["role"].as_str().expect("a text");
        assert!(page.contains(&format!("`{role}`")), "`{role}` is not documented");
    }
    assert!(
        related
            .iter()
            .any(|place| place["message"] == "region `r` is opened here" && place["line"] == 4)
    );
    assert_eq!(value["primary"]["function"], "main");
}

#[test]
fn the_leaking_example_is_rejected_at_its_marked_line_and_its_twin_is_accepted() {
    let bench = Bench::new();
    let leak = folder::root().join("examples/list/leak.c");
    let source = fs::read_to_string(&leak).expect("the example is there");
    let marked = source.lines().position(|line| line.contains("// error: R0301"));
    let run = bench.croft(&["check", "--format", "json", process::text(&leak)]);
    assert_eq!(run.code, Some(1));
    let findings = croft_tests::finding::read(&run.stdout).expect("the documented form");
    let places: Vec<(usize, &str)> = findings
        .iter()
        .map(|f| (f.line as usize, f.code.as_str()))
        .collect();
    assert_eq!(places, [(1 + marked.expect("a line is marked"), "R0301")]);
    bench.succeeds(&[
        "check",
        process::text(&folder::root().join("examples/list/fixed.c")),
    ]);
}

#[test]
fn several_files_are_judged_each_by_itself() {
    let bench = Bench::new();
    bench.write("again.c", LEAKING);
    let run = bench.croft(&["check", "right.c", "leaking.c", "again.c"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("leaking.c:6") && run.stderr.contains("again.c:6"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("croft: 2 errors"), "{}", run.stderr);
    bench.succeeds(&["check", "right.c", "right.c"]);
}

#[test]
fn wrong_names_and_signatures_are_rejections_not_failures() {
    let bench = Bench::new();
    bench.write(
        "name.ll",
        "declare ptr @croft.pusch()\ndefine void @f() {\n  %r = call ptr @croft.pusch()\n  ret void\n}\n",
    );
    let run = bench.croft(&["check", "name.ll"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("error[R0101]") && run.stderr.contains("name.ll:3"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("the nearest operation is `croft.push`"),
        "{}",
        run.stderr
    );
    bench.write(
        "signature.ll",
        "declare i32 @croft.push()\ndefine void @f() {\n  %r = call i32 @croft.push()\n  ret void\n}\n",
    );
    for arguments in [
        &["check", "signature.ll"][..],
        &["lower", "signature.ll", "-o", "out.ll"],
        &["build", "signature.ll", "-o", "out.ll"],
    ] {
        let run = bench.croft(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("error[R0102]"),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(!bench.path("out.ll").exists(), "{arguments:?}");
    }
}

#[test]
fn a_user_manifest_describes_a_function_and_a_wrong_one_is_named() {
    let bench = Bench::new();
    bench.write(
        "uses.c",
        "#include <croft.h>\nvoid other(int *);\nvoid f(void)\n{\n    CROFT_REGION(r);\n    other(CROFT_NEW(r, int));\n}\n",
    );
    assert_eq!(bench.croft(&["check", "uses.c"]).code, Some(1));
    bench.write(
        "right.toml",
        "[[function]]\nnames = [\"other\"]\neffects = \"get(arg0); nounwind\"\n",
    );
    bench.succeeds(&["check", "--effects", "right.toml", "uses.c"]);
    bench.write(
        "wrong.toml",
        "[[function]]\nnames = [\"other\"]\neffects = \"eats(arg0)\"\n",
    );
    bench.fails(
        &["check", "--effects", "wrong.toml", "uses.c"],
        &["wrong.toml", "`other`", "`eats(arg0)` is no effect clause"],
    );
    bench.fails(
        &["check", "--effects", "missing.toml", "uses.c"],
        &["cannot read `missing.toml`"],
    );
}
