//! What `croft check --format json` reports.

use std::fmt;

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line of the primary place; 0 if it has none.
    pub line: u32,
    /// The code.
    pub code: String,
    /// The file of the primary place, without folders; empty if it has none.
    pub file: String,
    /// The message.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} {}", self.line, self.code, self.message)
    }
}

/// Reads JSON lines.
///
/// # Errors
/// The first line that is no diagnostic in the documented form.
pub fn read(lines: &str) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for line in lines.lines() {
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("no JSON: {error}: {line}"))?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let primary = &value["primary"];
        let finding = (|| {
            Some(Finding {
                line: u32::try_from(primary["line"].as_u64()?).ok()?,
                code: text(&value["code"])?,
                file: match text(&primary["file"]) {
                    Some(path) => path.rsplit('/').next().unwrap_or_default().to_owned(),
                    None => String::new(),
                },
                message: text(&value["message"])?,
            })
        })();
        let complete = value["severity"] == "error"
            && primary["column"].is_u64()
            && primary["function"].is_string()
            && value["related"].is_array()
            && (value["help"].is_string() || value["help"].is_null());
        match finding {
            Some(finding) if complete => findings.push(finding),
            _ => return Err(format!("not the documented form: {line}")),
        }
    }
    findings.sort();
    Ok(findings)
}
