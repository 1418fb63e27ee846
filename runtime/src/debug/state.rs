//! The state of debug mode, and its relation to the pool.

use core::ptr;

use super::ledger::Ledger;
use super::place::Place;
use super::regions::Open;
use super::report::{self, Kind, Misuse};
use super::storage::{self, Tables};
use super::tools::Tools;
use crate::execution::pool;
use crate::layout::BLOCK_SIZE;

/// Everything that debug mode knows.
pub(super) struct State {
    /// The pool's first byte, as adopted.
    pub(super) base: *mut u8,
    /// The pool's length in bytes, as adopted: what [`super::access`] compares with.
    pub(super) length: usize,
    /// Its blocks.
    pub(super) ledger: Ledger,
    /// The other tables.
    pub(super) tables: Tables,
    /// Regions that are open.
    pub(super) depth: usize,
    /// Pushes so far: the number of the newest region.
    pub(super) regions: usize,
    /// Lives so far: the number of the newest one.
    pub(super) lives: usize,
    /// Regions opened while none was, as [`Stats`](crate::pool::Stats) counts them.
    pub(super) uses: usize,
    /// What the handles of this thread's regions say of the thread.
    pub(super) thread: usize,
    /// The tools that watch.
    pub(super) tools: Tools,
}

impl State {
    /// Of a pool that was not looked at yet.
    const fn new() -> Self {
        Self {
            base: ptr::null_mut(),
            length: 0,
            ledger: Ledger::new(),
            tables: Tables {
                open: ptr::null_mut(),
                lives: ptr::null_mut(),
                regions: ptr::null_mut(),
            },
            depth: 0,
            regions: 0,
            lives: 0,
            uses: 0,
            thread: 0,
            tools: Tools::new(),
        }
    }
}

#[cfg(not(feature = "threads"))]
mod own {
    //! One state, as there is one pool.

    use super::State;

    /// Read and written only through raw pointers, for the obligation of one thread.
    static mut STATE: State = State::new();

    #[inline(always)]
    pub(super) fn state() -> *mut State {
        &raw mut STATE
    }

    /// What handles say of the thread.
    pub(super) fn number() -> usize {
        0
    }
}

#[cfg(feature = "threads")]
mod own {
    //! A state for each thread, as there is a pool for each.

    extern crate std;

    use core::cell::UnsafeCell;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::State;

    std::thread_local! {
        static STATE: UnsafeCell<State> = const { UnsafeCell::new(State::new()) };
    }

    #[inline(always)]
    pub(super) fn state() -> *mut State {
        STATE.with(UnsafeCell::get)
    }

    /// What handles say of the thread: another number for each, as far as the handles have room.
    pub(super) fn number() -> usize {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        THREADS.fetch_add(1, Ordering::Relaxed)
    }
}

/// The state as it is; only for reading.
pub(super) fn watched() -> *const State {
    own::state()
}

/// The state, with the pool that the program has now.
///
/// # Safety
///
/// Obligations 1 and 2 of [`debug`](super).
pub(super) unsafe fn current(place: *const Place) -> *mut State {
    let state = own::state();
    // SAFETY: the obligations; a pool's bounds may be read at any time.
    unsafe {
        if (*state).tables.open.is_null() {
            let Some(tables) = storage::tables() else {
                report::stop(&Misuse::new(Kind::NoRoom, place))
            };
            (*state).tables = tables;
            (*state).tools = Tools::find();
            (*state).thread = own::number();
        }
        if ((*pool()).base, pool_length()) != ((*state).base, (*state).length) {
            adopt(state, place);
        }
        state
    }
}

/// Bytes of the pool.
///
/// # Safety
///
/// As for [`current`].
unsafe fn pool_length() -> usize {
    // SAFETY: the obligations.
    unsafe { (*pool()).total().wrapping_mul(BLOCK_SIZE) }
}

/// Takes the pool over: every block of it is closed until a region hands it out.
///
/// # Safety
///
/// As for [`current`].
pub(super) unsafe fn adopt(state: *mut State, place: *const Place) {
    // SAFETY: the obligations; the old buffer is left as its owner expects it, and the new one is
    // this module's (Debug-I1).
    unsafe {
        if (*state).ledger.in_use != 0 {
            let mut misuse = Misuse::new(Kind::PoolReplaced, place);
            misuse.opened = top(state).map_or(ptr::null(), |open| (*open).opened);
            report::stop(&misuse);
        }
        let (base, length) = ((*pool()).base, pool_length());
        (*state).tools.open((*state).base, (*state).length);
        (*state).ledger.end();
        let Some(ledger) = Ledger::of(length / BLOCK_SIZE) else {
            report::stop(&Misuse::new(Kind::NoRoom, place))
        };
        (*state).ledger = ledger;
        (*state).base = base;
        (*state).length = length;
        (*state).uses = 0;
        (*state).tools.close(base, length);
    }
}

/// The innermost open region.
///
/// # Safety
///
/// `state` is the state, and its tables are there.
pub(super) unsafe fn top(state: *const State) -> Option<*mut Open> {
    // SAFETY: the depth is at most the table's length (Debug-I2).
    unsafe {
        let above = (*state).depth.checked_sub(1)?;
        Some((*state).tables.open.add(above))
    }
}
