//! Source locations of instructions, and names of values, from debug information.

use super::{Module, Value, debug, text_of};
use inkwell::llvm_sys::core::{LLVMGetInstructionParent, LLVMGetNamedMetadata};
use inkwell::llvm_sys::debuginfo::*;
use inkwell::llvm_sys::prelude::LLVMMetadataRef;
use std::path::PathBuf;

/// The header whose macros kernels use.
const HEADER: &str = "croft.h";
/// Where Rust's debug information has the standard library, without and with its sources installed.
const RUST_LIBRARY: [&str; 2] = ["/rustc/", "/rustlib/src/rust/library/"];

/// A place in a source file. Lines and columns count from 1; 0 is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file as the debug information names it, made absolute with its directory where it has one.
    pub file: PathBuf,
    /// The line.
    pub line: u32,
    /// The column, in bytes of UTF-8, as clang, rustc and LLVM's parser count it.
    pub column: u32,
}

impl Location {
    /// Whether the user wrote it: a place inside the header, or inside the library of the language, is not the user's.
    fn is_of_the_user(&self) -> bool {
        let file = self.file.to_string_lossy();
        let is_library = file.starts_with(RUST_LIBRARY[0]) || file.contains(RUST_LIBRARY[1]);
        !is_library && !self.file.ends_with(HEADER)
    }
}

/// A function that an instruction was inlined into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inlined {
    /// The function, as the source names it; empty if it has no name there.
    pub into: String,
    /// The place of the call there.
    pub at: Location,
}

/// A place as the debug information writes it: the file as the compiler was given it, and the function in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Written {
    /// The file; empty if no debug information says it.
    pub file: String,
    /// The function; its symbol if no debug information says it.
    pub function: String,
    /// The line; 0 is unknown.
    pub line: u32,
    /// The column; 0 is unknown.
    pub column: u32,
}

/// The place of an instruction as it is written; nothing if the instruction has none of its own.
pub fn written(instruction: Value<'_>) -> Option<Written> {
    own(instruction).and_then(as_written)
}

/// The same, or else the nearest place before it in its basic block.
pub fn written_near(instruction: Value<'_>) -> Option<Written> {
    nearest(instruction).and_then(as_written)
}

fn as_written(place: LLVMMetadataRef) -> Option<Written> {
    let Location { line, column, .. } = at(place)?;
    // SAFETY: LLVM-I1: `place` is a location of a live module; null answers are tested, lengths are written before they are read.
    unsafe {
        let scope = LLVMDILocationGetScope(place);
        let mut length = 0;
        let name = debug::croft_debug_function(scope, &mut length);
        let function = text_of(name, length);
        let file = LLVMDIScopeGetFile(scope);
        if file.is_null() {
            return None;
        }
        let mut length = 0;
        let name = LLVMDIFileGetFilename(file, &mut length);
        Some(Written {
            file: text_of(name, length as usize),
            function,
            line,
            column,
        })
    }
}

/// Whether a module has any debug information. Without it no place has a line.
pub fn is_in(module: Module<'_>) -> bool {
    // SAFETY: LLVM-I1; the name is passed with its length.
    unsafe {
        let name = "llvm.dbg.cu";
        !LLVMGetNamedMetadata(module.raw(), name.as_ptr().cast(), name.len()).is_null()
    }
}

/// The place of an instruction. An instruction that a compiler moved or made without a place takes the
/// nearest place before it in its basic block, then the function's own line.
pub fn of(instruction: Value<'_>) -> Option<Location> {
    match nearest(instruction) {
        Some(place) => at(place),
        None => of_function(instruction.parent_function()?),
    }
}

/// The functions that the code of an instruction was inlined into, the innermost first, with the calls.
pub fn inlined(instruction: Value<'_>) -> Vec<Inlined> {
    let mut levels = Vec::new();
    let Some(mut place) = nearest(instruction) else {
        return levels;
    };
    // SAFETY: LLVM-I1; `place` is a location, and null answers are tested.
    unsafe {
        loop {
            place = LLVMDILocationGetInlinedAt(place);
            if place.is_null() {
                return levels;
            }
            if let Some(at) = at(place).filter(Location::is_of_the_user) {
                let mut length = 0;
                let name = debug::croft_debug_function(LLVMDILocationGetScope(place), &mut length);
                levels.push(Inlined {
                    into: text_of(name, length),
                    at,
                });
            }
        }
    }
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

/// The source variable that holds a value.
pub fn variable(value: Value<'_>) -> Option<String> {
    let mut length = 0;
    // SAFETY: LLVM-I1; the shim tests the kind, and the text lives as long as the context.
    let name = unsafe { debug::croft_debug_variable(value.raw(), &mut length) };
    (!name.is_null()).then(|| text_of(name, length))
}

/// The location node to show for an instruction: its own or the nearest before it, past what stems from the header and
/// the language's library.
fn nearest(instruction: Value<'_>) -> Option<LLVMMetadataRef> {
    own(instruction).or_else(|| before(instruction))
}

fn own(instruction: Value<'_>) -> Option<LLVMMetadataRef> {
    instruction.opcode()?;
    // SAFETY: LLVM-I1; asked of an instruction, and null answers are tested.
    unsafe {
        let mut place = LLVMInstructionGetDebugLoc(instruction.raw());
        while !place.is_null() {
            let outer = LLVMDILocationGetInlinedAt(place);
            if at(place).is_some_and(|at| outer.is_null() || at.is_of_the_user()) {
                return Some(place);
            }
            place = outer;
        }
    }
    None
}

fn before(instruction: Value<'_>) -> Option<LLVMMetadataRef> {
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

/// What a location node says; nothing if it has no line.
fn at(place: LLVMMetadataRef) -> Option<Location> {
    // SAFETY: LLVM-I1: `place` came from an instruction of a live module.
    unsafe {
        let line = LLVMDILocationGetLine(place);
        let file = file_of(LLVMDILocationGetScope(place)).filter(|_| line != 0)?;
        Some(Location {
            file,
            line,
            column: LLVMDILocationGetColumn(place),
        })
    }
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
