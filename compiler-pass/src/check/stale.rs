//! R04, second half: no pointer into a region is used or returned after the region ended.
//!
//! A forward dataflow over the feasible-path graph, on the states of [`super::lives`]: which holder may point into the
//! current life of a region, or into an ended one. Transfer is in [`super::transfer`]; meet is union. Comparing or
//! passing on a stale pointer is no use; reading, writing and keeping through it is.

use super::balance::Balance;
use super::blame;
use super::cleanup::Cleanups;
use super::context::Context;
use super::escape::{allocation_of, handed_over, life, object_behind, origin_of_return, told};
use super::finding::{Finding, Problem, Role, Use};
use super::instantiate::sources;
use super::lives::{Life, State, end_before};
use super::object::{Object, Places};
use super::provenance::Provenance;
use super::transfer::Transfer;
use crate::effects::{MAX_DEPTH, RETURNED, Sink, Source};
use crate::form::regions::Origin;
use crate::form::{Call, InstId, InstKind, ObjectId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeSet, VecDeque};

/// What the analysis found.
#[derive(Default)]
pub struct Stale {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// `(region parameter, pointer)`: memory is accessed through the second after the values of the first ended.
    pub late: BTreeSet<(u32, Source)>,
    /// The parameters whose memory is accessed.
    pub accessed: BTreeSet<u32>,
    /// The caller's other pointers through which memory is accessed.
    pub reads: BTreeSet<Source>,
    /// Region parameters whose ended values the result, or what was stored in a place, may point to.
    pub left: BTreeSet<(u32, Sink)>,
    /// The region parameters that may be reset.
    pub resets: BTreeSet<u32>,
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance, balance: &Balance, cleanups: &Cleanups) -> Stale {
    let transfer = Transfer::new(cx, provenance);
    let at = solve(cx, &transfer);
    let mut judge = Judge {
        cx,
        provenance,
        handed: handed_over(cx, balance),
        cleanups,
        stale: Stale::default(),
    };
    for node in cx.paths.ids() {
        if let Some(state) = &at[node.index()] {
            transfer.walk(node, &mut state.clone(), |id, state| judge.judge(id, state));
        }
    }
    judge.stale
}

/// The states at the start of every node that can be reached.
fn solve(cx: Context<'_, '_>, transfer: &Transfer<'_, '_>) -> Vec<Option<State>> {
    let mut at: Vec<Option<State>> = vec![None; cx.paths.len()];
    at[cx.paths.entry().index()] = Some(transfer.begin());
    let mut work = VecDeque::from([cx.paths.entry()]);
    let mut waits = vec![false; cx.paths.len()];
    while let Some(node) = work.pop_front() {
        waits[node.index()] = false;
        let mut state = at[node.index()].clone().unwrap_or_default();
        transfer.walk(node, &mut state, |_, _| {});
        for edge in &cx.paths.node(node).succs {
            let arriving = transfer.across(node, edge.to, &state);
            let known = &mut at[edge.to.index()];
            let grew = match known {
                None => {
                    *known = Some(arriving);
                    true
                }
                Some(known) => known.join(arriving),
            };
            if grew && !std::mem::replace(&mut waits[edge.to.index()], true) {
                work.push_back(edge.to);
            }
        }
    }
    at
}

/// A state together with what answers questions about it.
pub struct Now<'n, 's, 'a> {
    /// The transfer functions.
    pub transfer: &'n Transfer<'s, 'a>,
    /// What holds before the instruction.
    pub state: &'n State,
}

impl Now<'_, '_, '_> {
    fn ended(&self, value: ValueId) -> BTreeSet<RegionId> {
        self.transfer.value(self.state, value).ended().collect()
    }

    fn ended_in(&self, places: &Places, bytes: u32) -> BTreeSet<RegionId> {
        self.transfer.memory(self.state, places, bytes).ended().collect()
    }
}

struct Judge<'j, 'a> {
    cx: Context<'j, 'a>,
    provenance: &'j Provenance,
    /// The regions that are handed over to the caller.
    handed: Vec<RegionId>,
    cleanups: &'j Cleanups,
    stale: Stale,
}

impl Judge<'_, '_> {
    fn judge(&mut self, id: InstId, now: &Now<'_, '_, '_>) {
        let kind = self.cx.body.inst(id).kind;
        for region in super::lives::ends(self.cx, self.cx.body.inst(id).block, kind) {
            if let Origin::Param(index) = self.cx.regions.get(region).origin {
                self.stale.resets.insert(index);
            }
        }
        self.cleaned_up(id, kind, now);
        match kind {
            InstKind::Load(pointer) => self.used(id, pointer, &Use::Read, now),
            InstKind::Store { pointer, .. } | InstKind::Exchange { pointer, .. } => {
                self.used(id, pointer, &Use::Write, now);
            }
            InstKind::Copy { to, from } => {
                self.used(id, to, &Use::Write, now);
                self.used(id, from, &Use::Read, now);
            }
            InstKind::Operation(Operation::Keepalive, operands) => {
                self.used(id, operands[0], &Use::Keepalive, now);
            }
            InstKind::Operation(Operation::CancelCleanup, operands) => {
                self.used(id, operands[0], &Use::Write, now);
            }
            InstKind::Operation(operation @ Operation::RunCleanup, operands) => {
                let name = operation.name();
                self.used(id, operands[0], &Use::Call(name.to_owned()), now);
                let reached = self
                    .provenance
                    .closure(self.provenance.places(operands[0]).objects());
                for object in &reached {
                    self.note_read(*object, operands[0]);
                }
                let places = reached
                    .into_iter()
                    .map(super::object::Place::anywhere_in)
                    .collect();
                self.used_beyond(id, operands[0], now.ended_in(&places, u32::MAX), name);
            }
            InstKind::Call(call) => self.call(id, call, now),
            InstKind::Return(value) => self.returned(id, value, now),
            _ => {}
        }
    }

    /// Cleanups of the regions that end here may follow all that their objects lead to.
    fn cleaned_up(&mut self, id: InstId, kind: InstKind<'_>, now: &Now<'_, '_, '_>) {
        let cx = self.cx;
        for (site, region) in self.cleanups.pending_at(id) {
            let Some(registration) = self.provenance.id(self.provenance.site(site, region)) else {
                continue;
            };
            let reached = self.provenance.closure([registration]);
            for object in &reached {
                self.access(*object);
            }
            let places: Places = reached
                .iter()
                .copied()
                .map(super::object::Place::anywhere_in)
                .collect();
            // A callee may end other regions before this one, and store what ends.
            let (lives, others) = match kind {
                InstKind::Call(call) => match cx.effects_of(&call) {
                    Some(effects) => {
                        let during = now.transfer.during(now.state, id, &call, effects);
                        let lives = now.transfer.memory(&during, &places, u32::MAX);
                        (lives, super::lives::ends(cx, cx.body.inst(id).block, kind))
                    }
                    None => continue,
                },
                _ => (now.transfer.memory(now.state, &places, u32::MAX), Vec::new()),
            };
            let current = lives
                .0
                .iter()
                .filter(|(of, life)| *life == Life::Current && *of != region && others.contains(of));
            let gone: BTreeSet<RegionId> = current.map(|(of, _)| *of).chain(lives.ended()).collect();
            let direct: Places = [super::object::Place::anywhere_in(registration)]
                .into_iter()
                .collect();
            let direct: BTreeSet<RegionId> = now.ended_in(&direct, u32::MAX);
            let handle = match cx.body.inst(site).kind {
                InstKind::Operation(_, operands) => operands[1],
                _ => match cx.body.inst(site).kind.operands().first() {
                    Some(operand) => *operand,
                    None => continue,
                },
            };
            for ended in gone {
                let leads_there = reached
                    .iter()
                    .any(|object| self.provenance.get(*object).region() == Some(ended));
                if leads_there {
                    let through_memory = !direct.contains(&ended);
                    self.violation_of(id, handle, ended, Use::Cleanup, through_memory, Some(site));
                }
                self.late(ended, reached.iter().copied());
            }
        }
    }

    fn returned(&mut self, id: InstId, value: Option<ValueId>, now: &Now<'_, '_, '_>) {
        let cx = self.cx;
        for region in value.iter().flat_map(|value| now.ended(*value)) {
            let Some(value) = value.filter(|value| self.provenance.points_into(*value, region)) else {
                continue;
            };
            match cx.regions.get(region).origin {
                Origin::Param(index) => {
                    self.stale.left.insert((index, Sink::Return));
                }
                _ if cx.body.value(value).holds_pointer => {
                    let at = origin_of_return(cx, self.provenance, id, value, region);
                    let object = object_behind(self.provenance, value, region);
                    let way =
                        object.map_or_else(Vec::new, |object| blame::way(cx, self.provenance, object, value));
                    let mut because = told(life(cx, region, object.and_then(allocation_of)), way, at);
                    because.retain(|(site, _)| *site != at);
                    self.stale.findings.insert(Finding {
                        problem: Problem::Returned,
                        at,
                        because,
                    });
                }
                _ => {}
            }
        }
        // What the function itself stored in the caller's memory.
        for (holder, region, life) in now.state.iter() {
            let (super::lives::Holder::Cell(object, offset), Life::Ended) = (holder, life) else {
                continue;
            };
            let Origin::Param(index) = cx.regions.get(region).origin else {
                continue;
            };
            let sink = match (self.provenance.get(object), offset.exact()) {
                (Object::Param(param), Some(offset)) => Sink::Field(param, offset),
                (Object::Param(param), None) => Sink::Arg(param),
                (Object::Field(param, _), _) => Sink::Beyond(param, 1),
                (Object::Inside(param, _), _) => Sink::Beyond(param, MAX_DEPTH),
                (Object::Beyond(param, depth), _) => Sink::Beyond(param, depth),
                (Object::Site(_, of), _) => match cx.regions.get(of).origin {
                    Origin::Param(param) => Sink::In(param),
                    _ if self.handed.contains(&of) => Sink::In(RETURNED),
                    _ => continue,
                },
                _ => continue,
            };
            self.stale.left.insert((index, sink));
        }
    }

    fn call(&mut self, id: InstId, call: Call<'_>, now: &Now<'_, '_, '_>) {
        let cx = self.cx;
        let name = cx.callee_name(&call);
        let effects = cx.effects_of(&call);
        for (index, argument) in call.args.iter().enumerate() {
            let param = cx.param_of(&call, index) as u32;
            let uses = match effects {
                Some(effects) => {
                    effects.param(param as usize).get
                        || effects
                            .flows
                            .iter()
                            .any(|(from, to)| *from == Source::Arg(param) && *to != Sink::Return)
                }
                None => !argument.no_access && !call.no_memory,
            };
            // A number is no use of what it is the address of, unless it is made a pointer again.
            let is_pointer = cx.body.value(argument.value).holds_pointer;
            let follows =
                || !cx.is_library(&call) && effects.is_some_and(|effects| effects.param(param as usize).get);
            if uses && (is_pointer || follows()) {
                self.used(id, argument.value, &Use::Call(name.clone()), now);
            }
            if effects.is_none() && !call.no_memory {
                // It may follow whatever it reaches.
                let reached = self
                    .provenance
                    .closure(self.provenance.places(argument.value).objects());
                for object in &reached {
                    self.note_read(*object, argument.value);
                }
                let places = reached
                    .into_iter()
                    .map(super::object::Place::anywhere_in)
                    .collect();
                self.used_beyond(id, argument.value, now.ended_in(&places, u32::MAX), &name);
            }
        }
        let Some(effects) = effects else { return };
        // Where no region ends, nothing has.
        let ends = now.transfer.watches();
        let during =
            (ends && !effects.reads.is_empty()).then(|| now.transfer.during(now.state, id, &call, effects));
        for source in &effects.reads {
            let pointers = sources(cx, self.provenance, id, &call, *source);
            for object in pointers.objects() {
                self.access(object);
            }
            let (Some(argument), Some(state)) = (cx.arguments_of(&call, *source).first(), &during) else {
                continue;
            };
            let ended = now.transfer.source(state, id, &call, *source);
            self.used_beyond(id, argument.value, ended.ended().collect(), &name);
        }
        for (ended, used) in &effects.late {
            let Some(handle) = call.args.get(*ended as usize) else {
                continue;
            };
            let pointers = sources(cx, self.provenance, id, &call, *used);
            let shown = cx.arguments_of(&call, *used).first();
            for region in cx.resolve(cx.body.inst(id).block, handle.value).regions {
                let leads_there = pointers
                    .objects()
                    .any(|object| self.provenance.get(object).region() == Some(region));
                if let (true, Some(argument)) = (leads_there, shown) {
                    self.violation(id, argument.value, region, Use::Call(name.clone()), false);
                }
                self.late(region, pointers.objects());
            }
        }
    }

    /// Whether the caller's pointer leads into the caller's region, only the caller knows.
    fn late(&mut self, ended: RegionId, objects: impl Iterator<Item = ObjectId>) {
        let Origin::Param(ended) = self.cx.regions.get(ended).origin else {
            return;
        };
        for object in objects {
            if let Some(source) = self.provenance.get(object).pointed()
                && source.argument() != Some(ended)
            {
                self.stale.late.insert((ended, source));
            }
        }
    }

    /// Memory of an object is accessed.
    fn access(&mut self, object: ObjectId) {
        match self.provenance.get(object).pointed() {
            Some(Source::Arg(index)) => {
                self.stale.accessed.insert(index);
            }
            Some(source) => {
                self.stale.reads.insert(source);
            }
            None => {}
        }
    }

    /// As [`Judge::access`], for what is reached from an argument rather than pointed to.
    fn note_read(&mut self, object: ObjectId, argument: ValueId) {
        let own = self
            .provenance
            .places(argument)
            .objects()
            .any(|own| own == object);
        if !own {
            self.access(object);
        }
    }

    fn used(&mut self, id: InstId, pointer: ValueId, by: &Use, now: &Now<'_, '_, '_>) {
        for object in self.provenance.places(pointer).objects() {
            self.access(object);
        }
        for region in now.ended(pointer) {
            if self.provenance.points_into(pointer, region) {
                let through_memory = self.comes_from_memory(pointer);
                self.violation(id, pointer, region, by.clone(), through_memory);
            }
            self.late(region, self.provenance.places(pointer).objects());
        }
    }

    /// A callee follows pointers that it reads from what `pointer` leads to.
    fn used_beyond(&mut self, id: InstId, pointer: ValueId, ended: BTreeSet<RegionId>, callee: &str) {
        for region in ended {
            let reached = self.provenance.closure(self.provenance.places(pointer).objects());
            let leads_there = reached
                .iter()
                .any(|object| self.provenance.get(*object).region() == Some(region));
            if leads_there {
                self.violation(id, pointer, region, Use::Call(callee.to_owned()), true);
            }
            self.late(region, reached.into_iter());
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
                InstKind::Same(operand) | InstKind::Address { base: operand, .. } => value = operand,
                InstKind::Derive([operand]) => value = *operand,
                _ => return false,
            }
        }
        true
    }

    fn violation(&mut self, id: InstId, pointer: ValueId, region: RegionId, by: Use, through_memory: bool) {
        self.violation_of(id, pointer, region, by, through_memory, None);
    }

    /// The same, by a cleanup that was registered there.
    fn violation_of(
        &mut self,
        id: InstId,
        pointer: ValueId,
        region: RegionId,
        by: Use,
        through_memory: bool,
        registered: Option<InstId>,
    ) {
        let cx = self.cx;
        let mut because = Vec::new();
        if let Some(object) = object_behind(self.provenance, pointer, region) {
            because.extend(allocation_of(object).map(|id| (cx.site(id), Role::Allocated)));
            let way = blame::way(cx, self.provenance, object, pointer);
            because.extend(way.into_iter().filter(|(site, _)| *site != cx.site(id)));
        }
        match cx.regions.get(region).origin {
            Origin::Push(id) | Origin::HandedOver(id) => because.push((cx.site(id), Role::Opened)),
            Origin::Param(_) => because.push((cx.whole(), Role::Parameter)),
        }
        // The last end that stands before the use is the one that a reader looks for.
        because.extend(end_before(cx, region, id).map(|end| {
            let resets = matches!(cx.body.inst(end).kind, InstKind::Operation(Operation::Reset, _));
            (cx.site(end), if resets { Role::Reset } else { Role::Ended })
        }));
        because.extend(registered.map(|site| (cx.site(site), Role::Registered)));
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
