//! Debug mode: real wrong programs run until it stops them, and right ones run as if it were not there.
//!
//! `misuse/` holds the programs. A wrong one ends with the report that debug mode makes (`//> `, exactly), or with what must be in
//! the output of AddressSanitizer (`//asan> `) and Valgrind (`//valgrind> `). Where debug mode itself reports, it does so under both
//! tools, too. The checker rejects it, unless a line `//accepted: ` says why not. A right one, named `not-…`, says what
//! it prints (`//= `): in every mode, and under both tools, which are silent. `//pool: N` is the size of the pool in blocks.
//!
//! Beside that: `docs/DEBUG.md` shows what debug mode says, and programs of other modes have nothing of it.

use croft_tests::process::{self, Run};
use croft_tests::{artifact, folder};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let sanitizer = sanitizer();
    let has_valgrind = process::is_installed("valgrind");
    if sanitizer.is_none() {
        println!("skipped: AddressSanitizer (neither clang's run time nor libasan is installed)");
    }
    if !has_valgrind {
        println!("skipped: Valgrind (not installed)");
    }
    let mut trials = vec![
        Trial::test("docs/DEBUG.md", || documentation().map_err(Failed::from)),
        Trial::test("without a host the kernel is told", || {
            without_a_host().map_err(Failed::from)
        }),
        Trial::test("programs of other modes have nothing of it", || {
            release_pays_nothing().map_err(Failed::from)
        }),
    ];
    for path in folder::files(&folder::here("misuse"), &["c", "ll"]) {
        let program = Program::read(path);
        let tools: [(&str, bool, Way); 4] = [
            ("checked", true, Program::is_judged),
            ("by itself", true, Program::by_itself),
            ("AddressSanitizer", sanitizer.is_some(), Program::sanitized),
            ("Valgrind", has_valgrind, Program::on_valgrind),
        ];
        for (tool, is_there, run) in tools {
            let program = program.clone();
            let flags = sanitizer.unwrap_or_default();
            let name = format!("{}, {tool}", program.name);
            let trial = Trial::test(name, move || {
                run(&program, flags).map_err(|problem| Failed::from(format!("{}: {problem}", program.name)))
            });
            trials.push(trial.with_ignored_flag(!is_there));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A way to try a program; the arguments are those for AddressSanitizer.
type Way = fn(&Program, &[&str]) -> Result<(), String>;

/// A program and what is expected of it.
#[derive(Clone)]
struct Program {
    path: PathBuf,
    name: String,
    text: String,
}

impl Program {
    fn read(path: PathBuf) -> Program {
        let text = std::fs::read_to_string(&path).expect("the program can be read");
        let name = path.file_name().unwrap_or_default().display().to_string();
        Program { path, name, text }
    }

    fn is_right(&self) -> bool {
        self.name.starts_with("not-")
    }

    /// The rests of the lines with a mark.
    fn marked(&self, mark: &str) -> Vec<&str> {
        let lines = self.text.lines();
        lines
            .filter_map(|line| line.trim_start_matches(['/', ';']).strip_prefix(mark))
            .filter(|_| !mark.is_empty())
            .collect()
    }

    fn whole(&self, mark: &str) -> String {
        let lines = self.marked(mark);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// A command on the program's file, in a folder of its own, where the file has its bare name.
    fn croft(&self, scratch: &Path, arguments: &[&str]) -> Result<Command, String> {
        std::fs::copy(&self.path, scratch.join(&self.name)).map_err(|error| error.to_string())?;
        let mut command = process::croft();
        command.current_dir(scratch).args(arguments).arg(&self.name);
        if arguments.first() != Some(&"check") {
            for pool in self.marked("pool: ") {
                command.args(["--pool-blocks", pool]);
            }
        }
        Ok(command)
    }

    fn is_judged(&self, _: &[&str]) -> Result<(), String> {
        let is_accepted = self.is_right() || !self.marked("accepted: ").is_empty();
        let scratch = scratch()?;
        let run = process::run(&mut self.croft(scratch.path(), &["check"])?);
        run.expect(if is_accepted { 0 } else { 1 }).map(drop)
    }

    fn by_itself(&self, _: &[&str]) -> Result<(), String> {
        let scratch = scratch()?;
        if self.is_right() {
            for mode in ["inline", "call", "debug"] {
                let run = process::run(&mut self.croft(scratch.path(), &["run", "--mode", mode])?);
                self.is_as_expected(run)
                    .map_err(|problem| format!("mode {mode}: {problem}"))?;
            }
            return Ok(());
        }
        let program = self.built(scratch.path(), &[])?;
        let run = process::run(&mut Command::new(program));
        let report = self.whole("> ");
        if !report.is_empty() && (run.stderr != report || run.signal != Some(libc::SIGABRT)) {
            return Err(format!("signal {:?}, and it reports\n{}", run.signal, run.stderr));
        }
        if report.is_empty() && self.marked("valgrind> ").is_empty() {
            return Err("expects nothing".to_owned());
        }
        Ok(())
    }

    fn sanitized(&self, flags: &[&str]) -> Result<(), String> {
        let scratch = scratch()?;
        let program = self.built(scratch.path(), flags)?;
        // The system may not let leaks be looked for, and there is nothing to find.
        let mut command = Command::new(program);
        self.under_a_tool(
            process::run(command.env("ASAN_OPTIONS", "detect_leaks=0")),
            "asan> ",
        )
    }

    fn on_valgrind(&self, _: &[&str]) -> Result<(), String> {
        let scratch = scratch()?;
        let program = self.built(scratch.path(), &["--cflag=-gdwarf-4"])?;
        let run = process::run(Command::new("valgrind").arg("-q").arg(program));
        self.under_a_tool(run, "valgrind> ")
    }

    /// The program with whatever the checker says, in mode debug.
    fn built(&self, scratch: &Path, flags: &[&str]) -> Result<PathBuf, String> {
        let arguments = ["build", "--mode", "debug", "--unchecked", "-o", "program"];
        let mut command = self.croft(scratch, &[&arguments, flags].concat())?;
        process::run(&mut command).expect(0)?;
        Ok(scratch.join("program"))
    }

    fn under_a_tool(&self, run: Run, mark: &str) -> Result<(), String> {
        if self.is_right() {
            return self.is_as_expected(run);
        }
        // Valgrind adds what it says of the abort.
        let report = self.whole("> ");
        let missing = self
            .marked(mark)
            .into_iter()
            .chain((!report.is_empty()).then_some(report.as_str()))
            .find(|text| !run.stderr.contains(text));
        match missing {
            Some(text) => Err(format!("`{text}` is not in\n{}", run.stderr)),
            None => Ok(()),
        }
    }

    fn is_as_expected(&self, run: Run) -> Result<(), String> {
        let run = run.expect(0)?;
        if run.stdout != self.whole("= ") {
            return Err(format!("it prints\n{}", run.stdout));
        }
        if !run.stderr.is_empty() {
            return Err(format!("it is not silent:\n{}", run.stderr));
        }
        Ok(())
    }
}

fn scratch() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| error.to_string())
}

/// The arguments of `croft build` for a program with AddressSanitizer: clang's run time, or else gcc's.
fn sanitizer() -> Option<&'static [&'static str]> {
    const CLANG: &[&str] = &["--cflag=-fsanitize=address"];
    const GCC: &[&str] = &[
        "--cflag=-fsanitize=address",
        "--cflag=-fno-sanitize-link-runtime",
        "-lasan",
    ];
    let scratch = tempfile::tempdir().ok()?;
    let source = scratch.path().join("empty.c");
    std::fs::write(&source, "int main(void) { return 0; }\n").ok()?;
    [CLANG, GCC].into_iter().find(|flags| {
        let flags = flags
            .iter()
            .map(|flag| flag.strip_prefix("--cflag=").unwrap_or(flag));
        let mut command = process::clang();
        command
            .args(flags)
            .arg(&source)
            .arg("-o")
            .arg(scratch.path().join("empty"));
        process::run(&mut command).code == Some(0)
    })
}

/// Every C block of the page that a text block follows is a program, and the text its report.
fn documentation() -> Result<(), String> {
    let page =
        std::fs::read_to_string(folder::root().join("docs/DEBUG.md")).map_err(|error| error.to_string())?;
    let mut examples = 0;
    for part in page.split("```c\n").skip(1) {
        let Some((source, rest)) = part.split_once("```") else {
            continue;
        };
        let Some(text) = rest
            .split_once("```text\n")
            .and_then(|(_, text)| text.split("```").next())
        else {
            return Err(format!("no report follows\n{source}"));
        };
        examples += 1;
        let scratch = scratch()?;
        std::fs::write(scratch.path().join("kernel.c"), source).map_err(|error| error.to_string())?;
        let mut command = process::croft();
        command
            .current_dir(&scratch)
            .args(["build", "--mode", "debug", "--unchecked"]);
        process::run(command.args(["kernel.c", "-o", "kernel"])).expect(0)?;
        let run = process::run(Command::new("./kernel").current_dir(&scratch));
        if run.stderr != text {
            return Err(format!("{source}\nreports\n{}", run.stderr));
        }
    }
    if examples == 0 {
        return Err("the page has no examples".to_owned());
    }
    Ok(())
}

/// What bare metal adds to a kernel: the pool, and the functions that are told.
const METAL: &str = r#"
#include <croft.h>
#include <stdio.h>
#include <stdlib.h>
CROFT_STATIC_POOL(4);
void croft_exhausted(const croft_exhaustion *what)
{
    printf("exhausted, %d: %zu of %zu\n", what->reason, what->blocks_taken, what->blocks_total);
    exit(3);
}
static void print(const char *label, const croft_place *place)
{
    if (place)
        printf("%s %s:%u in %s\n", label, place->file, place->line, place->function);
}
void croft_misused(const croft_misuse *what)
{
    printf("misuse %d by %d of %zu bytes%s\n", what->kind, what->operation, what->bytes,
           what->by_reset ? ", reset" : what->forgotten ? ", forgotten" : "");
    print("at", what->at);
    print("opened", what->opened);
    print("ended", what->ended);
    print("innermost", what->innermost);
    exit(4);
}
"#;

/// A kernel, what it prints without a host, and its status.
const KERNELS: [(&str, &str, i32); 3] = [
    (
        "    croft_reset(r);\n    *p = 1;\n",
        "misuse 1 by 2 of 8 bytes, reset\nat kernel.c:7 in main\nopened kernel.c:4 in main\nended kernel.c:6 in main\n",
        4,
    ),
    (
        "    croft_region s = croft_push();\n    croft_pop(r);\n    croft_pop(s);\n",
        "misuse 6 by 4 of 0 bytes\nat kernel.c:7 in main\nopened kernel.c:4 in main\ninnermost kernel.c:6 in main\n",
        4,
    ),
    (
        "    for (int i = 0; i < 9; i++)\n        p = croft_alloc(r, 16000, 8);\n",
        "exhausted, 1: 4 of 4\n",
        3,
    ),
];

fn without_a_host() -> Result<(), String> {
    for (body, expected, status) in KERNELS {
        let scratch = scratch()?;
        let write = |name: &str, text: &str| {
            std::fs::write(scratch.path().join(name), text).map_err(|error| error.to_string())
        };
        write("metal.c", METAL)?;
        write(
            "kernel.c",
            &format!(
                "#include <croft.h>\nint main(void)\n{{\n    croft_region r = croft_push();\n    long *p = CROFT_NEW(r, long);\n{body}    croft_pop(r);\n    return p == NULL;\n}}\n"
            ),
        )?;
        let mut lower = process::croft();
        lower.args(["lower", "--mode", "debug", "kernel.c", "-o", "kernel.bc"]);
        process::run(lower.current_dir(&scratch)).expect(0)?;
        let mut link = process::clang();
        link.args([
            "-g",
            "-Wno-override-module",
            "-Wl,--gc-sections",
            "kernel.bc",
            "metal.c",
        ])
        .arg(artifact::runtime_without_host())
        .args(["-o", "kernel"]);
        process::run(link.current_dir(&scratch)).expect(0)?;
        let run = process::run(Command::new("./kernel").current_dir(&scratch)).expect(status)?;
        if run.stdout != expected {
            return Err(format!("{body}\nprints\n{}", run.stdout));
        }
    }
    Ok(())
}

/// By the symbols of the linked program, in every mode: debug mode's are there or not at all.
fn release_pays_nothing() -> Result<(), String> {
    let scratch = scratch()?;
    let source = folder::root().join("examples/list/list.c");
    for (mode, is_debug) in [("inline", false), ("call", false), ("debug", true)] {
        let program = scratch.path().join(mode);
        let mut command = process::croft();
        command
            .args(["build", "--mode", mode, "-o"])
            .arg(&program)
            .arg(&source);
        process::run(&mut command).expect(0)?;
        let mut command = Command::new(artifact::llvm("llvm-nm"));
        let symbols = process::run(command.arg(&program)).expect(0)?.stdout;
        let of_debug: Vec<&str> = symbols
            .lines()
            .filter(|line| line.contains("croft_rt_debug") || line.contains("5debug"))
            .collect();
        if !symbols.contains("croft_pool") || of_debug.is_empty() == is_debug {
            return Err(format!("mode {mode}: {of_debug:?}"));
        }
    }
    Ok(())
}
