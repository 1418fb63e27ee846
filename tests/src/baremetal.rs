//! Boards: kernel images in QEMU's system emulation, with their console as text and their instructions counted.
//!
//! The tools (`scripts/baremetal-tools.sh`) may be missing where nothing can be fetched. Whoever runs a test asks [`tools`] first.

use crate::{artifact, folder, process};
use process::Run;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A target, and the machine that runs its images.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// The target.
    pub triple: &'static str,
    /// The emulator and the machine.
    pub machine: &'static [&'static str],
    /// What the triple's linker emulation is called in ELF files.
    pub elf: &'static str,
}

/// All of them.
pub const BOARDS: [Board; 4] = [
    Board {
        triple: "riscv32imac-unknown-none-elf",
        machine: &["qemu-system-riscv32", "-M", "virt", "-bios", "none", "-m", "64M"],
        elf: "RISC-V",
    },
    Board {
        triple: "riscv32g-unknown-none-elf",
        machine: &["qemu-system-riscv32", "-M", "virt", "-bios", "none", "-m", "64M"],
        elf: "RISC-V",
    },
    Board {
        triple: "armv7a-none-eabihf",
        machine: &["qemu-system-arm", "-M", "xilinx-zynq-a9", "-m", "64M"],
        elf: "ARM",
    },
    Board {
        triple: "thumbv7em-none-eabi",
        machine: &["qemu-system-arm", "-M", "mps2-an386"],
        elf: "ARM",
    },
];

/// What a counted function came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How often it was called.
    pub calls: u64,
    /// Instructions of its longest call, from its first to its return, callees included.
    pub most: u64,
}

/// The folder of the tools, or why there is none.
///
/// # Errors
/// The reason, for people.
pub fn tools() -> Result<PathBuf, String> {
    let folder = match std::env::var_os("CROFT_TOOLS") {
        Some(folder) => folder::root().join(folder),
        None => artifact::target_folder().join("tools"),
    };
    if folder.join("complete").exists() {
        Ok(folder)
    } else {
        Err(format!(
            "no bare-metal tools in {}; scripts/baremetal-tools.sh fetches them",
            folder.display()
        ))
    }
}

/// The folder with the targets' runtimes, built from the sources as they are.
///
/// # Panics
/// When they cannot be built.
pub fn runtimes() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let target = artifact::target_folder();
        let output = Command::new(folder::root().join("scripts/baremetal-runtime.sh"))
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .expect("bash runs");
        assert!(
            output.status.success(),
            "the runtime cannot be built for bare metal:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("release/baremetal")
    })
}

/// A run of `croft build --target` for a board.
pub fn build(board: &Board) -> Command {
    let mut command = process::croft();
    command
        .env("CROFT_BAREMETAL", runtimes())
        .args(["build", "--target", board.triple]);
    command
}

impl Board {
    /// Runs an image to its end.
    ///
    /// # Errors
    /// When the tools are missing.
    pub fn run(&self, image: &Path) -> Result<Run, String> {
        Ok(process::run(self.emulator(&tools()?).arg("-kernel").arg(image)))
    }

    /// Runs an image on a clock that counts instructions, a nanosecond each: its interrupts come at the same places in every run.
    ///
    /// # Errors
    /// When the tools are missing.
    pub fn run_by_instructions(&self, image: &Path) -> Result<Run, String> {
        let mut command = self.emulator(&tools()?);
        command.args(["-icount", "shift=0", "-kernel"]).arg(image);
        Ok(process::run(&mut command))
    }

    /// Runs an image and counts each call of these functions.
    ///
    /// # Errors
    /// When the tools are missing, or the image has no such function.
    pub fn count(&self, image: &Path, functions: &[&str]) -> Result<(Run, BTreeMap<String, Count>), String> {
        let tools = tools()?;
        let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
        let table = scratch.path().join("table");
        std::fs::write(&table, symbols(image, functions)?).map_err(|error| error.to_string())?;
        let out = scratch.path().join("counts");
        let plugin = self.plugin(&tools, scratch.path())?;
        let mut command = self.emulator(&tools);
        command
            // One instruction at a time, without the host's clock in it.
            .args(["-icount", "shift=0", "-plugin"])
            .arg(format!(
                "{},table={},out={}",
                plugin.display(),
                table.display(),
                out.display()
            ))
            .arg("-kernel")
            .arg(image);
        let run = process::run(&mut command);
        let text = std::fs::read_to_string(&out)
            .map_err(|error| format!("the plugin wrote no counts: {error}\n{}", run.stderr))?;
        let counts = text.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let name = words.next()?.to_owned();
            let calls = words.next()?.parse().ok()?;
            let most = words.next()?.parse().ok()?;
            Some((name, Count { calls, most }))
        });
        Ok((run, counts.collect()))
    }

    /// The emulator without anything that waits for somebody: no input, no display, no network, and an end after a minute.
    fn emulator(&self, tools: &Path) -> Command {
        let mut command = Command::new("timeout");
        command
            .args(["-k", "5", "60"])
            .arg(tools.join("bin").join(self.machine[0]))
            .args(&self.machine[1..])
            .args(["-display", "none", "-monitor", "none", "-serial", "none"])
            .args(["-nic", "none", "-semihosting-config", "enable=on,target=native"]);
        command
    }

    /// The counting plugin, for the version of this emulator.
    fn plugin(&self, tools: &Path, scratch: &Path) -> Result<PathBuf, String> {
        let version = process::run(Command::new(tools.join("bin").join(self.machine[0])).arg("--version"));
        let major: u32 = version
            .stdout
            .split("version ")
            .nth(1)
            .and_then(|text| text.split('.').next())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| format!("QEMU does not say its version: {}", version.stdout))?;
        let plugin = scratch.join("count.so");
        process::run(
            process::clang()
                .args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"])
                .arg("-fvisibility=hidden")
                .arg(format!("-DPLUGIN_API={}", if major < 9 { 1 } else { 2 }))
                .arg(folder::here("baremetal/count.c"))
                .arg("-o")
                .arg(&plugin),
        )
        .expect(0)?;
        Ok(plugin)
    }
}

/// Where these functions begin, as lines for the plugin.
fn symbols(image: &Path, functions: &[&str]) -> Result<String, String> {
    let names = process::run(Command::new(artifact::llvm("llvm-nm")).arg(image)).expect(0)?;
    let mut lines = String::new();
    for function in functions {
        let line = names
            .stdout
            .lines()
            .find(|line| line.ends_with(&format!(" {function}")))
            .ok_or_else(|| format!("{} has no {function}", image.display()))?;
        let address = line.split(' ').next().unwrap_or_default();
        lines += &format!("{address} {function}\n");
    }
    Ok(lines)
}
