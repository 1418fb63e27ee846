//! Pinned instruction sequences: what allocation, push, pop and reset are in machine code, lowered and inlined, on x86-64, AArch64, RV64,
//! RV32, ARMv7-A and Thumb-2. `sequences/kernel.c` beside `sequences/*.snap`; `make snapshots` accepts what is there now.
//!
//! Each snapshot begins with what an object of constant size takes, beside the goal: in a row, the shortest way without a call through a
//! function with three objects, less that through one with two; in a loop, the shortest way around it, less that of the same loop over
//! one object.
//!
//! AArch64 and RV64 have no runtime of their own yet. They get the host's, which has pointers of the same width: its inlined fast paths are
//! what a runtime for them would have. The 32-bit targets need what `scripts/baremetal-tools.sh` fetches, and count as ignored without.

use croft_pass::{LowerOptions, Mode, Runtime};
use croft_tests::sequence::{self, Listing};
use croft_tests::{artifact, baremetal, folder, process};
use inkwell::context::Context;
use inkwell::memory_buffer::MemoryBuffer;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

struct Target {
    /// Its name, also that of its snapshot.
    name: &'static str,
    /// What clang has to be told.
    flags: &'static [&'static str],
    /// The runtime of bare metal that it has; the host's otherwise.
    triple: Option<&'static str>,
    /// Instructions of an allocation of constant size with the descriptor in registers: what the machine allows.
    goal: usize,
}

const TARGETS: [Target; 6] = [
    Target {
        name: "x86-64",
        flags: &["--target=x86_64-linux-gnu"],
        triple: None,
        goal: 3,
    },
    Target {
        name: "aarch64",
        flags: &["--target=aarch64-linux-gnu"],
        triple: None,
        goal: 3,
    },
    Target {
        name: "rv64",
        flags: &["--target=riscv64-unknown-elf", "-march=rv64gc", "-mabi=lp64d"],
        triple: None,
        goal: 2,
    },
    Target {
        name: "rv32",
        flags: &[
            "--target=riscv32-none-elf",
            "-march=rv32imac_zicsr",
            "-mabi=ilp32",
        ],
        triple: Some("riscv32imac-unknown-none-elf"),
        goal: 2,
    },
    Target {
        name: "armv7a",
        flags: &[
            "--target=armv7a-none-eabihf",
            "-mcpu=cortex-a9",
            "-mfpu=vfpv3",
            "-mno-unaligned-access",
        ],
        triple: Some("armv7a-none-eabihf"),
        goal: 3,
    },
    Target {
        name: "thumb-2",
        flags: &[
            "--target=thumbv7em-none-eabi",
            "-mcpu=cortex-m4",
            "-mfloat-abi=soft",
            "-DCROFT_BLOCK_SIZE=4096",
        ],
        triple: Some("thumbv7em-none-eabi"),
        goal: 3,
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = baremetal::tools().err();
    if let Some(reason) = &missing {
        eprintln!("skipped: {reason}");
    }
    let trials = TARGETS
        .into_iter()
        .map(|target| {
            let is_missing = target.triple.is_some() && missing.is_some();
            Trial::test(target.name, move || compare(&target).map_err(Failed::from))
                .with_ignored_flag(is_missing)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn compare(target: &Target) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let listing = listing(target, scratch.path())?;
    let cycle = |function: &str| {
        listing
            .shortest_cycle(function)
            .ok_or_else(|| format!("{function} has no loop without calls:\n{}", listing.text()))
    };
    let (with, without) = (cycle("objects")?, cycle("one_object")?);
    let path = |function: &str| {
        listing
            .shortest_path(function)
            .ok_or_else(|| format!("{function} does not return without a call:\n{}", listing.text()))
    };
    let (three, two) = (path("three_objects")?, path("two_objects")?);
    let mut text = String::new();
    // Writing to a string does not fail. One instruction is the store that touches the object.
    let _ = writeln!(
        text,
        "an object of 32 bytes, the goal {}: {} instructions after others in a row, {} in a loop\n",
        target.goal,
        three.saturating_sub(two + 1),
        with.saturating_sub(without),
    );
    text.push_str(&listing.text());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder::here("sequences"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(target.name, text));
    Ok(())
}

/// The kernel in the target's assembly.
fn listing(target: &Target, scratch: &Path) -> Result<Listing, String> {
    let (plain, lowered, assembly) = (
        scratch.join("plain.bc"),
        scratch.join("lowered.bc"),
        scratch.join("kernel.s"),
    );
    let clang = |arguments: &[&str]| {
        let mut command = Command::new(artifact::llvm("clang"));
        command
            .args(target.flags)
            .args(["-O2", "-Wno-override-module"])
            .args(arguments);
        command
    };
    // As `croft` compiles C.
    process::run(
        clang(&["-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c", "-I"])
            .arg(folder::root().join("runtime/include"))
            .arg(folder::here("sequences/kernel.c"))
            .arg("-o")
            .arg(&plain),
    )
    .expect(0)?;
    let bitcode = match target.triple {
        None => None,
        Some(triple) => {
            let path = baremetal::runtimes().join(triple).join("croft_runtime.bc");
            Some(std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?)
        }
    };
    let context = Context::create();
    let buffer = MemoryBuffer::create_from_file(&plain).map_err(|error| error.to_string())?;
    let module = context
        .create_module_from_ir(buffer)
        .map_err(|error| error.to_string())?;
    let options = LowerOptions { mode: Mode::Inline };
    let runtime = bitcode.as_deref().map_or(Runtime::HOST, Runtime::new);
    croft_pass::lower_onto(&module, &options, runtime).map_err(|error| error.to_string())?;
    if !module.write_bitcode_to_path(&lowered) {
        return Err(format!("cannot write {}", lowered.display()));
    }
    process::run(
        clang(&[
            "-S",
            "-fno-asynchronous-unwind-tables",
            "-fno-verbose-asm",
            "-x",
            "ir",
        ])
        .arg(&lowered)
        .arg("-o")
        .arg(&assembly),
    )
    .expect(0)?;
    let text = std::fs::read_to_string(&assembly).map_err(|error| error.to_string())?;
    Ok(sequence::read(&text))
}
