//! The `croft` command.
//!
//! Exit status: 0 accepted or done, 1 the program was rejected, 2 the tool could not do its work. `run` passes on
//! the status of the program that it ran.

pub mod arguments;
pub mod input;
pub mod program;
pub mod report;
pub mod target;
pub mod toolchain;

use crate::diagnostic::{Diagnostic, codes};
use crate::effects::{Effects, manifest};
use crate::{engine, lower};
use arguments::{Arguments, BuildOptions, Command, FormOptions, Format};
use report::Report;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Why the tool could not do its work: exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file could not be read.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write `{}`: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A module could not be read.
    #[error("`{}` is {error}", path.display())]
    Module {
        /// The file.
        path: PathBuf,
        /// Why.
        error: crate::llvm::source::ReadError,
    },
    /// A file whose name says nothing about its kind.
    #[error("`{}` is of no kind that croft reads; it reads .c (through clang), .rs (through rustc), .ll and .bc", .0.display())]
    Kind(PathBuf),
    /// An output whose name says nothing about its kind.
    #[error("`{}` is of no kind that croft writes; the name has to end in .ll or .bc, or be -", .0.display())]
    OutputKind(PathBuf),
    /// A compiler found errors in the user's source.
    #[error("{compiler} could not compile `{}`{}", path.display(), indented(messages))]
    Compile {
        /// The compiler.
        compiler: String,
        /// The source.
        path: PathBuf,
        /// What it printed.
        messages: String,
    },
    /// The linker refused.
    #[error("clang-22 could not link `{}`{}", path.display(), indented(messages))]
    Output {
        /// What was to be written.
        path: PathBuf,
        /// What it printed.
        messages: String,
    },
    /// No such target.
    #[error("`{triple}` is no target; targets are this machine's own (no --target), {known}")]
    Target {
        /// What was asked for.
        triple: String,
        /// The targets there are.
        known: String,
    },
    /// A target whose runtime is not there.
    #[error("the runtime for `{triple}` is not built: cannot read `{}`: {error}; in croft's repository run `make baremetal`, or set CROFT_BAREMETAL to the folder that holds `{triple}`", path.display())]
    NoRuntime {
        /// The target.
        triple: &'static str,
        /// The file that is missing.
        path: PathBuf,
        /// Why it cannot be read.
        error: std::io::Error,
    },
    /// A source that only the host's compiler takes.
    #[error("`{}` cannot be compiled for `{triple}`; croft compiles Rust for this machine only; give its bitcode, from `rustc --target {triple} --emit=llvm-bc`", path.display())]
    HostOnly {
        /// The source.
        path: PathBuf,
        /// The target.
        triple: &'static str,
    },
    /// Threads where there is no operating system.
    #[error(
        "`{0}` is a machine without operating system, and --threads needs one: there is one pool there, which --interrupts lets handlers of interrupts use"
    )]
    NoThreads(&'static str),
    /// A kernel image was to be run here.
    #[error(
        "`croft run` runs programs of this machine; build the image with `croft build --target {0}` and give it to an emulator or a board (docs/BAREMETAL.md)"
    )]
    Foreign(&'static str),
    /// A tool is missing.
    #[error("cannot run `{program}`: {error}; {remedy}")]
    Tool {
        /// The program.
        program: String,
        /// Why.
        error: std::io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// Files do not fit together.
    #[error("cannot link `{}` with the files before it{}", path.display(), indented(message))]
    Link {
        /// The file.
        path: PathBuf,
        /// LLVM's message.
        message: String,
    },
    /// An effect manifest cannot be read, or is wrong.
    #[error("{0}")]
    Manifest(#[from] manifest::FileError),
    /// The checker could not work.
    #[error("{0}")]
    Check(#[from] crate::CheckError),
    /// Lowering failed.
    #[error("{0}")]
    Lower(lower::LowerError),
    /// No such code.
    #[error("`{0}` is no code; `croft explain` without a code lists them")]
    Code(String),
    /// Anything the system refused.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        error: std::io::Error,
    },
}

fn indented(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        String::new()
    } else {
        format!(":\n{text}")
    }
}

/// What a command came to when it did its work.
enum Outcome {
    Accepted,
    Rejected,
    Status(u8),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = arguments::parse();
    arguments.color.write_global();
    match dispatch(&arguments) {
        Ok(Outcome::Accepted) => ExitCode::SUCCESS,
        Ok(Outcome::Rejected) => ExitCode::from(1),
        Ok(Outcome::Status(status)) => ExitCode::from(status),
        Err(failure) => {
            eprintln!("croft: {failure}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Check {
            files,
            format,
            max_findings,
            source,
        } => Ok(Outcome::Status(check(files, source).show(
            *format,
            *max_findings,
            files,
        ))),
        Command::Effects {
            files,
            emit: None,
            source,
        } => effects(files, source),
        Command::Effects {
            files,
            emit: Some(output),
            source,
        } => emit(files, output, source),
        Command::Opt {
            file,
            output,
            opt,
            source,
        } => change_file(file, output, source, |module| {
            crate::opt::run(module, opt).map(|_| ())
        }),
        Command::Lower {
            file,
            output,
            mode,
            contexts,
            source,
        } => change_file(file, output, source, |module| {
            lower::run_on(module, *mode, lower::Runtime::host((*contexts).into())).map(|_| ())
        }),
        Command::Build {
            files,
            output,
            options,
            form,
        } => Ok(if program::build(files, output, options, form)? {
            Outcome::Accepted
        } else {
            Outcome::Rejected
        }),
        Command::Run {
            files,
            options,
            stats,
            arguments,
        } => run(files, options, *stats, arguments),
        Command::Explain { code } => explain(code.as_deref()),
    }
}

/// Checks each file by itself. One that cannot be read does not keep the others from being judged.
fn check(files: &[PathBuf], source: &arguments::SourceOptions) -> Report {
    let mut report = Report::default();
    let opened = input::Session::new(source).and_then(|session| Ok((session.check_options()?, session)));
    let (options, session) = match opened {
        Ok(opened) => opened,
        Err(failure) => {
            report.fail(None, failure);
            return report;
        }
    };
    for file in files {
        let judged = session.for_check(file).and_then(|module| {
            let diagnostics = engine::check(module.borrow(), &options)?;
            report.add(Some(file), module.borrow(), diagnostics);
            Ok(())
        });
        if let Err(failure) = judged {
            report.fail(Some(file), failure);
        }
    }
    report
}

/// Shows people why a program is neither built nor lowered.
pub(crate) fn reject(file: Option<&Path>, module: crate::llvm::Module<'_>, diagnostics: Vec<Diagnostic>) {
    let mut report = Report::default();
    report.add(file, module, diagnostics);
    report.show(Format::Human, None, &[]);
}

/// Writes to standard output; a reader that went away is no error of ours.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn effects(files: &[PathBuf], source: &arguments::SourceOptions) -> Result<Outcome, Failure> {
    let session = input::Session::new(source)?;
    for file in files {
        let module = session.for_check(file)?;
        for (name, effects) in engine::effects(module.borrow(), &session.check_options()?)? {
            print(&format!("{name}: {effects}\n"));
        }
    }
    Ok(Outcome::Accepted)
}

/// Writes what files export as a manifest. A name that two files define differently is left out: which of the bodies runs,
/// only the linker knows.
fn emit(files: &[PathBuf], output: &Path, source: &arguments::SourceOptions) -> Result<Outcome, Failure> {
    let session = input::Session::new(source)?;
    let options = session.check_options()?;
    let mut exports: BTreeMap<String, Option<Effects>> = BTreeMap::new();
    for file in files {
        let module = session.for_check(file)?;
        for (name, effects) in engine::exports(module.borrow(), &options)? {
            exports
                .entry(name)
                .and_modify(|known| *known = known.take().filter(|known| *known == effects))
                .or_insert_with(|| Some(effects.clone()));
        }
    }
    let exports = exports.iter();
    let text =
        manifest::write(exports.filter_map(|(name, effects)| Some((name.as_str(), effects.as_ref()?))));
    if output.as_os_str() == "-" {
        print(&text);
    } else {
        input::write_whole(output, text.as_bytes())?;
    }
    Ok(Outcome::Accepted)
}

/// One step of the pipeline on one file.
fn change_file(
    file: &Path,
    output: &Path,
    source: &arguments::SourceOptions,
    step: impl FnOnce(crate::llvm::Module<'_>) -> Result<(), lower::LowerError>,
) -> Result<Outcome, Failure> {
    let kind = input::OutputKind::of(output)?;
    let session = input::Session::new(source)?;
    let module = session.for_lowering(file)?;
    match step(module.borrow()) {
        Ok(()) => {}
        Err(lower::LowerError::Malformed(diagnostics)) => {
            reject(Some(file), module.borrow(), diagnostics);
            return Ok(Outcome::Rejected);
        }
        Err(error) => return Err(Failure::Lower(error)),
    }
    input::write(module.borrow(), output, kind)?;
    Ok(Outcome::Accepted)
}

fn run(
    files: &[PathBuf],
    options: &BuildOptions,
    stats: bool,
    arguments: &[std::ffi::OsString],
) -> Result<Outcome, Failure> {
    if let Some(target) = target::find(options.target.as_deref())? {
        return Err(Failure::Foreign(target.triple));
    }
    let folder = tempfile::tempdir().map_err(|error| Failure::System {
        what: "cannot make a folder",
        error,
    })?;
    let path = folder.path().join("program");
    if !program::build(files, &path, options, &FormOptions::default())? {
        return Ok(Outcome::Rejected);
    }
    program::run(&path, stats, arguments).map(Outcome::Status)
}

fn explain(code: Option<&str>) -> Result<Outcome, Failure> {
    match code {
        Some(name) => {
            let code = codes::Code::find(name).ok_or_else(|| Failure::Code(name.to_owned()))?;
            print(code.page);
        }
        None => {
            for code in codes::CODES {
                print(&format!("{}  {}\n", code.code, code.title()));
            }
        }
    }
    Ok(Outcome::Accepted)
}
