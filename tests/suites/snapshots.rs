//! What `croft lower` makes of small inputs, one idea each: `snapshots-input/` beside `snapshots/`.
//!
//! After a change that is meant, `make snapshots` accepts the new output; review the difference. Beside the snapshots, assertions
//! state what must hold of any output.

use croft_tests::{folder, ir, process};

/// The lowered module as text.
fn lowered(input: &str, mode: &str) -> String {
    let path = folder::here("snapshots-input").join(input).with_extension("ll");
    let run = process::run(
        process::croft()
            .args(["lower", "--mode", mode, "-o", "-"])
            .arg(path),
    );
    run.expect(0).unwrap_or_else(|problem| panic!("{problem}")).stdout
}

/// The sentence on top of an input.
fn idea(input: &str) -> String {
    let path = folder::here("snapshots-input").join(input).with_extension("ll");
    let text = std::fs::read_to_string(path).expect("the input can be read");
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("; ")
        .to_owned()
}

fn compare(input: &str, mode: &str) {
    let module = lowered(input, mode);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder::here("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_description(format!("{} (mode {mode})", idea(input)));
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{input}.{mode}"), ir::normalised(&module)));
}

macro_rules! snapshots {
    ($($name:ident: $input:literal, $mode:literal;)*) => {
        $(#[test] fn $name() { compare($input, $mode); })*
    };
}

snapshots! {
    constant_alloc: "constant_alloc", "inline";
    constant_alloc_called: "constant_alloc", "call";
    constant_alloc_debugged: "constant_alloc", "debug";
    run_time_size: "run_time_size", "inline";
    region_in_loop: "region_in_loop", "call";
    region_parameter: "region_parameter", "inline";
    recursion: "recursion", "call";
    bounded: "bounded", "call";
    hand_over: "hand_over", "call";
    invoke: "invoke", "call";
    reset: "reset", "call";
    reset_debugged: "reset", "debug";
    debug_accesses: "debug_accesses", "debug";
    try_alloc: "try_alloc", "call";
    keepalive: "keepalive", "call";
    cleanup: "cleanup", "call";
    cleanup_inlined: "cleanup", "inline";
}

/// Every input of mode *inline*.
fn inputs() -> Vec<String> {
    folder::files(&folder::here("snapshots-input"), &["ll"])
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

#[test]
fn the_fast_path_calls_nothing() {
    for input in [
        "constant_alloc",
        "region_parameter",
        "run_time_size",
        "region_in_loop",
        "bounded",
        "reset",
    ] {
        let module = lowered(input, "inline");
        let blocks = ir::blocks(&module, "kernel").expect("the kernel is there");
        let cold = ir::cold_functions(&module);
        for (name, block) in &blocks {
            for callee in &block.calls {
                assert!(
                    cold.contains(callee),
                    "{input}: basic block {name} calls {callee}, which is not cold"
                );
            }
        }
        assert!(!cold.is_empty(), "{input}: the slow path is still there");
        assert!(
            ir::returns_without_call(&blocks),
            "{input}: no path to the return is free of calls"
        );
    }
}

#[test]
fn a_constant_alloc_from_a_parameter_is_a_compare_and_a_bump() {
    let module = lowered("region_parameter", "inline");
    let kernel: Vec<&str> = module
        .lines()
        .skip_while(|line| !line.starts_with("define "))
        .take_while(|line| *line != "}")
        .collect();
    let count = |what: &str| kernel.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        count("icmp"),
        1,
        "one comparison with the limit:\n{}",
        kernel.join("\n")
    );
    assert_eq!(count("umul"), 0, "a constant size needs no overflow check");
    assert_eq!(count("@croft_rt_serve_known"), 1, "one slow path");
}

#[test]
fn no_operation_is_left_in_any_mode() {
    for input in inputs() {
        for mode in ["inline", "call", "debug"] {
            let module = lowered(&input, mode);
            assert!(!module.contains("@croft."), "{input}, mode {mode}:\n{module}");
        }
    }
}

#[test]
fn the_descriptor_lives_in_the_frame_where_the_region_ends_there() {
    // A region that is handed over cannot: its frame is gone when it is used.
    for (input, in_frame) in [
        ("constant_alloc", true),
        ("region_in_loop", true),
        ("hand_over", false),
    ] {
        let module = lowered(input, "call");
        assert_eq!(
            module.contains("= alloca { ptr, ptr, ptr }"),
            in_frame,
            "{input}:\n{module}"
        );
        assert_eq!(
            module.contains("@croft_rt_push("),
            !in_frame,
            "{input}:\n{module}"
        );
    }
}

#[test]
fn debug_mode_calls_nothing_of_the_other_modes_and_they_nothing_of_it() {
    for input in inputs() {
        for mode in ["inline", "call", "debug"] {
            let module = lowered(&input, mode);
            let without = module.replace("@croft_rt_debug_", "@debug_");
            let (has_debug, has_other) = (without != module, without.contains("@croft_rt_"));
            assert!(!has_other || mode != "debug", "{input}, mode {mode}:\n{module}");
            assert!(!has_debug || mode == "debug", "{input}, mode {mode}:\n{module}");
            assert!(
                mode == "debug" || !module.contains("croft_place"),
                "{input}, mode {mode}:\n{module}"
            );
        }
    }
}

#[test]
fn every_input_has_a_snapshot_and_every_snapshot_an_input() {
    let snapshots: Vec<String> = folder::files(&folder::here("snapshots"), &["snap"])
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.split('.').next()?.to_owned()))
        .collect();
    for input in inputs() {
        assert!(snapshots.contains(&input), "{input} has no snapshot");
    }
    for snapshot in &snapshots {
        assert!(inputs().contains(snapshot), "{snapshot} has no input");
    }
}
