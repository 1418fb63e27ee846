//! What the command says of a program, and of itself.

use super::Failure;
use super::arguments::Format;
use crate::diagnostic::sarif::{self, Contents, Notice};
use crate::diagnostic::{self, Diagnostic, human, json};
use crate::llvm::{Module, location};
use std::path::{Path, PathBuf};

/// What was found in the files of one run.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    failures: Vec<(Option<PathBuf>, Failure)>,
    /// What has findings and no debug information, by file.
    without_lines: Vec<Option<PathBuf>>,
}

impl Report {
    /// Takes in what was found in a module; `file` is the one that it was read from, if it was a single one.
    pub fn add(&mut self, file: Option<&Path>, module: Module<'_>, mut diagnostics: Vec<Diagnostic>) {
        if !diagnostics.is_empty() && !location::is_in(module) {
            self.without_lines.push(file.map(Path::to_owned));
        }
        let name = file.map(|file| std::path::absolute(file).unwrap_or_else(|_| file.to_owned()));
        let name = name.map(|name| name.display().to_string());
        for diagnostic in &mut diagnostics {
            // A place that no debug information knows lies in the file that was read.
            let related = diagnostic.related.iter_mut().map(|related| &mut related.place);
            for place in related.chain([&mut diagnostic.primary]) {
                place.file = place.file.take().or_else(|| name.clone());
            }
        }
        self.diagnostics.extend(diagnostics);
    }

    /// Takes in that a file could not be judged.
    pub fn fail(&mut self, file: Option<&Path>, failure: Failure) {
        self.failures.push((file.map(Path::to_owned), failure));
    }

    /// The exit status: 2 if some file could not be judged, 1 if there are findings.
    fn status(&self) -> u8 {
        match (self.failures.is_empty(), self.diagnostics.is_empty()) {
            (false, _) => 2,
            (true, false) => 1,
            (true, true) => 0,
        }
    }

    /// Shows everything and returns the exit status. JSON and SARIF go to standard output, for other programs; text goes
    /// to standard error, for people, and so do failures, whatever the format. Text shows at most `most` findings of a
    /// file, 20 where nothing was said; the others show all unless told otherwise.
    pub fn show(mut self, format: Format, most: Option<usize>, files: &[PathBuf]) -> u8 {
        self.diagnostics = diagnostic::sort(std::mem::take(&mut self.diagnostics));
        let status = self.status();
        let is_given = most.is_some();
        let most = most.filter(|most| *most > 0);
        match format {
            Format::Json => super::print(&json::render(&diagnostic::limit(&self.diagnostics, most).0)),
            Format::Sarif => super::print(&self.sarif(status, most, files)),
            Format::Human => {
                let most = if is_given { most } else { Some(human::MOST) };
                let style = human::Style::of_standard_error();
                let has_lines = self.without_lines.is_empty();
                eprint!(
                    "{}",
                    human::render_some(&self.diagnostics, most, has_lines, style)
                );
                eprint!("{}", human::summary(&self.diagnostics));
            }
        }
        for (_, failure) in &self.failures {
            eprintln!("croft: {failure}");
        }
        status
    }

    fn sarif(&self, status: u8, most: Option<usize>, files: &[PathBuf]) -> String {
        let failures = self.failures.iter().map(|(file, failure)| Notice {
            is_failure: true,
            file: file.clone(),
            text: failure.to_string(),
        });
        let without_lines = self.without_lines.iter().map(|file| Notice {
            is_failure: false,
            file: file.clone(),
            text: human::NO_LINES.to_owned(),
        });
        let notices: Vec<Notice> = failures.chain(without_lines).collect();
        sarif::render(&Contents {
            diagnostics: &diagnostic::limit(&self.diagnostics, most).0,
            files,
            notices: &notices,
            status,
            folder: std::env::current_dir().ok(),
        })
    }
}
