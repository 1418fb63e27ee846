//! R04, first half: no pointer into a region reaches a holder that outlives the region.
//!
//! Judged on the solution of [`super::provenance`]: a result, a global, the caller's memory and the objects
//! of an older region must not hold the address of an object of a region that ends in this function. What a
//! parameter leads to may reach any of these places: that is no violation here but a requirement on the
//! callers, and goes into the summary as a flow.
//! What leaves the analysis is [`super::unknown`]'s to tell.

use super::balance::Balance;
use super::context::Context;
use super::finding::{Finding, Place, Problem, Role, Site};
use super::overwrite;
use super::prepare::RETURN_MARK;
use super::provenance::{Object, Provenance};
use crate::effects::{Sink, Source};
use crate::form::regions::Origin;
use crate::form::{InstId, InstKind, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::BTreeSet;

/// What the analysis found.
#[derive(Default)]
pub struct Escapes {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// What the function's summary says of moving pointers.
    pub flows: BTreeSet<(Source, Sink)>,
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance, balance: &Balance) -> Escapes {
    let mut escapes = Escapes::default();
    let mut judge = Judge {
        cx,
        provenance,
        balance,
        escapes: &mut escapes,
    };
    judge.returns();
    judge.holders();
    escapes
}

struct Judge<'j, 'a> {
    cx: Context<'j, 'a>,
    provenance: &'j Provenance,
    balance: &'j Balance,
    escapes: &'j mut Escapes,
}

impl Judge<'_, '_> {
    fn returns(&mut self) {
        for (id, inst) in self.cx.body.inst_ids() {
            let InstKind::Return(Some(value)) = inst.kind else {
                continue;
            };
            if !self.cx.body.value(value).holds_pointer {
                continue;
            }
            // A region that is handed over is open at the return: its handle and its objects stay good.
            let handed = self
                .balance
                .opens
                .is_some()
                .then(|| self.cx.regions.resolve(self.cx.body, value).regions);
            let handed = handed.unwrap_or_default();
            for object in self.provenance.of(value) {
                match object {
                    Object::Param(index) => {
                        self.escapes.flows.insert((Source::Arg(index), Sink::Return));
                    }
                    Object::Beyond(index, depth) => {
                        self.escapes
                            .flows
                            .insert((Source::Beyond(index, depth), Sink::Return));
                    }
                    Object::Region(region) => match self.cx.regions.get(region).origin {
                        Origin::Param(index) => {
                            self.escapes.flows.insert((Source::In(index), Sink::Return));
                        }
                        _ if handed.contains(&region) => {}
                        _ => {
                            let mut because = life(self.cx, region, Some(value));
                            let at = self.origin_of_return(id, value, region);
                            because.retain(|(site, _)| *site != at);
                            self.report(Problem::Returned, at, because);
                        }
                    },
                    Object::Global | Object::Slot(_) => {}
                }
            }
        }
    }

    /// The place to show for a returned pointer: the mark that [`super::prepare`] left at the `return` that the
    /// user wrote; without one, where a phi at the return merges several results, the end of the basic block
    /// that brings this one.
    fn origin_of_return(&self, id: InstId, value: ValueId, region: RegionId) -> Site {
        let is_mark = |inst: &crate::form::Inst<'_>| {
            matches!(inst.kind, InstKind::Same(_)) && inst.llvm.name().starts_with(RETURN_MARK)
        };
        match self.cx.body.def(value) {
            Some((mark, inst)) if is_mark(inst) => self.cx.site(mark),
            Some((_, inst)) => {
                let InstKind::Phi(incoming) = inst.kind else {
                    return self.cx.site(id);
                };
                let into_region = incoming
                    .iter()
                    .find(|(_, operand)| self.provenance.points_into(*operand, region));
                let Some((block, operand)) = into_region else {
                    return self.cx.site(id);
                };
                match self.cx.body.def(*operand) {
                    Some((mark, inst)) if is_mark(inst) => self.cx.site(mark),
                    _ => self.cx.site(self.cx.body.terminator(*block).0),
                }
            }
            None => self.cx.site(id),
        }
    }

    /// Judges what every object that outlives the function, or some region of it, may hold. A stack slot whose
    /// address is in a global is as open to everybody as the global.
    fn holders(&mut self) {
        let published = self.provenance.reach_from(Object::Global);
        let pairs: Vec<(Object, Object)> = self.provenance.stored().collect();
        for (holder, held) in pairs {
            let is_published = matches!(holder, Object::Slot(_)) && published.contains(&holder);
            let as_holder = if is_published { Object::Global } else { holder };
            self.held(as_holder, holder, held);
        }
    }

    /// `holder` is the place by its lifetime, `cell` the object that it is.
    fn held(&mut self, holder: Object, cell: Object, held: Object) {
        let sink = match holder {
            Object::Global => Some(Sink::Global),
            Object::Param(index) => Some(Sink::Arg(index)),
            Object::Beyond(index, depth) => Some(Sink::Beyond(index, depth)),
            Object::Region(region) => match self.cx.regions.get(region).origin {
                Origin::Param(index) => Some(Sink::In(index)),
                _ => None,
            },
            Object::Slot(_) => return,
        };
        // What an undescribed callee may store is told by the call itself (R0902, R0906, or a flow to `Unknown`).
        let by_undescribed = self.provenance.blame(cell, held).is_some_and(|at| {
            matches!(self.cx.body.inst(at).kind, InstKind::Call(call) if self.cx.effects_of(&call).is_none())
        });
        if by_undescribed {
            return;
        }
        match held {
            Object::Param(index) => {
                if let Some(sink) = sink {
                    self.escapes.flows.insert((Source::Arg(index), sink));
                }
            }
            Object::Beyond(index, depth) => {
                if let Some(sink) = sink {
                    self.escapes.flows.insert((Source::Beyond(index, depth), sink));
                }
            }
            Object::Region(region) => match (self.cx.regions.get(region).origin, holder) {
                (Origin::Param(_), Object::Global) => self.stored(cell, held, region, Place::Global),
                (Origin::Param(index), _) => {
                    if let Some(sink) = sink {
                        self.escapes.flows.insert((Source::In(index), sink));
                    }
                }
                (_, Object::Global) => self.stored(cell, held, region, Place::Global),
                (_, Object::Param(_) | Object::Beyond(..)) => self.stored(cell, held, region, Place::Caller),
                (_, Object::Region(outer)) if self.outlives(outer, region) => {
                    self.stored(cell, held, region, Place::OuterRegion);
                }
                _ => {}
            },
            Object::Global | Object::Slot(_) => {}
        }
    }

    /// Whether a region lives longer than one that this function opens: it is a parameter, or it is open
    /// when the other is opened.
    fn outlives(&self, outer: RegionId, inner: RegionId) -> bool {
        let outer = self.cx.regions.get(outer);
        if matches!(outer.origin, Origin::Param(_)) {
            return true;
        }
        let (Origin::Push(opened) | Origin::HandedOver(opened)) = self.cx.regions.get(inner).origin else {
            return false;
        };
        let block = self.cx.body.inst(opened).block;
        let earlier = |origin| match origin {
            Origin::Push(id) | Origin::HandedOver(id) => self.cx.body.inst(id).block == block && id < opened,
            Origin::Param(_) => true,
        };
        let ended_between = |origin| match origin {
            Origin::Push(id) | Origin::HandedOver(id) => (id.index() + 1..opened.index()).any(|index| {
                matches!(self.cx.body.insts[index].kind, InstKind::Operation(Operation::Pop, operands)
                    if self.cx.regions.canonical(operands[0]) == outer.handle)
            }),
            Origin::Param(_) => false,
        };
        // An entry of the stack may go by the name of a phi that merges several regions.
        let names_outer = |handle| {
            let named = self.cx.regions.resolve(self.cx.body, handle).regions;
            named
                .iter()
                .any(|region| self.cx.regions.get(*region).handle == outer.handle)
        };
        let open_at_start = self.cx.paths.ids().any(|node| {
            self.cx.paths.node(node).block == block
                && self.balance.at[node.index()]
                    .as_ref()
                    .is_some_and(|state| state.open.iter().any(|open| names_outer(open.handle)))
        });
        open_at_start || (earlier(outer.origin) && !ended_between(outer.origin))
    }

    fn stored(&mut self, holder: Object, held: Object, region: RegionId, place: Place) {
        let Some(at) = self.provenance.blame(holder, held) else {
            return;
        };
        if overwrite::certainly(self.cx, self.provenance, holder, region) {
            return;
        }
        let value = match self.cx.body.inst(at).kind {
            InstKind::Store { value, .. } | InstKind::Exchange { value, .. } => Some(value),
            _ => None,
        };
        let because = life(self.cx, region, value);
        self.report(Problem::StoredOutside { place }, self.cx.site(at), because);
    }

    fn report(&mut self, problem: Problem, at: Site, because: Vec<(Site, Role)>) {
        self.escapes.findings.insert(Finding { problem, at, because });
    }
}

/// Where the value was allocated and where its region begins and ends.
pub fn life(cx: Context<'_, '_>, region: RegionId, value: Option<ValueId>) -> Vec<(Site, Role)> {
    let mut because = Vec::new();
    because.extend(allocation_of(cx, value, region).map(|id| (cx.site(id), Role::Allocated)));
    match cx.regions.get(region).origin {
        Origin::Push(id) | Origin::HandedOver(id) => because.push((cx.site(id), Role::Opened)),
        Origin::Param(_) => because.push((cx.whole(), Role::Parameter)),
    }
    because.extend(end_of(cx, region).map(|id| (cx.site(id), Role::Ended)));
    because
}

/// The allocation that a pointer stems from, or the first one in its region.
pub fn allocation_of(cx: Context<'_, '_>, value: Option<ValueId>, region: RegionId) -> Option<InstId> {
    let allocates = |id: InstId| match cx.body.inst(id).kind {
        InstKind::Operation(operation, operands) if operation.allocates() => {
            cx.regions.resolve(cx.body, operands[0]).regions.contains(&region)
        }
        _ => false,
    };
    let mut seen: Vec<ValueId> = value.into_iter().collect();
    let mut work = seen.clone();
    while let Some(value) = work.pop() {
        let Some((id, inst)) = cx.body.def(value) else {
            continue;
        };
        if allocates(id) {
            return Some(id);
        }
        let next: Vec<ValueId> = match inst.kind {
            InstKind::Phi(incoming) => incoming.iter().map(|(_, value)| *value).collect(),
            InstKind::Select { yes, no, .. } => vec![yes, no],
            InstKind::Same(value) => vec![value],
            InstKind::Derive(operands) => operands.to_vec(),
            InstKind::Call(call) => call.args.iter().map(|argument| argument.value).collect(),
            _ => vec![],
        };
        for value in next {
            if !seen.contains(&value) {
                seen.push(value);
                work.push(value);
            }
        }
    }
    cx.body.inst_ids().map(|(id, _)| id).find(|id| allocates(*id))
}

/// A place where a region ends.
fn end_of(cx: Context<'_, '_>, region: RegionId) -> Option<InstId> {
    cx.body.inst_ids().find_map(|(id, inst)| match inst.kind {
        InstKind::Operation(Operation::Pop, operands)
            if cx.regions.resolve(cx.body, operands[0]).regions.contains(&region) =>
        {
            Some(id)
        }
        InstKind::Call(call) => {
            let effects = cx.effects_of(&call)?;
            effects.drops.iter().find_map(|index| {
                let argument = call.args.get(*index as usize)?;
                cx.regions
                    .resolve(cx.body, argument.value)
                    .regions
                    .contains(&region)
                    .then_some(id)
            })
        }
        _ => None,
    })
}
