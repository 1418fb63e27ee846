//! From a finding to a diagnostic: its places with their words, and one help.

use super::facts::Facts;
use super::{Diagnostic, Place, Related, Severity, help, wording};
use crate::check::annotations::Malformed;
use crate::check::finding::{Finding, Problem, Role};
use crate::form::Form;

/// Of a chain of inlined calls, this many are told.
const MOST_INLINED: usize = 3;

/// Turns a finding into a diagnostic.
pub fn finding(form: &Form<'_>, finding: &Finding) -> Diagnostic {
    let facts = Facts::new(form, finding);
    let mut related: Vec<Related> = facts
        .places
        .iter()
        .map(|explanation| Related {
            role: explanation.role,
            message: wording::explanation(&finding.problem, explanation, &facts),
            place: explanation.place.clone(),
        })
        .collect();
    let inlined = facts.inlined.iter().take(MOST_INLINED);
    related.extend(inlined.map(|(into, place)| Related {
        role: Role::InlinedInto,
        message: format!("inlined into `{into}` here"),
        place: place.clone(),
    }));
    assemble(&finding.problem, &facts, related)
}

/// Turns a malformed annotation into a diagnostic.
pub fn malformed(malformed: &Malformed<'_>) -> Diagnostic {
    assemble(&malformed.problem, &Facts::of_value(malformed.at), Vec::new())
}

fn assemble(problem: &Problem, facts: &Facts, mut related: Vec<Related>) -> Diagnostic {
    // Two roles at one place of the source are one mark to a reader: the first says more.
    let key = |place: &Place| (place.file.clone(), place.line, place.column);
    let mut seen = vec![key(&facts.primary)];
    related.retain(|entry| {
        let key = key(&entry.place);
        let fresh = entry.place.line == 0 || !seen.contains(&key);
        seen.push(key);
        fresh
    });
    Diagnostic {
        code: problem.code(),
        severity: Severity::Error,
        message: wording::message(problem),
        label: wording::label(problem, facts),
        primary: facts.primary.clone(),
        related,
        help: Some(help::of(problem, facts)),
    }
}
