//! File tests: what the checker says of each file below `files/`, at the line where it has to say it.
//!
//! Text in LLVM's language is checked as it is. C is checked three times: as `croft check` compiles it, and as clang's own
//! bitcode at -O0 and at -O2. A file whose name begins with `not-` is accepted; every other one is rejected, and has
//! accepted twins, whose names are `not-`, its own name, and perhaps more. (Those marked `fixme: accepted` should be rejected.)
//!
//! `CROFT_BLESS=1` writes what was found into the files: review the difference.

use croft_tests::expectation::{self, TestFile};
use croft_tests::finding::{self, Finding};
use croft_tests::{folder, process};
use libtest_mimic::{Arguments, Failed, Trial};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = folder::here("files");
    let files = folder::files(&root, &["ll", "c"]);
    let name = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    let mut trials: Vec<Trial> = files
        .iter()
        .cloned()
        .map(|path| Trial::test(name(&path), move || check(&path).map_err(Failed::from)))
        .collect();
    trials.push(Trial::test("every rejection has an accepted twin", move || {
        twins(&files).map_err(Failed::from)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(OsStr::to_str).unwrap_or_default()
}

fn twins(files: &[PathBuf]) -> Result<(), String> {
    let alone: Vec<String> = files
        .iter()
        .filter(|path| !stem(path).starts_with("not-") && !is_open(path))
        .filter(|path| {
            let twin = format!("not-{}", stem(path));
            !files.iter().any(|other| {
                other.parent() == path.parent()
                    && stem(other)
                        .strip_prefix(&twin)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        })
        .map(|path| path.display().to_string())
        .collect();
    if alone.is_empty() {
        Ok(())
    } else {
        Err(format!("no twin `not-…` beside:\n{}", alone.join("\n")))
    }
}

/// Whether a file shows a defect: what is wrongly accepted gets its twin with the repair.
fn is_open(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|source| {
        let first = source.lines().next().unwrap_or_default();
        first.contains("fixme: accepted")
    })
}

fn check(path: &Path) -> Result<(), String> {
    let source = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    let comment = expectation::comment(extension);
    let mut file = TestFile::parse(&source, comment)?;
    if std::env::var_os("CROFT_BLESS").is_some() && file.fixme.is_none() {
        let blessed = expectation::bless(&source, comment, &reported(path)?);
        if blessed != source {
            println!("blessed {}", path.display());
            std::fs::write(path, &blessed).map_err(|error| error.to_string())?;
            file = TestFile::parse(&blessed, comment)?;
        }
    }
    if stem(path).starts_with("not-") != file.expected.is_empty() {
        return Err("the name of a file begins with `not-` exactly if nothing is expected in it".to_owned());
    }
    let outcome = judge(path, extension, &file);
    match (&file.fixme, outcome) {
        (None, outcome) => outcome.map_err(|text| format!("{}\n{text}", file.intent)),
        (Some(_), Err(_)) => Ok(()),
        (Some(what), Ok(())) => Err(format!(
            "passes: remove the mark `fixme: {what}` from its first line"
        )),
    }
}

fn judge(path: &Path, extension: &str, file: &TestFile) -> Result<(), String> {
    compare(file, "as croft compiles it", &reported(path)?)?;
    if extension != "c" {
        return Ok(());
    }
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let bitcode = scratch.path().join("kernel.bc");
    let levels: &[&str] = if file.only_unoptimised.is_some() {
        &["-O0"]
    } else {
        &["-O0", "-O2"]
    };
    for level in levels {
        process::run(
            process::clang()
                .args([level, "-g", "-emit-llvm", "-c"])
                .arg(path)
                .arg("-o")
                .arg(&bitcode),
        )
        .expect(0)?;
        compare(file, &format!("compiled with {level}"), &reported(&bitcode)?)?;
    }
    Ok(())
}

fn compare(file: &TestFile, how: &str, findings: &[Finding]) -> Result<(), String> {
    let differences = file.differences(findings);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("{how}:\n{differences}"))
    }
}

/// What the command reports. Its exit status has to fit, and every place has to lie in the file itself.
fn reported(path: &Path) -> Result<Vec<Finding>, String> {
    let run = process::run(process::croft().args(["check", "--format", "json"]).arg(path));
    let findings = finding::read(&run.stdout)?;
    let run = run.expect(if findings.is_empty() { 0 } else { 1 })?;
    if run.stderr.contains("panicked") {
        return Err(format!("a panic:\n{}", run.stderr));
    }
    let bitcode = path.extension() == Some(OsStr::new("bc"));
    let own = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    match findings
        .iter()
        .find(|finding| finding.line != 0 && !bitcode && finding.file != own)
    {
        Some(finding) => Err(format!("a finding in `{}`: {finding}", finding.file)),
        None => Ok(findings),
    }
}
