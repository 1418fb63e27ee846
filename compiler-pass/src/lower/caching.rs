//! Descriptors in memory, cached in registers around loops.
//!
//! A loop that allocates into a region of another function would read and write the descriptor for each object. Where
//! nothing else in the loop can work on the region, frontier and limit are copied before it, bumped in registers, and the frontier is stored
//! behind it ([`entry::CACHE`], [`entry::ALLOC_CACHED`], [`entry::UNCACHE`]; the runtime's module `cached` has the invariant).
//!
//! Nothing else can if the loop's calls are: allocations of this region with known requests; LLVM's own functions; and calls that read at
//! most, or touch at most what their arguments point to and are not given the region. None of them may unwind, since the way out
//! would miss the store. Requests to other regions are in the way: they may be refused, and an exhaustion handler that jumps out has to find this
//! one as it is. The loop may be left before it allocates anything: then nothing is stored, and the region need not be one.

use super::LowerError;
use super::entry;
use super::rewrite::{declare, is_frame_descriptor};
use crate::llvm::change::{self, build};
use crate::llvm::flow::{Flow, Loop, may_change};
use crate::llvm::{Module, Value, shim};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::{LLVMInstructionGetDebugLoc, LLVMInstructionSetDebugLoc};
use inkwell::llvm_sys::prelude::LLVMValueRef;
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::HashSet;
use std::rc::Rc;

/// Words of the copy: the runtime's `Cached`.
const CACHED_WORDS: u64 = 3;

/// How many pairs of an allocation and a basic block are looked at.
const MAX_WORK: usize = 1 << 22;

/// How many regions are cached in one function. Each changes the flow graph.
const MAX_REGIONS: usize = 32;

/// Caches descriptors in the functions of a lowered module.
///
/// # Errors
/// When the module uses the name of an entry point for something else.
pub fn run(module: Module<'_>) -> Result<(), LowerError> {
    let Some(known) = module.function(entry::ALLOC_KNOWN_IN_MEMORY) else {
        return Ok(());
    };
    if !module.has_plain_stack() {
        return Ok(());
    }
    let functions: HashSet<Value<'_>> = known
        .users()
        .into_iter()
        .filter_map(Value::parent_function)
        .collect();
    for function in module.functions().filter(|function| functions.contains(function)) {
        if !may_change(function) {
            continue;
        }
        let mut tried = HashSet::new();
        let count = known
            .users()
            .iter()
            .filter(|user| user.parent_function() == Some(function))
            .count();
        for _ in 0..MAX_REGIONS {
            let flow = Flow::new(function);
            if count * flow.len() > MAX_WORK {
                break;
            }
            let Some(found) = candidate(function, &flow, &mut tried) else {
                break;
            };
            cache(module, function, &flow, &found)?;
        }
    }
    Ok(())
}

/// A region, a loop, and the allocations in it.
struct Candidate<'m> {
    region: Value<'m>,
    around: Rc<Loop>,
    exits: Vec<usize>,
    allocations: Vec<Value<'m>>,
}

fn candidate<'m>(
    function: Value<'m>,
    flow: &Flow<'m>,
    tried: &mut HashSet<Value<'m>>,
) -> Option<Candidate<'m>> {
    let insts = function
        .blocks()
        .flat_map(|block| block.instructions().collect::<Vec<_>>());
    for inst in insts.filter(|inst| is_call_of(*inst, entry::ALLOC_KNOWN_IN_MEMORY)) {
        if !tried.insert(inst) {
            continue;
        }
        let region = *inst.arguments().first()?;
        let is_argument = region.kind() == LLVMValueKind::LLVMArgumentValueKind;
        if !is_argument && !is_frame_descriptor(region) {
            continue;
        }
        let Some((at, _)) = flow.place(inst).filter(|place| flow.is_reached(place.0)) else {
            continue;
        };
        // The outermost loop in which nothing is in the way.
        let found = flow
            .loops(at)
            .filter_map(|around| suits(region, around, flow))
            .last();
        if found.is_some() {
            return found;
        }
    }
    None
}

fn suits<'m>(region: Value<'m>, around: Rc<Loop>, flow: &Flow<'m>) -> Option<Candidate<'m>> {
    let mut allocations = Vec::new();
    let mut blocks: Vec<usize> = around.body.iter().copied().collect();
    blocks.sort_unstable();
    for at in blocks {
        for inst in flow.block(at).instructions().filter(|inst| inst.is_call()) {
            let first = inst.arguments().first().copied();
            if is_call_of(inst, entry::ALLOC_KNOWN_IN_MEMORY) && first == Some(region) {
                allocations.push(inst);
            } else if is_in_the_way(inst, region) {
                return None;
            }
        }
    }
    let exits = flow.exits(&around)?;
    Some(Candidate {
        region,
        around,
        exits,
        allocations,
    })
}

/// Whether a call may work on the region, or leave the loop unseen.
fn is_in_the_way<'m>(call: Value<'m>, region: Value<'m>) -> bool {
    let name = match call.callee().filter(|callee| callee.is_function()) {
        Some(callee) => callee.name(),
        None => return true,
    };
    if name.starts_with("llvm.") {
        return false;
    }
    // Of another region, too: it may be refused, and whoever the handler jumps to finds this one as it was before the loop.
    name.starts_with("croft_rt_") || !leaves_alone(call, region) || call.call_facts() & shim::FN_NOUNWIND == 0
}

/// Whether a call that is no entry point cannot work on a region: it reads at most, or touches at most what its arguments
/// point to, and none of these may be the region under another name.
fn leaves_alone<'m>(call: Value<'m>, region: Value<'m>) -> bool {
    let facts = call.call_facts();
    let may_be_it = |argument: Value<'m>| {
        argument == region
            || argument.ty().is_pointer()
                && matches!(
                    argument.opcode(),
                    Some(LLVMOpcode::LLVMPHI | LLVMOpcode::LLVMSelect)
                )
    };
    facts & (shim::FN_READ_ONLY | shim::FN_NO_MEMORY) != 0
        || facts & shim::FN_ARGUMENTS_ONLY != 0 && !call.arguments().into_iter().any(may_be_it)
}

fn is_call_of(inst: Value<'_>, name: &str) -> bool {
    inst.opcode() == Some(LLVMOpcode::LLVMCall)
        && inst
            .callee()
            .filter(|callee| callee.is_function())
            .is_some_and(|callee| callee.name() == name)
}

fn cache<'m>(
    module: Module<'m>,
    function: Value<'m>,
    flow: &Flow<'m>,
    found: &Candidate<'m>,
) -> Result<(), LowerError> {
    let Some((before, behind)) = flow.separate(&found.around, &found.exits) else {
        return Ok(());
    };
    let Some(like) = found.allocations.first().copied() else {
        return Ok(());
    };
    let slot = change::words(module, function, CACHED_WORDS);
    emit(
        module,
        entry::CACHE,
        &[slot, found.region],
        before.terminator(),
        like,
    )?;
    for way_out in behind {
        emit(
            module,
            entry::UNCACHE,
            &[slot, found.region],
            way_out.terminator(),
            like,
        )?;
    }
    for allocation in &found.allocations {
        let arguments: Vec<Value<'m>> = std::iter::once(slot).chain(allocation.arguments()).collect();
        let new = emit(
            module,
            entry::ALLOC_CACHED,
            &arguments,
            Some(*allocation),
            *allocation,
        )?;
        change::replace(*allocation, new);
    }
    Ok(())
}

/// A call of an entry point, with the place of `like`.
fn emit<'m>(
    module: Module<'m>,
    name: &str,
    arguments: &[Value<'m>],
    before: Option<Value<'m>>,
    like: Value<'m>,
) -> Result<Value<'m>, LowerError> {
    let before = before.ok_or_else(|| LowerError::Llvm("a basic block without an end".to_owned()))?;
    // SAFETY: LLVM-I1: the arguments are live and dominate `before`.
    unsafe {
        let context = module.context();
        let mut raw: Vec<LLVMValueRef> = arguments.iter().map(|argument| argument.raw()).collect();
        let mut types: Vec<_> = raw.iter().map(|argument| LLVMTypeOf(*argument)).collect();
        let result = if name == entry::ALLOC_CACHED {
            LLVMPointerTypeInContext(context, 0)
        } else {
            LLVMVoidTypeInContext(context)
        };
        let ty = LLVMFunctionType(result, types.as_mut_ptr(), types.len() as u32, 0);
        let callee = declare(module, name, ty)?;
        let call = build(before.raw(), |builder| {
            LLVMBuildCall2(
                builder,
                ty,
                callee,
                raw.as_mut_ptr(),
                raw.len() as u32,
                c"".as_ptr(),
            )
        });
        LLVMInstructionSetDebugLoc(call.raw(), LLVMInstructionGetDebugLoc(like.raw()));
        shim::croft_shim_set_call_nounwind(call.raw());
        Ok(call)
    }
}
