//! R06: cleanups, which run when their region ends.
//!
//! A registration is an object of its region that holds the cleanup's object: [`super::provenance`], R03 and R04 treat it as
//! one. What is left is judged here:
//! * *Who may be one* (R0602, R0902, R0906): a function whose effects are known, that does not unwind, works on no region that
//!   it is given, and stores no pointer where it outlives the region.
//! * *How many are left* where a region ends (R0601, for real-time kernels): a forward dataflow over the feasible-path graph. The
//!   lattice is the set of registrations that may be pending, each once or *many* times; meet is union. Running or cancelling
//!   the registration itself takes it out; so does an end of its region, if it is certain which one ends.
//!
//! What is pending at an end may follow all that its object leads to: that is for [`super::stale`] to judge.

use super::balance::Balance;
use super::context::Context;
use super::escape::handed_over;
use super::finding::{Finding, Problem, Role};
use super::instantiate::sources;
use super::leak::renewed;
use super::lives::ends;
use super::object::Object;
use super::provenance::Provenance;
use super::registration::{left_by, regions_left};
use crate::effects::{Count, Effects, RETURNED, Sink, Source};
use crate::form::regions::Origin;
use crate::form::{BlockId, Call, Callee, Cleanup, Inst, InstId, InstKind, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What may be pending: where it was registered, in which region, and how often.
type Pending = BTreeMap<(InstId, RegionId), Count>;

/// What the analysis found.
#[derive(Default)]
pub struct Cleanups {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// The flows of the function's summary that its cleanups add.
    pub flows: BTreeSet<(Source, Sink)>,
    /// How many are left in each region parameter, and in the region handed over.
    pub left: BTreeMap<u32, Count>,
    /// How many an end runs at most.
    pub runs: Count,
    /// Functions are called that nobody described.
    pub calls_unknown: bool,
    /// What is pending before each instruction that ends a region, of the regions that it may end.
    at_ends: BTreeMap<InstId, Pending>,
}

impl Cleanups {
    /// What is pending in the regions that an instruction ends: where it was registered, and in which.
    pub fn pending_at(&self, end: InstId) -> impl Iterator<Item = (InstId, RegionId)> {
        self.at_ends
            .get(&end)
            .into_iter()
            .flat_map(Pending::keys)
            .copied()
    }

    /// Whether the end of some region runs cleanups.
    pub fn run_here(&self) -> bool {
        !self.at_ends.is_empty()
    }
}

/// Judges one function.
pub fn run(cx: Context<'_, '_>, provenance: &Provenance, balance: &Balance) -> Cleanups {
    let mut cleanups = Cleanups::default();
    let handed = handed_over(cx, balance);
    for cleanup in cx.body.cleanups {
        fitness(cx, provenance, &handed, cleanup, &mut cleanups);
    }
    for (id, inst) in cx.body.inst_ids() {
        left_on_local(cx, provenance, &handed, (id, inst), &mut cleanups);
    }
    for inst in cx.body.insts {
        if let InstKind::Call(call) = inst.kind {
            let effects = cx.effects_of(&call);
            cleanups.runs = cleanups
                .runs
                .max(effects.map_or(Count::default(), |effects| effects.runs));
            cleanups.calls_unknown |= effects.map_or(is_unknown(cx, inst), |effects| effects.calls_unknown);
        }
    }
    if registers(cx) {
        solve(cx, provenance, &handed, &mut cleanups);
    }
    match cx.function.kernel {
        Some(allowed) => kernel(cx, allowed, &mut cleanups),
        None => left_to_kernels(cx, &mut cleanups),
    }
    cleanups
}

/// Whether anything here may leave a cleanup in a region.
fn registers(cx: Context<'_, '_>) -> bool {
    !cx.body.cleanups.is_empty() || cx.body.insts.iter().any(|inst| left_by(cx, inst).is_some())
}

/// Whether a call is of a function that nobody described, which may do anything.
fn is_unknown(cx: Context<'_, '_>, inst: &Inst<'_>) -> bool {
    let InstKind::Call(call) = inst.kind else {
        return false;
    };
    match call.callee {
        Callee::Direct(callee) => {
            let facts = cx.form.function(callee).facts;
            !facts.intrinsic && !call.no_memory && !call.noreturn
        }
        Callee::Indirect(_) => true,
        Callee::Assembly => false,
    }
}

/// Whether a function may be a cleanup, and for this object.
fn fitness(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    handed: &[RegionId],
    cleanup: &Cleanup<'_>,
    cleanups: &mut Cleanups,
) {
    let Cleanup { at, region, call } = cleanup;
    let name = cx.callee_name(call);
    let report = |cleanups: &mut Cleanups, problem| {
        let (at, because) = (cx.site(*at), vec![]);
        cleanups.findings.insert(Finding { problem, at, because });
    };
    let Some(effects) = cx.effects_of(call) else {
        let function = matches!(call.callee, Callee::Direct(_)).then_some(name);
        report(cleanups, Problem::UnknownCleanup { function });
        return;
    };
    cleanups.runs = cleanups.runs.max(effects.runs);
    cleanups.calls_unknown |= effects.calls_unknown;
    let object = call.args[0].value;
    let is_local = provenance.of(object).any(is_variable);
    let why = if cx.may_unwind(call) {
        Some("it may unwind")
    } else if works_on_regions(effects) {
        Some("it works on the region that it is given")
    } else if is_local && lives_on(cx, handed, *region) {
        Some(OF_A_VARIABLE)
    } else {
        None
    };
    if let Some(why) = why {
        report(cleanups, Problem::UnfitCleanup { function: name, why });
        return;
    }
    // When it runs its region is about to end, so all that it stores outlives what it may be a pointer to.
    for (from, to) in &effects.flows {
        if matches!(to, Sink::Return | Sink::Freed | Sink::Unknown) || *from == Source::Outside {
            continue;
        }
        let given = sources(cx, provenance, *at, call, *from);
        let reached = provenance.reach_of(given.objects());
        if reached
            .iter()
            .any(|object| object.region().is_some() || is_variable(*object))
        {
            let why = "it keeps a pointer of its object's, which may end with the region";
            let function = name.clone();
            report(cleanups, Problem::UnfitCleanup { function, why });
            return;
        }
        let callers = reached.iter().filter_map(|object| object.callers());
        cleanups
            .flows
            .extend(callers.map(|source| (source, Sink::Global)));
    }
}

/// Why an object that dies before its region is no object of a cleanup.
const OF_A_VARIABLE: &str = "its object is a variable of this function, and the region lives on";

/// The same of an object that dies earlier.
pub const OUT_OF_SCOPE: &str = "its object is a variable whose scope ends before the region";

/// Whether an object dies when the function returns.
fn is_variable(object: Object) -> bool {
    matches!(object, Object::Slot(_))
}

/// Whether a region that a handle may name is open when the function has returned.
fn lives_on(cx: Context<'_, '_>, handed: &[RegionId], handle: ValueId) -> bool {
    let regions = cx.regions.resolve(cx.body, handle).regions;
    regions
        .iter()
        .any(|region| handed.contains(region) || matches!(cx.regions.get(*region).origin, Origin::Param(_)))
}

/// A callee that leaves a cleanup in a region holds its object there, and perhaps others.
fn left_on_local(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    handed: &[RegionId],
    (id, inst): (InstId, &Inst<'_>),
    cleanups: &mut Cleanups,
) {
    let (InstKind::Call(call), Some(effects)) = (inst.kind, left_by(cx, inst)) else {
        return;
    };
    if !regions_left(cx, inst).any(|handle| lives_on(cx, handed, handle)) {
        return;
    }
    let objects = held_by(cx, provenance, id, &call, effects);
    if objects.into_iter().any(is_variable) {
        cleanups.findings.insert(Finding {
            problem: Problem::UnfitCleanup {
                function: cx.callee_name(&call),
                why: OF_A_VARIABLE,
            },
            at: cx.site(id),
            because: vec![],
        });
    }
}

/// What the cleanups hold, and perhaps more, that a callee leaves in regions.
fn held_by(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    id: InstId,
    call: &Call<'_>,
    effects: &Effects,
) -> Vec<Object> {
    let held = effects.flows.iter().filter(|(_, to)| match to {
        Sink::In(index) => effects.cleanups.contains_key(index),
        _ => false,
    });
    let objects = held.flat_map(|(from, _)| {
        let places = sources(cx, provenance, id, call, *from);
        places.objects().collect::<Vec<_>>()
    });
    objects.map(|object| provenance.get(object)).collect()
}

/// A variable whose scope ends is no object of a cleanup that may still be pending: a compiler gives its place to others, and
/// drops what was stored there last.
fn out_of_scope(
    cx: Context<'_, '_>,
    provenance: &Provenance,
    end: &Inst<'_>,
    state: &Pending,
    cleanups: &mut Cleanups,
) {
    let InstKind::Forget(slot) = end.kind else { return };
    for (at, _) in state.keys() {
        let registered = cx.body.cleanups.iter().find(|cleanup| cleanup.at == *at);
        let (call, objects): (Call<'_>, Vec<Object>) = match (registered, cx.body.inst(*at).kind) {
            (Some(cleanup), _) => {
                let object = cleanup.call.args[0].value;
                (cleanup.call, provenance.of(object).collect())
            }
            (None, InstKind::Call(call)) => match cx.effects_of(&call) {
                Some(effects) => (call, held_by(cx, provenance, *at, &call, effects)),
                None => continue,
            },
            _ => continue,
        };
        let is_gone = provenance
            .of(slot)
            .any(|object| is_variable(object) && objects.contains(&object));
        let site = cx.site(*at);
        if is_gone && cleanups.findings.iter().all(|finding| finding.at != site) {
            cleanups.findings.insert(Finding {
                problem: Problem::UnfitCleanup {
                    function: cx.callee_name(&call),
                    why: OUT_OF_SCOPE,
                },
                at: site,
                because: vec![],
            });
        }
    }
}

fn works_on_regions(effects: &Effects) -> bool {
    let param = effects.param(0);
    let is_used = param.region || param.reset || param.bounded;
    is_used || !effects.drops.is_empty() || effects.opens.is_some() || !effects.cleanups.is_empty()
}

/// The dataflow, and what it says of ends and exits.
fn solve(cx: Context<'_, '_>, provenance: &Provenance, handed: &[RegionId], cleanups: &mut Cleanups) {
    let mut at: Vec<Option<Pending>> = vec![None; cx.paths.len()];
    at[cx.paths.entry().index()] = Some(Pending::new());
    let mut work = VecDeque::from([cx.paths.entry()]);
    while let Some(node) = work.pop_front() {
        let mut state = at[node.index()].clone().unwrap_or_default();
        for (id, inst) in cx.body.insts_of(cx.paths.node(node).block) {
            transfer(cx, id, inst, &mut state);
        }
        for edge in &cx.paths.node(node).succs {
            let known = &mut at[edge.to.index()];
            let grew = known.is_none() | join(known.get_or_insert_default(), &state);
            if grew {
                work.push_back(edge.to);
            }
        }
    }
    for node in cx.paths.ids() {
        let Some(mut state) = at[node.index()].clone() else {
            continue;
        };
        for (id, inst) in cx.body.insts_of(cx.paths.node(node).block) {
            let ending = ends(cx, inst.block, inst.kind);
            let mut pending = state.clone();
            pending.retain(|(_, region), _| ending.contains(region));
            if !pending.is_empty() {
                cleanups.runs = cleanups.runs.max(most(&pending));
                join(cleanups.at_ends.entry(id).or_default(), &pending);
            }
            if inst.ends_scope() {
                out_of_scope(cx, provenance, inst, &state, cleanups);
            }
            transfer(cx, id, inst, &mut state);
            if matches!(inst.kind, InstKind::Return(_)) {
                leave(cx, handed, &state, &mut cleanups.left);
            }
        }
    }
}

/// The most cleanups of one region.
fn most(pending: &Pending) -> Count {
    let mut counts: BTreeMap<RegionId, Count> = BTreeMap::new();
    for ((_, region), count) in pending {
        let total = counts.entry(*region).or_default();
        *total = total.plus(*count);
    }
    counts.into_values().max().unwrap_or_default()
}

/// What a return leaves to the caller.
fn leave(cx: Context<'_, '_>, handed: &[RegionId], state: &Pending, left: &mut BTreeMap<u32, Count>) {
    let mut here: BTreeMap<u32, Count> = BTreeMap::new();
    for ((_, region), count) in state {
        let index = match cx.regions.get(*region).origin {
            Origin::Param(index) => index,
            _ if handed.contains(region) => RETURNED,
            _ => continue,
        };
        let total = here.entry(index).or_default();
        *total = total.plus(*count);
    }
    for (index, count) in here {
        let most = left.entry(index).or_default();
        *most = (*most).max(count);
    }
}

fn join(known: &mut Pending, other: &Pending) -> bool {
    let mut grew = false;
    for (key, count) in other {
        let most = known.entry(*key).or_default();
        if count > most {
            *most = *count;
            grew = true;
        }
    }
    grew
}

fn transfer(cx: Context<'_, '_>, id: InstId, inst: &Inst<'_>, state: &mut Pending) {
    // What certainly ends, of the regions that may.
    let certain: Vec<RegionId> = match inst.kind {
        InstKind::Operation(Operation::Pop, operands) => only(cx, inst.block, operands[0]),
        InstKind::Call(call) => {
            let drops = cx
                .effects_of(&call)
                .into_iter()
                .flat_map(|effects| &effects.drops);
            let handles = drops.filter_map(|index| call.args.get(*index as usize));
            let dropped = handles.flat_map(|argument| only(cx, inst.block, argument.value));
            dropped.chain(renewed(cx, inst)).collect()
        }
        _ => renewed(cx, inst).collect(),
    };
    state.retain(|(_, region), _| !certain.contains(region));
    match inst.kind {
        InstKind::Operation(operation, operands) if operation.registers() => {
            add(cx, id, operands[0], Count::of(1), state);
        }
        InstKind::Operation(Operation::RunCleanup | Operation::CancelCleanup, operands) => {
            let registration = cx.regions.canonical(operands[0]);
            if let Some((site, _)) = cx.body.def(registration) {
                state.retain(|(of, _), count| *of != site || *count == Count::MANY);
            }
        }
        InstKind::Call(call) => {
            let left = cx
                .effects_of(&call)
                .into_iter()
                .flat_map(|effects| &effects.cleanups);
            for (index, count) in left {
                let handle = match *index {
                    RETURNED => inst.result,
                    index => call.args.get(index as usize).map(|argument| argument.value),
                };
                if let Some(handle) = handle {
                    add(cx, id, handle, *count, state);
                }
            }
        }
        _ => {}
    }
}

/// The region that a handle certainly names.
fn only(cx: Context<'_, '_>, block: BlockId, handle: ValueId) -> Vec<RegionId> {
    let resolved = cx.resolve(block, handle);
    match (resolved.unknown, &resolved.regions[..]) {
        (None, [region]) => vec![*region],
        _ => vec![],
    }
}

fn add(cx: Context<'_, '_>, id: InstId, handle: ValueId, count: Count, state: &mut Pending) {
    for region in cx.resolve(cx.body.inst(id).block, handle).regions {
        // Registered again while it is pending: a loop.
        let known = state.entry((id, region)).or_default();
        *known = if known.is_some() { Count::MANY } else { count };
    }
}

/// R0601, and what a kernel calls.
fn kernel(cx: Context<'_, '_>, allowed: u32, cleanups: &mut Cleanups) {
    for (id, inst) in cx.body.inst_ids() {
        let left = cleanups
            .at_ends
            .get(&id)
            .and_then(|pending| too_many(cx, id, pending, allowed, None));
        cleanups.findings.extend(left);
        // What it registers, it will call; one that nobody described is a finding of its own.
        let registered = cx.body.cleanups.iter().find(|cleanup| cleanup.at == id);
        let problem = match (inst.kind, registered) {
            (InstKind::Call(call), _) => called_by_kernel(cx, &call, is_unknown(cx, inst), allowed),
            (_, Some(cleanup)) => called_by_kernel(cx, &cleanup.call, false, allowed),
            _ => None,
        };
        cleanups.findings.extend(problem.map(|problem| Finding {
            problem,
            at: cx.site(id),
            because: vec![],
        }));
    }
}

/// What is wrong with what a kernel calls.
fn called_by_kernel(cx: Context<'_, '_>, call: &Call<'_>, is_unknown: bool, allowed: u32) -> Option<Problem> {
    let effects = cx.effects_of(call);
    let unknown = match effects {
        None => is_unknown.then_some(false),
        Some(effects) => effects.calls_unknown.then_some(true),
    };
    let callee = matches!(call.callee, Callee::Direct(_)).then(|| cx.callee_name(call));
    // A kernel that is called is judged where it is defined.
    let judged = kernel_called(cx, call);
    let count = effects.map_or(Count::default(), |effects| effects.runs);
    if let (Some(within), None) = (unknown, judged) {
        Some(Problem::KernelCallsUnknown { callee, within })
    } else if count.exceeds(allowed) && !judged.is_some_and(|judged| count.exceeds(judged)) {
        Some(Problem::CleanupsLeft {
            count,
            allowed,
            callee,
        })
    } else {
        None
    }
}

/// How many cleanups the kernel that is called allows.
fn kernel_called(cx: Context<'_, '_>, call: &Call<'_>) -> Option<u32> {
    match call.callee {
        Callee::Direct(callee) => cx.form.function(callee).kernel,
        _ => None,
    }
}

/// A kernel that ends a region of its caller's runs what the caller left there.
fn left_to_kernels(cx: Context<'_, '_>, cleanups: &mut Cleanups) {
    let mut findings = Vec::new();
    for (id, pending) in &cleanups.at_ends {
        if let InstKind::Call(call) = cx.body.inst(*id).kind
            && let Some(allowed) = kernel_called(cx, &call)
        {
            findings.extend(too_many(cx, *id, pending, allowed, Some(cx.callee_name(&call))));
        }
    }
    cleanups.findings.extend(findings);
}

/// More cleanups than a kernel allows are pending in a region that ends.
fn too_many(
    cx: Context<'_, '_>,
    id: InstId,
    pending: &Pending,
    allowed: u32,
    callee: Option<String>,
) -> Option<Finding> {
    let count = most(pending);
    if !count.exceeds(allowed) {
        return None;
    }
    let mut because: Vec<_> = pending
        .keys()
        .flat_map(|(site, region)| {
            let opened = match cx.regions.get(*region).origin {
                Origin::Push(id) | Origin::HandedOver(id) => Some((cx.site(id), Role::Opened)),
                Origin::Param(_) => None,
            };
            opened.into_iter().chain([(cx.site(*site), Role::Registered)])
        })
        .collect();
    because.sort_by_key(|(site, _)| *site);
    because.dedup();
    Some(Finding {
        problem: Problem::CleanupsLeft {
            count,
            allowed,
            callee,
        },
        at: cx.site(id),
        because,
    })
}
