//! JSON lines: one diagnostic a line.

use super::Diagnostic;

/// Renders diagnostics as JSON lines, each ended by a newline.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        // Strings, numbers and lists only: serialisation into a string cannot fail.
        if let Ok(line) = serde_json::to_string(diagnostic) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
