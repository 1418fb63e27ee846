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
//! 6. [`summary`] tells the callers; `contradiction` (R01) holds it against what the source declares.
//!
//! [`annotations`] (R01) comes first, on the module as it was given; the rest works on a promoted copy
//! ([`prepare`]). [`component`] iterates phases 1 to 6 over a recursion until the summaries stand still, and reports only then; `causes` keeps
//! one finding for each root cause.

mod address;
pub mod annotations;
pub mod balance;
mod beside;
pub mod blame;
mod bytes;
mod called;
mod carried;
mod causes;
pub mod cleanup;
pub mod component;
pub mod constraints;
pub mod context;
mod contradiction;
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
mod tables;
pub mod targets;
mod torn;
pub mod trail;
pub mod transfer;
mod turn;
pub mod unknown;
mod word;

use crate::effects::Effects;
use crate::form::regions::Kept;
use crate::form::{Form, FuncId, ValueId, callgraph};
use context::{Context, Summaries};
use finding::{Finding, Problem};
use leak::Blame;
use recursion::Recursion;
use std::collections::BTreeSet;

/// What is known of the functions that were analysed, for the sake of what findings tell of callees.
#[derive(Default)]
struct Stories {
    allocations: Blame,
    trails: trail::Trails,
}

/// The result of checking a module's analysis form.
pub struct Verdict {
    /// The violations, in a deterministic order, one for each root cause (`causes`).
    pub findings: BTreeSet<Finding>,
    /// The functions in which something is wrong, also where it is told of another.
    pub suspects: BTreeSet<FuncId>,
    /// The effects of every function.
    pub summaries: Summaries,
}

/// Checks every function with a body.
pub fn run(form: &Form<'_>) -> Verdict {
    let mut summaries = initial(form);
    let mut findings = BTreeSet::new();
    let mut stories = Stories::default();
    for component in callgraph::components(form) {
        findings.extend(component::check(form, component, &mut summaries, &mut stories));
    }
    Verdict {
        suspects: findings.iter().map(|finding| finding.at.function).collect(),
        findings: causes::one_each(form, findings),
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
    steps: trail::Steps,
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
    stories: &Stories,
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
    let leaks = leak::run(cx, &stories.allocations, recursion);
    let escapes = escape::run(cx, &provenance, &balance, &stories.trails);
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
    findings.extend(contradiction::of(cx, &provenance, &effects));
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
        steps: escapes.steps,
        findings,
    })
}
