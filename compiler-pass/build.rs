//! Builds what the pass embeds: the C++ shim over LLVM, and the runtime as bitcode (for inlining) and as an
//! object file (for linking), both from `../runtime` with the same rustc.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian keeps LLVM 22; `LLVM_SYS_221_PREFIX` overrides it, as for llvm-sys.
const LLVM_PREFIX: &str = "/usr/lib/llvm-22";

fn main() {
    shim();
    runtime();
}

fn shim() {
    println!("cargo::rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    for file in [
        "src/llvm/shim.cpp",
        "src/llvm/shim.h",
        "src/llvm/debug.cpp",
        "src/llvm/debug.h",
        "src/plugin/entry.cpp",
        "src/plugin/entry.h",
    ] {
        println!("cargo::rerun-if-changed={file}");
    }
    let prefix = std::env::var("LLVM_SYS_221_PREFIX").unwrap_or_else(|_| LLVM_PREFIX.to_owned());
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .file("src/llvm/shim.cpp")
        .file("src/llvm/debug.cpp")
        .file("src/plugin/entry.cpp")
        // LLVM's headers are not ours to keep free of warnings.
        .flag("-isystem")
        .flag(format!("{prefix}/include"))
        .flag("-fno-exceptions")
        .flag("-fno-rtti")
        // The plugin's entry is reached from Rust inside one shared object.
        .flag("-fvisibility=hidden")
        .define(
            "CROFT_VERSION",
            Some(concat!("\"", env!("CARGO_PKG_VERSION"), "\"")),
        )
        .define("_GNU_SOURCE", None)
        .define("__STDC_CONSTANT_MACROS", None)
        .define("__STDC_FORMAT_MACROS", None)
        .define("__STDC_LIMIT_MACROS", None)
        .compile("croft_shim");
}

fn runtime() {
    let root = PathBuf::from("../runtime/src");
    println!("cargo::rerun-if-changed=../runtime/src");
    println!("cargo::rerun-if-changed=../runtime/include");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for (name, cfgs) in CONTEXTS {
        compile_runtime(&root, "llvm-bc", cfgs, &out.join(format!("{name}.bc")));
        compile_runtime(&root, "obj", cfgs, &out.join(format!("{name}.o")));
    }
}

/// The runtime for all contexts of execution that programs may ask for: `lower::Contexts`.
const CONTEXTS: [(&str, &[&str]); 4] = [
    ("croft_runtime", &[]),
    ("croft_runtime_threads", &["feature=\"threads\""]),
    ("croft_runtime_interrupts", &["croft_interrupts"]),
    (
        "croft_runtime_threads_interrupts",
        &["feature=\"threads\"", "croft_interrupts"],
    ),
];

fn compile_runtime(root: &Path, emit: &str, cfgs: &[&str], output: &Path) {
    let rustc = std::env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    let mut command = Command::new(rustc);
    // The header that the command embeds knows no other block size.
    command.env_remove("CROFT_BLOCK_SIZE");
    if emit == "llvm-bc" {
        // Whoever loads a module with this inside says what happens on exhaustion; the fast paths do not know.
        command.args(["--cfg", "croft_bitcode"]);
    } else {
        command.args(["--cfg", "feature=\"host\""]);
    }
    let status = command
        .args(cfgs.iter().flat_map(|cfg| ["--cfg", cfg]))
        .args([
            "--crate-name",
            "croft_runtime",
            "--edition",
            "2024",
            "--crate-type",
            "lib",
        ])
        .args([
            "--target",
            &target,
            "-C",
            "opt-level=3",
            "-C",
            "panic=abort",
            "-C",
            "codegen-units=1",
        ])
        .args(["-C", "embed-bitcode=no", "-C", "relocation-model=pic"])
        // A frame pointer or an unwind table of the runtime's choosing must not follow it into kernels.
        .args(["-C", "force-unwind-tables=no", "--cap-lints", "allow"])
        .arg(format!("--emit={emit}={}", output.display()))
        .arg(root.join("lib.rs"))
        .status();
    match status {
        Ok(status) if status.success() => {}
        other => panic!("cannot build the runtime as {emit}: {other:?}"),
    }
}
