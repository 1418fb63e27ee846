//! An independent check of a lowered module. Lowering is not trusted: this reads nothing but the IR.
//!
//! * LLVM's verifier accepts the module, and no call of a region operation is left.
//! * A descriptor in a frame is opened by an entry point before it is used, and each open is matched by an
//!   end: a forward dataflow over each function's plain flow graph, with the states *ended*, *open* and *either*
//!   (paths disagree, which constants may rule out; not judged). A descriptor that is handed to another
//!   function may be ended there, and is then not judged at the exits.
//! * Entry points are called with descriptors: never with null.
//! * A module of mode *debug* is one throughout: each of its entry points gets a constant place, and none of the other
//!   modes' is called, whose descriptors it does not know. What its regions are used for, the runtime checks.
//!
//! After inlining the calls are gone and the first point remains; this is why lowering verifies twice.

use super::entry;
use super::rewrite::is_frame_descriptor;
use crate::llvm::{Block, Module, Value};
use crate::operation::PREFIX;
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::collections::{HashMap, HashSet, VecDeque};

/// What is known of a descriptor at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ended,
    Open,
    Either,
}

/// Verifies a lowered module.
///
/// # Errors
/// The first thing that is wrong, with function and instruction.
pub fn run(module: Module<'_>) -> Result<(), String> {
    module.verify()?;
    for function in module.functions() {
        let name = function.name();
        if name.starts_with(PREFIX) && function.users().iter().any(|user| user.is_call()) {
            return Err(format!("`{name}` is still called"));
        }
        verify_function(function).map_err(|problem| format!("in `{name}`: {problem}"))?;
    }
    verify_debug(module)
}

fn verify_debug(module: Module<'_>) -> Result<(), String> {
    let mut is_debug = false;
    for name in entry::DEBUG {
        for call in calls(module, name) {
            is_debug = true;
            let place = call.arguments().last().copied();
            if !place.is_some_and(Value::is_constant_variable) {
                return Err(format!(
                    "`{name}` is called without a place: {}",
                    call.print().trim()
                ));
            }
        }
    }
    let others = [entry::PUSH, entry::PUSH_BOUNDED].iter();
    for name in others
        .chain(&entry::OPENS)
        .chain(&entry::ENDS)
        .chain(&entry::ON_OPEN)
    {
        if is_debug && !calls(module, name).is_empty() {
            return Err(format!("`{name}` is called in a module of mode debug"));
        }
    }
    Ok(())
}

/// The calls of a function.
fn calls<'m>(module: Module<'m>, name: &str) -> Vec<Value<'m>> {
    let Some(function) = module.function(name) else {
        return Vec::new();
    };
    let mut users = function.users();
    users.retain(|user| user.callee() == Some(function));
    users
}

/// The entry point that a call calls, with its first argument. The runtime's cold functions are none: inlined
/// code passes them the words of a descriptor, not its address.
fn runtime_call(inst: Value<'_>) -> Option<(String, Option<Value<'_>>)> {
    let name = inst.callee().filter(|callee| callee.is_function())?.name();
    let known = entry::OPENS
        .iter()
        .chain(&entry::ENDS)
        .chain(&entry::ON_OPEN)
        .any(|entry| *entry == name);
    known.then(|| (name, inst.arguments().first().copied()))
}

fn verify_function(function: Value<'_>) -> Result<(), String> {
    let blocks: Vec<Block<'_>> = function.blocks().collect();
    let Some(first) = blocks.first() else {
        return Ok(());
    };
    let mut descriptors: Vec<Value<'_>> = Vec::new();
    let mut shared: HashSet<Value<'_>> = HashSet::new();
    for inst in blocks.iter().flat_map(|block| block.instructions()) {
        match runtime_call(inst) {
            Some((name, first)) => {
                if let Some(first) = first {
                    if first.kind() == LLVMValueKind::LLVMConstantPointerNullValueKind {
                        return Err(format!(
                            "`{name}` is called with a null region: {}",
                            inst.print().trim()
                        ));
                    }
                    if entry::OPENS.contains(&name.as_str()) {
                        if !is_frame_descriptor(first) {
                            return Err(format!(
                                "`{name}` opens something that is no descriptor: {}",
                                inst.print().trim()
                            ));
                        }
                        if !descriptors.contains(&first) {
                            descriptors.push(first);
                        }
                    }
                }
            }
            // Whoever else gets the address may end the region, or name it by another value.
            None => shared.extend(inst.operands().filter(|operand| is_frame_descriptor(*operand))),
        }
    }
    for descriptor in descriptors {
        follow(&blocks, *first, descriptor, shared.contains(&descriptor))?;
    }
    Ok(())
}

fn follow(blocks: &[Block<'_>], first: Block<'_>, descriptor: Value<'_>, shared: bool) -> Result<(), String> {
    let mut at: HashMap<Block<'_>, State> = HashMap::from([(first, State::Ended)]);
    let mut work = VecDeque::from([first]);
    while let Some(block) = work.pop_front() {
        let mut state = at[&block];
        for inst in block.instructions() {
            state = transfer(inst, descriptor, state, shared, false)?;
        }
        for target in block.terminator().map(Value::successors).unwrap_or_default() {
            let joined = match at.get(&target) {
                None => state,
                Some(known) if *known == state => continue,
                Some(State::Either) => continue,
                Some(_) => State::Either,
            };
            at.insert(target, joined);
            work.push_back(target);
        }
    }
    // Judged once the states stand still.
    for block in blocks {
        let Some(mut state) = at.get(block).copied() else {
            continue;
        };
        for inst in block.instructions() {
            state = transfer(inst, descriptor, state, shared, true)?;
        }
    }
    Ok(())
}

fn transfer(
    inst: Value<'_>,
    descriptor: Value<'_>,
    state: State,
    shared: bool,
    judge: bool,
) -> Result<State, String> {
    let wrong = |what: &str| {
        if judge {
            Err(format!("{what}: {}", inst.print().trim()))
        } else {
            Ok(())
        }
    };
    if matches!(inst.opcode(), Some(LLVMOpcode::LLVMRet | LLVMOpcode::LLVMResume)) {
        if state == State::Open && !shared {
            wrong("a region is open at an exit")?;
        }
        return Ok(state);
    }
    let Some((name, Some(argument))) = runtime_call(inst) else {
        return Ok(state);
    };
    if argument != descriptor {
        return Ok(state);
    }
    let name = name.as_str();
    if entry::OPENS.contains(&name) {
        if state == State::Open && !shared {
            wrong("a region is opened twice")?;
        }
        return Ok(State::Open);
    }
    if state == State::Ended && (entry::ENDS.contains(&name) || entry::ON_OPEN.contains(&name)) {
        wrong("an entry point works on a region that is not open")?;
    }
    Ok(if entry::ENDS.contains(&name) {
        State::Ended
    } else {
        state
    })
}
