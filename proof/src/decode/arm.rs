//! ARMv7: A32 and Thumb-2, by capstone. What follows each instruction is decided here, what it
//! does to registers in [`arm_effects`](super::arm_effects).
//!
//! An IT block is decoded as one: its instructions mean something else alone.

use capstone::arch::arm::{ArmCC, ArmOperandType};
use capstone::prelude::*;

use super::arm_effects::{Operands, effects};
use crate::instruction::{Compare, Computed, Condition, Effect, Instruction, Operand, Place, Step};
use crate::machine::{PC, Reg};

const NONE: &str = "bytes that are no instruction";
const LR: Reg = 14;

/// The disassemblers of both states. Special registers of the M profile (`primask`) have encodings of their own.
pub(crate) struct Decoder {
    arm: Capstone,
    thumb: Capstone,
    microcontroller: Capstone,
}

impl Decoder {
    /// # Errors
    ///
    /// The disassembler's reason not to start.
    pub(super) fn new() -> Result<Self, capstone::Error> {
        let of = |mode| Capstone::new().arm().mode(mode).detail(true).build();
        Ok(Self {
            arm: of(arch::arm::ArchMode::Arm)?,
            thumb: of(arch::arm::ArchMode::Thumb)?,
            microcontroller: Capstone::new()
                .arm()
                .mode(arch::arm::ArchMode::Thumb)
                .extra_mode([arch::arm::ArchExtraMode::MClass].into_iter())
                .detail(true)
                .build()?,
        })
    }

    /// Decodes the instruction, or the IT block, that the bytes begin with.
    pub(super) fn decode(&self, bytes: &[u8], place: Place) -> Result<Vec<Instruction>, &'static str> {
        if !place.address.is_multiple_of(if place.thumb { 2 } else { 4 }) {
            return Err("an instruction at an odd address");
        }
        let wanted = if place.thumb { it_length(bytes) + 1 } else { 1 };
        // What the M profile has alone is tried last: the other profiles have no instruction in its place.
        let both = [&self.thumb, &self.microcontroller];
        let disassemblers = if place.thumb { &both[..] } else { &[&self.arm] };
        for capstone in disassemblers {
            let native = capstone
                .disasm_count(bytes, place.address, wanted)
                .map_err(|_| NONE)?;
            if native.len() < wanted {
                continue;
            }
            let mut instructions = Vec::with_capacity(wanted);
            for one in native.iter() {
                instructions.push(instruction(capstone, one, place.thumb, wanted > 1)?);
            }
            return Ok(instructions);
        }
        Err(NONE)
    }
}

/// Instructions behind an IT instruction that belong to it; 0 if the bytes begin with none.
fn it_length(bytes: &[u8]) -> usize {
    match *bytes {
        [mask, 0xbf, ..] if mask & 0xf != 0 => 4 - (mask & 0xf).trailing_zeros() as usize,
        _ => 0,
    }
}

fn instruction(
    capstone: &Capstone,
    native: &capstone::Insn<'_>,
    thumb: bool,
    block: bool,
) -> Result<Instruction, &'static str> {
    let detail = capstone.insn_detail(native).map_err(|_| NONE)?;
    let arch = detail.arch_detail();
    let arm = arch.arm().ok_or(NONE)?;
    let name = capstone.insn_name(native.id()).ok_or(NONE)?;
    let place = Place {
        address: native.address(),
        thumb,
    };
    let operands = Operands::new(arm.operands(), arm.writeback());
    let always = matches!(arm.cc(), ArmCC::ARM_CC_AL | ArmCC::ARM_CC_INVALID);
    let it = name.starts_with("it") && thumb;
    let mnemonic = native.mnemonic().unwrap_or_default();
    let text = format!("{mnemonic} {}", native.op_str().unwrap_or_default());
    let condition = if always { None } else { Some(arm.cc()) };
    let effects = if it { Vec::new() } else { effects(&name, &operands) };
    let step = if it {
        Step::Next
    } else {
        step(&name, &operands, &effects, place, condition)
    };
    // A branch's condition is in its step, except inside a block, where all may be skipped.
    let branches = matches!(step, Step::Branch(..));
    Ok(Instruction {
        place,
        length: native.bytes().len() as u64,
        text: text.trim_end().to_owned(),
        predicated: !it && !branches && (!always || block),
        compare: if block {
            None
        } else {
            compare(&name, &operands, arm.update_flags())
        },
        sets_flags: arm.update_flags()
            || matches!(&*name, "cmp" | "cmn" | "tst" | "teq" | "vmrs" | "msr")
            || block,
        step,
        effects,
    })
}

fn step(name: &str, operands: &Operands, effects: &[Effect], place: Place, condition: Option<ArmCC>) -> Step {
    let target = |thumb| match operands.last() {
        Some(ArmOperandType::Imm(address)) => Some(Place {
            address: u64::from(*address as u32),
            thumb,
        }),
        _ => None,
    };
    let same = target(place.thumb);
    match (name, same) {
        ("b", Some(to)) => match condition {
            Some(condition) => Step::Branch(to, meaning(condition)),
            None => Step::Jump(to),
        },
        ("cbz", Some(to)) => Step::Branch(to, Some(Condition::Equal)),
        ("cbnz", Some(to)) => Step::Branch(to, Some(Condition::NotEqual)),
        ("bl", Some(to)) => Step::Call(to),
        ("blx", Some(_)) => Step::Call(target(!place.thumb).expect("an address")),
        ("blx", None) => Step::ComputedCall(
            operands
                .register(0)
                .map_or(Computed::Other, |r| Computed::Register(r, 0)),
        ),
        ("bx", _) if operands.register(0) == Some(LR) => Step::Return,
        ("bx", _) => Step::ComputedJump(
            operands
                .register(0)
                .map_or(Computed::Other, |r| Computed::Register(r, 0)),
        ),
        ("tbb" | "tbh", _) => Step::Refused("a jump through a table"),
        ("udf" | "trap", _) => Step::Trap,
        ("svc" | "hvc" | "smc" | "bkpt" | "hlt", _) => Step::Refused("leaves for the system or a debugger"),
        ("wfi" | "wfe" | "yield" | "dbg", _) => Step::Refused("waits"),
        ("b" | "bl" | "cbz" | "cbnz" | "bxj" | "rfeia" | "rfeib" | "rfeda" | "rfedb" | "eret", _) => {
            Step::Refused("transfers control in a way that is not followed")
        }
        _ => match effects
            .iter()
            .rfind(|effect| matches!(effect, Effect::Set(PC, _)))
        {
            Some(Effect::Set(PC, crate::instruction::Expr::Unknown)) => Step::ComputedJump(Computed::Other),
            Some(_) => Step::Return,
            None => Step::Next,
        },
    }
}

fn meaning(condition: ArmCC) -> Option<Condition> {
    Some(match condition {
        ArmCC::ARM_CC_EQ => Condition::Equal,
        ArmCC::ARM_CC_NE => Condition::NotEqual,
        ArmCC::ARM_CC_LT => Condition::LessS,
        ArmCC::ARM_CC_LE => Condition::LessEqualS,
        ArmCC::ARM_CC_GT => Condition::GreaterS,
        ArmCC::ARM_CC_GE => Condition::GreaterEqualS,
        ArmCC::ARM_CC_LO => Condition::LessU,
        ArmCC::ARM_CC_LS => Condition::LessEqualU,
        ArmCC::ARM_CC_HI => Condition::GreaterU,
        ArmCC::ARM_CC_HS => Condition::GreaterEqualU,
        _ => return None,
    })
}

fn compare(name: &str, operands: &Operands, flags: bool) -> Option<Compare> {
    let of = |left: Option<Reg>, right, equality_only| {
        Some(Compare {
            left: left?,
            right,
            bits: 32,
            equality_only,
        })
    };
    let source = if operands.count() == 3 {
        operands.register(1)
    } else {
        operands.register(0)
    };
    match name {
        "cbz" | "cbnz" => of(operands.register(0), Operand::Const(0), true),
        "cmp" if operands.count() == 2 => match (operands.register(1), operands.constant()) {
            (Some(right), _) if operands.plain(1) => of(operands.register(0), Operand::Reg(right), false),
            (None, Some(value)) => of(operands.register(0), Operand::Const(value), false),
            _ => None,
        },
        "sub" | "subs" if flags => of(source, Operand::Const(operands.constant()?), false),
        "add" | "adds" if flags => of(source, Operand::Const(operands.constant()?.wrapping_neg()), true),
        _ => None,
    }
}
