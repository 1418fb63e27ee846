//! Runs of programs, with their output as text and a limit of time.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No run of a test takes this long; one that does hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// How a run ended and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The exit status; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// The run, if its status is `code`.
    ///
    /// # Errors
    /// Its output, if its status is another one.
    pub fn expect(self, code: i32) -> Result<Run, String> {
        if self.code == Some(code) {
            return Ok(self);
        }
        Err(format!(
            "exit status {:?}, signal {:?}, and {code} was expected\nstdout:\n{}\nstderr:\n{}",
            self.code, self.signal, self.stdout, self.stderr
        ))
    }
}

/// Runs a command to its end, without input.
///
/// # Panics
/// When it cannot be started, and when it does not end: it is ended then.
pub fn run(command: &mut Command) -> Run {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {:?}: {error}", command.get_program()));
    // Both pipes are emptied while the child runs: it never waits for us.
    let stdout = std::thread::spawn(reader(child.stdout.take()));
    let stderr = std::thread::spawn(reader(child.stderr.take()));
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                let _ = child.kill();
                panic!("{command:?} did not end within {LIMIT:?}");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    Run {
        code: status.code(),
        signal: status.signal(),
        stdout: stdout.join().expect("the reader does not panic"),
        stderr: stderr.join().expect("the reader does not panic"),
    }
}

fn reader(pipe: Option<impl Read + Send>) -> impl FnOnce() -> String + Send {
    move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A pipe that breaks leaves what was read so far, which the test then judges.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// A run of the `croft` command, with its colours and its environment as a script has them.
pub fn croft() -> Command {
    let mut command = Command::new(crate::artifact::croft());
    command
        .env_remove("CROFT_CLANG")
        .env_remove("CROFT_STATS")
        .env("LC_ALL", "C");
    command
}

/// A run of clang 22 that finds Croft's header.
pub fn clang() -> Command {
    let mut command = Command::new(crate::artifact::llvm("clang"));
    command
        .arg("-I")
        .arg(crate::folder::root().join("runtime/include"));
    command
}

/// Whether a program is on the path.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A path as an argument of a shell-less command line.
///
/// # Panics
/// When it is no text; the paths of tests are.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}
