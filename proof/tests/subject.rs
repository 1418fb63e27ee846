//! `make proof` as a test: the runtime libraries that are built, linked and held against the limits.

use std::path::Path;
use std::process::Command;

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
