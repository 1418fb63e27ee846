//! Facts about memory and about the emitted code, counted and never timed.

use croft_tests::{folder, process};

/// Ten million regions, one after the other: `--stats` says how much memory they took at once.
#[test]
fn a_region_for_each_of_ten_million_iterations_takes_one_block() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("loop.c");
    std::fs::write(
        &file,
        "#include <croft.h>
#include <stdio.h>
int main(void)
{
    long sum = 0;
    for (long i = 0; i < 10000000; i++) {
        CROFT_REGION(r);
        long *squares = CROFT_ARRAY(r, long, 16);
        for (int k = 0; k < 16; k++)
            squares[k] = i + k;
        sum += squares[i & 15];
    }
    printf(\"%ld\\n\", sum);
}
",
    )
    .unwrap();
    for mode in ["inline", "call"] {
        // A pool of two blocks: a region that kept its block would exhaust it in the third iteration.
        let mut command = process::croft();
        command
            .args(["run", "--stats", "--pool-blocks", "2", "--mode", mode])
            .arg(&file);
        let run = process::run(&mut command).expect(0).unwrap();
        assert_eq!(run.stdout, "50000070000000\n");
        assert!(
            run.stderr.contains("croft: 10000000 regions took memory; at most 1 of 2 blocks in use at once (16 KiB); 0 at the end"),
            "{}",
            run.stderr
        );
    }
}

/// The instructions of `@name` in textual IR, labels and braces left out.
fn instructions<'t>(ir: &'t str, name: &str) -> Vec<&'t str> {
    let head = format!("@{name}(");
    ir.lines()
        .skip_while(|line| !(line.starts_with("define ") && line.contains(&head)))
        .skip(1)
        .take_while(|line| *line != "}")
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.ends_with(':') && !line.starts_with(';'))
        .collect()
}

/// An allocation of a constant size, inlined: the only call is the cold one, which its path does not take.
#[test]
fn an_inlined_allocation_calls_the_cold_path_only() {
    let input = folder::here("snapshots-input/region_parameter.ll");
    let run = process::run(process::croft().arg("lower").arg(&input).args(["-o", "-"]))
        .expect(0)
        .unwrap();
    let calls: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.contains("call ") && line.contains("@croft"))
        .collect();
    assert!(!calls.is_empty(), "the slow path is there:\n{}", run.stdout);
    for call in calls {
        assert!(call.contains("@croft_rt_refill("), "{call}");
    }
}

/// Where an allocation certainly follows a push, its path has no call either: the cold ones are for an empty pool and a
/// full block.
#[test]
fn a_region_that_is_used_at_once_is_opened_without_a_call() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("kernel.ll");
    std::fs::write(
        &file,
        "declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)
define i64 @kernel(i64 %value) {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 32, i64 8)
  store volatile i64 %value, ptr %p
  %read = load volatile i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %read
}
",
    )
    .unwrap();
    let run = process::run(process::croft().arg("lower").arg(&file).args(["-o", "-"]))
        .expect(0)
        .unwrap();
    let body = instructions(&run.stdout, "kernel");
    let calls: Vec<&&str> = body.iter().filter(|line| line.contains("call ")).collect();
    assert!(!body.is_empty());
    let cold = ["@croft_rt_push_refused(", "@croft_rt_refill("];
    assert!(
        calls
            .iter()
            .all(|call| cold.iter().any(|name| call.contains(name))),
        "{calls:?}"
    );
    assert_eq!(calls.len(), 2, "{calls:?}");
    // The descriptor lives in registers: no stack slot is left.
    assert!(body.iter().all(|line| !line.contains("alloca")), "{}", run.stdout);
}
