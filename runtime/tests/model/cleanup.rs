//! Cleanups: what should run, and what they see and do when they run.

use std::cell::RefCell;
use std::ptr::{null, null_mut};
use std::rc::Rc;

use croft_runtime::cleanup::{Registration, croft_rt_cancel_cleanup, croft_rt_run_cleanup};
use croft_runtime::kernel::*;

use super::memory::{COUNTS_OPEN, Memory};
use super::region::{Shadow, frame};

/// What a cleanup does. Others of its region, older ones, are named by their place among these, modulo their number.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    Nothing,
    /// Opens a region of its own, asks it for so many bytes, and ends it.
    Scratch(usize),
    Cancel(usize),
    Run(usize),
}

/// That a cleanup ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    serial: usize,
    /// Whether the region's objects were whole.
    is_whole: bool,
    /// Whether what it asked its own region for was granted.
    is_granted: bool,
}

/// What ran, in turn.
pub type Log = Rc<RefCell<Vec<Ran>>>;

/// What a cleanup is registered for.
pub struct Ticket {
    serial: usize,
    action: Action,
    /// What [`Action::Cancel`] and [`Action::Run`] name, or null.
    other: *mut Registration,
    /// An object of the region: where, length, pattern.
    watched: (*const u8, usize, u8),
    log: Log,
}

/// A registered cleanup, as it should be.
pub struct Registered {
    pub registration: *mut Registration,
    ticket: *mut Ticket,
    /// The place of `other`.
    other: Option<usize>,
    is_pending: bool,
}

impl Registered {
    /// Before it is registered. `others` are those of its region.
    pub fn new(serial: usize, action: Action, region: &Shadow, log: &Log) -> Self {
        let others = &region.cleanups;
        let other = match action {
            Action::Cancel(which) | Action::Run(which) => which.checked_rem(others.len()),
            Action::Nothing | Action::Scratch(_) => None,
        };
        let watched = region.objects.values().next_back();
        let ticket = Ticket {
            serial,
            action,
            other: other.map_or(null_mut(), |other| others[other].registration),
            watched: watched.copied().unwrap_or((null(), 0, 0)),
            log: Rc::clone(log),
        };
        Self {
            registration: null_mut(),
            ticket: Box::into_raw(Box::new(ticket)),
            other,
            is_pending: true,
        }
    }

    /// What the cleanup is given.
    pub fn object(&self) -> *mut u8 {
        self.ticket.cast()
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        // SAFETY: `new` made it, and the region, which has ended or was reset, does not refer to it.
        drop(unsafe { Box::from_raw(self.ticket) });
    }
}

/// The function of all cleanups.
///
/// # Safety
///
/// 1. `object` is a [`Ticket`], in the region for which it was made.
pub unsafe extern "C" fn run(object: *mut u8) {
    // SAFETY: obligation 1; an object lives as long as its region, and the older registration as well.
    unsafe {
        let ticket = &*object.cast::<Ticket>();
        let (start, length, pattern) = ticket.watched;
        let is_whole = length == 0
            || std::slice::from_raw_parts(start, length)
                .iter()
                .all(|&byte| byte == pattern);
        let mut is_granted = false;
        if let Action::Scratch(bytes) = ticket.action {
            let own = Shadow::new(frame(), true, None, 0);
            croft_rt_open(own.descriptor);
            is_granted = !croft_rt_try_alloc(own.descriptor, bytes, 8).is_null();
            croft_rt_pop(own.descriptor);
        }
        ticket.log.borrow_mut().push(Ran {
            serial: ticket.serial,
            is_whole,
            is_granted,
        });
        match ticket.action {
            Action::Cancel(_) => croft_rt_cancel_cleanup(ticket.other),
            Action::Run(_) => croft_rt_run_cleanup(ticket.other),
            Action::Nothing | Action::Scratch(_) => {}
        }
    }
}

impl Shadow {
    /// Predicts what a cleanup does if it runs now: nothing, if it has run or was cancelled.
    pub fn run_cleanup(&mut self, index: usize, memory: &mut Memory, ran: &mut Vec<Ran>) {
        let Some(registered) = self.cleanups.get_mut(index) else {
            return;
        };
        if !std::mem::take(&mut registered.is_pending) {
            return;
        }
        let other = registered.other;
        // SAFETY: it is this registration's.
        let ticket = unsafe { &*registered.ticket };
        let mut is_granted = false;
        if let Action::Scratch(bytes) = ticket.action {
            let mut own = Shadow::new(frame(), true, None, 0);
            if COUNTS_OPEN {
                memory.enter();
            }
            is_granted = own.grant(Some(bytes), 8, memory);
            memory.back(&mut own, true);
        }
        ran.push(Ran {
            serial: ticket.serial,
            is_whole: true,
            is_granted,
        });
        match (ticket.action, other) {
            (Action::Cancel(_), Some(other)) => self.cancel_cleanup(other),
            (Action::Run(_), Some(other)) => self.run_cleanup(other, memory, ran),
            _ => {}
        }
    }

    /// A cleanup that has not run does not run any more.
    pub fn cancel_cleanup(&mut self, index: usize) {
        if let Some(registered) = self.cleanups.get_mut(index) {
            registered.is_pending = false;
        }
    }

    /// Predicts what runs when the region ends or is reset.
    pub fn run_cleanups(&mut self, memory: &mut Memory) -> Vec<Ran> {
        let mut ran = Vec::new();
        for index in (0..self.cleanups.len()).rev() {
            self.run_cleanup(index, memory, &mut ran);
        }
        ran
    }
}
