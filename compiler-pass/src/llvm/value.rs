//! Values and basic blocks of a module, read-only.

use super::{Type, shim, take_message, text_of};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::prelude::{LLVMBasicBlockRef, LLVMValueRef};
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::marker::PhantomData;

/// A value of a live module (*LLVM-I1*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Value<'m>(LLVMValueRef, PhantomData<&'m ()>);

/// A basic block of a live module (*LLVM-I1*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block<'m>(LLVMBasicBlockRef, PhantomData<&'m ()>);

impl<'m> Value<'m> {
    pub(super) fn wrap(raw: LLVMValueRef) -> Option<Value<'m>> {
        (!raw.is_null()).then_some(Value(raw, PhantomData))
    }

    /// The value with this reference.
    ///
    /// # Safety
    /// 1. It belongs to the module (*LLVM-I1*).
    pub(crate) unsafe fn from_raw(raw: LLVMValueRef) -> Value<'m> {
        Value(raw, PhantomData)
    }

    /// The underlying reference.
    pub fn raw(self) -> LLVMValueRef {
        self.0
    }

    /// The kind of value.
    pub fn kind(self) -> LLVMValueKind {
        // SAFETY: LLVM-I1.
        unsafe { LLVMGetValueKind(self.0) }
    }

    /// Whether this is a function.
    pub fn is_function(self) -> bool {
        self.kind() == LLVMValueKind::LLVMFunctionValueKind
    }

    /// The name, empty if it has none.
    pub fn name(self) -> String {
        let mut length = 0;
        // SAFETY: LLVM-I1; the length is written before it is read.
        let data = unsafe { LLVMGetValueName2(self.0, &mut length) };
        text_of(data, length)
    }

    /// The type.
    pub fn ty(self) -> Type<'m> {
        // SAFETY: LLVM-I1.
        Type::wrap(unsafe { LLVMTypeOf(self.0) })
    }

    /// The instruction's opcode, or `None` for other values.
    pub fn opcode(self) -> Option<LLVMOpcode> {
        if self.kind() != LLVMValueKind::LLVMInstructionValueKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2.
        Some(unsafe { LLVMGetInstructionOpcode(self.0) })
    }

    /// The constant expression's opcode, or `None` for other values.
    pub fn constant_opcode(self) -> Option<LLVMOpcode> {
        if self.kind() != LLVMValueKind::LLVMConstantExprValueKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2.
        Some(unsafe { LLVMGetConstOpcode(self.0) })
    }

    /// The operands of an instruction, constant or other user; basic blocks included.
    pub fn operands(self) -> impl Iterator<Item = Value<'m>> {
        let count = if self.is_user() {
            // SAFETY: LLVM-I1, LLVM-I2: asked of users only.
            unsafe { LLVMGetNumOperands(self.0) }
        } else {
            0
        };
        (0..count.max(0) as u32).filter_map(move |index| {
            // SAFETY: LLVM-I1, LLVM-I2; the index stays below the count.
            Value::wrap(unsafe { LLVMGetOperand(self.0, index) })
        })
    }

    fn is_user(self) -> bool {
        // SAFETY: LLVM-I1; the function answers null for values of other kinds.
        unsafe { !LLVMIsAUser(self.0).is_null() }
    }

    /// The operand with this index.
    pub fn operand(self, index: usize) -> Option<Value<'m>> {
        self.operands().nth(index)
    }

    /// The basic block that this operand names, if it names one.
    pub fn as_block(self) -> Option<Block<'m>> {
        // SAFETY: LLVM-I1; converted only when the test says so (LLVM-I2).
        unsafe {
            (LLVMValueIsBasicBlock(self.0) != 0).then(|| Block(LLVMValueAsBasicBlock(self.0), PhantomData))
        }
    }

    /// The parameters of a function.
    pub fn parameters(self) -> Vec<Value<'m>> {
        if !self.is_function() {
            return Vec::new();
        }
        // SAFETY: LLVM-I1, LLVM-I2; the index stays below the count.
        unsafe {
            (0..LLVMCountParams(self.0))
                .filter_map(|i| Value::wrap(LLVMGetParam(self.0, i)))
                .collect()
        }
    }

    /// The basic blocks of a function, in order.
    pub fn blocks(self) -> impl Iterator<Item = Block<'m>> {
        let first = if self.is_function() {
            // SAFETY: LLVM-I1, LLVM-I2.
            unsafe { LLVMGetFirstBasicBlock(self.0) }
        } else {
            std::ptr::null_mut()
        };
        std::iter::successors((!first.is_null()).then_some(first), |block| {
            // SAFETY: LLVM-I1: `block` came from this function.
            let next = unsafe { LLVMGetNextBasicBlock(*block) };
            (!next.is_null()).then_some(next)
        })
        .map(|block| Block(block, PhantomData))
    }

    /// Whether a function or global variable has no definition here.
    pub fn is_declaration(self) -> bool {
        // SAFETY: LLVM-I1; asked of global values only.
        matches!(
            self.kind(),
            LLVMValueKind::LLVMFunctionValueKind | LLVMValueKind::LLVMGlobalVariableValueKind
        ) && unsafe { LLVMIsDeclaration(self.0) != 0 }
    }

    /// The function type of a function or call.
    pub fn function_type(self) -> Option<Type<'m>> {
        // SAFETY: LLVM-I1, LLVM-I2.
        unsafe {
            if self.is_function() {
                Some(Type::wrap(LLVMGlobalGetValueType(self.0)))
            } else if self.is_call() {
                Some(Type::wrap(LLVMGetCalledFunctionType(self.0)))
            } else {
                None
            }
        }
    }

    /// Whether this is a call, invoke or callbr.
    pub fn is_call(self) -> bool {
        matches!(
            self.opcode(),
            Some(LLVMOpcode::LLVMCall | LLVMOpcode::LLVMInvoke | LLVMOpcode::LLVMCallBr)
        )
    }

    /// Whether a call is a `musttail` one.
    pub fn is_must_tail(self) -> bool {
        // SAFETY: LLVM-I1, LLVM-I2.
        self.opcode() == Some(LLVMOpcode::LLVMCall)
            && unsafe { LLVMGetTailCallKind(self.0) }
                == inkwell::llvm_sys::LLVMTailCallKind::LLVMTailCallKindMustTail
    }

    /// The called value of a call.
    pub fn callee(self) -> Option<Value<'m>> {
        if !self.is_call() {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2.
        Value::wrap(unsafe { LLVMGetCalledValue(self.0) })
    }

    /// The arguments of a call, without callee, destinations and bundles.
    pub fn arguments(self) -> Vec<Value<'m>> {
        if !self.is_call() {
            return Vec::new();
        }
        // SAFETY: LLVM-I1, LLVM-I2: the arguments are the first operands of a call.
        unsafe {
            (0..LLVMGetNumArgOperands(self.0))
                .filter_map(|i| Value::wrap(LLVMGetOperand(self.0, i)))
                .collect()
        }
    }

    /// The successors of a terminator, in order.
    pub fn successors(self) -> Vec<Block<'m>> {
        let is_terminator = matches!(
            self.opcode(),
            Some(
                LLVMOpcode::LLVMRet
                    | LLVMOpcode::LLVMBr
                    | LLVMOpcode::LLVMSwitch
                    | LLVMOpcode::LLVMIndirectBr
                    | LLVMOpcode::LLVMInvoke
                    | LLVMOpcode::LLVMUnreachable
                    | LLVMOpcode::LLVMCallBr
                    | LLVMOpcode::LLVMResume
                    | LLVMOpcode::LLVMCleanupRet
                    | LLVMOpcode::LLVMCatchRet
                    | LLVMOpcode::LLVMCatchSwitch
            )
        );
        if !is_terminator {
            return Vec::new();
        }
        // SAFETY: LLVM-I1, LLVM-I2; the index stays below the count.
        unsafe {
            (0..LLVMGetNumSuccessors(self.0))
                .map(|i| Block(LLVMGetSuccessor(self.0, i), PhantomData))
                .collect()
        }
    }

    /// The constant of a switch that leads to successor `index`; the first successor, 0, is the default.
    pub fn case_value(self, index: usize) -> Option<Value<'m>> {
        if self.opcode() != Some(LLVMOpcode::LLVMSwitch) || index == 0 || index >= self.successors().len() {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2; the index names a successor that is not the default.
        Value::wrap(unsafe { LLVMGetSwitchCaseValue(self.0, index as u32) })
    }

    /// The (value, predecessor) pairs of a phi.
    pub fn incoming(self) -> Vec<(Value<'m>, Block<'m>)> {
        if self.opcode() != Some(LLVMOpcode::LLVMPHI) {
            return Vec::new();
        }
        // SAFETY: LLVM-I1, LLVM-I2; the index stays below the count.
        unsafe {
            (0..LLVMCountIncoming(self.0))
                .filter_map(|i| {
                    Some((
                        Value::wrap(LLVMGetIncomingValue(self.0, i))?,
                        Block(LLVMGetIncomingBlock(self.0, i), PhantomData),
                    ))
                })
                .collect()
        }
    }

    /// The value of a constant integer of at most 64 bits, sign-extended.
    pub fn as_integer(self) -> Option<i64> {
        if self.kind() != LLVMValueKind::LLVMConstantIntValueKind || self.ty().integer_width()? > 64 {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2.
        Some(unsafe { LLVMConstIntGetSExtValue(self.0) })
    }

    /// The value of an integer constant that is made into a pointer: extended with zeros.
    pub fn as_address(self) -> Option<i64> {
        let integer = self.as_integer()?;
        let width = self.ty().integer_width()?;
        Some(if width < 64 {
            integer & ((1 << width) - 1)
        } else {
            integer
        })
    }

    /// The initializer of a global variable.
    pub fn initializer(self) -> Option<Value<'m>> {
        if self.kind() != LLVMValueKind::LLVMGlobalVariableValueKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2.
        Value::wrap(unsafe { LLVMGetInitializer(self.0) })
    }

    /// The bytes of a constant data array, as text up to a terminating zero.
    pub fn as_text(self) -> Option<String> {
        if self.kind() != LLVMValueKind::LLVMConstantDataArrayValueKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2; the length is written before it is read.
        unsafe {
            if LLVMIsConstantString(self.0) == 0 {
                return None;
            }
            let mut length = 0;
            let data = LLVMGetAsString(self.0, &mut length);
            Some(text_of(data, length).trim_end_matches('\0').to_owned())
        }
    }

    /// The value as LLVM prints it.
    pub fn print(self) -> String {
        // SAFETY: LLVM-I1; the shim allocates the text for us to free, and answers null outside of a `Printing`.
        unsafe {
            let text = shim::croft_shim_print(self.0);
            if !text.is_null() {
                let copy = std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned();
                shim::croft_shim_free(text);
                return copy;
            }
        }
        // SAFETY: LLVM-I1; the message is handed over.
        take_message(unsafe { LLVMPrintValueToString(self.0) })
    }

    /// What an address computation adds to its base: a constant number of bytes, and multiples of a stride (0: none).
    pub fn address_step(self) -> (i64, u64) {
        let (mut constant, mut stride) = (0, 1);
        if self.opcode() == Some(LLVMOpcode::LLVMGetElementPtr) {
            // SAFETY: LLVM-I1; asked of an address computation, and both places are written.
            unsafe { shim::croft_shim_address_step(self.0, &mut constant, &mut stride) };
        }
        (constant, stride)
    }

    /// The global variable that a constant address lies in, and where in it.
    pub fn variable(self) -> Option<(Value<'m>, i64)> {
        let mut offset = 0;
        // SAFETY: LLVM-I1; the shim tests the kinds and writes the offset.
        let variable = unsafe { shim::croft_shim_variable_of(self.0, &mut offset) };
        Some((Value::wrap(variable)?, offset))
    }

    /// The pointer that a variable is initialised with, so many bytes from its start.
    pub fn pointer_in(self, offset: i64) -> Option<Value<'m>> {
        // SAFETY: LLVM-I1; the shim tests the kind.
        Value::wrap(unsafe { shim::croft_shim_pointer_in(self.0, offset) })
    }

    /// Whether this is a load that is neither volatile nor atomic: reading again gives the same, unless this thread writes.
    pub fn is_plain_load(self) -> bool {
        self.opcode() == Some(LLVMOpcode::LLVMLoad) && self.is_plain_access()
    }

    /// Whether this is a store that is neither volatile nor atomic: other threads and handlers may not look meanwhile.
    pub fn is_plain_store(self) -> bool {
        self.opcode() == Some(LLVMOpcode::LLVMStore) && self.is_plain_access()
    }

    /// Of a load or a store: whether it is neither volatile nor atomic.
    fn is_plain_access(self) -> bool {
        // SAFETY: LLVM-I1, LLVM-I2: asked of loads and stores only.
        unsafe {
            LLVMGetVolatile(self.0) == 0
                && LLVMGetOrdering(self.0)
                    == inkwell::llvm_sys::LLVMAtomicOrdering::LLVMAtomicOrderingNotAtomic
        }
    }

    /// How many bytes a memory instruction accesses; `u32::MAX` if that is not constant.
    pub fn accessed_bytes(self) -> u32 {
        // SAFETY: LLVM-I1; the shim tests the kind.
        unsafe { shim::croft_shim_accessed_bytes(self.0) }
    }

    /// Whether anything uses the value.
    pub fn has_uses(self) -> bool {
        // SAFETY: LLVM-I1.
        unsafe { !LLVMGetFirstUse(self.0).is_null() }
    }

    /// The users of a value, one per use.
    pub fn users(self) -> Vec<Value<'m>> {
        let mut users = Vec::new();
        // SAFETY: LLVM-I1; the list is walked while nothing changes it.
        unsafe {
            let mut use_ = LLVMGetFirstUse(self.0);
            while !use_.is_null() {
                users.extend(Value::wrap(LLVMGetUser(use_)));
                use_ = LLVMGetNextUse(use_);
            }
        }
        users
    }

    /// The function that a parameter belongs to, and its number.
    pub fn parameter_of(self) -> Option<(Value<'m>, usize)> {
        if self.kind() != LLVMValueKind::LLVMArgumentValueKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2: asked of a parameter.
        let function = unsafe { Value::wrap(LLVMGetParamParent(self.0)) }?;
        let index = function
            .parameters()
            .into_iter()
            .position(|param| param == self)?;
        Some((function, index))
    }

    /// Whether a global variable always holds its initializer.
    pub fn is_constant_variable(self) -> bool {
        let is_variable = self.kind() == LLVMValueKind::LLVMGlobalVariableValueKind;
        // SAFETY: LLVM-I1, LLVM-I2: asked of a variable.
        is_variable && unsafe { LLVMIsGlobalConstant(self.0) != 0 && self.has_final_initializer() }
    }

    /// Whether a global variable is a constant that holds no address: a text, a table of numbers.
    pub fn is_constant_number(self) -> bool {
        use LLVMValueKind::*;
        let plain = |initializer: Value<'_>| {
            matches!(
                initializer.kind(),
                LLVMConstantDataArrayValueKind
                    | LLVMConstantDataVectorValueKind
                    | LLVMConstantAggregateZeroValueKind
                    | LLVMConstantIntValueKind
                    | LLVMConstantFPValueKind
            )
        };
        self.is_constant_variable() && self.holds_numbers() && self.initializer().is_some_and(plain)
    }

    /// Whether a global variable is a number or an array of them, by its type.
    pub fn holds_numbers(self) -> bool {
        let is_variable = self.kind() == LLVMValueKind::LLVMGlobalVariableValueKind;
        // SAFETY: LLVM-I1, LLVM-I2: asked of a variable.
        is_variable && unsafe { Type::wrap(LLVMGlobalGetValueType(self.0)) }.is_numbers()
    }

    /// Whether a global variable is a pointer and nothing else, by its type.
    pub fn is_pointer_variable(self) -> bool {
        let is_variable = self.kind() == LLVMValueKind::LLVMGlobalVariableValueKind;
        // SAFETY: LLVM-I1, LLVM-I2: asked of a variable.
        is_variable && unsafe { Type::wrap(LLVMGlobalGetValueType(self.0)) }.is_pointer()
    }

    /// Whether the variable's initializer here is the one that counts.
    pub fn has_final_initializer(self) -> bool {
        // SAFETY: LLVM-I1; the shim tests the kind.
        unsafe { shim::croft_shim_has_final_initializer(self.0) != 0 }
    }

    /// Whether only this module can name it: a function or variable of internal or private linkage.
    pub fn is_local(self) -> bool {
        use inkwell::llvm_sys::LLVMLinkage::{LLVMInternalLinkage, LLVMPrivateLinkage};
        let is_global = self.is_function() || self.kind() == LLVMValueKind::LLVMGlobalVariableValueKind;
        // SAFETY: LLVM-I1, LLVM-I2: asked of a global.
        is_global
            && matches!(
                unsafe { LLVMGetLinkage(self.0) },
                LLVMInternalLinkage | LLVMPrivateLinkage
            )
    }

    /// The function type that a call expects of its callee.
    pub fn called_type(self) -> Option<Type<'m>> {
        // SAFETY: LLVM-I1, LLVM-I2: asked of calls only.
        self.is_call()
            .then(|| Type::wrap(unsafe { LLVMGetCalledFunctionType(self.0) }))
    }

    /// Whether this is a function whose body only repeats one that another module has.
    pub fn is_copy_of_external(self) -> bool {
        use inkwell::llvm_sys::LLVMLinkage::LLVMAvailableExternallyLinkage;
        // SAFETY: LLVM-I1, LLVM-I2: asked of a global.
        self.is_function() && unsafe { LLVMGetLinkage(self.0) } == LLVMAvailableExternallyLinkage
    }

    /// The function that an instruction lies in.
    pub fn parent_function(self) -> Option<Value<'m>> {
        self.opcode()?;
        // SAFETY: LLVM-I1, LLVM-I2: an instruction of a module has a parent block and function.
        unsafe { Value::wrap(LLVMGetBasicBlockParent(LLVMGetInstructionParent(self.0))) }
    }
}

impl<'m> Block<'m> {
    /// The basic block with this reference.
    ///
    /// # Safety
    /// 1. It belongs to the module (*LLVM-I1*).
    pub(crate) unsafe fn from_raw(raw: LLVMBasicBlockRef) -> Block<'m> {
        Block(raw, PhantomData)
    }

    /// The underlying reference.
    pub fn raw(self) -> LLVMBasicBlockRef {
        self.0
    }

    /// The name, empty if it has none.
    pub fn name(self) -> String {
        // SAFETY: LLVM-I1.
        let value = unsafe { LLVMBasicBlockAsValue(self.0) };
        Value::wrap(value).map(Value::name).unwrap_or_default()
    }

    /// The instructions, in order.
    pub fn instructions(self) -> impl Iterator<Item = Value<'m>> {
        // SAFETY: LLVM-I1.
        let first = unsafe { LLVMGetFirstInstruction(self.0) };
        std::iter::successors(Value::wrap(first), |instruction: &Value<'m>| {
            // SAFETY: LLVM-I1: the instruction came from this block.
            Value::wrap(unsafe { LLVMGetNextInstruction(instruction.0) })
        })
    }

    /// The terminator; a block of a verified module has one.
    pub fn terminator(self) -> Option<Value<'m>> {
        // SAFETY: LLVM-I1.
        Value::wrap(unsafe { LLVMGetBasicBlockTerminator(self.0) })
    }
}
