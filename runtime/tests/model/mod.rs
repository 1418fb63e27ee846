//! A shadow model: the operations on a small pool, each outcome predicted.
//!
//! The model knows what the documentation says (rounding, blocks, runs, budgets), keeps the live objects in an ordered map
//! of address ranges and fills each with a pattern of its own. After each step every prediction, counter and invariant
//! is compared, and every object is read before it ends.

#![allow(dead_code, reason = "each program uses a part")]

pub mod cleanup;
pub mod memory;
#[cfg(unix)]
pub mod refusal;
pub mod region;
pub mod step;

use croft_runtime::cleanup::{Registration, croft_rt_cancel_cleanup, croft_rt_run_cleanup};
use croft_runtime::invariants::check_region;
use croft_runtime::kernel::*;
use croft_runtime::layout::{BLOCK_SIZE, HOME, MIN_ALIGN, PAYLOAD};

use super::static_pool::StaticPool;
use cleanup::{Action, Log, Ran, Registered};
use memory::{COUNTS_OPEN, Memory};
use region::Shadow;
use step::Step;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It asked for nothing, or there is no region to ask it of.
    Nothing,
    Granted,
    Refused,
}

/// The static pool and its regions, and what they should be.
pub struct Model {
    pub pool: StaticPool,
    pub regions: Vec<Shadow>,
    pub memory: Memory,
    patterns: u8,
    /// Cleanups registered so far.
    pub registered: usize,
    /// Cleanups that have run so far, as predicted.
    pub ran: usize,
    log: Log,
    /// How many more refusals are looked at closely: that they change nothing, and whom they tell. Slow.
    pub watches: usize,
}

impl Model {
    /// A fresh pool of that many blocks.
    pub fn new(blocks: usize) -> Self {
        Self {
            pool: StaticPool::new(blocks),
            regions: Vec::new(),
            memory: Memory::new(blocks),
            patterns: 0,
            registered: 0,
            ran: 0,
            log: Log::default(),
            watches: 0,
        }
    }

    /// Runs the steps and ends all regions; everything is compared after each. Answers what became of the steps.
    pub fn play(&mut self, steps: &[Step]) -> Vec<Outcome> {
        let outcomes = steps
            .iter()
            .map(|step| {
                let outcome = self.run(step);
                self.compare();
                outcome
            })
            .collect();
        while !self.regions.is_empty() {
            self.run(&Step::Pop { region: None });
            self.compare();
        }
        outcomes
    }

    /// Blocks that all regions own.
    pub fn in_use(&self) -> usize {
        self.regions.iter().map(Shadow::owns).sum()
    }

    /// Carries out a step, on the pool and in the model.
    pub fn run(&mut self, step: &Step) -> Outcome {
        match *step {
            Step::Open { budget, eager } => self.open(budget, eager),
            Step::Push { budget } => self.push(budget),
            Step::Pop { region } => {
                self.pop(region);
                Outcome::Nothing
            }
            Step::Reset { region } => {
                self.reset(region);
                Outcome::Nothing
            }
            Step::Alloc { region, size, align } => self.allocate(region, None, size, align),
            Step::Array {
                region,
                count,
                size,
                align,
            } => self.allocate(region, Some(count), size, align),
            Step::Register { region, action } => self.register(region, action),
            Step::RunEarly { region, which } => {
                self.settle_early(region, which, true);
                Outcome::Nothing
            }
            Step::Cancel { region, which } => {
                self.settle_early(region, which, false);
                Outcome::Nothing
            }
        }
    }

    fn pop(&mut self, region: Option<usize>) {
        let Some(newest) = self.regions.len().checked_sub(1) else {
            return;
        };
        let index = region.map_or(newest, |region| region % (newest + 1));
        let mut region = self.regions.remove(index);
        let ran = region.run_cleanups(&mut self.memory);
        region.check_objects();
        self.memory.back(&mut region, true);
        // SAFETY: the pool is locked, and the region was open.
        unsafe { croft_rt_pop(region.descriptor) };
        self.compare_log(&ran);
    }

    fn reset(&mut self, region: usize) {
        let length = self.regions.len().max(1);
        let Some(region) = self.regions.get_mut(region % length) else {
            return;
        };
        let ran = region.run_cleanups(&mut self.memory);
        region.check_objects();
        self.memory.back(region, false);
        // SAFETY: the pool is locked, and the region is open.
        unsafe { croft_rt_reset(region.descriptor) };
        region.objects.clear();
        region.cleanups.clear();
        if region.blocks > 0 {
            (region.blocks, region.offset) = (1, 0);
            region.limit = region.first_limit();
        }
        region.charged = 0;
        self.compare_log(&ran);
    }

    fn open(&mut self, budget: Option<usize>, eager: bool) -> Outcome {
        let descriptor = region::frame();
        // SAFETY: the pool is locked; writable memory for a descriptor.
        let open = |eager| unsafe {
            match (budget, eager) {
                (None, false) => croft_rt_open(descriptor),
                (None, true) => croft_rt_open_eager(descriptor),
                (Some(bytes), false) => croft_rt_open_bounded(descriptor, bytes),
                (Some(bytes), true) => croft_rt_open_eager_bounded(descriptor, bytes),
            }
        };
        if eager && !self.memory.block(true) {
            self.is_told_once(0, || open(true));
            drop(Shadow::new(descriptor, true, None, 0));
            return Outcome::Refused;
        }
        open(eager);
        if !eager && COUNTS_OPEN {
            self.memory.enter();
        }
        self.regions
            .push(Shadow::new(descriptor, true, budget, usize::from(eager)));
        if eager { Outcome::Granted } else { Outcome::Nothing }
    }

    fn push(&mut self, budget: Option<usize>) -> Outcome {
        // SAFETY: the pool is locked.
        let push = || unsafe { budget.map_or_else(|| croft_rt_push(), |b| croft_rt_push_bounded(b)) };
        if !self.memory.block(true) {
            self.is_told_once(0, || _ = push());
            return Outcome::Refused;
        }
        self.regions.push(Shadow::new(push(), false, budget, 1));
        Outcome::Granted
    }

    fn allocate(&mut self, region: usize, count: Option<usize>, size: usize, align: usize) -> Outcome {
        if self.regions.is_empty() {
            return Outcome::Nothing;
        }
        let index = region % self.regions.len();
        let region = &mut self.regions[index];
        let descriptor = region.descriptor;
        let bytes = count.unwrap_or(1).checked_mul(size);
        let granted = region.grant(bytes, align, &mut self.memory);
        self.patterns = self.patterns.wrapping_add(1);
        // SAFETY: the pool is locked, and the region is open.
        let ask = |tries| unsafe {
            match (count, tries) {
                (None, false) => croft_rt_alloc(descriptor, size, align),
                (None, true) => croft_rt_try_alloc(descriptor, size, align),
                (Some(count), false) => croft_rt_alloc_array(descriptor, count, size, align),
                (Some(count), true) => croft_rt_try_alloc_array(descriptor, count, size, align),
            }
        };
        if !granted {
            self.changes_nothing(descriptor, || {
                assert!(ask(true).is_null(), "refused as predicted")
            });
            self.is_told_once(bytes.unwrap_or(usize::MAX), || _ = ask(false));
            return Outcome::Refused;
        }
        let object = ask(!self.patterns.is_multiple_of(2));
        assert!(!object.is_null(), "granted as predicted");
        let length = bytes.unwrap();
        let start = object as usize;
        assert!(start.is_multiple_of(8) && start.trailing_zeros() >= align.trailing_zeros());
        self.place(object, length);
        let region = &mut self.regions[index];
        region.objects.insert(start, (object, length, self.patterns));
        // SAFETY: `length` bytes are ours.
        unsafe { object.write_bytes(self.patterns, length) };
        Outcome::Granted
    }

    /// Compares where an object is that a region handed out with what is live.
    fn place(&self, object: *const u8, length: usize) {
        let start = object as usize;
        assert!(self.pool.range().contains(&start) && start + length <= self.pool.range().end);
        if length <= PAYLOAD {
            assert!(start % BLOCK_SIZE + length <= HOME, "no footer is handed out");
        }
        let end = start + length;
        let of_objects = self.regions.iter().filter_map(|other| {
            let before = other.objects.range(..end).next_back()?;
            Some((*before.0, before.1.1))
        });
        let of_cleanups = self.regions.iter().flat_map(|other| {
            let registrations = other.cleanups.iter();
            registrations.map(|other| (other.registration as usize, size_of::<Registration>()))
        });
        for (other, length) in of_objects.chain(of_cleanups) {
            assert!(
                other + length <= start || end <= other,
                "live objects are disjoint"
            );
        }
    }

    /// Registers a cleanup.
    fn register(&mut self, region: usize, action: Action) -> Outcome {
        if self.regions.is_empty() {
            return Outcome::Nothing;
        }
        let index = region % self.regions.len();
        let region = &mut self.regions[index];
        let descriptor = region.descriptor;
        let size = size_of::<Registration>();
        let granted = region.grant(Some(size), MIN_ALIGN, &mut self.memory);
        self.registered += 1;
        let mut registered = Registered::new(self.registered, action, region, &self.log);
        let object = registered.object();
        // SAFETY: the pool is locked, and the region is open; the ticket lives until it has ended or was reset.
        let ask = |tries| unsafe {
            if tries {
                croft_rt_try_register_cleanup(descriptor, object, cleanup::run)
            } else {
                croft_rt_register_cleanup(descriptor, object, cleanup::run)
            }
        };
        if !granted {
            self.changes_nothing(descriptor, || {
                assert!(ask(true).is_null(), "refused as predicted")
            });
            self.is_told_once(size, || _ = ask(false));
            return Outcome::Refused;
        }
        registered.registration = ask(!self.registered.is_multiple_of(2));
        assert!(!registered.registration.is_null(), "granted as predicted");
        // Registrations are objects of the region, which other objects keep clear of; their contents are the runtime's.
        self.place(registered.registration.cast(), size);
        self.regions[index].cleanups.push(registered);
        Outcome::Granted
    }

    /// Runs a cleanup early, or cancels it. Nothing happens to one that has run or was cancelled.
    fn settle_early(&mut self, region: usize, which: usize, runs: bool) {
        let length = self.regions.len().max(1);
        let Some(region) = self.regions.get_mut(region % length) else {
            return;
        };
        let Some(index) = which.checked_rem(region.cleanups.len()) else {
            return;
        };
        let registration = region.cleanups[index].registration;
        let mut ran = Vec::new();
        // SAFETY: the pool is locked, and the region was neither ended nor reset since it was registered.
        unsafe {
            if runs {
                region.run_cleanup(index, &mut self.memory, &mut ran);
                croft_rt_run_cleanup(registration);
            } else {
                region.cancel_cleanup(index);
                croft_rt_cancel_cleanup(registration);
            }
        }
        self.compare_log(&ran);
    }

    /// Compares what ran, and in which order, with what should have.
    fn compare_log(&mut self, expected: &[Ran]) {
        let ran = std::mem::take(&mut *self.log.borrow_mut());
        assert_eq!(ran, expected, "the cleanups that ran");
        self.ran += ran.len();
    }

    /// Compares all that can be seen of the pool and its regions with the model.
    pub fn compare(&mut self) {
        assert_eq!(self.pool.check(), 0);
        let stats = self.pool.stats();
        assert_eq!(stats.blocks_in_use, self.in_use());
        assert_eq!(stats.blocks_peak, self.memory.total - self.memory.least);
        assert_eq!(stats.uses, self.memory.uses);
        for region in &self.regions {
            // SAFETY: the pool is locked and the region open.
            let blocks = unsafe { check_region(croft_runtime::execution::current_pool(), region.descriptor) };
            assert_eq!(blocks, Ok(region.owns()));
        }
    }

    #[cfg(unix)]
    fn changes_nothing(&self, region: *const croft_runtime::region::Descriptor, request: impl FnOnce()) {
        if self.watches > 0 {
            refusal::changes_nothing(&self.pool, region, request);
        } else {
            request();
        }
    }

    /// A request of that many bytes, which is refused, tells the handler once and does not come back.
    #[cfg(unix)]
    fn is_told_once(&mut self, size: usize, request: impl FnOnce()) {
        if self.watches > 0 {
            self.watches -= 1;
            refusal::is_told_once(size, request);
        }
    }

    #[cfg(not(unix))]
    fn changes_nothing(&self, _: *const croft_runtime::region::Descriptor, request: impl FnOnce()) {
        request();
    }

    #[cfg(not(unix))]
    fn is_told_once(&mut self, _: usize, _: impl FnOnce()) {}
}
