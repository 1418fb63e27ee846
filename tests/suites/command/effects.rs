//! `croft effects`.

use crate::bench::Bench;
use croft_tests::{folder, process};

#[test]
fn effects_are_printed_as_declarations_take_them() {
    let bench = Bench::new();
    let list = folder::root().join("examples/list/list.c");
    let run = bench.succeeds(&["effects", process::text(&list)]);
    assert!(
        run.stdout
            .contains("bar: put(arg0, many); return(in(arg0)); nounwind\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("foo: pure\n"), "{}", run.stdout);
}
