//! Reads the body of one function: every instruction becomes an [`InstKind`].
//!
//! This is where LLVM's many instructions become the few that the analyses know. What has no kind of its own and
//! could move pointers in ways that they do not follow is [`InstKind::Opaque`], which the checker reports.

use super::*;
use crate::llvm::{self, shim};
use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use inkwell::llvm_sys::{LLVMIntPredicate, LLVMOpcode, LLVMValueKind};
use std::collections::HashMap;

/// Reads one body.
pub(super) struct BodyReader<'a, 'i> {
    functions: &'i HashMap<Value<'a>, FuncId>,
    arena: &'a Bump,
    blocks: HashMap<llvm::Block<'a>, BlockId>,
    values: BumpVec<'a, ValueDef<'a>>,
    known: HashMap<Value<'a>, ValueId>,
}

impl<'a, 'i> BodyReader<'a, 'i> {
    pub(super) fn new(functions: &'i HashMap<Value<'a>, FuncId>, arena: &'a Bump) -> Self {
        BodyReader {
            functions,
            arena,
            blocks: HashMap::new(),
            values: BumpVec::new_in(arena),
            known: HashMap::new(),
        }
    }

    pub(super) fn read(mut self, function: Value<'a>) -> Body<'a> {
        let mut params = BumpVec::new_in(self.arena);
        for (index, param) in function.parameters().into_iter().enumerate() {
            params.push(self.define(param, ValueKind::Param(index as u32)));
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
                insts.push(Inst {
                    kind,
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
        Body {
            blocks: blocks.into_bump_slice(),
            insts: insts.into_bump_slice(),
            values: self.values.into_bump_slice(),
            params: params.into_bump_slice(),
        }
    }

    fn define(&mut self, value: Value<'a>, kind: ValueKind<'a>) -> ValueId {
        let id = ValueId::new(self.values.len());
        self.values.push(ValueDef {
            kind,
            holds_pointer: value.ty().holds_pointer(),
        });
        self.known.insert(value, id);
        id
    }

    /// The value with this LLVM value, which a constant or global gets when it is first met.
    fn value(&mut self, value: Value<'a>) -> ValueId {
        if let Some(id) = self.known.get(&value) {
            return *id;
        }
        let kind = self.constant(value, 0);
        self.define(value, kind)
    }

    fn constant(&self, value: Value<'a>, depth: u32) -> ValueKind<'a> {
        use LLVMValueKind::*;
        if let Some(integer) = value.as_integer() {
            return ValueKind::Int(integer);
        }
        match value.kind() {
            LLVMFunctionValueKind => self
                .functions
                .get(&value)
                .map_or(ValueKind::Unknown("function"), |id| ValueKind::Function(*id)),
            LLVMGlobalVariableValueKind | LLVMGlobalAliasValueKind | LLVMGlobalIFuncValueKind => {
                ValueKind::Global
            }
            LLVMConstantPointerNullValueKind => ValueKind::Null,
            LLVMUndefValueValueKind | LLVMPoisonValueKind => ValueKind::Undefined,
            // A fixed address: device registers, or a flag that is a pointer.
            LLVMConstantExprValueKind if value.constant_opcode() == Some(LLVMOpcode::LLVMIntToPtr) => value
                .operand(0)
                .and_then(Value::as_integer)
                .map_or(ValueKind::Constant, ValueKind::Int),
            // An expression over a function (a cast) is that function; over a variable, that variable.
            LLVMConstantExprValueKind if depth < 8 => value
                .operands()
                .map(|operand| self.constant(operand, depth + 1))
                .find(|kind| {
                    matches!(
                        kind,
                        ValueKind::Function(_) | ValueKind::Global | ValueKind::Unknown(_)
                    )
                })
                .unwrap_or(ValueKind::Constant),
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

    fn ids(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> &'a [ValueId] {
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
                let operands = self.ids(inst.operands());
                InstKind::Derive(&operands[..operands.len().min(1)])
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
                if inst.ty().holds_pointer() {
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

    fn call(&mut self, inst: Value<'a>) -> InstKind<'a> {
        let arguments = inst.arguments();
        let Some(callee) = inst.callee() else {
            return InstKind::Opaque("call", &[]);
        };
        let bits = inst.call_facts();
        if bits & shim::FN_RETURNS_TWICE != 0 {
            return InstKind::Opaque("a call that returns twice (setjmp)", self.ids(arguments));
        }
        let name = if callee.is_function() {
            callee.name()
        } else {
            String::new()
        };
        if let Some(operation) = Operation::from_name(&name) {
            return InstKind::Operation(operation, self.ids(arguments));
        }
        if let Some(kind) = self.intrinsic(&name, inst, &arguments) {
            return kind;
        }
        let mut args = BumpVec::with_capacity_in(arguments.len(), self.arena);
        for (index, argument) in arguments.iter().enumerate() {
            let facts = inst.argument_facts(index);
            let by_value = facts & shim::ARG_BYVAL != 0;
            args.push(Argument {
                value: self.value(*argument),
                no_capture: by_value || facts & shim::ARG_NO_CAPTURE != 0,
                read_only: by_value || facts & shim::ARG_READ_ONLY != 0,
                no_access: facts & shim::ARG_NO_ACCESS != 0,
                returned: facts & shim::ARG_RETURNED != 0,
            });
        }
        let callee = if callee.kind() == LLVMValueKind::LLVMInlineAsmValueKind {
            Callee::Assembly
        } else {
            let id = self.value(callee);
            match self.values[id.index()].kind {
                ValueKind::Function(function) => Callee::Direct(function),
                _ => Callee::Indirect(id),
            }
        };
        InstKind::Call(Call {
            callee,
            args: args.into_bump_slice(),
            nounwind: bits & shim::FN_NOUNWIND != 0,
            noreturn: bits & shim::FN_NORETURN != 0,
            no_memory: bits & shim::FN_NO_MEMORY != 0,
            read_only: bits & shim::FN_READ_ONLY != 0,
        })
    }

    /// Intrinsics with a meaning of their own here; the others are calls judged by their attributes.
    fn intrinsic(&mut self, name: &str, inst: Value<'a>, arguments: &[Value<'a>]) -> Option<InstKind<'a>> {
        let rest = name.strip_prefix("llvm.")?;
        let is = |stem: &str| {
            rest.strip_prefix(stem)
                .is_some_and(|tail| tail.is_empty() || tail.starts_with('.'))
        };
        let values = |reader: &mut Self| reader.ids(arguments.iter().copied());
        if (is("memcpy") || is("memmove") || is("memcpy.inline"))
            && let [to, from, ..] = values(self)
        {
            return Some(InstKind::Copy { to: *to, from: *from });
        }
        if (is("memset") || is("memset.inline"))
            && let [pointer, value, ..] = values(self)
        {
            return Some(InstKind::Store {
                pointer: *pointer,
                value: *value,
            });
        }
        if is("lifetime.start") || is("lifetime.end") {
            return arguments.last().map(|slot| InstKind::Forget(self.value(*slot)));
        }
        let derives = [
            "ptrmask",
            "launder.invariant.group",
            "strip.invariant.group",
            "threadlocal.address",
            "ssa.copy",
        ];
        if derives.iter().any(|stem| is(stem)) {
            return Some(InstKind::Derive(values(self)));
        }
        // Debug and annotation intrinsics, va_start and the like neither keep nor follow a pointer.
        let inert = [
            "dbg",
            "var.annotation",
            "ptr.annotation",
            "annotation",
            "assume",
            "expect",
            "va_start",
            "va_end",
            "stacksave",
            "stackrestore",
            "prefetch",
            "invariant.start",
            "invariant.end",
            "experimental.noalias.scope.decl",
            "objectsize",
            "donothing",
            "eh.typeid.for",
        ];
        if inert.iter().any(|stem| is(stem)) {
            return Some(if is("ptr.annotation") {
                InstKind::Derive(values(self))
            } else {
                InstKind::Plain(&[])
            });
        }
        // A trap ends the program: a call that does not return.
        if inst.call_facts() & shim::FN_NORETURN != 0 {
            return None;
        }
        let pointers =
            inst.ty().holds_pointer() || arguments.iter().any(|argument| argument.ty().holds_pointer());
        if pointers {
            None
        } else {
            Some(InstKind::Plain(values(self)))
        }
    }
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
        _ => Predicate::Other,
    }
}
