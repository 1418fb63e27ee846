//! Modules of any shape end in findings or acceptance, within limits of time and memory, and never by a signal.
//!
//! Each module is generated, checked, printed with its effects, optimised and lowered. Status 0 and 1 are right whatever the module says;
//! status 2 is right with a message that says what croft could not do, and says so without a crash inside.

use croft_tests::measure::{self, Limits};
use croft_tests::process;
use croft_tests::shape::{OPERATIONS, data, flow, module, oddity};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

const LIMITS: Limits = Limits {
    seconds: 40,
    mebibytes: 8 << 10,
};

/// The largest resident memory of a run, in KiB.
const MEMORY: u64 = 2 << 20;

/// What a run may end with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Accepted.
    Accepted,
    /// Rejected.
    Rejected,
    /// One of the two.
    Judged,
    /// LLVM cannot read it: status 2.
    Unreadable,
}

use End::{Accepted, Judged, Rejected, Unreadable};

type Shape = (&'static str, End, fn() -> String);

const SHAPES: &[Shape] = &[
    ("an empty file", Unreadable, String::new),
    ("only declarations", Accepted, || OPERATIONS.to_owned()),
    ("no main", Accepted, || {
        module(
            "define void @f() {\n  %r = call ptr @croft.push()\n  call void @croft.pop(ptr %r)\n  ret void\n}\n",
        )
    }),
    ("empty bodies", Accepted, flow::empty_bodies),
    ("an unreachable cycle", Accepted, flow::unreachable_cycle),
    ("irreducible flow", Judged, flow::irreducible),
    ("10,000 basic blocks", Accepted, || flow::many_blocks(10_000)),
    (
        "10,000 basic blocks in one loop",
        Judged,
        flow::many_blocks_in_loop,
    ),
    ("5,000 basic blocks that allocate, in one loop", Judged, || {
        flow::allocations(5_000)
    }),
    ("a chain of 50,000 calls", Accepted, || flow::call_chain(50_000)),
    ("a recursion of 3,000 functions", Judged, || {
        flow::recursion(3_000, false)
    }),
    (
        "a recursion of 3,000 functions, each of which calls three",
        Judged,
        || flow::recursion(3_000, true),
    ),
    ("a function that is called 20,000 times", Accepted, || {
        flow::called(20_000)
    }),
    ("a switch of 10,000 cases", Accepted, || flow::switch(10_000)),
    ("a phi of 5,000 inputs", Accepted, || flow::phi(5_000)),
    ("1,000 regions open at once", Accepted, || {
        flow::open_at_once(1_000)
    }),
    ("1,000 region parameters", Judged, || {
        flow::region_parameters(1_000)
    }),
    ("1,000 regions in turn", Accepted, || flow::in_turn(1_000)),
    ("loops nested 200 deep", Accepted, || flow::nested_loops(200)),
    ("structures nested 1,000 deep", Accepted, || {
        data::nested_structures(1_000)
    }),
    ("structures that hold themselves", Unreadable, || {
        "%a = type { %b }\n%b = type { %a }\n@x = global %a zeroinitializer\n".to_owned()
    }),
    (
        "structures that point to one another",
        Accepted,
        data::recursive_structures,
    ),
    ("an array of 2^60 bytes", Judged, data::huge_array),
    ("zero-sized types", Accepted, data::zero_sized),
    ("an indirect branch", Judged, oddity::indirect_branch),
    ("a branch out of assembly", Judged, oddity::assembly_branch),
    ("10,000 parameters", Judged, || data::parameters(10_000)),
    ("100,000 globals that point to one another", Accepted, || {
        data::globals(100_000)
    }),
    ("a constant expression nested 5,000 deep", Accepted, || {
        data::constant_expression(5_000)
    }),
    ("a constant structure nested 2,000 deep", Accepted, || {
        data::constant_structure(2_000)
    }),
    ("5,000 landing pads", Accepted, || flow::landing_pads(5_000)),
    ("3,000 stack slots that point to one another", Judged, || {
        data::slots(3_000)
    }),
    ("2,000 objects that point to one another", Accepted, || {
        data::objects(2_000)
    }),
    ("a recursion that merges 4 region parameters", Judged, || {
        flow::merging_recursion(4)
    }),
    ("a recursion that merges 8 region parameters", Judged, || {
        flow::merging_recursion(8)
    }),
    ("a recursion that merges 10 region parameters", Judged, || {
        flow::merging_recursion(10)
    }),
    // More sets of parameters than are followed.
    ("a recursion that merges 13 region parameters", Rejected, || {
        flow::merging_recursion(13)
    }),
    ("a recursion that merges 16 region parameters", Rejected, || {
        flow::merging_recursion(16)
    }),
    (
        "a recursion of 50 functions that rotate 20 regions",
        Judged,
        || flow::rotating_recursion(50, 20),
    ),
    (
        "60 functions that store 60 parameters in one another",
        Accepted,
        || data::crossing(60, 60),
    ),
    // More flows than are followed.
    (
        "8 functions that store 300 parameters in one another",
        Rejected,
        || data::crossing(1_000, 8),
    ),
    ("a phi of 5,000 functions", Rejected, || {
        flow::phi_of_functions(5_000)
    }),
    ("1,000 phis of handles in a row", Rejected, || {
        flow::phis_of_handles(1_000)
    }),
    ("a chain of 20,000 selects", Accepted, || data::selects(20_000)),
    ("a chain of 5,000 loads", Accepted, || data::loads(5_000)),
    ("a conjunction nested 60 deep", Accepted, || data::conditions(60)),
    ("a chain of 200,000 addresses in a copy", Judged, || {
        data::addresses(200_000)
    }),
    ("a block of 50,000 calls", Accepted, || flow::straight(50_000)),
    ("2,000 violations", Rejected, || flow::violations(2_000)),
    ("30,000 violations", Rejected, || flow::violations(30_000)),
    ("handles that are no handles", Rejected, oddity::strange_handles),
    (
        "instructions that are their own operands",
        Accepted,
        oddity::own_operands,
    ),
    ("aliases, an ifunc and other linkage", Judged, oddity::aliases),
    ("what C does not have", Judged, oddity::strange_instructions),
    ("names of any bytes", Accepted, oddity::strange_names),
    ("no text", Unreadable, || "\u{1}\u{2}%%%\n".to_owned()),
    ("a handle that is used before it is made", Unreadable, || {
        module(
            "define void @f() {\n  call void @croft.pop(ptr %r)\n  %r = call ptr @croft.push()\n  ret void\n}\n",
        )
    }),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = SHAPES
        .iter()
        .map(|(name, end, text)| Trial::test(*name, move || run(name, *end, *text)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(name: &str, end: End, text: fn() -> String) -> Result<(), Failed> {
    judge(end, text).map_err(|problem| format!("{name}: {problem}").into())
}

fn judge(end: End, text: fn() -> String) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = scratch.path().join("shape.ll");
    std::fs::write(&path, text()).map_err(|error| error.to_string())?;
    let lowered = scratch.path().join("lowered.bc");
    let optimised = scratch.path().join("optimised.bc");
    for arguments in [
        &["check"][..],
        &["effects"],
        &["opt", "-o", process::text(&optimised)],
        &["lower", "-o", process::text(&lowered)],
    ] {
        let taken = measure::run(process::croft().args(arguments).arg(&path), LIMITS);
        let command = arguments[0];
        let right = match (end, command, taken.code) {
            (Unreadable, _, Some(2)) => {
                taken.stderr.starts_with("croft: ") && !taken.stderr.contains("internal error")
            }
            (Unreadable, ..) => false,
            (Accepted, "check", code) => code == Some(0),
            (Rejected, "check", code) => code == Some(1),
            (Judged, "check", code) => code == Some(0) || code == Some(1),
            (_, "effects", code) => code == Some(0),
            (_, _, Some(0 | 1)) => true,
            // Lowering may say that it cannot: the verifier of what was lowered, or an operation on what is no handle.
            (_, _, Some(2)) => {
                taken.stderr.starts_with("croft: ") && !taken.stderr.contains("internal error")
            }
            _ => false,
        };
        println!(
            "{command}: {:.2} s, {} MiB, status {:?}",
            taken.processor.as_secs_f64(),
            taken.kibibytes >> 10,
            taken.code
        );
        if !right {
            let start: String = taken.stderr.chars().take(2000).collect();
            return Err(format!(
                "{command}: status {:?}, signal {:?}, {:.1} s, {} MiB\n{start}",
                taken.code,
                taken.signal,
                taken.processor.as_secs_f64(),
                taken.kibibytes >> 10
            ));
        }
        if taken.kibibytes > MEMORY {
            return Err(format!("{command}: {} MiB", taken.kibibytes >> 10));
        }
    }
    Ok(())
}
