//! Bytes to [`Instruction`]s, one file a machine.
//!
//! x86-64 is decoded by iced-x86, which knows each instruction's registers, memory and flags. ARM
//! and RISC-V are decoded by capstone, which says which bytes are an instruction and how it is
//! written; what it does to registers is derived here (for RISC-V from the encoding itself), because
//! capstone's own lists of written registers are not complete for these two.
//!
//! A decoder that is unsure says [`Step::Refused`](crate::instruction::Step::Refused) or
//! [`Expr::Unknown`](crate::instruction::Expr::Unknown), never less (*Effects-I1*).

mod arm;
mod arm_effects;
mod riscv;
mod x86;

use crate::image::Image;
use crate::instruction::{Instruction, Place};
use crate::machine::Machine;

/// Decodes for one machine.
pub(crate) enum Decoder {
    X86,
    Arm(Box<arm::Decoder>),
    Riscv(Box<riscv::Decoder>),
}

impl Decoder {
    /// # Errors
    ///
    /// The disassembler's reason not to start.
    pub(crate) fn new(machine: Machine) -> Result<Self, capstone::Error> {
        Ok(match machine {
            Machine::X86 => Self::X86,
            Machine::Arm => Self::Arm(Box::new(arm::Decoder::new()?)),
            Machine::Riscv => Self::Riscv(Box::new(riscv::Decoder::new()?)),
        })
    }

    /// The instruction at the place; of an IT block all of it, which is why there may be several.
    ///
    /// # Errors
    ///
    /// A reason if the bytes there are none.
    pub(crate) fn decode(&self, image: &Image, place: Place) -> Result<Vec<Instruction>, &'static str> {
        match self {
            Self::X86 => x86::decode(image.code(place, 15)?, place).map(|one| vec![one]),
            // An IT instruction and four of four bytes.
            Self::Arm(decoder) => decoder.decode(image.code(place, 18)?, place),
            Self::Riscv(decoder) => decoder.decode(image.code(place, 4)?, place).map(|one| vec![one]),
        }
    }
}
