//! Size classes of small allocations: multiples of 64 bytes up to 512, then four for each power of two, up to 16 KiB.

use super::record::Request;

/// The most bytes of a small allocation, and the largest alignment of one.
const SMALL: usize = 1 << 14;

/// How many there are.
pub(crate) const CLASSES: usize = 8 + 5 * 4;
pub(crate) static SIZES: [u32; CLASSES] = {
    let mut sizes = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        sizes[class] = if class < 8 {
            64 * (class as u32 + 1)
        } else {
            let step = 128 << ((class - 8) / 4);
            512 * (1 << ((class - 8) / 4)) + step * ((class as u32 - 8) % 4 + 1)
        };
        class += 1;
    }
    sizes
};
const _: () = assert!(SIZES[CLASSES - 1] as usize == SMALL);

/// The class of a size in units of 64 bytes, rounded up.
static CLASS_OF: [u8; SMALL / 64 + 1] = {
    let mut classes = [0; SMALL / 64 + 1];
    let mut units = 0;
    let mut class = 0;
    while units < classes.len() {
        if units as u32 * 64 > SIZES[class] {
            class += 1;
        }
        classes[units] = class as u8;
        units += 1;
    }
    classes
};

/// The class that serves a size, at an alignment of at most 64; `None` if it is not small. Below [`CLASSES`].
#[inline(always)]
pub(crate) fn class_of_size(size: usize) -> Option<usize> {
    (size <= SMALL).then(|| CLASS_OF[size.div_ceil(64)] as usize)
}

/// The class that serves a request; `None` if that is not small. Below [`CLASSES`].
#[inline]
pub(crate) fn class_of(request: &Request) -> Option<usize> {
    // Slots of a power of two are aligned to it, all others to 64 bytes at least.
    if request.align <= 64 {
        class_of_size(request.size)
    } else if request.align > SMALL || request.size > SMALL {
        None
    } else {
        class_of_size(request.size.max(request.align).next_power_of_two())
    }
}
