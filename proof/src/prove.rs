//! The proof of an entry point, callees first.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::decode::Decoder;
use crate::flow::{Flow, Resolve, Target, refuse};
use crate::image::{Image, InputError, Slot};
use crate::instruction::{Instruction, Place};
use crate::longest::{self, Cost, Path, Piece};
use crate::refusal::Refusal;
use crate::state::States;

/// Functions that call each other, at most.
const DEEPEST: usize = 100;

/// Where paths end, by symbol (as linked, or demangled without hash).
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Functions in which exhaustion begins: control that enters one has left the cost contract.
    /// They may call the installed handler, through a pointer; that none of them returns is proven.
    pub handlers: Vec<String>,
    /// Functions that are believed not to return: `abort`, the kernel's exhaustion symbol, an exit.
    pub ends: Vec<String>,
    /// Functions that run the program's cleanups, for which the cost contract makes an exception: a call of one counts as
    /// itself, and is believed to come back as any function does.
    pub cleanups: Vec<String>,
}

impl Rules {
    /// Those of a kernel that Croft's runtime is linked into: exhaustion begins in the runtime's own function, which calls the installed
    /// handler or the kernel's `croft_exhausted`.
    pub fn of_a_kernel() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            handlers: names(&["croft_runtime::exhaustion::exhausted"]),
            ends: names(&["abort", "croft_exhausted"]),
            cleanups: names(&["croft_rt_run_cleanups"]),
        }
    }
}

/// What is proven of an entry point.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Instructions on the longest path that returns, the return included; `None` if none does.
    pub returns: Option<u64>,
    /// Instructions on the longest path that ends in exhaustion or a trap, up to the first
    /// instruction of the function where exhaustion begins; `None` if there is none.
    pub ends: Option<u64>,
    /// Bytes of stack below the stack pointer at the entry, callees included, up to the same place.
    pub stack: u64,
    /// Bytes of code that the entry point can reach.
    pub bytes: u64,
    /// Loops with a constant bound: function, address of the header, rounds.
    pub loops: Vec<(String, u64, u64)>,
}

/// One line of a longest path.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    /// Depth of calls.
    pub depth: usize,
    /// The function.
    pub function: String,
    /// Address of the instruction.
    pub address: u64,
    /// The instruction.
    pub instruction: String,
    /// How often it is executed here, in rounds of loops.
    pub times: u64,
}

#[derive(Clone)]
struct Summary {
    returns: Option<Path>,
    ends: Option<Path>,
    stack: i64,
    code: BTreeMap<u64, u64>,
    loops: Vec<(String, u64, u64)>,
}

/// Proves entry points of one file.
pub struct Prover<'a> {
    image: &'a Image,
    decoder: Rc<Decoder>,
    handlers: BTreeSet<Place>,
    ends: BTreeSet<Place>,
    end_names: Vec<String>,
    cleanups: BTreeSet<Place>,
    /// Handlers that are shown not to return.
    checked: BTreeSet<Place>,
    done: BTreeMap<Place, Rc<Summary>>,
    active: Vec<Place>,
}

impl<'a> Prover<'a> {
    /// A prover of this file's entry points. Rules that name no function of the file have no effect.
    ///
    /// # Errors
    ///
    /// If the disassembler does not start.
    pub fn new(image: &'a Image, rules: &Rules) -> Result<Self, InputError> {
        let places = |names: &[String]| names.iter().flat_map(|name| image.find(name)).collect();
        let decoder = Decoder::new(image.machine)
            .map_err(|error| InputError::Request(format!("no disassembler: {error}")))?;
        Ok(Self {
            image,
            decoder: Rc::new(decoder),
            handlers: places(&rules.handlers),
            ends: places(&rules.ends),
            end_names: rules.ends.clone(),
            cleanups: places(&rules.cleanups),
            checked: BTreeSet::new(),
            done: BTreeMap::new(),
            active: Vec::new(),
        })
    }

    /// Proves the entry point of that name. Time grows with the code it reaches.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: the first thing that cannot be proven; a missing symbol too.
    pub fn prove(&mut self, entry: &str) -> Result<Proof, Refusal> {
        let summary = self.entry(entry)?;
        Ok(Proof {
            returns: summary.returns.as_ref().map(|path| path.instructions),
            ends: summary.ends.as_ref().map(|path| path.instructions),
            stack: summary.stack as u64,
            bytes: summary.code.values().sum(),
            loops: summary.loops.clone(),
        })
    }

    /// The longest path of the entry point as a listing: the one that returns, or the one that ends.
    ///
    /// # Errors
    ///
    /// As [`Prover::prove`].
    pub fn explain(&mut self, entry: &str, ends: bool) -> Result<Vec<Line>, Refusal> {
        let summary = self.entry(entry)?;
        let mut lines = Vec::new();
        if let Some(path) = if ends { &summary.ends } else { &summary.returns } {
            self.list(&path.pieces, ends, 0, 1, &mut lines);
        }
        Ok(lines)
    }

    fn list(&self, pieces: &[Piece], ends: bool, depth: usize, times: u64, lines: &mut Vec<Line>) {
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Rounds { times: rounds, body } => self.list(body, false, depth, times * rounds, lines),
                Piece::Step { place, text, callee } => {
                    lines.push(Line {
                        depth,
                        function: self.image.function_at(place.address),
                        address: place.address,
                        instruction: text.clone(),
                        times,
                    });
                    let Some(summary) = callee.and_then(|callee| self.done.get(&callee)) else {
                        continue;
                    };
                    let last = ends && index + 1 == pieces.len();
                    let path = if last { &summary.ends } else { &summary.returns };
                    if let Some(path) = path {
                        self.list(&path.pieces, last, depth + 1, times, lines);
                    }
                }
            }
        }
    }

    fn entry(&mut self, entry: &str) -> Result<Rc<Summary>, Refusal> {
        let missing = |why: &str| Refusal {
            function: entry.to_owned(),
            address: 0,
            instruction: "no code".into(),
            why: why.into(),
        };
        // A refusal before may have left its calls here.
        self.active.clear();
        let places = self.image.find(entry);
        let mut places = places.iter();
        match (places.next(), places.next()) {
            (Some(&place), None) => self.analyse(place),
            (None, _) => Err(missing(
                "the entry point is missing: no function of this file has that symbol",
            )),
            _ => Err(missing("several functions have that symbol")),
        }
    }

    fn analyse(&mut self, entry: Place) -> Result<Rc<Summary>, Refusal> {
        if let Some(done) = self.done.get(&entry) {
            return Ok(done.clone());
        }
        let (image, decoder) = (self.image, self.decoder.clone());
        self.active.push(entry);
        let flow = Flow::build(image, &decoder, entry, self)?;
        let states = States::compute(image, &flow)?;
        let cost = |callee| match self.done.get(&callee) {
            Some(done) => Cost {
                returns: done.returns.as_ref().map(|path| path.instructions),
                ends: done.ends.as_ref().map(|path| path.instructions),
            },
            None => Cost::default(),
        };
        let longest = longest::search(image, &flow, &states, cost)?;
        let mut summary = Summary {
            returns: longest.returns,
            ends: longest.ends,
            stack: 0,
            code: BTreeMap::new(),
            loops: Vec::new(),
        };
        for (place, times) in longest.loops {
            summary
                .loops
                .push((image.function_at(place.address), place.address, times));
        }
        for (vertex, &depth) in flow.nodes.iter().zip(&states.depth) {
            summary.stack = summary.stack.max(depth);
            summary
                .code
                .insert(vertex.instruction.place.address, vertex.instruction.length);
            if let Some(callee) = vertex.callee.and_then(|callee| self.done.get(&callee)) {
                // A call's own depth is that at which the callee begins.
                summary.stack = summary.stack.max(depth.saturating_add(callee.stack));
                summary.code.extend(&callee.code);
                summary.loops.extend(callee.loops.iter().cloned());
            }
        }
        summary.loops.sort();
        summary.loops.dedup();
        let instructions = [&summary.returns, &summary.ends]
            .into_iter()
            .flatten()
            .map(|path| path.instructions);
        if instructions.max().unwrap_or(0) > 1 << 40 {
            return Err(refuse(
                image,
                &flow.nodes[0].instruction,
                "more instructions than any kernel waits for",
            ));
        }
        self.active.pop();
        let summary = Rc::new(summary);
        self.done.insert(entry, summary.clone());
        Ok(summary)
    }

    fn is_end(&self, place: Place) -> bool {
        self.ends.contains(&place) || self.handlers.contains(&place)
    }

    /// Shows that a function in which exhaustion begins does not return.
    fn check_handler(&mut self, place: Place) -> Result<(), Refusal> {
        if !self.handlers.contains(&place) || self.checked.contains(&place) {
            return Ok(());
        }
        let mut never = Never {
            prover: self,
            active: vec![place],
            known: BTreeMap::new(),
        };
        let (image, decoder) = (never.prover.image, never.prover.decoder.clone());
        let flow = Flow::build(image, &decoder, place, &mut never)?;
        if let Some(vertex) = flow.nodes.iter().find(|vertex| vertex.returns) {
            let why = "exhaustion begins in this function, and it may return";
            return Err(refuse(image, &vertex.instruction, why));
        }
        self.checked.insert(place);
        Ok(())
    }

    fn slot_target(&self, from: &Instruction, address: u64) -> Result<Target, Refusal> {
        match self.image.slot(address) {
            Some(Slot::Address(address)) => Ok(Target::Code(Place {
                address,
                ..from.place
            })),
            Some(Slot::Symbol(name)) if self.end_names.contains(&name) => Ok(Target::End),
            Some(Slot::Symbol(name)) => {
                let why = format!("goes to `{name}`, which the loader chooses");
                Err(refuse(self.image, from, why))
            }
            None => Err(refuse(
                self.image,
                from,
                "goes to an address that is read from memory",
            )),
        }
    }
}

impl Resolve for Prover<'_> {
    fn call(&mut self, from: &Instruction, to: Place) -> Result<Target, Refusal> {
        if self.is_end(to) {
            self.check_handler(to)?;
            return Ok(Target::End);
        }
        if self.cleanups.contains(&to) {
            let nothing = Summary {
                returns: Some(Path {
                    instructions: 0,
                    pieces: Vec::new(),
                }),
                ends: None,
                stack: 0,
                code: BTreeMap::new(),
                loops: Vec::new(),
            };
            self.done.entry(to).or_insert_with(|| Rc::new(nothing));
            return Ok(Target::Returns(to));
        }
        if self.active.contains(&to) {
            let names: Vec<_> = self
                .active
                .iter()
                .map(|place| self.image.function_at(place.address))
                .collect();
            let why = format!(
                "recursion: {} calls {}",
                names.join(" calls "),
                self.image.function_at(to.address)
            );
            return Err(refuse(self.image, from, why));
        }
        if self.active.len() >= DEEPEST {
            return Err(refuse(
                self.image,
                from,
                format!("calls nest deeper than {DEEPEST}"),
            ));
        }
        let summary = self.analyse(to)?;
        Ok(if summary.returns.is_some() {
            Target::Returns(to)
        } else {
            Target::Never(to)
        })
    }

    fn jump(&mut self, to: Place) -> Result<Target, Refusal> {
        if self.is_end(to) {
            self.check_handler(to)?;
            return Ok(Target::End);
        }
        Ok(Target::Code(to))
    }

    fn slot(&mut self, from: &Instruction, address: u64) -> Result<Target, Refusal> {
        self.slot_target(from, address)
    }

    fn computed_call(&mut self, _: &Instruction) -> bool {
        false
    }
}

/// Asks only whether functions may return; loops and recursion are allowed.
struct Never<'p, 'a> {
    prover: &'p mut Prover<'a>,
    active: Vec<Place>,
    /// Whether functions may return.
    known: BTreeMap<Place, bool>,
}

impl Never<'_, '_> {
    fn is_end(&self, place: Place) -> bool {
        self.prover.ends.contains(&place)
    }
}

impl Resolve for Never<'_, '_> {
    fn call(&mut self, from: &Instruction, to: Place) -> Result<Target, Refusal> {
        if self.is_end(to) {
            return Ok(Target::End);
        }
        // A call that is under way may come back for all that is known: this is the safe side.
        if self.active.contains(&to) {
            return Ok(Target::Returns(to));
        }
        if self.active.len() >= DEEPEST {
            return Err(refuse(
                self.prover.image,
                from,
                format!("calls nest deeper than {DEEPEST}"),
            ));
        }
        let (image, decoder) = (self.prover.image, self.prover.decoder.clone());
        let returns = match self.known.get(&to) {
            Some(&known) => known,
            None => {
                self.active.push(to);
                let flow = Flow::build(image, &decoder, to, self)?;
                self.active.pop();
                flow.nodes.iter().any(|vertex| vertex.returns)
            }
        };
        self.known.insert(to, returns);
        Ok(if returns {
            Target::Returns(to)
        } else {
            Target::Never(to)
        })
    }

    fn jump(&mut self, to: Place) -> Result<Target, Refusal> {
        Ok(if self.is_end(to) {
            Target::End
        } else {
            Target::Code(to)
        })
    }

    fn slot(&mut self, from: &Instruction, address: u64) -> Result<Target, Refusal> {
        // What the loader chooses may come back for all that is known.
        match self.prover.slot_target(from, address) {
            Err(_) if self.prover.image.slot(address).is_some() => Ok(Target::Returns(from.place)),
            target => target,
        }
    }

    fn computed_call(&mut self, _: &Instruction) -> bool {
        // The installed handler, in the function that the rules name and nowhere else.
        self.active.len() == 1
    }
}
