//! Per-frame scratch memory in a Rust program: a region for each frame, a budget for what must not grow.
//!
//! `cargo run -p croft-runtime --example frames`

use croft_runtime::scope::{Blocks, Pool};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Sixteen blocks of 16 KiB; on bare metal this would be a static.
    let mut blocks = Box::new(Blocks::<16>::uninit());
    let pool = Pool::new(blocks.bytes())?;
    for frame in 0..1_000 {
        let region = pool.region();
        let samples = region.alloc_slice_fill_with(512, |index| ((index + frame) % 17) as f32);
        let mean = samples.iter().sum::<f32>() / samples.len() as f32;
        let peaks = region.alloc_slice_fill_with(64, |index| samples[index * 8].max(mean));
        if frame % 250 == 0 {
            println!("frame {frame}: mean {mean:.3}, first peak {:.3}", peaks[0]);
        }
        // The region ends here, and both slices with it: keeping one of them would not compile.
    }
    println!(
        "at most {} of {} blocks in use",
        pool.stats().blocks_peak,
        pool.stats().blocks_total
    );
    Ok(())
}
