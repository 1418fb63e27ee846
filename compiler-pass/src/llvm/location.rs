//! Source locations of instructions, from debug information.

use super::{Value, text_of};
use inkwell::llvm_sys::core::LLVMGetInstructionParent;
use inkwell::llvm_sys::debuginfo::*;
use inkwell::llvm_sys::prelude::LLVMMetadataRef;
use std::path::PathBuf;

/// The header whose macros kernels use: a place inside it is never the user's line.
const HEADER: &str = "croft.h";

/// A place in a source file. Lines and columns count from 1; 0 is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file as the debug information names it, made absolute with its directory where it has one.
    pub file: PathBuf,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// The place of an instruction. An instruction that a compiler moved or made without a place takes the
/// nearest place before it in its basic block, then the function's own line.
pub fn of(instruction: Value<'_>) -> Option<Location> {
    own(instruction)
        .or_else(|| before(instruction))
        .or_else(|| of_function(instruction.parent_function()?))
}

/// The place where a function is written.
pub fn of_function(function: Value<'_>) -> Option<Location> {
    if !function.is_function() {
        return None;
    }
    // SAFETY: LLVM-I1; asked of a function, and a null answer is tested.
    unsafe {
        let subprogram = LLVMGetSubprogram(function.raw());
        if subprogram.is_null() {
            return None;
        }
        let file = file_of(subprogram)?;
        Some(Location {
            file,
            line: LLVMDISubprogramGetLine(subprogram),
            column: 0,
        })
    }
}

fn own(instruction: Value<'_>) -> Option<Location> {
    instruction.opcode()?;
    // SAFETY: LLVM-I1; asked of an instruction, and null answers are tested.
    unsafe {
        let mut place = LLVMInstructionGetDebugLoc(instruction.raw());
        while !place.is_null() {
            let outer = LLVMDILocationGetInlinedAt(place);
            let file = file_of(LLVMDILocationGetScope(place));
            let line = LLVMDILocationGetLine(place);
            match file {
                Some(file) if line != 0 && (outer.is_null() || !file.ends_with(HEADER)) => {
                    return Some(Location {
                        file,
                        line,
                        column: LLVMDILocationGetColumn(place),
                    });
                }
                _ => place = outer,
            }
        }
    }
    None
}

fn before(instruction: Value<'_>) -> Option<Location> {
    // SAFETY: LLVM-I1: an instruction of a module lies in a block.
    let block = unsafe { LLVMGetInstructionParent(instruction.raw()) };
    let function = instruction.parent_function()?;
    let block = function.blocks().find(|candidate| candidate.raw() == block)?;
    let mut last = None;
    for candidate in block.instructions() {
        if candidate == instruction {
            return last;
        }
        last = own(candidate).or(last);
    }
    None
}

/// # Safety
/// `scope` is a live metadata node that is a scope, or null.
unsafe fn file_of(scope: LLVMMetadataRef) -> Option<PathBuf> {
    if scope.is_null() {
        return None;
    }
    // SAFETY: the caller's obligation; null answers are tested, lengths are written before they are read.
    unsafe {
        let file = LLVMDIScopeGetFile(scope);
        if file.is_null() {
            return None;
        }
        let mut length = 0;
        let name = LLVMDIFileGetFilename(file, &mut length);
        let name = text_of(name, length as usize);
        let mut length = 0;
        let directory = LLVMDIFileGetDirectory(file, &mut length);
        let directory = text_of(directory, length as usize);
        (!name.is_empty()).then(|| PathBuf::from(directory).join(name))
    }
}
