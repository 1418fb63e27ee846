//! The transfer functions of calls: a callee's summary tells which lives its result and the memory that it writes point
//! into. Part of [`super::transfer`].

use super::instantiate::{sinks, sources};
use super::lives::{Life, State, ends};
use super::object::{Place, Places};
use super::transfer::{Lives, Transfer};
use super::word::places_of;
use crate::effects::{Effects, Sink, Source};
use crate::form::offset::Step;
use crate::form::{Call, InstId, InstKind, RegionId};
use std::collections::BTreeSet;

impl<'a> Transfer<'_, 'a> {
    /// The lives that a summary's source may point into, at a call.
    pub fn source(&self, state: &State, id: InstId, call: &Call<'a>, source: Source) -> Lives {
        let arguments = self.cx.arguments_of(call, source);
        let mut lives = Lives::default();
        match source {
            Source::Arg(_) => {
                for argument in arguments {
                    lives.0.extend(self.value(state, argument.value).0);
                }
            }
            Source::Field(index, offset) => {
                let places = sinks(self.cx, self.provenance, id, call, Sink::Field(index, offset));
                let bytes = self.cx.form.pointer_bytes;
                lives = self.memory(state, &places, bytes);
                self.read_before_end(state, id, call, &places, bytes, &mut lives);
            }
            Source::Word(..) => {
                let places = places_of(self.cx, self.provenance, call, source);
                let bytes = self.cx.form.pointer_bytes;
                lives = self.memory(state, &places, bytes);
                self.read_before_end(state, id, call, &places, bytes, &mut lives);
            }
            Source::Inside(index, offset) => {
                let places = sources(self.cx, self.provenance, id, call, Source::Field(index, offset));
                lives = self.memory(state, &places.anywhere(), u32::MAX);
                self.read_before_end(state, id, call, &places.anywhere(), u32::MAX, &mut lives);
            }
            Source::Beyond(index, depth) => {
                // What the last read finds; for two reads or more, what any of these finds.
                let mut places = if depth == 1 {
                    sources(self.cx, self.provenance, id, call, Source::Arg(index))
                } else {
                    sources(
                        self.cx,
                        self.provenance,
                        id,
                        call,
                        Source::Beyond(index, depth - 1),
                    )
                };
                if depth >= crate::effects::MAX_DEPTH {
                    places.extend(sources(self.cx, self.provenance, id, call, source));
                }
                lives = self.memory(state, &places, u32::MAX);
                self.read_before_end(state, id, call, &places, u32::MAX, &mut lives);
            }
            Source::In(_) => {
                let fresh = sources(self.cx, self.provenance, id, call, source);
                lives = self.current(&fresh);
            }
            // What outlives every region lives.
            Source::Outside => {}
        }
        lives
    }

    /// What a callee read from objects of a region that it ends led into the life that has ended then.
    fn read_before_end(
        &self,
        state: &State,
        id: InstId,
        call: &Call<'a>,
        places: &Places,
        bytes: u32,
        lives: &mut Lives,
    ) {
        let ended = ends(self.cx, self.cx.body.inst(id).block, InstKind::Call(*call));
        let is_ended = |place: &Place| {
            let region = self.provenance.get(place.object).region();
            region.is_some_and(|region| ended.contains(&region))
        };
        let gone: Places = places.iter().filter(is_ended).collect();
        let read = self.memory(state, &gone, bytes).0.into_iter();
        let old = read.filter(|(region, _)| ended.contains(region));
        lives.0.extend(old.map(|(region, _)| (region, Life::Ended)));
    }

    pub(super) fn call(&self, state: &mut State, id: InstId, call: Call<'a>) -> Lives {
        match self.cx.effects_of(&call) {
            Some(effects) => self.described(state, id, call, effects),
            None => self.undescribed(state, call),
        }
    }

    fn described(&self, state: &mut State, id: InstId, call: Call<'a>, effects: &Effects) -> Lives {
        let mut result = Lives::default();
        let mut stores: Vec<(Sink, Lives)> = Vec::new();
        // What the callee stores it may read again, by another name too: sources are those of the state before and of all
        // that was stored.
        let during = self.during(state, id, &call, effects);
        for (from, to) in &effects.flows {
            match to {
                Sink::Unknown | Sink::Freed => {}
                Sink::Return => result.0.extend(self.source(&during, id, &call, *from).0),
                _ => stores.push((*to, self.source(&during, id, &call, *from))),
            }
        }
        for (ended, place) in &effects.stale {
            let handle = call.args.get(*ended as usize);
            let lives: BTreeSet<(RegionId, Life)> = handle
                .iter()
                .flat_map(|handle| self.cx.resolve(self.cx.body.inst(id).block, handle.value).regions)
                .map(|region| (region, Life::Ended))
                .collect();
            match place {
                Sink::Return => result.0.extend(lives),
                _ => stores.push((*place, Lives(lives))),
            }
        }
        for argument in call.args.iter().filter(|argument| argument.returned) {
            result.0.extend(self.value(state, argument.value).0);
        }
        for (argument, offset) in self.cx.sets_of(&call) {
            let place = self.provenance.places(argument).only();
            if let Some(place) = place {
                let step = Step {
                    constant: offset,
                    stride: 0,
                };
                let offset = place.offset.step(step);
                self.forget(
                    state,
                    Place { offset, ..place },
                    self.cx.form.pointer_bytes,
                    false,
                );
            }
        }
        for (to, lives) in stores {
            let places = sinks(self.cx, self.provenance, id, &call, to);
            self.store(state, &places, self.cx.form.pointer_bytes, &lives, false);
        }
        result
    }

    /// What holds at some time during a call of a described function: the state before, and what it stores.
    pub fn during(&self, state: &State, id: InstId, call: &Call<'a>, effects: &Effects) -> State {
        let mut during = state.clone();
        let is_store = |to: &Sink| !matches!(to, Sink::Return | Sink::Unknown | Sink::Freed);
        loop {
            let before = during.clone();
            for (from, to) in effects.flows.iter().filter(|(_, to)| is_store(to)) {
                let lives = self.source(&during, id, call, *from);
                if !lives.0.is_empty() {
                    let places = sinks(self.cx, self.provenance, id, call, *to);
                    self.store(&mut during, &places, self.cx.form.pointer_bytes, &lives, false);
                }
            }
            if during == before {
                return during;
            }
        }
    }

    /// A callee that nobody described may store what it is given, or finds, in whatever it reaches, and return it.
    fn undescribed(&self, state: &mut State, call: Call<'a>) -> Lives {
        let mut found = Lives::default();
        let mut reached: BTreeSet<_> = BTreeSet::new();
        for argument in call.args {
            found.0.extend(self.value(state, argument.value).0);
            reached.extend(
                self.provenance
                    .closure(self.provenance.places(argument.value).objects()),
            );
        }
        let places: Places = reached.into_iter().map(Place::anywhere_in).collect();
        found.0.extend(self.memory(state, &places, u32::MAX).0);
        if !call.read_only && !call.no_memory {
            self.store(state, &places, u32::MAX, &found, false);
        }
        found
    }
}
