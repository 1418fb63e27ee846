//! Debug mode of a context: reports, quarantine, protected memory. And the process's watch.
//!
//! A context made for debugging gives every allocation pages of its own. What is freed is **quarantined**: its pages are
//! protected, so that a late access faults there and then, and the address is not handed out again until the quarantine
//! is over its limits and the oldest leave. Each misuse is reported to a hook, or by one line and an abort.
//!
//! What no such context can report, the process's **watch** does, if there is one: misuse of contexts that are gone or not
//! debugged, null pointers in place of requests and contexts, and misuse of caches.

use core::ffi::{CStr, c_char, c_void};
use core::ptr::null;
use std::backtrace::Backtrace;
use std::boxed::Box;
use std::collections::VecDeque;
use std::string::{String, ToString};
use std::vec::Vec;

use hashbrown::HashMap;
use parking_lot::RwLock;

use super::contexts::{self, Locked};
use super::handle::Handle;
use super::mapped;
use super::record::Label;
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
    Cleanup,
    RunCleanup,
    CancelCleanup,
    Create,
    Destroy,
    List,
    Statistics,
    Trim,
    Mark,
    Leaks,
    CacheCreate,
    CacheDestroy,
    CacheAlloc,
    CacheFree,
    CacheResize,
    CacheCharge,
    CacheUncharge,
}

impl Operation {
    fn name(self) -> &'static CStr {
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
            Self::Cleanup => c"cleanup",
            Self::RunCleanup => c"run_cleanup",
            Self::CancelCleanup => c"cancel_cleanup",
            Self::Create => c"create",
            Self::Destroy => c"destroy",
            Self::List => c"list",
            Self::Statistics => c"statistics",
            Self::Trim => c"trim",
            Self::Mark => c"mark",
            Self::Leaks => c"leaks",
            Self::CacheCreate => c"cache_create",
            Self::CacheDestroy => c"cache_destroy",
            Self::CacheAlloc => c"cache_alloc",
            Self::CacheFree => c"cache_free",
            Self::CacheResize => c"cache_resize",
            Self::CacheCharge => c"cache_charge",
            Self::CacheUncharge => c"cache_uncharge",
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
    /// The handle's name in its context, 0 for operations on pointers.
    pub handle: u64,
    /// The label of the allocation, or of who opened the handle, where that is known; else null.
    pub label: *const c_char,
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
    /// Where handles were opened, by slot: the latest of each, also when it is closed.
    openers: HashMap<u32, Opener>,
}

/// Who opened a handle.
struct Opener {
    generation: u32,
    backtrace: Backtrace,
    label: Label,
}

// SAFETY: labels are C strings that live as long as what they name (`ContextId::open`); read under the context's lock.
unsafe impl Send for Opener {}

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
    pub(crate) fn note_opener(&mut self, slot: u32, generation: u32, label: Label) {
        if let Some(debug) = &mut self.debug {
            let opener = Opener {
                generation,
                backtrace: Backtrace::force_capture(),
                label,
            };
            debug.openers.insert(slot, opener);
        }
    }

    /// Where a handle was opened, if that is known.
    pub(crate) fn opener(&self, slot: u32) -> Option<String> {
        let debug = self.debug.as_ref()?;
        debug
            .openers
            .get(&slot)
            .map(|opener| opener.backtrace.to_string())
    }

    /// The label of who opened a handle, which may be closed by now.
    fn label_of_handle(&self, handle: Handle) -> Option<Label> {
        let opener = self.debug.as_ref()?.openers.get(&handle.slot())?;
        (opener.generation == handle.generation()).then_some(opener.label)
    }

    /// The label of the live allocation that starts here.
    fn label_of(&self, pointer: *const u8) -> Option<Label> {
        let place = self.find(pointer).ok()?;
        if place.is_large() {
            return Some(self.larges.get(place.large())?.label);
        }
        Some(self.spans.label(place))
    }
}

/// Leaves the lock and reports a misuse of a pointer, if the context is being debugged or the process watched; returns the
/// status.
#[cold]
pub(crate) fn report(
    state: Locked<'static>,
    operation: Operation,
    status: Status,
    pointer: *const u8,
) -> Status {
    let what = Misuse {
        context: state.id,
        pointer: pointer.cast(),
        label: state.label_of(pointer).unwrap_or(null()),
        ..nothing(operation, status)
    };
    tell_of(state, &what)
}

/// The same for a handle.
#[cold]
pub(crate) fn report_handle(
    state: Locked<'static>,
    operation: Operation,
    status: Status,
    handle: Handle,
) -> Status {
    let what = Misuse {
        context: state.id,
        handle: Handle::name(handle.slot(), handle.generation()),
        label: state.label_of_handle(handle).unwrap_or(null()),
        ..nothing(operation, status)
    };
    tell_of(state, &what)
}

/// The same by the number of a context, which may be gone, for what it was asked before its lock was taken.
#[cold]
pub(crate) fn report_in(context: u64, operation: Operation, status: Status, pointer: *const u8) -> Status {
    match contexts::enter(context) {
        Ok(state) => report(state, operation, status, pointer),
        Err(_) => {
            let what = Misuse {
                context,
                pointer: pointer.cast(),
                ..nothing(operation, status)
            };
            tell_watch(&what)
        }
    }
}

/// The same for a cache.
#[cold]
pub(crate) fn report_cache(operation: Operation, status: Status, pointer: *const u8) -> Status {
    let what = Misuse {
        pointer: pointer.cast(),
        ..nothing(operation, status)
    };
    tell_watch(&what)
}

/// A context, locked for an operation on it; a number that names none is reported.
#[inline]
pub(crate) fn enter(
    context: u64,
    operation: Operation,
    pointer: *const u8,
) -> Result<Locked<'static>, Status> {
    contexts::enter(context).map_err(|status| report_in(context, operation, status, pointer))
}

/// The same for an operation on a handle.
#[inline]
pub(crate) fn enter_by(handle: Handle, operation: Operation) -> Result<Locked<'static>, Status> {
    let context = handle.context().number();
    contexts::enter(context).map_err(|status| {
        let what = Misuse {
            context,
            handle: Handle::name(handle.slot(), handle.generation()),
            ..nothing(operation, status)
        };
        tell_watch(&what)
    })
}

/// A misuse of nothing in particular.
fn nothing(operation: Operation, status: Status) -> Misuse {
    Misuse {
        status,
        operation: operation.name().as_ptr(),
        context: 0,
        pointer: null(),
        handle: 0,
        label: null(),
    }
}

/// Leaves the lock and tells of a misuse.
fn tell_of(state: Locked<'static>, what: &Misuse) -> Status {
    let options = state.debug.as_ref().map(|debug| debug.options);
    drop(state);
    match options {
        Some(options) => tell(what, options.hook, options.argument),
        None => tell_watch(what),
    }
}

/// Who is told of misuse that no context tells its own hook of.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Told of each misuse; none for a line on standard error and an abort.
    pub hook: Option<MisuseHook>,
    /// Given to the hook.
    pub argument: *mut c_void,
}

// SAFETY: the argument may be used from any thread (`watch`).
unsafe impl Send for Watch {}
// SAFETY: as above.
unsafe impl Sync for Watch {}

static WATCH: RwLock<Option<Watch>> = RwLock::new(None);

/// Watches the process, or, by `None`, does not any more: misuse that no context in debug mode reports is told to this hook. At
/// first nobody watches.
///
/// # Safety
///
/// 1. The hook may be called with its argument from any thread, until it is replaced and calls of it have returned.
pub unsafe fn watch(watch: Option<Watch>) {
    *WATCH.write() = watch;
}

fn tell_watch(what: &Misuse) -> Status {
    let watch = *WATCH.read();
    match watch {
        Some(watch) => tell(what, watch.hook, watch.argument),
        None => what.status,
    }
}

/// Tells of a misuse, by a hook or by a line and an abort. What the system's lack of memory causes is none.
fn tell(what: &Misuse, hook: Option<MisuseHook>, argument: *mut c_void) -> Status {
    let status = what.status;
    if matches!(status, Status::OutOfMemory | Status::Limit | Status::BadResource) {
        return status;
    }
    let Some(hook) = hook else {
        std::eprintln!("{}", line(what));
        std::process::abort();
    };
    // SAFETY: the hook may be called from any thread with its argument (`Builder::debug`, `watch`).
    unsafe { hook(&raw const *what, argument) };
    status
}

/// One line on a misuse: what was asked, what is wrong, and with what.
fn line(what: &Misuse) -> String {
    // SAFETY: an operation's name, and a label that lives as long as what it names.
    let text = |text: *const c_char| unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let operation = text(what.operation);
    let mut line = std::format!("croft: {operation}: {} (", what.status);
    if what.handle != 0 {
        line += &std::format!("handle {:#x}, ", what.handle);
    } else {
        line += &std::format!("pointer {:p}, ", what.pointer);
    }
    if !what.label.is_null() {
        line += &std::format!("\"{}\", ", text(what.label));
    }
    if operation.starts_with("cache") {
        line += "a cache)";
    } else {
        line += &std::format!("context {:#x})", what.context);
    }
    line
}

/// A boxed debug mode.
pub(crate) fn debug(options: DebugOptions) -> Box<Debug> {
    Box::new(Debug::new(options))
}
