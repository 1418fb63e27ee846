//! Source files, read for what is shown of them: each once, and no more than a place asks for.

use super::Place;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// A source file.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Its text.
    pub text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

/// Source files by name. A file that cannot be read has no excerpt.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, Option<Rc<Source>>>,
}

/// What a place marks in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The marked bytes.
    pub bytes: Range<usize>,
    /// The columns of the marked text, in characters from 1; the end is the column after it.
    pub columns: Range<u32>,
    /// The bytes of the line, without its end.
    pub line: Range<usize>,
}

impl Sources {
    /// The file of a place, and what the place marks in it.
    pub fn mark(&mut self, place: &Place) -> Option<(Rc<Source>, Mark)> {
        // Without a line the file may be anything, bitcode for example.
        let name = place.file.as_deref().filter(|_| place.line > 0)?;
        let source = match self.files.get(name) {
            Some(known) => known.clone(),
            None => {
                let bytes = std::fs::read(name).ok();
                let source =
                    bytes.map(|bytes| Rc::new(Source::new(String::from_utf8_lossy(&bytes).into_owned())));
                self.files.insert(name.to_owned(), source.clone());
                source
            }
        }?;
        let mark = source.mark(place)?;
        Some((source, mark))
    }
}

/// Paths below the working directory are shown relative to it.
pub fn display_path(file: &str) -> String {
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

impl Source {
    fn new(text: String) -> Source {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Source { text, starts }
    }

    /// From the column to the end of the word that begins there, or the line's text. An empty line has nothing to mark.
    fn mark(&self, place: &Place) -> Option<Mark> {
        let index = place.line.checked_sub(1)? as usize;
        let start = *self.starts.get(index).filter(|start| **start < self.text.len())?;
        let end = self
            .starts
            .get(index + 1)
            .map_or(self.text.len(), |next| next - 1);
        let line = self.text[start..end].trim_end();
        if line.is_empty() {
            return None;
        }
        let text_start = line.len() - line.trim_start().len();
        // A compiler counts bytes; one that does not may point into the middle of a character, or past the end.
        let from = match (place.column as usize).checked_sub(1) {
            Some(byte) if byte < line.len() => (0..=byte).rev().find(|at| line.is_char_boundary(*at)),
            _ => None,
        };
        let from = from.unwrap_or(text_start);
        let rest = &line[from..];
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '%' | '.');
        let length = match rest.find(|c| !is_word(c)) {
            _ if place.column == 0 => rest.len(),
            // The column points at a sign of its own.
            Some(0) => rest.chars().next().map_or(0, char::len_utf8),
            Some(end) => end,
            None => rest.len(),
        };
        let column = |byte: usize| u32::try_from(line[..byte].chars().count() + 1).unwrap_or(u32::MAX);
        Some(Mark {
            bytes: start + from..start + from + length,
            columns: column(from)..column(from + length),
            line: start..start + line.len(),
        })
    }
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

    fn mark(text: &str, line: u32, column: u32) -> Option<Mark> {
        Source::new(text.to_owned()).mark(&place(line, column))
    }

    fn bytes(text: &str, line: u32, column: u32) -> Option<Range<usize>> {
        mark(text, line, column).map(|mark| mark.bytes)
    }

    #[test]
    fn a_mark_is_the_word_at_the_column() {
        let source = "int a;\n  r = push(x);\n";
        assert_eq!(bytes(source, 2, 7), Some(13..17));
        assert_eq!(bytes(source, 2, 0), Some(9..21));
        assert_eq!(bytes(source, 3, 1), None);
        assert_eq!(bytes(source, 0, 1), None);
        assert_eq!(mark(source, 2, 7).unwrap().line, 7..21);
    }

    #[test]
    fn a_column_past_the_line_marks_its_text() {
        assert_eq!(bytes("ab\n", 1, 99), Some(0..2));
        assert_eq!(bytes("\n", 1, 1), None);
    }

    #[test]
    fn columns_come_in_bytes_and_go_in_characters() {
        // Two letters of two bytes each stand before the word.
        let text = "\u{e9}\u{e9} word\n";
        let found = mark(text, 1, 6).unwrap();
        assert_eq!((found.bytes, found.columns), (5..9, 4..8));
        // Into the middle of a letter: its beginning.
        assert_eq!(mark(text, 1, 2).unwrap().columns, 1..3);
    }
}
