//! A body on its way into the form: all that one function shows has been read, what depends on the whole module has not
//! been judged ([`super::revival`], [`super::disguise`]).

use super::{Block, Body, Cleanup, Inst, InstKind, ValueDef, ValueId, ValueKind};
use crate::llvm::Value;
use inkwell::llvm_sys::LLVMOpcode::*;

/// A body whose numbers are not judged yet.
pub(super) struct Draft<'a> {
    pub(super) blocks: &'a [Block<'a>],
    pub(super) insts: &'a mut [Inst<'a>],
    pub(super) values: &'a mut [ValueDef<'a>],
    pub(super) params: &'a [ValueId],
    pub(super) cleanups: &'a [Cleanup<'a>],
    /// The global variables that it names, by number.
    pub(super) variables: Vec<Value<'a>>,
    pub(super) carried: &'a [(ValueId, ValueId)],
    /// For each instruction, what it rounds to a multiple.
    pub(super) rounded: Vec<Option<ValueId>>,
}

impl<'a> Draft<'a> {
    /// The body, for good.
    pub(super) fn finish(self) -> Body<'a> {
        Body {
            blocks: self.blocks,
            insts: self.insts,
            values: self.values,
            params: self.params,
            cleanups: self.cleanups,
            carried: self.carried,
        }
    }

    /// The instruction that defines a value, if one does.
    pub(super) fn def(&self, value: ValueId) -> Option<&Inst<'a>> {
        match self.values[value.index()].kind {
            ValueKind::Inst(id) => Some(&self.insts[id.index()]),
            _ => None,
        }
    }

    /// What an instruction rounds to a multiple of some number: `p / a * a`, `p - p % a`.
    pub(super) fn rounds(&self, inst: &Inst<'a>) -> Option<ValueId> {
        if let Some((_, dividend)) = self.scaled_back(inst) {
            return Some(dividend);
        }
        let InstKind::Derive(&[from, part]) = inst.kind else {
            return None;
        };
        let rest = self.def(part).filter(|_| inst.llvm.opcode() == Some(LLVMSub))?;
        let is_rest = matches!(rest.llvm.opcode(), Some(LLVMURem | LLVMSRem | LLVMAnd));
        (is_rest && rest.kind.operands().first() == Some(&from)).then_some(from)
    }

    /// The number that a value is, if it is a constant.
    pub(super) fn constant(&self, value: ValueId) -> Option<i64> {
        match self.values[value.index()].kind {
            ValueKind::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Of a multiplication, the quotient among its operands that it may scale back, and what was divided. It is another
    /// number's business if both numbers are constants, and different ones.
    pub(super) fn scaled_back(&self, inst: &Inst<'a>) -> Option<(ValueId, ValueId)> {
        let is_shift = match inst.llvm.opcode()? {
            LLVMMul => false,
            LLVMShl => true,
            _ => return None,
        };
        let InstKind::Derive(&[left, right]) = inst.kind else {
            return None;
        };
        let factors = [(left, right), (right, left)];
        let mut factors = factors.into_iter().take(if is_shift { 1 } else { 2 });
        factors.find_map(|(quotient, factor)| {
            let division = self.def(quotient)?;
            let shifted = match division.llvm.opcode()? {
                LLVMUDiv | LLVMSDiv => false,
                LLVMLShr | LLVMAShr => true,
                _ => return None,
            };
            let (InstKind::Plain(&[dividend, divisor]) | InstKind::Derive(&[dividend, divisor])) =
                division.kind
            else {
                return None;
            };
            let scale = |number: ValueId, shifts: bool| {
                let number = self.constant(number)?;
                match shifts {
                    true => u32::try_from(number).ok().and_then(|by| 1i64.checked_shl(by)),
                    false => Some(number),
                }
            };
            let same = match (scale(factor, is_shift), scale(divisor, shifted)) {
                (Some(up), Some(down)) => up == down,
                _ => true,
            };
            same.then_some((quotient, dividend))
        })
    }
}
