//! From a finding to a diagnostic: message, labels and one help that would fix it.

use super::{Diagnostic, Place, Related, Severity};
use crate::check::annotations::Malformed;
use crate::check::finding::{Finding, Place as Holder, Problem, Role, Site, Use, Way};
use crate::effects::manifest;
use crate::form::Form;
use crate::llvm::{Value, location};

/// Turns a finding into a diagnostic.
pub fn finding(form: &Form<'_>, finding: &Finding) -> Diagnostic {
    let related = finding
        .because
        .iter()
        .map(|(site, role)| Related {
            message: role_label(*role).to_owned(),
            place: place_of(form, *site),
        })
        .collect();
    assemble(&finding.problem, place_of(form, finding.at), related)
}

/// Turns a malformed annotation into a diagnostic.
pub fn malformed(malformed: &Malformed<'_>) -> Diagnostic {
    assemble(&malformed.problem, place_of_value(malformed.at), Vec::new())
}

fn assemble(problem: &Problem, primary: Place, related: Vec<Related>) -> Diagnostic {
    let mut related: Vec<Related> = related;
    // Two roles at one place of the source are one mark to a reader: the first says more.
    let mut seen = vec![(primary.file.clone(), primary.line, primary.column)];
    related.retain(|entry| {
        let key = (entry.place.file.clone(), entry.place.line, entry.place.column);
        let fresh = entry.place.line == 0 || !seen.contains(&key);
        seen.push(key);
        fresh
    });
    Diagnostic {
        code: problem.code(),
        severity: Severity::Error,
        message: message(problem),
        primary,
        related,
        help: help(problem),
        label: label(problem),
    }
}

/// The place of a site.
pub fn place_of(form: &Form<'_>, site: Site) -> Place {
    let function = form.function(site.function);
    match site.inst.zip(function.body.as_ref()) {
        Some((inst, body)) => place_of_value(body.inst(inst).llvm),
        None => place_of_value(function.llvm),
    }
}

fn place_of_value(value: Value<'_>) -> Place {
    let is_function = value.is_function();
    let at = if is_function {
        location::of_function(value)
    } else {
        location::of(value)
    };
    let function = if is_function {
        Some(value)
    } else {
        value.parent_function()
    };
    Place {
        file: at.as_ref().map(|at| at.file.display().to_string()),
        line: at.as_ref().map_or(0, |at| at.line),
        column: at.as_ref().map_or(0, |at| at.column),
        function: function.map(Value::name).unwrap_or_default(),
        instruction: (!is_function).then(|| without_metadata(&value.print())),
    }
}

/// An instruction's text without the trailing metadata, which says nothing to a reader.
fn without_metadata(text: &str) -> String {
    text.split(", !").next().unwrap_or(text).trim().to_owned()
}

fn role_label(role: Role) -> &'static str {
    match role {
        Role::Opened => "the region is opened here",
        Role::Parameter => "the region is a parameter of this function",
        Role::Ended => "the region ends here",
        Role::Reset => "every value in the region ends here",
        Role::Innermost => "this region is innermost",
        Role::Allocated => "allocated here",
        Role::Repeats => "the loop repeats from here",
        Role::CalleeAllocates => "the callee allocates here",
        Role::Recurses => "the recursion passes the region on here",
        Role::Stored => "the handle comes from here",
        Role::PassedOn => "passed on here",
    }
}

fn used_by(by: &Use) -> String {
    match by {
        Use::Read => "read".to_owned(),
        Use::Write => "written".to_owned(),
        Use::Call(callee) => format!("used by `{callee}`"),
        Use::Keepalive => "kept alive".to_owned(),
    }
}

fn message(problem: &Problem) -> String {
    match problem {
        Problem::UnknownOperation { name, .. } => format!("`{name}` is no region operation"),
        Problem::WrongSignature {
            name,
            expected,
            found,
        } => {
            format!("`{name}` has the signature `{expected}`, not `{found}`")
        }
        Problem::BadOperand { name, what } => format!("`{name}` cannot succeed: {what}"),
        Problem::MalformedEffects { text, why } => format!("effects `{text}` are wrong: {why}"),
        Problem::NotCalled { name } => format!("`{name}` is used as a value; operations can only be called"),
        Problem::LeftOpen { way: Way::Return } => "region is still open when the function returns".to_owned(),
        Problem::LeftOpen { way: Way::Unwind } => "region is still open when the function unwinds".to_owned(),
        Problem::LeftOpen { way: Way::Repeat } => "region is still open when the loop repeats".to_owned(),
        Problem::NotInnermost => "region ends while a newer one is open".to_owned(),
        Problem::EndedTwice => "region has ended already".to_owned(),
        Problem::UnwindsPast { callee } => format!("`{callee}` may unwind past an open region"),
        Problem::PathsDisagree => "region is open on some paths to this point and ended on others".to_owned(),
        Problem::LeakInLoop => "allocation in a loop into a region that outlives the loop".to_owned(),
        Problem::LeakThroughCall { callee } => {
            format!("`{callee}`, called in a loop, allocates into a region that outlives the loop")
        }
        Problem::LeakInCallee { callee } => {
            format!("`{callee}` allocates in a loop into a region that has no budget")
        }
        Problem::LeakInRecursion { function } => {
            format!("the recursion of `{function}` repeats an allocation into one region")
        }
        Problem::NotBounded { callee } => {
            format!("`{callee}` wants a bounded region, and this one has no budget")
        }
        Problem::Returned => "pointer into a region is returned, and the region has ended".to_owned(),
        Problem::StoredOutside { place } => format!("pointer into a region is stored in {}", holder(*place)),
        Problem::UsedAfterEnd { by } => {
            format!("pointer into a region is {} after the region ended", used_by(by))
        }
        Problem::RegionUsedAfterEnd { operation } => format!("`{operation}` on a region that has ended"),
        Problem::SameRegionTwice { callee } => {
            format!("`{callee}` ends one of its regions, and is given the same region twice")
        }
        Problem::Freed { callee } => format!("`{callee}` frees an object that belongs to a region"),
        Problem::UntraceableHandle { operation, from } => {
            format!("cannot tell which region `{operation}` works on: its handle comes from {from}")
        }
        Problem::UnknownCallee {
            callee, suggestion, ..
        } if suggestion.is_empty() => {
            format!("`{callee}` hands a pointer into a region to a function that nobody described")
        }
        Problem::UnknownCallee {
            callee, region: true, ..
        } => {
            format!("nobody described what `{callee}` does with the region that it is given")
        }
        Problem::UnknownCallee { callee, .. } => {
            format!("nobody described what `{callee}` does with a pointer into a region")
        }
        Problem::AmbiguousEnd => "cannot tell which of several regions ends here".to_owned(),
        Problem::NotAnalysed { what } => format!("cannot analyse {what}"),
        Problem::NotSupported { name } => format!("`{name}` is not supported yet"),
        Problem::IndirectCall => {
            "cannot tell what a call through a pointer does with a pointer into a region".to_owned()
        }
        Problem::MayUseAfterEnd { by } => {
            format!(
                "pointer read from memory may lead into a region that has ended, and is {}",
                used_by(by)
            )
        }
    }
}

fn holder(place: Holder) -> &'static str {
    match place {
        Holder::Global => "a global place, which outlives every region",
        Holder::Caller => "memory of the caller, which outlives the region",
        Holder::OuterRegion => "an object of a region that ends later",
    }
}

/// What the excerpt says at the primary place.
fn label(problem: &Problem) -> String {
    match problem {
        Problem::UnknownOperation { .. } => "not an operation".to_owned(),
        Problem::WrongSignature { expected, .. } => format!("expected `{expected}`"),
        Problem::BadOperand { what, .. } => what.clone(),
        Problem::MalformedEffects { .. } => "declared here".to_owned(),
        Problem::NotCalled { .. } => "used as a value".to_owned(),
        Problem::LeftOpen { way: Way::Return } => "leaves with the region open".to_owned(),
        Problem::LeftOpen { way: Way::Unwind } => "unwinds with the region open".to_owned(),
        Problem::LeftOpen { way: Way::Repeat } => "repeats with the region open".to_owned(),
        Problem::NotInnermost => "ends here, out of order".to_owned(),
        Problem::EndedTwice => "ends a second time here".to_owned(),
        Problem::UnwindsPast { .. } => "may unwind here".to_owned(),
        Problem::PathsDisagree => "open on some paths only".to_owned(),
        Problem::LeakInLoop => "allocates once for each iteration".to_owned(),
        Problem::LeakThroughCall { .. } => "allocates once for each iteration, through this call".to_owned(),
        Problem::LeakInCallee { .. } => "allocates without bound, through this call".to_owned(),
        Problem::LeakInRecursion { .. } => "allocates once for each level".to_owned(),
        Problem::NotBounded { .. } => "needs a bounded region".to_owned(),
        Problem::Returned => "returned here".to_owned(),
        Problem::StoredOutside { .. } => "stored here".to_owned(),
        Problem::UsedAfterEnd { .. } => "used here".to_owned(),
        Problem::RegionUsedAfterEnd { .. } => "the region has ended before this".to_owned(),
        Problem::SameRegionTwice { .. } => "the same region twice".to_owned(),
        Problem::Freed { .. } => "freed here".to_owned(),
        Problem::UntraceableHandle { .. } => "which region?".to_owned(),
        Problem::UnknownCallee { .. } => "may keep the pointer, or allocate".to_owned(),
        Problem::AmbiguousEnd => "which region?".to_owned(),
        Problem::NotAnalysed { .. } => "not analysed".to_owned(),
        Problem::NotSupported { .. } => "not supported".to_owned(),
        Problem::IndirectCall => "may keep the pointer, or allocate".to_owned(),
        Problem::MayUseAfterEnd { .. } => "may be stale here".to_owned(),
    }
}

fn help(problem: &Problem) -> Option<String> {
    let text = match problem {
        Problem::UnknownOperation { nearest: Some(nearest), .. } => format!("the nearest operation is `{nearest}`"),
        Problem::UnknownOperation { nearest: None, .. } => {
            "names with the prefix `croft.` are reserved for operations; rename the function".to_owned()
        }
        Problem::WrongSignature { name, expected, .. } => {
            let size = if expected.contains("size") {
                ", where size is an integer of the target's pointer width"
            } else {
                ""
            };
            format!("declare and call `{name}` as `{expected}`{size}")
        }
        Problem::BadOperand { .. } => "pass a region that a push returned, and an alignment of 1 to 4096 that is a power of two".to_owned(),
        Problem::MalformedEffects { .. } => "the grammar of effects is in docs/ANNOTATIONS.md".to_owned(),
        Problem::NotCalled { .. } => "call the operation in a function of its own, and use that function's address".to_owned(),
        Problem::LeftOpen { way: Way::Repeat } => "end the region before the end of the loop body, also before `continue`".to_owned(),
        Problem::LeftOpen { way: Way::Unwind } => "end the region in a landing pad; in C++, CROFT_REGION does".to_owned(),
        Problem::LeftOpen { way: Way::Return } => {
            "end the region before this way out; in C, CROFT_REGION(r) ends it on every way out".to_owned()
        }
        Problem::NotInnermost => "end the newer region first: regions end in the reverse order of their opening".to_owned(),
        Problem::EndedTwice => "remove one of the two; in C, CROFT_REGION ends its region by itself".to_owned(),
        Problem::UnwindsPast { .. } => "call it with a landing pad that ends the region (in C++, use CROFT_REGION), or declare it `nounwind`".to_owned(),
        Problem::PathsDisagree => "open and end the region on the same paths".to_owned(),
        Problem::LeakInLoop | Problem::LeakThroughCall { .. } => {
            "open a region inside the loop body, reset the region once for each iteration, or give it a budget with croft_push_bounded".to_owned()
        }
        Problem::LeakInCallee { .. } => "pass a region with a budget: open it with croft_push_bounded".to_owned(),
        Problem::LeakInRecursion { .. } => {
            "open a region for each level, allocate in the base case only, or take a bounded region".to_owned()
        }
        Problem::NotBounded { .. } => "open the region with croft_push_bounded".to_owned(),
        Problem::Returned => "take the region as a parameter, so that the caller decides how long the value lives".to_owned(),
        Problem::StoredOutside { .. } => "allocate the value in a region that lives as long as the place, or copy it".to_owned(),
        Problem::UsedAfterEnd { .. } | Problem::MayUseAfterEnd { .. } => {
            "use the value before its region ends, or allocate it in a region that lives longer".to_owned()
        }
        Problem::RegionUsedAfterEnd { .. } => "move it before the end of the region, or open a new region".to_owned(),
        Problem::SameRegionTwice { .. } => "pass two different regions".to_owned(),
        Problem::Freed { .. } => "remove it: the object dies with its region".to_owned(),
        Problem::UntraceableHandle { .. } => "pass the handle as an argument or keep it in a local variable".to_owned(),
        Problem::UnknownCallee { callee, suggestion, .. } if !suggestion.is_empty() => format!(
            "if that is all it does, declare it: `\"croft.effects\"=\"{suggestion}\"` on `@{callee}` in IR, CROFT_EFFECTS(\"{suggestion}\") in C, \
             or put this into a file for `--effects`:\n{}",
            manifest::entry(callee, suggestion)
        ),
        Problem::UnknownCallee { .. } => "describe the function that it calls, see the effects in docs/ANNOTATIONS.md".to_owned(),
        Problem::AmbiguousEnd => "end each region where its handle is known".to_owned(),
        Problem::NotAnalysed { what } if what.contains("skip") => {
            "return a status to the function that opened the region, so that every region ends on the way".to_owned()
        }
        Problem::NotAnalysed { .. } => "keep region pointers out of it, for example by a copy".to_owned(),
        Problem::NotSupported { name } if name.contains("new") => {
            "name the region: use croft.alloc or croft.alloc.array".to_owned()
        }
        Problem::NotSupported { .. } => "release the resource before the region ends".to_owned(),
        Problem::IndirectCall => "call the function directly".to_owned(),
    };
    Some(text)
}
