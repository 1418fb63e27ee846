//! Instructions, as far as the analyses care.

use super::offset::Step;
use super::{BlockId, FuncId, ValueId};
use crate::llvm::Value;
use crate::operation::Operation;

/// An instruction.
pub struct Inst<'a> {
    /// What it does.
    pub kind: InstKind<'a>,
    /// Its result.
    pub result: Option<ValueId>,
    /// How many bytes it accesses in memory, through each of its pointers; `u32::MAX` if that is not constant.
    pub bytes: u32,
    /// The basic block it lies in.
    pub block: BlockId,
    /// Where LLVM keeps it.
    pub llvm: Value<'a>,
}

/// What an instruction does, as far as the analyses care.
#[derive(Clone, Copy, Debug)]
pub enum InstKind<'a> {
    /// A region operation with its operands.
    Operation(Operation, &'a [ValueId]),
    /// Another call or invoke.
    Call(Call<'a>),
    /// A merge of values: `(from, value)`.
    Phi(&'a [(BlockId, ValueId)]),
    /// A choice between two values.
    Select {
        /// The condition.
        condition: ValueId,
        /// The value if it holds.
        yes: ValueId,
        /// The value if it does not.
        no: ValueId,
    },
    /// The result is this value: casts between pointers, freeze.
    Same(ValueId),
    /// An address computed from another one.
    Address {
        /// The address it starts from.
        base: ValueId,
        /// What is added.
        step: Step,
    },
    /// The result points wherever one of these points: aggregates, arithmetic on addresses as integers.
    Derive(&'a [ValueId]),
    /// An integer made wider or narrower. Widths are in bits.
    Resize {
        /// The operand.
        value: ValueId,
        /// Its width.
        from: u32,
        /// The width of the result.
        to: u32,
        /// Whether widening repeats the sign.
        signed: bool,
    },
    /// A one-bit value turned around.
    Not(ValueId),
    /// A comparison of integers or pointers. It uses no memory.
    Compare(Predicate, ValueId, ValueId),
    /// An integer made into a pointer.
    FromInteger(ValueId),
    /// A stack slot.
    StackSlot,
    /// A read through a pointer.
    Load(ValueId),
    /// A write of `value` through `pointer`.
    Store {
        /// The place.
        pointer: ValueId,
        /// What is stored.
        value: ValueId,
    },
    /// A read and write of `value` through `pointer`; the result is what was there.
    Exchange {
        /// The place.
        pointer: ValueId,
        /// What is stored.
        value: ValueId,
    },
    /// A copy of memory contents.
    Copy {
        /// The destination.
        to: ValueId,
        /// The source.
        from: ValueId,
    },
    /// Makes the arguments past the parameters accessible through this list.
    Rest(ValueId),
    /// A stack slot's contents become undefined: its scope begins or ends.
    Forget(ValueId),
    /// Leaves the function normally.
    Return(Option<ValueId>),
    /// Leaves the function by unwinding.
    Resume,
    /// Where an unwinding call continues.
    LandingPad,
    /// Goes on in one of the basic block's successors.
    Jump,
    /// Goes to the first successor if the condition holds, else to the second.
    Branch(ValueId),
    /// Goes to successor `targets[i]` if the value is `cases[i]`, else to `default`.
    Switch {
        /// The value that decides.
        value: ValueId,
        /// Constant and target of each case; constants that are not integers of 64 bits are left out, and
        /// then `default` is not the only other way.
        cases: &'a [(i64, BlockId)],
        /// Where control goes otherwise.
        default: BlockId,
    },
    /// Control does not get here.
    Unreachable,
    /// Arithmetic and the like: no memory, no pointers.
    Plain(&'a [ValueId]),
    /// An instruction whose effects no analysis here understands; the text says which.
    Opaque(&'static str, &'a [ValueId]),
}

/// A call or invoke of something that is no region operation.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Who is called.
    pub callee: Callee,
    /// With what.
    pub args: &'a [Argument],
    /// It cannot unwind, by attribute of the call site or callee.
    pub nounwind: bool,
    /// It does not return.
    pub noreturn: bool,
    /// It neither reads nor writes memory.
    pub no_memory: bool,
    /// It writes no memory.
    pub read_only: bool,
    /// What it calls back is called beside it.
    pub called_back: bool,
}

/// The target of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function of the module.
    Direct(FuncId),
    /// Whatever the value points to.
    Indirect(ValueId),
    /// Assembly.
    Assembly,
}

/// A registered cleanup.
#[derive(Clone, Copy, Debug)]
pub struct Cleanup<'a> {
    /// Where it is registered.
    pub at: super::InstId,
    /// The region's handle.
    pub region: ValueId,
    /// The call that will be made when the region ends.
    pub call: Call<'a>,
}

/// An argument of a call, with what attributes promise about it.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// The value.
    pub value: ValueId,
    /// The callee keeps no copy.
    pub no_capture: bool,
    /// The callee does not write through it.
    pub read_only: bool,
    /// The callee does not access memory through it.
    pub no_access: bool,
    /// The callee returns it.
    pub returned: bool,
}

/// A comparison, as far as constants can decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Signed less than; the others follow by swapping operands or branches.
    SignedLess,
    /// Signed less or equal.
    SignedLessEqual,
    /// Signed greater.
    SignedGreater,
    /// Signed greater or equal.
    SignedGreaterEqual,
    /// Unsigned less than.
    UnsignedLess,
    /// Unsigned less or equal.
    UnsignedLessEqual,
    /// Unsigned greater.
    UnsignedGreater,
    /// Unsigned greater or equal.
    UnsignedGreaterEqual,
}

impl Inst<'_> {
    /// Whether an address in the result lies where it lay in the operand: true of putting values together and taking them
    /// apart, false of arithmetic.
    pub fn keeps_offsets(&self) -> bool {
        use inkwell::llvm_sys::LLVMOpcode::*;
        self.moves_parts() || matches!(self.llvm.opcode(), Some(LLVMPtrToInt | LLVMPtrToAddr))
    }

    /// Whether the result has the same bits as the operands, or as a part of them.
    pub fn keeps_bits(&self) -> bool {
        use inkwell::llvm_sys::LLVMOpcode::*;
        self.moves_parts() || matches!(self.llvm.opcode(), Some(LLVMBitCast | LLVMFreeze))
    }

    /// Whether the result has the operand's bits in another order.
    pub fn turns_bits(&self) -> bool {
        let callee = self.llvm.callee().filter(|callee| callee.is_function());
        callee.is_some_and(|callee| {
            let name = callee.name();
            let turns = ["llvm.bswap.", "llvm.bitreverse.", "llvm.fshl.", "llvm.fshr."];
            turns.iter().any(|stem| name.starts_with(stem))
        })
    }

    /// Whether the scope of a variable ends here.
    pub fn ends_scope(&self) -> bool {
        let callee = self.llvm.callee().filter(|callee| callee.is_function());
        matches!(self.kind, InstKind::Forget(_))
            && callee.is_some_and(|callee| callee.name().starts_with("llvm.lifetime.end"))
    }

    /// Whether it is an intrinsic that multiplies.
    pub fn multiplies(&self) -> bool {
        let callee = self.llvm.callee().filter(|callee| callee.is_function());
        callee.is_some_and(|callee| {
            let name = callee.name();
            name.starts_with("llvm.umul.") || name.starts_with("llvm.smul.")
        })
    }

    /// Whether the result has some bits of an operand and some of another.
    pub fn masks_bits(&self) -> bool {
        use inkwell::llvm_sys::LLVMOpcode::*;
        matches!(self.llvm.opcode(), Some(LLVMAnd | LLVMOr))
    }

    fn moves_parts(&self) -> bool {
        use inkwell::llvm_sys::LLVMOpcode::*;
        matches!(
            self.llvm.opcode(),
            Some(
                LLVMInsertValue
                    | LLVMInsertElement
                    | LLVMExtractValue
                    | LLVMExtractElement
                    | LLVMShuffleVector
            )
        )
    }
}

impl InstKind<'_> {
    /// The values that the instruction uses; of a phi, the values that it merges.
    pub fn operands(&self) -> Vec<ValueId> {
        match *self {
            InstKind::Operation(_, operands)
            | InstKind::Derive(operands)
            | InstKind::Plain(operands)
            | InstKind::Opaque(_, operands) => operands.to_vec(),
            InstKind::Call(call) => {
                let mut operands: Vec<ValueId> = call.args.iter().map(|argument| argument.value).collect();
                if let Callee::Indirect(callee) = call.callee {
                    operands.push(callee);
                }
                operands
            }
            InstKind::Phi(incoming) => incoming.iter().map(|(_, value)| *value).collect(),
            InstKind::Select { condition, yes, no } => vec![condition, yes, no],
            InstKind::Compare(_, left, right) => vec![left, right],
            InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
                vec![pointer, value]
            }
            InstKind::Copy { to, from } => vec![to, from],
            InstKind::Address { base: value, .. }
            | InstKind::Same(value)
            | InstKind::Resize { value, .. }
            | InstKind::Not(value)
            | InstKind::FromInteger(value)
            | InstKind::Load(value)
            | InstKind::Rest(value)
            | InstKind::Forget(value)
            | InstKind::Branch(value)
            | InstKind::Switch { value, .. } => vec![value],
            InstKind::Return(value) => value.into_iter().collect(),
            InstKind::StackSlot
            | InstKind::Resume
            | InstKind::LandingPad
            | InstKind::Jump
            | InstKind::Unreachable => vec![],
        }
    }
}
