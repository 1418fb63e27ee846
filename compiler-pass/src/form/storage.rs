//! Which places of the module's memory may be one, and what is stored there: for numbers that are read as pointers by
//! nothing but their type (a union's other member, a cast of the place's address).
//!
//! A points-to analysis of the whole module by unification, in the manner of Steensgaard: pointers that meet point into
//! one *class* of memory. Offsets are kept apart ([`super::offset`]), as far as that is known, both of pointers and of the
//! places in a class; what is copied makes its two sides one class. Sets of places only grow and offsets only climb; if
//! they have not come to rest after [`MAX_ROUNDS`] sweeps over the module, they are forgotten.
//!
//! Not followed: pointers in the initialisers of global variables, what assembly and functions of other files do with
//! what they are given, beyond their effects.

use super::classes::{Classes, Spot};
use super::draft::Draft;
use super::offset::{Offset, Step};
use super::{Argument, Callee, FuncId, Function, Inst, InstKind, ValueId, ValueKind};
use crate::effects::{Effects, Sink, Source};
use crate::llvm::{Value, shim};
use inkwell::llvm_sys::LLVMOpcode;
use std::collections::{BTreeMap, HashMap};

/// After so many sweeps every offset is any.
const MAX_ROUNDS: usize = 8;
/// A number that is stored: function, value and bytes.
pub(super) type Number = (usize, ValueId, u32);

/// What is done in a class of memory.
#[derive(Default)]
struct Accesses {
    /// Where pointers are read, and the most bytes of a read there.
    reads: BTreeMap<Offset, u32>,
    /// The numbers that are stored at each place.
    numbers: BTreeMap<Offset, Vec<Number>>,
}

impl Accesses {
    fn numbers_at(&self, offset: Offset, bytes: u32) -> impl Iterator<Item = Number> {
        let here = self.numbers.iter().flat_map(move |(at, numbers)| {
            numbers
                .iter()
                .filter(move |(.., stored)| offset.overlaps(bytes, *at, *stored))
        });
        here.copied()
    }
}

/// The solution for a module.
pub(super) struct Storage {
    spots: Vec<Vec<Option<Spot>>>,
    classes: Classes,
    accesses: HashMap<usize, Accesses>,
    /// Which marks the numbers at a place have got: class, offset and bytes.
    asked: HashMap<(usize, Offset, u32), u8>,
}

impl Storage {
    /// Finds what is stored where. Near-linear in the size of the module.
    pub(super) fn new<'a>(
        functions: &[Function<'a>],
        drafts: &[Option<Draft<'a>>],
        pointer_bytes: u32,
    ) -> Storage {
        let mut search = Search::new(functions, drafts, pointer_bytes);
        for round in 0.. {
            search.grew = false;
            search.sweep(round % 2 == 0);
            if !search.grew {
                break;
            }
            if round >= MAX_ROUNDS {
                // Classes are what they are by now, or become one where an offset was all that kept them apart.
                search.is_coarse = true;
            }
        }
        let mut storage = Storage {
            spots: search.spots,
            classes: search.classes,
            accesses: HashMap::new(),
            asked: HashMap::new(),
        };
        storage.collect(drafts);
        storage
    }

    /// Finds all numbers that are stored, and all pointers that are read.
    fn collect(&mut self, drafts: &[Option<Draft<'_>>]) {
        for (function, draft) in drafts.iter().enumerate() {
            let Some(draft) = draft else { continue };
            for inst in draft.insts.iter() {
                match inst.kind {
                    InstKind::Store { pointer, value } | InstKind::Exchange { pointer, value } => {
                        let def = &draft.values[value.index()];
                        let is_made = matches!(def.kind, ValueKind::Inst(_) | ValueKind::Param(_));
                        if is_made
                            && !def.is_pointer
                            && let Some(spot) = self.spot(function, pointer)
                        {
                            let accesses = self.accesses.entry(spot.class).or_default();
                            let numbers = accesses.numbers.entry(spot.offset).or_default();
                            numbers.push((function, value, inst.bytes));
                        }
                    }
                    InstKind::Load(pointer) => {
                        let result = inst.result.map(|result| &draft.values[result.index()]);
                        if result.is_some_and(|result| result.holds_pointer)
                            && let Some(spot) = self.spot(function, pointer)
                        {
                            let accesses = self.accesses.entry(spot.class).or_default();
                            let bytes = accesses.reads.entry(spot.offset).or_default();
                            *bytes = inst.bytes.max(*bytes);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn spot(&mut self, function: usize, value: ValueId) -> Option<Spot> {
        let spot = self.spots[function][value.index()]?;
        let class = self.classes.find(spot.class);
        let is_one = self.classes.cells[class].is_one;
        let offset = if is_one { Offset::ANY } else { spot.offset };
        Some(Spot { class, offset })
    }

    /// The numbers that may lie where so many bytes are read through a pointer; none if it is not known where in its class it
    /// points, since such classes grow into all of memory. None either if that was asked before with these marks.
    pub(super) fn numbers(
        &mut self,
        function: usize,
        pointer: ValueId,
        bytes: u32,
        marks: u8,
    ) -> Vec<Number> {
        let spot = self.spot(function, pointer);
        let Some(spot) = spot.filter(|spot| spot.offset != Offset::ANY) else {
            return Vec::new();
        };
        let asked = self.asked.entry((spot.class, spot.offset, bytes)).or_default();
        if marks & !*asked == 0 {
            return Vec::new();
        }
        *asked |= marks;
        let accesses = self.accesses.get(&spot.class).into_iter();
        accesses
            .flat_map(|accesses| accesses.numbers_at(spot.offset, bytes))
            .collect()
    }

    /// The numbers that are stored where somewhere a pointer is read.
    pub(super) fn read_as_pointers(&self) -> Vec<Number> {
        let mut found = Vec::new();
        for accesses in self.accesses.values() {
            // Of memory whose places are one, what lies where is not known: that numbers are stored and pointers are read there
            // shows nothing.
            let reads = accesses
                .reads
                .iter()
                .filter(|(offset, _)| **offset != Offset::ANY);
            found.extend(reads.flat_map(|(offset, bytes)| accesses.numbers_at(*offset, *bytes)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

struct Search<'s, 'a> {
    functions: &'s [Function<'a>],
    drafts: &'s [Option<Draft<'a>>],
    pointer_bytes: u32,
    classes: Classes,
    spots: Vec<Vec<Option<Spot>>>,
    variables: HashMap<Value<'a>, usize>,
    /// For each function, where what it returns points.
    results: Vec<Option<Spot>>,
    /// For each function, the memory that holds the arguments past its parameters.
    rests: HashMap<FuncId, usize>,
    /// What calls through pointers pass, by position, and what they return.
    passed: BTreeMap<usize, Spot>,
    returned: Option<Spot>,
    grew: bool,
    is_coarse: bool,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(functions: &'s [Function<'a>], drafts: &'s [Option<Draft<'a>>], pointer_bytes: u32) -> Self {
        let sizes = drafts
            .iter()
            .map(|draft| draft.as_ref().map_or(0, |draft| draft.values.len()));
        let mut search = Search {
            functions,
            drafts,
            pointer_bytes,
            classes: Classes::default(),
            spots: sizes.map(|size| vec![None; size]).collect(),
            variables: HashMap::new(),
            results: vec![None; drafts.len()],
            rests: HashMap::new(),
            passed: BTreeMap::new(),
            returned: None,
            grew: false,
            is_coarse: false,
        };
        for (index, draft) in drafts.iter().enumerate() {
            let Some(draft) = draft else { continue };
            for (value, def) in draft.values.iter().enumerate() {
                let is_open = !functions[index].facts.callers_known;
                search.spots[index][value] = match def.kind {
                    ValueKind::Global(Some((number, offset))) => {
                        draft.variables.get(number as usize).map(|variable| Spot {
                            class: search.variable(*variable),
                            offset: Offset::exactly(offset),
                        })
                    }
                    ValueKind::Param(_) if is_open && def.holds_pointer => Some(search.fresh()),
                    _ => None,
                };
            }
        }
        search
    }

    fn fresh(&mut self) -> Spot {
        Spot {
            class: self.classes.fresh(),
            offset: Offset::START,
        }
    }

    fn variable(&mut self, variable: Value<'a>) -> usize {
        let classes = &mut self.classes;
        *self.variables.entry(variable).or_insert_with(|| classes.fresh())
    }

    /// Applies every instruction of the module once.
    fn sweep(&mut self, is_forward: bool) {
        let count = self.drafts.len();
        for step in 0..count {
            let index = if is_forward { step } else { count - 1 - step };
            let Some(draft) = &self.drafts[index] else {
                continue;
            };
            self.passed_to(index, draft);
            for inst in draft.insts.iter() {
                self.apply(index, draft, inst);
            }
            for cleanup in draft.cleanups {
                self.call(index, cleanup.call.callee, cleanup.call.args, None);
            }
        }
    }

    /// What calls through pointers pass to a function whose address is taken, and get from it.
    fn passed_to(&mut self, index: usize, draft: &Draft<'_>) {
        if self.functions[index].llvm.function_facts() & shim::FN_ADDRESS_TAKEN == 0 {
            return;
        }
        for (position, param) in draft.params.iter().enumerate() {
            let passed = self.passed.get(&position).copied();
            self.point(index, *param, passed);
        }
        self.returned = self.met(self.returned, self.results[index]);
    }

    fn get(&self, function: usize, value: ValueId) -> Option<Spot> {
        self.spots[function][value.index()]
    }

    /// Where both may point.
    fn met(&mut self, known: Option<Spot>, other: Option<Spot>) -> Option<Spot> {
        let (Some(known), Some(other)) = (known, other) else {
            self.grew |= known.is_none() && other.is_some();
            return known.or(other);
        };
        self.grew |= self.classes.unify(known.class, other.class);
        let joined = if self.is_coarse && known.offset != other.offset {
            Offset::ANY
        } else {
            known.offset.join(other.offset)
        };
        self.grew |= joined != known.offset;
        Some(Spot {
            offset: joined,
            ..known
        })
    }

    fn point(&mut self, function: usize, value: ValueId, to: Option<Spot>) {
        let known = self.spots[function][value.index()];
        self.spots[function][value.index()] = self.met(known, to);
    }

    fn hold(&mut self, at: Option<Spot>, held: Option<Spot>) {
        if let (Some(at), Some(held)) = (at, held) {
            self.grew |= self.classes.hold(at, held);
        }
    }

    /// Where what is read at a place points; something new, if it is a pointer of which nothing is known.
    fn read(&mut self, at: Option<Spot>, bytes: u32, is_pointer: bool) -> Option<Spot> {
        let at = at?;
        let (known, grew) = self.classes.held(at, bytes.max(self.pointer_bytes));
        self.grew |= grew;
        if known.is_some() || !is_pointer {
            return known;
        }
        let fresh = self.fresh();
        self.hold(Some(at), Some(fresh));
        Some(fresh)
    }

    /// What lies at one place is copied to another.
    fn copy(&mut self, to: Option<Spot>, from: Option<Spot>) {
        let (Some(to), Some(from)) = (to, from) else {
            return;
        };
        self.grew |= self.classes.unify(to.class, from.class);
        if to.offset != from.offset || to.offset.exact().is_none() {
            self.grew |= self.classes.join_places(to.class);
        }
    }

    fn apply(&mut self, index: usize, draft: &Draft<'_>, inst: &Inst<'_>) {
        let result = |search: &mut Self, spot: Option<Spot>| {
            if let Some(result) = inst.result {
                search.point(index, result, spot);
            }
        };
        let is_new = inst
            .result
            .is_some_and(|result| self.get(index, result).is_none());
        let is_pointer = inst
            .result
            .is_some_and(|result| draft.values[result.index()].holds_pointer);
        match inst.kind {
            InstKind::StackSlot | InstKind::Operation(..) | InstKind::LandingPad if is_new && is_pointer => {
                let fresh = self.fresh();
                result(self, Some(fresh));
            }
            InstKind::Call(call) => {
                let returned = self.call(index, call.callee, call.args, inst.result);
                let spot = match returned {
                    None if is_new && is_pointer && !self.has_body(call.callee) => Some(self.fresh()),
                    returned => returned,
                };
                result(self, spot);
            }
            InstKind::Phi(incoming) => {
                for (_, operand) in incoming {
                    let spot = self.get(index, *operand);
                    result(self, spot);
                }
            }
            InstKind::Same(operand)
            | InstKind::Resize { value: operand, .. }
            | InstKind::FromInteger(operand) => {
                let spot = self.get(index, operand);
                result(self, spot);
            }
            InstKind::Select { yes, no, .. } => {
                for operand in [yes, no] {
                    let spot = self.get(index, operand);
                    result(self, spot);
                }
            }
            InstKind::Address { base, step } => {
                let spot = self.get(index, base);
                let step = if self.is_coarse && step.stride != 0 {
                    Step {
                        constant: 0,
                        stride: 1,
                    }
                } else {
                    step
                };
                result(
                    self,
                    spot.map(|spot| Spot {
                        offset: spot.offset.step(step),
                        ..spot
                    }),
                );
            }
            InstKind::Derive(operands) if !is_difference(draft, inst, operands) => {
                for operand in operands {
                    let spot = self.get(index, *operand);
                    let is_cast = matches!(
                        inst.llvm.opcode(),
                        Some(LLVMOpcode::LLVMPtrToInt | LLVMOpcode::LLVMPtrToAddr)
                    );
                    result(self, if is_cast { spot } else { spot.map(Spot::anywhere) });
                }
            }
            InstKind::Plain(&[whole]) if inst.keeps_bits() => {
                let spot = self.get(index, whole).map(Spot::anywhere);
                result(self, spot);
            }
            InstKind::Load(pointer) => {
                let at = self.get(index, pointer);
                let spot = self.read(at, inst.bytes, is_pointer);
                result(self, spot);
            }
            InstKind::Store { pointer, value } => {
                self.hold(self.get(index, pointer), self.get(index, value));
            }
            InstKind::Exchange { pointer, value } => {
                let at = self.get(index, pointer);
                self.hold(at, self.get(index, value));
                let spot = self.read(at, inst.bytes, is_pointer);
                result(self, spot);
            }
            InstKind::Copy { to, from } => self.copy(self.get(index, to), self.get(index, from)),
            InstKind::Rest(list) => {
                let rest = Spot {
                    class: self.rest(FuncId::new(index)),
                    offset: Offset::ANY,
                };
                let list = self.get(index, list).map(Spot::anywhere);
                self.hold(list, Some(rest));
            }
            InstKind::Return(Some(value)) => {
                self.results[index] = self.met(self.results[index], self.get(index, value));
            }
            _ => {}
        }
    }

    fn has_body(&self, callee: Callee) -> bool {
        matches!(callee, Callee::Direct(callee) if self.drafts[callee.index()].is_some())
    }

    fn rest(&mut self, function: FuncId) -> usize {
        let classes = &mut self.classes;
        *self.rests.entry(function).or_insert_with(|| classes.fresh())
    }

    /// Passes the arguments of a call. Where its result points.
    fn call(
        &mut self,
        index: usize,
        callee: Callee,
        args: &[Argument],
        result: Option<ValueId>,
    ) -> Option<Spot> {
        let spot = |search: &Self, position: usize| {
            let argument = args.get(position)?;
            search.get(index, argument.value)
        };
        match callee {
            Callee::Direct(callee) => match &self.drafts[callee.index()] {
                Some(draft) => {
                    for (position, param) in draft.params.iter().enumerate() {
                        let passed = spot(self, position);
                        self.point(callee.index(), *param, passed);
                    }
                    for position in draft.params.len()..args.len() {
                        let rest = Spot {
                            class: self.rest(callee),
                            offset: Offset::ANY,
                        };
                        self.hold(Some(rest), spot(self, position));
                    }
                    self.results[callee.index()]
                }
                None => {
                    let declared = self.functions[callee.index()].declared;
                    let all: Vec<Option<Spot>> = (0..args.len()).map(|at| spot(self, at)).collect();
                    let known = result.map(|result| self.get(index, result));
                    self.declared(declared, &all, known)
                }
            },
            Callee::Indirect(_) => {
                for position in 0..args.len() {
                    let known = self.passed.get(&position).copied();
                    if let Some(met) = self.met(known, spot(self, position)) {
                        self.passed.insert(position, met);
                    }
                }
                self.returned
            }
            Callee::Assembly => None,
        }
    }

    /// A function of another file: what its effects say, or else that it returns any of its arguments. `known` is what is
    /// known of its result, if there is one.
    fn declared(
        &mut self,
        effects: Option<&Effects>,
        args: &[Option<Spot>],
        known: Option<Option<Spot>>,
    ) -> Option<Spot> {
        let is_used = known.is_some();
        let mut returned = known.flatten();
        let Some(effects) = effects else {
            return args.iter().filter(|_| is_used).fold(returned, |met, arg| {
                let arg = arg.map(Spot::anywhere);
                self.met(met, arg)
            });
        };
        for (from, to) in &effects.flows {
            let argument = |index: Option<u32>| *args.get(index? as usize)?;
            let given = argument(from.argument()).map(Spot::anywhere);
            let is_content = !matches!(from, Source::Arg(_) | Source::In(_) | Source::Outside);
            match to {
                Sink::Return if !is_used => {}
                Sink::Return if is_content => {
                    let read = self.read(given, self.pointer_bytes, true);
                    returned = self.met(returned, read);
                }
                Sink::Return => returned = self.met(returned, given),
                Sink::Unknown | Sink::Freed | Sink::Global | Sink::In(_) => {}
                _ if is_content => self.copy(argument(to.argument()).map(Spot::anywhere), given),
                _ => self.hold(argument(to.argument()).map(Spot::anywhere), given),
            }
        }
        returned
    }
}

/// Whether one address is subtracted from another: the result is a length.
fn is_difference(draft: &Draft<'_>, inst: &Inst<'_>, operands: &[ValueId]) -> bool {
    let is_address = |value: &ValueId| {
        let cast = draft.def(*value).and_then(|inst| inst.llvm.opcode());
        matches!(cast, Some(LLVMOpcode::LLVMPtrToInt | LLVMOpcode::LLVMPtrToAddr))
    };
    inst.llvm.opcode() == Some(LLVMOpcode::LLVMSub) && operands.iter().all(is_address)
}
