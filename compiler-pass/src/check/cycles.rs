//! The cycles of a function that avoid some of its nodes, and where a reader sees them repeat.

use super::context::Context;
use crate::form::{BlockId, InstId, NodeId};
use std::collections::BTreeSet;

/// What lies on cycles that avoid the nodes which were cut out.
pub struct Cycles {
    /// The strongly connected component of each node that lies on such a cycle.
    component: Vec<Option<u32>>,
    /// The same of each basic block's nodes.
    of_block: BTreeSet<(BlockId, u32)>,
    /// The edges within components that go back, or nowhere, in the order of the basic blocks: from, to.
    back: BTreeSet<(u32, BlockId, BlockId)>,
}

impl Cycles {
    /// The cycles that avoid every node for which `cut` holds. Linear, but for the order of the edges back.
    pub fn avoiding(cx: Context<'_, '_>, cut: impl Fn(NodeId) -> bool) -> Self {
        let component = cx.paths.components(cut);
        let (mut of_block, mut back) = (BTreeSet::new(), BTreeSet::new());
        for node in cx.paths.ids() {
            let Some(here) = component[node.index()] else {
                continue;
            };
            let from = cx.paths.node(node).block;
            of_block.insert((from, here));
            for edge in &cx.paths.node(node).succs {
                let to = cx.paths.node(edge.to).block;
                if component[edge.to.index()] == Some(here) && to.index() <= from.index() {
                    back.insert((here, from, to));
                }
            }
        }
        Self {
            component,
            of_block,
            back,
        }
    }

    /// No cycles.
    pub fn none(cx: Context<'_, '_>) -> Self {
        Self {
            component: vec![None; cx.paths.len()],
            of_block: BTreeSet::new(),
            back: BTreeSet::new(),
        }
    }

    /// The same cycles, of some of the nodes only.
    pub fn of_those(mut self, is_one: impl Fn(NodeId) -> bool) -> Self {
        for (index, component) in self.component.iter_mut().enumerate() {
            *component = component.filter(|_| is_one(NodeId::new(index)));
        }
        self
    }

    /// The nodes from which a way along their cycles leads to one of `ends`, past no node for which `cut` holds. Linear.
    pub fn before(
        &self,
        cx: Context<'_, '_>,
        ends: impl Iterator<Item = NodeId>,
        cut: impl Fn(NodeId) -> bool,
    ) -> BTreeSet<NodeId> {
        let mut before = BTreeSet::new();
        let mut work: Vec<NodeId> = ends.filter(|end| self.contain(*end)).collect();
        while let Some(node) = work.pop() {
            let component = self.component[node.index()];
            let preds = cx.paths.node(node).preds.iter().copied();
            let along = preds.filter(|pred| self.component[pred.index()] == component && !cut(*pred));
            work.extend(along.filter(|pred| before.insert(*pred)));
        }
        before
    }

    /// Whether the node lies on a cycle.
    pub fn contain(&self, node: NodeId) -> bool {
        self.component[node.index()].is_some()
    }

    /// The end of a basic block from which the cycle through `inst` goes back to a place before it: the branch
    /// that a reader knows as the loop's. Of nested loops it is the innermost one's. Linear in the loops
    /// around it at most.
    pub fn repeats_at(&self, cx: Context<'_, '_>, inst: InstId) -> Option<InstId> {
        let block = cx.body.inst(inst).block;
        let (start, end) = (BlockId::MIN, BlockId::MAX);
        let here = self.of_block.range((block, 0)..=(block, u32::MAX));
        // Basic blocks stand in source order where front ends are concerned: a step back is the repetition. It is that
        // of the first loop end behind the instruction, else of the first one at all.
        here.filter_map(|(_, component)| {
            let behind = self
                .back
                .range((*component, block, start)..=(*component, end, end));
            let before = self
                .back
                .range((*component, start, start)..(*component, block, start));
            let mut edges = behind.chain(before).filter(|(_, _, to)| *to <= block);
            let (_, from, _) = edges.next()?;
            Some((*from < block, cx.body.terminator(*from).0))
        })
        .min()
        .map(|(_, end)| end)
    }
}
