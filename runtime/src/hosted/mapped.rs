//! Memory mapped from the system, page by page: every extent is a mapping of its own.

use core::ptr::{NonNull, null_mut};

use super::resource::{Extent, Resource};

/// Private anonymous mappings. Extents come zeroed; giving one back returns its pages to the system at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mapped;

/// The system's page size in bytes. O(1).
pub fn page_size() -> usize {
    // SAFETY: a plain query.
    let answer = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(answer).unwrap_or(4096)
}

/// `size` rounded up to whole pages; `None` if that is not representable.
pub(crate) fn pages(size: usize) -> Option<usize> {
    size.max(1).checked_next_multiple_of(page_size())
}

/// Maps `size` bytes, whole pages, at a multiple of `align`, from this file, or from none if it is negative.
pub(crate) fn map(size: usize, align: usize, file: i32) -> Option<NonNull<u8>> {
    let (share, from) = if file < 0 {
        (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
    } else {
        (libc::MAP_SHARED, file)
    };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    if align <= page_size() {
        // SAFETY: a new mapping where the system chooses.
        let start = unsafe { libc::mmap(null_mut(), size, access, share, from, 0) };
        return (start != libc::MAP_FAILED).then(|| NonNull::new(start.cast()))?;
    }
    // Addresses are reserved first, with room to choose an aligned one; what is beside it is returned.
    let room = size.checked_add(align)?;
    let reserve = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping where the system chooses; then parts of it, which are ours.
    unsafe {
        let reserved = libc::mmap(null_mut(), room, libc::PROT_NONE, reserve, -1, 0);
        if reserved == libc::MAP_FAILED {
            return None;
        }
        let lead = reserved.addr().wrapping_neg() & (align - 1);
        let start = reserved.byte_add(lead);
        let mapped = libc::mmap(start, size, access, share | libc::MAP_FIXED, from, 0);
        if mapped == libc::MAP_FAILED {
            libc::munmap(reserved, room);
            return None;
        }
        if lead > 0 {
            libc::munmap(reserved, lead);
        }
        if room - lead > size {
            libc::munmap(start.byte_add(size), room - lead - size);
        }
        NonNull::new(start.cast())
    }
}

// SAFETY: a mapping is no other's until it is unmapped, and its start is aligned (obligations 1 and 2).
unsafe impl Resource for Mapped {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let start = map(pages(size)?, align, -1)?;
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        // SAFETY: obligation 1: these whole pages are a mapping of ours.
        unsafe {
            libc::munmap(
                extent.start.as_ptr().cast(),
                pages(extent.size).unwrap_or(extent.size),
            )
        };
    }

    fn is_zeroed(&self) -> bool {
        true
    }
}
