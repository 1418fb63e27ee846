//! R03 in recursions: which region parameters a recursion repeats an allocation into.
//!
//! The functions of one call-graph component are laid out in one graph, once for each set of parameters that may stand
//! for one and the same region: a single one at first, and whatever sets recursive calls pass it on to. Its vertices are
//! the nodes of the functions' feasible paths, split at allocations into these parameters and at recursive calls that
//! pass one of them on; such a call has an edge to the start of the callee's layout for the parameters that receive
//! the region, and the ends of that layout have edges to the place after the call. An allocation on a cycle of this graph is repeated in one life of the region. One that
//! only the base case runs lies on none.
//!
//! Matching of calls and returns is not modelled, so the graph has more paths than the program: it errs towards
//! rejecting.

use super::context::Context;
use super::finding::Site;
use super::leak::renewed;
use super::summary::is_region;
use crate::effects::Put;
use crate::form::regions::Origin;
use crate::form::{Call, Callee, FuncId, InstId, InstKind, RegionId, ValueId};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Walker};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A region parameter of a function.
type Param = (FuncId, u32);
/// The parameters of a function that stand for one region, sorted.
type Params = (FuncId, Vec<u32>);

/// How many layouts a recursion may have. Two regions that a recursion swaps and merges need a handful.
const MAX_LAYOUTS: usize = 4096;

/// Which region parameters a recursion repeats an allocation into.
#[derive(Default)]
pub struct Recursion {
    /// By parameter: the allocation, and a recursive call.
    repeated: BTreeMap<Param, (Site, Site)>,
    /// The recursion mixes its regions in more ways than are followed.
    pub is_open: bool,
}

impl Recursion {
    /// Lays out the functions of a call-graph component. `members` are their contexts.
    pub fn new(members: &[Context<'_, '_>]) -> Recursion {
        let mut recursion = Recursion::default();
        let mut layout = Layout::default();
        for cx in members {
            // Other pointers are no regions, and a large recursion has many of them.
            let regions = (0..cx.body.params.len() as u32).filter(|index| is_region(*cx, *index as usize));
            layout.work.extend(regions.map(|index| (cx.id, vec![index])));
        }
        while let Some(params) = layout.work.pop() {
            recursion.is_open = layout.starts.len() >= MAX_LAYOUTS;
            let cx = members.iter().find(|cx| cx.id == params.0);
            if let Some(cx) = cx.filter(|_| !recursion.is_open && !layout.starts.contains_key(&params)) {
                layout.lay_out(*cx, members, params);
            }
        }
        layout.connect();
        let components = layout.components();
        for ((function, params), start) in &layout.starts {
            if let ([index], Some(found)) = (&params[..], layout.cyclic_put(*start, &components)) {
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

#[derive(Default)]
struct Layout {
    graph: DiGraph<(), ()>,
    starts: BTreeMap<Params, NodeIndex>,
    ends: HashMap<Params, Vec<NodeIndex>>,
    /// Before and after each recursive call that passes the region on, with who receives it.
    calls: Vec<(NodeIndex, NodeIndex, Params, Site)>,
    puts: Vec<(NodeIndex, Site)>,
    /// What is still to be laid out.
    work: Vec<Params>,
}

impl Layout {
    /// The flow of a function, seen from the region that some of its parameters stand for.
    fn lay_out(&mut self, cx: Context<'_, '_>, members: &[Context<'_, '_>], params: Params) {
        let handles = params
            .1
            .iter()
            .filter_map(|index| cx.body.params.get(*index as usize));
        let own: Vec<RegionId> = handles.filter_map(|param| cx.regions.of_handle(*param)).collect();
        let names = |value: ValueId| {
            let mut named = cx.regions.resolve(cx.body, value).regions.into_iter();
            cx.body.value(value).holds_pointer && named.any(|region| own.contains(&region))
        };
        let mut firsts = Vec::with_capacity(cx.paths.len());
        let mut lasts = Vec::with_capacity(cx.paths.len());
        for node in cx.paths.ids() {
            let mut here = self.graph.add_node(());
            firsts.push(here);
            for (id, inst) in cx.body.insts_of(cx.paths.node(node).block) {
                if renewed(cx, inst).any(|region| own.contains(&region)) {
                    // The region's life starts anew: no path leads across.
                    here = self.graph.add_node(());
                    continue;
                }
                match inst.kind {
                    InstKind::Operation(operation, operands)
                        if operation.allocates() && names(operands[0]) =>
                    {
                        here = self.step(here);
                        self.puts.push((here, cx.site(id)));
                    }
                    InstKind::Call(call) => here = self.call(cx, members, id, call, &names, here),
                    InstKind::Return(_) => self.ends.entry(params.clone()).or_default().push(here),
                    _ => {}
                }
            }
            lasts.push(here);
        }
        for node in cx.paths.ids() {
            for edge in &cx.paths.node(node).succs {
                self.graph
                    .add_edge(lasts[node.index()], firsts[edge.to.index()], ());
            }
        }
        self.starts.insert(params, firsts[cx.paths.entry().index()]);
    }

    /// The place after a call.
    fn call(
        &mut self,
        cx: Context<'_, '_>,
        members: &[Context<'_, '_>],
        id: InstId,
        call: Call<'_>,
        names: &impl Fn(ValueId) -> bool,
        here: NodeIndex,
    ) -> NodeIndex {
        let Callee::Direct(callee) = call.callee else {
            return here;
        };
        let receiving = call
            .args
            .iter()
            .enumerate()
            .filter(|(_, argument)| names(argument.value));
        if members.iter().any(|member| member.id == callee) {
            let receivers: Vec<u32> = receiving.map(|(index, _)| index as u32).collect();
            if receivers.is_empty() {
                return here;
            }
            let after = self.graph.add_node(());
            self.work.push((callee, receivers.clone()));
            self.calls.push((here, after, (callee, receivers), cx.site(id)));
            return after;
        }
        let Some(effects) = cx.effects_of(&call) else {
            return here;
        };
        if receiving
            .into_iter()
            .any(|(index, _)| effects.param(index).put > Put::No)
        {
            let after = self.step(here);
            self.puts.push((after, cx.site(id)));
            return after;
        }
        here
    }

    fn step(&mut self, from: NodeIndex) -> NodeIndex {
        let to = self.graph.add_node(());
        self.graph.add_edge(from, to, ());
        to
    }

    fn connect(&mut self) {
        for (before, after, receiver, _) in &self.calls {
            match self.starts.get(receiver) {
                Some(start) => {
                    self.graph.add_edge(*before, *start, ());
                    for end in self.ends.get(receiver).into_iter().flatten() {
                        self.graph.add_edge(*end, *after, ());
                    }
                }
                // The callee takes it for something else than a region.
                None => {
                    self.graph.add_edge(*before, *after, ());
                }
            }
        }
    }

    /// The cyclic component of each vertex, `usize::MAX` for a vertex on no cycle.
    fn components(&self) -> Vec<usize> {
        let mut component_of = vec![usize::MAX; self.graph.node_count()];
        for (number, component) in petgraph::algo::kosaraju_scc(&self.graph).into_iter().enumerate() {
            if component.len() > 1 {
                component
                    .into_iter()
                    .for_each(|vertex| component_of[vertex.index()] = number);
            }
        }
        component_of
    }

    /// An allocation on a cycle that is reached from `start`, with a recursive call to show. A cycle inside one
    /// function is a loop, which the rule for loops reports.
    fn cyclic_put(&self, start: NodeIndex, component_of: &[usize]) -> Option<(Site, Site)> {
        let reached: BTreeSet<NodeIndex> = Dfs::new(&self.graph, start).iter(&self.graph).collect();
        self.puts
            .iter()
            .filter(|(vertex, _)| reached.contains(vertex))
            .filter_map(|(vertex, put)| {
                let component = component_of[vertex.index()];
                let on_cycle = |vertex: &NodeIndex| component_of[vertex.index()] == component;
                let (.., call) = self
                    .calls
                    .iter()
                    .filter(|_| component != usize::MAX)
                    .find(|(before, after, ..)| on_cycle(before) || on_cycle(after))?;
                Some((*put, *call))
            })
            .min()
    }
}
