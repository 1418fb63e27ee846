//! Registrations of cleanups: what they hold, what may run them, and what they bring about.
//!
//! What a cleanup does, it may do from its registration on: [`super::provenance`] takes it for called there. When it is
//! called, and whether by whom, matters only for what is right because it does not last ([`super::overwrite`]): there, whatever
//! may run a cleanup counts as a call of it.

use super::constraints::Solver;
use super::context::Context;
use super::lives::{State, ends};
use super::object::{Place, Places};
use super::transfer::Transfer;
use crate::effects::{Effects, RETURNED};
use crate::form::offset::Offset;
use crate::form::regions::Origin;
use crate::form::{Call, Inst, InstId, InstKind, RegionId, ValueId};
use crate::operation::Operation;

/// Whether an instruction may run a cleanup that `does` something. What the end of a caller's region runs, nobody knows here.
pub(super) fn may_run(cx: Context<'_, '_>, inst: &Inst<'_>, does: impl Fn(&Effects) -> bool) -> bool {
    let may = |call: &Call<'_>| cx.effects_of(call).is_none_or(&does);
    if let InstKind::Operation(Operation::RunCleanup, operands) = inst.kind {
        let registration = cx.body.def(cx.regions.canonical(operands[0]));
        let known = cx.body.cleanups.iter().find(|cleanup| {
            let site = registration.map(|(site, _)| site);
            site == Some(cleanup.at)
        });
        return known.is_none_or(|cleanup| may(&cleanup.call));
    }
    let ended = ends(cx, inst.block, inst.kind);
    let is_ended = |handle: ValueId| {
        let regions = cx.resolve(inst.block, handle).regions;
        regions.iter().any(|region| ended.contains(region))
    };
    let is_callers = |region: &RegionId| matches!(cx.regions.get(*region).origin, Origin::Param(_));
    ended.iter().any(is_callers)
        || !ended.is_empty()
            && (cx
                .body
                .cleanups
                .iter()
                .any(|cleanup| is_ended(cleanup.region) && may(&cleanup.call))
                || cx.body.insts.iter().any(|inst| {
                    let effects = left_by(cx, inst);
                    effects.is_some_and(&does) && regions_left(cx, inst).any(is_ended)
                }))
}

/// The effects of a call that leaves cleanups in regions of this function.
pub(super) fn left_by<'c>(cx: Context<'c, '_>, inst: &Inst<'_>) -> Option<&'c Effects> {
    let InstKind::Call(call) = inst.kind else {
        return None;
    };
    cx.effects_of(&call)
        .filter(|effects| !effects.cleanups.is_empty())
}

/// The handles of the regions that a call leaves cleanups in.
pub(super) fn regions_left<'c>(
    cx: Context<'c, '_>,
    inst: &'c Inst<'_>,
) -> impl Iterator<Item = ValueId> + 'c {
    let effects = left_by(cx, inst).into_iter();
    effects
        .flat_map(|effects| effects.cleanups.keys())
        .filter_map(|index| match (inst.kind, *index) {
            (_, RETURNED) => inst.result,
            (InstKind::Call(call), index) => call.args.get(index as usize).map(|argument| argument.value),
            _ => None,
        })
}

impl Solver<'_, '_> {
    /// The pointers that the cleanup moves. Those into regions it must not move (R0602).
    fn bring_about(&mut self, id: InstId) -> bool {
        let Some(cleanup) = self.cx.body.cleanups.iter().find(|cleanup| cleanup.at == id) else {
            return false;
        };
        let mut grew = false;
        for (from, to) in self
            .cx
            .effects_of(&cleanup.call)
            .into_iter()
            .flat_map(|effects| &effects.flows)
        {
            let moved = self.sources(id, cleanup.call, *from);
            let lasting = |place: &Place| self.provenance.get(place.object).region().is_none();
            let moved: Places = moved.iter().filter(lasting).collect();
            let places = self.sinks(id, cleanup.call, *to);
            grew |= self.hold(id, &places, self.cx.form.pointer_bytes, &moved);
        }
        grew
    }

    /// A registration holds the cleanup's object, in the region. The cleanup may be called from here on.
    pub(super) fn register(&mut self, id: InstId, operands: &[ValueId]) -> bool {
        let held = self.provenance.places(operands[1]).clone();
        let mut grew = self.bring_about(id);
        for region in self.cx.resolve(self.cx.body.inst(id).block, operands[0]).regions {
            let site = self.provenance.name_site(id, region);
            let object = self.provenance.object(site);
            grew |= self
                .provenance
                .hold(id, beginning(object), self.cx.form.pointer_bytes, &held);
        }
        grew
    }
}

impl<'a> Transfer<'_, 'a> {
    /// As [`Solver::register`], of the lives that the object may lead into.
    pub(super) fn register(&self, state: &mut State, id: InstId, operands: &[ValueId]) {
        let lives = self.value(state, operands[1]);
        let regions = self.cx.resolve(self.cx.body.inst(id).block, operands[0]).regions;
        let sites = regions.into_iter().map(|region| self.provenance.site(id, region));
        let places: Places = sites
            .filter_map(|site| self.provenance.id(site))
            .map(beginning)
            .collect();
        self.store(state, &places, self.cx.form.pointer_bytes, &lives, false);
    }
}

/// Where a registration holds its object, as far as the analysis is concerned.
fn beginning(object: crate::form::ObjectId) -> Place {
    let offset = Offset::exactly(0);
    Place { object, offset }
}
