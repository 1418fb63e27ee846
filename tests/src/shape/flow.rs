//! Basic blocks, calls, loops and regions in great numbers or great depth.

use super::{around, each, module, put};
use std::fmt::Write;

/// Functions that do nothing, end nowhere, or go round for ever.
pub fn empty_bodies() -> String {
    module(
        "define void @f() {\n  ret void\n}\ndefine void @g() {\n  unreachable\n}\ndefine void @h() {\n  br label %a\na:\n  br label %a\n}\n",
    )
}

/// Operations in a cycle that nothing leads to.
pub fn unreachable_cycle() -> String {
    around(
        "  br label %end\ndead:\n  %x = phi ptr [ %y, %other ], [ %p, %dead ]\n  call void @croft.pop(ptr %r)\n  %t = call i1 @choice()\n  \
         br i1 %t, label %dead, label %other\nother:\n  %y = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  store ptr %y, ptr %x\n  br label %dead\nend:\n",
    )
}

/// A cycle with two entries.
pub fn irreducible() -> String {
    around(
        "  %c = call i1 @choice()\n  br i1 %c, label %a, label %b\na:\n  %x = phi ptr [ %p, %entry ], [ %y, %b ]\n  \
         %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  %d = call i1 @choice()\n  br i1 %d, label %b, label %c1\nb:\n  \
         %y = phi ptr [ %p, %entry ], [ %x, %a ]\n  store i64 1, ptr %y\n  %e = call i1 @choice()\n  br i1 %e, label %a, label %c1\nc1:\n",
    )
}

/// So many basic blocks, one after the other.
pub fn many_blocks(count: usize) -> String {
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

/// Basic blocks with edges back to the middle of what came before.
pub fn many_blocks_in_loop() -> String {
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

/// Functions, each of which calls the one before.
pub fn call_chain(count: usize) -> String {
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

/// Functions that call one another in a ring; `dense` adds chords.
pub fn recursion(count: usize, dense: bool) -> String {
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

/// One function with so many callers' places.
pub fn called(count: usize) -> String {
    let calls = each(count, |text, i| {
        put!(text, "  %x{i} = call ptr @callee(ptr %r, ptr %p)");
    });
    format!(
        "{}define ptr @callee(ptr %r, ptr %p) nounwind {{\n  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  store ptr %p, ptr %q\n  ret ptr %q\n}}\n",
        around(&calls)
    )
}

/// A switch with so many cases.
pub fn switch(count: usize) -> String {
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

/// A phi with so many inputs, each a fresh object.
pub fn phi(count: usize) -> String {
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

/// So many regions open at one time.
pub fn open_at_once(count: usize) -> String {
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

/// A function with so many region parameters, and its caller.
pub fn region_parameters(count: usize) -> String {
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

/// So many regions, one after the other.
pub fn in_turn(count: usize) -> String {
    around(&each(count, |text, i| {
        put!(
            text,
            "  %r{i} = call ptr @croft.push()\n  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 16, i64 8)\n  store ptr %p, ptr %p{i}\n  call void @croft.pop(ptr %r{i})"
        );
    }))
}

/// Loops inside one another, each with a region for each iteration.
pub fn nested_loops(depth: usize) -> String {
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

/// So many calls that may unwind, each with its landing pad.
pub fn landing_pads(count: usize) -> String {
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

/// One basic block with so many calls.
pub fn straight(count: usize) -> String {
    around(&each(count, |text, _| {
        put!(text, "  call void @nothing()");
    }))
}

/// So many reads of what has ended.
pub fn violations(count: usize) -> String {
    let mut body = "  call void @croft.reset(ptr %r)\n".to_owned();
    body += &each(count, |text, i| {
        put!(text, "  %x{i} = load i64, ptr %p");
    });
    around(&body)
}

/// Basic blocks that each allocate, all in one loop: of the function's own region, of one that each turn opens, and of the caller's.
pub fn allocations(count: usize) -> String {
    let blocks = each(count, |text, i| {
        put!(
            text,
            "b{i}:\n  %p{i} = call ptr @croft.alloc(ptr %r, i64 16, i64 8)\n  %q{i} = call ptr @croft.alloc(ptr %s, i64 16, i64 8)\n  \
             %o{i} = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)\n  store ptr null, ptr %o{i}\n  store ptr null, ptr %q{i}\n  %c{i} = call i1 @choice()\n  \
             br i1 %c{i}, label %b{}, label %latch",
            i + 1
        );
    });
    module(&format!(
        "declare ptr @croft.push.bounded(i64)\n\
         define void @f(ptr %outer) {{\nentry:\n  %r = call ptr @croft.push.bounded(i64 1000)\n  br label %turn\nturn:\n  %s = call ptr @croft.push()\n  br label %b0\n\
         {blocks}b{count}:\n  br label %latch\nlatch:\n  call void @croft.pop(ptr %s)\n  %again = call i1 @choice()\n  br i1 %again, label %turn, label %end\n\
         end:\n  call void @croft.pop(ptr %r)\n  ret void\n}}\n"
    ))
}

/// A list with one entry for each number below `count`.
fn list(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(", ")
}

/// A recursion that passes each two of its region parameters on as one.
pub fn merging_recursion(count: usize) -> String {
    let params = list(count, |i| format!("ptr %r{i}"));
    let mut text = module(&format!(
        "define void @f({params}) nounwind {{\n  br label %b1_0\n"
    ));
    for i in 1..count {
        for j in 0..i {
            let next = if j + 1 < i {
                format!("b{i}_{}", j + 1)
            } else {
                format!("b{}_0", i + 1)
            };
            let passed = list(count, |at| format!("ptr %r{}", if at == i { j } else { at }));
            put!(
                text,
                "b{i}_{j}:\n  %t{i}_{j} = call i1 @choice()\n  br i1 %t{i}_{j}, label %x{i}_{j}, label %{next}\nx{i}_{j}:\n  call void @f({passed})\n  ret void"
            );
        }
    }
    put!(text, "b{count}_0:");
    for i in 0..count {
        put!(text, "  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 8, i64 8)");
    }
    text + "  ret void\n}\n"
}

/// Functions in a ring that pass their region parameters on in another order, and allocate into all of them.
pub fn rotating_recursion(functions: usize, params: usize) -> String {
    let mut text = module("");
    for k in 0..functions {
        put!(
            text,
            "define void @f{k}({}) nounwind {{\n  %t = call i1 @choice()\n  br i1 %t, label %a, label %b\na:",
            list(params, |i| format!("ptr %r{i}"))
        );
        for i in 0..params {
            put!(text, "  %p{i} = call ptr @croft.alloc(ptr %r{i}, i64 8, i64 8)");
        }
        put!(
            text,
            "  ret void\nb:\n  call void @f{}({})\n  call void @f{}({})\n  ret void\n}}",
            (k + 1) % functions,
            list(params, |i| format!("ptr %r{}", (i + 1) % params)),
            (k * 7 + 3) % functions,
            list(params, |i| format!("ptr %r{}", (i * 3 + k) % params))
        );
    }
    text
}

/// A phi of so many functions, and calls of it.
pub fn phi_of_functions(count: usize) -> String {
    let functions = each(count, |text, k| {
        put!(
            text,
            "define internal void @t{k}(ptr %r, ptr %p) nounwind {{\n  %q = call ptr @croft.alloc(ptr %r, i64 16, i64 8)\n  store ptr %p, ptr %q\n  ret void\n}}"
        );
    });
    let cases = each(count, |text, k| {
        put!(text, "    i64 {k}, label %c{k}");
    });
    let blocks = each(count, |text, k| {
        put!(text, "c{k}:\n  br label %end");
    });
    let inputs = list(count, |k| format!("[ @t{k}, %c{k} ]"));
    let calls = "  call void %f(ptr %r, ptr %p)\n".repeat(300);
    let body = around(&format!(
        "  %n = call i64 @number()\n  switch i64 %n, label %none [\n{cases}  ]\n{blocks}none:\n  br label %end\nend:\n  \
         %f = phi ptr [ @t0, %none ], {inputs}\n{calls}"
    ));
    body + &functions
}

/// Loops in a row, through each of which a handle is one of two regions.
pub fn phis_of_handles(count: usize) -> String {
    let mut body = "  %s = call ptr @croft.push()\n  br label %b0\n".to_owned();
    for k in 0..count {
        let (before, from) = match k {
            0 => ("%r".to_owned(), "entry".to_owned()),
            _ => (format!("%x{}", k - 1), format!("b{}", k - 1)),
        };
        put!(
            body,
            "b{k}:\n  %x{k} = phi ptr [ {before}, %{from} ], [ %s, %e{k} ]\n  %q{k} = call ptr @croft.alloc(ptr %x{k}, i64 8, i64 8)\n  \
             %t{k} = call i1 @choice()\n  br i1 %t{k}, label %e{k}, label %b{}\ne{k}:\n  br label %b{k}",
            k + 1
        );
    }
    around(&format!("{body}b{count}:\n  call void @croft.pop(ptr %s)\n"))
}
