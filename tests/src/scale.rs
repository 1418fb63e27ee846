//! Modules of a given size, by a seed, for the scale benchmark: right by construction, so the checker has to walk all of each.
//!
//! A module is a chain of functions, each of which calls some of those before it, in the proportions of a compiled C program: most of them
//! compute and move data, some take regions, some open their own. Everything is visible outside, so no optimiser may drop it.

use std::fmt::Write;

/// What a module looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Many functions of all kinds, a deep call graph.
    Program,
    /// The same with every variable in a stack slot, as compilers without optimisation write it.
    Unoptimised,
    /// One function with a basic block for every 4 instructions, a region open around all of it, and loops and regions in it. It is the same
    /// for every seed.
    OneFunction,
    /// Structures linked through several levels of calls: every function stores its arguments into one another.
    Links,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 4] = [
        Shape::Program,
        Shape::Unoptimised,
        Shape::OneFunction,
        Shape::Links,
    ];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Program => "program",
            Shape::Unoptimised => "program, stack slots",
            Shape::OneFunction => "one function",
            Shape::Links => "linked structures",
        }
    }
}

/// The text of a module with at least `size` instructions.
pub fn module(shape: Shape, size: usize, seed: u64) -> String {
    let mut writer = Writer {
        text: PRELUDE.to_owned(),
        instructions: 0,
        names: 0,
        random: seed,
    };
    match shape {
        Shape::OneFunction => writer.one_function(size),
        _ => {
            let mut index = 0;
            while writer.instructions < size {
                writer.function(shape, index);
                index += 1;
            }
        }
    }
    writer.text
}

const PRELUDE: &str = "\
%node = type { ptr, ptr, i64, [4 x double] }
@table = global [64 x i64] zeroinitializer
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @croft.reset(ptr)
declare double @sqrt(double) nounwind
declare ptr @memcpy(ptr, ptr, i64) nounwind

";

/// The kinds of functions; each has the type `i64 (ptr region, ptr node, i64)`.
const KINDS: usize = 6;

struct Writer {
    text: String,
    instructions: usize,
    names: usize,
    random: u64,
}

impl Writer {
    /// SplitMix64, below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// A line of text that is no instruction.
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An instruction without a result.
    fn run(&mut self, text: &str) {
        self.instructions += 1;
        let _ = writeln!(self.text, "  {text}");
    }

    /// An instruction with a result, whose name is returned.
    fn make(&mut self, text: &str) -> String {
        self.names += 1;
        let name = format!("%v{}", self.names);
        self.run(&format!("{name} = {text}"));
        name
    }

    fn block(&mut self, label: &str) {
        let _ = writeln!(self.text, "{label}:");
    }

    /// A call of a function before `index`, of a kind that allocates nothing in the region that it is given, or of any kind.
    fn call(&mut self, index: usize, region: &str, node: &str, number: &str, puts: bool) -> String {
        let far = self.below(40.min(index)) + 1;
        let mut callee = index - far.min(index);
        while !puts && callee > 0 && matches!(callee % KINDS, 1 | 4) {
            callee -= 1;
        }
        self.make(&format!(
            "call i64 @f{callee}(ptr {region}, ptr {node}, i64 {number})"
        ))
    }

    fn function(&mut self, shape: Shape, index: usize) {
        let kind = if shape == Shape::Links { 4 } else { index % KINDS };
        let _ = writeln!(
            self.text,
            "define i64 @f{index}(ptr %r, ptr %p, i64 %n) nounwind {{"
        );
        self.block("entry");
        let number = if shape == Shape::Unoptimised {
            self.through_slots()
        } else {
            "%n".to_owned()
        };
        let result = match kind {
            _ if index == 0 => self.compute(&number),
            0 | 3 => self.compute(&number),
            1 => self.allocate(index, &number),
            2 => self.scope(index, &number),
            4 => self.link(index, &number),
            _ => self.walk(index, &number),
        };
        self.run(&format!("ret i64 {result}"));
        self.line("}\n");
    }

    /// The number, after a walk through stack slots as `-O0` writes it.
    fn through_slots(&mut self) -> String {
        let slots: Vec<String> = (0..6).map(|_| self.make("alloca ptr")).collect();
        let number = self.make("alloca i64");
        self.run(&format!("store i64 %n, ptr {number}"));
        self.run(&format!("store ptr %p, ptr {}", slots[0]));
        for pair in slots.windows(2) {
            let value = self.make(&format!("load ptr, ptr {}", pair[0]));
            self.run(&format!("store ptr {value}, ptr {}", pair[1]));
        }
        let node = self.make(&format!("load ptr, ptr {}", slots[5]));
        let field = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 2"));
        let found = self.make(&format!("load i64, ptr {field}"));
        let loaded = self.make(&format!("load i64, ptr {number}"));
        let sum = self.make(&format!("add i64 {found}, {loaded}"));
        self.run(&format!("store i64 {sum}, ptr {number}"));
        self.make(&format!("load i64, ptr {number}"))
    }

    /// Arithmetic on a table and on the node's numbers, in a loop.
    fn compute(&mut self, number: &str) -> String {
        let id = self.names;
        self.run("br label %loop");
        self.block("loop");
        self.run(&format!("%i{id} = phi i64 [ 0, %entry ], [ %j{id}, %loop ]"));
        self.run(&format!("%s{id} = phi double [ 0.0, %entry ], [ %t{id}, %loop ]"));
        let mut sum = format!("%s{id}");
        for round in 0..4 {
            let place = self.make(&format!("getelementptr %node, ptr %p, i64 0, i32 3, i64 {round}"));
            let value = self.make(&format!("load double, ptr {place}"));
            let square = self.make(&format!("fmul double {value}, {sum}"));
            let root = self.make(&format!("call double @sqrt(double {square})"));
            self.run(&format!("store double {root}, ptr {place}"));
            sum = self.make(&format!("fadd double {root}, {value}"));
        }
        self.run(&format!("%t{id} = fadd double {sum}, 1.0"));
        self.run(&format!("%j{id} = add i64 %i{id}, 1"));
        let more = self.make(&format!("icmp slt i64 %j{id}, {number}"));
        self.run(&format!("br i1 {more}, label %loop, label %done"));
        self.block("done");
        let low = self.make(&format!("and i64 {number}, 63"));
        let place = self.make(&format!("getelementptr [64 x i64], ptr @table, i64 0, i64 {low}"));
        let old = self.make(&format!("load i64, ptr {place}"));
        let new = self.make(&format!("add i64 {old}, %j{id}"));
        self.run(&format!("store i64 {new}, ptr {place}"));
        new
    }

    /// A node in the given region, linked to the given one if that is in the same region: only what it holds is copied.
    fn allocate(&mut self, index: usize, number: &str) -> String {
        let node = self.make("call ptr @croft.alloc(ptr %r, i64 56, i64 8)");
        let field = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 2"));
        self.run(&format!("store i64 {number}, ptr {field}"));
        self.run(&format!("store ptr null, ptr {node}"));
        let second = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 1"));
        self.run(&format!("store ptr {node}, ptr {second}"));
        let found = self.call(index, "%r", &node, number, false);
        let more = self.make(&format!("icmp sgt i64 {found}, 10"));
        self.run(&format!("br i1 {more}, label %yes, label %no"));
        self.block("yes");
        let other = self.make("call ptr @croft.alloc(ptr %r, i64 56, i64 8)");
        self.make(&format!("call ptr @memcpy(ptr {other}, ptr {node}, i64 56)"));
        self.run(&format!("store ptr {other}, ptr {node}"));
        self.run("br label %no");
        self.block("no");
        let last = self.make(&format!("phi ptr [ {node}, %entry ], [ {other}, %yes ]"));
        let field = self.make(&format!("getelementptr %node, ptr {last}, i32 0, i32 2"));
        self.make(&format!("load i64, ptr {field}"))
    }

    /// A region of its own around calls, and one for each iteration of a loop.
    fn scope(&mut self, index: usize, number: &str) -> String {
        let id = self.names;
        let region = self.make("call ptr @croft.push()");
        let node = self.make(&format!("call ptr @croft.alloc(ptr {region}, i64 56, i64 8)"));
        self.run(&format!("store ptr {node}, ptr {node}"));
        let first = self.call(index, &region, &node, number, true);
        self.run("br label %loop");
        self.block("loop");
        self.run(&format!("%i{id} = phi i64 [ 0, %entry ], [ %j{id}, %loop ]"));
        let inner = self.make("call ptr @croft.push()");
        let child = self.make(&format!("call ptr @croft.alloc(ptr {inner}, i64 56, i64 8)"));
        let field = self.make(&format!("getelementptr %node, ptr {child}, i32 0, i32 1"));
        self.run(&format!("store ptr {node}, ptr {field}"));
        self.run(&format!("store ptr {node}, ptr {child}"));
        let found = self.call(index, &inner, &child, &format!("%i{id}"), true);
        self.run(&format!("call void @croft.pop(ptr {inner})"));
        self.run(&format!("%j{id} = add i64 %i{id}, 1"));
        let bound = self.make(&format!("and i64 {found}, 15"));
        let more = self.make(&format!("icmp slt i64 %j{id}, {bound}"));
        self.run(&format!("br i1 {more}, label %loop, label %done"));
        self.block("done");
        let field = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 2"));
        self.run(&format!("store i64 {first}, ptr {field}"));
        let last = self.make(&format!("load i64, ptr {field}"));
        self.run(&format!("call void @croft.pop(ptr {region})"));
        last
    }

    /// Links what the node leads to, here and in the functions that it calls.
    fn link(&mut self, index: usize, number: &str) -> String {
        let next = self.make("load ptr, ptr %p");
        let field = self.make("getelementptr %node, ptr %p, i32 0, i32 1");
        let other = self.make(&format!("load ptr, ptr {field}"));
        let odd = self.make(&format!("trunc i64 {number} to i1"));
        let chosen = self.make(&format!("select i1 {odd}, ptr {next}, ptr {other}"));
        self.run(&format!("store ptr {chosen}, ptr {field}"));
        self.run(&format!("store ptr {other}, ptr %p"));
        let node = self.make("call ptr @croft.alloc(ptr %r, i64 56, i64 8)");
        self.run(&format!("store ptr null, ptr {node}"));
        let second = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 1"));
        self.run(&format!("store ptr {node}, ptr {second}"));
        let first = self.call(index, "%r", &node, number, true);
        let found = self.call(index, "%r", "%p", number, false);
        let sum = self.make(&format!("add i64 {first}, {found}"));
        let field = self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 2"));
        self.run(&format!("store i64 {sum}, ptr {field}"));
        sum
    }

    /// Walks along a list, with a switch in the loop.
    fn walk(&mut self, index: usize, number: &str) -> String {
        let id = self.names;
        self.run("br label %loop");
        self.block("loop");
        self.run(&format!("%q{id} = phi ptr [ %p, %entry ], [ %u{id}, %next ]"));
        self.run(&format!(
            "%s{id} = phi i64 [ {number}, %entry ], [ %t{id}, %next ]"
        ));
        let field = self.make(&format!("getelementptr %node, ptr %q{id}, i32 0, i32 2"));
        let value = self.make(&format!("load i64, ptr {field}"));
        self.run(&format!(
            "switch i64 {value}, label %other [ i64 0, label %zero i64 1, label %one i64 2, label %zero ]"
        ));
        self.block("zero");
        let zero = self.make(&format!("shl i64 %s{id}, 1"));
        self.run("br label %next");
        self.block("one");
        let one = self.call(index, "%r", &format!("%q{id}"), &value, false);
        self.run("br label %next");
        self.block("other");
        let other = self.make(&format!("add i64 %s{id}, {value}"));
        self.run("br label %next");
        self.block("next");
        self.run(&format!(
            "%t{id} = phi i64 [ {zero}, %zero ], [ {one}, %one ], [ {other}, %other ]"
        ));
        self.run(&format!("%u{id} = load ptr, ptr %q{id}"));
        let end = self.make(&format!("icmp eq ptr %u{id}, null"));
        self.run(&format!("br i1 {end}, label %done, label %loop"));
        self.block("done");
        format!("%t{id}")
    }

    /// One function: a sequence of parts, each a branch, a loop or a region.
    fn one_function(&mut self, size: usize) {
        self.line("define i64 @f0(ptr %r, ptr %p, i64 %n) nounwind {");
        self.block("entry");
        let region = self.make("call ptr @croft.push()");
        let mut node = self.make(&format!("call ptr @croft.alloc(ptr {region}, i64 56, i64 8)"));
        self.run(&format!("store ptr {node}, ptr {node}"));
        self.run("br label %b0");
        let mut part = 0;
        while self.instructions + 20 < size {
            let field = {
                let _ = writeln!(self.text, "b{part}:");
                self.make(&format!("getelementptr %node, ptr {node}, i32 0, i32 2"))
            };
            let value = self.make(&format!("load i64, ptr {field}"));
            let test = self.make(&format!("icmp sgt i64 {value}, {part}"));
            match part % 10 {
                0..=4 => {
                    self.run(&format!("br i1 {test}, label %y{part}, label %n{part}"));
                    self.block(&format!("y{part}"));
                    let sum = self.make(&format!("add i64 {value}, %n"));
                    self.run(&format!("store i64 {sum}, ptr {field}"));
                    let next = self.make(&format!("load ptr, ptr {node}"));
                    self.run(&format!("br label %n{part}"));
                    self.block(&format!("n{part}"));
                    node = self.make(&format!("phi ptr [ {node}, %b{part} ], [ {next}, %y{part} ]"));
                }
                5..=7 => {
                    self.run(&format!("br label %l{part}"));
                    self.block(&format!("l{part}"));
                    self.run(&format!(
                        "%i{part} = phi i64 [ 0, %b{part} ], [ %j{part}, %l{part} ]"
                    ));
                    self.run(&format!("%j{part} = add i64 %i{part}, 1"));
                    let low = self.make(&format!("and i64 %i{part}, 63"));
                    let place = self.make(&format!("getelementptr [64 x i64], ptr @table, i64 0, i64 {low}"));
                    self.run(&format!("store i64 {value}, ptr {place}"));
                    let more = self.make(&format!("icmp slt i64 %j{part}, %n"));
                    self.run(&format!("br i1 {more}, label %l{part}, label %n{part}"));
                    self.block(&format!("n{part}"));
                }
                8 => {
                    let inner = self.make("call ptr @croft.push()");
                    let child = self.make(&format!("call ptr @croft.alloc(ptr {inner}, i64 56, i64 8)"));
                    self.run(&format!("store ptr {node}, ptr {child}"));
                    let back = self.make(&format!("load ptr, ptr {child}"));
                    let field = self.make(&format!("getelementptr %node, ptr {back}, i32 0, i32 2"));
                    let found = self.make(&format!("load i64, ptr {field}"));
                    self.run(&format!("call void @croft.pop(ptr {inner})"));
                    self.run(&format!("store i64 {found}, ptr {field}"));
                    self.run(&format!("br label %n{part}"));
                    self.block(&format!("n{part}"));
                }
                _ => {
                    let fresh = self.make(&format!("call ptr @croft.alloc(ptr {region}, i64 56, i64 8)"));
                    self.run(&format!("store ptr {node}, ptr {fresh}"));
                    self.run(&format!("br label %n{part}"));
                    self.block(&format!("n{part}"));
                    node = fresh;
                }
            }
            part += 1;
            self.run(&format!("br label %b{part}"));
        }
        self.block(&format!("b{part}"));
        self.run(&format!("call void @croft.pop(ptr {region})"));
        self.run("ret i64 0");
        self.line("}");
    }
}
