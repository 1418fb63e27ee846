//! The runtime's entry points: the only place in lowering that knows their names.

use super::Mode;
use crate::operation::Operation;

/// A descriptor that lives in a frame is opened by these.
pub const OPEN: &str = "croft_rt_open";
/// The same, with a budget.
pub const OPEN_BOUNDED: &str = "croft_rt_open_bounded";
/// The same as the two above, but the region takes its first block at once.
pub const OPEN_EAGER: &str = "croft_rt_open_eager";
/// The same, with a budget.
pub const OPEN_EAGER_BOUNDED: &str = "croft_rt_open_eager_bounded";
/// Opens a region whose descriptor lives in its first block.
pub const PUSH: &str = "croft_rt_push";
/// The same, with a budget.
pub const PUSH_BOUNDED: &str = "croft_rt_push_bounded";
/// Ends a region.
pub const POP: &str = "croft_rt_pop";
/// Ends a region's values.
pub const RESET: &str = "croft_rt_reset";
/// The pool, where there is one.
pub const POOL: &str = "croft_pool";
/// The pool of the running thread, where each has its own. Compiled code asks for its address only.
pub const THREAD_POOL: &str = "croft_thread_pool";
/// Checks a read, in mode *debug*.
pub const DEBUG_READ: &str = "croft_rt_debug_read";
/// Checks a write, in mode *debug*.
pub const DEBUG_WRITE: &str = "croft_rt_debug_write";

/// Ends a region's values, where the descriptor is in a frame and the region seldom outgrows a block.
pub const REWIND: &str = "croft_rt_rewind";
/// An attribute of a reset: the loop around it comes back, so [`REWIND`] pays. A hint: without it the code is right as well.
pub const WARM: &str = "croft.warm";
/// Allocates, where the request is known: at most [`KNOWN_SIZE`] bytes and an alignment of at most [`KNOWN_ALIGN`].
pub const ALLOC_KNOWN: &str = "croft_rt_alloc_known";
/// The same, where the descriptor is in memory.
pub const ALLOC_KNOWN_IN_MEMORY: &str = "croft_rt_alloc_known_in_memory";
/// Copies frontier and limit of a region into the frame, for a loop.
pub const CACHE: &str = "croft_rt_cache";
/// Brings the region up to date behind the loop.
pub const UNCACHE: &str = "croft_rt_uncache";
/// Allocates on such a copy: as [`ALLOC_KNOWN`], with the copy as the first argument.
pub const ALLOC_CACHED: &str = "croft_rt_alloc_cached";
/// The largest request for [`ALLOC_KNOWN`]: it fits the smallest block that a runtime may be built with.
pub const KNOWN_SIZE: u64 = 512;
/// What every object is aligned to.
pub const KNOWN_ALIGN: u64 = 8;

/// Entry points that work on an open region.
pub const ON_OPEN: [&str; 11] = [
    "croft_rt_alloc",
    ALLOC_KNOWN,
    ALLOC_KNOWN_IN_MEMORY,
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
    "croft_rt_cleanup",
    "croft_rt_register_cleanup",
    "croft_rt_try_register_cleanup",
    RESET,
    REWIND,
];

/// Entry points that end a region.
pub const ENDS: [&str; 1] = [POP];

/// Entry points of mode *debug*. Each takes a place as its last argument, and none works on a descriptor: a region is a
/// number there, which the runtime checks.
pub const DEBUG: [&str; 25] = [
    "croft_rt_debug_push",
    "croft_rt_debug_push_bounded",
    "croft_rt_debug_pop",
    "croft_rt_debug_reset",
    "croft_rt_debug_alloc",
    "croft_rt_debug_alloc_array",
    "croft_rt_debug_try_alloc",
    "croft_rt_debug_try_alloc_array",
    "croft_rt_debug_cleanup",
    "croft_rt_debug_register_cleanup",
    "croft_rt_debug_try_register_cleanup",
    "croft_rt_debug_run_cleanup",
    "croft_rt_debug_cancel_cleanup",
    DEBUG_READ,
    DEBUG_WRITE,
    "croft_rt_debug_pool_init",
    "croft_rt_debug_pool_stats",
    "croft_rt_debug_segmented_new",
    "croft_rt_debug_segmented_try_new",
    "croft_rt_debug_segmented_append",
    "croft_rt_debug_segmented_try_append",
    "croft_rt_debug_segmented_at",
    "croft_rt_debug_segmented_length",
    "croft_rt_debug_segmented_chunk",
    "croft_rt_debug_segmented_truncate",
];

/// Functions of the header that have another body in mode *debug*: those of the pool.
pub const DEBUG_POOL: [(&str, &str); 2] = [
    ("croft_pool_init", "croft_rt_debug_pool_init"),
    ("croft_pool_stats", "croft_rt_debug_pool_stats"),
];

/// The same for segmented arrays. A module that calls these works on regions, even if it has no operation.
pub const DEBUG_SEGMENTED: [(&str, &str); 8] = [
    ("croft_segmented_new", "croft_rt_debug_segmented_new"),
    ("croft_segmented_try_new", "croft_rt_debug_segmented_try_new"),
    ("croft_segmented_append", "croft_rt_debug_segmented_append"),
    (
        "croft_segmented_try_append",
        "croft_rt_debug_segmented_try_append",
    ),
    ("croft_segmented_at", "croft_rt_debug_segmented_at"),
    ("croft_segmented_length", "croft_rt_debug_segmented_length"),
    ("croft_segmented_chunk", "croft_rt_debug_segmented_chunk"),
    ("croft_segmented_truncate", "croft_rt_debug_segmented_truncate"),
];

/// Entry points that open a descriptor in a frame.
pub const OPENS: [&str; 4] = [OPEN, OPEN_BOUNDED, OPEN_EAGER, OPEN_EAGER_BOUNDED];

/// The fast paths that mode *inline* takes from the runtime's bitcode; everything else stays in the library.
pub const FAST_PATHS: [&str; 21] = [
    OPEN,
    OPEN_BOUNDED,
    OPEN_EAGER,
    OPEN_EAGER_BOUNDED,
    PUSH,
    PUSH_BOUNDED,
    POP,
    RESET,
    REWIND,
    "croft_rt_alloc",
    ALLOC_KNOWN,
    ALLOC_KNOWN_IN_MEMORY,
    CACHE,
    UNCACHE,
    ALLOC_CACHED,
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
    "croft_rt_cleanup",
    "croft_rt_register_cleanup",
    "croft_rt_try_register_cleanup",
];

/// The entry point of an operation, if it becomes a call. A push whose descriptor lives in a frame is
/// [`OPEN`] instead.
pub fn of(operation: Operation, mode: Mode) -> Option<&'static str> {
    let [release, debug] = match operation {
        Operation::Push => [PUSH, "croft_rt_debug_push"],
        Operation::PushBounded => [PUSH_BOUNDED, "croft_rt_debug_push_bounded"],
        Operation::Pop => [POP, "croft_rt_debug_pop"],
        Operation::Reset => [RESET, "croft_rt_debug_reset"],
        Operation::Alloc => ["croft_rt_alloc", "croft_rt_debug_alloc"],
        Operation::AllocArray => ["croft_rt_alloc_array", "croft_rt_debug_alloc_array"],
        Operation::TryAlloc => ["croft_rt_try_alloc", "croft_rt_debug_try_alloc"],
        Operation::TryAllocArray => ["croft_rt_try_alloc_array", "croft_rt_debug_try_alloc_array"],
        Operation::Cleanup => ["croft_rt_cleanup", "croft_rt_debug_cleanup"],
        Operation::RegisterCleanup => ["croft_rt_register_cleanup", "croft_rt_debug_register_cleanup"],
        Operation::TryRegisterCleanup => [
            "croft_rt_try_register_cleanup",
            "croft_rt_debug_try_register_cleanup",
        ],
        Operation::RunCleanup => ["croft_rt_run_cleanup", "croft_rt_debug_run_cleanup"],
        Operation::CancelCleanup => ["croft_rt_cancel_cleanup", "croft_rt_debug_cancel_cleanup"],
        Operation::New | Operation::NewArray | Operation::Keepalive => return None,
    };
    Some(if mode == Mode::Debug { debug } else { release })
}
