//! Where the stack pointer is, and what registers and the stack hold of the caller's.
//!
//! Forward, over the flow graph. A value is a constant, an address in the stack relative to the
//! stack pointer at the entry, what a register held at the entry, or unknown. Values that differ
//! where paths meet are unknown; so the lattice has height two, and the iteration ends.
//!
//! Shown: the stack pointer is known at each instruction; at each return the program counter gets
//! the return address of the entry, the stack pointer has its value of before the call, and the
//! registers that the convention preserves hold what they held. Together these make "a call comes
//! back to the instruction behind it, changing no preserved register" an induction over the depth of calls.
//! Relied on: a store through an address that is not known to be in the stack does not change the
//! saved registers (*Proof-A2* in docs/PROOF.md).

use std::collections::BTreeMap;

use crate::flow::{Flow, Node, refuse};
use crate::image::Image;
use crate::instruction::{Effect, Expr};
use crate::machine::{Machine, PC, REGISTERS, Reg};
use crate::refusal::Refusal;

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Unknown,
    Const(i64),
    /// Address of the stack pointer at the entry, plus this.
    Stack(i64),
    /// What the register held at the entry; of the program counter, the return address.
    Entry(Reg),
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct State {
    registers: [Value; REGISTERS],
    /// Entry values in the stack, by offset.
    saved: BTreeMap<i64, Reg>,
}

/// Highest distances below the entry's stack pointer that are believed; beyond is no stack of a kernel.
const DEEPEST: i64 = 1 << 32;

impl State {
    fn entry(machine: Machine) -> Self {
        let mut registers = [Value::Unknown; REGISTERS];
        for register in 0..32 {
            registers[register as usize] = Value::Entry(register);
        }
        registers[machine.stack_pointer() as usize] = Value::Stack(0);
        let mut saved = BTreeMap::new();
        match machine.link() {
            Some(link) => registers[link as usize] = Value::Entry(PC),
            None => {
                saved.insert(0, PC);
            }
        }
        if let Some(zero) = machine.zero() {
            registers[zero as usize] = Value::Const(0);
        }
        Self { registers, saved }
    }

    pub(crate) fn register(&self, register: Reg) -> Value {
        self.registers[register as usize]
    }

    fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            if mine != theirs {
                *mine = Value::Unknown;
            }
        }
        self.saved
            .retain(|at, register| other.saved.get(at) == Some(register));
        before != *self
    }

    fn evaluate(&self, expr: Expr, machine: Machine) -> Value {
        match expr {
            Expr::Const(value) => Value::Const(value),
            Expr::Sum(register, add, bits) => match self.register(register) {
                Value::Const(value) if bits == 32 => Value::Const(i64::from(value.wrapping_add(add) as u32)),
                Value::Const(value) => Value::Const(value.wrapping_add(add)),
                Value::Stack(at) if i64::from(bits) == machine.pointer_bytes() * 8 => {
                    Value::Stack(at.saturating_add(add))
                }
                entry @ Value::Entry(_) if add == 0 && i64::from(bits) == machine.pointer_bytes() * 8 => {
                    entry
                }
                _ => Value::Unknown,
            },
            Expr::Load(base, add) => match self.register(base) {
                Value::Stack(at) => self
                    .saved
                    .get(&at.saturating_add(add))
                    .map_or(Value::Unknown, |&register| Value::Entry(register)),
                _ => Value::Unknown,
            },
            Expr::Unknown => Value::Unknown,
        }
    }

    /// Applies one effect; the lowest address that it uses or moves the stack pointer to.
    fn apply(&mut self, effect: &Effect, machine: Machine) -> i64 {
        match *effect {
            Effect::Set(register, expr) => {
                let value = self.evaluate(expr, machine);
                if Some(register) != machine.zero() {
                    self.registers[register as usize] = value;
                }
                match value {
                    Value::Stack(at) if register == machine.stack_pointer() => at,
                    _ => 0,
                }
            }
            Effect::Store {
                base,
                add,
                bytes,
                source,
            } => {
                let Value::Stack(at) = self.register(base) else {
                    return 0;
                };
                let at = at.saturating_add(add);
                let word = machine.pointer_bytes();
                // An operand of unknown size is as large as any.
                let end = at.saturating_add(if bytes == 0 { 1024 } else { bytes });
                self.saved
                    .retain(|&slot, _| slot.saturating_add(word) <= at || slot >= end);
                if bytes == word
                    && let Some(Value::Entry(register)) = source.map(|source| self.register(source))
                {
                    self.saved.insert(at, register);
                }
                at
            }
        }
    }

    /// What a call leaves: preserved registers, the stack pointer, and what is saved above it.
    fn after_call(&mut self, machine: Machine) {
        let sp = machine.stack_pointer();
        for register in 0..PC {
            if register != sp && !machine.preserved(register) {
                self.registers[register as usize] = Value::Unknown;
            }
        }
        if let Value::Stack(top) = self.register(sp) {
            self.saved.retain(|&at, _| at >= top);
        }
    }
}

/// What holds at each instruction.
pub(crate) struct States {
    /// Before the instruction.
    pub(crate) before: Vec<State>,
    /// After it, on the way to any successor.
    pub(crate) after: Vec<State>,
    /// Bytes below the entry's stack pointer that each instruction uses.
    pub(crate) depth: Vec<i64>,
}

impl States {
    /// Follows the stack.
    ///
    /// # Errors
    ///
    /// Where the stack pointer, the return address or a preserved register is not what it has to be.
    pub(crate) fn compute(image: &Image, flow: &Flow) -> Result<Self, Refusal> {
        let mut before: Vec<Option<State>> = vec![None; flow.nodes.len()];
        before[0] = Some(State::entry(image.machine));
        let mut work = vec![0];
        while let Some(node) = work.pop() {
            let state = before[node].clone().expect("reached");
            let (after, _) = transfer(image, flow, node, &state)?;
            for &next in &flow.nodes[node].successors {
                let changed = match &mut before[next] {
                    Some(known) => known.join(&after),
                    unset => {
                        *unset = Some(after.clone());
                        true
                    }
                };
                if changed {
                    work.push(next);
                }
            }
        }
        let before: Vec<State> = before
            .into_iter()
            .map(|state| state.expect("every node is reached"))
            .collect();
        let mut states = Self {
            before,
            after: Vec::new(),
            depth: Vec::new(),
        };
        for node in 0..flow.nodes.len() {
            let (after, depth) = transfer(image, flow, node, &states.before[node])?;
            if flow.nodes[node].returns {
                check_return(image, flow, node, &states.before[node])?;
            }
            states.after.push(after);
            states.depth.push(depth);
        }
        Ok(states)
    }
}

/// The state behind the instruction, if control goes on, and the depth it reaches.
fn transfer(image: &Image, flow: &Flow, node: Node, state: &State) -> Result<(State, i64), Refusal> {
    use crate::instruction::Step;
    let machine = image.machine;
    let vertex = &flow.nodes[node];
    let instruction = &vertex.instruction;
    let (mut after, mut lowest) = (state.clone(), 0);
    for effect in &instruction.effects {
        lowest = lowest.min(after.apply(effect, machine));
    }
    let calls = matches!(instruction.step, Step::Call(_) | Step::ComputedCall(_));
    match after.register(machine.stack_pointer()) {
        Value::Stack(at) => {
            let pushed = if calls { machine.return_bytes() } else { 0 };
            lowest = lowest.min(at.saturating_sub(pushed));
        }
        _ => {
            return Err(refuse(
                image,
                instruction,
                "the stack pointer cannot be followed: it is not a constant away from where it was at the entry, or differs between paths",
            ));
        }
    }
    if lowest < -DEEPEST {
        return Err(refuse(image, instruction, "the stack grows beyond any bound"));
    }
    if calls {
        after.after_call(machine);
    }
    if vertex.returns {
        // What goes on is the path on which the instruction did nothing.
        after = state.clone();
    } else if instruction.predicated {
        after.join(state);
    }
    Ok((after, -lowest))
}

fn check_return(image: &Image, flow: &Flow, node: Node, before: &State) -> Result<(), Refusal> {
    let machine = image.machine;
    let instruction = &flow.nodes[node].instruction;
    let mut state = before.clone();
    for effect in &instruction.effects {
        state.apply(effect, machine);
    }
    if state.register(PC) != Value::Entry(PC) {
        return Err(refuse(
            image,
            instruction,
            "jumps to an address that is not proven to be the caller's",
        ));
    }
    if state.register(machine.stack_pointer()) != Value::Stack(machine.return_bytes()) {
        return Err(refuse(
            image,
            instruction,
            "returns with another stack pointer than at the entry",
        ));
    }
    let changed = (0..PC).find(|&register| {
        let zero = machine.zero() == Some(register);
        machine.preserved(register) && !zero && state.register(register) != Value::Entry(register)
    });
    match changed {
        Some(register) => {
            let name = machine.register_name(register);
            Err(refuse(
                image,
                instruction,
                format!("returns with {name} changed, which callers rely on"),
            ))
        }
        None => Ok(()),
    }
}
