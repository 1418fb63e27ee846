//! A small state-vector simulator that serves requests one after the other, with and without a caching resource.
//!
//! Each request prepares a GHZ state of n qubits by a Hadamard gate and controlled nots, applies a layer of phases, and
//! returns the probability of measuring all ones. The state, 2ⁿ complex numbers, lives as long as the request. The server
//! has a second mode that allocates natively, outside of the cache: its memory is charged to the same limit.
//!
//! `cargo run --release -p croft-runtime --features hosted --example state_vector -- 20 30` (qubits, requests)

use std::error::Error;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::{Duration, Instant};

use croft_runtime::hosted::{Cache, CacheOptions, CacheStatistics, Mapped, Status};

/// A complex amplitude.
#[derive(Clone, Copy)]
struct Amplitude {
    real: f64,
    imaginary: f64,
}

impl Amplitude {
    const ZERO: Self = Self {
        real: 0.0,
        imaginary: 0.0,
    };

    fn norm(self) -> f64 {
        self.real * self.real + self.imaginary * self.imaginary
    }
}

/// The state in a buffer of a cache.
struct State<'b>(&'b mut [Amplitude]);

impl<'b> State<'b> {
    /// All qubits 0.
    fn prepare(bytes: &'b mut [MaybeUninit<u8>]) -> Option<Self> {
        // SAFETY: any bytes are a value of `MaybeUninit<Amplitude>`.
        let (before, amplitudes, _) = unsafe { bytes.align_to_mut::<MaybeUninit<Amplitude>>() };
        if !before.is_empty() {
            return None;
        }
        for amplitude in &mut *amplitudes {
            amplitude.write(Amplitude::ZERO);
        }
        // SAFETY: all were just written; the layout is that of `MaybeUninit`.
        let amplitudes = unsafe { &mut *(std::ptr::from_mut(amplitudes) as *mut [Amplitude]) };
        amplitudes.first_mut()?.real = 1.0;
        Some(Self(amplitudes))
    }

    /// The pairs of amplitudes that differ in one qubit.
    fn pairs(&mut self, qubit: usize, mut gate: impl FnMut(usize, &mut Amplitude, &mut Amplitude)) {
        let stride = 1 << qubit;
        for (block, pair) in self.0.chunks_exact_mut(2 * stride).enumerate() {
            let (zeros, ones) = pair.split_at_mut(stride);
            for (index, (zero, one)) in zeros.iter_mut().zip(ones).enumerate() {
                gate(block * 2 * stride + index, zero, one);
            }
        }
    }

    fn hadamard(&mut self, qubit: usize) {
        let scale = std::f64::consts::FRAC_1_SQRT_2;
        self.pairs(qubit, |_, zero, one| {
            let (a, b) = (*zero, *one);
            zero.real = scale * (a.real + b.real);
            zero.imaginary = scale * (a.imaginary + b.imaginary);
            one.real = scale * (a.real - b.real);
            one.imaginary = scale * (a.imaginary - b.imaginary);
        });
    }

    fn controlled_not(&mut self, control: usize, target: usize) {
        self.pairs(target, |index, zero, one| {
            if index >> control & 1 == 1 {
                std::mem::swap(zero, one);
            }
        });
    }
}

/// Runs the circuit and returns the probability of all ones.
fn simulate(bytes: &mut [MaybeUninit<u8>], qubits: usize) -> Option<f64> {
    let mut state = State::prepare(bytes)?;
    state.hadamard(0);
    for target in 1..qubits.min(4) {
        state.controlled_not(target - 1, target);
    }
    let mask = (1 << qubits.min(4)) - 1;
    state.0.get(mask).map(|amplitude| amplitude.norm())
}

/// One request of the simulator: a buffer of the cache for as long as it takes.
fn serve(cache: &Arc<Cache>, qubits: usize) -> Result<f64, Box<dyn Error>> {
    let mut state = cache.lease(size_of::<Amplitude>() << qubits)?;
    let bytes = state.bytes().ok_or("memory that the processor cannot reach")?;
    simulate(bytes, qubits).ok_or_else(|| "a buffer that is not aligned".into())
}

/// One request of the other mode: memory of its own, charged while it lives.
fn serve_natively(cache: &Cache, qubits: usize) -> Result<f64, Box<dyn Error>> {
    let bytes = size_of::<Amplitude>() << qubits;
    cache.charge(bytes)?;
    let mut own = vec![Amplitude::ZERO; 1 << qubits];
    // SAFETY: an amplitude's bytes, and `simulate` writes amplitudes only.
    let view = unsafe { std::slice::from_raw_parts_mut(own.as_mut_ptr().cast::<MaybeUninit<u8>>(), bytes) };
    let answer = simulate(view, qubits);
    drop(own);
    cache.uncharge(bytes)?;
    answer.ok_or_else(|| "a buffer that is not aligned".into())
}

/// Serves all requests; the time that each took on average.
fn run(cache: &Arc<Cache>, qubits: usize, requests: u32) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..requests {
        let probability = serve(cache, qubits)?;
        if (probability - 0.5).abs() > 1e-12 {
            return Err(format!("the probability is {probability}, not 1/2").into());
        }
    }
    Ok(start.elapsed() / requests)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let qubits: usize = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let requests: u32 = arguments.next().map_or(Ok(30), |text| text.parse())?;
    show(qubits, requests)?;
    Ok(())
}

/// Serves so many requests of so many qubits, without and with a cache, then in the other mode. The counters of the cache
/// without and of the one with reuse.
pub fn show(qubits: usize, requests: u32) -> Result<[CacheStatistics; 2], Box<dyn Error>> {
    let bytes = size_of::<Amplitude>() << qubits;
    let limit = bytes + bytes / 2;

    // Without a cache every buffer goes back at once: the threshold keeps none.
    let without = Arc::new(Cache::new(
        Arc::new(Mapped),
        CacheOptions {
            limit,
            release_threshold: 0,
            ..CacheOptions::default()
        },
    ));
    let with = Arc::new(Cache::new(
        Arc::new(Mapped),
        CacheOptions {
            limit,
            ..CacheOptions::default()
        },
    ));
    let fresh = run(&without, qubits, requests)?;
    let cached = run(&with, qubits, requests)?;
    println!(
        "{requests} requests of {qubits} qubits, {} MiB of state each",
        bytes >> 20
    );
    println!("  fresh memory for each request: {fresh:>10.1?} a request");
    println!(
        "  cached memory:                 {cached:>10.1?} a request ({:.2} times as fast)",
        fresh.as_secs_f64() / cached.as_secs_f64()
    );

    // The cached buffer gives way to the other mode; a live one does not, and the answer is clean.
    println!(
        "  native request beside a cached buffer: {:?}",
        serve_natively(&with, qubits)?
    );
    let live = with.lease(bytes)?;
    match with.charge(bytes) {
        Err(Status::Limit) => println!(
            "  native request beside a live buffer: refused ({})",
            Status::Limit
        ),
        other => return Err(format!("expected a refusal, got {other:?}").into()),
    }
    drop(live);
    let statistics = with.statistics();
    println!(
        "  hits {}, misses {}, peak {} MiB of a limit of {} MiB",
        statistics.hits,
        statistics.misses,
        statistics.peak_bytes >> 20,
        limit >> 20
    );
    Ok([without.statistics(), statistics])
}
