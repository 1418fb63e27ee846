//! R02: every region that a function opens ends exactly once, innermost first, on every way out.
//!
//! A forward dataflow over the feasible-path graph. The state at a point is the stack of regions that this
//! function has opened and not ended, plus the region parameters that it has ended.
//!
//! Lattice: an entry of the stack is *open*, or *maybe open* together with the edge that brought it (open on
//! some paths that meet here, not on others). States only grow at a meet: entries are added, *open* becomes
//! *maybe open*. There are at most as many entries as handles, so the iteration ends.
//!
//! The states and how they meet are in [`super::stack`].
//!
//! Findings are made in one last walk over the fixed point, so that none stems from a passing state.

use super::context::Context;
use super::exits;
use super::finding::{Finding, Problem, Role, Way};
use super::stack::{Joins, Open, State, Webs};
use crate::effects::Effects;
use crate::form::regions::{Handle, Origin, Untraceable};
use crate::form::{Call, InstId, InstKind, NodeId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeSet, VecDeque};

/// What the analysis found out about a function.
pub struct Balance {
    /// The state at the start of each node; `None` where control does not get.
    pub at: Vec<Option<State>>,
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// The parameters that it ends.
    pub drops: Vec<u32>,
    /// It returns a region that it opened; whether that one is bounded.
    pub opens: Option<bool>,
    /// The region parameters that it needs: it may use them where they could be null.
    pub needs: BTreeSet<u32>,
    /// It may return normally.
    pub returns: bool,
    /// It may unwind.
    pub unwinds: bool,
}

/// A node is looked at again at most this often; code that does not come to rest is reported, not accepted.
const MAX_VISITS: u32 = 200;

/// Runs the analysis. A phi that was taken for a region's name too early is banned from naming, and the analysis
/// begins again; there are only so many phis.
pub fn run(cx: Context<'_, '_>) -> Balance {
    let mut banned = BTreeSet::new();
    let webs = Webs::new(cx);
    loop {
        match solve(cx, &webs, &banned) {
            Ok(balance) => return balance,
            Err(phi) => banned.insert(phi),
        };
    }
}

fn solve(cx: Context<'_, '_>, webs: &Webs, banned: &BTreeSet<ValueId>) -> Result<Balance, ValueId> {
    let mut balance = Balance {
        at: vec![None; cx.paths.len()],
        findings: BTreeSet::new(),
        drops: Vec::new(),
        needs: BTreeSet::new(),
        opens: None,
        returns: false,
        unwinds: false,
    };
    let mut joins = Joins::new(cx, webs, banned);
    let mut visits = vec![0u32; cx.paths.len()];
    let mut work = VecDeque::from([cx.paths.entry()]);
    // A join of many ways waits once, not once for each.
    let mut waits = vec![false; cx.paths.len()];
    while let Some(node) = work.pop_front() {
        waits[node.index()] = false;
        let state = if node == cx.paths.entry() {
            Some(State::default())
        } else {
            joins.state_at(node)?
        };
        if state.is_none() || state == balance.at[node.index()] {
            continue;
        }
        visits[node.index()] += 1;
        if visits[node.index()] > MAX_VISITS {
            let what = "regions whose order does not settle".to_owned();
            let at = cx.site(cx.body.terminator(cx.paths.node(node).block).0);
            balance.findings.insert(Finding {
                problem: Problem::NotAnalysed { what },
                at,
                because: vec![],
            });
            continue;
        }
        balance.at[node.index()] = state;
        let mut walk = Walk::new(cx, webs, &balance.at, node);
        walk.run();
        let normal = (!walk.diverged).then_some(walk.state);
        joins.leave(node, normal, walk.before_last);
        let succs = cx.paths.node(node).succs.iter().map(|edge| edge.to);
        work.extend(succs.filter(|next| !std::mem::replace(&mut waits[next.index()], true)));
    }
    exits::report(cx, webs, &mut balance);
    Ok(balance)
}

/// One walk through a node, from the state at its start.
pub(super) struct Walk<'w, 'a> {
    pub(super) cx: Context<'w, 'a>,
    webs: &'w Webs,
    pub(super) node: NodeId,
    pub(super) state: State,
    /// The state before the node's last instruction: what an unwinding call leaves behind.
    pub(super) before_last: State,
    pub(super) findings: Vec<Finding>,
    pub(super) unwinds: bool,
    /// The region parameters that are used where they could be null.
    pub(super) needs: BTreeSet<u32>,
    /// A call in the node does not return: what follows it is not reached.
    pub(super) diverged: bool,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(cx: Context<'w, 'a>, webs: &'w Webs, at: &[Option<State>], node: NodeId) -> Self {
        let state = at[node.index()].clone().unwrap_or_default();
        Walk {
            cx,
            webs,
            node,
            before_last: state.clone(),
            state,
            findings: Vec::new(),
            unwinds: false,
            needs: BTreeSet::new(),
            diverged: false,
        }
    }

    pub(super) fn run(&mut self) {
        let cx = self.cx;
        for (id, inst) in cx.body.insts_of(cx.paths.node(self.node).block) {
            self.before_last = self.state.clone();
            match inst.kind {
                InstKind::Operation(operation, operands) => {
                    self.operation(id, operation, operands, inst.result)
                }
                InstKind::Call(call) => {
                    self.call(id, call, inst.result);
                    if cx.diverges(&call) {
                        self.diverged = true;
                        return;
                    }
                }
                InstKind::Select { yes, no, .. } => {
                    if let Some(result) = inst.result {
                        self.state.choose(cx, result, [yes, no]);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn finding(&mut self, problem: Problem, at: InstId, because: Vec<(InstId, Role)>) {
        let cx = self.cx;
        let because = because
            .into_iter()
            .map(|(inst, role)| (cx.site(inst), role))
            .collect();
        self.findings.push(Finding {
            problem,
            at: cx.site(at),
            because,
        });
    }

    fn operation(&mut self, id: InstId, operation: Operation, operands: &[ValueId], result: Option<ValueId>) {
        match operation {
            Operation::Push | Operation::PushBounded => {
                if let Some(result) = result {
                    self.open(id, result);
                }
            }
            Operation::Pop => self.end(id, operands[0], operation.name()),
            Operation::Reset
            | Operation::Alloc
            | Operation::AllocArray
            | Operation::TryAlloc
            | Operation::TryAllocArray
            | Operation::Cleanup
            | Operation::RegisterCleanup
            | Operation::TryRegisterCleanup => {
                self.require_open(id, operands[0], operation.name());
            }
            Operation::New | Operation::NewArray => {
                self.finding(
                    Problem::NotSupported {
                        name: operation.name(),
                    },
                    id,
                    vec![],
                );
            }
            Operation::RunCleanup | Operation::CancelCleanup | Operation::Keepalive => {}
        }
    }

    fn open(&mut self, id: InstId, handle: ValueId) {
        if let Some(position) = self.state.open.iter().position(|open| open.handle == handle) {
            // The same push runs again while its region is open: a loop repeats without ending it.
            let open = self.state.open.remove(position);
            let at = open.maybe.unwrap_or(id);
            self.finding(
                Problem::LeftOpen { way: Way::Repeat },
                at,
                vec![(id, Role::Opened)],
            );
        }
        self.state.renew(self.webs, handle);
        self.state.open.push(Open { handle, maybe: None });
    }

    fn call(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) {
        let cx = self.cx;
        let is_terminator = cx.body.terminator(cx.paths.node(self.node).block).0 == id;
        if cx.may_unwind(&call) && !is_terminator && !cx.function.facts.nounwind {
            self.unwinds = true;
            for open in self.state.open.clone() {
                let because = self.opened(open.handle);
                self.finding(
                    Problem::UnwindsPast {
                        callee: cx.callee_name(&call),
                    },
                    id,
                    because,
                );
            }
            if !self.state.dropped.is_empty() {
                self.finding(Problem::PathsDisagree, id, vec![]);
            }
        }
        let Some(effects) = cx.effects_of(&call) else {
            return;
        };
        let name = cx.callee_name(&call);
        for (index, argument) in call.args.iter().enumerate() {
            if effects.is_region(index) && !effects.drops.contains(&(index as u32)) {
                if effects.param(index).optional {
                    self.require_open_or_null(id, argument.value, &name);
                } else {
                    self.require_open(id, argument.value, &name);
                }
            }
        }
        self.aliased_regions(id, &call, effects);
        for index in &effects.drops {
            if let Some(argument) = call.args.get(*index as usize) {
                self.end(id, argument.value, &name);
            }
        }
        if effects.opens.is_some()
            && let Some(result) = result
        {
            self.open(id, result);
        }
    }

    /// A callee that ends, or resets, one of its regions takes them to be different.
    fn aliased_regions(&mut self, id: InstId, call: &Call<'_>, effects: &Effects) {
        let cx = self.cx;
        let ended = |index: usize| effects.drops.contains(&(index as u32)) || effects.param(index).reset;
        let named = |index: usize| {
            call.args
                .get(index)
                .map(|arg| {
                    cx.regions
                        .resolve(cx.body, self.state.name(cx, arg.value))
                        .regions
                })
                .unwrap_or_default()
        };
        for first in (0..call.args.len()).filter(|index| ended(*index)) {
            for second in (0..call.args.len()).filter(|index| *index != first && effects.is_region(*index)) {
                let Some(region) = named(first)
                    .into_iter()
                    .find(|region| named(second).contains(region))
                else {
                    continue;
                };
                let because = self.origin(region).into_iter().collect();
                self.finding(
                    Problem::SameRegionTwice {
                        callee: cx.callee_name(call),
                    },
                    id,
                    because,
                );
                return;
            }
        }
    }

    /// The handle's candidates, with a finding where there are none to speak of.
    fn resolve(&mut self, id: InstId, handle: ValueId, operation: &str) -> Handle {
        let named = self.state.name(self.cx, handle);
        let resolved = self.cx.regions.resolve(self.cx.body, named);
        if let Some(unknown) = resolved.unknown {
            self.untraceable(id, unknown, operation);
        } else if resolved.regions.is_empty() && resolved.null {
            // A literal null of a well-known operation is caught with the annotations; this one came by a phi.
            self.finding(
                Problem::UntraceableHandle {
                    operation: operation.to_owned(),
                    from: "a null pointer",
                },
                id,
                vec![],
            );
        }
        resolved
    }

    /// A handle that may name a region which cannot be followed.
    fn untraceable(&mut self, id: InstId, unknown: Untraceable, operation: &str) {
        let (from, because) = match unknown {
            Untraceable::Memory(load) => ("memory", vec![(load, Role::Stored)]),
            Untraceable::Call(call) => ("the result of a call", vec![(call, Role::PassedOn)]),
            Untraceable::Made => ("an address that is no region handle", vec![]),
        };
        let because = because.into_iter().filter(|(site, _)| *site != id).collect();
        let operation = operation.to_owned();
        self.finding(Problem::UntraceableHandle { operation, from }, id, because);
    }

    /// Ends the region that `handle` names.
    fn end(&mut self, id: InstId, handle: ValueId, operation: &str) {
        let cx = self.cx;
        let resolved = self.resolve(id, handle, operation);
        if resolved.unknown.is_some() || resolved.regions.is_empty() {
            return;
        }
        let mut name = self.state.name(cx, handle);
        let is_old = self.state.is_old(cx, handle);
        if let [only] = resolved.regions[..]
            && !is_old
            && !self.state.open.iter().any(|open| open.handle == name)
        {
            // A phi of one region and nothing else: undefined or null on the other paths.
            name = cx.regions.get(only).handle;
        }
        if let Some(top) = self.state.open.last().copied()
            && top.handle == name
        {
            self.state.open.pop();
            if top.maybe.is_some() {
                let because = self.opened(name);
                self.finding(Problem::PathsDisagree, id, because);
            }
            return;
        }
        if let Some(position) = self.state.open.iter().position(|open| open.handle == name) {
            let innermost = self.state.open.last().map(|open| open.handle).unwrap_or(name);
            let mut because = self.opened(name);
            because.extend(
                self.opened(innermost)
                    .into_iter()
                    .map(|(site, _)| (site, Role::Innermost)),
            );
            self.finding(Problem::NotInnermost, id, because);
            self.state.open.remove(position);
            return;
        }
        if resolved.regions.len() > 1 {
            self.finding(
                Problem::AmbiguousEnd,
                id,
                resolved.regions.iter().filter_map(|r| self.origin(*r)).collect(),
            );
            self.state.open.pop();
            return;
        }
        let region = resolved.regions[0];
        match cx.regions.get(region).origin {
            Origin::Param(index) => {
                self.needs.insert(index);
                if let Some(innermost) = self.state.open.last().copied() {
                    let because = self.opened(innermost.handle);
                    let because = because
                        .into_iter()
                        .map(|(site, _)| (site, Role::Innermost))
                        .collect();
                    self.finding(Problem::NotInnermost, id, because);
                } else if self.state.dropped.contains(&index) {
                    self.finding(Problem::EndedTwice, id, self.ends_of(region, id));
                } else {
                    self.state.dropped.push(index);
                }
            }
            Origin::Push(opened) | Origin::HandedOver(opened) => {
                let mut because = vec![(opened, Role::Opened)];
                because.extend(self.ends_of(region, id));
                self.finding(Problem::EndedTwice, id, because);
            }
        }
    }

    /// The other places in the function that end a region.
    fn ends_of(&self, region: crate::form::RegionId, except: InstId) -> Vec<(InstId, Role)> {
        let cx = self.cx;
        let handle = cx.regions.get(region).handle;
        cx.body
            .inst_ids()
            .filter(|(id, inst)| {
                *id != except
                    && matches!(inst.kind, InstKind::Operation(Operation::Pop, operands)
                        if cx.regions.canonical(operands[0]) == handle)
            })
            .map(|(id, _)| (id, Role::Ended))
            .take(1)
            .collect()
    }

    /// Every region that `handle` may name has to be open.
    fn require_open(&mut self, id: InstId, handle: ValueId, operation: &str) {
        let cx = self.cx;
        let resolved = self.resolve(id, handle, operation);
        for region in resolved.regions {
            let known = cx.regions.get(region);
            if let Origin::Param(index) = known.origin
                && !cx.paths.is_non_zero(self.node, known.handle)
            {
                self.needs.insert(index);
            }
        }
        self.require_open_or_null(id, handle, operation);
    }

    /// Every region that `handle` may name has to be open, if there is one.
    fn require_open_or_null(&mut self, id: InstId, handle: ValueId, operation: &str) {
        let cx = self.cx;
        let name = self.state.name(cx, handle);
        let resolved = cx.regions.resolve(cx.body, name);
        if let Some(unknown) = resolved.unknown {
            self.untraceable(id, unknown, operation);
        }
        if self.state.open.iter().any(|open| open.handle == name) {
            return;
        }
        let is_old = self.state.is_old(cx, handle);
        for region in &resolved.regions {
            let known = cx.regions.get(*region);
            let is_open = match known.origin {
                Origin::Param(index) => !self.state.dropped.contains(&index),
                Origin::Push(_) | Origin::HandedOver(_) => {
                    !is_old && self.state.open.iter().any(|open| open.handle == known.handle)
                }
            };
            if !is_open {
                let mut because: Vec<_> = self.origin(*region).into_iter().collect();
                because.extend(self.ends_of(*region, id));
                self.finding(
                    Problem::RegionUsedAfterEnd {
                        operation: operation.to_owned(),
                    },
                    id,
                    because,
                );
            }
        }
    }

    fn origin(&self, region: crate::form::RegionId) -> Option<(InstId, Role)> {
        match self.cx.regions.get(region).origin {
            Origin::Push(id) | Origin::HandedOver(id) => Some((id, Role::Opened)),
            Origin::Param(_) => None,
        }
    }

    /// Where the regions that an entry of the stack names were opened.
    pub(super) fn opened(&self, handle: ValueId) -> Vec<(InstId, Role)> {
        let resolved = self.cx.regions.resolve(self.cx.body, handle);
        resolved
            .regions
            .iter()
            .filter_map(|region| self.origin(*region))
            .collect()
    }
}
