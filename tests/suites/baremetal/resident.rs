//! Shared objects for a resident program.

use crate::scratch;
use croft_tests::baremetal::{self, Board};
use croft_tests::{artifact, folder, process};
use std::path::Path;
use std::process::Command;

/// The dynamic symbols that a file does not define.
fn undefined(file: &Path) -> Result<Vec<String>, String> {
    let names = process::run(
        Command::new(artifact::llvm("llvm-nm"))
            .args(["-D", "-j", "--undefined-only"])
            .arg(file),
    )
    .expect(0)?;
    Ok(names.stdout.lines().map(str::to_owned).collect())
}

/// For a resident monitor on the target: a dynamic object without relocations in its code, which wants two symbols.
pub fn shared(board: &Board) -> Result<(), String> {
    let scratch = scratch()?;
    let file = scratch.path().join("kernel.so");
    for mode in ["inline", "call", "debug"] {
        let mut command = baremetal::build(board);
        command
            .args(["--shared", "--mode", mode])
            .arg(folder::here("baremetal/loaded.c"));
        process::run(command.arg("-o").arg(&file)).expect(0)?;
        // Poisoning is the C library's work, by the name that the processor's ABI has for it.
        let fills = |name: &String| {
            ["memset", "memclr", "memclr4", "memclr8"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let poisons = |name: &String| mode == "debug" && fills(name);
        let wanted: Vec<String> = undefined(&file)?
            .into_iter()
            .filter(|name| !poisons(name))
            .collect();
        if wanted != supplied(mode) {
            return Err(format!("mode {mode} wants {wanted:?}"));
        }
    }
    let header = process::run(
        Command::new(artifact::llvm("llvm-readelf"))
            .args(["-h", "-d"])
            .arg(&file),
    )
    .expect(0)?;
    let text = header.stdout;
    if text.contains("DYN") && text.contains(board.elf) && !text.contains("TEXTREL") {
        Ok(())
    } else {
        Err(text)
    }
}

/// The symbols that the loading program supplies.
fn supplied(mode: &str) -> &'static [&'static str] {
    match mode {
        "debug" => &["croft_exhausted", "croft_misused", "croft_pool"],
        _ => &["croft_exhausted", "croft_pool"],
    }
}

pub fn loaded() -> Result<(), String> {
    let scratch = scratch()?;
    let loader = scratch.path().join("loader");
    process::run(
        process::clang()
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-rdynamic"])
            .arg(folder::here("baremetal/loader.c"))
            .arg(artifact::runtime())
            .arg("-o")
            .arg(&loader),
    )
    .expect(0)?;
    // Debug mode counts for itself: the loader's figures would not be those of the kernel.
    for mode in ["inline", "call"] {
        let kernel = scratch.path().join(format!("{mode}.so"));
        let mut command = process::croft();
        command
            .args(["build", "--shared", "--mode", mode])
            .arg(folder::here("baremetal/loaded.c"));
        process::run(command.arg("-o").arg(&kernel)).expect(0)?;
        let wanted: Vec<String> = undefined(&kernel)?
            .into_iter()
            .filter(|name| name.starts_with("croft"))
            .collect();
        if wanted != supplied(mode) {
            return Err(format!("mode {mode} wants {wanted:?}"));
        }
        let run = process::run(Command::new(&loader).arg(&kernel)).expect(3)?;
        let expected = format!(
            "sum {}\nin the loader's pool: 1 uses, at most 3 blocks, 0 now\nthe loader is told: reason 1, 8 of 8 blocks\n",
            loaded_sum(100)
        );
        if run.stdout != expected {
            return Err(format!("mode {mode}:\n{}\nexpected:\n{expected}", run.stdout));
        }
    }
    Ok(())
}

/// What `loaded_sum` of loaded.c computes.
fn loaded_sum(count: u32) -> u32 {
    (0..count).fold(0u32, |sum, i| {
        let fold = (0..100).fold(0u32, |sum, k| {
            sum.wrapping_mul(17).wrapping_add(i.wrapping_mul(k))
        });
        sum.wrapping_mul(3).wrapping_add(fold)
    })
}
