//! What would fix it: one help for each finding, as a concrete edit where names and lines are known.
//!
//! A help is advice, never a claim: the edit that is right depends on what the programmer meant, so where there are
//! several, the one that changes least comes first.

use super::Place;
use super::facts::{Facts, Holder, Language};
use crate::check::cleanup::OUT_OF_SCOPE;
use crate::check::finding::{Place as Keeper, Problem, Role, Way};
use crate::effects::{Count, manifest};
use crate::operation::Operation;

/// The help of a finding.
pub fn of(problem: &Problem, facts: &Facts) -> String {
    match problem {
        Problem::UnknownOperation {
            nearest: Some(nearest),
            ..
        } => format!("the nearest operation is `{nearest}`"),
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
        Problem::BadOperand { .. } => {
            "pass a region that a push returned, and an alignment of 1 to 4096 that is a power of two"
                .to_owned()
        }
        Problem::MalformedEffects {
            inferred: Some(inferred),
            ..
        } => match facts.language {
            Language::C => format!("what the body does: CROFT_EFFECTS(\"{inferred}\")"),
            _ => format!("what the body does: `\"croft.effects\"=\"{inferred}\"`"),
        },
        Problem::MalformedEffects { .. } => "the grammar of effects is in docs/ANNOTATIONS.md".to_owned(),
        Problem::NotCalled { .. } => {
            "call the operation in a function of its own, and use that function's address".to_owned()
        }
        Problem::LeftOpen { way } => left_open(*way, facts),
        Problem::NotInnermost => not_innermost(facts),
        Problem::EndedTwice => ended_twice(facts),
        Problem::UnwindsPast { callee } => format!(
            "call `{callee}` with a landing pad that ends {}, as CROFT_REGION does in C++, or declare it `nounwind`",
            facts.the_region_opened()
        ),
        Problem::PathsDisagree => format!(
            "end {} on every path to this point, or on none",
            facts.the_region_opened()
        ),
        Problem::LeakInLoop => leak("open a region inside the loop", facts),
        // The runtime's own function takes the region that the array was made in, and a reset would end the array.
        Problem::LeakThroughCall { callee } if callee.starts_with("croft_segmented_") => format!(
            "make the array in each iteration, in a region that is opened there, or {}",
            bounded(facts)
        ),
        Problem::LeakThroughCall { callee } => leak(
            &format!("give `{callee}` a region that is opened inside the loop"),
            facts,
        ),
        Problem::LeakInCallee {
            callee,
            by_recursion: true,
        } => format!(
            "open a region in each call of the recursion of `{callee}` that allocates, allocate in the base case only, or {}",
            bounded(facts)
        ),
        Problem::LeakInCallee { .. } | Problem::NotBounded { .. } => bounded(facts),
        Problem::LeakInRecursion { function } => format!(
            "open a region in each call of `{function}` that allocates, allocate in the base case only, or take a bounded \
             region{}",
            declared_bounded(facts)
        ),
        Problem::Returned => {
            format!(
                "{}: then the caller decides how long the value lives",
                in_parameter(facts)
            )
        }
        Problem::StoredOutside { place } => stored_outside(*place, facts),
        Problem::UsedAfterEnd { .. } | Problem::MayUseAfterEnd { .. } => used_after_end(facts),
        Problem::RegionUsedAfterEnd { .. } => match facts.at(Role::Ended) {
            at if at.is_empty() => "move it before the end of the region, or open a new region".to_owned(),
            at => format!(
                "move it before {} ends{at}, or open a new region",
                facts.the_region()
            ),
        },
        Problem::SameRegionTwice { .. } => "pass two different regions".to_owned(),
        Problem::Freed { callee } => match facts.at(Role::Ended) {
            at if at.is_empty() => "remove it: the object dies with its region".to_owned(),
            at => format!(
                "remove the call of `{callee}`: the object dies with {}{at}",
                facts.the_region()
            ),
        },
        Problem::CleanupsLeft { count, callee, .. } => cleanups_left(*count, callee.is_some(), facts),
        Problem::UnfitCleanup { why, .. } if *why == OUT_OF_SCOPE => {
            "declare the variable before the region, in the same block or an outer one, or allocate it in the region".to_owned()
        }
        Problem::UnfitCleanup { .. } => {
            "a cleanup reads its object and gives back what that holds: it neither unwinds, nor works on regions, nor keeps pointers"
                .to_owned()
        }
        Problem::UnknownCleanup { function: Some(name) } | Problem::KernelCallsUnknown { callee: Some(name), .. } => {
            let effects = "get(arg0); nounwind";
            format!(
                "describe it; if it only reads its object: `\"croft.effects\"=\"{effects}\"` on `@{name}` in IR, CROFT_EFFECTS(\"{effects}\") in C, \
                 or an entry in a file for `--effects`"
            )
        }
        Problem::UnknownCleanup { function: None } => "register the function by its name".to_owned(),
        Problem::KernelCallsUnknown { callee: None, .. } => "call the function directly".to_owned(),
        Problem::UntraceableHandle { .. } => {
            "pass the handle as an argument or keep it in a local variable".to_owned()
        }
        Problem::UnknownCallee {
            callee,
            suggestion,
            replaceable: true,
            ..
        } => format!(
            "define `{callee}` so that nothing can replace it (not `weak`), or, if that is all that any body of it does, declare it: \
             `\"croft.effects\"=\"{suggestion}\"` on `@{callee}` in IR, CROFT_EFFECTS(\"{suggestion}\") in C"
        ),
        Problem::UnknownCallee {
            callee, suggestion, ..
        } if !suggestion.is_empty() => format!(
            "if that is all it does, declare it: `\"croft.effects\"=\"{suggestion}\"` on `@{callee}` in IR, CROFT_EFFECTS(\"{suggestion}\") in C, \
             or put this into a file for `--effects`:\n{}",
            manifest::entry(callee, suggestion)
        ),
        Problem::UnknownCallee { .. } => {
            "describe the function that it calls, see the effects in docs/ANNOTATIONS.md".to_owned()
        }
        Problem::AmbiguousEnd => ambiguous_end(facts),
        Problem::NotAnalysed { what } if what.contains("skip") => {
            "return a status to the function that opened the region, so that every region ends on the way"
                .to_owned()
        }
        Problem::NotAnalysed { .. } => "keep region pointers out of it, for example by a copy".to_owned(),
        Problem::NotSupported { name } if name.contains("new") => {
            let array = if name.contains("array") {
                Operation::AllocArray
            } else {
                Operation::Alloc
            };
            format!("name the region: use {}", facts.operation(array))
        }
        Problem::NotSupported { .. } => "use another operation".to_owned(),
        Problem::IndirectCall { alias: Some(_) } => {
            "call the function by the name of its definition, or keep region pointers out of its arguments".to_owned()
        }
        Problem::IndirectCall { alias: None } => {
            "call the function directly, or keep region pointers out of its arguments".to_owned()
        }
    }
}

fn cleanups_left(count: Count, in_callee: bool, facts: &Facts) -> String {
    let early = if in_callee {
        "run them early".to_owned()
    } else {
        let (register, run) = match facts.language {
            Language::C => ("croft_register_cleanup", "croft_run_cleanup"),
            _ => ("croft.register_cleanup", "croft.run_cleanup"),
        };
        format!(
            "register with {register} and call {run} before {} ends, on every path",
            facts.the_region()
        )
    };
    if count == Count::MANY {
        return early;
    }
    match facts.language {
        Language::C => format!("{early}, or allow them: `CROFT_CLEANUPS({count})` before the kernel"),
        _ => format!("{early}, or allow them: the attribute `\"croft.cleanups\"=\"{count}\"` on the kernel"),
    }
}

fn left_open(way: Way, facts: &Facts) -> String {
    let region = facts.the_region_opened();
    let pop = facts.operation(Operation::Pop);
    let by_itself = match facts.language {
        Language::C => format!(
            ", or open it with {}, which ends it on every way out",
            scoped(facts)
        ),
        _ => String::new(),
    };
    match way {
        Way::Return => format!("end {region} before this way out with {pop}{by_itself}"),
        Way::Repeat => {
            format!("end {region} with {pop} before the loop repeats, also before each `continue`{by_itself}")
        }
        Way::Unwind => format!("end {region} in a landing pad; in C++, CROFT_REGION does"),
    }
}

/// The declaration that ends its region by itself.
fn scoped(facts: &Facts) -> String {
    facts.region.as_ref().map_or_else(
        || "CROFT_REGION".to_owned(),
        |name| format!("`CROFT_REGION({name})`"),
    )
}

fn not_innermost(facts: &Facts) -> String {
    let newer = facts.explanation(Role::Innermost);
    let newer = match (
        newer.and_then(|newer| newer.name.as_ref()),
        facts.at(Role::Innermost),
    ) {
        (Some(name), at) if at.is_empty() => format!("`{name}`"),
        (Some(name), at) => format!("`{name}` (opened{at})"),
        (None, at) if at.is_empty() => "the newer region".to_owned(),
        (None, at) => format!("the region opened{at}"),
    };
    format!("end {newer} first: regions end in the reverse order of their opening")
}

fn ended_twice(facts: &Facts) -> String {
    match facts.at(Role::Ended) {
        at if at.is_empty() => {
            "remove one of the two; in C, CROFT_REGION ends its region by itself".to_owned()
        }
        at => format!("remove this end of {}, or the one{at}", facts.the_region()),
    }
}

/// The three ways to bound what a loop allocates.
fn leak(first: &str, facts: &Facts) -> String {
    let before = facts
        .in_loop()
        .and_then(|place| facts.line(place))
        .map(|line| format!(" before {line}"))
        .unwrap_or_default();
    let reset = facts.operation(Operation::Reset);
    format!(
        "{first}{before}, or add {reset} once for each iteration, or {}",
        bounded(facts)
    )
}

fn bounded(facts: &Facts) -> String {
    if facts.place(Role::Opened).is_none() {
        return format!("take a bounded region{}", declared_bounded(facts));
    }
    let push = match facts.language {
        Language::C => "croft_push_bounded, CROFT_REGION_BOUNDED",
        _ => "croft.push.bounded",
    };
    format!(
        "open {} with a budget{} ({push})",
        facts.the_region(),
        facts.at(Role::Opened)
    )
}

/// How a parameter is declared to receive bounded regions only.
fn declared_bounded(facts: &Facts) -> String {
    match (facts.language, facts.parameter) {
        (Language::C, Some(index)) => format!(", with `CROFT_BOUNDED_PARAM({index})` before the function"),
        (Language::C, None) => ", with `CROFT_BOUNDED_PARAM` before the function".to_owned(),
        _ => ", with the attribute `\"croft.bounded\"` on the parameter".to_owned(),
    }
}

fn stored_outside(place: Keeper, facts: &Facts) -> String {
    let region = facts.the_region();
    let ends = match facts.at(Role::Ended) {
        at if at.is_empty() => format!("before {region} ends"),
        at => format!("before {region} ends{at}"),
    };
    match (place, &facts.holder) {
        (Keeper::Exception, _) => "throw a copy of the value instead of the pointer".to_owned(),
        (Keeper::Global, Some(Holder::Global(name))) => {
            format!("store a copy in `{name}` instead of the pointer, or overwrite `{name}` {ends}")
        }
        (Keeper::Global, _) => format!("store a copy instead of the pointer, or overwrite the place {ends}"),
        (Keeper::Caller, _) => format!(
            "{}: then the caller decides how long the value lives; or store a copy",
            in_parameter(facts)
        ),
        (Keeper::OuterRegion, Some(Holder::Object(name, opened))) => format!(
            "{} in {}, which lives as long as the place; or store a copy",
            allocate(facts),
            outer(name, opened, facts)
        ),
        (Keeper::OuterRegion, _) => {
            format!(
                "{} in a region that lives as long as the place; or store a copy",
                allocate(facts)
            )
        }
    }
}

/// `at line 9, allocate`
fn allocate(facts: &Facts) -> String {
    match facts.place(Role::Allocated).and_then(|place| facts.line(place)) {
        Some(line) => format!("at {line}, allocate"),
        None => "allocate the value".to_owned(),
    }
}

fn in_parameter(facts: &Facts) -> String {
    format!(
        "take a region as a parameter and allocate in that one{}",
        facts.at(Role::Allocated)
    )
}

fn outer(name: &Option<String>, opened: &Option<Place>, facts: &Facts) -> String {
    let at = opened.as_ref().and_then(|place| facts.line(place));
    match (name, at) {
        (Some(name), Some(at)) => format!("`{name}` (opened at {at})"),
        (Some(name), None) => format!("`{name}`"),
        (None, Some(at)) => format!("the region opened at {at}"),
        (None, None) => "the older region".to_owned(),
    }
}

fn used_after_end(facts: &Facts) -> String {
    let region = facts.the_region();
    let reset = facts.place(Role::Reset);
    let end = facts.place(Role::Ended).or(reset);
    let Some((end, line)) = end.and_then(|end| Some((end, facts.line(end)?))) else {
        return "use the value before its region ends, or allocate it in a region that lives longer"
            .to_owned();
    };
    let what = if reset.is_some() { "is reset" } else { "ends" };
    let allocated = facts.at(Role::Allocated);
    let is_carried = end.function == facts.primary.function
        && end.file == facts.primary.file
        && end.line > facts.primary.line;
    if is_carried {
        format!(
            "carry a copy of the value past {line}, where {region} {what}, or allocate it{allocated} in a region that is opened outside the loop"
        )
    } else {
        format!(
            "use the value before {line}, where {region} {what}, or allocate it{allocated} in a region that lives longer"
        )
    }
}

fn ambiguous_end(facts: &Facts) -> String {
    let lines: Vec<String> = facts
        .places
        .iter()
        .filter(|explanation| explanation.role == Role::Opened)
        .filter_map(|explanation| facts.line(&explanation.place))
        .collect();
    match lines.split_last() {
        Some((last, others)) if !others.is_empty() => format!(
            "end the regions opened at {} and {last} one by one, each where its handle is known",
            others.join(", ")
        ),
        _ => "end each region where its handle is known".to_owned(),
    }
}
