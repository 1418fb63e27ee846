//! Allocation records: what a context knows of an allocation.

use core::ffi::{CStr, c_char};
use core::ptr::NonNull;

use super::status::Status;
use super::word::Word;

/// The alignment of requests that name none, in bytes: a cache line, and the widest vector register.
pub const DEFAULT_ALIGN: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Bytes. 0 is an allocation too, with an address of its own.
    pub size: usize,
    /// A power of two.
    pub align: usize,
    /// Whether the bytes are to be 0.
    pub zero: bool,
    /// What the caller calls it, for listings and reports. Kept by address.
    pub label: Option<&'static CStr>,
}

impl Request {
    /// `size` bytes at a multiple of [`DEFAULT_ALIGN`], with any contents, without a label.
    #[inline]
    pub const fn new(size: usize) -> Self {
        Self {
            size,
            align: DEFAULT_ALIGN,
            zero: false,
            label: None,
        }
    }

    /// The same at a multiple of `align`.
    #[inline]
    pub const fn align(self, align: usize) -> Self {
        Self { align, ..self }
    }

    /// The same, filled with zeros.
    #[inline]
    pub const fn zeroed(self) -> Self {
        Self { zero: true, ..self }
    }

    /// The same with a label.
    #[inline]
    pub const fn label(self, label: &'static CStr) -> Self {
        Self {
            label: Some(label),
            ..self
        }
    }

    /// The label as it is kept.
    #[inline(always)]
    pub(crate) fn kept_label(&self) -> Label {
        self.label.map_or(core::ptr::null(), CStr::as_ptr)
    }

    /// Refuses what has no meaning.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Status> {
        let fits = self.align.is_power_of_two() && self.align <= 1 << 47 && self.size <= 1 << 47;
        if fits { Ok(()) } else { Err(Status::Argument) }
    }
}

/// What `info` and listings say of a live allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Where it is.
    pub start: NonNull<u8>,
    /// Bytes asked for.
    pub size: usize,
    /// The alignment asked for.
    pub align: usize,
    /// The label of the request.
    pub label: Option<&'static CStr>,
    /// Open handles.
    pub handles: u32,
    /// Whether it stays when its last handle is closed.
    pub is_retained: bool,
}

/// The state of an allocation, besides its label. What a slot of a span and a large allocation have in common. Eight bytes,
/// so that the records of many allocations fit the processor's cache.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Record {
    /// The state's number: see there.
    pub(crate) number: u32,
    /// The size, of a small allocation.
    pub(crate) size: u16,
    /// The binary logarithm of the alignment asked for.
    pub(crate) align: u8,
    pub(crate) state: State,
}

// SAFETY: 4, 2, 1 and 1 bytes.
unsafe impl Word for Record {}

/// A label as it is kept: null for none.
pub(crate) type Label = *const c_char;

/// Where an allocation is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum State {
    /// The number leads to the next free slot of the span, or the next spare one of the class.
    Freed,
    /// The number is 0, or the slot of its only handle plus 1.
    Live,
    /// Live, and kept when its last handle is closed (*many*). The number counts open handles.
    Many,
    /// Its destroy function is running.
    Dying,
}

impl Record {
    /// Of no allocation.
    #[inline(always)]
    pub(crate) fn freed(number: u32) -> Self {
        Self {
            number,
            size: 0,
            align: 0,
            state: State::Freed,
        }
    }

    /// Of a new allocation; the size is that of a small one, else 0.
    #[inline(always)]
    pub(crate) fn new(size: u16, align: usize) -> Self {
        Self {
            number: 0,
            size,
            align: align.trailing_zeros() as u8,
            state: State::Live,
        }
    }

    /// Whether there is an allocation that may be used.
    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Live | State::Many)
    }

    /// Open handles of a live allocation.
    #[inline]
    pub(crate) fn handles(&self) -> u32 {
        if self.state == State::Many {
            self.number
        } else {
            self.number.min(1)
        }
    }

    /// What `info` says.
    ///
    /// # Safety
    ///
    /// 1. The label is null or a C string that lives as long as the process ([`Request`]) or as its C caller promised.
    pub(crate) unsafe fn describe(&self, start: NonNull<u8>, size: usize, label: Label) -> Allocation {
        Allocation {
            start,
            size,
            align: 1 << self.align,
            // SAFETY: obligation 1.
            label: (!label.is_null()).then(|| unsafe { CStr::from_ptr(label) }),
            handles: self.handles(),
            is_retained: self.state == State::Many,
        }
    }
}
