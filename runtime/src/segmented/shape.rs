//! Shapes: how elements of one size are divided among chunks. Numbers only; no memory is touched.
//!
//! With `h` elements in the first piece, the pieces hold `h, h, 2h, 4h …` elements: piece `k` begins at element
//! `h << (k - 1)`, so the number of bits of `index >> log2(h)` *is* the piece. Each segment holds `per` elements, as many
//! as fit. `n / per` is computed as `n * magic >> (30 + L)`, where `L` is the number of bits of `per` and
//! `magic = ⌊2^(30 + L) / per⌋ + 1`: Granlund and Montgomery, *Division by invariant integers using multiplication*.
//!
//! Invariants:
//! - *Shape-I1*: `1 <= size <= PAYLOAD`, `per` is the quotient of both, and `align` is a valid alignment.
//! - *Shape-I2*: a piece takes at most half a block, and there are 0 or 2 to [`PIECES`] of them; `small` is the number of
//!   their elements.
//! - *Shape-I3*: the division is exact for every index that an array can have. With `e = magic * per - 2^(30 + L)`,
//!   which is at most `per`, it is exact for `n` if `n * e < 2^(30 + L)`; `n < per * SEGMENTS`, hence
//!   `n * e < 2^(2L) * 2^13 <= 2^(30 + L)` as long as `L <= 17`.

use crate::exhaustion::Reason;
use crate::layout::{BLOCK_SIZE, PAYLOAD, alignment_is_valid};

/// The most segments of an array: 8,192 (128 MiB) with blocks of 16 KiB; with smaller ones as many as the table
/// and one page name, rounded down to a power of two.
pub const SEGMENTS: usize = if BLOCK_SIZE / 2 < 8192 {
    BLOCK_SIZE / 2
} else {
    8192
};

/// The most pieces of an array.
pub const PIECES: usize = 8;

/// A first piece takes at most so many bytes, unless one element takes more.
const HEAD: usize = BLOCK_SIZE / 128;

/// A piece takes at most so many bytes.
const LARGEST_PIECE: usize = BLOCK_SIZE / 2;

/// From the second piece to the largest one: the most doublings, and the rounds that look for them.
const DOUBLINGS: u32 = (PIECES - 2) as u32;

/// As many rounds look for the number of elements in the first piece.
const HEAD_ROUNDS: u32 = HEAD.ilog2();

const _: () = {
    // The first piece takes more than half of HEAD, or one element, so that no more doublings fit.
    assert!(HEAD << DOUBLINGS == LARGEST_PIECE && LARGEST_PIECE <= PAYLOAD);
    assert!(PAYLOAD < 1 << 16 && SEGMENTS <= 1 << 13, "Shape-I3");
};

/// How elements of one size are divided among chunks.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes from an element to the next.
    pub size: u32,
    /// What the address of each chunk is a multiple of.
    pub align: u32,
    /// Elements in a segment.
    pub per: u32,
    /// The multiplier of the division by `per`.
    pub magic: u32,
    /// Elements in all pieces.
    pub small: u32,
    /// The logarithm of the number of elements in the first piece.
    pub head: u8,
    /// Pieces.
    pub pieces: u8,
    /// The shift of the division by `per`, which follows the one by 32.
    pub shift: u8,
}

/// A chunk: its number, the index of its first element, and how many elements it has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The number of the chunk, counted from 0.
    pub chunk: usize,
    /// The index of its first element.
    pub start: usize,
    /// The elements that it has room for.
    pub room: usize,
}

impl Shape {
    /// The shape for elements of `size` bytes in chunks at multiples of `align`. Elements of size 0 take one byte, so
    /// that each has an address of its own. O(1): divides twice, on 32-bit targets by loops of constant length.
    ///
    /// # Errors
    ///
    /// [`Reason::Alignment`] for an alignment that no request may have, [`Reason::Element`] for elements that are
    /// larger than a block's payload.
    pub const fn of(size: usize, align: usize) -> Result<Self, Reason> {
        if !alignment_is_valid(align) {
            return Err(Reason::Alignment);
        }
        if size > PAYLOAD {
            return Err(Reason::Element);
        }
        let size = if size == 0 { 1 } else { size };
        let per = divide(0, PAYLOAD as u32, size as u32);
        let bits = u32::BITS.wrapping_sub(per.leading_zeros());
        let (high, low) = if bits == 1 {
            (0, 1 << 31)
        } else {
            (1_u32.wrapping_shl(bits.wrapping_sub(2)), 0)
        };
        let magic = divide(high, low, per).wrapping_add(1);
        let mut head = 0_u32;
        let mut doublings = 0_u32;
        let mut pieces = 0;
        if size <= LARGEST_PIECE {
            let mut round = 0;
            while round < HEAD_ROUNDS {
                if size.wrapping_shl(head.wrapping_add(1)) <= HEAD {
                    head = head.wrapping_add(1);
                }
                round = round.wrapping_add(1);
            }
            let mut round = 0;
            while round < DOUBLINGS {
                if size.wrapping_shl(head.wrapping_add(doublings).wrapping_add(1)) <= LARGEST_PIECE {
                    doublings = doublings.wrapping_add(1);
                }
                round = round.wrapping_add(1);
            }
            pieces = doublings.wrapping_add(2);
        }
        Ok(Self {
            size: size as u32,
            align: align as u32,
            per,
            magic,
            small: if pieces == 0 {
                0
            } else {
                1_u32.wrapping_shl(head.wrapping_add(doublings).wrapping_add(1))
            },
            head: head as u8,
            pieces: pieces as u8,
            shift: bits.wrapping_sub(1) as u8,
        })
    }

    /// The piece that the element lies in, which is one of the first `small`.
    #[inline(always)]
    pub(crate) const fn piece_of(&self, index: usize) -> usize {
        (32_u32).wrapping_sub((index as u32).wrapping_shr(self.head as u32).leading_zeros()) as usize
    }

    /// The segment that the `nth` element past the pieces lies in.
    #[inline(always)]
    pub(crate) const fn segment_of(&self, nth: usize) -> usize {
        // Shape-I3. Twice the number, so that at least 32 bits are shifted out: a 32-bit target takes the upper half.
        let product = (nth.wrapping_mul(2) as u32 as u64).wrapping_mul(self.magic as u64);
        ((product >> 32) as u32).wrapping_shr(self.shift as u32) as usize
    }

    /// The chunk that the element lies in. The index is below that of an array's last possible element.
    #[inline(always)]
    pub const fn chunk_of(&self, index: usize) -> usize {
        if index < self.small as usize {
            self.piece_of(index)
        } else {
            let segment = self.segment_of(index.wrapping_sub(self.small as usize));
            segment.wrapping_add(self.pieces as usize)
        }
    }

    /// What the chunk of this number holds, if there can be one.
    #[inline(always)]
    pub const fn extent(&self, chunk: usize) -> Option<Extent> {
        let pieces = self.pieces as usize;
        if chunk < pieces {
            let (start, room) = if chunk == 0 {
                (0, 1_usize.wrapping_shl(self.head as u32))
            } else {
                let half =
                    1_usize.wrapping_shl((self.head as u32).wrapping_add(chunk as u32).wrapping_sub(1));
                (half, half)
            };
            return Some(Extent { chunk, start, room });
        }
        let segment = chunk.wrapping_sub(pieces);
        if segment >= SEGMENTS {
            return None;
        }
        let room = self.per as usize;
        Some(Extent {
            chunk,
            start: (self.small as usize).wrapping_add(segment.wrapping_mul(room)),
            room,
        })
    }

    /// The most elements of an array.
    #[inline(always)]
    pub const fn most(&self) -> usize {
        (self.small as usize).wrapping_add(SEGMENTS.wrapping_mul(self.per as usize))
    }
}

/// The quotient of a number by `divisor`, if it fits: `rest`, which is smaller than the divisor, followed by the 32 bits of
/// `low`. One instruction on 64-bit targets.
#[inline(always)]
const fn divide(rest: u32, low: u32, divisor: u32) -> u32 {
    if usize::BITS != 64 {
        return divide_by_steps(rest, low, divisor);
    }
    let number = (rest as u64).wrapping_shl(32) | low as u64;
    match number.checked_div(divisor as u64) {
        Some(quotient) => quotient as u32,
        None => 0,
    }
}

/// The same bit by bit. Some 32-bit targets have no instruction for either division, and the functions that take its place
/// loop as long as the numbers say.
#[inline(never)]
const fn divide_by_steps(mut rest: u32, mut low: u32, divisor: u32) -> u32 {
    let mut quotient = 0_u32;
    let mut step = 0;
    while step < u32::BITS {
        rest = rest.wrapping_shl(1) | low.wrapping_shr(31);
        low = low.wrapping_shl(1);
        quotient = quotient.wrapping_shl(1);
        if rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
        step = u32::wrapping_add(step, 1);
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element size, against plain division, at both ends of every chunk.
    #[test]
    fn shapes_divide_exactly() {
        for size in 1..=PAYLOAD {
            let shape = Shape::of(size, 8).unwrap();
            assert_eq!(shape.per as usize, PAYLOAD / size, "size {size}");
            let mut start = 0;
            // All pieces, then segments, each one for some sizes.
            let step = if size % 97 == 1 || size > PAYLOAD - 9 {
                1
            } else {
                509
            };
            let pieces = shape.pieces as usize;
            for chunk in (0..pieces).chain((pieces..pieces + SEGMENTS).step_by(step)) {
                let extent = shape.extent(chunk).unwrap();
                if chunk <= pieces {
                    assert_eq!(extent.start, start, "size {size}, chunk {chunk}");
                    start += extent.room;
                }
                let bytes = extent.room * size;
                assert!(bytes <= if chunk < pieces { LARGEST_PIECE } else { PAYLOAD });
                for index in [
                    extent.start,
                    extent.start + extent.room / 2,
                    extent.start + extent.room - 1,
                ] {
                    assert_eq!(shape.chunk_of(index), chunk, "size {size}, index {index}");
                }
            }
            let last = shape.extent(pieces + SEGMENTS - 1).unwrap();
            assert_eq!(last.start + last.room, shape.most());
            assert_eq!(shape.chunk_of(shape.most() - 1), last.chunk);
            assert_eq!(shape.extent(pieces + SEGMENTS), None);
        }
    }

    #[test]
    fn both_divisions_agree() {
        for divisor in 1..=PAYLOAD as u32 {
            for (rest, low) in [
                (0, PAYLOAD as u32),
                (0, u32::MAX),
                (divisor - 1, 0),
                (divisor / 2, 12345),
            ] {
                let quotient = divide_by_steps(rest, low, divisor);
                assert_eq!(quotient, divide(rest, low, divisor), "{rest}, {low} by {divisor}");
            }
        }
    }

    #[test]
    fn small_arrays_begin_small() {
        for size in 1..=PAYLOAD {
            let shape = Shape::of(size, 1).unwrap();
            if size > LARGEST_PIECE {
                assert_eq!((shape.pieces, shape.small), (0, 0));
                continue;
            }
            let first = shape.extent(0).unwrap().room;
            assert!(first * size <= HEAD || first == 1, "size {size}");
            let largest = shape.extent(shape.pieces as usize - 1).unwrap().room;
            assert!(largest * size <= LARGEST_PIECE && 2 * largest * size > LARGEST_PIECE);
            assert!((2..=PIECES).contains(&(shape.pieces as usize)));
        }
    }

    #[test]
    fn what_no_block_holds_is_refused() {
        assert_eq!(Shape::of(PAYLOAD + 1, 8), Err(Reason::Element));
        assert_eq!(Shape::of(usize::MAX, 8), Err(Reason::Element));
        for align in [0, 3, 24, BLOCK_SIZE / 2, usize::MAX] {
            assert_eq!(Shape::of(8, align), Err(Reason::Alignment));
        }
        assert_eq!(Shape::of(0, 1), Shape::of(1, 1));
    }
}
