//! Places in the source, as lowering writes them into the program.

use core::ffi::c_char;

/// A place in the source: a constant that lowering makes for each operation and access. `croft.h`
/// declares it as `croft_place`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The file as the compiler was given it, zero-terminated; null if the program was compiled
    /// without debug information.
    pub file: *const c_char,
    /// The function, zero-terminated.
    pub function: *const c_char,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u32,
    /// The column, counted from 1; 0 if it is not known.
    pub column: u32,
}

// SAFETY: a place is a constant whose texts are constants too (Debug-I3).
unsafe impl Sync for Place {}
