//! Interrupts at every instruction: a program that says where an operation begins and ends, by stopping itself, is single-stepped
//! by `ptrace`, and a signal is delivered after the n-th instruction in between, in round n. A signal that the program has
//! blocked waits until it is unblocked, as an interrupt does that is masked.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// How the rounds ended.
pub enum End {
    /// The program survived an interrupt after each of so many instructions.
    Survived(usize),
    /// It ended, or a signal ended it, in the round with this number.
    Ended(usize, i32),
}

/// Lets a program run, a signal delivered once in each of its rounds. `None` if the system forbids tracing.
pub fn interrupt_everywhere(command: &mut Command) -> Option<End> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    // SAFETY: the call between fork and exec is a system call.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => return None,
        Err(error) => panic!("cannot run {:?}: {error}", command.get_program()),
    };
    let end = rounds(&child);
    let _ = child.kill();
    let _ = child.wait();
    Some(end)
}

fn rounds(child: &Child) -> End {
    let tracee = Tracee(child.id() as i32);
    // The program's start.
    tracee.wait();
    for round in 1.. {
        if let Err(status) = tracee.run_to_stop(0) {
            return End::Ended(round, status);
        }
        for _ in 0..round {
            match tracee.resume(libc::PTRACE_SINGLESTEP, 0) {
                Stop::Signal(libc::SIGTRAP) => {}
                Stop::Signal(libc::SIGSTOP) => return End::Survived(round - 1),
                // The operation itself has failed.
                Stop::Signal(signal) => return End::Ended(round, -signal),
                Stop::Ended(status) => return End::Ended(round, status),
            }
        }
        if let Err(status) = tracee.run_to_stop(libc::SIGUSR1) {
            return End::Ended(round, status);
        }
    }
    unreachable!("an operation has an end")
}

/// A traced process.
struct Tracee(i32);

enum Stop {
    Signal(i32),
    /// Its status, or minus the signal that ended it.
    Ended(i32),
}

impl Tracee {
    fn resume(&self, request: libc::c_uint, signal: i32) -> Stop {
        // SAFETY: the process is ours and stopped; both requests take no memory.
        let result = unsafe { libc::ptrace(request, self.0, 0, i64::from(signal)) };
        assert_eq!(result, 0, "a stopped process can be resumed");
        self.wait()
    }

    /// Delivers a signal and lets the process run until it stops itself; its own signals are its to handle. One that
    /// it has blocked comes when it no longer has.
    fn run_to_stop(&self, signal: i32) -> Result<(), i32> {
        let mut signal = signal;
        loop {
            match self.resume(libc::PTRACE_CONT, signal) {
                Stop::Signal(libc::SIGSTOP) => return Ok(()),
                Stop::Signal(other) => signal = other,
                Stop::Ended(status) => return Err(status),
            }
        }
    }

    fn wait(&self) -> Stop {
        let mut status = 0;
        // SAFETY: the status is ours to be written.
        let waited = unsafe { libc::waitpid(self.0, &raw mut status, 0) };
        assert_eq!(waited, self.0, "a child can be waited for");
        if libc::WIFSTOPPED(status) {
            Stop::Signal(libc::WSTOPSIG(status))
        } else if libc::WIFEXITED(status) {
            Stop::Ended(libc::WEXITSTATUS(status))
        } else {
            Stop::Ended(-libc::WTERMSIG(status))
        }
    }
}
