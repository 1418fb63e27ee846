//! Where each region's descriptor lives.
//!
//! A descriptor in the frame of the function that pushes is a stack slot that LLVM can keep in registers. It is
//! right only if the region certainly ends before the function returns, and if at most one life of the push
//! is open at a time. Both are what rule R02 establishes, so a function without any finding qualifies; its
//! push qualifies if the handle goes nowhere but into operations and into calls whose effects are known.
//! Everything else, and everything in unchecked code, gets its descriptor at the front of the region's first
//! block, which is right always.
//!
//! A region in a frame is opened *lazily*, without a block, unless an allocation into it certainly follows in
//! straight line before any call: then it takes its first block at once, *eagerly*, and nothing on that path is a
//! call. A call in between could recurse, and an eager region would hold its block meanwhile.

use super::LowerError;
use crate::check;
use crate::effects::manifest::Manifest;
use crate::effects::{Effects, Sink, Source};
use crate::form::{self, Body, Callee, InstId, InstKind, ValueId};
use crate::llvm::{Module, Value};
use crate::operation::Operation;
use bumpalo::Bump;
use std::collections::{HashMap, HashSet};

/// How a region is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The descriptor lives in the region's first block.
    InBlock,
    /// The descriptor lives in the frame; the first allocation takes a block.
    Lazy,
    /// The descriptor lives in the frame; the region takes a block at once.
    Eager,
}

/// The decision, by push.
#[derive(Default)]
pub struct Placement<'m> {
    in_frame: HashMap<Value<'m>, Opening>,
}

impl<'m> Placement<'m> {
    /// How the region of a push is opened.
    pub fn of(&self, push: Value<'m>) -> Opening {
        self.in_frame.get(&push).copied().unwrap_or(Opening::InBlock)
    }
}

/// Decides for every push of a module.
///
/// # Errors
/// When Croft's own manifests cannot be read, which a test rules out.
pub fn decide(module: Module<'_>) -> Result<Placement<'_>, LowerError> {
    if !module.has_plain_stack() {
        return Ok(Placement::default());
    }
    let manifest = Manifest::built_in().map_err(|error| LowerError::Llvm(error.to_string()))?;
    let arena = Bump::new();
    let notes = form::build::notes(module);
    let form = form::build(module, &notes, &manifest, &arena);
    let verdict = check::run(&form);
    let suspect: HashSet<form::FuncId> = verdict
        .findings
        .iter()
        .map(|finding| finding.at.function)
        .collect();
    let mut in_frame = HashMap::new();
    for (id, function) in form.ids() {
        let Some(body) = &function.body else { continue };
        if suspect.contains(&id) {
            continue;
        }
        for (push, inst) in body.inst_ids() {
            if matches!(
                inst.kind,
                InstKind::Operation(Operation::Push | Operation::PushBounded, _)
            ) && stays_here(body, push, &verdict.summaries)
            {
                let opening = if fills_at_once(body, push) {
                    Opening::Eager
                } else {
                    Opening::Lazy
                };
                in_frame.insert(inst.llvm.raw(), opening);
            }
        }
    }
    // The form's arena goes; the pushes are named by what LLVM keeps.
    let pushes = module
        .functions()
        .flat_map(Value::blocks)
        .flat_map(|block| block.instructions().collect::<Vec<_>>())
        .filter_map(|inst| Some((inst, *in_frame.get(&inst.raw())?)))
        .collect();
    Ok(Placement { in_frame: pushes })
}

/// Whether an allocation into the region that `push` opens follows in straight line, before any call.
fn fills_at_once(body: &Body<'_>, push: InstId) -> bool {
    let Some(handle) = body.inst(push).result else {
        return false;
    };
    let mut block = body.inst(push).block;
    let mut rest = push.index() + 1..body.block(block).insts.end;
    for _ in 0..MAX_STRAIGHT_LINE {
        for inst in &body.insts[rest] {
            match inst.kind {
                // A `try_` allocation promises to refuse quietly, so nothing may be taken on its behalf.
                InstKind::Operation(Operation::Alloc | Operation::AllocArray, operands)
                    if operands[0] == handle =>
                {
                    return true;
                }
                InstKind::Operation(Operation::Alloc | Operation::AllocArray | Operation::Keepalive, _) => {}
                InstKind::Operation(..) | InstKind::Call(_) | InstKind::Opaque(..) => return false,
                _ => {}
            }
        }
        let [next] = body.block(block).succs else {
            return false;
        };
        block = *next;
        rest = body.block(block).insts.clone();
    }
    false
}

/// Basic blocks that [`fills_at_once`] follows; enough for what front ends put between two statements.
const MAX_STRAIGHT_LINE: usize = 8;

/// Whether a handle goes nowhere but into operations and described region parameters.
fn stays_here(body: &Body<'_>, push: InstId, summaries: &check::context::Summaries) -> bool {
    let Some(handle) = body.inst(push).result else {
        return false;
    };
    let mut names: HashSet<ValueId> = HashSet::from([handle]);
    loop {
        let before = names.len();
        for inst in body.insts {
            let passes = match inst.kind {
                InstKind::Phi(incoming) => incoming.iter().any(|(_, value)| names.contains(value)),
                InstKind::Select { yes, no, .. } => names.contains(&yes) || names.contains(&no),
                InstKind::Same(value) => names.contains(&value),
                InstKind::Call(call) => call.args.iter().enumerate().any(|(index, argument)| {
                    names.contains(&argument.value) && may_return(call.callee, index, argument, summaries)
                }),
                _ => false,
            };
            if let (true, Some(result)) = (passes, inst.result) {
                names.insert(result);
            }
        }
        if names.len() == before {
            break;
        }
    }
    body.insts.iter().all(|inst| match inst.kind {
        InstKind::Operation(operation, operands) => {
            // As an object to keep alive a handle is a mere use; as one to clean up it would be kept.
            operands.iter().skip(1).all(|operand| !names.contains(operand))
                || operation == Operation::Keepalive
        }
        InstKind::Call(call) => call.args.iter().enumerate().all(|(index, argument)| {
            // A `musttail` call gives up the frame before the callee begins.
            let passes = takes_region(call.callee, index, summaries) && !inst.llvm.is_must_tail();
            !names.contains(&argument.value) || passes
        }),
        InstKind::Phi(_) | InstKind::Select { .. } | InstKind::Same(_) | InstKind::Compare(..) => true,
        kind => kind.operands().iter().all(|operand| !names.contains(operand)),
    })
}

fn may_return(
    callee: Callee,
    index: usize,
    argument: &form::Argument,
    summaries: &check::context::Summaries,
) -> bool {
    let by_summary = match callee {
        Callee::Direct(callee) => {
            let flows = &summaries.effects[callee.index()].flows;
            !summaries.described[callee.index()] || flows.contains(&(Source::Arg(index as u32), Sink::Return))
        }
        _ => true,
    };
    argument.returned || by_summary
}

fn takes_region(callee: Callee, index: usize, summaries: &check::context::Summaries) -> bool {
    let Callee::Direct(callee) = callee else {
        return false;
    };
    let effects: &Effects = &summaries.effects[callee.index()];
    let kept = effects
        .flows
        .iter()
        .any(|(from, to)| *from == Source::Arg(index as u32) && *to != Sink::Return);
    summaries.described[callee.index()] && !kept
}
