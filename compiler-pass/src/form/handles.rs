//! Handles that a function compares: whether two of them are of different regions. For [`super::paths`].
//!
//! Regions that are open at the same time have different handles. After the end of one, the next push may return the same
//! handle again. So two handles differ if the older region is open where the newer one is pushed: if every way back from
//! that push meets the beginning of the older region before anything that may end it.
//!
//! That speaks of the last run of each push. What is known of a phi is therefore forgotten where a push runs again, or one
//! that every way to it passes: a loop has begun its next iteration then.

use super::{BlockId, Body, Call, Inst, InstId, InstKind, Predicate, ValueId, ValueKind};
use crate::operation::{Operation, Slot};
use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::{DiGraph, NodeIndex};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Whether a callee may end the region that is named by an argument of the call.
pub type MayEnd<'e> = &'e dyn Fn(&Call<'_>, usize) -> bool;

/// How many instructions are looked at to tell two handles apart.
const MAX_STEPS: usize = 4_000;

/// The handles of a function, if it compares any.
pub(super) struct Handles<'h, 'a> {
    body: &'h Body<'a>,
    may_end: MayEnd<'h>,
    /// Which basic blocks every way to another passes. `None` if no handles are compared.
    dominators: Option<Dominators<NodeIndex>>,
    preds: Vec<Vec<BlockId>>,
    /// The answers so far.
    apart: RefCell<HashMap<(ValueId, ValueId), bool>>,
}

impl<'h, 'a> Handles<'h, 'a> {
    pub(super) fn new(body: &'h Body<'a>, may_end: MayEnd<'h>) -> Handles<'h, 'a> {
        let mut preds = vec![Vec::new(); body.blocks.len()];
        let mut dominators = None;
        if compares_handles(body) {
            let mut graph = DiGraph::<(), ()>::new();
            for _ in body.blocks {
                graph.add_node(());
            }
            for (index, block) in body.blocks.iter().enumerate() {
                for succ in block.succs {
                    preds[succ.index()].push(BlockId::new(index));
                    graph.add_edge(NodeIndex::new(index), NodeIndex::new(succ.index()), ());
                }
            }
            dominators = Some(simple_fast(&graph, NodeIndex::new(0)));
        }
        Handles {
            body,
            may_end,
            dominators,
            preds,
            apart: RefCell::new(HashMap::new()),
        }
    }

    /// Whether a value is a push's result or a parameter, in a function that compares such.
    pub(super) fn is_compared(&self, value: ValueId) -> bool {
        let is_param = || {
            let def = self.body.value(value);
            def.is_pointer && matches!(def.kind, ValueKind::Param(_))
        };
        self.dominators.is_some() && (is_param() || self.is_pushed(value))
    }

    /// Whether a value is a push's result.
    pub(super) fn is_pushed(&self, value: ValueId) -> bool {
        push(self.body, value).is_some()
    }

    /// Whether a push runs again, or begins its next iteration, where control comes to a basic block.
    pub(super) fn is_renewed_after(&self, handle: ValueId, target: BlockId) -> bool {
        let Some((_, inst)) = self.body.def(handle) else {
            return false;
        };
        let mut passed = self
            .dominators
            .iter()
            .filter_map(|dominators| dominators.dominators(NodeIndex::new(inst.block.index())))
            .flatten();
        passed.any(|block| block.index() == target.index())
    }

    /// Whether two handles, each a push's result or a parameter, are those of two regions for certain.
    pub(super) fn are_of_two_regions(&self, left: ValueId, right: ValueId) -> bool {
        let key = (left.min(right), left.max(right));
        if let Some(known) = self.apart.borrow().get(&key) {
            return *known;
        }
        let apart = self.is_open_at(left, right) || self.is_open_at(right, left);
        self.apart.borrow_mut().insert(key, apart);
        apart
    }

    /// Whether every way to the push of `newer` comes from the beginning of `older`'s region, which nothing ends meanwhile.
    fn is_open_at(&self, older: ValueId, newer: ValueId) -> bool {
        let Some(newer) = push(self.body, newer) else {
            return false;
        };
        let begin = push(self.body, older);
        if begin.is_none() && !self.is_region(older) {
            return false;
        }
        let block = self.body.inst(newer).block;
        let mut work = vec![(block, newer.index())];
        let mut seen: HashSet<BlockId> = HashSet::new();
        let mut steps = MAX_STEPS;
        while let Some((block, end)) = work.pop() {
            let mut found = false;
            for index in (self.body.block(block).insts.start..end).rev() {
                let Some(left) = steps.checked_sub(1) else {
                    return false;
                };
                steps = left;
                let id = InstId::new(index);
                if Some(id) == begin {
                    found = true;
                    break;
                }
                if self.may_end_at(id, older) {
                    return false;
                }
            }
            if found {
                continue;
            }
            // A parameter's region is open from the entry on.
            if block == BlockId::new(0) && begin.is_some() {
                return false;
            }
            for pred in &self.preds[block.index()] {
                if seen.insert(*pred) {
                    work.push((*pred, self.body.block(*pred).insts.end));
                }
            }
        }
        true
    }

    /// Whether a parameter may be the region of an operation: callers have to pass an open one then, or null.
    fn is_region(&self, param: ValueId) -> bool {
        let mut insts = self.body.insts.iter();
        insts.any(|inst| region_params(self.body, inst).contains(&param))
    }

    /// Whether an instruction may end the region of a handle.
    fn may_end_at(&self, id: InstId, handle: ValueId) -> bool {
        match self.body.inst(id).kind {
            InstKind::Operation(Operation::Pop, operands) => self.may_be(operands[0], handle),
            InstKind::Call(call) => {
                call.args.iter().enumerate().any(|(index, argument)| {
                    (self.may_end)(&call, index) && self.may_be(argument.value, handle)
                })
            }
            InstKind::Opaque(..) => true,
            _ => false,
        }
    }

    /// Whether a value may be a handle: also by memory, or by what a call returns.
    fn may_be(&self, value: ValueId, handle: ValueId) -> bool {
        web(self.body, value).into_iter().any(|value| {
            let def = self.body.value(value);
            let is_unknown = || match def.kind {
                // Two parameters may name one region, but none a region that is opened here.
                ValueKind::Param(_) => !self.is_pushed(handle),
                ValueKind::Inst(id) => match self.body.inst(id).kind {
                    InstKind::Operation(..)
                    | InstKind::StackSlot
                    | InstKind::Compare(..)
                    | InstKind::Phi(_)
                    | InstKind::Select { .. }
                    | InstKind::Same(_)
                    | InstKind::Address { .. } => false,
                    _ => def.holds_pointer,
                },
                _ => false,
            };
            value == handle || is_unknown()
        })
    }
}

/// The values that a value may be, or be an address past, and that value.
pub(super) fn web(body: &Body<'_>, value: ValueId) -> Vec<ValueId> {
    let mut web = vec![value];
    let mut seen = HashSet::from([value]);
    let mut next = 0;
    while let Some(value) = web.get(next).copied() {
        next += 1;
        let operands = match body.def(value).map(|(_, inst)| inst.kind) {
            Some(InstKind::Phi(incoming)) => incoming.iter().map(|(_, value)| *value).collect(),
            Some(InstKind::Select { yes, no, .. }) => vec![yes, no],
            Some(InstKind::Same(operand) | InstKind::Address { base: operand, .. }) => vec![operand],
            _ => vec![],
        };
        web.extend(operands.into_iter().filter(|operand| seen.insert(*operand)));
    }
    web
}

/// The parameters that an instruction uses as the region of an operation, directly or by phis.
pub(super) fn region_params(body: &Body<'_>, inst: &Inst<'_>) -> Vec<ValueId> {
    match inst.kind {
        InstKind::Operation(operation, operands) if operation.parameters().first() == Some(&Slot::Region) => {
            let mut web = web(body, operands[0]);
            web.retain(|value| matches!(body.value(*value).kind, ValueKind::Param(_)));
            web
        }
        _ => vec![],
    }
}

/// The push whose result a value is.
fn push(body: &Body<'_>, value: ValueId) -> Option<InstId> {
    let (id, inst) = body.def(value)?;
    let pushes = matches!(
        inst.kind,
        InstKind::Operation(Operation::Push | Operation::PushBounded, _)
    );
    pushes.then_some(id)
}

/// Whether a function opens regions and compares pointers other than with null.
fn compares_handles(body: &Body<'_>) -> bool {
    let is_handle = |value: ValueId| {
        let def = body.value(value);
        def.is_pointer && matches!(def.kind, ValueKind::Param(_) | ValueKind::Inst(_))
    };
    let opens = body.insts.iter().any(|inst| {
        matches!(
            inst.kind,
            InstKind::Operation(Operation::Push | Operation::PushBounded, _)
        )
    });
    opens
        && body.insts.iter().any(|inst| {
            matches!(inst.kind, InstKind::Compare(Predicate::Equal | Predicate::NotEqual, left, right)
                if is_handle(left) && is_handle(right))
        })
}
