//! Places: where the record of an allocation is, in 32 bits.

use super::size_class::SIZES;
use super::span::SPAN;

/// Bits of the number of a slot in its span.
const SLOT_BITS: u32 = 10;
const _: () = assert!(SPAN / SIZES[0] as usize == 1 << SLOT_BITS);

/// Set in the place of a large allocation.
const LARGE: u32 = 1 << 31;

/// The most spans of a context: 128 GiB of small allocations.
pub(crate) const SPANS: usize = 1 << (31 - SLOT_BITS);
/// Where the record of an allocation is: a slot of a span, or the index of a large allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place(u32);

impl Place {
    /// A slot of a span.
    #[inline(always)]
    pub(crate) fn of_slot(span: u32, slot: u32) -> Self {
        Self(span << SLOT_BITS | slot)
    }

    /// The place with this number.
    #[inline(always)]
    pub(crate) fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Its number: below 2³¹ for a slot.
    #[inline(always)]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// A large allocation.
    pub(crate) fn of_large(index: u32) -> Self {
        Self(index | LARGE)
    }

    /// Whether it is a large allocation's.
    #[inline(always)]
    pub(crate) fn is_large(self) -> bool {
        self.0 & LARGE != 0
    }

    /// The span, of a small allocation.
    #[inline(always)]
    pub(crate) fn span(self) -> u32 {
        self.0 >> SLOT_BITS
    }

    /// The slot in its span, of a small allocation.
    #[inline(always)]
    pub(crate) fn slot(self) -> u32 {
        self.0 % (1 << SLOT_BITS)
    }

    /// The index, of a large allocation.
    pub(crate) fn large(self) -> u32 {
        self.0 & !LARGE
    }
}
