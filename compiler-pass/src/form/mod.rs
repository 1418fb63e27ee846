//! The analysis form: a compact copy of what the analyses need of a module.
//!
//! It is built once ([`build()`]), lives in one bump arena, and is never changed. Entities are typed indices
//! into slices. LLVM is touched at both ends only: when the form is built, and when a finding asks an
//! instruction for its source location or text.
//!
//! Invariants:
//! * *Form-I1*: every index in a function's body is in range of that body's slices.
//! * *Form-I2*: each basic block's instructions are a contiguous range, its terminator last.
//! * *Form-I3*: a basic block lists each successor once, in the terminator's order; `unwind` is one of them.
//! * *Form-I4*: two mentions of the same LLVM value in one function are the same [`ValueId`].

mod body;
pub mod build;
pub mod callgraph;
pub mod entity;
pub mod paths;
pub mod regions;

pub use build::build;
pub use entity::{BlockId, FuncId, InstId, NodeId, ObjectId, RegionId, ValueId};

use crate::effects::Effects;
use crate::llvm::Value;
use crate::operation::Operation;
use std::ops::Range;

/// A module.
pub struct Form<'a> {
    /// The functions, declarations included, in the module's order.
    pub functions: &'a [Function<'a>],
}

/// A function, defined or declared.
pub struct Function<'a> {
    /// The name in the IR.
    pub name: &'a str,
    /// Where LLVM keeps it.
    pub llvm: Value<'a>,
    /// What is known without looking at the body.
    pub facts: FunctionFacts,
    /// What the source says of its effects, if it says anything well-formed.
    pub declared: Option<&'a Effects>,
    /// What the source says and cannot be read: the text and what is wrong with it.
    pub malformed: Option<(&'a str, &'a str)>,
    /// For each parameter: whether it is declared a region.
    pub region_params: &'a [bool],
    /// For each parameter: whether it receives bounded regions only.
    pub bounded_params: &'a [bool],
    /// The body, if this module has one.
    pub body: Option<Body<'a>>,
}

/// Properties of a function that its attributes and linkage show.
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionFacts {
    /// Has a body here, and no other may replace it: what the body does is what a caller gets.
    pub trusted: bool,
    /// All its callers are in this module.
    pub callers_known: bool,
    /// Never unwinds.
    pub nounwind: bool,
    /// Never returns.
    pub noreturn: bool,
    /// An intrinsic of LLVM.
    pub intrinsic: bool,
}

/// The body of a function.
pub struct Body<'a> {
    /// The basic blocks; the first is the entry.
    pub blocks: &'a [Block<'a>],
    /// The instructions of all basic blocks.
    pub insts: &'a [Inst<'a>],
    /// The values.
    pub values: &'a [ValueDef<'a>],
    /// The values of the parameters.
    pub params: &'a [ValueId],
}

/// A basic block.
pub struct Block<'a> {
    /// Its instructions.
    pub insts: Range<usize>,
    /// Where control may go from its end.
    pub succs: &'a [BlockId],
    /// The successor that control reaches by unwinding, if there is one.
    pub unwind: Option<BlockId>,
}

/// An instruction.
pub struct Inst<'a> {
    /// What it does.
    pub kind: InstKind<'a>,
    /// Its result.
    pub result: Option<ValueId>,
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
    /// The result points wherever one of these points: casts, address arithmetic, aggregates.
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
    /// A stack slot's contents become undefined.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// One that is not evaluated.
    Other,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueDef<'a> {
    /// The source.
    pub kind: ValueKind<'a>,
    /// Whether its type can hold a pointer.
    pub holds_pointer: bool,
}

/// The source of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueKind<'a> {
    /// A parameter of the function.
    Param(u32),
    /// The result of an instruction.
    Inst(InstId),
    /// An integer constant of at most 64 bits, sign-extended.
    Int(i64),
    /// The null pointer.
    Null,
    /// A function.
    Function(FuncId),
    /// A global variable, or an address inside one.
    Global,
    /// A constant that may contain addresses of globals or functions.
    ConstantAggregate,
    /// Undefined or poison.
    Undefined,
    /// Any other constant.
    Constant,
    /// Not followed: metadata, assembly text; the text says which.
    Unknown(&'a str),
}

impl<'a> Form<'a> {
    /// The function with this index.
    pub fn function(&self, id: FuncId) -> &Function<'a> {
        &self.functions[id.index()]
    }

    /// The functions with their indices.
    pub fn ids(&self) -> impl Iterator<Item = (FuncId, &Function<'a>)> {
        self.functions
            .iter()
            .enumerate()
            .map(|(index, function)| (FuncId::new(index), function))
    }
}

impl<'a> Body<'a> {
    /// The instruction with this index.
    pub fn inst(&self, id: InstId) -> &Inst<'a> {
        &self.insts[id.index()]
    }

    /// The value with this index.
    pub fn value(&self, id: ValueId) -> &ValueDef<'a> {
        &self.values[id.index()]
    }

    /// The basic block with this index.
    pub fn block(&self, id: BlockId) -> &Block<'a> {
        &self.blocks[id.index()]
    }

    /// The instruction that defines a value, if one does.
    pub fn def(&self, id: ValueId) -> Option<(InstId, &Inst<'a>)> {
        match self.value(id).kind {
            ValueKind::Inst(inst) => Some((inst, self.inst(inst))),
            _ => None,
        }
    }

    /// The instructions of a basic block with their indices.
    pub fn insts_of(&self, block: BlockId) -> impl DoubleEndedIterator<Item = (InstId, &Inst<'a>)> {
        self.block(block)
            .insts
            .clone()
            .map(|index| (InstId::new(index), &self.insts[index]))
    }

    /// The last instruction of a basic block.
    pub fn terminator(&self, block: BlockId) -> (InstId, &Inst<'a>) {
        let index = self.block(block).insts.end - 1;
        (InstId::new(index), &self.insts[index])
    }

    /// The instructions with their indices.
    pub fn inst_ids(&self) -> impl Iterator<Item = (InstId, &Inst<'a>)> {
        self.insts
            .iter()
            .enumerate()
            .map(|(index, inst)| (InstId::new(index), inst))
    }
}
