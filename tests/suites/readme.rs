//! The README's first example: its C is rejected with the output that stands below it, and its corrected version runs and
//! prints what stands below that.

use croft_tests::{folder, process};

/// The fenced blocks of a language in a Markdown text.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

#[test]
fn the_first_example_is_what_the_tool_says() {
    let readme = std::fs::read_to_string(folder::root().join("README.md")).unwrap();
    let sources = blocks(&readme, "c");
    let outputs = blocks(&readme, "text");
    let ([wrong, corrected_main], [report, output]) = (&sources[..], &outputs[..]) else {
        panic!(
            "the README has {} C blocks and {} outputs",
            sources.len(),
            outputs.len()
        );
    };
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("squares.c");

    std::fs::write(&file, wrong).unwrap();
    let run = process::run(
        process::croft()
            .current_dir(&scratch)
            .args(["check", "squares.c"]),
    );
    let run = run.expect(1).unwrap();
    assert_eq!(run.stderr.trim_end(), report.trim_end());

    let (before_main, _) = wrong.split_once("int main").unwrap();
    std::fs::write(&file, format!("{before_main}{corrected_main}")).unwrap();
    let run = process::run(
        process::croft()
            .current_dir(&scratch)
            .args(["run", "--stats", "squares.c"]),
    );
    let run = run.expect(0).unwrap();
    assert_eq!(
        format!("{}{}", run.stdout, run.stderr).trim_end(),
        output.trim_end()
    );
}
