//! Arenas for objects of any kind: Croft's safe API, bumpalo, bump-scope; and none, which is what is subtracted.

use crate::peer::{Kind, Peer, Region};
use bump_scope::alloc::Global;
use bump_scope::settings::BumpSettings;
use bump_scope::traits::BumpAllocatorTyped;
use croft_runtime::scope::{Blocks, Pool};
use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// No allocation: one object, again and again.
pub struct Nothing(Box<UnsafeCell<[u64; 2048]>>);

impl<T> Region<T> for UnsafeCell<[u64; 2048]> {
    #[inline(always)]
    fn object(&self) -> *mut T {
        self.get().cast()
    }

    #[inline(always)]
    fn sized(&self, _layout: Layout) -> *mut u8 {
        self.get().cast()
    }
}

impl Peer for Nothing {
    type Region<'p, T: Kind> = UnsafeCell<[u64; 2048]>;
    const ALLOCATES: bool = false;

    fn new() -> Self {
        Self(Box::new(UnsafeCell::new([0; 2048])))
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        body(&self.0)
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        body(&self.0, &self.0);
    }
}

/// The limit: a pointer that is moved up, and nothing that asks whether there is memory.
pub struct Unchecked(*mut u8, *mut u8);

const UNCHECKED: usize = 80 << 20;

impl<T> Region<T> for Cell<*mut u8> {
    #[inline(always)]
    fn object(&self) -> *mut T {
        <Self as Region<T>>::sized(self, Layout::new::<T>()).cast()
    }

    #[inline(always)]
    fn sized(&self, layout: Layout) -> *mut u8 {
        let object = self.get();
        self.set(object.wrapping_add(layout.size().next_multiple_of(8)));
        object
    }
}

impl Peer for Unchecked {
    type Region<'p, T: Kind> = Cell<*mut u8>;

    fn new() -> Self {
        let arena = || {
            Box::leak(Box::<[u8]>::new_uninit_slice(UNCHECKED))
                .as_mut_ptr()
                .cast()
        };
        Self(arena(), arena())
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        body(&Cell::new(self.0))
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        body(&Cell::new(self.0), &Cell::new(self.1));
    }
}

/// Croft's pool and regions.
pub struct Croft(Pool<'static>);

impl<T> Region<T> for croft_runtime::scope::Region<'_> {
    #[inline(always)]
    fn object(&self) -> *mut T {
        std::ptr::from_mut(self.alloc(MaybeUninit::<T>::uninit())).cast()
    }

    #[inline(always)]
    fn sized(&self, layout: Layout) -> *mut u8 {
        self.alloc_layout(layout).as_ptr()
    }
}

impl Peer for Croft {
    type Region<'p, T: Kind> = croft_runtime::scope::Region<'p>;

    fn new() -> Self {
        static mut BLOCKS: Blocks<4200> = Blocks::uninit();
        let blocks = &raw mut BLOCKS;
        // SAFETY: the program makes one peer.
        let blocks = unsafe { &mut *blocks };
        Self(Pool::new(blocks.bytes()).expect("a static array holds blocks"))
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        self.0.scope(|region| body(region))
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        self.0.scope(|one| one.scope(|other| body(one, other)));
    }
}

type Bump = bumpalo::Bump<8>;

impl<T> Region<T> for Bump {
    #[inline(always)]
    fn object(&self) -> *mut T {
        std::ptr::from_mut(self.alloc(MaybeUninit::<T>::uninit())).cast()
    }

    #[inline(always)]
    fn sized(&self, layout: Layout) -> *mut u8 {
        self.alloc_layout(layout).as_ptr()
    }
}

/// bumpalo with a minimum alignment of 8, reset for each region.
pub struct Bumpalo(Bump, Bump);

impl Peer for Bumpalo {
    type Region<'p, T: Kind> = Bump;

    fn new() -> Self {
        Self(Bump::with_min_align(), Bump::with_min_align())
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        let result = body(&self.0);
        self.0.reset();
        result
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        body(&self.0, &self.1);
        self.1.reset();
        self.0.reset();
    }
}

/// The same, made for each region.
pub struct BumpaloNew;

impl Peer for BumpaloNew {
    type Region<'p, T: Kind> = Bump;

    fn new() -> Self {
        Self
    }

    #[inline(always)]
    fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
        body(&Bump::with_min_align())
    }

    #[inline(always)]
    fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
        let one = Bump::with_min_align();
        let other = Bump::with_min_align();
        body(&one, &other);
    }
}

macro_rules! bump_scope {
    ($(#[$text:meta])* $peer:ident, $settings:ty) => {
        impl<T> Region<T> for bump_scope::BumpScope<'_, Global, $settings> {
            #[inline(always)]
            fn object(&self) -> *mut T {
                self.alloc_uninit::<T>().into_raw().as_ptr().cast()
            }

            #[inline(always)]
            fn sized(&self, layout: Layout) -> *mut u8 {
                self.allocate_layout(layout).as_ptr()
            }
        }

        $(#[$text])*
        pub struct $peer(
            bump_scope::Bump<Global, $settings>,
            bump_scope::Bump<Global, $settings>,
        );

        impl Peer for $peer {
            type Region<'p, T: Kind> = bump_scope::BumpScope<'p, Global, $settings>;

            fn new() -> Self {
                Self(bump_scope::Bump::new(), bump_scope::Bump::new())
            }

            #[inline(always)]
            fn region<T: Kind, R>(&mut self, body: impl FnOnce(&Self::Region<'_, T>) -> R) -> R {
                self.0.scoped(|scope| body(scope))
            }

            #[inline(always)]
            fn two<T: Kind>(&mut self, body: impl FnOnce(&Self::Region<'_, T>, &Self::Region<'_, T>)) {
                let Self(one, other) = self;
                one.scoped(|one| other.scoped(|other| body(one, other)));
            }
        }
    };
}

bump_scope! {
    /// bump-scope with a minimum alignment of 8: a scope for each region.
    BumpScope, BumpSettings<8>
}

bump_scope! {
    /// The same bumping downwards, which its documentation says takes fewer instructions.
    BumpScopeDown, BumpSettings<8, false>
}
