//! POSIX shared memory: every extent is a named object that other processes can map.

use core::ffi::CStr;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::format;
use std::string::String;

use parking_lot::Mutex;

use super::mapped::{map, pages};
use super::resource::{Extent, Resource};

/// Shared memory objects named `/PREFIX-PROCESS-NUMBER`, readable and writable by this user. An object is unlinked
/// when its extent is given back; extents come zeroed.
#[derive(Debug)]
pub struct Shared {
    prefix: String,
    names: Mutex<BTreeMap<usize, CString>>,
}

/// Distinguishes the objects of this process.
static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Shared {
    /// A resource whose objects' names begin with `prefix`, which has no slash; `None` if it has one, or a zero byte.
    pub fn new(prefix: &str) -> Option<Self> {
        (!prefix.contains(['/', '\0'])).then(|| Self {
            prefix: prefix.into(),
            names: Mutex::default(),
        })
    }

    /// The name of the object of the extent that starts here, for `shm_open` in another process.
    pub fn name(&self, start: *const u8) -> Option<CString> {
        self.names.lock().get(&start.addr()).cloned()
    }

    /// Makes an object of `size` bytes, whole pages, and maps it.
    fn create(name: &CStr, size: usize, align: usize) -> Option<NonNull<u8>> {
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_RDWR | libc::O_CLOEXEC;
        // SAFETY: the name is a C string; the descriptor is ours until it is closed.
        unsafe {
            let file = libc::shm_open(name.as_ptr(), flags, 0o600);
            if file < 0 {
                return None;
            }
            let length = libc::off_t::try_from(size).ok();
            // Reserved, not only sized: writing to shared memory that the system does not have would be a signal.
            let sized = length.is_some_and(|length| libc::posix_fallocate(file, 0, length) == 0);
            let start = if sized { map(size, align, file) } else { None };
            libc::close(file);
            if start.is_none() {
                libc::shm_unlink(name.as_ptr());
            }
            start
        }
    }
}

// SAFETY: a mapping of an object that this call has made (`O_EXCL`), unmapped when it is given back (obligations 1, 2).
unsafe impl Resource for Shared {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = CString::new(format!("/{}-{}-{number}", self.prefix, std::process::id())).ok()?;
        let start = Self::create(&name, pages(size)?, align)?;
        let mut names = self.names.lock();
        names.insert(start.addr().get(), name);
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        let mut names = self.names.lock();
        if let Some(name) = names.remove(&extent.address()) {
            // SAFETY: obligation 1: these whole pages are a mapping of ours.
            unsafe {
                libc::shm_unlink(name.as_ptr());
                libc::munmap(
                    extent.start.as_ptr().cast(),
                    pages(extent.size).unwrap_or(extent.size),
                );
            }
        }
    }

    fn is_zeroed(&self) -> bool {
        true
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let names = self.names.get_mut();
        for name in names.values() {
            // SAFETY: a C string. The mapping stays: whoever holds the extent may still use it.
            unsafe { libc::shm_unlink(name.as_ptr()) };
        }
    }
}
