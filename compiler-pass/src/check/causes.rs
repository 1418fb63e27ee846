//! One finding for each root cause. What follows from another finding is left out, and what has one cause with it becomes a
//! related place of it.
//!
//! * At one place: an operation on a handle that cannot be followed, or on a region that has ended, has no other
//!   faults; a region that a loop leaves open is open at the exits too; and so on (`at_one_place`).
//! * One end that comes too early has one finding, whatever is used after it: the first use in the text for
//!   certain, or else the first that may be one.
//! * A pointer that is stored where it outlives its region (R0402) needs no finding for each use of it there (R0907).
//! * What nobody described is told at its first call, and so is a call through a pointer that comes from the same
//!   variable, parameter or instruction.
//!
//! A cause has always a finding; [`super::Verdict::suspects`] has the functions of all of them.

use super::finding::{Finding, Problem, Role, Site, Use, Way};
use crate::form::{Form, FuncId};
use crate::llvm::{Value, location};
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Of the places that share a cause with a finding, this many are shown.
const MOST_SHOWN: usize = 3;

/// Enough to get from a called value to where it comes from.
const STEPS: usize = 32;

/// What several findings may have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Cause<'a> {
    /// An end of a region, and the cleanup's registration that its use stems from.
    End {
        function: FuncId,
        opened: Site,
        ended: Site,
        registered: Option<Site>,
    },
    /// What is not known of a function: its name, the effects that would settle it, and whether it is given a region.
    Unknown(String, String, bool),
    /// Where a called pointer comes from, and of an instruction or a parameter in which function.
    Pointer(Value<'a>, Option<FuncId>),
}

/// Keeps one finding for each root cause.
pub(super) fn one_each(form: &Form<'_>, findings: BTreeSet<Finding>) -> BTreeSet<Finding> {
    let findings = at_one_place(findings);
    let surplus = surplus_ends(&findings);
    let stored: Vec<&Finding> = findings
        .iter()
        .filter(|finding| matches!(finding.problem, Problem::StoredOutside { .. }))
        .collect();
    let mut kept = BTreeSet::new();
    let mut groups: HashMap<Cause<'_>, Vec<Finding>> = HashMap::new();
    for finding in &findings {
        if stored.iter().any(|stored| follows_from_store(finding, stored)) {
            continue;
        }
        match cause(form, finding, &surplus) {
            Some(cause) => groups.entry(cause).or_default().push(finding.clone()),
            None => {
                kept.insert(finding.clone());
            }
        }
    }
    kept.extend(groups.into_values().filter_map(|group| first(form, group)));
    kept
}

/// By the place of a surplus end, the end that was the right one.
fn surplus_ends(findings: &BTreeSet<Finding>) -> BTreeMap<Site, Site> {
    let twice = findings
        .iter()
        .filter(|finding| finding.problem == Problem::EndedTwice);
    let ends = twice.filter_map(|finding| Some((finding.at, place(finding, Role::Ended)?)));
    ends.filter(|(surplus, end)| surplus.inst > end.inst).collect()
}

fn place(finding: &Finding, wanted: Role) -> Option<Site> {
    let found = finding.because.iter().find(|(_, role)| *role == wanted);
    found.map(|(site, _)| *site)
}

/// Whether a use of what was read from memory follows from a store that is told: of an object of the same region, which that very
/// instruction put into memory, or of the same object, if it is not known where it was put.
fn follows_from_store(finding: &Finding, stored: &Finding) -> bool {
    let shares = |role| {
        let site = place(finding, role);
        site.is_some() && site == place(stored, role)
    };
    let is_put_there = match place(finding, Role::Kept) {
        Some(_) => finding.because.contains(&(stored.at, Role::Kept)),
        None => shares(Role::Allocated),
    };
    matches!(finding.problem, Problem::MayUseAfterEnd { .. })
        && finding.at.function == stored.at.function
        && shares(Role::Opened)
        && is_put_there
}

fn cause<'a>(form: &Form<'a>, finding: &Finding, surplus: &BTreeMap<Site, Site>) -> Option<Cause<'a>> {
    match &finding.problem {
        Problem::UsedAfterEnd { .. } | Problem::MayUseAfterEnd { .. } => {
            let ended = place(finding, Role::Ended).or_else(|| place(finding, Role::Reset))?;
            Some(Cause::End {
                function: finding.at.function,
                opened: place(finding, Role::Opened).or_else(|| place(finding, Role::Parameter))?,
                ended: surplus.get(&ended).copied().unwrap_or(ended),
                registered: place(finding, Role::Registered),
            })
        }
        Problem::UnknownCallee {
            callee,
            suggestion,
            region,
            ..
        } => Some(Cause::Unknown(callee.clone(), suggestion.clone(), *region)),
        Problem::IndirectCall { .. } => called_pointer(form, finding.at),
        _ => None,
    }
}

/// Where the pointer comes from that an instruction calls: through reads, too, since a table that cannot be followed is one
/// cause, whichever entry is called.
fn called_pointer<'a>(form: &Form<'a>, at: Site) -> Option<Cause<'a>> {
    let mut value = instruction(form, at)?.callee()?;
    for _ in 0..STEPS {
        let source = match value.opcode().or_else(|| value.constant_opcode()) {
            Some(
                LLVMOpcode::LLVMLoad
                | LLVMOpcode::LLVMGetElementPtr
                | LLVMOpcode::LLVMBitCast
                | LLVMOpcode::LLVMAddrSpaceCast
                | LLVMOpcode::LLVMFreeze,
            ) => value.operand(0),
            _ => None,
        };
        let Some(source) = source else { break };
        value = source;
    }
    let is_shared = matches!(
        value.kind(),
        LLVMValueKind::LLVMGlobalVariableValueKind
            | LLVMValueKind::LLVMGlobalAliasValueKind
            | LLVMValueKind::LLVMGlobalIFuncValueKind
    );
    Some(Cause::Pointer(value, (!is_shared).then_some(at.function)))
}

fn instruction<'a>(form: &Form<'a>, at: Site) -> Option<Value<'a>> {
    let body = form.function(at.function).body.as_ref()?;
    Some(body.inst(at.inst?).llvm)
}

/// The finding of a group that is told: certain before possible, then in the order of the source, then of the module. The
/// others become related places, and of many a number.
fn first(form: &Form<'_>, mut group: Vec<Finding>) -> Option<Finding> {
    let order = |finding: &Finding| {
        let is_possible = matches!(finding.problem, Problem::MayUseAfterEnd { .. });
        let at = instruction(form, finding.at).and_then(location::of);
        let line = at.map(|at| (at.file, at.line, at.column));
        (is_possible, line, finding.clone())
    };
    group.sort_by_cached_key(order);
    let mut group = group.into_iter();
    let mut told = group.next()?;
    let mut seen = BTreeSet::from([told.at]);
    let others: Vec<Site> = group
        .map(|finding| finding.at)
        .filter(|at| seen.insert(*at))
        .collect();
    let shown = others.len().min(MOST_SHOWN);
    for (index, at) in others[..shown].iter().enumerate() {
        let more = if index + 1 == shown {
            others.len() - shown
        } else {
            0
        };
        told.because.push((*at, Role::Likewise(more as u32)));
    }
    Some(told)
}

/// Drops findings that follow from another one at the same place.
fn at_one_place(findings: BTreeSet<Finding>) -> BTreeSet<Finding> {
    let mut seen: BTreeSet<(Site, &'static str)> = BTreeSet::new();
    let mut kept = BTreeSet::new();
    // A handle that cannot be followed or a region that has ended makes whatever else happens there moot.
    let roots: BTreeSet<Site> = findings
        .iter()
        .filter(|f| {
            matches!(
                f.problem,
                Problem::UntraceableHandle { .. } | Problem::RegionUsedAfterEnd { .. }
            )
        })
        .map(|f| f.at)
        .collect();
    // A region that a loop leaves open is open at the exits as well.
    let repeating: BTreeSet<Site> = findings
        .iter()
        .filter(|f| f.problem == Problem::LeftOpen { way: Way::Repeat })
        .flat_map(|f| f.because.iter().map(|(site, _)| *site))
        .collect();
    // After an end that cannot be told, the rest of the function's stack is a guess.
    let mut blind: BTreeSet<FuncId> = BTreeSet::new();
    let untraceable = |f: &&Finding| {
        matches!(
            f.problem,
            Problem::UntraceableHandle { .. } | Problem::AmbiguousEnd
        )
    };
    blind.extend(findings.iter().filter(untraceable).map(|f| f.at.function));
    // The regions of which some paths lack an end, or a beginning: that they are open at the exits follows.
    // So does it for a region that is skipped by the end of an older one.
    let torn: BTreeSet<Site> = findings
        .iter()
        .flat_map(|f| f.because.iter().map(move |(site, role)| (f, *site, *role)))
        .filter(|(f, _, role)| match f.problem {
            Problem::PathsDisagree => true,
            Problem::NotInnermost => *role == Role::Innermost,
            _ => false,
        })
        .map(|(_, site, _)| site)
        .collect();
    // A cleanup whose object does not live as long as the region is told where it is registered.
    let short_lived: BTreeSet<Site> = findings
        .iter()
        .filter(|f| matches!(f.problem, Problem::StoredOutside { .. }))
        .map(|f| f.at)
        .collect();
    let mut ambiguous: BTreeSet<FuncId> = BTreeSet::new();
    for finding in findings {
        let code = finding.problem.code();
        let follows = match finding.problem {
            Problem::LeftOpen { way } => {
                let at_exit = way != Way::Repeat;
                at_exit && finding.because.iter().any(|(site, _)| repeating.contains(site))
                    || blind.contains(&finding.at.function)
                    || finding.because.iter().any(|(site, _)| torn.contains(site))
            }
            Problem::NotInnermost | Problem::EndedTwice | Problem::PathsDisagree => {
                blind.contains(&finding.at.function)
            }
            Problem::UsedAfterEnd { by: Use::Cleanup } => finding
                .because
                .iter()
                .any(|(site, role)| *role == Role::Registered && short_lived.contains(site)),
            Problem::AmbiguousEnd => !ambiguous.insert(finding.at.function),
            _ => false,
        };
        if follows {
            continue;
        }
        let is_root = matches!(code, "R0901" | "R0404");
        if (is_root || !roots.contains(&finding.at)) && seen.insert((finding.at, code)) {
            kept.insert(finding);
        }
    }
    kept
}
