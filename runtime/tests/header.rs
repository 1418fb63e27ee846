//! The C header and the static library: compiled as C11 and C++17 by clang and gcc without a
//! warning, linked with nothing else, run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

mod c_program;
use c_program::{C, CRATE, run};

/// The static library for C, built once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| c_program::build_library("staticlib", "host"))
}

fn compile_and_run(compiler: &[&str], source: &str, optimisation: &str) -> PathBuf {
    let program = c_program::compile(compiler, source, optimisation, library(), &[]);
    c_program::check(&program);
    program
}

#[test]
fn every_way_out_ends_the_region() {
    for compiler in C {
        for optimisation in ["-O0", "-O2"] {
            compile_and_run(compiler, "ways_out.c", optimisation);
        }
    }
}

#[test]
fn segmented_arrays_have_types() {
    for compiler in C {
        for optimisation in ["-O0", "-O2"] {
            compile_and_run(compiler, "segmented.c", optimisation);
        }
    }
}

#[test]
fn cleanups_run_once() {
    for compiler in C {
        for optimisation in ["-O0", "-O2"] {
            compile_and_run(compiler, "cleanups.c", optimisation);
        }
    }
}

#[test]
fn exceptions_end_regions() {
    for compiler in &C[2..] {
        for optimisation in ["-O0", "-O2"] {
            compile_and_run(compiler, "unwinding.cpp", optimisation);
        }
    }
}

/// The symbols of a file, as `nm` prints them.
fn symbols(file: &Path, option: &str) -> Vec<String> {
    let output = run(Command::new("nm").arg(option).arg(file));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_program_has_no_panic_machinery() {
    for (source, uses) in [
        ("ways_out.c", "croft.alloc"),
        ("segmented.c", "croft_segmented_at"),
    ] {
        let program = compile_and_run(C[0], source, "-O1");
        let symbols = symbols(&program, "--defined-only");
        assert!(symbols.iter().any(|symbol| symbol == uses));
        let machinery = |symbol: &&String| symbol.contains("4core") || symbol.contains("panic");
        let found: Vec<_> = symbols.iter().filter(machinery).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn the_library_has_the_symbols_of_the_header_and_no_implicit_operation() {
    let symbols = symbols(library(), "--defined-only");
    let has = |name: &str| symbols.iter().any(|symbol| symbol == name);
    for name in [
        "croft.push",
        "croft.push.bounded",
        "croft.pop",
        "croft.reset",
        "croft.alloc",
        "croft.alloc.array",
        "croft.try_alloc",
        "croft.try_alloc.array",
        "croft.keepalive",
        "croft.cleanup",
        "croft.register_cleanup",
        "croft.try_register_cleanup",
        "croft.run_cleanup",
        "croft.cancel_cleanup",
        "croft_rt_run_cleanup",
        "croft_rt_cancel_cleanup",
        "croft_rt_enlist_cleanup",
        "croft_pool",
        "croft_pool_init",
        "croft_pool_stats",
        "croft_pool_check",
        "croft_set_exhaustion_handler",
        "croft_rt_refill",
        "croft_rt_refill_known",
        "croft_rt_serve_known",
        "croft_rt_serve_cached",
        "croft_rt_try_refill",
        "croft_rt_run",
        "croft_rt_try_run",
        "croft_rt_pop_rare",
        "croft_rt_reset_rare",
        "croft_rt_first_block",
        "croft_rt_debug_push",
        "croft_rt_debug_push_bounded",
        "croft_rt_debug_pop",
        "croft_rt_debug_reset",
        "croft_rt_debug_alloc",
        "croft_rt_debug_alloc_array",
        "croft_rt_debug_try_alloc",
        "croft_rt_debug_try_alloc_array",
        "croft_rt_debug_cleanup",
        "croft_rt_debug_register_cleanup",
        "croft_rt_debug_try_register_cleanup",
        "croft_rt_debug_run_cleanup",
        "croft_rt_debug_cancel_cleanup",
        "croft_rt_debug_read",
        "croft_rt_debug_write",
        "croft_rt_debug_pool_init",
        "croft_rt_debug_pool_stats",
        "croft_segmented_new",
        "croft_segmented_try_new",
        "croft_segmented_append",
        "croft_segmented_try_append",
        "croft_segmented_at",
        "croft_segmented_length",
        "croft_segmented_chunk",
        "croft_segmented_truncate",
        "croft_rt_debug_segmented_new",
        "croft_rt_debug_segmented_try_new",
        "croft_rt_debug_segmented_append",
        "croft_rt_debug_segmented_try_append",
        "croft_rt_debug_segmented_at",
        "croft_rt_debug_segmented_length",
        "croft_rt_debug_segmented_chunk",
        "croft_rt_debug_segmented_truncate",
    ] {
        assert!(has(name), "{name} is missing");
    }
    for name in ["croft.new", "croft.new.array", "croft_exhausted", "croft_misused"] {
        assert!(!has(name), "{name} needs the pass or a kernel");
    }
}

/// The IR of a C kernel is annotated IR: operations by their names, and all pops in the function.
#[test]
fn a_kernel_is_annotated_ir() {
    let output = run(Command::new("clang-22")
        .args(["-std=c11", "-O0", "-g", "-S", "-emit-llvm", "-o", "-", "-I"])
        .arg(Path::new(CRATE).join("include"))
        .arg(Path::new(CRATE).join("tests/c/ways_out.c")));
    let ir = String::from_utf8(output.stdout).unwrap();
    for text in [
        "call nonnull ptr @croft.push()",
        "call void @croft.pop(ptr",
        "@croft.alloc(ptr",
    ] {
        assert!(ir.contains(text), "{text}");
    }
    assert!(
        !ir.contains("@croft_region_end"),
        "the cleanup is inlined at -O0 too"
    );
    for text in [
        "croft.effects=put(arg0); return(arg0)",
        "croft.kernel",
        "croft.bounded=0",
    ] {
        assert!(ir.contains(text), "{text}");
    }
    let files = ir.lines().filter(|line| line.contains("DISubprogram"));
    assert!(!files.into_iter().any(|line| line.contains("croft_region_end")));
}
