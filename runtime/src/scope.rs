//! Regions for Rust programs, safe by lifetimes: what the checker proves of compiled kernels, the
//! borrow checker proves here.
//!
//! A [`Pool`] borrows its buffer, a [`Region`] its pool, an object its region. So an object cannot
//! be used after its region ended or was reset, and cannot be kept in anything that outlives the
//! region:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool};
//! let mut blocks = Blocks::<4>::uninit();
//! let pool = Pool::new(blocks.bytes())?;
//! let sum = pool.scope(|outer| {
//!     let total = outer.alloc(0);
//!     for step in 0..100 {
//!         outer.scope(|inner| {
//!             let squares = inner.alloc_slice_fill_with(step, |i| i * i);
//!             *total += squares.iter().sum::<usize>();
//!         });
//!     }
//!     *total
//! });
//! assert_eq!((sum, pool.stats().blocks_peak), (8_004_150, 2));
//! # Ok::<(), croft_runtime::pool::PoolError>(())
//! ```
//!
//! Escapes are type errors. A reference cannot leave its scope:
//!
//! ```compile_fail,E0515
//! # use croft_runtime::scope::{Blocks, Pool, Region};
//! fn fresh<'r>(pool: &'r Pool<'_>) -> &'r mut i32 {
//!     let region = pool.region();
//!     region.alloc(1) // the region ends here
//! }
//! ```
//! ```compile_fail
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<1>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let escaped = pool.scope(|region| region.alloc(1));
//! ```
//!
//! but a value can, and so can a reference into a region of the caller:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool, Region};
//! # let mut blocks = Blocks::<2>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let copied = pool.scope(|region| *region.alloc(1));
//!
//! fn fresh<'r>(caller: &'r Region<'_>) -> &'r mut i32 {
//!     let scratch = caller.region();
//!     let half = scratch.alloc(21);
//!     caller.alloc(*half * 2)
//! }
//! assert_eq!(*fresh(&pool.region()) + copied, 43);
//! ```
//!
//! An object cannot be used after a reset:
//!
//! ```compile_fail,E0502
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<1>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let mut region = pool.region();
//! let object = region.alloc(1);
//! region.reset();
//! *object += 1;
//! ```
//!
//! but before it:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<1>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let mut region = pool.region();
//! let object = region.alloc(1);
//! *object += 1;
//! region.reset();
//! ```
//!
//! A container in an outer region cannot keep an object of an inner one:
//!
//! ```compile_fail,E0597
//! # use core::cell::Cell;
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<2>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let outer = pool.region();
//! let kept: &Cell<Option<&i32>> = outer.alloc(Cell::new(None));
//! {
//!     let inner = outer.region();
//!     kept.set(Some(inner.alloc(1)));
//! }
//! assert_eq!(kept.get(), Some(&1));
//! ```
//!
//! but the other way round:
//!
//! ```
//! # use core::cell::Cell;
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<2>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let outer = pool.region();
//! let kept: &i32 = outer.alloc(1);
//! {
//!     let inner = outer.region();
//!     let keeper: &Cell<Option<&i32>> = inner.alloc(Cell::new(None));
//!     keeper.set(Some(kept));
//! }
//! assert_eq!(*kept, 1);
//! ```
//!
//! Every region grows on its own, so regions may end in any order: unlike in compiled code, the
//! lifetimes suffice.
//!
//! **Destructors do not run.** A region forgets its objects; a value that owns memory elsewhere
//! leaks it, unless it is asked to run something at its end: [`Region::cleanup`] for a closure,
//! [`Region::alloc_dropped`] for a value's destructor. Both run when the region is reset, too, the newest first.
//!
//! **Exhaustion**: methods with `try_` return the [`Exhaustion`]; the others call the exhaustion
//! handler, as compiled code does, and never return then. Nothing here panics, except through what
//! the caller passes in.
//!
//! **Threads and interrupts**: a pool is a value that one thread uses at a time, so every thread makes one of
//! its own; nothing is shared, whatever the crate's features. A pool may move to another thread (`Send`) while
//! it has no regions:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool};
//! static mut BLOCKS: Blocks<4> = Blocks::uninit();
//! // SAFETY: nothing else uses the static.
//! let pool = Pool::new(unsafe { (&mut *(&raw mut BLOCKS)).bytes() })?;
//! let thread = std::thread::spawn(move || *pool.region().alloc(42));
//! assert_eq!(thread.join().unwrap(), 42);
//! # Ok::<(), croft_runtime::pool::PoolError>(())
//! ```
//!
//! but two threads cannot share it (it is not `Sync`), nor an interrupt handler with the program, which would
//! need it in a static:
//!
//! ```compile_fail,E0277
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<4>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| pool.stats());
//! });
//! ```
//! ```compile_fail,E0277
//! # use croft_runtime::scope::Pool;
//! fn in_a_static<T: Sync>() {}
//! in_a_static::<Pool<'static>>();
//! ```
//!
//! A region stays where it was opened, and does not move to another thread (it is neither `Send` nor `Sync`):
//!
//! ```compile_fail,E0277
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<4>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let region = pool.region();
//! std::thread::scope(|threads| {
//!     threads.spawn(move || drop(region));
//! });
//! ```
//! ```compile_fail,E0277
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<4>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let region = pool.region();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| *region.alloc(1));
//! });
//! ```
//!
//! Objects are plain references, and may be lent to threads that end before the region does:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool};
//! # let mut blocks = Blocks::<4>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let region = pool.region();
//! let samples = region.alloc_slice_fill_with(1000, |i| i as u64);
//! let sum: u64 = std::thread::scope(|threads| {
//!     let halves = samples.chunks(500).map(|half| threads.spawn(move || half.iter().sum::<u64>()));
//!     halves.map(|half| half.join().unwrap()).sum()
//! });
//! assert_eq!(sum, 499_500);
//! ```
//!
//! Costs are those of [`region`]: opening, ending, resetting and allocating are O(1)
//! without any data-dependent loop; filling a slice is O(length).

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::ending;
use crate::exhaustion::{Exhaustion, Reason, exhausted};
use crate::invariants::{self, Broken};
use crate::layout::{BLOCK_SIZE, BlockAligned, UNBOUNDED};
use crate::pool::{BlockPool, PoolError, Stats};
use crate::region::{self, Descriptor};
use crate::request::{self, Refill};
use crate::runs;

pub use crate::deferred::Cleanup;

/// Memory for a pool of `N` blocks, aligned so that none is lost. Lives in a static or, for few
/// blocks, on the stack.
#[repr(C)]
pub struct Blocks<const N: usize>([[MaybeUninit<u8>; BLOCK_SIZE]; N], [BlockAligned; 0]);

const _: () = assert!(align_of::<Blocks<1>>() == BLOCK_SIZE && size_of::<Blocks<1>>() == BLOCK_SIZE);

impl<const N: usize> Blocks<N> {
    /// Blocks with unspecified contents.
    pub const fn uninit() -> Self {
        Self([[MaybeUninit::uninit(); BLOCK_SIZE]; N], [])
    }

    /// The memory, for [`Pool::new`].
    pub const fn bytes(&mut self) -> &mut [MaybeUninit<u8>] {
        self.0.as_flattened_mut()
    }
}

/// A block pool over a buffer that it borrows.
pub struct Pool<'b> {
    /// Changed only during calls of this module, which never hold a reference to it while they run
    /// foreign code.
    raw: UnsafeCell<BlockPool>,
    buffer: PhantomData<&'b mut [MaybeUninit<u8>]>,
}

// SAFETY: a pool has its buffer to itself. Regions refer to the pool, but borrow it, so it cannot
// move to another thread before they have ended or been forgotten.
unsafe impl Send for Pool<'_> {}

impl<'b> Pool<'b> {
    /// A pool of all whole blocks in `buffer` that are aligned to their size; O(1), nothing is
    /// cleared.
    ///
    /// # Errors
    ///
    /// [`PoolError::TooSmall`] if there is no such block, [`PoolError::TooHigh`] if the buffer ends
    /// at the top of the address space.
    #[inline]
    pub fn new(buffer: &'b mut [MaybeUninit<u8>]) -> Result<Self, PoolError> {
        let mut raw = BlockPool::new();
        // SAFETY: the buffer is valid for writes, and borrowed exclusively as long as the pool
        // lives.
        unsafe { raw.init(buffer.as_mut_ptr().cast(), buffer.len()) }?;
        Ok(Self {
            raw: UnsafeCell::new(raw),
            buffer: PhantomData,
        })
    }

    /// Opens a region, without a block. It ends when it is dropped.
    #[inline(always)]
    pub fn region(&self) -> Region<'_> {
        self.bounded(UNBOUNDED)
    }

    /// Opens a region, without a block, that hands out at most `bytes` bytes between two resets:
    /// sizes rounded up to 8 and alignment padding are charged, space left at the end of a block is
    /// not.
    #[inline(always)]
    pub fn bounded(&self, bytes: usize) -> Region<'_> {
        open(self.raw.get(), bytes)
    }

    /// Runs `body` with a region that ends afterwards, also when `body` unwinds.
    #[inline(always)]
    pub fn scope<R>(&self, body: impl FnOnce(&Region<'_>) -> R) -> R {
        body(&self.region())
    }

    /// As [`scope`](Self::scope), with a [`bounded`](Self::bounded) region.
    #[inline(always)]
    pub fn scope_bounded<R>(&self, bytes: usize, body: impl FnOnce(&Region<'_>) -> R) -> R {
        body(&self.bounded(bytes))
    }

    /// The counters. O(free blocks).
    #[inline]
    pub fn stats(&self) -> Stats {
        // SAFETY: see the field `raw`.
        unsafe { (*self.raw.get()).stats() }
    }

    /// Checks the pool's invariants: a test aid, O(blocks).
    ///
    /// # Errors
    ///
    /// The first invariant found broken.
    #[inline]
    pub fn check_invariants(&self) -> Result<(), Broken> {
        // SAFETY: see the field `raw`.
        unsafe { invariants::check_pool(self.raw.get()) }
    }
}

/// An open region. Dropping it ends it, and every object in it.
pub struct Region<'p> {
    /// As in [`Pool`]: no reference to it is held while foreign code runs.
    state: UnsafeCell<Descriptor>,
    /// The pool that `borrow` keeps in place.
    pool: *mut BlockPool,
    /// A cleanup may use what lives as long as `'p` says, so that must not be taken for something shorter: the
    /// lifetime is invariant.
    borrow: PhantomData<fn(&'p Pool<'p>) -> &'p Pool<'p>>,
}

impl Drop for Region<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the region is open until here; objects borrow it, so none is left.
        unsafe {
            let pool = self.pool;
            region::pop(pool, self.state.get(), |oldest, limit| {
                ending::end(pool, oldest, limit);
            });
        }
    }
}

/// Opens a region of a pool that is borrowed as long as `'p`.
#[inline(always)]
fn open<'p>(pool: *mut BlockPool, bytes: usize) -> Region<'p> {
    // SAFETY: only calls of this module use the pool (field `raw`), and none is under way.
    let state = unsafe {
        // A region that is forgotten stays counted, and forgetting costs no memory.
        if cfg!(target_pointer_width = "32") && (*pool).depth == usize::MAX - 1 {
            exhausted(&Exhaustion::new(Reason::Overflow, 0, 0, &*pool))
        }
        region::open(pool, bytes)
    };
    Region {
        state: UnsafeCell::new(state),
        pool,
        borrow: PhantomData,
    }
}

/// The slow path of a request, out of line, for regions of any pool.
///
/// # Safety
///
/// As for [`runs::alloc`] of an odd request, and for [`request::refill`] of any other.
#[cold]
#[inline(never)]
unsafe fn slow(
    pool: *mut BlockPool,
    state: Descriptor,
    size: usize,
    align: usize,
) -> Result<Refill, Exhaustion> {
    // SAFETY: the caller's obligations.
    unsafe {
        let next = if request::is_odd(size, align) {
            runs::alloc(pool, state, size, align)
        } else {
            match request::refill(pool, state, size) {
                Err(Reason::PoolEmpty) if request::rescue(pool) => request::refill(pool, state, size),
                answer => answer,
            }
        };
        next.map_err(|reason| Exhaustion::new(reason, size, align, &*pool))
    }
}

impl<'p> Region<'p> {
    /// Opens another region of the same pool.
    #[inline(always)]
    pub fn region(&self) -> Region<'p> {
        self.bounded(UNBOUNDED)
    }

    /// Opens another region of the same pool with a budget: see [`Pool::bounded`].
    #[inline(always)]
    pub fn bounded(&self, bytes: usize) -> Region<'p> {
        open(self.pool, bytes)
    }

    /// Runs `body` with another region of the same pool, which ends afterwards.
    #[inline(always)]
    pub fn scope<R>(&self, body: impl FnOnce(&Region<'_>) -> R) -> R {
        body(&self.region())
    }

    /// Ends every object of the region, which keeps one block warm and has its whole budget again.
    /// O(1).
    #[inline(always)]
    pub fn reset(&mut self) {
        // SAFETY: the region is open; objects borrow it, and it is borrowed exclusively, so none is
        // left.
        unsafe {
            let pool = self.pool;
            let state = self.state.get();
            region::reset(pool, state, |oldest, limit| {
                ending::clear(pool, oldest, limit);
                (*state).limit = oldest;
                (*state).frontier = region::raw();
            });
        }
    }

    /// Memory of this layout, uninitialised. A layout of size 0 takes nothing.
    #[inline(always)]
    pub fn alloc_layout(&self, layout: Layout) -> NonNull<u8> {
        if layout.size() == 0 {
            layout.dangling_ptr()
        } else {
            self.bytes(layout.size(), layout.align())
        }
    }

    /// As [`alloc_layout`](Self::alloc_layout).
    ///
    /// # Errors
    ///
    /// On exhaustion; nothing has changed then.
    #[inline(always)]
    pub fn try_alloc_layout(&self, layout: Layout) -> Result<NonNull<u8>, Exhaustion> {
        if layout.size() == 0 {
            Ok(layout.dangling_ptr())
        } else {
            self.try_bytes(layout.size(), layout.align())
        }
    }

    /// `size` bytes at a multiple of `align`, or the handler.
    #[inline(always)]
    pub(crate) fn bytes(&self, size: usize, align: usize) -> NonNull<u8> {
        match self.try_bytes(size, align) {
            Ok(object) => object,
            Err(what) => exhausted(&what),
        }
    }

    /// `size` bytes at a multiple of `align`, or the reason why not.
    #[inline(always)]
    pub(crate) fn try_bytes(&self, size: usize, align: usize) -> Result<NonNull<u8>, Exhaustion> {
        let state = self.state.get();
        let odd = request::is_odd(size, align);
        // SAFETY: the region is open over this pool, and nothing else uses either during the call
        // (fields `state` and `raw`). Objects lie in the buffer, hence are not null.
        unsafe {
            if !odd && let Some(object) = request::bump(state, size, align) {
                return Ok(NonNull::new_unchecked(object));
            }
            let next = slow(self.pool, *state, size, align)?;
            let object = if odd {
                request::advance(state, next);
                (*self.pool).handed
            } else {
                request::place(state, next, size)
            };
            Ok(NonNull::new_unchecked(object))
        }
    }

    /// The descriptor, for the allocator and segmented arrays.
    #[inline(always)]
    pub(crate) fn state(&self) -> *mut Descriptor {
        self.state.get()
    }

    /// The pool, for segmented arrays.
    #[inline(always)]
    pub(crate) fn pool(&self) -> *mut BlockPool {
        self.pool
    }

    /// Checks the region's invariants and returns how many blocks it owns: a test aid, O(blocks).
    ///
    /// # Errors
    ///
    /// The first invariant found broken.
    #[inline]
    pub fn check_invariants(&self) -> Result<usize, Broken> {
        // SAFETY: as in `bytes`.
        unsafe { invariants::check_region(self.pool, self.state.get()) }
    }
}
