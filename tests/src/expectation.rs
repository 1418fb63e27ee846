//! Expectations in test files: a comment at the end of the line that a diagnostic has to name.
//!
//! ```text
//! ret void                                      ; error: R0201
//! item = CROFT_NEW(r, struct item);             // error: R0301 "in a loop" R0402
//! ```
//! A code may be followed by a part of the message in quotation marks. What is expected must be reported, and
//! nothing else. A finding at a declaration without a place in the source is expected at line 0, by a line
//! `; error without a line: R0104`.
//!
//! The first line of a file says in one sentence what it shows. A file that shows a defect begins with `fixme:` and
//! what is wrong; it has to fail until the defect is gone, and then the mark has to go too.

use crate::finding::Finding;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// The defect that it shows.
    pub fixme: Option<String>,
    /// What it shows, in one sentence.
    pub intent: String,
    /// What has to be reported.
    pub expected: Vec<Expected>,
    /// Why it is not compiled with optimisation.
    pub only_unoptimised: Option<String>,
}

/// One expected diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The line.
    pub line: u32,
    /// The code.
    pub code: String,
    /// A part of the message; empty if any will do.
    pub message: String,
}

/// How comments begin in a file of this kind.
pub fn comment(extension: &str) -> &'static str {
    if extension == "ll" { ";" } else { "//" }
}

const MARK: &str = "error:";
const NOWHERE: &str = "error without a line:";

impl TestFile {
    /// Reads a test file.
    ///
    /// # Errors
    /// What is wrong with its comments.
    pub fn parse(text: &str, comment: &str) -> Result<TestFile, String> {
        let mut lines = text
            .lines()
            .filter_map(|line| line.strip_prefix(comment))
            .map(str::trim);
        let mut first = lines.next().unwrap_or_default();
        let fixme = first.strip_prefix("fixme:").map(|what| what.trim().to_owned());
        if fixme.is_some() {
            first = lines.next().unwrap_or_default();
        }
        if !text.starts_with(comment) || first.is_empty() || fixme.as_deref() == Some("") {
            return Err("the file has to begin with a sentence about what it shows".to_owned());
        }
        let mut file = TestFile {
            fixme,
            intent: first.to_owned(),
            expected: Vec::new(),
            only_unoptimised: None,
        };
        for (number, line) in (1u32..).zip(text.lines()) {
            if let Some((_, trailer)) = trailer(line, comment) {
                file.expected.extend(codes(trailer, number)?);
            } else if let Some(rest) = nowhere(line, comment) {
                file.expected.extend(codes(rest, 0)?);
            }
            if let Some(rest) = line.trim_start().strip_prefix(comment)
                && let Some(flags) = rest.trim_start().strip_prefix("flags:")
            {
                let reason = flags
                    .trim()
                    .strip_prefix("only-O0")
                    .and_then(|reason| reason.trim().strip_prefix("because "))
                    .ok_or_else(|| format!("line {number}: the flag is `only-O0 because …`"))?;
                file.only_unoptimised = Some(reason.to_owned());
            }
        }
        Ok(file)
    }

    /// Compares with what was reported; empty if that is what was expected.
    pub fn differences(&self, findings: &[Finding]) -> String {
        let mut text = String::new();
        let expected: BTreeSet<(u32, &str)> = self.expected.iter().map(|e| (e.line, &*e.code)).collect();
        let found: BTreeSet<(u32, &str)> = findings.iter().map(|f| (f.line, &*f.code)).collect();
        for (line, code) in expected.difference(&found) {
            let _ = writeln!(text, "  missing: line {line}: {code}");
        }
        for finding in findings
            .iter()
            .filter(|f| !expected.contains(&(f.line, &*f.code)))
        {
            let _ = writeln!(text, "  surplus: {finding}");
        }
        for entry in &self.expected {
            let here: Vec<&Finding> = findings
                .iter()
                .filter(|finding| finding.line == entry.line && finding.code == entry.code)
                .collect();
            if !here.is_empty()
                && !here
                    .iter()
                    .any(|finding| finding.message.contains(&entry.message))
            {
                let _ = writeln!(
                    text,
                    "  line {}: {} does not say `{}` but `{}`",
                    entry.line, entry.code, entry.message, here[0].message
                );
            }
        }
        text
    }
}

/// The text with its expectations replaced by what was found; parts of messages that still fit are kept.
pub fn bless(text: &str, comment: &str, findings: &[Finding]) -> String {
    let mut blessed = String::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        if nowhere(line, comment).is_some() {
            continue;
        }
        let (code, old) = trailer(line, comment).unwrap_or((line, ""));
        let old = codes(old, number).unwrap_or_default();
        let here: Vec<&Finding> = findings.iter().filter(|finding| finding.line == number).collect();
        if here.is_empty() {
            blessed.push_str(if old.is_empty() { line } else { code.trim_end() });
        } else {
            let codes: BTreeSet<&str> = here.iter().map(|finding| &*finding.code).collect();
            let _ = write!(blessed, "{} {comment} {MARK}", code.trim_end());
            for code in codes {
                let _ = write!(blessed, " {code}");
                let kept = old.iter().find(|entry| {
                    entry.code == code
                        && here
                            .iter()
                            .any(|finding| finding.message.contains(&entry.message))
                });
                if let Some(entry) = kept.filter(|entry| !entry.message.is_empty()) {
                    let _ = write!(blessed, " \"{}\"", entry.message);
                }
            }
        }
        blessed.push('\n');
    }
    let nowhere: BTreeSet<&str> = findings
        .iter()
        .filter(|f| f.line == 0)
        .map(|f| &*f.code)
        .collect();
    if !nowhere.is_empty() {
        let codes: Vec<&str> = nowhere.into_iter().collect();
        let _ = writeln!(blessed, "{comment} {NOWHERE} {}", codes.join(" "));
    }
    blessed
}

/// Splits a line with an expectation into the code and what follows the mark.
fn trailer<'l>(line: &'l str, comment: &str) -> Option<(&'l str, &'l str)> {
    let (code, rest) = line.split_once(&format!("{comment} {MARK}"))?;
    Some((code, rest))
}

fn nowhere<'l>(line: &'l str, comment: &str) -> Option<&'l str> {
    line.strip_prefix(&format!("{comment} {NOWHERE}"))
}

fn codes(text: &str, line: u32) -> Result<Vec<Expected>, String> {
    let mut found: Vec<Expected> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (message, after) = quoted
                .split_once('"')
                .ok_or_else(|| format!("line {line}: a quotation mark is missing"))?;
            let last = found.last_mut().filter(|entry| entry.message.is_empty());
            let last = last.ok_or_else(|| format!("line {line}: a message needs a code before it"))?;
            last.message = message.to_owned();
            rest = after.trim_start();
            continue;
        }
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let digits = word.strip_prefix('R').unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("line {line}: `{word}` is no code"));
        }
        found.push(Expected {
            line,
            code: word.to_owned(),
            message: String::new(),
        });
        rest = after.trim_start();
    }
    if found.is_empty() && !text.is_empty() {
        return Err(format!("line {line}: an expectation names a code"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "; one region too many\nret void ; error: R0201 \"still open\" R0402\n";

    fn found(line: u32, code: &str, message: &str) -> Finding {
        Finding {
            line,
            code: code.to_owned(),
            file: "a.ll".to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn what_is_expected_is_accepted() {
        let file = TestFile::parse(TEXT, ";").unwrap();
        let findings = [
            found(2, "R0201", "region is still open"),
            found(2, "R0402", "stored"),
        ];
        assert_eq!(file.differences(&findings), "");
    }

    #[test]
    fn missing_surplus_misplaced_and_misworded_findings_fail() {
        let file = TestFile::parse(TEXT, ";").unwrap();
        let both = [
            found(2, "R0201", "region is still open"),
            found(2, "R0402", "stored"),
        ];
        assert!(file.differences(&both[..1]).contains("missing: line 2: R0402"));
        let surplus = [both[0].clone(), both[1].clone(), found(1, "R0301", "leak")];
        assert!(file.differences(&surplus).contains("surplus: line 1: R0301"));
        let misplaced = [found(3, "R0201", "region is still open"), both[1].clone()];
        let text = file.differences(&misplaced);
        assert!(text.contains("missing: line 2: R0201") && text.contains("surplus: line 3: R0201"));
        let misworded = [found(2, "R0201", "other words"), both[1].clone()];
        assert!(file.differences(&misworded).contains("does not say `still open`"));
    }

    #[test]
    fn a_file_without_a_sentence_or_with_a_bad_code_is_refused() {
        assert!(TestFile::parse("ret void\n", ";").is_err());
        assert!(TestFile::parse(";\nret void\n", ";").is_err());
        assert!(TestFile::parse("; intent\nret void ; error: R21\n", ";").is_err());
        assert!(TestFile::parse("; intent\nret void ; error: \n", ";").is_err());
        assert!(TestFile::parse("// intent\n// flags: only-O0\n", "//").is_err());
    }

    #[test]
    fn a_defect_is_marked_on_the_first_line() {
        let file = TestFile::parse("; fixme: not seen\n; intent\n", ";").unwrap();
        assert_eq!(file.fixme.as_deref(), Some("not seen"));
        assert_eq!(file.intent, "intent");
        assert!(TestFile::parse("; fixme:\n; intent\n", ";").is_err());
    }

    #[test]
    fn blessing_writes_what_was_found_and_reads_back() {
        let findings = [
            found(2, "R0201", "region is still open"),
            found(0, "R0104", "wrong"),
        ];
        let blessed = bless(TEXT, ";", &findings);
        assert!(
            blessed.contains("ret void ; error: R0201 \"still open\"\n"),
            "{blessed}"
        );
        assert!(blessed.contains("; error without a line: R0104\n"), "{blessed}");
        let file = TestFile::parse(&blessed, ";").unwrap();
        assert_eq!(file.differences(&findings), "");
        assert_eq!(bless(&blessed, ";", &findings), blessed);
        assert_eq!(bless(&blessed, ";", &[]), "; one region too many\nret void\n");
    }
}
