//! Finds the numbers that somewhere in the module may be made into pointers, and decides by that which numbers are followed.
//!
//! Backward from every integer that becomes a pointer: through arithmetic, from parameters to what callers pass, from results
//! to what callees return, and from reads to all that is stored. Memory is one place here, except that narrow accesses are
//! apart from those with room for an address. What the walk meets is *revived*,
//! * as an address: what lies between it and the pointer are sums, tags and choices, or
//! * scaled: it is multiplied, divided, shifted or turned round first.
//!
//! A number that is stored where somewhere a pointer is read is one, too, by nothing but the place's type. Since so much is
//! stored, the walk back from there takes memory for what it is: places are those that may be one ([`super::storage`]).
//!
//! Quotients and remainders of an address (a hash, the number of a page) are followed where they are revived after scaling,
//! or visibly scaled back (`p / a * a`); quotients of what may be a multiple of one where they are revived. Numbers that are
//! read, computed with, and stored, passed or returned are followed where they are revived as addresses. All other
//! arithmetic on an address is followed always. What only another file makes into a pointer is not seen here.

use super::draft::Draft;
use super::storage::Storage;
use super::{Callee, Disguise, Function, Inst, InstKind, ValueDef, ValueId, ValueKind};
use inkwell::llvm_sys::LLVMOpcode::{self, *};
use std::collections::HashMap;

/// How numbers are revived: a set of [`ADDRESS`] and [`SCALED`], and the same of what is read as a pointer where it lies.
type Ways = u8;
const ADDRESS: Ways = 1;
const SCALED: Ways = 2;
const PLACED: Ways = 4;
const PLACED_SCALED: Ways = 8;
/// As a part of an address: other parts are put beside it.
const PART: Ways = 16;

/// The ways in which an operand is revived whose multiple or part is.
fn scaled(ways: Ways) -> Ways {
    let plain = if ways & (ADDRESS | SCALED) != 0 { SCALED } else { 0 };
    let placed = if ways & (PLACED | PLACED_SCALED) != 0 {
        PLACED_SCALED
    } else {
        0
    };
    plain | placed | ways & PART
}

/// A remainder of a division by so much has more than the low bits of an address.
const LARGE: u64 = 1 << 32;

/// Judges the numbers of a module: marks those that are revived as addresses, and lets divisions derive addresses where
/// that matters. Linear in the size of the module.
pub(super) fn judge<'a>(functions: &[Function<'a>], drafts: &mut [Option<Draft<'a>>], pointer_bytes: u32) {
    for draft in drafts.iter_mut().flatten() {
        draft.rounded = draft.insts.iter().map(|inst| draft.rounds(inst)).collect();
    }
    let ways = Search::new(functions, drafts, pointer_bytes).run();
    for (draft, ways) in drafts.iter_mut().zip(ways) {
        let Some(draft) = draft else { continue };
        let mut divides: Vec<usize> = Vec::new();
        for (index, inst) in draft.insts.iter().enumerate() {
            if let Some((quotient, _)) = draft.scaled_back(inst)
                && let ValueKind::Inst(division) = draft.values[quotient.index()].kind
            {
                divides.push(division.index());
            }
            if leaves_address(draft, inst, &ways) {
                divides.push(index);
            }
        }
        for index in divides {
            if let InstKind::Plain(operands) = draft.insts[index].kind {
                // The divisor is no address.
                draft.insts[index].kind = InstKind::Derive(&operands[..1]);
            }
        }
        for (value, ways) in draft.values.iter_mut().zip(ways) {
            let is_part = match value.kind {
                ValueKind::Inst(id) => is_part(&draft.insts[id.index()], pointer_bytes),
                _ => false,
            };
            value.is_revived = ways & if is_part { PART } else { ADDRESS | PLACED } != 0;
        }
    }
}

/// Whether a division leaves so much of an address that its result is followed.
fn leaves_address(draft: &Draft<'_>, inst: &Inst<'_>, ways: &[Ways]) -> bool {
    let (InstKind::Plain(&[dividend, divisor]), Some(result)) = (inst.kind, inst.result) else {
        return false;
    };
    let ways = ways.get(result.index()).copied().unwrap_or_default();
    let is_scaled = ways & (SCALED | PLACED_SCALED | PART) != 0;
    match inst.llvm.opcode() {
        // A multiple of an address is divided. What is made of a pointer right here is an address, and its quotient none.
        Some(LLVMUDiv | LLVMSDiv) => is_scaled || ways != 0 && !is_address(draft, dividend),
        Some(LLVMURem | LLVMSRem) => {
            is_scaled
                || draft
                    .constant(divisor)
                    .is_some_and(|by| by.unsigned_abs() >= LARGE)
        }
        _ => false,
    }
}

fn is_address(draft: &Draft<'_>, value: ValueId) -> bool {
    let opcode = draft.def(value).and_then(|inst| inst.llvm.opcode());
    matches!(opcode, Some(LLVMPtrToInt | LLVMPtrToAddr))
}

/// Whether an instruction reads a number that has too few bits for an address, and more than a byte.
fn is_part(inst: &Inst<'_>, pointer_bytes: u32) -> bool {
    matches!(inst.kind, InstKind::Load(_) | InstKind::Exchange { .. })
        && (2..pointer_bytes).contains(&inst.bytes)
        && !inst.llvm.ty().is_floating()
}

/// A part of an address that is revived is followed as single bytes are. A number that is read, computed with and revived
/// is followed: if it is aligned, wherever it lies, since that is done
/// with addresses; else where no pointer beside it can be taken for it.
pub(super) fn follow(insts: &[Inst<'_>], values: &mut [ValueDef<'_>], pointer_bytes: u32) {
    for value in values.iter_mut() {
        let ValueKind::Inst(id) = value.kind else { continue };
        let inst = &insts[id.index()];
        let is_read = matches!(inst.kind, InstKind::Load(_) | InstKind::Exchange { .. })
            && inst.bytes >= pointer_bytes
            && !inst.llvm.ty().is_floating();
        value.disguise = match value.disguise {
            Disguise::Known if value.is_revived && is_part(inst, pointer_bytes) => Disguise::Byte,
            Disguise::Aligned if is_read && value.is_revived => Disguise::Passed,
            Disguise::Known | Disguise::Aligned if is_read && value.is_revived => Disguise::Computed,
            Disguise::Aligned => Disguise::Known,
            other => other,
        };
    }
}

/// The walk. A value of a function is a place in the module.
struct Search<'s, 'a> {
    drafts: &'s [Option<Draft<'a>>],
    pointer_bytes: u32,
    storage: Storage,
    ways: Vec<Vec<Ways>>,
    work: Vec<(usize, ValueId, Ways)>,
    /// For each function, how its results are revived.
    results: Vec<Ways>,
    /// For each function, the calls of it: caller and arguments.
    callers: HashMap<usize, Vec<(usize, &'a [super::Argument])>>,
    /// Where more arguments may be passed than there are parameters, or it is not known to whom.
    others: Vec<(usize, &'a [super::Argument])>,
    /// What was read, as a number with room for an address and as a narrower one.
    wide: Ways,
    narrow: Ways,
    /// Parameters, and results, of calls through pointers.
    passed: Ways,
    returned: Ways,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(functions: &[Function<'a>], drafts: &'s [Option<Draft<'a>>], pointer_bytes: u32) -> Self {
        let mut search = Search {
            drafts,
            pointer_bytes,
            storage: Storage::new(functions, drafts, pointer_bytes),
            ways: drafts
                .iter()
                .map(|draft| vec![0; draft.as_ref().map_or(0, |draft| draft.values.len())])
                .collect(),
            work: Vec::new(),
            results: vec![0; drafts.len()],
            callers: HashMap::new(),
            others: Vec::new(),
            wide: 0,
            narrow: 0,
            passed: 0,
            returned: 0,
        };
        for (index, inst) in search.insts() {
            match inst.kind {
                InstKind::FromInteger(value) => search.demand(index, value, ADDRESS),
                InstKind::Call(call) => match call.callee {
                    Callee::Direct(callee) => {
                        let calls = search.callers.entry(callee.index()).or_default();
                        calls.push((index, call.args));
                        if functions[callee.index()].variadic {
                            let rest = functions[callee.index()].params().min(call.args.len());
                            search.others.push((index, &call.args[rest..]));
                        }
                    }
                    Callee::Indirect(_) | Callee::Assembly => search.others.push((index, call.args)),
                },
                _ => {}
            }
        }
        for (function, value, bytes) in search.storage.read_as_pointers() {
            search.demand(function, value, search.placed_ways(bytes, PLACED));
        }
        search
    }

    fn insts(&self) -> impl Iterator<Item = (usize, &'s Inst<'a>)> + use<'s, 'a> {
        let drafts = self.drafts.iter().enumerate();
        drafts.flat_map(|(index, draft)| {
            let insts = draft.iter().flat_map(|draft| draft.insts.iter());
            insts.map(move |inst| (index, inst))
        })
    }

    fn demand(&mut self, function: usize, value: ValueId, ways: Ways) {
        let Some(draft) = &self.drafts[function] else {
            return;
        };
        // Where it is a pointer by its type, it need not be found out that it is one.
        let def = &draft.values[value.index()];
        if def.is_pointer || !matches!(def.kind, ValueKind::Inst(_) | ValueKind::Param(_)) {
            return;
        }
        let known = &mut self.ways[function][value.index()];
        let new = ways & !*known;
        if new != 0 {
            *known |= new;
            self.work.push((function, value, new));
        }
    }

    fn run(mut self) -> Vec<Vec<Ways>> {
        while let Some((function, value, ways)) = self.work.pop() {
            let Some(draft) = &self.drafts[function] else {
                continue;
            };
            match draft.values[value.index()].kind {
                ValueKind::Param(index) => self.given(function, index as usize, ways),
                ValueKind::Inst(id) => match draft.rounded[id.index()] {
                    Some(rounded) => self.demand(function, rounded, ways),
                    None => self.made_by(function, &draft.insts[id.index()], ways),
                },
                _ => {}
            }
        }
        self.ways
    }

    /// A parameter is what callers pass, and others through pointers.
    fn given(&mut self, function: usize, index: usize, ways: Ways) {
        for (caller, args) in self.callers.get(&function).cloned().unwrap_or_default() {
            if let Some(argument) = args.get(index) {
                self.demand(caller, argument.value, ways);
            }
        }
        let new = ways & !self.passed;
        self.passed |= new;
        self.other_arguments(new);
    }

    fn other_arguments(&mut self, ways: Ways) {
        if ways != 0 {
            for (caller, args) in self.others.clone() {
                for argument in args {
                    self.demand(caller, argument.value, ways);
                }
            }
        }
    }

    fn made_by(&mut self, function: usize, inst: &Inst<'a>, ways: Ways) {
        match inst.kind {
            InstKind::Load(pointer) | InstKind::Exchange { pointer, .. } => {
                self.read(inst.bytes, ways & (ADDRESS | SCALED));
                self.placed(function, pointer, inst.bytes, ways);
            }
            InstKind::Opaque(..) => self.read(inst.bytes, ways & (ADDRESS | SCALED)),
            InstKind::Call(call) => match call.callee {
                Callee::Direct(callee) if self.drafts[callee.index()].is_some() => {
                    self.results(callee.index(), ways);
                }
                // What a library function returns is one of its arguments, or none.
                Callee::Direct(_) => {
                    for argument in call.args {
                        self.demand(function, argument.value, ways);
                    }
                }
                Callee::Indirect(_) | Callee::Assembly => {
                    let new = ways & !self.returned;
                    self.returned |= new;
                    if new != 0 {
                        (0..self.drafts.len()).for_each(|callee| self.results(callee, new));
                    }
                }
            },
            InstKind::Phi(_) | InstKind::Same(_) | InstKind::Resize { .. } => {
                for operand in inst.kind.operands() {
                    self.demand(function, operand, ways);
                }
            }
            InstKind::Select { yes, no, .. } => {
                self.demand(function, yes, ways);
                self.demand(function, no, ways);
            }
            InstKind::Derive(operands) | InstKind::Plain(operands) => match inst.llvm.opcode() {
                Some(LLVMMul | LLVMUDiv | LLVMSDiv | LLVMURem | LLVMSRem) => {
                    for operand in operands {
                        self.demand(function, *operand, scaled(ways));
                    }
                }
                Some(LLVMShl | LLVMLShr | LLVMAShr) => self.demand(function, operands[0], scaled(ways)),
                _ if inst.turns_bits() || inst.multiplies() => {
                    for operand in operands {
                        self.demand(function, *operand, scaled(ways));
                    }
                }
                Some(opcode) if !is_floating(opcode) => {
                    let ways = if self.puts_together(function, opcode, operands) {
                        ways | PART
                    } else {
                        ways
                    };
                    for operand in operands {
                        self.demand(function, *operand, ways);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Whether parts of a number are put together: one of them has been shifted to its place.
    fn puts_together(&self, function: usize, opcode: LLVMOpcode, operands: &[ValueId]) -> bool {
        let Some(draft) = &self.drafts[function] else {
            return false;
        };
        let is_shifted = |value: &ValueId| {
            let shift = draft
                .def(*value)
                .filter(|inst| inst.llvm.opcode() == Some(LLVMShl));
            let widens =
                |inst: &Inst<'_>| matches!(inst.kind, InstKind::Resize { from, to, .. } if from < to);
            shift.is_some_and(|inst| {
                let shifted = inst.kind.operands().first().copied();
                shifted.and_then(|shifted| draft.def(shifted)).is_some_and(widens)
            })
        };
        matches!(opcode, LLVMOr | LLVMAdd | LLVMXor) && operands.iter().any(is_shifted)
    }

    fn results(&mut self, callee: usize, ways: Ways) {
        let Some(draft) = &self.drafts[callee] else { return };
        let new = ways & !self.results[callee];
        self.results[callee] |= new;
        if new == 0 {
            return;
        }
        for inst in draft.insts.iter() {
            if let InstKind::Return(Some(value)) = inst.kind {
                self.demand(callee, value, new);
            }
        }
    }

    /// What is read at a place is what is stored there, whole or in parts.
    fn placed(&mut self, function: usize, pointer: ValueId, bytes: u32, ways: Ways) {
        for (index, value, stored) in self.storage.numbers(function, pointer, bytes, ways) {
            let is_part = stored < bytes && bytes >= self.pointer_bytes;
            let ways = if is_part { ways } else { ways & !(ADDRESS | SCALED) };
            if ways != 0 {
                self.demand(index, value, self.placed_ways(stored, ways));
            }
        }
    }

    /// How a number is revived that is stored in so many bytes of something revived.
    fn placed_ways(&self, bytes: u32, ways: Ways) -> Ways {
        if (2..self.pointer_bytes).contains(&bytes) {
            PART
        } else {
            ways & !(ADDRESS | SCALED)
        }
    }

    /// What is read somewhere is what is stored anywhere, in as many bytes; single bytes are parts of anything.
    fn read(&mut self, bytes: u32, ways: Ways) {
        let is_wide = |bytes: u32| bytes >= self.pointer_bytes;
        let known = if is_wide(bytes) {
            &mut self.wide
        } else {
            &mut self.narrow
        };
        let new = ways & !*known;
        *known |= new;
        if new == 0 {
            return;
        }
        let stores: Vec<(usize, ValueId)> = self
            .insts()
            .filter_map(|(index, inst)| match inst.kind {
                InstKind::Store { value, .. } | InstKind::Exchange { value, .. }
                    if bytes == 1 || is_wide(inst.bytes) == is_wide(bytes) =>
                {
                    Some((index, value))
                }
                _ => None,
            })
            .collect();
        for (index, value) in stores {
            self.demand(index, value, new);
        }
        // Arguments past the parameters are read from memory.
        let new = new & !self.passed;
        self.passed |= new;
        self.other_arguments(new);
    }
}

fn is_floating(opcode: LLVMOpcode) -> bool {
    matches!(
        opcode,
        LLVMFNeg
            | LLVMFAdd
            | LLVMFSub
            | LLVMFMul
            | LLVMFDiv
            | LLVMFRem
            | LLVMFPToUI
            | LLVMFPToSI
            | LLVMUIToFP
            | LLVMSIToFP
            | LLVMFPTrunc
            | LLVMFPExt
            | LLVMFCmp
    )
}
