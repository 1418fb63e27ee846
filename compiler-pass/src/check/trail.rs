//! Where pointers go inside a callee: the place in its body that makes a flow of its summary, so that a finding can tell what
//! happens past the call.
//!
//! A summary says that an argument is stored in a global place; the trail of that flow says at which instruction, and of
//! a call, by which flow of the next callee. Of a function [`MOST_FLOWS`] flows are remembered, with one place each: the
//! first in the text. It is a story only: nothing that is accepted or rejected rests on it.

use super::context::Context;
use super::finding::{Role, Site};
use super::instantiate::{sinks, sources};
use super::object::Object;
use super::provenance::Provenance;
use crate::effects::{Sink, Source};
use crate::form::{Callee, FuncId, InstId, InstKind};
use std::collections::BTreeMap;

/// Of so many flows of a function the place is known.
pub const MOST_FLOWS: usize = 32;
/// So many steps past a call are told.
const MOST_STEPS: usize = 4;

/// A flow of a function's summary.
pub type Flow = (Source, Sink);

/// What makes a flow: an instruction, and if that is a call, a flow of the function that it calls.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    at: Site,
    callee: Option<(FuncId, Flow)>,
}

/// What makes the flows of one function.
pub type Steps = BTreeMap<Flow, Step>;

/// What makes the flows of all functions that were analysed.
pub type Trails = BTreeMap<FuncId, Steps>;

/// The step by which the instruction `at` puts a pointer to the object `held` into `cell`.
pub fn step(cx: Context<'_, '_>, provenance: &Provenance, at: InstId, cell: Object, held: Object) -> Step {
    Step {
        at: cx.site(at),
        callee: flow_of_callee(cx, provenance, at, cell, held),
    }
}

/// The flow of a call's callee that puts a pointer to `held` into `cell`.
fn flow_of_callee(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    at: InstId,
    cell: Object,
    held: Object,
) -> Option<(FuncId, Flow)> {
    let InstKind::Call(call) = cx.body.inst(at).kind else {
        return None;
    };
    let Callee::Direct(callee) = call.callee else {
        return None;
    };
    let is_among = |places: super::object::Places, wanted: Object| {
        places.objects().any(|object| provenance.get(object) == wanted)
    };
    let mut flows = cx.effects_of(&call)?.flows.iter();
    let flow = flows.find(|(from, to)| {
        is_among(sinks(cx, provenance, at, &call, *to), cell)
            && is_among(sources(cx, provenance, at, &call, *from), held)
    })?;
    Some((callee, *flow))
}

/// What happens past the call `at`, which puts a pointer to `held` into `cell`: the calls that pass it on, and the store.
pub fn past_call(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    trails: &Trails,
    at: InstId,
    cell: Object,
    held: Object,
) -> Vec<(Site, Role)> {
    let mut told = Vec::new();
    let mut next = flow_of_callee(cx, provenance, at, cell, held);
    while let Some((function, (from, to))) = next {
        // A summary that forgot the fields has flows that cover those of its trail.
        let steps = trails.get(&function).into_iter().flatten();
        let mut covered = steps.filter(|((source, sink), _)| from.covers(*source) && to.covers(*sink));
        let Some((_, step)) = covered.next() else {
            break;
        };
        if told.len() == MOST_STEPS || told.iter().any(|(site, _)| *site == step.at) {
            break;
        }
        let stores = step
            .callee
            .is_none_or(|(callee, _)| !trails.contains_key(&callee));
        told.push((
            step.at,
            if stores {
                Role::CalleeStores
            } else {
                Role::PassedOn
            },
        ));
        next = step.callee;
    }
    told
}
