//! Sizes and alignments: the numbers every other module builds on.
//!
//! All are constants of the build, checked here, and those that C sees are repeated with their own
//! assertions in `include/croft.h`.

use crate::block::Footer;
use crate::region::Descriptor;

/// The unit in which regions take memory, in bytes. Blocks are aligned to their size.
///
/// A constant of the build: 16 KiB, or what the environment variable `CROFT_BLOCK_SIZE` says while the
/// crate is compiled. C is told by the macro of the same name, and compares at the program's start.
pub const BLOCK_SIZE: usize = match option_env!("CROFT_BLOCK_SIZE") {
    None => 16 * 1024,
    Some(text) => decimal(text.as_bytes()),
};

/// The number in decimal digits. Anything else stops the build.
const fn decimal(digits: &[u8]) -> usize {
    assert!(
        !digits.is_empty(),
        "CROFT_BLOCK_SIZE is empty; it is a number of bytes"
    );
    let mut number = 0;
    let mut at = 0;
    while at < digits.len() {
        assert!(
            digits[at].is_ascii_digit(),
            "CROFT_BLOCK_SIZE is a number of bytes, in decimal digits"
        );
        number = number * 10 + (digits[at] - b'0') as usize;
        at += 1;
    }
    number
}

/// Block sizes that a build may ask for. An alignment has to be a literal, hence the list.
#[doc(hidden)]
pub trait Aligned {
    /// A type of no bytes with this alignment.
    type As;
}

/// The key of the list.
#[doc(hidden)]
pub struct Size<const BYTES: usize>;

macro_rules! block_sizes {
    ($($name:ident = $bytes:literal),*) => {$(
        #[doc(hidden)]
        #[repr(align($bytes))]
        pub struct $name;
        impl Aligned for Size<$bytes> {
            type As = $name;
        }
    )*};
}

block_sizes!(
    Block1K = 1024,
    Block2K = 2048,
    Block4K = 4096,
    Block8K = 8192,
    Block16K = 16384,
    Block32K = 32768,
    Block64K = 65536
);

/// No bytes, aligned as a block. That this names no type means that the block size is none of the list.
#[doc(hidden)]
pub type BlockAligned = <Size<BLOCK_SIZE> as Aligned>::As;

/// Bytes of a block that objects can use: the block less its footer.
pub const PAYLOAD: usize = BLOCK_SIZE - size_of::<Footer>();

/// Every object starts at a multiple of this many bytes, and sizes are rounded up to one.
pub const MIN_ALIGN: usize = 8;

/// The strictest alignment a request may ask for, in bytes: 4096 with blocks of 16 KiB.
pub const MAX_ALIGN: usize = BLOCK_SIZE / 4;

/// Bytes at the front of a block that a descriptor kept there takes: one cache line of its own, so
/// that bumping the frontier does not invalidate the line of the first object.
pub const DESCRIPTOR_SPACE: usize = 64;

/// The budget of a region that has none, in bytes.
pub const UNBOUNDED: usize = usize::MAX;

/// A pool must end at least this many bytes below the top of the address space. An allocation adds
/// to the frontier less than [`MAX_ALIGN`] of padding and at most [`PAYLOAD`] bytes before it
/// compares, so the sum cannot wrap.
pub const HEADROOM: usize = 2 * BLOCK_SIZE;

const _: () = {
    assert!(BLOCK_SIZE.is_power_of_two(), "masking an address finds its block");
    assert!(
        BLOCK_SIZE <= u32::MAX as usize,
        "an offset in a block fits the footer's field"
    );
    assert!(
        PAYLOAD.is_multiple_of(MIN_ALIGN),
        "rounding a size that fits cannot make it too large"
    );
    assert!(MIN_ALIGN.is_power_of_two() && align_of::<Footer>() <= MIN_ALIGN);
    assert!(
        MAX_ALIGN.is_power_of_two() && MAX_ALIGN < BLOCK_SIZE,
        "a block's start satisfies every alignment"
    );
    assert!(MAX_ALIGN + PAYLOAD < HEADROOM);
    assert!(size_of::<Descriptor>() <= DESCRIPTOR_SPACE && align_of::<Descriptor>() <= MIN_ALIGN);
    assert!(DESCRIPTOR_SPACE.is_multiple_of(MIN_ALIGN) && DESCRIPTOR_SPACE < PAYLOAD);
    assert!(
        size_of::<usize>() == size_of::<*mut u8>(),
        "sizes are as wide as addresses"
    );
};

/// Whether a request may ask for this alignment: a power of two, at most [`MAX_ALIGN`].
#[inline(always)]
pub(crate) const fn alignment_is_valid(align: usize) -> bool {
    align.is_power_of_two() && align <= MAX_ALIGN
}

/// The bytes that a request of `size` bytes takes: rounded up to [`MIN_ALIGN`], at least one step,
/// so that objects of size 0 have an address of their own and an empty region never satisfies a
/// request. Meaningless above [`PAYLOAD`], where it may wrap.
#[inline(always)]
pub(crate) const fn rounded(size: usize) -> usize {
    let size = if size == 0 { 1 } else { size };
    size.wrapping_add(MIN_ALIGN - 1) & !(MIN_ALIGN - 1)
}

/// The first address from `from` on that is a multiple of `align`, a power of two. `from` is a
/// multiple of [`MIN_ALIGN`], so for a small constant alignment nothing is computed.
#[inline(always)]
pub(crate) fn aligned(from: *mut u8, align: usize) -> *mut u8 {
    let mask = if align <= MIN_ALIGN {
        0
    } else {
        align.wrapping_sub(1)
    };
    from.wrapping_byte_add(from.addr().wrapping_neg() & mask)
}
