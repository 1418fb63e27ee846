//! What ARM instructions do to registers, from their names and operands.
//!
//! The rule for a name that is not listed: its first operand, if that is a general register, is
//! its result. The lists hold the exceptions of ARMv7-A and ARMv7-M: those without a result, and
//! those with two.

use capstone::RegId;
use capstone::arch::arm::{ArmOperand, ArmOperandType, ArmReg, ArmShift};

use crate::instruction::{Effect, Expr};
use crate::machine::{PC, Reg};

const SP: Reg = 13;

/// Operands of an instruction.
pub(super) struct Operands {
    all: Vec<ArmOperand>,
    writeback: bool,
}

impl Operands {
    pub(super) fn new(all: impl Iterator<Item = ArmOperand>, writeback: bool) -> Self {
        Self {
            all: all.collect(),
            writeback,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn last(&self) -> Option<&ArmOperandType> {
        self.all.last().map(|operand| &operand.op_type)
    }

    /// The general register that the operand is.
    pub(super) fn register(&self, index: usize) -> Option<Reg> {
        match self.all.get(index)?.op_type {
            ArmOperandType::Reg(register) => general(register),
            _ => None,
        }
    }

    /// Whether the operand is used without a shift.
    pub(super) fn plain(&self, index: usize) -> bool {
        self.all
            .get(index)
            .is_some_and(|operand| operand.shift == ArmShift::Invalid && !operand.subtracted)
    }

    /// The last operand, if it is a constant.
    pub(super) fn constant(&self) -> Option<i64> {
        match self.last()? {
            ArmOperandType::Imm(value) => Some((*value).into()),
            _ => None,
        }
    }

    /// General registers among the operands from `first` on.
    fn registers(&self, first: usize) -> Vec<Reg> {
        (first..self.all.len())
            .filter_map(|index| self.register(index))
            .collect()
    }

    /// Bytes of the floating-point registers among the operands.
    fn vector_bytes(&self) -> Option<i64> {
        let bytes = |operand: &ArmOperand| match operand.op_type {
            ArmOperandType::Reg(RegId(id)) => match u32::from(id) {
                id if (ArmReg::ARM_REG_D0..=ArmReg::ARM_REG_D31).contains(&id) => Some(8),
                id if (ArmReg::ARM_REG_S0..=ArmReg::ARM_REG_S31).contains(&id) => Some(4),
                _ => None,
            },
            _ => None,
        };
        self.all.iter().map(bytes).sum()
    }

    fn memory(&self) -> Option<Memory> {
        let (at, memory) = self
            .all
            .iter()
            .enumerate()
            .find_map(|(at, operand)| match &operand.op_type {
                ArmOperandType::Mem(memory) => Some((at, memory)),
                _ => None,
            })?;
        let indexed = u32::from(memory.index().0) != ArmReg::ARM_REG_INVALID;
        let behind = self
            .all
            .get(at + 1)
            .map(|operand| (&operand.op_type, operand.subtracted));
        let (behind, known) = match behind {
            None => (None, !indexed),
            Some((ArmOperandType::Imm(value), subtracted)) => {
                let value = i64::from(*value);
                (Some(if subtracted { -value.abs() } else { value }), !indexed)
            }
            Some(_) => (None, false),
        };
        Some(Memory {
            base: general(memory.base())?,
            add: memory.disp().into(),
            known,
            behind,
        })
    }
}

/// A memory operand.
struct Memory {
    base: Reg,
    add: i64,
    /// Neither an index nor an amount in a register.
    known: bool,
    /// What is added to the base afterwards.
    behind: Option<i64>,
}

fn general(register: RegId) -> Option<Reg> {
    let id = u32::from(register.0);
    Some(match id {
        ArmReg::ARM_REG_SP => SP,
        ArmReg::ARM_REG_LR => 14,
        ArmReg::ARM_REG_PC => PC,
        _ if (ArmReg::ARM_REG_R0..=ArmReg::ARM_REG_R12).contains(&id) => (id - ArmReg::ARM_REG_R0) as Reg,
        _ => return None,
    })
}

fn unknown(registers: impl IntoIterator<Item = Reg>) -> Vec<Effect> {
    registers
        .into_iter()
        .map(|register| Effect::Set(register, Expr::Unknown))
        .collect()
}

fn sum(target: Reg, source: Reg, add: i64) -> Effect {
    // Reading the program counter gives an address ahead of the instruction.
    Effect::Set(
        target,
        if source == PC {
            Expr::Unknown
        } else {
            Expr::Sum(source, add, 32)
        },
    )
}

/// The effects of the instruction of that name (without condition and width).
pub(super) fn effects(name: &str, operands: &Operands) -> Vec<Effect> {
    let op = |index| operands.register(index);
    match name {
        "push" => store_list(SP, &operands.registers(0), true, true),
        "stmdb" => match op(0) {
            Some(base) => store_list(base, &operands.registers(1), operands.writeback, true),
            None => Vec::new(),
        },
        "stm" | "stmia" => match op(0) {
            Some(base) => store_list(base, &operands.registers(1), operands.writeback, false),
            None => Vec::new(),
        },
        "stmda" | "stmib" => unknown(op(0).filter(|_| operands.writeback)),
        "pop" => load_list(SP, &operands.registers(0), true),
        "ldm" | "ldmia" => match op(0) {
            Some(base) => load_list(base, &operands.registers(1), operands.writeback),
            None => unknown(operands.registers(0)),
        },
        "ldmdb" | "ldmda" | "ldmib" => unknown(operands.registers(usize::from(!operands.writeback))),
        "vpush" | "vpop" => match operands.vector_bytes() {
            Some(bytes) => vec![sum(SP, SP, if name == "vpush" { -bytes } else { bytes })],
            None => unknown([SP]),
        },
        "bl" | "blx" | "b" | "cbz" | "cbnz" | "tbb" | "tbh" => Vec::new(),
        "bx" => op(0).map(|register| sum(PC, register, 0)).into_iter().collect(),
        "str" | "strb" | "strh" | "strd" => store(name, operands),
        "ldr" | "ldrd" => load(name, operands),
        "mov" | "movs" | "movw" => match (op(0), op(1), operands.constant()) {
            (Some(target), Some(source), _) if operands.plain(1) && operands.count() == 2 => {
                vec![sum(target, source, 0)]
            }
            (Some(target), None, Some(value)) if operands.count() == 2 => {
                vec![Effect::Set(target, Expr::Const(i64::from(value as u32)))]
            }
            (target, ..) => unknown(target),
        },
        "add" | "addw" | "adds" | "sub" | "subw" | "subs" => {
            let value = operands
                .constant()
                .map(|value| if name.starts_with('a') { value } else { -value });
            match (op(0), operands.count(), value) {
                (Some(target), 2, Some(value)) => vec![sum(target, target, value)],
                (Some(target), 3, Some(value)) => match op(1) {
                    Some(source) => vec![sum(target, source, value)],
                    None => unknown([target]),
                },
                (target, ..) => unknown(target),
            }
        }
        _ => other(name, operands),
    }
}

fn other(name: &str, operands: &Operands) -> Vec<Effect> {
    const NO_RESULT: [&str; 27] = [
        "cmp", "cmn", "tst", "teq", "nop", "dmb", "dsb", "isb", "pld", "pldw", "pli", "udf", "trap", "msr",
        "mcr", "mcr2", "mcrr", "mcrr2", "clrex", "cps", "setend", "strt", "strbt", "strht", "stc", "stl",
        "ldc",
    ];
    const TWO_RESULTS: [&str; 13] = [
        "umull", "smull", "umlal", "smlal", "umaal", "smlalbb", "smlalbt", "smlaltb", "smlaltt", "smlald",
        "smlaldx", "smlsld", "smlsldx",
    ];
    let base = operands
        .memory()
        .filter(|_| operands.writeback)
        .map(|memory| memory.base);
    let results = if NO_RESULT.contains(&name) {
        Vec::new()
    } else if TWO_RESULTS.contains(&name)
        || matches!(name, "ldrexd" | "vmov") && operands.register(0).is_some()
    {
        operands.registers(0).into_iter().take(2).collect()
    } else if matches!(name, "mrc" | "mrc2" | "mrrc" | "mrrc2") {
        operands.registers(0)
    } else if name.starts_with("vld") || name.starts_with("vst") {
        // Of multiple transfers the base is an operand of its own.
        operands
            .registers(0)
            .into_iter()
            .filter(|_| operands.writeback)
            .collect()
    } else {
        operands.register(0).into_iter().collect()
    };
    let mut effects = vector_store(name, operands);
    effects.extend(unknown(results.into_iter().chain(base)));
    effects
}

/// What stores of the floating-point and exclusive kinds may overwrite, generously.
fn vector_store(name: &str, operands: &Operands) -> Vec<Effect> {
    let (add, bytes) = match name {
        _ if name.starts_with("strex") || name.starts_with("stl") || name == "vstr" => (0, 8),
        _ if name.starts_with("vstmdb") => (-256, 256),
        _ if name.starts_with("vst") => (0, 256),
        _ => return Vec::new(),
    };
    let (base, offset) = match operands.memory() {
        Some(memory) => (memory.base, if memory.known { memory.add } else { 0 }),
        None => match operands.registers(0).first() {
            Some(&base) => (base, 0),
            None => return Vec::new(),
        },
    };
    vec![Effect::Store {
        base,
        add: offset + add,
        bytes,
        source: None,
    }]
}

/// Stores registers upwards from the base, or downwards to it.
fn store_list(base: Reg, registers: &[Reg], writeback: bool, down: bool) -> Vec<Effect> {
    let bytes = 4 * registers.len() as i64;
    let start = if down { -bytes } else { 0 };
    let at = |(index, &source): (usize, &Reg)| Effect::Store {
        base,
        add: start + 4 * index as i64,
        bytes: 4,
        source: Some(source).filter(|&source| source != PC && source != base),
    };
    let mut effects: Vec<_> = registers.iter().enumerate().map(at).collect();
    if writeback {
        effects.push(sum(base, base, if down { -bytes } else { bytes }));
    }
    effects
}

/// Loads registers upwards from the base.
fn load_list(base: Reg, registers: &[Reg], writeback: bool) -> Vec<Effect> {
    if registers.contains(&base) {
        return unknown(registers.iter().copied());
    }
    let at = |(index, &target): (usize, &Reg)| Effect::Set(target, Expr::Load(base, 4 * index as i64));
    let mut effects: Vec<_> = registers.iter().enumerate().map(at).collect();
    if writeback {
        effects.push(sum(base, base, 4 * registers.len() as i64));
    }
    effects
}

fn store(name: &str, operands: &Operands) -> Vec<Effect> {
    let Some(memory) = operands.memory() else {
        return unknown(operands.registers(0));
    };
    let mut effects = Vec::new();
    if memory.known {
        let whole = |index| operands.register(index).filter(|&source| source != PC);
        let mut one = |add, bytes, source| {
            effects.push(Effect::Store {
                base: memory.base,
                add: memory.add + add,
                bytes,
                source,
            });
        };
        match name {
            "str" => one(0, 4, whole(0)),
            "strd" => {
                one(0, 4, whole(0));
                one(4, 4, whole(1));
            }
            _ => one(0, 4, None),
        }
    }
    effects.extend(written_back(&memory, operands));
    effects
}

fn load(name: &str, operands: &Operands) -> Vec<Effect> {
    let Some(memory) = operands.memory() else {
        return unknown(operands.registers(0));
    };
    let targets: Vec<_> = operands
        .registers(0)
        .into_iter()
        .take(if name == "ldrd" { 2 } else { 1 })
        .collect();
    if !memory.known || targets.contains(&memory.base) || memory.base == PC {
        return unknown(
            targets
                .into_iter()
                .chain(operands.writeback.then_some(memory.base)),
        );
    }
    let at = |(index, target)| Effect::Set(target, Expr::Load(memory.base, memory.add + 4 * index as i64));
    let mut effects: Vec<_> = targets.into_iter().enumerate().map(at).collect();
    effects.extend(written_back(&memory, operands));
    effects
}

/// The base's new value.
fn written_back(memory: &Memory, operands: &Operands) -> Option<Effect> {
    operands.writeback.then(|| match memory {
        Memory {
            known: false, base, ..
        } => Effect::Set(*base, Expr::Unknown),
        Memory {
            base,
            behind: Some(add),
            ..
        } => sum(*base, *base, *add),
        Memory { base, add, .. } => sum(*base, *base, *add),
    })
}
