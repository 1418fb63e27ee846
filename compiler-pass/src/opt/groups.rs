//! Allocations that execute together share one request, and so one comparison with the limit.
//!
//! The first of a group, its *leader*, asks for the bytes of all; the others are addresses behind its object. A *follower*
//! executes once for each time its leader does, and certainly after it, and in between nothing happens that could tell: no
//! region ends or is reset, and no function is called that does more than work on what its arguments point to. So the objects
//! live as long as before, and as many bytes are taken. Exhaustion is told at the leader: earlier than before by what lies
//! between.
//!
//! A group takes at most [`MOST`] bytes: what is left at the end of a block when a group goes on in the next one is below that.

use super::Report;
use super::edit;
use super::site::{Request, operation_of, plain_operation};
use crate::llvm::change;
use crate::llvm::flow::Flow;
use crate::llvm::{Module, Value, shim};
use crate::operation::Operation;
use inkwell::llvm_sys::LLVMOpcode;
use std::collections::{HashMap, HashSet};

/// How many bytes a group takes at most: 1.6 % of a block of 16 KiB.
pub const MOST: u64 = 256;
/// The strictest alignment of a member.
const MAX_ALIGN: u64 = 64;
/// How many basic blocks may lie between a leader and a follower.
const MAX_BETWEEN: usize = 32;

struct Group<'m> {
    leader: Value<'m>,
    at: (usize, usize),
    size: u64,
    align: u64,
    followers: Vec<(Value<'m>, u64)>,
}

/// Forms the groups of a function.
pub fn run<'m>(module: Module<'m>, function: Value<'m>, report: &mut Report) {
    let mut requests: Vec<(Value<'m>, Value<'m>, Request)> = Vec::new();
    for inst in function
        .blocks()
        .flat_map(|block| block.instructions().collect::<Vec<_>>())
    {
        if let Some(Operation::Alloc | Operation::AllocArray) = plain_operation(inst)
            && let Some(request) = Request::of(inst)
            && request.size < MOST
            && request.align <= MAX_ALIGN
            && let Some(&region) = inst.arguments().first()
        {
            requests.push((region, inst, request));
        }
    }
    if requests.len() < 2 {
        return;
    }
    let flow = Flow::new(function);
    let mut obstacles = Obstacles::new(&flow);
    // The youngest group of each region; an older one has something in between.
    let mut groups: Vec<Group<'m>> = Vec::new();
    let mut youngest: HashMap<Value<'m>, usize> = HashMap::new();
    for (region, inst, request) in requests {
        let Some(at) = flow.place(inst).filter(|at| flow.is_reached(at.0)) else {
            continue;
        };
        if let Some(group) = youngest.get(&region).map(|index| &mut groups[*index]) {
            let offset = group.size.next_multiple_of(request.align);
            if offset + request.size <= MOST && follows(group.at, at, &flow, &mut obstacles) {
                group.size = offset + request.size;
                group.align = group.align.max(request.align);
                group.followers.push((inst, offset));
                continue;
            }
        }
        youngest.insert(region, groups.len());
        groups.push(Group {
            leader: inst,
            at,
            size: request.size,
            align: request.align,
            followers: Vec::new(),
        });
    }
    for group in groups.into_iter().filter(|group| !group.followers.is_empty()) {
        let shared = edit::allocate(module, group.leader, group.size, group.align);
        for (follower, offset) in &group.followers {
            change::replace(*follower, edit::address_behind(shared, *offset));
            report.shared += 1;
        }
        change::replace(group.leader, shared);
    }
}

/// Whether what is at `later` executes exactly once for each time that what is at `leader` does, after it, with no obstacle in
/// between.
fn follows(
    leader: (usize, usize),
    later: (usize, usize),
    flow: &Flow<'_>,
    obstacles: &mut Obstacles<'_, '_>,
) -> bool {
    if leader.0 == later.0 {
        return leader.1 < later.1 && !obstacles.between(leader.0, leader.1 + 1, later.1);
    }
    if !flow.dominates(leader.0, later.0)
        || obstacles.between(leader.0, leader.1 + 1, usize::MAX)
        || obstacles.between(later.0, 0, later.1)
        // A way on from the follower to itself that leads past no leader.
        || flow.repeats(later.0, |at| at == leader.0)
    {
        return false;
    }
    let Some(mut passed) = flow.reach(leader.0, |at| at == later.0 || at == leader.0) else {
        return false;
    };
    passed.remove(&later.0)
        // Every way leads to the follower, and none back to the leader before.
        && !passed.contains(&leader.0)
        && passed.len() <= MAX_BETWEEN
        && passed
            .iter()
            .all(|at| !flow.successors(*at).is_empty() && !obstacles.between(*at, 0, usize::MAX))
}

/// Instructions that end a group, by basic block.
struct Obstacles<'f, 'm> {
    flow: &'f Flow<'m>,
    known: HashMap<usize, Vec<usize>>,
    harmless: HashSet<&'static str>,
}

impl<'f, 'm> Obstacles<'f, 'm> {
    fn new(flow: &'f Flow<'m>) -> Obstacles<'f, 'm> {
        let harmless = [
            Operation::Push,
            Operation::PushBounded,
            Operation::Alloc,
            Operation::AllocArray,
            Operation::Keepalive,
        ];
        Obstacles {
            flow,
            known: HashMap::new(),
            harmless: harmless.map(Operation::name).into(),
        }
    }

    /// Whether one lies among the instructions from number `from` to before number `to` of a basic block.
    fn between(&mut self, at: usize, from: usize, to: usize) -> bool {
        let (flow, harmless) = (self.flow, &self.harmless);
        let here = self.known.entry(at).or_insert_with(|| {
            let insts = flow.block(at).instructions().enumerate();
            insts
                .filter(|(_, inst)| is_obstacle(*inst, harmless))
                .map(|(number, _)| number)
                .collect()
        });
        here.iter().any(|number| (from..to).contains(number))
    }
}

fn is_obstacle(inst: Value<'_>, harmless: &HashSet<&'static str>) -> bool {
    match inst.opcode() {
        Some(LLVMOpcode::LLVMCall) => match operation_of(inst) {
            Some(operation) => !harmless.contains(operation.name()),
            None => !is_quiet(inst),
        },
        Some(LLVMOpcode::LLVMInvoke | LLVMOpcode::LLVMCallBr | LLVMOpcode::LLVMFence) => true,
        _ => false,
    }
}

/// Whether a call that is no operation leaves regions and pool alone: LLVM's own functions do, and those that touch at most what their
/// arguments point to.
pub fn is_quiet(call: Value<'_>) -> bool {
    let quiet = shim::FN_ARGUMENTS_ONLY | shim::FN_READ_ONLY | shim::FN_NO_MEMORY;
    call.call_facts() & quiet != 0
        || call
            .callee()
            .is_some_and(|callee| callee.name().starts_with("llvm."))
}
