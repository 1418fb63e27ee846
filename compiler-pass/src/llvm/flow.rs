//! The flow graph of one function of the module, as LLVM has it.

use super::{Block, Value, change, shim};
use inkwell::llvm_sys::LLVMOpcode;
use petgraph::algo::dominators::simple_fast;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How many basic blocks a question about a few of them may lead through before the answer is "cannot tell".
const MAX_SEARCH: usize = 512;

/// A flow graph. Basic blocks are numbered in the order of the function; 0 is the entry.
pub struct Flow<'m> {
    blocks: Vec<Block<'m>>,
    index: HashMap<Block<'m>, usize>,
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
    /// The immediate dominators; of the entry and of what is not reached, none.
    above: Vec<Option<usize>>,
    /// When a walk of the dominator tree enters and leaves a basic block, so that dominance is a comparison.
    spans: Vec<(u32, u32)>,
    /// The loops that were asked for, by header. Headers are known from the start.
    loops: RefCell<HashMap<usize, Option<Rc<Loop>>>>,
    /// Where the instructions of interest lie: the basic block, and the number in it.
    places: HashMap<Value<'m>, (usize, usize)>,
}

/// A natural loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Where it is entered.
    pub header: usize,
    /// Its basic blocks, the header included.
    pub body: HashSet<usize>,
}

impl<'m> Flow<'m> {
    /// The graph of a function with a body. Near-linear.
    pub fn new(function: Value<'m>) -> Flow<'m> {
        let blocks: Vec<Block<'m>> = function.blocks().collect();
        let index: HashMap<Block<'m>, usize> = blocks
            .iter()
            .enumerate()
            .map(|(at, block)| (*block, at))
            .collect();
        let successors: Vec<Vec<usize>> = blocks
            .iter()
            .map(|block| {
                let targets = block.terminator().map(Value::successors).unwrap_or_default();
                targets
                    .iter()
                    .filter_map(|target| index.get(target).copied())
                    .collect()
            })
            .collect();
        let mut predecessors = vec![Vec::new(); blocks.len()];
        let mut graph = DiGraph::<(), ()>::with_capacity(blocks.len(), blocks.len());
        for _ in &blocks {
            graph.add_node(());
        }
        for (from, targets) in successors.iter().enumerate() {
            for &to in targets {
                predecessors[to].push(from);
                graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
            }
        }
        let places = blocks
            .iter()
            .enumerate()
            .flat_map(|(at, block)| {
                let calls = block
                    .instructions()
                    .enumerate()
                    .filter(|(_, inst)| inst.is_call());
                calls
                    .map(move |(number, inst)| (inst, (at, number)))
                    .collect::<Vec<_>>()
            })
            .collect();
        let dominators = simple_fast(&graph, NodeIndex::new(0));
        let above: Vec<Option<usize>> = (0..blocks.len())
            .map(|at| {
                dominators
                    .immediate_dominator(NodeIndex::new(at))
                    .map(NodeIndex::index)
            })
            .collect();
        let spans = spans(&above);
        let headers = (0..blocks.len())
            .filter(|header| {
                let mut from = predecessors[*header].iter();
                from.any(|from| is_within(&spans, *header, *from))
            })
            .map(|header| (header, None))
            .collect();
        Flow {
            above,
            spans,
            loops: RefCell::new(headers),
            blocks,
            index,
            successors,
            predecessors,
            places,
        }
    }

    /// The basic block with this number.
    pub fn block(&self, at: usize) -> Block<'m> {
        self.blocks[at]
    }

    /// The number of a basic block of the function.
    pub fn number(&self, block: Block<'m>) -> Option<usize> {
        self.index.get(&block).copied()
    }

    /// Where a call lies: its basic block, and its number among the instructions there.
    pub fn place(&self, call: Value<'m>) -> Option<(usize, usize)> {
        self.places.get(&call).copied()
    }

    /// Where control may go from a basic block.
    pub fn successors(&self, at: usize) -> &[usize] {
        &self.successors[at]
    }

    /// Where control may come from.
    pub fn predecessors(&self, at: usize) -> &[usize] {
        &self.predecessors[at]
    }

    /// Whether the entry leads there.
    pub fn is_reached(&self, at: usize) -> bool {
        at == 0 || self.above[at].is_some()
    }

    /// Whether every way from the entry to `later` leads through `earlier`.
    pub fn dominates(&self, earlier: usize, later: usize) -> bool {
        is_within(&self.spans, earlier, later)
    }

    /// The basic blocks that control may come to from the end of `from`, as far as the first for which `stop` holds, which belongs to
    /// them. `None` if they are more than can be looked at.
    pub fn reach(&self, from: usize, stop: impl Fn(usize) -> bool) -> Option<HashSet<usize>> {
        let mut seen = HashSet::new();
        let mut work: Vec<usize> = self.successors[from].clone();
        while let Some(at) = work.pop() {
            if seen.insert(at) && !stop(at) {
                work.extend(&self.successors[at]);
            }
            if seen.len() > MAX_SEARCH {
                return None;
            }
        }
        Some(seen)
    }

    /// Whether a basic block may be executed twice without one for which `cut` holds in between. `true` too if that cannot be told.
    pub fn repeats(&self, at: usize, cut: impl Fn(usize) -> bool) -> bool {
        !cut(at)
            && self
                .reach(at, |other| other == at || cut(other))
                .is_none_or(|reached| reached.contains(&at))
    }

    /// The natural loops around a basic block, the innermost first.
    pub fn loops(&self, at: usize) -> impl Iterator<Item = Rc<Loop>> {
        std::iter::successors(Some(at), |at| self.above[*at])
            .filter_map(|header| self.natural_loop(header))
            .filter(move |found| found.body.contains(&at))
    }

    /// The basic blocks that a loop is left to. `None` if one of them cannot be separated from the loop.
    pub fn exits(&self, around: &Loop) -> Option<Vec<usize>> {
        let mut exits = Vec::new();
        for at in &around.body {
            let out = self.successors[*at].iter().filter(|to| !around.body.contains(to));
            for to in out {
                let terminator = self.blocks[*at].terminator()?.opcode();
                let is_plain = matches!(terminator, Some(LLVMOpcode::LLVMBr | LLVMOpcode::LLVMSwitch));
                if !is_plain || is_landing(self.blocks[*to]) {
                    return None;
                }
                exits.push(*to);
            }
        }
        exits.sort_unstable();
        exits.dedup();
        Some(exits)
    }

    /// New basic blocks: one that a loop is entered by, and one that it is left by to each of its exits. The graph is out of date
    /// then. `None` if LLVM cannot; what has changed then are empty basic blocks.
    pub fn separate(&self, around: &Loop, exits: &[usize]) -> Option<(Block<'m>, Vec<Block<'m>>)> {
        let from = |to: usize, inside: bool| -> Vec<Block<'m>> {
            let mut from: Vec<usize> = self.predecessors[to]
                .iter()
                .copied()
                .filter(|at| around.body.contains(at) == inside)
                .collect();
            from.sort_unstable();
            from.dedup();
            from.into_iter().map(|at| self.blocks[at]).collect()
        };
        let header = self.blocks[around.header];
        let outside = from(around.header, false);
        if outside.is_empty() || is_landing(header) {
            return None;
        }
        let before = change::split(header, &outside)?;
        let behind = exits
            .iter()
            .map(|exit| change::split(self.blocks[*exit], &from(*exit, true)));
        Some((before, behind.collect::<Option<_>>()?))
    }

    /// The number of basic blocks.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there is none; a function with a body has one.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The loop with this header.
    fn natural_loop(&self, header: usize) -> Option<Rc<Loop>> {
        let mut loops = self.loops.borrow_mut();
        let known = loops.get_mut(&header)?;
        if known.is_none() {
            let mut body = HashSet::from([header]);
            let mut work: Vec<usize> = self.predecessors[header]
                .iter()
                .copied()
                .filter(|from| self.dominates(header, *from))
                .collect();
            while let Some(at) = work.pop() {
                if body.insert(at) {
                    work.extend(
                        self.predecessors[at]
                            .iter()
                            .filter(|from| self.is_reached(**from)),
                    );
                }
            }
            *known = Some(Rc::new(Loop { header, body }));
        }
        known.clone()
    }
}

/// When a walk of the tree enters and leaves each node; nothing for what is not reached.
fn spans(above: &[Option<usize>]) -> Vec<(u32, u32)> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); above.len()];
    for (at, above) in above.iter().enumerate() {
        if let Some(above) = above {
            below[*above].push(at);
        }
    }
    let mut spans = vec![(u32::MAX, 0); above.len()];
    let mut clock = 0;
    // Entered once, and left when what is below has been.
    let mut work = vec![(0, false)];
    while let Some((at, is_done)) = work.pop() {
        clock += 1;
        if is_done {
            spans[at].1 = clock;
        } else {
            spans[at].0 = clock;
            work.push((at, true));
            work.extend(below[at].iter().map(|at| (*at, false)));
        }
    }
    spans
}

fn is_within(spans: &[(u32, u32)], outer: usize, inner: usize) -> bool {
    spans[outer].0 <= spans[inner].0 && spans[inner].1 <= spans[outer].1 && spans[inner].1 != 0
}

fn is_landing(block: Block<'_>) -> bool {
    block.instructions().any(|inst| {
        matches!(
            inst.opcode(),
            Some(
                LLVMOpcode::LLVMLandingPad
                    | LLVMOpcode::LLVMCatchSwitch
                    | LLVMOpcode::LLVMCatchPad
                    | LLVMOpcode::LLVMCleanupPad
            )
        )
    })
}

/// Whether a function's flow graph and frame can be changed: it has a body, and neither asks to be left alone nor returns twice
/// from a call, nor gives up its frame before it is done.
pub fn may_change(function: Value<'_>) -> bool {
    if function.is_declaration() {
        return false;
    }
    let left_alone = shim::FN_OPTNONE | shim::FN_NAKED;
    function.function_facts() & left_alone == 0
        && !function
            .blocks()
            .flat_map(|block| block.instructions())
            .any(|inst| {
                inst.is_must_tail() || inst.is_call() && inst.call_facts() & shim::FN_RETURNS_TWICE != 0
            })
}
