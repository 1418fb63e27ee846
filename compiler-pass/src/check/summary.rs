//! From the results of the phases to the function's effect summary.

use super::balance::Balance;
use super::bytes;
use super::cleanup::Cleanups;
use super::context::Context;
use super::escape::Escapes;
use super::found;
use super::leak::{Leaks, renewed};
use super::object::Object;
use super::provenance::Provenance;
use super::stale::Stale;
use super::torn::Torn;
use super::unknown::Unknown;
use crate::effects::{Effects, Sink, Source};
use crate::form::{Disguise, Inst, InstKind, ValueId};
use crate::operation::Operation;
use std::collections::BTreeSet;

/// What the phases found out about a function.
pub struct Results<'r> {
    /// Of [`super::balance`].
    pub balance: &'r Balance,
    /// Of [`super::leak`].
    pub leaks: &'r Leaks,
    /// Of [`super::escape`].
    pub escapes: &'r Escapes,
    /// Of [`super::unknown`].
    pub unknown: &'r Unknown,
    /// Of [`super::stale`].
    pub stale: &'r Stale,
    /// Of `torn`, in a module with regions.
    pub torn: Option<&'r Torn>,
}

/// Puts the summary of a function together.
pub fn assemble(cx: Context<'_, '_>, provenance: &Provenance, results: &Results<'_>) -> Effects {
    let Results {
        balance,
        leaks,
        escapes,
        unknown,
        stale,
        torn,
    } = results;
    let roams = cx.reached_insts().any(|(_, inst)| roams(cx, provenance, inst));
    let mut effects = Effects {
        unwinds: balance.unwinds,
        diverges: !balance.returns || cx.function.facts.noreturn,
        opens: balance.opens,
        drops: balance.drops.clone(),
        flows: escapes.flows.union(&unknown.flows).copied().collect(),
        late: stale.late.clone(),
        stale: stale.left.clone(),
        beside: escapes.beside.clone(),
        reads: stale.reads.clone(),
        sets: certainly_set(cx, provenance),
        carried: cx
            .function
            .carried
            .iter()
            .enumerate()
            .map(|(at, path)| ((cx.function.params() + at) as u32, path.to_string()))
            .collect(),
        roams,
        keeps_found: cx.form.has_regions
            && match roams {
                true => found::is_kept(cx, provenance),
                false => found::is_kept_in_parts(cx, provenance),
            },
        moves_bytes: cx.form.has_regions && bytes::are_moved(cx, provenance, |_, _| true),
        tears: torn.map_or_else(BTreeSet::new, |torn| torn.told(cx, provenance)),
        ..Effects::default()
    };
    for index in &stale.accessed {
        effects.param_mut(*index as usize).get = true;
    }
    for index in &stale.resets {
        if !balance.drops.contains(index) {
            effects.param_mut(*index as usize).reset = true;
            effects.param_mut(*index as usize).renews = always_renews(cx, *index);
        }
    }
    for (index, allocation) in &leaks.puts {
        let param = effects.param_mut(*index as usize);
        param.put = param.put.max(allocation.put);
    }
    for index in 0..cx.body.params.len() {
        let bounded = cx.is_declared_bounded(index);
        if bounded || is_region(cx, index) {
            let param = effects.param_mut(index);
            param.region = true;
            param.bounded = bounded;
            param.optional = !balance.needs.contains(&(index as u32));
        }
    }
    // What is handed on to an undescribed function may be accessed there.
    for (from, to) in &unknown.flows {
        match (from, to) {
            (Source::Arg(index), Sink::Unknown) => effects.param_mut(*index as usize).get = true,
            (Source::Field(..) | Source::Inside(..) | Source::Beyond(..), Sink::Unknown) => {
                effects.reads.insert(*from);
            }
            _ => {}
        }
    }
    if cx.reached_insts().any(|(_, inst)| scatters(cx, provenance, inst)) {
        effects.flows.insert(SCATTER);
    }
    effects.simplify();
    effects
}

/// Adds what the function's cleanups do: they run in it, or when a region of the caller's ends.
pub fn add_cleanups(effects: &mut Effects, cleanups: &Cleanups) {
    effects.cleanups = cleanups.left.clone();
    effects.runs = cleanups.runs;
    effects.calls_unknown = cleanups.calls_unknown;
    effects.roams |= cleanups.run_here();
    effects.keeps_found |= cleanups.run_here();
    effects.flows.extend(&cleanups.flows);
    effects.simplify();
}

/// What a summary says of a function that stores pointers at addresses which it finds in global memory: these may be
/// addresses of what its callers made and published.
const SCATTER: (Source, Sink) = (Source::Outside, Sink::Global);

/// Whether an instruction may store a pointer at an address that was found in global memory.
fn scatters(cx: Context<'_, '_>, provenance: &Provenance, inst: &Inst<'_>) -> bool {
    let is_found = |pointer: ValueId| {
        let places = provenance.places(pointer);
        places.is_empty() || provenance.of(pointer).any(|object| object == Object::Global)
    };
    match inst.kind {
        InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
            !provenance.places(value).is_empty() && is_found(pointer)
        }
        InstKind::Copy { to, .. } => is_found(to),
        InstKind::Opaque(..) => true,
        InstKind::Call(call) => match cx.effects_of(&call) {
            Some(effects) => effects.flows.contains(&SCATTER),
            None => !call.no_memory && !call.read_only,
        },
        _ => false,
    }
}

/// Whether every way to a return passes an instruction that ends all values of a region parameter.
fn always_renews(cx: Context<'_, '_>, index: u32) -> bool {
    let param = cx.body.params.get(index as usize);
    let Some(own) = param.and_then(|param| cx.regions.of_handle(*param)) else {
        return false;
    };
    on_every_way(cx, |inst| renewed(cx, inst).any(|region| region == own))
}

/// Whether an instruction may read a pointer from global memory.
fn roams(cx: Context<'_, '_>, provenance: &Provenance, inst: &Inst<'_>) -> bool {
    let is_outside = |pointer: ValueId| {
        let places = provenance.places(pointer);
        places.is_empty() || provenance.of(pointer).any(Object::is_outside)
    };
    match inst.kind {
        InstKind::Load(from) | InstKind::Exchange { pointer: from, .. } => {
            let variable = inst.llvm.operand(0).and_then(|pointer| pointer.variable());
            let holds_none = |is_revived: bool| {
                variable.is_some_and(|(variable, _)| {
                    variable.is_constant_variable()
                        || variable.holds_numbers() && (!is_revived || variable.counts())
                })
            };
            let value = inst.result.map(|result| cx.body.value(result));
            let brings_pointer =
                value.is_some_and(|value| value.holds_pointer || value.disguise >= Disguise::Computed);
            // A number that is made into a pointer somewhere may lie in a variable for numbers.
            let is_revived = value.is_some_and(|value| value.is_revived && !value.holds_pointer);
            brings_pointer && !holds_none(is_revived) && is_outside(from)
        }
        InstKind::Copy { from, .. } => is_outside(from),
        InstKind::Operation(Operation::RunCleanup, _) | InstKind::Opaque(..) => true,
        InstKind::Call(call) => match cx.effects_of(&call) {
            Some(effects) => effects.roams,
            None => !call.no_memory,
        },
        _ => false,
    }
}

/// How many places a summary says to be overwritten for certain.
const MAX_SETS: usize = 16;

/// The pointer-sized places in what parameters point to that every way to a return overwrites.
fn certainly_set(cx: Context<'_, '_>, provenance: &Provenance) -> BTreeSet<(u32, i64)> {
    let mut candidates: BTreeSet<(u32, i64)> = BTreeSet::new();
    for (_, inst) in cx.reached_insts() {
        candidates.extend(set_by(cx, provenance, inst));
    }
    let sets = |wanted: &(u32, i64)| on_every_way(cx, |inst| set_by(cx, provenance, inst).contains(wanted));
    candidates.into_iter().take(MAX_SETS).filter(sets).collect()
}

/// The places that one instruction overwrites for certain.
fn set_by(cx: Context<'_, '_>, provenance: &Provenance, inst: &Inst<'_>) -> Vec<(u32, i64)> {
    let place = |pointer: ValueId, past: i64| -> Option<(u32, i64)> {
        let place = provenance.places(pointer).only()?;
        match provenance.get(place.object) {
            Object::Param(index) if (index as usize) < cx.body.params.len() => {
                Some((index, place.offset.exact()?.checked_add(past)?))
            }
            _ => None,
        }
    };
    let width = cx.form.pointer_bytes;
    // What several pointers have room in: a fill, a copied structure.
    let places = |pointer: ValueId| {
        let pasts = (0..=inst.bytes - width).step_by(width as usize).take(MAX_SETS);
        pasts.filter_map(|past| place(pointer, i64::from(past))).collect()
    };
    match inst.kind {
        InstKind::Store { pointer, value } if inst.bytes == width && cx.body.may_point(value) => {
            place(pointer, 0).into_iter().collect()
        }
        InstKind::Store { pointer, .. } if inst.bytes > width && inst.bytes != u32::MAX => places(pointer),
        InstKind::Copy { to, .. } if inst.bytes >= width && inst.bytes != u32::MAX => places(to),
        InstKind::Call(call) => {
            let sets = cx.sets_of(&call);
            sets.filter_map(|(argument, offset)| place(argument, offset))
                .collect()
        }
        _ => vec![],
    }
}

/// Whether every way from the entry to a return passes an instruction that does something.
fn on_every_way(cx: Context<'_, '_>, does: impl Fn(&Inst<'_>) -> bool) -> bool {
    let mut seen = vec![false; cx.paths.len()];
    let mut work = vec![cx.paths.entry()];
    while let Some(node) = work.pop() {
        if std::mem::replace(&mut seen[node.index()], true) {
            continue;
        }
        let block = cx.paths.node(node).block;
        if cx.body.insts_of(block).any(|(_, inst)| does(inst)) {
            continue;
        }
        if matches!(cx.body.terminator(block).1.kind, InstKind::Return(_)) {
            return false;
        }
        work.extend(cx.paths.node(node).succs.iter().map(|edge| edge.to));
    }
    true
}

/// A parameter is a region by its use: as the region of an operation, or of a callee's region parameter.
pub fn is_region(cx: Context<'_, '_>, index: usize) -> bool {
    if cx.function.region_params.get(index).copied().unwrap_or(false) {
        return true;
    }
    let param = cx.body.params.get(index);
    let Some(own) = param.and_then(|param| cx.regions.of_handle(*param)) else {
        return false;
    };
    let names = |value: ValueId| cx.regions.resolve(cx.body, value).regions.contains(&own);
    cx.body.insts.iter().any(|inst| match inst.kind {
        InstKind::Operation(operation, operands) => {
            operation.parameters().first() == Some(&crate::operation::Slot::Region)
                && operands.first().is_some_and(|handle| names(*handle))
        }
        InstKind::Call(call) => cx.effects_of(&call).is_some_and(|effects| {
            call.args
                .iter()
                .enumerate()
                .any(|(index, argument)| effects.is_region(index) && names(argument.value))
        }),
        _ => false,
    })
}
