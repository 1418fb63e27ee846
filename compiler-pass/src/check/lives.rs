//! The ends of regions' lives, and what they leave stale: the state of [`super::stale`] and what changes it.

use super::context::Context;
use super::fields::{self, Field, Stored};
use super::overwrite;
use super::provenance::{Object, Provenance};
use crate::form::regions::Origin;
use crate::form::{InstId, InstKind, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Something that may be stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A value.
    Value(ValueId),
    /// One field of a stack slot.
    Field(Field),
    /// Anything in an object.
    Memory(Object),
}

/// Stale pairs.
#[derive(Clone, Default)]
pub struct State(BTreeSet<(Holder, RegionId)>);

impl State {
    /// The regions whose ended lives something may point into.
    pub fn of(&self, holder: Holder) -> impl Iterator<Item = RegionId> {
        self.0
            .range((
                Bound::Included((holder, RegionId::MIN)),
                Bound::Included((holder, RegionId::MAX)),
            ))
            .map(|(_, region)| *region)
    }

    /// The regions whose ended lives anything in an object may point into.
    pub fn in_memory(&self, object: Object) -> Vec<RegionId> {
        let mut regions: Vec<RegionId> = self.of(Holder::Memory(object)).collect();
        if let Object::Slot(slot) = object {
            regions.extend(self.0.range(fields_of(slot)).map(|(_, region)| *region));
        }
        regions
    }

    /// The memory of a stack slot holds nothing.
    pub fn forget_slot(&mut self, slot: InstId) {
        self.forget(Holder::Memory(Object::Slot(slot)));
        let fields: Vec<(Holder, RegionId)> = self.0.range(fields_of(slot)).copied().collect();
        for field in fields {
            self.0.remove(&field);
        }
    }

    /// Takes over what another state knows. True if there was anything new.
    pub fn join(&mut self, other: State) -> bool {
        let before = self.0.len();
        self.0.extend(other.0);
        self.0.len() > before
    }

    /// Something may point into an ended life of the region.
    pub fn add(&mut self, holder: Holder, region: RegionId) {
        self.0.insert((holder, region));
    }

    /// It does not any more.
    pub fn forget(&mut self, holder: Holder) {
        let regions: Vec<RegionId> = self.of(holder).collect();
        for region in regions {
            self.0.remove(&(holder, region));
        }
    }
}

fn fields_of(slot: InstId) -> std::ops::RangeInclusive<(Holder, RegionId)> {
    (Holder::Field(Field::first(slot)), RegionId::MIN)..=(Holder::Field(Field::last(slot)), RegionId::MAX)
}

/// The values and objects that each region's end makes stale.
pub fn watched(cx: Context<'_, '_>, provenance: &Provenance) -> BTreeMap<RegionId, BTreeSet<Holder>> {
    let mut watched: BTreeMap<RegionId, BTreeSet<Holder>> = BTreeMap::new();
    let ended: Vec<RegionId> = cx
        .regions
        .ids()
        .map(|(id, _)| id)
        .filter(|id| may_end(cx, *id))
        .collect();
    for region in ended {
        let param = match cx.regions.get(region).origin {
            Origin::Param(index) => Some(index),
            _ => None,
        };
        // The caller's pointers may lead into a region that it passed.
        let concerns = |object: Object| match object {
            Object::Region(id) => id == region,
            Object::Param(index) | Object::Beyond(index, _) => param.is_some_and(|own| own != index),
            _ => false,
        };
        let list = watched.entry(region).or_default();
        for index in 0..cx.body.values.len() {
            let value = ValueId::new(index);
            let is_handle = cx.regions.of_handle(cx.regions.canonical(value)).is_some()
                && !provenance
                    .of(value)
                    .any(|object| matches!(object, Object::Param(_) | Object::Beyond(..)));
            if !is_handle && provenance.of(value).any(concerns) {
                list.insert(Holder::Value(value));
            }
        }
        for (_, object) in provenance.ids() {
            let holds = provenance
                .contents(object)
                .any(|held| held == Object::Region(region))
                && !overwrite::certainly(cx, provenance, object, region);
            if holds && !matches!(object, Object::Slot(_)) && object != Object::Region(region) {
                list.insert(Holder::Memory(object));
            }
        }
        for (slot, stored) in fields::stores(cx, provenance, region) {
            match stored {
                Stored::At(offsets) => {
                    list.extend(
                        offsets
                            .into_iter()
                            .map(|offset| Holder::Field(Field { slot, offset })),
                    );
                }
                Stored::Anywhere => {
                    list.insert(Holder::Memory(Object::Slot(slot)));
                }
            }
        }
    }
    watched
}

fn may_end(cx: Context<'_, '_>, region: RegionId) -> bool {
    cx.body
        .insts
        .iter()
        .any(|inst| ends(cx, inst.kind).contains(&region))
}

/// The regions whose values an instruction ends.
pub fn ends(cx: Context<'_, '_>, kind: InstKind<'_>) -> Vec<RegionId> {
    match kind {
        InstKind::Operation(Operation::Pop | Operation::Reset, operands) => {
            cx.regions.resolve(cx.body, operands[0]).regions
        }
        InstKind::Call(call) => {
            let Some(effects) = cx.effects_of(&call) else {
                return Vec::new();
            };
            let resets = effects
                .params
                .iter()
                .enumerate()
                .filter(|(_, p)| p.reset)
                .map(|(index, _)| index);
            let drops = effects.drops.iter().map(|index| *index as usize);
            resets
                .chain(drops)
                .filter_map(|index| call.args.get(index))
                .flat_map(|argument| cx.regions.resolve(cx.body, argument.value).regions)
                .collect()
        }
        _ => Vec::new(),
    }
}
