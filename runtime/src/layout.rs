//! Sizes and alignments: the numbers every other module builds on.
//!
//! All are constants of the build, checked here, and those that C sees are repeated with their own
//! assertions in `include/croft.h`.

use crate::block::Footer;

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

/// Where a footer lies if no budget draws it in: offset from its block's start, in bytes.
pub const HOME: usize = BLOCK_SIZE - size_of::<Footer>();

/// The largest object that lies in one block, in bytes; a larger one is a run of blocks. The first
/// footer of a region with a budget is at most this far from its block's start, that of a region
/// without one always at [`HOME`]: so the two are told apart.
pub const PAYLOAD: usize = HOME - MIN_ALIGN;

/// Every object starts at a multiple of this many bytes, and sizes are rounded up to one.
pub const MIN_ALIGN: usize = 8;

/// The strictest alignment a request may ask for, in bytes: 4096 with blocks of 16 KiB.
pub const MAX_ALIGN: usize = BLOCK_SIZE / 4;

/// The budget of a region that has none, in bytes.
pub const UNBOUNDED: usize = usize::MAX;

/// A pool must end at least this many bytes below the top of the address space. An allocation adds
/// to the frontier less than [`MAX_ALIGN`] of padding and at most [`PAYLOAD`] bytes before it
/// compares, so the sum cannot wrap, not even from [`RAW`] or from a lazy region's frontier.
pub const HEADROOM: usize = 4 * BLOCK_SIZE;

/// The frontier of a region that owns memory and has handed out nothing since it was opened or reset: above every
/// limit, so that the first request takes the slow path, which completes what opening and resetting
/// leave undone.
///
/// On ARM the lowest one of those that an instruction makes: all ones but for eight bits.
pub const RAW: usize = if cfg!(target_arch = "arm") {
    !(0xFF << (HEADROOM.trailing_zeros() - 8))
} else {
    0usize.wrapping_sub(HEADROOM)
};

/// The frontier of a region that owns no memory is this plus the distance from its first block's start to where the footer
/// will be: above [`RAW`].
pub const LAZY: usize = RAW + BLOCK_SIZE;

const _: () = {
    assert!(BLOCK_SIZE.is_power_of_two(), "masking an address finds its block");
    assert!(
        PAYLOAD.is_multiple_of(MIN_ALIGN),
        "rounding a size that fits cannot make it too large"
    );
    assert!(MIN_ALIGN.is_power_of_two() && align_of::<Footer>() <= MIN_ALIGN);
    assert!(
        MAX_ALIGN.is_power_of_two() && MAX_ALIGN < BLOCK_SIZE,
        "a block's start satisfies every alignment"
    );
    assert!(RAW >= 0usize.wrapping_sub(HEADROOM), "no limit is above it");
    assert!(LAZY + HOME <= usize::MAX - MAX_ALIGN - PAYLOAD, "no sum wraps");
    assert!(
        HOME.is_multiple_of(MIN_ALIGN) && size_of::<Footer>().is_multiple_of(MIN_ALIGN),
        "a footer's home is as aligned as a limit"
    );
    assert!(
        core::mem::offset_of!(Footer, descriptor) == 0,
        "a handle in a block is a footer's address"
    );
    // Lowering makes descriptors of this shape.
    assert!(size_of::<crate::region::Descriptor>() == 3 * size_of::<usize>());
    assert!(
        size_of::<usize>() == size_of::<*mut u8>(),
        "sizes are as wide as addresses"
    );
};

/// Whether a request is granted with this alignment: 1 to [`MAX_ALIGN`]. It should be a power of two, which is not tested
/// for: see [`last_before`].
#[inline(always)]
pub(crate) const fn alignment_is_granted(align: usize) -> bool {
    // For 0 it is as large as can be.
    align.wrapping_sub(1) < MAX_ALIGN
}

/// Whether a request may ask for this alignment: a power of two, at most [`MAX_ALIGN`].
#[inline(always)]
pub(crate) const fn alignment_is_valid(align: usize) -> bool {
    // For 0 the mask is as large as can be.
    let mask = align.wrapping_sub(1);
    mask & (align | !(MAX_ALIGN - 1)) == 0
}

/// The bytes that a request of `size` bytes takes: rounded up to [`MIN_ALIGN`]. An object of size 0 takes none, and its
/// address may be the next one's too. Meaningless above [`PAYLOAD`], where it may wrap.
#[inline(always)]
pub(crate) const fn rounded(size: usize) -> usize {
    size.wrapping_add(MIN_ALIGN - 1) & !(MIN_ALIGN - 1)
}

/// The budget that a region asked for, in whole steps: what is beyond could not be handed out.
#[inline(always)]
pub(crate) const fn whole(budget: usize) -> usize {
    budget & !(MIN_ALIGN - 1)
}

/// One less than the first address from `from` on that is a multiple of `align`, a power of two. `from` is a
/// multiple of [`MIN_ALIGN`], so for a small constant alignment nothing is computed.
///
/// With any other `align` that is granted the address is less than `align` above `from`: a multiple of the largest
/// power of two that divides `align`, and of [`MIN_ALIGN`].
#[inline(always)]
pub(crate) fn last_before(from: *mut u8, align: usize) -> *mut u8 {
    // Inlined, a constant alignment up to the smallest one costs nothing: no bit is left of it. Elsewhere no alignment is
    // known, and these bits are set already.
    let mask = if cfg!(croft_bitcode) {
        align.wrapping_sub(1) & !(MIN_ALIGN - 1)
    } else {
        align.wrapping_sub(1)
    };
    from.wrapping_byte_sub(1).map_addr(|address| address | mask)
}
