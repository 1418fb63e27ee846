//! What the cross-check runs: states of pool and region, and every entry point on them.

use std::ptr;

use croft_runtime::abi;
use croft_runtime::cached::{self, Cached, croft_rt_cache};
use croft_runtime::cleanup::{self, Registration};
use croft_runtime::exhaustion::Exhaustion;
use croft_runtime::kernel;
use croft_runtime::known;
use croft_runtime::layout::PAYLOAD;
use croft_runtime::region::Descriptor;
use croft_runtime::segmented::entry::{self, Array, croft_segmented_append, croft_segmented_new};

use super::stepper::REFUSED;

/// Sizes and alignments that are asked for: in a block, filling one, runs of a small and of a large class, and what is refused.
pub const REQUESTS: [(usize, usize); 8] = [
    (24, 8),
    (0, 1),
    (8_000, 4096),
    (PAYLOAD, 8),
    (PAYLOAD + 1, 8),
    (300_000, 64),
    (3_000_000, 8),
    (usize::MAX, 8),
];

/// A state, made in a child process of its own for each run.
pub struct State {
    pub name: &'static str,
    /// Blocks of the pool.
    pub blocks: usize,
    /// Makes the region.
    region: fn() -> *mut Descriptor,
}

macro_rules! state {
    ($name:literal, $blocks:literal, $region:expr) => {
        State {
            name: $name,
            blocks: $blocks,
            region: $region,
        }
    };
}

/// States of pool and region.
pub const STATES: [State; 12] = [
    state!("raw", 700, || region(None, &[])),
    state!("objects", 700, || region(None, &[8, 24])),
    state!("a full block", 700, || region(None, &[PAYLOAD])),
    state!("300 blocks", 700, || region(None, &[PAYLOAD; 300])),
    state!("a budget", 700, || region(Some(1 << 20), &[PAYLOAD])),
    state!("a budget that ends in the next block", 700, || region(
        Some(PAYLOAD + 4096),
        &[PAYLOAD]
    )),
    state!("free blocks", 1_700, || {
        let other = region(None, &[PAYLOAD; 300]);
        let here = region(None, &[PAYLOAD]);
        // SAFETY: it is open, and nothing of it is used.
        unsafe { abi::pop(other) };
        here
    }),
    state!("runs of every class up to 652 blocks", 5_500, || region(
        None,
        &runs()
    )),
    state!("free runs of every class", 11_000, || {
        let other = region(None, &runs());
        let here = region(None, &[PAYLOAD]);
        // SAFETY: as above.
        unsafe { abi::pop(other) };
        here
    }),
    state!("only a free run is left", 60, || {
        let other = region(None, &[500_000]);
        let here = region(None, &[]);
        fill(here);
        // SAFETY: as above.
        unsafe { abi::pop(other) };
        here
    }),
    state!("cleanups that were cancelled, and a run", 700, || {
        let here = region(None, &[PAYLOAD, 300_000]);
        // SAFETY: the region is open; the cleanups are taken back.
        unsafe {
            for _ in 0..3 {
                abi::cancel_cleanup(abi::register_cleanup(here, ptr::null_mut(), nothing));
            }
        }
        here
    }),
    state!("nothing is left", 60, || {
        let here = region(None, &[]);
        fill(here);
        here
    }),
];

/// Sizes of runs, one of each class up to 652 blocks.
fn runs() -> Vec<usize> {
    let blocks = [
        2usize, 4, 6, 9, 13, 18, 25, 34, 46, 62, 84, 113, 152, 204, 273, 365, 488, 652,
    ];
    blocks.map(|blocks| blocks * 16_384 - 2_048).to_vec()
}

/// A region with these objects and this budget.
fn region(budget: Option<usize>, objects: &[usize]) -> *mut Descriptor {
    // SAFETY: the pool is the caller's, and large enough.
    unsafe {
        let region = match budget {
            Some(bytes) => abi::push_bounded(bytes),
            None => abi::push(),
        };
        for &bytes in objects {
            assert!(!abi::alloc(region, bytes, 8).is_null());
        }
        region
    }
}

/// Takes all memory that is left.
fn fill(region: *mut Descriptor) {
    // SAFETY: the region is open.
    unsafe { while !abi::try_alloc(region, PAYLOAD, 8).is_null() {} }
}

/// A cleanup.
unsafe extern "C" fn nothing(_: *mut u8) {}

/// What operations work on.
pub struct Subject {
    region: *mut Descriptor,
    size: usize,
    align: usize,
    /// A descriptor in a frame: the same region, moved.
    frame: Descriptor,
    cached: Cached,
    /// The region of the array and the registration.
    home: *mut Descriptor,
    array: *mut Array,
    registration: *mut Registration,
    count: usize,
}

/// Ends the process that runs an operation which does not return.
unsafe extern "C" fn refused(_: *const Exhaustion) {
    // SAFETY: a system call.
    unsafe { libc::_exit(REFUSED) }
}

impl Subject {
    /// Brings the pool into this state, for requests of this size and alignment.
    pub fn new(state: &State, size: usize, align: usize) -> Self {
        abi::croft_set_exhaustion_handler(Some(refused));
        // SAFETY: the region is open; the copy is made before it is read.
        unsafe {
            let mut subject = Self {
                region: ptr::null_mut(),
                size,
                align,
                frame: Descriptor {
                    frontier: ptr::null_mut(),
                    limit: ptr::null_mut(),
                    oldest: ptr::null_mut(),
                },
                cached: std::mem::zeroed(),
                home: abi::push(),
                array: ptr::null_mut(),
                registration: ptr::null_mut(),
                count: 0,
            };
            // An array whose next append takes another chunk, for elements of 512 bytes the last piece of those that are no block.
            subject.array = croft_segmented_new(subject.home, size.clamp(1, 512), 8);
            for _ in 0..32 {
                croft_segmented_append(subject.home, subject.array);
            }
            subject.registration = abi::register_cleanup(subject.home, ptr::null_mut(), nothing);
            subject.region = (state.region)();
            croft_rt_cache(&raw mut subject.cached, subject.region);
            subject.frame = *subject.region;
            subject
        }
    }
}

/// An entry point, and how it is called.
pub struct Operation {
    pub name: &'static str,
    entry: fn() -> *const (),
    /// Whether what it does depends on the request.
    pub asks: bool,
    pub run: fn(&mut Subject),
}

impl Operation {
    /// Where its code begins.
    pub fn address(&self) -> usize {
        (self.entry)() as usize
    }
}

macro_rules! operations {
    ($($name:literal, $entry:path, $asks:literal, $subject:ident => ($($argument:expr),*);)*) => {
        /// The entry points.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            entry: || $entry as *const (),
            asks: $asks,
            run: |$subject| {
                // SAFETY: the subject's region, array and registration are as the function asks, in a process that ends then.
                #[allow(unused_unsafe, reason = "some are safe")]
                let _ = unsafe { $entry($($argument),*) };
            },
        }),*];
    };
}

operations! {
    "croft.push", abi::push, false, _s => ();
    "croft.push.bounded", abi::push_bounded, true, s => (s.size);
    "croft.pop", abi::pop, false, s => (s.region);
    "croft.reset", abi::reset, false, s => (s.region);
    "croft.alloc", abi::alloc, true, s => (s.region, s.size, s.align);
    "croft.alloc.array", abi::alloc_array, true, s => (s.region, s.size, 1, s.align);
    "croft.try_alloc", abi::try_alloc, true, s => (s.region, s.size, s.align);
    "croft.try_alloc.array", abi::try_alloc_array, true, s => (s.region, s.size, 2, s.align);
    "croft.cleanup", abi::cleanup, false, s => (s.region, ptr::null_mut(), nothing);
    "croft.register_cleanup", abi::register_cleanup, false, s => (s.region, ptr::null_mut(), nothing);
    "croft.try_register_cleanup", abi::try_register_cleanup, false, s => (s.region, ptr::null_mut(), nothing);
    "croft.cancel_cleanup", abi::cancel_cleanup, false, s => (s.registration);
    "croft.keepalive", abi::keepalive, false, s => (s.region.cast());
    "croft_set_exhaustion_handler", abi::croft_set_exhaustion_handler, false, _s => (None);
    "croft_rt_push", kernel::croft_rt_push, false, _s => ();
    "croft_rt_push_bounded", kernel::croft_rt_push_bounded, true, s => (s.size);
    "croft_rt_open", kernel::croft_rt_open, false, s => (&raw mut s.frame);
    "croft_rt_open_bounded", kernel::croft_rt_open_bounded, true, s => (&raw mut s.frame, s.size);
    "croft_rt_open_eager", kernel::croft_rt_open_eager, false, s => (&raw mut s.frame);
    "croft_rt_open_eager_bounded", kernel::croft_rt_open_eager_bounded, true, s => (&raw mut s.frame, s.size);
    "croft_rt_pop", kernel::croft_rt_pop, false, s => (&raw mut s.frame);
    "croft_rt_reset", kernel::croft_rt_reset, false, s => (&raw mut s.frame);
    "croft_rt_rewind", kernel::croft_rt_rewind, false, s => (&raw mut s.frame);
    "croft_rt_alloc", kernel::croft_rt_alloc, true, s => (&raw mut s.frame, s.size, s.align);
    "croft_rt_alloc_array", kernel::croft_rt_alloc_array, true, s => (&raw mut s.frame, s.size, 1, s.align);
    "croft_rt_try_alloc", kernel::croft_rt_try_alloc, true, s => (&raw mut s.frame, s.size, s.align);
    "croft_rt_try_alloc_array", kernel::croft_rt_try_alloc_array, true, s => (&raw mut s.frame, s.size, 1, s.align);
    "croft_rt_cleanup", kernel::croft_rt_cleanup, false, s => (&raw mut s.frame, ptr::null_mut(), nothing);
    "croft_rt_register_cleanup", kernel::croft_rt_register_cleanup, false,
        s => (&raw mut s.frame, ptr::null_mut(), nothing);
    "croft_rt_try_register_cleanup", kernel::croft_rt_try_register_cleanup, false,
        s => (&raw mut s.frame, ptr::null_mut(), nothing);
    "croft_rt_cancel_cleanup", cleanup::croft_rt_cancel_cleanup, false, s => (s.registration);
    "croft_rt_alloc_known", known::croft_rt_alloc_known, false, s => (&raw mut s.frame, 24, 8);
    "croft_rt_alloc_known_in_memory", known::croft_rt_alloc_known_in_memory, false, s => (s.region, 24, 8);
    "croft_rt_cache", cached::croft_rt_cache, false, s => (&raw mut s.cached, s.region);
    "croft_rt_uncache", cached::croft_rt_uncache, false, s => (&raw mut s.cached, s.region);
    "croft_rt_alloc_cached", cached::croft_rt_alloc_cached, false, s => (&raw mut s.cached, s.region, 24, 8);
    "croft_segmented_new", entry::croft_segmented_new, true, s => (s.region, s.size, s.align);
    "croft_segmented_try_new", entry::croft_segmented_try_new, true, s => (s.region, s.size, s.align);
    "croft_segmented_append", entry::croft_segmented_append, true, s => (s.home, s.array);
    "croft_segmented_try_append", entry::croft_segmented_try_append, true, s => (s.home, s.array);
    "croft_segmented_at", entry::croft_segmented_at, true, s => (s.array, 31);
    "croft_segmented_length", entry::croft_segmented_length, false, s => (s.array);
    "croft_segmented_chunk", entry::croft_segmented_chunk, true, s => (s.array, 1, &raw mut s.count);
    "croft_segmented_truncate", entry::croft_segmented_truncate, true, s => (s.array, 1);
}
