//! Runs of programs within limits of time and memory, and what they took.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Processor time of each process.
    pub seconds: u64,
    /// Address space of each process, in MiB. The command reserves 1 GiB for its stack, and does not use it.
    pub mebibytes: u64,
}

/// What a run took, with the processes that it started.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// From the start to the end.
    pub wall: Duration,
    /// Processor time.
    pub processor: Duration,
    /// The largest resident memory of a process, in KiB.
    pub kibibytes: u64,
    /// Standard error, or its start.
    pub stderr: String,
}

/// How much of standard error is kept.
const KEPT: u64 = 64 << 10;

/// Runs a command to its end, without input, its standard output thrown away.
///
/// # Panics
/// When it cannot be started.
pub fn run(command: &mut Command, limits: Limits) -> Taken {
    // SAFETY: `setrlimit` is async-signal-safe, and the closure allocates nothing.
    unsafe {
        command.pre_exec(move || {
            limit(libc::RLIMIT_CPU, limits.seconds)?;
            limit(libc::RLIMIT_CORE, 0)?;
            limit(libc::RLIMIT_AS, limits.mebibytes << 20)
        });
    }
    let stderr = tempfile::tempfile().expect("there is room for a file");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr.try_clone().expect("a file can be opened twice"));
    let start = Instant::now();
    #[expect(clippy::zombie_processes, reason = "`wait` below waits for it, with wait4")]
    let child = command
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {:?}: {error}", command.get_program()));
    let (status, usage) = wait(&child);
    let wall = start.elapsed();
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec.unsigned_abs()) + Duration::from_micros(value.tv_usec.unsigned_abs())
    };
    Taken {
        code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        wall,
        processor: time(usage.ru_utime) + time(usage.ru_stime),
        kibibytes: usage.ru_maxrss.unsigned_abs(),
        stderr: text(stderr),
    }
}

fn limit(resource: libc::__rlimit_resource_t, value: u64) -> std::io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: value,
        rlim_max: value,
    };
    // SAFETY: the structure is initialised and alive during the call.
    match unsafe { libc::setrlimit(resource, &limit) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Waits as `Child::wait` does, and learns what the child took.
fn wait(child: &Child) -> (i32, libc::rusage) {
    let mut status = 0;
    // SAFETY: the structure holds numbers only.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let id = libc::pid_t::try_from(child.id()).expect("process numbers are small");
    loop {
        // SAFETY: both places are alive during the call, and nobody else waits for this child.
        let waited = unsafe { libc::wait4(id, &raw mut status, 0, &raw mut usage) };
        if waited == id {
            return (status, usage);
        }
        let error = std::io::Error::last_os_error();
        assert_eq!(
            error.kind(),
            std::io::ErrorKind::Interrupted,
            "a child can be waited for: {error}"
        );
    }
}

fn text(mut file: std::fs::File) -> String {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind().expect("a file has a start");
    file.take(KEPT)
        .read_to_end(&mut bytes)
        .expect("what was written can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}
