//! Regions: opened and ended in all ways that there are, lent to longer-lived places, used in turn.

use super::super::lifetime::{Level, Span};
use super::super::program::{
    Block, Callee, Condition, Expr, Field, Kind, LoopForm, Place, ROW, RegionForm, Stmt, Variable,
};
use super::body::{Body, Way};
use super::{Generator, Small};

impl Generator<'_, '_> {
    /// A region and what is done in it.
    pub(super) fn region(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let bounded = self.draws.one_in(7);
        let level = body.levels.len();
        let how = self.draws.below(7);
        if how < 4 {
            // Not declared in a block: the statement does that.
            body.declared.push(Vec::new());
            let handle = body.hidden(Kind::Region);
            body.declared.pop();
            body.levels.push(Level {
                handle: Some(handle),
                depth: body.depth,
                bounded,
                closed: false,
            });
            let form = self.region_form();
            let way = if form == RegionForm::Scope {
                Way::Scope(level)
            } else {
                Way::Region(level)
            };
            let block = self.in_region(body, way, level);
            stmts.push(Stmt::Region(form, Variable::Local(handle), bounded, block));
            return Some(());
        }
        let handle = body.hidden(Kind::Region);
        let variable = Variable::Local(handle);
        // Sometimes one function opens it, sometimes another one ends it.
        let opened_by = (!bounded && self.draws.one_in(3)).then(|| self.small(Small::Opens));
        let closed_by = self.draws.one_in(3).then(|| self.small(Small::Closes));
        let mut filled = None;
        stmts.push(match opened_by {
            Some(_) if self.draws.one_in(3) => {
                let function = self.small(Small::OpensFilled);
                let node = body.hidden(Kind::Node);
                filled = Some(node);
                let out = Expr::Address(Place::local(node));
                self.plain_call(Some(Place::Whole(variable)), function, vec![out])
            }
            Some(function) => self.plain_call(Some(Place::Whole(variable)), function, vec![]),
            None => Stmt::Push(variable, bounded),
        });
        let end = match closed_by {
            Some(function) => self.plain_call(None, function, vec![Expr::local(handle)]),
            None => Stmt::Pop(Expr::local(handle)),
        };
        body.levels.push(Level {
            handle: Some(handle),
            depth: body.depth,
            bounded,
            closed: false,
        });
        if let Some(node) = filled {
            body.visible.push(node);
            body.states.insert(node, Some(Span::exact(level)));
        }
        let block = self.in_region(body, Way::Plain(level, vec![end.clone()]), level);
        stmts.push(Stmt::Block(block, None));
        if !self.may(false) {
            stmts.push(end);
        }
        Some(())
    }

    fn plain_call(&mut self, to: Option<Place>, function: usize, args: Vec<Expr>) -> Stmt {
        let site = self.program.fresh();
        Stmt::Call {
            to,
            callee: Callee::Direct(function),
            args,
            site,
        }
    }

    /// Ends everything in a region of this function.
    pub(super) fn reset(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let known: Vec<usize> = (1..body.levels.len())
            .filter(|level| self.resettable(body, *level) || self.resettable_for_caller(body, *level))
            .collect();
        let level = self.draws.pick(&known)?;
        let handle = Expr::local(body.levels[level].handle?);
        body.kill(level);
        if level < body.first_own_level() {
            body.signature.resets = Some(level);
        }
        stmts.push(if self.draws.one_in(3) {
            let function = self.small(Small::Resets);
            self.plain_call(None, function, vec![handle])
        } else {
            Stmt::Reset(handle)
        });
        Some(())
    }

    /// Whether a region of the caller's may be ended here; the caller will know.
    fn resettable_for_caller(&self, body: &Body, level: usize) -> bool {
        level < body.first_own_level()
            && body.levels[level].handle.is_some()
            && body.depth == 0
            && !body.recursive
            && body.signature.resets.is_none_or(|known| known == level)
            && !body.ways.iter().any(|way| matches!(way, Way::Lent(_)))
    }

    /// A pointer that a longer-lived place holds for a while.
    pub(super) fn lend(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let node = self.variable(body, Kind::Node, |span| span.lo > 0)?;
        let span = body.span(node).unwrap_or(Span::NULL);
        let mut set = Vec::new();
        let (place, clear) = match self.draws.below(6) {
            0 | 1 => {
                let place = Place::Whole(Variable::Global(1 + self.draws.below(2)));
                (place.clone(), Stmt::Assign(place, Expr::Null))
            }
            2 => {
                let place = Place::Part(Variable::Global(3), Field::First);
                (place.clone(), Stmt::Assign(place, Expr::Null))
            }
            3 => {
                let place = Place::Cell(Variable::Global(4), self.draws.below(ROW));
                (place.clone(), Stmt::Assign(place, Expr::Null))
            }
            4 => {
                let holder = body.hidden(Kind::BoxAt);
                set.push(Stmt::Malloc(Place::local(holder)));
                (
                    Place::through(Expr::local(holder), Field::First),
                    Stmt::Free(Expr::local(holder)),
                )
            }
            _ => {
                let known: Vec<usize> = (1..body.levels.len().min(span.lo))
                    .filter(|level| body.fillable(*level))
                    .collect();
                let level = self.draws.pick(&known)?;
                let holder = body.hidden(Kind::Node);
                if level < body.first_own_level() && !body.signature.puts.contains(&level) {
                    body.signature.puts.push(level);
                }
                let region = Expr::local(body.levels[level].handle?);
                let site = self.program.fresh();
                set.push(Stmt::New {
                    to: Place::local(holder),
                    region,
                    what: Kind::Value,
                    tried: false,
                    site,
                });
                let place = Place::through(Expr::local(holder), Field::Left);
                (place.clone(), Stmt::Assign(place, Expr::Null))
            }
        };
        stmts.extend(set);
        stmts.push(Stmt::Assign(place.clone(), Expr::local(node)));
        body.ways.push(Way::Lent(vec![clear.clone()]));
        let count = 1 + self.draws.below(3);
        let block = self.block(
            body,
            count,
            |_, body, stmts| {
                let read = body.declare(Kind::Node);
                body.states.insert(read, Some(span));
                stmts.push(Stmt::Assign(Place::local(read), Expr::Read(place.clone())));
                stmts.push(Stmt::Use(Kind::Number, Expr::local(read).field(Field::Value)));
            },
            |_, _, _| {},
        );
        body.ways.pop();
        stmts.push(Stmt::Block(block, None));
        if !self.may(false) {
            stmts.push(clear);
        }
        Some(())
    }

    /// Two regions used in turn: each iteration makes its node in one, from the last one in the other.
    pub(super) fn alternate(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        body.declared.push(Vec::new());
        let mut handle = || Variable::Local(body.hidden(Kind::Region));
        let (first, second, now, other, swap) = (handle(), handle(), handle(), handle(), handle());
        let (last, next) = (body.hidden(Kind::Node), body.hidden(Kind::Node));
        let declared = body.declared.pop().unwrap_or_default();
        let set = |to: Variable, from: Variable| Stmt::Assign(Place::Whole(to), Expr::of(from));
        let new = |generator: &mut Self, to: usize, region: Variable| Stmt::New {
            to: Place::local(to),
            region: Expr::of(region),
            what: Kind::Value,
            tried: false,
            site: generator.program.fresh(),
        };
        let number = |local: usize| Stmt::Use(Kind::Number, Expr::local(local).field(Field::Value));
        let mut round = vec![Stmt::Reset(Expr::of(other)), new(self, next, other), number(last)];
        if self.draws.one_in(2) {
            round.push(Stmt::If(
                Condition::Choice,
                Block {
                    declared: vec![],
                    stmts: vec![Stmt::Continue],
                },
                Block::default(),
            ));
        }
        round.extend([
            Stmt::Assign(Place::local(last), Expr::local(next)),
            set(swap, now),
            set(now, other),
            set(other, swap),
        ]);
        let id = self.program.fresh();
        let form = [LoopForm::While, LoopForm::For, LoopForm::Do][self.draws.below(3)];
        let all = vec![
            Stmt::Push(first, false),
            Stmt::Push(second, false),
            set(now, first),
            set(other, second),
            new(self, last, first),
            Stmt::Loop(
                form,
                id,
                Block {
                    declared: vec![],
                    stmts: round,
                },
            ),
            number(last),
            Stmt::Pop(Expr::of(second)),
            Stmt::Pop(Expr::of(first)),
        ];
        stmts.push(Stmt::Block(Block { declared, stmts: all }, None));
        Some(())
    }
}
