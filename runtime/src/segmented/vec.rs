//! Segmented arrays for Rust programs: safe by lifetimes, like all of [`scope`](crate::scope).
//!
//! ```
//! use croft_runtime::scope::{Blocks, Pool};
//! use croft_runtime::segmented::SegmentedVec;
//!
//! let mut blocks = Blocks::<8>::uninit();
//! let pool = Pool::new(blocks.bytes())?;
//! pool.scope(|region| {
//!     let mut samples = SegmentedVec::new_in(region);
//!     samples.extend((0..10_000).map(f64::from));
//!     samples[3] += 0.5;
//!     // Element by element, or by contiguous slices.
//!     let sum: f64 = samples.iter().sum();
//!     let again: f64 = samples.chunks().map(|chunk| chunk.iter().sum::<f64>()).sum();
//!     assert_eq!((samples.len(), sum, again), (10_000, 49_995_000.5, sum));
//! });
//! # Ok::<(), croft_runtime::pool::PoolError>(())
//! ```
//!
//! An array borrows its region, so it cannot outlive it, and neither can what lies in it:
//!
//! ```compile_fail,E0515
//! # use croft_runtime::scope::Pool;
//! # use croft_runtime::segmented::SegmentedVec;
//! fn fresh<'r>(pool: &'r Pool<'_>) -> SegmentedVec<'r, i32> {
//!     let region = pool.region();
//!     SegmentedVec::new_in(&region) // the region ends here
//! }
//! ```
//!
//! but a caller's region may be filled:
//!
//! ```
//! # use croft_runtime::scope::{Blocks, Pool, Region};
//! # use croft_runtime::segmented::SegmentedVec;
//! fn fresh<'r>(region: &'r Region<'_>) -> SegmentedVec<'r, i32> {
//!     let mut numbers = SegmentedVec::new_in(region);
//!     numbers.push(1);
//!     numbers
//! }
//! # let mut blocks = Blocks::<1>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! assert_eq!(fresh(&pool.region())[0], 1);
//! ```
//!
//! An array in an outer region cannot keep what lies in an inner one:
//!
//! ```compile_fail,E0597
//! # use croft_runtime::scope::{Blocks, Pool};
//! # use croft_runtime::segmented::SegmentedVec;
//! # let mut blocks = Blocks::<2>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! let outer = pool.region();
//! let mut kept: SegmentedVec<&i32> = SegmentedVec::new_in(&outer);
//! {
//!     let inner = outer.region();
//!     kept.push(inner.alloc(1));
//! }
//! assert_eq!(kept.len(), 1);
//! ```
//!
//! An element that no block holds does not compile:
//!
//! ```compile_fail
//! # use croft_runtime::scope::{Blocks, Pool};
//! # use croft_runtime::segmented::SegmentedVec;
//! # let mut blocks = Blocks::<2>::uninit();
//! # let pool = Pool::new(blocks.bytes()).unwrap();
//! # let region = pool.region();
//! SegmentedVec::new_in(&region).push([0_u8; 70_000]);
//! ```
//!
//! **Destructors do not run**, as for all objects of a region: an array forgets its elements when it goes, and when it is
//! truncated or cleared. [`pop`](SegmentedVec::pop) gives an element back.

use core::iter::Flatten;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};
use core::ptr;
use core::slice;

use super::chunks::Chunks;
use super::shape::Shape;
use super::source::Store;
use crate::exhaustion::{Exhaustion, exhausted};
use crate::pool::BlockPool;
use crate::region::Descriptor;
use crate::scope::Region;

/// A growable array in a region that never moves an element.
///
/// The array itself is where it is put, on the stack or in a structure; its elements lie in the region. Elements of size 0
/// take no memory.
pub struct SegmentedVec<'r, T> {
    chunks: Chunks,
    /// The region's descriptor, which the borrow keeps in place.
    region: *mut Descriptor,
    pool: *mut BlockPool,
    borrow: PhantomData<&'r ()>,
    elements: PhantomData<T>,
}

impl<'r, T> SegmentedVec<'r, T> {
    /// How elements are divided among chunks.
    const SHAPE: Shape = match Shape::of(size_of::<T>(), align_of::<T>()) {
        Ok(shape) => shape,
        Err(_) => panic!(
            "an element of a segmented array is at most a block's payload, and aligned to a quarter of a block"
        ),
    };

    /// The number of elements, if they take no memory, is kept where their place would be.
    const TAKES_MEMORY: bool = size_of::<T>() != 0;

    /// An empty array, which takes no memory of the region yet.
    #[inline]
    pub fn new_in(region: &'r Region<'_>) -> Self {
        Self {
            chunks: Chunks::new(),
            region: region.state(),
            pool: region.pool(),
            borrow: PhantomData,
            elements: PhantomData,
        }
    }

    /// The number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.chunks.length()
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends an element. O(1), no loop; on exhaustion the handler is called.
    #[inline(always)]
    pub fn push(&mut self, value: T) -> &mut T {
        match self.place() {
            // SAFETY: memory for a `T` that was just handed out.
            Ok(element) => unsafe { put(element, value) },
            Err(what) => exhausted(&what),
        }
    }

    /// As [`push`](Self::push).
    ///
    /// # Errors
    ///
    /// The value back and the reason, on exhaustion; nothing has changed then.
    #[inline(always)]
    pub fn try_push(&mut self, value: T) -> Result<&mut T, (T, Exhaustion)> {
        match self.place() {
            // SAFETY: as in `push`.
            Ok(element) => Ok(unsafe { put(element, value) }),
            Err(what) => Err((value, what)),
        }
    }

    /// Removes the last element. O(1), no loop; the memory serves later appends.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let element: *const T = self.get(last)?;
        self.truncate(last);
        // SAFETY: an element of the array, which has just forgotten it; its memory is not reused during the read.
        Some(unsafe { element.read() })
    }

    /// Forgets the elements from `length` on, without dropping them. O(1), no loop; the memory serves later appends.
    #[inline]
    pub fn truncate(&mut self, length: usize) {
        if Self::TAKES_MEMORY {
            self.chunks.truncate(&Self::SHAPE, length);
        } else if length < self.len() {
            self.chunks.set_length(length);
        }
    }

    /// Forgets all elements: [`truncate`](Self::truncate) to none.
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// The element with this index. O(1), no loop.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&T> {
        // SAFETY: an element below the length was written by an append and has not moved since; shared as the array is.
        self.address(index).map(|element| unsafe { &*element })
    }

    /// The element with this index. O(1), no loop.
    #[inline(always)]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        // SAFETY: as in `get`; exclusive as the array is.
        self.address(index).map(|element| unsafe { &mut *element })
    }

    /// The elements as contiguous slices, in order: the first ones double up to about half a block, all others fill a
    /// block. Each step is O(1).
    #[inline]
    pub fn chunks(&self) -> Slices<'_, T> {
        Slices { array: self, next: 0 }
    }

    /// As [`chunks`](Self::chunks), for changing them.
    #[inline]
    pub fn chunks_mut(&mut self) -> SlicesMut<'_, T> {
        SlicesMut {
            array: ptr::from_mut(self).cast(),
            next: 0,
            borrow: PhantomData,
        }
    }

    /// The elements in order.
    #[inline]
    pub fn iter(&self) -> Flatten<Slices<'_, T>> {
        self.chunks().flatten()
    }

    /// The elements in order, for changing them.
    #[inline]
    pub fn iter_mut(&mut self) -> Flatten<SlicesMut<'_, T>> {
        self.chunks_mut().flatten()
    }

    /// The place of a new element.
    #[inline(always)]
    fn place(&mut self) -> Result<*mut T, Exhaustion> {
        if !Self::TAKES_MEMORY {
            return self.count();
        }
        match self.chunks.append(&Self::SHAPE) {
            Some(element) => Ok(element.cast()),
            None => self.place_slowly(),
        }
    }

    /// The same, in a new chunk.
    #[cold]
    #[inline(never)]
    fn place_slowly(&mut self) -> Result<*mut T, Exhaustion> {
        let shape = &Self::SHAPE;
        // SAFETY: the region is open, and nothing else uses it or its pool during the call: it is not `Sync`, and no code but
        // the runtime's runs.
        let mut store = unsafe { Store::new(self.pool, self.region) };
        if let Err(reason) = self.chunks.grow(shape, &mut store) {
            let size = self.chunks.wanted(shape);
            return Err(store.refusal(reason, size, shape.align as usize));
        }
        Ok(self.chunks.append(shape).unwrap_or(ptr::null_mut()).cast())
    }

    /// The place of one more element of size 0.
    fn count(&mut self) -> Result<*mut T, Exhaustion> {
        let Some(length) = self.len().checked_add(1) else {
            // SAFETY: as in `place_slowly`.
            let store = unsafe { Store::new(self.pool, self.region) };
            return Err(store.refusal(crate::exhaustion::Reason::Overflow, usize::MAX, align_of::<T>()));
        };
        self.chunks.set_length(length);
        Ok(ptr::dangling_mut())
    }

    /// The address of an element.
    #[inline(always)]
    fn address(&self, index: usize) -> Option<*mut T> {
        if Self::TAKES_MEMORY {
            return self.chunks.at(&Self::SHAPE, index).map(<*mut u8>::cast);
        }
        (index < self.len()).then(ptr::dangling_mut)
    }

    /// A chunk's elements: address of the first, and number.
    #[inline(always)]
    fn chunk(&self, number: usize) -> Option<(*mut T, usize)> {
        if Self::TAKES_MEMORY {
            let (first, count) = self.chunks.chunk(&Self::SHAPE, number)?;
            return Some((first.cast(), count));
        }
        (number == 0 && !self.is_empty()).then(|| (ptr::dangling_mut(), self.len()))
    }
}

/// Writes an element.
///
/// # Safety
///
/// `element` is memory for a `T` that nothing else uses during `'v`.
#[inline(always)]
unsafe fn put<'v, T>(element: *mut T, value: T) -> &'v mut T {
    // SAFETY: the obligation above.
    unsafe {
        element.write(value);
        &mut *element
    }
}

impl<T> Index<usize> for SegmentedVec<'_, T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, index: usize) -> &T {
        match self.get(index) {
            Some(element) => element,
            None => out_of_bounds(index, self.len()),
        }
    }
}

impl<T> IndexMut<usize> for SegmentedVec<'_, T> {
    #[inline(always)]
    fn index_mut(&mut self, index: usize) -> &mut T {
        let length = self.len();
        match self.get_mut(index) {
            Some(element) => element,
            None => out_of_bounds(index, length),
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(index: usize, length: usize) -> ! {
    panic!("the array has {length} elements, and the index is {index}")
}

impl<T> Extend<T> for SegmentedVec<'_, T> {
    /// Appends all. On exhaustion the handler is called.
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        for element in elements {
            self.push(element);
        }
    }
}

impl<'a, T: Copy + 'a> Extend<&'a T> for SegmentedVec<'_, T> {
    #[inline]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for SegmentedVec<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<'a, T> IntoIterator for &'a SegmentedVec<'_, T> {
    type Item = &'a T;
    type IntoIter = Flatten<Slices<'a, T>>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut SegmentedVec<'_, T> {
    type Item = &'a mut T;
    type IntoIter = Flatten<SlicesMut<'a, T>>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// The chunks of an array: [`SegmentedVec::chunks`].
pub struct Slices<'a, T> {
    array: &'a SegmentedVec<'a, T>,
    next: usize,
}

impl<'a, T> Iterator for Slices<'a, T> {
    type Item = &'a [T];

    #[inline]
    fn next(&mut self) -> Option<&'a [T]> {
        let (first, count) = self.array.chunk(self.next)?;
        self.next = self.next.wrapping_add(1);
        // SAFETY: `count` elements of the array lie there, which is borrowed for `'a`.
        Some(unsafe { slice::from_raw_parts(first, count) })
    }
}

/// The chunks of an array, for changing them: [`SegmentedVec::chunks_mut`].
pub struct SlicesMut<'a, T> {
    /// Borrowed for `'a`. Elements lie outside of it, so their references and this one are disjoint.
    array: *const SegmentedVec<'a, T>,
    next: usize,
    borrow: PhantomData<&'a mut T>,
}

impl<'a, T> Iterator for SlicesMut<'a, T> {
    type Item = &'a mut [T];

    #[inline]
    fn next(&mut self) -> Option<&'a mut [T]> {
        // SAFETY: the array is borrowed for `'a` and only read.
        let (first, count) = unsafe { (*self.array).chunk(self.next)? };
        self.next = self.next.wrapping_add(1);
        // SAFETY: `count` elements of the array lie there, which is borrowed exclusively for `'a`; each chunk comes
        // once, and chunks are disjoint.
        Some(unsafe { slice::from_raw_parts_mut(first, count) })
    }
}
