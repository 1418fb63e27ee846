//! Modules of any shape end in findings or acceptance, within limits of time and memory, and never by a signal.
//!
//! Each module is generated, checked, printed with its effects, and lowered. Status 0 and 1 are right whatever the module says;
//! status 2 is right with a message that says what croft could not do, and says so without a crash inside.

use croft_tests::measure::{self, Limits};
use croft_tests::process;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
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

/// Shapes that are not there yet, and why. A shape that passes has to leave the list.
const KNOWN: &[(&str, &str)] = &[(
    "30,000 violations",
    "each finding prints its instruction and splits the source anew: the time grows with the square",
)];

const OPERATIONS: &str = "\
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @croft.reset(ptr)
declare void @croft.keepalive(ptr)
declare i1 @choice() nounwind memory(none)
declare i64 @number() nounwind memory(none)
declare void @nothing() nounwind memory(none)
";

type Shape = (&'static str, End, fn() -> String);

const SHAPES: &[Shape] = &[
    ("an empty file", Unreadable, String::new),
    ("only declarations", Accepted, || OPERATIONS.to_owned()),
    ("no main", Accepted, || {
        module(
            "define void @f() {\n  %r = call ptr @croft.push()\n  call void @croft.pop(ptr %r)\n  ret void\n}\n",
        )
    }),
    ("empty bodies", Accepted, empty_bodies),
    ("an unreachable cycle", Accepted, unreachable_cycle),
    ("irreducible flow", Judged, irreducible),
    ("10,000 basic blocks", Accepted, || many_blocks(10_000)),
    ("10,000 basic blocks in one loop", Judged, many_blocks_in_loop),
    ("a chain of 50,000 calls", Accepted, || call_chain(50_000)),
    ("a recursion of 3,000 functions", Judged, || {
        recursion(3_000, false)
    }),
    (
        "a recursion of 3,000 functions, each of which calls three",
        Judged,
        || recursion(3_000, true),
    ),
    ("a function that is called 20,000 times", Accepted, || {
        called(20_000)
    }),
    ("a switch of 10,000 cases", Accepted, || switch(10_000)),
    ("a phi of 5,000 inputs", Accepted, || phi(5_000)),
    ("1,000 regions open at once", Accepted, || open_at_once(1_000)),
    ("400 region parameters", Judged, || region_parameters(400)),
    ("2,000 regions in turn", Accepted, || in_turn(2_000)),
    ("loops nested 200 deep", Accepted, || nested_loops(200)),
    ("structures nested 1,000 deep", Accepted, || {
        nested_structures(1_000)
    }),
    ("structures that hold themselves", Unreadable, || {
        "%a = type { %b }\n%b = type { %a }\n@x = global %a zeroinitializer\n".to_owned()
    }),
    (
        "structures that point to one another",
        Accepted,
        recursive_structures,
    ),
    ("an array of 2^60 bytes", Judged, huge_array),
    ("zero-sized types", Accepted, zero_sized),
    ("an indirect branch", Judged, indirect_branch),
    ("a branch out of assembly", Judged, assembly_branch),
    ("10,000 parameters", Judged, || parameters(10_000)),
    ("100,000 globals that point to one another", Accepted, || {
        globals(100_000)
    }),
    ("a constant expression nested 5,000 deep", Accepted, || {
        constant_expression(5_000)
    }),
    ("a constant structure nested 2,000 deep", Accepted, || {
        constant_structure(2_000)
    }),
    ("5,000 landing pads", Accepted, || landing_pads(5_000)),
    ("3,000 stack slots that point to one another", Judged, || {
        slots(3_000)
    }),
    ("2,000 objects that point to one another", Accepted, || {
        objects(2_000)
    }),
    ("a chain of 20,000 selects", Accepted, || selects(20_000)),
    ("a chain of 5,000 loads", Accepted, || loads(5_000)),
    ("a block of 50,000 calls", Accepted, || straight(50_000)),
    ("2,000 violations", Rejected, || violations(2_000)),
    ("30,000 violations", Rejected, || violations(30_000)),
    ("handles that are no handles", Rejected, strange_handles),
    ("aliases, an ifunc and other linkage", Judged, aliases),
    ("what C does not have", Judged, strange_instructions),
    ("names of any bytes", Accepted, strange_names),
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
    let outcome = judge(end, text);
    match (KNOWN.iter().find(|(known, _)| *known == name), outcome) {
        (None, outcome) => outcome.map_err(Failed::from),
        (Some(_), Err(_)) => Ok(()),
        (Some((_, why)), Ok(())) => Err(format!("passes: take it off the list ({why})").into()),
    }
}

fn judge(end: End, text: fn() -> String) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = scratch.path().join("shape.ll");
    std::fs::write(&path, text()).map_err(|error| error.to_string())?;
    let lowered = scratch.path().join("lowered.bc");
    for arguments in [
        &["check"][..],
        &["effects"],
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

fn module(body: &str) -> String {
    format!("{OPERATIONS}{body}")
}

/// A module of one function that has a region open around its body.
fn around(body: &str) -> String {
    module(&format!(
        "define void @f() {{\nentry:\n  %r = call ptr @croft.push()\n  %p = call ptr @croft.alloc(ptr %r, i64 64, i64 8)\n{body}  \
         call void @croft.pop(ptr %r)\n  ret void\n}}\n"
    ))
}

/// Text made of one piece for each number below `count`.
fn each(count: usize, piece: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    for index in 0..count {
        piece(&mut text, index);
    }
    text
}

macro_rules! put {
    ($text:expr, $($arguments:tt)*) => {
        // Writing to a string does not fail.
        let _ = writeln!($text, $($arguments)*);
    };
}

fn empty_bodies() -> String {
    module(
        "define void @f() {\n  ret void\n}\ndefine void @g() {\n  unreachable\n}\ndefine void @h() {\n  br label %a\na:\n  br label %a\n}\n",
    )
}

fn unreachable_cycle() -> String {
    around(
        "  br label %end\ndead:\n  %x = phi ptr [ %y, %other ], [ %p, %dead ]\n  call void @croft.pop(ptr %r)\n  %t = call i1 @choice()\n  \
         br i1 %t, label %dead, label %other\nother:\n  %y = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  store ptr %y, ptr %x\n  br label %dead\nend:\n",
    )
}

fn irreducible() -> String {
    around(
        "  %c = call i1 @choice()\n  br i1 %c, label %a, label %b\na:\n  %x = phi ptr [ %p, %entry ], [ %y, %b ]\n  \
         %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  %d = call i1 @choice()\n  br i1 %d, label %b, label %c1\nb:\n  \
         %y = phi ptr [ %p, %entry ], [ %x, %a ]\n  store i64 1, ptr %y\n  %e = call i1 @choice()\n  br i1 %e, label %a, label %c1\nc1:\n",
    )
}

fn many_blocks(count: usize) -> String {
    let mut body = "  br label %b0\n".to_owned();
    body += &each(count / 2, |text, i| {
        let next = i + 1;
        put!(
            text,
            "b{i}:\n  %t{i} = call i1 @choice()\n  br i1 %t{i}, label %c{i}, label %b{next}\nc{i}:\n  store i64 {i}, ptr %p\n  br label %b{next}"
        );
    });
    around(&format!("{body}b{}:\n", count / 2))
}

fn many_blocks_in_loop() -> String {
    let mut body = "  br label %b0\n".to_owned();
    body += &each(5_000, |text, i| {
        let next = i + 1;
        let back = i / 2;
        put!(
            text,
            "b{i}:\n  %t{i} = call i1 @choice()\n  br i1 %t{i}, label %c{i}, label %b{next}\nc{i}:\n  store i64 {i}, ptr %p\n  %u{i} = call i1 @choice()\n  br i1 %u{i}, label %b{back}, label %b{next}"
        );
    });
    around(&format!("{body}b5000:\n"))
}

fn call_chain(count: usize) -> String {
    let mut text = module(
        "define void @f0(ptr %r, ptr %p) nounwind {\n  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  store i64 1, ptr %p\n  ret void\n}\n",
    );
    for i in 1..count {
        put!(
            text,
            "define void @f{i}(ptr %r, ptr %p) nounwind {{\n  call void @f{}(ptr %r, ptr %p)\n  ret void\n}}",
            i - 1
        );
    }
    let last = count - 1;
    put!(
        text,
        "define void @top() nounwind {{\n  %r = call ptr @croft.push()\n  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  call void @f{last}(ptr %r, ptr %p)\n  call void @croft.pop(ptr %r)\n  ret void\n}}"
    );
    text
}

fn recursion(count: usize, dense: bool) -> String {
    let mut text = module("");
    for i in 0..count {
        let (next, far, back) = ((i + 1) % count, (i * 7 + 3) % count, (i + count - 1) % count);
        put!(
            text,
            "define ptr @f{i}(ptr %p, ptr %q, i64 %n) nounwind {{\nentry:\n  %t = icmp eq i64 %n, {i}\n  br i1 %t, label %a, label %b\na:\n  ret ptr %p\nb:\n  %s = call ptr @croft.push()\n  %o = call ptr @croft.alloc(ptr %s, i64 16, i64 8)\n  store ptr %p, ptr %o\n  %x = call ptr @f{next}(ptr %o, ptr %q, i64 %n)\n  store i64 3, ptr %o\n  call void @croft.pop(ptr %s)"
        );
        if dense {
            put!(
                text,
                "  %y = call ptr @f{far}(ptr %q, ptr %p, i64 %n)\n  %z = call ptr @f{back}(ptr %p, ptr %y, i64 %n)\n  ret ptr %z\n}}"
            );
        } else {
            put!(text, "  ret ptr %q\n}}");
        }
    }
    text
}

fn called(count: usize) -> String {
    let calls = each(count, |text, i| {
        put!(text, "  %x{i} = call ptr @callee(ptr %r, ptr %p)");
    });
    format!(
        "{}define ptr @callee(ptr %r, ptr %p) nounwind {{\n  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  store ptr %p, ptr %q\n  ret ptr %q\n}}\n",
        around(&calls)
    )
}

fn switch(count: usize) -> String {
    let cases = each(count, |text, i| {
        put!(text, "    i64 {i}, label %c{}", i % 5_000);
    });
    let blocks = each(5_000, |text, i| {
        put!(text, "c{i}:\n  store i64 {i}, ptr %p\n  br label %end");
    });
    around(&format!(
        "  %n = call i64 @number()\n  switch i64 %n, label %end [\n{cases}  ]\n{blocks}end:\n"
    ))
}

fn phi(count: usize) -> String {
    let cases = each(count, |text, i| {
        put!(text, "    i64 {i}, label %c{i}");
    });
    let blocks = each(count, |text, i| {
        put!(
            text,
            "c{i}:\n  %p{i} = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  br label %end"
        );
    });
    let inputs: Vec<String> = (0..count).map(|i| format!("[ %p{i}, %c{i} ]")).collect();
    around(&format!(
        "  %n = call i64 @number()\n  switch i64 %n, label %c0 [\n{cases}  ]\n{blocks}end:\n  %x = phi ptr {}\n  store i64 1, ptr %x\n",
        inputs.join(", ")
    ))
}

fn open_at_once(count: usize) -> String {
    let mut body = each(count, |text, i| {
        put!(
            text,
            "  %r{i} = call ptr @croft.push()\n  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 16, i64 8)"
        );
        if i > 0 {
            put!(text, "  store ptr %p{}, ptr %p{i}", i - 1);
        }
    });
    for i in (0..count).rev() {
        put!(body, "  call void @croft.pop(ptr %r{i})");
    }
    around(&body)
}

fn region_parameters(count: usize) -> String {
    let list = |form: &dyn Fn(usize) -> String| (0..count).map(form).collect::<Vec<_>>().join(", ");
    let puts = each(count, |text, i| {
        put!(
            text,
            "  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 16, i64 8)\n  store ptr %p{}, ptr %p{i}",
            i.saturating_sub(1)
        );
    });
    let mut text = module(&format!(
        "define void @g({}) nounwind {{\n{puts}  ret void\n}}\n",
        list(&|i| format!("ptr %r{i}"))
    ));
    let pushes = each(count, |text, i| {
        put!(text, "  %r{i} = call ptr @croft.push()");
    });
    put!(
        text,
        "define void @f() nounwind {{\n{pushes}  call void @g({})",
        list(&|i| format!("ptr %r{i}"))
    );
    for i in (0..count).rev() {
        put!(text, "  call void @croft.pop(ptr %r{i})");
    }
    text + "  ret void\n}\n"
}

fn in_turn(count: usize) -> String {
    around(&each(count, |text, i| {
        put!(
            text,
            "  %r{i} = call ptr @croft.push()\n  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 16, i64 8)\n  store ptr %p, ptr %p{i}\n  call void @croft.pop(ptr %r{i})"
        );
    }))
}

fn nested_loops(depth: usize) -> String {
    let mut body = "  br label %h0\n".to_owned();
    for i in 0..depth {
        let before = if i == 0 {
            "entry".to_owned()
        } else {
            format!("h{}", i - 1)
        };
        put!(
            body,
            "h{i}:\n  %i{i} = phi i64 [ 0, %{before} ], [ %j{i}, %l{i} ]\n  %s{i} = call ptr @croft.push()\n  %q{i} = call ptr @croft.alloc(ptr %s{i}, i64 8, i64 8)\n  store ptr %p, ptr %q{i}"
        );
        if i + 1 == depth {
            put!(body, "  br label %l{i}");
        } else {
            put!(body, "  br label %h{}", i + 1);
        }
    }
    for i in (0..depth).rev() {
        let after = if i == 0 {
            "end".to_owned()
        } else {
            format!("l{}", i - 1)
        };
        put!(
            body,
            "l{i}:\n  call void @croft.pop(ptr %s{i})\n  %j{i} = add i64 %i{i}, 1\n  %t{i} = icmp slt i64 %j{i}, 9\n  br i1 %t{i}, label %h{i}, label %{after}"
        );
    }
    around(&format!("{body}end:\n"))
}

fn nested_structures(depth: usize) -> String {
    let types = each(depth, |text, i| {
        if i == 0 {
            put!(text, "%t0 = type {{ ptr, i64 }}");
        } else {
            put!(text, "%t{i} = type {{ i8, %t{}, ptr }}", i - 1);
        }
    });
    let last = depth - 1;
    format!(
        "{types}@g = global %t{last} zeroinitializer\n{}",
        around(&format!(
            "  %s = alloca %t{last}\n  %x = load %t{last}, ptr @g\n  store %t{last} %x, ptr %s\n  %e = getelementptr %t{last}, ptr %s, i32 0, i32 2\n  store ptr %p, ptr %e\n"
        ))
    )
}

fn recursive_structures() -> String {
    format!(
        "%a = type {{ ptr, %c }}\n%b = type {{ ptr, [2 x %c] }}\n%c = type {{ ptr, ptr (%q)* }}\n%q = type opaque\n@x = global %a {{ ptr @y, %c zeroinitializer }}\n@y = global %b {{ ptr @x, [2 x %c] zeroinitializer }}\n{}",
        around("")
    )
    .replace("ptr (%q)*", "ptr")
}

fn huge_array() -> String {
    format!(
        "@big = external global [1152921504606846976 x i8]\n%h = type [1152921504606846976 x ptr]\n{}",
        around(
            "  %s = alloca [1152921504606846976 x i8]\n  %e = getelementptr [1152921504606846976 x i8], ptr @big, i64 0, i64 1152921504606846975\n  \
             %o = getelementptr %h, ptr %p, i64 3, i64 1152921504606846975\n  store ptr %s, ptr %p\n  \
             %q = call ptr @croft.alloc(ptr %r, i64 1152921504606846976, i64 8)\n"
        )
    )
}

fn zero_sized() -> String {
    format!(
        "%z = type {{}}\n@e = global %z zeroinitializer\n@f0 = global [0 x ptr] zeroinitializer\n{}",
        around(
            "  %s = alloca %z\n  %a = alloca [0 x ptr]\n  %x = load %z, ptr %s\n  store %z %x, ptr %p\n  %q = call ptr @croft.alloc(ptr %r, i64 0, i64 1)\n  \
             %y = getelementptr %z, ptr %q, i64 5\n  %l = load [0 x ptr], ptr %a\n  store [0 x ptr] %l, ptr %q\n  store %z zeroinitializer, ptr %y\n"
        )
    )
}

fn indirect_branch() -> String {
    around(
        "  %t = alloca [2 x ptr]\n  store ptr blockaddress(@f, %a), ptr %t\n  %x = load ptr, ptr %t\n  indirectbr ptr %x, [label %a, label %b, label %a]\n\
         a:\n  store i64 1, ptr %p\n  br label %b\nb:\n",
    )
}

fn assembly_branch() -> String {
    around(
        "  callbr void asm sideeffect \"\", \"r,!i\"(i64 1) to label %a [label %b]\na:\n  store i64 1, ptr %p\n  br label %b\nb:\n",
    )
}

fn parameters(count: usize) -> String {
    let list = |form: &dyn Fn(usize) -> String| (0..count).map(form).collect::<Vec<_>>().join(", ");
    let stores = each(count, |text, i| {
        if i > 0 {
            put!(text, "  store ptr %a{i}, ptr %a{}", i - 1);
        }
    });
    let arguments = list(&|_| "ptr %p".to_owned());
    format!(
        "{}define void @g({}) nounwind {{\n{stores}  ret void\n}}\n",
        around(&format!("  call void @g({arguments})\n")),
        list(&|i| format!("ptr %a{i}"))
    )
}

fn globals(count: usize) -> String {
    let globals = each(count, |text, i| {
        put!(
            text,
            "@g{i} = global {{ ptr, ptr }} {{ ptr @g{}, ptr @g{} }}",
            (i + 1) % count,
            i * 7 % count
        );
    });
    globals + &around("  store i64 3, ptr %p\n  %x = load ptr, ptr @g5\n  store ptr %x, ptr %p\n")
}

fn constant_expression(depth: usize) -> String {
    let mut expression = "ptrtoint (ptr @g to i64)".to_owned();
    for i in 0..depth {
        expression = format!("sub (i64 {i}, i64 {expression})");
    }
    format!(
        "@g = global i64 0\n@h = global i64 {expression}\n{}",
        around("  %x = load i64, ptr @h\n  store i64 %x, ptr %p\n")
    )
}

fn constant_structure(depth: usize) -> String {
    let (mut ty, mut value) = ("ptr".to_owned(), "ptr @g".to_owned());
    for _ in 0..depth {
        value = format!("{{ i8, {ty} }} {{ i8 1, {value} }}");
        ty = format!("{{ i8, {ty} }}");
        // Types print their whole nesting; the text grows with the square of the depth.
        if value.len() > 20 << 20 {
            break;
        }
    }
    format!(
        "@g = global i64 0\n@h = global {value}\n{}",
        around("  %x = load ptr, ptr @h\n  store ptr %x, ptr %p\n")
    )
}

fn landing_pads(count: usize) -> String {
    let mut body = String::new();
    for i in 0..count {
        put!(
            body,
            "  invoke void @may() to label %b{i} unwind label %l{i}\nl{i}:\n  %e{i} = landingpad {{ ptr, i32 }} cleanup\n  call void @croft.pop(ptr %r)\n  resume {{ ptr, i32 }} %e{i}\nb{i}:"
        );
    }
    let text = around(&body).replacen(
        "define void @f()",
        "define void @f() personality ptr @__gxx_personality_v0",
        1,
    );
    format!("declare i32 @__gxx_personality_v0(...)\ndeclare void @may() memory(none)\n{text}")
}

fn slots(count: usize) -> String {
    let allocas = each(count, |text, i| {
        put!(text, "  %s{i} = alloca [2 x ptr]");
    });
    let stores = each(count, |text, i| {
        put!(
            text,
            "  %e{i} = getelementptr [2 x ptr], ptr %s{i}, i64 0, i64 1\n  store ptr %s{}, ptr %s{i}\n  store ptr %s{}, ptr %e{i}",
            (i + 1) % count,
            i * 7 % count
        );
    });
    around(&format!(
        "{allocas}{stores}  store ptr %s0, ptr %p\n  %x = load ptr, ptr %s0\n  %y = load ptr, ptr %x\n  store ptr %p, ptr %y\n"
    ))
}

fn objects(count: usize) -> String {
    around(&each(count, |text, i| {
        let before = if i == 0 {
            "%p".to_owned()
        } else {
            format!("%o{}", i - 1)
        };
        put!(
            text,
            "  %o{i} = call ptr @croft.alloc(ptr %r, i64 16, i64 8)\n  store ptr {before}, ptr %o{i}\n  store ptr %o{i}, ptr {before}"
        );
    }))
}

fn selects(count: usize) -> String {
    let mut body =
        "  %c = call i1 @choice()\n  %x0 = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n".to_owned();
    for i in 1..count {
        put!(body, "  %x{i} = select i1 %c, ptr %x{}, ptr %p", i - 1);
    }
    around(&format!("{body}  store i64 1, ptr %x{}\n", count - 1))
}

fn loads(count: usize) -> String {
    let mut body = "  store ptr %p, ptr %p\n  %x0 = load ptr, ptr %p\n".to_owned();
    for i in 1..count {
        put!(
            body,
            "  %x{i} = load ptr, ptr %x{}\n  store ptr %x{i}, ptr %x{}",
            i - 1,
            i - 1
        );
    }
    around(&body)
}

fn straight(count: usize) -> String {
    around(&each(count, |text, _| {
        put!(text, "  call void @nothing()");
    }))
}

fn violations(count: usize) -> String {
    let mut body = "  call void @croft.reset(ptr %r)\n".to_owned();
    body += &each(count, |text, i| {
        put!(text, "  %x{i} = load i64, ptr %p");
    });
    around(&body)
}

fn strange_handles() -> String {
    module(
        "@g = global ptr null\n\
         define void @a() {\n  call void @croft.pop(ptr null)\n  ret void\n}\n\
         define void @b() {\n  call void @croft.pop(ptr undef)\n  ret void\n}\n\
         define void @c() {\n  call void @croft.pop(ptr poison)\n  ret void\n}\n\
         define void @d() {\n  call void @croft.pop(ptr @g)\n  ret void\n}\n\
         define void @e() {\n  call void @croft.pop(ptr inttoptr (i64 64 to ptr))\n  ret void\n}\n\
         define void @f() {\n  call void @croft.pop(ptr @f)\n  ret void\n}\n\
         define ptr @h() {\n  %p = call ptr @croft.alloc(ptr null, i64 -1, i64 0)\n  ret ptr %p\n}\n\
         define void @i(ptr %r) {\n  call void @croft.pop(ptr %r)\n  call void @croft.pop(ptr %r)\n  call void @croft.pop(ptr %r)\n  ret void\n}\n",
    )
}

fn aliases() -> String {
    let text = around(
        "  call void @alias(ptr %p)\n  call void @weak(ptr %p)\n  call void @chain(ptr %p)\n  call void @ifunc(ptr %p)\n",
    );
    format!(
        "{text}@alias = alias void (ptr), ptr @target\n@chain = alias void (ptr), ptr @alias\n@ifunc = ifunc void (ptr), ptr @resolve\n\
         define void @target(ptr %p) nounwind {{\n  store i64 1, ptr %p\n  ret void\n}}\n\
         define weak void @weak(ptr %p) {{\n  ret void\n}}\n\
         define available_externally void @available(ptr %p) {{\n  ret void\n}}\n\
         define internal ptr @resolve() {{\n  ret ptr @target\n}}\n\
         @tls = thread_local global ptr null\n@common = common global i64 0\n@extern = extern_weak global i64\n\
         @llvm.used = appending global [1 x ptr] [ptr @target], section \"llvm.metadata\"\n\
         @llvm.global_ctors = appending global [1 x {{ i32, ptr, ptr }}] [{{ i32, ptr, ptr }} {{ i32 65535, ptr @f, ptr null }}]\n"
    )
}

fn strange_instructions() -> String {
    let text = around(
        "  %v = insertelement <4 x ptr> poison, ptr %p, i32 1\n  %w = shufflevector <4 x ptr> %v, <4 x ptr> %v, <4 x i32> <i32 1, i32 1, i32 5, i32 0>\n  \
         %g = getelementptr i8, <4 x ptr> %w, <4 x i64> <i64 0, i64 1, i64 2, i64 3>\n  %e = extractelement <4 x ptr> %g, i32 0\n  store i8 1, ptr %e\n  \
         %s = insertvalue { ptr, { ptr, i64 } } poison, ptr %p, 1, 0\n  %t = extractvalue { ptr, { ptr, i64 } } %s, 1, 0\n  %u = freeze ptr %t\n  store i64 1, ptr %u\n  \
         %c = cmpxchg ptr %p, ptr null, ptr %p seq_cst acquire\n  %x = atomicrmw xchg ptr %p, ptr %p monotonic\n  %d = atomicrmw fadd ptr %p, double 1.0 monotonic\n  \
         %a = addrspacecast ptr %p to ptr addrspace(1)\n  %b = addrspacecast ptr addrspace(1) %a to ptr\n  store i64 2, ptr %b\n  fence seq_cst\n  \
         %n = load i65536, ptr %p\n  %m = add i65536 %n, 1\n  store i65536 %m, ptr %p\n  %q = load <vscale x 2 x ptr>, ptr %p\n  store <vscale x 2 x ptr> %q, ptr %p\n  \
         call void (ptr, ...) @variadic(ptr %p, i64 1, ptr %p)\n  call void @tail(ptr %p)\n",
    );
    format!(
        "{text}declare void @variadic(ptr, ...) nounwind memory(none)\n\
         define void @tail(ptr byval([4 x i64]) align 8 %p) nounwind {{\n  musttail call void @tail(ptr byval([4 x i64]) align 8 %p)\n  ret void\n}}\n\
         define fastcc void @token() convergent {{\n  %t = call token @llvm.experimental.convergence.anchor()\n  ret void\n}}\ndeclare token @llvm.experimental.convergence.anchor()\n\
         define void @seh() personality ptr @__CxxFrameHandler3 {{\n  invoke void @may() to label %a unwind label %s\na:\n  ret void\ns:\n  %c = catchswitch within none [label %h] unwind to caller\nh:\n  %p = catchpad within %c [ptr null, i32 64, ptr null]\n  catchret from %p to label %a\n}}\n\
         declare void @may()\ndeclare i32 @__CxxFrameHandler3(...)\n"
    )
}

fn strange_names() -> String {
    around("  call void @\"\\01\\FF\\7F{}\\22\"(ptr %p)\n  call void @\"ünïcödé\"(ptr %p)\n")
        + "define void @\"\\01\\FF\\7F{}\\22\"(ptr %p) nounwind {\n  store i64 1, ptr %p\n  ret void\n}\ndefine void @\"ünïcödé\"(ptr %p) nounwind {\n  store i64 1, ptr %p\n  ret void\n}\n"
}
