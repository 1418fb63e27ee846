//! Statements with statements in them, and the ways out of them.

use super::super::lifetime::Span;
use super::super::program::{Block, Condition, Expr, Kind, LoopForm, RegionForm, Stmt};
use super::Generator;
use super::body::{Body, Way, kill, meet_all};

impl Generator<'_, '_> {
    /// Draws a statement; nothing, if what was drawn needs something that is not there.
    pub(super) fn statement(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) {
        if body.budget == 0 {
            return;
        }
        body.budget -= 1;
        let deep = body.ways.len() >= 6;
        let _ = match self.draws.below(40) {
            0..4 if !deep => self.region(body, stmts),
            4..7 if !deep => self.iteration(body, stmts),
            7..10 if !deep => self.branch(body, stmts),
            10 if !deep => self.labelled(body, stmts),
            11 if !deep => self.lend(body, stmts),
            12 => self.leave(body, stmts),
            13..19 => self.call(body, stmts),
            19 => self.closure(body, stmts),
            20 => self.reset(body, stmts),
            21 if !deep && body.depth == 0 && self.draws.one_in(12) => self.alternate(body, stmts),
            22 if self.may(false) => self.misuse(body, stmts),
            _ => self.simple(body, stmts),
        };
    }

    fn count(&mut self) -> usize {
        2 + self.draws.below(4)
    }

    fn branch(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let condition = match self.draws.below(3) {
            0 => match self.variable(body, Kind::Node, |_| true) {
                Some(node) => Condition::Set(Expr::local(node)),
                None => Condition::Choice,
            },
            _ => Condition::Choice,
        };
        let before = body.states.clone();
        let count = self.count();
        let yes = self.block(body, count, |_, _, _| {}, |_, _, _| {});
        let after_yes = std::mem::replace(&mut body.states, before);
        let count = if self.draws.one_in(2) { self.count() } else { 0 };
        let no = self.block(body, count, |_, _, _| {}, |_, _, _| {});
        meet_all(&mut body.states, &after_yes);
        stmts.push(Stmt::If(condition, yes, no));
        Some(())
    }

    fn iteration(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let form = [LoopForm::While, LoopForm::For, LoopForm::Do, LoopForm::Goto][self.draws.below(4)];
        // What the loop may do to the variables from outside it: each of these holds at its head and at its end.
        for local in body.visible.clone() {
            let Some(state) = body.states.get(&local).copied() else {
                continue;
            };
            let free = body.depths.get(&local) == Some(&body.depth)
                || body.frozen.get(&local).is_none_or(Option::is_none);
            let changed = match (state, self.draws.below(6)) {
                (Some(span), 0 | 1) => {
                    let level = self.draws.below(body.levels.len());
                    Some(span.join(Span::exact(level))).filter(|_| body.levels[level].handle.is_some())
                }
                (_, 2) if free => {
                    body.states.insert(local, None);
                    None
                }
                _ => None,
            };
            if let Some(span) = changed
                && body.assignable(local, span)
            {
                body.states.insert(local, Some(span));
            }
        }
        // A region from outside may be filled once in each iteration if each begins with a reset of it.
        let innermost = body.levels.len() - 1;
        let resets = (self.resettable(body, innermost) && self.draws.one_in(4)).then_some(innermost);
        if let Some(level) = resets {
            body.kill(level);
        }
        let frozen = std::mem::replace(&mut body.frozen, body.states.clone());
        let head = body.states.clone();
        let id = self.program.fresh();
        body.depth += 1;
        body.ways.push(Way::Loop);
        if let Some(level) = resets {
            body.levels[level].depth += 1;
        }
        let count = self.count();
        let block = self.block(
            body,
            count,
            |_, body, stmts| {
                if let Some(handle) = resets.and_then(|level| body.levels[level].handle) {
                    stmts.push(Stmt::Reset(Expr::local(handle)));
                }
            },
            |_, _, _| {},
        );
        body.ways.pop();
        body.depth -= 1;
        if let Some(level) = resets {
            body.levels[level].depth -= 1;
        }
        body.frozen = frozen;
        body.states = head;
        stmts.push(Stmt::Loop(form, id, block));
        Some(())
    }

    fn labelled(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let label = self.program.fresh();
        body.ways.push(Way::Label(label));
        body.pending.insert(label, Vec::new());
        let count = self.count() + 1;
        let block = self.block(body, count, |_, _, _| {}, |_, _, _| {});
        body.ways.pop();
        for states in body.pending.remove(&label).unwrap_or_default() {
            meet_all(&mut body.states, &states);
        }
        stmts.push(Stmt::Block(block, Some(label)));
        Some(())
    }

    /// One way out, under a condition.
    fn leave(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let way = self.draws.below(4);
        let mut left = Vec::new();
        let mut level = usize::MAX;
        let mut ended_here = true;
        let mut found = None;
        for outer in body.ways.iter().rev() {
            match outer {
                Way::Loop if way < 2 => {
                    found = Some(if way == 0 { Stmt::Break } else { Stmt::Continue });
                    break;
                }
                // These leave the scope only.
                Way::Scope(_) if way < 2 => break,
                Way::Label(label) if way == 2 => {
                    found = Some(Stmt::Goto(*label));
                    break;
                }
                Way::Scope(region) | Way::Region(region) => {
                    ended_here = false;
                    level = *region;
                }
                // A pop here would come before the end of a declared region inside.
                Way::Plain(..) if level != usize::MAX && !ended_here => return None,
                Way::Plain(region, ends) => {
                    ended_here = true;
                    level = *region;
                    left.extend(ends.iter().cloned());
                }
                Way::Lent(clears) => left.extend(clears.iter().cloned()),
                Way::Loop | Way::Label(_) => {}
            }
        }
        if way == 3 {
            let value = body.returns.map(|_| self.result(body));
            found = Some(Stmt::Return(value));
        }
        let found = found?;
        if let Stmt::Goto(label) = found {
            let mut states = body.states.clone();
            kill(&mut states, level);
            body.pending.entry(label).or_default().push(states);
        }
        if self.may(false) {
            left.clear();
        }
        left.push(found);
        let block = Block {
            declared: vec![],
            stmts: left,
        };
        stmts.push(Stmt::If(Condition::Choice, block, Block::default()));
        Some(())
    }

    /// The region's statement, with a body of about `count` statements.
    pub(super) fn in_region(&mut self, body: &mut Body, way: Way, level: usize) -> Block {
        body.ways.push(way);
        let count = self.count() + 1;
        let block = self.block(body, count, |_, _, _| {}, |_, _, _| {});
        body.ways.pop();
        body.levels.truncate(level);
        body.kill(level);
        block
    }

    /// How a region is written that its statement ends.
    pub(super) fn region_form(&mut self) -> RegionForm {
        if self.draws.one_in(3) {
            RegionForm::Scope
        } else {
            RegionForm::Declared
        }
    }

    /// Something that is wrong more often than not.
    fn misuse(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let handles: Vec<usize> = body.levels.iter().filter_map(|level| level.handle).collect();
        let handle = Expr::local(self.draws.pick(&handles)?);
        stmts.push(match self.draws.below(3) {
            0 => Stmt::Pop(handle),
            _ => Stmt::Reset(handle),
        });
        Some(())
    }
}
