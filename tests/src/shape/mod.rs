//! Modules of unusual shapes, as text: what `tests/suites/shapes.rs` runs the command on.

pub mod data;
pub mod flow;
pub mod oddity;

/// The operations, and functions without effects.
pub const OPERATIONS: &str = "\
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @croft.reset(ptr)
declare void @croft.keepalive(ptr)
declare i1 @choice() nounwind memory(none)
declare i64 @number() nounwind memory(none)
declare void @nothing() nounwind memory(none)
";

/// A module with the operations.
pub fn module(body: &str) -> String {
    format!("{OPERATIONS}{body}")
}

/// A module of one function that has a region open around its body.
pub fn around(body: &str) -> String {
    module(&format!(
        "define void @f() {{\nentry:\n  %r = call ptr @croft.push()\n  %p = call ptr @croft.alloc(ptr %r, i64 64, i64 8)\n{body}  \
         call void @croft.pop(ptr %r)\n  ret void\n}}\n"
    ))
}

/// Text made of one piece for each number below `count`.
pub fn each(count: usize, piece: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    for index in 0..count {
        piece(&mut text, index);
    }
    text
}

/// Adds a line.
macro_rules! put {
    ($text:expr, $($arguments:tt)*) => {
        // Writing to a string does not fail.
        let _ = writeln!($text, $($arguments)*);
    };
}

use put;
