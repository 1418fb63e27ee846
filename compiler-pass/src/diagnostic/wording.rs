//! What is wrong, in words: the message, what happens at the primary place, and what the other places have to do with it.
//!
//! Lowercase, no full stop; the values are in it. Who outlives whom is said where it matters: a region ends *here*, while
//! what holds the pointer lives on.

use super::facts::{Explanation, Facts, Holder};
use crate::check::finding::{Place as Keeper, Problem, Role, Use, Way};
use crate::effects::Count;

/// What a related place has to do with a finding.
pub fn explanation(problem: &Problem, explanation: &Explanation, facts: &Facts) -> String {
    let region = facts.the_region();
    match explanation.role {
        Role::Opened => match &explanation.name {
            Some(name) => format!("region `{name}` is opened here"),
            None => "the region is opened here".to_owned(),
        },
        Role::Parameter => "the region is a parameter of this function".to_owned(),
        Role::Ended => ended(problem, &region, facts),
        Role::Reset => format!("every value in {region} ends here"),
        Role::Innermost => match &explanation.name {
            Some(name) => format!("`{name}`, opened here, is innermost"),
            None => "this region is innermost".to_owned(),
        },
        Role::Allocated => match &facts.region {
            Some(name) => format!("allocated in `{name}` here"),
            None => "allocated here".to_owned(),
        },
        Role::Repeats => "the loop repeats from here".to_owned(),
        Role::CalleeAllocates => "the callee allocates here".to_owned(),
        Role::CalleeStores => match &facts.holder {
            Some(Holder::Global(name)) => format!("the callee stores it in the global `{name}` here"),
            _ => "the callee stores it here".to_owned(),
        },
        Role::Holder => match &explanation.name {
            Some(name) => format!("the object that holds it is allocated in `{name}` here"),
            None => "the object that holds it is allocated here".to_owned(),
        },
        Role::Recurses => "the recursion passes the region on here".to_owned(),
        Role::Stored => "the handle comes from here".to_owned(),
        Role::Kept => "the pointer is put here".to_owned(),
        Role::ReadBack => "read again here".to_owned(),
        Role::ComesBack => "comes back from the call here".to_owned(),
        Role::PassedOn => "passed on here".to_owned(),
        Role::Registered => "the cleanup is registered here".to_owned(),
        Role::InlinedInto => "inlined here".to_owned(),
        Role::Likewise(more) => likewise(problem, more),
    }
}

/// Another place with the same cause.
fn likewise(problem: &Problem, more: u32) -> String {
    let what = match problem {
        Problem::UsedAfterEnd { .. } | Problem::MayUseAfterEnd { .. } => "used after the end here, too",
        _ => "the same here",
    };
    match more {
        0 => what.to_owned(),
        1 => format!("{what}, and in 1 more place"),
        more => format!("{what}, and in {more} more places"),
    }
}

fn ended(problem: &Problem, region: &str, facts: &Facts) -> String {
    match problem {
        Problem::StoredOutside { place } => {
            format!("{region} ends here, while {} lives on", holder(*place, facts))
        }
        Problem::Returned => format!("{region} ends here, before the caller gets the pointer"),
        Problem::UsedAfterEnd { .. } | Problem::MayUseAfterEnd { .. } => {
            format!("{region} ends here, and every value in it")
        }
        Problem::Freed { .. } => format!("{region} ends here, and gives the object back"),
        Problem::EndedTwice => format!("{region} ends here as well"),
        _ => format!("{region} ends here"),
    }
}

/// What holds the pointer.
fn holder(place: Keeper, facts: &Facts) -> String {
    match (&facts.holder, place) {
        (_, Keeper::Exception) => "the exception".to_owned(),
        (Some(Holder::Global(name)), _) => format!("the global `{name}`"),
        (Some(Holder::Parameter(name)), _) => format!("what `{name}` points to"),
        (Some(Holder::Object(Some(name), _)), _) => format!("the object in `{name}`"),
        (_, Keeper::Global) => "the global place".to_owned(),
        (_, Keeper::Caller) => "the caller's memory".to_owned(),
        (_, Keeper::OuterRegion) => "the older region".to_owned(),
    }
}

fn used_by(by: &Use) -> String {
    match by {
        Use::Read => "read".to_owned(),
        Use::Write => "written".to_owned(),
        Use::Call(callee) => format!("used by `{callee}`"),
        Use::Keepalive => "kept alive".to_owned(),
        Use::Cleanup => "used by a cleanup".to_owned(),
    }
}

/// What is wrong.
pub fn message(problem: &Problem) -> String {
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
        Problem::MalformedEffects { text, why, .. } => format!("effects `{text}` are wrong: {why}"),
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
        Problem::LeakInCallee {
            callee,
            by_recursion: true,
        } => {
            format!("`{callee}` allocates in a recursion into a region that has no budget")
        }
        Problem::LeakInCallee { callee, .. } => {
            format!("`{callee}` allocates in a loop into a region that has no budget")
        }
        Problem::LeakInRecursion { function } => {
            format!("the recursion of `{function}` repeats an allocation into one region")
        }
        Problem::NotBounded { callee } => {
            format!("`{callee}` wants a bounded region, and this one has no budget")
        }
        Problem::Returned => "pointer into a region is returned, and the region has ended".to_owned(),
        Problem::StoredOutside {
            place: Keeper::Exception,
        } => "pointer into a region is thrown, and whoever catches it may keep it".to_owned(),
        Problem::StoredOutside { place } => format!("pointer into a region is stored in {}", keeper(*place)),
        Problem::UsedAfterEnd { by } => {
            format!("pointer into a region is {} after the region ended", used_by(by))
        }
        Problem::RegionUsedAfterEnd { operation } => format!("`{operation}` on a region that has ended"),
        Problem::SameRegionTwice { callee } => {
            format!("`{callee}` ends one of its regions, and is given the same region twice")
        }
        Problem::Freed { callee } => format!("`{callee}` frees an object that belongs to a region"),
        Problem::CleanupsLeft {
            count,
            allowed,
            callee,
        } => {
            let count = cleanups(*count);
            let how = match allowed {
                0 => "in a real-time kernel".to_owned(),
                number => format!("in a real-time kernel that allows {number}"),
            };
            match callee {
                Some(callee) => format!("`{callee}` ends a region with {count} left, {how}"),
                None => format!("region ends with {count} left, {how}"),
            }
        }
        Problem::UnfitCleanup { function, why } => format!("`{function}` is no cleanup: {why}"),
        Problem::UnknownCleanup { function: Some(name) } => {
            format!("nobody described what the cleanup `{name}` does")
        }
        Problem::UnknownCleanup { function: None } => "cannot tell which function the cleanup is".to_owned(),
        Problem::KernelCallsUnknown {
            callee: Some(callee),
            within: false,
        } => format!("nobody described `{callee}`, which a real-time kernel calls"),
        Problem::KernelCallsUnknown {
            callee: Some(callee), ..
        } => format!("`{callee}`, which a real-time kernel calls, calls functions that nobody described"),
        Problem::KernelCallsUnknown { callee: None, .. } => {
            "cannot tell what a call through a pointer in a real-time kernel does".to_owned()
        }
        Problem::UntraceableHandle { operation, from } => {
            format!("cannot tell which region `{operation}` works on: its handle comes from {from}")
        }
        Problem::UnknownCallee {
            callee, suggestion, ..
        } if suggestion.is_empty() => {
            format!("`{callee}` hands a pointer into a region to a function that nobody described")
        }
        Problem::UnknownCallee {
            callee,
            region,
            replaceable: true,
            ..
        } => {
            let given = if *region {
                "the region that it is given"
            } else {
                "a pointer into a region"
            };
            format!(
                "the body of `{callee}` may be replaced at link time, and nobody described what it does with {given}"
            )
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
        Problem::IndirectCall { alias: Some(alias) } => {
            format!(
                "cannot tell which function `{alias}` names when the program runs, and what that does with a pointer into a region"
            )
        }
        Problem::IndirectCall { alias: None } => {
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

fn cleanups(count: Count) -> String {
    match count {
        Count::MANY => "cleanups".to_owned(),
        count if !count.exceeds(1) => "a cleanup".to_owned(),
        count => format!("{count} cleanups"),
    }
}

fn keeper(place: Keeper) -> &'static str {
    match place {
        Keeper::Global => "a global place, which outlives every region",
        Keeper::Caller => "memory of the caller, which outlives the region",
        Keeper::OuterRegion => "an object of a region that ends later",
        Keeper::Exception => "an exception",
    }
}

/// What happens at the primary place.
pub fn label(problem: &Problem, facts: &Facts) -> String {
    let region = facts.the_region();
    match problem {
        Problem::UnknownOperation { .. } => "not an operation".to_owned(),
        Problem::WrongSignature { expected, .. } => format!("expected `{expected}`"),
        Problem::BadOperand { what, .. } => what.clone(),
        Problem::MalformedEffects { .. } => "declared here".to_owned(),
        Problem::NotCalled { .. } => "used as a value".to_owned(),
        Problem::LeftOpen { way: Way::Return } => format!("leaves with {region} open"),
        Problem::LeftOpen { way: Way::Unwind } => format!("unwinds with {region} open"),
        Problem::LeftOpen { way: Way::Repeat } => format!("repeats with {region} open"),
        Problem::NotInnermost => format!("{region} ends here, out of order"),
        Problem::EndedTwice => format!("{region} ends a second time here"),
        Problem::UnwindsPast { .. } => format!("may unwind here, past the end of {region}"),
        Problem::PathsDisagree => format!("{region} is open on some paths only"),
        Problem::LeakInLoop => "allocates once for each iteration".to_owned(),
        Problem::LeakThroughCall { .. } => "allocates once for each iteration, through this call".to_owned(),
        Problem::LeakInCallee { .. } => "allocates without bound, through this call".to_owned(),
        Problem::LeakInRecursion { .. } => "allocates once for each level".to_owned(),
        Problem::NotBounded { .. } => "needs a bounded region".to_owned(),
        Problem::Returned => "returned here".to_owned(),
        Problem::StoredOutside {
            place: Keeper::Exception,
        } => "thrown here".to_owned(),
        Problem::StoredOutside { place } => match facts.holder {
            Some(_) if facts.place(Role::CalleeStores).is_some() => {
                format!("this call stores it in {}", holder(*place, facts))
            }
            Some(_) => format!("stored in {} here", holder(*place, facts)),
            None => "stored here".to_owned(),
        },
        Problem::UsedAfterEnd { by } => format!("{} here, after the end of {region}", used_by(by)),
        Problem::RegionUsedAfterEnd { .. } => format!("{region} has ended before this"),
        Problem::SameRegionTwice { .. } => "the same region twice".to_owned(),
        Problem::Freed { .. } => "freed here".to_owned(),
        Problem::CleanupsLeft { callee: None, .. } => format!("{region} ends here, and runs them"),
        Problem::CleanupsLeft { .. } => "they run here".to_owned(),
        Problem::UnfitCleanup { why, .. } => (*why).to_owned(),
        Problem::UnknownCleanup { .. } => "registered here".to_owned(),
        Problem::KernelCallsUnknown { .. } => "may end regions with cleanups".to_owned(),
        Problem::UntraceableHandle { .. } => "which region?".to_owned(),
        Problem::UnknownCallee { .. } => "may keep the pointer, or allocate".to_owned(),
        Problem::AmbiguousEnd => "which region?".to_owned(),
        Problem::NotAnalysed { .. } => "not analysed".to_owned(),
        Problem::NotSupported { .. } => "not supported".to_owned(),
        Problem::IndirectCall { .. } => "may keep the pointer, or allocate".to_owned(),
        Problem::MayUseAfterEnd { .. } => "may be stale here".to_owned(),
    }
}
