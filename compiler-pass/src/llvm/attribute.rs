//! What LLVM's attributes say of functions, calls and arguments.

use super::{Value, shim, text_of};
use inkwell::llvm_sys::core::*;

impl Value<'_> {
    /// The string attribute of a function with this key.
    pub fn string_attribute(self, key: &str) -> Option<String> {
        self.string_attribute_at(inkwell::llvm_sys::LLVMAttributeFunctionIndex, key)
    }

    /// The string attribute of parameter `index` of a function with this key.
    pub fn parameter_attribute(self, index: usize, key: &str) -> Option<String> {
        self.string_attribute_at(index as u32 + 1, key)
    }

    /// Whether the result of a function, or of this call, is declared to alias nothing else.
    pub fn returns_noalias(self) -> bool {
        if !self.is_function() && !self.is_call() {
            return false;
        }
        let name = "noalias";
        // SAFETY: LLVM-I1, LLVM-I2; the name is passed with its length.
        unsafe {
            let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
            let result = inkwell::llvm_sys::LLVMAttributeReturnIndex;
            if self.is_call() {
                !LLVMGetCallSiteEnumAttribute(self.raw(), result, kind).is_null()
            } else {
                !LLVMGetEnumAttributeAtIndex(self.raw(), result, kind).is_null()
            }
        }
    }

    /// Whether the first parameter of a function is where it puts the structure that it returns.
    pub fn returns_through_memory(self) -> bool {
        if !self.is_function() {
            return false;
        }
        let name = "sret";
        // SAFETY: LLVM-I1, LLVM-I2; the name is passed with its length, and 1 is the index of the first parameter.
        unsafe {
            let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
            !LLVMGetEnumAttributeAtIndex(self.raw(), 1, kind).is_null()
        }
    }

    /// Whether a call carries the string attribute with this key.
    pub fn is_marked(self, key: &str) -> bool {
        if !self.is_call() {
            return false;
        }
        let index = inkwell::llvm_sys::LLVMAttributeFunctionIndex;
        // SAFETY: LLVM-I1, LLVM-I2; the key is passed with its length.
        unsafe {
            !LLVMGetCallSiteStringAttribute(self.raw(), index, key.as_ptr().cast(), key.len() as u32)
                .is_null()
        }
    }

    fn string_attribute_at(self, index: u32, key: &str) -> Option<String> {
        if !self.is_function() {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2; the key is passed with its length, and a null answer is tested.
        unsafe {
            let attribute =
                LLVMGetStringAttributeAtIndex(self.raw(), index, key.as_ptr().cast(), key.len() as u32);
            if attribute.is_null() {
                return None;
            }
            let mut length = 0;
            let data = LLVMGetStringAttributeValue(attribute, &mut length);
            Some(text_of(data, length as usize))
        }
    }

    /// The facts of a function, as the `FN_*` bits of the shim.
    pub(crate) fn function_facts(self) -> u32 {
        // SAFETY: LLVM-I1; the shim tests the kind.
        unsafe { shim::croft_shim_function_facts(self.raw()) }
    }

    /// The facts of a call, as the `FN_*` bits of the shim.
    pub(crate) fn call_facts(self) -> u32 {
        // SAFETY: LLVM-I1; the shim tests the kind.
        unsafe { shim::croft_shim_call_facts(self.raw()) }
    }

    /// The facts of an argument of a call, as the `ARG_*` bits of the shim.
    pub(crate) fn argument_facts(self, index: usize) -> u32 {
        // SAFETY: LLVM-I1; the shim tests kind and index.
        unsafe { shim::croft_shim_argument_facts(self.raw(), index as u32) }
    }
}
