//! SARIF 2.1.0: one log with one run for all files.
//!
//! Places below the working directory are relative to it (`%SRCROOT%`), others absolute; both are percent-encoded. Columns
//! are counted in characters (`unicodeCodePoints`). Every code is a rule; those that were broken carry their page. A
//! fingerprint of a result is made of its code, its function and the text of its line, and stays when lines shift.

use super::codes::{CODES, Code};
use super::excerpt::Sources;
use super::{Diagnostic, Place, Related};
use crate::check::finding::Role;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::json;
use serde_sarif::sarif::{
    Artifact, ArtifactLocation, CodeFlow, Invocation, Location, LogicalLocation, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, ReportingConfiguration,
    ReportingDescriptor, Result as Finding, ResultLevel, Run, Sarif, ThreadFlow, ThreadFlowLocation, Tool,
    ToolComponent,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The schema that the log follows.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
/// What relative places are relative to.
const BASE: &str = "%SRCROOT%";
/// The name of the fingerprint, with the version of how it is made.
const FINGERPRINT: &str = "croft/v1";
/// What a segment of a URI's path may show as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Something that the tool has to say of itself, not of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The tool could not do its work because of it.
    pub is_failure: bool,
    /// The file that it concerns.
    pub file: Option<PathBuf>,
    /// What there is to say.
    pub text: String,
}

/// What a log tells.
#[derive(Clone, Debug, Default)]
pub struct Contents<'c> {
    /// The findings, sorted.
    pub diagnostics: &'c [Diagnostic],
    /// The files that were judged.
    pub files: &'c [PathBuf],
    /// What the tool has to say of itself.
    pub notices: &'c [Notice],
    /// The exit status.
    pub status: u8,
    /// The working directory; without it, all places are absolute.
    pub folder: Option<PathBuf>,
}

/// Renders a log.
pub fn render(contents: &Contents<'_>) -> String {
    let mut writer = Writer {
        folder: contents.folder.as_deref(),
        sources: Sources::default(),
    };
    let run = writer.run(contents);
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version(json!("2.1.0"))
        .runs(vec![run])
        .build();
    // Strings, numbers and lists only: serialisation into a string cannot fail.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

struct Writer<'w> {
    folder: Option<&'w Path>,
    sources: Sources,
}

impl Writer<'_> {
    fn run(&mut self, contents: &Contents<'_>) -> Run {
        let bases = self
            .folder
            .map(|folder| BTreeMap::from([(BASE.to_owned(), folder_location(folder))]));
        let artifacts: Vec<Artifact> = contents
            .files
            .iter()
            .map(|file| {
                Artifact::builder()
                    .location(self.artifact(&absolute(file)))
                    .roles(vec![json!("analysisTarget")])
                    .build()
            })
            .collect();
        Run::builder()
            .tool(Tool::builder().driver(driver(contents.diagnostics)).build())
            .column_kind(json!("unicodeCodePoints"))
            .opt_original_uri_base_ids(bases)
            .artifacts(artifacts)
            .invocations(vec![self.invocation(contents)])
            .results(self.results(contents.diagnostics))
            .build()
    }

    fn invocation(&self, contents: &Contents<'_>) -> Invocation {
        let notices: Vec<Notification> = contents
            .notices
            .iter()
            .map(|notice| {
                let location = notice.file.as_ref().map(|file| {
                    let place = PhysicalLocation::builder().artifact_location(self.artifact(&absolute(file)));
                    vec![Location::builder().physical_location(place.build()).build()]
                });
                Notification::builder()
                    .level(json!(if notice.is_failure { "error" } else { "note" }))
                    .message(message(&notice.text))
                    .opt_locations(location)
                    .build()
            })
            .collect();
        Invocation::builder()
            .execution_successful(!contents.notices.iter().any(|notice| notice.is_failure))
            .exit_code(i64::from(contents.status))
            .opt_working_directory(self.folder.map(folder_location))
            .tool_execution_notifications(notices)
            .build()
    }

    fn results(&mut self, diagnostics: &[Diagnostic]) -> Vec<Finding> {
        let mut seen: BTreeMap<(Option<String>, String), usize> = BTreeMap::new();
        diagnostics
            .iter()
            .map(|diagnostic| {
                let fingerprint = self.fingerprint(diagnostic);
                // Findings that look the same are counted within their file.
                let key = (diagnostic.primary.file.clone(), fingerprint.clone());
                let number = seen.entry(key).and_modify(|count| *count += 1).or_insert(1);
                let fingerprint = format!("{fingerprint}#{number}");
                self.result(diagnostic, fingerprint)
            })
            .collect()
    }

    fn result(&mut self, diagnostic: &Diagnostic, fingerprint: String) -> Finding {
        let mut text = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            text += &format!("\nhelp: {help}");
        }
        let related: Vec<Location> = (1..)
            .zip(&diagnostic.related)
            .map(|(id, related)| {
                let mut location = self.location(&related.place, &related.message);
                location.id = Some(id);
                location
            })
            .collect();
        Finding::builder()
            .rule_id(diagnostic.code)
            .opt_rule_index(Code::find(diagnostic.code).map(|code| code.index() as i64))
            .level(ResultLevel::Error)
            .message(message(&text))
            .locations(vec![self.location(&diagnostic.primary, &diagnostic.label)])
            .opt_related_locations((!related.is_empty()).then_some(related))
            .opt_code_flows(self.flow(diagnostic))
            .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), fingerprint)]))
            .build()
    }

    /// From the opening of the region to its end, as far as the places form such a chain.
    fn flow(&mut self, diagnostic: &Diagnostic) -> Option<Vec<CodeFlow>> {
        let mut steps: Vec<(u8, &Place, &str)> = diagnostic
            .related
            .iter()
            .filter_map(|related: &Related| {
                Some((step(related.role)?, &related.place, related.message.as_str()))
            })
            .collect();
        if steps.is_empty() {
            return None;
        }
        let own = if happens_after_the_end(diagnostic.code) {
            AFTER_END
        } else {
            BEFORE_END
        };
        steps.push((own, &diagnostic.primary, &diagnostic.label));
        // Stable: places of one kind stay in the order of cause and effect.
        steps.sort_by_key(|(rank, ..)| *rank);
        let locations = (1..)
            .zip(steps)
            .map(|(order, (_, place, label))| {
                ThreadFlowLocation::builder()
                    .location(self.location(place, label))
                    .execution_order(order)
                    .build()
            })
            .collect::<Vec<_>>();
        let thread = ThreadFlow::builder().locations(locations).build();
        Some(vec![CodeFlow::builder().thread_flows(vec![thread]).build()])
    }

    fn location(&mut self, place: &Place, label: &str) -> Location {
        let region = (place.line > 0).then(|| {
            let columns = self.sources.mark(place).map(|(_, mark)| mark.columns);
            // Without the source, the compiler's column is the best that there is.
            let start = columns.as_ref().map_or(place.column, |columns| columns.start);
            Region::builder()
                .start_line(i64::from(place.line))
                .opt_start_column((start > 0).then_some(i64::from(start)))
                .opt_end_column(columns.map(|columns| i64::from(columns.end)))
                .build()
        });
        let physical = place.file.as_ref().map(|file| {
            PhysicalLocation::builder()
                .artifact_location(self.artifact(Path::new(file)))
                .opt_region(region)
                .build()
        });
        let logical = (!place.function.is_empty()).then(|| {
            vec![
                LogicalLocation::builder()
                    .name(place.function.clone())
                    .fully_qualified_name(place.function.clone())
                    .kind("function")
                    .build(),
            ]
        });
        // Where a line says it all, the instruction would only be noise.
        let instruction = place.instruction.clone().filter(|_| place.line == 0);
        let instruction = instruction.map(|instruction| {
            PropertyBag::builder()
                .additional_properties(BTreeMap::from([("instruction".to_owned(), json!(instruction))]))
                .build()
        });
        Location::builder()
            .opt_physical_location(physical)
            .opt_logical_locations(logical)
            .message(message(label))
            .opt_properties(instruction)
            .build()
    }

    fn artifact(&self, file: &Path) -> ArtifactLocation {
        match self.folder.and_then(|folder| file.strip_prefix(folder).ok()) {
            Some(below) => ArtifactLocation::builder()
                .uri(encoded(below))
                .uri_base_id(BASE)
                .build(),
            None if file.is_absolute() => ArtifactLocation::builder().uri(file_uri(file)).build(),
            None => ArtifactLocation::builder().uri(encoded(file)).build(),
        }
    }

    fn fingerprint(&mut self, diagnostic: &Diagnostic) -> String {
        let place = &diagnostic.primary;
        let text = match self.sources.mark(place) {
            Some((source, mark)) => source.text[mark.line].to_owned(),
            None => place.instruction.clone().unwrap_or_default(),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        format!("{}/{}/{}", diagnostic.code, place.function, words.join(" "))
    }
}

/// Ranks of the steps of a flow.
const BEFORE_END: u8 = 4;
const AFTER_END: u8 = 6;

/// The rank of a role in the life of a region; none for what is no step of it.
fn step(role: Role) -> Option<u8> {
    match role {
        Role::Opened | Role::Parameter => Some(0),
        Role::Innermost => Some(1),
        Role::Allocated => Some(2),
        Role::Registered => Some(4),
        Role::Stored | Role::PassedOn | Role::Kept | Role::ReadBack | Role::ComesBack => Some(3),
        Role::Ended | Role::Reset => Some(5),
        Role::Repeats | Role::Recurses => Some(7),
        Role::CalleeStores => Some(3),
        Role::CalleeAllocates | Role::Holder | Role::InlinedInto | Role::Likewise(_) => None,
    }
}

/// Whether what a code reports comes after the end of the region.
fn happens_after_the_end(code: &str) -> bool {
    matches!(code, "R0203" | "R0403" | "R0404" | "R0907")
}

fn driver(diagnostics: &[Diagnostic]) -> ToolComponent {
    let broken: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<ReportingDescriptor> = CODES
        .iter()
        .map(|code| {
            let page = broken.contains(code.code).then(|| {
                MultiformatMessageString::builder()
                    .text(code.page)
                    .markdown(code.page)
                    .build()
            });
            let text = |text: String| MultiformatMessageString::builder().text(text).build();
            ReportingDescriptor::builder()
                .id(code.code)
                .short_description(text(code.title().to_owned()))
                .full_description(text(code.summary()))
                .opt_help(page)
                .default_configuration(ReportingConfiguration::builder().level(json!("error")).build())
                .build()
        })
        .collect();
    ToolComponent::builder()
        .name("croft")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

/// A folder. Its URI ends with a slash, or what is relative to it is not below it.
fn folder_location(folder: &Path) -> ArtifactLocation {
    let uri = format!("{}/", file_uri(folder).trim_end_matches('/'));
    ArtifactLocation::builder().uri(uri).build()
}

/// An absolute path as a `file:` URI.
fn file_uri(file: &Path) -> String {
    format!("file://{}", encoded(file))
}

/// A path as the path of a URI.
fn encoded(file: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let bytes = file.as_os_str().as_bytes();
    let segments = bytes
        .split(|byte| *byte == b'/')
        .map(|segment| percent_encode(segment, SEGMENT).to_string());
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(
            file_uri(Path::new("/a b/c%d/\u{e9}#?:.c")),
            "file:///a%20b/c%25d/%C3%A9%23%3F%3A.c"
        );
        let writer = Writer {
            folder: Some(Path::new("/work")),
            sources: Sources::default(),
        };
        let below = writer.artifact(Path::new("/work/a/b.c"));
        assert_eq!(
            (below.uri.as_deref(), below.uri_base_id.as_deref()),
            (Some("a/b.c"), Some(BASE))
        );
        let outside = writer.artifact(Path::new("/other/b.c"));
        assert_eq!(
            (outside.uri.as_deref(), outside.uri_base_id),
            (Some("file:///other/b.c"), None)
        );
        // A name that begins like a scheme stays a path.
        assert_eq!(
            writer.artifact(Path::new("/work/c:d.c")).uri.as_deref(),
            Some("c%3Ad.c")
        );
    }
}
