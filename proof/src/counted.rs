//! Loops with a constant trip count: what has to hold so that a cycle is none that data drives.
//!
//! A loop is a strongly connected component of the flow graph. It is accepted if
//! 1. it is entered at one instruction, its header, and all its cycles pass the header;
//! 2. one instruction adds a constant to a register, the counter, and nothing else in the loop
//!    writes that register; every cycle passes this instruction;
//! 3. a branch that every cycle passes leaves the loop, by comparing the counter with a constant or
//!    a register that the loop does not write and that is constant at the entry;
//! 4. the counter is a known constant wherever the loop is entered;
//! 5. counted out, with the machine's wrapping, the branch leaves after at most [`MOST`] rounds.
//!
//! Then each round passes counter and branch exactly once, and the header runs at most as often as
//! the branch.

use std::collections::BTreeSet;

use crate::flow::{Flow, Node, refuse};
use crate::image::Image;
use crate::instruction::{Compare, Condition, Effect, Expr, Operand, Step};
use crate::machine::{Machine, PC, Reg};
use crate::refusal::Refusal;
use crate::state::{States, Value};

/// Rounds of an accepted loop.
const MOST: u64 = 1 << 20;

/// An accepted loop.
pub(crate) struct Counted {
    /// Where it is entered.
    pub(crate) header: Node,
    /// How often the header runs at most.
    pub(crate) times: u64,
    /// Its instructions in an order in which each follows all that lead to it within one round.
    pub(crate) order: Vec<Node>,
}

struct Loop<'a> {
    machine: Machine,
    flow: &'a Flow,
    states: &'a States,
    before: &'a [Vec<Node>],
    inside: BTreeSet<Node>,
    header: Node,
}

/// The branch that leaves, and when it stays.
struct Exit {
    branch: Node,
    compared: Node,
    compare: Compare,
    condition: Condition,
    stays_if_taken: bool,
}

/// Judges the loop of these nodes.
///
/// # Errors
///
/// The back edge, and why the loop is not shown to be bounded.
pub(crate) fn judge(
    image: &Image,
    flow: &Flow,
    states: &States,
    before: &[Vec<Node>],
    nodes: &[Node],
) -> Result<Counted, Refusal> {
    let inside: BTreeSet<Node> = nodes.iter().copied().collect();
    let entered = |node: &Node| *node == 0 || before[*node].iter().any(|from| !inside.contains(from));
    let headers: Vec<Node> = inside.iter().copied().filter(entered).collect();
    let header = headers.first().copied().unwrap_or(nodes[0]);
    let latch = before[header]
        .iter()
        .copied()
        .find(|from| inside.contains(from))
        .unwrap_or(header);
    let to = flow.nodes[header].instruction.place;
    let refused = |why: String| {
        refuse(
            image,
            &flow.nodes[latch].instruction,
            format!("a loop without a constant bound (back edge to {to}): {why}"),
        )
    };
    if headers.len() != 1 {
        return Err(refused("it is entered at more than one instruction".into()));
    }
    let lap = Loop {
        machine: image.machine,
        flow,
        states,
        before,
        inside,
        header,
    };
    let Some(order) = lap.order(None, true) else {
        return Err(refused("it contains another loop".into()));
    };
    match lap.times() {
        Ok(times) => Ok(Counted { header, times, order }),
        Err(why) => Err(refused(why)),
    }
}

impl Loop<'_> {
    /// The loop's nodes in topological order, without one of them, with or without the edges to the
    /// header; `None` if a cycle is left.
    fn order(&self, without: Option<Node>, cut: bool) -> Option<Vec<Node>> {
        let kept = |node: &Node| self.inside.contains(node) && Some(*node) != without;
        let edges = |node: Node| {
            let successors = self.flow.nodes[node].successors.iter().copied();
            successors.filter(move |next| kept(next) && !(cut && *next == self.header))
        };
        let mut waiting = vec![0usize; self.flow.nodes.len()];
        for &node in self.inside.iter().filter(|node| kept(node)) {
            edges(node).for_each(|next| waiting[next] += 1);
        }
        let mut order: Vec<Node> = self
            .inside
            .iter()
            .copied()
            .filter(|node| kept(node) && waiting[*node] == 0)
            .collect();
        let mut done = 0;
        while done < order.len() {
            for next in edges(order[done]) {
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    order.push(next);
                }
            }
            done += 1;
        }
        let wanted = self.inside.len() - usize::from(without.is_some());
        (order.len() == wanted).then_some(order)
    }

    /// Nodes of the loop that may write the register.
    fn writers(&self, register: Reg) -> Vec<Node> {
        let writes = |node: &Node| {
            let instruction = &self.flow.nodes[*node].instruction;
            let calls = matches!(instruction.step, Step::Call(_) | Step::ComputedCall(_));
            instruction.writes().any(|written| written == register)
                || calls && !self.machine.preserved(register)
        };
        self.inside.iter().copied().filter(writes).collect()
    }

    /// The constant that the register holds wherever the loop is entered.
    fn constant(&self, register: Reg) -> Option<i64> {
        if self.header == 0 {
            return None;
        }
        let mut outside = self.before[self.header]
            .iter()
            .filter(|from| !self.inside.contains(from));
        let of = |from: &Node| match self.states.after[*from].register(register) {
            Value::Const(value) => Some(value),
            _ => None,
        };
        let first = of(outside.next()?)?;
        outside.all(|from| of(from) == Some(first)).then_some(first)
    }

    fn times(&self) -> Result<u64, String> {
        let mut why = "no branch leaves it by a comparison that is understood".to_owned();
        for &branch in &self.inside {
            let Some(exit) = self.exit(branch) else { continue };
            let Compare { left, right, .. } = exit.compare;
            let mut sides = vec![(left, right, exit.condition)];
            if let Operand::Reg(right) = right {
                sides.push((right, Operand::Reg(left), exit.condition.swapped()));
            }
            for (counter, limit, condition) in sides {
                match self.count(&exit, counter, limit, condition) {
                    Ok(times) => return Ok(times),
                    Err(reason) => why = reason,
                }
            }
        }
        Err(why)
    }

    /// The branch as a way out, if it is one.
    fn exit(&self, branch: Node) -> Option<Exit> {
        let instruction = &self.flow.nodes[branch].instruction;
        let Step::Branch(target, Some(condition)) = instruction.step else {
            return None;
        };
        let stays = |place| {
            let successors = &self.flow.nodes[branch].successors;
            successors
                .iter()
                .any(|next| self.inside.contains(next) && self.flow.nodes[*next].instruction.place == place)
        };
        let stays_if_taken = stays(target);
        if stays_if_taken == stays(instruction.next()) {
            return None;
        }
        let compared = self.compared(branch)?;
        let compare = self.flow.nodes[compared].instruction.compare?;
        if compare.equality_only && !matches!(condition, Condition::Equal | Condition::NotEqual) {
            return None;
        }
        Some(Exit {
            branch,
            compared,
            compare,
            condition,
            stays_if_taken,
        })
    }

    /// The instruction whose comparison decides the branch: itself, or the last that set the flags.
    fn compared(&self, branch: Node) -> Option<Node> {
        if self.flow.nodes[branch].instruction.compare.is_some() {
            return Some(branch);
        }
        let mut at = branch;
        loop {
            let [before] = self.before[at][..] else {
                return None;
            };
            let instruction = &self.flow.nodes[before].instruction;
            let calls = matches!(instruction.step, Step::Call(_) | Step::ComputedCall(_));
            if at == self.header || calls || instruction.predicated || !self.inside.contains(&before) {
                return None;
            }
            if instruction.sets_flags {
                return instruction.compare.is_some().then_some(before);
            }
            at = before;
        }
    }

    fn count(&self, exit: &Exit, counter: Reg, limit: Operand, condition: Condition) -> Result<u64, String> {
        let name = self.machine.register_name(counter);
        let bits = exit.compare.bits;
        let limit = match limit {
            Operand::Const(value) => value,
            Operand::Reg(register) if self.writers(register).is_empty() => self
                .constant(register)
                .ok_or_else(|| format!("{} is no constant", self.machine.register_name(register)))?,
            Operand::Reg(register) => {
                return Err(format!(
                    "{} changes in the loop",
                    self.machine.register_name(register)
                ));
            }
        };
        let writers = self.writers(counter);
        let &[step] = &writers[..] else {
            return Err(format!(
                "{name} is not written by exactly one instruction of the loop"
            ));
        };
        let instruction = &self.flow.nodes[step].instruction;
        let mut sets = instruction
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Set(to, _) if *to == counter));
        let add = match (sets.next(), sets.next()) {
            (Some(Effect::Set(_, Expr::Sum(from, add, width))), None)
                if *from == counter && *width == bits =>
            {
                *add
            }
            _ => return Err(format!("{name} does not change by a constant in each round")),
        };
        if instruction.predicated || counter == PC {
            return Err(format!("{name} does not change in every round"));
        }
        let start = self
            .constant(counter)
            .ok_or_else(|| format!("{name} is no constant where the loop begins"))?;
        if self.order(Some(step), false).is_none() || self.order(Some(exit.branch), false).is_none() {
            return Err("a round can pass by the counter or the test".into());
        }
        let mut value = match (
            self.before_step(exit.compared, step),
            self.behind_step(exit.compared, step),
        ) {
            (true, false) => start,
            (false, true) => start.wrapping_add(add),
            _ => return Err("the test is before the counter on one way and behind it on another".into()),
        };
        let mut times = 1;
        while condition.holds(value, limit, bits) == exit.stays_if_taken {
            value = value.wrapping_add(add);
            times += 1;
            if times > MOST {
                return Err(format!("more than {MOST} rounds, or none that leaves"));
            }
        }
        Ok(times)
    }

    /// Nodes that a round reaches from these without the header and, if given, not beyond one.
    fn reached(&self, from: Node, stop: Option<Node>) -> BTreeSet<Node> {
        let (mut reached, mut work) = (BTreeSet::from([from]), vec![from]);
        while let Some(node) = work.pop() {
            if Some(node) == stop {
                continue;
            }
            for &next in &self.flow.nodes[node].successors {
                if next != self.header && self.inside.contains(&next) && reached.insert(next) {
                    work.push(next);
                }
            }
        }
        reached
    }

    fn before_step(&self, compared: Node, step: Node) -> bool {
        // What one instruction compares and steps, it compares first.
        self.reached(self.header, Some(step)).contains(&compared)
    }

    fn behind_step(&self, compared: Node, step: Node) -> bool {
        compared != step && self.reached(step, None).contains(&compared)
    }
}
