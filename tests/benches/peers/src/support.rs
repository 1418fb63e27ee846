//! Marks for the single-stepping parent, time and memory: `../kernels/support.c` in Rust.

// A breakpoint, and nothing else.
std::arch::global_asm!(
    ".globl mark",
    ".type mark, @function",
    "mark:",
    "int3",
    "ret",
    ".size mark, .-mark",
);

unsafe extern "C" {
    /// What lies between mark(0) and the next mark is of that mark's kind: 1 nothing, 2 a push, 3 an allocation, 4 a pop.
    pub safe fn mark(kind: i32);
}

/// Processor time of this process in nanoseconds.
pub fn processor_time() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is alive during the call, which fills it in.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// Prints `payload`, the most memory that was resident, and the most that was reserved, in bytes.
pub fn print_memory(payload: usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok())
            .map_or(0, |kibibytes| kibibytes * 1024)
    };
    println!("{payload} {} {}", bytes("VmHWM:"), bytes("VmPeak:"));
}

/// Ends the process at once.
pub fn end() -> ! {
    // SAFETY: ends the process, whatever its state.
    unsafe { libc::_exit(0) }
}

/// Nothing, that no compiler knows: a loop with it is not unrolled.
#[inline(always)]
pub fn not_unrolled() {
    // SAFETY: there is no instruction.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}
