//! R04, first half: no pointer into a region reaches a holder that outlives the region.
//!
//! Judged on the solution of [`super::provenance`]: a result, a global, the caller's memory and the objects
//! of an older region must not hold the address of an object of a region that ends in this function. What a
//! parameter leads to may reach any of these places: that is no violation here but a requirement on the
//! callers, and goes into the summary as a flow.
//! What leaves the analysis is [`super::unknown`]'s to tell.

use super::balance::Balance;
use super::blame;
use super::context::Context;
use super::finding::{Finding, Place, Problem, Role, Site};
use super::object::Object;
use super::overwrite;
use super::prepare::RETURN_MARK;
use super::provenance::Provenance;
use super::trail::{self, Trails};
use crate::effects::{MAX_DEPTH, RETURNED, Sink, Source};
use crate::form::offset::Offset;
use crate::form::regions::Origin;
use crate::form::{InstId, InstKind, ObjectId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::BTreeSet;

/// What the analysis found.
#[derive(Default)]
pub struct Escapes {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// What the function's summary says of moving pointers.
    pub flows: BTreeSet<(Source, Sink)>,
    /// What it says of numbers beside pointers in the result.
    pub beside: BTreeSet<Source>,
    /// Where the flows are made, as far as that is told.
    pub steps: trail::Steps,
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance, balance: &Balance, trails: &Trails) -> Escapes {
    let mut escapes = Escapes::default();
    let mut judge = Judge {
        cx,
        provenance,
        balance,
        trails,
        handed: handed_over(cx, balance),
        escapes: &mut escapes,
    };
    judge.returns();
    judge.holders();
    escapes
}

/// The regions that a function hands over to its caller.
pub fn handed_over(cx: Context<'_, '_>, balance: &Balance) -> Vec<RegionId> {
    let returned = cx.body.insts.iter().filter_map(|inst| match inst.kind {
        InstKind::Return(value) => value,
        _ => None,
    });
    let returned: Vec<ValueId> = returned.collect();
    match (balance.opens, &returned[..]) {
        // Of one return only: another one might hand over another region.
        (Some(_), [value]) => match cx.regions.resolve(cx.body, *value).regions[..] {
            [region] => vec![region],
            _ => vec![],
        },
        _ => vec![],
    }
}

struct Judge<'j, 'a> {
    cx: Context<'j, 'a>,
    provenance: &'j Provenance,
    balance: &'j Balance,
    trails: &'j Trails,
    /// The regions that are open at every return, because they are handed over.
    handed: Vec<RegionId>,
    escapes: &'j mut Escapes,
}

impl Judge<'_, '_> {
    /// What may be returned; whether its region has ended then is [`super::stale`]'s to tell.
    fn returns(&mut self) {
        for (_, inst) in self.cx.reached_insts() {
            let InstKind::Return(Some(value)) = inst.kind else {
                continue;
            };
            // An address as a number: of what is outside nobody need know.
            let is_number = !self.cx.body.value(value).holds_pointer;
            for place in self.provenance.places(value).iter() {
                let object = self.provenance.get(place.object);
                let source = if is_number {
                    self.source(object).filter(|source| *source != Source::Outside)
                } else {
                    self.source_of(object, place.offset)
                };
                self.escapes
                    .flows
                    .extend(source.map(|source| (source, Sink::Return)));
            }
        }
        let returned = self.cx.reached_insts().filter_map(|(_, inst)| match inst.kind {
            InstKind::Return(value) => self.provenance.beside.get(&value?),
            _ => None,
        });
        let numbers = returned.flat_map(|places| places.objects());
        let sources = numbers.filter_map(|id| self.source(self.provenance.get(id)));
        self.escapes.beside = sources.filter(|source| *source != Source::Outside).collect();
        // A result of which nothing else is said is somewhere outside anyway.
        let outside = (Source::Outside, Sink::Return);
        let flows = &mut self.escapes.flows;
        if flows
            .iter()
            .all(|flow| flow.1 != Sink::Return || *flow == outside)
        {
            flows.remove(&outside);
        }
    }

    /// What the summary calls an object that a pointer leads to.
    fn source(&self, object: Object) -> Option<Source> {
        match object {
            Object::Global | Object::Variable(_) | Object::Heap(_) | Object::Slot(_) => Some(Source::Outside),
            _ => object.passed().or_else(|| self.in_callers_region(object)),
        }
    }

    /// The same of a pointer so many bytes past the object's start. What a field leads to is named for callers that know what
    /// it holds, to the byte; a pointer that was moved since is any that is read there.
    fn source_of(&self, object: Object, offset: Offset) -> Option<Source> {
        match object {
            Object::Field(index, _) if offset != Offset::exactly(0) => Some(Source::Beyond(index, 1)),
            _ => self.source(object),
        }
    }

    /// An object in a region that the caller passed, or gets.
    fn in_callers_region(&self, object: Object) -> Option<Source> {
        let region = object.region()?;
        match self.cx.regions.get(region).origin {
            Origin::Param(index) => Some(Source::In(index)),
            _ if matches!(object, Object::Site(..)) && self.handed.contains(&region) => {
                Some(Source::In(RETURNED))
            }
            _ => None,
        }
    }

    /// Judges what every object that outlives the function, or some region of it, may hold. A stack slot, or an object of
    /// an allocator, whose address is where others can find it is as open to everybody as that place.
    fn holders(&mut self) {
        let published = self.published();
        let mut seen: BTreeSet<(Object, RegionId)> = BTreeSet::new();
        let mut stored: Vec<_> = self.provenance.stored().collect();
        // The first store in the text is the one to show.
        stored.sort_by_key(|(.., at)| *at);
        for (cell, offset, held, at) in stored {
            let is_own = matches!(cell, Object::Slot(_) | Object::Heap(_));
            if is_own && !published.contains(&cell) {
                continue;
            }
            // What an undescribed callee may store is told by the call itself (R0902, R0906, or a flow to `Unknown`).
            if matches!(self.cx.body.inst(at).kind, InstKind::Call(call) if self.cx.effects_of(&call).is_none())
            {
                continue;
            }
            self.flow(cell, offset, held, at);
            if let Some(region) = held.region()
                && let Some(place) = self.outliving(cell, region)
                && seen.insert((cell, region))
            {
                self.stored(cell, held, region, place, at);
            }
        }
    }

    /// The objects that others than this function can reach.
    fn published(&self) -> BTreeSet<Object> {
        let outside = self.provenance.ids().filter(|(_, object)| {
            object.is_outside() || object.callers().is_some() || self.in_callers_region(*object).is_some()
        });
        let returned = self.cx.body.insts.iter().filter_map(|inst| match inst.kind {
            InstKind::Return(value) => value,
            _ => None,
        });
        let returned = returned.flat_map(|value| self.provenance.places(value).objects());
        let roots: Vec<ObjectId> = outside.map(|(id, _)| id).chain(returned).collect();
        self.provenance.reach_of(roots).into_iter().collect()
    }

    /// What the caller has to know of a store.
    fn flow(&mut self, cell: Object, offset: Offset, held: Object, at: InstId) {
        let sink = match (cell, offset.exact()) {
            (Object::Param(index), Some(past)) => Sink::Field(index, past),
            (Object::Param(index), None) => Sink::Arg(index),
            (Object::Field(index, _), _) => Sink::Beyond(index, 1),
            (Object::Inside(index, _), _) => Sink::Beyond(index, MAX_DEPTH),
            (Object::Beyond(index, depth), _) => Sink::Beyond(index, depth),
            (Object::Site(_, region), _) => match self.cx.regions.get(region).origin {
                Origin::Param(index) => Sink::In(index),
                _ if self.handed.contains(&region) => Sink::In(RETURNED),
                _ => return,
            },
            (Object::Region(_) | Object::Number(_) | Object::Perhaps(_) | Object::Word(..), _) => return,
            (Object::Global | Object::Variable(_) | Object::Slot(_) | Object::Heap(_), _) => Sink::Global,
        };
        // A pointer into the caller's region in a global is a finding here, and no flow.
        if sink == Sink::Global && held.passed().is_none() {
            return;
        }
        // A handle of a region that is opened here: whoever reads it there does not find the caller's.
        if matches!(held, Object::Region(region) if !matches!(self.cx.regions.get(region).origin, Origin::Param(_)))
            && sink != Sink::Global
        {
            self.escapes.flows.insert((Source::Outside, sink));
        }
        let cells = self.provenance.id(cell).map(|cell| self.provenance.cells(cell));
        let places = cells.and_then(|cells| cells.get(&offset)).into_iter();
        let id = self.provenance.id(held);
        let held_here = places.flat_map(|places| id.into_iter().flat_map(|id| places.in_object(id)));
        let sources: BTreeSet<Source> = held_here
            .filter_map(|place| self.source_of(held, place.offset))
            .collect();
        for source in sources {
            let flow = (source, sink);
            let steps = &mut self.escapes.steps;
            if steps.len() < trail::MOST_FLOWS && !steps.contains_key(&flow) {
                steps.insert(flow, trail::step(self.cx, self.provenance, at, cell, held));
            }
            self.escapes.flows.insert(flow);
        }
    }

    /// What a cell is to a region, if it outlives it.
    fn outliving(&self, cell: Object, region: RegionId) -> Option<Place> {
        let is_callers =
            matches!(self.cx.regions.get(region).origin, Origin::Param(_)) || self.handed.contains(&region);
        match cell {
            Object::Global | Object::Variable(_) | Object::Slot(_) | Object::Heap(_) => Some(Place::Global),
            // No memory: nothing is stored there.
            Object::Number(_) | Object::Perhaps(_) | Object::Word(..) => None,
            Object::Param(_) | Object::Field(..) | Object::Inside(..) | Object::Beyond(..) => {
                (!is_callers).then_some(Place::Caller)
            }
            Object::Site(_, outer) | Object::Region(outer) => {
                (!is_callers && self.outlives(outer, region)).then_some(Place::OuterRegion)
            }
        }
    }

    /// Whether a region lives longer than one that this function opens: it is a parameter, or it is open
    /// when the other is opened.
    fn outlives(&self, outer: RegionId, inner: RegionId) -> bool {
        let outer = self.cx.regions.get(outer);
        if matches!(outer.origin, Origin::Param(_)) {
            return true;
        }
        let (Origin::Push(opened) | Origin::HandedOver(opened)) = self.cx.regions.get(inner).origin else {
            return false;
        };
        let block = self.cx.body.inst(opened).block;
        let earlier = |origin| match origin {
            Origin::Push(id) | Origin::HandedOver(id) => self.cx.body.inst(id).block == block && id < opened,
            Origin::Param(_) => true,
        };
        let ended_between = |origin| match origin {
            Origin::Push(id) | Origin::HandedOver(id) => (id.index() + 1..opened.index()).any(|index| {
                matches!(self.cx.body.insts[index].kind, InstKind::Operation(Operation::Pop, operands)
                    if self.cx.regions.canonical(operands[0]) == outer.handle)
            }),
            Origin::Param(_) => false,
        };
        // An entry of the stack may go by the name of a phi that merges several regions.
        let names_outer = |handle| {
            let named = self.cx.regions.resolve(self.cx.body, handle).regions;
            named
                .iter()
                .any(|region| self.cx.regions.get(*region).handle == outer.handle)
        };
        let open_at_start = self.cx.paths.ids().any(|node| {
            self.cx.paths.node(node).block == block
                && self.balance.at[node.index()]
                    .as_ref()
                    .is_some_and(|state| state.open.iter().any(|open| names_outer(open.handle)))
        });
        open_at_start || (earlier(outer.origin) && !ended_between(outer.origin))
    }

    fn stored(&mut self, holder: Object, held: Object, region: RegionId, place: Place, at: InstId) {
        let is_own = matches!(holder, Object::Slot(_) | Object::Heap(_));
        if overwrite::certainly(self.cx, self.provenance, holder, region)
            || is_own && overwrite::is_hidden(self.cx, self.provenance, holder, region)
        {
            return;
        }
        let mut way = blame::way_to_store(self.cx, self.provenance, held, at);
        way.extend(trail::past_call(
            self.cx,
            self.provenance,
            self.trails,
            at,
            holder,
            held,
        ));
        if let (InstKind::Call(_), Some(id)) = (self.cx.body.inst(at).kind, allocation_of(holder)) {
            way.push((self.cx.site(id), Role::Holder));
        }
        let place = if self.is_thrown(holder, at) {
            Place::Exception
        } else {
            place
        };
        let because = told(life(self.cx, region, allocation_of(held)), way, self.cx.site(at));
        self.report(Problem::StoredOutside { place }, self.cx.site(at), because);
    }

    /// Whether a holder is an exception, or the instruction throws one.
    fn is_thrown(&self, holder: Object, at: InstId) -> bool {
        let calls = |id: InstId, name: &str| match self.cx.body.inst(id).kind {
            InstKind::Call(call) => self.cx.callee_name(&call) == name,
            _ => false,
        };
        calls(at, "__cxa_throw")
            || matches!(holder, Object::Heap(id) if calls(id, "__cxa_allocate_exception"))
    }

    fn report(&mut self, problem: Problem, at: Site, because: Vec<(Site, Role)>) {
        self.escapes.findings.insert(Finding { problem, at, because });
    }
}

/// The place to show for a returned pointer: the mark that [`super::prepare`] left at the `return` that the
/// user wrote; without one, where a phi at the return merges several results, the end of the basic block
/// that brings this one.
pub fn origin_of_return(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    value: ValueId,
    region: RegionId,
) -> Site {
    let is_mark = |inst: &crate::form::Inst<'_>| {
        matches!(inst.kind, InstKind::Same(_)) && inst.llvm.name().starts_with(RETURN_MARK)
    };
    let Some((def, inst)) = cx.body.def(value) else {
        return cx.site(id);
    };
    if is_mark(inst) {
        return cx.site(def);
    }
    let InstKind::Phi(incoming) = inst.kind else {
        return cx.site(id);
    };
    let into_region = incoming
        .iter()
        .find(|(_, operand)| provenance.points_into(*operand, region));
    let Some((block, operand)) = into_region else {
        return cx.site(id);
    };
    match cx.body.def(*operand) {
        Some((mark, inst)) if is_mark(inst) => cx.site(mark),
        _ => cx.site(cx.body.terminator(*block).0),
    }
}

/// Where the value was allocated and where its region begins and ends.
pub fn life(cx: Context<'_, '_>, region: RegionId, allocation: Option<InstId>) -> Vec<(Site, Role)> {
    let mut because = Vec::new();
    because.extend(allocation.map(|id| (cx.site(id), Role::Allocated)));
    match cx.regions.get(region).origin {
        Origin::Push(id) | Origin::HandedOver(id) => because.push((cx.site(id), Role::Opened)),
        Origin::Param(_) => because.push((cx.whole(), Role::Parameter)),
    }
    because.extend(end_of(cx, region).map(|id| (cx.site(id), Role::Ended)));
    because
}

/// The life of a value's region with the way of the value in it: allocation, steps, the region's beginning and end. What
/// stands at the primary place is told there.
pub fn told(life: Vec<(Site, Role)>, way: Vec<(Site, Role)>, primary: Site) -> Vec<(Site, Role)> {
    let at = usize::from(matches!(life.first(), Some((_, Role::Allocated))));
    let mut told = life;
    told.splice(at..at, way.into_iter().filter(|(site, _)| *site != primary));
    told
}

/// The instruction that allocates an object of a region.
pub fn allocation_of(object: Object) -> Option<InstId> {
    match object {
        Object::Site(id, _) => Some(id),
        _ => None,
    }
}

/// The object of a region that a value may point to, or else lead to, that was allocated first.
pub fn object_behind(provenance: &Provenance, value: ValueId, region: RegionId) -> Option<Object> {
    let is_allocated = |object: &Object| matches!(object, Object::Site(_, of) if *of == region);
    let pointed = provenance.of(value).filter(is_allocated).min();
    pointed.or_else(|| provenance.reach(value).into_iter().filter(is_allocated).min())
}

/// The instruction that allocates it.
pub fn allocation_behind(provenance: &Provenance, value: ValueId, region: RegionId) -> Option<InstId> {
    allocation_of(object_behind(provenance, value, region)?)
}

/// A place where a region ends.
fn end_of(cx: Context<'_, '_>, region: RegionId) -> Option<InstId> {
    cx.body.inst_ids().find_map(|(id, inst)| match inst.kind {
        InstKind::Operation(Operation::Pop, operands)
            if cx.resolve(inst.block, operands[0]).regions.contains(&region) =>
        {
            Some(id)
        }
        InstKind::Call(call) => {
            let effects = cx.effects_of(&call)?;
            effects.drops.iter().find_map(|index| {
                let argument = call.args.get(*index as usize)?;
                cx.resolve(inst.block, argument.value)
                    .regions
                    .contains(&region)
                    .then_some(id)
            })
        }
        _ => None,
    })
}
