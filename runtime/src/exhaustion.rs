//! Exhaustion: a request that cannot be satisfied, and who is told.
//!
//! Exhaustion is deterministic and leaves everything as it was. Functions with `try` in their name
//! answer with it; all others call the **exhaustion handler**, which does not return to them: the
//! one installed by [`set_handler`], else the default. With the feature `host` the default prints
//! one line and aborts; without it, it is the symbol `croft_exhausted`, which the kernel supplies.
//! A handler that returns is followed by the default's end.
//!
//! Nothing here formats with `core::fmt`: a C program that links the runtime gets no panic
//! machinery.

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::pool::BlockPool;

/// Why a request was refused. A C `int` with these values.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pool has no block for the object, or no run of adjacent ones.
    PoolEmpty = 1,
    /// The region's budget does not suffice.
    Budget = 2,
    /// The object is larger than the largest run, [`LARGEST`](crate::runs::LARGEST).
    Oversize = 3,
    /// The size in bytes is not representable.
    Overflow = 4,
    /// The alignment is 0 or above [`MAX_ALIGN`](crate::layout::MAX_ALIGN); in debug mode and for segmented arrays also: no
    /// power of two.
    Alignment = 5,
    /// The region is null.
    NullRegion = 6,
    /// An element of a segmented array is larger than a block's payload.
    Element = 7,
    /// The segmented array has all the [`SEGMENTS`](crate::segmented::shape::SEGMENTS) that it can have.
    ArrayFull = 8,
    /// The next block lies past the first [`REACH`](crate::segmented::source::REACH) of the pool, which a segmented array's
    /// table can name.
    ArrayReach = 9,
    /// The segmented array lies in another region than the one passed.
    ArrayRegion = 10,
    /// With the feature `threads`: the thread has not called
    /// [`croft_pool_init`](crate::abi::croft_pool_init).
    NoPool = 11,
}

impl Reason {
    /// The reason in words, lowercase.
    #[inline(always)]
    pub const fn text(self) -> &'static str {
        match self {
            Self::PoolEmpty => "the pool has no memory left for this",
            Self::Budget => "the region's budget does not suffice",
            Self::Oversize => "the object is larger than the largest run",
            Self::Overflow => "the size in bytes is not representable",
            Self::Alignment => "the alignment is no power of two or too large",
            Self::NullRegion => "the region is null",
            Self::Element => "the array's element is larger than a block holds",
            Self::ArrayFull => "the array has all the blocks that it can have",
            Self::ArrayReach => "the next block lies too far up in the pool for an array",
            Self::ArrayRegion => "the array lies in another region",
            Self::NoPool => "this thread has not called croft_pool_init",
        }
    }
}

/// A refused request: what was asked for, why not, and how full the pool was.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhaustion {
    /// Why.
    pub reason: Reason,
    /// Bytes asked for; `usize::MAX` if that many are not representable, 0 for an operation that
    /// has no size.
    pub size: usize,
    /// Alignment asked for, in bytes.
    pub align: usize,
    /// Blocks in the pool.
    pub blocks_total: usize,
    /// Blocks that were taken since the pool was idle, whether or not they were given back since.
    pub blocks_taken: usize,
}

const _: () = assert!(size_of::<Exhaustion>() == 5 * size_of::<usize>(), "as in croft.h");

impl Exhaustion {
    /// The refusal of `size` bytes at a multiple of `align` by `pool`.
    #[inline(always)]
    pub(crate) fn new(reason: Reason, size: usize, align: usize, pool: &BlockPool) -> Self {
        let no_pool = cfg!(feature = "threads") && reason == Reason::PoolEmpty && pool.total() == 0;
        Self {
            reason: if no_pool { Reason::NoPool } else { reason },
            size,
            align,
            blocks_total: pool.total(),
            blocks_taken: pool.taken(),
        }
    }
}

impl core::fmt::Display for Exhaustion {
    #[inline]
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self {
            reason,
            size,
            align,
            blocks_total,
            blocks_taken,
        } = self;
        let reason = reason.text();
        write!(
            f,
            "{reason} (size {size}, align {align}, {blocks_taken} of {blocks_total} blocks taken)"
        )
    }
}

impl core::error::Error for Exhaustion {}

/// An exhaustion handler. It may end the program, or leave by `longjmp` if only C frames lie
/// between; it must not unwind.
pub type Handler = unsafe extern "C" fn(*const Exhaustion);

/// The installed handler as a pointer, null for the default.
static HANDLER: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

/// Installs the handler, `None` for the default, and returns the one before it. O(1). Thread-safe
/// as such, but of two threads that install at once either may miss the other's: targets without
/// atomic exchange are supported too.
pub fn set_handler(handler: Option<Handler>) -> Option<Handler> {
    let before = HANDLER.load(Ordering::Acquire);
    HANDLER.store(
        handler.map_or(ptr::null_mut(), |function| function as *mut ()),
        Ordering::Release,
    );
    as_handler(before)
}

fn as_handler(pointer: *mut ()) -> Option<Handler> {
    // SAFETY: `HANDLER` holds null or a `Handler`, written by `set_handler` only; an optional
    // function pointer is as wide as a pointer and null stands for `None`.
    unsafe { core::mem::transmute::<*mut (), Option<Handler>>(pointer) }
}

/// Tells the handler; does not return.
#[cold]
#[inline(never)]
pub(crate) fn exhausted(what: &Exhaustion) -> ! {
    if let Some(handler) = as_handler(HANDLER.load(Ordering::Acquire)) {
        // SAFETY: whoever installed the handler vouches for it; `what` is valid during the call.
        unsafe { handler(what) };
        system::after_handler(what)
    }
    system::default_handler(what)
}

#[cfg(feature = "host")]
mod system {
    //! The default on a host: the C library's `write` and `abort`.

    use super::Exhaustion;

    unsafe extern "C" {
        fn write(file: i32, bytes: *const u8, length: usize) -> isize;
        safe fn abort() -> !;
    }

    pub(super) fn after_handler(_: &Exhaustion) -> ! {
        abort()
    }

    pub(super) fn default_handler(what: &Exhaustion) -> ! {
        let mut line = Line {
            bytes: [0; 192],
            length: 0,
        };
        line.text("croft: exhausted: ");
        line.text(what.reason.text());
        line.text(" (size ");
        line.number(what.size);
        line.text(", align ");
        line.number(what.align);
        line.text(", ");
        line.number(what.blocks_taken);
        line.text(" of ");
        line.number(what.blocks_total);
        line.text(" blocks taken)\n");
        // SAFETY: the first `length` bytes are initialised. Should the write fail, there is no one
        // left to tell.
        unsafe { write(2, line.bytes.as_ptr(), line.length) };
        abort()
    }

    /// One line of text; what does not fit is cut off.
    struct Line {
        bytes: [u8; 192],
        length: usize,
    }

    impl Line {
        fn byte(&mut self, byte: u8) {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }

        fn text(&mut self, text: &str) {
            for &byte in text.as_bytes() {
                self.byte(byte);
            }
        }

        fn number(&mut self, number: usize) {
            // At most 20 levels deep. Divisions by a variable might panic.
            if number >= 10 {
                self.number(number / 10);
            }
            self.byte(b'0' + (number % 10) as u8);
        }
    }
}

#[cfg(not(feature = "host"))]
mod system {
    //! The default on bare metal: the kernel's own.

    use super::Exhaustion;

    unsafe extern "C" {
        fn croft_exhausted(what: *const Exhaustion) -> !;
    }

    pub(super) fn after_handler(what: &Exhaustion) -> ! {
        default_handler(what)
    }

    pub(super) fn default_handler(what: &Exhaustion) -> ! {
        // SAFETY: the kernel supplies the symbol with this signature, as `croft.h` declares it.
        unsafe { croft_exhausted(what) }
    }
}
