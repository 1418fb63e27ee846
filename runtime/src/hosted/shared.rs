//! POSIX shared memory: every extent is a named object that other processes can map.

use core::ffi::CStr;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::format;
use std::process;
use std::string::String;

use parking_lot::Mutex;

use super::mapped::{map, pages};
use super::resource::{Extent, Resource};

/// Shared memory objects named `/PREFIX-PROCESS-NUMBER`, readable and writable by this user. An object is unlinked
/// when its extent is given back, by the process that made it: a forked child that gives one back, or drops the resource, only
/// unmaps its own view. Extents come zeroed.
#[derive(Debug)]
pub struct Shared {
    prefix: String,
    objects: Mutex<BTreeMap<usize, Object>>,
}

/// The object of an extent.
#[derive(Debug)]
struct Object {
    name: CString,
    /// The process that has made it.
    process: u32,
}

impl Object {
    /// Takes the name out of the system, if it is this process's to take.
    fn unlink(&self) {
        if self.process == process::id() {
            // SAFETY: a C string.
            unsafe { libc::shm_unlink(self.name.as_ptr()) };
        }
    }
}

/// Distinguishes the objects of this process.
static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Shared {
    /// A resource whose objects' names begin with `prefix`, which has no slash; `None` if it has one, or a zero byte.
    pub fn new(prefix: &str) -> Option<Self> {
        (!prefix.contains(['/', '\0'])).then(|| Self {
            prefix: prefix.into(),
            objects: Mutex::default(),
        })
    }

    /// The name of the object of the extent that starts here, for `shm_open` in another process.
    pub fn name(&self, start: *const u8) -> Option<CString> {
        let objects = self.objects.lock();
        objects.get(&start.addr()).map(|object| object.name.clone())
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
        let process = process::id();
        let name = CString::new(format!("/{}-{process}-{number}", self.prefix)).ok()?;
        let start = Self::create(&name, pages(size)?, align)?;
        let mut objects = self.objects.lock();
        objects.insert(start.addr().get(), Object { name, process });
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        let mut objects = self.objects.lock();
        if let Some(object) = objects.remove(&extent.address()) {
            object.unlink();
            // SAFETY: obligation 1: these whole pages are a mapping of ours.
            unsafe {
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
        // The mappings stay: whoever holds an extent may still use it.
        self.objects.get_mut().values().for_each(Object::unlink);
    }
}
