//! A shadow model: random sequences of operations on a small pool, each outcome predicted.
//!
//! The model knows what the documentation says (rounding, blocks, budgets), keeps the live objects
//! in an ordered map of address ranges and fills each with a pattern of its own. After each step
//! every prediction, counter and invariant is compared, and every object is read before it ends.
//! On failure proptest prints the shrunk sequence; `PROPTEST_RNG_SEED` repeats a run.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;

use croft_runtime::invariants::check_region;
use croft_runtime::kernel::*;
use croft_runtime::layout::{BLOCK_SIZE, HOME, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use croft_runtime::runs::{BLOCKS, CLASSES, LARGEST, ROOM};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod static_pool;
use static_pool::StaticPool;

const POOL_BLOCKS: usize = 20;

#[derive(Clone, Debug)]
enum Step {
    Open {
        budget: Option<usize>,
        eager: bool,
    },
    Push {
        budget: Option<usize>,
    },
    Pop,
    Reset {
        region: usize,
    },
    Alloc {
        region: usize,
        size: usize,
        align: usize,
    },
    Array {
        region: usize,
        count: usize,
        size: usize,
        align: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let budget = || prop::option::of(prop_oneof![0..200usize, 0..3 * BLOCK_SIZE, 0..12 * BLOCK_SIZE]);
    let size = prop_oneof![
        4 => 0..100usize,
        2 => 0..PAYLOAD + 100,
        1 => (PAYLOAD - 80)..=PAYLOAD,
        2 => PAYLOAD..7 * BLOCK_SIZE,
        1 => Just(usize::MAX)
    ];
    let align = || {
        prop_oneof![
            9 => (0..13u32).prop_map(|power| 1usize << power),
            1 => prop::sample::select(vec![0, 3, 24, 2 * MAX_ALIGN]),
        ]
    };
    let count = prop_oneof![9 => 0..60usize, 1 => 60..300usize, 1 => Just(usize::MAX / 2)];
    prop_oneof![
        2 => (budget(), any::<bool>()).prop_map(|(budget, eager)| Step::Open { budget, eager }),
        2 => budget().prop_map(|budget| Step::Push { budget }),
        3 => Just(Step::Pop),
        1 => any::<usize>().prop_map(|region| Step::Reset { region }),
        12 => (any::<usize>(), size, align())
            .prop_map(|(region, size, align)| Step::Alloc { region, size, align }),
        6 => (any::<usize>(), count, 0..300usize, align())
            .prop_map(|(region, count, size, align)| Step::Array { region, count, size, align }),
    ]
}

/// What a region should be.
struct Shadow {
    descriptor: *mut Descriptor,
    /// The frame that the descriptor lies in, unless its block holds it.
    _frame: Option<Box<MaybeUninit<Descriptor>>>,
    budget: Option<usize>,
    /// Bytes charged since the last reset.
    charged: usize,
    blocks: usize,
    /// Offset of the frontier in the newest block, before what a run took of the budget.
    offset: usize,
    /// Offset of the limit in the newest block.
    limit: usize,
    /// Runs, by class.
    runs: [usize; CLASSES],
    /// Live objects: start, length, pattern.
    objects: BTreeMap<usize, (usize, u8)>,
}

impl Shadow {
    /// Offset of the limit in the first block.
    fn first_limit(&self) -> usize {
        self.budget.map_or(HOME, |budget| PAYLOAD.min(budget & !7))
    }

    /// Predicts a request, and carries it out in the model if it will be granted.
    fn grant(&mut self, size: Option<usize>, align: usize, pool: &mut Memory) -> bool {
        let Some(size) = size else {
            return false;
        };
        if !align.is_power_of_two() || align > MAX_ALIGN {
            return false;
        }
        let left = self
            .budget
            .map_or(usize::MAX, |budget| (budget & !7) - self.charged);
        if size > PAYLOAD {
            return self.grant_run(size, left, pool);
        }
        let size = size.max(1).next_multiple_of(8);
        let padding = self.offset.next_multiple_of(align) - self.offset;
        // A run may have taken the rest of the budget: the frontier is then not where the model has it,
        // but the padding is that of the real one.
        let padding = if self.moved(left) {
            let frontier = self.end(left) - left;
            frontier.next_multiple_of(align) - frontier
        } else {
            padding
        };
        if self.blocks > 0 && padding + size <= left && self.frontier(left) + padding + size <= self.end(left)
        {
            self.offset = self.frontier(left) + padding + size;
            self.charged += padding + size;
            return true;
        }
        if size > left || !pool.block(self.blocks == 0) {
            return false;
        }
        self.limit = if self.blocks == 0 && self.budget.is_some() {
            PAYLOAD.min(left)
        } else {
            HOME.min(left)
        };
        self.charged += size;
        self.offset = size;
        self.blocks += 1;
        true
    }

    /// Offset of the limit in the newest block.
    fn end(&self, _left: usize) -> usize {
        self.limit
    }

    /// Whether what is left of the budget is less than the room in the newest block.
    fn moved(&self, left: usize) -> bool {
        self.blocks > 0 && left < self.limit - self.offset
    }

    /// Offset of the frontier: it moves up to leave as much room as the budget.
    fn frontier(&self, left: usize) -> usize {
        if self.moved(left) {
            self.limit - left
        } else {
            self.offset
        }
    }

    fn grant_run(&mut self, size: usize, left: usize, pool: &mut Memory) -> bool {
        if size > LARGEST || size.next_multiple_of(8) > left {
            return false;
        }
        let class = BLOCKS
            .iter()
            .position(|&blocks| size + ROOM <= blocks * BLOCK_SIZE)
            .unwrap();
        let Some(class) = pool.run(class, self.blocks == 0) else {
            return false;
        };
        if self.blocks == 0 {
            self.blocks = 1;
            self.limit = if self.budget.is_some() {
                PAYLOAD.min(left)
            } else {
                HOME
            };
        }
        self.charged += size.next_multiple_of(8);
        self.runs[class] += 1;
        true
    }

    /// Reads every object and forgets it.
    fn end_objects(&mut self) {
        for (&start, &(length, pattern)) in &self.objects {
            // SAFETY: an object of this length lives there.
            let bytes = unsafe { std::slice::from_raw_parts(start as *const u8, length) };
            assert!(bytes.iter().all(|&byte| byte == pattern), "contents survive");
        }
        self.objects.clear();
    }
}

/// What the pool should have.
struct Memory {
    /// Regions that own memory.
    owners: usize,
    /// Blocks that were never used in this busy time.
    gap: usize,
    /// The smallest gap ever.
    least: usize,
    /// Free blocks and runs.
    blocks: usize,
    runs: [usize; CLASSES],
}

impl Memory {
    /// A region that owns none, if `first`, is to own memory.
    fn own(&mut self, first: bool) {
        if first && self.owners == 0 {
            (self.gap, self.blocks, self.runs) = (POOL_BLOCKS, 0, [0; CLASSES]);
        }
        self.owners += usize::from(first);
    }

    /// Takes a block.
    fn block(&mut self, first: bool) -> bool {
        self.own(first);
        if self.blocks > 0 {
            self.blocks -= 1;
        } else if self.gap > 0 {
            self.gap -= 1;
        } else if let Some(class) = self.runs.iter().position(|&count| count > 0) {
            self.runs[class] -= 1;
            self.gap = BLOCKS[class] - 1;
        } else {
            self.owners -= usize::from(first);
            return false;
        }
        self.least = self.least.min(self.gap);
        true
    }

    /// Takes a run, and a block if `first`; answers its class.
    fn run(&mut self, class: usize, first: bool) -> Option<usize> {
        let before = (self.owners, self.gap, self.least, self.blocks, self.runs);
        self.own(first);
        let fits = |memory: &Self| {
            let larger = (class..CLASSES).find(|&class| memory.runs[class] > 0);
            if memory.runs[class] == 0 && memory.gap >= BLOCKS[class] {
                None
            } else {
                Some(larger)
            }
        };
        // The block comes from the list or the range, never from a run.
        let block = !first || self.blocks > 0 || self.gap > 0;
        if first && block {
            if self.blocks > 0 {
                self.blocks -= 1;
            } else {
                self.gap -= 1;
            }
        }
        let taken = match fits(self) {
            _ if !block => None,
            None => {
                self.gap -= BLOCKS[class];
                Some(class)
            }
            Some(Some(class)) => {
                self.runs[class] -= 1;
                Some(class)
            }
            Some(None) => None,
        };
        if taken.is_none() {
            (self.owners, self.gap, self.least, self.blocks, self.runs) = before;
        }
        self.least = self.least.min(self.gap);
        taken
    }

    /// Gets back what a region had; all, if `ended`.
    fn back(&mut self, region: &mut Shadow, ended: bool) {
        if region.blocks == 0 {
            return;
        }
        self.owners -= usize::from(ended);
        self.blocks += region.blocks - usize::from(!ended);
        for (free, count) in self.runs.iter_mut().zip(&mut region.runs) {
            *free += std::mem::take(count);
        }
    }
}

struct Model {
    pool: StaticPool,
    regions: Vec<Shadow>,
    memory: Memory,
    pushes: usize,
    patterns: u8,
}

impl Model {
    fn in_use(&self) -> usize {
        let blocks = |region: &Shadow| {
            let runs: usize = region
                .runs
                .iter()
                .zip(BLOCKS)
                .map(|(count, blocks)| count * blocks)
                .sum();
            region.blocks + runs
        };
        self.regions.iter().map(blocks).sum()
    }

    fn run(&mut self, step: &Step) {
        // SAFETY (all calls below): the pool is locked, regions are open until the model pops them,
        // and `alloc` is called only where the model predicts that it is granted.
        match *step {
            Step::Open { budget, eager } => self.open(budget, eager),
            Step::Push { budget } => self.push(budget),
            Step::Pop => {
                let Some(mut region) = self.regions.pop() else {
                    return;
                };
                region.end_objects();
                self.memory.back(&mut region, true);
                // SAFETY: see above.
                unsafe { croft_rt_pop(region.descriptor) };
            }
            Step::Reset { region } => {
                let length = self.regions.len().max(1);
                let Some(region) = self.regions.get_mut(region % length) else {
                    return;
                };
                region.end_objects();
                self.memory.back(region, false);
                // SAFETY: see above.
                unsafe { croft_rt_reset(region.descriptor) };
                if region.blocks > 0 {
                    (region.blocks, region.offset) = (1, 0);
                    region.limit = region.first_limit();
                }
                region.charged = 0;
            }
            Step::Alloc { region, size, align } => self.allocate(region, None, size, align),
            Step::Array {
                region,
                count,
                size,
                align,
            } => {
                self.allocate(region, Some(count), size, align);
            }
        }
    }

    fn open(&mut self, budget: Option<usize>, eager: bool) {
        // An eager opening without a block would call the handler.
        let eager = eager && self.memory.block(true);
        let mut frame = Box::new(MaybeUninit::uninit());
        let descriptor = frame.as_mut_ptr();
        // SAFETY: writable memory for a descriptor.
        unsafe {
            match (budget, eager) {
                (None, false) => croft_rt_open(descriptor),
                (None, true) => croft_rt_open_eager(descriptor),
                (Some(bytes), false) => croft_rt_open_bounded(descriptor, bytes),
                (Some(bytes), true) => croft_rt_open_eager_bounded(descriptor, bytes),
            }
        }
        self.pushes += usize::from(eager);
        let objects = BTreeMap::new();
        let frame = Some(frame);
        let shadow = Shadow {
            descriptor,
            _frame: frame,
            budget,
            charged: 0,
            blocks: usize::from(eager),
            offset: 0,
            objects,
            limit: 0,
            runs: [0; CLASSES],
        };
        self.regions.push(shadow);
        let region = self.regions.last_mut().unwrap();
        region.limit = region.first_limit();
    }

    fn push(&mut self, budget: Option<usize>) {
        if !self.memory.block(true) {
            return;
        }
        // SAFETY: the pool is locked and has a block.
        let descriptor = unsafe { budget.map_or_else(|| croft_rt_push(), |b| croft_rt_push_bounded(b)) };
        self.pushes += 1;
        let objects = BTreeMap::new();
        let offset = 0;
        let shadow = Shadow {
            descriptor,
            _frame: None,
            budget,
            charged: 0,
            blocks: 1,
            offset,
            objects,
            limit: 0,
            runs: [0; CLASSES],
        };
        self.regions.push(shadow);
        let region = self.regions.last_mut().unwrap();
        region.limit = region.first_limit();
    }

    fn allocate(&mut self, region: usize, count: Option<usize>, size: usize, align: usize) {
        if self.regions.is_empty() {
            return;
        }
        let index = region % self.regions.len();
        let region = &mut self.regions[index];
        let descriptor = region.descriptor;
        let bytes = count.unwrap_or(1).checked_mul(size);
        let was_empty = region.blocks == 0;
        let granted = region.grant(bytes, align, &mut self.memory);
        self.patterns = self.patterns.wrapping_add(1);
        // SAFETY: see `run`.
        let object = unsafe {
            match (count, granted && self.patterns.is_multiple_of(2)) {
                (None, true) => croft_rt_alloc(descriptor, size, align),
                (None, false) => croft_rt_try_alloc(descriptor, size, align),
                (Some(count), true) => croft_rt_alloc_array(descriptor, count, size, align),
                (Some(count), false) => croft_rt_try_alloc_array(descriptor, count, size, align),
            }
        };
        assert_eq!(!object.is_null(), granted, "granted as predicted");
        if !granted {
            return;
        }
        self.pushes += usize::from(was_empty);
        let (start, length) = (object as usize, bytes.unwrap());
        assert!(start.is_multiple_of(align.max(8)));
        assert!(self.pool.range().contains(&start) && start + length <= self.pool.range().end);
        if length <= PAYLOAD {
            assert!(start % BLOCK_SIZE + length <= HOME, "no footer is handed out");
        }
        let end = start + length.max(1);
        for other in &self.regions {
            let before = other.objects.range(..end).next_back();
            let free_from = before.map_or(0, |(&from, &(length, _))| from + length.max(1));
            assert!(free_from <= start, "live objects are disjoint");
        }
        let region = &mut self.regions[index];
        region.objects.insert(start, (length, self.patterns));
        // SAFETY: `length` bytes are ours.
        unsafe { object.write_bytes(self.patterns, length) };
    }

    fn compare(&mut self) {
        assert_eq!(self.pool.check(), 0);
        let stats = self.pool.stats();
        assert_eq!(stats.blocks_in_use, self.in_use());
        assert_eq!(stats.blocks_peak, POOL_BLOCKS - self.memory.least);
        assert_eq!(stats.pushes, self.pushes);
        for region in &self.regions {
            // SAFETY: the pool is locked and the region open.
            let blocks = unsafe { check_region(&raw const croft_pool, region.descriptor) };
            let runs: usize = region
                .runs
                .iter()
                .zip(BLOCKS)
                .map(|(count, blocks)| count * blocks)
                .sum();
            assert_eq!(blocks, Ok(region.blocks + runs));
        }
    }
}

/// A fixed seed, so that every run is the same, unless the environment asks for another.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0x0c20_f700);
    }
    println!("seed: {:?}, cases: {}", config.rng_seed, config.cases);
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_outcome_is_as_predicted(steps in prop::collection::vec(step(), 1..120)) {
        let pool = StaticPool::new(POOL_BLOCKS);
        let mut model = Model { pool, regions: Vec::new(), memory: Memory { owners: 0, gap: POOL_BLOCKS, least: POOL_BLOCKS, blocks: 0, runs: [0; CLASSES] }, pushes: 0, patterns: 0 };
        for step in &steps {
            model.run(step);
            model.compare();
        }
        while !model.regions.is_empty() {
            model.run(&Step::Pop);
            model.compare();
        }
    }
}
