//! Memory resources: what supplies extents.
//!
//! A context, a cache and a user's own code ask a [`Resource`] for **extents**, adjacent bytes at an alignment, and give
//! each back once. The block pool is one ([`blocks`](super::blocks)), the C library's heap, mapped and shared memory are
//! others ([`heap`](super::heap), [`mapped`](super::mapped), [`shared`](super::shared)), a cache wraps one
//! ([`cache`](super::cache)), and [`Foreign`] is one made of C functions.
//!
//! Nothing here looks into an extent except by [`Resource::zero`], so an extent may be memory that the processor cannot
//! reach, a device's for example. Its addresses must then be none of other memory in use.

use core::ffi::{c_int, c_void};
use core::ptr::NonNull;

use super::status::Status;

/// Adjacent bytes that a resource supplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its first byte.
    pub start: NonNull<u8>,
    /// Its bytes: those asked for, or more if the resource says so.
    pub size: usize,
    /// The alignment asked for, a power of two.
    pub align: usize,
}

// SAFETY: an extent is an address and numbers; who may use the memory is the holder's matter.
unsafe impl Send for Extent {}

impl Extent {
    /// The address of the first byte.
    #[inline]
    pub fn address(&self) -> usize {
        self.start.addr().get()
    }
}

/// An extent of this resource that keeps its obligations as far as can be seen; one that does not is given back.
///
/// # Errors
///
/// [`Status::OutOfMemory`] if the resource has none; [`Status::BadResource`].
pub(crate) fn supply(resource: &dyn Resource, size: usize, align: usize) -> Result<Extent, Status> {
    let extent = resource.allocate(size, align).ok_or(Status::OutOfMemory)?;
    if extent.address().is_multiple_of(align) && extent.size >= size {
        return Ok(extent);
    }
    // SAFETY: just supplied, and nobody else's.
    unsafe { resource.deallocate(extent) };
    Err(Status::BadResource)
}

/// Supplies extents. Called from any thread, and never while a lock of this module is held: an implementation may use
/// contexts and caches itself.
///
/// # Safety
///
/// 1. An extent has at least the size and the alignment asked for, and its bytes are no other's until it is given back.
/// 2. It stays valid when the resource is moved, and as long as the resource lives.
pub unsafe trait Resource: Send + Sync {
    /// An extent of `size` bytes, at least 1, at a multiple of `align`, a power of two; `None` if there is none, with
    /// nothing changed.
    fn allocate(&self, size: usize, align: usize) -> Option<Extent>;

    /// Takes an extent back.
    ///
    /// # Safety
    ///
    /// 1. [`allocate`](Self::allocate) of this resource returned it, and it was not given back since.
    /// 2. Nothing uses it any more.
    unsafe fn deallocate(&self, extent: Extent);

    /// Whether extents come filled with zeros. Asked once by each context and cache, as the next.
    fn is_zeroed(&self) -> bool {
        false
    }

    /// Whether the processor can read and write the extents.
    fn is_addressable(&self) -> bool {
        true
    }

    /// Fills a part of an extent with zeros.
    ///
    /// # Safety
    ///
    /// 1. The bytes lie in an extent of this resource that is not given back, and nothing else uses them.
    unsafe fn zero(&self, start: NonNull<u8>, bytes: usize) {
        // SAFETY: obligation 1; an implementation whose memory the processor cannot reach has its own.
        unsafe { start.write_bytes(0, bytes) };
    }
}

/// The functions of a resource in C.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Functions {
    /// `bytes` bytes at a multiple of `align`, or null.
    pub allocate: Option<unsafe extern "C" fn(state: *mut c_void, bytes: usize, align: usize) -> *mut c_void>,
    /// Takes an extent back.
    pub deallocate:
        Option<unsafe extern "C" fn(state: *mut c_void, start: *mut c_void, bytes: usize, align: usize)>,
    /// Fills bytes with zeros. Null: the processor can reach them, and does it itself.
    pub zero: Option<unsafe extern "C" fn(state: *mut c_void, start: *mut c_void, bytes: usize)>,
    /// Called when nothing refers to the resource any more; may be null.
    pub destroy: Option<unsafe extern "C" fn(state: *mut c_void)>,
    /// Whether extents come filled with zeros.
    pub is_zeroed: c_int,
}

/// A resource made of C functions.
pub struct Foreign {
    functions: Functions,
    state: *mut c_void,
}

// SAFETY: obligation 1 of `new`: the functions may be called from any thread.
unsafe impl Send for Foreign {}
// SAFETY: as above, also at the same time.
unsafe impl Sync for Foreign {}

impl Foreign {
    /// A resource of these functions; `None` if `allocate` or `deallocate` is missing.
    ///
    /// # Safety
    ///
    /// 1. The functions may be called with this state from any thread, also at the same time, until `destroy` is.
    /// 2. They keep the obligations of [`Resource`].
    pub unsafe fn new(functions: Functions, state: *mut c_void) -> Option<Self> {
        (functions.allocate.is_some() && functions.deallocate.is_some()).then_some(Self { functions, state })
    }
}

// SAFETY: obligation 2 of `Foreign::new`.
unsafe impl Resource for Foreign {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        // SAFETY: obligation 1 of `new`.
        let start = unsafe { self.functions.allocate?(self.state, size, align) };
        Some(Extent {
            start: NonNull::new(start.cast())?,
            size,
            align,
        })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        if let Some(deallocate) = self.functions.deallocate {
            // SAFETY: obligation 1 of `new`, and the caller's.
            unsafe {
                deallocate(
                    self.state,
                    extent.start.as_ptr().cast(),
                    extent.size,
                    extent.align,
                )
            };
        }
    }

    fn is_zeroed(&self) -> bool {
        self.functions.is_zeroed != 0
    }

    fn is_addressable(&self) -> bool {
        self.functions.zero.is_none()
    }

    unsafe fn zero(&self, start: NonNull<u8>, bytes: usize) {
        match self.functions.zero {
            // SAFETY: obligation 1 of `new`, and the caller's.
            Some(zero) => unsafe { zero(self.state, start.as_ptr().cast(), bytes) },
            // SAFETY: the caller's obligation; without `zero` the memory is the processor's.
            None => unsafe { start.write_bytes(0, bytes) },
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some(destroy) = self.functions.destroy {
            // SAFETY: obligation 1 of `new`; nothing refers to the resource any more.
            unsafe { destroy(self.state) };
        }
    }
}
