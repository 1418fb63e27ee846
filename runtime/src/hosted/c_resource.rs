//! The C functions of `include/croft_hosted.h` for resources: reference-counted objects behind opaque pointers.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use std::boxed::Box;
use std::sync::Arc;

use super::blocks::BlockResource;
use super::c::{code, exported};
use super::heap::Heap;
use super::mapped::Mapped;
use super::resource::{Foreign, Functions, Resource};
use super::shared;
use super::status::Status;

/// `croft_resource`: a reference to a resource. Contexts and caches over it hold references of their own.
pub struct Shared {
    resource: Arc<dyn Resource>,
    /// The same, if it is shared memory.
    named: Option<Arc<shared::Shared>>,
}

impl Shared {
    /// The resource.
    pub(crate) fn inner(&self) -> &Arc<dyn Resource> {
        &self.resource
    }

    /// A new reference for C.
    pub(crate) fn boxed(resource: Arc<dyn Resource>) -> *mut Self {
        Box::into_raw(Box::new(Self {
            resource,
            named: None,
        }))
    }
}

exported! {
    /// The C library's heap: [`Heap`].
    fn croft_resource_heap() -> *mut Shared {
        Shared::boxed(Arc::new(Heap))
    }

    /// Mapped memory: [`Mapped`].
    fn croft_resource_mapped() -> *mut Shared {
        Shared::boxed(Arc::new(Mapped))
    }

    /// POSIX shared memory: [`Shared`](shared::Shared). Null if the prefix has a slash or is no UTF-8.
    fn croft_resource_shared(prefix: *const c_char) -> *mut Shared {
        if prefix.is_null() {
            return null_mut();
        }
        let made = CStr::from_ptr(prefix).to_str().ok().and_then(shared::Shared::new);
        made.map_or(null_mut(), |made| {
            let made = Arc::new(made);
            Box::into_raw(Box::new(Shared {
                resource: Arc::clone(&made) as Arc<dyn Resource>,
                named: Some(made),
            }))
        })
    }

    /// Copies the name of the object of an extent, zero byte included.
    fn croft_resource_shared_name(
        resource: *const Shared,
        start: *const c_void,
        buffer: *mut c_char,
        bytes: usize,
    ) -> c_int {
        let Some(resource) = resource.as_ref() else {
            return Status::Null as c_int;
        };
        let name = resource.named.as_ref().and_then(|named| named.name(start.cast()));
        code(name.ok_or(Status::Foreign).and_then(|name| {
            let name = name.to_bytes_with_nul();
            if buffer.is_null() || name.len() > bytes {
                return Err(Status::Argument);
            }
            buffer.copy_from_nonoverlapping(name.as_ptr().cast(), name.len());
            Ok(())
        }))
    }

    /// A block pool over the caller's buffer, which must live until the process ends: [`BlockResource`]. Null if the
    /// buffer is null or has no whole block.
    fn croft_resource_blocks(buffer: *mut c_void, bytes: usize) -> *mut Shared {
        if buffer.is_null() {
            return null_mut();
        }
        let buffer = core::slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), bytes);
        BlockResource::new(buffer).map_or(null_mut(), |made| Shared::boxed(Arc::new(made)))
    }

    /// A resource of the caller's functions: [`Foreign`]. Null if one that is needed is missing.
    fn croft_resource_create(functions: *const Functions, state: *mut c_void) -> *mut Shared {
        let made = functions.as_ref().and_then(|functions| Foreign::new(*functions, state));
        made.map_or(null_mut(), |made| Shared::boxed(Arc::new(made)))
    }

    /// Gives up a reference; null is ignored.
    fn croft_resource_release(resource: *mut Shared) -> () {
        if !resource.is_null() {
            drop(Box::from_raw(resource));
        }
    }
}
