//! Runs: objects larger than a block, in any region, and the pool that suffices for them.

use croft_runtime::layout::{BLOCK_SIZE, PAYLOAD};
use croft_runtime::pool::Stats;
use croft_runtime::runs::{BLOCKS, CLASSES, LARGEST, ROOM};
use croft_runtime::scope::{Pool, Region};
use std::mem::MaybeUninit;

/// Zeroed memory, of which the system provides only the pages that are used.
fn memory(blocks: usize) -> Vec<MaybeUninit<u8>> {
    let zeroed = vec![0u8; (blocks + 1) * BLOCK_SIZE];
    let mut zeroed = std::mem::ManuallyDrop::new(zeroed);
    // SAFETY: a vector of initialised bytes is one of bytes that may be uninitialised.
    unsafe { Vec::from_raw_parts(zeroed.as_mut_ptr().cast(), zeroed.len(), zeroed.capacity()) }
}

/// A pool of exactly that many blocks.
fn pool(memory: &mut [MaybeUninit<u8>], blocks: usize) -> Pool<'_> {
    let lead = memory.as_ptr().align_offset(BLOCK_SIZE);
    Pool::new(&mut memory[lead..lead + blocks * BLOCK_SIZE]).unwrap()
}

#[test]
fn classes_waste_at_most_a_quarter() {
    assert_eq!((BLOCKS[0], BLOCKS[CLASSES - 1]), (2, 4902));
    for pair in BLOCKS.windows(2) {
        let smallest = pair[0] + 1;
        assert!(
            pair[1] > pair[0] && (pair[1] - smallest) * 4 <= pair[1],
            "{pair:?}"
        );
    }
}

#[test]
fn every_class_is_used_to_its_end() {
    let mut bytes = memory(6000);
    let pool = pool(&mut bytes, 6000);
    for (class, &blocks) in BLOCKS.iter().enumerate() {
        let smallest = if class == 0 {
            PAYLOAD + 1
        } else {
            BLOCKS[class - 1] * BLOCK_SIZE - ROOM + 1
        };
        for size in [smallest, blocks * BLOCK_SIZE - ROOM] {
            let region = pool.region();
            let run = region.alloc_uninit_slice::<u8>(size);
            assert_eq!(run.as_ptr().addr() % BLOCK_SIZE, 0);
            run[0].write(1);
            run[size - 1].write(2);
            assert_eq!(region.check_invariants(), Ok(blocks + 1));
            assert_eq!(pool.check_invariants(), Ok(()));
        }
    }
    assert!(pool.region().try_alloc_uninit_slice::<u8>(LARGEST + 1).is_err());
    assert_eq!(pool.stats().blocks_in_use, 0);
}

#[test]
fn runs_of_inner_and_outer_regions_interleave() {
    let mut bytes = memory(200);
    let pool = pool(&mut bytes, 200);
    let mut outer = pool.region();
    let fill =
        |region: &Region<'_>, value: u64| region.alloc_slice_fill_with(5000, |_| value).as_ptr().addr();
    fill(&outer, 1);
    let inner = outer.region();
    let kept = inner.alloc_slice_fill_with(7000, |i| i as u64);
    fill(&outer, 2);
    let again = inner.alloc_slice_fill_with(3000, |i| 2 * i as u64);
    outer.reset();
    let reused = fill(&outer, 3);
    assert!(kept.iter().enumerate().all(|(i, &value)| value == i as u64));
    assert!(again.iter().enumerate().all(|(i, &value)| value == 2 * i as u64));
    assert!(!kept.as_ptr_range().contains(&(reused as *const u64)));
    assert_eq!(
        (outer.check_invariants(), inner.check_invariants()),
        (Ok(5), Ok(7))
    );
    drop(inner);
    drop(outer);
    assert_eq!((pool.stats().blocks_in_use, pool.check_invariants()), (0, Ok(())));
}

#[test]
fn a_budget_is_charged_and_a_reset_renews_it() {
    let mut bytes = memory(20);
    let pool = pool(&mut bytes, 20);
    let mut region = pool.bounded(40_000);
    for _ in 0..3 {
        region.alloc([0u8; 1000]);
        region.alloc_uninit_slice::<u8>(38_000);
        assert!(region.try_alloc_uninit_slice::<u8>(PAYLOAD + 1).is_err());
        region.alloc([0u8; 1000]);
        assert!(region.try_alloc(1u8).is_err());
        assert_eq!(region.check_invariants(), Ok(5));
        region.reset();
        assert_eq!(region.check_invariants(), Ok(1));
    }
}

#[test]
fn single_blocks_use_free_runs_when_nothing_else_is_left() {
    let mut bytes = memory(11);
    let pool = pool(&mut bytes, 11);
    let outer = pool.region();
    outer.alloc(1u64);
    pool.scope(|region| region.alloc_uninit_slice::<u8>(8 * BLOCK_SIZE - ROOM).len());
    // One block in use, one free, nine of a run.
    let inner = outer.region();
    for _ in 0..10 {
        inner.alloc_uninit_slice::<u8>(PAYLOAD);
    }
    assert!(inner.try_alloc_uninit_slice::<u8>(PAYLOAD).is_err());
    let Stats {
        blocks_in_use,
        blocks_peak,
        ..
    } = pool.stats();
    assert_eq!((blocks_in_use, blocks_peak), (11, 11));
    assert_eq!(pool.check_invariants(), Ok(()));
}

#[test]
fn blas_works_on_matrices_of_2000_by_2000() {
    const N: usize = 2000;
    let mut bytes = memory(4200);
    let pool = pool(&mut bytes, 4200);
    pool.scope(|outer| {
        let matrix = outer.alloc_slice_fill_with(N * N, |i| ((i % N) as f64) - ((i / N) as f64));
        let transposed = outer.alloc_slice_fill_with(N * N, |i| matrix[(i % N) * N + i / N]);
        pool.scope(|inner| {
            let vector = inner.alloc_slice_fill_with(N, |i| i as f64);
            let product = inner.alloc_slice_fill_with(N, |_| 0.0);
            for (row, sum) in product.iter_mut().enumerate() {
                // The matrix is skew: A x = - transposed(A) x.
                let at = row * N..(row + 1) * N;
                let dot = |matrix: &[f64]| -> f64 { matrix.iter().zip(&*vector).map(|(a, x)| a * x).sum() };
                *sum = dot(&matrix[at.clone()]) + dot(&transposed[at]);
            }
            assert!(product.iter().all(|&sum| sum == 0.0));
        });
    });
    assert_eq!(pool.stats().blocks_in_use, 0);
}

#[test]
fn small_objects_use_at_most_a_hundredth_more_than_their_size() {
    const BYTES: usize = 64 << 20;
    let blocks = BYTES / 100 * 101 / BLOCK_SIZE;
    let mut bytes = memory(blocks);
    let pool = pool(&mut bytes, blocks);
    for size in [8, 16, 24, 64, 100, 128] {
        let region = pool.region();
        let rounded = usize::next_multiple_of(size, 8);
        for _ in 0..BYTES / rounded {
            region.alloc_uninit_slice::<u8>(size);
        }
        println!("{size:>4} bytes: {} blocks for 4096", pool.stats().blocks_in_use);
    }
}

/// The next of a sequence of numbers below `bound`.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % bound
}

/// One step of a random program: what it does to the region of that index.
#[derive(Clone, Copy)]
enum Step {
    Open,
    End(usize),
    Reset(usize),
    Block(usize),
    Run(usize, usize),
}

/// Runs a program over a pool; what its live regions needed at most: blocks, and runs of each class.
fn play(pool: &Pool<'_>, steps: &[Step]) -> Result<(usize, [usize; CLASSES]), usize> {
    let mut regions: Vec<(Region<'_>, [usize; CLASSES])> = Vec::new();
    let mut peak = (0, [0; CLASSES]);
    for (at, &step) in steps.iter().enumerate() {
        let count = regions.len().max(1);
        match step {
            Step::Open => regions.push((pool.region(), [0; CLASSES])),
            Step::End(region) if !regions.is_empty() => drop(regions.swap_remove(region % count)),
            Step::Reset(region) if !regions.is_empty() => {
                let (region, runs) = &mut regions[region % count];
                region.reset();
                *runs = [0; CLASSES];
            }
            Step::Block(region) if !regions.is_empty() => {
                let (region, _) = &mut regions[region % count];
                region.try_alloc_uninit_slice::<u8>(PAYLOAD).map_err(|_| at)?;
            }
            Step::Run(region, class) if !regions.is_empty() => {
                let (region, runs) = &mut regions[region % count];
                region
                    .try_alloc_uninit_slice::<u8>(BLOCKS[class] * BLOCK_SIZE - ROOM)
                    .map_err(|_| at)?;
                runs[class] += 1;
            }
            _ => {}
        }
        let mut need = (0, [0; CLASSES]);
        for (region, runs) in &regions {
            need.0 += region.check_invariants().unwrap() - run_blocks(runs);
            for (sum, count) in need.1.iter_mut().zip(runs) {
                *sum += count;
            }
        }
        peak.0 = peak.0.max(need.0);
        for (most, now) in peak.1.iter_mut().zip(need.1) {
            *most = (*most).max(now);
        }
    }
    Ok(peak)
}

fn run_blocks(runs: &[usize; CLASSES]) -> usize {
    runs.iter()
        .zip(BLOCKS)
        .map(|(count, blocks)| count * blocks)
        .sum()
}

/// The rule of docs/RUNTIME.md: the peak of single blocks, and of each class the peak of its runs.
#[test]
fn a_pool_of_the_size_of_the_rule_never_refuses() {
    let mut bytes = memory(4000);
    let mut tight = 0;
    for seed in 0..300u64 {
        let mut state = seed;
        let steps: Vec<Step> = (0..150)
            .map(|_| {
                let region = below(&mut state, 64);
                match below(&mut state, 16) {
                    0..3 => Step::Open,
                    3..5 => Step::End(region),
                    5 => Step::Reset(region),
                    6..11 => Step::Block(region),
                    _ => Step::Run(region, below(&mut state, 8)),
                }
            })
            .collect();
        let (blocks, runs) = play(&pool(&mut bytes, 4000), &steps).unwrap();
        let enough = blocks + run_blocks(&runs);
        if enough == 0 {
            continue;
        }
        let exact = pool(&mut bytes, enough);
        assert!(
            play(&exact, &steps).is_ok(),
            "seed {seed}: {enough} blocks refuse"
        );
        assert_eq!(
            (exact.stats().blocks_in_use, exact.check_invariants()),
            (0, Ok(()))
        );
        tight += usize::from(enough > 1 && play(&pool(&mut bytes, enough / 2), &steps).is_err());
    }
    assert!(tight > 200, "half as much seldom suffices: {tight} of 300");
}
