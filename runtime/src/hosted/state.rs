//! What a context owns, and what its pointers mean. Used under the context's lock.
//!
//! Invariant *State-I1*: an entry of the table of pages with this context's number says what its unit is now: in the span of
//! this index; the start of the large allocation of this index, with a mark; or given back. Only the first unit of a large
//! allocation has one.

use core::ptr::NonNull;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use hashbrown::HashMap;

use super::cleanup::Pending;
use super::contexts;
use super::large::{Large, Larges};
use super::memory::Memory;
use super::misuse::Debug;
use super::open::{Extra, Open};
use super::pages;
use super::place::Place;
use super::record::{self, Allocation, Record, Request};
use super::resource::Extent;
use super::size_class::class_of_size;
use super::slots::Slots;
use super::span::{Refusal, SPAN, Spans, Spot};
use super::statistics::ContextStatistics;
use super::status::Status;

/// Marks the place of a large allocation in the table of pages; without it a place is the index of a span.
const LARGE: u32 = 1 << 31;
/// The place of memory that the context has given back.
const GONE: u32 = u32::MAX;

/// The state of a context.
pub(crate) struct State {
    pub(crate) id: u64,
    pub(crate) memory: Arc<Memory>,
    pub(crate) spans: Spans,
    pub(crate) larges: Larges,
    pub(crate) statistics: ContextStatistics,
    /// Open handles.
    pub(crate) handles: Slots<Open>,
    /// What only some handles have, by slot.
    pub(crate) extras: Vec<Extra>,
    /// Marks made so far.
    pub(crate) marks: u32,
    pub(crate) cleanups: Slots<Pending>,
    /// The cleanup that is an object's destroy function, by the object's address.
    pub(crate) registered: HashMap<usize, (u32, u32)>,
    /// Callbacks that are running, during which the context cannot be destroyed.
    pub(crate) callbacks: u32,
    /// Debug mode, if it is on.
    pub(crate) debug: Option<Box<Debug>>,
    serial: u64,
}

// SAFETY: the objects of cleanups may be used from any thread (`ContextId::register`, `ContextId::open`).
unsafe impl Send for State {}

impl State {
    pub(crate) fn new(id: u64, memory: Arc<Memory>) -> Self {
        Self {
            id,
            memory,
            spans: Spans::new(),
            larges: Larges::new(),
            statistics: ContextStatistics::default(),
            handles: Slots::new(),
            extras: Vec::new(),
            marks: 0,
            cleanups: Slots::new(),
            registered: HashMap::new(),
            callbacks: 0,
            debug: None,
            serial: 0,
        }
    }

    /// A number that is higher than all before.
    #[inline]
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The slot that starts here and was handed out: its span, its number and its record. O(1).
    #[inline(always)]
    pub(crate) fn slot_at(&self, pointer: *const u8) -> Option<(u32, u32, &Record)> {
        let (owner, place) = pages::look_up(pointer.addr())?;
        if owner != self.id || place & LARGE != 0 {
            return None;
        }
        let (slot, record) = self.spans.slot_at(place, pointer.addr())?;
        Some((place, slot, record))
    }

    /// The live allocation that starts here, or what is wrong with the pointer. Reads no memory but the context's own
    /// records. O(1).
    #[inline]
    pub(crate) fn find(&self, pointer: *const u8) -> Result<Place, Status> {
        match self.slot_at(pointer) {
            Some((span, slot, record)) if record.is_live() => Ok(Place::of_slot(span, slot)),
            _ => self.find_other(pointer.addr()),
        }
    }

    /// As [`find`](Self::find), for what is no live slot.
    #[cold]
    fn find_other(&self, address: usize) -> Result<Place, Status> {
        if address == 0 {
            return Err(Status::Null);
        }
        let (owner, place) = pages::look_up(address).unwrap_or((0, GONE));
        if owner == self.id && place != GONE {
            if place & LARGE == 0 {
                return Err(match self.spans.spot(place, address) {
                    Spot::Start | Spot::FreedInside => Status::Freed,
                    Spot::Interior => Status::Interior,
                    Spot::Unused => Status::Foreign,
                });
            }
            let index = place & !LARGE;
            if let Some(large) = self.larges.get(index)
                && large.extent.address() == address
            {
                return if large.record.is_live() {
                    Ok(Place::of_large(index))
                } else {
                    Err(Status::Freed)
                };
            }
        } else if owner != self.id && place != GONE && contexts::exists(owner) {
            return Err(Status::OtherContext);
        }
        Err(if self.larges.contains(address) {
            Status::Interior
        } else if owner == self.id && place == GONE {
            Status::Freed
        } else {
            Status::Foreign
        })
    }

    /// The record at a place that [`find`](Self::find) has found in this state.
    #[inline]
    pub(crate) fn record(&mut self, place: Place) -> Result<&mut Record, Status> {
        if place.is_large() {
            let large = self.larges.get_mut(place.large()).ok_or(Status::Freed)?;
            return Ok(&mut large.record);
        }
        Ok(self.spans.record(place))
    }

    /// What `info` says of a pointer. O(1).
    pub(crate) fn info(&self, pointer: NonNull<u8>) -> Result<Allocation, Status> {
        let place = self.find(pointer.as_ptr())?;
        let (record, size, label) = if place.is_large() {
            let large = self.larges.get(place.large()).ok_or(Status::Freed)?;
            (&large.record, large.size, large.label)
        } else {
            let record = self.spans.record_ref(place);
            (record, record.size as usize, self.spans.label(place))
        };
        // SAFETY: what the request was made with (`Request`).
        Ok(unsafe { record.describe(pointer, size, label) })
    }

    /// A slot for a request of `size` bytes without a label, at an alignment of at most 64, in the plain case
    /// ([`Spans::allocate_plain`]). Nothing has changed in all others.
    #[inline(always)]
    pub(crate) fn allocate_plain(&mut self, size: usize, align: usize) -> Option<NonNull<u8>> {
        let class = class_of_size(size)?;
        // SAFETY: classes of sizes are below `CLASSES`.
        let start = unsafe { self.spans.allocate_plain(class, size, align) }?;
        self.statistics.add(size);
        Some(start)
    }

    /// A slot for a small request, and whether it is known to be zero.
    pub(crate) fn allocate_slot(
        &mut self,
        class: usize,
        request: &Request,
    ) -> Result<(NonNull<u8>, bool), Refusal> {
        let slot = self.spans.allocate(class, request)?;
        self.statistics.add(request.size);
        Ok(slot)
    }

    /// Takes a chunk of spans; false, with nothing changed, if there is no memory for its records.
    pub(crate) fn add_chunk(&mut self, extent: Extent) -> bool {
        let id = self.id;
        let is_zero = self.memory.is_zeroed;
        // Makes what is missing of the table, so that nothing can fail afterwards.
        let added = pages::enter(extent.address(), extent.size / pages::UNIT, id, GONE)
            && self.spans.add(extent, is_zero, |start, index| {
                pages::enter(start, SPAN / pages::UNIT, id, index);
            });
        if added {
            self.statistics.held_bytes += extent.size;
        }
        added
    }

    /// Takes the extent of a large allocation; false, with nothing changed, if there is no memory for its record.
    pub(crate) fn add_large(&mut self, extent: Extent, request: &Request) -> bool {
        let Some(index) = self.larges.reserve() else {
            return false;
        };
        if index >= GONE & !LARGE || !pages::enter(extent.address(), 1, self.id, index | LARGE) {
            return false;
        }
        self.larges.insert(Large {
            extent,
            size: request.size,
            label: request.kept_label(),
            record: Record::new(0, request.align),
        });
        self.statistics.add(request.size);
        self.statistics.held_bytes += extent.size;
        true
    }

    /// Ends the allocation at a place. The extent that comes back, if any, is for the caller to return to the resource
    /// once it has left the lock. O(1).
    #[inline]
    pub(crate) fn remove(&mut self, place: Place) -> Option<Extent> {
        if place.is_large() {
            let large = self.larges.remove(place.large())?;
            self.statistics.remove(large.size);
            self.release(large.extent);
            return Some(large.extent);
        }
        let size = self.spans.record_ref(place).size;
        // SAFETY: the slot is in use, as whoever has its place has found.
        unsafe { self.spans.free(place.span(), place.slot()) };
        self.statistics.remove(size as usize);
        None
    }

    /// Ends a small allocation in the plain case, where it is not retained and has no handle; false, with nothing changed, in
    /// all others.
    #[inline(always)]
    pub(crate) fn free_plain(&mut self, pointer: *const u8) -> bool {
        let Some((span, slot, record)) = self.slot_at(pointer) else {
            return false;
        };
        if record.state != record::State::Live || record.number != 0 {
            return false;
        }
        let size = record.size as usize;
        // SAFETY: the slot is in use.
        unsafe { self.spans.free(span, slot) };
        self.statistics.remove(size);
        true
    }

    /// Notes that an extent goes back to the resource.
    fn release(&mut self, extent: Extent) {
        self.statistics.held_bytes -= extent.size;
        // The leaf is there, since the extent was entered.
        pages::enter(extent.address(), 1, self.id, GONE);
    }

    /// Takes out the chunks without live allocations, for the caller to return to the resource.
    pub(crate) fn trim(&mut self) -> Vec<Extent> {
        let mut extents = Vec::new();
        self.spans.trim(|extent| extents.push(extent));
        for extent in &extents {
            self.statistics.held_bytes -= extent.size;
            pages::enter(extent.address(), extent.size / pages::UNIT, self.id, GONE);
        }
        extents
    }

    /// Every live allocation. O(live, and what was live at once).
    pub(crate) fn live(&self) -> Vec<Allocation> {
        let mut live = Vec::new();
        // SAFETY: labels are what the requests were made with (`Request`).
        self.spans.each_live(|start, record, label| unsafe {
            live.push(record.describe(start, record.size as usize, label));
        });
        self.larges.each(|large| {
            if large.record.is_live() {
                // SAFETY: as above.
                live.push(unsafe { large.record.describe(large.extent.start, large.size, large.label) });
            }
        });
        live
    }

    /// All extents, when the context is at its end.
    pub(crate) fn extents(&mut self) -> Vec<Extent> {
        let mut extents: Vec<_> = self.spans.extents().chain(self.larges.extents()).collect();
        if let Some(debug) = &mut self.debug {
            extents.extend(debug.empty());
        }
        extents
    }
}
