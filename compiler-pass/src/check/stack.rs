//! The region stack of R02: states at a point of a function, and how they meet.
//!
//! An entry is named by its handle's canonical value. Where every way to a join brings another region at one and
//! the same place of the stack, and a phi merges exactly their handles, the phi becomes the name of the entry; where
//! they all bring the same handle, the phi is an alias of it.
//!
//! A loop's head is reached before its end is known. The phi is then taken for the name on a guess; if the end turns
//! out to bring something else, [`Joins::state_at`] says which phi misled, and the analysis starts again without it.

use super::context::Context;
use crate::form::regions::Origin;
use crate::form::{InstId, InstKind, NodeId, ValueId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One entry of the region stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// The canonical handle.
    pub handle: ValueId,
    /// Open on some paths only; the instruction ends the basic block from which it came open.
    pub maybe: Option<InstId>,
}

/// The state at a point of the function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The regions opened here, outermost first.
    pub open: Vec<Open>,
    /// The region parameters ended here, in order.
    pub dropped: Vec<u32>,
    /// Paths that ended different region parameters have met.
    pub torn: bool,
    /// Phis that stand for one handle on every way to this point.
    aliases: BTreeMap<ValueId, ValueId>,
    /// Phis that may stand for what a push returned before it ran again.
    old: BTreeSet<ValueId>,
}

impl State {
    /// The name that an entry of the stack has for a handle.
    pub fn name(&self, cx: Context<'_, '_>, handle: ValueId) -> ValueId {
        let canonical = cx.regions.canonical(handle);
        self.aliases.get(&canonical).copied().unwrap_or(canonical)
    }

    /// The phis that are aliases here, each with the name that it stands for.
    pub fn aliases(&self) -> impl Iterator<Item = (ValueId, ValueId)> {
        self.aliases.iter().map(|(phi, name)| (*phi, *name))
    }

    /// A push returns a new handle: what stood for the one before does not stand for this.
    pub fn renew(&mut self, webs: &Webs, handle: ValueId) {
        self.aliases.retain(|_, name| *name != handle);
        self.old.extend(webs.over(handle));
    }

    /// Whether a handle may stand for what a push returned before it ran again.
    pub fn is_old(&self, cx: Context<'_, '_>, handle: ValueId) -> bool {
        self.old.contains(&cx.regions.canonical(handle))
    }

    /// A choice among handles is made now.
    pub fn choose(&mut self, cx: Context<'_, '_>, choice: ValueId, among: [ValueId; 2]) {
        if among.into_iter().any(|handle| self.is_old(cx, handle)) {
            self.old.insert(choice);
        } else {
            self.old.remove(&choice);
        }
    }
}

/// The phis and choices that handles go through.
pub struct Webs {
    /// Those that may be the region of an operation or of a callee.
    handles: HashSet<ValueId>,
    /// By the handle of a region that is opened here: those that may stand for it.
    over: HashMap<ValueId, Vec<ValueId>>,
}

impl Webs {
    /// Finds them.
    pub fn new(cx: Context<'_, '_>) -> Webs {
        let handles = handle_phis(cx);
        let mut over: HashMap<ValueId, Vec<ValueId>> = HashMap::new();
        for phi in &handles {
            for region in cx.regions.resolve(cx.body, *phi).regions {
                over.entry(cx.regions.get(region).handle).or_default().push(*phi);
            }
        }
        Webs { handles, over }
    }

    fn over(&self, handle: ValueId) -> impl Iterator<Item = ValueId> {
        self.over.get(&handle).into_iter().flatten().copied()
    }
}

/// What a way brings for a phi: the place in the stack, if the handle has one, and its name there.
type Brought = (Option<usize>, ValueId);

/// The states in which control leaves a node.
struct Leaving {
    /// By its normal edges; `None` if its last call does not return.
    normal: Option<State>,
    /// By its unwinding edge.
    unwinding: State,
}

/// What leaves each node so far, and the joins of it.
pub struct Joins<'j, 'a> {
    cx: Context<'j, 'a>,
    leaving: Vec<Option<Leaving>>,
    /// Phis that must not name an entry.
    banned: &'j BTreeSet<ValueId>,
    /// Phis that named an entry before all ways in were known.
    guessed: BTreeSet<ValueId>,
    webs: &'j Webs,
}

impl<'j, 'a> Joins<'j, 'a> {
    /// Nothing has been left yet.
    pub fn new(cx: Context<'j, 'a>, webs: &'j Webs, banned: &'j BTreeSet<ValueId>) -> Self {
        let leaving = (0..cx.paths.len()).map(|_| None).collect();
        Joins {
            cx,
            leaving,
            banned,
            guessed: BTreeSet::new(),
            webs,
        }
    }

    /// Records in which states control leaves a node: by its normal edges, if its last call returns, and by the
    /// unwinding one.
    pub fn leave(&mut self, node: NodeId, normal: Option<State>, unwinding: State) {
        self.leaving[node.index()] = Some(Leaving { normal, unwinding });
    }

    /// The state at the start of a node: what all its predecessors bring. `None` if control does not get there.
    ///
    /// # Errors
    /// A phi that was taken for a name on a guess, and is none.
    pub fn state_at(&mut self, node: NodeId) -> Result<Option<State>, ValueId> {
        let mut arrivals: Vec<(NodeId, State)> = Vec::new();
        let mut preds = self.cx.paths.node(node).preds.clone();
        preds.dedup();
        let complete = preds.iter().all(|pred| self.leaving[pred.index()].is_some());
        for pred in preds {
            let Some(left) = &self.leaving[pred.index()] else {
                continue;
            };
            for edge in self
                .cx
                .paths
                .node(pred)
                .succs
                .iter()
                .filter(|edge| edge.to == node)
            {
                let state = if edge.unwinding {
                    Some(&left.unwinding)
                } else {
                    left.normal.as_ref()
                };
                arrivals.extend(state.map(|state| (pred, state.clone())));
            }
        }
        self.age(node, &mut arrivals);
        self.rename(node, &mut arrivals, complete)?;
        unify(&mut arrivals);
        Ok(merge(self.cx, &arrivals))
    }

    /// Phis are as old as what they take.
    fn age(&self, node: NodeId, arrivals: &mut [(NodeId, State)]) {
        let cx = self.cx;
        for (pred, state) in arrivals.iter_mut().filter(|(_, state)| !state.old.is_empty()) {
            let source = cx.paths.node(*pred).block;
            let before = state.old.clone();
            for (_, inst) in cx.body.insts_of(cx.paths.node(node).block) {
                let (InstKind::Phi(incoming), Some(phi)) = (inst.kind, inst.result) else {
                    break;
                };
                let brought = incoming.iter().find(|(block, _)| *block == source);
                if brought.is_some_and(|(_, value)| before.contains(&cx.regions.canonical(*value))) {
                    state.old.insert(phi);
                } else {
                    state.old.remove(&phi);
                }
            }
        }
    }

    /// Gives entries the names of the node's phis, or phis the entries as aliases.
    fn rename(
        &mut self,
        node: NodeId,
        arrivals: &mut [(NodeId, State)],
        complete: bool,
    ) -> Result<(), ValueId> {
        let cx = self.cx;
        // Phis read their operands all at once: what each way brings is looked up before anything is renamed.
        let mut phis: Vec<(ValueId, Vec<Brought>)> = Vec::new();
        for (_, inst) in cx.body.insts_of(cx.paths.node(node).block) {
            let InstKind::Phi(incoming) = inst.kind else { break };
            let Some(phi) = inst
                .result
                .filter(|result| cx.regions.canonical(*result) == *result)
            else {
                continue;
            };
            // The place in the stack of the handle that an edge brings, and its name. A parameter's has none.
            let brought = |(pred, state): &(NodeId, State)| {
                let source = cx.paths.node(*pred).block;
                let (_, value) = incoming.iter().find(|(block, _)| *block == source)?;
                let name = state.name(cx, *value);
                let place = state.open.iter().position(|open| open.handle == name);
                let is_known = place.is_some() || self.webs.handles.contains(&phi) && is_param(cx, name);
                is_known.then_some((place, name))
            };
            let all: Option<Vec<Brought>> = arrivals.iter().map(brought).collect();
            phis.push((phi, all.unwrap_or_default()));
        }
        for (_, state) in arrivals.iter_mut() {
            state
                .aliases
                .retain(|alias, _| !phis.iter().any(|(phi, _)| phi == alias));
        }
        let mut aliases: Vec<(ValueId, ValueId)> = Vec::new();
        for (phi, all) in phis {
            let agreed = all
                .first()
                .filter(|(place, _)| all.iter().all(|(other, _)| other == place))
                .and_then(|(place, _)| *place);
            let same = all
                .first()
                .copied()
                .filter(|(_, name)| all.iter().all(|(_, other)| other == name));
            match (same, agreed) {
                (Some((_, name)), _) if complete => aliases.push((phi, name)),
                (_, Some(place)) if !self.banned.contains(&phi) => {
                    if !complete {
                        self.guessed.insert(phi);
                    }
                    for (_, state) in arrivals.iter_mut() {
                        state.open[place].handle = phi;
                    }
                }
                _ if self.guessed.contains(&phi) => return Err(phi),
                _ => {}
            }
        }
        // Aliases speak of the names that hold before this join; entries renamed above have none.
        for (phi, name) in aliases {
            for (_, state) in arrivals.iter_mut() {
                if is_param(cx, name) || state.open.iter().any(|open| open.handle == name) {
                    state.aliases.insert(phi, name);
                }
            }
        }
        Ok(())
    }
}

/// The phis that may be the region of an operation or of a callee.
fn handle_phis(cx: Context<'_, '_>) -> HashSet<ValueId> {
    let mut phis = HashSet::new();
    let mut work: Vec<ValueId> = Vec::new();
    for inst in cx.body.insts {
        match inst.kind {
            InstKind::Operation(_, operands) => work.extend(operands.first()),
            InstKind::Call(call) => {
                if let Some(effects) = cx.effects_of(&call) {
                    let regions = (0..call.args.len()).filter(|index| effects.is_region(*index));
                    work.extend(regions.map(|index| call.args[index].value));
                }
            }
            _ => {}
        }
    }
    while let Some(value) = work.pop() {
        let value = cx.regions.canonical(value);
        if let Some((_, inst)) = cx.body.def(value)
            && matches!(inst.kind, InstKind::Phi(_) | InstKind::Select { .. })
            && phis.insert(value)
        {
            work.extend(inst.kind.operands());
        }
    }
    phis
}

/// Whether a handle is a parameter.
fn is_param(cx: Context<'_, '_>, handle: ValueId) -> bool {
    let region = cx.regions.of_handle(handle);
    region.is_some_and(|region| matches!(cx.regions.get(region).origin, Origin::Param(_)))
}

/// Where every way has a phi for one and the same entry, as its name or as an alias of it, but not all of them call the
/// entry by the same name, the phi is the name that all can use.
fn unify(arrivals: &mut [(NodeId, State)]) {
    let phis: BTreeSet<ValueId> = arrivals
        .iter()
        .flat_map(|(_, state)| state.aliases.keys().copied())
        .collect();
    for phi in phis {
        let place = |(_, state): &(NodeId, State)| {
            let name = state.aliases.get(&phi).copied().unwrap_or(phi);
            Some((state.open.iter().position(|open| open.handle == name)?, name))
        };
        let Some(places) = arrivals.iter().map(place).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((first, name)) = places.first().copied() else {
            continue;
        };
        let one_place = places.iter().all(|(other, _)| *other == first);
        if one_place && places.iter().any(|(_, other)| *other != name) {
            for ((_, state), (_, name)) in arrivals.iter_mut().zip(places) {
                state.open[first].handle = phi;
                state.aliases.retain(|_, other| *other != name);
            }
        }
    }
}

/// Joins states: an entry that some paths lack becomes *maybe open*, by the edge that brought it.
fn merge(cx: Context<'_, '_>, arrivals: &[(NodeId, State)]) -> Option<State> {
    let (_, first) = arrivals.first()?;
    let mut merged = first.clone();
    for (_, state) in &arrivals[1..] {
        merged.torn |= state.torn || state.dropped != first.dropped;
        merged.old.extend(&state.old);
        let mut place = 0;
        for open in &state.open {
            match merged.open.iter().position(|known| known.handle == open.handle) {
                Some(position) => place = position + 1,
                None => {
                    merged.open.insert(place, *open);
                    place += 1;
                }
            }
        }
        merged
            .aliases
            .retain(|phi, name| state.aliases.get(phi) == Some(name));
        for index in &state.dropped {
            if !merged.dropped.contains(index) {
                merged.dropped.push(*index);
            }
        }
    }
    for entry in &mut merged.open {
        let holding: Vec<(NodeId, Open)> = arrivals
            .iter()
            .filter_map(|(pred, state)| {
                Some((
                    *pred,
                    *state.open.iter().find(|open| open.handle == entry.handle)?,
                ))
            })
            .collect();
        entry.maybe = holding.iter().find_map(|(_, open)| open.maybe);
        if holding.len() < arrivals.len() && entry.maybe.is_none() {
            entry.maybe = holding
                .first()
                .map(|(pred, _)| cx.body.terminator(cx.paths.node(*pred).block).0);
        }
    }
    Some(merged)
}
