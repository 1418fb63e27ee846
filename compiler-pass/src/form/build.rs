//! Reads an LLVM module into the analysis form.

use super::body::BodyReader;
use super::*;
use super::{disguise, revival};
use crate::effects::{grammar, manifest::Manifest};
use crate::llvm::{Module, shim};
use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use std::collections::HashMap;

/// The attribute that marks a parameter of a declaration as a region.
const REGION_ATTRIBUTE: &str = "croft.region";
/// The attribute that marks a parameter as one that receives bounded regions only.
const BOUNDED_ATTRIBUTE: &str = "croft.bounded";
/// The attribute that marks a real-time kernel.
const KERNEL_ATTRIBUTE: &str = "croft.kernel";
/// The attribute that says how many cleanups a region of a kernel may have when it ends.
const CLEANUPS_ATTRIBUTE: &str = "croft.cleanups";
/// The attribute that states a function's effects.
const EFFECTS_ATTRIBUTE: &str = "croft.effects";

/// Where clang keeps `annotate` attributes.
pub const ANNOTATIONS: &str = "llvm.global.annotations";

/// Reads a verified module. Linear in its size.
pub fn build<'a>(module: Module<'a>, notes: &Notes, manifest: &Manifest, arena: &'a Bump) -> Form<'a> {
    let index: HashMap<Value<'a>, FuncId> = module
        .functions()
        .enumerate()
        .map(|(index, function)| (function, FuncId::new(index)))
        .collect();
    let mut functions = BumpVec::with_capacity_in(index.len(), arena);
    let pointer_bytes = module.pointer_bits() / 8;
    let mut drafts = Vec::with_capacity(index.len());
    for llvm in module.functions() {
        let function = read_function(llvm, notes.get(&llvm.name()), manifest, arena);
        drafts.push(
            (!llvm.is_declaration())
                .then(|| BodyReader::new(&index, pointer_bytes, arena).read(llvm, function.carried)),
        );
        functions.push(function);
    }
    revival::judge(&functions, &mut drafts, pointer_bytes);
    for (function, draft) in functions.iter_mut().zip(drafts) {
        function.body = draft.map(|mut draft| {
            disguise::find(&mut draft, pointer_bytes);
            revival::follow(draft.insts, draft.values, pointer_bytes);
            draft.finish()
        });
    }
    let is_operation = |inst: &Inst<'_>| matches!(inst.kind, InstKind::Operation(..));
    let mut bodies = functions.iter().filter_map(|function| function.body.as_ref());
    let has_regions = bodies.any(|body| body.insts.iter().any(is_operation));
    let reads_handles = functions
        .iter()
        .any(|function| function.llvm.string_attribute(carried::READS).is_some());
    Form {
        has_regions,
        reads_handles,
        functions: functions.into_bump_slice(),
        pointer_bytes,
    }
}

/// What the C attribute `annotate("croft.…")` left in a module, by function name.
pub type Notes = HashMap<String, Vec<String>>;

/// Collects the notes. The attribute's home in the IR is the array `llvm.global.annotations`, whose entries
/// begin with the function and the text.
pub fn notes(module: Module<'_>) -> Notes {
    let mut notes = Notes::new();
    let entries = module.global(ANNOTATIONS).and_then(Value::initializer);
    for entry in entries.iter().flat_map(|array| array.operands()) {
        let (Some(function), Some(text)) = (entry.operand(0), entry.operand(1)) else {
            continue;
        };
        if let Some(text) = text.initializer().and_then(Value::as_text)
            && text.starts_with("croft.")
        {
            notes.entry(function.name()).or_default().push(text);
        }
    }
    notes
}

/// What is said of a function's effects without looking at its body.
#[derive(Default)]
pub struct Stated {
    /// The effects, if any are said.
    pub effects: Option<Effects>,
    /// A manifest says it.
    pub described: bool,
    /// A text that cannot be read, and why.
    pub wrong: Option<(String, grammar::GrammarError)>,
}

/// What the attributes and notes of a function say; of a declaration without any, what a manifest does.
pub fn stated(llvm: Value<'_>, notes: Option<&Vec<String>>, manifest: &Manifest) -> Stated {
    let mut stated = Stated::default();
    let mut texts: Vec<String> = llvm.string_attribute(EFFECTS_ATTRIBUTE).into_iter().collect();
    let notes = notes.into_iter().flatten();
    texts.extend(notes.filter_map(|note| Some(note.strip_prefix("croft.effects=")?.to_owned())));
    for text in texts {
        match grammar::parse(&text) {
            Ok(effects) => stated.effects = Some(effects),
            Err(problem) => stated.wrong = Some((text, problem)),
        }
    }
    if stated.effects.is_none() && llvm.is_declaration() {
        stated.effects = in_manifest(llvm, manifest).cloned();
        stated.described = stated.effects.is_some();
    }
    stated
}

/// What a manifest says of a function with this name and these parameters.
pub fn in_manifest<'e>(llvm: Value<'_>, manifest: &'e Manifest) -> Option<&'e Effects> {
    let (_, parameters, variadic) = llvm.function_type()?.signature()?;
    let mut letters: String = parameters.iter().map(|ty| ty.letter()).collect();
    letters.extend(variadic.then_some('.'));
    manifest.of_function(&llvm.name(), &letters)
}

fn read_function<'a>(
    llvm: Value<'a>,
    notes: Option<&Vec<String>>,
    manifest: &Manifest,
    arena: &'a Bump,
) -> Function<'a> {
    let bits = llvm.function_facts();
    let has = |bit| bits & bit != 0;
    let name: &'a str = arena.alloc_str(&llvm.name());
    let params = llvm.parameters();
    let defined = !llvm.is_declaration();
    let flags = |key: &str| -> &'a [bool] {
        arena.alloc_slice_fill_iter((0..params.len()).map(|i| llvm.parameter_attribute(i, key).is_some()))
    };
    let mut malformed = None;
    let mut bounded: Vec<bool> = flags(BOUNDED_ATTRIBUTE).to_vec();
    let mut is_kernel = llvm.string_attribute(KERNEL_ATTRIBUTE).is_some();
    let mut cleanups = llvm.string_attribute(CLEANUPS_ATTRIBUTE);
    for note in notes.into_iter().flatten() {
        is_kernel |= note == KERNEL_ATTRIBUTE;
        if let Some(number) = note.strip_prefix("croft.cleanups=") {
            cleanups = Some(number.to_owned());
        } else if let Some(number) = note.strip_prefix("croft.bounded=") {
            // In C a structure that is returned in memory is no parameter.
            let hidden = usize::from(llvm.returns_through_memory());
            match number
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|n| n.checked_add(hidden))
                .and_then(|n| bounded.get_mut(n))
            {
                Some(flag) => *flag = true,
                None => {
                    let problem = format!("the function has no parameter {number}");
                    malformed = Some((&*arena.alloc_str(note), &*arena.alloc_str(&problem)));
                }
            }
        }
    }
    let mut allowed = 0;
    if let Some(number) = cleanups {
        match number.trim().parse() {
            Ok(number) => allowed = number,
            Err(_) => {
                malformed = Some((
                    &*arena.alloc_str(&format!("croft.cleanups={number}")),
                    "the number of cleanups is written in decimal digits",
                ));
            }
        }
    }
    let stated = stated(llvm, notes, manifest);
    if let Some((text, problem)) = stated.wrong {
        malformed = Some((&*arena.alloc_str(&text), &*arena.alloc_str(&problem.to_string())));
    }
    let signature = llvm.function_type().and_then(|ty| ty.signature());
    let variadic = signature.as_ref().is_some_and(|(_, _, variadic)| *variadic);
    let carried = llvm
        .string_attribute(carried::ATTRIBUTE)
        .map(|text| carried::read(&text));
    let carried: &'a [carried::Path] = arena.alloc_slice_fill_iter(carried.unwrap_or_default());
    Function {
        name,
        llvm,
        variadic,
        facts: FunctionFacts {
            trusted: defined && has(shim::FN_EXACT) && !has(shim::FN_NAKED),
            callers_known: has(shim::FN_LOCAL) && !has(shim::FN_ADDRESS_TAKEN),
            nounwind: has(shim::FN_NOUNWIND),
            noreturn: has(shim::FN_NORETURN),
            intrinsic: name.starts_with("llvm."),
            described: stated.described,
            library: stated.described && !manifest.is_own(name),
        },
        declared: stated.effects.map(|effects| &*arena.alloc(effects)),
        malformed,
        region_params: flags(REGION_ATTRIBUTE),
        kernel: is_kernel.then_some(allowed),
        bounded_params: arena.alloc_slice_copy(&bounded),
        carried,
        body: None,
    }
}
