//! Reports: what was misused, where, and where the other half of it is. The program ends with them.
//!
//! With the feature `host` a report is a few lines on standard error, and `abort`. Without it the
//! kernel supplies the symbol `croft_misused`, as `croft.h` declares it.

use core::ptr;

use super::history::End;
use super::place::Place;

/// What is wrong. A C `int` with these values. (Not `repr(C)`: enumerations of C are shorter than `int` on bare-metal ARM.)
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An access to memory of a life that has ended.
    EndedMemory = 1,
    /// An access to memory of the pool that no region has handed out.
    NeverHandedOut = 2,
    /// An access past what the region has handed out in the block.
    PastTheEnd = 3,
    /// An operation on a region that has ended.
    EndedRegion = 4,
    /// An operation on something that is no region.
    NoRegion = 5,
    /// A pop of a region that is not the innermost one.
    Order = 6,
    /// More regions are open than debug mode can follow.
    TooDeep = 7,
    /// The pool was given another buffer while regions owned blocks of the one before.
    PoolReplaced = 8,
    /// Debug mode has no memory for its tables, or the pool has more blocks than they have room for.
    NoRoom = 9,
    /// A pop or reset of a null region. (For an allocation that is exhaustion.)
    NullRegion = 10,
    /// With the feature `threads`: an operation on a region that another thread opened.
    OtherThread = 11,
    /// A cleanup left other regions open than it found.
    CleanupStack = 12,
}

/// What the program was about to do. A C `int` with these values.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// None in particular.
    Other = 0,
    /// Read an object.
    Read = 1,
    /// Write an object.
    Write = 2,
    /// Allocate.
    Alloc = 3,
    /// End a region.
    Pop = 4,
    /// Reset a region.
    Reset = 5,
}

/// A misuse. `croft.h` declares it as `croft_misuse`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Misuse {
    /// What is wrong.
    pub kind: Kind,
    /// What the program was about to do.
    pub operation: Operation,
    /// Bytes that it was about to access; 0 for an operation on a region.
    pub bytes: usize,
    /// Where. Null where lowering gave no place.
    pub at: *const Place,
    /// Where the region was opened, or null.
    pub opened: *const Place,
    /// Where the region or its memory ended, or null.
    pub ended: *const Place,
    /// Where the innermost region was opened, if a pop was out of order; else null.
    pub innermost: *const Place,
    /// How the memory ended.
    pub end: End,
    /// The end is too long ago to be remembered.
    pub is_forgotten: bool,
}

const _: () = assert!(
    size_of::<Misuse>() == 8 + 6 * size_of::<usize>() && size_of::<Place>() == 8 + 2 * size_of::<usize>(),
    "as in croft.h"
);

impl Misuse {
    /// A misuse of which only the place is known.
    pub(super) const fn new(kind: Kind, at: *const Place) -> Self {
        Self {
            kind,
            operation: Operation::Other,
            bytes: 0,
            at,
            opened: ptr::null(),
            ended: ptr::null(),
            innermost: ptr::null(),
            end: End::Pop,
            is_forgotten: false,
        }
    }

    /// By an operation on a region.
    pub(super) const fn of_region(kind: Kind, operation: Operation, at: *const Place) -> Self {
        Self {
            operation,
            ..Self::new(kind, at)
        }
    }

    /// By an access.
    pub(super) const fn of_access(kind: Kind, operation: Operation, bytes: usize, at: *const Place) -> Self {
        Self {
            operation,
            bytes,
            ..Self::new(kind, at)
        }
    }
}

/// Reports and ends the program.
#[cold]
#[inline(never)]
pub(super) fn stop(misuse: &Misuse) -> ! {
    system::stop(misuse)
}

#[cfg(feature = "host")]
mod system {
    //! On a host: lines on standard error by the C library's `write`, and `abort`.

    use core::ffi::c_char;

    use super::{End, Kind, Misuse, Operation};
    use crate::debug::place::Place;
    use crate::debug::storage::{DEPTH, HISTORY};

    unsafe extern "C" {
        fn write(file: i32, bytes: *const u8, length: usize) -> isize;
        fn strlen(text: *const c_char) -> usize;
        safe fn abort() -> !;
    }

    pub(super) fn stop(misuse: &Misuse) -> ! {
        let mut out = Lines {
            bytes: [0; 1024],
            length: 0,
        };
        out.text("croft: misuse: ");
        head(&mut out, misuse);
        out.text("\n");
        out.place("  at        ", misuse.at);
        match misuse.kind {
            Kind::TooDeep => out.place("  the last opened at ", misuse.opened),
            _ => out.place("  opened at ", misuse.opened),
        }
        out.place(
            match misuse.end {
                End::Pop => "  ended at  ",
                End::Reset => "  reset at  ",
            },
            misuse.ended,
        );
        out.place("  innermost, opened at ", misuse.innermost);
        if misuse.is_forgotten {
            out.text("  ended too long ago: only the last ");
            out.number(HISTORY);
            out.text(" ends are remembered\n");
        }
        out.flush();
        abort()
    }

    fn head(out: &mut Lines, misuse: &Misuse) {
        let operation = match misuse.operation {
            Operation::Other => "",
            Operation::Read => "read of ",
            Operation::Write => "write of ",
            Operation::Alloc => "allocation in ",
            Operation::Pop => "pop of ",
            Operation::Reset => "reset of ",
        };
        out.text(operation);
        if matches!(misuse.operation, Operation::Read | Operation::Write) {
            out.number(misuse.bytes);
            out.text(if misuse.bytes == 1 { " byte " } else { " bytes " });
        }
        match (misuse.kind, misuse.end) {
            (Kind::EndedMemory, End::Pop) => out.text("in memory of a region that has ended"),
            (Kind::EndedMemory, End::Reset) => out.text("in memory that a reset of its region has ended"),
            (Kind::NeverHandedOut, _) => out.text("in memory of the pool that no region has handed out"),
            (Kind::PastTheEnd, _) => out.text("past the end of what the region has handed out"),
            (Kind::EndedRegion, _) => out.text("a region that has ended"),
            (Kind::OtherThread, _) => out.text("a region that another thread has opened"),
            (Kind::NullRegion, _) => out.text("a null region"),
            (Kind::NoRegion, _) => {
                out.text(
                    "something that is no region; was the code that opened it lowered in debug mode too?",
                );
            }
            (Kind::Order, _) => out.text("a region that is not the innermost"),
            (Kind::TooDeep, _) => {
                out.text("more than ");
                out.number(DEPTH);
                out.text(" regions are open");
            }
            (Kind::PoolReplaced, _) => {
                out.text("the pool was given another buffer while regions own blocks of the one before");
            }
            (Kind::CleanupStack, _) => out.text("a region, of which a cleanup opened or ended another"),
            (Kind::NoRoom, _) => out.text("debug mode has no memory for its tables"),
        }
    }

    /// Text that goes to standard error by the piece. Should a write fail, there is no one left to
    /// tell.
    struct Lines {
        bytes: [u8; 1024],
        length: usize,
    }

    impl Lines {
        fn flush(&mut self) {
            // SAFETY: the first `length` bytes are initialised.
            unsafe { write(2, self.bytes.as_ptr(), self.length) };
            self.length = 0;
        }

        fn byte(&mut self, byte: u8) {
            if self.length == self.bytes.len() {
                self.flush();
            }
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = byte;
                self.length = self.length.wrapping_add(1);
            }
        }

        fn text(&mut self, text: &str) {
            for &byte in text.as_bytes() {
                self.byte(byte);
            }
        }

        fn c_text(&mut self, text: *const c_char) {
            // SAFETY: places have zero-terminated texts (Debug-I3).
            unsafe {
                for index in 0..strlen(text) {
                    self.byte(*text.add(index) as u8);
                }
            }
        }

        fn number(&mut self, number: usize) {
            if number >= 10 {
                self.number(number / 10);
            }
            self.byte(b'0'.wrapping_add((number % 10) as u8));
        }

        /// A line with a place; none if there is no place.
        fn place(&mut self, label: &str, place: *const Place) {
            // SAFETY: null or a constant place (Debug-I3).
            let Some(place) = (unsafe { place.as_ref() }) else {
                return;
            };
            self.text(label);
            if place.line != 0 && !place.file.is_null() {
                self.c_text(place.file);
                self.text(":");
                self.number(place.line as usize);
                if place.column != 0 {
                    self.text(":");
                    self.number(place.column as usize);
                }
                self.text(" ");
            }
            self.text("in ");
            self.c_text(place.function);
            self.text("\n");
        }
    }
}

#[cfg(not(feature = "host"))]
mod system {
    //! On bare metal: the kernel's own.

    use super::Misuse;

    unsafe extern "C" {
        fn croft_misused(what: *const Misuse) -> !;
    }

    pub(super) fn stop(misuse: &Misuse) -> ! {
        // SAFETY: the kernel supplies the symbol with this signature, as `croft.h` declares it.
        unsafe { croft_misused(misuse) }
    }
}
