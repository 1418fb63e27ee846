//! Types, constants and pointers in great numbers or great depth.

use super::{around, each, module, put};
use std::fmt::Write;

/// Structures inside one another.
pub fn nested_structures(depth: usize) -> String {
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

/// Structures that point to one another.
pub fn recursive_structures() -> String {
    format!(
        "%a = type {{ ptr, %c }}\n%b = type {{ ptr, [2 x %c] }}\n%c = type {{ ptr, ptr (%q)* }}\n%q = type opaque\n@x = global %a {{ ptr @y, %c zeroinitializer }}\n@y = global %b {{ ptr @x, [2 x %c] zeroinitializer }}\n{}",
        around("")
    )
    .replace("ptr (%q)*", "ptr")
}

/// Objects that no memory holds.
pub fn huge_array() -> String {
    format!(
        "@big = external global [1152921504606846976 x i8]\n%h = type [1152921504606846976 x ptr]\n{}",
        around(
            "  %s = alloca [1152921504606846976 x i8]\n  %e = getelementptr [1152921504606846976 x i8], ptr @big, i64 0, i64 1152921504606846975\n  \
             %o = getelementptr %h, ptr %p, i64 3, i64 1152921504606846975\n  store ptr %s, ptr %p\n  \
             %q = call ptr @croft.alloc(ptr %r, i64 1152921504606846976, i64 8)\n"
        )
    )
}

/// Types without bytes.
pub fn zero_sized() -> String {
    format!(
        "%z = type {{}}\n@e = global %z zeroinitializer\n@f0 = global [0 x ptr] zeroinitializer\n{}",
        around(
            "  %s = alloca %z\n  %a = alloca [0 x ptr]\n  %x = load %z, ptr %s\n  store %z %x, ptr %p\n  %q = call ptr @croft.alloc(ptr %r, i64 0, i64 1)\n  \
             %y = getelementptr %z, ptr %q, i64 5\n  %l = load [0 x ptr], ptr %a\n  store [0 x ptr] %l, ptr %q\n  store %z zeroinitializer, ptr %y\n"
        )
    )
}

/// A function with so many parameters, and its caller.
pub fn parameters(count: usize) -> String {
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

/// So many globals whose initialisers point to one another.
pub fn globals(count: usize) -> String {
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

/// An expression of constants inside one another.
pub fn constant_expression(depth: usize) -> String {
    let mut expression = "ptrtoint (ptr @g to i64)".to_owned();
    for i in 0..depth {
        expression = format!("sub (i64 {i}, i64 {expression})");
    }
    format!(
        "@g = global i64 0\n@h = global i64 {expression}\n{}",
        around("  %x = load i64, ptr @h\n  store i64 %x, ptr %p\n")
    )
}

/// A constant structure of structures.
pub fn constant_structure(depth: usize) -> String {
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

/// Stack slots that hold one another's addresses.
pub fn slots(count: usize) -> String {
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

/// Objects of one region that hold one another's addresses.
pub fn objects(count: usize) -> String {
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

/// A chain of selects.
pub fn selects(count: usize) -> String {
    let mut body =
        "  %c = call i1 @choice()\n  %x0 = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n".to_owned();
    for i in 1..count {
        put!(body, "  %x{i} = select i1 %c, ptr %x{}, ptr %p", i - 1);
    }
    around(&format!("{body}  store i64 1, ptr %x{}\n", count - 1))
}

/// A chain of loads, each through what the one before found.
pub fn loads(count: usize) -> String {
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

/// A condition that is the conjunction of the one before with itself.
pub fn conditions(count: usize) -> String {
    let mut body = "  %x0 = call i1 @choice()\n".to_owned();
    for i in 1..count {
        put!(body, "  %x{i} = select i1 %x{}, i1 %x{}, i1 false", i - 1, i - 1);
    }
    let last = count - 1;
    around(&format!(
        "{body}  br i1 %x{last}, label %a, label %b\na:\n  store i64 1, ptr %p\n  br label %b\nb:\n  br i1 %x{last}, label %c, label %d\n\
         c:\n  store i64 2, ptr %p\n  br label %d\nd:\n"
    ))
}

/// A structure that is passed by value and read through a chain of addresses.
pub fn addresses(count: usize) -> String {
    let mut body = String::new();
    for i in 1..count {
        put!(body, "  %x{i} = getelementptr i8, ptr %x{}, i64 1", i - 1);
    }
    module(&format!(
        "define i8 @f(ptr byval([64 x i8]) %x0) {{\n{body}  %v = load i8, ptr %x{}\n  ret i8 %v\n}}\n",
        count - 1
    ))
}

/// Functions that store what their parameters point to in one another, each of which calls the one before twice, with the
/// parameters in another order.
pub fn crossing(params: usize, functions: usize) -> String {
    let list = |form: &dyn Fn(usize) -> String| (0..params).map(form).collect::<Vec<_>>().join(", ");
    let mut text = module("");
    for k in 0..functions {
        put!(
            text,
            "define internal void @f{k}({}) nounwind {{",
            list(&|i| format!("ptr %a{i}"))
        );
        for i in 0..params {
            let (from, to, holder) = (8 * ((i + k) % 20), 8 * (i % 20), i * 7 % params);
            put!(
                text,
                "  %g{i} = getelementptr i8, ptr %a{i}, i64 {from}\n  %l{i} = load ptr, ptr %g{i}\n  \
                 %h{i} = getelementptr i8, ptr %a{holder}, i64 {to}\n  store ptr %l{i}, ptr %h{i}"
            );
        }
        if k > 0 {
            let before = k - 1;
            let next = list(&|i| format!("ptr %a{}", (i + params - 1) % params));
            let mixed = list(&|i| format!("ptr %a{}", (i * 3 + params - 1) % params));
            put!(
                text,
                "  call void @f{before}({next})\n  call void @f{before}({mixed})"
            );
        }
        put!(text, "  ret void\n}}");
    }
    let objects = each(params, |text, i| {
        put!(text, "  %a{i} = call ptr @croft.alloc(ptr %r, i64 200, i64 8)");
    });
    put!(
        text,
        "define void @top() nounwind {{\n  %r = call ptr @croft.push()\n{objects}  call void @f{}({})\n  call void @croft.pop(ptr %r)\n  ret void\n}}",
        functions - 1,
        list(&|i| format!("ptr %a{i}"))
    );
    text
}
