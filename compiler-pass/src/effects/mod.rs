//! Effect summaries: what a function does to regions and pointers, as its callers see it.
//!
//! A summary speaks of the function's parameters only. A call site instantiates it with its own arguments, so
//! the analysis of calls is context-sensitive without looking into a body twice.
//!
//! The lattice: a summary grows. `Put` climbs `No < Finite < Loop`, flags climb `false < true`, flow sets
//! climb by inclusion. Recursion is solved by iterating from the least summary until nothing grows.
//!
//! Phases: [`grammar`] reads summaries and `text` writes them, [`manifest`] knows functions by name, and the
//! checker's phases infer the rest (`check::summary`).

mod callback;
pub mod grammar;
pub mod manifest;
mod text;

use crate::form::offset::Offset;
pub use callback::{Callback, Given};
use std::collections::{BTreeMap, BTreeSet};

/// How often a function allocates in a region during one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Put {
    /// Never.
    #[default]
    No,
    /// At most as often as its body has allocation sites.
    Finite,
    /// No static bound: a loop or a recursion repeats the allocation.
    Loop,
}

/// What a function does with one parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParamEffects {
    /// Used as a region.
    pub region: bool,
    /// Memory that it points to is accessed: objects of the region, or what the pointer points to.
    pub get: bool,
    /// Allocates in it.
    pub put: Put,
    /// Ends every value in it and keeps the region.
    pub reset: bool,
    /// Does so on every way to its return.
    pub renews: bool,
    /// Must be a bounded region.
    pub bounded: bool,
    /// Used as a region only where it is not null: callers may pass null.
    pub optional: bool,
}

/// A number of cleanups. The lattice climbs to *many* after few steps, so that recursions settle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u32);

impl Count {
    /// No bound is known.
    pub const MANY: Count = Count(u32::MAX);
    /// The largest number that is told from *many*.
    pub const MOST: u32 = 32;

    /// This many.
    pub fn of(number: u32) -> Count {
        if number > Count::MOST {
            Count::MANY
        } else {
            Count(number)
        }
    }

    /// Both together.
    pub fn plus(self, other: Count) -> Count {
        Count::of(self.0.saturating_add(other.0))
    }

    /// Whether there are any.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Whether they are more than so many.
    pub fn exceeds(self, number: u32) -> bool {
        self.0 > number || self == Count::MANY
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Count::MANY => f.write_str("many"),
            Count(number) => write!(f, "{number}"),
        }
    }
}

/// How many reads a summary tells apart. Two separate a structure from what its fields point to, and that from the rest.
pub const MAX_DEPTH: u8 = 2;

/// The number of the argument by which [`Source::In`] and [`Sink::In`] name the region that the function opened and
/// returns.
pub const RETURNED: u32 = u32::MAX;

/// Where a pointer comes from, as a summary names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The argument itself.
    Arg(u32),
    /// The pointer that is read so many bytes from where the argument points.
    Field(u32, i64),
    /// The number that lies so many bytes (the last) from where the argument points, or from where the pointer points that
    /// lies so many bytes from there, if it is an address: where its place is not known exactly, it is none.
    Word(u32, Option<i64>, i64),
    /// A pointer that is read anywhere from what [`Source::Field`] leads to.
    Inside(u32, i64),
    /// A pointer that so many reads from the argument lead to; at [`MAX_DEPTH`], so many or more.
    Beyond(u32, u8),
    /// An object allocated in the region that the argument names.
    In(u32),
    /// Memory that is nobody's argument: a global variable, or fresh memory of an allocator.
    Outside,
}

/// Where a pointer goes, as a summary names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// The function's result.
    Return,
    /// A global, the heap, another thread: a place that outlives every region.
    Global,
    /// Memory that the argument points to.
    Arg(u32),
    /// The pointer-sized place so many bytes from where the argument points.
    Field(u32, i64),
    /// Memory that so many reads from the argument lead to; at [`MAX_DEPTH`], so many or more.
    Beyond(u32, u8),
    /// An object in the region that the argument names.
    In(u32),
    /// An allocator that takes back what it once handed out.
    Freed,
    /// A function that nobody described.
    Unknown,
}

/// The effects of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Of each parameter; parameters past the end have none.
    pub params: Vec<ParamEffects>,
    /// Every argument is accessed, variadic ones included.
    pub get_all: bool,
    /// The pointers, read from what the arguments point to, through which memory is accessed.
    pub reads: BTreeSet<Source>,
    /// The pointers that move.
    pub flows: BTreeSet<(Source, Sink)>,
    /// Where the addresses come from that numbers beside pointers in its result may be.
    pub beside: BTreeSet<Source>,
    /// The region parameters that it ends, in the order in which it ends them.
    pub drops: Vec<u32>,
    /// `(region, pointer)`: memory is accessed through the pointer after the values of the region ended.
    pub late: BTreeSet<(u32, Source)>,
    /// `(region, place)`: the result, or a pointer that it stored in the place, may point to values of the region that
    /// it ended.
    pub stale: BTreeSet<(u32, Sink)>,
    /// It returns a region that it opened and left open; `Some(true)` if that region is bounded.
    pub opens: Option<bool>,
    /// `(argument, offset)`: the pointer-sized place so many bytes from where the argument points is overwritten on every
    /// way to a return.
    pub sets: BTreeSet<(u32, i64)>,
    /// How many cleanups it leaves registered in the region of an argument, or in the one that it opens and returns
    /// ([`RETURNED`]).
    pub cleanups: BTreeMap<u32, Count>,
    /// How many cleanups the end of a region in it runs at most, in what it calls included.
    pub runs: Count,
    /// It calls functions that nobody described. Not part of the text.
    pub calls_unknown: bool,
    /// The result is a new object of an allocator, which nobody else knows.
    pub fresh: bool,
    /// It calls functions that it is given.
    pub calls: Vec<Callback>,
    /// The handles that it finds in what its arguments point to: the number that stands for each of them here, and where it
    /// lies. The text can be printed, and not be read.
    pub carried: BTreeMap<u32, String>,
    /// It follows pointers that it finds in global memory.
    pub roams: bool,
    /// `(pointer, offset, bytes)`: so many bytes past what the pointer leads to, so many bytes are written otherwise than in
    /// whole pointers. Not part of the text: what a text describes may write what it is given in any way.
    pub tears: BTreeSet<(Source, Offset, u32)>,
    /// It may store, return or pass on bytes that it read from memory of others, and that are no pointer by their type. Not
    /// part of the text: what a text describes may do so.
    pub moves_bytes: bool,
    /// It may keep such pointers elsewhere, or return them. Not part of the text: what a text says to roam may keep.
    pub keeps_found: bool,
    /// It may unwind.
    pub unwinds: bool,
    /// It never returns normally.
    pub diverges: bool,
    /// Its flows no longer tell the fields of arguments apart ([`Effects::forget_fields`]).
    pub is_coarse: bool,
    /// It has more flows than are followed ([`Effects::give_up`]).
    pub is_given_up: bool,
}

/// How many flows a summary has that tells fields apart.
const MAX_FLOWS: usize = 96;
/// How many flows a summary has at all: those of 60 parameters that are all stored in one another fit.
const MAX_COARSE_FLOWS: usize = 1 << 14;

impl Source {
    /// The argument that it speaks of.
    pub fn argument(self) -> Option<u32> {
        match self {
            Source::Arg(index)
            | Source::Field(index, _)
            | Source::Word(index, ..)
            | Source::Inside(index, _)
            | Source::Beyond(index, _)
            | Source::In(index) => Some(index),
            Source::Outside => None,
        }
    }

    /// Whether whatever the other names, this does too.
    pub fn covers(self, other: Source) -> bool {
        self == other || other.wider().contains(&Some(self))
    }

    /// The other sources that cover it.
    fn wider(self) -> [Option<Source>; 2] {
        match self {
            Source::Word(index, None, offset) => {
                [Some(Source::Field(index, offset)), Some(Source::Beyond(index, 1))]
            }
            Source::Word(index, Some(through), _) => {
                let inside = Source::Inside(index, through);
                [Some(inside), Some(Source::Beyond(index, MAX_DEPTH))]
            }
            Source::Field(index, _) => [Some(Source::Beyond(index, 1)), None],
            Source::Inside(index, _) => [Some(Source::Beyond(index, MAX_DEPTH)), None],
            Source::Arg(_) | Source::Beyond(..) | Source::In(_) | Source::Outside => [None, None],
        }
    }
}

impl Sink {
    /// The argument that it speaks of.
    pub fn argument(self) -> Option<u32> {
        match self {
            Sink::Arg(index) | Sink::Field(index, _) | Sink::Beyond(index, _) | Sink::In(index) => {
                Some(index)
            }
            Sink::Return | Sink::Global | Sink::Freed | Sink::Unknown => None,
        }
    }

    /// Whether whatever the other names, this does too.
    pub fn covers(self, other: Sink) -> bool {
        self == other || other.wider() == Some(self)
    }

    /// The other sink that covers it.
    fn wider(self) -> Option<Sink> {
        match self {
            Sink::Field(index, _) => Some(Sink::Arg(index)),
            _ => None,
        }
    }
}

impl Effects {
    /// Makes every field of what an argument points to one: the flows of a summary that has very many, since callers
    /// instantiate each. From which fields its result comes it still tells.
    pub fn forget_fields(&mut self) {
        let whole = |source| match source {
            Source::Field(index, _) => Source::Beyond(index, 1),
            Source::Inside(index, _) => Source::Beyond(index, MAX_DEPTH),
            other => other,
        };
        let all = |sink| match sink {
            Sink::Field(index, _) => Sink::Arg(index),
            other => other,
        };
        let flows = std::mem::take(&mut self.flows);
        self.flows = flows
            .into_iter()
            .map(|(from, to)| match to {
                // A number that is returned can be told from a pointer by the field only, and these flows are few.
                Sink::Return => (from, to),
                _ => (whole(from), all(to)),
            })
            .collect();
        self.reads = std::mem::take(&mut self.reads).into_iter().map(whole).collect();
        self.is_coarse = true;
        self.drop_covered();
    }

    /// Drops what is said twice: the fields of an argument where all of it is meant. A summary with very many flows
    /// forgets the fields.
    pub fn simplify(&mut self) {
        if self.flows.len() > MAX_FLOWS {
            self.forget_fields();
        } else {
            self.drop_covered();
        }
        if self.flows.len() > MAX_COARSE_FLOWS {
            self.give_up();
        }
    }

    /// Takes all that moves for something that an undescribed function gets hold of: flows are pairs, and of very many
    /// parameters there are too many of them. The function is reported as not analysed.
    pub fn give_up(&mut self) {
        let moved = self.flows.iter().filter_map(|(from, _)| from.argument());
        self.flows = moved.map(|index| (Source::Arg(index), Sink::Unknown)).collect();
        self.is_coarse = true;
        self.is_given_up = true;
    }

    /// Cost: a few look-ups for each entry. Summaries of several thousand flows exist.
    fn drop_covered(&mut self) {
        let wider = |source: Source| source.wider().into_iter().flatten();
        let reads = self.reads.clone();
        self.reads
            .retain(|source| !wider(*source).any(|other| reads.contains(&other)));
        let late = self.late.clone();
        self.late
            .retain(|(region, source)| !wider(*source).any(|other| late.contains(&(*region, other))));
        let flows = self.flows.clone();
        let sets = !self.sets.is_empty();
        self.flows.retain(|(from, to)| {
            // What is stored where it was read from, unless some place is said to be overwritten: it may be the same.
            let is_idle = matches!((from, to), (Source::Field(from, offset), Sink::Field(to, other))
                if from == to && offset == other && !sets);
            // See `forget_fields`.
            let is_number_perhaps =
                matches!((from, to), (Source::Field(..) | Source::Word(..), Sink::Return));
            let sinks = || std::iter::once(*to).chain(to.wider());
            let is_covered = to.wider().is_some_and(|to| flows.contains(&(*from, to)))
                || wider(*from).any(|from| sinks().any(|to| flows.contains(&(from, to))));
            !is_idle && (is_number_perhaps || !is_covered)
        });
    }

    /// What it does with parameter `index`.
    pub fn param(&self, index: usize) -> ParamEffects {
        let mut effects = self.params.get(index).cloned().unwrap_or_default();
        effects.get |= self.get_all;
        effects
    }

    /// The entry of parameter `index`, made if missing.
    pub fn param_mut(&mut self, index: usize) -> &mut ParamEffects {
        if self.params.len() <= index {
            self.params.resize_with(index + 1, ParamEffects::default);
        }
        &mut self.params[index]
    }

    /// Whether parameter `index` is a region.
    pub fn is_region(&self, index: usize) -> bool {
        self.params.get(index).is_some_and(|param| param.region) || self.drops.contains(&(index as u32))
    }
}
