//! The flow graph of one entry point: every instruction that it can reach without a call.
//!
//! Symbols do not bound it. A jump or a fall into another function is followed as it stands, which
//! makes a tail call part of the caller's graph and a tail recursion a cycle. Calls are nodes with
//! a callee; whoever builds the graph says what each callee is, because code behind a call that
//! never returns need not be code.
//!
//! Invariant *Flow-I1*: two instructions of a graph never overlap; the same bytes are never read in
//! two ways.

use std::collections::BTreeMap;

use crate::decode::Decoder;
use crate::image::Image;
use crate::instruction::{Computed, Effect, Expr, Instruction, Place, Step};
use crate::machine::Machine;
use crate::refusal::Refusal;

/// Instructions of one graph at most. Kernel entry points have hundreds.
const MOST: usize = 20_000;

/// Index of a node.
pub(crate) type Node = usize;

/// What a transfer of control leads to.
pub(crate) enum Target {
    /// Code to follow.
    Code(Place),
    /// An end: control does not come back.
    End,
    /// A function that returns.
    Returns(Place),
    /// A function that does not.
    Never(Place),
}

/// One instruction in the graph.
pub(crate) struct Vertex {
    pub(crate) instruction: Instruction,
    pub(crate) successors: Vec<Node>,
    /// The analysed function that it calls.
    pub(crate) callee: Option<Place>,
    /// A path may end right behind it: a trap, or control leaves to an end.
    pub(crate) ends: bool,
    /// It may return.
    pub(crate) returns: bool,
}

/// The flow graph; node 0 is the entry.
pub(crate) struct Flow {
    pub(crate) nodes: Vec<Vertex>,
}

/// Says what targets are.
pub(crate) trait Resolve {
    /// A call of the place, or of the symbol that a slot holds.
    fn call(&mut self, from: &Instruction, to: Place) -> Result<Target, Refusal>;
    /// A jump or fall to the place.
    fn jump(&mut self, to: Place) -> Result<Target, Refusal>;
    /// The place whose address the loader puts into this slot, or an end.
    fn slot(&mut self, from: &Instruction, address: u64) -> Result<Target, Refusal>;
    /// Whether a call to a computed address is what this function may do; then it returns.
    fn computed_call(&mut self, from: &Instruction) -> bool;
}

/// A refusal at an instruction.
pub(crate) fn refuse(image: &Image, instruction: &Instruction, why: impl Into<String>) -> Refusal {
    Refusal {
        function: image.function_at(instruction.place.address),
        address: instruction.place.address,
        instruction: instruction.text.clone(),
        why: why.into(),
    }
}

struct Builder<'a, R> {
    image: &'a Image,
    decoder: &'a Decoder,
    resolve: &'a mut R,
    nodes: Vec<Vertex>,
    at: BTreeMap<Place, Node>,
    /// Nodes that only the node before may lead to: a computed address was read from it.
    paired: Vec<(Node, Node)>,
}

impl Flow {
    /// Follows everything from the entry.
    ///
    /// # Errors
    ///
    /// The first place that cannot be followed.
    pub(crate) fn build<R: Resolve>(
        image: &Image,
        decoder: &Decoder,
        entry: Place,
        resolve: &mut R,
    ) -> Result<Self, Refusal> {
        let mut builder = Builder {
            image,
            decoder,
            resolve,
            nodes: Vec::new(),
            at: BTreeMap::new(),
            paired: Vec::new(),
        };
        builder.decode(entry, None)?;
        let mut next = 0;
        while next < builder.nodes.len() {
            builder.follow(next)?;
            next += 1;
        }
        let flow = Self { nodes: builder.nodes };
        let before = flow.predecessors();
        for (node, only) in builder.paired {
            if before[node].as_slice() != [only] || node == 0 {
                return Err(refuse(
                    image,
                    &flow.nodes[node].instruction,
                    "computed jump or call: other code leads here too",
                ));
            }
        }
        Ok(flow)
    }

    /// Predecessors of each node.
    pub(crate) fn predecessors(&self) -> Vec<Vec<Node>> {
        let mut before = vec![Vec::new(); self.nodes.len()];
        for (node, vertex) in self.nodes.iter().enumerate() {
            for &successor in &vertex.successors {
                before[successor].push(node);
            }
        }
        before
    }
}

impl<R: Resolve> Builder<'_, R> {
    /// The node at the place, decoded if it is new.
    fn decode(&mut self, place: Place, from: Option<Node>) -> Result<Node, Refusal> {
        if let Some(&known) = self.at.get(&place) {
            return Ok(known);
        }
        let (image, source) = (self.image, from.map(|from| self.nodes[from].instruction.clone()));
        let here = |why: &str| match &source {
            // The source of a wild jump says more than its target.
            Some(source) => refuse(image, source, format!("{why} (at {place})")),
            None => Refusal {
                function: image.function_at(place.address),
                address: place.address,
                instruction: "the entry".into(),
                why: why.into(),
            },
        };
        let decoded = self.decoder.decode(self.image, place).map_err(here)?;
        let first = self.nodes.len();
        let grouped = decoded.len() > 1;
        for instruction in decoded {
            let (start, end) = (instruction.place.address, instruction.next().address);
            let overlaps = self
                .at
                .range(
                    ..Place {
                        address: end,
                        thumb: false,
                    },
                )
                .next_back()
                .is_some_and(|(place, &node)| {
                    place.address >= start || self.nodes[node].instruction.next().address > start
                });
            if overlaps || end <= start {
                return Err(here("enters an instruction or an IT block in its middle"));
            }
            if self.nodes.len() >= MOST {
                return Err(here("too much code for one entry point"));
            }
            self.at.insert(instruction.place, self.nodes.len());
            self.nodes.push(Vertex {
                instruction,
                successors: Vec::new(),
                callee: None,
                ends: false,
                returns: false,
            });
        }
        if grouped {
            // Inside an IT block only the last instruction may transfer control.
            let last = self.nodes.len() - 1;
            for node in first..last {
                if self.nodes[node].instruction.step != Step::Next {
                    return Err(refuse(
                        self.image,
                        &self.nodes[node].instruction,
                        "control leaves an IT block before its end",
                    ));
                }
            }
        }
        Ok(first)
    }

    fn follow(&mut self, node: Node) -> Result<(), Refusal> {
        let instruction = self.nodes[node].instruction.clone();
        let mut goes_on = instruction.predicated;
        match instruction.step {
            Step::Next => goes_on = true,
            Step::Jump(to) => self.jump(node, to)?,
            Step::Branch(to, _) => {
                self.jump(node, to)?;
                goes_on = true;
            }
            Step::Call(to) => goes_on |= self.call(node, &instruction, to)?,
            Step::Return => self.nodes[node].returns = true,
            Step::Trap => self.nodes[node].ends = true,
            Step::Refused(why) => return Err(refuse(self.image, &instruction, why)),
            Step::ComputedCall(computed) => match self.computed(node, &instruction, computed)? {
                Some(Target::Code(to)) => goes_on |= self.call(node, &instruction, to)?,
                // A function that the loader chooses, where it does not matter which.
                Some(Target::Returns(_)) => goes_on = true,
                Some(_) => self.nodes[node].ends = true,
                None if self.resolve.computed_call(&instruction) => goes_on = true,
                None => {
                    return Err(refuse(
                        self.image,
                        &instruction,
                        "calls a computed address (indirect call)",
                    ));
                }
            },
            Step::ComputedJump(computed) => match self.computed(node, &instruction, computed)? {
                Some(Target::Code(to)) => self.jump(node, to)?,
                Some(Target::Returns(_)) => self.nodes[node].returns = true,
                Some(_) => self.nodes[node].ends = true,
                None => return Err(refuse(self.image, &instruction, "jumps to a computed address")),
            },
        }
        if goes_on {
            self.jump(node, instruction.next())?;
        }
        Ok(())
    }

    fn jump(&mut self, node: Node, to: Place) -> Result<(), Refusal> {
        if matches!(self.resolve.jump(to)?, Target::End) {
            self.nodes[node].ends = true;
            return Ok(());
        }
        let target = self.decode(to, Some(node))?;
        if !self.nodes[node].successors.contains(&target) {
            self.nodes[node].successors.push(target);
        }
        Ok(())
    }

    /// Whether the call comes back.
    fn call(&mut self, node: Node, from: &Instruction, to: Place) -> Result<bool, Refusal> {
        match self.resolve.call(from, to)? {
            Target::Code(_) => unreachable!("a call leads to a function or an end"),
            Target::End => {
                self.nodes[node].ends = true;
                Ok(false)
            }
            Target::Returns(callee) => {
                self.nodes[node].callee = Some(callee);
                Ok(true)
            }
            Target::Never(callee) => {
                self.nodes[node].callee = Some(callee);
                Ok(false)
            }
        }
    }

    /// Where a computed transfer leads, if the loader or the instruction just before says so.
    fn computed(
        &mut self,
        node: Node,
        from: &Instruction,
        computed: Computed,
    ) -> Result<Option<Target>, Refusal> {
        match computed {
            Computed::Slot(address) => self.resolve.slot(from, address).map(Some),
            // A32 and Thumb need two instructions for an address; what they build is not followed.
            Computed::Register(..) if self.image.machine == Machine::Arm => Ok(None),
            Computed::Register(register, add) => {
                let before = self
                    .nodes
                    .iter()
                    .position(|vertex| vertex.successors.contains(&node));
                let Some(before) = before else { return Ok(None) };
                let instruction = &self.nodes[before].instruction;
                let last = instruction
                    .effects
                    .iter()
                    .rfind(|effect| matches!(effect, Effect::Set(to, _) if *to == register));
                let Some(Effect::Set(_, Expr::Const(value))) = last else {
                    return Ok(None);
                };
                if instruction.predicated
                    || instruction.next() != from.place
                    || instruction.step != Step::Next
                {
                    return Ok(None);
                }
                self.paired.push((node, before));
                let address = match self.image.machine {
                    Machine::X86 => value.wrapping_add(add) as u64,
                    // Bit 0 of a jump's target is not part of the address.
                    _ => u64::from(value.wrapping_add(add) as u32 & !1),
                };
                Ok(Some(Target::Code(Place {
                    address,
                    thumb: false,
                })))
            }
            Computed::Other => Ok(None),
        }
    }
}
