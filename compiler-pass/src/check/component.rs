//! The order of analysis inside one component of the call graph.
//!
//! A function that does not call itself is analysed once. A recursion is iterated from the least summaries (Kleene's
//! fixed point, by a worklist): callees before callers as far as a cycle has such an order, each function with the newest
//! summaries of all others, and again only when the summary of one of its callees has changed. When nothing is left
//! to do, a last round analyses every function with the same summaries; only its findings count, and only if it changes
//! nothing. So what is reported rests on a solution that was seen to be one, whatever the order before.
//!
//! The lattice of summaries is finite: flags, and sets over the places that [`mod@crate::effects`] tells apart. A summary that
//! had to forget the fields ([`Effects::forget_fields`]), or was given up, once never learns them again, so summaries climb.

use super::context::{Context, Summaries, is_inferred};
use super::finding::{Finding, Problem, Site};
use super::leak;
use super::named::Named;
use super::reached::Reached;
use super::recursion::Recursion;
use super::{Analysed, Stories, check_function};
use crate::effects::Effects;
use crate::form::paths::Paths;
use crate::form::regions::{Kept, Regions};
use crate::form::{Body, Call, Callee, Form, FuncId, InstKind, ValueId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A recursion that has not come to rest after this many rounds is reported as not analysed.
const MAX_ROUNDS: usize = 64;

/// Analyses a component, updates the summaries of its functions, and returns the findings.
pub(super) fn check(
    form: &Form<'_>,
    component: Vec<FuncId>,
    summaries: &mut Summaries,
    stories: &mut Stories,
) -> BTreeSet<Finding> {
    // What a callee of the same component ends is not known yet.
    let may_end = |call: &Call<'_>, index: usize| match (call.callee, summaries.effects_of(call)) {
        (Callee::Direct(callee), Some(effects)) => {
            component.contains(&callee) || effects.drops.contains(&(index as u32))
        }
        _ => true,
    };
    let members: BTreeMap<FuncId, Member<'_, '_>> = component
        .iter()
        .filter_map(|id| {
            let body = form.function(*id).body.as_ref()?;
            let paths = Paths::new(body, &may_end);
            let kept = RefCell::default();
            Some((*id, Member { body, paths, kept }))
        })
        .collect();
    let component = Component {
        form,
        members,
        unnamed: Named::default(),
    };
    match component.members.keys().next() {
        None => BTreeSet::new(),
        Some(only)
            if component.members.len() == 1 && !callees(component.members[only].body).contains(only) =>
        {
            let analysed = component.analyse(*only, &Recursion::default(), summaries, stories);
            take_over(form, summaries, stories, *only, &analysed);
            analysed.findings
        }
        Some(_) => component.iterate(summaries, stories),
    }
}

struct Component<'f, 'a> {
    form: &'f Form<'a>,
    members: BTreeMap<FuncId, Member<'f, 'a>>,
    unnamed: Named,
}

struct Member<'f, 'a> {
    body: &'f Body<'a>,
    paths: Paths,
    /// What its reads of handles from memory give, as far as it was analysed.
    kept: RefCell<Kept>,
}

impl<'f, 'a> Component<'f, 'a> {
    fn iterate(&self, summaries: &mut Summaries, stories: &mut Stories) -> BTreeSet<Finding> {
        let order = self.callees_first();
        let callers = self.callers();
        let mut todo: BTreeSet<FuncId> = order.iter().copied().collect();
        for round in 1.. {
            let is_full = todo.len() == order.len();
            let recursion = self.recursion(summaries);
            let mut findings = BTreeSet::new();
            let mut changed = false;
            for id in &order {
                if !todo.remove(id) {
                    continue;
                }
                let before = self.members[id].kept.borrow().clone();
                let analysed = self.analyse(*id, &recursion, summaries, stories);
                if before != *self.members[id].kept.borrow() {
                    changed = true;
                    todo.insert(*id);
                }
                if take_over(self.form, summaries, stories, *id, &analysed) {
                    changed = true;
                    todo.extend(&callers[id]);
                }
                findings.extend(analysed.findings);
            }
            let gives_up = round >= MAX_ROUNDS;
            if is_full && (!changed || gives_up) {
                if changed {
                    findings.insert(self.not_analysed("a recursion whose effects do not settle"));
                }
                if recursion.is_open {
                    findings.insert(self.not_analysed("a recursion that mixes its regions in too many ways"));
                }
                return findings;
            }
            if todo.is_empty() || gives_up {
                todo = order.iter().copied().collect();
            }
        }
        unreachable!("the loop ends by returning")
    }

    fn not_analysed(&self, what: &str) -> Finding {
        let first = self.members.keys().next().copied();
        Finding {
            problem: Problem::NotAnalysed {
                what: what.to_owned(),
            },
            at: Site {
                function: first.unwrap_or(FuncId::new(0)),
                inst: None,
            },
            because: vec![],
        }
    }

    fn analyse(
        &self,
        id: FuncId,
        recursion: &Recursion,
        summaries: &Summaries,
        stories: &Stories,
    ) -> Analysed {
        let reached = self.reached(id, summaries);
        let member = &self.members[&id];
        // What turned out not to be known once is not taken for known again, so this comes to rest.
        let mut lost: BTreeSet<ValueId> = BTreeSet::new();
        loop {
            let regions = self.regions(id, summaries);
            let context = self.context(id, &regions, &reached, summaries);
            match check_function(context, &lost, stories, recursion) {
                Ok(analysed) => return analysed,
                Err(kept) => {
                    let before = member.kept.replace(kept);
                    let now = member.kept.borrow();
                    let differs = before
                        .into_iter()
                        .filter(|(read, handle)| now.get(read) != Some(handle));
                    lost.extend(differs.map(|(read, _)| read));
                }
            }
        }
    }

    fn regions(&self, id: FuncId, summaries: &Summaries) -> Regions {
        let function = self.form.function(id);
        let member = &self.members[&id];
        Regions::new(
            function,
            member.body,
            &summaries.effects,
            member.kept.borrow().clone(),
        )
    }

    fn reached(&self, id: FuncId, summaries: &Summaries) -> Reached {
        let member = &self.members[&id];
        Reached::new(member.body, &member.paths, |call| summaries.diverges(call))
    }

    fn context<'c>(
        &'c self,
        id: FuncId,
        regions: &'c Regions,
        reached: &'c Reached,
        summaries: &'c Summaries,
    ) -> Context<'c, 'a> {
        let member = &self.members[&id];
        Context {
            form: self.form,
            summaries,
            id,
            function: self.form.function(id),
            body: member.body,
            paths: &member.paths,
            regions,
            named: &self.unnamed,
            reached,
        }
    }

    /// What the recursion repeats, as far as the summaries show it now.
    fn recursion(&self, summaries: &Summaries) -> Recursion {
        let views: Vec<(Regions, Reached)> = self
            .members
            .keys()
            .map(|id| (self.regions(*id, summaries), self.reached(*id, summaries)))
            .collect();
        let contexts: Vec<Context<'_, '_>> = self
            .members
            .keys()
            .zip(&views)
            .map(|(id, (regions, reached))| self.context(*id, regions, reached, summaries))
            .collect();
        Recursion::new(&contexts)
    }

    /// The functions in post-order: where calls form no cycle, callees come first.
    fn callees_first(&self) -> Vec<FuncId> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for root in self.members.keys() {
            let mut work = vec![(*root, false)];
            while let Some((id, is_left)) = work.pop() {
                if is_left {
                    order.push(id);
                } else if seen.insert(id) {
                    work.push((id, true));
                    let callees = callees(self.members[&id].body);
                    let inside = callees
                        .into_iter()
                        .filter(|callee| self.members.contains_key(callee));
                    work.extend(inside.map(|callee| (callee, false)));
                }
            }
        }
        order
    }

    fn callers(&self) -> BTreeMap<FuncId, BTreeSet<FuncId>> {
        let mut callers: BTreeMap<FuncId, BTreeSet<FuncId>> =
            self.members.keys().map(|id| (*id, BTreeSet::new())).collect();
        for (id, member) in &self.members {
            for callee in callees(member.body) {
                if let Some(callers) = callers.get_mut(&callee) {
                    callers.insert(*id);
                }
            }
        }
        callers
    }
}

fn callees(body: &Body<'_>) -> BTreeSet<FuncId> {
    let callees = body.insts.iter().filter_map(|inst| match inst.kind {
        InstKind::Call(call) => match call.callee {
            Callee::Direct(callee) => Some(callee),
            _ => None,
        },
        _ => None,
    });
    let cleanups = body
        .cleanups
        .iter()
        .filter_map(|cleanup| match cleanup.call.callee {
            Callee::Direct(callee) => Some(callee),
            _ => None,
        });
    callees.chain(cleanups).collect()
}

/// Takes over what was inferred, unless the source declares the effects or the body is not to be trusted. True if
/// that changed the summary.
fn take_over(
    form: &Form<'_>,
    summaries: &mut Summaries,
    stories: &mut Stories,
    id: FuncId,
    analysed: &Analysed,
) -> bool {
    let function = form.function(id);
    let mut changed = false;
    if is_inferred(function) {
        let known: &mut Effects = &mut summaries.effects[id.index()];
        let mut inferred = analysed.effects.clone();
        if known.is_coarse {
            inferred.forget_fields();
        }
        if known.is_given_up {
            inferred.flows.extend(&known.flows);
            inferred.give_up();
        }
        changed = *known != inferred;
        *known = inferred;
    }
    leak::remember(&mut stories.allocations, id, &analysed.leaks, summaries);
    stories.trails.insert(id, analysed.steps.clone());
    changed
}
