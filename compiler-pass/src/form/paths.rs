//! The feasible-path graph of a function: its flow graph without the edges that constants rule out.
//!
//! A node is a basic block together with what is known, on the way there, of the values that *steer*: phis that feed
//! a branch or switch, and, in functions that open or end regions, whatever is tested twice. A `for` that runs its body once sets a flag that its header tests; in the plain flow
//! graph it looks like a loop, here it does not: the node of the header that the body leads back to has one
//! successor, the exit. Nothing here counts trips: only constants that arrive through phis, comparisons,
//! casts and negations are followed, and that a value is not zero: a handle just opened, a pointer that was tested.
//! Where a phi takes one of two constants by a condition that is not known (`again ? START : DONE`), the edge leads to a
//! node for each. Where a function compares handles, it is also known which push or parameter a phi stands for
//! ([`super::handles`]).
//!
//! Invariants:
//! * *Paths-I1*: every execution of the function is a path of this graph (edges are dropped only when the
//!   branch cannot go there with the constants of the node).
//! * *Paths-I2*: at most [`MAX_NODES_PER_BLOCK`] nodes know something of one basic block; further
//!   combinations share the node that knows nothing. The graph stays linear in the size of the function.

use super::handles::{Handles, MayEnd};
use super::steering::{Alike, MAX_STEPS, liveness, steering};
use super::{BlockId, Body, InstKind, NodeId, Predicate, ValueId, ValueKind};
use crate::operation::Operation;
use std::collections::{HashMap, HashSet};

/// See *Paths-I2*.
pub const MAX_NODES_PER_BLOCK: usize = 8;
/// So many nodes of one basic block may know something of values that were tested. More know of phis only.
const MAX_TESTED: usize = 6;
/// An edge leads to so many nodes at most, by the outcomes of conditions that are not known.
const MAX_OUTCOMES: usize = 4;

/// What is known of steering values, sorted by value.
type Known = Vec<(ValueId, Fact)>;

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Fact {
    /// It is this constant; null is 0, and true is -1.
    Is(i64),
    /// It is not zero.
    NonZero,
    /// It is what this push returned when it ran last, or this parameter.
    Handle(ValueId),
}

impl Fact {
    /// As the condition of a branch.
    fn holds(self) -> bool {
        self != Fact::Is(0)
    }
}

/// The feasible-path graph.
pub struct Paths {
    nodes: Vec<Node>,
}

/// A node; see the module's description.
pub struct Node {
    /// The basic block.
    pub block: BlockId,
    /// Where control may go.
    pub succs: Vec<Edge>,
    /// Where control may come from.
    pub preds: Vec<NodeId>,
    /// The values that are not zero at its start, sorted.
    non_zero: Vec<ValueId>,
}

/// An edge to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The target.
    pub to: NodeId,
    /// Taken when the call at the end of the basic block unwinds.
    pub unwinding: bool,
}

impl Paths {
    /// Builds the graph; the entry is node 0. `may_end` tells which arguments a callee may end the regions of.
    pub fn new(body: &Body<'_>, may_end: MayEnd<'_>) -> Paths {
        let alike = Alike::new(body);
        let steering = steering(body, &alike);
        Builder {
            body,
            live: liveness(body, &steering, &alike),
            handles: Handles::new(body, may_end),
            steering,
            alike,
            index: HashMap::new(),
            crowd: vec![0; body.blocks.len()],
            nodes: Vec::new(),
        }
        .run()
    }

    /// The entry.
    pub fn entry(&self) -> NodeId {
        NodeId::new(0)
    }

    /// The node with this index.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Whether a value is known not to be zero, or null, at the start of a node.
    pub fn is_non_zero(&self, node: NodeId, value: ValueId) -> bool {
        self.node(node).non_zero.binary_search(&value).is_ok()
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node; a body has at least one basic block, so never.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId::new)
    }

    /// The strongly connected component, by number, of each node that lies on a cycle which avoids every node for which
    /// `cut` holds. Linear.
    pub fn components(&self, cut: impl Fn(NodeId) -> bool) -> Vec<Option<u32>> {
        let mut graph = petgraph::graph::DiGraph::<(), ()>::with_capacity(self.len(), self.len());
        for _ in 0..self.len() {
            graph.add_node(());
        }
        let at = |id: NodeId| petgraph::graph::NodeIndex::new(id.index());
        let mut repeats = vec![false; self.len()];
        for id in self.ids().filter(|id| !cut(*id)) {
            for edge in self.node(id).succs.iter().filter(|edge| !cut(edge.to)) {
                repeats[id.index()] |= edge.to == id;
                graph.add_edge(at(id), at(edge.to), ());
            }
        }
        let mut component = vec![None; self.len()];
        for (number, nodes) in (0..).zip(petgraph::algo::kosaraju_scc(&graph)) {
            if nodes.len() > 1 || repeats[nodes[0].index()] {
                nodes
                    .into_iter()
                    .for_each(|node| component[node.index()] = Some(number));
            }
        }
        component
    }
}

struct Builder<'b, 'a> {
    body: &'b Body<'a>,
    steering: HashSet<ValueId>,
    alike: Alike,
    live: HashMap<ValueId, HashSet<BlockId>>,
    handles: Handles<'b, 'a>,
    index: HashMap<(BlockId, Known), NodeId>,
    crowd: Vec<usize>,
    nodes: Vec<Node>,
}

impl Builder<'_, '_> {
    fn run(mut self) -> Paths {
        let mut work = Vec::new();
        self.node(BlockId::new(0), Known::new(), &mut work);
        while let Some((id, block, known)) = work.pop() {
            for (target, unwinding, learnt) in self.ways_out(block, &known) {
                for outcome in self.outcomes(block, target, learnt) {
                    let arriving = self.arrive(block, target, &outcome);
                    let to = self.node(target, arriving, &mut work);
                    let edge = Edge { to, unwinding };
                    if !self.nodes[id.index()].succs.contains(&edge) {
                        self.nodes[id.index()].succs.push(edge);
                        self.nodes[to.index()].preds.push(id);
                    }
                }
            }
        }
        Paths { nodes: self.nodes }
    }

    fn node(&mut self, block: BlockId, mut known: Known, work: &mut Vec<(NodeId, BlockId, Known)>) -> NodeId {
        if !known.is_empty() && !self.index.contains_key(&(block, known.clone())) {
            if self.crowd[block.index()] >= MAX_NODES_PER_BLOCK {
                known.clear();
            } else {
                // What was tested gives way to what phis bring.
                if self.crowd[block.index()] >= MAX_TESTED {
                    known.retain(|(value, _)| self.is_phi(*value));
                }
                self.crowd[block.index()] +=
                    usize::from(!known.is_empty() && !self.index.contains_key(&(block, known.clone())));
            }
        }
        if let Some(id) = self.index.get(&(block, known.clone())) {
            return *id;
        }
        let id = NodeId::new(self.nodes.len());
        self.nodes.push(Node {
            block,
            succs: Vec::new(),
            preds: Vec::new(),
            non_zero: known
                .iter()
                .filter(|(_, fact)| *fact == Fact::NonZero)
                .map(|(value, _)| *value)
                .collect(),
        });
        self.index.insert((block, known.clone()), id);
        work.push((id, block, known));
        id
    }

    /// The feasible successors of a basic block, with what each of them adds to the constants.
    fn ways_out(&self, block: BlockId, known: &Known) -> Vec<(BlockId, bool, Known)> {
        let (_, terminator) = self.body.terminator(block);
        let here = self.body.block(block);
        let all = || {
            here.succs
                .iter()
                .map(|succ| (*succ, here.unwind == Some(*succ), known.clone()))
                .collect()
        };
        match terminator.kind {
            // An operation never unwinds, even where the front end wrote an invoke.
            InstKind::Operation(..) => here
                .succs
                .iter()
                .filter(|succ| here.unwind != Some(**succ))
                .map(|succ| (*succ, false, known.clone()))
                .collect(),
            InstKind::Branch(condition) => match (
                self.evaluate(condition, known, &mut MAX_STEPS.clone()),
                here.succs,
            ) {
                (Some(fact), [yes, no]) => {
                    vec![(if fact.holds() { *yes } else { *no }, false, known.clone())]
                }
                (None, [yes, no]) => {
                    let mut on_yes = known.clone();
                    let mut on_no = known.clone();
                    self.learn_from_outcome(condition, true, &mut on_yes);
                    self.learn_from_outcome(condition, false, &mut on_no);
                    vec![(*yes, false, on_yes), (*no, false, on_no)]
                }
                _ => all(),
            },
            InstKind::Switch {
                value,
                cases,
                default,
            } => match self.evaluate(value, known, &mut MAX_STEPS.clone()) {
                Some(Fact::Is(constant)) => {
                    let hit = cases.iter().find(|(case, _)| *case == constant);
                    vec![(hit.map_or(default, |(_, target)| *target), false, known.clone())]
                }
                Some(Fact::NonZero | Fact::Handle(_)) | None => here
                    .succs
                    .iter()
                    .map(|succ| {
                        let mut learnt = known.clone();
                        let mut reaching = cases.iter().filter(|(_, target)| target == succ);
                        if let (Some((case, _)), None) = (reaching.next(), reaching.next())
                            && *succ != default
                        {
                            self.learn(value, Fact::Is(*case), &mut learnt);
                        }
                        (*succ, false, learnt)
                    })
                    .collect(),
            },
            _ => all(),
        }
    }

    fn learn(&self, value: ValueId, fact: Fact, known: &mut Known) {
        let value = self.alike.first(value);
        if self.steering.contains(&value) {
            match known.binary_search_by_key(&value, |entry| entry.0) {
                Err(at) => known.insert(at, (value, fact)),
                Ok(at) => match known[at].1 {
                    Fact::NonZero => known[at].1 = fact,
                    // What is learnt of a phi is learnt of what it stands for.
                    Fact::Handle(other) if other != value => self.learn(other, fact, known),
                    _ => {}
                },
            }
        }
    }

    /// What is known of a way to `target`, for each outcome of the conditions by which its phis take one of two constants.
    fn outcomes(&self, from: BlockId, target: BlockId, known: Known) -> Vec<Known> {
        let mut ways = vec![known.clone()];
        for (_, inst) in self.body.insts_of(target) {
            let InstKind::Phi(incoming) = inst.kind else { break };
            if inst.result.is_none_or(|result| !self.steering.contains(&result)) {
                continue;
            }
            let brought = incoming.iter().find(|(block, _)| *block == from);
            let Some((_, value)) = brought else { continue };
            let mut next = Vec::new();
            for way in ways {
                match self.undecided(*value, &way) {
                    Some(condition) => next.extend([true, false].map(|holds| {
                        let mut outcome = way.clone();
                        let condition = self.alike.first(condition);
                        if let Err(at) = outcome.binary_search_by_key(&condition, |entry| entry.0) {
                            outcome.insert(at, (condition, Fact::Is(-i64::from(holds))));
                        }
                        self.learn_from_outcome(condition, holds, &mut outcome);
                        outcome
                    })),
                    None => next.push(way),
                }
            }
            ways = next;
            if ways.len() > MAX_OUTCOMES {
                return vec![known];
            }
        }
        ways
    }

    /// The condition by which a value is one of two constants, if it is not known.
    fn undecided(&self, value: ValueId, known: &Known) -> Option<ValueId> {
        let (_, inst) = self.body.def(value)?;
        let InstKind::Select { condition, yes, no } = inst.kind else {
            return None;
        };
        let constant = |value| match self.evaluate(value, known, &mut MAX_STEPS.clone()) {
            Some(Fact::Is(constant)) => Some(constant),
            _ => None,
        };
        let differ = constant(yes)? != constant(no)?;
        let is_open = self.evaluate(condition, known, &mut MAX_STEPS.clone()).is_none();
        (differ && is_open).then_some(condition)
    }

    fn is_phi(&self, value: ValueId) -> bool {
        self.body
            .def(value)
            .is_some_and(|(_, inst)| matches!(inst.kind, InstKind::Phi(_)))
    }

    /// Adds what follows from a condition that holds, or does not. Looks at `MAX_STEPS` instructions at most.
    fn learn_from_outcome(&self, condition: ValueId, holds: bool, known: &mut Known) {
        let mut work = vec![(condition, holds)];
        let mut steps = MAX_STEPS;
        while let Some((condition, holds)) = work.pop() {
            let Some(left) = steps.checked_sub(1) else { return };
            steps = left;
            self.learn(condition, Fact::Is(-i64::from(holds)), known);
            let Some((_, inst)) = self.body.def(condition) else {
                continue;
            };
            match inst.kind {
                InstKind::Not(operand) => work.push((operand, !holds)),
                // Both hold of `a && b`, neither of `a || b`.
                InstKind::Select { condition, yes, no } => {
                    if holds && self.literal(no) == Some(0) {
                        work.extend([(condition, true), (yes, true)]);
                    } else if !holds && self.literal(yes).is_some_and(|constant| constant != 0) {
                        work.extend([(condition, false), (no, false)]);
                    }
                }
                // A flag: a condition made wider, and perhaps narrow again.
                InstKind::Resize { value, to: 1, .. } => {
                    work.extend(self.widened(value).map(|flag| (flag, holds)));
                }
                InstKind::Compare(predicate @ (Predicate::Equal | Predicate::NotEqual), left, right) => {
                    match self.literal(right) {
                        Some(constant) if holds == (predicate == Predicate::Equal) => {
                            self.learn(left, Fact::Is(constant), known);
                            work.extend(self.widened(left).map(|flag| (flag, constant != 0)));
                        }
                        Some(0) => {
                            self.learn(left, Fact::NonZero, known);
                            work.extend(self.widened(left).map(|flag| (flag, true)));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    /// The condition that a number is, made wider.
    fn widened(&self, value: ValueId) -> Option<ValueId> {
        match self.body.def(value)?.1.kind {
            InstKind::Resize { value, from: 1, .. } => Some(value),
            _ => None,
        }
    }

    /// What is known at the start of `target` when control comes from the end of `from`.
    fn arrive(&self, from: BlockId, target: BlockId, known: &Known) -> Known {
        let mut arriving: Known = known
            .iter()
            .filter(|(value, _)| {
                self.live
                    .get(value)
                    .is_some_and(|blocks| blocks.contains(&target))
            })
            .copied()
            .collect();
        for (_, inst) in self.body.insts_of(target) {
            let InstKind::Phi(incoming) = inst.kind else { break };
            let Some(result) = inst.result.filter(|result| self.steering.contains(result)) else {
                continue;
            };
            let value = incoming
                .iter()
                .find(|(block, _)| *block == from)
                .map(|(_, value)| *value);
            if let Some(fact) = value.and_then(|value| self.evaluate(value, known, &mut MAX_STEPS.clone())) {
                arriving.push((result, fact));
            }
        }
        // A push that runs again returns another handle.
        arriving.retain(|(_, fact)| {
            !matches!(fact, Fact::Handle(handle) if self.handles.is_renewed_after(*handle, target))
        });
        arriving.sort_unstable();
        arriving
    }

    fn literal(&self, value: ValueId) -> Option<i64> {
        match self.body.value(value).kind {
            ValueKind::Int(constant) => Some(constant),
            ValueKind::Null => Some(0),
            _ => None,
        }
    }

    /// What is known of a value, if the steering values decide it.
    fn evaluate(&self, value: ValueId, known: &Known, steps: &mut u32) -> Option<Fact> {
        if let Some(constant) = self.literal(value) {
            return Some(Fact::Is(constant));
        }
        let first = self.alike.first(value);
        let is_compared = self.handles.is_compared(value);
        match known.binary_search_by_key(&first, |entry| entry.0) {
            Ok(at) if known[at].1 != Fact::NonZero || !is_compared => return Some(known[at].1),
            _ if is_compared => return Some(Fact::Handle(value)),
            _ => {}
        }
        let (_, inst) = self.body.def(value)?;
        *steps = steps.checked_sub(1)?;
        match inst.kind {
            // The address of a stack slot is never null, nor is the handle of a region that was just opened.
            InstKind::StackSlot | InstKind::Operation(Operation::Push | Operation::PushBounded, _) => {
                Some(Fact::NonZero)
            }
            InstKind::Compare(predicate, left, right) => {
                let left = self.evaluate(left, known, steps)?;
                let right = self.evaluate(right, known, steps)?;
                let (left, right) = match (left, right) {
                    (Fact::Is(left), Fact::Is(right)) => (left, right),
                    _ => {
                        let equal = self.are_equal(left, right, known)?;
                        let holds = match predicate {
                            Predicate::Equal => equal,
                            Predicate::NotEqual => !equal,
                            _ => return None,
                        };
                        return Some(Fact::Is(-i64::from(holds)));
                    }
                };
                let holds = match predicate {
                    Predicate::Equal => left == right,
                    Predicate::NotEqual => left != right,
                    Predicate::SignedLess => left < right,
                    Predicate::SignedLessEqual => left <= right,
                    Predicate::SignedGreater => left > right,
                    Predicate::SignedGreaterEqual => left >= right,
                    // Constants are sign-extended, which keeps the unsigned order too.
                    Predicate::UnsignedLess => left.cast_unsigned() < right.cast_unsigned(),
                    Predicate::UnsignedLessEqual => left.cast_unsigned() <= right.cast_unsigned(),
                    Predicate::UnsignedGreater => left.cast_unsigned() > right.cast_unsigned(),
                    Predicate::UnsignedGreaterEqual => left.cast_unsigned() >= right.cast_unsigned(),
                };
                Some(Fact::Is(-i64::from(holds)))
            }
            InstKind::Select { condition, yes, no } => match self.evaluate(condition, known, steps) {
                Some(fact) => self.evaluate(if fact.holds() { yes } else { no }, known, steps),
                None => {
                    let yes = self.evaluate(yes, known, steps)?;
                    (self.evaluate(no, known, steps)? == yes).then_some(yes)
                }
            },
            InstKind::Not(operand) => match self.evaluate(operand, known, steps)? {
                Fact::Is(0) => Some(Fact::Is(-1)),
                Fact::Is(_) => Some(Fact::Is(0)),
                Fact::NonZero | Fact::Handle(_) => None,
            },
            InstKind::Resize {
                value,
                from,
                to,
                signed,
            } if from <= 64 && to <= 64 => {
                let operand = match self.evaluate(value, known, steps)? {
                    Fact::Is(operand) => operand,
                    Fact::NonZero => return (to >= from).then_some(Fact::NonZero),
                    Fact::Handle(_) => return None,
                };
                let operand = if signed || from == 64 {
                    operand
                } else {
                    operand & ((1i64 << from) - 1)
                };
                Some(Fact::Is(if to == 64 {
                    operand
                } else {
                    (operand << (64 - to)) >> (64 - to)
                }))
            }
            _ => None,
        }
    }

    /// Whether two values are the same, of which something else is known than two constants.
    fn are_equal(&self, left: Fact, right: Fact, known: &Known) -> Option<bool> {
        let is_zero = |fact| fact == Fact::Is(0);
        let is_none = |fact| match fact {
            Fact::NonZero => true,
            Fact::Handle(handle) => {
                let at = known.binary_search_by_key(&handle, |entry| entry.0);
                self.handles.is_pushed(handle) || at.is_ok_and(|at| known[at].1 == Fact::NonZero)
            }
            Fact::Is(_) => false,
        };
        if is_zero(left) && is_none(right) || is_none(left) && is_zero(right) {
            return Some(false);
        }
        match (left, right) {
            (Fact::Handle(left), Fact::Handle(right)) if left == right => Some(true),
            (Fact::Handle(left), Fact::Handle(right)) => {
                self.handles.are_of_two_regions(left, right).then_some(false)
            }
            _ => None,
        }
    }
}
