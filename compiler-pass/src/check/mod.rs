//! The checker: sound region rules over LLVM IR.
//!
//! Layers, each apart from the next: constraints (the dataflow and points-to solutions of the phases) →
//! [`finding`] values → [`crate::diagnostic`] rendering.
//!
//! Phases for each function, callees first ([`crate::form::callgraph`]):
//! 1. [`balance`] (R02) walks the region stack, and shows what handles name ([`named`]);
//! 2. [`leak`] (R03) looks for cycles through allocations;
//! 3. [`provenance`] solves what points where;
//! 4. [`escape`] (R04) judges what outlives what, [`unknown`] (R09) what leaves the analysis;
//! 5. [`cleanup`] (R06) knows what runs where a region ends, [`stale`] (R04) follows pointers past the end of their region;
//! 6. [`summary`] tells the callers.
//!
//! [`annotations`] (R01) comes first, on the module as it was given; the rest works on a promoted copy
//! ([`prepare`]). [`component`] iterates phases 1 to 6 over a recursion until the summaries stand still, and reports only then.

mod address;
pub mod annotations;
pub mod balance;
mod beside;
pub mod blame;
mod bytes;
mod called;
mod carried;
pub mod cleanup;
pub mod component;
pub mod constraints;
pub mod context;
mod cycles;
pub mod escape;
pub mod exits;
pub mod finding;
mod found;
pub mod instantiate;
pub mod kept;
pub mod leak;
pub mod lives;
pub mod named;
pub mod object;
pub mod overwrite;
pub mod prepare;
pub mod provenance;
pub mod reached;
mod reading;
mod recursion;
mod registration;
pub mod stack;
pub mod stale;
pub mod summary;
pub mod targets;
mod torn;
pub mod transfer;
mod turn;
pub mod unknown;
mod word;

use crate::effects::{Effects, Put, Sink, Source};
use crate::form::regions::Kept;
use crate::form::{Form, FuncId, InstKind, ValueId, callgraph};
use context::{Context, Summaries};
use finding::{Finding, Problem, Site};
use leak::Blame;
use recursion::Recursion;
use std::collections::{BTreeMap, BTreeSet};

/// The result of checking a module's analysis form.
pub struct Verdict {
    /// The violations, in a deterministic order, one for each root cause.
    pub findings: BTreeSet<Finding>,
    /// The effects of every function.
    pub summaries: Summaries,
}

/// Checks every function with a body.
pub fn run(form: &Form<'_>) -> Verdict {
    let mut summaries = initial(form);
    let mut findings = BTreeSet::new();
    let mut blame = Blame::new();
    for component in callgraph::components(form) {
        findings.extend(component::check(form, component, &mut summaries, &mut blame));
    }
    Verdict {
        findings: one_per_cause(findings),
        summaries,
    }
}

/// The summaries before anything is analysed: what declarations and manifests say.
fn initial(form: &Form<'_>) -> Summaries {
    let mut summaries = Summaries {
        effects: Vec::new(),
        described: Vec::new(),
        arguments: Vec::new(),
    };
    for (_, function) in form.ids() {
        let described = function.declared.is_some() || function.facts.trusted;
        let mut effects = function.declared.cloned().unwrap_or_default();
        if described {
            for (index, region) in function.region_params.iter().enumerate() {
                if *region {
                    effects.param_mut(index).region = true;
                }
            }
            for (index, bounded) in function.bounded_params.iter().enumerate() {
                if *bounded {
                    effects.param_mut(index).bounded = true;
                }
            }
            effects.unwinds &= !function.facts.nounwind;
        }
        if function.body.is_some() && function.declared.is_none() {
            // The least summary: a recursion that never returns.
            effects.diverges = true;
        }
        summaries.effects.push(effects);
        summaries.described.push(described);
        let carried = function.carried.len();
        summaries.arguments.push(if carried == 0 {
            0
        } else {
            function.params() + carried
        });
    }
    summaries
}

/// What one round found out about a function.
struct Analysed {
    effects: Effects,
    leaks: leak::Leaks,
    findings: BTreeSet<Finding>,
}

/// Analyses a function. What the reads of handles from memory give, those in `lost` excepted, has to be what the context
/// takes them for.
///
/// # Errors
/// What they give, if that is something else.
fn check_function(
    cx: Context<'_, '_>,
    lost: &BTreeSet<ValueId>,
    blame: &Blame,
    recursion: &Recursion,
) -> Result<Analysed, Kept> {
    let balance = balance::run(cx);
    let named = named::Named::new(cx, &balance.at);
    let cx = Context { named: &named, ..cx };
    let provenance = provenance::Provenance::new(cx);
    let torn = cx.form.reads_handles.then(|| torn::Torn::new(cx, &provenance));
    let kept = torn
        .as_ref()
        .map_or_else(Kept::new, |torn| kept::find(cx, &provenance, torn, lost));
    if kept != *cx.regions.kept() {
        return Err(kept);
    }
    let leaks = leak::run(cx, blame, recursion);
    let escapes = escape::run(cx, &provenance, &balance);
    let unknown = unknown::run(cx, &provenance);
    let cleanups = cleanup::run(cx, &provenance, &balance);
    let stale = stale::run(cx, &provenance, &balance, &cleanups);
    let results = summary::Results {
        balance: &balance,
        leaks: &leaks,
        escapes: &escapes,
        unknown: &unknown,
        stale: &stale,
        torn: torn.as_ref(),
    };
    let mut effects = summary::assemble(cx, &provenance, &results);
    summary::add_cleanups(&mut effects, &cleanups);
    let mut findings = balance.findings;
    findings.extend(leaks.findings.iter().cloned());
    findings.extend(escapes.findings);
    findings.extend(unknown.findings);
    findings.extend(cleanups.findings);
    findings.extend(stale.findings);
    findings.extend(contradiction(cx, &provenance, &effects));
    if effects.is_given_up || cx.summaries.effects[cx.id.index()].is_given_up {
        let what = "a function that moves pointers among its parameters in too many ways".to_owned();
        findings.insert(Finding {
            problem: Problem::NotAnalysed { what },
            at: cx.whole(),
            because: vec![],
        });
    }
    Ok(Analysed {
        effects,
        leaks,
        findings,
    })
}

/// A definition that does more than its own annotation says.
fn contradiction(
    cx: Context<'_, '_>,
    provenance: &provenance::Provenance,
    inferred: &Effects,
) -> Option<Finding> {
    let declared = cx.function.declared?;
    let not_new = declared.fresh && !returns_fresh(cx, provenance);
    let mut done = inferred.clone();
    // Of a number nobody needs to say where it was read.
    if !returned(cx).any(|value| cx.body.value(value).holds_pointer) {
        done.flows.retain(|(_, to)| *to != Sink::Return);
    }
    let missing = exceeds(&done, declared).or(not_new.then(|| "not always new(return)".to_owned()))?;
    Some(Finding {
        problem: Problem::MalformedEffects {
            text: declared.to_string(),
            why: format!("the body also does this: {missing}"),
        },
        at: cx.whole(),
        because: vec![],
    })
}

/// Whether whatever is returned is a new object of an allocator which nobody else knows.
fn returns_fresh(cx: Context<'_, '_>, provenance: &provenance::Provenance) -> bool {
    let mut objects = returned(cx).flat_map(|value| provenance.of(value));
    objects.all(|object| {
        matches!(object, object::Object::Heap(_)) && !overwrite::is_exposed(cx, provenance, object)
    })
}

/// The values that a function may return.
fn returned<'c>(cx: Context<'c, '_>) -> impl Iterator<Item = ValueId> + 'c {
    cx.body.insts.iter().filter_map(|inst| match inst.kind {
        InstKind::Return(value) => value,
        _ => None,
    })
}

/// The first clause of `inferred` that `declared` does not cover.
fn exceeds(inferred: &Effects, declared: &Effects) -> Option<String> {
    for (index, param) in inferred.params.iter().enumerate() {
        let known = declared.param(index);
        if param.get && !known.get {
            return Some(format!("get(arg{index})"));
        }
        if param.put > known.put {
            let many = if param.put == Put::Loop { ", many" } else { "" };
            return Some(format!("put(arg{index}{many})"));
        }
        if known.renews && !param.renews {
            return Some(format!("not always reset(arg{index})"));
        }
        if known.optional && param.region && !param.optional {
            return Some(format!("it uses arg{index} where that could be null"));
        }
        if param.reset && !known.reset {
            return Some(format!("reset(arg{index})"));
        }
    }
    let clause = |effects: Effects| effects.to_string().trim_end_matches("; nounwind").to_owned();
    let covered = |(from, to): &(Source, Sink)| {
        let mut known = declared.flows.iter();
        known.any(|(other_from, other_to)| other_from.covers(*from) && other_to.covers(*to))
    };
    if let Some(flow) = inferred.flows.iter().find(|flow| !covered(flow)) {
        return Some(clause(Effects {
            flows: BTreeSet::from([*flow]),
            ..Effects::default()
        }));
    }
    let left = inferred.cleanups.iter().find(|(index, count)| {
        let known = declared.cleanups.get(index).copied().unwrap_or_default();
        **count > known
    });
    if let Some((index, count)) = left {
        return Some(clause(Effects {
            cleanups: BTreeMap::from([(*index, *count)]),
            ..Effects::default()
        }));
    }
    // Of a number that was read nobody needs to say where.
    let beside = |source: &&Source| {
        matches!(source, Source::Arg(_) | Source::In(_)) && !declared.beside.contains(source)
    };
    if let Some(source) = inferred.beside.iter().find(beside) {
        return Some(format!("beside({source})"));
    }
    if inferred.runs > declared.runs {
        return Some(format!("cleanups({})", inferred.runs));
    }
    let read = |source: &&Source| !declared.reads.iter().any(|known| known.covers(**source));
    if let Some(source) = inferred.reads.iter().find(read) {
        return Some(format!("get({source})"));
    }
    if inferred.roams && !declared.roams {
        return Some("get(global)".to_owned());
    }
    if let Some((index, offset)) = declared.sets.iter().find(|set| !inferred.sets.contains(set)) {
        return Some(format!("not always set(arg{index}[{offset}])"));
    }
    if inferred.drops != declared.drops {
        return Some(clause(Effects {
            drops: inferred.drops.clone(),
            ..Effects::default()
        }));
    }
    let left = |(region, place): &&(u32, Sink)| {
        let mut known = declared.stale.iter();
        !known.any(|(other, known)| other == region && known.covers(*place))
    };
    if let Some(pair) = inferred.stale.iter().find(left) {
        return Some(clause(Effects {
            stale: BTreeSet::from([*pair]),
            ..Effects::default()
        }));
    }
    let late = |(region, used): &&(u32, Source)| {
        let mut known = declared.late.iter();
        !known.any(|(other, known)| other == region && known.covers(*used))
    };
    if let Some(pair) = inferred.late.iter().find(late) {
        return Some(clause(Effects {
            late: BTreeSet::from([*pair]),
            ..Effects::default()
        }));
    }
    if declared.diverges && !inferred.diverges {
        return Some("it may return".to_owned());
    }
    if inferred.opens != declared.opens {
        return Some("open(return)".to_owned());
    }
    (inferred.unwinds && !declared.unwinds).then(|| "it may unwind".to_owned())
}

/// Drops findings that follow from another one at the same place.
fn one_per_cause(findings: BTreeSet<Finding>) -> BTreeSet<Finding> {
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
        .filter(|f| {
            f.problem
                == Problem::LeftOpen {
                    way: finding::Way::Repeat,
                }
        })
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
            Problem::NotInnermost => *role == finding::Role::Innermost,
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
                let at_exit = way != finding::Way::Repeat;
                at_exit && finding.because.iter().any(|(site, _)| repeating.contains(site))
                    || blind.contains(&finding.at.function)
                    || finding.because.iter().any(|(site, _)| torn.contains(site))
            }
            Problem::NotInnermost | Problem::EndedTwice | Problem::PathsDisagree => {
                blind.contains(&finding.at.function)
            }
            Problem::UsedAfterEnd {
                by: finding::Use::Cleanup,
            } => finding
                .because
                .iter()
                .any(|(site, role)| *role == finding::Role::Registered && short_lived.contains(site)),
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
