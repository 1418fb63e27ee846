//! Calls: a summary is instantiated with the places of the call's arguments. Part of [`super::constraints`].

use super::constraints::Solver;
use super::context::Context;
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use super::word::word;
use crate::effects::{Effects, RETURNED, Sink, Source};
use crate::form::offset::Step;
use crate::form::{Argument, Call, Callee, Disguise, InstId, RegionId, ValueId, ValueKind};
use std::collections::BTreeMap;

impl Solver<'_, '_> {
    pub(super) fn call(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) -> bool {
        let mut grew = false;
        for argument in call.args.iter().filter(|argument| argument.returned) {
            grew |= self.copy(argument.value, result);
        }
        match self.cx.effects_of(&call) {
            Some(effects) => grew |= self.described(id, call, effects, result),
            None => grew |= self.undescribed(id, call, result),
        }
        grew
    }

    fn described(&mut self, id: InstId, call: Call<'_>, effects: &Effects, result: Option<ValueId>) -> bool {
        let mut grew = false;
        let returned = call.args.iter().any(|argument| argument.returned);
        // Each source and place is looked up once a round: what grows meanwhile, the next round sees.
        let mut known: BTreeMap<Source, Places> = BTreeMap::new();
        let mut moved: BTreeMap<Sink, Places> = BTreeMap::new();
        for (from, to) in &effects.flows {
            // What leaks to an undescribed function, or is freed, is a finding of its own, not a store. What is certainly
            // the argument itself is taken over by the call.
            if matches!(to, Sink::Unknown | Sink::Freed) || *to == Sink::Return && returned {
                continue;
            }
            if !known.contains_key(from) {
                known.insert(*from, self.sources(id, call, *from));
            }
            let moved = moved.entry(*to).or_default();
            if *to == Sink::Return && matches!(from, Source::In(_)) {
                moved.add_all(&starts(&known[from]));
            } else {
                moved.add_all(&known[from]);
            }
        }
        if let Some(result) = result
            && !self.cx.body.value(result).holds_pointer
        {
            let is_passed = self.cx.body.value(result).disguise == Disguise::Passed;
            let number = self.returned_number(id, call, effects, is_passed);
            grew |= self.provenance.add_all(result, &number);
            moved.remove(&Sink::Return);
        }
        for (to, sources) in &moved {
            if *to == Sink::Return {
                // Only pointers get here: a number that is returned as one was made into one.
                let mut pointers = self.provenance.without_numbers(sources);
                pointers.add_all(&self.provenance.pointers_of(sources));
                grew |= result.is_some_and(|result| self.provenance.add_all(result, &pointers));
            } else {
                let places = self.sinks(id, call, *to);
                grew |= self.hold(id, &places, self.cx.form.pointer_bytes, sources);
            }
        }
        let Some(result) = result else { return grew };
        if let Some(region) = self.cx.regions.of_handle(result) {
            grew |= self.points_to(result, Object::Region(region));
        } else if effects.fresh {
            grew |= self.points_to(result, Object::Heap(id));
        } else if self.cx.body.value(result).holds_pointer
            && !effects.diverges
            && !effects.flows.iter().any(|(_, to)| *to == Sink::Return)
        {
            // A recursion begins with functions that never return: they bring nothing from outside.
            grew |= self.points_outside(result);
        }
        grew
    }

    /// The pointers that a callee may return as a number: what it read in the caller's memory, if it is certain that a
    /// pointer lies there, or the number goes on into a function that may follow it.
    fn returned_number(&mut self, id: InstId, call: Call<'_>, effects: &Effects, is_passed: bool) -> Places {
        let returning = effects.flows.iter().filter(|(_, to)| *to == Sink::Return);
        let mut returned = self.number_of(id, call, returning.map(|(from, _)| from), is_passed);
        if self.cx.is_library(&call) {
            // An absolute value, a number in another byte order.
            for argument in call.args {
                if !self.cx.body.value(argument.value).holds_pointer {
                    returned.add_all(&self.provenance.places(argument.value).anywhere());
                }
            }
        }
        returned
    }

    /// The same of numbers that come from some sources.
    pub(super) fn number_of<'e>(
        &mut self,
        id: InstId,
        call: Call<'_>,
        sources: impl Iterator<Item = &'e Source>,
        is_passed: bool,
    ) -> Places {
        let mut returned = Places::default();
        for from in sources {
            match from {
                Source::Field(index, offset) => {
                    let places = fields(self.cx, self.provenance, &call, *index, *offset);
                    let bytes = self.cx.form.pointer_bytes;
                    let disguise = if is_passed {
                        Disguise::Passed
                    } else {
                        Disguise::Exact
                    };
                    returned.add_all(&self.read_disguised(&places, bytes, disguise));
                }
                Source::Arg(_) | Source::In(_) | Source::Word(..) => {
                    returned.add_all(&self.sources(id, call, *from));
                }
                Source::Inside(..) | Source::Beyond(..) if is_passed => {
                    returned.add_all(&self.sources(id, call, *from));
                }
                Source::Inside(..) | Source::Beyond(..) | Source::Outside => {}
            }
        }
        returned
    }

    pub(super) fn sources(&mut self, id: InstId, call: Call<'_>, from: Source) -> Places {
        if is_null(self.cx, &call, from) {
            return Places::default();
        }
        if let Source::Field(index, offset) = from {
            // Reading makes the field known.
            let places = fields(self.cx, self.provenance, &call, index, offset);
            return self.read(&places, self.cx.form.pointer_bytes);
        }
        if let Source::Word(..) = from {
            return self.passed_word(&call, from);
        }
        if let Source::Inside(index, offset) = from {
            let places = fields(self.cx, self.provenance, &call, index, offset);
            let read = self.read(&places, self.cx.form.pointer_bytes);
            return self.provenance.beyond(&read, 1);
        }
        if let Source::In(index) = from {
            self.name_sites(id, call, index);
        }
        sources(self.cx, self.provenance, id, &call, from)
    }

    pub(super) fn sinks(&mut self, id: InstId, call: Call<'_>, to: Sink) -> Places {
        if let Sink::In(index) = to {
            self.name_sites(id, call, index);
        }
        sinks(self.cx, self.provenance, id, &call, to)
    }

    /// Makes the objects known that a callee allocates in a region it is given.
    fn name_sites(&mut self, id: InstId, call: Call<'_>, index: u32) {
        for region in regions_of(self.cx, id, &call, index) {
            self.provenance.name_site(id, region);
        }
    }

    /// A call of something that nobody described: its arguments may be stored in one another and returned.
    /// What it could keep for itself is a finding (R0902), not a flow.
    fn undescribed(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) -> bool {
        let mut grew = false;
        // Sets only grow: what was done when everything was as it is now need not be done again.
        if self.judged.insert(id, self.version) == Some(self.version) {
            return false;
        }
        let global = self.provenance.object(Object::Global);
        let mut passed: Places = [Place::anywhere_in(global)].into_iter().collect();
        let mut places = Places::default();
        // An address that is passed as a number is a finding (R0904), not a flow.
        let pointers = call.args.iter();
        for argument in pointers.filter(|argument| self.cx.body.value(argument.value).holds_pointer) {
            let own = self.provenance.places(argument.value).clone();
            let reached = self.provenance.closure(own.objects());
            let reached: Places = reached.into_iter().map(Place::anywhere_in).collect();
            let own: Vec<_> = own.objects().collect();
            passed.extend(
                reached
                    .iter()
                    .filter(|place| !argument.no_capture || !own.contains(&place.object)),
            );
            if !argument.read_only && !argument.no_access {
                places.extend(reached.iter());
            }
        }
        let size = (passed.iter().count(), places.iter().count());
        let is_new = self.moved.insert(id, size) != Some(size);
        if is_new && !call.no_memory && !call.read_only && !is_assembly_without_operands(call) {
            grew |= self.hold(id, &places, u32::MAX, &passed);
            // What it finds on its own way it may change, too.
            let outside: Places = [Place::anywhere_in(global)].into_iter().collect();
            grew |= self.hold(id, &outside, u32::MAX, &outside);
        }
        if let Some(result) = result
            && self.cx.body.value(result).holds_pointer
        {
            grew |= self.provenance.add_all(result, &passed);
        }
        grew
    }
}

/// What a summary's source stands for at a call, as far as it is known.
pub(super) fn sources(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    call: &Call<'_>,
    from: Source,
) -> Places {
    let arguments = cx.arguments_of(call, from).iter();
    if is_null(cx, call, from) {
        return Places::default();
    }
    match from {
        Source::Arg(_) => arguments
            .map(|argument| provenance.places(argument.value).anywhere())
            .collect(),
        Source::Field(index, offset) => {
            let places = fields(cx, provenance, call, index, offset);
            provenance.read(&places, cx.form.pointer_bytes)
        }
        Source::Word(..) => word(cx, provenance, call, from),
        Source::Inside(index, offset) => {
            let places = fields(cx, provenance, call, index, offset);
            let read = provenance.read(&places, cx.form.pointer_bytes);
            provenance.beyond(&read, 1)
        }
        Source::Beyond(_, depth) => arguments
            .map(|argument| provenance.beyond(&provenance.addresses(argument.value), depth))
            .collect(),
        Source::Outside => outside(provenance),
        Source::In(index) => regions_of(cx, id, call, index)
            .into_iter()
            .filter_map(|region| provenance.id(provenance.site(id, region)))
            .map(Place::anywhere_in)
            .collect(),
    }
}

/// Whether a source speaks of null: nothing is read through that.
fn is_null(cx: Context<'_, '_>, call: &Call<'_>, from: Source) -> bool {
    let is_null = |argument: &Argument| {
        matches!(
            cx.body.value(argument.value).kind,
            ValueKind::Null | ValueKind::Int(0)
        )
    };
    let arguments = cx.arguments_of(call, from);
    !matches!(from, Source::In(_)) && !arguments.is_empty() && arguments.iter().all(is_null)
}

/// The regions that an argument of a call may name, or the region that the callee opened and returns.
fn regions_of(cx: Context<'_, '_>, id: InstId, call: &Call<'_>, index: u32) -> Vec<RegionId> {
    if index == RETURNED {
        let result = cx.body.inst(id).result;
        return result
            .and_then(|result| cx.regions.of_handle(result))
            .into_iter()
            .collect();
    }
    let arguments = cx.arguments(call, index).iter();
    arguments
        .flat_map(|argument| cx.resolve(cx.body.inst(id).block, argument.value).regions)
        .collect()
}

/// The memory that a summary's sink stands for at a call.
pub(super) fn sinks(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    call: &Call<'_>,
    to: Sink,
) -> Places {
    let arguments = to
        .argument()
        .map_or(&[][..], |index| cx.arguments(call, index))
        .iter();
    match to {
        Sink::Arg(_) => arguments
            .map(|argument| provenance.addresses(argument.value).anywhere())
            .collect(),
        Sink::Field(index, offset) => fields(cx, provenance, call, index, offset),
        Sink::Beyond(index, depth) => sources(cx, provenance, id, call, Source::Beyond(index, depth)),
        Sink::In(index) => sources(cx, provenance, id, call, Source::In(index)),
        Sink::Global => outside(provenance),
        Sink::Return | Sink::Unknown | Sink::Freed => Places::default(),
    }
}

fn outside(provenance: &Provenance) -> Places {
    let global = provenance.id(Object::Global).into_iter();
    global.map(Place::anywhere_in).collect()
}

/// The places so many bytes from where an argument points.
fn fields(cx: Context<'_, '_>, provenance: &Provenance, call: &Call<'_>, index: u32, offset: i64) -> Places {
    let arguments = cx.arguments(call, index).iter();
    arguments
        .map(|argument| provenance.addresses(argument.value).moved(Step::by(offset)))
        .collect()
}

/// A callee's fresh object is measured from the pointer that the callee returns.
fn starts(places: &Places) -> Places {
    places.objects().map(Place::start_of).collect()
}

/// Assembly without operands is no store: the analysis of its operands decides (R0904).
fn is_assembly_without_operands(call: Call<'_>) -> bool {
    call.callee == Callee::Assembly && call.args.is_empty()
}
