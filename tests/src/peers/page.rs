//! Tables in docs/CLAIMS.md, between marks, and what machine and tools they are of.

use crate::{artifact, folder, process};
use std::process::Command;

/// Puts `text` between the marks of this name.
///
/// # Errors
/// When the page cannot be read or written, or has no such marks.
pub fn write(name: &str, text: &str) -> Result<(), String> {
    let path = folder::root().join("docs/CLAIMS.md");
    let page = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (begin, end) = (
        format!("<!-- {name}: begin -->\n"),
        format!("<!-- {name}: end -->\n"),
    );
    let (before, rest) = page.split_once(&begin).ok_or("the page has no first mark")?;
    let (_, after) = rest.split_once(&end).ok_or("the page has no second mark")?;
    std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).map_err(|error| error.to_string())
}

/// The machine and the tools, in a line.
pub fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpus
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(':')
                .map(|(_, name)| name.trim())
        })
        .unwrap_or("unknown processor");
    let first_line = |command: &mut Command| {
        let run = process::run(command);
        run.stdout.lines().next().unwrap_or_default().to_owned()
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "x86-64 Linux, {cpu}, {processors} shared processors; {}, {}, {}.",
        first_line(Command::new("rustc").arg("--version")),
        first_line(Command::new(artifact::llvm("clang")).arg("--version")),
        first_line(Command::new("valgrind").arg("--version")),
    )
}
