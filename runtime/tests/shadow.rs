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
use croft_runtime::layout::{BLOCK_SIZE, DESCRIPTOR_SPACE, MAX_ALIGN, PAYLOAD};
use croft_runtime::region::Descriptor;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod static_pool;
use static_pool::StaticPool;

const POOL_BLOCKS: usize = 6;

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
    let budget = || prop::option::of(prop_oneof![0..200usize, 0..3 * BLOCK_SIZE]);
    let size = prop_oneof![
        4 => 0..100usize,
        2 => 0..PAYLOAD + 100,
        1 => (PAYLOAD - 80)..=PAYLOAD,
        1 => Just(usize::MAX)
    ];
    let align = || {
        prop_oneof![
            9 => (0..13u32).prop_map(|power| 1usize << power),
            1 => prop::sample::select(vec![0, 3, 24, 2 * MAX_ALIGN]),
        ]
    };
    let count = prop_oneof![9 => 0..60usize, 1 => Just(usize::MAX / 2)];
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
    frame: Option<Box<MaybeUninit<Descriptor>>>,
    budget: Option<usize>,
    /// Bytes charged since the last reset.
    charged: usize,
    blocks: usize,
    /// Offset of the frontier in the newest block.
    offset: usize,
    /// Live objects: start, length, pattern.
    objects: BTreeMap<usize, (usize, u8)>,
}

impl Shadow {
    fn start(&self) -> usize {
        if self.frame.is_some() { 0 } else { DESCRIPTOR_SPACE }
    }

    /// Predicts a request, and carries it out in the model if it will be granted.
    fn grant(&mut self, size: Option<usize>, align: usize, free_blocks: usize) -> bool {
        let Some(size) = size.filter(|&size| size <= PAYLOAD) else {
            return false;
        };
        if !align.is_power_of_two() || align > MAX_ALIGN {
            return false;
        }
        let size = size.max(1).next_multiple_of(8);
        let left = self.budget.map_or(usize::MAX, |budget| budget - self.charged);
        let padding = self.offset.next_multiple_of(align) - self.offset;
        if self.blocks > 0 && padding + size <= left && self.offset + padding + size <= PAYLOAD {
            self.charged += padding + size;
            self.offset += padding + size;
            return true;
        }
        if size > left || free_blocks == 0 {
            return false;
        }
        self.charged += size;
        self.offset = size;
        self.blocks += 1;
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

struct Model {
    pool: StaticPool,
    regions: Vec<Shadow>,
    peak: usize,
    pushes: usize,
    patterns: u8,
}

impl Model {
    fn in_use(&self) -> usize {
        self.regions.iter().map(|region| region.blocks).sum()
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
                // SAFETY: see above.
                unsafe { croft_rt_pop(region.descriptor) };
            }
            Step::Reset { region } => {
                let length = self.regions.len().max(1);
                let Some(region) = self.regions.get_mut(region % length) else {
                    return;
                };
                region.end_objects();
                // SAFETY: see above.
                unsafe { croft_rt_reset(region.descriptor) };
                if region.blocks > 0 {
                    (region.blocks, region.offset) = (1, region.start());
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
        let eager = eager && self.in_use() < POOL_BLOCKS;
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
            frame,
            budget,
            charged: 0,
            blocks: usize::from(eager),
            offset: 0,
            objects,
        };
        self.regions.push(shadow);
    }

    fn push(&mut self, budget: Option<usize>) {
        if self.in_use() == POOL_BLOCKS {
            return;
        }
        // SAFETY: the pool is locked and has a block.
        let descriptor = unsafe { budget.map_or_else(|| croft_rt_push(), |b| croft_rt_push_bounded(b)) };
        self.pushes += 1;
        let objects = BTreeMap::new();
        let offset = DESCRIPTOR_SPACE;
        let shadow = Shadow {
            descriptor,
            frame: None,
            budget,
            charged: 0,
            blocks: 1,
            offset,
            objects,
        };
        self.regions.push(shadow);
    }

    fn allocate(&mut self, region: usize, count: Option<usize>, size: usize, align: usize) {
        let free = POOL_BLOCKS - self.in_use();
        if self.regions.is_empty() {
            return;
        }
        let index = region % self.regions.len();
        let region = &mut self.regions[index];
        let descriptor = region.descriptor;
        let bytes = count.unwrap_or(1).checked_mul(size);
        let was_empty = region.blocks == 0;
        let granted = region.grant(bytes, align, free);
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
        assert!(start % BLOCK_SIZE + length <= PAYLOAD, "no footer is handed out");
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
        self.peak = self.peak.max(self.in_use());
        assert_eq!(self.pool.check(), 0);
        let stats = self.pool.stats();
        assert_eq!(stats.blocks_in_use, self.in_use());
        assert_eq!(stats.blocks_peak, self.peak);
        assert_eq!(stats.pushes, self.pushes);
        for region in &self.regions {
            // SAFETY: the pool is locked and the region open.
            let blocks = unsafe { check_region(&raw const croft_pool, region.descriptor) };
            assert_eq!(blocks, Ok(region.blocks));
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
        let mut model = Model { pool, regions: Vec::new(), peak: 0, pushes: 0, patterns: 0 };
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
