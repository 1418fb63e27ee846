//! Global variables that only count.

use super::Value;
use inkwell::llvm_sys::LLVMOpcode::*;

/// How many values, and users, are looked at to see what a variable counts.
const MOST_VALUES: usize = 256;

impl Value<'_> {
    /// Whether a global variable can hold nothing but what constants and its own value make: a counter.
    pub fn counts(self) -> bool {
        let users = self.users();
        if !self.is_local() || users.len() > MOST_VALUES {
            return false;
        }
        let mut work = Vec::new();
        for user in users {
            match user.opcode() {
                Some(LLVMLoad) => {}
                Some(LLVMStore) if user.operand(0) != Some(self) => work.extend(user.operand(0)),
                _ => return false,
            }
        }
        let mut seen = Vec::new();
        while let Some(value) = work.pop() {
            if value.as_integer().is_some() || seen.contains(&value) {
                continue;
            }
            if seen.len() == MOST_VALUES {
                return false;
            }
            seen.push(value);
            match value.opcode() {
                Some(LLVMLoad) if value.operand(0) == Some(self) => {}
                Some(LLVMSelect) => work.extend(value.operands().skip(1)),
                Some(
                    LLVMAdd | LLVMSub | LLVMMul | LLVMUDiv | LLVMSDiv | LLVMURem | LLVMSRem | LLVMAnd
                    | LLVMOr | LLVMXor | LLVMShl | LLVMLShr | LLVMAShr | LLVMZExt | LLVMSExt | LLVMTrunc
                    | LLVMFreeze,
                ) => work.extend(value.operands()),
                Some(LLVMPHI) => work.extend(value.incoming().into_iter().map(|(value, _)| value)),
                _ => return false,
            }
        }
        true
    }
}
