//! FileCheck tests: the plugin in LLVM's own `opt` and `clang`, driven by `RUN` lines as in LLVM.
//!
//! `%s` is the file, `%plugin` the pass plugin, `%t` a scratch file, `%runtime` the runtime library, `%include` the header's folder.
//! `not COMMAND` succeeds if the command fails by itself, not by a signal.

use croft_tests::{artifact, folder, process};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;
use std::process::{Command, ExitCode};

/// What a line is run in: a failure anywhere in a pipeline is one of the line.
const PRELUDE: &str = r#"
set -uo pipefail
not() { "$@"; local status=$?; [ "$status" -ne 0 ] && [ "$status" -lt 126 ]; }
"#;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = folder::here("filecheck");
    let trials = folder::files(&root, &["ll", "c"])
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            Trial::test(name, move || run(&path).map_err(Failed::from))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("RUN: "))
        .map(|(_, run)| run)
        .collect();
    if lines.is_empty() {
        return Err("no RUN line".to_owned());
    }
    for line in lines {
        let runtime = if line.contains("%runtime") {
            process::text(artifact::runtime())
        } else {
            ""
        };
        let line = line
            .replace("%plugin", process::text(artifact::plugin()))
            .replace("%runtime", runtime)
            .replace("%include", process::text(&folder::root().join("runtime/include")))
            .replace("%s", process::text(path))
            .replace("%t", process::text(&scratch.path().join("out")));
        process::run(Command::new("bash").arg("-c").arg(format!("{PRELUDE}\n{line}")))
            .expect(0)
            .map_err(|problem| format!("RUN: {line}\n{problem}"))?;
    }
    Ok(())
}
