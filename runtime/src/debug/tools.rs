//! AddressSanitizer and Valgrind, where they watch the program.
//!
//! Memory of the pool is **closed** for them until a region hands it out, and again when it ends. An
//! access in code that debug mode did not lower, in a library say, is then theirs to report.
//! AddressSanitizer is found by its function's name in the running program; Valgrind
//! answers a sequence of instructions that does nothing on the processor itself.

/// The tools that were found.
#[derive(Clone, Copy)]
pub(super) struct Tools {
    /// `__asan_poison_memory_region` and its opposite.
    sanitizer: Option<(Mark, Mark)>,
    /// The program runs on Valgrind.
    on_valgrind: bool,
}

/// What AddressSanitizer offers: to mark `bytes` bytes from an address on.
type Mark = unsafe extern "C" fn(*const u8, usize);

impl Tools {
    /// None.
    pub(super) const fn new() -> Self {
        Self {
            sanitizer: None,
            on_valgrind: false,
        }
    }

    /// Looks for them.
    pub(super) fn find() -> Self {
        Self {
            sanitizer: sanitizer::find(),
            on_valgrind: valgrind::is_running(),
        }
    }

    /// No access is right in these bytes.
    ///
    /// # Safety
    ///
    /// 1. The bytes belong to debug mode, and nobody uses them.
    pub(super) unsafe fn close(&self, start: *const u8, bytes: usize) {
        if let Some((poison, _)) = self.sanitizer {
            // SAFETY: obligation 1; the function marks addresses and touches none.
            unsafe { poison(start, bytes) };
        }
        if self.on_valgrind {
            valgrind::request(valgrind::NO_ACCESS, start.addr(), bytes);
        }
    }

    /// Every access is right in these bytes, and they have contents.
    ///
    /// # Safety
    ///
    /// As for [`close`](Self::close).
    pub(super) unsafe fn open(&self, start: *const u8, bytes: usize) {
        if let Some((_, open)) = self.sanitizer {
            // SAFETY: as in `close`.
            unsafe { open(start, bytes) };
        }
        if self.on_valgrind {
            valgrind::request(valgrind::DEFINED, start.addr(), bytes);
        }
    }

    /// These bytes are a new object, whose contents mean nothing yet.
    ///
    /// # Safety
    ///
    /// As for [`close`](Self::close).
    pub(super) unsafe fn hand_out(&self, start: *const u8, bytes: usize) {
        if let Some((_, open)) = self.sanitizer {
            // SAFETY: as in `close`.
            unsafe { open(start, bytes) };
        }
        if self.on_valgrind {
            valgrind::request(valgrind::UNDEFINED, start.addr(), bytes);
        }
    }
}

#[cfg(feature = "host")]
mod sanitizer {
    use core::ffi::{c_char, c_void};
    use core::mem::transmute;
    use core::ptr;

    use super::Mark;

    unsafe extern "C" {
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    /// The two functions, if the program has AddressSanitizer's run time.
    pub(super) fn find() -> Option<(Mark, Mark)> {
        // SAFETY: null is RTLD_DEFAULT; the names are zero-terminated. Functions of these names have
        // the type `Mark`, and null stands for `None`.
        unsafe {
            let poison = dlsym(ptr::null_mut(), c"__asan_poison_memory_region".as_ptr());
            let open = dlsym(ptr::null_mut(), c"__asan_unpoison_memory_region".as_ptr());
            Some((
                transmute::<*mut c_void, Option<Mark>>(poison)?,
                transmute::<*mut c_void, Option<Mark>>(open)?,
            ))
        }
    }
}

#[cfg(not(feature = "host"))]
mod sanitizer {
    /// There is none without a host.
    pub(super) fn find() -> Option<(super::Mark, super::Mark)> {
        None
    }
}

#[cfg(all(
    feature = "host",
    target_os = "linux",
    not(miri),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod valgrind {
    use core::arch::asm;

    const RUNNING_ON_VALGRIND: usize = 0x1001;
    /// Memcheck's requests begin with its letters.
    const MEMCHECK: usize = 0x4D43 << 16;
    pub(super) const NO_ACCESS: usize = MEMCHECK;
    pub(super) const UNDEFINED: usize = MEMCHECK + 1;
    pub(super) const DEFINED: usize = MEMCHECK + 2;

    pub(super) fn is_running() -> bool {
        request(RUNNING_ON_VALGRIND, 0, 0) != 0
    }

    /// A client request: 0 outside of Valgrind.
    pub(super) fn request(what: usize, first: usize, second: usize) -> usize {
        let words = [what, first, second, 0, 0, 0];
        let mut answer = 0_usize;
        // SAFETY: rotations whose amounts add up to whole turns, and an exchange of a register with
        // itself, change nothing; Valgrind reads the six words and writes the answer.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            asm!(
                "rol rdi, 3",
                "rol rdi, 13",
                "rol rdi, 61",
                "rol rdi, 51",
                "xchg rbx, rbx",
                in("rax") words.as_ptr(),
                inout("rdx") answer,
                inout("rdi") 0_usize => _,
                options(nostack),
            );
        }
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            asm!(
                "ror x12, x12, #3",
                "ror x12, x12, #13",
                "ror x12, x12, #51",
                "ror x12, x12, #61",
                "orr x10, x10, x10",
                in("x4") words.as_ptr(),
                inout("x3") answer,
                inout("x12") 0_usize => _,
                options(nostack),
            );
        }
        answer
    }
}

#[cfg(not(all(
    feature = "host",
    target_os = "linux",
    not(miri),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod valgrind {
    pub(super) const NO_ACCESS: usize = 0;
    pub(super) const UNDEFINED: usize = 0;
    pub(super) const DEFINED: usize = 0;

    pub(super) fn is_running() -> bool {
        false
    }

    pub(super) fn request(_: usize, _: usize, _: usize) -> usize {
        0
    }
}
