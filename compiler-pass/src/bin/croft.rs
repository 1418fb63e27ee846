//! The `croft` command: see `croft --help`.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};

/// Set in the process that does the work.
const WORKER: &str = "CROFT_WORKER";

/// The work is done in a child process: should LLVM crash on input that its verifier lets pass, the user gets a
/// message and status 2, not a signal.
fn main() -> ExitCode {
    if std::env::var_os(WORKER).is_some() {
        return work();
    }
    let Ok(program) = std::env::current_exe() else {
        return work();
    };
    let status = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(WORKER, "1")
        .status();
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
            (None, signal) => {
                eprintln!(
                    "croft: internal error (signal {}); please report it with the input",
                    signal.unwrap_or(0)
                );
                ExitCode::from(2)
            }
        },
        // Where no process can be started, better to work unguarded than not at all.
        Err(_) => work(),
    }
}

/// Stack for the work, in bytes. LLVM's parser and printer recurse over nested types and constants; memory is only
/// taken as it is used.
const STACK: usize = 1 << 30;

fn work() -> ExitCode {
    // A program that is run inherits the environment: it must not see our mark.
    // SAFETY: no other thread runs yet.
    unsafe { std::env::remove_var(WORKER) };
    let guarded = || {
        std::panic::catch_unwind(croft_pass::command::main).unwrap_or_else(|_| {
            eprintln!("croft: internal error; please report it with the input");
            ExitCode::from(2)
        })
    };
    match std::thread::Builder::new().stack_size(STACK).spawn(guarded) {
        Ok(thread) => thread.join().unwrap_or(ExitCode::from(2)),
        // Where so much address space cannot be had, the main thread's stack has to do.
        Err(_) => guarded(),
    }
}
