//! What a workload asks of a peer: the words of `../kernels/workloads.c` as traits.

use std::alloc::Layout;
use std::mem::MaybeUninit;

/// An open region that holds objects of one kind.
pub trait Region<T> {
    /// An object that dies with the region, uninitialised. Its first word belongs to the peer.
    fn object(&self) -> *mut T;

    /// The same with a size that only the run knows.
    fn sized(&self, layout: Layout) -> *mut u8;

    /// An object that is freed on its own where the peer knows no regions.
    fn node(&self) -> *mut T {
        self.object()
    }

    /// Frees such an object, if [`Peer::FREES`].
    ///
    /// # Safety
    /// It came from [`node`](Self::node) and is used no more.
    unsafe fn leave(&self, _node: *mut T) {}
}

/// What is made once, before the loops.
pub trait Peer: Sized {
    /// A region.
    type Region<'p, T: Kind>: Region<T>
    where
        Self: 'p;

    /// Whether objects are freed one by one.
    const FREES: bool = false;
    /// Whether there are objects whose size only the run knows.
    const SIZED: bool = true;
    /// Whether there are objects at all.
    const ALLOCATES: bool = true;

    /// The peer, as its documentation recommends.
    fn new() -> Self;

    /// Opens a region, runs `body`, ends the region.
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R;

    /// The same with two regions.
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>));
}

/// What an object is, for allocators that want its size back.
pub trait Kind {
    /// The layout of the object at `object`.
    ///
    /// # Safety
    /// It is an object of this kind that was touched with its size.
    #[cfg_attr(
        not(feature = "allocators"),
        expect(dead_code, reason = "only allocators want sizes back")
    )]
    unsafe fn layout(object: *mut u8) -> Layout;
}

/// An object of 32 bytes.
pub struct Object(#[expect(dead_code, reason = "only its size matters")] MaybeUninit<[u64; 4]>);

/// An object whose size only the run knows, and keeps in its second word.
pub struct Varied;

/// A node of a tree.
pub struct Tree {
    /// Both null in a leaf.
    pub left: *mut Tree,
    /// Both null in a leaf.
    pub right: *mut Tree,
}

/// A cell of a list.
pub struct Cell {
    /// Null at the end.
    pub next: *mut Cell,
    /// A number.
    pub value: usize,
}

macro_rules! of_one_size {
    ($($kind:ty),*) => {
        $(impl Kind for $kind {
            #[inline(always)]
            unsafe fn layout(_object: *mut u8) -> Layout {
                Layout::new::<$kind>()
            }
        })*
    };
}

of_one_size!(Object, Tree, Cell);

impl Kind for Varied {
    #[inline(always)]
    unsafe fn layout(object: *mut u8) -> Layout {
        // SAFETY: the second word is the size, which was a layout's before.
        unsafe { Layout::from_size_align_unchecked(object.cast::<usize>().add(1).read(), 8) }
    }
}
