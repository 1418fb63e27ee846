//! Processors and their calling conventions: which register is the stack pointer, where the return
//! address is, what a function must leave as it was.

use serde::{Deserialize, Serialize};

/// A general register by its number in the instruction encoding; [`PC`] stands for the program
/// counter.
pub type Reg = u8;

/// The program counter, on every machine.
pub const PC: Reg = 32;

/// Registers that are followed, the program counter included.
pub const REGISTERS: usize = 33;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Machine {
    /// x86-64, System V calling convention.
    #[serde(rename = "x86-64")]
    X86,
    /// RV32 with compressed instructions.
    #[serde(rename = "rv32")]
    Riscv,
    /// ARMv7, A32 and Thumb-2, AAPCS.
    #[serde(rename = "arm")]
    Arm,
}

impl Machine {
    /// The stack pointer.
    pub fn stack_pointer(self) -> Reg {
        match self {
            Self::X86 => 4,
            Self::Riscv => 2,
            Self::Arm => 13,
        }
    }

    /// The register that a call puts the return address in; `None` if it pushes it.
    pub fn link(self) -> Option<Reg> {
        match self {
            Self::X86 => None,
            Self::Riscv => Some(1),
            Self::Arm => Some(14),
        }
    }

    /// Bytes that a call pushes and a return takes.
    pub fn return_bytes(self) -> i64 {
        match self {
            Self::X86 => 8,
            Self::Riscv | Self::Arm => 0,
        }
    }

    /// Bytes of an address.
    pub fn pointer_bytes(self) -> i64 {
        match self {
            Self::X86 => 8,
            Self::Riscv | Self::Arm => 4,
        }
    }

    /// Whether a callee leaves this register as it was.
    pub fn preserved(self, register: Reg) -> bool {
        match self {
            Self::X86 => matches!(register, 3 | 5 | 12..=15),
            Self::Riscv => matches!(register, 0 | 3 | 4 | 8 | 9 | 18..=27),
            Self::Arm => matches!(register, 4..=11),
        }
    }

    /// The register that is always zero.
    pub fn zero(self) -> Option<Reg> {
        (self == Self::Riscv).then_some(0)
    }

    /// Name of a register.
    pub fn register_name(self, register: Reg) -> String {
        const X86: [&str; 16] = [
            "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
            "r14", "r15",
        ];
        match (self, register) {
            (_, PC) => "pc".into(),
            (Self::X86, _) => X86.get(register as usize).copied().unwrap_or("?").into(),
            (Self::Riscv, _) => format!("x{register}"),
            (Self::Arm, 13) => "sp".into(),
            (Self::Arm, 14) => "lr".into(),
            (Self::Arm, _) => format!("r{register}"),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::X86 => "x86-64",
            Self::Riscv => "rv32",
            Self::Arm => "arm",
        })
    }
}
