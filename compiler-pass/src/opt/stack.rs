//! Objects that become stack slots, and regions that vanish.
//!
//! An object of a region that the function itself opens dies before the function returns. If its size is a small constant, and
//! its allocation happens at most once in a life of the region, one slot of the frame serves: LLVM can then take it apart
//! into registers. A region into which nothing is left to be allocated is not opened.
//!
//! The frame grows by at most [`MOST`] bytes in a function, and only in functions that are active once at a time.

use super::Report;
use super::facts::Facts;
use super::site::{Request, Site};
use crate::llvm::change;
use crate::llvm::flow::Flow;
use crate::llvm::{Module, Value};
use crate::lower::rewrite::forget_tail_calls;

/// How many bytes of a function's frame may be used, in all.
pub const MOST: u64 = 1024;
/// The largest object that becomes a slot, in bytes.
pub const LARGEST: u64 = 256;
/// The strictest alignment of a slot: what every target's stack has or gets without effort.
const MAX_ALIGN: u64 = 16;

/// Gives the objects of a function slots, where that is right and small.
pub fn run<'m>(module: Module<'m>, function: Value<'m>, facts: &Facts<'m>, report: &mut Report) {
    if !facts.is_sound(function) {
        return;
    }
    if !facts.is_recursive(function) {
        let flow = Flow::new(function);
        let mut left = MOST;
        let mut chosen = Vec::new();
        for site in Site::all(function, facts) {
            let (slots, bytes) = slots_of(&site, &flow, left);
            left -= bytes;
            chosen.extend(slots);
        }
        if !chosen.is_empty() {
            for (allocation, request) in chosen {
                change::replace(
                    allocation,
                    change::slot(module, function, request.size, request.align),
                );
                report.slots += 1;
            }
            // A `tail` call promises not to touch the frame.
            forget_tail_calls(function);
        }
    }
    for site in Site::all(function, facts) {
        if site.allocations.is_empty() && site.calls.is_empty() && site.cleanups.is_empty() {
            site.uses().for_each(change::erase);
            change::erase(site.push);
            report.vanished += 1;
        }
    }
}

/// The objects of a region that become slots, and the bytes these take of what is left.
fn slots_of<'m>(site: &Site<'m>, flow: &Flow<'m>, left: u64) -> (Vec<(Value<'m>, Request)>, u64) {
    let mut slots = Vec::new();
    let mut bytes = 0;
    for &allocation in &site.allocations {
        if let Some(request) = request_of(site, allocation, flow)
            && bytes + request.size <= left
        {
            bytes += request.size;
            slots.push((allocation, request));
        }
    }
    let is_whole = slots.len() == site.allocations.len() && site.calls.is_empty() && site.cleanups.is_empty();
    // A budget that is too small is exhaustion, and stays so: all of a region's objects fit it, or none becomes a slot.
    let is_covered = site.budget.is_none_or(|budget| {
        let padded: u64 = slots
            .iter()
            .map(|(_, request)| request.size + request.align)
            .sum();
        is_whole
            && budget
                .as_integer()
                .is_some_and(|budget| budget.cast_unsigned() >= padded)
    });
    if is_covered {
        (slots, bytes)
    } else {
        (Vec::new(), 0)
    }
}

/// The request of an allocation that one slot can serve.
fn request_of<'m>(site: &Site<'m>, allocation: Value<'m>, flow: &Flow<'m>) -> Option<Request> {
    let request =
        Request::of(allocation).filter(|request| request.size <= LARGEST && request.align <= MAX_ALIGN)?;
    let (at, _) = flow.place(allocation)?;
    is_once(site, at, flow).then_some(request)
}

/// Whether a basic block is executed at most once in a life of the region, or between two resets.
pub fn is_once<'m>(site: &Site<'m>, at: usize, flow: &Flow<'m>) -> bool {
    let renews: Vec<usize> = std::iter::once(site.push)
        .chain(site.resets.iter().copied())
        .filter_map(|inst| flow.place(inst).map(|place| place.0))
        .collect();
    flow.is_reached(at) && !flow.repeats(at, |other| renews.contains(&other))
}
