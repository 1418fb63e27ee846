//! The C functions of `include/croft_hosted.h` for caches.

use core::ffi::{c_int, c_void};
use core::ptr::{NonNull, null};
use std::boxed::Box;
use std::sync::Arc;

use super::c::{code, exported, put};
use super::c_resource::Shared;
use super::cache::{Cache, CacheOptions, CacheStatistics, OutOfMemory};
use super::exit::ExitHook;
use super::heap::Heap;
use super::misuse::{Operation, report_cache};
use super::record::DEFAULT_ALIGN;
use super::resource::Resource;
use super::status::Status;

/// `croft_cache_options`. Zeros are the defaults.
#[repr(C)]
pub struct COptions {
    upstream: *const Shared,
    limit: usize,
    release_threshold: usize,
    size_classes: c_int,
    zero: c_int,
    out_of_memory: Option<unsafe extern "C" fn(bytes: usize, argument: *mut c_void) -> c_int>,
    argument: *mut c_void,
}

/// What a callback gets, which its registrant promised to be usable from any thread.
#[derive(Clone, Copy)]
struct Argument(*mut c_void);

// SAFETY: see above.
unsafe impl Send for Argument {}
// SAFETY: see above.
unsafe impl Sync for Argument {}

impl Argument {
    fn get(self) -> *mut c_void {
        self.0
    }
}

/// A number of bytes of which 0 stands for no limit.
fn or_none(bytes: usize) -> usize {
    if bytes == 0 { usize::MAX } else { bytes }
}

/// Reports that there is no cache, or no place for the answer.
fn null_in(operation: Operation) -> c_int {
    report_cache(operation, Status::Null, null()) as c_int
}

exported! {
    /// [`Cache::new`].
    fn croft_cache_create(options: *const COptions, out: *mut *mut Arc<Cache>) -> c_int {
        if out.is_null() {
            return null_in(Operation::CacheCreate);
        }
        let mut upstream: Arc<dyn Resource> = Arc::new(Heap);
        let mut made = CacheOptions::default();
        if let Some(options) = options.as_ref() {
            if let Some(named) = options.upstream.as_ref() {
                upstream = Arc::clone(named.inner());
            }
            made.limit = or_none(options.limit);
            made.release_threshold = or_none(options.release_threshold);
            made.size_classes = options.size_classes != 0;
            made.zero = options.zero != 0;
            let argument = Argument(options.argument);
            made.out_of_memory = options.out_of_memory.map(|ask| -> OutOfMemory {
                // SAFETY: the callback may be called with its argument from any thread (croft_hosted.h).
                Box::new(move |bytes| unsafe { ask(bytes, argument.get()) } != 0)
            });
        }
        out.write(Box::into_raw(Box::new(Arc::new(Cache::new(upstream, made)))));
        0
    }

    /// Ends a cache that has no live buffer; [`Status::Busy`] otherwise.
    fn croft_cache_destroy(cache: *mut Arc<Cache>) -> c_int {
        let Some(known) = cache.as_ref() else {
            return null_in(Operation::CacheDestroy);
        };
        if known.statistics().live > 0 {
            return report_cache(Operation::CacheDestroy, Status::Busy, null()) as c_int;
        }
        drop(Box::from_raw(cache));
        0
    }

    /// [`Cache::alloc`]; an alignment of 0 is 64.
    fn croft_cache_alloc(cache: *const Arc<Cache>, size: usize, align: usize, out: *mut *mut c_void) -> c_int {
        let (Some(cache), false) = (cache.as_ref(), out.is_null()) else {
            return null_in(Operation::CacheAlloc);
        };
        let align = if align == 0 { DEFAULT_ALIGN } else { align };
        put(out, cache.alloc(size, align).map(|start| start.as_ptr().cast()))
    }

    /// [`Cache::free`].
    fn croft_cache_free(cache: *const Arc<Cache>, pointer: *mut c_void) -> c_int {
        cache.as_ref().map_or_else(|| null_in(Operation::CacheFree), |cache| code(cache.free(pointer.cast())))
    }

    /// [`Cache::resize`].
    fn croft_cache_resize(
        cache: *const Arc<Cache>,
        pointer: *mut c_void,
        size: usize,
        out: *mut *mut c_void,
    ) -> c_int {
        let (Some(cache), false) = (cache.as_ref(), out.is_null()) else {
            return null_in(Operation::CacheResize);
        };
        let made = cache.resize(pointer.cast(), size);
        put(out, made.map(|start: NonNull<u8>| start.as_ptr().cast()))
    }

    /// [`Cache::charge`].
    fn croft_cache_charge(cache: *const Arc<Cache>, bytes: usize) -> c_int {
        cache.as_ref().map_or_else(|| null_in(Operation::CacheCharge), |cache| code(cache.charge(bytes)))
    }

    /// [`Cache::uncharge`].
    fn croft_cache_uncharge(cache: *const Arc<Cache>, bytes: usize) -> c_int {
        cache.as_ref().map_or_else(|| null_in(Operation::CacheUncharge), |cache| code(cache.uncharge(bytes)))
    }

    /// [`Cache::trim_to`]; 0 for null.
    fn croft_cache_trim_to(cache: *const Arc<Cache>, keep: usize) -> usize {
        cache.as_ref().map_or(0, |cache| cache.trim_to(keep))
    }

    /// [`Cache::statistics`].
    fn croft_cache_statistics(cache: *const Arc<Cache>, out: *mut CacheStatistics) -> c_int {
        put(out, cache.as_ref().map(|cache| cache.statistics()).ok_or(Status::Null))
    }

    /// [`Cache::release_at_exit`].
    fn croft_cache_release_at_exit(
        cache: *const Arc<Cache>,
        hook: Option<unsafe extern "C" fn(argument: *mut c_void)>,
        argument: *mut c_void,
    ) -> c_int {
        let Some(cache) = cache.as_ref() else {
            return Status::Null as c_int;
        };
        let argument = Argument(argument);
        cache.release_at_exit(hook.map(|hook| -> ExitHook {
            // SAFETY: the hook may be called with its argument at exit (croft_hosted.h).
            Box::new(move || unsafe { hook(argument.get()) })
        }));
        0
    }

    /// The cache as a resource: a new reference; null for null.
    fn croft_cache_resource(cache: *const Arc<Cache>) -> *mut Shared {
        cache.as_ref().map_or(core::ptr::null_mut(), |cache| Shared::boxed(Arc::clone(cache) as Arc<dyn Resource>))
    }
}
