//! What every phase of the checker sees of the function at hand.

use super::finding::Site;
use super::named::Named;
use super::reached::Reached;
use crate::effects::{Effects, Source};
use crate::form::paths::Paths;
use crate::form::regions::{Handle, Regions};
use crate::form::{
    Argument, BlockId, Body, Call, Callee, Disguise, Form, FuncId, Function, Inst, InstId, ValueDef, ValueId,
};

/// The summaries of all functions, as far as they are known.
pub struct Summaries {
    /// Effects by function; of undescribed functions, the empty ones.
    pub effects: Vec<Effects>,
    /// Whether the effects say all that the function does.
    pub described: Vec<bool>,
    /// How many arguments a call has to have, if its callee is given handles that structures carry.
    pub arguments: Vec<usize>,
}

impl Summaries {
    /// What a call does, if its callee is described, and all that it calls back is called beside it.
    pub fn effects_of(&self, call: &Call<'_>) -> Option<&Effects> {
        let Callee::Direct(callee) = call.callee else {
            return None;
        };
        let effects = &self.effects[callee.index()];
        let is_seen = effects.calls.is_empty() || call.called_back;
        let is_whole = call.args.len() >= self.arguments[callee.index()];
        (self.described[callee.index()] && is_seen && is_whole).then_some(effects)
    }

    /// Whether a call never returns normally.
    pub fn diverges(&self, call: &Call<'_>) -> bool {
        call.noreturn || self.effects_of(call).is_some_and(|effects| effects.diverges)
    }
}

/// A function under analysis.
#[derive(Clone, Copy)]
pub struct Context<'c, 'a> {
    /// The module.
    pub form: &'c Form<'a>,
    /// What the callees do.
    pub summaries: &'c Summaries,
    /// The function's index.
    pub id: FuncId,
    /// The function.
    pub function: &'c Function<'a>,
    /// Its body.
    pub body: &'c Body<'a>,
    /// Its feasible paths.
    pub paths: &'c Paths,
    /// Its regions.
    pub regions: &'c Regions,
    /// What handles name in certain basic blocks; nothing before [`super::balance`] has run.
    pub named: &'c Named,
    /// What control gets to.
    pub reached: &'c Reached,
}

impl<'c, 'a> Context<'c, 'a> {
    /// A place in this function.
    pub fn site(&self, inst: InstId) -> Site {
        Site {
            function: self.id,
            inst: Some(inst),
        }
    }

    /// The regions that a handle may name in a basic block.
    pub fn resolve(&self, block: BlockId, handle: ValueId) -> Handle {
        match self.named.get(block, self.regions.canonical(handle)) {
            Some(named) => named.clone(),
            None => self.regions.resolve(self.body, handle),
        }
    }

    /// The function as a whole.
    pub fn whole(&self) -> Site {
        Site {
            function: self.id,
            inst: None,
        }
    }

    /// The instructions that control gets to.
    pub fn reached_insts(&self) -> impl Iterator<Item = (InstId, &'c Inst<'a>)> + use<'c, 'a> {
        let reached = self.reached;
        let all = self.body.insts.iter().enumerate();
        all.map(|(index, inst)| (InstId::new(index), inst))
            .filter(move |(id, _)| reached.contains(*id))
    }

    /// What a call does, if its callee is described.
    pub fn effects_of(&self, call: &Call<'_>) -> Option<&'c Effects> {
        self.summaries.effects_of(call)
    }

    /// Whether a parameter of this function may lead to the caller's memory: a pointer, or, where the body tells what
    /// callers are told, a number that may be an address.
    pub fn follows(&self, param: &ValueDef<'_>) -> bool {
        param.holds_pointer || param.disguise != Disguise::None && is_inferred(self.function)
    }

    /// Whether numbers that are passed in a call are followed into the callee, or go into a library function: which may return
    /// them, and does nothing else with an address that it gets as a number.
    pub fn follows_numbers(&self, call: &Call<'_>) -> bool {
        self.callee(call)
            .is_some_and(|callee| callee.facts.described || is_inferred(callee))
    }

    /// Whether what is known of the callee is all that its body does.
    pub fn body_tells(&self, call: &Call<'_>) -> bool {
        self.callee(call).is_some_and(is_inferred)
    }

    /// Whether the callee is described by a manifest that comes with Croft.
    pub fn is_library(&self, call: &Call<'_>) -> bool {
        self.callee(call).is_some_and(|callee| callee.facts.library)
    }

    /// The arguments that a summary's argument number stands for: one, or all that a variadic callee takes past its
    /// parameters.
    pub fn arguments(&self, call: &Call<'a>, index: u32) -> &'a [Argument] {
        let index = self.param_of(call, index as usize);
        let end = match self.callee(call) {
            Some(callee) if callee.variadic && index == callee.params() => call.args.len(),
            _ => index + 1,
        };
        call.args.get(index..end).unwrap_or(&[])
    }

    /// The arguments that a summary's source speaks of.
    pub fn arguments_of(&self, call: &Call<'a>, source: Source) -> &'a [Argument] {
        source.argument().map_or(&[], |index| self.arguments(call, index))
    }

    /// The pointer-sized places that a call certainly overwrites: so many bytes past these arguments. What is said of a
    /// return says nothing of unwinding, and what is passed by value is a copy.
    pub fn sets_of(&self, call: &Call<'a>) -> impl Iterator<Item = (ValueId, i64)> {
        let effects = self.effects_of(call).filter(|_| !self.may_unwind(call));
        let sets = effects.into_iter().flat_map(|effects| &effects.sets);
        let args = call.args;
        sets.filter_map(move |(index, offset)| {
            let argument = args.get(*index as usize).filter(|argument| !argument.read_only)?;
            Some((argument.value, *offset))
        })
    }

    /// The number by which a callee's summary speaks of an argument.
    pub fn param_of(&self, call: &Call<'_>, index: usize) -> usize {
        match self.callee(call) {
            Some(callee) if callee.variadic => index.min(callee.params()),
            _ => index,
        }
    }

    fn callee(&self, call: &Call<'_>) -> Option<&'c Function<'a>> {
        match call.callee {
            Callee::Direct(callee) => Some(self.form.function(callee)),
            _ => None,
        }
    }

    /// How a message names the callee.
    pub fn callee_name(&self, call: &Call<'_>) -> String {
        match call.callee {
            Callee::Direct(callee) => self.form.function(callee).name.to_owned(),
            Callee::Indirect(_) => "a function pointer".to_owned(),
            Callee::Assembly => "assembly".to_owned(),
        }
    }

    /// Whether a call may unwind.
    pub fn may_unwind(&self, call: &Call<'_>) -> bool {
        !call.nounwind
            && match call.callee {
                Callee::Direct(callee) => {
                    !self.form.function(callee).facts.nounwind
                        && self.effects_of(call).is_none_or(|effects| effects.unwinds)
                }
                Callee::Indirect(_) => true,
                Callee::Assembly => false,
            }
    }

    /// Whether a call never returns normally.
    pub fn diverges(&self, call: &Call<'_>) -> bool {
        self.summaries.diverges(call)
    }

    /// Whether the function's parameter `index` is declared to receive bounded regions only.
    pub fn is_declared_bounded(&self, index: usize) -> bool {
        self.function.bounded_params.get(index).copied().unwrap_or(false)
    }
}

/// Whether a function's summary is what its body does.
pub fn is_inferred(function: &Function<'_>) -> bool {
    function.declared.is_none() && function.facts.trusted
}
