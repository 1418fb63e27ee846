//! R02 at the ways out of a function: what is open there, what was ended, what is handed over. Part of
//! [`super::balance`], after its fixed point is reached.
//!
//! Compilers let ways out meet in basic blocks that nobody wrote: clang's `break`, `continue` and `return` out of a scope
//! with variables set a number, end the variables' lives, and switch on the number. The switch has no place in the
//! source. A region left open there is shown where control came from (`written`).

use super::balance::{Balance, Walk};
use super::context::Context;
use super::finding::{Finding, Problem, Role, Site, Way};
use super::stack::{State, Webs};
use crate::form::{InstId, InstKind, NodeId, ValueId};
use crate::llvm::location;
use std::collections::BTreeSet;

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
    let findings = std::mem::take(&mut balance.findings);
    let shown = findings
        .into_iter()
        .map(|finding| written(cx, webs, &at, finding));
    balance.findings = shown.collect();
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

/// A region left open, shown at the last branch on the way there that the source has, while the region is open: the nearest
/// one, and of several the first. Where the blamed one has a place, or none has, nothing changes.
fn written(cx: Context<'_, '_>, webs: &Webs, at: &[Option<State>], mut finding: Finding) -> Finding {
    let Problem::LeftOpen { .. } = finding.problem else {
        return finding;
    };
    let Some(blamed) = finding.at.inst.map(|id| cx.body.inst(id)) else {
        return finding;
    };
    let has_lines = location::of_function(cx.function.llvm).is_some();
    if !has_lines || location::written(blamed.llvm).is_some() {
        return finding;
    }
    let opened: BTreeSet<Site> = finding
        .because
        .iter()
        .filter_map(|(site, role)| (*role == Role::Opened).then_some(*site))
        .collect();
    let names_it = |walk: &Walk<'_, '_>, state: &State| {
        let mut sites = state.open.iter().flat_map(|open| walk.opened(open.handle));
        sites.any(|(id, _)| opened.contains(&cx.site(id)))
    };
    let is_open_at_start = |node: NodeId| {
        let walk = Walk::new(cx, webs, at, node);
        names_it(&walk, &walk.state)
    };
    let ends_in = |node: NodeId| cx.body.terminator(cx.paths.node(node).block);
    let is_goal = |node: NodeId| match finding.problem {
        // The push that runs again.
        Problem::LeftOpen { way: Way::Repeat } => {
            let block = cx.paths.node(node).block;
            opened
                .iter()
                .filter_map(|site| site.inst)
                .any(|id| cx.body.inst(id).block == block)
        }
        Problem::LeftOpen { way: Way::Unwind } => matches!(ends_in(node).1.kind, InstKind::Resume),
        _ => matches!(ends_in(node).1.kind, InstKind::Return(_)),
    };
    // The copies of the blamed basic block from which the region stays open to that way out.
    let open: BTreeSet<NodeId> = cx.paths.ids().filter(|node| is_open_at_start(*node)).collect();
    let leads_on = |start: NodeId| {
        let mut seen = BTreeSet::from([start]);
        let mut work = vec![start];
        while let Some(node) = work.pop() {
            if is_goal(node) {
                return true;
            }
            let succs = cx.paths.node(node).succs.iter().map(|edge| edge.to);
            work.extend(succs.filter(|succ| open.contains(succ) && seen.insert(*succ)));
        }
        false
    };
    let copies = open.iter().copied();
    let mut level: Vec<NodeId> = copies
        .filter(|node| cx.paths.node(*node).block == blamed.block && leads_on(*node))
        .collect();
    let mut seen: BTreeSet<NodeId> = level.iter().copied().collect();
    while !level.is_empty() {
        let mut found: Option<InstId> = None;
        let mut before = Vec::new();
        for pred in level.iter().flat_map(|node| &cx.paths.node(*node).preds) {
            let mut walk = Walk::new(cx, webs, at, *pred);
            walk.run();
            if at[pred.index()].is_none() || walk.diverged || !names_it(&walk, &walk.state) {
                continue;
            }
            let (id, terminator) = ends_in(*pred);
            if location::written(terminator.llvm).is_some() {
                found = Some(found.map_or(id, |first| first.min(id)));
            } else if open.contains(pred) && seen.insert(*pred) {
                before.push(*pred);
            }
        }
        if let Some(id) = found {
            finding.at = cx.site(id);
            return finding;
        }
        level = before;
    }
    finding
}
