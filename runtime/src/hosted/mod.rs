//! Hosted memory: contexts, caching resources and handles, for the programs around kernels.
//!
//! One architecture on the concepts of the kernels' memory:
//!
//! - **Memory resources** ([`resource`]) supply extents: the block pool, the C library's heap, mapped and shared memory, C
//!   functions; a [`cache`] is one that keeps what comes back for the next request.
//! - **Contexts** ([`context`]) are regions that live long, may be used from any thread, and track what is allocated.
//! - **Allocation records** exist for what is tracked, outside of the memory they describe. A pointer is judged by its
//!   address alone and never followed.
//! - **Handles** ([`handle`]) refer to records and pin objects; **cleanups** ([`cleanup`]) run when a context ends.
//!
//! docs/HOSTED.md is the guide; `include/croft_hosted.h` is the same for C.

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
compile_error!("the feature `hosted` is written for 64-bit Linux");

mod allocation;
pub mod blocks;
pub mod c;
pub mod c_cache;
pub mod c_resource;
pub mod cache;
mod chunk;
pub mod cleanup;
pub mod context;
mod contexts;
pub mod exit;
mod fork;
pub mod handle;
pub mod heap;
mod invariants;
mod labels;
mod large;
pub mod lease;
mod lists;
mod lock;
pub mod mapped;
mod memory;
pub mod misuse;
mod object;
mod open;
pub mod owner;
mod pages;
mod place;
#[cfg(feature = "qmckl")]
pub mod qmckl;
pub mod record;
pub mod resource;
pub mod shared;
mod size_class;
mod slots;
mod span;
mod spare;
mod state;
pub mod statistics;
pub mod status;
mod word;

pub use blocks::BlockResource;
pub use cache::{Cache, CacheOptions, CacheStatistics};
pub use cleanup::Cleanup;
pub use context::{Builder, ContextId};
pub use handle::{Handle, Leak};
pub use heap::Heap;
pub use lease::Lease;
pub use mapped::Mapped;
pub use misuse::{DebugOptions, Misuse};
pub use owner::{Buffer, Context};
pub use record::{Allocation, DEFAULT_ALIGN, Request};
pub use resource::{Extent, Resource};
pub use shared::Shared;
pub use statistics::ContextStatistics;
pub use status::Status;
