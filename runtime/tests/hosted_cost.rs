//! What an operation on a pointer costs does not depend on what is live: instructions counted by single-stepping.
#![cfg(feature = "hosted")]

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn instruction_counts() {
    println!("skipped: counting single-steps a process by ptrace, written for x86-64 Linux only");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod stepper;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod counted {
    use std::ffi::c_void;
    use std::mem::MaybeUninit;
    use std::ptr::{NonNull, null_mut, with_exposed_provenance_mut};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use croft_runtime::hosted::c::{
        CAllocation, croft_context_free, croft_context_info, croft_handle_close, croft_handle_open,
    };
    use croft_runtime::hosted::{Builder, ContextId, Extent, Handle, Request, Resource};

    use super::stepper::count;

    /// Sizes of small and of large allocations.
    const SIZES: [usize; 5] = [1, 500, 10_000, 17_000, 90_000];

    /// Addresses that nobody touches, so that what is counted is not the heap's.
    struct Addresses {
        next: AtomicUsize,
    }

    const RESERVED: usize = 8 << 30;

    impl Addresses {
        fn new() -> Self {
            // SAFETY: a new mapping that takes no memory.
            let start = unsafe {
                let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
                libc::mmap(null_mut(), RESERVED, libc::PROT_NONE, flags, -1, 0)
            };
            assert_ne!(start, libc::MAP_FAILED);
            Self {
                next: AtomicUsize::new(start.expose_provenance()),
            }
        }
    }

    // SAFETY: each address is handed out once, at the alignment asked for.
    unsafe impl Resource for Addresses {
        fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
            let start = self.next.load(Ordering::Relaxed).next_multiple_of(align);
            self.next.store(start + size, Ordering::Relaxed);
            let start = NonNull::new(with_exposed_provenance_mut(start))?;
            Some(Extent { start, size, align })
        }

        unsafe fn deallocate(&self, _: Extent) {}
    }

    /// A context with so many live allocations of this size among others, and one of them.
    fn filled(live: usize, size: usize) -> (ContextId, *mut u8) {
        let context = Builder::new()
            .resource(Arc::new(Addresses::new()))
            .create()
            .unwrap();
        // The first handle makes the table of handles.
        let first = context.alloc(&Request::new(1)).unwrap();
        // SAFETY: no destroy function.
        unsafe { context.open(first.as_ptr(), None, None) }
            .unwrap()
            .close()
            .unwrap();
        let mut chosen = std::ptr::null_mut();
        for index in 0..live {
            let size = if index % 2 == 0 {
                size
            } else {
                SIZES[index / 2 % SIZES.len()]
            };
            let start = context.alloc(&Request::new(size)).unwrap();
            if index == (live / 2) & !1 {
                chosen = start.as_ptr();
            }
        }
        (context, chosen)
    }

    /// The instructions of an operation with 100 and with 24,000 live allocations; at most twice as many with the latter.
    fn compare(name: &str, entry: usize, size: usize, operation: impl Fn((ContextId, *mut u8))) {
        let mut counts = [0; 2];
        for (live, place) in [100, 24_000].into_iter().zip(&mut counts) {
            let Some(counted) = count(entry, &[], || filled(live, size), &operation) else {
                println!("skipped: this system forbids ptrace");
                return;
            };
            *place = counted;
        }
        let [few, many] = counts;
        println!("{name:<28} {size:>6} bytes: {few:>5} instructions with 100 live, {many:>5} with 24,000");
        assert!(many <= 2 * few, "{name}, {size} bytes: {few} and {many}");
    }

    #[test]
    fn no_operation_depends_on_what_is_live() {
        if cfg!(debug_assertions) {
            println!("skipped: optimised code is what is counted");
            return;
        }
        for size in SIZES {
            compare(
                "info",
                croft_context_info as *const () as usize,
                size,
                |(context, pointer)| {
                    let mut out = MaybeUninit::<CAllocation>::uninit();
                    // SAFETY: memory for the answer.
                    let status =
                        unsafe { croft_context_info(context.number(), pointer.cast(), out.as_mut_ptr()) };
                    assert_eq!(status, 0);
                },
            );
            compare(
                "info of an interior pointer",
                croft_context_info as *const () as usize,
                size,
                |(context, pointer)| {
                    let inside: *const c_void = pointer.wrapping_add(size / 2).cast();
                    // SAFETY: no answer is wanted.
                    unsafe { croft_context_info(context.number(), inside, std::ptr::null_mut()) };
                },
            );
            compare(
                "free",
                croft_context_free as *const () as usize,
                size,
                |(context, pointer)| {
                    // SAFETY: live, and used no more.
                    assert_eq!(unsafe { croft_context_free(context.number(), pointer.cast()) }, 0);
                },
            );
            compare(
                "open",
                croft_handle_open as *const () as usize,
                size,
                |(context, pointer)| {
                    let mut out = Handle::default();
                    // SAFETY: no destroy function.
                    unsafe {
                        croft_handle_open(context.number(), pointer.cast(), None, std::ptr::null(), &mut out)
                    };
                },
            );
            compare(
                "close",
                croft_handle_close as *const () as usize,
                size,
                |(context, pointer)| {
                    // SAFETY: no destroy function.
                    let handle = unsafe { context.open(pointer, None, None) }.unwrap();
                    // SAFETY: nothing is asked of it.
                    unsafe { croft_handle_close(handle) };
                },
            );
        }
    }
}
