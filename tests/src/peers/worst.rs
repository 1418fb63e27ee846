//! W4: the worst single operation, in instructions, by single-stepping. A program stops itself at a breakpoint before each operation; from
//! there every instruction is a step, up to the breakpoint after it, which says what the operation was.

use super::program::Program;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

/// Rounds of the workload: 5,376 objects in 24 regions.
const ROUNDS: usize = 24;

/// The most instructions of each operation, net of the marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worst {
    /// Opening a region.
    pub push: u64,
    /// An object.
    pub alloc: u64,
    /// Ending a region.
    pub pop: u64,
}

/// Runs the program; `None` if it has no such workload, or the system forbids tracing.
///
/// # Panics
/// When the program cannot be started or ends otherwise than it should.
pub fn operations(program: &Program) -> Option<Worst> {
    let mut command = program.command(&[], &["single".to_owned(), "0".to_owned(), ROUNDS.to_string()]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // SAFETY: `ptrace` is async-signal-safe, and the closure allocates nothing.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    let child = command.spawn().ok()?;
    let traced = Traced(libc::pid_t::try_from(child.id()).expect("process numbers are small"));
    if !traced.wait() {
        return None;
    }
    let (mut worst, mut between_marks) = (Worst::default(), u64::MAX);
    while traced.run(libc::PTRACE_CONT) {
        let begin = traced.registers();
        assert_eq!(begin.rdi, 0, "{}: marks come in pairs", program.peer.title);
        // The breakpoint is one byte long and has run.
        let mark = begin.rip - 1;
        let mut steps = 0;
        loop {
            assert!(
                traced.run(libc::PTRACE_SINGLESTEP),
                "{}: ended in an operation",
                program.peer.title
            );
            steps += 1;
            if traced.instruction() == mark {
                break;
            }
        }
        let kind = traced.registers().rdi;
        // Past the breakpoint, which stops the program once more.
        assert!(
            traced.run(libc::PTRACE_CONT),
            "{}: ended at a mark",
            program.peer.title
        );
        let place = match kind {
            1 => {
                between_marks = between_marks.min(steps);
                continue;
            }
            2 => &mut worst.push,
            3 => &mut worst.alloc,
            4 => &mut worst.pop,
            _ => panic!("{}: no such mark: {kind}", program.peer.title),
        };
        *place = (*place).max(steps.saturating_sub(between_marks));
    }
    (between_marks != u64::MAX).then_some(worst)
}

/// A stopped child.
struct Traced(libc::pid_t);

impl Traced {
    /// Waits until it stops; false if it ended.
    fn wait(&self) -> bool {
        let mut status = 0;
        // SAFETY: the place is alive, the child this process's own.
        let waited = unsafe { libc::waitpid(self.0, &raw mut status, 0) };
        assert_eq!(waited, self.0, "a child can be waited for");
        if libc::WIFSTOPPED(status) {
            assert_eq!(
                libc::WSTOPSIG(status),
                libc::SIGTRAP,
                "the child stopped by itself"
            );
        }
        libc::WIFSTOPPED(status)
    }

    /// Lets it go on; false if it ended.
    fn run(&self, how: libc::c_uint) -> bool {
        // SAFETY: the child is stopped, and this thread traces it.
        let answer = unsafe { libc::ptrace(how, self.0, 0, 0) };
        assert_eq!(answer, 0, "a stopped child goes on");
        self.wait()
    }

    fn registers(&self) -> libc::user_regs_struct {
        // SAFETY: the structure holds numbers only.
        let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
        // SAFETY: the child is stopped; the structure is alive.
        let answer = unsafe { libc::ptrace(libc::PTRACE_GETREGS, self.0, 0, &raw mut registers) };
        assert_eq!(answer, 0, "a stopped child has registers");
        registers
    }

    /// The address of the next instruction.
    fn instruction(&self) -> u64 {
        let place = std::mem::offset_of!(libc::user_regs_struct, rip);
        // SAFETY: the child is stopped, and the offset that of a register.
        unsafe { libc::ptrace(libc::PTRACE_PEEKUSER, self.0, place, 0) }.cast_unsigned()
    }
}
