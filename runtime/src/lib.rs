//! Region-based memory for real-time kernels: constant-time push, pop, reset and allocation on
//! fixed blocks of 16 KiB, without an allocator underneath.
//!
//! A **region** owns all that was allocated in it and ends it at once. Its memory is a chain of
//! **blocks** from a caller-supplied **pool**; ending the region splices the whole chain onto the
//! pool's free list. No operation has a loop whose trip count depends on data, sizes or history.
//!
//! ```
//! use croft_runtime::scope::{Blocks, Pool};
//!
//! let mut blocks = Blocks::<2>::uninit();
//! let pool = Pool::new(blocks.bytes())?;
//! let mut region = pool.region();
//! let samples = region.alloc_slice_fill_with(1000, |i| i as f64);
//! assert_eq!(samples[999], 999.0);
//! region.reset();
//! # Ok::<(), croft_runtime::pool::PoolError>(())
//! ```
//!
//! Three layers share one implementation, the modules [`pool`] and [`region`]:
//!
//! - [`scope`]: the safe API for Rust programs; with the feature `allocator-api2`, regions also
//!   serve collections.
//! - [`abi`]: the functions of `include/croft.h` for C and C++.
//! - [`kernel`], [`known`], [`cached`] and [`mod@refill`]: what the compiler pass inlines into kernels, and its cold paths.
//! - [`debug`]: debug mode, an implementation of its own that finds misuse; nothing else refers to it.
//!
//! [`segmented`] arrays grow without ever moving an element, in all three. A [`cleanup`] runs when its region ends.
//!
//! An object up to [`layout::PAYLOAD`] bytes lies in one block, a larger one in a run of adjacent
//! blocks ([`runs`]), up to [`runs::LARGEST`] bytes.
//!
//! Features, off by default: `host` (exhaustion prints a line and aborts by the C library; otherwise the
//! program supplies `croft_exhausted`, see [`exhaustion`]), `allocator-api2`, `hosted` (contexts, caching
//! resources and handles for host programs, with the standard library; `qmckl` adds the names of one
//! library's header), and those of [`execution`]: `threads` (a pool for each thread; needs std) and
//! `critical-section` (interrupt handlers may use the pool).
#![no_std]

#[cfg(feature = "hosted")]
extern crate std;

// The pass inlines from a build without the C names: two names for one body would become aliases of each other.
#[cfg(not(croft_bitcode))]
pub mod abi;
#[cfg(feature = "allocator-api2")]
pub mod allocator;
mod apart;
pub mod block;
pub mod cached;
pub mod classes;
pub mod cleanup;
pub mod debug;
mod deferred;
mod ending;
pub mod execution;
pub mod exhaustion;
#[cfg(feature = "hosted")]
pub mod hosted;
pub mod invariants;
pub mod kernel;
pub mod known;
pub mod layout;
mod objects;
pub mod pool;
pub mod refill;
pub mod region;
pub mod request;
pub mod runs;
pub mod scope;
pub mod segmented;

#[cfg(all(croft_staticlib, not(feature = "hosted")))]
mod panic;
