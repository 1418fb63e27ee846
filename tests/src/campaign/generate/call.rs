//! Calls: which levels of the caller stand for the callee's, and which variables fit then.

use super::super::lifetime::{Signature, Span};
use super::super::program::{Callee, Expr, Field, Kind, Place, Stmt, Variable};
use super::Generator;
use super::body::{Body, Way};

impl Generator<'_, '_> {
    /// Draws a call of a function that is known already, or of itself.
    pub(super) fn call(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let known: Vec<usize> = (0..self.signatures.len())
            .filter(|index| self.signatures[*index].is_some() && (*index != body.index || body.recursive))
            .collect();
        let function = self.draws.pick(&known)?;
        let itself = function == body.index;
        let signature = if itself {
            body.signature.clone()
        } else {
            self.signatures[function].clone().unwrap_or_default()
        };
        let map = self.levels(body, &signature, itself)?;
        let kinds = if itself {
            body.locals[..signature.spans.len()].to_vec()
        } else {
            self.program.functions[function].locals[..signature.spans.len()].to_vec()
        };
        let mut args = Vec::new();
        for (param, kind) in kinds.iter().enumerate() {
            args.push(match (kind, signature.spans[param]) {
                (Kind::Region, _) => {
                    let level = 1 + signature
                        .handles
                        .iter()
                        .position(|handle| *handle == Some(param))?;
                    Expr::local(body.levels[map[level]].handle?)
                }
                (_, Some(span)) => {
                    let span = Span {
                        lo: map[span.lo],
                        hi: map[span.hi],
                    };
                    self.argument(body, *kind, span)?
                }
                _ => Expr::Number(1),
            });
        }
        // The same addresses may be passed twice: what each adds to its variable is the same.
        for level in &signature.puts {
            let level = map[*level];
            if level < body.first_own_level()
                && !body.levels[level].bounded
                && !body.signature.puts.contains(&level)
            {
                body.signature.puts.push(level);
            }
        }
        if let Some(level) = signature.resets {
            body.kill(map[level]);
        }
        let returns = if itself {
            body.returns
        } else {
            self.program.functions[function].returns
        };
        let to = match (returns, signature.result) {
            (Some(kind), Some(span)) if !self.draws.one_in(8) => Some(self.set(
                body,
                kind,
                Span {
                    lo: map[span.lo],
                    hi: map[span.hi],
                },
            )),
            _ => None,
        };
        let site = self.program.fresh();
        let callee = self.callee(body, function, itself, stmts);
        let call = Stmt::Call {
            to,
            callee,
            args,
            site,
        };
        if itself {
            // Only if `choose` says so, or it never ends. What it assigns is assigned on one way only.
            let Stmt::Call {
                to,
                callee,
                args,
                site,
            } = call
            else {
                return None;
            };
            if let Some(to) = &to {
                stmts.push(Stmt::Assign(to.clone(), Expr::Null));
            }
            let call = Stmt::Call {
                to,
                callee,
                args,
                site,
            };
            let block = super::super::program::Block {
                declared: vec![],
                stmts: vec![call],
            };
            stmts.push(Stmt::If(
                super::super::program::Condition::Choice,
                block,
                Default::default(),
            ));
        } else {
            stmts.push(call);
        }
        Some(())
    }

    fn callee(&mut self, body: &mut Body, function: usize, itself: bool, stmts: &mut Vec<Stmt>) -> Callee {
        // Another function of the same signature, which allocates into the same regions at most.
        let twin = [function + 1, function.wrapping_sub(1)]
            .into_iter()
            .find(|other| {
                let (Some(Some(a)), Some(Some(b))) =
                    (self.signatures.get(*other), self.signatures.get(function))
                else {
                    return false;
                };
                let (f, g) = (&self.program.functions[*other], &self.program.functions[function]);
                *other != body.index
                    && f.locals.get(..f.params) == g.locals.get(..g.params)
                    && (f.returns, &f.bounded, f.params) == (g.returns, &g.bounded, g.params)
                    && a.spans == b.spans
                    && a.result == b.result
                    && a.handles == b.handles
                    && a.resets.is_none()
                    && b.resets.is_none()
                    && a.puts.iter().all(|level| b.puts.contains(level))
            });
        let Some(twin) = twin.filter(|_| !itself && self.draws.one_in(2)) else {
            return Callee::Direct(function);
        };
        let by = Variable::Local(body.hidden(Kind::Number));
        stmts.push(Stmt::Choose(by, 2));
        if self.draws.one_in(2) {
            Callee::Table(vec![function, twin], by)
        } else {
            Callee::Either(function, twin, by)
        }
    }

    /// The level of the caller for each of the callee's, which keep their order.
    fn levels(&mut self, body: &Body, signature: &Signature, itself: bool) -> Option<Vec<usize>> {
        let mut map = vec![0];
        for (index, handle) in signature.handles.iter().enumerate() {
            let level = index + 1;
            let from = map[index] + usize::from(signature.resets == Some(level));
            let lax = self.may(false);
            let known: Vec<usize> = (from..body.levels.len())
                .filter(|at| {
                    let candidate = &body.levels[*at];
                    if handle.is_none() {
                        return true;
                    }
                    if candidate.handle.is_none() {
                        return false;
                    }
                    let own = *at >= body.first_own_level();
                    lax || (!signature.bounded.contains(&level) || candidate.bounded)
                        && (!(signature.puts.contains(&level) || itself && signature.fresh)
                            || body.fillable(*at))
                        && (!(itself && signature.fresh) || own)
                        && (signature.resets != Some(level) || self.resettable(body, *at))
                })
                .collect();
            map.push(self.draws.pick(&known)?);
        }
        Some(map)
    }

    /// Whether everything in a level, and in the younger ones, may be ended here.
    pub(super) fn resettable(&self, body: &Body, level: usize) -> bool {
        level >= body.first_own_level()
            && body.levels[level].handle.is_some()
            && body.levels[level].depth == body.depth
            && !body.ways.iter().any(|way| matches!(way, Way::Lent(_)))
    }

    fn argument(&mut self, body: &mut Body, kind: Kind, span: Span) -> Option<Expr> {
        match kind {
            Kind::Node => Some(
                self.variable(body, Kind::Node, |held| held.fits(span))
                    .map_or(Expr::Null, Expr::local),
            ),
            Kind::Any => Some(match self.variable(body, Kind::Any, |held| held.fits(span)) {
                Some(any) => Expr::local(any),
                None => match self.variable(body, Kind::Node, |held| held.fits(span)) {
                    Some(node) => Expr::Cast(Kind::Any, Box::new(Expr::local(node))),
                    None => Expr::Null,
                },
            }),
            Kind::Slot => {
                if let Some(slot) =
                    self.variable(body, Kind::Slot, |held| held.fits(span) && held != Span::NULL)
                    && self.draws.one_in(2)
                {
                    return Some(Expr::local(slot));
                }
                let node = match self.variable(body, Kind::Node, |held| held.hi <= span.hi) {
                    Some(node) if self.add_to(body, node, span.read()) => node,
                    _ => {
                        let node = body.declare(Kind::Node);
                        body.states.insert(node, Some(span.read()));
                        node
                    }
                };
                Some(Expr::Address(Place::local(node)))
            }
            Kind::BoxAt => {
                if let Some(at) =
                    self.variable(body, Kind::BoxAt, |held| held.fits(span) && held != Span::NULL)
                    && self.draws.one_in(2)
                {
                    return Some(Expr::local(at));
                }
                let local = match self.variable(body, Kind::Box, |held| held.hi <= span.hi) {
                    Some(local) if self.add_to(body, local, span.read()) => local,
                    _ => {
                        let local = body.declare(Kind::Box);
                        body.states.insert(local, Some(span.read()));
                        local
                    }
                };
                Some(Expr::Address(Place::local(local)))
            }
            Kind::Row => {
                if let Some(row) = self.variable(body, Kind::Row, |held| held.fits(span)) {
                    return Some(Expr::local(row));
                }
                let local = self.variable(body, Kind::Array, |held| held.hi <= span.hi)?;
                self.add_to(body, local, span.read()).then_some(())?;
                Some(Expr::Address(Place::Cell(Variable::Local(local), 0)))
            }
            Kind::Box | Kind::Pair | Kind::Value => Some(
                self.variable(body, kind, |held| held.fits(span))
                    .map_or(Expr::Null, Expr::local),
            ),
            _ => Some(Expr::Null),
        }
    }

    /// A closure over a box of this function's, and its call.
    pub(super) fn closure(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let function = self
            .draws
            .pick(&self.closures.clone())
            .filter(|function| *function != body.index)?;
        let map = self.levels(body, &self.signatures[function].clone()?, false)?;
        let span = Span::exact(map[1]);
        let context = self.argument(body, Kind::BoxAt, span)?;
        let node = self.argument(body, Kind::Node, span.read())?;
        let closure = Variable::Local(body.hidden(Kind::Closure));
        let code = Place::Part(closure, Field::Code);
        let context_of = Place::Part(closure, Field::Context);
        stmts.push(Stmt::Assign(code, Expr::Function(function)));
        stmts.push(Stmt::Assign(context_of.clone(), context));
        let site = self.program.fresh();
        stmts.push(Stmt::Call {
            to: None,
            callee: Callee::Closure(closure),
            args: vec![Expr::Read(context_of), node],
            site,
        });
        Some(())
    }
}
