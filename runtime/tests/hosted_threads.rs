//! 100,000 operations in each of 8 threads, plainly and under ThreadSanitizer: `stress/mod.rs` by the safe API, and
//! `c/hosted_stress.c` by the C functions.
//!
//! ThreadSanitizer's instrumentation is a pass of LLVM, and its run-time library comes with every Rust toolchain for this
//! target, so a stable compiler can be asked for it (`RUSTC_BOOTSTRAP`). The standard library is not instrumented; the
//! locks are parking_lot's, which is. The bias of locks rests on a system call that ThreadSanitizer does not know, so it is
//! off there (`--cfg croft_unbiased`); its own test is in `hosted/lock.rs`.
#![cfg(feature = "hosted")]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use croft_runtime::hosted::{Builder, Request};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");
const TARGET: &str = "x86_64-unknown-linux-gnu";

mod stress;

#[test]
fn eight_threads() {
    stress::main();
}

/// A thread of a real-time class takes away, on the one processor there is for both, the lock of a thread that it has
/// interrupted, maybe inside. If it did not let that go on, it would wait for ever (or as long as the system lets real-time
/// threads run: then this takes long).
#[test]
fn a_real_time_thread_lets_the_owner_go_on() {
    let context = Builder::new().create().unwrap();
    let goes_on = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            stay_here();
            while goes_on.load(Ordering::Relaxed) {
                let start = context.alloc(&Request::new(64)).unwrap();
                // SAFETY: live, and used no more.
                unsafe { context.free(start.as_ptr()) }.unwrap();
            }
        });
        scope.spawn(|| {
            stay_here();
            let priority = libc::sched_param { sched_priority: 10 };
            // SAFETY: for this thread; the structure is read.
            if unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const priority) } != 0 {
                println!("skipped: this system forbids real-time threads");
            }
            for _ in 0..1000 {
                // So that the other is somewhere else in its loop, and owns the lock again now and then.
                thread::sleep(Duration::from_micros(150));
                context.statistics().unwrap();
            }
            goes_on.store(false, Ordering::Relaxed);
        });
    });
    assert_eq!(context.invariants_hold(), Ok(true));
    // SAFETY: nothing is used.
    assert_eq!(unsafe { context.destroy() }, Ok(()));
}

/// Keeps this thread on the first processor that it may use.
fn stay_here() {
    // SAFETY: all zeros is an empty set; both calls are for this thread.
    unsafe {
        let mut all: libc::cpu_set_t = std::mem::zeroed();
        let bytes = size_of::<libc::cpu_set_t>();
        assert_eq!(libc::sched_getaffinity(0, bytes, &raw mut all), 0);
        let first = (0..libc::CPU_SETSIZE as usize).find(|&number| libc::CPU_ISSET(number, &all));
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(first.unwrap(), &mut one);
        assert_eq!(libc::sched_setaffinity(0, bytes, &raw const one), 0);
    }
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn eight_threads_under_thread_sanitizer() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        println!("skipped: written for {TARGET}");
        return;
    }
    if cfg!(debug_assertions) {
        println!("skipped: runs with the release tests, on the same build");
        return;
    }
    let flags = [
        "-Zsanitizer=thread",
        "-Cunsafe-allow-abi-mismatch=sanitizer",
        "--cfg=croft_unbiased",
    ];
    let folder = Path::new(SCRATCH).join("tsan");
    // The library alone, so that no other dependency is compiled for it.
    output(
        Command::new(env!("CARGO"))
            .current_dir(CRATE)
            .args(["build", "--release", "--offline", "-p", "croft-runtime", "--lib"])
            .args(["--features", "hosted", "--target", TARGET, "--target-dir"])
            .arg(&folder)
            .env("RUSTFLAGS", flags.join(" "))
            .env("RUSTC_BOOTSTRAP", "1"),
    );
    let built = folder.join(TARGET).join("release");
    let program = built.join("stress");
    output(
        link(&flags, &built)
            .arg("--crate-name=stress")
            .arg(Path::new(CRATE).join("tests/stress/mod.rs"))
            .arg("-o")
            .arg(&program),
    );
    let known = Path::new(CRATE).join("tests/stress/thread_sanitizer.txt");
    let options = format!("halt_on_error=1 exitcode=66 suppressions={}", known.display());
    let report = output(Command::new(&program).env("TSAN_OPTIONS", &options));
    println!("{report}");

    // The C program, instrumented by clang; the run-time library is Rust's, so rustc links it.
    let object = built.join("hosted_stress.o");
    output(
        Command::new("clang-22")
            .args(["-std=c11", "-O1", "-g", "-fsanitize=thread", "-c", "-I"])
            .arg(Path::new(CRATE).join("include"))
            .arg(Path::new(CRATE).join("tests/c/hosted_stress.c"))
            .arg("-o")
            .arg(&object),
    );
    let root = built.join("hosted_stress.rs");
    std::fs::write(&root, "#![no_main]\nextern crate croft_runtime;\n").unwrap();
    let program = built.join("hosted_stress");
    output(
        link(&flags, &built)
            .arg("--crate-name=hosted_stress")
            .arg(format!("-Clink-arg={}", object.display()))
            .arg(&root)
            .arg("-o")
            .arg(&program),
    );
    output(Command::new(&program).env("TSAN_OPTIONS", &options));
}

/// rustc for a program with the library that was built there.
fn link(flags: &[&str], built: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command
        .args(flags)
        .args(["--edition=2024", "-O", "-g", "--target", TARGET, "-L"])
        .arg(format!("dependency={}", built.join("deps").display()))
        .arg("--extern")
        .arg(format!(
            "croft_runtime={}",
            built.join("libcroft_runtime.rlib").display()
        ))
        .env("RUSTC_BOOTSTRAP", "1");
    command
}
