//! Files in and out: sources become modules, modules become files that are whole or not there.

use super::arguments::SourceOptions;
use super::target::Target;
use super::{Failure, toolchain};
use crate::CheckOptions;
use crate::effects::manifest;
use crate::llvm::module::OwnedModule;
use crate::llvm::{Module, source};
use inkwell::context::Context;
use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::core::LLVMContextSetDiagnosticHandler;
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::io::Write;
use std::path::{Path, PathBuf};

/// One run of the command: an LLVM context, and a folder for what compilers write.
pub struct Session<'o> {
    options: &'o SourceOptions,
    target: Option<&'static Target>,
    folder: tempfile::TempDir,
    compiled: RefCell<HashMap<PathBuf, PathBuf>>,
    context: Context,
    /// What LLVM reported through the context. Boxed, because the context holds its address; dropped after it.
    messages: Box<RefCell<Vec<String>>>,
}

/// A module of a session, and the session's context kept alive with it.
pub type SessionModule = OwnedModule;

impl<'o> Session<'o> {
    /// Opens a session.
    ///
    /// # Errors
    /// When the system gives no temporary folder.
    pub fn new(options: &'o SourceOptions) -> Result<Session<'o>, Failure> {
        Session::on(None, options)
    }

    /// Opens a session whose sources are for a target; `None` is this machine.
    ///
    /// # Errors
    /// When the system gives no temporary folder.
    pub fn on(target: Option<&'static Target>, options: &'o SourceOptions) -> Result<Session<'o>, Failure> {
        let folder = tempfile::tempdir().map_err(|error| Failure::System {
            what: "cannot make a folder",
            error,
        })?;
        let session = Session {
            options,
            target,
            folder,
            compiled: RefCell::default(),
            messages: Box::default(),
            context: Context::create(),
        };
        let messages: *const RefCell<Vec<String>> = &*session.messages;
        // SAFETY: the context is alive; `messages` is boxed and, by the order of the fields, dropped after the
        // context.
        unsafe {
            LLVMContextSetDiagnosticHandler(
                session.context.raw(),
                Some(note),
                messages.cast_mut().cast::<c_void>(),
            );
        }
        Ok(session)
    }

    /// What the checker is told.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn check_options(&self) -> Result<CheckOptions, Failure> {
        let files = self.options.effects.iter();
        let manifests = files
            .map(|path| Ok(manifest::read(path)?))
            .collect::<Result<_, Failure>>()?;
        Ok(CheckOptions { manifests })
    }

    /// Reads a file for the checker: textual IR without debug information gets its lines.
    ///
    /// # Errors
    /// When it cannot be read or compiled.
    pub fn for_check(&self, file: &Path) -> Result<SessionModule, Failure> {
        self.read(file, true)
    }

    /// Reads a file as it is.
    ///
    /// # Errors
    /// When it cannot be read or compiled.
    pub fn for_lowering(&self, file: &Path) -> Result<SessionModule, Failure> {
        self.read(file, false)
    }

    /// Reads and links the files of a program.
    ///
    /// # Errors
    /// When one cannot be read, or does not fit the others.
    pub fn program(&self, files: &[PathBuf], for_check: bool) -> Result<SessionModule, Failure> {
        let mut files = files.iter();
        let Some(first) = files.next() else {
            return Err(Failure::Kind(PathBuf::new()));
        };
        let whole = self.read(first, for_check)?;
        for file in files {
            let module = self.read(file, for_check)?;
            self.messages.borrow_mut().clear();
            if !whole.borrow().link(module) {
                let message = self
                    .messages
                    .borrow_mut()
                    .drain(..)
                    .collect::<Vec<_>>()
                    .join("\n");
                return Err(Failure::Link {
                    path: file.clone(),
                    message,
                });
            }
        }
        Ok(whole)
    }

    fn read(&self, file: &Path, mark_lines: bool) -> Result<SessionModule, Failure> {
        let path = match file.extension().and_then(|extension| extension.to_str()) {
            Some("ll" | "bc") => file.to_owned(),
            Some("c" | "rs") => self.compile(file)?,
            _ => return Err(Failure::Kind(file.to_owned())),
        };
        let data = std::fs::read(&path).map_err(|error| Failure::Read {
            path: path.clone(),
            error,
        })?;
        // Absolute, as the places that compilers write are.
        let name = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        // SAFETY: the context lives as long as the session, which outlives its modules.
        unsafe { source::read(self.context.raw(), &data, &name.to_string_lossy(), mark_lines) }.map_err(
            |error| Failure::Module {
                path: file.to_owned(),
                error,
            },
        )
    }

    /// Compiles a source once, however often it is read.
    fn compile(&self, file: &Path) -> Result<PathBuf, Failure> {
        if let Some(known) = self.compiled.borrow().get(file) {
            return Ok(known.clone());
        }
        // A missing source is our message to make, not the compiler's.
        std::fs::File::open(file).map_err(|error| Failure::Read {
            path: file.to_owned(),
            error,
        })?;
        let output = self
            .folder
            .path()
            .join(format!("{}.bc", self.compiled.borrow().len()));
        if file.extension().is_some_and(|extension| extension == "rs") {
            if let Some(target) = self.target {
                return Err(Failure::HostOnly {
                    path: file.to_owned(),
                    triple: target.triple,
                });
            }
            toolchain::compile_rust(file, &output)?;
        } else {
            toolchain::compile_c(file, &output, self.folder.path(), self.target, self.options)?;
        }
        self.compiled.borrow_mut().insert(file.to_owned(), output.clone());
        Ok(output)
    }

    /// The folder for what compilers write.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Keeps what LLVM reports, instead of LLVM's own way of ending the process.
extern "C" fn note(info: LLVMDiagnosticInfoRef, messages: *mut c_void) {
    // SAFETY: the pointer is the session's box (see `Session::new`), and LLVM calls this on the session's thread.
    let messages = unsafe { &*messages.cast::<RefCell<Vec<String>>>() };
    // SAFETY: `info` is alive during the call.
    let severity = unsafe { inkwell::llvm_sys::core::LLVMGetDiagInfoSeverity(info) };
    if severity == LLVMDiagnosticSeverity::LLVMDSError {
        messages.borrow_mut().push(crate::llvm::passes::describe(info));
    }
}

/// What kind of file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Textual IR to standard output.
    Standard,
    /// Textual IR.
    Text,
    /// Bitcode.
    Bitcode,
}

impl OutputKind {
    /// By the file's name.
    ///
    /// # Errors
    /// When the name ends otherwise.
    pub fn of(path: &Path) -> Result<OutputKind, Failure> {
        if path.as_os_str() == "-" {
            return Ok(OutputKind::Standard);
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("ll") => Ok(OutputKind::Text),
            Some("bc") => Ok(OutputKind::Bitcode),
            _ => Err(Failure::OutputKind(path.to_owned())),
        }
    }
}

/// Writes a module: to a temporary name beside the target first, then renamed, so that a file of that name
/// is whole.
///
/// # Errors
/// When the system refuses.
pub fn write(module: Module<'_>, path: &Path, kind: OutputKind) -> Result<(), Failure> {
    let bytes = match kind {
        OutputKind::Standard => {
            super::print(&module.print());
            return Ok(());
        }
        OutputKind::Text => module.print().into_bytes(),
        OutputKind::Bitcode => module.bitcode(),
    };
    write_whole(path, &bytes)
}

/// Writes a file that is whole or not there.
///
/// # Errors
/// When the system refuses.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failure = |error| unwritten(path, error);
    let folder = folder_of(path)?;
    let mut file = tempfile::Builder::new()
        .prefix(".croft-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failure)?;
    file.write_all(bytes).map_err(failure)?;
    file.persist(path).map_err(|error| failure(error.error))?;
    Ok(())
}

/// A failure to write that names the file which the user asked for, not the temporary one.
pub fn unwritten(path: &Path, error: std::io::Error) -> Failure {
    let error = error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), std::io::Error::from_raw_os_error);
    Failure::Write {
        path: path.to_owned(),
        error,
    }
}

/// The folder that a file is to be written into, which has to be there.
///
/// # Errors
/// The system's, which tempfile's own would hide.
pub fn folder_of(path: &Path) -> Result<&Path, Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::read_dir(folder).map_err(|error| unwritten(path, error))?;
    Ok(folder)
}
