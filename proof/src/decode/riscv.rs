//! RV32IMAFDC: capstone says what is an instruction, the encoding says what it does.

use capstone::prelude::*;

use crate::instruction::{Compare, Computed, Condition, Effect, Expr, Instruction, Operand, Place, Step};
use crate::machine::{PC, Reg};

const ZERO: Reg = 0;
const RA: Reg = 1;
const SP: Reg = 2;

/// The disassembler.
pub(crate) struct Decoder {
    capstone: Capstone,
}

/// What the encoding says.
struct Meaning {
    step: Step,
    effects: Vec<Effect>,
    compare: Option<Compare>,
}

impl Decoder {
    /// # Errors
    ///
    /// The disassembler's reason not to start.
    pub(super) fn new() -> Result<Self, capstone::Error> {
        let mode = arch::riscv::ArchMode::RiscV32;
        let compressed = [arch::riscv::ArchExtraMode::RiscVC];
        let capstone = Capstone::new()
            .riscv()
            .mode(mode)
            .extra_mode(compressed.into_iter())
            .build()?;
        Ok(Self { capstone })
    }

    /// Decodes the instruction that the bytes begin with.
    pub(super) fn decode(&self, bytes: &[u8], place: Place) -> Result<Instruction, &'static str> {
        const NONE: &str = "bytes that are no instruction";
        let half = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let low = half(0).ok_or(NONE)?;
        let (length, meaning) = if low & 3 == 3 {
            let word = u32::from(low) | u32::from(half(2).ok_or(NONE)?) << 16;
            (4, full(word, place))
        } else {
            (2, compressed(low, place))
        };
        let trap = meaning.step == Step::Trap;
        let listed = self
            .capstone
            .disasm_count(&bytes[..length], place.address, 1)
            .map_err(|_| NONE)?;
        let text = match listed.first() {
            Some(one) if one.bytes().len() == length => {
                format!(
                    "{} {}",
                    one.mnemonic().unwrap_or_default(),
                    one.op_str().unwrap_or_default()
                )
            }
            // Not all disassemblers count the defined illegal instructions.
            _ if trap => "unimp".to_owned(),
            _ => return Err(NONE),
        };
        Ok(Instruction {
            place,
            length: length as u64,
            text: text.trim_end().to_owned(),
            predicated: false,
            step: meaning.step,
            effects: meaning.effects,
            compare: meaning.compare,
            sets_flags: false,
        })
    }
}

fn bits(word: u32, high: u32, low: u32) -> u32 {
    (word >> low) & ((1 << (high - low + 1)) - 1)
}

/// Sign-extends a value of that many bits.
fn signed(value: u32, width: u32) -> i64 {
    i64::from(((value << (32 - width)) as i32) >> (32 - width))
}

fn target(place: Place, offset: i64) -> Place {
    Place {
        address: (place.address as u32).wrapping_add(offset as u32).into(),
        ..place
    }
}

fn plain(step: Step) -> Meaning {
    Meaning {
        step,
        effects: Vec::new(),
        compare: None,
    }
}

fn sets(register: Reg, value: Expr) -> Meaning {
    let effects = if register == ZERO {
        Vec::new()
    } else {
        vec![Effect::Set(register, value)]
    };
    Meaning {
        step: Step::Next,
        effects,
        compare: None,
    }
}

fn sum(target: Reg, source: Reg, add: i64) -> Meaning {
    sets(
        target,
        if source == ZERO {
            Expr::Const(add)
        } else {
            Expr::Sum(source, add, 32)
        },
    )
}

fn stores(base: Reg, add: i64, bytes: i64, source: Option<Reg>) -> Meaning {
    let effects = vec![Effect::Store {
        base,
        add,
        bytes,
        source,
    }];
    Meaning {
        step: Step::Next,
        effects,
        compare: None,
    }
}

fn branch(place: Place, offset: i64, condition: Condition, left: Reg, right: Reg) -> Meaning {
    let right = if right == ZERO {
        Operand::Const(0)
    } else {
        Operand::Reg(right)
    };
    Meaning {
        step: Step::Branch(target(place, offset), Some(condition)),
        effects: Vec::new(),
        compare: Some(Compare {
            left,
            right,
            bits: 32,
            equality_only: false,
        }),
    }
}

/// A jump to a register plus constant that leaves the return address in `link`.
fn through(register: Reg, add: i64, link: Reg) -> Meaning {
    match (link, register) {
        (ZERO, RA) if add == 0 => Meaning {
            step: Step::Return,
            effects: vec![Effect::Set(PC, Expr::Sum(RA, 0, 32))],
            compare: None,
        },
        (ZERO, _) => plain(Step::ComputedJump(Computed::Register(register, add))),
        (RA, _) => plain(Step::ComputedCall(Computed::Register(register, add))),
        _ => plain(Step::Refused(
            "a call that leaves the return address in another register than ra",
        )),
    }
}

fn full(word: u32, place: Place) -> Meaning {
    let register = |low| bits(word, low + 4, low) as Reg;
    let (rd, rs1, rs2, kind) = (register(7), register(15), register(20), bits(word, 14, 12));
    let immediate = signed(bits(word, 31, 20), 12);
    let store = signed(bits(word, 31, 25) << 5 | bits(word, 11, 7), 12);
    match word & 0x7f {
        _ if word == 0xc000_1073 => plain(Step::Trap),
        0x37 => sets(rd, Expr::Const(signed(word & 0xffff_f000, 32))),
        0x17 => {
            let address = target(place, signed(word & 0xffff_f000, 32)).address;
            sets(rd, Expr::Const(i64::from(address as u32 as i32)))
        }
        0x6f => {
            let offset = bits(word, 31, 31) << 20
                | bits(word, 19, 12) << 12
                | bits(word, 20, 20) << 11
                | bits(word, 30, 21) << 1;
            let to = target(place, signed(offset, 21));
            match rd {
                ZERO => plain(Step::Jump(to)),
                RA => plain(Step::Call(to)),
                _ => plain(Step::Refused(
                    "a call that leaves the return address in another register than ra",
                )),
            }
        }
        0x67 => through(rs1, immediate, rd),
        0x63 => {
            let offset = bits(word, 31, 31) << 12
                | bits(word, 7, 7) << 11
                | bits(word, 30, 25) << 5
                | bits(word, 11, 8) << 1;
            let condition = match kind {
                0 => Condition::Equal,
                1 => Condition::NotEqual,
                4 => Condition::LessS,
                5 => Condition::GreaterEqualS,
                6 => Condition::LessU,
                7 => Condition::GreaterEqualU,
                _ => return plain(Step::Refused("no branch that is known")),
            };
            branch(place, signed(offset, 13), condition, rs1, rs2)
        }
        0x03 if kind == 2 => sets(rd, Expr::Load(rs1, immediate)),
        0x03 => sets(rd, Expr::Unknown),
        0x23 => stores(rs1, store, 1 << kind.min(3), (kind == 2).then_some(rs2)),
        0x13 if kind == 0 => sum(rd, rs1, immediate),
        0x33 if kind == 0 && bits(word, 31, 25) == 0 && rs1 == ZERO => sum(rd, rs2, 0),
        0x33 if kind == 0 && bits(word, 31, 25) == 0 && rs2 == ZERO => sum(rd, rs1, 0),
        0x13 | 0x33 => sets(rd, Expr::Unknown),
        0x2f => {
            let mut meaning = sets(rd, Expr::Unknown);
            meaning.effects.push(Effect::Store {
                base: rs1,
                add: 0,
                bytes: 4,
                source: None,
            });
            meaning
        }
        // Fences.
        0x0f => plain(Step::Next),
        0x07 => plain(Step::Next),
        0x27 => stores(rs1, store, 8, None),
        0x43 | 0x47 | 0x4b | 0x4f => plain(Step::Next),
        0x53 => match bits(word, 31, 25) >> 2 {
            // Comparisons, conversions to integers, moves to integers and classification.
            0x14 | 0x18 | 0x1c => sets(rd, Expr::Unknown),
            _ => plain(Step::Next),
        },
        0x73 if kind != 0 => sets(rd, Expr::Unknown),
        0x73 => plain(Step::Refused("leaves for the system, or waits")),
        _ => plain(Step::Refused("an instruction whose effects are not known")),
    }
}

fn compressed(half: u16, place: Place) -> Meaning {
    let word = u32::from(half);
    let small = |low| bits(word, low + 2, low) as Reg + 8;
    let (rd, rs2) = (bits(word, 11, 7) as Reg, bits(word, 6, 2) as Reg);
    let six = bits(word, 12, 12) << 5 | bits(word, 6, 2);
    let sp_load = i64::from(bits(word, 12, 12) << 5 | bits(word, 6, 4) << 2 | bits(word, 3, 2) << 6);
    let sp_store = i64::from(bits(word, 12, 9) << 2 | bits(word, 8, 7) << 6);
    let word_offset = i64::from(bits(word, 12, 10) << 3 | bits(word, 6, 6) << 2 | bits(word, 5, 5) << 6);
    let double_offset = i64::from(bits(word, 12, 10) << 3 | bits(word, 6, 5) << 6);
    let jump = || {
        let offset = bits(word, 12, 12) << 11
            | bits(word, 11, 11) << 4
            | bits(word, 10, 9) << 8
            | bits(word, 8, 8) << 10
            | bits(word, 7, 7) << 6
            | bits(word, 6, 6) << 7
            | bits(word, 5, 3) << 1
            | bits(word, 2, 2) << 5;
        target(place, signed(offset, 12))
    };
    let branch_offset = || {
        let offset = bits(word, 12, 12) << 8
            | bits(word, 11, 10) << 3
            | bits(word, 6, 5) << 6
            | bits(word, 4, 3) << 1
            | bits(word, 2, 2) << 5;
        signed(offset, 9)
    };
    match (word & 3, bits(word, 15, 13)) {
        _ if half == 0 => plain(Step::Trap),
        (0, 0) => {
            let add = bits(word, 12, 11) << 4
                | bits(word, 10, 7) << 6
                | bits(word, 6, 6) << 2
                | bits(word, 5, 5) << 3;
            sum(small(2), SP, add.into())
        }
        (0, 1 | 3) | (2, 1 | 3) => plain(Step::Next),
        (0, 2) => sets(small(2), Expr::Load(small(7), word_offset)),
        (0, 5) => stores(small(7), double_offset, 8, None),
        (0, 6) => stores(small(7), word_offset, 4, Some(small(2))),
        (0, 7) => stores(small(7), word_offset, 4, None),
        (1, 0) => sum(rd, rd, signed(six, 6)),
        (1, 1) => plain(Step::Call(jump())),
        (1, 2) => sets(rd, Expr::Const(signed(six, 6))),
        (1, 3) if rd == SP => {
            let add = bits(word, 12, 12) << 9
                | bits(word, 6, 6) << 4
                | bits(word, 5, 5) << 6
                | bits(word, 4, 3) << 7
                | bits(word, 2, 2) << 5;
            sum(SP, SP, signed(add, 10))
        }
        (1, 3) => sets(rd, Expr::Const(signed(six, 6) << 12)),
        (1, 4) => sets(small(7), Expr::Unknown),
        (1, 5) => plain(Step::Jump(jump())),
        (1, 6) => branch(place, branch_offset(), Condition::Equal, small(7), ZERO),
        (1, 7) => branch(place, branch_offset(), Condition::NotEqual, small(7), ZERO),
        (2, 0) => sets(rd, Expr::Unknown),
        (2, 2) => sets(rd, Expr::Load(SP, sp_load)),
        (2, 4) => match (bits(word, 12, 12), rd, rs2) {
            (0, register, 0) if register != ZERO => through(register, 0, ZERO),
            (0, _, _) => sum(rd, rs2, 0),
            (1, 0, 0) => plain(Step::Refused("stops for a debugger")),
            (1, register, 0) => through(register, 0, RA),
            _ => sets(rd, Expr::Unknown),
        },
        (2, 5) => stores(
            SP,
            i64::from(bits(word, 12, 10) << 3 | bits(word, 9, 7) << 6),
            8,
            None,
        ),
        (2, 6) => stores(SP, sp_store, 4, Some(rs2)),
        (2, 7) => stores(SP, sp_store, 4, None),
        _ => plain(Step::Refused("an instruction whose effects are not known")),
    }
}
