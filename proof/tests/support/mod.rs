//! Small programs for all machines: assembled by clang, linked by lld, proven by the library.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::process::Command;

use croft_proof::{Image, Proof, Prover, Refusal, Rules};

/// A target of clang.
#[derive(Clone, Copy)]
pub struct Target {
    pub triple: &'static str,
    pub flags: &'static [&'static str],
}

pub const X86: Target = Target {
    triple: "x86_64-unknown-linux-gnu",
    flags: &[],
};
pub const RV32: Target = Target {
    triple: "riscv32-unknown-elf",
    flags: &["-march=rv32imac", "-mabi=ilp32"],
};
pub const RV32_WIDE: Target = Target {
    triple: "riscv32-unknown-elf",
    flags: &["-march=rv32ima", "-mabi=ilp32"],
};
pub const A32: Target = Target {
    triple: "armv7a-none-eabi",
    flags: &["-mcpu=cortex-a9"],
};
pub const THUMB: Target = Target {
    triple: "thumbv7em-none-eabi",
    flags: &["-mcpu=cortex-m4"],
};
pub const ALL: [Target; 4] = [X86, RV32, A32, THUMB];

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Compiles `source`, with the language's `suffix`, and links it with these flags of lld.
pub fn link_with(target: Target, suffix: &str, source: &str, flags: &[&str]) -> Vec<u8> {
    let place = tempfile::tempdir().expect("a temporary directory");
    let file = |name: &str| place.path().join(name);
    let input = file(&format!("input.{suffix}"));
    std::fs::write(&input, source).expect("written");
    let object = file("object.o");
    compile(target, &input, &object);
    let linked = file("linked");
    run(Command::new("ld.lld-22")
        .args(["-e", "0"])
        .args(flags)
        .arg(&object)
        .arg("-o")
        .arg(&linked));
    std::fs::read(linked).expect("read")
}

/// Compiles only.
pub fn compile(target: Target, input: &Path, object: &Path) {
    let clang = ["-c", "-O2", "-ffreestanding", "-nostdlib", "-fno-stack-protector"];
    run(Command::new("clang-22")
        .arg(format!("--target={}", target.triple))
        .args(target.flags)
        .args(clang)
        .arg(input)
        .arg("-o")
        .arg(object));
}

/// Assembles: the function `f` is global, and all names with a colon that begin a line.
pub fn assemble(target: Target, body: &str) -> Vec<u8> {
    let mut source = String::from(".text\n.syntax unified\n");
    if target.triple.starts_with("x86") || target.triple.starts_with("riscv") {
        source.clear();
        source.push_str(".text\n");
    }
    if target.triple.starts_with("thumb") {
        source.push_str(".thumb\n");
    }
    for line in body.lines() {
        if let Some(name) = line
            .strip_suffix(':')
            .filter(|name| !name.starts_with(['.', ' ']))
        {
            source.push_str(&format!(".p2align 2\n.globl {name}\n.type {name},%function\n"));
            if target.triple.starts_with("thumb") {
                source.push_str(".thumb_func\n");
            }
        }
        source.push_str(line);
        source.push('\n');
    }
    // `@function` on machines where `%` begins a register or is plain.
    link_with(
        target,
        "s",
        &source.replace(
            "%function",
            if target.triple.starts_with("x86") {
                "@function"
            } else {
                "%function"
            },
        ),
        &[],
    )
}

/// Proves the entry point with these rules.
pub fn prove_with(elf: &[u8], entry: &str, handlers: &[&str], ends: &[&str]) -> Result<Proof, Refusal> {
    let image = Image::parse(elf).expect("a linked file");
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let rules = Rules {
        handlers: names(handlers),
        ends: names(ends),
        cleanups: vec!["runs_cleanups".to_owned()],
    };
    Prover::new(&image, &rules).expect("a disassembler").prove(entry)
}

/// Proves `f` without rules.
pub fn prove(elf: &[u8]) -> Result<Proof, Refusal> {
    prove_with(elf, "f", &[], &[])
}

/// The longest returning path and the stack of `f`.
pub fn figures(target: Target, body: &str) -> (u64, u64) {
    let proof =
        prove(&assemble(target, body)).unwrap_or_else(|refusal| panic!("{}: {refusal}", target.triple));
    (proof.returns.expect("it returns"), proof.stack)
}

/// Why `f` is refused.
pub fn refusal(target: Target, body: &str) -> Refusal {
    match prove(&assemble(target, body)) {
        Err(refusal) => refusal,
        Ok(proof) => panic!("{}: proven: {proof:?}", target.triple),
    }
}
