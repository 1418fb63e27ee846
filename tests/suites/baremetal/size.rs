//! The block size, a constant of the build.

use crate::scratch;
use croft_tests::{artifact, folder, process};
use std::process::Command;

/// What `CROFT_BLOCK_SIZE` may be while the runtime is compiled.
pub fn block_sizes() -> Result<(), String> {
    let scratch = scratch()?;
    for (size, right) in [
        ("8192", true),
        ("65536", true),
        ("", false),
        ("3000", false),
        ("512", false),
        ("16k", false),
        ("99999999999999999999999", false),
    ] {
        let run = process::run(
            Command::new("rustc")
                .env("CROFT_BLOCK_SIZE", size)
                .args([
                    "--edition",
                    "2024",
                    "--crate-type",
                    "lib",
                    "--crate-name",
                    "croft_runtime",
                ])
                .args(["--emit=metadata", "--cap-lints", "allow", "--out-dir"])
                .arg(scratch.path())
                .arg(folder::root().join("runtime/src/lib.rs")),
        );
        if (run.code == Some(0)) != right {
            return Err(format!(
                "CROFT_BLOCK_SIZE={size:?}: status {:?}\n{}",
                run.code, run.stderr
            ));
        }
    }
    Ok(())
}

/// `CROFT_STATIC_POOL` compares what the header was told with the library.
pub fn other_block_size() -> Result<(), String> {
    let scratch = scratch()?;
    let loader = scratch.path().join("loader");
    for (size, signal) in [("16384", None), ("8192", Some(4))] {
        process::run(
            process::clang()
                .arg(format!("-DCROFT_BLOCK_SIZE={size}"))
                .arg(folder::here("baremetal/loader.c"))
                .arg(artifact::runtime())
                .arg("-o")
                .arg(&loader),
        )
        .expect(0)?;
        let run = process::run(&mut Command::new(&loader));
        if run.signal != signal {
            return Err(format!("blocks of {size} bytes: {run:?}"));
        }
    }
    Ok(())
}
