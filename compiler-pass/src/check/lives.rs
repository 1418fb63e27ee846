//! The lives of regions: what ends them, what holds pointers into them, and the state of [`super::stale`].
//!
//! A holder is a value or a cell of memory. The state says of each which regions it may point into, and whether that
//! life of the region is going on or has ended. Cells of stack slots are followed exactly; of all other memory only
//! what has ended is in the state, since [`super::provenance`] tells what it may hold at all.

use super::context::Context;
use super::object::Object;
use super::overwrite;
use super::provenance::Provenance;
use crate::form::offset::Offset;
use crate::form::regions::Origin;
use crate::form::{BlockId, InstId, InstKind, ObjectId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Something that may point into a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A value.
    Value(ValueId),
    /// The pointer in the caller's memory that leads to this object of the caller's.
    Caller(ObjectId),
    /// A cell of an object.
    Cell(ObjectId, Offset),
}

/// Which life of a region a pointer leads into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// The one that goes on, if there is one.
    Current,
    /// One that ended.
    Ended,
}

/// What holders may point into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(BTreeSet<(Holder, RegionId, Life)>);

impl State {
    /// The lives that a holder may point into.
    pub fn of(&self, holder: Holder) -> impl Iterator<Item = (RegionId, Life)> {
        let low = (holder, RegionId::MIN, Life::Current);
        let high = (holder, RegionId::MAX, Life::Ended);
        self.0
            .range((Bound::Included(low), Bound::Included(high)))
            .map(|(_, region, life)| (*region, *life))
    }

    /// The regions of which a holder may point into an ended life.
    pub fn ended(&self, holder: Holder) -> impl Iterator<Item = RegionId> {
        self.of(holder)
            .filter(|(_, life)| *life == Life::Ended)
            .map(|(region, _)| region)
    }

    /// Everything that is known.
    pub fn iter(&self) -> impl Iterator<Item = (Holder, RegionId, Life)> {
        self.0.iter().copied()
    }

    /// The cells of an object of which something is known.
    pub fn cells(&self, object: ObjectId) -> impl Iterator<Item = (Offset, RegionId, Life)> {
        let low = (Holder::Cell(object, Offset::LEAST), RegionId::MIN, Life::Current);
        self.0
            .range(low..)
            .map_while(move |(holder, region, life)| match holder {
                Holder::Cell(of, offset) if *of == object => Some((*offset, *region, *life)),
                _ => None,
            })
    }

    /// A holder may point into a life of a region.
    pub fn add(&mut self, holder: Holder, region: RegionId, life: Life) {
        self.0.insert((holder, region, life));
    }

    /// A holder points into no region.
    pub fn forget(&mut self, holder: Holder) {
        let lives: Vec<(RegionId, Life)> = self.of(holder).collect();
        for (region, life) in lives {
            self.0.remove(&(holder, region, life));
        }
    }

    /// Keeps what is true of a holder.
    pub fn retain(&mut self, keep: impl Fn(Holder) -> bool) {
        self.0.retain(|(holder, ..)| keep(*holder));
    }

    /// Current lives of a region are ended ones from here on.
    pub fn end(&mut self, region: RegionId) {
        let ending: Vec<Holder> = self
            .0
            .iter()
            .filter(|(_, of, life)| *of == region && *life == Life::Current)
            .map(|(holder, ..)| *holder)
            .collect();
        for holder in ending {
            self.0.remove(&(holder, region, Life::Current));
            self.0.insert((holder, region, Life::Ended));
        }
    }

    /// Takes over what another state knows. True if there was anything new.
    pub fn join(&mut self, other: State) -> bool {
        let before = self.0.len();
        self.0.extend(other.0);
        self.0.len() > before
    }
}

/// How many holders are looked at for whether they are overwritten in time; the others count as not.
const MAX_ASKS: u32 = 64;

/// The regions that may end in a function, and what their ends leave behind in memory that is not followed cell by cell.
pub fn watched(cx: Context<'_, '_>, provenance: &Provenance) -> BTreeMap<RegionId, Vec<Holder>> {
    let mut ended: BTreeMap<RegionId, Vec<Holder>> = BTreeMap::new();
    let mut asks = MAX_ASKS;
    for inst in cx.body.insts {
        for region in ends(cx, inst.block, inst.kind) {
            ended.entry(region).or_default();
        }
    }
    for (region, holders) in &mut ended {
        let param = match cx.regions.get(*region).origin {
            Origin::Param(index) => Some(index),
            _ => None,
        };
        for (id, object) in provenance.ids() {
            // The caller's pointers may lead into a region that it passed.
            if let (Some(own), Some(source)) = (param, object.callers())
                && !matches!(object, Object::Param(_))
                && source.argument() != Some(own)
            {
                holders.push(Holder::Caller(id));
            }
            let followed = is_followed(cx, object) || object.region() == Some(*region);
            if let Some(own) = param
                && !followed
            {
                let may_end = |held: ObjectId| {
                    let source = provenance.get(held).passed();
                    source.is_some_and(|source| source.argument() != Some(own))
                };
                let cells = provenance.cells(id).iter();
                let cells = cells.filter(|(_, held)| held.objects().any(may_end));
                holders.extend(cells.map(|(offset, _)| Holder::Cell(id, *offset)));
            }
            if followed || !provenance.holds(object, *region) {
                continue;
            }
            let asked = asks.checked_sub(1);
            asks = asked.unwrap_or(0);
            if asked.is_some() && overwrite::certainly(cx, provenance, object, *region) {
                continue;
            }
            let cells = provenance.cells(id).iter().filter(|(_, held)| {
                held.objects()
                    .any(|held| provenance.get(held).region() == Some(*region))
            });
            holders.extend(cells.map(|(offset, _)| Holder::Cell(id, *offset)));
        }
    }
    ended
}

/// Whether the state follows an object cell by cell: a stack slot of which there is only one in each activation.
pub fn is_followed(cx: Context<'_, '_>, object: Object) -> bool {
    match object {
        Object::Slot(id) => {
            let inst = cx.body.inst(id);
            inst.block == BlockId::new(0) && matches!(inst.kind, InstKind::StackSlot)
        }
        _ => false,
    }
}

/// The regions whose values an instruction of a basic block ends.
pub fn ends(cx: Context<'_, '_>, block: BlockId, kind: InstKind<'_>) -> Vec<RegionId> {
    match kind {
        InstKind::Operation(Operation::Pop | Operation::Reset, operands) => {
            cx.resolve(block, operands[0]).regions
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
                .flat_map(|argument| cx.resolve(block, argument.value).regions)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// For each basic block, the values among `watched` that it or a later one still uses: sorted.
pub fn live_in(cx: Context<'_, '_>, watched: impl Fn(ValueId) -> bool) -> Vec<Vec<ValueId>> {
    let body = cx.body;
    let mut preds: Vec<Vec<BlockId>> = vec![Vec::new(); body.blocks.len()];
    for (index, block) in body.blocks.iter().enumerate() {
        for succ in block.succs {
            preds[succ.index()].push(BlockId::new(index));
        }
    }
    // The basic blocks at whose start, and at whose end, a value is wanted.
    let mut uses: BTreeMap<ValueId, (Vec<BlockId>, Vec<BlockId>)> = BTreeMap::new();
    for inst in body.insts {
        if let InstKind::Phi(incoming) = inst.kind {
            for (from, value) in incoming.iter().filter(|(_, value)| watched(*value)) {
                uses.entry(*value).or_default().1.push(*from);
            }
            continue;
        }
        for value in inst.kind.operands().into_iter().filter(|value| watched(*value)) {
            let defined_here = body.def(value).is_some_and(|(_, def)| def.block == inst.block);
            if !defined_here {
                uses.entry(value).or_default().0.push(inst.block);
            }
        }
    }
    let mut live: Vec<Vec<ValueId>> = vec![Vec::new(); body.blocks.len()];
    for (value, (starts, ends)) in uses {
        let home = body.def(value).map(|(_, def)| def.block);
        let mut work = starts;
        work.extend(ends.into_iter().filter(|block| Some(*block) != home));
        while let Some(block) = work.pop() {
            // Values are visited in order: the last entry is the greatest.
            if live[block.index()].last() == Some(&value) {
                continue;
            }
            live[block.index()].push(value);
            work.extend(
                preds[block.index()]
                    .iter()
                    .filter(|pred| Some(**pred) != home)
                    .copied(),
            );
        }
    }
    live
}

/// The instruction that ends a region and stands last before `before`, or the first one.
pub fn end_before(cx: Context<'_, '_>, region: RegionId, before: InstId) -> Option<InstId> {
    let mut all = cx
        .body
        .inst_ids()
        .filter(|(_, inst)| ends(cx, inst.block, inst.kind).contains(&region))
        .map(|(id, _)| id);
    let first = all.next()?;
    Some(all.take_while(|end| *end < before).last().unwrap_or(first))
}
