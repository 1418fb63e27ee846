//! The call graph and its components, callees first.

use super::{Callee, Form, FuncId, InstKind};
use petgraph::graph::{DiGraph, NodeIndex};

/// The strongly connected components of the direct-call graph, cleanups included, callees before callers; a component of more
/// than one function, or one that calls itself, is a recursion. Linear.
pub fn components(form: &Form<'_>) -> Vec<Vec<FuncId>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(form.functions.len(), form.functions.len());
    for _ in form.functions {
        graph.add_node(());
    }
    for (id, function) in form.ids() {
        for inst in function.body.iter().flat_map(|body| body.insts) {
            if let InstKind::Call(call) = inst.kind
                && let Callee::Direct(callee) = call.callee
            {
                graph.add_edge(NodeIndex::new(id.index()), NodeIndex::new(callee.index()), ());
            }
        }
        for cleanup in function.body.iter().flat_map(|body| body.cleanups) {
            if let Callee::Direct(callee) = cleanup.call.callee {
                graph.add_edge(NodeIndex::new(id.index()), NodeIndex::new(callee.index()), ());
            }
        }
    }
    petgraph::algo::kosaraju_scc(&graph)
        .into_iter()
        .map(|component| {
            let mut component: Vec<FuncId> = component
                .into_iter()
                .map(|node| FuncId::new(node.index()))
                .collect();
            component.sort_unstable();
            component
        })
        .collect()
}
