//! R03: no allocation repeats into one life of a region, unless that region has a budget.
//!
//! The rule is about cycles, not about loops that a source language knows: there is no cycle through a
//! `put(ρ)` that avoids `push(ρ)` and `reset(ρ)`. It is judged on the feasible-path graph, so a cycle that
//! constants rule out is none, and irreducible cycles need no special case.
//!
//! * A region opened here: the graph without the nodes that push or reset it; a put on a cycle is a leak.
//! * A region parameter: the same, and the result goes into the summary as [`Put::Loop`]. Where all callers
//!   are known they are judged; otherwise the definition is, unless the parameter is declared bounded.
//! * A recursion: `recursion`.
//!
//! A callee that resets the region on every way to its return cuts a cycle as a reset does; so does a pop of the
//! very handle that the put went through, as long as it names the same region.

use super::context::{Context, Summaries};
use super::cycles::Cycles;
use super::finding::{Finding, Problem, Role, Site};
use super::recursion::Recursion;
use crate::effects::Put;
use crate::form::regions::Origin;
use crate::form::{BlockId, Callee, FuncId, Inst, InstId, InstKind, NodeId, RegionId, ValueId};
use crate::operation::Operation;
use std::collections::{BTreeMap, BTreeSet};

/// A place where a function allocates into a region.
#[derive(Clone, Copy, Debug)]
struct PutSite {
    inst: InstId,
    node: NodeId,
    region: RegionId,
    /// The canonical handle that it goes through.
    handle: ValueId,
    put: Put,
}

/// What makes a callee's `put` into a parameter what it is.
#[derive(Clone, Copy, Debug)]
pub struct Allocation {
    /// How often it allocates.
    pub put: Put,
    /// Where, or where it calls what allocates.
    at: Site,
    /// Where a recursion passes the region on, if one repeats it.
    recurses: Option<Site>,
}

/// Where the allocations of functions lie, by parameter.
pub type Blame = BTreeMap<(FuncId, u32), Allocation>;

/// What the analysis of one function found.
#[derive(Default)]
pub struct Leaks {
    /// The violations.
    pub findings: BTreeSet<Finding>,
    /// How the function puts into each region parameter, with the place to blame.
    pub puts: Vec<(u32, Allocation)>,
}

/// How many nodes are walked through to see which pushes, resets and pops cut the cycles of a function. The cycles of
/// further handles count as uncut.
const MAX_WALKED: usize = 1 << 23;

/// Judges the puts of one function. `recursion` says, for a function of a recursive component, which of its
/// parameters a recursion repeats a put into.
pub fn run(cx: Context<'_, '_>, blame: &Blame, recursion: &Recursion) -> Leaks {
    let mut leaks = Leaks::default();
    let sites = put_sites(cx);
    let cuts = Cuts::new(cx);
    let mut routes: BTreeMap<(RegionId, ValueId), Vec<&PutSite>> = BTreeMap::new();
    for site in &sites {
        routes.entry((site.region, site.handle)).or_default().push(site);
    }
    // What lies on no cycle at all lies on none that avoids something.
    let repeats_at_all = Cycles::avoiding(cx, |_| false);
    let mut walked = 0;
    for ((region, handle), sites) in routes {
        let own;
        let cycles = if !sites.iter().any(|site| repeats_at_all.contain(site.node)) {
            own = Cycles::none(cx);
            &own
        } else if walked < MAX_WALKED {
            walked += cx.paths.len();
            own = cuts.cycles(cx, region, handle);
            &own
        } else {
            &repeats_at_all
        };
        let known = cx.regions.get(region);
        // The same instruction may stand in several nodes; the worst of them counts, and is told once.
        let mut worst: BTreeMap<InstId, (Put, bool)> = BTreeMap::new();
        for site in sites {
            let entry = worst.entry(site.inst).or_insert((Put::No, false));
            entry.0 = entry.0.max(site.put);
            entry.1 |= cycles.contain(site.node);
        }
        for (inst, (put, in_cycle)) in worst {
            let explained = recursion.explains(cx, inst, region) || wants_bounded(cx, inst, region);
            if !in_cycle && explained {
                continue;
            }
            let repeats = in_cycle || put == Put::Loop;
            let at = cx.site(inst);
            let origin = origin_of(cx, region);
            match known.origin {
                Origin::Param(index) => {
                    let total = if repeats { Put::Loop } else { Put::Finite };
                    let callee = callee_blame(cx, inst, blame, region).filter(|_| !in_cycle);
                    let recurses = callee.and_then(|allocation| allocation.recurses);
                    let allocation = Allocation {
                        put: total,
                        at,
                        recurses,
                    };
                    leaks.puts.push((index, allocation));
                    if repeats && !known.bounded && !cx.function.facts.callers_known {
                        leaks.findings.insert(repeat_finding(
                            cx,
                            inst,
                            in_cycle.then_some(cycles),
                            origin,
                            blame,
                            region,
                        ));
                    }
                }
                Origin::Push(_) | Origin::HandedOver(_) if known.bounded || !repeats => {}
                Origin::Push(_) | Origin::HandedOver(_) => {
                    leaks.findings.insert(repeat_finding(
                        cx,
                        inst,
                        in_cycle.then_some(cycles),
                        origin,
                        blame,
                        region,
                    ));
                }
            }
        }
    }
    for (index, at, call) in recursion.repeated(cx.id) {
        let allocation = Allocation {
            put: Put::Loop,
            at,
            recurses: Some(call),
        };
        leaks.puts.push((index, allocation));
        if !cx.is_declared_bounded(index as usize) && !cx.function.facts.callers_known {
            leaks.findings.insert(Finding {
                problem: Problem::LeakInRecursion {
                    function: cx.function.name.to_owned(),
                },
                at,
                because: vec![(call, Role::Recurses)],
            });
        }
    }
    leaks.findings.extend(not_bounded(cx));
    leaks
}

fn origin_of(cx: Context<'_, '_>, region: RegionId) -> (Site, Role) {
    match cx.regions.get(region).origin {
        Origin::Push(id) | Origin::HandedOver(id) => (cx.site(id), Role::Opened),
        Origin::Param(_) => (cx.whole(), Role::Parameter),
    }
}

fn repeat_finding(
    cx: Context<'_, '_>,
    inst: InstId,
    cycles: Option<&Cycles>,
    origin: (Site, Role),
    blame: &Blame,
    region: RegionId,
) -> Finding {
    let mut because = vec![origin];
    let problem = match cx.body.inst(inst).kind {
        InstKind::Call(call) => {
            let allocation = callee_blame(cx, inst, blame, region);
            because.extend(allocation.map(|allocation| (allocation.at, Role::CalleeAllocates)));
            let callee = cx.callee_name(&call);
            if cycles.is_some() {
                Problem::LeakThroughCall { callee }
            } else {
                let recurses = allocation.and_then(|allocation| allocation.recurses);
                because.extend(recurses.map(|site| (site, Role::Recurses)));
                Problem::LeakInCallee {
                    callee,
                    by_recursion: recurses.is_some(),
                }
            }
        }
        _ => Problem::LeakInLoop,
    };
    if let Some(end) = cycles.and_then(|cycles| cycles.repeats_at(cx, inst)) {
        because.push((cx.site(end), Role::Repeats));
    }
    Finding {
        problem,
        at: cx.site(inst),
        because,
    }
}

/// Where the callee of a call allocates.
fn callee_blame(cx: Context<'_, '_>, inst: InstId, blame: &Blame, region: RegionId) -> Option<Allocation> {
    let InstKind::Call(call) = cx.body.inst(inst).kind else {
        return None;
    };
    let Callee::Direct(callee) = call.callee else {
        return None;
    };
    call.args.iter().enumerate().find_map(|(index, argument)| {
        let names = cx
            .resolve(cx.body.inst(inst).block, argument.value)
            .regions
            .contains(&region);
        blame.get(&(callee, index as u32)).filter(|_| names).copied()
    })
}

/// The basic blocks in which a region's life starts anew, or ends.
struct Cuts {
    regions: BTreeSet<(RegionId, BlockId)>,
    /// Pops, by the canonical handle.
    handles: BTreeSet<(ValueId, BlockId)>,
}

impl Cuts {
    fn new(cx: Context<'_, '_>) -> Cuts {
        let mut cuts = Cuts {
            regions: BTreeSet::new(),
            handles: BTreeSet::new(),
        };
        for (id, region) in cx.regions.ids() {
            if let Origin::Push(inst) | Origin::HandedOver(inst) = region.origin {
                cuts.regions.insert((id, cx.body.inst(inst).block));
            }
        }
        for inst in cx.body.insts {
            match inst.kind {
                InstKind::Operation(Operation::Pop, operands) => {
                    cuts.handles
                        .insert((cx.regions.canonical(operands[0]), inst.block));
                }
                _ => cuts
                    .regions
                    .extend(renewed(cx, inst).map(|region| (region, inst.block))),
            }
        }
        cuts
    }

    /// The cycles on which one life of the region goes on, past no end of what a put through this handle went into.
    ///
    /// A handle that is computed anew in each iteration is another region's name then. So a pop ends what went through
    /// the same handle since it was computed, and nothing older: a put repeats if it lies on a cycle without a pop, or if
    /// a way along its cycle computes the handle anew before it comes to one.
    fn cycles(&self, cx: Context<'_, '_>, region: RegionId, handle: ValueId) -> Cycles {
        let renews = |node: NodeId| self.regions.contains(&(region, cx.paths.node(node).block));
        let ends = |node: NodeId| self.handles.contains(&(handle, cx.paths.node(node).block));
        let cycles = Cycles::avoiding(cx, renews);
        let without_pop = Cycles::avoiding(cx, |node| renews(node) || ends(node));
        let computed = cx.body.def(handle).map(|(_, inst)| inst.block);
        let anew = cx
            .paths
            .ids()
            .filter(|node| Some(cx.paths.node(*node).block) == computed);
        let before = cycles.before(cx, anew, ends);
        cycles.of_those(|node| without_pop.contain(node) || before.contains(&node))
    }
}

/// The region whose values an instruction certainly ends, while the region stays.
pub fn renewed(cx: Context<'_, '_>, inst: &Inst<'_>) -> impl Iterator<Item = RegionId> {
    let mut handles: Vec<ValueId> = Vec::new();
    match inst.kind {
        InstKind::Operation(Operation::Reset, operands) => handles.push(operands[0]),
        // A callee that unwinds may not have come to it.
        InstKind::Call(call) if cx.body.block(inst.block).unwind.is_none() => {
            if let Some(effects) = cx.effects_of(&call) {
                let renews = |index: &usize| effects.param(*index).renews;
                let indices = (0..call.args.len()).filter(renews);
                handles.extend(indices.map(|index| call.args[index].value));
            }
        }
        _ => {}
    }
    let block = inst.block;
    handles.into_iter().filter_map(move |handle| {
        let resolved = cx.resolve(block, handle);
        // A reset of one of several candidates is a reset of none for certain.
        match (resolved.unknown, &resolved.regions[..]) {
            (None, [region]) => Some(*region),
            _ => None,
        }
    })
}

fn put_sites(cx: Context<'_, '_>) -> Vec<PutSite> {
    let mut sites = Vec::new();
    for node in cx.paths.ids() {
        for (inst, what) in cx.body.insts_of(cx.paths.node(node).block) {
            let mut add = |value, put| {
                let regions = cx.resolve(what.block, value).regions;
                let handle = cx.regions.canonical(value);
                sites.extend(regions.into_iter().map(|region| PutSite {
                    inst,
                    node,
                    region,
                    handle,
                    put,
                }));
            };
            match what.kind {
                InstKind::Operation(operation, operands) if operation.allocates() => {
                    add(operands[0], Put::Finite);
                }
                InstKind::Call(call) => {
                    let Some(effects) = cx.effects_of(&call) else {
                        continue;
                    };
                    for (index, argument) in call.args.iter().enumerate() {
                        match effects.param(index).put {
                            Put::No => {}
                            put => add(argument.value, put),
                        }
                    }
                }
                _ => {}
            }
        }
    }
    sites
}

/// Whether a call passes a region where the callee declares that it needs a budget: that is R0305's to say.
fn wants_bounded(cx: Context<'_, '_>, inst: InstId, region: RegionId) -> bool {
    let InstKind::Call(call) = cx.body.inst(inst).kind else {
        return false;
    };
    cx.effects_of(&call).is_some_and(|effects| {
        call.args.iter().enumerate().any(|(index, argument)| {
            effects.param(index).bounded
                && cx
                    .resolve(cx.body.inst(inst).block, argument.value)
                    .regions
                    .contains(&region)
        })
    })
}

/// Calls that pass a region without a budget where the callee declares that it needs one.
fn not_bounded(cx: Context<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, inst) in cx.body.inst_ids() {
        let InstKind::Call(call) = inst.kind else { continue };
        let Callee::Direct(callee) = call.callee else {
            continue;
        };
        let function = cx.form.function(callee);
        let declared = function
            .bounded_params
            .iter()
            .enumerate()
            .filter(|(_, bounded)| **bounded);
        let summary = cx.effects_of(&call);
        let by_summary = summary
            .into_iter()
            .flat_map(|s| s.params.iter().enumerate().filter(|(_, p)| p.bounded));
        let indices: BTreeSet<usize> = declared
            .map(|(i, _)| i)
            .chain(by_summary.map(|(i, _)| i))
            .collect();
        for index in indices {
            let Some(argument) = call.args.get(index) else {
                continue;
            };
            let resolved = cx.resolve(inst.block, argument.value);
            for region in resolved
                .regions
                .iter()
                .filter(|region| !cx.regions.get(**region).bounded)
            {
                findings.push(Finding {
                    problem: Problem::NotBounded {
                        callee: function.name.to_owned(),
                    },
                    at: cx.site(id),
                    because: vec![origin_of(cx, *region)],
                });
            }
        }
    }
    findings
}

/// The blame that later components need: where each function puts into each parameter.
pub fn remember(blame: &mut Blame, function: FuncId, leaks: &Leaks, summaries: &Summaries) {
    for (index, allocation) in &leaks.puts {
        let worst = summaries.effects[function.index()].param(*index as usize).put;
        if allocation.put == worst {
            let known = blame.entry((function, *index)).or_insert(*allocation);
            // What a recursion repeats is known after its first round.
            if allocation.put > known.put || allocation.recurses.is_some() && known.recurses.is_none() {
                *known = *allocation;
            }
        }
    }
}
