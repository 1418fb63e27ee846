//! Runs: adjacent blocks for one object that a block cannot hold.
//!
//! A run has the size of its class ([`classes`](crate::classes)) and keeps it until the pool is idle:
//! free runs wait in a list for each class, and are neither split nor merged. A region's runs are on
//! lists of its own, one for each class, so that ending it splices each list onto the pool's: the
//! work depends on the number of classes only.
//!
//! A request takes a free run of its class; else cuts one off the high end of the pool's range; else
//! takes a free run of a larger class, whole. Blocks that find the range empty turn a free run into
//! the range.
//!
//! The lists of a region are in a [`Record`], which lies at the end of its first run: it needs no
//! memory of its own, and ends with that run.
//!
//! Invariants:
//! - *Run-I1*: a run is whole blocks of the pool, starts at a block, and has `BLOCKS[class]` of them;
//!   its [`Run`] lies [`ROOM`] bytes before its end.
//! - *Run-I2*: a run is on exactly one list, of a region or of the pool, that of its class.
//! - *Run-I3*: in a region's record, `tails[c]` is where the link at the end of list c is: in the
//!   list's last run, or `heads[c]` itself. So a list is spliced without asking whether it is empty.
//! - *Run-I4*: bit c of the pool's `classes` is clear only if its list c is empty.
//! - *Run-I5*: a region owns runs, or had cleanups ([`cleanup`]), exactly if its newest link is `SPECIAL`
//!   and its limit not `lazy`; its oldest footer's `runs` is then the record of its runs, or the list of its cleanups, if
//!   it has no runs.

use core::ptr;

use crate::block::{END, SPECIAL};
pub use crate::classes::{BLOCKS, CLASSES, LARGEST, ROOM};
use crate::classes::{bytes_of, class_of};
use crate::cleanup::{self, Registration};
use crate::exhaustion::Reason;
use crate::layout::{BLOCK_SIZE, alignment_is_granted, rounded};
use crate::pool::{BlockPool, COUNTS_OPEN, RUNS_CUT, Range, enter, retreat, take};
use crate::region::{Descriptor, budget_of, first_footer, is_lazy, raw};
use crate::request::{Refill, unsettled};

/// What a run keeps about itself.
#[repr(C)]
pub struct Run {
    /// The next run of the list, or null on a list of the pool; unspecified at the end of a region's.
    pub(crate) next: *mut Run,
    /// Index into [`BLOCKS`].
    pub(crate) class: usize,
    /// In a region's first run.
    pub(crate) record: Record,
}

/// The runs of a region.
#[repr(C)]
pub struct Record {
    /// The newest run of each class.
    pub(crate) heads: [*mut Run; CLASSES],
    /// *Run-I3*.
    pub(crate) tails: [*mut *mut Run; CLASSES],
    /// The classes of which the region owns runs, a bit each.
    pub(crate) classes: u32,
    /// What the oldest footer's `stop` was: runs are charged to the newest one's.
    pub(crate) stop: usize,
    /// The region's newest cleanup: *Cleanup-I1*.
    pub(crate) cleanups: *mut Registration,
}

/// The start of a run.
#[inline(always)]
pub(crate) fn start_of_run(run: *mut Run, class: usize) -> *mut u8 {
    run.cast::<u8>()
        .wrapping_byte_add(ROOM)
        .wrapping_byte_sub(bytes_of(class))
}

/// Where a run of some class would come from.
enum Source {
    /// A list of the pool.
    List(usize),
    /// The range.
    Range,
}

/// Where a run of `class` comes from if the pool's range has `gap` bytes; `None` if there is none.
#[inline(always)]
fn source(classes: u32, class: usize, gap: usize) -> Option<Source> {
    let fitting = classes >> class;
    if fitting & 1 != 0 {
        return Some(Source::List(class));
    }
    if bytes_of(class) <= gap {
        return Some(Source::Range);
    }
    if fitting == 0 {
        return None;
    }
    Some(Source::List(
        class.wrapping_add(fitting.trailing_zeros() as usize),
    ))
}

/// Takes the first run of list `class`, which is not empty.
///
/// # Safety
///
/// 1. As for [`enter`]; the list is not empty.
#[inline(always)]
unsafe fn unlink(pool: *mut BlockPool, class: usize) -> *mut Run {
    // SAFETY: obligation 1; a free run is owned by no one, and its fields are the pool's.
    unsafe {
        let list = (&raw mut (*pool).runs).cast::<*mut Run>().add(class);
        let run = *list;
        let next = (*run).next;
        *list = next;
        if next.is_null() {
            (*pool).classes &= !(1u32 << class);
        }
        run
    }
}

/// Allocates an odd request: a run for `size` bytes, more than a block holds. The object's address is
/// left in the pool's `handed`. Loops over the classes only. The caller stores what this returns
/// ([`advance`](crate::request::advance)).
///
/// # Errors
///
/// The reason of the refusal; nothing has changed then.
///
/// # Safety
///
/// 1. As for [`enter`].
/// 2. `region` is the state of an open region over this pool.
#[inline(always)]
pub(crate) unsafe fn alloc(
    pool: *mut BlockPool,
    region: Descriptor,
    size: usize,
    align: usize,
) -> Result<Refill, Reason> {
    if !alignment_is_granted(align) {
        return Err(Reason::Alignment);
    }
    if size == usize::MAX {
        return Err(Reason::Overflow);
    }
    if size > LARGEST {
        return Err(Reason::Oversize);
    }
    if COUNTS_OPEN || !is_lazy(region.frontier) {
        // SAFETY: the obligations above.
        return unsafe { grant(pool, region, size) };
    }
    // SAFETY: the obligations above. The region comes to own memory, or counts no more.
    unsafe {
        enter(pool);
        let granted = grant(pool, region, size);
        if granted.is_err() {
            retreat(pool);
        }
        granted
    }
}

/// [`alloc`] of a valid size and alignment in a counted region.
///
/// # Errors
///
/// As for [`alloc`].
///
/// # Safety
///
/// As for [`alloc`].
#[inline(always)]
unsafe fn grant(pool: *mut BlockPool, region: Descriptor, size: usize) -> Result<Refill, Reason> {
    let Descriptor {
        frontier,
        limit,
        oldest,
    } = region;
    let charged = rounded(size);
    let class = class_of(size);
    // SAFETY: obligations 1 and 2 as in `request::refill`. All that can fail is asked before anything
    // changes.
    unsafe {
        let is_lazy = is_lazy(frontier);
        let (left, start) = if is_lazy {
            (budget_of(oldest), ptr::null_mut())
        } else if frontier == raw() {
            let (start, stop) = unsettled(limit);
            (stop.wrapping_sub(start.addr()), start)
        } else {
            ((*limit).stop.wrapping_sub(frontier.addr()), frontier)
        };
        if charged > left {
            return Err(Reason::Budget);
        }
        let range = (*pool).range;
        let known = if range.gap & RUNS_CUT == 0 {
            0
        } else {
            (*pool).classes
        };
        // A region's first memory is a block, which may come from the range too.
        let block = if is_lazy && (*pool).free == END {
            BLOCK_SIZE
        } else {
            0
        };
        if block > range.gap {
            return Err(Reason::PoolEmpty);
        }
        let Some(source) = source(known, class, range.bytes().wrapping_sub(block)) else {
            return Err(Reason::PoolEmpty);
        };

        let (limit, oldest, start) = if is_lazy {
            let start = take(pool, |start| start, ptr::null_mut);
            if start.is_null() {
                return Err(Reason::PoolEmpty);
            }
            let footer = first_footer(start, left);
            (footer, footer, start)
        } else {
            (limit, oldest, start)
        };
        let run = match source {
            Source::List(class) => unlink(pool, class),
            Source::Range => cut(pool, class),
        };
        let class = (*run).class;
        (*pool).handed = start_of_run(run, class);
        let is_marked = (*limit).next == SPECIAL;
        if !is_marked || cleanup::record_of(oldest).is_null() {
            let stop = if limit == oldest {
                start.addr().wrapping_add(left)
            } else {
                (*oldest).stop
            };
            begin(&raw mut (*run).record, stop);
            cleanup::move_into(&raw mut (*run).record, oldest, is_marked);
            (*limit).next = SPECIAL;
        }
        enlist(cleanup::record_of(oldest), run, class);

        // What is charged is no longer to be had in the block: the frontier moves up if need be.
        let left = left.wrapping_sub(charged);
        let room = limit.addr().wrapping_sub(start.addr());
        let frontier = if left < room {
            limit.cast::<u8>().wrapping_byte_sub(left)
        } else {
            start
        };
        (*limit).stop = frontier.addr().wrapping_add(left);
        Ok(Refill { frontier, limit })
    }
}

/// Cuts a run of `class` off the range, which has room for it.
///
/// # Safety
///
/// 1. As for [`enter`]; the range has that room.
#[inline(always)]
unsafe fn cut(pool: *mut BlockPool, class: usize) -> *mut Run {
    // SAFETY: obligation 1; the run's fields lie in memory that is in use by no one.
    unsafe {
        let range = (*pool).range;
        if range.gap & RUNS_CUT == 0 {
            // The first run of this busy time: the lists are of another.
            (*pool).classes = 0;
            // Volatile, or it becomes a call of `memset`, whose loops no table of limits knows.
            let lists = (&raw mut (*pool).runs).cast::<*mut Run>();
            for class in 0..CLASSES {
                lists.add(class).write_volatile(ptr::null_mut());
            }
        }
        let start = range.start();
        let run = start
            .wrapping_byte_add(range.bytes())
            .wrapping_byte_sub(ROOM)
            .cast::<Run>();
        (*run).class = class;
        (*pool).range = Range::new(start, range.bytes().wrapping_sub(bytes_of(class)), RUNS_CUT);
        run
    }
}

/// Makes a record of no runs.
///
/// # Safety
///
/// 1. `record` is valid for writes.
#[inline(always)]
unsafe fn begin(record: *mut Record, stop: usize) {
    // SAFETY: obligation 1.
    unsafe {
        (*record).classes = 0;
        (*record).stop = stop;
        let heads = (&raw mut (*record).heads).cast::<*mut Run>();
        let tails = (&raw mut (*record).tails).cast::<*mut *mut Run>();
        for class in 0..CLASSES {
            *tails.add(class) = heads.add(class);
        }
    }
}

/// Puts a run onto a region's list.
///
/// # Safety
///
/// 1. Both belong to the caller.
#[inline(always)]
unsafe fn enlist(record: *mut Record, run: *mut Run, class: usize) {
    // SAFETY: obligation 1, Run-I3.
    unsafe {
        let head = (&raw mut (*record).heads).cast::<*mut Run>().add(class);
        let tail = (&raw mut (*record).tails).cast::<*mut *mut Run>().add(class);
        let bit = 1u32 << class;
        if (*record).classes & bit == 0 {
            (*record).classes |= bit;
            *tail = &raw mut (*run).next;
        } else {
            (*run).next = *head;
        }
        *head = run;
    }
}

/// Makes a free run the range of a busy pool whose list and range are empty; false if there is no
/// run. O(1), no loop.
///
/// # Safety
///
/// 1. As for [`enter`].
#[inline(always)]
pub(crate) unsafe fn refill_range(pool: *mut BlockPool) -> bool {
    // SAFETY: obligation 1. The lists mean something only if runs were cut (Pool-I5).
    unsafe {
        if (*pool).range.gap & RUNS_CUT == 0 || (*pool).classes == 0 {
            return false;
        }
        let class = (*pool).classes.trailing_zeros() as usize;
        // The run of a list has the list's class (Run-I2).
        let run = unlink(pool, class);
        (*pool).least_gap = 0;
        (*pool).range = Range::new(start_of_run(run, class), bytes_of(class), RUNS_CUT);
        true
    }
}

/// Blocks in the free runs of a busy pool. O(runs): a test aid.
///
/// # Safety
///
/// 1. As for [`enter`].
pub(crate) unsafe fn free_blocks(pool: &BlockPool) -> usize {
    if pool.range.gap & RUNS_CUT == 0 {
        return 0;
    }
    let mut blocks = 0usize;
    for (class, &list) in pool.runs.iter().enumerate() {
        let mut run = list;
        while !run.is_null() {
            blocks = blocks.wrapping_add(bytes_of(class) / BLOCK_SIZE);
            // SAFETY: obligation 1; a run of the list lies in the pool.
            run = unsafe { (*run).next };
        }
    }
    blocks
}
