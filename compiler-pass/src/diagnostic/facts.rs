//! What a diagnostic speaks of: the places of a finding, and the names that the source has for its regions and variables.
//!
//! Names come from debug information (the variable that holds a handle), and in textual IR from the IR itself. Where there
//! is neither, the words do without.

use super::Place;
use crate::check::finding::{Finding, Role, Site};
use crate::form::Form;
use crate::llvm::{Value, location};
use crate::operation::Operation;
use inkwell::llvm_sys::{LLVMOpcode, LLVMValueKind};
use std::path::Path;

/// The language of the primary place, which decides how edits are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// C and C++, with `croft.h`.
    C,
    /// Textual IR, and bitcode that does not say what it was made from.
    #[default]
    Ir,
    /// Others, which call the operations by names of their own.
    Other,
}

impl Language {
    /// The language of a file, by its name.
    pub fn of(file: Option<&str>) -> Language {
        let Some(file) = file else {
            return Language::Ir;
        };
        match Path::new(file)
            .extension()
            .and_then(|extension| extension.to_str())
        {
            Some("c" | "h" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" | "C") => Language::C,
            Some("ll" | "bc") => Language::Ir,
            _ => Language::Other,
        }
    }
}

/// What holds a pointer that outlives its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A global variable.
    Global(String),
    /// Memory that a parameter points to.
    Parameter(String),
    /// An object of a region: the region's name and the place where it is opened, as far as they are known.
    Object(Option<String>, Option<Place>),
}

/// A place that explains a finding.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What it has to do with it.
    pub role: Role,
    /// Where.
    pub place: Place,
    /// What the source calls the region that is opened there, or that the object there is allocated in.
    pub name: Option<String>,
}

/// The facts of one finding.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// How edits are spelled.
    pub language: Language,
    /// Where the finding shows.
    pub primary: Place,
    /// The places that explain it.
    pub places: Vec<Explanation>,
    /// The functions that the primary place was inlined into, the innermost first, with the calls.
    pub inlined: Vec<(String, Place)>,
    /// The region that it is about.
    pub region: Option<String>,
    /// That region's number among the parameters, if it is one of the function's.
    pub parameter: Option<usize>,
    /// What a pointer is stored in.
    pub holder: Option<Holder>,
}

impl Facts {
    /// The facts of a finding.
    pub fn new(form: &Form<'_>, finding: &Finding) -> Facts {
        let at = value_of(form, finding.at);
        let primary = place_of(at);
        let language = Language::of(primary.file.as_deref());
        let site = |wanted: Role| {
            let found = finding.because.iter().find(|(_, role)| *role == wanted);
            found.map(|(site, _)| value_of(form, *site))
        };
        let region = site(Role::Opened).or_else(|| handle_of(at));
        Facts {
            language,
            places: finding
                .because
                .iter()
                .map(|(site, role)| {
                    let value = value_of(form, *site);
                    let named = match role {
                        Role::Opened | Role::Innermost => Some(value),
                        Role::Holder => handle_of(value),
                        _ => None,
                    };
                    Explanation {
                        role: *role,
                        place: place_of(value),
                        name: named.and_then(|value| name_of(value, language)),
                    }
                })
                .collect(),
            inlined: inlined_into(at, &primary),
            region: region.and_then(|value| name_of(value, language)),
            parameter: region.and_then(|value| parameter_of(at, value)),
            holder: holder_of(at, language).or_else(|| {
                // A callee stores: in a global variable, or in an object that is known here.
                let stored = site(Role::CalleeStores).and_then(|store| holder_of(store, language));
                let global = stored.filter(|holder| matches!(holder, Holder::Global(_)));
                global.or_else(|| object_of(site(Role::Holder)?, language))
            }),
            primary,
        }
    }

    /// The facts of something wrong with an instruction or a function itself.
    pub fn of_value(at: Value<'_>) -> Facts {
        let primary = place_of(at);
        Facts {
            language: Language::of(primary.file.as_deref()),
            primary,
            ..Facts::default()
        }
    }

    /// The first explanation with a role.
    pub fn explanation(&self, role: Role) -> Option<&Explanation> {
        self.places.iter().find(|explanation| explanation.role == role)
    }

    /// The first place with a role.
    pub fn place(&self, role: Role) -> Option<&Place> {
        self.explanation(role).map(|explanation| &explanation.place)
    }

    /// The place that stands in the loop that repeats: the primary one, or a call that it was inlined from. It is the one
    /// next to the loop's head.
    pub fn in_loop(&self) -> Option<&Place> {
        let repeats = self.place(Role::Repeats);
        let is_in_loop = |place: &&Place| {
            repeats.is_some_and(|repeats| place.file == repeats.file && place.line >= repeats.line)
        };
        let levels = std::iter::once(&self.primary).chain(self.inlined.iter().map(|(_, place)| place));
        // A loop that is known by its last line repeats after the place.
        levels
            .filter(is_in_loop)
            .min_by_key(|place| place.line)
            .or(self.inlined.is_empty().then_some(&self.primary))
    }

    /// ` at line 7`, or nothing where the line is not known. A line of another file is named with the file.
    pub fn at(&self, role: Role) -> String {
        self.place(role)
            .and_then(|place| self.line(place))
            .map(|line| format!(" at {line}"))
            .unwrap_or_default()
    }

    /// `line 7`, or `kernel.h:7` in another file than the primary place's.
    pub fn line(&self, place: &Place) -> Option<String> {
        if place.line == 0 {
            return None;
        }
        if place.file == self.primary.file {
            return Some(format!("line {}", place.line));
        }
        let file = Path::new(place.file.as_deref()?).file_name()?;
        Some(format!("{}:{}", file.to_string_lossy(), place.line))
    }

    /// The region: `` `r` `` or `the region`.
    pub fn the_region(&self) -> String {
        self.region
            .as_ref()
            .map_or_else(|| "the region".to_owned(), |name| format!("`{name}`"))
    }

    /// The region with where it comes from: `` `r`, opened at line 7, `` or `the region opened at line 7`.
    pub fn the_region_opened(&self) -> String {
        let at = self.at(Role::Opened);
        match (&self.region, at.is_empty()) {
            (Some(name), false) => format!("`{name}` (opened{at})"),
            (Some(name), true) => format!("`{name}`"),
            (None, false) => format!("the region opened{at}"),
            (None, true) => "the region".to_owned(),
        }
    }

    /// An operation on the region, as one writes it: `` `croft_pop(r)` ``.
    pub fn operation(&self, operation: Operation) -> String {
        let name = operation.name();
        match (self.language, &self.region) {
            (Language::C, Some(region)) => format!("`{}({region})`", name.replace('.', "_")),
            (Language::C, None) => format!("`{}`", name.replace('.', "_")),
            (Language::Ir, Some(region)) => format!("`call void @{name}(ptr {region})`"),
            (Language::Other, Some(region)) => format!("`{name}` on `{region}`"),
            (Language::Ir | Language::Other, None) => format!("`{name}`"),
        }
    }
}

/// The LLVM value of a site: its instruction, or its function.
fn value_of<'a>(form: &Form<'a>, site: Site) -> Value<'a> {
    let function = &form.functions[site.function.index()];
    match site.inst.zip(function.body.as_ref()) {
        Some((inst, body)) => body.insts[inst.index()].llvm,
        None => function.llvm,
    }
}

/// The place of an instruction or a function.
pub fn place_of(value: Value<'_>) -> Place {
    let is_function = value.is_function();
    let at = if is_function {
        location::of_function(value)
    } else {
        location::of(value)
    };
    let function = if is_function {
        Some(value)
    } else {
        value.parent_function()
    };
    Place {
        file: at.as_ref().map(|at| at.file.display().to_string()),
        line: at.as_ref().map_or(0, |at| at.line),
        column: at.as_ref().map_or(0, |at| at.column),
        function: function.map(Value::name).unwrap_or_default(),
        instruction: (!is_function).then(|| without_metadata(&value.print())),
    }
}

/// The functions that an instruction was inlined into, the innermost first. What runs is the same instruction.
fn inlined_into(at: Value<'_>, primary: &Place) -> Vec<(String, Place)> {
    location::inlined(at)
        .into_iter()
        .map(|level| {
            let place = Place {
                file: Some(level.at.file.display().to_string()),
                line: level.at.line,
                column: level.at.column,
                ..primary.clone()
            };
            (level.into, place)
        })
        .collect()
}

/// An instruction's text without the trailing metadata, which says nothing to a reader.
fn without_metadata(text: &str) -> String {
    text.split(", !").next().unwrap_or(text).trim().to_owned()
}

/// What the source calls a value. The numbers of nameless values are no names: the checker's copy has others.
fn name_of(value: Value<'_>, language: Language) -> Option<String> {
    match language {
        Language::Ir => Some(value.name())
            .filter(|name| !name.is_empty())
            .map(|name| format!("%{name}")),
        Language::C | Language::Other => location::variable(value),
    }
}

/// The region handle that an operation is given.
fn handle_of(at: Value<'_>) -> Option<Value<'_>> {
    let operation = Operation::from_name(&at.callee()?.name())?;
    let takes_region = operation.parameters().first() == Some(&crate::operation::Slot::Region);
    at.arguments().into_iter().next().filter(|_| takes_region)
}

fn parameter_of(at: Value<'_>, value: Value<'_>) -> Option<usize> {
    let function = at.parent_function()?;
    function
        .parameters()
        .into_iter()
        .position(|parameter| parameter == value)
}

/// Enough to get past the address arithmetic that front ends write.
const STEPS: usize = 32;

/// What the pointer that an instruction stores through leads to, where that is plain to see.
fn holder_of(at: Value<'_>, language: Language) -> Option<Holder> {
    let mut pointer = match at.opcode()? {
        LLVMOpcode::LLVMStore => at.operand(1)?,
        LLVMOpcode::LLVMAtomicRMW | LLVMOpcode::LLVMAtomicCmpXchg => at.operand(0)?,
        _ => return None,
    };
    for _ in 0..STEPS {
        match pointer.kind() {
            LLVMValueKind::LLVMGlobalVariableValueKind => return Some(Holder::Global(pointer.name())),
            LLVMValueKind::LLVMArgumentValueKind => {
                return Some(Holder::Parameter(name_of(pointer, language)?));
            }
            _ => {}
        }
        let opcode = pointer.opcode().or_else(|| pointer.constant_opcode())?;
        pointer = match opcode {
            LLVMOpcode::LLVMGetElementPtr
            | LLVMOpcode::LLVMBitCast
            | LLVMOpcode::LLVMAddrSpaceCast
            | LLVMOpcode::LLVMFreeze => pointer.operand(0)?,
            LLVMOpcode::LLVMCall if is_thread_local_address(pointer) => {
                pointer.arguments().first().copied()?
            }
            LLVMOpcode::LLVMCall => return object_of(pointer, language),
            _ => return None,
        };
    }
    None
}

/// Whether a call computes the address of a thread's own variable.
fn is_thread_local_address(call: Value<'_>) -> bool {
    let callee = call.callee();
    callee.is_some_and(|callee| callee.name().starts_with("llvm.threadlocal.address"))
}

/// The object that a call allocates in a region.
fn object_of(allocation: Value<'_>, language: Language) -> Option<Holder> {
    let region = handle_of(allocation)?;
    let opened = region.opcode().is_some().then(|| place_of(region));
    Some(Holder::Object(name_of(region, language), opened))
}
