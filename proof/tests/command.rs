//! The command: exit codes, formats, limits, listings, and input that is none.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{A32, ALL, RV32, X86, assemble, link_with};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, contents).expect("written");
        path
    }
}

fn command(arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_croft-proof"))
        .args(arguments)
        .output()
        .expect("runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("no signal"), text(stdout), text(stderr))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("text")
}

const TWO: &str =
    "g:\n nop\n ret\nf:\n push %rbx\n mov $10, %ebx\n.La:\n call g\n dec %ebx\n jne .La\n pop %rbx\n ret";

fn limits(instructions: u64, stack: u64, more: &str) -> String {
    format!(
        "[target.x86-64]\nmachine = \"x86-64\"\n[target.x86-64.entry]\n\
         f = {{ instructions = {instructions}, exhaustion = 0, stack = {stack} }}\n{more}"
    )
}

#[test]
fn figures_within_limits_pass_and_others_fail_with_both_numbers() {
    let place = Place::new();
    let elf = format!("x86-64={}", path(&place.file("elf", assemble(X86, TWO))));
    let run = |text: String| command(&["--limits", path(&place.file("limits", text)), &elf]);
    let (code, out, _) = run(limits(54, 16, ""));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("54") && out.contains("at most 10 rounds"), "{out}");
    let (code, out, _) = run(limits(53, 15, ""));
    assert_eq!(code, 1);
    assert!(
        out.contains("54 instructions to the return, the limit is 53"),
        "{out}"
    );
    assert!(out.contains("16 bytes of stack, the limit is 15"), "{out}");
    let (code, out, _) = run(limits(
        54,
        16,
        "gone = { instructions = 1, exhaustion = 1, stack = 1 }\n",
    ));
    assert_eq!(code, 1);
    assert!(out.contains("`gone`: the entry point is missing"), "{out}");
}

#[test]
fn json_is_an_object_a_line() {
    let place = Place::new();
    let walk = "f:\n.La:\n mov (%rdi), %rdi\n test %rdi, %rdi\n jne .La\n ret\ng:\n ret";
    let elf = place.file("elf", assemble(X86, walk));
    let (code, out, _) = command(&["--entry", "f", "--entry", "g", "--format", "json", path(&elf)]);
    assert_eq!(code, 1);
    let lines: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (lines.len(), &lines[0]["proven"], &lines[1]["proven"]),
        (2, &false.into(), &true.into())
    );
    assert_eq!(lines[0]["refusal"]["function"], "f");
    assert!(
        lines[0]["refusal"]["why"]
            .as_str()
            .expect("text")
            .contains("back edge")
    );
    assert_eq!(
        (&lines[1]["instructions"], &lines[1]["stack"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn a_listing_adds_up_to_the_figure() {
    let place = Place::new();
    let elf = place.file("elf", assemble(X86, TWO));
    let (code, out, _) = command(&["--entry", "f", "--explain", "f", path(&elf)]);
    assert_eq!(code, 0);
    assert!(out.contains("54 instructions") && out.contains("× 9"), "{out}");
    assert!(out.contains("  g:"), "{out}");
}

#[test]
fn input_that_is_none_exits_with_two() {
    let place = Place::new();
    let good = assemble(X86, "f:\n ret");
    let stripped = link_with(X86, "s", ".globl f\nf: ret\n", &["--strip-all"]);
    let object = place.0.path().join("object.o");
    support::compile(X86, &place.file("f.c", "int f(void){return 1;}"), &object);
    let mut aarch64 = good.clone();
    aarch64[18] = 183;
    for (contents, says) in [
        (b"hello".to_vec(), "not a readable ELF file"),
        (Vec::new(), "not a readable ELF file"),
        (b"!<arch>\n".to_vec(), "an archive"),
        (stripped, "stripped"),
        (std::fs::read(object).expect("read"), "an object file"),
        (aarch64, "unsupported machine"),
        (good[..60].to_vec(), "not a readable ELF file"),
    ] {
        let (code, _, error) = command(&["--entry", "f", path(&place.file("input", contents))]);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(says), "{error}");
    }
    let (code, _, error) = command(&["--entry", "f", "/nowhere/at/all"]);
    assert_eq!(code, 2);
    assert!(error.contains("cannot read `/nowhere/at/all`"), "{error}");
    let elf = place.file("elf", good);
    let bad = place.file("bad", "[target.x86-64]\nmachine = \"vax\"\n");
    let (code, _, error) = command(&["--limits", path(&bad), &format!("x86-64={}", path(&elf))]);
    assert!(code == 2 && error.contains("vax"), "{error}");
    let table = place.file("limits", limits(1, 0, ""));
    let (code, _, error) = command(&["--limits", path(&table), &format!("z80={}", path(&elf))]);
    assert!(code == 2 && error.contains("no target `z80`"), "{error}");
    let arm = place.file("arm", assemble(A32, "f:\n bx lr"));
    let (code, _, error) = command(&["--limits", path(&table), &format!("x86-64={}", path(&arm))]);
    assert!(
        code == 2 && error.contains("of machine x86-64, the file is of arm"),
        "{error}"
    );
}

#[test]
fn help_has_examples() {
    let (code, out, _) = command(&["--help"]);
    assert!(
        code == 0 && out.contains("Examples:") && out.contains("Exit status"),
        "{out}"
    );
}

/// A small generator, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % bound
    }
}

#[test]
fn damaged_files_never_panic() {
    let source = "int h(int);int f(int n){int s=0;for(int i=0;i<9;i++){s+=h(n+i);}return s;}\
                  __attribute__((noinline)) int h(int n){return n>4?n/3:n*7;}";
    let mut answers = [0usize; 3];
    for target in ALL {
        let whole = link_with(
            target,
            "c",
            source,
            if target.triple == RV32.triple {
                &[]
            } else {
                &["-shared"]
            },
        );
        let mut check = |bytes: &[u8]| {
            let Ok(image) = croft_proof::Image::parse(bytes) else {
                answers[0] += 1;
                return;
            };
            let mut prover =
                croft_proof::Prover::new(&image, &croft_proof::Rules::default()).expect("a disassembler");
            answers[if prover.prove("f").is_ok() { 1 } else { 2 }] += 1;
            let _ = prover.explain("f", false);
        };
        for length in (0..whole.len()).step_by(whole.len() / 200 + 1) {
            check(&whole[..length]);
        }
        let mut random = Random(7);
        for _ in 0..3000 {
            let mut damaged = whole.clone();
            for _ in 0..=random.below(8) {
                let at = random.below(damaged.len());
                damaged[at] = random.below(256) as u8;
            }
            check(&damaged);
        }
        // The code itself: bytes of any kind where `f` is.
        let image = croft_proof::Image::parse(&whole).expect("a linked file");
        let place = *image.find("f").first().expect("f");
        let code = image.code(place, 8).expect("code").to_vec();
        let at = whole
            .windows(code.len())
            .position(|window| window == code)
            .expect("in the file");
        for _ in 0..3000 {
            let mut damaged = whole.clone();
            for offset in 0..24 {
                damaged[at + offset] = random.below(256) as u8;
            }
            check(&damaged);
        }
    }
    println!(
        "unreadable {}, proven {}, refused {}",
        answers[0], answers[1], answers[2]
    );
    assert!(answers.iter().all(|&count| count > 0), "{answers:?}");
}
