//! The plugin in clang: `-fpass-plugin` at every level, linked with the runtime library, run.

use croft_tests::{artifact, folder, process};
use std::path::{Path, PathBuf};
use std::process::Command;

const LEVELS: [&str; 4] = ["-O0", "-O1", "-O2", "-Os"];

fn plugin_flag() -> String {
    format!("-fpass-plugin={}", artifact::plugin().display())
}

/// Compiles a program with clang and the plugin, with a pool of its own, and links it with the runtime library.
fn compile(source: &Path, level: &str, scratch: &Path) -> PathBuf {
    let program = scratch.join(format!("program{level}"));
    let pool = scratch.join("pool.c");
    std::fs::write(&pool, "#include <croft.h>\nCROFT_STATIC_POOL(64);\n")
        .expect("the scratch folder is there");
    process::run(
        process::clang()
            .args([level, "-g", &plugin_flag()])
            .arg(source)
            .arg(pool)
            .arg(artifact::runtime())
            .arg("-lm")
            .arg("-o")
            .arg(&program),
    )
    .expect(0)
    .unwrap_or_else(|problem| panic!("{}, {level}: {problem}", source.display()));
    program
}

fn prints(example: &str, expected: &str) {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let expected =
        std::fs::read_to_string(folder::root().join(expected)).expect("the example says what it prints");
    for level in LEVELS {
        let program = compile(&folder::root().join(example), level, scratch.path());
        let run = process::run(&mut Command::new(program)).expect(0);
        let run = run.unwrap_or_else(|problem| panic!("{example}, {level}: {problem}"));
        assert_eq!(run.stdout, expected, "{example}, {level}");
    }
}

#[test]
fn a_list_from_a_callee() {
    prints("examples/list/list.c", "examples/list/expected.txt");
}

#[test]
fn a_region_for_each_level_of_a_recursion() {
    prints("examples/recursion/queens.c", "examples/recursion/expected.txt");
}

#[test]
fn a_message_loop() {
    prints("examples/messages/messages.c", "examples/messages/expected.txt");
}

#[test]
fn a_leak_fails_the_compilation_at_every_level_and_leaves_no_object() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let object = scratch.path().join("leak.o");
    let leak = folder::root().join("examples/list/leak.c");
    let source = std::fs::read_to_string(&leak).expect("the example is there");
    let line = 1 + source
        .lines()
        .position(|line| line.contains("error: R0301"))
        .expect("a line is marked");
    for level in LEVELS {
        let run = process::run(
            process::clang()
                .args([level, "-g", &plugin_flag(), "-c"])
                .arg(&leak)
                .arg("-o")
                .arg(&object),
        );
        assert_eq!(run.code, Some(1), "{level}: {}", run.stderr);
        assert!(run.stderr.contains("error[R0301]"), "{level}: {}", run.stderr);
        assert!(
            run.stderr.contains(&format!("leak.c:{line}:")),
            "{level}, the line of the allocation: {}",
            run.stderr
        );
        assert!(
            run.stderr.contains("error: croft: 1 error in this module"),
            "{level}: {}",
            run.stderr
        );
        assert!(!run.stderr.contains("panicked"), "{level}: {}", run.stderr);
        assert!(!object.exists(), "{level}");
    }
}

#[test]
fn a_file_without_regions_compiles_to_the_same_with_and_without_the_plugin() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let source = scratch.path().join("plain.c");
    std::fs::write(&source, "int square(int n) { return n * n; }\n").expect("the scratch folder is there");
    let compiled = |with: bool, level: &str| {
        let mut command = process::clang();
        command.args([level, "-S", "-emit-llvm", "-o", "-"]).arg(&source);
        if with {
            command.arg(plugin_flag());
        }
        process::run(&mut command)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{problem}"))
            .stdout
    };
    for level in LEVELS {
        assert_eq!(compiled(true, level), compiled(false, level), "{level}");
    }
}

#[test]
fn the_fast_path_is_inlined_by_clang_too() {
    let source = folder::root().join("examples/list/fixed.c");
    let run = process::run(
        process::clang()
            .env("CROFT_OPT", "none")
            .args(["-O2", "-S", "-emit-llvm", &plugin_flag(), "-o", "-"])
            .arg(source),
    );
    let module = run.expect(0).unwrap_or_else(|problem| panic!("{problem}")).stdout;
    assert!(!module.contains("@croft."), "an operation is left:\n{module}");
    assert!(
        module.contains("@croft_pool"),
        "the fast path is not there:\n{module}"
    );
    assert!(
        !module.contains("call ptr @croft_rt_alloc("),
        "the fast path is called:\n{module}"
    );
}

#[test]
fn without_the_plugin_the_runtime_library_serves_the_same_program() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let pool = scratch.path().join("pool.c");
    std::fs::write(&pool, "#include <croft.h>\nCROFT_STATIC_POOL(64);\n")
        .expect("the scratch folder is there");
    let program = scratch.path().join("program");
    process::run(
        process::clang()
            .arg("-O2")
            .arg(folder::root().join("examples/list/list.c"))
            .arg(pool)
            .arg(artifact::runtime())
            .arg("-o")
            .arg(&program),
    )
    .expect(0)
    .unwrap_or_else(|problem| panic!("{problem}"));
    let run = process::run(&mut Command::new(program))
        .expect(0)
        .unwrap_or_else(|problem| panic!("{problem}"));
    let expected = folder::root().join("examples/list/expected.txt");
    assert_eq!(
        run.stdout,
        std::fs::read_to_string(expected).expect("the example says what it prints")
    );
}

/// A kernel that hands a pointer into a region to two functions that nobody described.
const UNDESCRIBED: &str = "\
#include <croft.h>
void first(int *p);
void second(int *p);
int kernel(void)
{
    CROFT_REGION(r);
    int *p = CROFT_NEW(r, int);
    first(p);
    second(p);
    return *p;
}
";

struct Described {
    folder: tempfile::TempDir,
}

impl Described {
    fn new() -> Described {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let described = Described { folder };
        described.write("kernel.c", UNDESCRIBED);
        for name in ["first", "second"] {
            let entry = format!("[[function]]\nnames = [\"{name}\"]\neffects = \"get(arg0); nounwind\"\n");
            described.write(&format!("{name}.toml"), &entry);
        }
        described.write(
            "wrong.toml",
            "[[function]]\nnames = [\"first\"]\neffects = \"eats(arg0)\"\n",
        );
        described
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("the folder can be written");
    }

    /// clang with the plugin, and files with manifests in the environment.
    fn clang(&self, manifests: Option<&str>) -> process::Run {
        let mut command = process::clang();
        command
            .current_dir(self.folder.path())
            .args(["-O1", &plugin_flag(), "-c", "kernel.c", "-o", "kernel.o"])
            .env_remove("CROFT_EFFECTS");
        let _ = std::fs::remove_file(self.folder.path().join("kernel.o"));
        let run = process::run(command.envs(manifests.map(|files| ("CROFT_EFFECTS", files))));
        assert_eq!(
            run.code == Some(0),
            self.folder.path().join("kernel.o").exists(),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        run
    }

    /// opt with the plugin and a pass.
    fn opt(&self, pass: &str, manifests: Option<&str>) -> process::Run {
        let bitcode = self.folder.path().join("kernel.bc");
        process::run(process::clang().current_dir(self.folder.path()).args([
            "-O1",
            "-Xclang",
            "-disable-llvm-passes",
            "-emit-llvm",
            "-c",
            "kernel.c",
            "-o",
            "kernel.bc",
        ]))
        .expect(0)
        .unwrap_or_else(|problem| panic!("{problem}"));
        let mut command = Command::new(artifact::llvm("opt"));
        command
            .current_dir(self.folder.path())
            .arg(format!("-load-pass-plugin={}", artifact::plugin().display()))
            .arg(format!("-passes={pass}"))
            .arg("-disable-output")
            .arg(bitcode)
            .env_remove("CROFT_EFFECTS");
        process::run(command.envs(manifests.map(|files| ("CROFT_EFFECTS", files))))
    }
}

#[test]
fn the_environment_names_effect_manifests_for_clang() {
    let described = Described::new();
    for (manifests, errors) in [
        (None, "2 errors"),
        (Some(""), "2 errors"),
        (Some("first.toml"), "1 error"),
        (Some("second.toml:"), "1 error"),
    ] {
        let run = described.clang(manifests);
        assert_eq!(run.code, Some(1), "{manifests:?}: {}", run.stderr);
        assert!(
            run.stderr.contains(&format!("croft: {errors} in this module")),
            "{manifests:?}: {}",
            run.stderr
        );
    }
    let run = described.clang(Some("first.toml:second.toml"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_manifest_that_cannot_be_read_fails_the_compilation() {
    let described = Described::new();
    for (manifests, message) in [
        ("missing.toml", "croft: cannot read `missing.toml`: No such file"),
        (
            "first.toml:wrong.toml",
            "croft: `wrong.toml` is no effect manifest: effects of `first`: `eats(arg0)` is no effect clause",
        ),
        ("kernel.c", "croft: `kernel.c` is no effect manifest: "),
    ] {
        let run = described.clang(Some(manifests));
        assert_eq!(run.code, Some(1), "{manifests}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{manifests}: {}", run.stderr);
        let run = described.opt("croft-check", Some(manifests));
        assert_eq!(run.code, Some(1), "{manifests}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{manifests}: {}", run.stderr);
    }
    let run = described.opt("croft-check<effects=missing.toml>", None);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot read `missing.toml`"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_pass_takes_effect_manifests_in_opt() {
    let described = Described::new();
    for (pass, manifests, errors) in [
        ("croft-check", None, Some("2 errors")),
        ("croft-check<effects=first.toml>", None, Some("1 error")),
        ("croft-check<effects=first.toml;effects=second.toml>", None, None),
        ("croft-check<effects=first.toml>", Some("second.toml"), None),
        ("croft-check", Some("second.toml:first.toml"), None),
        (
            "croft-check<effects=first.toml;effects=second.toml>,croft-lower",
            None,
            None,
        ),
    ] {
        let run = described.opt(pass, manifests);
        assert_eq!(
            run.code,
            Some(i32::from(errors.is_some())),
            "{pass}: {}",
            run.stderr
        );
        if let Some(errors) = errors {
            assert!(
                run.stderr.contains(&format!("croft: {errors} in this module")),
                "{pass}: {}",
                run.stderr
            );
        }
    }
    for pass in [
        "croft-check<>x",
        "croft-check<effects=>",
        "croft-check<first.toml>",
        "croft-check<effects=a;b>",
    ] {
        let run = described.opt(pass, None);
        assert_eq!(run.code, Some(1), "{pass}: {}", run.stderr);
        assert!(run.stderr.contains("unknown pass name"), "{pass}: {}", run.stderr);
    }
}

#[test]
fn the_environment_says_how_clang_s_pipeline_lowers() {
    let compiled = |parameters: &str| {
        process::run(
            process::clang()
                .env("CROFT_LOWER", parameters)
                .env("CROFT_OPT", "none")
                .args(["-O2", "-S", "-emit-llvm", &plugin_flag(), "-o", "-"])
                .arg(folder::root().join("examples/list/fixed.c")),
        )
    };
    for (parameters, has, has_not) in [
        ("threads", "@croft_rt_apart_alloc(", "@croft_pool"),
        ("interrupts", "@croft_rt_apart_alloc(", "@croft_thread_pool"),
        ("threads;call", "@croft_rt_alloc_array(", "@croft_rt_apart_"),
        ("", "@croft_pool", "@croft_rt_apart_"),
    ] {
        let run = compiled(parameters).expect(0);
        let module = run
            .unwrap_or_else(|problem| panic!("{parameters}: {problem}"))
            .stdout;
        assert!(
            module.contains(has) && !module.contains(has_not),
            "{parameters}:\n{module}"
        );
    }
    let run = compiled("thread");
    assert!(run.code != Some(0), "a misspelt parameter is no parameter");
    assert!(
        run.stderr.contains("CROFT_LOWER is no list") && run.stderr.contains("`thread`"),
        "{}",
        run.stderr
    );
}

#[test]
fn clang_s_pipeline_optimises_where_clang_does() {
    let compiled = |level: &str, list: Option<&str>| {
        let mut command = process::clang();
        command.env_remove("CROFT_OPT");
        if let Some(list) = list {
            command.env("CROFT_OPT", list);
        }
        process::run(
            command
                .args([level, "-S", "-emit-llvm", &plugin_flag(), "-o", "-"])
                .arg(folder::root().join("examples/list/fixed.c")),
        )
    };
    // What the region of that program holds are slots of the frame, so nobody asks the pool.
    for (level, list, has_pool) in [
        ("-O2", None, false),
        ("-O2", Some("stack"), false),
        ("-O2", Some("loops,groups"), true),
        ("-O2", Some("none"), true),
        ("-O0", None, true),
    ] {
        let module = compiled(level, list)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{level}, {list:?}: {problem}"))
            .stdout;
        assert_eq!(
            module.contains("@croft_pool"),
            has_pool,
            "{level}, {list:?}:\n{module}"
        );
    }
    let run = compiled("-O2", Some("stak"));
    assert!(
        run.code != Some(0) && run.stderr.contains("`stak` is no optimisation"),
        "{}",
        run.stderr
    );
}
