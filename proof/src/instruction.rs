//! An instruction, as far as the proof needs to know it, on any machine.
//!
//! Invariant *Effects-I1*: a register that an instruction may change is the target of one of its
//! [`Effect`]s. An instruction that a decoder does not know in detail sets its results to
//! [`Expr::Unknown`]; one whose results it does not know either is [`Step::Refused`].

use crate::machine::Reg;

/// Address of an instruction, and how it is to be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Address of the first byte.
    pub address: u64,
    /// Decoded as Thumb.
    pub thumb: bool,
}

/// A decoded instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Where it is.
    pub place: Place,
    /// Bytes.
    pub length: u64,
    /// As a disassembler writes it.
    pub text: String,
    /// It may have no effect at all, by a condition in its encoding or an IT block.
    pub predicated: bool,
    /// What follows.
    pub step: Step,
    /// What it does to registers and the stack, in this order.
    pub effects: Vec<Effect>,
    /// The comparison that its flags, or its own branch, stand for.
    pub compare: Option<Compare>,
    /// It may change the flags.
    pub sets_flags: bool,
}

/// What follows an instruction. If it is predicated, the next instruction may follow too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instruction.
    Next,
    /// Another instruction.
    Jump(Place),
    /// Another instruction or the next one. The condition is of the last comparison, if known.
    Branch(Place, Option<Condition>),
    /// A function, then the next instruction.
    Call(Place),
    /// To where the program counter's effect leads: the caller, which is to be proven.
    Return,
    /// A function whose address is computed.
    ComputedCall(Computed),
    /// An instruction whose address is computed.
    ComputedJump(Computed),
    /// A trap: never goes on.
    Trap,
    /// Not understood, or not constant in time.
    Refused(&'static str),
}

/// A computed address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computed {
    /// Register plus constant.
    Register(Reg, i64),
    /// What memory at this address holds.
    Slot(u64),
    /// Anything else.
    Other,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A register gets a value.
    Set(Reg, Expr),
    /// Memory at `base + add` gets a register's value, or an unknown one.
    Store {
        /// Register of the address.
        base: Reg,
        /// Bytes added to it.
        add: i64,
        /// Bytes written.
        bytes: i64,
        /// Register stored whole.
        source: Option<Reg>,
    },
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A constant.
    Const(i64),
    /// Register plus constant, in this many bits.
    Sum(Reg, i64, u32),
    /// The address-sized word at register plus constant.
    Load(Reg, i64),
    /// Anything.
    Unknown,
}

/// A comparison of a register, before the instruction, with an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    /// Left.
    pub left: Reg,
    /// Right.
    pub right: Operand,
    /// Bits compared.
    pub bits: u32,
    /// Only equality can be told from the flags.
    pub equality_only: bool,
}

/// Right side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// A constant.
    Const(i64),
}

/// When a branch is taken: left *condition* right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the usual names; S is signed, U unsigned")]
pub enum Condition {
    Equal,
    NotEqual,
    LessS,
    LessEqualS,
    GreaterS,
    GreaterEqualS,
    LessU,
    LessEqualU,
    GreaterU,
    GreaterEqualU,
}

impl Condition {
    /// Whether it holds of two values of `bits` bits.
    pub fn holds(self, left: i64, right: i64, bits: u32) -> bool {
        let shift = 64 - bits.clamp(1, 64);
        let (left_s, right_s) = ((left << shift) >> shift, (right << shift) >> shift);
        let (left_u, right_u) = ((left as u64) << shift, (right as u64) << shift);
        match self {
            Self::Equal => left_u == right_u,
            Self::NotEqual => left_u != right_u,
            Self::LessS => left_s < right_s,
            Self::LessEqualS => left_s <= right_s,
            Self::GreaterS => left_s > right_s,
            Self::GreaterEqualS => left_s >= right_s,
            Self::LessU => left_u < right_u,
            Self::LessEqualU => left_u <= right_u,
            Self::GreaterU => left_u > right_u,
            Self::GreaterEqualU => left_u >= right_u,
        }
    }

    /// The same condition with the sides exchanged.
    pub fn swapped(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::LessS => Self::GreaterS,
            Self::LessEqualS => Self::GreaterEqualS,
            Self::GreaterS => Self::LessS,
            Self::GreaterEqualS => Self::LessEqualS,
            Self::LessU => Self::GreaterU,
            Self::LessEqualU => Self::GreaterEqualU,
            Self::GreaterU => Self::LessU,
            Self::GreaterEqualU => Self::LessEqualU,
        }
    }
}

impl Instruction {
    /// Address of the instruction behind this one.
    pub fn next(&self) -> Place {
        Place {
            address: self.place.address.wrapping_add(self.length),
            ..self.place
        }
    }

    /// Registers that it may change.
    pub fn writes(&self) -> impl Iterator<Item = Reg> + '_ {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Set(register, _) => Some(*register),
            Effect::Store { .. } => None,
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.address)
    }
}
