//! The values that steer a function: what is known of them decides which way a branch or switch goes. For [`super::paths`].

use super::handles::region_params;
use super::{BlockId, Body, Inst, InstKind, Predicate, ValueId, ValueKind};
use crate::operation::Operation;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many instructions are looked at to decide a branch.
pub(super) const MAX_STEPS: u32 = 64;

/// Comparisons that a function computes several times of what never changes in it: its parameters and constants.
pub(super) struct Alike(HashMap<ValueId, ValueId>);

impl Alike {
    pub(super) fn new(body: &Body<'_>) -> Alike {
        let is_fixed = |value: ValueId| {
            matches!(
                body.value(value).kind,
                ValueKind::Param(_) | ValueKind::Int(_) | ValueKind::Null
            )
        };
        let mut first: HashMap<(Predicate, ValueId, ValueId), ValueId> = HashMap::new();
        let mut alike = HashMap::new();
        for inst in body.insts {
            if let (InstKind::Compare(predicate, left, right), Some(result)) = (inst.kind, inst.result)
                && is_fixed(left)
                && is_fixed(right)
            {
                let first = first.entry((predicate, left, right)).or_insert(result);
                alike.insert(result, *first);
            }
        }
        Alike(alike)
    }

    /// The value that stands for all that are computed alike.
    pub(super) fn first(&self, value: ValueId) -> ValueId {
        self.0.get(&value).copied().unwrap_or(value)
    }

    /// Whether a value is the same wherever it is computed.
    fn is_fixed(&self, value: ValueId) -> bool {
        self.0.contains_key(&value)
    }
}

/// The values that can decide a branch or switch.
pub(super) fn steering(body: &Body<'_>, alike: &Alike) -> HashSet<ValueId> {
    let mut values = steering_phis(body);
    values.extend(tested_twice(body, alike));
    values.extend(optional_regions(body));
    values
}

/// The parameters that are used as regions and compared with null: where they are not null is worth knowing.
fn optional_regions(body: &Body<'_>) -> HashSet<ValueId> {
    let is_tested = |param: &ValueId| {
        body.insts.iter().any(|inst| {
            matches!(inst.kind, InstKind::Compare(Predicate::Equal | Predicate::NotEqual, left, right)
                if left == *param && matches!(body.value(right).kind, ValueKind::Null))
        })
    };
    let params: HashSet<ValueId> = body
        .insts
        .iter()
        .flat_map(|inst| region_params(body, inst))
        .collect();
    params.into_iter().filter(is_tested).collect()
}

/// In a function that opens or ends regions, what two branches test: the second goes the way of the first.
fn tested_twice(body: &Body<'_>, alike: &Alike) -> Vec<ValueId> {
    let works_on_stack = body.insts.iter().any(|inst| {
        matches!(
            inst.kind,
            InstKind::Operation(Operation::Push | Operation::PushBounded | Operation::Pop, _)
        )
    });
    if !works_on_stack {
        return Vec::new();
    }
    let mut tests: BTreeMap<ValueId, u32> = BTreeMap::new();
    for inst in body.insts {
        let InstKind::Branch(mut condition) = inst.kind else {
            continue;
        };
        *tests.entry(alike.first(condition)).or_default() += 1;
        // In code that is never reached an instruction may be its own operand.
        for _ in 0..MAX_STEPS {
            let Some((_, test)) = body.def(condition) else {
                break;
            };
            condition = match test.kind {
                InstKind::Not(operand) | InstKind::Resize { value: operand, .. } => operand,
                InstKind::Compare(Predicate::Equal | Predicate::NotEqual, left, _) => left,
                _ => break,
            };
            *tests.entry(alike.first(condition)).or_default() += 1;
        }
    }
    let is_variable =
        |value: &ValueId| matches!(body.value(*value).kind, ValueKind::Param(_) | ValueKind::Inst(_));
    let twice = tests.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|(value, _)| value).filter(is_variable).collect()
}

/// The phis whose values can decide a branch or switch.
fn steering_phis(body: &Body<'_>) -> HashSet<ValueId> {
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
            InstKind::Select { condition, yes, no } => operands.extend([condition, yes, no]),
            _ => {}
        }
        work.extend(operands.into_iter().filter(|operand| seen.insert(*operand)));
    }
    phis
}

/// For each steering value, the basic blocks from whose start a branch can be reached that it may decide. Elsewhere
/// its constant is not worth a node of its own. Where it is computed anew, nothing is known of it.
pub(super) fn liveness(
    body: &Body<'_>,
    steering: &HashSet<ValueId>,
    alike: &Alike,
) -> HashMap<ValueId, HashSet<BlockId>> {
    let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); body.blocks.len()];
    for (index, block) in body.blocks.iter().enumerate() {
        block
            .succs
            .iter()
            .for_each(|succ| preds[succ.index()].push(BlockId::new(index)));
    }
    // Where each value is read at the end of a basic block: by its branch, or by a phi of a successor.
    let mut reads: HashMap<ValueId, Vec<BlockId>> = HashMap::new();
    for inst in body.insts {
        match inst.kind {
            InstKind::Branch(value) | InstKind::Switch { value, .. } => {
                depends(body, steering, alike, value, &mut |read| {
                    reads.entry(read).or_default().push(inst.block)
                });
            }
            InstKind::Phi(incoming) if inst.result.is_some_and(|phi| steering.contains(&phi)) => {
                for (from, value) in incoming {
                    depends(body, steering, alike, *value, &mut |read| {
                        reads.entry(read).or_default().push(*from)
                    });
                }
            }
            _ => {
                for param in region_params(body, inst)
                    .into_iter()
                    .filter(|param| steering.contains(param))
                {
                    reads.entry(param).or_default().push(inst.block);
                }
            }
        }
    }
    let mut live = HashMap::new();
    for (value, mut work) in reads {
        let defined = body.def(value).filter(|_| !alike.is_fixed(value));
        let defined = defined.map(|(_, inst)| inst.block);
        let mut blocks: HashSet<BlockId> = HashSet::new();
        while let Some(block) = work.pop() {
            if Some(block) != defined && blocks.insert(block) {
                work.extend(&preds[block.index()]);
            }
        }
        live.insert(value, blocks);
    }
    live
}

/// Calls `found` with each phi and steering value that a value is computed from by comparisons, casts and negations.
fn depends(
    body: &Body<'_>,
    steering: &HashSet<ValueId>,
    alike: &Alike,
    value: ValueId,
    found: &mut impl FnMut(ValueId),
) {
    let mut work = vec![value];
    let mut steps = 0;
    while let Some(value) = work.pop() {
        let value = alike.first(value);
        let is_phi = |inst: &Inst<'_>| matches!(inst.kind, InstKind::Phi(_));
        if steering.contains(&value) && !body.def(value).is_some_and(|(_, inst)| is_phi(inst)) {
            found(value);
        }
        let Some((_, inst)) = body.def(value) else {
            continue;
        };
        steps += 1;
        match inst.kind {
            InstKind::Phi(_) => found(value),
            // As far as `evaluate` looks, and no farther.
            _ if steps > MAX_STEPS => {}
            InstKind::Compare(_, left, right) => work.extend([left, right]),
            InstKind::Resize { value, .. } | InstKind::Not(value) => work.push(value),
            InstKind::Select { condition, yes, no } => work.extend([condition, yes, no]),
            _ => {}
        }
    }
}
