//! The transfer functions of [`super::provenance`]: what each instruction lets point where.

use super::context::Context;
use super::object::{Object, Place, Places};
use super::provenance::Provenance;
use crate::effects::MAX_DEPTH;
use crate::form::offset::Offset;
use crate::form::{Disguise, Inst, InstId, InstKind, ValueId, ValueKind};
use inkwell::llvm_sys::LLVMOpcode;
use std::collections::{BTreeSet, HashMap};

/// How many pointers a copy may be long so that the fields of a parameter are copied one by one.
const SMALL_COPY: u32 = 16;

/// Applies every instruction until nothing grows.
pub(super) fn solve(cx: Context<'_, '_>, provenance: &mut Provenance) {
    let mut solver = Solver {
        cx,
        provenance,
        settled: false,
        version: 0,
        judged: HashMap::new(),
        moved: HashMap::new(),
    };
    solver.begin();
    while solver.round() {}
    // A pointer of which nothing is known by now is null, or leads to the outside.
    solver.settled = true;
    while solver.round() {}
}

pub(super) struct Solver<'s, 'a> {
    pub(super) cx: Context<'s, 'a>,
    pub(super) provenance: &'s mut Provenance,
    /// What points nowhere now will point nowhere.
    pub(super) settled: bool,
    /// How often something grew.
    pub(super) version: u64,
    /// The version at which an undescribed call was last applied.
    pub(super) judged: HashMap<InstId, u64>,
    /// How many objects such a call moved among how many.
    pub(super) moved: HashMap<InstId, (usize, usize)>,
}

impl Solver<'_, '_> {
    /// The parameters, and the constants.
    fn begin(&mut self) {
        let global = self.provenance.object(Object::Global);
        let params = self.cx.body.params.len() as u32;
        if self.cx.function.variadic {
            self.caller(params);
        }
        for index in 0..self.cx.body.values.len() {
            let value = ValueId::new(index);
            let def = self.cx.body.value(value);
            match def.kind {
                ValueKind::Param(param) if !def.holds_pointer && self.cx.follows(def) => {
                    self.caller(param);
                    let object = self.provenance.object(Object::Number(param));
                    self.provenance.add(value, Place::anywhere_in(object));
                }
                ValueKind::Param(param) if def.holds_pointer => {
                    let object = self.caller(param);
                    // A structure or a vector has several pointers, each to some place of its own.
                    let place = if def.is_pointer {
                        Place::start_of(object)
                    } else {
                        Place::anywhere_in(object)
                    };
                    self.provenance.add(value, place);
                }
                ValueKind::Global(Some((variable, offset)))
                    if def.holds_pointer && self.provenance.is_fine =>
                {
                    let object = self.provenance.object(Object::Variable(variable));
                    let offset = Offset::exactly(offset);
                    self.provenance.add(value, Place { object, offset });
                }
                // A fixed address is some device's, or somebody else's. Not so null, and the marks that programs make of odd
                // numbers.
                ValueKind::Int(address) if def.holds_pointer && address % 2 == 0 && address != 0 => {
                    self.provenance.add(value, Place::anywhere_in(global));
                }
                // Also as an integer: the entry of a table of addresses.
                ValueKind::Global(_) => {
                    self.provenance.add(value, Place::anywhere_in(global));
                }
                ValueKind::Function(_)
                | ValueKind::ConstantAggregate
                | ValueKind::Constant
                | ValueKind::Unknown(_)
                    if def.holds_pointer =>
                {
                    self.provenance.add(value, Place::anywhere_in(global));
                }
                _ => {}
            }
        }
    }

    /// What a parameter leads to.
    fn caller(&mut self, param: u32) -> crate::form::ObjectId {
        for depth in 1..=MAX_DEPTH {
            self.provenance.object(Object::Beyond(param, depth));
        }
        self.provenance.object(Object::Param(param))
    }

    /// Applies every instruction once. True if any set grew.
    fn round(&mut self) -> bool {
        let before = self.version;
        self.version += u64::from(self.provenance.expose());
        // Where control does not get, nothing points anywhere.
        for (id, inst) in self.cx.reached_insts() {
            let grew = self.apply(id, inst);
            self.version += u64::from(grew);
        }
        self.version > before
    }

    fn apply(&mut self, id: InstId, inst: &Inst<'_>) -> bool {
        let mut grew = self.apply_beside(id, inst);
        let pointers = inst.result.filter(|result| self.cx.body.may_point(*result));
        match inst.kind {
            InstKind::Operation(operation, operands) => {
                if operation.registers() {
                    grew |= self.register(id, operands);
                }
                let Some(result) = pointers else { return grew };
                if operation.allocates() {
                    for region in self.cx.resolve(inst.block, operands[0]).regions {
                        let site = self.provenance.name_site(id, region);
                        grew |= self.points_to(result, site);
                    }
                } else if let Some(region) = self.cx.regions.of_handle(result) {
                    grew |= self.points_to(result, Object::Region(region));
                }
            }
            InstKind::Call(call) => grew |= self.call(id, call, pointers),
            InstKind::Phi(incoming) => {
                for (_, value) in incoming {
                    grew |= self.copy(*value, inst.result);
                }
            }
            InstKind::Select { yes, no, .. } => {
                grew |= self.copy(yes, inst.result);
                grew |= self.copy(no, inst.result);
            }
            InstKind::Resize { value, .. } | InstKind::Same(value) => {
                grew |= self.copy(value, inst.result);
            }
            InstKind::FromInteger(value) => {
                let places = self.provenance.addresses(value);
                grew |= pointers.is_some_and(|result| self.provenance.add_all(result, &places));
                if self.settled && self.may_come_from_elsewhere(value) {
                    grew |= pointers.is_some_and(|result| self.points_outside(result));
                }
            }
            InstKind::Address { base, step } => {
                if let Some(result) = inst.result {
                    let places = self.provenance.places(base).moved(step);
                    grew |= self.provenance.add_all(result, &places);
                }
            }
            InstKind::Derive(operands) => {
                let Some(result) = inst.result else { return grew };
                if self.is_difference(inst, operands) {
                    return grew;
                }
                for operand in operands {
                    let places = self.provenance.places(*operand).clone();
                    let places = if inst.keeps_offsets() {
                        places
                    } else {
                        places.anywhere()
                    };
                    grew |= self.provenance.add_all(result, &places);
                }
            }
            InstKind::Plain(operands) => {
                // A part of an aggregate that is no pointer by its type, but may be one in disguise.
                let Some(result) = pointers else { return grew };
                let is_address = self.cx.body.value(result).disguise == Disguise::Whole;
                for operand in operands {
                    if is_address || !self.cx.body.value(*operand).holds_pointer {
                        grew |= self.copy(*operand, pointers);
                    }
                }
            }
            InstKind::StackSlot => {
                if let Some(result) = inst.result {
                    grew |= self.points_to(result, Object::Slot(id));
                }
            }
            InstKind::Load(pointer) => grew |= self.load(pointer, inst.bytes, pointers),
            InstKind::Store { pointer, value } => grew |= self.store(id, pointer, inst.bytes, value),
            InstKind::Exchange { pointer, value } => {
                grew |= self.store(id, pointer, inst.bytes, value);
                grew |= self.load(pointer, inst.bytes, pointers);
            }
            InstKind::Copy { to, from } => grew |= self.copy_memory(id, to, from, inst.bytes),
            InstKind::Rest(list) => grew |= self.variadic(id, list),
            InstKind::LandingPad => grew |= pointers.is_some_and(|result| self.points_outside(result)),
            InstKind::Opaque(_, operands) => {
                for operand in operands {
                    grew |= self.copy(*operand, pointers);
                }
            }
            _ => {}
        }
        grew
    }

    /// Whether one address is subtracted from another: the result is a length.
    fn is_difference(&self, inst: &Inst<'_>, operands: &[ValueId]) -> bool {
        let is_address = |value: &ValueId| {
            let cast = self.cx.body.def(*value).and_then(|(_, inst)| inst.llvm.opcode());
            matches!(cast, Some(LLVMOpcode::LLVMPtrToInt | LLVMOpcode::LLVMPtrToAddr))
        };
        inst.llvm.opcode() == Some(LLVMOpcode::LLVMSub) && operands.iter().all(is_address)
    }

    pub(super) fn points_to(&mut self, value: ValueId, object: Object) -> bool {
        let object = self.provenance.object(object);
        self.provenance.add(value, Place::start_of(object))
    }

    pub(super) fn points_outside(&mut self, value: ValueId) -> bool {
        let global = self.provenance.object(Object::Global);
        self.provenance.add(value, Place::anywhere_in(global))
    }

    pub(super) fn copy(&mut self, from: ValueId, to: Option<ValueId>) -> bool {
        let Some(to) = to else { return false };
        self.provenance.copy(from, to)
    }

    fn load(&mut self, pointer: ValueId, bytes: u32, result: Option<ValueId>) -> bool {
        let Some(result) = result else { return false };
        let places = self.provenance.places(pointer).clone();
        let value = self.cx.body.value(result);
        let read = match value.disguise {
            Disguise::Whole => self.read(&places, bytes),
            Disguise::Computed => self.read_word(pointer, bytes),
            _ if value.holds_pointer => {
                let mut read = self.read(&places, bytes);
                self.make_pointers(&places, bytes, &mut read);
                read
            }
            disguise => self.read_disguised(&places, bytes, disguise),
        };
        self.provenance.add_all(result, &read)
    }

    /// A number that lies exactly where a pointer is read is one, or in the same column of an array; elsewhere it may
    /// lie beside pointers.
    fn make_pointers(&mut self, places: &Places, bytes: u32, read: &mut Places) {
        if !self.provenance.has_numbers() {
            return;
        }
        let mut exact = Places::default();
        for place in places.iter() {
            self.provenance.read_known(place, bytes, &mut exact);
            self.provenance.read_column(place, &mut exact);
        }
        let pointers = self.provenance.pointers_of(&exact);
        let others: Vec<u32> = self.provenance.numbers_of(read).collect();
        *read = self.provenance.without_numbers(read);
        read.add_all(&pointers);
        for index in others {
            if !pointers
                .objects()
                .any(|id| self.provenance.get(id) == Object::Param(index))
            {
                let object = self.provenance.object(Object::Perhaps(index));
                read.insert(Place::anywhere_in(object));
            }
        }
    }

    /// Reads what is no pointer by its type.
    pub(super) fn read_disguised(&mut self, places: &Places, bytes: u32, disguise: Disguise) -> Places {
        let mut read = Places::default();
        for place in places.iter() {
            let is_exact = place.offset.exact().is_some();
            match disguise {
                Disguise::Exact | Disguise::Passed if is_exact => {
                    if disguise == Disguise::Exact {
                        self.provenance.name_number(place, bytes);
                    } else {
                        self.provenance.name_field(place, bytes);
                    }
                    self.provenance.read_known(place, bytes, &mut read);
                    self.provenance.read_assumed(place, bytes, &mut read);
                }
                // What others hold there may be a pointer; the caller knows.
                Disguise::Exact => self.provenance.read_assumed(place, bytes, &mut read),
                Disguise::Passed => {
                    self.provenance
                        .read_cells(place.object, place.offset, bytes, &mut read);
                    self.provenance.read_assumed(place, bytes, &mut read);
                }
                // Of memory that is found on the way, texts mostly, it is taken to hold no pointers but those that are known,
                // unless nothing looks at what is read.
                Disguise::Byte | Disguise::Unseen => {
                    self.provenance
                        .read_cells(place.object, place.offset, bytes, &mut read);
                    let is_argument = matches!(self.provenance.get(place.object), Object::Param(_));
                    if disguise == Disguise::Unseen || is_argument {
                        self.provenance.read_copied(place, bytes, &mut read);
                    }
                }
                _ => self.provenance.read_known(place, bytes, &mut read),
            }
        }
        read
    }

    /// Whether an integer, on some path, is no pointer that is followed: a parameter, a device's address.
    fn may_come_from_elsewhere(&self, value: ValueId) -> bool {
        let mut seen = BTreeSet::from([value]);
        let mut work = vec![value];
        while let Some(value) = work.pop() {
            if self.provenance.places(value).is_empty() {
                match self.cx.body.value(value).kind {
                    ValueKind::Int(address) if address % 2 != 0 || address == 0 => continue,
                    ValueKind::Null | ValueKind::Undefined => continue,
                    _ => return true,
                }
            }
            let Some((_, inst)) = self.cx.body.def(value) else {
                continue;
            };
            let operands = match inst.kind {
                InstKind::Phi(_) | InstKind::Same(_) | InstKind::Resize { .. } => inst.kind.operands(),
                InstKind::Select { yes, no, .. } => vec![yes, no],
                // What is added to an address is none.
                InstKind::Derive(operands) => {
                    let addresses = operands.iter().copied();
                    addresses
                        .filter(|operand| !self.provenance.places(*operand).is_empty())
                        .collect()
                }
                _ => continue,
            };
            work.extend(operands.into_iter().filter(|operand| seen.insert(*operand)));
        }
        false
    }

    pub(super) fn read(&mut self, places: &Places, bytes: u32) -> Places {
        for place in places.iter() {
            self.provenance.name_field(place, bytes);
        }
        if places.is_empty() && !self.settled {
            return Places::default();
        }
        self.provenance.read(places, bytes)
    }

    fn store(&mut self, at: InstId, pointer: ValueId, bytes: u32, value: ValueId) -> bool {
        let held = self.provenance.places(value).clone();
        let mut places = self.provenance.places(pointer).clone();
        if self.settled && places.is_empty() {
            let global = self.provenance.object(Object::Global);
            places.insert(Place::anywhere_in(global));
        }
        self.hold(at, &places, bytes, &held)
    }

    pub(super) fn hold(&mut self, at: InstId, places: &Places, bytes: u32, held: &Places) -> bool {
        let mut grew = false;
        for place in places.iter() {
            grew |= self.provenance.hold(at, place, bytes, held);
        }
        grew
    }

    /// Cells keep their distance from the start of what is copied.
    fn copy_memory(&mut self, at: InstId, to: ValueId, from: ValueId, bytes: u32) -> bool {
        let targets = self.provenance.places(to).clone();
        let sources = self.provenance.places(from).clone();
        let pointer_bytes = self.cx.form.pointer_bytes;
        let mut grew = false;
        for source in sources.iter() {
            let mut moved: Vec<(Offset, Places)> = Vec::new();
            let object = self.provenance.get(source.object);
            let small = bytes <= SMALL_COPY * pointer_bytes;
            match (object, source.offset.exact()) {
                (Object::Param(_), Some(start)) if small => {
                    for offset in (0..i64::from(bytes)).step_by(pointer_bytes as usize) {
                        let offset = Offset::exactly(start.saturating_add(offset));
                        let field: Places = [Place { offset, ..source }].into_iter().collect();
                        moved.push((offset, self.read(&field, pointer_bytes)));
                    }
                }
                (Object::Field(..), _) => {
                    let mut read = Places::default();
                    self.provenance
                        .read_cells(source.object, source.offset, bytes, &mut read);
                    self.provenance.read_copied(source, bytes, &mut read);
                    moved.push((Offset::ANY, read));
                }
                _ if object.is_outside() || object.callers().is_some() => {
                    let all: Places = [source].into_iter().collect();
                    moved.push((Offset::ANY, self.read(&all, u32::MAX)));
                }
                _ => {
                    let cells = self.provenance.cells(source.object).iter();
                    moved.extend(
                        cells
                            .filter(|(cell, _)| source.offset.overlaps(bytes, **cell, pointer_bytes))
                            .map(|(cell, held)| (*cell, held.clone())),
                    );
                }
            }
            let elsewhere = self.provenance.stored_elsewhere(source.object);
            moved.extend(elsewhere.map(|held| (Offset::ANY, held.clone())));
            for (cell, held) in &moved {
                for target in targets.iter() {
                    let offset = source.offset.rebase(*cell, target.offset);
                    if !held.is_empty() {
                        grew |= self.provenance.hold_cell(at, Place { offset, ..target }, held);
                    }
                }
            }
        }
        grew
    }

    /// The list leads to memory that holds the arguments past the parameters.
    fn variadic(&mut self, at: InstId, list: ValueId) -> bool {
        let area = self.provenance.object(Object::Slot(at));
        let rest = self
            .provenance
            .object(Object::Param(self.cx.body.params.len() as u32));
        let arguments: Places = [Place::anywhere_in(rest)].into_iter().collect();
        let mut grew = self
            .provenance
            .hold_cell(at, Place::anywhere_in(area), &arguments);
        let lists: Places = self.provenance.places(list).anywhere();
        let area: Places = [Place::anywhere_in(area)].into_iter().collect();
        for place in lists.iter() {
            grew |= self.provenance.hold_cell(at, place, &area);
        }
        grew
    }
}
