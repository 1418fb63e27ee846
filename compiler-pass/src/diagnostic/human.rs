//! Human text with source excerpts.

use super::{Diagnostic, Place};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::collections::BTreeMap;

/// How to render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// With terminal colours.
    pub colours: bool,
}

/// Renders diagnostics, an empty line after each.
pub fn render(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = if style.colours {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut sources = Sources::default();
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&report(diagnostic, &mut sources)) + "\n\n")
        .collect()
}

/// Source files by name, read once. A file that cannot be read has no excerpt.
#[derive(Default)]
struct Sources {
    files: BTreeMap<String, Option<String>>,
}

impl Sources {
    fn get(&mut self, file: &str) -> Option<String> {
        self.files
            .entry(file.to_owned())
            .or_insert_with(|| {
                std::fs::read(file)
                    .ok()
                    .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            })
            .clone()
    }
}

fn report(diagnostic: &Diagnostic, sources: &mut Sources) -> Vec<Group<'static>> {
    let mut group = Group::with_title(
        Level::ERROR
            .primary_title(diagnostic.message.clone())
            .id(diagnostic.code),
    );
    // One excerpt for each file, in the order in which the places name them.
    let mut files: Vec<Option<String>> = vec![diagnostic.primary.file.clone()];
    for related in &diagnostic.related {
        if !files.contains(&related.place.file) {
            files.push(related.place.file.clone());
        }
    }
    let mut without_line = Vec::new();
    for file in files {
        let mut marks: Vec<(&Place, &str, AnnotationKind)> = Vec::new();
        if diagnostic.primary.file == file {
            marks.push((&diagnostic.primary, &diagnostic.label, AnnotationKind::Primary));
        }
        for related in diagnostic
            .related
            .iter()
            .filter(|related| related.place.file == file)
        {
            marks.push((&related.place, &related.message, AnnotationKind::Context));
        }
        let source = file.as_deref().and_then(|file| sources.get(file));
        match (file, source) {
            (Some(file), Some(source)) => {
                let (known, unknown): (Vec<_>, Vec<_>) = marks
                    .into_iter()
                    .partition(|(place, ..)| line_span(&source, place).is_some());
                without_line.extend(unknown.iter().map(|(place, label, _)| in_words(place, label)));
                let annotations: Vec<Annotation<'static>> = known
                    .iter()
                    .filter_map(|(place, label, kind)| {
                        Some(kind.span(line_span(&source, place)?).label(label.to_string()))
                    })
                    .collect();
                if !annotations.is_empty() {
                    group = group.element(
                        Snippet::source(source)
                            .path(display_path(&file))
                            .annotations(annotations),
                    );
                }
            }
            (Some(file), None) => {
                if let Some((place, ..)) = marks.first() {
                    group = group.element(Origin::path(display_path(&file)).line(place.line as usize));
                }
                without_line.extend(marks.iter().map(|(place, label, _)| in_words(place, label)));
            }
            (None, _) => without_line.extend(marks.iter().map(|(place, label, _)| in_words(place, label))),
        }
    }
    for text in without_line {
        group = group.element(Level::NOTE.message(text));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.clone()));
    }
    vec![group]
}

/// A place that has no excerpt.
fn in_words(place: &Place, label: &str) -> String {
    let mut text = format!("in `{}`", place.function);
    if place.line > 0 {
        text += &format!(", line {}", place.line);
    }
    if let Some(instruction) = &place.instruction {
        text += &format!(": `{}`", instruction.trim());
    }
    format!("{label}, {text}")
}

/// Paths below the working directory are shown relative to it.
fn display_path(file: &str) -> String {
    std::env::current_dir()
        .ok()
        .and_then(|here| {
            std::path::Path::new(file)
                .strip_prefix(here)
                .ok()
                .map(|path| path.display().to_string())
        })
        .unwrap_or_else(|| file.to_owned())
}

/// The bytes to mark: from the column to the end of the word that begins there, or the line's text.
fn line_span(source: &str, place: &Place) -> Option<std::ops::Range<usize>> {
    let index = place.line.checked_sub(1)? as usize;
    let start: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let line = source.get(start..)?.lines().next()?;
    if source.split_inclusive('\n').count() <= index {
        return None;
    }
    let text_start = line.len() - line.trim_start().len();
    let from = match place.column {
        0 => text_start,
        column => line
            .char_indices()
            .nth(column as usize - 1)
            .map_or(text_start, |(at, _)| at),
    };
    let rest = &line[from..];
    let rest = rest.trim_end();
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '%' | '.');
    let length = match rest.find(|c| !is_word(c)) {
        _ if place.column == 0 => rest.len(),
        // The column points at a sign of its own.
        Some(0) => rest.chars().next().map_or(0, char::len_utf8),
        Some(end) => end,
        None => rest.len(),
    };
    Some(start + from..start + from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, column: u32) -> Place {
        Place {
            line,
            column,
            ..Place::default()
        }
    }

    #[test]
    fn a_span_is_the_word_at_the_column() {
        let source = "int a;\n  r = push(x);\n";
        assert_eq!(line_span(source, &place(2, 7)), Some(13..17));
        assert_eq!(line_span(source, &place(2, 0)), Some(9..21));
        assert_eq!(line_span(source, &place(3, 1)), None);
        assert_eq!(line_span(source, &place(0, 1)), None);
    }

    #[test]
    fn a_column_past_the_line_marks_its_text() {
        assert_eq!(line_span("ab\n", &place(1, 99)), Some(0..2));
        assert_eq!(line_span("\u{e9}t\u{e9} x\n", &place(1, 5)), Some(6..7));
    }
}
