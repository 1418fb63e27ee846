//! What the checker found out of the module that is to be optimised.

use crate::check;
use crate::effects::manifest::Manifest;
use crate::effects::{Effects, Source};
use crate::form::{self, callgraph};
use crate::llvm::{Module, Value};
use crate::lower::LowerError;
use bumpalo::Bump;
use std::collections::{HashMap, HashSet};

/// Facts of functions, by function.
pub struct Facts<'m> {
    /// Functions without any finding: their regions are balanced, and nothing of them is used after its end.
    sound: HashSet<Value<'m>>,
    /// Functions that may be active several times at once.
    recursive: HashSet<Value<'m>>,
    /// Functions that open a region and return it.
    hands_over: HashSet<Value<'m>>,
    /// For each described function the region parameters that it neither ends, resets nor keeps.
    lends: HashMap<Value<'m>, HashSet<usize>>,
}

impl<'m> Facts<'m> {
    /// Checks the module.
    ///
    /// # Errors
    /// When Croft's own manifests cannot be read, which a test rules out.
    pub fn new(module: Module<'m>) -> Result<Facts<'m>, LowerError> {
        let manifest = Manifest::built_in().map_err(|error| LowerError::Llvm(error.to_string()))?;
        let arena = Bump::new();
        let notes = form::build::notes(module);
        let form = form::build(module, &notes, &manifest, &arena);
        let verdict = check::run(&form);
        let by_name: HashMap<String, Value<'m>> = module
            .functions()
            .map(|function| (function.name(), function))
            .collect();
        let mut facts = Facts {
            sound: HashSet::new(),
            recursive: HashSet::new(),
            hands_over: HashSet::new(),
            lends: HashMap::new(),
        };
        for (id, function) in form.ids() {
            let Some(&value) = by_name.get(function.name) else {
                continue;
            };
            if !verdict.suspects.contains(&id) {
                facts.sound.insert(value);
            }
            if verdict.summaries.described[id.index()] {
                if verdict.summaries.effects[id.index()].opens.is_some() {
                    facts.hands_over.insert(value);
                }
                facts
                    .lends
                    .insert(value, lent(&verdict.summaries.effects[id.index()]));
            }
        }
        for component in callgraph::components(&form) {
            let calls_itself = |id: &form::FuncId| {
                form.functions[id.index()]
                    .body
                    .iter()
                    .flat_map(|body| body.insts)
                    .any(|inst| {
                        matches!(inst.kind, form::InstKind::Call(call)
                            if call.callee == form::Callee::Direct(*id)
                                || !matches!(call.callee, form::Callee::Direct(_)))
                    })
            };
            if component.len() > 1 || component.iter().any(calls_itself) {
                let names = component.iter().map(|id| form.functions[id.index()].name);
                facts
                    .recursive
                    .extend(names.filter_map(|name| by_name.get(name).copied()));
            }
        }
        Ok(facts)
    }

    /// Whether nothing was found against a function, and LLVM may change it.
    pub fn is_sound(&self, function: Value<'m>) -> bool {
        self.sound.contains(&function)
    }

    /// Whether a function may be active several times at once: it calls itself, through others or through a pointer.
    pub fn is_recursive(&self, function: Value<'m>) -> bool {
        self.recursive.contains(&function)
    }

    /// Whether a call may leave a region open that was not: its callee returns one, or is not known.
    pub fn may_open(&self, call: Value<'m>) -> bool {
        call.callee()
            .is_none_or(|callee| !self.lends.contains_key(&callee) || self.hands_over.contains(&callee))
    }

    /// Whether a call may be given a region as this argument: it neither ends, resets nor keeps it.
    pub fn lends(&self, call: Value<'m>, argument: usize) -> bool {
        !call.is_must_tail()
            && call
                .callee()
                .and_then(|callee| self.lends.get(&callee))
                .is_some_and(|lent| lent.contains(&argument))
    }
}

fn lent(effects: &Effects) -> HashSet<usize> {
    let keeps = |index: u32| effects.flows.iter().any(|(from, _)| *from == Source::Arg(index));
    effects
        .params
        .iter()
        .enumerate()
        .filter(|(index, param)| {
            let number = *index as u32;
            param.region && !param.reset && !effects.drops.contains(&number) && !keeps(number)
        })
        .map(|(index, _)| index)
        .collect()
}
