//! R0104: what a function declares of itself, held against what its body does.
//!
//! A declaration may say more than the body does, for what the body will do one day; callers believe it. What the body does beyond
//! it, or does not do on every way where the declaration promises so, is told, first things first, with the effects that
//! would be right.

use super::context::Context;
use super::finding::{Finding, Problem};
use super::object::Object;
use super::overwrite;
use super::provenance::Provenance;
use crate::effects::{Effects, Put, Sink, Source};
use crate::form::{InstKind, ValueId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// A definition that does more than its own annotation says.
pub(super) fn of(cx: Context<'_, '_>, provenance: &Provenance, inferred: &Effects) -> Option<Finding> {
    let declared = cx.function.declared?;
    let not_new = declared.fresh && !returns_fresh(cx, provenance);
    let mut done = inferred.clone();
    done.fresh = declared.fresh && !not_new;
    done.calls.clone_from(&declared.calls);
    // Of a number nobody needs to say where it was read.
    if !returned(cx).any(|value| cx.body.value(value).holds_pointer) {
        done.flows.retain(|(_, to)| *to != Sink::Return);
    }
    let why = exceeds(&done, declared).or(not_new.then(|| not_always("new(return)")))?;
    Some(Finding {
        problem: Problem::MalformedEffects {
            text: declared.to_string(),
            why,
            inferred: Some(done.to_string()),
        },
        at: cx.whole(),
        because: vec![],
    })
}

/// What the body does, and the annotation does not say.
fn also(clause: impl Display) -> String {
    format!("the body also does this: {clause}")
}

/// What the annotation promises of every way through the body.
fn not_always(clause: impl Display) -> String {
    format!("the body does not always do this: {clause}")
}

/// Whether whatever is returned is a new object of an allocator which nobody else knows.
fn returns_fresh(cx: Context<'_, '_>, provenance: &Provenance) -> bool {
    let mut objects = returned(cx).flat_map(|value| provenance.of(value));
    objects.all(|object| matches!(object, Object::Heap(_)) && !overwrite::is_exposed(cx, provenance, object))
}

/// The values that a function may return.
fn returned<'c>(cx: Context<'c, '_>) -> impl Iterator<Item = ValueId> + 'c {
    cx.body.insts.iter().filter_map(|inst| match inst.kind {
        InstKind::Return(value) => value,
        _ => None,
    })
}

/// The first thing in `inferred` that `declared` does not cover, in words.
fn exceeds(inferred: &Effects, declared: &Effects) -> Option<String> {
    for (index, param) in inferred.params.iter().enumerate() {
        let known = declared.param(index);
        if param.get && !known.get {
            return Some(also(format_args!("get(arg{index})")));
        }
        if param.put > known.put {
            let many = if param.put == Put::Loop { ", many" } else { "" };
            return Some(also(format_args!("put(arg{index}{many})")));
        }
        if known.renews && !param.renews {
            return Some(not_always(format_args!("reset(arg{index})")));
        }
        if known.optional && param.region && !param.optional {
            return Some(format!("the body uses arg{index} where that could be null"));
        }
        if param.reset && !known.reset {
            return Some(also(format_args!("reset(arg{index})")));
        }
    }
    let clause = |effects: Effects| effects.to_string().trim_end_matches("; nounwind").to_owned();
    let covered = |(from, to): &(Source, Sink)| {
        let mut known = declared.flows.iter();
        known.any(|(other_from, other_to)| other_from.covers(*from) && other_to.covers(*to))
    };
    if let Some(flow) = inferred.flows.iter().find(|flow| !covered(flow)) {
        return Some(also(clause(Effects {
            flows: BTreeSet::from([*flow]),
            ..Effects::default()
        })));
    }
    let left = inferred.cleanups.iter().find(|(index, count)| {
        let known = declared.cleanups.get(index).copied().unwrap_or_default();
        **count > known
    });
    if let Some((index, count)) = left {
        return Some(also(clause(Effects {
            cleanups: BTreeMap::from([(*index, *count)]),
            ..Effects::default()
        })));
    }
    // Of a number that was read nobody needs to say where.
    let beside = |source: &&Source| {
        matches!(source, Source::Arg(_) | Source::In(_)) && !declared.beside.contains(source)
    };
    if let Some(source) = inferred.beside.iter().find(beside) {
        return Some(also(format_args!("beside({source})")));
    }
    if inferred.runs > declared.runs {
        return Some(also(format_args!("cleanups({})", inferred.runs)));
    }
    let read = |source: &&Source| !declared.reads.iter().any(|known| known.covers(**source));
    if let Some(source) = inferred.reads.iter().find(read) {
        return Some(also(format_args!("get({source})")));
    }
    if inferred.roams && !declared.roams {
        return Some(also("get(global)"));
    }
    if let Some((index, offset)) = declared.sets.iter().find(|set| !inferred.sets.contains(set)) {
        return Some(not_always(format_args!("set(arg{index}[{offset}])")));
    }
    if let Some(index) = declared
        .drops
        .iter()
        .find(|index| !inferred.drops.contains(index))
    {
        return Some(not_always(format_args!("drop(arg{index})")));
    }
    if inferred.drops != declared.drops {
        // Among them is one more, or the order is another.
        return Some(also(clause(Effects {
            drops: inferred.drops.clone(),
            ..Effects::default()
        })));
    }
    let left = |(region, place): &&(u32, Sink)| {
        let mut known = declared.stale.iter();
        !known.any(|(other, known)| other == region && known.covers(*place))
    };
    if let Some(pair) = inferred.stale.iter().find(left) {
        return Some(also(clause(Effects {
            stale: BTreeSet::from([*pair]),
            ..Effects::default()
        })));
    }
    let late = |(region, used): &&(u32, Source)| {
        let mut known = declared.late.iter();
        !known.any(|(other, known)| other == region && known.covers(*used))
    };
    if let Some(pair) = inferred.late.iter().find(late) {
        return Some(also(clause(Effects {
            late: BTreeSet::from([*pair]),
            ..Effects::default()
        })));
    }
    if declared.diverges && !inferred.diverges {
        return Some("the body may return".to_owned());
    }
    if inferred.opens != declared.opens {
        let opens = |opens| {
            clause(Effects {
                opens,
                ..Effects::default()
            })
        };
        return Some(match inferred.opens {
            None => not_always(opens(declared.opens)),
            done => also(opens(done)),
        });
    }
    (inferred.unwinds && !declared.unwinds).then(|| "the body may unwind".to_owned())
}
