//! Kernel images for bare metal, run in QEMU; and shared objects, loaded.
//!
//! A kernel prints on every target what it prints on the host, and ends with the same status. The instructions of the runtime's entry
//! points, counted exactly over an adversarial run, stay within `baremetal/counts.toml`; `CROFT_BLESS=1` writes a table
//! from what was measured.
//!
//! Without the tools (see `scripts/baremetal-tools.sh`) what needs them says so and is skipped: it counts as ignored, not as passed.
//! With `CROFT_REQUIRE_BAREMETAL=1` that is a failure.

mod counts;
mod image;
mod interrupts;
mod resident;
mod size;
mod usage;

use croft_tests::baremetal::{self, BOARDS};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

/// The kernels, and the status with which they end.
const KERNELS: [(&str, i32); 9] = [
    ("tests/baremetal/nested.c", 0),
    ("examples/list/list.c", 0),
    ("tests/baremetal/exhausted.c", 7),
    ("tests/baremetal/adversary.c", 0),
    ("tests/programs/blocks.c", 0),
    ("tests/programs/budget.c", 0),
    ("tests/programs/frames.c", 0),
    ("tests/programs/hand_over.c", 0),
    ("tests/programs/handler.c", 0),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = baremetal::tools().err();
    let mut trials = vec![
        Trial::test("an unknown target is named, and the known ones", || {
            usage::unknown_target().map_err(Failed::from)
        }),
        Trial::test(
            "a runtime that is not built is named, and how to build it",
            || usage::no_runtime().map_err(Failed::from),
        ),
        Trial::test("a wrong block size stops the build of the runtime", || {
            size::block_sizes().map_err(Failed::from)
        }),
        Trial::test("another block size than the runtime's stops the program", || {
            size::other_block_size().map_err(Failed::from)
        }),
        Trial::test(
            "a shared object is loaded, and works on the loader's pool",
            || resident::loaded().map_err(Failed::from),
        ),
    ];
    if let Some(reason) = &missing {
        eprintln!("skipped: {reason}");
        if std::env::var_os("CROFT_REQUIRE_BAREMETAL").is_some_and(|value| value == "1") {
            let reason = reason.clone();
            trials.push(Trial::test("the tools are there", move || Err(reason.into())));
        }
    }
    let mut on_board = |name: String, test: Box<dyn FnOnce() -> Result<(), String> + Send>| {
        let trial = Trial::test(name, move || test().map_err(Failed::from));
        trials.push(trial.with_ignored_flag(missing.is_some()));
    };
    for board in BOARDS {
        for (kernel, status) in KERNELS {
            on_board(
                format!("{}: {kernel}", board.triple),
                Box::new(move || image::as_on_host(&board, kernel, status, &[])),
            );
        }
        for mode in ["call", "debug"] {
            on_board(
                format!("{}: lowered in mode {mode}", board.triple),
                Box::new(move || image::as_on_host(&board, "tests/baremetal/nested.c", 0, &["--mode", mode])),
            );
        }
        on_board(
            format!("{}: IR without a target", board.triple),
            Box::new(move || image::plain_ir(&board)),
        );
        on_board(
            format!("{}: a fault ends the emulation", board.triple),
            Box::new(move || image::fault(&board)),
        );
        on_board(
            format!("{}: a pool that does not fit the memory", board.triple),
            Box::new(move || image::too_large(&board)),
        );
        on_board(
            format!("{}: IR of another target is refused", board.triple),
            Box::new(move || usage::foreign_ir(&board)),
        );
        on_board(
            format!("{}: no run takes more instructions than are proven", board.triple),
            Box::new(move || counts::within_proof(&board, None)),
        );
        on_board(
            format!(
                "{}: no run with critical sections takes more instructions than are proven",
                board.triple
            ),
            Box::new(move || counts::within_proof(&board, Some("interrupts"))),
        );
        on_board(
            format!("{}: a kernel of one's own is proven", board.triple),
            Box::new(move || counts::own_kernel(&board)),
        );
        on_board(
            format!("{}: a shared object", board.triple),
            Box::new(move || resident::shared(&board)),
        );
        for mode in ["inline", "call"] {
            on_board(
                format!("{}: a timer's interrupts use regions, mode {mode}", board.triple),
                Box::new(move || interrupts::ticks(&board, mode)),
            );
        }
        on_board(
            format!("{}: in critical sections kernels compute the same", board.triple),
            Box::new(move || interrupts::as_on_host(&board)),
        );
        on_board(
            format!("{}: the runtime has no atomic instructions", board.triple),
            Box::new(move || interrupts::no_atomics(&board)),
        );
    }
    for board in &BOARDS[2..] {
        on_board(
            format!("{}: interrupts without critical sections do harm", board.triple),
            Box::new(move || interrupts::unprotected(board)),
        );
    }
    on_board(
        "a memory map of one's own".to_owned(),
        Box::new(|| image::own_memory_map(&BOARDS[0])),
    );
    on_board(
        "Rust sources are for the host".to_owned(),
        Box::new(|| usage::rust_source(&BOARDS[0])),
    );
    on_board(
        "instructions of the entry points are within baremetal/counts.toml".to_owned(),
        Box::new(counts::counts),
    );
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn scratch() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| error.to_string())
}
