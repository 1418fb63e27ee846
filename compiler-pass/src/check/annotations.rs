//! R01: the annotations are well-formed. Runs before anything is analysed, on the IR as the front end wrote it;
//! when it finds something, nothing else is reported, because every later rule relies on it.

use crate::form::{Form, FuncId};
use crate::llvm::{Module, Type, Value};
use crate::operation::{Operation, PREFIX, Slot};

use super::finding::Problem;

/// The strictest alignment that the runtime grants, in bytes.
pub const MAX_ALIGN: i64 = 4096;

/// A malformed annotation, at an instruction or at a function.
pub struct Malformed<'m> {
    /// What is wrong.
    pub problem: Problem,
    /// The instruction or function that shows it.
    pub at: Value<'m>,
}

/// Finds malformed operations.
pub fn operations<'m>(module: Module<'m>) -> Vec<Malformed<'m>> {
    let mut found = Vec::new();
    let size_bits = module.pointer_bits();
    for function in module.functions() {
        let name = function.name();
        if !name.starts_with(PREFIX) {
            continue;
        }
        let Some(operation) = Operation::from_name(&name) else {
            let nearest = Operation::nearest(&name).map(Operation::name);
            let problem = Problem::UnknownOperation { name, nearest };
            found.extend(places(function).map(|at| Malformed {
                problem: problem.clone(),
                at,
            }));
            continue;
        };
        let declared = function.function_type();
        if !declared.is_some_and(|ty| has_signature(ty, operation, size_bits)) {
            let problem = wrong_signature(operation, declared);
            found.extend(places(function).map(|at| Malformed {
                problem: problem.clone(),
                at,
            }));
            continue;
        }
        let noalias: Vec<Value<'m>> = if function.returns_noalias() {
            places(function).collect()
        } else {
            let users = function.users().into_iter();
            users
                .filter(|user| user.callee() == Some(function) && user.returns_noalias())
                .collect()
        };
        if !noalias.is_empty() {
            // LLVM would take the object for one that no call can touch, its region's end included, and could move an
            // access past that end.
            let problem = Problem::WrongSignature {
                name: operation.name(),
                expected: operation.signature(),
                found: format!("noalias {}", declared.map(Type::print).unwrap_or_default()),
            };
            found.extend(noalias.into_iter().map(|at| Malformed {
                problem: problem.clone(),
                at,
            }));
            continue;
        }
        for user in function.users() {
            if user.callee() != Some(function) || user.arguments().contains(&function) {
                if user.opcode().is_some() {
                    found.push(Malformed {
                        problem: Problem::NotCalled { name: name.clone() },
                        at: user,
                    });
                } else if !is_annotation(user) {
                    found.push(Malformed {
                        problem: Problem::NotCalled { name: name.clone() },
                        at: function,
                    });
                }
                continue;
            }
            if !user
                .function_type()
                .is_some_and(|ty| has_signature(ty, operation, size_bits))
            {
                found.push(Malformed {
                    problem: wrong_signature(operation, user.function_type()),
                    at: user,
                });
                continue;
            }
            found.extend(bad_operand(operation, user).map(|problem| Malformed { problem, at: user }));
        }
    }
    found
}

/// Finds effect annotations that cannot be read.
pub fn effects(form: &Form<'_>) -> Vec<(FuncId, Problem)> {
    form.ids()
        .filter_map(|(id, function)| {
            let (text, why) = function.malformed?;
            Some((
                id,
                Problem::MalformedEffects {
                    text: text.to_owned(),
                    why: why.to_owned(),
                    inferred: None,
                },
            ))
        })
        .collect()
}

/// The instructions that mention a function, or the function itself if none does.
fn places<'m>(function: Value<'m>) -> impl Iterator<Item = Value<'m>> {
    let mut users: Vec<Value<'m>> = function
        .users()
        .into_iter()
        .filter(|user| user.opcode().is_some())
        .collect();
    users.dedup();
    if users.is_empty() && function.is_declaration() {
        // A declaration that nothing uses does no harm, and front ends leave some behind.
        return Vec::new().into_iter();
    }
    if users.is_empty() {
        users.push(function);
    }
    users.into_iter()
}

/// Whether a constant is part of nothing but `llvm.global.annotations`, `llvm.used` and the like: no use of the
/// operation.
fn is_annotation(user: Value<'_>) -> bool {
    use inkwell::llvm_sys::LLVMValueKind::LLVMGlobalVariableValueKind;
    if user.kind() == LLVMGlobalVariableValueKind {
        return user.name().starts_with("llvm.");
    }
    user.opcode().is_none() && !user.is_function() && user.users().into_iter().all(is_annotation)
}

fn has_signature(ty: Type<'_>, operation: Operation, size_bits: u32) -> bool {
    let Some((result, parameters, variadic)) = ty.signature() else {
        return false;
    };
    let fits = |ty: Type<'_>, slot: Slot| match slot {
        Slot::Region | Slot::Pointer => ty.is_pointer(),
        Slot::Size => ty.integer_width() == Some(size_bits),
    };
    let result_fits = match operation.result() {
        Some(slot) => fits(result, slot),
        None => result.kind() == inkwell::llvm_sys::LLVMTypeKind::LLVMVoidTypeKind,
    };
    !variadic
        && result_fits
        && parameters.len() == operation.parameters().len()
        && parameters
            .into_iter()
            .zip(operation.parameters())
            .all(|(ty, slot)| fits(ty, *slot))
}

fn wrong_signature(operation: Operation, found: Option<Type<'_>>) -> Problem {
    Problem::WrongSignature {
        name: operation.name(),
        expected: operation.signature(),
        found: found.map(Type::print).unwrap_or_default(),
    }
}

/// Constant operands that no execution can accept.
fn bad_operand(operation: Operation, call: Value<'_>) -> Option<Problem> {
    use inkwell::llvm_sys::LLVMValueKind::LLVMConstantPointerNullValueKind;
    let arguments = call.arguments();
    let name = operation.name();
    for (argument, slot) in arguments.iter().zip(operation.parameters()) {
        if *slot == Slot::Region && argument.kind() == LLVMConstantPointerNullValueKind {
            return Some(Problem::BadOperand {
                name,
                what: "the region is null".to_owned(),
            });
        }
    }
    let alignment = operation
        .alignment_operand()
        .and_then(|index| arguments.get(index)?.as_integer())?;
    let what = if alignment <= 0 || alignment.count_ones() != 1 {
        format!("the alignment {alignment} is no power of two")
    } else if alignment > MAX_ALIGN {
        format!("the alignment {alignment} is above {MAX_ALIGN}")
    } else {
        return None;
    };
    Some(Problem::BadOperand { name, what })
}
