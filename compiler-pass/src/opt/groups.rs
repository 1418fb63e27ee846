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
use super::site::{Request, STEP, operation_of, plain_operation};
use crate::llvm::change;
use crate::llvm::flow::Flow;
use crate::llvm::{Module, Value, shim};
use crate::operation::{Operation, Slot};
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::{HashMap, HashSet};

/// How many bytes a group takes at most: 1.6 % of a block of 16 KiB.
pub const MOST: u64 = 256;
/// The strictest alignment of a leader. Its followers have the smallest: so no byte is lost between them that would not be without
/// the group, and a budget that suffices goes on sufficing.
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
            let offset = group.size;
            if request.align == STEP
                && offset + request.size <= MOST
                && follows(group.at, at, &flow, &mut obstacles)
            {
                group.size = offset + request.size;
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
            None => !is_quiet(inst) || !returns(inst),
        },
        Some(LLVMOpcode::LLVMInvoke | LLVMOpcode::LLVMCallBr | LLVMOpcode::LLVMFence) => true,
        _ => false,
    }
}

/// Whether a value may be a region: one that was opened here, a parameter that an operation works on, or another name for one.
fn may_be_region(value: Value<'_>) -> bool {
    let is_worked_on = |user: Value<'_>| {
        operation_of(user).is_some_and(|operation| operation.parameters().first() == Some(&Slot::Region))
            && user.arguments().first() == Some(&value)
    };
    match value.opcode() {
        _ if !value.ty().is_pointer() => false,
        Some(LLVMOpcode::LLVMPHI | LLVMOpcode::LLVMSelect) => true,
        Some(LLVMOpcode::LLVMLoad) => value.users().into_iter().any(is_worked_on),
        Some(_) => operation_of(value)
            .is_some_and(|operation| matches!(operation, Operation::Push | Operation::PushBounded)),
        None => {
            value.kind() == LLVMValueKind::LLVMArgumentValueKind
                && value.users().into_iter().any(is_worked_on)
        }
    }
}

/// Whether control comes back from a call, as far as anybody says.
fn returns(call: Value<'_>) -> bool {
    let facts = call.call_facts();
    facts & shim::FN_NOUNWIND != 0 && facts & shim::FN_NORETURN == 0
}

/// Whether a call that is no operation leaves regions and pool alone: LLVM's own functions do, and those that touch at most what their
/// arguments point to.
pub fn is_quiet(call: Value<'_>) -> bool {
    let facts = call.call_facts();
    facts & (shim::FN_READ_ONLY | shim::FN_NO_MEMORY) != 0
        || facts & shim::FN_ARGUMENTS_ONLY != 0 && !call.arguments().into_iter().any(may_be_region)
        || call
            .callee()
            .is_some_and(|callee| callee.name().starts_with("llvm."))
}
