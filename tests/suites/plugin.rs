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
