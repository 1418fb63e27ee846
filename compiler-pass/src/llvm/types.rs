//! Types, read-only.

use super::take_message;
use inkwell::llvm_sys::LLVMTypeKind;
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::prelude::LLVMTypeRef;
use std::marker::PhantomData;

/// A type of a live context (*LLVM-I1*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type<'m>(LLVMTypeRef, PhantomData<&'m ()>);

impl<'m> Type<'m> {
    pub(super) fn wrap(raw: LLVMTypeRef) -> Type<'m> {
        Type(raw, PhantomData)
    }

    /// The underlying reference.
    pub fn raw(self) -> LLVMTypeRef {
        self.0
    }

    /// The kind of type.
    pub fn kind(self) -> LLVMTypeKind {
        // SAFETY: LLVM-I1.
        unsafe { LLVMGetTypeKind(self.0) }
    }

    /// The width of an integer type in bits.
    pub fn integer_width(self) -> Option<u32> {
        // SAFETY: LLVM-I1, LLVM-I2.
        (self.kind() == LLVMTypeKind::LLVMIntegerTypeKind).then(|| unsafe { LLVMGetIntTypeWidth(self.0) })
    }

    /// Whether this is a floating-point number.
    pub fn is_floating(self) -> bool {
        use LLVMTypeKind::*;
        matches!(
            self.kind(),
            LLVMHalfTypeKind
                | LLVMBFloatTypeKind
                | LLVMFloatTypeKind
                | LLVMDoubleTypeKind
                | LLVMX86_FP80TypeKind
                | LLVMFP128TypeKind
                | LLVMPPC_FP128TypeKind
        )
    }

    /// Whether this is a pointer type.
    pub fn is_pointer(self) -> bool {
        self.kind() == LLVMTypeKind::LLVMPointerTypeKind
    }

    /// Whether a value of this type can hold a pointer.
    pub fn holds_pointer(self) -> bool {
        // SAFETY: LLVM-I1, LLVM-I2: element types are asked of aggregates and vectors only.
        unsafe {
            match self.kind() {
                LLVMTypeKind::LLVMPointerTypeKind => true,
                LLVMTypeKind::LLVMArrayTypeKind
                | LLVMTypeKind::LLVMVectorTypeKind
                | LLVMTypeKind::LLVMScalableVectorTypeKind => {
                    Type::wrap(LLVMGetElementType(self.0)).holds_pointer()
                }
                LLVMTypeKind::LLVMStructTypeKind => (0..LLVMCountStructElementTypes(self.0))
                    .any(|i| Type::wrap(LLVMStructGetTypeAtIndex(self.0, i)).holds_pointer()),
                _ => false,
            }
        }
    }

    /// Whether an integer of so many bits has room in a number of this type, or in one of the numbers it is made of.
    pub fn has_room_for(self, bits: u32) -> bool {
        // SAFETY: LLVM-I1, LLVM-I2: element types are asked of aggregates and vectors only.
        unsafe {
            match self.kind() {
                LLVMTypeKind::LLVMIntegerTypeKind => LLVMGetIntTypeWidth(self.0) >= bits,
                LLVMTypeKind::LLVMArrayTypeKind
                | LLVMTypeKind::LLVMVectorTypeKind
                | LLVMTypeKind::LLVMScalableVectorTypeKind => {
                    Type::wrap(LLVMGetElementType(self.0)).has_room_for(bits)
                }
                LLVMTypeKind::LLVMStructTypeKind => (0..LLVMCountStructElementTypes(self.0))
                    .any(|i| Type::wrap(LLVMStructGetTypeAtIndex(self.0, i)).has_room_for(bits)),
                _ => false,
            }
        }
    }

    /// Whether this is a number, or an array or vector of them. A structure may stand for a union.
    pub fn is_numbers(self) -> bool {
        match self.kind() {
            LLVMTypeKind::LLVMArrayTypeKind
            | LLVMTypeKind::LLVMVectorTypeKind
            | LLVMTypeKind::LLVMScalableVectorTypeKind => {
                // SAFETY: LLVM-I1, LLVM-I2: asked of a vector or an array.
                let element = unsafe { Type::wrap(LLVMGetElementType(self.0)) };
                element.is_numbers()
            }
            LLVMTypeKind::LLVMStructTypeKind => false,
            _ => !self.is_pointer(),
        }
    }

    /// What kind of parameter it makes, in a letter: `p` for a pointer, `i` for an integer, `f` for a floating-point number,
    /// `o` for any other.
    pub fn letter(self) -> char {
        match self.kind() {
            LLVMTypeKind::LLVMPointerTypeKind => 'p',
            LLVMTypeKind::LLVMIntegerTypeKind => 'i',
            _ if self.is_floating() => 'f',
            _ => 'o',
        }
    }

    /// The result and parameter types of a function type, and whether it takes more.
    pub fn signature(self) -> Option<(Type<'m>, Vec<Type<'m>>, bool)> {
        if self.kind() != LLVMTypeKind::LLVMFunctionTypeKind {
            return None;
        }
        // SAFETY: LLVM-I1, LLVM-I2; the vector has room for exactly the parameters.
        unsafe {
            let mut parameters = vec![std::ptr::null_mut(); LLVMCountParamTypes(self.0) as usize];
            LLVMGetParamTypes(self.0, parameters.as_mut_ptr());
            Some((
                Type::wrap(LLVMGetReturnType(self.0)),
                parameters.into_iter().map(Type::wrap).collect(),
                LLVMIsFunctionVarArg(self.0) != 0,
            ))
        }
    }

    /// The type as LLVM prints it.
    pub fn print(self) -> String {
        // SAFETY: LLVM-I1; the message is handed over.
        take_message(unsafe { LLVMPrintTypeToString(self.0) })
    }
}
