//! Regions that a loop opens and ends each time round are opened once before it, and reset each time round.
//!
//! The region keeps its first block from one turn to the next: it stays warm, and what opened and ended it each turn becomes a
//! comparison ([`entry::WARM`]). The price is that block: the region holds it for the rest of the turn, too. In a function that is
//! active once at a time, that is one block for each such region at most. It would be more if the pool were idle between two turns: then it
//! forgets how it was cut into runs. So either another region is open around the loop, or nothing in the loop asks for a run.
//!
//! Right because the region ends in the turn that opened it, on every way round: so whatever the reset ends, the end of the region
//! ended before. The region is ended on every way out of the loop, but where it is open: no such way returns, and what its objects say
//! may still be read there. A call that may unwind out of the loop would pass by the end, so there must be none.

use super::Report;
use super::edit;
use super::facts::Facts;
use super::groups::is_quiet;
use super::site::{Request, Site, operation_of};
use crate::llvm::change;
use crate::llvm::flow::{Flow, Loop};
use crate::llvm::{Block, Module, Value, shim};
use crate::lower::entry;
use crate::operation::{Operation, Slot};
use inkwell::llvm_sys::core::LLVMGetInstructionParent;
use std::collections::HashSet;
use std::rc::Rc;

/// An object of at most so many bytes lies in a block, whatever the runtime's block size.
const SMALL: u64 = 900;

/// How many pairs of a region and a basic block are looked at.
const MAX_WORK: usize = 1 << 20;

/// How many regions of one function are moved. Each changes the flow graph.
const MAX_REGIONS: usize = 64;

/// Moves what a function's loops open.
pub fn run<'m>(module: Module<'m>, function: Value<'m>, facts: &Facts<'m>, report: &mut Report) {
    if !facts.is_sound(function) || facts.is_recursive(function) {
        return;
    }
    for _ in 0..MAX_REGIONS {
        let flow = Flow::new(function);
        let sites = Site::all(function, facts);
        if sites.len() * flow.len() > MAX_WORK {
            return;
        }
        let found = sites
            .iter()
            .find_map(|site| suits(site, &sites, &flow, facts).map(|(around, exits)| (site, around, exits)));
        let Some((site, around, exits)) = found else {
            return;
        };
        let Some(()) = hoist(module, site, &flow, &around, &exits) else {
            return;
        };
        report.hoisted += 1;
    }
}

/// The loop that a region can be opened before, and the basic blocks that the loop is left to with the region ended.
fn suits<'m>(
    site: &Site<'m>,
    sites: &[Site<'m>],
    flow: &Flow<'m>,
    facts: &Facts<'m>,
) -> Option<(Rc<Loop>, Vec<usize>)> {
    let (opened, number) = flow.place(site.push)?;
    if !flow.is_reached(opened) || site.pops.is_empty() {
        return None;
    }
    let around = flow.loops(opened).next()?;
    let inside = |value: Value<'m>| flow.place(value).is_some_and(|at| around.body.contains(&at.0));
    if !site.uses().all(inside) {
        return None;
    }
    let open = open_at(site, flow, &around, (opened, number))?;
    // The region must have ended whenever a turn has.
    if open.contains(&around.header) {
        return None;
    }
    // What the budget is computed from has to be there before the loop.
    if let Some(budget) = site.budget
        && budget.opcode().is_some()
        && flow
            .number(parent(budget))
            .is_none_or(|at| around.body.contains(&at))
    {
        return None;
    }
    let mut exits = flow.exits(&around)?;
    exits.retain(|exit| !open.contains(exit));
    let unwinds = around.body.iter().any(|at| {
        let mut insts = flow.block(*at).instructions();
        insts.any(|inst| may_unwind(inst))
    });
    (!unwinds && !was_idle(site, flow, &around) && is_outermost(sites, flow, &around, &exits, facts))
        .then_some((around, exits))
}

/// Whether the region, opened before the loop, would be innermost again wherever it is ended: no region that is opened in the loop is open
/// at an exit, and none from before ends in the loop.
fn is_outermost<'m>(
    sites: &[Site<'m>],
    flow: &Flow<'m>,
    around: &Loop,
    exits: &[usize],
    facts: &Facts<'m>,
) -> bool {
    let mut calls = around
        .body
        .iter()
        .flat_map(|at| flow.block(*at).instructions())
        .filter(|inst| inst.is_call());
    calls.all(|call| match operation_of(call) {
        Some(Operation::Push | Operation::PushBounded) => {
            let site = sites.iter().find(|site| site.push == call);
            site.zip(flow.place(call)).is_some_and(|(site, place)| {
                open_at(site, flow, around, place)
                    .is_some_and(|open| !exits.iter().any(|exit| open.contains(exit)))
            })
        }
        Some(Operation::Pop) => call.arguments().first().is_some_and(|region| {
            flow.place(*region)
                .is_some_and(|(at, _)| around.body.contains(&at))
        }),
        Some(_) => true,
        None => is_quiet(call) || !facts.may_open(call),
    })
}

/// Whether the pool may have been idle between two turns, and may have been cut into runs in one.
fn was_idle<'m>(site: &Site<'m>, flow: &Flow<'m>, around: &Loop) -> bool {
    let calls = around.body.iter().flat_map(|at| flow.block(*at).instructions());
    let calls: Vec<Value<'m>> = calls.filter(|inst| inst.is_call()).collect();
    let is_outside = |region: &Value<'m>| {
        *region != site.push
            && (region.opcode().is_none()
                || flow
                    .number(parent(*region))
                    .is_some_and(|at| !around.body.contains(&at)))
    };
    let region_of = |call: &Value<'m>, is_end: bool| -> Option<Value<'m>> {
        let operation = operation_of(*call)?;
        let works =
            operation.parameters().first() == Some(&Slot::Region) && (operation == Operation::Pop) == is_end;
        call.arguments().first().copied().filter(|_| works)
    };
    let ended: HashSet<Value<'m>> = calls.iter().filter_map(|call| region_of(call, true)).collect();
    let stays_open = |call: &Value<'m>| {
        region_of(call, false).is_some_and(|region| is_outside(&region) && !ended.contains(&region))
    };
    !calls.iter().any(stays_open) && calls.iter().any(|call| may_ask_for_a_run(*call))
}

fn may_ask_for_a_run(call: Value<'_>) -> bool {
    match operation_of(call) {
        Some(operation) if operation.allocates() && !operation.registers() => {
            let is_small = Request::of(call).is_some_and(|request| request.size <= SMALL);
            let budget = call
                .arguments()
                .first()
                .filter(|region| operation_of(**region) == Some(Operation::PushBounded))
                .and_then(|region| region.arguments().first()?.as_integer());
            !is_small && budget.is_none_or(|budget| budget.cast_unsigned() > SMALL)
        }
        Some(_) => false,
        None => !is_quiet(call),
    }
}

/// The basic blocks that control may come to with the region open, as far as those that end it, the loop's header and what lies
/// outside of the loop. `None` if they are more than can be looked at.
fn open_at(
    site: &Site<'_>,
    flow: &Flow<'_>,
    around: &Loop,
    opened: (usize, usize),
) -> Option<HashSet<usize>> {
    let ends: Vec<(usize, usize)> = site.pops.iter().filter_map(|pop| flow.place(*pop)).collect();
    if ends
        .iter()
        .any(|(at, number)| *at == opened.0 && *number > opened.1)
    {
        return Some(HashSet::new());
    }
    flow.reach(opened.0, |at| {
        at == around.header || !around.body.contains(&at) || ends.iter().any(|(end, _)| *end == at)
    })
}

fn may_unwind(inst: Value<'_>) -> bool {
    // An operation never does.
    inst.is_call() && operation_of(inst).is_none() && inst.call_facts() & shim::FN_NOUNWIND == 0
}

fn parent<'m>(inst: Value<'m>) -> Block<'m> {
    // SAFETY: LLVM-I1, LLVM-I2: asked of instructions only, which have a parent.
    unsafe { Block::from_raw(LLVMGetInstructionParent(inst.raw())) }
}

/// Opens the region before the loop, resets it where it ended, and ends it on the ways out.
fn hoist<'m>(
    module: Module<'m>,
    site: &Site<'m>,
    flow: &Flow<'m>,
    around: &Loop,
    exits: &[usize],
) -> Option<()> {
    let (before, ways_out) = flow.separate(around, exits)?;
    let like = *site.pops.first()?;
    for way_out in ways_out {
        edit::operate(module, Operation::Pop, site.push, way_out.terminator()?, like);
    }
    for pop in &site.pops {
        let reset = edit::operate(module, Operation::Reset, site.push, *pop, *pop);
        change::mark(reset, entry::WARM);
    }
    change::move_before(site.push, before.terminator()?);
    site.pops.iter().copied().for_each(change::erase);
    Some(())
}
