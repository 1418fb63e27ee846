//! A thin safe layer over LLVM's C interface, for reading and rewriting modules.
//!
//! inkwell's own value types panic on IR they do not model; a pass that runs inside other people's
//! compilers must not, so the analyses read through this layer. inkwell stays the public face.
//!
//! Invariants:
//! * *LLVM-I1*: a [`Module`], [`Value`], [`Block`] or [`Type`] with lifetime `'m` names a live entity of
//!   one module that outlives `'m`. Only `Module::from_raw` can break it, and is unsafe for that.
//! * *LLVM-I2*: an accessor calls the C function only after the kind that function asks for was tested.

mod attribute;
pub mod change;
mod counter;
mod debug;
mod edit;
pub mod flow;
pub mod location;
pub mod module;
pub mod passes;
pub(crate) mod shim;
pub mod source;
pub mod types;
pub mod value;

pub use module::Module;
pub use types::Type;
pub use value::{Block, Value};

use std::ffi::{CStr, c_char};

/// Takes ownership of a message that LLVM allocated.
pub(crate) fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: LLVM hands over a zero-terminated string that it asks us to dispose of.
    unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        inkwell::llvm_sys::core::LLVMDisposeMessage(message);
        text
    }
}

/// A name as LLVM keeps it: bytes with a length, not always UTF-8.
pub(crate) fn text_of(data: *const c_char, length: usize) -> String {
    if data.is_null() {
        return String::new();
    }
    // SAFETY: LLVM returned a pointer to `length` bytes that live as long as the named entity.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) };
    String::from_utf8_lossy(bytes).into_owned()
}
