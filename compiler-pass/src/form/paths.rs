//! The feasible-path graph of a function: its flow graph without the edges that constants rule out.
//!
//! A node is a basic block together with what is known, on the way there, of the phis that *steer* (that feed
//! a branch or switch). A `for` that runs its body once sets a flag that its header tests; in the plain flow
//! graph it looks like a loop, here it does not: the node of the header that the body leads back to has one
//! successor, the exit. Nothing here counts trips: only constants that arrive through phis, comparisons,
//! casts and negations are followed.
//!
//! Invariants:
//! * *Paths-I1*: every execution of the function is a path of this graph (edges are dropped only when the
//!   branch cannot go there with the constants of the node).
//! * *Paths-I2*: at most [`MAX_NODES_PER_BLOCK`] nodes know something of one basic block; further
//!   combinations share the node that knows nothing. The graph stays linear in the size of the function.

use super::{BlockId, Body, InstKind, NodeId, Predicate, ValueId, ValueKind};
use std::collections::{HashMap, HashSet};

/// See *Paths-I2*.
pub const MAX_NODES_PER_BLOCK: usize = 6;

/// Constants known of steering phis, sorted by value.
type Known = Vec<(ValueId, i64)>;

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
    /// Builds the graph; the entry is node 0.
    pub fn new(body: &Body<'_>) -> Paths {
        let steering = steering(body);
        Builder {
            body,
            live: liveness(body, &steering),
            steering,
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

    /// The nodes that lie on a cycle which avoids every node for which `cut` holds. Linear.
    pub fn cyclic(&self, cut: impl Fn(NodeId) -> bool) -> Vec<bool> {
        let mut graph = petgraph::graph::DiGraph::<(), ()>::with_capacity(self.len(), self.len());
        for _ in 0..self.len() {
            graph.add_node(());
        }
        let at = |id: NodeId| petgraph::graph::NodeIndex::new(id.index());
        let mut cyclic = vec![false; self.len()];
        for id in self.ids().filter(|id| !cut(*id)) {
            for edge in self.node(id).succs.iter().filter(|edge| !cut(edge.to)) {
                cyclic[id.index()] |= edge.to == id;
                graph.add_edge(at(id), at(edge.to), ());
            }
        }
        for component in petgraph::algo::kosaraju_scc(&graph) {
            if component.len() > 1 {
                component.into_iter().for_each(|node| cyclic[node.index()] = true);
            }
        }
        cyclic
    }
}

/// The phis whose values can decide a branch or switch.
fn steering(body: &Body<'_>) -> HashSet<ValueId> {
    let mut work: Vec<ValueId> = body
        .insts
        .iter()
        .filter_map(|inst| match inst.kind {
            InstKind::Branch(value) | InstKind::Switch { value, .. } => Some(value),
            _ => None,
        })
        .collect();
    let mut seen: HashSet<ValueId> = work.iter().copied().collect();
    let mut phis = HashSet::new();
    while let Some(value) = work.pop() {
        let Some((_, inst)) = body.def(value) else {
            continue;
        };
        let mut operands: Vec<ValueId> = Vec::new();
        match inst.kind {
            InstKind::Phi(incoming) => {
                phis.insert(value);
                operands.extend(incoming.iter().map(|(_, value)| *value));
            }
            InstKind::Compare(_, left, right) => operands.extend([left, right]),
            InstKind::Resize { value, .. } | InstKind::Not(value) => operands.push(value),
            _ => {}
        }
        work.extend(operands.into_iter().filter(|operand| seen.insert(*operand)));
    }
    phis
}

/// For each steering phi, the basic blocks from whose start a branch can be reached that it may decide. Elsewhere
/// its constant is not worth a node of its own.
fn liveness(body: &Body<'_>, steering: &HashSet<ValueId>) -> HashMap<ValueId, HashSet<BlockId>> {
    let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); body.blocks.len()];
    for (index, block) in body.blocks.iter().enumerate() {
        block
            .succs
            .iter()
            .for_each(|succ| preds[succ.index()].push(BlockId::new(index)));
    }
    // Where each phi is read at the end of a basic block: by its branch, or by a phi of a successor.
    let mut reads: HashMap<ValueId, Vec<BlockId>> = HashMap::new();
    for inst in body.insts {
        match inst.kind {
            InstKind::Branch(value) | InstKind::Switch { value, .. } => {
                depends(body, value, &mut |phi| {
                    reads.entry(phi).or_default().push(inst.block)
                });
            }
            InstKind::Phi(incoming) if inst.result.is_some_and(|phi| steering.contains(&phi)) => {
                for (from, value) in incoming {
                    depends(body, *value, &mut |phi| reads.entry(phi).or_default().push(*from));
                }
            }
            _ => {}
        }
    }
    let mut live = HashMap::new();
    for (phi, mut work) in reads {
        let Some((_, inst)) = body.def(phi) else { continue };
        let mut blocks: HashSet<BlockId> = HashSet::new();
        while let Some(block) = work.pop() {
            if block != inst.block && blocks.insert(block) {
                work.extend(&preds[block.index()]);
            }
        }
        live.insert(phi, blocks);
    }
    live
}

/// Calls `found` with each phi that a value is computed from by comparisons, casts and negations.
fn depends(body: &Body<'_>, value: ValueId, found: &mut impl FnMut(ValueId)) {
    let mut work = vec![value];
    let mut steps = 0;
    while let Some(value) = work.pop() {
        let Some((_, inst)) = body.def(value) else {
            continue;
        };
        steps += 1;
        match inst.kind {
            InstKind::Phi(_) => found(value),
            // As deep as `evaluate` looks, and no deeper.
            _ if steps > 64 => {}
            InstKind::Compare(_, left, right) => work.extend([left, right]),
            InstKind::Resize { value, .. } | InstKind::Not(value) => work.push(value),
            _ => {}
        }
    }
}

struct Builder<'b, 'a> {
    body: &'b Body<'a>,
    steering: HashSet<ValueId>,
    live: HashMap<ValueId, HashSet<BlockId>>,
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
                let arriving = self.arrive(block, target, &learnt);
                let to = self.node(target, arriving, &mut work);
                self.nodes[id.index()].succs.push(Edge { to, unwinding });
                self.nodes[to.index()].preds.push(id);
            }
        }
        Paths { nodes: self.nodes }
    }

    fn node(&mut self, block: BlockId, mut known: Known, work: &mut Vec<(NodeId, BlockId, Known)>) -> NodeId {
        if !known.is_empty() && !self.index.contains_key(&(block, known.clone())) {
            if self.crowd[block.index()] >= MAX_NODES_PER_BLOCK {
                known.clear();
            } else {
                self.crowd[block.index()] += 1;
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
            InstKind::Branch(condition) => match (self.evaluate(condition, known, 0), here.succs) {
                (Some(constant), [yes, no]) => {
                    vec![(if constant != 0 { *yes } else { *no }, false, known.clone())]
                }
                (None, [yes, no]) => {
                    let mut on_yes = known.clone();
                    let mut on_no = known.clone();
                    self.learn_from_condition(condition, &mut on_yes, &mut on_no);
                    vec![(*yes, false, on_yes), (*no, false, on_no)]
                }
                _ => all(),
            },
            InstKind::Switch {
                value,
                cases,
                default,
            } => match self.evaluate(value, known, 0) {
                Some(constant) => {
                    let hit = cases.iter().find(|(case, _)| *case == constant);
                    vec![(hit.map_or(default, |(_, target)| *target), false, known.clone())]
                }
                None => here
                    .succs
                    .iter()
                    .map(|succ| {
                        let mut learnt = known.clone();
                        let mut reaching = cases.iter().filter(|(_, target)| target == succ);
                        if let (Some((case, _)), None) = (reaching.next(), reaching.next())
                            && *succ != default
                        {
                            self.learn(value, *case, &mut learnt);
                        }
                        (*succ, false, learnt)
                    })
                    .collect(),
            },
            _ => all(),
        }
    }

    fn learn(&self, value: ValueId, constant: i64, known: &mut Known) {
        if self.steering.contains(&value)
            && let Err(at) = known.binary_search_by_key(&value, |entry| entry.0)
        {
            known.insert(at, (value, constant));
        }
    }

    fn learn_from_condition(&self, condition: ValueId, on_yes: &mut Known, on_no: &mut Known) {
        self.learn(condition, -1, on_yes);
        self.learn(condition, 0, on_no);
        if let Some((_, inst)) = self.body.def(condition)
            && let InstKind::Compare(predicate, left, right) = inst.kind
            && let Some(constant) = self.literal(right)
        {
            match predicate {
                Predicate::Equal => self.learn(left, constant, on_yes),
                Predicate::NotEqual => self.learn(left, constant, on_no),
                _ => {}
            }
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
            if let Some(constant) = value.and_then(|value| self.evaluate(value, known, 0)) {
                arriving.push((result, constant));
            }
        }
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

    /// The constant that a value has, if the known phis decide it.
    fn evaluate(&self, value: ValueId, known: &Known, depth: u32) -> Option<i64> {
        if let Some(constant) = self.literal(value) {
            return Some(constant);
        }
        if let Ok(at) = known.binary_search_by_key(&value, |entry| entry.0) {
            return Some(known[at].1);
        }
        let (_, inst) = self.body.def(value)?;
        if depth > 16 {
            return None;
        }
        match inst.kind {
            InstKind::Compare(predicate, left, right) => {
                // The address of a stack slot is never null.
                if self.is_address(left) && self.literal(right) == Some(0) {
                    return match predicate {
                        Predicate::Equal => Some(0),
                        Predicate::NotEqual => Some(-1),
                        _ => None,
                    };
                }
                let left = self.evaluate(left, known, depth + 1)?;
                let right = self.evaluate(right, known, depth + 1)?;
                let holds = match predicate {
                    Predicate::Equal => left == right,
                    Predicate::NotEqual => left != right,
                    Predicate::SignedLess => left < right,
                    Predicate::SignedLessEqual => left <= right,
                    Predicate::SignedGreater => left > right,
                    Predicate::SignedGreaterEqual => left >= right,
                    Predicate::Other => return None,
                };
                Some(-i64::from(holds))
            }
            InstKind::Not(operand) => Some(if self.evaluate(operand, known, depth + 1)? == 0 {
                -1
            } else {
                0
            }),
            InstKind::Resize {
                value,
                from,
                to,
                signed,
            } if from <= 64 && to <= 64 => {
                let operand = self.evaluate(value, known, depth + 1)?;
                let operand = if signed || from == 64 {
                    operand
                } else {
                    operand & ((1i64 << from) - 1)
                };
                Some(if to == 64 {
                    operand
                } else {
                    (operand << (64 - to)) >> (64 - to)
                })
            }
            _ => None,
        }
    }

    fn is_address(&self, value: ValueId) -> bool {
        self.body
            .def(value)
            .is_some_and(|(_, inst)| matches!(inst.kind, InstKind::StackSlot))
    }
}
