//! Contexts and allocations with an owner, for Rust: what a name allows only with a promise is safe here, by lifetimes.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use std::sync::Arc;

use super::context::{Builder, ContextId};
use super::contexts;
use super::heap::Heap;
use super::record::Request;
use super::resource::Resource;
use super::status::Status;

/// A context that this value owns: dropping it destroys it. A child borrows its parent.
///
/// Dropping waits for nobody and cannot fail, with one exception: while a destroy function or cleanup of the context or of one
/// below it runs, in this thread or another, the context stays ([`Status::Busy`]). It ends with its parent then, or by its
/// name ([`ContextId::destroy`]).
#[derive(Debug)]
pub struct Context<'parent> {
    id: ContextId,
    parent: PhantomData<&'parent ()>,
}

impl Context<'static> {
    /// A context over the C library's heap.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`].
    pub fn new() -> Result<Self, Status> {
        Self::over(Arc::new(Heap))
    }

    /// A context over this resource.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`].
    pub fn over(resource: Arc<dyn Resource>) -> Result<Self, Status> {
        Ok(Self {
            id: Builder::new().resource(resource).create()?,
            parent: PhantomData,
        })
    }
}

impl Context<'_> {
    /// A context that ends at the latest with this one, over the same resource.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`].
    pub fn child(&self) -> Result<Context<'_>, Status> {
        Ok(Context {
            id: Builder::new().parent(self.id).create()?,
            parent: PhantomData,
        })
    }

    /// A zeroed buffer of this many bytes, freed when it is dropped. It is retained: handles of it can be opened and closed,
    /// but never end it.
    ///
    /// # Errors
    ///
    /// As [`ContextId::alloc`]; [`Status::NotAddressable`] if the processor cannot reach the resource's memory.
    pub fn buffer(&self, bytes: usize) -> Result<Buffer<'_>, Status> {
        if !contexts::enter(self.id.number())?.memory.is_addressable {
            return Err(Status::NotAddressable);
        }
        let start = self.id.alloc(&Request::new(bytes).zeroed())?;
        let buffer = Buffer {
            context: self.id,
            start,
            bytes,
            borrow: PhantomData,
        };
        // So its only owner is the buffer: closing a handle, which is safe, must not free it.
        self.id.retain(start.as_ptr())?;
        Ok(buffer)
    }
}

impl Deref for Context<'_> {
    type Target = ContextId;

    fn deref(&self) -> &ContextId {
        &self.id
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: buffers and children borrow the context, so none is left.
        let _ = unsafe { self.id.destroy() };
    }
}

/// Bytes of a context with an owner. At a multiple of 64, zero at first. While a handle of it is open, dropping it leaves the
/// bytes to the context.
#[derive(Debug)]
pub struct Buffer<'c> {
    context: ContextId,
    start: NonNull<u8>,
    bytes: usize,
    borrow: PhantomData<&'c ContextId>,
}

// SAFETY: a buffer owns its bytes; contexts may be used from any thread.
unsafe impl Send for Buffer<'_> {}
// SAFETY: as above; shared, it can only be read.
unsafe impl Sync for Buffer<'_> {}

impl Deref for Buffer<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: a live allocation that the processor reaches, zeroed at first. Who frees by name promises not to free it, and
        // closing a handle does not: it is retained.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.bytes) }
    }
}

impl DerefMut for Buffer<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`, and borrowed exclusively.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.bytes) }
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        // SAFETY: nothing else refers to it. It stays if it is pinned.
        let _ = unsafe { self.context.free(self.start.as_ptr()) };
    }
}
