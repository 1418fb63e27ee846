//! R09: what leaves the analysis is reported, never accepted in silence.
//!
//! Pointers into regions, and regions, that are given to functions that nobody described (R0902), to calls through
//! pointers (R0906), or to instructions that are not followed (R0904): assembly, `setjmp`, `longjmp`, variadic
//! arguments, addresses that go on as integers and integers that become addresses.
//!
//! The same walk over calls finds objects of regions that are given to `free` (R0405).
//!
//! What belongs to the caller may or may not point into a region: that is a flow to [`Sink::Unknown`] in the
//! summary, and each caller is judged by what it passes.

use super::context::Context;
use super::escape::{allocation_behind, life};
use super::finding::{Finding, Problem, Role, Site};
use super::instantiate::sources;
use super::object::Object;
use super::provenance::{Provenance, may_be_kept};
use super::summary::is_region;
use crate::effects::{Effects, Sink, Source};
use crate::form::regions::Origin;
use crate::form::{Call, Callee, InstId, InstKind, RegionId, ValueId};
use crate::llvm::Value;
use inkwell::llvm_sys::LLVMValueKind;
use std::collections::BTreeSet;

/// Functions that leave frames without running what those frames still have to do.
const JUMPS: [&str; 11] = [
    "longjmp",
    "_longjmp",
    "siglongjmp",
    "__longjmp_chk",
    "llvm.eh.sjlj.longjmp",
    "setcontext",
    "swapcontext",
    "makecontext",
    "pthread_cancel",
    "pthread_exit",
    "thrd_exit",
];

/// What the analysis found.
#[derive(Default)]
pub struct Unknown {
    /// What cannot be decided.
    pub findings: BTreeSet<Finding>,
    /// The flows to [`Sink::Unknown`] and [`Sink::Freed`] of the function's summary.
    pub flows: BTreeSet<(Source, Sink)>,
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance) -> Unknown {
    let mut unknown = Unknown::default();
    let mut judge = Judge {
        cx,
        provenance,
        unknown: &mut unknown,
    };
    for (id, inst) in cx.reached_insts() {
        match inst.kind {
            InstKind::Call(call) => judge.call(id, call, inst.result),
            InstKind::Opaque(what, operands) => judge.opaque(id, what, operands),
            InstKind::FromInteger(value) => judge.integer_pointer(id, value),
            InstKind::Return(Some(value)) => judge.returned(id, value),
            _ => {}
        }
    }
    // A cleanup that nobody described is told elsewhere.
    for cleanup in cx.body.cleanups {
        if let Some(effects) = cx.effects_of(&cleanup.call) {
            judge.described(cleanup.at, cleanup.call, effects);
        }
    }
    unknown
}

struct Judge<'j, 'a> {
    cx: Context<'j, 'a>,
    provenance: &'j Provenance,
    unknown: &'j mut Unknown,
}

impl Judge<'_, '_> {
    fn report(&mut self, problem: Problem, at: Site, because: Vec<(Site, Role)>) {
        self.unknown.findings.insert(Finding { problem, at, because });
    }

    fn life(&self, region: RegionId, value: ValueId) -> Vec<(Site, Role)> {
        life(self.cx, region, allocation_behind(self.provenance, value, region))
    }

    /// Whether a value leads to an object of some region, and to what of the caller's.
    fn exposure(&self, value: ValueId) -> (Option<RegionId>, Vec<Source>) {
        exposure_of(self.provenance.reach(value))
    }

    /// An address of the caller's that is returned as an integer is a flow; one of an object that ends here is lost.
    fn returned(&mut self, id: InstId, value: ValueId) {
        if self.cx.body.value(value).holds_pointer || self.is_narrow(value) {
            return;
        }
        let mut regions = self.provenance.of(value).filter_map(Object::region);
        let is_own = regions.any(|region| !matches!(self.cx.regions.get(region).origin, Origin::Param(_)));
        if is_own {
            let what = "a pointer into a region that is returned as an integer".to_owned();
            self.report(Problem::NotAnalysed { what }, self.cx.site(id), vec![]);
        }
    }

    /// An address that is passed as an integer is lost to the analysis.
    fn as_integer(&mut self, id: InstId, value: ValueId) {
        if self.cx.body.value(value).holds_pointer || self.is_narrow(value) {
            return;
        }
        let region = self.provenance.of(value).find_map(Object::region);
        let sources = self.provenance.of(value).filter_map(Object::passed);
        if region.is_some() {
            let what = "a pointer into a region that is passed as an integer".to_owned();
            self.report(Problem::NotAnalysed { what }, self.cx.site(id), vec![]);
        }
        for source in sources {
            self.unknown.flows.insert((source, Sink::Unknown));
        }
    }

    /// Whether a number has too few bits for an address.
    fn is_narrow(&self, value: ValueId) -> bool {
        let def = self.cx.body.def(value);
        let width = def.and_then(|(_, inst)| inst.llvm.ty().integer_width());
        width.is_some_and(|width| width < self.cx.form.pointer_bytes * 8)
    }

    fn call(&mut self, id: InstId, call: Call<'_>, result: Option<ValueId>) {
        if !self.cx.follows_numbers(&call) {
            for argument in call.args {
                self.as_integer(id, argument.value);
            }
        }
        let callee = self.cx.callee_name(&call);
        if JUMPS.contains(&callee.as_str()) {
            let what = format!("`{callee}`, which may skip the end of regions");
            self.report(Problem::NotAnalysed { what }, self.cx.site(id), vec![]);
            return;
        }
        if let Some(effects) = self.cx.effects_of(&call) {
            self.described(id, call, effects);
            return;
        }
        let returns_pointer = result.is_some_and(|result| self.cx.body.value(result).holds_pointer);
        for argument in call.args {
            let (region, params) = self.exposure(argument.value);
            let handle = self.cx.resolve(self.cx.body.inst(id).block, argument.value);
            let is_handle = handle
                .regions
                .iter()
                .any(|region| match self.cx.regions.get(*region).origin {
                    Origin::Param(index) => is_region(self.cx, index as usize),
                    Origin::Push(_) | Origin::HandedOver(_) => true,
                });
            let leads_on = self.leads_on(argument.value);
            if !is_handle && !may_be_kept(&call, argument, leads_on, returns_pointer) {
                continue;
            }
            if let Some(region) = region.or_else(|| handle.regions.first().copied().filter(|_| is_handle)) {
                let problem = match call.callee {
                    Callee::Direct(callee) => Problem::UnknownCallee {
                        callee: self.cx.callee_name(&call),
                        suggestion: suggestion(self.cx, call, result),
                        region: is_handle,
                        replaceable: self.cx.form.function(callee).body.is_some(),
                    },
                    Callee::Indirect(_) => Problem::IndirectCall {
                        alias: self.cx.body.inst(id).llvm.callee().and_then(alias),
                    },
                    Callee::Assembly => Problem::NotAnalysed {
                        what: "assembly that takes a pointer".to_owned(),
                    },
                };
                let because = self.life(region, argument.value);
                self.report(problem, self.cx.site(id), because);
                break;
            }
            for source in params {
                self.unknown.flows.insert((source, Sink::Unknown));
            }
        }
    }

    /// Whether what a value points to holds pointers to regions or to the caller's memory.
    fn leads_on(&self, value: ValueId) -> bool {
        self.provenance.of(value).any(|object| {
            self.provenance
                .contents(object)
                .any(|held| held.region().is_some() || held.callers().is_some())
                || object.callers().is_some()
        })
    }

    fn described(&mut self, id: InstId, call: Call<'_>, effects: &Effects) {
        let leaving = effects.flows.iter();
        for (from, to) in leaving.filter(|(_, to)| matches!(to, Sink::Unknown | Sink::Freed)) {
            let Some(argument) = self.cx.arguments_of(&call, *from).first() else {
                continue;
            };
            let given = sources(self.cx, self.provenance, id, &call, *from);
            match to {
                Sink::Unknown => {
                    let (region, params) = exposure_of(self.provenance.reach_of(given.objects()));
                    if let Some(region) = region {
                        let problem = Problem::UnknownCallee {
                            callee: self.cx.callee_name(&call),
                            suggestion: String::new(),
                            region: false,
                            replaceable: false,
                        };
                        let because = self.life(region, argument.value);
                        self.report(problem, self.cx.site(id), because);
                    }
                    self.flows_to(params, Sink::Unknown);
                }
                // R0405: an object of a region that an allocator is told to take back. Only what is pointed to is freed,
                // not what is reached from there.
                Sink::Freed => {
                    let freed = given.objects().map(|id| self.provenance.get(id)).collect();
                    let (region, params) = exposure_of(freed);
                    if let Some(region) = region {
                        let because = self.life(region, argument.value);
                        let callee = self.cx.callee_name(&call);
                        self.report(Problem::Freed { callee }, self.cx.site(id), because);
                    }
                    self.flows_to(params, Sink::Freed);
                }
                _ => {}
            }
        }
    }

    fn flows_to(&mut self, sources: Vec<Source>, sink: Sink) {
        let flows = sources.into_iter().map(|source| (source, sink));
        self.unknown.flows.extend(flows);
    }

    fn opaque(&mut self, id: InstId, what: &str, operands: &[ValueId]) {
        let has_regions = self
            .cx
            .regions
            .ids()
            .any(|(_, region)| !matches!(region.origin, Origin::Param(_)));
        let mut exposed = false;
        for operand in operands {
            let (region, sources) = self.exposure(*operand);
            exposed |= region.is_some();
            self.unknown
                .flows
                .extend(sources.into_iter().map(|source| (source, Sink::Unknown)));
        }
        if exposed || has_regions {
            self.report(
                Problem::NotAnalysed {
                    what: what.to_owned(),
                },
                self.cx.site(id),
                vec![],
            );
        }
    }

    /// An integer made into a pointer is a foreign address unless it may stem from a region pointer.
    fn integer_pointer(&mut self, id: InstId, value: ValueId) {
        let root = value;
        let mut seen = BTreeSet::from([value]);
        let mut work = vec![value];
        while let Some(value) = work.pop() {
            let Some((_, inst)) = self.cx.body.def(value) else {
                continue;
            };
            let mut next = Vec::new();
            // Arithmetic that is not followed lost the way to a region.
            let lost = self.provenance.of(value).any(|object| {
                object
                    .region()
                    .is_some_and(|region| !self.provenance.points_into(root, region))
            });
            let suspicious = lost
                || match inst.kind {
                    // What a described callee is known to return is followed.
                    InstKind::Call(call) => {
                        self.provenance.places(value).is_empty()
                            && call
                                .args
                                .iter()
                                .any(|argument| self.exposure(argument.value).0.is_some())
                    }
                    InstKind::Phi(incoming) => {
                        next.extend(incoming.iter().map(|(_, value)| *value));
                        false
                    }
                    InstKind::Select { yes, no, .. } => {
                        next.extend([yes, no]);
                        false
                    }
                    InstKind::Derive(operands) | InstKind::Plain(operands) => {
                        next.extend(operands);
                        false
                    }
                    InstKind::Resize { value, .. } | InstKind::Same(value) => {
                        next.push(value);
                        false
                    }
                    _ => false,
                };
            if suspicious {
                let what = "an integer made into a pointer, which may stem from a region".to_owned();
                self.report(Problem::NotAnalysed { what }, self.cx.site(id), vec![]);
                return;
            }
            for value in next {
                if seen.insert(value) {
                    work.push(value);
                }
            }
        }
    }
}

fn exposure_of(reached: Vec<Object>) -> (Option<RegionId>, Vec<Source>) {
    let region = reached.iter().find_map(|object| object.region());
    let sources = reached.iter().filter_map(|object| object.callers()).collect();
    (region, sources)
}

/// The name of an alias, or of a function that is chosen when the program is loaded.
fn alias(called: Value<'_>) -> Option<String> {
    let kind = called.kind();
    let is_alias = matches!(
        kind,
        LLVMValueKind::LLVMGlobalAliasValueKind | LLVMValueKind::LLVMGlobalIFuncValueKind
    );
    is_alias.then(|| called.name())
}

/// Effects that would settle an undescribed call, for the caller to confirm or correct.
fn suggestion(cx: Context<'_, '_>, call: Call<'_>, result: Option<ValueId>) -> String {
    let is_handle = |value: ValueId| {
        cx.regions.of_handle(cx.regions.canonical(value)).is_some_and(|region| {
        !matches!(cx.regions.get(region).origin, Origin::Param(index) if !is_region(cx, index as usize))
    })
    };
    let returns_pointer = result.is_some_and(|result| cx.body.value(result).holds_pointer);
    let mut clauses: Vec<String> = call
        .args
        .iter()
        .enumerate()
        .filter(|(_, argument)| cx.body.value(argument.value).holds_pointer)
        .map(|(index, argument)| match is_handle(argument.value) {
            true if returns_pointer => format!("put(arg{index}); return(in(arg{index}))"),
            true => format!("put(arg{index})"),
            false => format!("get(arg{index})"),
        })
        .collect();
    clauses.push("nounwind".to_owned());
    clauses.join("; ")
}
