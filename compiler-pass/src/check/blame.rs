//! The way of a pointer: the instructions that carried the address of an object to where a rule is broken.
//!
//! The constraints of [`super::provenance`] form a graph: a value takes over what others point to, a cell holds what an
//! instruction stored there, a read takes over what the cell holds. Each constraint stands at an instruction. The way is the
//! shortest path against these edges from the value at fault to the object's allocation, and only steps that a reader
//! would not see by himself are told: stores, reads and calls, not phis and address arithmetic.

use super::context::Context;
use super::finding::{Role, Site};
use super::object::{Object, Place};
use super::provenance::Provenance;
use crate::effects::Sink;
use crate::form::offset::Offset;
use crate::form::{Call, InstId, InstKind, ObjectId, ValueId};
use std::collections::{BTreeMap, VecDeque};

/// A finding tells no more steps than this; of a longer way, the last ones.
const MAX_STEPS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Value(ValueId),
    Cell(ObjectId, Offset),
}

/// A point, the instruction that brought the pointer there, and what that is to a reader.
type Edge = (Point, Option<(InstId, Role)>);

/// The steps from the allocation of `object` to `value`, in the order in which they happen.
pub fn way(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    object: Object,
    value: ValueId,
) -> Vec<(Site, Role)> {
    let Some(id) = provenance.id(object) else {
        return Vec::new();
    };
    let search = Search {
        cx,
        provenance,
        object: id,
    };
    search.way(Point::Value(value))
}

/// The steps from the allocation of `object` to what the instruction `at` stores: a plain store, or what a callee does.
pub fn way_to_store(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    object: Object,
    at: InstId,
) -> Vec<(Site, Role)> {
    let inst = cx.body.inst(at);
    let value = match inst.kind {
        InstKind::Store { value, .. } | InstKind::Exchange { value, .. } => Some(value),
        InstKind::Call(call) => {
            let mut arguments = call.args.iter().map(|argument| argument.value);
            arguments.find(|value| provenance.of(*value).any(|pointed| pointed == object))
        }
        _ => None,
    };
    value.map_or_else(Vec::new, |value| way(cx, provenance, object, value))
}

struct Search<'s, 'a> {
    cx: Context<'s, 'a>,
    provenance: &'s Provenance,
    object: ObjectId,
}

impl Search<'_, '_> {
    fn way(&self, to: Point) -> Vec<(Site, Role)> {
        let allocation = match self.provenance.get(self.object) {
            Object::Site(id, _) => id,
            _ => return Vec::new(),
        };
        let mut from: BTreeMap<Point, Edge> = BTreeMap::new();
        from.insert(to, (to, None));
        let mut work = VecDeque::from([to]);
        while let Some(point) = work.pop_front() {
            let is_start = matches!(point, Point::Value(value)
                if self.cx.body.def(value).is_some_and(|(id, _)| id == allocation));
            if is_start {
                return self.steps(&from, point);
            }
            for (before, step) in self.before(point) {
                from.entry(before).or_insert_with(|| {
                    work.push_back(before);
                    (point, step)
                });
            }
        }
        Vec::new()
    }

    /// Follows the edges forward again.
    fn steps(&self, from: &BTreeMap<Point, Edge>, start: Point) -> Vec<(Site, Role)> {
        let mut steps = Vec::new();
        let mut point = start;
        while let Some((next, step)) = from.get(&point).filter(|(next, _)| *next != point) {
            steps.extend(step.map(|(id, role)| (self.cx.site(id), role)));
            point = *next;
        }
        let surplus = steps.len().saturating_sub(MAX_STEPS);
        steps.split_off(surplus)
    }

    fn points_there(&self, value: ValueId) -> bool {
        self.provenance
            .places(value)
            .objects()
            .any(|object| object == self.object)
    }

    /// The points from which the pointer may have come.
    fn before(&self, point: Point) -> Vec<Edge> {
        match point {
            Point::Cell(object, offset) => {
                let Some(at) = self.provenance.blame(object, offset, self.object) else {
                    return Vec::new();
                };
                self.brought_by(at)
            }
            Point::Value(value) => {
                let Some((id, inst)) = self.cx.body.def(value) else {
                    return Vec::new();
                };
                match inst.kind {
                    InstKind::Load(pointer) => self.read(id, pointer, inst.bytes),
                    InstKind::Exchange { pointer, .. } => self.read(id, pointer, inst.bytes),
                    InstKind::Call(call) => self.returned_by(id, call),
                    kind => {
                        let values = kind
                            .operands()
                            .into_iter()
                            .filter(|value| self.points_there(*value));
                        values.map(|value| (Point::Value(value), None)).collect()
                    }
                }
            }
        }
    }

    /// The cells that a read may find the pointer in.
    fn read(&self, id: InstId, pointer: ValueId, bytes: u32) -> Vec<Edge> {
        let mut cells = Vec::new();
        for Place { object, offset } in self.provenance.places(pointer).iter() {
            for (cell, held) in self.provenance.cells(object) {
                let is_read = offset.overlaps(bytes, *cell, self.cx.form.pointer_bytes);
                if is_read && held.objects().any(|held| held == self.object) {
                    cells.push((Point::Cell(object, *cell), Some((id, Role::ReadBack))));
                }
            }
        }
        cells
    }

    /// The values whose pointer an instruction stored, or had stored.
    fn brought_by(&self, at: InstId) -> Vec<Edge> {
        match self.cx.body.inst(at).kind {
            InstKind::Store { value, .. } | InstKind::Exchange { value, .. } => {
                vec![(Point::Value(value), Some((at, Role::Kept)))]
            }
            InstKind::Copy { from, .. } => self.read(at, from, u32::MAX),
            InstKind::Call(call) => self.arguments(at, call, Role::Kept),
            _ => vec![],
        }
    }

    fn returned_by(&self, at: InstId, call: Call<'_>) -> Vec<Edge> {
        let is_fresh = matches!(self.provenance.get(self.object), Object::Site(id, _) if id == at);
        if is_fresh {
            return vec![];
        }
        let returns = self
            .cx
            .effects_of(&call)
            .is_none_or(|effects| effects.flows.iter().any(|(_, to)| *to == Sink::Return));
        if returns || call.args.iter().any(|argument| argument.returned) {
            self.arguments(at, call, Role::ComesBack)
        } else {
            vec![]
        }
    }

    /// The arguments by which a callee may have got the pointer: itself, or memory that leads to it.
    fn arguments(&self, at: InstId, call: Call<'_>, role: Role) -> Vec<Edge> {
        let mut edges = Vec::new();
        for argument in call.args {
            if self.points_there(argument.value) {
                edges.push((Point::Value(argument.value), Some((at, role))));
                continue;
            }
            for object in self
                .provenance
                .closure(self.provenance.places(argument.value).objects())
            {
                for (cell, held) in self.provenance.cells(object) {
                    if held.objects().any(|held| held == self.object) {
                        edges.push((Point::Cell(object, *cell), Some((at, role))));
                    }
                }
            }
        }
        edges
    }
}
