//! The instructions that control gets to: along feasible paths, and not past a call that never returns.
//!
//! While a recursion is iterated, its functions are first taken for ones that never return. What follows their calls is not
//! analysed until they do: of a result that is not there yet, nothing could be said but that it may be anything.

use crate::form::paths::Paths;
use crate::form::{Body, Call, InstId, InstKind};

/// For each instruction of a function, whether control gets to it.
pub struct Reached(Vec<bool>);

impl Reached {
    /// Walks the paths of a function. O(instructions of its nodes).
    pub fn new<'a>(body: &Body<'a>, paths: &Paths, diverges: impl Fn(&Call<'a>) -> bool) -> Reached {
        let mut reached = vec![false; body.insts.len()];
        let mut seen = vec![false; paths.len()];
        let mut work = vec![paths.entry()];
        while let Some(node) = work.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            let mut returns = true;
            for (id, inst) in body.insts_of(paths.node(node).block) {
                reached[id.index()] = true;
                returns = !matches!(inst.kind, InstKind::Call(call) if diverges(&call));
                if !returns {
                    break;
                }
            }
            let edges = paths.node(node).succs.iter();
            work.extend(edges.filter(|edge| returns || edge.unwinding).map(|edge| edge.to));
        }
        Reached(reached)
    }

    /// Whether control gets to an instruction.
    pub fn contains(&self, inst: InstId) -> bool {
        self.0[inst.index()]
    }
}
