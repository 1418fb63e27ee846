//! Debug mode of a context: reports, quarantine, protected memory.
//!
//! A context made for debugging gives every allocation pages of its own. What is freed is **quarantined**: its pages are
//! protected, so that a late access faults there and then, and the address is not handed out again until the quarantine
//! is over its limits and the oldest leave. Each misuse is reported to a hook, or by one line and an abort.

use core::ffi::{c_char, c_void};
use std::backtrace::Backtrace;
use std::boxed::Box;
use std::collections::VecDeque;
use std::string::{String, ToString};
use std::vec::Vec;

use hashbrown::HashMap;

use super::contexts::Locked;
use super::mapped;
use super::resource::Extent;
use super::state::State;
use super::status::Status;

/// What the program was about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Alloc,
    Free,
    Resize,
    Info,
    Open,
    Dup,
    Data,
    Close,
    Retain,
    RunCleanup,
    CancelCleanup,
}

impl Operation {
    fn name(self) -> &'static core::ffi::CStr {
        match self {
            Self::Alloc => c"alloc",
            Self::Free => c"free",
            Self::Resize => c"resize",
            Self::Info => c"info",
            Self::Open => c"open",
            Self::Dup => c"dup",
            Self::Data => c"data",
            Self::Close => c"close",
            Self::Retain => c"retain",
            Self::RunCleanup => c"run_cleanup",
            Self::CancelCleanup => c"cancel_cleanup",
        }
    }
}

/// A misuse, for the hook. Valid during the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Misuse {
    /// What is wrong.
    pub status: Status,
    /// The name of the operation.
    pub operation: *const c_char,
    /// The context.
    pub context: u64,
    /// The pointer, null for operations on handles.
    pub pointer: *const c_void,
}

/// Told of each misuse, without any lock; what it returns from goes on with the status.
pub type MisuseHook = unsafe extern "C" fn(what: *const Misuse, argument: *mut c_void);

/// How a context is debugged.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DebugOptions {
    /// Freed allocations kept back at most.
    pub quarantine_count: usize,
    /// Bytes of them at most, in whole pages.
    pub quarantine_bytes: usize,
    /// Told of each misuse; none for a line on standard error and an abort.
    pub hook: Option<MisuseHook>,
    /// Given to the hook.
    pub argument: *mut c_void,
}

impl Default for DebugOptions {
    fn default() -> Self {
        Self {
            quarantine_count: 1024,
            quarantine_bytes: 64 << 20,
            hook: None,
            argument: core::ptr::null_mut(),
        }
    }
}

/// Debug mode of one context.
pub(crate) struct Debug {
    pub(crate) options: DebugOptions,
    /// Freed extents, the oldest first.
    quarantine: VecDeque<Extent>,
    bytes: usize,
    /// Where handles were opened, by slot.
    openers: HashMap<u32, Backtrace>,
}

impl Debug {
    pub(crate) fn new(options: DebugOptions) -> Self {
        Self {
            options,
            quarantine: VecDeque::new(),
            bytes: 0,
            openers: HashMap::new(),
        }
    }

    /// Takes a freed extent in, and out what is over the limits.
    fn admit(&mut self, extent: Extent) -> Vec<Extent> {
        protect(&extent, libc::PROT_NONE);
        self.bytes += mapped::pages(extent.size).unwrap_or(extent.size);
        self.quarantine.push_back(extent);
        let mut out = Vec::new();
        while self.quarantine.len() > self.options.quarantine_count
            || self.bytes > self.options.quarantine_bytes
        {
            let Some(oldest) = self.quarantine.pop_front() else {
                break;
            };
            self.bytes -= mapped::pages(oldest.size).unwrap_or(oldest.size);
            out.push(oldest);
        }
        out
    }

    /// Takes everything out.
    pub(crate) fn empty(&mut self) -> Vec<Extent> {
        self.bytes = 0;
        self.quarantine.drain(..).collect()
    }
}

/// Changes what may be done with an extent's pages.
fn protect(extent: &Extent, access: i32) {
    let bytes = mapped::pages(extent.size).unwrap_or(extent.size);
    // SAFETY: whole pages of a mapping of the context's own (debug contexts take mapped memory only).
    unsafe { libc::mprotect(extent.start.as_ptr().cast(), bytes, access) };
}

impl State {
    /// Keeps an extent back in debug mode; returns what goes to the resource.
    pub(crate) fn quarantine(&mut self, extent: Extent) -> Vec<Extent> {
        match &mut self.debug {
            Some(debug) => debug.admit(extent),
            None => std::vec![extent],
        }
    }

    /// Remembers where a handle was opened.
    #[cold]
    pub(crate) fn note_opener(&mut self, slot: u32) {
        if let Some(debug) = &mut self.debug {
            debug.openers.insert(slot, Backtrace::force_capture());
        }
    }

    /// Where a handle was opened, if that is known.
    pub(crate) fn opener(&self, slot: u32) -> Option<String> {
        let debug = self.debug.as_ref()?;
        debug.openers.get(&slot).map(ToString::to_string)
    }
}

/// Leaves the lock and reports a misuse, if the context is being debugged; returns the status.
#[cold]
pub(crate) fn report(
    state: Locked<'static>,
    operation: Operation,
    status: Status,
    pointer: *const u8,
) -> Status {
    let context = state.id;
    let options = state.debug.as_ref().map(|debug| debug.options);
    drop(state);
    let Some(options) = options else {
        return status;
    };
    if matches!(status, Status::OutOfMemory | Status::Limit | Status::BadResource) {
        return status;
    }
    let name = operation.name();
    let Some(hook) = options.hook else {
        let operation = name.to_str().unwrap_or_default();
        std::eprintln!("croft: {operation}: {status} (pointer {pointer:p}, context {context:#x})");
        std::process::abort();
    };
    let what = Misuse {
        status,
        operation: name.as_ptr(),
        context,
        pointer: pointer.cast(),
    };
    // SAFETY: the hook may be called from any thread with its argument (`Builder::debug`).
    unsafe { hook(&raw const what, options.argument) };
    status
}

/// A boxed debug mode.
pub(crate) fn debug(options: DebugOptions) -> Box<Debug> {
    Box::new(Debug::new(options))
}
