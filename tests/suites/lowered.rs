//! What operations cost in lowered kernels: the instructions that they take there, slow paths included, counted by
//! single-stepping `tests/lowered/operations.c`, which the croft command builds. Counts repeat exactly.
//!
//! `cargo test --release -p croft-tests --test lowered -- --nocapture` prints the worst of each operation and where it occurs,
//! with `CROFT_COUNTS=all` every count.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn no_operation_exceeds_its_limit() {
    println!("skipped: counting single-steps a process by ptrace, written for x86-64 Linux only");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod counted {
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use croft_tests::process;

    /// The cases whose names begin like this, the most instructions that they may take, and how many of what is counted the
    /// cases add themselves. The first that fits counts. The table in docs/RUNTIME.md says the same, and what is aimed at.
    const LIMITS: &[(&str, usize, usize)] = &[
        ("push_bounded", 15, 0),
        ("push", 14, 0),
        ("pop_with_runs", 150, 0),
        ("pop", 9, 0),
        ("reset_with_runs", 150, 0),
        ("reset_in_memory", 15, 0),
        ("reset_handed_over", 15, 0),
        ("reset", 12, 0),
        ("alloc_aligned", 40, 1),
        ("alloc_small", 40, 1),
        ("alloc_block", 40, 1),
        ("alloc_size_align", 47, 1),
        ("alloc_size", 40, 1),
        // Computes its size, too.
        ("alloc_large_size", 40, 2),
        ("try_alloc", 42, 1),
        ("alloc_array_any", 52, 1),
        ("alloc_array", 44, 1),
        ("run_first", 255, 1),
        ("run", 150, 1),
    ];

    /// The states of the pool: see the program.
    const STATES: [&str; 6] = ["first-use", "idle", "idle-after-runs", "list", "range", "runs"];

    /// `int3`, which marks where an operation begins and ends.
    const MARK: u8 = 0xcc;

    /// A traced process.
    struct Tracee(libc::pid_t);

    impl Tracee {
        /// Lets it run until the next signal, or one instruction.
        fn resume(&self, request: libc::c_uint) {
            // SAFETY: the process is ours and stopped; both requests take no memory.
            let result = unsafe { libc::ptrace(request, self.0, 0, 0) };
            assert_eq!(result, 0, "a stopped process can be resumed");
            self.wait();
        }

        fn wait(&self) {
            let mut status = 0;
            // SAFETY: the status is ours to be written.
            let waited = unsafe { libc::waitpid(self.0, &raw mut status, 0) };
            assert_eq!(waited, self.0, "a child can be waited for");
            assert!(
                libc::WIFSTOPPED(status) && libc::WSTOPSIG(status) == libc::SIGTRAP,
                "the program ended outside of the operation: {status:#x}"
            );
        }

        /// Whether the next instruction is a mark.
        fn is_at_mark(&self) -> bool {
            // SAFETY: the process is stopped; the registers are ours to be written, and the address is that of code.
            unsafe {
                let mut registers: libc::user_regs_struct = std::mem::zeroed();
                assert_eq!(
                    libc::ptrace(libc::PTRACE_GETREGS, self.0, 0, &raw mut registers),
                    0
                );
                let word = libc::ptrace(libc::PTRACE_PEEKTEXT, self.0, registers.rip, 0);
                word as u8 == MARK
            }
        }
    }

    /// Instructions between the first two marks that a program passes; `None` if the system forbids tracing.
    fn between_marks(command: &mut Command) -> Option<usize> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        // SAFETY: the call between fork and exec is a system call.
        unsafe {
            command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            });
        }
        let mut child: Child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => return None,
            Err(error) => panic!("cannot run {:?}: {error}", command.get_program()),
        };
        let tracee = Tracee(child.id() as libc::pid_t);
        // The program's start, then its first mark.
        tracee.wait();
        tracee.resume(libc::PTRACE_CONT);
        let mut counted = 0;
        while !tracee.is_at_mark() {
            tracee.resume(libc::PTRACE_SINGLESTEP);
            counted += 1;
        }
        child.kill().expect("the program is ours");
        child.wait().expect("the program is ours");
        Some(counted)
    }

    /// The program's cases.
    fn cases(program: &Path) -> Vec<String> {
        let list = process::run(&mut Command::new(program));
        let list = list.expect(0).unwrap_or_else(|problem| panic!("{problem}"));
        list.stdout.lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_operation_exceeds_its_limit() {
        let scratch = tempfile::tempdir().expect("there is room for a folder");
        let program = scratch.path().join("operations");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("lowered/operations.c");
        let build = process::run(
            process::croft()
                .args(["build", "--opt", "none", "--pool-blocks", "6000", "-o"])
                .arg(&program)
                .arg(source),
        );
        build.expect(0).unwrap_or_else(|problem| panic!("{problem}"));
        let prints_all = std::env::var("CROFT_COUNTS").is_ok_and(|value| value == "all");
        let mut worst = vec![(0, String::new()); LIMITS.len()];
        for case in cases(&program) {
            let operation = LIMITS.iter().position(|(prefix, ..)| case.starts_with(prefix));
            let operation = operation.unwrap_or_else(|| panic!("{case} has no limit"));
            for state in STATES {
                let Some(counted) = between_marks(Command::new(&program).args([&case, state])) else {
                    println!("skipped: this system forbids ptrace");
                    return;
                };
                let counted = counted - LIMITS[operation].2;
                if prints_all {
                    println!("{case:<40} {state:<16} {counted:>4}");
                }
                if counted > worst[operation].0 {
                    worst[operation] = (counted, format!("{case}, {state}"));
                }
            }
        }
        let mut exceeded = 0;
        for ((prefix, limit, _), (counted, place)) in LIMITS.iter().zip(&worst) {
            println!("{prefix:<16} {counted:>4} of {limit:>4} ({place})");
            assert!(*counted > 0, "{prefix} was counted");
            exceeded += usize::from(counted > limit);
        }
        assert_eq!(exceeded, 0, "operations that exceed their limits");
    }
}
