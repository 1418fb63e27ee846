//! What an operation answers: the one list of statuses, shared by Rust and C.

use core::fmt;

/// Why an operation was refused. It has changed nothing then. The values are those of `croft_status` in C, where 0 is
/// success.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The context was destroyed, or never was one.
    InvalidContext = 1,
    /// The pointer is null.
    Null = 2,
    /// The pointer was not handed out by this context or cache.
    Foreign = 3,
    /// The pointer leads into an allocation, not to its start.
    Interior = 4,
    /// The allocation was freed before.
    Freed = 5,
    /// The pointer is one of another context.
    OtherContext = 6,
    /// The object is pinned by an open handle, or a callback is running.
    Busy = 7,
    /// An argument has no meaning: an alignment that is no power of two, a size that is not representable.
    Argument = 8,
    /// The upstream resource refused, after everything that could help.
    OutOfMemory = 9,
    /// The limit of the cache does not allow it.
    Limit = 10,
    /// The handle was closed before, or never was one.
    StaleHandle = 11,
    /// The upstream resource broke its contract: an extent at a wrong alignment, or with fewer bytes than were asked for.
    BadResource = 12,
    /// The processor cannot reach the memory, and would have to.
    NotAddressable = 13,
}

impl Status {
    /// All statuses, in the order of their values.
    pub const ALL: [Self; 13] = [
        Self::InvalidContext,
        Self::Null,
        Self::Foreign,
        Self::Interior,
        Self::Freed,
        Self::OtherContext,
        Self::Busy,
        Self::Argument,
        Self::OutOfMemory,
        Self::Limit,
        Self::StaleHandle,
        Self::BadResource,
        Self::NotAddressable,
    ];

    /// The status with this value, if there is one.
    #[inline]
    pub(crate) fn from_value(value: u64) -> Option<Self> {
        let index = usize::try_from(value.wrapping_sub(1)).ok()?;
        Self::ALL.get(index).copied()
    }

    /// One line of English, without a full stop.
    pub const fn text(self) -> &'static core::ffi::CStr {
        match self {
            Self::InvalidContext => c"the context was destroyed, or never was one",
            Self::Null => c"the pointer is null",
            Self::Foreign => c"the pointer was not handed out here",
            Self::Interior => c"the pointer leads into an allocation, not to its start",
            Self::Freed => c"the allocation was freed before",
            Self::OtherContext => c"the pointer belongs to another context",
            Self::Busy => c"the object is pinned by an open handle, or a callback is running",
            Self::Argument => c"an argument has no meaning",
            Self::OutOfMemory => c"the upstream resource has no memory",
            Self::Limit => c"the limit does not allow it",
            Self::StaleHandle => c"the handle was closed before, or the cleanup has run, or never was one",
            Self::BadResource => c"the upstream resource supplied a wrong alignment or too few bytes",
            Self::NotAddressable => c"the processor cannot reach the memory",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().to_str().unwrap_or_default())
    }
}

impl core::error::Error for Status {}
