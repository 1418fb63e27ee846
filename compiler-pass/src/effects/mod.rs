//! Effect summaries: what a function does to regions and pointers, as its callers see it.
//!
//! A summary speaks of the function's parameters only. A call site instantiates it with its own arguments, so
//! the analysis of calls is context-sensitive without looking into a body twice.
//!
//! The lattice: a summary grows. `Put` climbs `No < Finite < Loop`, flags climb `false < true`, flow sets
//! climb by inclusion. Recursion is solved by iterating from the least summary until nothing grows.
//!
//! Phases: [`grammar`] reads and writes summaries as text, [`manifest`] knows functions by name, and the
//! checker's phases infer the rest (`check::summary`).

pub mod grammar;
pub mod manifest;

use std::collections::BTreeSet;

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
    /// Memory that is reached from there, through pointers that were read, is accessed.
    pub get_beyond: bool,
    /// Allocates in it.
    pub put: Put,
    /// Ends every value in it and keeps the region.
    pub reset: bool,
    /// Does so on every way to its return.
    pub renews: bool,
    /// Must be a bounded region.
    pub bounded: bool,
}

/// How many reads a summary tells apart. Two separate a structure from what its fields point to, and that from the rest.
pub const MAX_DEPTH: u8 = 2;

/// Where a pointer comes from, as a summary names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The argument itself.
    Arg(u32),
    /// A pointer that so many reads from the argument lead to; at [`MAX_DEPTH`], so many or more.
    Beyond(u32, u8),
    /// An object allocated in the region that the argument names.
    In(u32),
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
    /// The pointers that move.
    pub flows: BTreeSet<(Source, Sink)>,
    /// The region parameters that it ends, in the order in which it ends them.
    pub drops: Vec<u32>,
    /// `(region, argument)`: memory is accessed through the argument after the values of the region ended.
    pub late: BTreeSet<(u32, u32)>,
    /// Region parameters whose ended values the result may point to.
    pub stale: BTreeSet<u32>,
    /// It returns a region that it opened and left open; `Some(true)` if that region is bounded.
    pub opens: Option<bool>,
    /// It may unwind.
    pub unwinds: bool,
    /// It never returns normally.
    pub diverges: bool,
}

impl Effects {
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
