//! What a handle names in a basic block, where [`super::balance`] shows it.
//!
//! A phi of two handles may be either of them. Where a basic block is reached only by ways on which the phi is one of
//! them (`r = outer ? outer : push()` behind `if (!outer)`), it is that one.

use super::context::Context;
use super::stack::State;
use crate::form::regions::Handle;
use crate::form::{BlockId, ValueId};
use std::collections::{BTreeMap, HashMap};

/// The phis that name less in a basic block than their operands do.
#[derive(Default)]
pub struct Named(HashMap<(BlockId, ValueId), Handle>);

impl Named {
    /// Collects them from the states at the start of each node.
    pub fn new(cx: Context<'_, '_>, at: &[Option<State>]) -> Named {
        // What each phi stands for in each basic block where it is an alias in some node.
        let mut aliases: BTreeMap<(BlockId, ValueId), Vec<ValueId>> = BTreeMap::new();
        let mut nodes: HashMap<BlockId, usize> = HashMap::new();
        for node in cx.paths.ids() {
            let Some(state) = &at[node.index()] else { continue };
            let block = cx.paths.node(node).block;
            *nodes.entry(block).or_default() += 1;
            for (phi, name) in state.aliases() {
                // A push that runs in this basic block returns another handle.
                if cx.body.def(name).is_none_or(|(_, inst)| inst.block != block) {
                    aliases.entry((block, phi)).or_default().push(name);
                }
            }
        }
        let mut named = Named::default();
        for ((block, phi), names) in aliases {
            if nodes.get(&block) != Some(&names.len()) {
                continue;
            }
            let mut handle = Handle::default();
            for name in names {
                let resolved = cx.regions.resolve(cx.body, name);
                handle.regions.extend(resolved.regions);
                handle.null |= resolved.null;
                handle.unknown = handle.unknown.or(resolved.unknown);
            }
            handle.regions.sort_unstable();
            handle.regions.dedup();
            named.0.insert((block, phi), handle);
        }
        named
    }

    /// What a handle names in a basic block, if that is known to be less than its operands do. By its canonical value.
    pub fn get(&self, block: BlockId, handle: ValueId) -> Option<&Handle> {
        self.0.get(&(block, handle))
    }
}
