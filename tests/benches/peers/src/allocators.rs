//! Peers that free objects one by one, as owners of lists of objects; and typed-arena, whose arenas hold one type.

use crate::peer::{Kind, Peer, Region};
use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// An allocator as a program calls it.
pub trait Allocator: 'static {
    /// As its documentation recommends.
    fn new() -> Self;

    /// Memory for an object.
    fn take(&self, layout: Layout) -> *mut u8;

    /// The end of an object.
    ///
    /// # Safety
    /// It came from [`take`](Self::take) with this layout and is used no more.
    unsafe fn give(&self, object: *mut u8, layout: Layout);
}

/// An allocator whose regions are lists of their objects, linked in their first words.
pub struct Owner<A>(A);

/// Such a list.
pub struct Owned<'p, A, T> {
    allocator: &'p A,
    newest: Cell<*mut u8>,
    kind: PhantomData<T>,
}

impl<'p, A: Allocator, T: Kind> Owned<'p, A, T> {
    #[inline(always)]
    fn new(allocator: &'p A) -> Self {
        Self {
            allocator,
            newest: Cell::new(std::ptr::null_mut()),
            kind: PhantomData,
        }
    }

    #[inline(always)]
    fn end(self) {
        let mut object = self.newest.get();
        while !object.is_null() {
            // SAFETY: objects of the list live, begin with the next one's address, and are freed once.
            unsafe {
                let older = object.cast::<*mut u8>().read();
                self.allocator.give(object, T::layout(object));
                object = older;
            }
        }
    }
}

impl<A: Allocator, T: Kind> Region<T> for Owned<'_, A, T> {
    #[inline(always)]
    fn object(&self) -> *mut T {
        self.sized(Layout::new::<T>()).cast()
    }

    #[inline(always)]
    fn sized(&self, layout: Layout) -> *mut u8 {
        let object = self.allocator.take(layout);
        // SAFETY: objects have at least two words.
        unsafe { object.cast::<*mut u8>().write(self.newest.get()) };
        self.newest.set(object);
        object
    }

    #[inline(always)]
    fn node(&self) -> *mut T {
        self.allocator.take(Layout::new::<T>()).cast()
    }

    #[inline(always)]
    unsafe fn leave(&self, node: *mut T) {
        // SAFETY: the caller's obligation.
        unsafe { self.allocator.give(node.cast(), Layout::new::<T>()) };
    }
}

impl<A: Allocator> Peer for Owner<A> {
    type Region<'p, T: Kind> = Owned<'p, A, T>;
    const FREES: bool = true;

    fn new() -> Self {
        Self(A::new())
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        let owned = Owned::new(&self.0);
        let result = body(&owned);
        owned.end();
        result
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        let (one, other) = (Owned::new(&self.0), Owned::new(&self.0));
        body(&one, &other);
        other.end();
        one.end();
    }
}

#[inline(always)]
fn or_abort(object: *mut u8) -> *mut u8 {
    if object.is_null() {
        std::process::abort();
    }
    object
}

/// mimalloc 3 by its C functions, as a C or Rust program calls them.
pub struct Mimalloc;

impl Allocator for Mimalloc {
    fn new() -> Self {
        Self
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size will do; 8 is less than the alignment it gives.
        or_abort(unsafe { libmimalloc_sys::mi_malloc(layout.size()) }.cast())
    }

    #[inline(always)]
    unsafe fn give(&self, object: *mut u8, _layout: Layout) {
        // SAFETY: the caller's obligation.
        unsafe { libmimalloc_sys::mi_free(object.cast()) };
    }
}

/// jemalloc 5 by its C functions.
pub struct Jemalloc;

impl Allocator for Jemalloc {
    fn new() -> Self {
        Self
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size will do; 8 is less than the alignment it gives.
        or_abort(unsafe { tikv_jemalloc_sys::malloc(layout.size()) }.cast())
    }

    #[inline(always)]
    unsafe fn give(&self, object: *mut u8, layout: Layout) {
        // SAFETY: the caller's obligation; sized deallocation is what jemalloc's documentation recommends.
        unsafe { tikv_jemalloc_sys::sdallocx(object.cast(), layout.size(), 0) };
    }
}

const POOL: usize = 160 << 20;

/// Memory for the allocators that are given some.
fn pool() -> NonNull<[u8]> {
    static mut MEMORY: MaybeUninit<[u8; POOL]> = MaybeUninit::uninit();
    // SAFETY: the address of a static; the program makes one allocator, which alone uses it.
    NonNull::slice_from_raw_parts(unsafe { NonNull::new_unchecked((&raw mut MEMORY).cast()) }, POOL)
}

/// TLSF, on a static pool, with the parameters of its global allocator.
pub struct Rlsf(
    UnsafeCell<rlsf::Tlsf<'static, usize, usize, { usize::BITS as usize - 5 }, { usize::BITS as usize }>>,
);

impl Allocator for Rlsf {
    fn new() -> Self {
        let mut tlsf = rlsf::Tlsf::new();
        // SAFETY: the pool is the allocator's alone.
        unsafe { tlsf.insert_free_block_ptr(pool()) };
        Self(UnsafeCell::new(tlsf))
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and no reference lives across a call.
        let object = unsafe { (*self.0.get()).allocate(layout) };
        object.map_or_else(|| std::process::abort(), NonNull::as_ptr)
    }

    #[inline(always)]
    unsafe fn give(&self, object: *mut u8, layout: Layout) {
        // SAFETY: as above, and the caller's obligation.
        unsafe { (*self.0.get()).deallocate(NonNull::new_unchecked(object), layout.align()) };
    }
}

/// talc on a static pool.
pub struct Talc(UnsafeCell<talc::base::Talc<talc::source::Manual, talc::DefaultBinning>>);

impl Allocator for Talc {
    fn new() -> Self {
        let mut talc = talc::base::Talc::new(talc::source::Manual);
        // SAFETY: the pool is the allocator's alone.
        let claimed = unsafe { talc.claim(pool().as_ptr().cast(), POOL) };
        assert!(claimed.is_some(), "the pool is large enough");
        Self(UnsafeCell::new(talc))
    }

    #[inline(always)]
    fn take(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and no reference lives across a call; no size is 0.
        let object = unsafe { (*self.0.get()).allocate(layout) };
        object.map_or_else(|| std::process::abort(), NonNull::as_ptr)
    }

    #[inline(always)]
    unsafe fn give(&self, object: *mut u8, layout: Layout) {
        // SAFETY: as above, and the caller's obligation.
        unsafe { (*self.0.get()).deallocate(object, layout) };
    }
}

/// typed-arena: an arena for each region, since it has no reset. It has no objects of other sizes.
pub struct TypedArena;

impl<T> Region<T> for typed_arena::Arena<MaybeUninit<T>> {
    #[inline(always)]
    fn object(&self) -> *mut T {
        self.alloc(MaybeUninit::uninit()).as_mut_ptr()
    }

    fn sized(&self, _layout: Layout) -> *mut u8 {
        unreachable!("an arena of one type")
    }
}

impl Peer for TypedArena {
    type Region<'p, T: Kind> = typed_arena::Arena<MaybeUninit<T>>;
    const SIZED: bool = false;

    fn new() -> Self {
        Self
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        body(&typed_arena::Arena::new())
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        let (one, other) = (typed_arena::Arena::new(), typed_arena::Arena::new());
        body(&one, &other);
    }
}
