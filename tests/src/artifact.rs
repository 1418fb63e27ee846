//! The programs under test: the `croft` command and the pass plugin, built in the profile of the tests.
//!
//! `CROFT_BIN` names another command (or the folder that holds it), `CROFT_PLUGIN` another plugin. Otherwise both lie where
//! cargo puts them, beside the folder of the test executable, and are built once when one is missing or older
//! than its sources.

use crate::folder;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// Where LLVM 22's tools are.
const LLVM: &str = "/usr/lib/llvm-22/bin";

/// What the command and the plugin are made from, below the root of the repository.
const SOURCES: [&str; 9] = [
    "compiler-pass/Cargo.toml",
    "compiler-pass/build.rs",
    "compiler-pass/src",
    "compiler-pass/effects",
    "runtime/Cargo.toml",
    "runtime/src",
    "runtime/include",
    "runtime/baremetal",
    "docs/errors",
];

/// The `croft` command.
pub fn croft() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match std::env::var_os("CROFT_BIN").map(PathBuf::from) {
        Some(path) if path.is_dir() => path.join("croft"),
        Some(path) => path,
        None => built().join("croft"),
    })
}

/// The pass plugin.
pub fn plugin() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        std::env::var_os("CROFT_PLUGIN").map_or_else(|| built().join("libcroft_pass.so"), PathBuf::from)
    })
}

/// The runtime as a static library, for programs that `croft` does not link.
///
/// # Panics
/// When it cannot be built.
pub fn runtime() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| static_runtime("static-runtime", &["--features", "host"]))
}

/// The same as bare metal has it, where the program itself is told of exhaustion and misuse.
///
/// # Panics
/// When it cannot be built.
pub fn runtime_without_host() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| static_runtime("static-runtime-without-host", &[]))
}

/// The same with a pool for each thread.
///
/// # Panics
/// When it cannot be built.
pub fn runtime_for_threads() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let target = target().0.join("static-runtime-threads");
        let output = Command::new(folder::root().join("scripts/threads-runtime.sh"))
            .arg(&target)
            .output()
            .expect("bash runs");
        assert!(
            output.status.success(),
            "the runtime cannot be built for threads:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("libcroft_runtime_threads.a")
    })
}

/// Built in a folder of its own: with other flags than the crate.
fn static_runtime(folder: &str, features: &[&str]) -> PathBuf {
    let target = target().0.join(folder);
    cargo(
        Command::new(env!("CARGO"))
            .args(["rustc", "--release", "--package", "croft-runtime"])
            .args(features)
            .args(["--crate-type", "staticlib", "--target-dir"])
            .arg(&target)
            .args(["--", "-C", "panic=abort", "--cfg", "croft_staticlib"]),
    );
    target.join("release/libcroft_runtime.a")
}

/// An LLVM 22 tool.
pub fn llvm(tool: &str) -> PathBuf {
    let path = Path::new(LLVM).join(tool);
    if path.exists() {
        path
    } else {
        PathBuf::from(format!("{tool}-22"))
    }
}

/// The target folder.
pub fn target_folder() -> PathBuf {
    target().0
}

/// The target folder and the profile's folder in it, from the place of this executable.
fn target() -> (PathBuf, PathBuf) {
    let executable = std::env::current_exe().expect("the system knows this executable");
    let profile = executable
        .ancestors()
        .find(|folder| {
            folder
                .file_name()
                .is_some_and(|name| name == "deps" || name == "examples")
        })
        .and_then(Path::parent)
        .expect("cargo puts test executables into <profile>/deps, examples beside it");
    let target = profile.parent().expect("a profile lies in the target folder");
    (target.to_owned(), profile.to_owned())
}

/// The folder with the artifacts, built if need be.
fn built() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let (target, profile) = target();
        let sources = SOURCES
            .iter()
            .map(|source| newest(&folder::root().join(source)))
            .max();
        let fresh = ["croft", "libcroft_pass.so"]
            .iter()
            .all(|name| Some(modified(&profile.join(name))) >= sources);
        if !fresh {
            let name = profile.file_name().unwrap_or_default();
            // The profile's folder has its name, but for the oldest one.
            let name = if name == "debug" { "dev".as_ref() } else { name };
            cargo(
                Command::new(env!("CARGO"))
                    .args(["build", "--package", "croft-pass", "--profile"])
                    .arg(name)
                    .arg("--target-dir")
                    .arg(&target),
            );
        }
        profile
    })
}

fn cargo(command: &mut Command) {
    let output = command
        .current_dir(folder::root())
        .output()
        .unwrap_or_else(|error| panic!("cannot run cargo: {error}"));
    assert!(
        output.status.success(),
        "cannot build what is to be tested:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn modified(path: &Path) -> SystemTime {
    path.metadata()
        .and_then(|metadata| metadata.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The time of the latest change of a file, or of any file below a folder.
fn newest(path: &Path) -> SystemTime {
    match std::fs::read_dir(path) {
        Ok(entries) => entries
            .flatten()
            .map(|entry| newest(&entry.path()))
            .max()
            .unwrap_or(SystemTime::UNIX_EPOCH),
        Err(_) => modified(path),
    }
}
