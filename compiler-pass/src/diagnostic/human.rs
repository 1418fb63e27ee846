//! Human text with source excerpts.

use super::excerpt::{Mark, Source, Sources, display_path};
use super::{Diagnostic, Place, limit};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::collections::BTreeSet;
use std::rc::Rc;

/// How to render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// With terminal colours.
    pub colours: bool,
}

impl Style {
    /// For standard error: colours if it is a terminal, unless `NO_COLOR`, `CLICOLOR_FORCE` and their like, or the
    /// command line, say otherwise.
    pub fn of_standard_error() -> Style {
        Style {
            colours: anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never,
        }
    }

    fn renderer(self) -> Renderer {
        if self.colours {
            Renderer::styled()
        } else {
            Renderer::plain()
        }
    }
}

/// How many findings of a file are shown where nobody said how many.
pub const MOST: usize = 20;

/// What to say once of findings that have no lines.
pub const NO_LINES: &str = "there is no debug information, so places have no lines; compile with -g (clang) or \
                            -C debuginfo=1 (rustc) to get them";

/// Renders diagnostics, an empty line after each.
pub fn render(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = style.renderer();
    let mut sources = Sources::default();
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&[report(diagnostic, &mut sources)]) + "\n\n")
        .collect()
}

/// Renders at most `most` diagnostics of each file, and says what else there is to say once: how many more there are,
/// and, if there is no debug information, how to get lines.
pub fn render_some(diagnostics: &[Diagnostic], most: Option<usize>, has_lines: bool, style: Style) -> String {
    let (shown, hidden) = limit(diagnostics, most);
    let mut text = render(&shown, style);
    if !has_lines && shown.iter().any(|diagnostic| diagnostic.primary.line == 0) {
        let note = Group::with_title(Level::NOTE.primary_title(NO_LINES));
        text += &(style.renderer().render(&[note]) + "\n\n");
    }
    if hidden > 0 {
        text += &format!(
            "\u{2026} and {hidden} more {}; `croft check --max-findings 0` shows all\n",
            if hidden == 1 { "finding" } else { "findings" }
        );
    }
    text
}

/// The closing line: how many findings, in how many files, and where more is said.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let files: BTreeSet<_> = diagnostics.iter().map(|d| d.primary.file.as_deref()).collect();
    let codes: BTreeSet<&str> = diagnostics.iter().map(|d| d.code).collect();
    let count = match diagnostics.len() {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    };
    let count = match files.len() {
        0 | 1 => count,
        files => format!("{count} in {files} files"),
    };
    let codes: Vec<&str> = codes.into_iter().collect();
    match codes[..] {
        [] => String::new(),
        [code] => format!("croft: {count}; `croft explain {code}` says more\n"),
        _ => format!(
            "croft: {count}; `croft explain CODE` says more of {}\n",
            codes.join(", ")
        ),
    }
}

/// A mark in an excerpt, with its words.
struct Annotated<'d> {
    place: &'d Place,
    label: &'d str,
    kind: AnnotationKind,
}

fn report(diagnostic: &Diagnostic, sources: &mut Sources) -> Group<'static> {
    let mut group = Group::with_title(
        Level::ERROR
            .primary_title(diagnostic.message.clone())
            .id(diagnostic.code),
    );
    // One excerpt for each file, the primary place's first, then in the order in which the places name them.
    let mut files: Vec<&Option<String>> = vec![&diagnostic.primary.file];
    for related in &diagnostic.related {
        if !files.contains(&&related.place.file) {
            files.push(&related.place.file);
        }
    }
    let mut in_words = Vec::new();
    for file in files {
        let marks = marks_in(diagnostic, file);
        let mut marked: Vec<(Mark, &Annotated<'_>)> = Vec::new();
        let mut source: Option<Rc<Source>> = None;
        for mark in &marks {
            match sources.mark(mark.place) {
                Some((found, place)) => {
                    marked.push((place, mark));
                    source = Some(found);
                }
                None => in_words.push(words(mark)),
            }
        }
        group = match (file, source) {
            (Some(file), Some(source)) => group.element(excerpt(file, &source, &marked)),
            (Some(file), None) => group.element(origin(file, &marks)),
            (None, _) => group,
        };
    }
    for text in in_words {
        group = group.element(Level::NOTE.message(text));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.clone()));
    }
    group
}

fn marks_in<'d>(diagnostic: &'d Diagnostic, file: &Option<String>) -> Vec<Annotated<'d>> {
    let primary = Annotated {
        place: &diagnostic.primary,
        label: &diagnostic.label,
        kind: AnnotationKind::Primary,
    };
    let related = diagnostic.related.iter().map(|related| Annotated {
        place: &related.place,
        label: &related.message,
        kind: AnnotationKind::Context,
    });
    std::iter::once(primary)
        .chain(related)
        .filter(|mark| mark.place.file == *file)
        .collect()
}

/// The lines from the first mark to the last: a file may be large.
fn excerpt(
    file: &str,
    source: &Source,
    marked: &[(Mark, &Annotated<'_>)],
) -> Snippet<'static, Annotation<'static>> {
    let lines = || marked.iter().map(|(mark, _)| &mark.line);
    let start = lines().map(|line| line.start).min().unwrap_or(0);
    let end = lines().map(|line| line.end).max().unwrap_or(0);
    let first = marked.iter().map(|(_, mark)| mark.place.line).min().unwrap_or(1);
    let annotations = marked.iter().map(|(place, mark)| {
        let bytes = place.bytes.start - start..place.bytes.end - start;
        mark.kind.span(bytes).label(mark.label.to_owned())
    });
    Snippet::source(source.text[start..end].to_owned())
        .line_start(first as usize)
        .path(display_path(file))
        .annotations(annotations)
}

/// A file that has no excerpt, with the first place in it.
fn origin(file: &str, marks: &[Annotated<'_>]) -> Origin<'static> {
    let origin = Origin::path(display_path(file));
    match marks.iter().map(|mark| mark.place).find(|place| place.line > 0) {
        Some(place) if place.column > 0 => origin
            .line(place.line as usize)
            .char_column(place.column as usize),
        Some(place) => origin.line(place.line as usize),
        None => origin,
    }
}

/// A place that has no excerpt.
fn words(mark: &Annotated<'_>) -> String {
    let place = mark.place;
    let mut text = format!("{}, in `{}`", mark.label, place.function);
    if place.line > 0 {
        text += &format!(", line {}", place.line);
    }
    if let Some(instruction) = &place.instruction {
        text += &format!(": `{}`", instruction.trim());
    }
    text
}
