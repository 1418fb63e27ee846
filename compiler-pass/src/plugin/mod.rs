//! The pass plugin: what `opt -load-pass-plugin` and `clang -fpass-plugin` load.
//!
//! `entry.cpp` registers the passes and fills LLVM's structure; this side does the work. Nothing here may
//! panic into the host compiler: every entry catches.
//!
//! The user's effect manifests come by `croft-check<effects=FILE>` and, since clang gives a plugin's passes no parameters, by the environment
//! variable `CROFT_EFFECTS`, a list of files as in `PATH`.

use crate::diagnostic::{self, human};
use crate::effects::manifest;
use crate::llvm::Module;
use crate::lower::{Contexts, Mode, Runtime};
use crate::opt::OptOptions;
use crate::{CheckOptions, engine};
use inkwell::llvm_sys::prelude::LLVMModuleRef;
use std::ffi::{CStr, CString, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};

const UNCHANGED: c_int = 0;
const CHANGED: c_int = 1;
const FAILED: c_int = 2;

/// The symbol that LLVM looks up. The structure it returns is filled by C++ (its layout is LLVM's to change); a
/// jump keeps the return convention out of Rust's hands.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub extern "C" fn llvmGetPassPluginInfo() {
    #[cfg(target_arch = "x86_64")]
    core::arch::naked_asm!("jmp {info}", info = sym croft_plugin_info);
    #[cfg(target_arch = "aarch64")]
    core::arch::naked_asm!("b {info}", info = sym croft_plugin_info);
}

unsafe extern "C" {
    fn croft_plugin_info();
}

/// Runs `work` on the module and translates its outcome for C++.
///
/// # Safety
/// 1. `module` is alive and verified, as inside a pass pipeline.
/// 2. `message` can be written.
unsafe fn guarded(
    module: LLVMModuleRef,
    message: *mut *mut c_char,
    work: impl FnOnce(Module<'_>) -> Result<c_int, String>,
) -> c_int {
    // SAFETY: obligation 1; the borrow ends with this call.
    let module = unsafe { Module::from_raw(module) };
    let outcome = catch_unwind(AssertUnwindSafe(|| work(module)));
    let text = match outcome {
        Ok(Ok(code)) => return code,
        Ok(Err(text)) => text,
        Err(_) => "croft: internal error; please report it".to_owned(),
    };
    let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
    // SAFETY: obligation 2; croft_plugin_free takes the string back.
    unsafe { *message = text.into_raw() };
    FAILED
}

/// Names files with effect manifests, as in `PATH`.
const MANIFESTS: &str = "CROFT_EFFECTS";

/// What the checker is told: the environment's manifests, then those of the pass's parameters.
fn options(parameters: &OsStr) -> Result<CheckOptions, String> {
    let environment = std::env::var_os(MANIFESTS).unwrap_or_default();
    let mut files: Vec<_> = std::env::split_paths(&environment).collect();
    files.extend(
        parameters
            .as_bytes()
            .split(|byte| *byte == b'\n')
            .map(|path| OsStr::from_bytes(path).into()),
    );
    let manifests = files
        .iter()
        .filter(|path| !path.as_os_str().is_empty())
        .map(|path| manifest::read(path).map_err(|error| format!("croft: {error}")))
        .collect::<Result<_, _>>()?;
    Ok(CheckOptions { manifests })
}

/// Checks a module; the findings go to standard error, their number into the message. `manifests` names files with
/// effect manifests, a line each.
///
/// # Safety
/// As for [`guarded`], and
/// 3. `manifests` is a C string that is alive during the call.
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_check(
    module: LLVMModuleRef,
    manifests: *const c_char,
    message: *mut *mut c_char,
) -> c_int {
    // SAFETY: obligation 3.
    let manifests = OsStr::from_bytes(unsafe { CStr::from_ptr(manifests) }.to_bytes());
    // SAFETY: the caller's obligations are the same.
    unsafe {
        guarded(module, message, |module| {
            let diagnostics =
                engine::check(module, &options(manifests)?).map_err(|error| format!("croft: {error}"))?;
            if diagnostics.is_empty() {
                return Ok(UNCHANGED);
            }
            report(module, &diagnostics);
            Err(format!("croft: {} in this module", count(diagnostics.len())))
        })
    }
}

/// Optimises a module. `list` says which optimisations: as for `croft opt`, or empty for all.
///
/// # Safety
/// As for [`guarded`], and
/// 3. `list` is a C string that is alive during the call.
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_opt(
    module: LLVMModuleRef,
    list: *const c_char,
    message: *mut *mut c_char,
) -> c_int {
    // SAFETY: obligation 3.
    let list = unsafe { CStr::from_ptr(list) }.to_string_lossy();
    // SAFETY: the caller's obligations are the same.
    unsafe {
        guarded(module, message, |module| {
            let options: OptOptions = match &*list {
                "" => OptOptions::default(),
                list => list.parse().map_err(|error| format!("croft: {error}"))?,
            };
            match crate::opt::run(module, &options) {
                Ok(_) => Ok(CHANGED),
                Err(crate::lower::LowerError::Malformed(diagnostics)) => {
                    report(module, &diagnostics);
                    Err(format!(
                        "croft: {}; nothing was optimised",
                        count(diagnostics.len())
                    ))
                }
                Err(error) => Err(format!("croft: {error}")),
            }
        })
    }
}

/// Bits of what C++ calls a mode: `croft_mode` in `entry.h`.
const MODE: c_int = 3;
const THREADS: c_int = 4;
const INTERRUPTS: c_int = 8;

/// Lowers a module. `mode` is a mode and the contexts of execution, as `entry.h` has them.
///
/// # Safety
/// As for [`guarded`].
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_lower(
    module: LLVMModuleRef,
    mode: c_int,
    message: *mut *mut c_char,
) -> c_int {
    let runtime = Runtime::host(Contexts {
        threads: mode & THREADS != 0,
        interrupts: mode & INTERRUPTS != 0,
    });
    let mode = match mode & MODE {
        1 => Mode::Call,
        2 => Mode::Debug,
        _ => Mode::Inline,
    };
    // SAFETY: the caller's obligations are the same.
    unsafe {
        guarded(module, message, |module| {
            match crate::lower::run_on(module, mode, runtime) {
                Ok(lowered) => Ok(if lowered.changed { CHANGED } else { UNCHANGED }),
                Err(crate::lower::LowerError::Malformed(diagnostics)) => {
                    report(module, &diagnostics);
                    Err(format!(
                        "croft: {}; nothing was lowered",
                        count(diagnostics.len())
                    ))
                }
                Err(error) => Err(format!("croft: {error}")),
            }
        })
    }
}

/// Verifies a lowered module.
///
/// # Safety
/// As for [`guarded`].
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_verify(module: LLVMModuleRef, message: *mut *mut c_char) -> c_int {
    // SAFETY: the caller's obligations are the same.
    unsafe {
        guarded(module, message, |module| {
            crate::lower::verify::run(module)
                .map(|()| UNCHANGED)
                .map_err(|problem| format!("croft: {problem}"))
        })
    }
}

/// Prints the effects of a module's functions to standard error.
///
/// # Safety
/// As for [`guarded`].
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_print_effects(module: LLVMModuleRef, message: *mut *mut c_char) -> c_int {
    // SAFETY: the caller's obligations are the same.
    unsafe {
        guarded(module, message, |module| {
            let effects = engine::effects(module, &options(OsStr::new(""))?)
                .map_err(|error| format!("croft: {error}"))?;
            for (name, effects) in effects {
                eprintln!("{name}: {effects}");
            }
            Ok(UNCHANGED)
        })
    }
}

/// Takes a message back.
///
/// # Safety
/// 1. `message` came from one of the functions above and is not used again.
#[unsafe(no_mangle)]
unsafe extern "C" fn croft_plugin_free(message: *mut c_char) {
    // SAFETY: obligation 1.
    drop(unsafe { CString::from_raw(message) });
}

fn report(module: Module<'_>, diagnostics: &[diagnostic::Diagnostic]) {
    let has_lines = crate::llvm::location::is_in(module);
    let style = human::Style::of_standard_error();
    eprint!(
        "{}",
        human::render_some(diagnostics, Some(human::MOST), has_lines, style)
    );
}

fn count(findings: usize) -> String {
    if findings == 1 {
        "1 error".to_owned()
    } else {
        format!("{findings} errors")
    }
}
