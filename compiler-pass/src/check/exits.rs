//! R02 at the ways out of a function: what is open there, what was ended, what is handed over. Part of
//! [`super::balance`], after its fixed point is reached.

use super::balance::{Balance, Walk};
use super::context::Context;
use super::finding::{Problem, Way};
use super::stack::Webs;
use crate::form::{InstId, InstKind, ValueId};

/// The last walk: collects the findings of every reachable node and judges the ways out.
pub(super) fn report(cx: Context<'_, '_>, webs: &Webs, balance: &mut Balance) {
    let mut dropped: Option<Vec<u32>> = None;
    let mut handed: Option<Option<ValueId>> = None;
    let at = std::mem::take(&mut balance.at);
    for node in cx.paths.ids() {
        if at[node.index()].is_none() {
            continue;
        }
        let mut walk = Walk::new(cx, webs, &at, node);
        walk.run();
        let (exit, inst) = cx.body.terminator(cx.paths.node(node).block);
        balance.unwinds |= walk.unwinds;
        balance.needs.append(&mut walk.needs);
        if walk.diverged {
            balance.findings.extend(walk.findings);
            continue;
        }
        match inst.kind {
            InstKind::Return(value) => {
                balance.returns = true;
                let value = value.map(|value| cx.regions.canonical(value));
                let hands_over = match (&walk.state.open[..], value) {
                    ([open], Some(value)) if open.handle == value && open.maybe.is_none() => Some(value),
                    _ => None,
                };
                if hands_over.is_none() {
                    left_open(&mut walk, exit, Way::Return);
                }
                let disagree = walk.state.torn
                    || dropped.as_ref().is_some_and(|known| *known != walk.state.dropped)
                    || handed.is_some_and(|known| known.is_some() != hands_over.is_some());
                if disagree {
                    walk.finding(Problem::PathsDisagree, exit, vec![]);
                }
                dropped.get_or_insert(walk.state.dropped.clone());
                handed.get_or_insert(hands_over);
            }
            InstKind::Resume => {
                balance.unwinds = true;
                left_open(&mut walk, exit, Way::Unwind);
                if !walk.state.dropped.is_empty() {
                    walk.finding(Problem::PathsDisagree, exit, vec![]);
                }
            }
            _ => {}
        }
        balance.findings.extend(walk.findings);
    }
    balance.at = at;
    balance.drops = dropped.unwrap_or_default();
    balance.opens = handed.flatten().map(|handle| {
        let resolved = cx.regions.resolve(cx.body, handle);
        resolved
            .regions
            .iter()
            .all(|region| cx.regions.get(*region).bounded)
    });
    balance.unwinds &= !cx.function.facts.nounwind;
}

fn left_open(walk: &mut Walk<'_, '_>, exit: InstId, way: Way) {
    for open in walk.state.open.clone() {
        let because = walk.opened(open.handle);
        walk.finding(Problem::LeftOpen { way }, open.maybe.unwrap_or(exit), because);
    }
}
