//! Calls through pointers whose targets the module shows completely.
//!
//! On the checker's copy such a call becomes a choice among direct calls, so that every rule sees through it, each target
//! with its own effects. The targets are known where the pointer comes, through phis and selects, from
//! * the name of a function,
//! * a place whose contents are known (`tables`): a constant table of functions, a variable or a structure that only
//!   this module sets,
//! * a parameter of a function that only this module can name, and that is only called.
//!
//! A null pointer or an undefined one is undefined to call, and no target. With a function of another type among them, the
//! targets are not known.

use super::tables;
use crate::llvm::{Module, Type, Value};
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::HashSet;

/// A call with more targets than this is left as it is.
const MAX_TARGETS: usize = 16;
/// How many values are looked at for one call.
const MAX_STEPS: usize = 2_000;

/// Replaces the calls through pointers whose targets are known.
pub fn resolve(module: Module<'_>) {
    let mut known = Vec::new();
    for function in module.functions() {
        for inst in function
            .blocks()
            .flat_map(|block| block.instructions().collect::<Vec<_>>())
        {
            if let Some(targets) = targets(inst) {
                known.push((inst, targets));
            }
        }
    }
    for (call, targets) in known {
        call.choose_callee(&targets);
    }
}

/// The functions that a call through a pointer may call, in the order of the search; `None` if there may be others.
fn targets<'m>(call: Value<'m>) -> Option<Vec<Value<'m>>> {
    let callee = call.is_call().then(|| call.callee())??;
    if callee.is_function() || callee.kind() == LLVMValueKind::LLVMInlineAsmValueKind {
        return None;
    }
    let mut search = Search {
        wanted: call.called_type()?,
        found: Vec::new(),
        seen: HashSet::from([callee]),
        work: vec![callee],
    };
    while let Some(value) = search.work.pop() {
        search.visit(value)?;
        if search.found.len() > MAX_TARGETS || search.seen.len() > MAX_STEPS {
            return None;
        }
    }
    (!search.found.is_empty()).then_some(search.found)
}

struct Search<'m> {
    wanted: Type<'m>,
    found: Vec<Value<'m>>,
    seen: HashSet<Value<'m>>,
    work: Vec<Value<'m>>,
}

impl<'m> Search<'m> {
    fn add(&mut self, value: Value<'m>) {
        if self.seen.insert(value) {
            self.work.push(value);
        }
    }

    fn visit(&mut self, value: Value<'m>) -> Option<()> {
        use LLVMValueKind::*;
        match value.kind() {
            LLVMFunctionValueKind => {
                // To call a function of another type is undefined, and yet programs do.
                if value.function_type() != Some(self.wanted) {
                    return None;
                }
                self.found.push(value);
            }
            LLVMConstantPointerNullValueKind | LLVMUndefValueValueKind | LLVMPoisonValueKind => {}
            LLVMArgumentValueKind => tables::passed(value)?
                .into_iter()
                .for_each(|value| self.add(value)),
            LLVMInstructionValueKind => match value.opcode()? {
                LLVMOpcode::LLVMPHI => value
                    .incoming()
                    .into_iter()
                    .for_each(|(value, _)| self.add(value)),
                LLVMOpcode::LLVMSelect => {
                    self.add(value.operand(1)?);
                    self.add(value.operand(2)?);
                }
                LLVMOpcode::LLVMFreeze | LLVMOpcode::LLVMBitCast => self.add(value.operand(0)?),
                // To call data is undefined: it is no target.
                LLVMOpcode::LLVMLoad => tables::contents(value.operand(0)?)?
                    .into_iter()
                    .filter(|held| held.variable().is_none())
                    .for_each(|held| self.add(held)),
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }
}
