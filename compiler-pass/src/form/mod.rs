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
mod calls;
pub mod carried;
mod classes;
mod disguise;
mod draft;
pub mod entity;
pub mod handles;
pub mod inst;
pub mod offset;
pub mod paths;
pub mod regions;
mod revival;
mod steering;
mod storage;

pub use build::build;
pub use entity::{BlockId, FuncId, InstId, NodeId, ObjectId, RegionId, ValueId};
pub use inst::{Argument, Call, Callee, Cleanup, Inst, InstKind, Predicate};

use crate::effects::Effects;
use crate::llvm::Value;
use std::ops::Range;

/// A module.
pub struct Form<'a> {
    /// The functions, declarations included, in the module's order.
    pub functions: &'a [Function<'a>],
    /// The size of a pointer, in bytes.
    pub pointer_bytes: u32,
    /// Some function works on regions.
    pub has_regions: bool,
    /// Some function reads the handles of regions from memory.
    pub reads_handles: bool,
}

/// A function, defined or declared.
pub struct Function<'a> {
    /// The name in the IR.
    pub name: &'a str,
    /// Where LLVM keeps it.
    pub llvm: Value<'a>,
    /// It takes arguments past its parameters. Summaries then number all of these alike, by the number of parameters.
    pub variadic: bool,
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
    /// Of a real-time kernel: how many cleanups a region may have when it ends.
    pub kernel: Option<u32>,
    /// Where it finds the handles that structures carry, each of them a parameter after the last real one.
    pub carried: &'a [carried::Path],
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
    /// Described by a manifest.
    pub described: bool,
    /// By one that comes with Croft: a function of a library.
    pub library: bool,
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
    /// The cleanups that it registers, in the order of the instructions.
    pub cleanups: &'a [Cleanup<'a>],
    /// The reads of handles that structures carry, sorted, each with the parameter that it is ([`carried`]).
    pub carried: &'a [(ValueId, ValueId)],
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

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueDef<'a> {
    /// The source.
    pub kind: ValueKind<'a>,
    /// Whether its type can hold a pointer.
    pub holds_pointer: bool,
    /// Whether its type is a pointer, and nothing beside it.
    pub is_pointer: bool,
    /// Whether it is an integer, or several, with room for an address.
    pub has_room: bool,
    /// Whether it is a number that somewhere in the module may be made into a pointer, a few sums away.
    pub is_revived: bool,
    /// Whether it may be a pointer in disguise.
    pub disguise: Disguise,
}

/// How far a value that is no pointer by its type is taken for one: a number that was read from memory where a pointer may
/// lie. Compilers copy small structures so, and pass them.
///
/// Where the offset of an access, or that of a pointer in memory, is not known exactly, a number cannot be told from a
/// pointer beside it. What is copied is then taken for the pointer, what is computed with is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disguise {
    /// A number.
    None,
    /// A pointer where the function itself stored one, exactly there.
    Known,
    /// As [`Disguise::Known`], of what is rounded to a multiple; only until the whole module has been read.
    Aligned,
    /// A number that is computed with, and that somewhere is made into a pointer: a pointer where one may lie, at an exact
    /// offset in what a parameter, or a pointer exactly there, points to.
    Computed,
    /// A pointer where one may lie, at an exact offset.
    Exact,
    /// A byte of a pointer, where it is not known exactly which byte is read, from an object that is known to hold pointers
    /// or that a parameter points to; else as [`Disguise::Known`].
    Byte,
    /// A byte of a pointer, from any object, since nothing looks at it: a text's bytes are compared and computed with.
    Unseen,
    /// A pointer where one may lie, at any offset: it goes on into a function that may follow it, or came from one and is
    /// made into a pointer.
    Passed,
    /// As a pointer by its type.
    Whole,
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
    /// A global variable, or an address inside one: which (counted for each function), and where in it, in bytes.
    Global(Option<(u32, i64)>),
    /// An address inside a constant that holds numbers only, such as a text. Nothing can be stored there.
    ReadOnly,
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
    pub fn function(&self, id: FuncId) -> &'a Function<'a> {
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

impl Function<'_> {
    /// The number of parameters.
    pub fn params(&self) -> usize {
        self.region_params.len()
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

    /// Whether a value may lead somewhere: a pointer, or the bits of one on their way.
    pub fn may_point(&self, id: ValueId) -> bool {
        let value = self.value(id);
        value.holds_pointer || value.disguise != Disguise::None
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
