//! Where chunks come from: a region of a pool, which is asked as for any other object.

use crate::block::{END, start_of};
use crate::exhaustion::{Exhaustion, Reason};
use crate::layout::{BLOCK_SIZE, PAYLOAD};
use crate::pool::{BlockPool, RUNS_CUT};
use crate::region::{Descriptor, raw};
use crate::request::{self, bump, rescue, serve};

/// The blocks of a pool that 16 bits name.
pub const REACH: usize = 1 << 16;

/// A payload at a multiple of this fits no block in which something lies, so it begins a block.
pub(crate) const SEGMENT_ALIGN: usize = 16;

const _: () = assert!(PAYLOAD + SEGMENT_ALIGN > crate::layout::HOME);

/// Memory for chunks.
///
/// # Safety
///
/// 1. What `request` and `pair` answer is fresh memory of these sizes and alignments, which belongs to the array until
///    the region ends.
/// 2. A payload at a multiple of [`SEGMENT_ALIGN`] begins a block of the pool that begins at `base`, and, if `reaches` was
///    true just before, one of its first [`REACH`] blocks; of a pair that holds for the first.
/// 3. A refusal has changed nothing.
pub(crate) unsafe trait Source {
    /// The first byte of the pool.
    fn base(&self) -> *mut u8;

    /// Whether the next block that a request enters can be named.
    fn reaches(&self) -> bool;

    /// An object. The request is not odd: at most a block's payload, and a valid alignment.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    fn request(&mut self, size: usize, align: usize) -> Result<*mut u8, Reason>;

    /// Two blocks' payloads, or nothing. The region has handed out something.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    fn pair(&mut self, align: usize) -> Result<[*mut u8; 2], Reason>;
}

/// An object of a region. Out of line, because each growth has several requests.
///
/// # Errors
///
/// Why it is refused; nothing has changed then.
///
/// # Safety
///
/// 1. `region` points to the descriptor of an open region over `pool`, and nothing else uses the two during the call.
/// 2. The request is not odd.
#[inline(never)]
unsafe fn request(
    pool: *mut BlockPool,
    region: *mut Descriptor,
    size: usize,
    align: usize,
) -> Result<*mut u8, Reason> {
    debug_assert!(!request::is_odd(size, align));
    // SAFETY: obligations 1 and 2.
    unsafe {
        if let Some(object) = bump(region, size, align) {
            return Ok(object);
        }
        match serve(pool, region, size) {
            Err(Reason::PoolEmpty) if rescue(pool) => serve(pool, region, size),
            answer => answer,
        }
    }
}

/// An open region of a pool.
pub(crate) struct Store {
    pool: *mut BlockPool,
    region: *mut Descriptor,
}

impl Store {
    /// # Safety
    ///
    /// 1. `region` points to the descriptor of an open region over `pool`, or is null.
    /// 2. Nothing else uses the two as long as the store is used.
    #[inline(always)]
    pub(crate) unsafe fn new(pool: *mut BlockPool, region: *mut Descriptor) -> Self {
        Self { pool, region }
    }

    /// The refusal of a request.
    pub(crate) fn refusal(&self, reason: Reason, size: usize, align: usize) -> Exhaustion {
        // SAFETY: obligations 1 and 2 of `new`.
        Exhaustion::new(reason, size, align, unsafe { &*self.pool })
    }

    /// The block that names the region as long as it is open: no other open region owns it. Null for a null region.
    pub(crate) fn owner(&self) -> *const u8 {
        if self.region.is_null() {
            return core::ptr::null();
        }
        // SAFETY: obligation 1 of `new`.
        unsafe { (*self.region).oldest.cast() }
    }

    /// Gives back the block that the region entered since it was as in `before`.
    ///
    /// # Safety
    ///
    /// 1. One request was granted since, which entered a block, and its object is used no more.
    /// 2. The region was not raw.
    unsafe fn retract(&mut self, before: Descriptor) {
        let Self { pool, region } = *self;
        // SAFETY: obligations 1 and 2 of `new`; the newest block is the region's, no object of it is used, and the one before it
        // links to it (Block-I3): it may join the free list (Block-I2).
        unsafe {
            let newest = (*region).limit;
            (*before.limit).next = (*newest).next;
            (*newest).next = (*pool).free;
            (*pool).free = newest;
            (*region).frontier = before.frontier;
            (*region).limit = before.limit;
        }
    }
}

// SAFETY: the region hands out what is fresh and its own (Region-I2, Block-I2), changes nothing when it refuses
// (Region-I5), and enters a new block, at its start, for what does not fit the newest one.
unsafe impl Source for Store {
    #[inline(always)]
    fn base(&self) -> *mut u8 {
        // SAFETY: obligations 1 and 2 of `new`.
        unsafe { (*self.pool).base }
    }

    #[inline(always)]
    fn reaches(&self) -> bool {
        let pool = self.pool;
        // SAFETY: obligations 1 and 2 of `new`; a null region is read by no one, for `request` refuses it.
        unsafe {
            if (*pool).total() <= REACH || !(*pool).is_busy() || self.region.is_null() {
                return true;
            }
            let Descriptor { frontier, limit, .. } = *self.region;
            let block = if frontier == raw() {
                start_of(limit)
            } else if (*pool).free != END {
                start_of((*pool).free)
            } else if (*pool).range.gap >= BLOCK_SIZE {
                (*pool).range.start()
            } else {
                // A free run would be cut up, and where it lies is not known yet. Without one the request is refused for its
                // own reason.
                return (*pool).range.gap & RUNS_CUT == 0 || (*pool).classes == 0;
            };
            block.addr().wrapping_sub((*pool).base.addr()) / BLOCK_SIZE < REACH
        }
    }

    #[inline(always)]
    fn request(&mut self, size: usize, align: usize) -> Result<*mut u8, Reason> {
        let Self { pool, region } = *self;
        if region.is_null() {
            return Err(Reason::NullRegion);
        }
        // SAFETY: obligations 1 and 2 of `new`; the request is not odd.
        unsafe { request(pool, region, size, align) }
    }

    #[inline(always)]
    fn pair(&mut self, align: usize) -> Result<[*mut u8; 2], Reason> {
        if self.region.is_null() {
            return Err(Reason::NullRegion);
        }
        // SAFETY: obligation 1 of `new`.
        let before = unsafe { *self.region };
        let first = self.request(PAYLOAD, align)?;
        match self.request(PAYLOAD, align) {
            Ok(second) => Ok([first, second]),
            Err(reason) => {
                // SAFETY: the first request was granted, and its object is forgotten. Nothing raw has handed anything out.
                unsafe { self.retract(before) };
                Err(reason)
            }
        }
    }
}
