//! The regions that one function sees, and which of them a handle may name.
//!
//! A region is named by where its handle first appears: a push, a parameter, or the result of a call that
//! hands over a region it opened. Handles pass through phi, select, casts and calls that return their
//! argument; each candidate is judged. What cannot be followed (a handle read from memory, the result of an
//! undescribed call) is said to be unknown, and the checker reports it.

use super::{Body, Callee, Function, InstId, InstKind, RegionId, ValueId, ValueKind};
use crate::effects::Effects;
use crate::operation::Operation;
use std::collections::{BTreeSet, HashMap};

/// A region as one function sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Where its handle first appears.
    pub origin: Origin,
    /// The value of that handle.
    pub handle: ValueId,
    /// It has a budget.
    pub bounded: bool,
}

/// Where a region's handle first appears in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A push.
    Push(InstId),
    /// A call that returns a region which the callee opened.
    HandedOver(InstId),
    /// A parameter.
    Param(u32),
}

/// How many values are looked at to find the canonical one.
const CANONICAL_STEPS: u32 = 400;
/// How many values [`Regions::resolve`] looks at.
const MAX_WEB: usize = 512;

/// What a handle may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handle {
    /// The regions, sorted.
    pub regions: Vec<RegionId>,
    /// It may be null.
    pub null: bool,
    /// It may name a region that cannot be followed, and why.
    pub unknown: Option<Untraceable>,
}

/// Why a handle cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untraceable {
    /// Read from memory.
    Memory(InstId),
    /// The result of a call that does not say what it returns.
    Call(InstId),
    /// Made by arithmetic, from an integer, or by another instruction.
    Made,
}

/// The regions of a function.
pub struct Regions {
    list: Vec<Region>,
    by_handle: HashMap<ValueId, RegionId>,
    canonical: Vec<Option<ValueId>>,
    kept: Kept,
}

/// Reads of handles from memory, each with the handle that it gives.
pub type Kept = HashMap<ValueId, ValueId>;

impl Regions {
    /// Finds the regions of a function. `effects` are the summaries of all functions so far, `kept` what is known of memory.
    pub fn new(function: &Function<'_>, body: &Body<'_>, effects: &[Effects], kept: Kept) -> Regions {
        let mut regions = Regions {
            list: Vec::new(),
            by_handle: HashMap::new(),
            canonical: vec![None; body.values.len()],
            kept,
        };
        for (index, param) in body.params.iter().enumerate() {
            if body.value(*param).holds_pointer {
                let bounded = function.bounded_params.get(index).copied().unwrap_or(false);
                regions.add(Origin::Param(index as u32), *param, bounded);
            }
        }
        for (id, inst) in body.inst_ids() {
            let Some(result) = inst.result else { continue };
            match inst.kind {
                InstKind::Operation(op @ (Operation::Push | Operation::PushBounded), _) => {
                    regions.add(Origin::Push(id), result, op == Operation::PushBounded);
                }
                InstKind::Call(call) => {
                    if let Callee::Direct(callee) = call.callee
                        && let Some(bounded) = effects[callee.index()].opens
                    {
                        regions.add(Origin::HandedOver(id), result, bounded);
                    }
                }
                _ => {}
            }
        }
        for index in 0..body.values.len() {
            let value = ValueId::new(index);
            let canonical =
                regions.find_canonical(body, value, &mut Vec::new(), &mut CANONICAL_STEPS.clone());
            regions.canonical[index] = Some(canonical.unwrap_or(value));
        }
        regions
    }

    fn add(&mut self, origin: Origin, handle: ValueId, bounded: bool) {
        let id = RegionId::new(self.list.len());
        self.list.push(Region {
            origin,
            handle,
            bounded,
        });
        self.by_handle.insert(handle, id);
    }

    /// What is known of handles in memory.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The region with this index.
    pub fn get(&self, id: RegionId) -> &Region {
        &self.list[id.index()]
    }

    /// All regions; every pointer parameter is one until its use shows otherwise.
    pub fn ids(&self) -> impl Iterator<Item = (RegionId, &Region)> {
        self.list
            .iter()
            .enumerate()
            .map(|(index, region)| (RegionId::new(index), region))
    }

    /// The region whose handle first appears as this value.
    pub fn of_handle(&self, handle: ValueId) -> Option<RegionId> {
        self.by_handle.get(&handle).copied()
    }

    /// The value that stands for all values equal to this one by casts, single-valued phis and calls that
    /// return their argument.
    pub fn canonical(&self, value: ValueId) -> ValueId {
        self.canonical[value.index()].unwrap_or(value)
    }

    /// `None` if the value leads back to one that is being looked at: a phi through which a loop carries
    /// the value unchanged.
    fn find_canonical(
        &self,
        body: &Body<'_>,
        value: ValueId,
        path: &mut Vec<ValueId>,
        steps: &mut u32,
    ) -> Option<ValueId> {
        if let Some(known) = self.canonical[value.index()] {
            return Some(known);
        }
        if path.contains(&value) {
            return None;
        }
        // A web this large is no handle that a person wrote; stopping keeps the walk short. The value then stands for
        // itself, which is always right.
        *steps = steps.saturating_sub(1);
        if *steps == 0 || path.len() > 64 || !body.value(value).holds_pointer {
            return Some(value);
        }
        let Some((_, inst)) = body.def(value) else {
            return Some(value);
        };
        path.push(value);
        let found = match inst.kind {
            InstKind::Same(operand) => self.find_canonical(body, operand, path, steps),
            InstKind::Load(_) => match self.kept.get(&value).copied() {
                Some(handle) => self.find_canonical(body, handle, path, steps),
                None => Some(value),
            },
            InstKind::Phi(incoming) => {
                let mut found: Vec<ValueId> = incoming
                    .iter()
                    .filter_map(|(_, operand)| self.find_canonical(body, *operand, path, steps))
                    .filter(|found| *found != value)
                    .collect();
                found.sort_unstable();
                found.dedup();
                match found[..] {
                    [single] => Some(single),
                    _ => Some(value),
                }
            }
            InstKind::Call(call) => match returned_argument(call) {
                Some(argument) => self.find_canonical(body, argument, path, steps),
                None => Some(value),
            },
            _ => Some(value),
        };
        path.pop();
        found
    }

    /// The regions that a handle may name. Of a web of more than `MAX_WEB` values, some may be missing: it leads to what
    /// is unknown.
    pub fn resolve(&self, body: &Body<'_>, handle: ValueId) -> Handle {
        let mut result = Handle::default();
        let handle = self.canonical(handle);
        let mut seen = BTreeSet::from([handle]);
        let mut work = vec![handle];
        while let Some(value) = work.pop() {
            if let Some(region) = self.of_handle(value) {
                result.regions.push(region);
                continue;
            }
            let mut next = Vec::new();
            match body.value(value).kind {
                ValueKind::Null | ValueKind::Int(0) => result.null = true,
                ValueKind::Undefined => {}
                ValueKind::Inst(id) => match body.inst(id).kind {
                    InstKind::Phi(incoming) => next.extend(incoming.iter().map(|(_, value)| *value)),
                    InstKind::Select { yes, no, .. } => next.extend([yes, no]),
                    InstKind::Same(operand) => next.push(operand),
                    InstKind::Load(_) => result.unknown = Some(Untraceable::Memory(id)),
                    InstKind::Call(_) => result.unknown = Some(Untraceable::Call(id)),
                    _ => result.unknown = Some(Untraceable::Made),
                },
                _ => result.unknown = Some(Untraceable::Made),
            }
            for value in next.into_iter().map(|value| self.canonical(value)) {
                if seen.len() >= MAX_WEB {
                    result.unknown = Some(Untraceable::Made);
                } else if seen.insert(value) {
                    work.push(value);
                }
            }
        }
        result.regions.sort_unstable();
        result.regions.dedup();
        result
    }
}

/// The argument that a call is known to return. Only LLVM's attribute promises identity; a summary says what
/// the result *may* point to.
fn returned_argument(call: super::Call<'_>) -> Option<ValueId> {
    call.args
        .iter()
        .find(|argument| argument.returned)
        .map(|argument| argument.value)
}
