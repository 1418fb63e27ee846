//! Allocating from a context.

use core::ffi::CStr;
use core::num::NonZero;
use core::ptr::{self, NonNull};
use std::sync::Arc;

use super::context::ContextId;
use super::contexts::{self, Locked};
use super::heap::HUGE;
use super::misuse::{Operation, enter, report};
use super::pages::UNIT;
use super::record::Request;
use super::resource::{Extent, Resource, supply};
use super::size_class::class_of;
use super::span::{Refusal, SPAN};
use super::status::Status;

impl ContextId {
    /// Allocates. O(1) on average, besides zeroing.
    ///
    /// # Errors
    ///
    /// [`Status::InvalidContext`], [`Status::Argument`], [`Status::OutOfMemory`], [`Status::BadResource`].
    #[inline(always)]
    pub fn alloc(self, request: &Request) -> Result<NonNull<u8>, Status> {
        let &Request {
            size,
            align,
            zero,
            label,
        } = request;
        if is_plain(align, zero, label)
            && let Some(mut state) = contexts::own(self.number())
            // In debug mode there are no spans, so this finds no slot.
            && let Some(start) = state.allocate_plain(size, align)
        {
            return Ok(start);
        }
        let start = alloc_slowly(self, size, align, zero, label);
        match Status::from_value(start.addr().get() as u64) {
            None => Ok(start),
            Some(status) => Err(status),
        }
    }

    /// As [`alloc`](Self::alloc), in all cases.
    fn alloc_any(self, request: &Request) -> Result<NonNull<u8>, Status> {
        let mut state = enter(self.number(), Operation::Alloc, ptr::null())?;
        if is_plain(request.align, request.zero, request.label)
            && let Some(start) = state.allocate_plain(request.size, request.align)
        {
            return Ok(start);
        }
        if let Err(status) = request.check() {
            return Err(report(state, Operation::Alloc, status, ptr::null()));
        }
        if state.debug.is_none()
            && let Some(class) = class_of(request)
        {
            self.alloc_small(state, class, request)
        } else {
            self.alloc_large(state, request)
        }
    }

    fn alloc_small(
        self,
        mut state: Locked<'static>,
        class: usize,
        request: &Request,
    ) -> Result<NonNull<u8>, Status> {
        loop {
            let spans = match state.allocate_slot(class, request) {
                Ok((start, is_zero)) => {
                    if request.zero && !is_zero {
                        zero(state, start, request.size);
                    }
                    return Ok(start);
                }
                Err(Refusal::Chunk(spans)) => spans,
                Err(Refusal::Records) => return Err(failed(state, Status::OutOfMemory)),
            };
            let memory = Arc::clone(&state.memory);
            drop(state);
            let resource = &*memory.resource;
            let bytes = spans * SPAN;
            // A chunk of full size can be one huge page.
            let align = if bytes >= HUGE { HUGE } else { UNIT };
            let chunk = supply(resource, bytes, align).or_else(|_| supply(resource, SPAN, UNIT));
            state = self.enter_with(resource, chunk.ok())?;
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(status) => return Err(failed(state, status)),
            };
            if !state.add_chunk(chunk) {
                let status = failed(state, Status::OutOfMemory);
                // SAFETY: just supplied, and not taken.
                unsafe { resource.deallocate(chunk) };
                return Err(status);
            }
        }
    }

    fn alloc_large(self, state: Locked<'static>, request: &Request) -> Result<NonNull<u8>, Status> {
        let memory = Arc::clone(&state.memory);
        drop(state);
        let resource = &*memory.resource;
        let extent = supply(resource, request.size.max(1), request.align.max(UNIT));
        if let Ok(extent) = extent
            && request.zero
            && !memory.is_zeroed
        {
            // SAFETY: just supplied, and nobody else's.
            unsafe { resource.zero(extent.start, request.size) };
        }
        let mut state = self.enter_with(resource, extent.ok())?;
        let extent = match extent {
            Ok(extent) => extent,
            Err(status) => return Err(failed(state, status)),
        };
        if !state.add_large(extent, request) {
            let status = failed(state, Status::OutOfMemory);
            // SAFETY: just supplied, and not taken.
            unsafe { resource.deallocate(extent) };
            return Err(status);
        }
        Ok(extent.start)
    }

    /// Enters with a fresh extent in hand, which goes back if the context was destroyed meanwhile.
    fn enter_with(self, resource: &dyn Resource, extent: Option<Extent>) -> Result<Locked<'static>, Status> {
        contexts::enter(self.number()).inspect_err(|_| {
            if let Some(extent) = extent {
                // SAFETY: just supplied, and nobody else's.
                unsafe { resource.deallocate(extent) };
            }
        })
    }

    /// Moves an allocation into one of another size, with its contents as far as they fit, its alignment and label. The old
    /// one is freed. O(1) on average and the bytes copied.
    ///
    /// # Errors
    ///
    /// The statuses of [`free`](Self::free) and [`alloc`](Self::alloc): [`Status::Busy`] also for a retained object;
    /// [`Status::NotAddressable`] if the processor cannot reach the memory, and so cannot copy it. Nothing has changed then.
    ///
    /// # Safety
    ///
    /// 1. As for [`free`](Self::free).
    pub unsafe fn resize(self, pointer: *mut u8, size: usize) -> Result<NonNull<u8>, Status> {
        let state = enter(self.number(), Operation::Resize, pointer)?;
        let old = match NonNull::new(pointer)
            .ok_or(Status::Null)
            .and_then(|pointer| state.info(pointer))
        {
            Ok(_) if !state.memory.is_addressable => {
                return Err(report(state, Operation::Resize, Status::NotAddressable, pointer));
            }
            Ok(old) if old.handles == 0 && !old.is_retained => old,
            Ok(_) => return Err(report(state, Operation::Resize, Status::Busy, pointer)),
            Err(status) => return Err(report(state, Operation::Resize, status, pointer)),
        };
        // Both are this context's: they stay out of the resource until they are copied, though it may end meanwhile.
        let memory = Arc::clone(&state.memory);
        drop(state);
        let new = self.alloc(&Request {
            size,
            align: old.align,
            zero: false,
            label: old.label,
        })?;
        // SAFETY: both are out of the resource (Memory-I1), by obligation 1 the old one is the caller's, and the processor
        // reaches them.
        unsafe {
            new.copy_from_nonoverlapping(old.start, old.size.min(size));
            if let Err(status) = self.free(pointer) {
                // Pinned or freed meanwhile by another thread.
                let _ = self.free(new.as_ptr());
                return Err(status);
            }
        }
        drop(memory);
        Ok(new)
    }
}

/// Whether a request is one that [`State::allocate_plain`](super::state::State::allocate_plain) may serve.
#[inline(always)]
fn is_plain(align: usize, zero: bool, label: Option<&CStr>) -> bool {
    !zero && label.is_none() && matches!(align, 1 | 2 | 4 | 8 | 16 | 32 | 64)
}

/// As [`ContextId::alloc`], in all cases: the allocation, or the status as an address, where nothing ever is. All in
/// registers: what a caller would build in memory for this, it would build for the plain case too.
#[inline(never)]
fn alloc_slowly(
    context: ContextId,
    size: usize,
    align: usize,
    zero: bool,
    label: Option<&'static CStr>,
) -> NonNull<u8> {
    let request = Request {
        size,
        align,
        zero,
        label,
    };
    context.alloc_any(&request).unwrap_or_else(|status| {
        // No status is 0, which stands for success.
        let address = NonZero::new(status as usize).unwrap_or(NonZero::<usize>::MAX);
        NonNull::without_provenance(address)
    })
}

/// Counts a request that could not be served.
#[cold]
fn failed(mut state: Locked<'static>, status: Status) -> Status {
    state.statistics.failures += 1;
    status
}

/// Fills a fresh allocation with zeros, without the lock. The context may end meanwhile: its memory is pinned.
fn zero(state: Locked<'static>, start: NonNull<u8>, bytes: usize) {
    let memory = Arc::clone(&state.memory);
    drop(state);
    // SAFETY: the allocation is the caller's alone, and out of the resource (Memory-I1).
    unsafe { memory.resource.zero(start, bytes) };
}
