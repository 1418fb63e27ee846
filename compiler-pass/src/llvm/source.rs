//! Reading modules from text or bitcode, with errors that name the file and the remedy.

use super::module::OwnedModule;
use super::{passes, shim};
use inkwell::llvm_sys::prelude::LLVMContextRef;
use std::ffi::{CStr, CString, c_char};

/// Why a module could not be read. The caller adds the file's name.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Written by another major version of LLVM.
    #[error("written by {producer}, and croft reads LLVM {expected}; compile it again with clang-{expected}")]
    Version {
        /// What the file says of its writer.
        producer: String,
        /// The version croft is built with.
        expected: u32,
    },
    /// Neither text nor bitcode that LLVM understands.
    #[error("not readable as LLVM {expected} IR: {message}; make it again with clang-{expected} -emit-llvm")]
    Syntax {
        /// LLVM's message.
        message: String,
        /// The version croft is built with.
        expected: u32,
    },
    /// Readable, but invalid by LLVM's rules.
    #[error("invalid IR: {0}; `opt-22 -passes=verify` says the same, and the tool that wrote it is to blame")]
    Invalid(String),
}

/// Reads a module and verifies it. With `mark_lines`, textual IR without debug information gets the line
/// of each instruction as its location.
///
/// # Errors
/// See [`ReadError`].
///
/// # Safety
/// `context` is alive and outlives the module.
pub unsafe fn read(
    context: LLVMContextRef,
    data: &[u8],
    name: &str,
    mark_lines: bool,
) -> Result<OwnedModule, ReadError> {
    let expected = passes::version().0;
    if let Some(producer) = producer(data)
        && let Some(major) = major_version(&producer)
        && major != expected
    {
        return Err(ReadError::Version { producer, expected });
    }
    let syntax = |message: String| ReadError::Syntax { message, expected };
    if data.is_empty() {
        return Err(syntax("the file is empty".to_owned()));
    }
    let name = CString::new(name).map_err(|_| syntax("its name contains a zero byte".to_owned()))?;
    let mut error = std::ptr::null_mut();
    // SAFETY: the data is passed with its length; the context is alive (caller's obligation).
    let raw = unsafe {
        shim::croft_shim_parse(
            context,
            data.as_ptr().cast(),
            data.len(),
            name.as_ptr(),
            mark_lines.into(),
            &mut error,
        )
    };
    if raw.is_null() {
        return Err(syntax(take_shim_text(error).unwrap_or_default()));
    }
    // SAFETY: the parser hands the module over.
    let module = unsafe { OwnedModule::from_raw(raw) };
    module.borrow().verify().map_err(ReadError::Invalid)?;
    Ok(module)
}

/// What bitcode says of its writer, for example `LLVM22.1.8`.
fn producer(data: &[u8]) -> Option<String> {
    // SAFETY: the data is passed with its length.
    take_shim_text(unsafe { shim::croft_shim_producer(data.as_ptr().cast(), data.len()) })
}

fn major_version(producer: &str) -> Option<u32> {
    let digits: String = producer
        .strip_prefix("LLVM")?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

fn take_shim_text(text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the shim hands over a zero-terminated string that it asks us to free.
    unsafe {
        let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
        shim::croft_shim_free(text);
        Some(copy)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_major_version_is_read_from_any_producer() {
        assert_eq!(super::major_version("LLVM22.1.8"), Some(22));
        assert_eq!(super::major_version("LLVM14.0.6"), Some(14));
        assert_eq!(super::major_version("LLVM22.1.2-rust-1.95.0-stable"), Some(22));
        assert_eq!(super::major_version("APPLE_1_1300"), None);
    }
}
