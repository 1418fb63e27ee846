//! The C library's heap as a resource: `malloc`, and `posix_memalign` above its alignment.

use core::ptr::{NonNull, null_mut};

use super::resource::{Extent, Resource};

/// What `malloc` aligns to on 64-bit systems.
const NATURAL: usize = 16;

/// A huge page in bytes, on the systems that this is written for.
pub(crate) const HUGE: usize = 1 << 21;

/// The C library's heap. Extents of whole huge pages are recommended to the system as such.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heap;

// SAFETY: the C library's own guarantees (obligations 1 and 2).
unsafe impl Resource for Heap {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        // SAFETY: `malloc` takes any size; `posix_memalign` a power of two that is a multiple of a pointer's size.
        let start = unsafe {
            if align <= NATURAL {
                libc::malloc(size)
            } else {
                let mut start = null_mut();
                if libc::posix_memalign(&raw mut start, align, size) != 0 {
                    return None;
                }
                if align >= HUGE && size.is_multiple_of(HUGE) {
                    // Whether it can or not: this is only advice.
                    libc::madvise(start, size, libc::MADV_HUGEPAGE);
                }
                start
            }
        };
        Some(Extent {
            start: NonNull::new(start.cast())?,
            size,
            align,
        })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        // SAFETY: obligation 1: it came from `malloc` or `posix_memalign`.
        unsafe { libc::free(extent.start.as_ptr().cast()) };
    }
}
