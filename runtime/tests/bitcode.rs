//! What the compiler pass relies on: the shape of the fast paths in the runtime's LLVM IR.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The functions whose bodies the pass inlines.
const FAST: [&str; 21] = [
    "croft_rt_open",
    "croft_rt_open_bounded",
    "croft_rt_open_eager",
    "croft_rt_open_eager_bounded",
    "croft_rt_push",
    "croft_rt_push_bounded",
    "croft_rt_pop",
    "croft_rt_reset",
    "croft_rt_rewind",
    "croft_rt_alloc",
    "croft_rt_alloc_known",
    "croft_rt_alloc_known_in_memory",
    "croft_rt_cache",
    "croft_rt_uncache",
    "croft_rt_alloc_cached",
    "croft_rt_alloc_array",
    "croft_rt_try_alloc",
    "croft_rt_try_alloc_array",
    "croft_rt_cleanup",
    "croft_rt_register_cleanup",
    "croft_rt_try_register_cleanup",
];

/// What they may call.
const COLD: [&str; 12] = [
    "croft_rt_push_rare",
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
    "croft_rt_enlist_cleanup",
];

/// What they may call instead in builds for threads or interrupts.
const APART: [&str; 7] = [
    "croft_rt_apart_first_block",
    "croft_rt_apart_push",
    "croft_rt_apart_pop",
    "croft_rt_apart_reset",
    "croft_rt_apart_alloc",
    "croft_rt_apart_try_alloc",
    "croft_rt_enlist_cleanup",
];

/// The runtime's IR for some contexts of execution, compiled as the pass compiles it.
fn runtime_ir(name: &str, contexts: &[&str]) -> String {
    // A folder each: the compiler's own files have the crate's name.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let output = folder.join("fast-paths.ll");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .current_dir(&folder)
        .args([
            "--edition",
            "2024",
            "--crate-name",
            "croft_runtime",
            "--crate-type",
            "lib",
        ])
        .args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "codegen-units=1"])
        .args([
            "--cfg",
            "feature=\"host\"",
            "--cfg",
            "croft_bitcode",
            "--cap-lints",
            "allow",
            "--emit",
        ])
        .arg(format!("llvm-ir={}", output.display()))
        .args(contexts.iter().flat_map(|cfg| ["--cfg", cfg]))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"))
        .status()
        .expect("rustc runs");
    assert!(status.success());
    std::fs::read_to_string(output).unwrap()
}

/// The lines of a function, head included.
fn function<'ir>(ir: &'ir str, name: &str) -> &'ir str {
    let head = format!("@{name}(");
    let start = ir
        .match_indices("\ndefine ")
        .map(|(at, _)| at + 1)
        .find(|&at| ir[at..].lines().next().is_some_and(|line| line.contains(&head)))
        .unwrap_or_else(|| panic!("{name} is not defined"));
    let length = ir[start..].find("\n}").unwrap();
    &ir[start..start + length]
}

/// The global names that a function's body mentions.
fn mentioned(body: &str) -> BTreeSet<&str> {
    let names = body.split('@').skip(1);
    names
        .map(|rest| {
            &rest[..rest
                .find(|c: char| !c.is_alphanumeric() && !"_.$".contains(c))
                .unwrap()]
        })
        .collect()
}

#[test]
fn fast_paths_are_what_the_pass_may_inline() {
    judge(&runtime_ir("one-pool", &[]), &|name| {
        name == "croft_pool" || COLD.contains(&name)
    });
}

/// Compiled code for several contexts of execution asks for the pool's address at most, and touches nothing of it.
#[test]
fn fast_paths_of_several_contexts_leave_the_pool_alone() {
    for (name, contexts, pool) in [
        ("threads", &["feature=\"threads\""][..], "croft_thread_pool"),
        ("interrupts", &["croft_interrupts"], "croft_pool"),
        (
            "both",
            &["feature=\"threads\"", "croft_interrupts"],
            "croft_thread_pool",
        ),
    ] {
        let ir = runtime_ir(name, contexts);
        judge(&ir, &|name| name == pool || APART.contains(&name));
        for name in FAST {
            let body = function(&ir, name);
            let accesses = body
                .lines()
                .filter(|line| line.contains(" load ") || line.contains(" store "));
            // The place that is read or written comes last.
            for place in accesses.filter_map(|line| line.rsplit_once(", ptr ")) {
                assert!(
                    !place.1.contains('@') && !place.1.starts_with("getelementptr"),
                    "{name} touches the pool: {place:?}"
                );
            }
        }
    }
}

/// Holds the fast paths against what the pass may inline; `allowed` says what they may refer to.
fn judge(ir: &str, allowed: &dyn Fn(&str) -> bool) {
    for name in FAST {
        let text = function(ir, name);
        let (head, body) = text.split_once('\n').unwrap();
        for mention in mentioned(body) {
            let is_allowed = allowed(mention) || mention.starts_with("llvm.");
            assert!(is_allowed, "{name} refers to {mention}");
        }
        // A descriptor can only become registers if its address goes nowhere. Intrinsics that
        // fill or copy it are no obstacle.
        let parameters = head.split_once('(').unwrap().1;
        if let Some((attributes, _)) = parameters.split_once("%region") {
            assert!(
                attributes.contains("captures(none)"),
                "{name} captures its descriptor"
            );
        }
        for call in body.lines().filter(|line| line.contains("call ")) {
            // A descriptor that is in memory anyway may go on.
            let stays = !["croft_rt_alloc_known_in_memory", "croft_rt_alloc_cached"].contains(&name);
            let passed = stays && call.contains("%region") && !call.contains("@llvm.");
            assert!(!passed, "{name} passes its descriptor on: {call}");
        }
        assert!(
            !body.contains("= inttoptr"),
            "{name} makes a pointer from an integer"
        );
        assert!(!body.contains("invoke"), "{name} unwinds");
        assert!(!is_loop(body), "{name} loops");
    }
    for name in COLD {
        let body = function(ir, name);
        // Those that work on the lists of runs may loop over the size classes.
        let bounded = [
            "croft_rt_run",
            "croft_rt_try_run",
            "croft_rt_pop_rare",
            "croft_rt_reset_rare",
        ];
        assert!(bounded.contains(&name) || !is_loop(body), "{name} loops");
    }
}

/// Whether a branch leads back: basic blocks are printed so that an acyclic graph has forward edges
/// only if it is in reverse post-order, so a cycle is searched for, not a backward edge.
fn is_loop(body: &str) -> bool {
    let mut edges: Vec<(&str, &str)> = Vec::new();
    let mut here = "start";
    for line in body.lines() {
        if !line.starts_with(' ') {
            here = line.split(':').next().unwrap();
        }
        let targets = line.split("label %").skip(1);
        edges.extend(targets.map(|rest| (here, rest.split([',', ' ', ']']).next().unwrap())));
    }
    // Remove blocks without a way in until nothing changes: what stays lies on or behind a cycle.
    loop {
        let entered: BTreeSet<&str> = edges.iter().map(|edge| edge.1).collect();
        let length = edges.len();
        edges.retain(|edge| entered.contains(edge.0));
        if edges.len() == length {
            return length != 0;
        }
    }
}

#[test]
fn cycles_are_recognised() {
    assert!(is_loop(
        "start:\n  br label %a\na:\n  br i1 %c, label %a, label %b\nb:\n  ret void"
    ));
    assert!(!is_loop(
        "start:\n  br i1 %c, label %b, label %a\na:\n  br label %b\nb:\n  ret void"
    ));
}
