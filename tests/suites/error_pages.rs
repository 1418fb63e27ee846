//! The pages of the codes, `docs/errors/*.md`, hold what they say.
//!
//! A page is a title `# CODE: what it means`, prose, and three kinds of sections:
//!
//! * `## Wrong`: examples, each followed by what `croft check` prints for it. Every finding has the page's code.
//! * `## Right`: examples that `croft check` accepts in silence.
//! * `## When it is not wrong`, optional: more of these.
//!
//! An example is a complete file in a fence marked `c` or `llvm`; the output is in a fence marked `text`.
//! `CROFT_BLESS=1 cargo test --test error_pages` writes the output of the tool into the pages.

use croft_pass::diagnostic::codes::{CODES, Code};
use croft_tests::artifact;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A reader sees an example as a whole.
const LONGEST_EXAMPLE: usize = 25;

#[test]
fn every_page_belongs_to_a_code() {
    let codes: BTreeSet<String> = CODES.iter().map(|code| format!("{}.md", code.code)).collect();
    let pages: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("docs/errors is there")
        .map(|entry| {
            entry
                .expect("docs/errors can be listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(pages, codes);
}

#[test]
fn what_is_said_about_output_is_said_of_real_output() {
    let page = std::fs::read_to_string(folder().join("../OUTPUT.md")).expect("the page is there");
    let example = page
        .split("```")
        .find(|block| block.starts_with("\nerror["))
        .expect("the page shows a report");
    let shown = std::fs::read_to_string(folder().join("R0402.md")).expect("the page is there");
    assert!(
        shown.contains(example),
        "docs/errors/R0402.md prints something else than\n{example}"
    );
}

#[test]
fn every_page_tells_the_truth() {
    let croft = artifact::croft();
    let bless = std::env::var_os("CROFT_BLESS").is_some_and(|value| value == "1");
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(code) = CODES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(complaint) = judge(croft, code, bless) {
                        let complaint = format!("docs/errors/{}.md: {complaint}", code.code);
                        wrong.lock().expect("no thread panics with it").push(complaint);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no thread panics with it");
    wrong.sort();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

/// Judges one page; with `bless`, writes what the tool prints into it.
fn judge(croft: &Path, code: &Code, bless: bool) -> Result<(), String> {
    let path = folder().join(format!("{}.md", code.code));
    let page = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let title = page.lines().next().unwrap_or_default();
    let text = title
        .strip_prefix(&format!("# {}: ", code.code))
        .unwrap_or_default();
    if text.is_empty() {
        return Err(format!("the title is `{title}`, not `# {}: …`", code.code));
    }
    let blocks = blocks(&page)?;
    let in_section = |name: &'static str| blocks.iter().filter(move |block| block.section == name);
    let shown: Vec<&Block> = in_section("Wrong").collect();
    let mut blessed = page.clone();
    // From the last to the first, so that the ranges before a replacement stay true.
    for pair in shown.rchunks(2) {
        let [example, output] = pair else {
            return Err("## Wrong: each example needs its output, in a fence marked `text`".to_owned());
        };
        if output.language != "text" {
            return Err(format!(
                "## Wrong: a fence marked `{}` instead of `text`",
                output.language
            ));
        }
        let printed = rejected(croft, code, &page, example)?;
        if page[output.text.clone()] == printed {
            continue;
        }
        if !bless {
            return Err(format!(
                "the output has changed (CROFT_BLESS=1 accepts it); croft prints\n{printed}"
            ));
        }
        blessed.replace_range(output.text.clone(), &printed);
    }
    if shown.is_empty() || in_section("Right").next().is_none() {
        return Err("an example of `## Wrong` or `## Right` is missing".to_owned());
    }
    for example in blocks.iter().filter(|block| block.section != "Wrong") {
        accepted(croft, &page, example)?;
    }
    if blessed != page {
        std::fs::write(&path, blessed).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Checks a wrong example, and returns what the tool prints to people.
fn rejected(croft: &Path, code: &Code, page: &str, example: &Block) -> Result<String, String> {
    let (folder, file) = example.write(page)?;
    let json = run(croft, folder.path(), &["check", "--format", "json", file])?;
    let found: Vec<String> = String::from_utf8_lossy(&json.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{error} in {line}")))
        .map(|line| line.map(|line: serde_json::Value| line["code"].as_str().unwrap_or("none").to_owned()))
        .collect::<Result<_, String>>()?;
    if json.status.code() != Some(1) || found.is_empty() || found.iter().any(|found| found != code.code) {
        return Err(format!(
            "`## Wrong` should be {} and nothing else; found {found:?}, {}\n{}",
            code.code,
            json.status,
            String::from_utf8_lossy(&json.stderr)
        ));
    }
    let human = run(croft, folder.path(), &["check", file])?;
    if human.status.code() != Some(1) || !human.stdout.is_empty() {
        return Err(format!(
            "`croft check`: {}, or text on standard output",
            human.status
        ));
    }
    let printed = String::from_utf8_lossy(&human.stderr);
    Ok(format!("{}\n", printed.trim_end()))
}

/// Checks a right example.
fn accepted(croft: &Path, page: &str, example: &Block) -> Result<(), String> {
    let (folder, file) = example.write(page)?;
    let output = run(croft, folder.path(), &["check", file])?;
    if output.status.success() && output.stdout.is_empty() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!(
        "`## {}` should be accepted in silence; {}\n{}",
        example.section,
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn run(croft: &Path, folder: &Path, arguments: &[&str]) -> Result<Output, String> {
    Command::new(croft)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cannot run {}: {error}", croft.display()))
}

/// A fenced block of a page.
struct Block<'p> {
    /// The heading above it.
    section: &'p str,
    /// What the fence is marked with.
    language: &'p str,
    /// The lines between the fences.
    text: Range<usize>,
}

impl Block<'_> {
    /// Writes the example into a folder of its own.
    fn write(&self, page: &str) -> Result<(tempfile::TempDir, &'static str), String> {
        let text = &page[self.text.clone()];
        if text.lines().count() > LONGEST_EXAMPLE {
            return Err(format!(
                "an example has more than {LONGEST_EXAMPLE} lines:\n{text}"
            ));
        }
        let name = match self.language {
            "c" => "example.c",
            "llvm" => "example.ll",
            other => {
                return Err(format!(
                    "a fence marked `{other}` where an example, `c` or `llvm`, belongs"
                ));
            }
        };
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        std::fs::write(folder.path().join(name), text).map_err(|error| error.to_string())?;
        Ok((folder, name))
    }
}

/// The fenced blocks of a page, in order.
fn blocks(page: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks = Vec::new();
    let mut section = "";
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match (line.trim_end().strip_prefix("```"), open) {
            (Some(""), Some((language, from))) => {
                blocks.push(Block {
                    section,
                    language,
                    text: from..start,
                });
                open = None;
            }
            (Some(language), None) => open = Some((language, at)),
            (None, None) => section = line.strip_prefix("## ").map_or(section, str::trim_end),
            _ => {}
        }
    }
    match open {
        Some((language, _)) => Err(format!("a fence marked `{language}` is never closed")),
        None => Ok(blocks),
    }
}

/// The pages' folder.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors")
}
