//! A caching resource: large buffers that stay mapped, and touched, from one request to the next.
//!
//! A [`Cache`] wraps an upstream [`Resource`] and is one itself. A buffer that is freed stays **cached**; the next request
//! of its size, or size class, and alignment gets it back without a call of the upstream. A **limit** holds for everything
//! together: live and cached buffers, and **external** memory, which was allocated elsewhere and is only charged here.
//! Cached buffers give way to live and external ones, the oldest first; live ones never do.
//!
//! Out of memory, by the limit or by the upstream's answer, the cache climbs a ladder and stops at the first step that
//! helps: give up cached buffers, the oldest first, as many bytes as are asked for; then all of them; then ask the user's
//! callback, as long as it says that it has freed something, and at most [`ASKED`] times; then refuse, with nothing
//! changed but what the steps gave up.
//!
//! The upstream and the callback are called without the cache's lock. Bytes that are being asked for are **reserved**
//! meanwhile, so that threads together stay within the limit.
//!
//! Costs: O(log n) in the number of buffers, besides what the upstream and zeroing cost.

use core::ptr::{NonNull, null};
use std::boxed::Box;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::vec::Vec;

use hashbrown::HashMap;
use parking_lot::{Mutex, MutexGuard};

use super::misuse::{Operation, report_cache};
use super::resource::{Extent, Resource, supply};
use super::status::Status;

/// How often the callback is asked for one request.
pub const ASKED: usize = 8;

/// The smallest size class.
const SMALLEST_CLASS: usize = 4096;

/// Asked for memory: the bytes that are missing. True if something was freed and another attempt makes sense.
pub type OutOfMemory = Box<dyn Fn(usize) -> bool + Send + Sync>;

/// How a cache works.
pub struct CacheOptions {
    /// Bytes of live, cached and external memory together at most.
    pub limit: usize,
    /// Cached bytes at most after a free; what is above goes back to the upstream, the oldest first.
    pub release_threshold: usize,
    /// Whether a request is rounded up to a size class, four for each power of two, and served by any buffer of that
    /// class. Else by buffers of exactly its size.
    pub size_classes: bool,
    /// Whether every buffer that is handed out is zero, so that no data crosses requests.
    pub zero: bool,
    /// The last step of the ladder.
    pub out_of_memory: Option<OutOfMemory>,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            limit: usize::MAX,
            release_threshold: usize::MAX,
            size_classes: false,
            zero: false,
            out_of_memory: None,
        }
    }
}

/// Counters of a cache, exact at every moment.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Buffers in use, and their bytes.
    pub live: usize,
    /// Bytes of buffers in use, as the upstream supplied them.
    pub live_bytes: usize,
    /// Cached buffers.
    pub cached: usize,
    /// Bytes of cached buffers.
    pub cached_bytes: usize,
    /// Bytes charged.
    pub external_bytes: usize,
    /// The most bytes live at once.
    pub peak_live_bytes: usize,
    /// The most bytes live, cached and external at once.
    pub peak_bytes: usize,
    /// Requests served by a cached buffer.
    pub hits: u64,
    /// Requests that the upstream was asked for, or that the limit refused.
    pub misses: u64,
    /// Cached buffers given back to the upstream.
    pub released: u64,
    /// Requests and charges refused.
    pub failures: u64,
}

/// One buffer.
struct Entry {
    extent: Extent,
    /// The bytes that the upstream was asked for: what it is cached by. It may have supplied more.
    asked: usize,
    /// When it became a cached one; 0 while it is live.
    stamp: u64,
}

/// What the lock guards.
#[derive(Default)]
struct Inner {
    /// All buffers, live and cached, by address.
    buffers: BTreeMap<usize, Entry>,
    /// Cached buffers by the size and alignment asked for, the oldest in front.
    idle: HashMap<(usize, usize), VecDeque<usize>>,
    /// Cached buffers by age.
    order: BTreeMap<u64, usize>,
    statistics: CacheStatistics,
    /// Bytes that the upstream is being asked for.
    reserved: usize,
    stamp: u64,
}

/// A caching resource.
pub struct Cache {
    upstream: Arc<dyn Resource>,
    /// What the upstream says of its extents, asked once.
    is_zeroed: bool,
    is_addressable: bool,
    options: CacheOptions,
    inner: Mutex<Inner>,
}

/// The next step of the ladder.
enum Step {
    /// Give up so many cached bytes.
    Some(usize),
    /// Give up all.
    All,
    /// Ask the user.
    User,
}

impl Inner {
    /// Live, reserved and external bytes: what cannot give way.
    fn firm(&self) -> usize {
        self.statistics
            .live_bytes
            .saturating_add(self.reserved)
            .saturating_add(self.statistics.external_bytes)
    }

    /// How many cached bytes may stay beside `bytes` more firm ones; `None` if these do not fit.
    fn room(&self, limit: usize, bytes: usize) -> Option<usize> {
        limit.checked_sub(self.firm())?.checked_sub(bytes)
    }

    /// Takes a cached buffer of this size and alignment, the newest, and makes it live.
    fn reuse(&mut self, key: (usize, usize)) -> Option<Extent> {
        let address = self.idle.get_mut(&key)?.pop_back()?;
        let entry = self.buffers.get_mut(&address)?;
        self.order.remove(&entry.stamp);
        entry.stamp = 0;
        let extent = entry.extent;
        self.statistics.cached -= 1;
        self.statistics.cached_bytes -= extent.size;
        self.statistics.hits += 1;
        self.count_live(extent.size);
        Some(extent)
    }

    /// Counts a buffer that becomes live.
    fn count_live(&mut self, bytes: usize) {
        let statistics = &mut self.statistics;
        statistics.live += 1;
        statistics.live_bytes += bytes;
        statistics.peak_live_bytes = statistics.peak_live_bytes.max(statistics.live_bytes);
        self.count_peak();
    }

    /// Notes the present total.
    fn count_peak(&mut self) {
        let statistics = &mut self.statistics;
        let total =
            (statistics.live_bytes + statistics.cached_bytes).saturating_add(statistics.external_bytes);
        statistics.peak_bytes = statistics.peak_bytes.max(total);
    }

    /// Takes out the oldest cached buffers until at most `keep` cached bytes are left.
    fn evict(&mut self, keep: usize) -> Vec<Extent> {
        let mut out = Vec::new();
        while self.statistics.cached_bytes > keep
            && let Some((_, address)) = self.order.pop_first()
            && let Some(entry) = self.buffers.remove(&address)
        {
            let extent = entry.extent;
            let key = (entry.asked, extent.align);
            if let Some(queue) = self.idle.get_mut(&key) {
                // The oldest of all is the oldest of its size.
                queue.pop_front();
                if queue.is_empty() {
                    self.idle.remove(&key);
                }
            }
            self.statistics.cached -= 1;
            self.statistics.cached_bytes -= extent.size;
            self.statistics.released += 1;
            out.push(extent);
        }
        out
    }

    /// The live buffer that starts here, and the bytes asked for; or what is wrong with the pointer.
    fn find(&self, pointer: *const u8) -> Result<(Extent, usize), Status> {
        let address = pointer.addr();
        if address == 0 {
            return Err(Status::Null);
        }
        match self.buffers.range(..=address).next_back() {
            Some((&start, entry)) if address - start < entry.extent.size => {
                match (entry.stamp, start == address) {
                    (0, true) => Ok((entry.extent, entry.asked)),
                    (0, false) => Err(Status::Interior),
                    _ => Err(Status::Freed),
                }
            }
            _ => Err(Status::Foreign),
        }
    }
}

impl Cache {
    /// A cache over this upstream.
    pub fn new(upstream: Arc<dyn Resource>, options: CacheOptions) -> Self {
        Self {
            is_zeroed: upstream.is_zeroed(),
            is_addressable: upstream.is_addressable(),
            upstream,
            options,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    /// Gives buffers back to the upstream, without the lock.
    fn give_back(&self, extents: Vec<Extent>) {
        for extent in extents {
            // SAFETY: taken out of the table, which alone had it; nobody uses a cached buffer.
            unsafe { self.upstream.deallocate(extent) };
        }
    }

    /// The bytes that serve a request.
    fn rounded(&self, size: usize) -> Option<usize> {
        let size = size.max(1);
        if !self.options.size_classes {
            return (size <= isize::MAX as usize).then_some(size);
        }
        let size = size.max(SMALLEST_CLASS);
        let quarter = size.checked_next_power_of_two()? / 8;
        size.checked_next_multiple_of(quarter)
            .filter(|&size| size <= isize::MAX as usize)
    }

    /// A buffer of `size` bytes at a multiple of `align`, a power of two.
    ///
    /// # Errors
    ///
    /// [`Status::Argument`]; [`Status::Limit`] if live and external memory leave no room below the limit;
    /// [`Status::OutOfMemory`] if the upstream refuses; see the ladder above. [`Status::BadResource`].
    pub fn alloc(&self, size: usize, align: usize) -> Result<NonNull<u8>, Status> {
        let Some(bytes) = self.rounded(size).filter(|_| align.is_power_of_two()) else {
            return Err(report_cache(Operation::CacheAlloc, Status::Argument, null()));
        };
        let mut inner = self.lock();
        if let Some(extent) = inner.reuse((bytes, align)) {
            drop(inner);
            if self.options.zero {
                // SAFETY: a live buffer of the caller's alone.
                unsafe { self.upstream.zero(extent.start, extent.size) };
            }
            return Ok(extent.start);
        }
        inner.statistics.misses += 1;
        drop(inner);
        let extent = self.climb(bytes, |cache| cache.supply(bytes, align))?;
        if self.options.zero && !self.is_zeroed {
            // SAFETY: as above.
            unsafe { self.upstream.zero(extent.start, extent.size) };
        }
        Ok(extent.start)
    }

    /// Attempts something until it succeeds or the ladder has no step left; counts the failure then.
    fn climb<T>(&self, bytes: usize, attempt: impl Fn(&Self) -> Result<T, Status>) -> Result<T, Status> {
        let mut step = Step::Some(bytes);
        let mut asked = 0;
        loop {
            let status = match attempt(self) {
                Ok(done) => return Ok(done),
                Err(status) => status,
            };
            // By the limit, cached buffers have given way already.
            let mut helped = false;
            if status == Status::OutOfMemory {
                let keep = {
                    let inner = self.lock();
                    match step {
                        Step::Some(bytes) => inner.statistics.cached_bytes.saturating_sub(bytes),
                        Step::All | Step::User => 0,
                    }
                };
                helped = self.trim_to(keep) > 0;
                step = match step {
                    Step::Some(_) if helped => Step::All,
                    _ => Step::User,
                };
            }
            if !helped
                && status != Status::BadResource
                && asked < ASKED
                && let Some(ask) = &self.options.out_of_memory
            {
                asked += 1;
                helped = ask(bytes);
            }
            if !helped {
                self.lock().statistics.failures += 1;
                return Err(status);
            }
        }
    }

    /// One attempt to get a buffer from the upstream, within the limit.
    fn supply(&self, bytes: usize, align: usize) -> Result<Extent, Status> {
        let extents = self.make_room(bytes, |inner| inner.reserved += bytes)?;
        self.give_back(extents);
        let extent = supply(&*self.upstream, bytes, align);
        let mut inner = self.lock();
        inner.reserved -= bytes;
        let extent = extent?;
        // The upstream may have supplied more than was reserved.
        let Some(room) = inner.room(self.options.limit, extent.size) else {
            drop(inner);
            self.give_back(std::vec![extent]);
            return Err(Status::Limit);
        };
        let extents = inner.evict(room);
        let entry = Entry {
            extent,
            asked: bytes,
            stamp: 0,
        };
        inner.buffers.insert(extent.address(), entry);
        inner.count_live(extent.size);
        drop(inner);
        self.give_back(extents);
        Ok(extent)
    }

    /// Lets cached buffers give way until `bytes` more fit below the limit, and claims these; the buffers that gave way come
    /// back.
    fn make_room(&self, bytes: usize, claim: impl FnOnce(&mut Inner)) -> Result<Vec<Extent>, Status> {
        let mut inner = self.lock();
        let room = inner.room(self.options.limit, bytes).ok_or(Status::Limit)?;
        let extents = inner.evict(room);
        claim(&mut inner);
        Ok(extents)
    }

    /// Takes a buffer back, and keeps it.
    ///
    /// # Errors
    ///
    /// [`Status::Null`], [`Status::Foreign`], [`Status::Interior`], [`Status::Freed`] while the buffer is cached (once it
    /// went back to the upstream its address is foreign). Nothing has changed then.
    ///
    /// # Safety
    ///
    /// 1. If the pointer is one of a live buffer, nothing uses that any more, and no [`Lease`](super::Lease) owns it.
    pub unsafe fn free(&self, pointer: *mut u8) -> Result<(), Status> {
        let mut inner = self.lock();
        let (extent, asked) = match inner.find(pointer) {
            Ok(found) => found,
            Err(status) => {
                drop(inner);
                return Err(report_cache(Operation::CacheFree, status, pointer));
            }
        };
        inner.stamp += 1;
        let stamp = inner.stamp;
        let address = extent.address();
        if let Some(entry) = inner.buffers.get_mut(&address) {
            entry.stamp = stamp;
        }
        inner.order.insert(stamp, address);
        inner
            .idle
            .entry((asked, extent.align))
            .or_default()
            .push_back(address);
        let statistics = &mut inner.statistics;
        statistics.live -= 1;
        statistics.live_bytes -= extent.size;
        statistics.cached += 1;
        statistics.cached_bytes += extent.size;
        let extents = inner.evict(self.options.release_threshold);
        drop(inner);
        self.give_back(extents);
        Ok(())
    }

    /// Exchanges a buffer for one of another size at the same alignment. The contents are not kept: a buffer of another size
    /// (class) goes back to the upstream **before** the new one is asked for, so that the peak is the larger of the two.
    ///
    /// # Errors
    ///
    /// The statuses of [`free`](Self::free): nothing has changed then. Those of [`alloc`](Self::alloc): the old buffer is
    /// gone then, as it would be by `free`.
    ///
    /// # Safety
    ///
    /// 1. As for [`free`](Self::free).
    pub unsafe fn resize(&self, pointer: *mut u8, size: usize) -> Result<NonNull<u8>, Status> {
        let mut inner = self.lock();
        let found = inner.find(pointer);
        let (bytes, (extent, asked)) = match (self.rounded(size).ok_or(Status::Argument), found) {
            (Ok(bytes), Ok(found)) => (bytes, found),
            (Err(status), _) | (_, Err(status)) => {
                drop(inner);
                return Err(report_cache(Operation::CacheResize, status, pointer));
            }
        };
        if asked == bytes {
            drop(inner);
            if self.options.zero {
                // SAFETY: a live buffer of the caller's (obligation 1).
                unsafe { self.upstream.zero(extent.start, extent.size) };
            }
            return Ok(extent.start);
        }
        inner.buffers.remove(&extent.address());
        inner.statistics.live -= 1;
        inner.statistics.live_bytes -= extent.size;
        drop(inner);
        // SAFETY: taken out of the table, which alone had it; obligation 1.
        unsafe { self.upstream.deallocate(extent) };
        self.alloc(size, extent.align)
    }

    /// Counts `bytes` bytes that were or will be allocated elsewhere against the limit. Cached buffers give way to them
    /// before this returns.
    ///
    /// # Errors
    ///
    /// [`Status::Limit`] if live and external memory leave no room; nothing is charged then.
    pub fn charge(&self, bytes: usize) -> Result<(), Status> {
        let extents = self.climb(bytes, |cache| {
            cache.make_room(bytes, |inner| {
                inner.statistics.external_bytes = inner.statistics.external_bytes.saturating_add(bytes);
                inner.count_peak();
            })
        })?;
        self.give_back(extents);
        Ok(())
    }

    /// Takes a charge back.
    ///
    /// # Errors
    ///
    /// [`Status::Argument`] if less than that is charged; nothing has changed then.
    pub fn uncharge(&self, bytes: usize) -> Result<(), Status> {
        let mut inner = self.lock();
        let Some(left) = inner.statistics.external_bytes.checked_sub(bytes) else {
            drop(inner);
            return Err(report_cache(Operation::CacheUncharge, Status::Argument, null()));
        };
        inner.statistics.external_bytes = left;
        Ok(())
    }

    /// Gives cached buffers back to the upstream, the oldest first, until at most `keep` cached bytes are left. Returns how
    /// many bytes that were. Live buffers are not touched.
    pub fn trim_to(&self, keep: usize) -> usize {
        let extents = self.lock().evict(keep);
        let bytes = extents.iter().map(|extent| extent.size).sum();
        self.give_back(extents);
        bytes
    }

    /// The counters.
    pub fn statistics(&self) -> CacheStatistics {
        self.lock().statistics
    }
}

// SAFETY: a live buffer is nobody else's, and at the alignment that the upstream was asked for (obligations 1 and 2).
unsafe impl Resource for Cache {
    fn allocate(&self, size: usize, align: usize) -> Option<Extent> {
        let start = self.alloc(size, align).ok()?;
        Some(Extent { start, size, align })
    }

    unsafe fn deallocate(&self, extent: Extent) {
        // SAFETY: the caller's obligations.
        let done = unsafe { self.free(extent.start.as_ptr()) };
        debug_assert_eq!(done, Ok(()), "obligation 1");
    }

    fn is_zeroed(&self) -> bool {
        self.options.zero
    }

    fn is_addressable(&self) -> bool {
        self.is_addressable
    }

    unsafe fn zero(&self, start: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's obligation; the buffer is an extent of the upstream.
        unsafe { self.upstream.zero(start, bytes) };
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.trim_to(0);
    }
}
