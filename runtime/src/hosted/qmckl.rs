//! The C functions of `include/qmckl_memory.h`: QMCkl's memory functions by their own names, over contexts.
//!
//! Return codes are QMCkl's: 0 success, 2 and 3 for the second and the third argument, 103 for an invalid context.
//! `qmckl_malloc` zeroes, as the original does. Sizes of 0 are served, which the original loses track of.

use core::ffi::{c_int, c_void};

use super::c::exported;
use super::context::{Builder, ContextId};
use super::record::Request;
use super::status::Status;

const SUCCESS: c_int = 0;
const INVALID_ARG_2: c_int = 2;
const INVALID_ARG_3: c_int = 3;
const INVALID_CONTEXT: c_int = 103;

/// `qmckl_memory_info_struct`, passed by value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Info {
    size: usize,
    pointer: *mut c_void,
}

/// The context of a number of QMCkl's, which is signed.
fn context(number: i64) -> ContextId {
    ContextId::from_number(number.cast_unsigned())
}

/// The code of what is wrong with the second argument.
fn code(status: Status) -> c_int {
    match status {
        Status::InvalidContext => INVALID_CONTEXT,
        _ => INVALID_ARG_2,
    }
}

exported! {
    /// A new context, or 0.
    fn qmckl_context_create() -> i64 {
        Builder::new().create().map_or(0, |made| made.number().cast_signed())
    }

    /// The context itself if it exists, else 0.
    fn qmckl_context_check(number: i64) -> i64 {
        if context(number).exists() { number } else { 0 }
    }

    /// Ends a context and everything in it.
    fn qmckl_context_destroy(number: i64) -> c_int {
        context(number).destroy().map_or(INVALID_CONTEXT, |()| SUCCESS)
    }

    /// Zeroed memory of `info.size` bytes at a multiple of 64, or null.
    fn qmckl_malloc(number: i64, info: Info) -> *mut c_void {
        match context(number).alloc(&Request::new(info.size).zeroed()) {
            Ok(start) => start.as_ptr().cast(),
            Err(_) => core::ptr::null_mut(),
        }
    }

    /// Frees memory of this context.
    fn qmckl_free(number: i64, pointer: *mut c_void) -> c_int {
        context(number).free(pointer.cast()).map_or_else(code, |()| SUCCESS)
    }

    /// Size and address of memory of this context.
    fn qmckl_get_malloc_info(number: i64, pointer: *const c_void, info: *mut Info) -> c_int {
        if !context(number).exists() {
            return INVALID_CONTEXT;
        }
        if pointer.is_null() {
            return INVALID_ARG_2;
        }
        if info.is_null() {
            return INVALID_ARG_3;
        }
        match context(number).info(pointer.cast()) {
            Ok(known) => {
                info.write(Info {
                    size: known.size,
                    pointer: known.start.as_ptr().cast(),
                });
                SUCCESS
            }
            Err(status) => code(status),
        }
    }
}
