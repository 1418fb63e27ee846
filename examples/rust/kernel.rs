//! A kernel in Rust: counts primes with a segmented sieve, one region per segment.
//!
//! The tool compiles this file to LLVM bitcode and checks that, so Rust needs no support of its own: declarations with the
//! operations' names as link names, and a guard whose `drop` ends the region. Optimisation leaves nothing of the guard but a
//! `croft.push` and a `croft.pop` on every way out.
//!
//! The file is `no_std` and free of panics: what is out of range is `None`, not the end of the program.
#![no_std]

use core::ffi::{c_char, c_int};
use core::marker::PhantomData;
use core::{ptr, slice};

/// Croft's operations, and what the kernel needs of libc.
mod ffi {
    use core::ffi::{c_char, c_int};

    /// What a region handle points to: opaque.
    #[repr(C)]
    pub struct Opaque {
        _private: [u8; 0],
    }

    unsafe extern "C" {
        #[link_name = "croft.push"]
        pub safe fn push() -> *mut Opaque;
        #[link_name = "croft.pop"]
        pub fn pop(region: *mut Opaque);
        #[link_name = "croft.alloc.array"]
        pub fn alloc_array(region: *mut Opaque, count: usize, size: usize, align: usize)
        -> *mut u8;

        pub fn printf(format: *const c_char, ...) -> c_int;
        pub fn puts(text: *const c_char) -> c_int;
    }
}

/// An open region, which ends when this value is dropped. Neither `Copy` nor `Clone`; values are dropped in the reverse
/// order of their declaration, so regions end innermost first.
struct Region(*mut ffi::Opaque);

impl Region {
    #[inline(always)]
    fn open() -> Self {
        Self(ffi::push())
    }

    /// `count` bytes of value `fill`. The borrow keeps them from being used after the region's end.
    #[allow(clippy::mut_from_ref, reason = "every call returns memory of its own")]
    #[inline(always)]
    fn bytes(&self, count: usize, fill: u8) -> &mut [u8] {
        // SAFETY: the region is open as long as `self` lives. The operation returns memory for `count` bytes that nothing else
        // uses, and all of them are written before they become a slice.
        unsafe {
            let bytes = ffi::alloc_array(self.0, count, 1, 1);
            ptr::write_bytes(bytes, fill, count);
            slice::from_raw_parts_mut(bytes, count)
        }
    }

    /// Room for `count` numbers.
    #[inline(always)]
    fn list(&self, count: usize) -> List<'_> {
        // SAFETY: as in `bytes`; the list reads only what it has written.
        let first = unsafe { ffi::alloc_array(self.0, count, size_of::<u32>(), align_of::<u32>()) };
        List {
            first: first.cast(),
            length: 0,
            capacity: count,
            region: PhantomData,
        }
    }
}

impl Drop for Region {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the region is open and innermost (see the type), and no borrow of it is left.
        unsafe { ffi::pop(self.0) }
    }
}

/// A list of numbers with a fixed capacity, in a region.
///
/// Invariant: the first `length` elements are written, and `length` is at most `capacity`.
struct List<'r> {
    first: *mut u32,
    length: usize,
    capacity: usize,
    region: PhantomData<&'r Region>,
}

impl List<'_> {
    /// Appends a number. Returns whether there was room.
    #[inline(always)]
    fn append(&mut self, number: u32) -> bool {
        if self.length == self.capacity {
            return false;
        }
        // SAFETY: the place lies in the list's memory: `length` is below `capacity`.
        unsafe { self.first.add(self.length).write(number) };
        self.length += 1;
        true
    }

    #[inline(always)]
    fn as_slice(&self) -> &[u32] {
        // SAFETY: the invariant.
        unsafe { slice::from_raw_parts(self.first, self.length) }
    }
}

/// Numbers in one segment: what fits a region's block.
const SEGMENT: u32 = 16_000;
/// Segments: primes below `SEGMENT * SEGMENTS` are counted.
const SEGMENTS: u32 = 10;
/// At least the square root of `SEGMENT * SEGMENTS`.
const ROOT: u32 = 400;
/// Room for the primes below `ROOT`, of which there are 78.
const BASE_PRIMES: usize = 100;

const _: () = assert!(ROOT * ROOT >= SEGMENT * SEGMENTS);

/// Clears the flags of the multiples of `prime`, from its square on. `flags[i]` stands for the number `low + i`.
#[inline(always)]
fn cross_out(flags: &mut [u8], low: u32, prime: u32) {
    let square = prime * prime;
    let first = if square >= low {
        square - low
    } else {
        (prime - low % prime) % prime
    };
    let mut at = first as usize;
    while let Some(flag) = flags.get_mut(at) {
        *flag = 0;
        at += prime as usize;
    }
}

/// Adds the primes below `ROOT` to the list. Returns whether there was room for all.
fn find_base_primes(primes: &mut List<'_>) -> bool {
    let scratch = Region::open();
    let flags = scratch.bytes(ROOT as usize, 1);
    let mut number = 2;
    while let Some(&flag) = flags.get(number as usize) {
        if flag == 1 {
            if !primes.append(number) {
                return false;
            }
            cross_out(flags, 0, number);
        }
        number += 1;
    }
    true
}

/// The number of primes from `low` to `low + SEGMENT - 1`. The primes are those below `ROOT`.
fn count_segment(primes: &[u32], low: u32) -> u32 {
    let scratch = Region::open();
    let flags = scratch.bytes(SEGMENT as usize, 1);
    for &prime in primes {
        // Zero is no prime, and saying so keeps the compiler from providing for a division by it.
        if prime != 0 {
            cross_out(flags, low, prime);
        }
    }
    let mut count = 0;
    for &flag in flags.iter() {
        count += u32::from(flag);
    }
    // 0 and 1 are no multiples of a prime and no primes.
    if low == 0 { count - 2 } else { count }
}

/// Prints the number of primes in each segment and in all.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> c_int {
    let whole_run = Region::open();
    let mut primes = whole_run.list(BASE_PRIMES);
    if !find_base_primes(&mut primes) {
        // SAFETY: the text ends with a zero.
        unsafe { ffi::puts(c"no room for the base primes".as_ptr()) };
        return 1;
    }

    let mut total = 0;
    for segment in 0..SEGMENTS {
        let low = segment * SEGMENT;
        let count = count_segment(primes.as_slice(), low);
        total += count;
        print(
            c"%6u to %6u: %4u primes\n".as_ptr(),
            low,
            low + SEGMENT - 1,
            count,
        );
    }
    print(
        c"%6u to %6u: %u primes\n".as_ptr(),
        0,
        SEGMENT * SEGMENTS - 1,
        total,
    );
    0
}

/// Prints three numbers as `format` says, which is text with three `%u`, ended by a zero.
#[inline(always)]
fn print(format: *const c_char, low: u32, high: u32, count: u32) {
    // SAFETY: the constants above are what `printf` needs.
    unsafe { ffi::printf(format, low, high, count) };
}
