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
/// Ends a region and poisons its values.
pub const DEBUG_POP: &str = "croft_rt_debug_pop";
/// Ends a region's values and poisons them.
pub const DEBUG_RESET: &str = "croft_rt_debug_reset";

/// Entry points that work on an open region.
pub const ON_OPEN: [&str; 6] = [
    "croft_rt_alloc",
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
    RESET,
    DEBUG_RESET,
];

/// Entry points that end a region.
pub const ENDS: [&str; 2] = [POP, DEBUG_POP];

/// Entry points that open a descriptor in a frame.
pub const OPENS: [&str; 4] = [OPEN, OPEN_BOUNDED, OPEN_EAGER, OPEN_EAGER_BOUNDED];

/// The fast paths that mode *inline* takes from the runtime's bitcode; everything else stays in the library.
pub const FAST_PATHS: [&str; 12] = [
    OPEN,
    OPEN_BOUNDED,
    OPEN_EAGER,
    OPEN_EAGER_BOUNDED,
    PUSH,
    PUSH_BOUNDED,
    POP,
    RESET,
    "croft_rt_alloc",
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
];

/// The entry point of an operation, if it becomes a call. A push whose descriptor lives in a frame is
/// [`OPEN`] instead.
pub fn of(operation: Operation, mode: Mode) -> Option<&'static str> {
    let debug = mode == Mode::Debug;
    match operation {
        Operation::Push => Some(PUSH),
        Operation::PushBounded => Some(PUSH_BOUNDED),
        Operation::Pop => Some(if debug { DEBUG_POP } else { POP }),
        Operation::Reset => Some(if debug { DEBUG_RESET } else { RESET }),
        Operation::Alloc => Some("croft_rt_alloc"),
        Operation::AllocArray => Some("croft_rt_alloc_array"),
        Operation::TryAlloc => Some("croft_rt_try_alloc"),
        Operation::TryAllocArray => Some("croft_rt_try_alloc_array"),
        Operation::New | Operation::NewArray | Operation::Cleanup | Operation::Keepalive => None,
    }
}
