//! What a context owns, and what its pointers mean. Used under the context's lock.

use core::ptr::NonNull;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use hashbrown::HashMap;

use super::cleanup::Pending;
use super::contexts;
use super::large::{Large, Larges};
use super::misuse::Debug;
use super::object::{Extra, Open};
use super::pages;
use super::record::{Allocation, Record, Request};
use super::resource::{Extent, Resource};
use super::slots::Slots;
use super::span::{Refusal, SPAN, Spans, Spot};
use super::statistics::ContextStatistics;
use super::status::Status;

/// Marks the place of a large allocation in the table of pages; without it a place is the index of a span.
const LARGE: u32 = 1 << 31;
/// The place of memory that the context has given back.
const GONE: u32 = u32::MAX;

/// Where a live allocation's record is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Slot { span: u32, slot: u32 },
    Large(u32),
}

/// The state of a context.
pub(crate) struct State {
    pub(crate) id: u64,
    pub(crate) resource: Arc<dyn Resource>,
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
    pub(crate) fn new(id: u64, resource: Arc<dyn Resource>) -> Self {
        Self {
            id,
            resource,
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

    /// The live small allocation that starts here: its span and slot. O(1).
    #[inline(always)]
    pub(crate) fn find_slot(&self, pointer: *const u8) -> Option<(u32, u32)> {
        let (owner, place) = pages::look_up(pointer.addr())?;
        if owner != self.id {
            return None;
        }
        // The place of a large allocation is no index of a span.
        match self.spans.spot(place, pointer.addr()) {
            Spot::Slot(slot) if self.spans.record_ref(place, slot).is_live() => Some((place, slot)),
            _ => None,
        }
    }

    /// The live allocation that starts here, or what is wrong with the pointer. Reads no memory but the context's own
    /// records. O(1).
    #[inline]
    pub(crate) fn find(&self, pointer: *const u8) -> Result<Place, Status> {
        match self.find_slot(pointer) {
            Some((span, slot)) => Ok(Place::Slot { span, slot }),
            None => self.find_other(pointer.addr()),
        }
    }

    /// As [`find`](Self::find), for what is no slot.
    #[cold]
    fn find_other(&self, address: usize) -> Result<Place, Status> {
        if address == 0 {
            return Err(Status::Null);
        }
        let (owner, place) = pages::look_up(address).unwrap_or((0, GONE));
        if owner == self.id && place != GONE {
            if place & LARGE == 0 {
                return Err(match self.spans.spot(place, address) {
                    Spot::Slot(_) | Spot::FreedInside => Status::Freed,
                    Spot::Interior => Status::Interior,
                    Spot::Unused => Status::Foreign,
                });
            }
            let index = place & !LARGE;
            if let Some(large) = self.larges.get(index)
                && large.extent.address() == address
            {
                return if large.record.is_live() {
                    Ok(Place::Large(index))
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
        match place {
            Place::Slot { span, slot } => Ok(self.spans.record(span, slot)),
            Place::Large(index) => {
                let large = self.larges.get_mut(index).ok_or(Status::Freed)?;
                Ok(&mut large.record)
            }
        }
    }

    /// What `info` says of a pointer. O(1).
    pub(crate) fn info(&self, pointer: NonNull<u8>) -> Result<Allocation, Status> {
        match self.find(pointer.as_ptr())? {
            Place::Slot { span, slot } => {
                let record = self.spans.record_ref(span, slot);
                Ok(record.describe(pointer, record.size as usize))
            }
            Place::Large(index) => {
                let large = self.larges.get(index).ok_or(Status::Freed)?;
                Ok(large.record.describe(pointer, large.size))
            }
        }
    }

    /// A slot for a small request, and whether it is known to be zero.
    #[inline]
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
        let is_zero = self.resource.is_zeroed();
        let added = self.spans.add(extent, is_zero, |start, index| {
            pages::enter(start, SPAN / pages::UNIT, id, index)
        });
        if added {
            self.statistics.held_bytes += extent.size;
        } else {
            pages::enter(extent.address(), extent.size / pages::UNIT, id, GONE);
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
            record: Record::new(request, 0),
        });
        self.statistics.add(request.size);
        self.statistics.held_bytes += extent.size;
        true
    }

    /// Ends the allocation at a place. The extent that comes back, if any, is for the caller to return to the resource
    /// once it has left the lock. O(1).
    #[inline]
    pub(crate) fn remove(&mut self, place: Place) -> Option<Extent> {
        match place {
            Place::Slot { span, slot } => {
                let size = self.spans.record_ref(span, slot).size;
                self.spans.free(span, slot);
                self.statistics.remove(size as usize);
                None
            }
            Place::Large(index) => {
                let large = self.larges.remove(index)?;
                self.statistics.remove(large.size);
                self.release(large.extent);
                Some(large.extent)
            }
        }
    }

    /// Ends a small allocation in the plain case, [`Spans::free_plain`]; false, with nothing changed, in all others.
    #[inline(always)]
    pub(crate) fn free_plain(&mut self, pointer: *const u8) -> bool {
        let Some((owner, place)) = pages::look_up(pointer.addr()) else {
            return false;
        };
        // The place of a large allocation is no index of a span.
        if owner != self.id {
            return false;
        }
        let Some(size) = self.spans.free_plain(place, pointer.addr()) else {
            return false;
        };
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
        self.spans
            .each_live(|start, record| live.push(record.describe(start, record.size as usize)));
        self.larges.each(|start, size, record| {
            if record.is_live() {
                live.push(record.describe(start, size));
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
