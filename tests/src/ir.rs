//! Textual IR as snapshots and assertions want it.

use std::collections::{BTreeMap, BTreeSet};

/// The functions of a module without what says nothing about the code: metadata, attribute groups, module header
/// and the comments about predecessors. Declarations stay, at the end, sorted.
pub fn normalised(module: &str) -> String {
    let mut bodies = String::new();
    let mut declarations = BTreeSet::new();
    let mut inside = false;
    for line in module.lines() {
        let line = without_metadata(line);
        if line.starts_with("define ") {
            inside = true;
            if !bodies.is_empty() {
                bodies.push('\n');
            }
        }
        if inside {
            bodies.push_str(&line);
            bodies.push('\n');
        } else if line.starts_with("declare ") || line.starts_with('@') {
            declarations.insert(line.clone());
        }
        if line == "}" {
            inside = false;
        }
    }
    let declarations: Vec<String> = declarations.into_iter().collect();
    format!("{bodies}\n{}\n", declarations.join("\n"))
}

fn without_metadata(line: &str) -> String {
    let line = line.split(" ; preds = ").next().unwrap_or(line);
    let line = line.split(", !").next().unwrap_or(line);
    // Attribute groups: ` #0` at the end, or in front of the opening brace.
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    let is_group = |word: &&str| {
        word.strip_prefix('#')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let kept: Vec<&str> = words.into_iter().filter(|word| !is_group(word)).collect();
    kept.join(" ")
}

/// A basic block of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The functions that it calls; LLVM's intrinsics are instructions and no calls.
    pub calls: Vec<String>,
    /// Where it may go.
    pub successors: Vec<String>,
    /// It returns.
    pub returns: bool,
}

/// The basic blocks of a function in textual IR, the first under the name `entry`; `None` if it is not defined there.
pub fn blocks(module: &str, function: &str) -> Option<BTreeMap<String, Block>> {
    let head = format!("@{function}(");
    let mut lines = module
        .lines()
        .skip_while(|line| !(line.starts_with("define ") && line.contains(&head)));
    lines.next()?;
    let mut blocks = BTreeMap::new();
    let mut name = "entry".to_owned();
    let mut block = Block::default();
    for line in lines.take_while(|line| *line != "}") {
        let code = line.split(';').next().unwrap_or_default().trim_end();
        if let Some(label) = code.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            if blocks.is_empty() && block == Block::default() {
                // The first basic block has a label of its own.
                blocks.insert(
                    "entry".to_owned(),
                    Block {
                        successors: vec![label.to_owned()],
                        ..block
                    },
                );
            } else {
                blocks.insert(std::mem::replace(&mut name, label.to_owned()), block);
            }
            name = label.to_owned();
            block = Block::default();
            continue;
        }
        let words = code.trim_start();
        if words.contains("call ") || words.contains("invoke ") {
            block.calls.extend(callee(words));
        }
        block.returns |= words.starts_with("ret ");
        block.successors.extend(
            code.split("label %")
                .skip(1)
                .map(|rest| rest.split([',', ' ']).next().unwrap_or_default().to_owned()),
        );
    }
    blocks.insert(name, block);
    Some(blocks)
}

fn callee(instruction: &str) -> Option<String> {
    let at = instruction.find('@')?;
    let name = instruction[at + 1..].split('(').next().unwrap_or_default();
    (!name.starts_with("llvm.")).then(|| name.to_owned())
}

/// Whether a path without any call leads from a function's start to a return.
pub fn returns_without_call(blocks: &BTreeMap<String, Block>) -> bool {
    let mut seen = BTreeSet::new();
    let mut work = vec!["entry".to_owned()];
    while let Some(name) = work.pop() {
        let Some(block) = blocks.get(&name).filter(|block| block.calls.is_empty()) else {
            continue;
        };
        if block.returns {
            return true;
        }
        for next in &block.successors {
            if seen.insert(next.clone()) {
                work.push(next.clone());
            }
        }
    }
    false
}

/// The functions that a module declares as cold.
pub fn cold_functions(module: &str) -> BTreeSet<String> {
    let groups: BTreeSet<&str> = module
        .lines()
        .filter_map(|line| line.strip_prefix("attributes "))
        .filter(|rest| rest.split([' ', '{', '}']).any(|word| word == "cold"))
        .filter_map(|rest| rest.split(' ').next())
        .collect();
    module
        .lines()
        .filter(|line| line.starts_with("declare "))
        .filter(|line| line.split(' ').any(|word| groups.contains(word)))
        .filter_map(callee)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "\
define i64 @kernel(i64 %n) #0 {
  %1 = icmp eq i64 %n, 0, !dbg !3
  br i1 %1, label %2, label %cold
2:                                                ; preds = %0
  %3 = call i64 @llvm.umax.i64(i64 %n, i64 1)
  ret i64 %3
cold:                                             ; preds = %0
  call void @slow(i64 1) #2
  ret i64 0
}
declare void @slow(i64) #1
attributes #0 = { nounwind }
attributes #1 = { cold noinline }
";

    #[test]
    fn basic_blocks_and_calls_are_found() {
        let blocks = blocks(MODULE, "kernel").unwrap();
        assert_eq!(blocks.len(), 3);
        assert_eq!(blocks["entry"].successors, ["2", "cold"]);
        assert_eq!(blocks["cold"].calls, ["slow"]);
        assert!(blocks["2"].calls.is_empty() && blocks["2"].returns);
        assert!(returns_without_call(&blocks));
        assert_eq!(cold_functions(MODULE), BTreeSet::from(["slow".to_owned()]));
    }

    #[test]
    fn a_call_on_every_path_is_noticed() {
        let module = MODULE.replace(
            "%3 = call i64 @llvm.umax.i64(i64 %n, i64 1)",
            "%3 = call i64 @f(i64 %n)",
        );
        assert!(!returns_without_call(&blocks(&module, "kernel").unwrap()));
    }

    #[test]
    fn what_says_nothing_about_the_code_is_stripped() {
        let text = normalised(MODULE);
        assert!(
            text.starts_with("define i64 @kernel(i64 %n) {\n  %1 = icmp eq i64 %n, 0\n"),
            "{text}"
        );
        assert!(text.ends_with("\ndeclare void @slow(i64)\n"), "{text}");
        assert!(!text.contains('#') && !text.contains("preds"), "{text}");
    }
}
