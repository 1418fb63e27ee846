//! `make proof` as a test: the runtime libraries that are built, linked and held against the limits.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use croft_proof::limits::Limits;

/// What the library exports and the table leaves out, and why. A name that ends in `*` stands for all that begin so.
const NOT_PROVEN: [(&str, &str); 8] = [
    ("croft_pool", "data"),
    ("croft_block_size", "data"),
    ("croft.run_cleanup", "runs the program's function"),
    ("croft_rt_run_cleanup", "runs the program's function"),
    ("croft_rt_run_cleanups", "runs the program's functions"),
    ("croft_pool_stats", "counts the free blocks: no real-time code"),
    ("croft_pool_check", "reads the whole pool: no real-time code"),
    ("croft_rt_debug_*", "mode debug: no real-time code"),
];

/// What compiled code calls out of line, as a part of an operation: proven as that.
const PARTS: [&str; 12] = [
    "croft_rt_enlist_cleanup",
    "croft_rt_first_block",
    "croft_rt_pop_rare",
    "croft_rt_push_rare",
    "croft_rt_refill",
    "croft_rt_refill_known",
    "croft_rt_reset_rare",
    "croft_rt_run",
    "croft_rt_serve_cached",
    "croft_rt_serve_known",
    "croft_rt_try_refill",
    "croft_rt_try_run",
];

#[test]
fn the_table_has_every_entry_point_that_the_library_exports() {
    let command = Path::new(env!("CARGO_BIN_EXE_croft-proof"));
    let library = command.with_file_name("libcroft_runtime.a");
    if !library.exists() {
        println!("skipped: no release library of the runtime is built (make build)");
        return;
    }
    let output = Command::new("llvm-nm-22")
        .args(["--defined-only", "--extern-only", "--format=just-symbols"])
        .arg(&library)
        .output()
        .expect("runs");
    let exported = String::from_utf8_lossy(&output.stdout).into_owned();
    let exported: BTreeSet<&str> = exported
        .lines()
        .filter(|name| name.starts_with("croft") && !name.ends_with(':'))
        .collect();
    assert!(exported.contains("croft.alloc"), "{exported:?}");
    let limits = include_str!("../limits.toml");
    let limits = Limits::parse(limits).expect("the table of limits");
    let is_left_out = |name: &str| {
        let stands_for = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == pattern,
        };
        PARTS.contains(&name) || NOT_PROVEN.iter().any(|&(it, _)| stands_for(it))
    };
    for target in limits.target.keys() {
        let entries = &limits.target(target).expect("a target").entry;
        for name in &exported {
            assert!(
                entries.contains_key(*name) || is_left_out(name),
                "{target}: `{name}` is exported, and neither in proof/limits.toml nor among the exceptions"
            );
        }
    }
}

#[test]
fn the_libraries_that_are_built_are_within_their_limits() {
    let command = Path::new(env!("CARGO_BIN_EXE_croft-proof"));
    let profile = command.parent().expect("a profile's directory");
    if !profile.ends_with("release") || !profile.join("libcroft_runtime.a").exists() {
        println!("skipped: no release library of the runtime is built (make build)");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = profile.parent().expect("the target directory");
    let output = Command::new("scripts/proof.sh")
        .current_dir(root)
        .env("CROFT_TARGET", target)
        .output()
        .expect("runs");
    let (out, error) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{out}{error}");
    assert!(output.status.success(), "{out}{error}");
    assert!(out.contains("croft.alloc"), "{out}");
}
