//! Programs: check, lower, link with the runtime and a static pool, run.

use super::arguments::{BuildOptions, FormOptions};
use super::target::{self, Library, Target};
use super::{Failure, input, reject, toolchain};
use crate::engine;
use crate::llvm::Module;
use crate::lower::{self, Contexts, LowerError, Runtime, resident};
use crate::opt;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The runtime with this name, compiled with this crate.
macro_rules! object {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".o"))
    };
}

/// The runtime for these contexts of execution.
fn object(contexts: Contexts) -> &'static [u8] {
    let Contexts { threads, interrupts } = contexts;
    match (threads, interrupts) {
        (false, false) => object!("croft_runtime"),
        (true, false) => object!("croft_runtime_threads"),
        (false, true) => object!("croft_runtime_interrupts"),
        (true, true) => object!("croft_runtime_threads_interrupts"),
    }
}
/// What every program begins with: the pool, and the summary at its end.
static START: &str = include_str!("start.c");
/// The variable that asks a program for its summary.
const STATS: &str = "CROFT_STATS";
/// Blocks of a program's static pool, if nobody says how many.
const POOL_BLOCKS: u32 = 4096;

/// Builds a program, a kernel image or a shared object. False if the checker rejected it; then nothing was written.
///
/// # Errors
/// When a file cannot be read, or a tool fails.
pub fn build(
    files: &[PathBuf],
    output: &Path,
    options: &BuildOptions,
    form: &FormOptions,
) -> Result<bool, Failure> {
    let target = target::find(options.target.as_deref())?;
    let contexts = Contexts::from(options.contexts);
    let library = target.map(|target| Library::of(target, contexts)).transpose()?;
    let runtime = library
        .as_ref()
        .map_or_else(|| Runtime::host(contexts), Library::runtime);
    let mut source = options.source.clone();
    if form.shared {
        source.cflag.push("-fPIC".to_owned());
    }
    let session = input::Session::on(target, &source)?;
    let program = |for_check| {
        let module = session.program(files, for_check)?;
        // A host's program may be for a processor of the same kind with another name of the system.
        match target {
            Some(_) => runtime.adopt(module.borrow()).map_err(Failure::Lower)?,
            None => refuse_foreign(module.borrow())?,
        }
        Ok::<_, Failure>(module)
    };
    // Of a place without debug information nobody can say which of several files it is in.
    let file = match files {
        [only] => Some(only.as_path()),
        _ => None,
    };
    if !options.unchecked {
        let marked = program(true)?;
        let diagnostics = engine::check(marked.borrow(), &session.check_options()?)?;
        if !diagnostics.is_empty() {
            reject(file, marked.borrow(), diagnostics);
            return Ok(false);
        }
    }
    let module = program(false)?;
    let optimised = match options.mode {
        // What is optimised away is not looked at.
        lower::Mode::Debug => Ok(()),
        lower::Mode::Inline | lower::Mode::Call => opt::run(module.borrow(), &options.opt).map(|_| ()),
    };
    let lowered = optimised.and_then(|()| lower::run_on(module.borrow(), options.mode, runtime).map(|_| ()));
    match lowered {
        Ok(()) => {}
        Err(LowerError::Malformed(diagnostics)) => {
            reject(file, module.borrow(), diagnostics);
            return Ok(false);
        }
        Err(error) => return Err(Failure::Lower(error)),
    }
    if form.shared {
        resident::run(module.borrow(), runtime).map_err(Failure::Lower)?;
    } else {
        lower::own_pool(module.borrow());
    }
    let work = Work {
        folder: session.folder(),
        lowered: write(session.folder(), "lowered.bc", &module.borrow().bitcode())?,
        options,
    };
    let mut command = match (target, &library) {
        _ if form.shared => shared(&work, target),
        (Some(target), Some(library)) => image(&work, target, library, form)?,
        _ => hosted(&work)?,
    };
    command
        .args(
            options
                .library_path
                .iter()
                .flat_map(|path| [OsString::from("-L"), path.into()]),
        )
        .args(options.library.iter().map(|library| format!("-l{library}")));
    if target.is_none() {
        command.arg("-lm");
    }
    link(&mut command, output)?;
    Ok(true)
}

/// What linking starts from.
struct Work<'w> {
    folder: &'w Path,
    lowered: PathBuf,
    options: &'w BuildOptions,
}

impl Work<'_> {
    /// A run of clang that begins with the lowered program, compiled for `target`.
    fn clang(&self, target: Option<&Target>) -> Command {
        let mut command = Command::new(toolchain::clang());
        command
            .args(target.map_or_else(Vec::new, |target| target.compile_flags(self.folder)))
            .args([
                "-O2",
                "-g",
                "-Wno-override-module",
                "-Wno-unused-command-line-argument",
            ]);
        command
    }
}

/// A program of this machine.
fn hosted(work: &Work<'_>) -> Result<Command, Failure> {
    let contexts = Contexts::from(work.options.contexts);
    let runtime = write(work.folder, "croft_runtime.o", object(contexts))?;
    let start = write(work.folder, "start.c", START.as_bytes())?;
    toolchain::write_header(work.folder)?;
    let mut command = work.clang(None);
    let blocks = work.options.pool_blocks.unwrap_or(POOL_BLOCKS);
    let flags = work.options.source.cflag.iter();
    command
        // What the program does not use of the runtime, debug mode above all, is not in it.
        .arg("-Wl,--gc-sections")
        .arg(format!("-DCROFT_POOL_BLOCKS={blocks}"))
        .args(if work.options.mode == lower::Mode::Debug {
            // The pool asks for an alignment above a page. In segments aligned alike, Valgrind finds the program's symbols.
            &["-DCROFT_DEBUG", "-Wl,-z,max-page-size=16384"][..]
        } else {
            &[]
        })
        .args(contexts.threads.then_some("-pthread"))
        .args(contexts.interrupts.then_some("-DCROFT_INTERRUPTS"))
        .args(flags.filter(|flag| is_of_the_program(flag)))
        .arg("-I")
        .arg(work.folder)
        .args(["-x", "ir"])
        .arg(&work.lowered)
        .args(["-x", "c"])
        .arg(&start)
        .args(["-x", "none"])
        .arg(&runtime);
    Ok(command)
}

/// A kernel image: start code, pool, console, and the target's runtime.
fn image(
    work: &Work<'_>,
    target: &Target,
    library: &Library,
    form: &FormOptions,
) -> Result<Command, Failure> {
    toolchain::write_header(work.folder)?;
    target.write_files(work.folder)?;
    let script = match &form.linker_script {
        Some(path) => path.clone(),
        None => work.folder.join("memory.ld"),
    };
    let mut command = work.clang(Some(target));
    let blocks = work.options.pool_blocks.unwrap_or(target::POOL_BLOCKS);
    command
        .arg(format!("-DCROFT_POOL_BLOCKS={blocks}"))
        .arg("-I")
        .arg(work.folder)
        // The console may not become calls of itself.
        .args(["-fno-builtin", "-ffunction-sections", "-fdata-sections"])
        .args(["-nostdlib", "-static", "-fuse-ld=lld", "-Wl,--gc-sections"])
        .args(target.linker)
        .arg("-T")
        .arg(script)
        // For the script's INCLUDE.
        .arg("-L")
        .arg(work.folder)
        .args(["-x", "ir"])
        .arg(&work.lowered)
        .args(["-x", "assembler-with-cpp"])
        .arg(work.folder.join("start.S"))
        .args(["-x", "c"])
        .arg(work.folder.join("kernel.c"))
        .args(["-x", "none"])
        .arg(&library.archive);
    Ok(command)
}

/// A shared object that brings its own runtime, but for what the loading program supplies.
fn shared(work: &Work<'_>, target: Option<&Target>) -> Command {
    let mut command = work.clang(target);
    command
        .args(["-fPIC", "-shared", "-fuse-ld=lld", "-nostartfiles", "-Wl,-z,text"])
        // Without a system, clang takes -shared for its own affair only and forgets to tell the linker.
        .args(target.map_or(&[][..], |_| &["-nostdlib", "-Wl,-shared"]))
        .args(["-x", "ir"])
        .arg(&work.lowered)
        .args(["-x", "none"]);
    command
}

/// Refuses a program for another processor than this machine's.
fn refuse_foreign(module: Module<'_>) -> Result<(), Failure> {
    let target = module.triple();
    if target.is_empty() || target.starts_with(std::env::consts::ARCH) {
        return Ok(());
    }
    Err(Failure::Lower(LowerError::Target {
        target,
        runtime: "this machine's own processor".to_owned(),
    }))
}

fn write(folder: &Path, name: &str, contents: &[u8]) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    std::fs::write(&path, contents)
        .map(|()| path.clone())
        .map_err(|error| Failure::Write { path, error })
}

/// Links beside the final place and then renames: no half-written program is ever there.
fn link(command: &mut Command, output: &Path) -> Result<(), Failure> {
    let parent = input::folder_of(output)?;
    let failure = |error| input::unwritten(output, error);
    let partial = tempfile::Builder::new()
        .prefix(".croft-")
        .tempfile_in(parent)
        .map_err(failure)?
        .into_temp_path();
    command.arg("-o").arg(&*partial);
    let result = toolchain::run(command, toolchain::CLANG_REMEDY)?;
    if !result.status.success() {
        return Err(Failure::Output {
            path: output.to_owned(),
            messages: String::from_utf8_lossy(&result.stderr).into_owned(),
        });
    }
    partial.persist(output).map_err(|error| failure(error.error))
}

/// Whether an argument of the compiler concerns the whole program: a sanitizer brings a run time, and debug information
/// should be of one version.
fn is_of_the_program(flag: &str) -> bool {
    ["-fsanitize", "-fno-sanitize", "-gdwarf"]
        .iter()
        .any(|start| flag.starts_with(start))
}

/// Runs a program and returns its status; a program that a signal ended has 128 plus the signal's number.
///
/// # Errors
/// When it cannot be started.
pub fn run(program: &Path, stats: bool, arguments: &[OsString]) -> Result<u8, Failure> {
    use std::os::unix::process::ExitStatusExt;
    let mut command = Command::new(program);
    command.args(arguments);
    if stats {
        command.env(STATS, "1");
    }
    let status = command.status().map_err(|error| Failure::System {
        what: "cannot run the program",
        error,
    })?;
    if let Some(signal) = status.signal() {
        eprintln!("croft: the program was ended by signal {signal}");
    }
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(2);
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
