//! The longest paths of a function: its graph without back edges, loops times their bound.
//!
//! Two figures: the longest path that returns, and the longest that ends (in a trap or where
//! exhaustion begins). A predicated instruction counts as executed. An accepted loop counts its
//! longest round for every round but the last, and the longest way to the exit in the last.

use petgraph::graph::DiGraph;

use crate::counted::{self, Counted};
use crate::flow::{Flow, Node};
use crate::image::Image;
use crate::instruction::Place;
use crate::refusal::Refusal;
use crate::state::States;

/// What callers add for a callee.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) returns: Option<u64>,
    pub(crate) ends: Option<u64>,
}

/// A piece of a path.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// An instruction; `callee` is called and the rest follows it.
    Step {
        place: Place,
        text: String,
        callee: Option<Place>,
    },
    /// Rounds of a loop.
    Rounds { times: u64, body: Vec<Piece> },
}

/// A longest path.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) instructions: u64,
    pub(crate) pieces: Vec<Piece>,
}

pub(crate) struct Longest {
    pub(crate) returns: Option<Path>,
    pub(crate) ends: Option<Path>,
    /// Header, rounds.
    pub(crate) loops: Vec<(Place, u64)>,
}

struct Search<'a> {
    flow: &'a Flow,
    /// Instructions of a node with its callee, if that returns.
    weight: Vec<Option<u64>>,
    /// Instructions before a node on the longest path to it, and the node before it on that path.
    arrival: Vec<(u64, Option<Node>)>,
    /// The loop that a node is in.
    within: Vec<Option<usize>>,
    loops: Vec<Lap>,
}

struct Lap {
    counted: Counted,
    round: u64,
    latch: Node,
}

/// Searches both longest paths.
///
/// # Errors
///
/// A loop that is not shown to be bounded.
pub(crate) fn search(
    image: &Image,
    flow: &Flow,
    states: &States,
    cost: impl Fn(Place) -> Cost,
) -> Result<Longest, Refusal> {
    let before = flow.predecessors();
    let mut graph = DiGraph::<(), ()>::with_capacity(flow.nodes.len(), flow.nodes.len());
    let indices: Vec<_> = flow.nodes.iter().map(|_| graph.add_node(())).collect();
    for (node, vertex) in flow.nodes.iter().enumerate() {
        for &next in &vertex.successors {
            graph.add_edge(indices[node], indices[next], ());
        }
    }
    let weight = flow.nodes.iter().map(|vertex| match vertex.callee {
        None => Some(1),
        Some(callee) => cost(callee).returns.map(|cost| cost.saturating_add(1)),
    });
    let mut search = Search {
        flow,
        weight: weight.collect(),
        arrival: vec![(0, None); flow.nodes.len()],
        within: vec![None; flow.nodes.len()],
        loops: Vec::new(),
    };
    // Kosaraju's components come with successors first.
    for component in petgraph::algo::kosaraju_scc(&graph).into_iter().rev() {
        let nodes: Vec<Node> = component.into_iter().map(|index| index.index()).collect();
        let first = nodes[0];
        if nodes.len() == 1 && !flow.nodes[first].successors.contains(&first) {
            search.arrival[first] = search.arrive(&before[first], |_| true);
            continue;
        }
        let counted = counted::judge(image, flow, states, &before, &nodes)?;
        search.lap(counted, &before, &nodes);
    }
    let mut ends: Vec<(u64, Node)> = Vec::new();
    let mut returns: Vec<(u64, Node)> = Vec::new();
    for (node, vertex) in flow.nodes.iter().enumerate() {
        let here = search.arrival[node].0.saturating_add(1);
        if vertex.returns {
            returns.push((here, node));
        }
        if vertex.ends {
            ends.push((
                search.arrival[node]
                    .0
                    .saturating_add(search.weight[node].unwrap_or(1)),
                node,
            ));
        }
        if let Some(cost) = vertex.callee.and_then(|callee| cost(callee).ends) {
            ends.push((here.saturating_add(cost), node));
        }
    }
    let best = |ways: Vec<(u64, Node)>| {
        let (instructions, last) = ways
            .into_iter()
            .max_by_key(|&(count, node)| (count, std::cmp::Reverse(node)))?;
        Some(Path {
            instructions,
            pieces: search.pieces(last),
        })
    };
    let place = |lap: &Lap| {
        (
            flow.nodes[lap.counted.header].instruction.place,
            lap.counted.times,
        )
    };
    Ok(Longest {
        returns: best(returns),
        ends: best(ends),
        loops: search.loops.iter().map(place).collect(),
    })
}

impl Search<'_> {
    /// The longest way to behind one of these nodes.
    fn arrive(&self, before: &[Node], accepts: impl Fn(Node) -> bool) -> (u64, Option<Node>) {
        let ways = before.iter().copied().filter(|&node| accepts(node)).map(|node| {
            (
                self.arrival[node]
                    .0
                    .saturating_add(self.weight[node].unwrap_or(1)),
                Some(node),
            )
        });
        ways.max().unwrap_or((0, None))
    }

    fn lap(&mut self, counted: Counted, before: &[Vec<Node>], nodes: &[Node]) {
        let (header, times) = (counted.header, counted.times);
        let inside = |node: Node| nodes.contains(&node);
        // One round, from the header.
        let entered = self.arrive(&before[header], |node| !inside(node));
        for &node in &counted.order {
            self.arrival[node] = match node == header {
                true => (0, entered.1),
                false => self.arrive(&before[node], inside),
            };
            self.within[node] = Some(self.loops.len());
        }
        let (round, latch) = self.arrive(&before[header], inside);
        // The last round, after all others.
        let earlier = entered.0.saturating_add(round.saturating_mul(times - 1));
        for &node in nodes {
            self.arrival[node].0 = self.arrival[node].0.saturating_add(earlier);
        }
        self.loops.push(Lap {
            counted,
            round,
            latch: latch.expect("a loop has a back edge"),
        });
    }

    /// The path to a node and that node, in order.
    fn pieces(&self, last: Node) -> Vec<Piece> {
        let (mut pieces, mut at) = (Vec::new(), Some(last));
        while let Some(node) = at {
            pieces.push(self.piece(node));
            at = self.arrival[node].1;
            if let Some(lap) = self.within[node].map(|index| &self.loops[index])
                && lap.counted.header == node
                && lap.counted.times > 1
            {
                let mut body = Vec::new();
                let mut inner = Some(lap.latch);
                while let Some(node) = inner {
                    body.push(self.piece(node));
                    inner = self.arrival[node].1.filter(|_| node != lap.counted.header);
                }
                body.reverse();
                debug_assert!(lap.round > 0);
                pieces.push(Piece::Rounds {
                    times: lap.counted.times - 1,
                    body,
                });
            }
        }
        pieces.reverse();
        pieces
    }

    fn piece(&self, node: Node) -> Piece {
        let vertex = &self.flow.nodes[node];
        Piece::Step {
            place: vertex.instruction.place,
            text: vertex.instruction.text.clone(),
            callee: vertex.callee,
        }
    }
}
