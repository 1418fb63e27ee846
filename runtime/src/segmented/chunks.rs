//! The chunks of one array: append, index, iterate, truncate, grow.
//!
//! Invariants:
//! - *Chunks-I1*: chunks below `owned` have memory of their [`Extent`], which belongs to the array until the region ends.
//!   Piece `k` begins at `pieces[k]` plus its first element's offset; segment `q` at the block that entry `q` of the table
//!   names. Later chunks have none.
//! - *Chunks-I2*: `next` to `end` is the unused rest of chunk `entered - 1`, in which element `length` will lie; both are null,
//!   and `entered` is 0, in an empty array.
//! - *Chunks-I3*: the elements below `length` were handed out. No element ever moves.
//! - *Chunks-I4*: all is done with the one [`Shape`] that the array was made with, over one pool.
//! - *Chunks-I5*: a refusal has changed nothing, neither in the array nor in the region.

use core::mem::MaybeUninit;
use core::ptr;

use super::shape::{Extent, PIECES, SEGMENTS, Shape};
use super::source::{REACH, SEGMENT_ALIGN, Source};
use crate::exhaustion::Reason;
use crate::layout::{BLOCK_SIZE, PAYLOAD};

/// The segments that are named without a page.
pub const INLINE: usize = 32;

const _: () = {
    assert!(
        INLINE + PAYLOAD / size_of::<u16>() >= SEGMENTS,
        "one page suffices"
    );
    assert!(REACH == 1 << u16::BITS);
};

/// The state of an array. Its shape is passed to each function, so that it can be a constant.
#[repr(C)]
pub struct Chunks {
    /// Where the next element goes.
    next: *mut u8,
    /// The end of the chunk that it goes into.
    end: *mut u8,
    /// Elements.
    length: usize,
    /// Chunks that elements lie in, and the one that `next` leads into.
    entered: u32,
    /// Chunks that have memory.
    owned: u32,
    /// The first byte of the pool; null before the first segment.
    base: *mut u8,
    /// The page, less [`INLINE`] entries; null before it is needed.
    page: *mut u16,
    /// The pieces, each less the offset of its first element. Those that are not owned are not initialised: clearing
    /// them would call `memset`, which a kernel may not have.
    pieces: [MaybeUninit<*mut u8>; PIECES],
    /// The blocks of the first segments, as far as these are owned.
    table: [MaybeUninit<u16>; INLINE],
}

impl Chunks {
    /// Of an empty array, which takes no memory.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self {
            next: ptr::null_mut(),
            end: ptr::null_mut(),
            length: 0,
            entered: 0,
            owned: 0,
            base: ptr::null_mut(),
            page: ptr::null_mut(),
            pieces: [const { MaybeUninit::uninit() }; PIECES],
            table: [const { MaybeUninit::uninit() }; INLINE],
        }
    }

    /// The number of elements.
    #[inline(always)]
    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    /// Says that there are so many elements, of which none takes memory.
    #[inline(always)]
    pub(crate) const fn set_length(&mut self, length: usize) {
        self.length = length;
    }

    /// Hands out the next element; `None`, with nothing changed, if the chunk is full: [`grow`](Self::grow) must come
    /// first. O(1), no loop.
    #[inline(always)]
    pub(crate) fn append(&mut self, shape: &Shape) -> Option<*mut u8> {
        let element = self.next;
        if element == self.end {
            return None;
        }
        self.next = element.wrapping_byte_add(shape.size as usize);
        self.length = self.length.wrapping_add(1);
        Some(element)
    }

    /// Enters the next chunk, which is one that a truncation has left or a new one. O(1), no loop.
    ///
    /// # Errors
    ///
    /// Why there is no memory for it; nothing has changed then.
    #[inline(always)]
    pub(crate) fn grow(&mut self, shape: &Shape, source: &mut impl Source) -> Result<(), Reason> {
        let Some(extent) = shape.extent(self.entered as usize) else {
            return Err(Reason::ArrayFull);
        };
        if self.entered == self.owned {
            self.acquire(shape, extent, source)?;
            self.owned = self.owned.wrapping_add(1);
        }
        self.enter(shape, extent);
        Ok(())
    }

    /// What the next chunk asks for, in bytes: for reports.
    pub(crate) fn wanted(&self, shape: &Shape) -> usize {
        match shape.extent(self.entered as usize) {
            Some(extent) if extent.chunk < shape.pieces as usize => {
                extent.room.wrapping_mul(shape.size as usize)
            }
            _ => PAYLOAD,
        }
    }

    /// Gets the memory of a chunk.
    #[inline(always)]
    fn acquire(&mut self, shape: &Shape, extent: Extent, source: &mut impl Source) -> Result<(), Reason> {
        let size = shape.size as usize;
        let align = shape.align as usize;
        if let Some(piece) = self.pieces.get_mut(extent.chunk)
            && extent.chunk < shape.pieces as usize
        {
            let first = source.request(extent.room.wrapping_mul(size), align)?;
            piece.write(first.wrapping_byte_sub(extent.start.wrapping_mul(size)));
            return Ok(());
        }
        let segment = extent.chunk.wrapping_sub(shape.pieces as usize);
        if !source.reaches() {
            return Err(Reason::ArrayReach);
        }
        let align = if align < SEGMENT_ALIGN {
            SEGMENT_ALIGN
        } else {
            align
        };
        let first = if segment == INLINE {
            let [first, page] = source.pair(align)?;
            self.page = page.cast::<u16>().wrapping_sub(INLINE);
            first
        } else {
            source.request(PAYLOAD, align)?
        };
        self.base = source.base();
        let block = first.addr().wrapping_sub(self.base.addr()) / BLOCK_SIZE;
        let entry = if segment < INLINE {
            (&raw mut self.table).cast::<u16>().wrapping_add(segment)
        } else {
            self.page.wrapping_add(segment)
        };
        // SAFETY: below INLINE the entry is one of the array's own table; above, it lies in the page, which came with segment
        // INLINE, belongs to the array, and has room for all segments. The block is one of the first REACH.
        unsafe { entry.write(block as u16) };
        Ok(())
    }

    /// Makes the first free byte of an owned chunk the place of the next element.
    #[inline(always)]
    fn enter(&mut self, shape: &Shape, extent: Extent) {
        let first = self.start(shape, extent);
        self.next = first;
        self.end = first.wrapping_byte_add(extent.room.wrapping_mul(shape.size as usize));
        self.entered = (extent.chunk as u32).wrapping_add(1);
    }

    /// The address of the first element of an owned chunk.
    #[inline(always)]
    fn start(&self, shape: &Shape, extent: Extent) -> *mut u8 {
        if extent.chunk < shape.pieces as usize {
            self.piece(extent.chunk)
                .wrapping_byte_add(extent.start.wrapping_mul(shape.size as usize))
        } else {
            self.block(extent.chunk.wrapping_sub(shape.pieces as usize))
        }
    }

    /// What the entry of a piece says.
    #[inline(always)]
    fn piece(&self, piece: usize) -> *mut u8 {
        // SAFETY: the callers' pieces are owned, so their entries were written (Chunks-I1), and below `Shape::pieces`, which is at
        // most PIECES (Shape-I2).
        unsafe { self.pieces.get_unchecked(piece).assume_init() }
    }

    /// The start of an owned segment.
    #[inline(always)]
    fn block(&self, segment: usize) -> *mut u8 {
        let table = (&raw const self.table).cast::<u16>();
        let page = self.page.cast_const();
        let entries = if segment < INLINE { table } else { page };
        // SAFETY: the segment is owned, so its entry was written (Chunks-I1), in one of the two.
        let block = unsafe { *entries.wrapping_add(segment) };
        self.base
            .wrapping_byte_add((block as usize).wrapping_mul(BLOCK_SIZE))
    }

    /// The address of an element; `None` past the end. O(1), no loop: in a piece a count of leading zeros, in a
    /// segment three multiplications.
    #[inline(always)]
    pub(crate) fn at(&self, shape: &Shape, index: usize) -> Option<*mut u8> {
        if index >= self.length {
            return None;
        }
        let size = shape.size as usize;
        let small = shape.small as usize;
        if index < small {
            let piece = self.piece(shape.piece_of(index));
            return Some(piece.wrapping_byte_add(index.wrapping_mul(size)));
        }
        let nth = index.wrapping_sub(small);
        let segment = shape.segment_of(nth);
        let within = nth.wrapping_sub(segment.wrapping_mul(shape.per as usize));
        Some(self.block(segment).wrapping_byte_add(within.wrapping_mul(size)))
    }

    /// The elements of the chunk with this number: the address of the first, and how many; `None` if it has none. O(1),
    /// no loop.
    #[inline(always)]
    pub(crate) fn chunk(&self, shape: &Shape, number: usize) -> Option<(*mut u8, usize)> {
        let extent = shape.extent(number)?;
        if extent.start >= self.length {
            return None;
        }
        let rest = self.length.wrapping_sub(extent.start);
        let count = if rest < extent.room { rest } else { extent.room };
        Some((self.start(shape, extent), count))
    }

    /// Forgets the elements from `length` on; their memory stays the array's. Does nothing if there are no more
    /// than that. O(1), no loop.
    #[inline(always)]
    pub(crate) fn truncate(&mut self, shape: &Shape, length: usize) {
        if length >= self.length {
            return;
        }
        self.length = length;
        // The last element that stays lies in the chunk that the next one goes into, or before it if that is full.
        let Some(last) = length.checked_sub(1) else {
            self.next = ptr::null_mut();
            self.end = ptr::null_mut();
            self.entered = 0;
            return;
        };
        if let Some(extent) = shape.extent(shape.chunk_of(last)) {
            self.enter(shape, extent);
            let stays = length.wrapping_sub(extent.start);
            self.next = self
                .next
                .wrapping_byte_add(stays.wrapping_mul(shape.size as usize));
        }
    }
}
