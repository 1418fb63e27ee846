//! Bare-metal targets: what `croft build --target` knows of each. The runtime for them is no part of the command; a script of
//! the repository builds it.

use super::Failure;
use crate::lower::{Contexts, Runtime};
use std::path::{Path, PathBuf};

/// A machine without an operating system. Start code and linker script are for the board that QEMU emulates; `--linker-script`
/// replaces the latter.
pub struct Target {
    /// Its name, as rustc has it.
    pub triple: &'static str,
    /// What clang has to be told.
    pub flags: &'static [&'static str],
    /// What its linker has to be told.
    pub linker: &'static [&'static str],
    /// Assembly that runs first.
    pub start: &'static str,
    /// Where in memory things lie.
    pub linker_script: &'static str,
    /// Bytes of a block: what its runtime was built with.
    pub block_size: u32,
}

macro_rules! baremetal {
    ($name:literal) => {
        include_str!(concat!("../../../runtime/baremetal/", $name))
    };
}

/// All of them.
pub const TARGETS: [Target; 4] = [
    Target {
        triple: "riscv32imac-unknown-none-elf",
        flags: &[
            "--target=riscv32-none-elf",
            "-march=rv32imac_zicsr",
            "-mabi=ilp32",
        ],
        linker: &["-Wl,--relax-gp"],
        start: baremetal!("start-riscv32.S"),
        linker_script: baremetal!("riscv32-virt.ld"),
        block_size: 16384,
    },
    Target {
        triple: "riscv32g-unknown-none-elf",
        flags: &["--target=riscv32-none-elf", "-march=rv32g", "-mabi=ilp32d"],
        linker: &["-Wl,--relax-gp"],
        start: baremetal!("start-riscv32.S"),
        linker_script: baremetal!("riscv32-virt.ld"),
        block_size: 16384,
    },
    Target {
        triple: "armv7a-none-eabihf",
        // With the MMU off, as the start code leaves it, the processor refuses unaligned accesses.
        flags: &[
            "--target=armv7a-none-eabihf",
            "-mcpu=cortex-a9",
            "-mfpu=vfpv3",
            "-mno-unaligned-access",
        ],
        linker: &[],
        start: baremetal!("start-armv7a.S"),
        linker_script: baremetal!("zynq-7000.ld"),
        block_size: 16384,
    },
    Target {
        triple: "thumbv7em-none-eabi",
        flags: &[
            "--target=thumbv7em-none-eabi",
            "-mcpu=cortex-m4",
            "-mfloat-abi=soft",
        ],
        linker: &[],
        start: baremetal!("start-thumbv7em.S"),
        linker_script: baremetal!("mps2-an386.ld"),
        block_size: 4096,
    },
];

/// What every image gets beside start code and memory map, by the names under which it is written for clang.
pub const FILES: [(&str, &str); 5] = [
    ("kernel.c", baremetal!("kernel.c")),
    ("sections.ld", baremetal!("sections.ld")),
    ("libc/stdio.h", baremetal!("include/stdio.h")),
    ("libc/stdlib.h", baremetal!("include/stdlib.h")),
    ("libc/string.h", baremetal!("include/string.h")),
];

/// Blocks of an image's static pool, if nobody says how many: 1 MiB, on a Cortex-M4 256 KiB.
pub const POOL_BLOCKS: u32 = 64;

/// Finds a target; `None` is this machine, which is also what no name means.
///
/// # Errors
/// [`Failure::Target`] for a name that is neither.
pub fn find(triple: Option<&str>) -> Result<Option<&'static Target>, Failure> {
    let Some(triple) = triple else { return Ok(None) };
    if let Some(target) = TARGETS.iter().find(|target| target.triple == triple) {
        return Ok(Some(target));
    }
    // As clang and rustc name it.
    if triple.starts_with(std::env::consts::ARCH) && triple.contains("linux") {
        return Ok(None);
    }
    let known: Vec<&str> = TARGETS.iter().map(|target| target.triple).collect();
    Err(Failure::Target {
        triple: triple.to_owned(),
        known: known.join(", "),
    })
}

/// A target's runtime, as files.
pub struct Library {
    /// The bitcode whose fast paths are inlined.
    bitcode: Vec<u8>,
    /// The library with everything.
    pub archive: PathBuf,
}

impl Library {
    /// Finds the runtime of a target for these contexts of execution: in the folder that `CROFT_BAREMETAL` names, else in `baremetal` beside this program.
    ///
    /// # Errors
    /// [`Failure::NoRuntime`] if it is not there, [`Failure::NoThreads`] if there cannot be one.
    pub fn of(target: &Target, contexts: Contexts) -> Result<Library, Failure> {
        if contexts.threads {
            return Err(Failure::NoThreads(target.triple));
        }
        let suffix = if contexts.interrupts { "_interrupts" } else { "" };
        let folder = match std::env::var_os("CROFT_BAREMETAL") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_exe()
                .ok()
                .as_deref()
                .and_then(Path::parent)
                .map(|folder| folder.join("baremetal"))
                .unwrap_or_default(),
        }
        .join(target.triple);
        let missing = |path: PathBuf, error| Failure::NoRuntime {
            triple: target.triple,
            path,
            error,
        };
        let path = folder.join(format!("croft_runtime{suffix}.bc"));
        let bitcode = std::fs::read(&path).map_err(|error| missing(path, error))?;
        let archive = folder.join(format!("libcroft_runtime{suffix}.a"));
        std::fs::File::open(&archive).map_err(|error| missing(archive.clone(), error))?;
        Ok(Library { bitcode, archive })
    }

    /// The bitcode.
    pub fn runtime(&self) -> Runtime<'_> {
        Runtime::new(&self.bitcode)
    }
}

impl Target {
    /// Arguments with which clang compiles a source for this target. `folder` holds [`FILES`].
    pub fn compile_flags(&self, folder: &Path) -> Vec<String> {
        self.flags
            .iter()
            .map(|&flag| flag.to_owned())
            .chain([
                format!("-DCROFT_BLOCK_SIZE={}", self.block_size),
                "-DCROFT_BARE_METAL=1".to_owned(),
                "-isystem".to_owned(),
                folder.join("libc").display().to_string(),
            ])
            .collect()
    }

    /// Writes what every image is made with.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_files(&self, folder: &Path) -> Result<(), Failure> {
        let libc = folder.join("libc");
        std::fs::create_dir_all(&libc).map_err(|error| Failure::Write { path: libc, error })?;
        let own = [("start.S", self.start), ("memory.ld", self.linker_script)];
        for (name, contents) in FILES.into_iter().chain(own) {
            let path = folder.join(name);
            std::fs::write(&path, contents).map_err(|error| Failure::Write { path, error })?;
        }
        Ok(())
    }
}
