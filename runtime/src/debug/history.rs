//! Ended lives and regions: where they began and where they ended.
//!
//! Two rings, one for lives and one for regions, indexed by the low bits of their numbers. A newer
//! entry replaces the one [`HISTORY`] ends before it; what is
//! asked for then is *forgotten*, and the report says so.

use super::handle::Handle;
use super::place::Place;
use super::storage::HISTORY;

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// By a pop.
    Pop = 0,
    /// By a reset.
    Reset = 1,
}

/// An end. All zero bytes are a record of nothing: numbers count from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// The number of the life or region; 0 is none.
    pub(super) number: usize,
    /// The region's handle.
    pub(super) handle: Handle,
    /// Where the region was opened.
    pub(super) opened: *const Place,
    /// Where the life or region ended.
    pub(super) ended: *const Place,
    /// How.
    pub(super) how: End,
}

/// Writes down an end.
///
/// # Safety
///
/// 1. `ring` is a table of [`HISTORY`] records that nothing else uses during the call.
pub(super) unsafe fn note(ring: *mut Record, record: Record) {
    // SAFETY: obligation 1; the mask keeps the index below the length.
    unsafe { ring.add(record.number & (HISTORY - 1)).write(record) }
}

/// The end of the life with this number, if it is remembered.
///
/// # Safety
///
/// 1. As for [`note`].
pub(super) unsafe fn of_life(ring: *const Record, number: usize) -> Option<Record> {
    // SAFETY: obligation 1; the mask keeps the index below the length.
    let record = unsafe { *ring.add(number & (HISTORY - 1)) };
    (number != 0 && record.number == number).then_some(record)
}

/// The end of the region with this handle, if it is remembered.
///
/// # Safety
///
/// 1. As for [`note`].
pub(super) unsafe fn of_region(ring: *const Record, handle: Handle) -> Option<Record> {
    let number = super::handle::generation(handle);
    // SAFETY: obligation 1; the mask keeps the index below the length. The generation has more bits
    // than the mask.
    let record = unsafe { *ring.add(number & (HISTORY - 1)) };
    (record.number != 0 && record.handle == handle).then_some(record)
}
