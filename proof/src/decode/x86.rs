//! x86-64, by iced-x86.

use iced_x86::{
    Code, ConditionCode, Decoder, DecoderOptions, FlowControl, Formatter, GasFormatter,
    InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register,
};

use crate::instruction::{Compare, Computed, Condition, Effect, Expr, Instruction, Operand, Place, Step};
use crate::machine::{PC, Reg};

const SP: Reg = 4;
const BP: Reg = 5;

/// Decodes the instruction that the bytes begin with.
pub(super) fn decode(bytes: &[u8], place: Place) -> Result<Instruction, &'static str> {
    let mut decoder = Decoder::with_ip(64, bytes, place.address, DecoderOptions::NONE);
    let native = decoder.decode();
    if native.is_invalid() {
        return Err("bytes that are no instruction");
    }
    let mut text = String::new();
    GasFormatter::new().format(&native, &mut text);
    let sets_flags = native.rflags_modified() != 0;
    Ok(Instruction {
        place,
        length: native.len() as u64,
        text,
        predicated: false,
        step: step(&native, place),
        effects: effects(&native),
        compare: compare(&native),
        sets_flags,
    })
}

fn step(native: &iced_x86::Instruction, place: Place) -> Step {
    let near = native.op0_kind() == OpKind::NearBranch64;
    let target = Place {
        address: native.near_branch_target(),
        ..place
    };
    match native.flow_control() {
        FlowControl::Next
            if native.is_string_instruction() && (native.has_rep_prefix() || native.has_repne_prefix()) =>
        {
            Step::Refused("repeats as often as a register says")
        }
        FlowControl::Next
            if matches!(
                native.mnemonic(),
                Mnemonic::Hlt | Mnemonic::Pause | Mnemonic::Cpuid
            ) =>
        {
            Step::Refused("waits, or takes a time that no count of instructions bounds")
        }
        FlowControl::Next => Step::Next,
        FlowControl::UnconditionalBranch if near => Step::Jump(target),
        FlowControl::ConditionalBranch if near => Step::Branch(target, condition(native.condition_code())),
        FlowControl::Call if near => Step::Call(target),
        FlowControl::IndirectCall => Step::ComputedCall(computed(native)),
        FlowControl::IndirectBranch => Step::ComputedJump(computed(native)),
        FlowControl::Return if matches!(native.code(), Code::Retnq | Code::Retnq_imm16) => Step::Return,
        FlowControl::Exception => Step::Trap,
        FlowControl::Call | FlowControl::Interrupt => Step::Refused("leaves for the operating system"),
        _ => Step::Refused("transfers control in a way that is not followed"),
    }
}

fn computed(native: &iced_x86::Instruction) -> Computed {
    match native.op0_kind() {
        OpKind::Memory if native.is_ip_rel_memory_operand() && native.segment_prefix() == Register::None => {
            Computed::Slot(native.ip_rel_memory_address())
        }
        OpKind::Register => {
            register(native.op0_register()).map_or(Computed::Other, |r| Computed::Register(r, 0))
        }
        _ => Computed::Other,
    }
}

fn condition(code: ConditionCode) -> Option<Condition> {
    Some(match code {
        ConditionCode::e => Condition::Equal,
        ConditionCode::ne => Condition::NotEqual,
        ConditionCode::l => Condition::LessS,
        ConditionCode::le => Condition::LessEqualS,
        ConditionCode::g => Condition::GreaterS,
        ConditionCode::ge => Condition::GreaterEqualS,
        ConditionCode::b => Condition::LessU,
        ConditionCode::be => Condition::LessEqualU,
        ConditionCode::a => Condition::GreaterU,
        ConditionCode::ae => Condition::GreaterEqualU,
        _ => return None,
    })
}

/// The number of the general register that this one is, or is part of.
fn register(native: Register) -> Option<Reg> {
    let full = native.full_register();
    full.is_gpr64()
        .then(|| (full as u32 - Register::RAX as u32) as Reg)
}

/// A general register and its width, where a value in it can be followed.
fn wide(native: Register) -> Option<(Reg, u32)> {
    match native.size() {
        4 | 8 if native.is_gpr() => Some((register(native)?, native.size() as u32 * 8)),
        _ => None,
    }
}

/// Base and displacement of a memory operand without index, of which the address is known if the
/// base is.
fn address(native: &iced_x86::Instruction) -> Option<(Reg, i64)> {
    let simple = native.memory_index() == Register::None && native.segment_prefix() == Register::None;
    let base = native.memory_base();
    (simple && base.is_gpr64()).then(|| Some((register(base)?, native.memory_displacement64() as i64)))?
}

fn immediate(native: &iced_x86::Instruction, operand: u32) -> Option<i64> {
    native.try_immediate(operand).ok().map(|value| value as i64)
}

fn effects(native: &iced_x86::Instruction) -> Vec<Effect> {
    if let Some(exact) = exact(native) {
        return exact;
    }
    let mut factory = InstructionInfoFactory::new();
    let info = factory.info(native);
    let writes = |access| {
        matches!(
            access,
            OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite
        )
    };
    let mut effects = Vec::new();
    for used in info.used_memory() {
        let plain = used.index() == Register::None && used.base().is_gpr64();
        if let Some(base) = register(used.base()).filter(|_| plain && writes(used.access())) {
            let bytes = used.memory_size().size() as i64;
            let add = used.displacement() as i64;
            effects.push(Effect::Store {
                base,
                add,
                bytes,
                source: None,
            });
        }
    }
    for used in info.used_registers() {
        if writes(used.access())
            && let Some(register) = register(used.register())
        {
            effects.push(Effect::Set(register, Expr::Unknown));
        }
    }
    effects
}

/// The effects of those instructions whose results are followed.
fn exact(native: &iced_x86::Instruction) -> Option<Vec<Effect>> {
    let first = || wide(native.op0_register()).filter(|_| native.op0_kind() == OpKind::Register);
    let second = || wide(native.op1_register()).filter(|_| native.op1_kind() == OpKind::Register);
    let move_sp = |bytes| Effect::Set(SP, Expr::Sum(SP, bytes, 64));
    let from_memory = native.op1_kind() == OpKind::Memory;
    Some(match native.mnemonic() {
        Mnemonic::Push if native.stack_pointer_increment() == -8 => {
            let source = first().map(|(register, _)| register);
            // `push rsp` stores the value from before; it is not followed.
            let source = source.filter(|&register| register != SP);
            vec![
                move_sp(-8),
                Effect::Store {
                    base: SP,
                    add: 0,
                    bytes: 8,
                    source,
                },
            ]
        }
        Mnemonic::Pop if native.stack_pointer_increment() == 8 => {
            let (target, _) = first().filter(|&(target, bits)| target != SP && bits == 64)?;
            vec![Effect::Set(target, Expr::Load(SP, 0)), move_sp(8)]
        }
        Mnemonic::Leave if native.stack_pointer_increment() == 0 || native.code() == Code::Leaveq => vec![
            Effect::Set(SP, Expr::Sum(BP, 0, 64)),
            Effect::Set(BP, Expr::Load(SP, 0)),
            move_sp(8),
        ],
        Mnemonic::Ret => {
            let popped = native.try_immediate(0).unwrap_or(0) as i64;
            vec![Effect::Set(PC, Expr::Load(SP, 0)), move_sp(8 + popped)]
        }
        Mnemonic::Call => Vec::new(),
        Mnemonic::Mov if native.op0_kind() == OpKind::Memory => {
            let (base, add) = address(native)?;
            let bytes = native.memory_size().size() as i64;
            let source = second()
                .filter(|&(_, bits)| bits == 64)
                .map(|(register, _)| register);
            vec![Effect::Store {
                base,
                add,
                bytes,
                source,
            }]
        }
        Mnemonic::Mov if from_memory => {
            let (target, _) = first().filter(|&(_, bits)| bits == 64)?;
            let (base, add) = address(native)?;
            vec![Effect::Set(target, Expr::Load(base, add))]
        }
        Mnemonic::Mov => {
            let (target, bits) = first()?;
            let value = match (second(), immediate(native, 1)) {
                (Some((source, _)), _) => Expr::Sum(source, 0, bits),
                (None, Some(value)) => Expr::Const(truncate(value, bits)),
                _ => return None,
            };
            vec![Effect::Set(target, value)]
        }
        Mnemonic::Xor | Mnemonic::Sub if first().is_some() && first() == second() => {
            vec![Effect::Set(first()?.0, Expr::Const(0))]
        }
        Mnemonic::Add | Mnemonic::Sub => {
            let ((target, bits), value) = (first()?, immediate(native, 1)?);
            let value = if native.mnemonic() == Mnemonic::Sub {
                value.wrapping_neg()
            } else {
                value
            };
            vec![Effect::Set(target, Expr::Sum(target, value, bits))]
        }
        Mnemonic::Inc | Mnemonic::Dec => {
            let (target, bits) = first()?;
            let value = if native.mnemonic() == Mnemonic::Inc { 1 } else { -1 };
            vec![Effect::Set(target, Expr::Sum(target, value, bits))]
        }
        Mnemonic::Lea => {
            let ((target, bits), (base, add)) = (first()?, address(native)?);
            vec![Effect::Set(target, Expr::Sum(base, add, bits))]
        }
        _ => return None,
    })
}

fn truncate(value: i64, bits: u32) -> i64 {
    if bits == 32 {
        i64::from(value as u32)
    } else {
        value
    }
}

fn compare(native: &iced_x86::Instruction) -> Option<Compare> {
    let (left, bits) = wide(native.op0_register()).filter(|_| native.op0_kind() == OpKind::Register)?;
    let other = wide(native.op1_register()).filter(|_| native.op1_kind() == OpKind::Register);
    let value = immediate(native, 1);
    let of = |right, equality_only| {
        Some(Compare {
            left,
            right,
            bits,
            equality_only,
        })
    };
    match (native.mnemonic(), other, value) {
        (Mnemonic::Cmp | Mnemonic::Sub, Some((right, _)), _) if right != left => {
            of(Operand::Reg(right), false)
        }
        (Mnemonic::Cmp | Mnemonic::Sub, None, Some(value)) => of(Operand::Const(value), false),
        (Mnemonic::Test, Some((right, _)), _) if right == left => of(Operand::Const(0), false),
        (Mnemonic::Add, None, Some(value)) => of(Operand::Const(value.wrapping_neg()), true),
        (Mnemonic::Dec, ..) => of(Operand::Const(1), true),
        (Mnemonic::Inc, ..) => of(Operand::Const(-1), true),
        _ => None,
    }
}
