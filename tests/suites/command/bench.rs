//! A folder with files, and runs of the command in it.

use croft_tests::process::{self, Run};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A folder with files, and runs of the command in it.
pub struct Bench {
    folder: tempfile::TempDir,
}

/// A program that is right.
pub const RIGHT: &str = "\
#include <croft.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    *p = argc;
    for (int i = 1; i < argc; i++)
        printf(\"%s\\n\", argv[i]);
    return *p == 4 ? 7 : 0;
}
";

/// A program that allocates in a loop.
pub const LEAKING: &str = "\
#include <croft.h>
int main(void)
{
    CROFT_REGION(r);
    for (volatile int i = 0; i < 10; i++)
        *CROFT_NEW(r, int) = i;
}
";

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let bench = Bench { folder };
        bench.write("right.c", RIGHT);
        bench.write("leaking.c", LEAKING);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).expect("the folder can be written");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::croft();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the command. Whatever happens, no panic is shown, and nothing temporary is left behind.
    pub fn croft(&self, arguments: &[&str]) -> Run {
        self.finish(&mut self.command(arguments))
    }

    pub fn finish(&self, command: &mut Command) -> Run {
        let run = process::run(command);
        for text in [&run.stdout, &run.stderr] {
            assert!(
                !text.contains("panicked") && !text.contains("RUST_BACKTRACE"),
                "{command:?}:\n{text}"
            );
        }
        assert_eq!(run.signal, None, "{command:?}");
        for entry in fs::read_dir(self.folder.path())
            .expect("the folder can be read")
            .flatten()
        {
            let name = entry.file_name().display().to_string();
            assert!(!name.starts_with(".croft-"), "{command:?} left {name}");
        }
        run
    }

    /// A failure of the tool: status 2, nothing on standard output, a message with these parts.
    pub fn fails(&self, arguments: &[&str], parts: &[&str]) -> Run {
        self.has_failed(self.croft(arguments), parts)
    }

    pub fn has_failed(&self, run: Run, parts: &[&str]) -> Run {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        for part in parts {
            assert!(run.stderr.contains(part), "`{part}` is not in:\n{}", run.stderr);
        }
        run
    }

    /// Compiles C to bitcode with clang, in this folder.
    pub fn bitcode(&self, source: &str, output: &str, flags: &[&str]) {
        let mut command = process::clang();
        command
            .current_dir(self.folder.path())
            .args(flags)
            .args(["-emit-llvm", "-c", source, "-o", output]);
        process::run(&mut command)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{source}: {problem}"));
    }

    pub fn succeeds(&self, arguments: &[&str]) -> Run {
        self.croft(arguments)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{arguments:?}: {problem}"))
    }
}
