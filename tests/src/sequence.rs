//! Assembly as compilers print it: instructions and local labels of each function, and the shortest way around a loop. Knows the branches of
//! x86-64, AArch64, RISC-V, ARM and Thumb-2, by what their last operand is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

/// A line of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Label(String),
    /// Mnemonic and operands.
    Instruction(String, String),
}

/// The functions of a file, in its order.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    functions: Vec<(String, Vec<Line>)>,
}

/// Reads an assembly file without comments; directives and data are left out.
pub fn read(text: &str) -> Listing {
    let functions: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".type")?.trim().split_once(','))
        .filter(|(_, kind)| kind.contains("function"))
        .map(|(name, _)| name.trim_matches('"'))
        .collect();
    let mut listing = Listing::default();
    for line in text.lines().map(str::trim) {
        let label = line.strip_suffix(':').map(|label| label.trim_matches('"'));
        match (label, listing.functions.last_mut()) {
            (Some(label), _) if functions.contains(label) => {
                listing.functions.push((label.to_owned(), Vec::new()));
            }
            (Some(label), Some((_, lines))) => lines.push(Line::Label(label.to_owned())),
            (None, Some((_, lines))) if !line.is_empty() && !line.starts_with('.') => {
                let (mnemonic, operands) = line.split_once(['\t', ' ']).unwrap_or((line, ""));
                lines.push(Line::Instruction(mnemonic.to_owned(), operands.trim().to_owned()));
            }
            _ => {}
        }
    }
    listing
}

/// Where an instruction goes.
enum Way<'l> {
    On,
    /// A call, or a jump that leaves the function.
    Call,
    Return,
    Jump(&'l str),
    Branch(&'l str),
}

fn way<'l>(mnemonic: &str, operands: &'l str) -> Way<'l> {
    let last = operands.rsplit(',').next().unwrap_or_default().trim();
    let is_local = last.starts_with(".L");
    // `b.w` and `b.n` are wide and narrow ones of Thumb-2.
    let bare = mnemonic.trim_end_matches(".w").trim_end_matches(".n");
    match bare {
        "bl" | "blx" | "blr" | "call" | "callq" | "jal" | "jalr" => Way::Call,
        "bx" if operands == "lr" => Way::Return,
        "ret" | "retq" => Way::Return,
        _ if operands.ends_with("pc}") => Way::Return,
        "jmp" | "b" | "j" if is_local => Way::Jump(last),
        "jmp" | "jmpq" | "b" | "j" | "bx" | "br" | "jr" | "tail" | "ud2" | "udf" | "brk" | "unimp" => {
            Way::Call
        }
        _ if is_local && bare.starts_with(['j', 'b', 'c', 't']) => Way::Branch(last),
        _ => Way::On,
    }
}

impl Listing {
    /// The listing as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, lines) in &self.functions {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}:");
            for line in lines {
                let _ = match line {
                    Line::Label(label) => writeln!(text, "{label}:"),
                    Line::Instruction(mnemonic, operands) => {
                        writeln!(text, "{}", format!("    {mnemonic:<8} {operands}").trim_end())
                    }
                };
            }
            text.push('\n');
        }
        text
    }

    /// Instructions of the shortest cycle of a function on which nothing is called.
    pub fn shortest_cycle(&self, function: &str) -> Option<usize> {
        let graph = self.graph(function)?;
        (0..graph.weights.len())
            .filter(|at| graph.weights[*at] == 1)
            .filter_map(|start| graph.shortest(start, |at| at == start))
            .min()
    }

    /// Instructions of the shortest way through a function to its return on which nothing is called, the return included.
    pub fn shortest_path(&self, function: &str) -> Option<usize> {
        let graph = self.graph(function)?;
        let first = graph.weights.first()?;
        Some(graph.shortest(0, |at| graph.returns[at])? + first)
    }

    fn graph(&self, function: &str) -> Option<Graph> {
        let (_, lines) = self.functions.iter().find(|(name, _)| name == function)?;
        let labels: BTreeMap<&str, usize> = lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| match line {
                Line::Label(label) => Some((label.as_str(), at)),
                Line::Instruction(..) => None,
            })
            .collect();
        let mut graph = Graph::default();
        for (at, line) in lines.iter().enumerate() {
            let next = Some(at + 1).filter(|next| *next < lines.len());
            let way = match line {
                Line::Label(_) => Way::On,
                Line::Instruction(mnemonic, operands) => way(mnemonic, operands),
            };
            graph
                .weights
                .push(usize::from(matches!(line, Line::Instruction(..))));
            graph.returns.push(matches!(way, Way::Return));
            graph.successors.push(match way {
                Way::On => Vec::from_iter(next),
                Way::Call | Way::Return => Vec::new(),
                Way::Jump(label) => Vec::from_iter(labels.get(label).copied()),
                Way::Branch(label) => labels.get(label).copied().into_iter().chain(next).collect(),
            });
        }
        Some(graph)
    }
}

/// A function's lines, and where each goes.
#[derive(Default)]
struct Graph {
    /// 1 for an instruction, 0 for a label.
    weights: Vec<usize>,
    returns: Vec<bool>,
    successors: Vec<Vec<usize>>,
}

impl Graph {
    /// Instructions of the shortest way from a line on to one that `is_end`, the first one not counted, the last one counted.
    fn shortest(&self, start: usize, is_end: impl Fn(usize) -> bool) -> Option<usize> {
        let mut reached = vec![usize::MAX; self.weights.len()];
        // Labels weigh nothing: they go in front of the queue.
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((at, weight)) = queue.pop_front() {
            if weight > 0 && is_end(at) {
                return Some(weight);
            }
            for &next in &self.successors[at] {
                let further = weight + self.weights[next];
                if further < reached[next] {
                    reached[next] = further;
                    if self.weights[next] == 1 {
                        queue.push_back((next, further));
                    } else {
                        queue.push_front((next, further));
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    const LOOP: &str = "\
\t.type\tf,@function
f:
\ttestq\t%rdi, %rdi
\tje\t.L2
.L1:
\tdecq\t%rdi
\tjne\t.L1
\tcallq\tg
.L2:
\tretq
\t.type\tg,@function
g:
.L3:
\tcallq\tf
\tjmp\t.L3
";

    #[test]
    fn the_shortest_cycle_is_counted() {
        let listing = read(LOOP);
        assert_eq!(listing.shortest_cycle("f"), Some(2));
        assert_eq!(listing.shortest_cycle("g"), None, "it goes through a call");
        assert_eq!(listing.shortest_path("f"), Some(3));
        assert_eq!(listing.shortest_path("g"), None);
        assert!(
            listing
                .text()
                .starts_with("f:\n    testq    %rdi, %rdi\n    je       .L2\n.L1:\n")
        );
    }
}
