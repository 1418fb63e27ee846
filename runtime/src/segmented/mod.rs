//! Segmented arrays: they grow, never move an element, and need no contiguous memory.
//!
//! An array's elements lie in **chunks**. The first chunks are **pieces**, ordinary objects of the region that double
//! from about 128 bytes to half a block, so that a small array stays small. All further chunks are **segments**: blocks of
//! the region that hold elements from their start on and nothing else. Segments are named by their 16-bit index in the pool,
//! in a table: the first [`INLINE`](chunks::INLINE) entries are part of the array, the others lie in a **page**, a block
//! that comes with the first segment that needs it. An index becomes a chunk by counting leading zeros in the pieces and
//! by one multiplication in the segments: nothing is divided, and no table is searched.
//!
//! All memory is the region's, requested like any other object, so ending the region is O(1) as ever, and an
//! array needs no destructor.
//!
//! What it costs beyond the elements: the array itself ([`Array`](entry::Array), 208 bytes; 152 on 32-bit targets), what is
//! unused in the newest chunk, in each segment less than one element and 8 bytes, the page, and where the region
//! enters a segment, what was left of its block before. So an array up to a block takes at most about
//! twice the memory of its elements beyond the first 128 bytes, and a larger one at most a block more than its segments.
//!
//! - [`shape`]: how elements of one size are divided among chunks; numbers only.
//! - [`chunks`]: the chunks of one array: append, index, iterate, truncate, grow.
//! - [`source`]: where chunks come from.
//! - [`vec`]: [`SegmentedVec`], the safe API.
//! - [`entry`]: the functions of `croft.h`. Those of debug mode are in [`debug::segmented`](crate::debug::segmented).
//!
//! Cost: every operation is O(1), without a loop whose trip count depends on data, sizes or history. Making an array
//! divides twice, on 32-bit targets by loops of constant length.
//!
//! Limits: [`SEGMENTS`](shape::SEGMENTS) segments, elements of at most [`PAYLOAD`](crate::layout::PAYLOAD) bytes, and
//! segments within the first [`REACH`](source::REACH) blocks of the pool (1 GiB). Pools are used from their low end
//! and what was given back comes first, so a larger pool grants segments until more than that many blocks
//! are in use at once. What is beyond a limit is exhaustion, with a reason of its own.

pub mod chunks;
pub mod entry;
pub mod shape;
pub mod source;
// An object for C alone has nothing of Rust's library beside it, which an index out of bounds would call.
#[cfg(not(croft_object))]
pub mod vec;

#[cfg(not(croft_object))]
pub use vec::SegmentedVec;
