//! R03 in recursions: which region parameters a recursion repeats an allocation into.
//!
//! The functions of one call-graph component are laid out in one graph, once for each set of parameters that may stand
//! for one and the same region: a single one at first, and whatever sets recursive calls pass it on to. Its vertices are
//! the nodes of the functions' feasible paths, split at allocations into these parameters and at recursive calls that
//! pass one of them on; such a call has an edge to the start of the callee's layout for the parameters that receive
//! the region, and the one exit of that layout has an edge to the place after the call. An allocation on a cycle of this
//! graph is repeated in one life of the region. One that only the base case runs lies on none.
//!
//! Matching of calls and returns is not modelled, so the graph has more paths than the program: it errs towards
//! rejecting.
//!
//! Cost: linear in the graph. Sets of parameters can be as many as there are subsets, so the graph has a largest size
//! ([`MAX_LAYOUTS`], [`MAX_SIZE`]); what needs more is reported as not analysed.

use super::context::Context;
use super::finding::Site;
use super::leak::renewed;
use super::summary::is_region;
use crate::effects::Put;
use crate::form::regions::Origin;
use crate::form::{Call, Callee, FuncId, InstId, InstKind, RegionId, ValueId};
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// A region parameter of a function.
type Param = (FuncId, u32);
/// The parameters of a function that stand for one region, sorted.
type Params = (FuncId, Vec<u32>);

/// How many layouts a recursion may have. Two regions that a recursion swaps and merges need a handful.
const MAX_LAYOUTS: usize = 4096;
/// How many vertices and edges they may have together.
const MAX_SIZE: usize = 1 << 20;

/// Which region parameters a recursion repeats an allocation into.
#[derive(Default)]
pub struct Recursion {
    /// By parameter: the allocation, and a recursive call.
    repeated: BTreeMap<Param, (Site, Site)>,
    /// The recursion mixes its regions in more ways than are followed.
    pub is_open: bool,
}

impl Recursion {
    /// Lays out the functions of a call-graph component. `members` are their contexts, in the order of their indices.
    pub fn new(members: &[Context<'_, '_>]) -> Recursion {
        let mut recursion = Recursion::default();
        let outlines: BTreeMap<FuncId, Outline> =
            members.iter().map(|cx| (cx.id, outline(*cx, members))).collect();
        let mut layout = Layout::default();
        for cx in members {
            // Other pointers are no regions, and a large recursion has many of them.
            let regions = (0..cx.body.params.len() as u32).filter(|index| is_region(*cx, *index as usize));
            layout.work.extend(regions.map(|index| (cx.id, vec![index])));
        }
        while let Some(params) = layout.work.pop() {
            if layout.starts.contains_key(&params) {
                continue;
            }
            if layout.starts.len() >= MAX_LAYOUTS || layout.size() >= MAX_SIZE {
                recursion.is_open = true;
                break;
            }
            if let Some(outline) = outlines.get(&params.0) {
                layout.lay_out(outline, params);
            }
        }
        layout.connect();
        let cyclic = layout.cyclic_puts();
        for ((function, params), start) in &layout.starts {
            if let ([index], Some(found)) = (&params[..], cyclic[start.index()]) {
                recursion.repeated.insert((*function, *index), found);
            }
        }
        recursion
    }

    /// The parameters of a function that are concerned: index, allocation, recursive call.
    pub fn repeated(&self, function: FuncId) -> impl Iterator<Item = (u32, Site, Site)> {
        self.repeated
            .range((function, 0)..=(function, u32::MAX))
            .map(|((_, index), (put, call))| (*index, *put, *call))
    }

    /// Whether a call passes the region on inside a recursion that is reported as a whole.
    pub fn explains(&self, cx: Context<'_, '_>, inst: InstId, region: RegionId) -> bool {
        let InstKind::Call(call) = cx.body.inst(inst).kind else {
            return false;
        };
        let (Callee::Direct(callee), Origin::Param(own)) = (call.callee, cx.regions.get(region).origin)
        else {
            return false;
        };
        self.repeated(callee).next().is_some() && self.repeated.contains_key(&(cx.id, own))
    }
}

/// What a function does with the regions that its parameters stand for, node by node.
struct Outline {
    nodes: Vec<Node>,
    entry: usize,
}

#[derive(Default)]
struct Node {
    steps: Vec<Step>,
    succs: Vec<usize>,
}

/// An instruction, with the parameters that it names the regions of.
struct Step {
    /// Their lives start anew: no path leads across.
    renews: Vec<u32>,
    action: Action,
}

enum Action {
    None,
    Put(Vec<u32>, Site),
    /// A recursive call: for each argument that names some, its index in the call.
    Call(FuncId, Vec<(u32, Vec<u32>)>, Site),
    Return,
}

/// Outlines a function.
fn outline(cx: Context<'_, '_>, members: &[Context<'_, '_>]) -> Outline {
    let params = || (0..).zip(cx.body.params);
    let own: BTreeMap<RegionId, u32> = params()
        .filter_map(|(index, param)| Some((cx.regions.of_handle(*param)?, index)))
        .collect();
    let of = |regions: &[RegionId]| -> Vec<u32> {
        let named = regions.iter().filter_map(|region| own.get(region).copied());
        named.collect()
    };
    let names = |value: ValueId| {
        if cx.body.value(value).holds_pointer {
            of(&cx.regions.resolve(cx.body, value).regions)
        } else {
            vec![]
        }
    };
    let step = |id: InstId| {
        let inst = cx.body.inst(id);
        let renews = of(&renewed(cx, inst).collect::<Vec<_>>());
        let action = match inst.kind {
            InstKind::Operation(operation, operands) if operation.allocates() => {
                Action::Put(names(operands[0]), cx.site(id))
            }
            InstKind::Call(call) => called(cx, members, id, call, &names).unwrap_or(Action::None),
            InstKind::Return(_) => Action::Return,
            _ => Action::None,
        };
        let concerns = !renews.is_empty() || !matches!(action, Action::None);
        concerns.then_some(Step { renews, action })
    };
    let nodes = cx.paths.ids().map(|node| {
        let node = cx.paths.node(node);
        let insts = cx.body.insts_of(node.block);
        Node {
            steps: insts.filter_map(|(id, _)| step(id)).collect(),
            succs: node.succs.iter().map(|edge| edge.to.index()).collect(),
        }
    });
    Outline {
        nodes: nodes.collect(),
        entry: cx.paths.entry().index(),
    }
}

/// What a call does with the regions that it passes on.
fn called(
    cx: Context<'_, '_>,
    members: &[Context<'_, '_>],
    id: InstId,
    call: Call<'_>,
    names: &impl Fn(ValueId) -> Vec<u32>,
) -> Option<Action> {
    let Callee::Direct(callee) = call.callee else {
        return None;
    };
    let arguments = (0..).zip(call.args);
    let passed = arguments.map(|(index, argument)| (index, names(argument.value)));
    let passed: Vec<(u32, Vec<u32>)> = passed.filter(|(_, named)| !named.is_empty()).collect();
    if passed.is_empty() {
        return None;
    }
    if members.binary_search_by_key(&callee, |member| member.id).is_ok() {
        return Some(Action::Call(callee, passed, cx.site(id)));
    }
    let effects = cx.effects_of(&call)?;
    let puts = passed
        .into_iter()
        .filter(|(index, _)| effects.param(*index as usize).put > Put::No);
    let named: Vec<u32> = puts.flat_map(|(_, named)| named).collect();
    (!named.is_empty()).then_some(Action::Put(named, cx.site(id)))
}

#[derive(Default)]
struct Layout {
    graph: DiGraph<(), ()>,
    starts: BTreeMap<Params, NodeIndex>,
    /// Where a layout's returns lead to.
    exits: BTreeMap<Params, NodeIndex>,
    /// Before and after each recursive call that passes the region on, with who receives it.
    calls: Vec<(NodeIndex, NodeIndex, Params, Site)>,
    puts: Vec<(NodeIndex, Site)>,
    /// What is still to be laid out.
    work: Vec<Params>,
}

impl Layout {
    /// Vertices and edges, with those that calls will have.
    fn size(&self) -> usize {
        self.graph.node_count() + self.graph.edge_count() + 2 * self.calls.len()
    }

    /// The flow of a function, seen from the region that some of its parameters stand for.
    fn lay_out(&mut self, outline: &Outline, params: Params) {
        let is_own = |named: &[u32]| named.iter().any(|index| params.1.binary_search(index).is_ok());
        let exit = self.graph.add_node(());
        let mut firsts = Vec::with_capacity(outline.nodes.len());
        let mut lasts = Vec::with_capacity(outline.nodes.len());
        for node in &outline.nodes {
            let mut here = self.graph.add_node(());
            firsts.push(here);
            for step in &node.steps {
                if is_own(&step.renews) {
                    here = self.graph.add_node(());
                    continue;
                }
                match &step.action {
                    Action::Put(named, site) if is_own(named) => {
                        here = self.step(here);
                        self.puts.push((here, *site));
                    }
                    Action::Call(callee, passed, site) => {
                        let receiving = passed.iter().filter(|(_, named)| is_own(named));
                        let receivers: Vec<u32> = receiving.map(|(index, _)| *index).collect();
                        if !receivers.is_empty() {
                            let after = self.graph.add_node(());
                            self.work.push((*callee, receivers.clone()));
                            self.calls.push((here, after, (*callee, receivers), *site));
                            here = after;
                        }
                    }
                    Action::Return => {
                        self.graph.add_edge(here, exit, ());
                    }
                    Action::Put(..) | Action::None => {}
                }
            }
            lasts.push(here);
        }
        for (node, last) in outline.nodes.iter().zip(lasts) {
            for succ in &node.succs {
                self.graph.add_edge(last, firsts[*succ], ());
            }
        }
        self.starts.insert(params.clone(), firsts[outline.entry]);
        self.exits.insert(params, exit);
    }

    fn step(&mut self, from: NodeIndex) -> NodeIndex {
        let to = self.graph.add_node(());
        self.graph.add_edge(from, to, ());
        to
    }

    fn connect(&mut self) {
        for (before, after, receiver, _) in &self.calls {
            match (self.starts.get(receiver), self.exits.get(receiver)) {
                (Some(start), Some(exit)) => {
                    self.graph.add_edge(*before, *start, ());
                    self.graph.add_edge(*exit, *after, ());
                }
                // It was not laid out any more.
                _ => {
                    self.graph.add_edge(*before, *after, ());
                }
            }
        }
    }

    /// For each vertex: an allocation on a cycle that is reached from it, with a recursive call on that cycle to show. A
    /// cycle inside one function is a loop, which the rule for loops reports.
    fn cyclic_puts(&self) -> Vec<Option<(Site, Site)>> {
        let components = petgraph::algo::kosaraju_scc(&self.graph);
        let mut component_of = vec![0; self.graph.node_count()];
        for (number, component) in components.iter().enumerate() {
            for vertex in component {
                component_of[vertex.index()] = number;
            }
        }
        let mut calls: Vec<Option<Site>> = vec![None; components.len()];
        for (before, after, _, site) in &self.calls {
            for vertex in [before, after] {
                let component = component_of[vertex.index()];
                if components[component].len() > 1 {
                    calls[component].get_or_insert(*site);
                }
            }
        }
        let mut found: Vec<Option<(Site, Site)>> = vec![None; components.len()];
        let least = |known: Option<(Site, Site)>, other| known.into_iter().chain(other).min();
        for (vertex, put) in &self.puts {
            let component = component_of[vertex.index()];
            found[component] = least(found[component], calls[component].map(|call| (*put, call)));
        }
        // Components come after those that they lead to.
        for (number, component) in components.iter().enumerate() {
            for next in component.iter().flat_map(|vertex| self.graph.neighbors(*vertex)) {
                found[number] = least(found[number], found[component_of[next.index()]]);
            }
        }
        component_of.iter().map(|component| found[*component]).collect()
    }
}
