//! What variables of the module hold: the values that a read of an address may give, where the module shows all of them.
//!
//! An address is followed back to variables: through phis, selects and steps, parameters of functions that only this module can
//! name and only calls, and reads of other variables, for a structure of functions that a variable or a table names. What a
//! variable holds at an offset is then known of
//! * a constant: its initialiser;
//! * one that only this module can name, and whose address goes nowhere but into reads, comparisons and stores of pointers: its
//!   initialiser and what is stored there.
//!
//! Where the offset is not known, all that the variable holds may be read.

use crate::llvm::Value;
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::HashSet;

/// How many places are looked at for one read.
const MAX_PLACES: usize = 500;
/// Through how many reads an address may come.
const MAX_READS: usize = 4;

/// What a read of a pointer at this address may give; `None` if that is not known.
pub(super) fn contents(address: Value<'_>) -> Option<Vec<Value<'_>>> {
    let mut left = MAX_PLACES;
    contents_through(address, MAX_READS, &mut left)
}

/// A value and how far from it, in bytes, if that is known.
type Place<'m> = (Value<'m>, Option<i64>);

fn contents_through<'m>(address: Value<'m>, reads: usize, left: &mut usize) -> Option<Vec<Value<'m>>> {
    use LLVMValueKind::*;
    let mut found = Vec::new();
    let mut work: Vec<Place<'m>> = vec![(address, Some(0))];
    let mut seen: HashSet<Place<'m>> = HashSet::new();
    while let Some((value, offset)) = work.pop() {
        if !seen.insert((value, offset)) {
            continue;
        }
        *left = left.checked_sub(1)?;
        if let Some((variable, at)) = value.variable() {
            found.extend(held(
                variable,
                offset.map(|offset| offset.wrapping_add(at)),
                left,
            )?);
            continue;
        }
        match value.kind() {
            // To read there is undefined.
            LLVMConstantPointerNullValueKind | LLVMUndefValueValueKind | LLVMPoisonValueKind => {}
            LLVMArgumentValueKind => {
                work.extend(passed(value)?.into_iter().map(|passed| (passed, offset)));
            }
            LLVMInstructionValueKind => match value.opcode()? {
                LLVMOpcode::LLVMPHI => {
                    work.extend(
                        value
                            .incoming()
                            .into_iter()
                            .map(|(incoming, _)| (incoming, offset)),
                    );
                }
                LLVMOpcode::LLVMSelect => {
                    work.extend([(value.operand(1)?, offset), (value.operand(2)?, offset)]);
                }
                LLVMOpcode::LLVMFreeze | LLVMOpcode::LLVMBitCast => work.push((value.operand(0)?, offset)),
                LLVMOpcode::LLVMGetElementPtr => work.push((value.operand(0)?, stepped(value, offset))),
                LLVMOpcode::LLVMLoad => {
                    let read = contents_through(value.operand(0)?, reads.checked_sub(1)?, left)?;
                    work.extend(read.into_iter().map(|held| (held, offset)));
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(found)
}

/// Where an address computation leads from there.
fn stepped(step: Value<'_>, offset: Option<i64>) -> Option<i64> {
    let (constant, stride) = step.address_step();
    offset
        .filter(|_| stride == 0)
        .map(|offset| offset.wrapping_add(constant))
}

/// What the callers pass for a parameter, if all of them are known.
pub(super) fn passed(param: Value<'_>) -> Option<Vec<Value<'_>>> {
    let (function, index) = param.parameter_of()?;
    if !function.is_local() {
        return None;
    }
    let users = function.users().into_iter();
    users
        .map(|user| {
            let passed = user.is_call().then(|| user.arguments())?;
            if user.callee() != Some(function) || passed.contains(&function) {
                return None;
            }
            passed.get(index).copied()
        })
        .collect()
}

/// What a variable may hold at an offset.
fn held<'m>(variable: Value<'m>, offset: Option<i64>, left: &mut usize) -> Option<Vec<Value<'m>>> {
    let is_constant = variable.is_constant_variable();
    let is_ours = variable.is_local() && variable.has_final_initializer();
    if !is_constant && !is_ours {
        return None;
    }
    let mut held = match offset {
        Some(offset) => vec![variable.pointer_in(offset)?],
        None => all(variable.initializer()?)?,
    };
    if !is_constant {
        held.extend(stored(variable, offset, left)?);
    }
    Some(held)
}

/// The pointers in an initialiser.
fn all(initializer: Value<'_>) -> Option<Vec<Value<'_>>> {
    use LLVMValueKind::*;
    let mut found = Vec::new();
    let mut parts = vec![initializer];
    while let Some(part) = parts.pop() {
        match part.kind() {
            LLVMFunctionValueKind => found.push(part),
            LLVMConstantArrayValueKind | LLVMConstantStructValueKind | LLVMConstantVectorValueKind => {
                parts.extend(part.operands());
            }
            LLVMConstantPointerNullValueKind
            | LLVMConstantAggregateZeroValueKind
            | LLVMConstantDataArrayValueKind
            | LLVMConstantDataVectorValueKind
            | LLVMConstantIntValueKind
            | LLVMConstantFPValueKind
            | LLVMUndefValueValueKind
            | LLVMPoisonValueKind => {}
            _ if part.variable().is_some() => found.push(part),
            // An alias, for one, may be called.
            _ => return None,
        }
    }
    Some(found)
}

/// What is stored in a variable where a read of a pointer at that offset finds it.
fn stored<'m>(variable: Value<'m>, read: Option<i64>, left: &mut usize) -> Option<Vec<Value<'m>>> {
    let mut found = Vec::new();
    let mut work: Vec<Place<'m>> = vec![(variable, Some(0))];
    while let Some((address, offset)) = work.pop() {
        for user in address.users() {
            *left = left.checked_sub(1)?;
            if let Some((_, at)) = user.variable() {
                work.push((user, Some(at)));
                continue;
            }
            match user.opcode()? {
                LLVMOpcode::LLVMLoad | LLVMOpcode::LLVMICmp => {}
                LLVMOpcode::LLVMGetElementPtr if user.operand(0) == Some(address) => {
                    work.push((user, stepped(user, offset)));
                }
                LLVMOpcode::LLVMStore if user.operand(0)? != address => {
                    let value = user.operand(0)?;
                    let bytes = i64::from(user.accessed_bytes());
                    let is_apart = |(store, read): (i64, i64)| store + bytes <= read || read + 8 <= store;
                    if offset.zip(read).is_some_and(is_apart) {
                        continue;
                    }
                    // Half of a pointer, or a number, may make any.
                    let is_whole =
                        value.ty().is_pointer() && offset.zip(read).is_none_or(|(store, read)| store == read);
                    if !is_whole {
                        return None;
                    }
                    found.push(value);
                }
                _ => return None,
            }
        }
    }
    Some(found)
}
