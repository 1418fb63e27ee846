//! Small objects: a region, bumpalo and the system's allocator in one run. Times inform; the counted figures are in
//! `tests/constant_time.rs` and docs/CLAIMS.md.
//!
//! `cargo bench -p croft-runtime`

use croft_runtime::scope::{Blocks, Pool};
use divan::{Bencher, black_box};

const COUNTS: [usize; 3] = [1, 8, 64];

/// 32 bytes, as most list cells and tree nodes.
type Object = [u64; 4];

fn main() {
    divan::main();
}

/// Opens a region, allocates and touches `count` objects, ends the region.
#[divan::bench(args = COUNTS)]
fn region(bencher: Bencher<'_, '_>, count: usize) {
    let mut blocks = Box::new(Blocks::<4>::uninit());
    let Ok(pool) = Pool::new(blocks.bytes()) else {
        return;
    };
    bencher.bench_local(|| {
        let region = pool.region();
        for index in 0..count {
            black_box(region.alloc::<Object>([index as u64; 4]));
        }
    });
}

/// The same region throughout, reset instead of opened and ended: its first block stays warm.
#[divan::bench(args = COUNTS)]
fn region_reset(bencher: Bencher<'_, '_>, count: usize) {
    let mut blocks = Box::new(Blocks::<4>::uninit());
    let Ok(pool) = Pool::new(blocks.bytes()) else {
        return;
    };
    let mut region = pool.region();
    bencher.bench_local(|| {
        for index in 0..count {
            black_box(region.alloc::<Object>([index as u64; 4]));
        }
        region.reset();
    });
}

/// bumpalo as its documentation recommends for phases: one arena, reset.
#[divan::bench(args = COUNTS)]
fn bumpalo_reset(bencher: Bencher<'_, '_>, count: usize) {
    let mut bump = bumpalo::Bump::<8>::with_min_align();
    bencher.bench_local(|| {
        for index in 0..count {
            black_box(bump.alloc::<Object>([index as u64; 4]));
        }
        bump.reset();
    });
}

/// A fresh bumpalo arena for each phase.
#[divan::bench(args = COUNTS)]
fn bumpalo_new(bencher: Bencher<'_, '_>, count: usize) {
    bencher.bench_local(|| {
        let bump = bumpalo::Bump::<8>::with_min_align();
        for index in 0..count {
            black_box(bump.alloc::<Object>([index as u64; 4]));
        }
    });
}

/// One allocation and one free an object.
#[divan::bench(args = COUNTS)]
fn system_allocator(bencher: Bencher<'_, '_>, count: usize) {
    let mut held: Vec<Box<Object>> = Vec::with_capacity(64);
    bencher.bench_local(|| {
        for index in 0..count {
            held.push(black_box(Box::new([index as u64; 4])));
        }
        held.clear();
    });
}
