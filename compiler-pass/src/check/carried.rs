//! Region handles that structures carry into functions.
//!
//! A function that reads its region from what an argument points to (`c->region`) works on a region of its caller's, as one
//! with a region parameter does. On the checker's copy it gets such a parameter: an attribute of the function lists the
//! *paths* of its carried handles, and before each call stand reads that follow these paths from the call's arguments. The
//! form makes the reads further arguments of the call ([`crate::form::carried`]), so that every phase sees a region
//! parameter, by the number after the last real one.
//!
//! A path is followed by what is written down: a parameter, and so many bytes past each pointer that is read. That the
//! function finds the same handle there whenever it reads is not taken for granted: who owns the memory is judged by all that
//! is ever stored in it ([`super::kept`]), callees included.
//!
//! Functions whose effects are declared, whose body may be replaced, or that take a variable number of arguments carry
//! nothing: in them a handle from memory is R0901.

use crate::effects::manifest::Manifest;
use crate::form::build::{Notes, stated};
use crate::form::carried::{ATTRIBUTE, MAX_PATHS, Path, READ, READS, write};
use crate::llvm::{Module, Value, change, shim};
use crate::operation::{Operation, Slot};
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many values are looked at to find where a handle comes from.
const MAX_STEPS: usize = 64;

/// What a function takes for regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Regions {
    /// Its parameters, by number.
    params: BTreeSet<u32>,
    /// What its arguments carry.
    paths: BTreeSet<Path>,
    /// It reads handles from memory.
    reads: bool,
}

/// Lists the carried handles of every function, and puts the reads before the calls.
pub fn show(module: Module<'_>, notes: &Notes, manifest: &Manifest) {
    let known = find(module, notes, manifest);
    for function in module.functions() {
        let reads = known.get(&function).is_some_and(|regions| regions.reads);
        change::describe(function, READS, reads.then_some(""));
    }
    let mut carrying: Vec<(Value<'_>, Vec<Path>)> = known
        .into_iter()
        .filter(|(_, regions)| !regions.paths.is_empty())
        .map(|(function, regions)| (function, regions.paths.into_iter().take(MAX_PATHS).collect()))
        .collect();
    for function in module.functions() {
        change::describe(function, ATTRIBUTE, None);
    }
    carrying.sort_by_key(|(function, _)| function.name());
    for (function, paths) in carrying {
        change::describe(function, ATTRIBUTE, Some(&write(&paths)));
        let count = function.parameters().len();
        for call in calls_of(function).filter(|call| call.arguments().len() == count) {
            let arguments = call.arguments();
            for path in &paths {
                change::read_along(call, arguments[path.param as usize], path.reads(), READ);
            }
        }
    }
}

fn calls_of(function: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let users = function.users().into_iter();
    users.filter(move |user| user.callee() == Some(function))
}

/// What the functions take for regions: callees first, as far as calls lead from the operations.
fn find<'m>(module: Module<'m>, notes: &Notes, manifest: &Manifest) -> HashMap<Value<'m>, Regions> {
    let mut known: HashMap<Value<'m>, Regions> = HashMap::new();
    let mut work: Vec<Value<'m>> = Vec::new();
    for function in module.functions() {
        if Operation::from_name(&function.name()).is_some() {
            work.extend(calls_of(function).filter_map(Value::parent_function));
            continue;
        }
        let effects = stated(function, notes.get(&function.name()), manifest).effects;
        let is_region = |index: &u32| {
            let declared = function
                .parameter_attribute(*index as usize, "croft.region")
                .is_some();
            declared
                || effects
                    .as_ref()
                    .is_some_and(|effects| effects.is_region(*index as usize))
        };
        let params: BTreeSet<u32> = (0..function.parameters().len() as u32)
            .filter(is_region)
            .collect();
        if effects.is_some() || !params.is_empty() {
            let paths = BTreeSet::new();
            let reads = false;
            known.insert(function, Regions { params, paths, reads });
            work.extend(calls_of(function).filter_map(Value::parent_function));
        }
    }
    let stated: HashSet<Value<'m>> = known.keys().copied().collect();
    // Once each, however often they call.
    let mut waits: HashSet<Value<'m>> = HashSet::new();
    work.retain(|function| waits.insert(*function));
    while let Some(function) = work.pop() {
        waits.remove(&function);
        if stated.contains(&function) {
            continue;
        }
        let found = regions_of(function, &known);
        if known.get(&function).cloned().unwrap_or_default() != found {
            known.insert(function, found);
            let callers = calls_of(function).filter_map(Value::parent_function);
            work.extend(callers.filter(|caller| waits.insert(*caller)));
        }
    }
    known
}

/// What a function takes for regions, by its body.
fn regions_of<'m>(function: Value<'m>, known: &HashMap<Value<'m>, Regions>) -> Regions {
    let mut regions = Regions::default();
    let is_variadic = function
        .function_type()
        .and_then(|ty| ty.signature())
        .is_none_or(|(_, _, variadic)| variadic);
    let is_trusted = function.function_facts() & shim::FN_EXACT != 0;
    let mut reads = false;
    let mut add = |path: Option<Path>| {
        let Some(path) = path else { return };
        if path.reads().is_empty() {
            regions.params.insert(path.param);
        } else if is_trusted && !is_variadic {
            regions.paths.insert(path);
        }
    };
    let mut handles: Vec<Value<'m>> = Vec::new();
    for call in function.blocks().flat_map(|block| block.instructions()) {
        let Some(callee) = call.callee().filter(|callee| callee.is_function()) else {
            continue;
        };
        let arguments = call.arguments();
        if let Some(operation) = Operation::from_name(&callee.name()) {
            if operation.parameters().first() == Some(&Slot::Region)
                && let Some(handle) = arguments.first()
            {
                handles.push(*handle);
            }
            continue;
        }
        let Some(taken) = known.get(&callee) else { continue };
        for index in &taken.params {
            handles.extend(arguments.get(*index as usize));
        }
        for path in taken.paths.iter().take(MAX_PATHS) {
            if let Some(argument) = arguments.get(path.param as usize) {
                reads = true;
                add(path_through(*argument, path.reads()));
            }
        }
    }
    for leaf in handles.into_iter().flat_map(leaves) {
        reads |= leaf.opcode() == Some(LLVMOpcode::LLVMLoad);
        add(path_of(leaf));
    }
    regions.reads = reads;
    regions
}

/// The values that a handle may be, past phis and choices.
fn leaves(handle: Value<'_>) -> Vec<Value<'_>> {
    let mut seen = vec![handle];
    let mut leaves = Vec::new();
    let mut next = 0;
    while let Some(value) = seen.get(next).copied().filter(|_| next < MAX_STEPS) {
        next += 1;
        let operands = match value.opcode() {
            Some(LLVMOpcode::LLVMPHI) => value.incoming().into_iter().map(|(value, _)| value).collect(),
            Some(LLVMOpcode::LLVMSelect) => value.operands().skip(1).collect(),
            Some(LLVMOpcode::LLVMFreeze) => value.operands().collect(),
            _ => {
                leaves.push(value);
                vec![]
            }
        };
        for operand in operands {
            if !seen.contains(&operand) {
                seen.push(operand);
            }
        }
    }
    leaves
}

/// The path by which a value is read from a parameter; without reads, the parameter itself.
fn path_of(value: Value<'_>) -> Option<Path> {
    if value.opcode() != Some(LLVMOpcode::LLVMLoad) {
        let (_, param) = value.parameter_of()?;
        return value.ty().is_pointer().then_some(Path::of(param as u32));
    }
    let is_handle = value.is_plain_load() && value.ty().is_pointer();
    is_handle.then(|| path_through(value.operand(0)?, &[0])).flatten()
}

/// The path that goes on from an address: so many bytes past it, and so on.
fn path_through(address: Value<'_>, reads: &[i64]) -> Option<Path> {
    let (first, rest) = reads.split_first()?;
    let mut base = address;
    let mut offset = *first;
    for _ in 0..MAX_STEPS {
        if base.opcode() != Some(LLVMOpcode::LLVMGetElementPtr) {
            break;
        }
        let (constant, stride) = base.address_step();
        if stride != 0 {
            return None;
        }
        offset = offset.checked_add(constant)?;
        base = base.operand(0)?;
    }
    let is_known = matches!(
        base.kind(),
        LLVMValueKind::LLVMArgumentValueKind | LLVMValueKind::LLVMInstructionValueKind
    );
    path_of(base).filter(|_| is_known)?.then(offset)?.then_all(rest)
}
