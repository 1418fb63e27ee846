//! Reads the body of one function: every instruction becomes an [`InstKind`].
//!
//! This is where LLVM's many instructions become the few that the analyses know. What has no kind of its own and
//! could move pointers in ways that they do not follow is [`InstKind::Opaque`], which the checker reports.

use super::draft::Draft;
use super::offset::Step;
use super::*;
use crate::llvm::{self};
use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use inkwell::llvm_sys::{LLVMIntPredicate, LLVMOpcode, LLVMValueKind};
use std::collections::HashMap;

/// Reads one body.
pub(super) struct BodyReader<'a, 'i> {
    pub(super) functions: &'i HashMap<Value<'a>, FuncId>,
    pub(super) arena: &'a Bump,
    pub(super) blocks: HashMap<llvm::Block<'a>, BlockId>,
    pub(super) values: BumpVec<'a, ValueDef<'a>>,
    pub(super) known: HashMap<Value<'a>, ValueId>,
    /// The global variables that the function names, in the order in which it does.
    pub(super) variables: HashMap<Value<'a>, u32>,
    pub(super) pointer_bytes: u32,
    /// The reads of carried handles since the last call.
    pub(super) reads: Vec<ValueId>,
}

impl<'a, 'i> BodyReader<'a, 'i> {
    pub(super) fn new(
        functions: &'i HashMap<Value<'a>, FuncId>,
        pointer_bytes: u32,
        arena: &'a Bump,
    ) -> Self {
        BodyReader {
            functions,
            arena,
            blocks: HashMap::new(),
            values: BumpVec::new_in(arena),
            known: HashMap::new(),
            variables: HashMap::new(),
            pointer_bytes,
            reads: Vec::new(),
        }
    }

    pub(super) fn read(mut self, function: Value<'a>, carried: &[carried::Path]) -> Draft<'a> {
        let mut params = BumpVec::new_in(self.arena);
        for (index, param) in function.parameters().into_iter().enumerate() {
            params.push(self.define(param, ValueKind::Param(index as u32)));
        }
        let real = params.len();
        for index in real..real + carried.len() {
            let id = ValueId::new(self.values.len());
            self.values.push(ValueDef {
                kind: ValueKind::Param(index as u32),
                holds_pointer: true,
                is_pointer: true,
                has_room: false,
                is_revived: false,
                disguise: Disguise::None,
            });
            params.push(id);
        }
        // Results first: a phi may name a value of a later basic block.
        let mut next = 0;
        for (index, block) in function.blocks().enumerate() {
            self.blocks.insert(block, BlockId::new(index));
            for inst in block.instructions() {
                self.define(inst, ValueKind::Inst(InstId::new(next)));
                next += 1;
            }
        }
        let mut insts = BumpVec::with_capacity_in(next, self.arena);
        let mut blocks = BumpVec::with_capacity_in(self.blocks.len(), self.arena);
        for (index, block) in function.blocks().enumerate() {
            let start = insts.len();
            for inst in block.instructions() {
                let kind = self.kind(inst);
                if let (InstKind::Load(_), Some(read)) = (kind, self.known.get(&inst))
                    && inst.name().starts_with(carried::READ)
                {
                    self.reads.push(*read);
                }
                let bytes = match kind {
                    InstKind::Load(_)
                    | InstKind::Store { .. }
                    | InstKind::Exchange { .. }
                    | InstKind::Copy { .. } => inst.accessed_bytes(),
                    _ => u32::MAX,
                };
                insts.push(Inst {
                    kind,
                    bytes,
                    result: self.known.get(&inst).copied(),
                    block: BlockId::new(index),
                    llvm: inst,
                });
            }
            let (succs, unwind) = self.successors(block);
            blocks.push(Block {
                insts: start..insts.len(),
                succs,
                unwind,
            });
        }
        let cleanups = self.cleanups(&insts);
        let mut variables: std::vec::Vec<(Value<'a>, u32)> = self.variables.into_iter().collect();
        variables.sort_by_key(|(_, number)| *number);
        let mut found = match carried {
            [] => vec![],
            _ => carried::reads(&insts, |value| self.values[value.index()].kind, carried, &params),
        };
        found.sort_unstable();
        let found = self.arena.alloc_slice_copy(&found);
        Draft {
            variables: variables.into_iter().map(|(variable, _)| variable).collect(),
            blocks: blocks.into_bump_slice(),
            insts: insts.into_bump_slice_mut(),
            values: self.values.into_bump_slice_mut(),
            rounded: std::vec::Vec::new(),
            params: params.into_bump_slice(),
            cleanups,
            carried: found,
        }
    }

    fn define(&mut self, value: Value<'a>, kind: ValueKind<'a>) -> ValueId {
        let id = ValueId::new(self.values.len());
        self.values.push(ValueDef {
            kind,
            holds_pointer: value.ty().holds_pointer(),
            is_pointer: value.ty().is_pointer(),
            has_room: value.ty().has_room_for(self.pointer_bytes * 8),
            is_revived: false,
            disguise: Disguise::None,
        });
        self.known.insert(value, id);
        id
    }

    /// The value with this LLVM value, which a constant or global gets when it is first met.
    pub(super) fn value(&mut self, value: Value<'a>) -> ValueId {
        if let Some(id) = self.known.get(&value) {
            return *id;
        }
        let kind = self.constant(value, 0);
        self.define(value, kind)
    }

    fn constant(&mut self, value: Value<'a>, depth: u32) -> ValueKind<'a> {
        use LLVMValueKind::*;
        if let Some(integer) = value.as_integer() {
            return ValueKind::Int(integer);
        }
        match value.kind() {
            LLVMFunctionValueKind => self
                .functions
                .get(&value)
                .map_or(ValueKind::Unknown("function"), |id| ValueKind::Function(*id)),
            LLVMGlobalVariableValueKind | LLVMConstantExprValueKind if is_read_only(value) => {
                ValueKind::ReadOnly
            }
            LLVMGlobalVariableValueKind | LLVMGlobalAliasValueKind | LLVMGlobalIFuncValueKind => {
                ValueKind::Global(self.variable(value))
            }
            LLVMConstantPointerNullValueKind => ValueKind::Null,
            LLVMUndefValueValueKind | LLVMPoisonValueKind => ValueKind::Undefined,
            // A fixed address: device registers, or a flag that is a pointer.
            LLVMConstantExprValueKind if value.constant_opcode() == Some(LLVMOpcode::LLVMIntToPtr) => value
                .operand(0)
                .and_then(Value::as_address)
                .map_or(ValueKind::Constant, ValueKind::Int),
            // An expression over a function (a cast) is that function; over a variable, that variable.
            LLVMConstantExprValueKind if depth == 0 && value.variable().is_some() => {
                ValueKind::Global(self.variable(value))
            }
            LLVMConstantExprValueKind if depth < 8 => {
                for operand in value.operands() {
                    match self.constant(operand, depth + 1) {
                        // Somewhere in it.
                        ValueKind::Global(_) => return ValueKind::Global(None),
                        kind @ (ValueKind::Function(_) | ValueKind::Unknown(_)) => return kind,
                        _ => {}
                    }
                }
                ValueKind::Constant
            }
            LLVMConstantExprValueKind | LLVMBlockAddressValueKind => {
                ValueKind::Unknown("deep constant expression")
            }
            LLVMConstantArrayValueKind | LLVMConstantStructValueKind | LLVMConstantVectorValueKind => {
                ValueKind::ConstantAggregate
            }
            LLVMInlineAsmValueKind => ValueKind::Unknown("assembly"),
            LLVMMetadataAsValueValueKind => ValueKind::Unknown("metadata"),
            _ => ValueKind::Constant,
        }
    }

    /// The variable that a constant address lies in, by number, and where.
    fn variable(&mut self, address: Value<'a>) -> Option<(u32, i64)> {
        let (variable, offset) = address.variable()?;
        let next = self.variables.len() as u32;
        Some((*self.variables.entry(variable).or_insert(next), offset))
    }

    pub(super) fn ids(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> &'a [ValueId] {
        let mut ids = BumpVec::new_in(self.arena);
        for value in values {
            if value.as_block().is_none() {
                ids.push(self.value(value));
            }
        }
        ids.into_bump_slice()
    }

    fn block_of(&self, block: llvm::Block<'a>) -> BlockId {
        // Every basic block of the function was entered before any instruction was read.
        self.blocks.get(&block).copied().unwrap_or(BlockId::new(0))
    }

    fn successors(&self, block: llvm::Block<'a>) -> (&'a [BlockId], Option<BlockId>) {
        let Some(terminator) = block.terminator() else {
            return (&[], None);
        };
        let mut succs: BumpVec<'a, BlockId> = BumpVec::new_in(self.arena);
        let targets = terminator.successors();
        for target in &targets {
            let id = self.block_of(*target);
            if !succs.contains(&id) {
                succs.push(id);
            }
        }
        let unwind = (terminator.opcode() == Some(LLVMOpcode::LLVMInvoke))
            .then(|| targets.last().map(|target| self.block_of(*target)))
            .flatten();
        (succs.into_bump_slice(), unwind)
    }

    fn kind(&mut self, inst: Value<'a>) -> InstKind<'a> {
        use LLVMOpcode::*;
        let Some(opcode) = inst.opcode() else {
            return InstKind::Opaque("not an instruction", &[]);
        };
        match opcode {
            LLVMCall | LLVMInvoke => self.call(inst),
            LLVMPHI => {
                let mut incoming = BumpVec::new_in(self.arena);
                for (value, block) in inst.incoming() {
                    incoming.push((self.block_of(block), self.value(value)));
                }
                InstKind::Phi(incoming.into_bump_slice())
            }
            LLVMSelect => match self.ids(inst.operands()) {
                [condition, yes, no] => InstKind::Select {
                    condition: *condition,
                    yes: *yes,
                    no: *no,
                },
                other => InstKind::Opaque("select", other),
            },
            LLVMICmp => {
                let operands = self.ids(inst.operands());
                match operands {
                    [left, right] => InstKind::Compare(predicate(inst), *left, *right),
                    other => InstKind::Opaque("icmp", other),
                }
            }
            LLVMAlloca => InstKind::StackSlot,
            LLVMLoad => match self.ids(inst.operands()) {
                [pointer] => InstKind::Load(*pointer),
                other => InstKind::Opaque("load", other),
            },
            LLVMStore => match self.ids(inst.operands()) {
                [value, pointer] => InstKind::Store {
                    pointer: *pointer,
                    value: *value,
                },
                other => InstKind::Opaque("store", other),
            },
            LLVMAtomicRMW => match self.ids(inst.operands()) {
                [pointer, value] => InstKind::Exchange {
                    pointer: *pointer,
                    value: *value,
                },
                other => InstKind::Opaque("atomicrmw", other),
            },
            LLVMAtomicCmpXchg => match self.ids(inst.operands()) {
                [pointer, _, value] => InstKind::Exchange {
                    pointer: *pointer,
                    value: *value,
                },
                other => InstKind::Opaque("cmpxchg", other),
            },
            LLVMGetElementPtr => {
                // Only the base carries a pointer; the indices are integers.
                match self.ids(inst.operands()) {
                    [base, ..] if inst.ty().is_pointer() => {
                        let (constant, stride) = inst.address_step();
                        InstKind::Address {
                            base: *base,
                            step: Step { constant, stride },
                        }
                    }
                    operands => InstKind::Derive(&operands[..operands.len().min(1)]),
                }
            }
            LLVMIntToPtr => match self.ids(inst.operands()) {
                [value] => InstKind::FromInteger(*value),
                other => InstKind::Opaque("inttoptr", other),
            },
            LLVMTrunc | LLVMZExt | LLVMSExt => {
                let operands = self.ids(inst.operands());
                let widths = (
                    inst.operand(0).and_then(|o| o.ty().integer_width()),
                    inst.ty().integer_width(),
                );
                match (operands, widths) {
                    ([value], (Some(from), Some(to))) => InstKind::Resize {
                        value: *value,
                        from,
                        to,
                        signed: opcode == LLVMSExt,
                    },
                    (other, _) => InstKind::Derive(other),
                }
            }
            LLVMXor if inst.ty().integer_width() == Some(1) => match self.ids(inst.operands()) {
                [value, mask] if self.values[mask.index()].kind == ValueKind::Int(-1) => {
                    InstKind::Not(*value)
                }
                other => InstKind::Derive(other),
            },
            LLVMBitCast | LLVMAddrSpaceCast | LLVMFreeze => match self.ids(inst.operands()) {
                [value] => InstKind::Same(*value),
                other => InstKind::Derive(other),
            },
            LLVMPtrToInt | LLVMPtrToAddr | LLVMInsertValue | LLVMInsertElement | LLVMShuffleVector
            | LLVMAdd | LLVMSub | LLVMMul | LLVMAnd | LLVMOr | LLVMXor | LLVMShl | LLVMLShr | LLVMAShr => {
                InstKind::Derive(self.ids(inst.operands()))
            }
            // A field that is no pointer has nothing of the pointers beside it.
            LLVMExtractValue | LLVMExtractElement => {
                let operands = self.ids(inst.operands());
                if inst.ty().integer_width() == Some(1) {
                    // Whether arithmetic overflowed.
                    InstKind::Plain(&[])
                } else if inst.ty().holds_pointer() {
                    InstKind::Derive(operands)
                } else {
                    InstKind::Plain(operands)
                }
            }
            LLVMRet => InstKind::Return(self.ids(inst.operands()).first().copied()),
            LLVMBr => self.branch(inst),
            LLVMSwitch => self.switch(inst),
            LLVMIndirectBr => InstKind::Jump,
            LLVMUnreachable => InstKind::Unreachable,
            LLVMResume => InstKind::Resume,
            LLVMLandingPad => InstKind::LandingPad,
            LLVMFNeg | LLVMFAdd | LLVMFSub | LLVMFMul | LLVMFDiv | LLVMFRem | LLVMUDiv | LLVMSDiv
            | LLVMURem | LLVMSRem | LLVMFPToUI | LLVMFPToSI | LLVMUIToFP | LLVMSIToFP | LLVMFPTrunc
            | LLVMFPExt | LLVMFCmp | LLVMFence => InstKind::Plain(self.ids(inst.operands())),
            LLVMCallBr => InstKind::Opaque("asm goto", self.ids(inst.operands())),
            LLVMVAArg => InstKind::Opaque("va_arg", self.ids(inst.operands())),
            LLVMCleanupRet | LLVMCatchRet | LLVMCatchPad | LLVMCleanupPad | LLVMCatchSwitch => {
                InstKind::Opaque("Windows exception handling", &[])
            }
            LLVMUserOp1 | LLVMUserOp2 => InstKind::Opaque("unknown instruction", &[]),
        }
    }

    fn branch(&mut self, inst: Value<'a>) -> InstKind<'a> {
        let targets = inst.successors();
        match (targets.as_slice(), inst.operand(0)) {
            ([yes, no], Some(condition)) if yes != no => InstKind::Branch(self.value(condition)),
            _ => InstKind::Jump,
        }
    }

    fn switch(&mut self, inst: Value<'a>) -> InstKind<'a> {
        let targets = inst.successors();
        let (Some(value), [default, others @ ..]) = (inst.operand(0), &targets[..]) else {
            return InstKind::Jump;
        };
        let mut cases = BumpVec::new_in(self.arena);
        for (index, target) in others.iter().enumerate() {
            match inst.case_value(index + 1).and_then(Value::as_integer) {
                Some(constant) => cases.push((constant, self.block_of(*target))),
                // A case that cannot be read here means that any successor is possible.
                None => return InstKind::Jump,
            }
        }
        InstKind::Switch {
            value: self.value(value),
            cases: cases.into_bump_slice(),
            default: self.block_of(*default),
        }
    }
}

/// Whether an address lies in a constant that leads nowhere. Other constants lead to memory that can be changed.
fn is_read_only(address: Value<'_>) -> bool {
    let variable = address.variable();
    variable.is_some_and(|(variable, _)| variable.is_constant_number())
}

fn predicate(inst: Value<'_>) -> Predicate {
    // SAFETY: LLVM-I1; the caller matched the opcode of an integer comparison.
    let predicate = unsafe { inkwell::llvm_sys::core::LLVMGetICmpPredicate(inst.raw()) };
    match predicate {
        LLVMIntPredicate::LLVMIntEQ => Predicate::Equal,
        LLVMIntPredicate::LLVMIntNE => Predicate::NotEqual,
        LLVMIntPredicate::LLVMIntSLT => Predicate::SignedLess,
        LLVMIntPredicate::LLVMIntSLE => Predicate::SignedLessEqual,
        LLVMIntPredicate::LLVMIntSGT => Predicate::SignedGreater,
        LLVMIntPredicate::LLVMIntSGE => Predicate::SignedGreaterEqual,
        LLVMIntPredicate::LLVMIntULT => Predicate::UnsignedLess,
        LLVMIntPredicate::LLVMIntULE => Predicate::UnsignedLessEqual,
        LLVMIntPredicate::LLVMIntUGT => Predicate::UnsignedGreater,
        LLVMIntPredicate::LLVMIntUGE => Predicate::UnsignedGreaterEqual,
    }
}
