//! R04, second half: no pointer into a region is used after the region ended.
//!
//! A forward dataflow over the feasible-path graph. The state is the set of *stale* pairs: `(value, region)`,
//! the value may still point into a life of the region that has ended, and `(object, region)`, memory that
//! may hold such a pointer.
//!
//! Transfer: the end of a region (pop, reset, or a call that does either) makes every pair of it stale; the
//! instruction that defines a value anew makes the value fresh again unless an operand is stale; a phi takes
//! the staleness of the operand that its edge brings, which is how a value carried into the next iteration
//! is caught. Meet is union. Comparing or passing on a stale pointer is no use; reading, writing and keeping
//! through it is.

use super::context::Context;
use super::escape::allocation_of;
use super::fields;
use super::finding::{Finding, Problem, Role, Use};
use super::lives::{Holder, State, ends, watched};
use super::provenance::{Object, Provenance};
use crate::effects::{Sink, Source};
use crate::form::regions::Origin;
use crate::form::{Call, Inst, InstId, InstKind, NodeId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What the analysis found.
#[derive(Default)]
pub struct Stale {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// `(region parameter, parameter)`: the second is used after the values of the first ended.
    pub late: BTreeSet<(u32, u32)>,
    /// The parameters whose memory is accessed.
    pub accessed: BTreeSet<u32>,
    /// The parameters from which memory is reached, and accessed.
    pub accessed_beyond: BTreeSet<u32>,
    /// The region parameters whose ended values the result may point to.
    pub returned: BTreeSet<u32>,
    /// The region parameters that may be reset.
    pub resets: BTreeSet<u32>,
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance) -> Stale {
    let watched = watched(cx, provenance);
    let mut analysis = Analysis {
        cx,
        provenance,
        watched: &watched,
        stale: Stale::default(),
    };
    let mut at: Vec<Option<State>> = vec![None; cx.paths.len()];
    at[cx.paths.entry().index()] = Some(State::default());
    let mut work = VecDeque::from([cx.paths.entry()]);
    while let Some(node) = work.pop_front() {
        let mut state = at[node.index()].clone().unwrap_or_default();
        analysis.walk(node, &mut state, false);
        for edge in &cx.paths.node(node).succs {
            let arriving = analysis.across(node, edge.to, &state);
            let known = &mut at[edge.to.index()];
            let grew = match known {
                None => {
                    *known = Some(arriving);
                    true
                }
                Some(known) => known.join(arriving),
            };
            if grew {
                work.push_back(edge.to);
            }
        }
    }
    for node in cx.paths.ids() {
        if let Some(state) = &at[node.index()] {
            analysis.walk(node, &mut state.clone(), true);
        }
    }
    analysis.stale
}

struct Analysis<'s, 'a> {
    cx: Context<'s, 'a>,
    provenance: &'s Provenance,
    watched: &'s BTreeMap<RegionId, BTreeSet<Holder>>,
    stale: Stale,
}

impl Analysis<'_, '_> {
    fn walk(&mut self, node: NodeId, state: &mut State, report: bool) {
        let cx = self.cx;
        for (id, inst) in cx.body.insts_of(cx.paths.node(node).block) {
            if matches!(inst.kind, InstKind::Phi(_)) {
                continue;
            }
            if report {
                self.judge(id, inst.kind, state);
            }
            for region in ends(cx, inst.kind) {
                if report && let Origin::Param(index) = cx.regions.get(region).origin {
                    self.stale.resets.insert(index);
                }
                for holder in self.watched.get(&region).into_iter().flatten() {
                    state.add(*holder, region);
                }
            }
            // Objects of a region that ends, or begins, hold nothing any more.
            for region in ends(cx, inst.kind)
                .into_iter()
                .chain(inst.result.and_then(|r| cx.regions.of_handle(r)))
            {
                state.forget(Holder::Memory(Object::Region(region)));
            }
            self.define(inst, state);
        }
    }

    /// What the result of an instruction inherits from its operands.
    fn define(&self, inst: &Inst<'_>, state: &mut State) {
        let mut inherited: Vec<RegionId> = Vec::new();
        // A vector or a structure of pointers covers several fields.
        let is_pointer =
            |value: Option<crate::llvm::Value<'_>>| value.is_some_and(|value| value.ty().is_pointer());
        match inst.kind {
            InstKind::Same(value) | InstKind::FromInteger(value) | InstKind::Resize { value, .. } => {
                inherited.extend(state.of(Holder::Value(value)));
            }
            InstKind::Derive(operands) => {
                operands
                    .iter()
                    .for_each(|value| inherited.extend(state.of(Holder::Value(*value))));
            }
            InstKind::Select { yes, no, .. } => {
                inherited.extend(state.of(Holder::Value(yes)));
                inherited.extend(state.of(Holder::Value(no)));
            }
            InstKind::Load(pointer) | InstKind::Exchange { pointer, .. } => {
                match fields::of(self.cx, pointer) {
                    Some(field) => {
                        inherited.extend(state.of(Holder::Field(field)));
                        inherited.extend(state.of(Holder::Memory(Object::Slot(field.slot))));
                    }
                    None => {
                        for object in self.provenance.of(pointer) {
                            inherited.extend(state.in_memory(object));
                        }
                    }
                }
            }
            InstKind::Copy { to, from } => {
                let stale: Vec<RegionId> = self
                    .provenance
                    .of(from)
                    .flat_map(|object| state.in_memory(object))
                    .collect();
                for object in self.provenance.of(to) {
                    stale
                        .iter()
                        .for_each(|region| state.add(Holder::Memory(object), *region));
                }
            }
            InstKind::Call(call) => {
                inherited.extend(self.returned_by(call, state));
                self.stored_by(call, state);
            }
            InstKind::Forget(pointer) => {
                if let Some((slot, inst)) = self.cx.body.def(pointer)
                    && matches!(inst.kind, InstKind::StackSlot)
                {
                    state.forget_slot(slot);
                }
            }
            InstKind::Store { pointer, value } => {
                let stale: Vec<RegionId> = state.of(Holder::Value(value)).collect();
                if let Some(field) = fields::of(self.cx, pointer)
                    && is_pointer(inst.llvm.operand(0))
                {
                    // The field is overwritten for certain.
                    state.forget(Holder::Field(field));
                    stale
                        .iter()
                        .for_each(|region| state.add(Holder::Field(field), *region));
                } else {
                    for object in self.provenance.of(pointer) {
                        stale
                            .iter()
                            .for_each(|region| state.add(Holder::Memory(object), *region));
                    }
                }
            }
            _ => {}
        }
        if let Some(result) = inst.result {
            state.forget(Holder::Value(result));
            for region in inherited {
                if self
                    .watched
                    .get(&region)
                    .is_some_and(|list| list.contains(&Holder::Value(result)))
                {
                    state.add(Holder::Value(result), region);
                }
            }
        }
    }

    /// A callee may store stale pointers that it is given, or finds, in whatever it reaches.
    fn stored_by(&self, call: Call<'_>, state: &mut State) {
        let stores_nothing = match self.cx.effects_of(&call) {
            Some(effects) => effects.flows.iter().all(|(_, to)| *to == Sink::Return),
            None => call.read_only || call.no_memory,
        };
        if stores_nothing {
            return;
        }
        let mut regions: BTreeSet<RegionId> = BTreeSet::new();
        let mut reached: BTreeSet<Object> = BTreeSet::new();
        for argument in call.args {
            regions.extend(state.of(Holder::Value(argument.value)));
            reached.extend(self.provenance.reach(argument.value));
        }
        regions.extend(reached.iter().flat_map(|object| state.in_memory(*object)));
        for object in reached {
            for region in &regions {
                let watched = self
                    .watched
                    .get(region)
                    .is_some_and(|list| list.contains(&Holder::Memory(object)));
                if watched {
                    state.add(Holder::Memory(object), *region);
                }
            }
        }
    }

    /// The ended lives that the result of a call may point into.
    fn returned_by(&self, call: Call<'_>, state: &State) -> Vec<RegionId> {
        let cx = self.cx;
        let mut regions = Vec::new();
        let value_of = |index: u32| call.args.get(index as usize).map(|argument| argument.value);
        let beyond = |value: ValueId| self.provenance.reach(value);
        match cx.effects_of(&call) {
            Some(effects) => {
                for (from, _) in effects.flows.iter().filter(|(_, to)| *to == Sink::Return) {
                    match from {
                        Source::Arg(index) => {
                            regions.extend(
                                value_of(*index)
                                    .iter()
                                    .flat_map(|value| state.of(Holder::Value(*value))),
                            );
                        }
                        Source::Beyond(index, _) => {
                            let reached = value_of(*index).map(beyond).unwrap_or_default();
                            regions.extend(reached.into_iter().flat_map(|object| state.in_memory(object)));
                            regions.extend(
                                value_of(*index)
                                    .iter()
                                    .flat_map(|value| state.of(Holder::Value(*value))),
                            );
                        }
                        // Objects of a life that goes on; one that ended is told by `stale`.
                        Source::In(_) => {}
                    }
                }
                for index in &effects.stale {
                    let handle = value_of(*index);
                    regions.extend(
                        handle
                            .iter()
                            .flat_map(|handle| cx.regions.resolve(cx.body, *handle).regions),
                    );
                }
            }
            None => {
                for argument in call.args {
                    regions.extend(state.of(Holder::Value(argument.value)));
                    let reached = beyond(argument.value);
                    regions.extend(reached.into_iter().flat_map(|object| state.in_memory(object)));
                }
            }
        }
        let returned = call.args.iter().filter(|argument| argument.returned);
        regions.extend(returned.flat_map(|argument| state.of(Holder::Value(argument.value))));
        regions
    }

    /// The state at the start of `to`: phis take what their edge brings.
    fn across(&self, from: NodeId, to: NodeId, state: &State) -> State {
        let cx = self.cx;
        let source = cx.paths.node(from).block;
        let mut arriving = state.clone();
        for (_, inst) in cx.body.insts_of(cx.paths.node(to).block) {
            let InstKind::Phi(incoming) = inst.kind else { break };
            let Some(result) = inst.result else { continue };
            arriving.forget(Holder::Value(result));
            for (_, value) in incoming.iter().filter(|(block, _)| *block == source) {
                // All phis read their operands before any is defined: from `state`, not from `arriving`.
                for region in state.of(Holder::Value(*value)) {
                    arriving.add(Holder::Value(result), region);
                }
            }
        }
        arriving
    }

    fn judge(&mut self, id: InstId, kind: InstKind<'_>, state: &State) {
        match kind {
            InstKind::Load(pointer) => self.used(id, pointer, Use::Read, state),
            InstKind::Store { pointer, .. } | InstKind::Exchange { pointer, .. } => {
                self.used(id, pointer, Use::Write, state);
            }
            InstKind::Copy { to, from } => {
                self.used(id, to, Use::Write, state);
                self.used(id, from, Use::Read, state);
            }
            InstKind::Operation(Operation::Keepalive, operands) => {
                self.used(id, operands[0], Use::Keepalive, state);
            }
            InstKind::Call(call) => self.call(id, call, state),
            InstKind::Return(Some(value)) => {
                for region in state.of(Holder::Value(value)) {
                    if let Origin::Param(index) = self.cx.regions.get(region).origin {
                        self.stale.returned.insert(index);
                    }
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, id: InstId, call: Call<'_>, state: &State) {
        let name = self.cx.callee_name(&call);
        let effects = self.cx.effects_of(&call);
        for (index, argument) in call.args.iter().enumerate() {
            let uses = match effects {
                Some(effects) => {
                    effects.param(index).get
                        || effects
                            .flows
                            .iter()
                            .any(|(from, to)| *from == Source::Arg(index as u32) && *to != Sink::Return)
                }
                None => !argument.no_access && !call.no_memory,
            };
            if uses {
                self.used(id, argument.value, Use::Call(name.clone()), state);
            }
            let reads_on = match effects {
                Some(effects) => effects.param(index).get_beyond,
                None => !call.no_memory,
            };
            if reads_on {
                self.used_beyond(id, argument.value, &name, state);
            }
        }
        for (region, used) in effects.iter().flat_map(|effects| &effects.late) {
            let (Some(region), Some(argument)) =
                (call.args.get(*region as usize), call.args.get(*used as usize))
            else {
                continue;
            };
            for region in self.cx.regions.resolve(self.cx.body, region.value).regions {
                let reached = self.provenance.reach(argument.value);
                if reached.contains(&Object::Region(region)) {
                    self.violation(id, argument.value, region, Use::Call(name.clone()), false);
                }
                // Whether the caller's pointer leads into the caller's region, only the caller knows.
                if let Origin::Param(ended) = self.cx.regions.get(region).origin {
                    for object in reached {
                        if let Object::Param(index) | Object::Beyond(index, _) = object
                            && index != ended
                        {
                            self.stale.late.insert((ended, index));
                        }
                    }
                }
            }
        }
    }

    fn used(&mut self, id: InstId, pointer: ValueId, by: Use, state: &State) {
        for object in self.provenance.of(pointer) {
            match object {
                Object::Param(index) => {
                    self.stale.accessed.insert(index);
                }
                Object::Beyond(index, _) => {
                    self.stale.accessed_beyond.insert(index);
                }
                _ => {}
            }
        }
        let stale: Vec<RegionId> = state.of(Holder::Value(pointer)).collect();
        for region in stale {
            if self.provenance.points_into(pointer, region) {
                let through_memory = self.comes_from_memory(pointer);
                self.violation(id, pointer, region, by.clone(), through_memory);
            } else if let Origin::Param(ended) = self.cx.regions.get(region).origin {
                // Whether the caller's pointer leads into the caller's region, only the caller knows.
                for object in self.provenance.of(pointer) {
                    if let Object::Param(index) | Object::Beyond(index, _) = object {
                        self.stale.late.insert((ended, index));
                    }
                }
            }
        }
    }

    /// A callee follows pointers that it reads from what `pointer` points to.
    fn used_beyond(&mut self, id: InstId, pointer: ValueId, callee: &str, state: &State) {
        let reached = self.provenance.reach(pointer);
        for object in &reached {
            if let Object::Param(index) | Object::Beyond(index, _) = object {
                self.stale.accessed_beyond.insert(*index);
            }
        }
        let stale: BTreeSet<RegionId> = reached
            .iter()
            .flat_map(|object| state.in_memory(*object))
            .collect();
        for region in stale {
            self.violation(id, pointer, region, Use::Call(callee.to_owned()), true);
        }
    }

    /// Whether a pointer was read from memory: then its staleness is a possibility, not a certainty.
    fn comes_from_memory(&self, pointer: ValueId) -> bool {
        let mut value = pointer;
        for _ in 0..64 {
            let Some((_, inst)) = self.cx.body.def(value) else {
                return false;
            };
            match inst.kind {
                InstKind::Load(_) => return true,
                InstKind::Same(operand) => value = operand,
                InstKind::Derive([operand]) => value = *operand,
                _ => return false,
            }
        }
        true
    }

    fn violation(&mut self, id: InstId, pointer: ValueId, region: RegionId, by: Use, through_memory: bool) {
        let cx = self.cx;
        let mut because = Vec::new();
        because.extend(allocation_of(cx, Some(pointer), region).map(|id| (cx.site(id), Role::Allocated)));
        match cx.regions.get(region).origin {
            Origin::Push(id) | Origin::HandedOver(id) => because.push((cx.site(id), Role::Opened)),
            Origin::Param(_) => because.push((cx.whole(), Role::Parameter)),
        }
        // The last end that stands before the use is the one that a reader looks for.
        let mut all = cx
            .body
            .inst_ids()
            .filter(|(_, inst)| ends(cx, inst.kind).contains(&region))
            .map(|(id, _)| id);
        let first = all.next();
        let end = first.map(|first| all.take_while(|end| *end < id).last().unwrap_or(first));
        because.extend(end.map(|end| {
            let resets = matches!(cx.body.inst(end).kind, InstKind::Operation(Operation::Reset, _));
            (cx.site(end), if resets { Role::Reset } else { Role::Ended })
        }));
        let problem = if through_memory {
            Problem::MayUseAfterEnd { by }
        } else {
            Problem::UsedAfterEnd { by }
        };
        self.stale.findings.insert(Finding {
            problem,
            at: cx.site(id),
            because,
        });
    }
}
