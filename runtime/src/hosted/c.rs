//! The C functions of `include/croft_hosted.h` for contexts, handles and cleanups. No logic beyond null checks of where
//! answers go.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::NonNull;
use std::sync::Arc;

use super::c_resource::Shared;
use super::cleanup::{Cleanup, CleanupFunction};
use super::context::{Builder, ContextId};
use super::handle::Handle;
use super::misuse::{self, DebugOptions, MisuseHook, Operation, Watch, report_in};
use super::record::{Allocation, DEFAULT_ALIGN, Request};
use super::statistics::ContextStatistics;
use super::status::Status;

/// `croft_request`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CRequest {
    size: usize,
    align: usize,
    label: *const c_char,
    zero: c_int,
}

/// `croft_allocation`.
#[repr(C)]
pub struct CAllocation {
    start: *mut c_void,
    size: usize,
    align: usize,
    label: *const c_char,
    handles: u32,
    retained: c_int,
}

/// `croft_context_options`.
#[repr(C)]
pub struct COptions {
    parent: u64,
    resource: *const Shared,
    debug: *const DebugOptions,
}

impl From<&Allocation> for CAllocation {
    fn from(from: &Allocation) -> Self {
        Self {
            start: from.start.as_ptr().cast(),
            size: from.size,
            align: from.align,
            label: from.label.map_or(core::ptr::null(), CStr::as_ptr),
            handles: from.handles,
            retained: c_int::from(from.is_retained),
        }
    }
}

/// The number for C.
pub(crate) fn code(answer: Result<(), Status>) -> c_int {
    match answer {
        Ok(()) => 0,
        Err(status) => status as c_int,
    }
}

/// Puts an answer where it goes.
///
/// # Safety
///
/// 1. `out` is null or points to writable memory for it.
pub(crate) unsafe fn put<T>(out: *mut T, answer: Result<T, Status>) -> c_int {
    code(answer.map(|value| {
        if !out.is_null() {
            // SAFETY: obligation 1.
            unsafe { out.write(value) };
        }
    }))
}

/// Obligations of all functions here: pointers to structures are null or valid, labels are C strings that live as long as
/// what they name, and besides those of the Rust function of the same name.
macro_rules! exported {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty $body:block)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Safety
            ///
            /// 1. The obligations of this module.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($($argument: $type),*) -> $answer {
                // SAFETY: obligation 1.
                #[allow(unused_unsafe, reason = "some bodies are safe")]
                unsafe { $body }
            }
        )*
    };
}
pub(crate) use exported;

/// Reports that a request, a callback or the place for an answer is missing.
fn null_in(context: u64, operation: Operation) -> c_int {
    report_in(context, operation, Status::Null, core::ptr::null()) as c_int
}

exported! {
    /// [`misuse::watch`]: on with this hook, or off.
    fn croft_watch(on: c_int, hook: Option<MisuseHook>, argument: *mut c_void) -> () {
        misuse::watch((on != 0).then_some(Watch { hook, argument }));
    }

    /// One line of English on a status; never null.
    fn croft_status_text(status: c_int) -> *const c_char {
        let known = u64::try_from(status).ok().and_then(Status::from_value);
        match (known, status) {
            (Some(known), _) => known.text().as_ptr(),
            (None, 0) => c"success".as_ptr(),
            (None, _) => c"no status".as_ptr(),
        }
    }

    /// [`Builder::create`]; 0 for `options` of zeros. Null `out` is refused.
    fn croft_context_create(options: *const COptions, out: *mut u64) -> c_int {
        if out.is_null() {
            return null_in(0, Operation::Create);
        }
        let mut builder = Builder::new();
        if let Some(options) = options.as_ref() {
            if options.parent != 0 {
                builder = builder.parent(ContextId::from_number(options.parent));
            }
            if let Some(resource) = options.resource.as_ref() {
                builder = builder.resource(Arc::clone(resource.inner()));
            }
            if let Some(debug) = options.debug.as_ref() {
                builder = builder.debug(*debug);
            }
        }
        put(out, builder.create().map(ContextId::number))
    }

    /// [`ContextId::destroy`].
    fn croft_context_destroy(context: u64) -> c_int {
        code(ContextId::from_number(context).destroy())
    }

    /// [`ContextId::exists`], as 0 or 1.
    fn croft_context_exists(context: u64) -> c_int {
        c_int::from(ContextId::from_number(context).exists())
    }

    /// [`ContextId::alloc`].
    fn croft_context_alloc(context: u64, request: *const CRequest, out: *mut *mut c_void) -> c_int {
        let (Some(request), false) = (request.as_ref(), out.is_null()) else {
            return null_in(context, Operation::Alloc);
        };
        let request = Request {
            size: request.size,
            align: if request.align == 0 { DEFAULT_ALIGN } else { request.align },
            zero: request.zero != 0,
            label: (!request.label.is_null()).then(|| CStr::from_ptr(request.label)),
        };
        match ContextId::from_number(context).alloc(&request) {
            Ok(start) => {
                out.write(start.as_ptr().cast());
                0
            }
            Err(status) => status as c_int,
        }
    }

    /// [`ContextId::free`].
    fn croft_context_free(context: u64, pointer: *mut c_void) -> c_int {
        code(ContextId::from_number(context).free(pointer.cast()))
    }

    /// [`ContextId::resize`].
    fn croft_context_resize(context: u64, pointer: *mut c_void, size: usize, out: *mut *mut c_void) -> c_int {
        if out.is_null() {
            return null_in(context, Operation::Resize);
        }
        let moved = ContextId::from_number(context).resize(pointer.cast(), size);
        put(out, moved.map(|start| start.as_ptr().cast()))
    }

    /// [`ContextId::info`].
    fn croft_context_info(context: u64, pointer: *const c_void, out: *mut CAllocation) -> c_int {
        let known = ContextId::from_number(context).info(pointer.cast());
        put(out, known.map(|known| CAllocation::from(&known)))
    }

    /// Calls `each` with every allocation that was live at the call; [`ContextId::live`].
    fn croft_context_list(
        context: u64,
        each: Option<unsafe extern "C" fn(*const CAllocation, *mut c_void)>,
        argument: *mut c_void,
    ) -> c_int {
        let Some(each) = each else {
            return null_in(context, Operation::List);
        };
        code(ContextId::from_number(context).live().map(|live| {
            for allocation in &live {
                each(&CAllocation::from(allocation), argument);
            }
        }))
    }

    /// [`ContextId::statistics`].
    fn croft_context_statistics(context: u64, out: *mut ContextStatistics) -> c_int {
        put(out, ContextId::from_number(context).statistics())
    }

    /// [`ContextId::trim`].
    fn croft_context_trim(context: u64) -> c_int {
        code(ContextId::from_number(context).trim())
    }

    /// [`ContextId::retain`].
    fn croft_context_retain(context: u64, pointer: *const c_void) -> c_int {
        code(ContextId::from_number(context).retain(pointer.cast()))
    }

    /// [`ContextId::open`].
    fn croft_handle_open(
        context: u64,
        pointer: *mut c_void,
        destroy: Option<CleanupFunction>,
        label: *const c_char,
        out: *mut Handle,
    ) -> c_int {
        if out.is_null() {
            return null_in(context, Operation::Open);
        }
        let label = (!label.is_null()).then(|| CStr::from_ptr(label));
        put(out, ContextId::from_number(context).open(pointer.cast(), destroy, label))
    }

    /// [`Handle::dup`].
    fn croft_handle_dup(handle: Handle, out: *mut Handle) -> c_int {
        if out.is_null() {
            return null_in(handle.context().number(), Operation::Dup);
        }
        put(out, handle.dup())
    }

    /// [`Handle::data`].
    fn croft_handle_data(handle: Handle, out: *mut *mut c_void) -> c_int {
        put(out, handle.data().map(|start: NonNull<u8>| start.as_ptr().cast()))
    }

    /// [`Handle::retain`].
    fn croft_handle_retain(handle: Handle) -> c_int {
        code(handle.retain())
    }

    /// [`Handle::close`].
    fn croft_handle_close(handle: Handle) -> c_int {
        code(handle.close())
    }

    /// [`ContextId::mark`].
    fn croft_handle_mark(context: u64, out: *mut u64) -> c_int {
        put(out, ContextId::from_number(context).mark())
    }

    /// Calls `each` with every leak; [`ContextId::leaks`]. The texts live until it returns.
    fn croft_handle_leaks(
        context: u64,
        since: u64,
        each: Option<unsafe extern "C" fn(Handle, *mut c_void, *const c_char, *const c_char, *mut c_void)>,
        argument: *mut c_void,
    ) -> c_int {
        let Some(each) = each else {
            return null_in(context, Operation::Leaks);
        };
        code(ContextId::from_number(context).leaks(since).map(|leaks| {
            for leak in leaks {
                let backtrace = leak.backtrace.and_then(|text| std::ffi::CString::new(text).ok());
                each(
                    leak.handle,
                    leak.start.as_ptr().cast(),
                    leak.label.map_or(core::ptr::null(), CStr::as_ptr),
                    backtrace.as_ref().map_or(core::ptr::null(), |text| text.as_ptr()),
                    argument,
                );
            }
        }))
    }

    /// [`ContextId::register`].
    fn croft_context_cleanup(
        context: u64,
        object: *mut c_void,
        function: Option<CleanupFunction>,
        out: *mut Cleanup,
    ) -> c_int {
        let Some(function) = function else {
            return null_in(context, Operation::Cleanup);
        };
        put(out, ContextId::from_number(context).register(object, function))
    }

    /// [`Cleanup::run`].
    fn croft_cleanup_run(cleanup: Cleanup) -> c_int {
        code(cleanup.run())
    }

    /// [`Cleanup::cancel`].
    fn croft_cleanup_cancel(cleanup: Cleanup) -> c_int {
        code(cleanup.cancel())
    }
}
