//! Counts instructions: a child process runs one operation, its parent single-steps it by `ptrace`, from the operation's first
//! instruction to its return. x86-64 Linux. Also the measured side of `proof/tests/cross_check.rs`.

use std::mem::zeroed;

/// The status with which a child ends in whose operation nothing returns: an exhaustion handler's.
pub const REFUSED: i32 = 77;

/// Instructions that `operation`, a function at the address `entry`, executes on what `prepare` made, 0 if the child ends with the
/// status [`REFUSED`]; `None` if the
/// system forbids tracing. What the functions at the addresses `aside` execute does not count, but the calls of them do.
pub fn count<T>(
    entry: usize,
    aside: &[usize],
    prepare: impl FnOnce() -> T,
    operation: impl FnOnce(T),
) -> Option<usize> {
    // SAFETY: the child prepares and calls the operation, which lock nothing, and system
    // calls only; the parent traces its own child, from the thread that forked it.
    unsafe {
        let child = libc::fork();
        assert!(child >= 0, "fork failed");
        if child == 0 {
            if libc::ptrace(libc::PTRACE_TRACEME) != 0 {
                libc::_exit(1);
            }
            let subject = prepare();
            libc::raise(libc::SIGSTOP);
            operation(subject);
            libc::_exit(0);
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        if libc::WIFEXITED(status) {
            return None;
        }
        let registers = || {
            let mut registers: libc::user_regs_struct = zeroed();
            let place = &raw mut registers;
            assert_eq!(libc::ptrace(libc::PTRACE_GETREGS, child, 0, place), 0);
            registers
        };
        // The return address that the stack pointer leads to, and the stack pointer.
        let called = |now: &libc::user_regs_struct| {
            let top = libc::ptrace(libc::PTRACE_PEEKDATA, child, now.rsp, 0);
            (top as u64, now.rsp)
        };
        let has_returned =
            |now: &libc::user_regs_struct, (address, stack)| now.rip == address && now.rsp > stack;
        let mut returns_to = None;
        let mut out_of_aside = None;
        let mut counted = 0;
        let result = loop {
            let now = registers();
            match returns_to {
                None if now.rip as usize == entry => returns_to = Some(called(&now)),
                Some(call) if has_returned(&now, call) => break counted,
                Some(_) if out_of_aside.is_none() && aside.contains(&(now.rip as usize)) => {
                    out_of_aside = Some(called(&now));
                }
                _ => {}
            }
            out_of_aside = out_of_aside.filter(|&call| !has_returned(&now, call));
            counted += usize::from(returns_to.is_some() && out_of_aside.is_none());
            assert_eq!(libc::ptrace(libc::PTRACE_SINGLESTEP, child, 0, 0), 0);
            assert_eq!(libc::waitpid(child, &mut status, 0), child);
            if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == REFUSED {
                return Some(0);
            }
            assert!(libc::WIFSTOPPED(status), "the child ended outside the operation");
        };
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, &mut status, 0);
        Some(result)
    }
}
