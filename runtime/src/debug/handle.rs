//! Region handles: numbers in the shape of pointers.
//!
//! A handle holds the region's depth in the stack, counted from 1, and the low bits of its
//! generation, which is the number of its push. On 64-bit targets the top 16 bits mark it, in a way
//! that no address of an object has; a load through it faults. With 32-bit pointers there is no room for
//! a mark, and generations repeat after 2²² pushes.

use super::storage::DEPTH;

/// What code lowered in debug mode knows as a region. Compared, never followed.
pub type Handle = *mut u8;

const DEPTH_BITS: u32 = if usize::BITS == 64 { 16 } else { 10 };
const GENERATION_BITS: u32 = if usize::BITS == 64 { 32 } else { 32 - DEPTH_BITS };
/// Bits between the mark and the generation that name the thread.
const THREAD_BITS: u32 = if usize::BITS == 64 && cfg!(feature = "threads") {
    8
} else {
    0
};
/// The bits of the mark, and the mark.
const MARK_BITS: usize = if usize::BITS == 64 {
    0xFFFF_usize.wrapping_shl(48 + THREAD_BITS)
} else {
    0
};
const MARK: usize = MARK_BITS & 0xC20F_usize.wrapping_shl(48);

const _: () = assert!(DEPTH < 1 << DEPTH_BITS, "every depth fits a handle");

/// What a handle says of a thread with this number.
const fn tag(thread: usize) -> usize {
    thread & ((1 << THREAD_BITS) - 1)
}

/// The handle of the region opened by push number `generation` of thread number `thread` at `depth`, counted
/// from 1. Never null, because the depth is not 0.
pub(super) fn of(thread: usize, generation: usize, depth: usize) -> Handle {
    let generation = generation & ((1 << GENERATION_BITS) - 1);
    let thread = if THREAD_BITS == 0 {
        0
    } else {
        tag(thread).wrapping_shl(48)
    };
    core::ptr::without_provenance_mut(MARK | thread | (generation << DEPTH_BITS) | depth)
}

/// Whether a handle can be one of this thread's regions.
pub(super) fn is_of(handle: Handle, thread: usize) -> bool {
    THREAD_BITS == 0 || tag(handle.addr() >> 48) == tag(thread)
}

/// The depth that a handle names, counted from 1; `None` if it is no handle.
pub(super) fn depth(handle: Handle) -> Option<usize> {
    let depth = handle.addr() & ((1 << DEPTH_BITS) - 1);
    let is_marked = handle.addr() & MARK_BITS == MARK;
    (is_marked && depth != 0 && depth <= DEPTH).then_some(depth)
}

/// The low bits of the generation that a handle names.
pub(super) fn generation(handle: Handle) -> usize {
    (handle.addr() >> DEPTH_BITS) & ((1 << GENERATION_BITS) - 1)
}
