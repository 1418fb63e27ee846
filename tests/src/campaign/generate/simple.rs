//! Statements without statements in them: allocations, reads and writes of every kind of place.

use super::super::lifetime::{Span, meet};
use super::super::program::{CopyForm, Expr, Field, Kind, LINKS, Place, ROW, Stmt, Variable};
use super::Generator;
use super::body::Body;

/// The global node; it never ends.
const STATIC_NODE: Variable = Variable::Global(0);

impl Generator<'_, '_> {
    fn link(&mut self) -> Field {
        LINKS[self.draws.below(LINKS.len())]
    }

    /// A variable to assign to: one in scope, or a new one.
    pub(super) fn target(&mut self, body: &mut Body, kind: Kind, span: Span) -> usize {
        if self.draws.one_in(2) {
            let lax = self.may(false);
            let known: Vec<usize> = body
                .visible
                .iter()
                .copied()
                .filter(|local| body.locals[*local] == kind && (lax || body.assignable(*local, span)))
                .collect();
            if let Some(local) = self.draws.pick(&known) {
                return local;
            }
        }
        body.declare(kind)
    }

    /// Assigns all of a variable.
    pub(super) fn set(&mut self, body: &mut Body, kind: Kind, span: Span) -> Place {
        let local = self.target(body, kind, span);
        body.states.insert(local, Some(span));
        Place::local(local)
    }

    /// Assigns what a pointer leads to. If that pointer is null the assignment does not happen, and the old value stays.
    fn set_read(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>, kind: Kind, span: Span, value: Expr) {
        let local = self.target(body, kind, span);
        let after = meet(body.span(local), Some(span)).filter(|after| body.assignable(local, *after));
        if after.is_none() {
            // Or it would hold something that is too young, or dead.
            if mentions(&value, local) {
                return;
            }
            stmts.push(Stmt::Assign(Place::local(local), Expr::Null));
        }
        body.states.insert(local, after.or(Some(span)));
        stmts.push(Stmt::Assign(Place::local(local), value));
    }

    /// Adds to what a variable may hold, if it may.
    pub(super) fn add_to(&mut self, body: &mut Body, local: usize, span: Span) -> bool {
        let after = meet(body.span(local), Some(span));
        let right = after.is_some_and(|after| body.assignable(local, after));
        if !self.may(right) {
            return false;
        }
        body.states.insert(local, after);
        true
    }

    /// A node that is no younger than a level, as an expression and its span.
    fn older_node(&mut self, body: &Body, level: usize) -> (Expr, Span) {
        if let Some(local) = self.variable(body, Kind::Node, |span| span.hi <= level) {
            return (Expr::local(local), body.span(local).unwrap_or(Span::NULL));
        }
        if self.draws.one_in(3) {
            (Expr::Address(Place::Whole(STATIC_NODE)), Span::exact(0))
        } else {
            (Expr::Null, Span::NULL)
        }
    }

    /// Any live pointer variable of a kind, and its span.
    fn live(&mut self, body: &Body, kind: Kind) -> Option<(usize, Span)> {
        let local = self.variable(body, kind, |_| true)?;
        Some((local, body.span(local).unwrap_or(Span::NULL)))
    }

    /// An allocation into some region that takes one here.
    pub(super) fn new_object(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let lax = self.may(false);
        let open: Vec<usize> = (0..body.levels.len())
            .filter(|level| body.levels[*level].handle.is_some() && (lax || body.fillable(*level)))
            .collect();
        let level = self.draws.pick(&open)?;
        let (what, kind) = match self.draws.below(8) {
            0 => (Kind::Array, Kind::Row),
            1 => (Kind::Box, Kind::BoxAt),
            _ => (Kind::Value, Kind::Node),
        };
        let to = self.set(body, kind, Span::exact(level));
        if level < body.first_own_level()
            && !body.levels[level].bounded
            && !body.signature.puts.contains(&level)
        {
            body.signature.puts.push(level);
        }
        let region = Expr::local(body.levels[level].handle?);
        let site = self.program.fresh();
        let tried = self.draws.one_in(6);
        stmts.push(Stmt::New {
            to: to.clone(),
            region,
            what,
            tried,
            site,
        });
        if what == Kind::Value {
            let number = Expr::Number(self.draws.below(100) as i64);
            stmts.push(Stmt::Assign(Place::through(Expr::Read(to), Field::Value), number));
        }
        Some(())
    }

    /// Draws one simple statement, if what it needs is in scope.
    pub(super) fn simple(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        match self.draws.below(30) {
            0..5 => self.new_object(body, stmts),
            5..9 => self.store_in_node(body, stmts),
            9..12 => self.read_node(body, stmts),
            12..16 => self.tell(body, stmts),
            16 => self.slots(body, stmts),
            17 | 18 => self.structures(body, stmts, Kind::Box),
            19 => self.structures(body, stmts, Kind::Pair),
            20 => self.arrays(body, stmts),
            21 => self.rows(body, stmts),
            22 => self.boxes(body, stmts),
            23 => self.nodes_by_value(body, stmts),
            24 => self.untyped(body, stmts),
            25 | 26 => self.copy_pointer(body, stmts),
            27 => self.clear(body, stmts),
            28 => self.static_node(body, stmts),
            _ => self.copy_node(body, stmts),
        }
    }

    fn store_in_node(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (holder, span) = self.live(body, Kind::Node)?;
        let (value, _) = self.older_node(body, span.lo);
        stmts.push(Stmt::Assign(
            Place::through(Expr::local(holder), self.link()),
            value,
        ));
        Some(())
    }

    fn read_node(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (holder, span) = self.live(body, Kind::Node)?;
        let mut value = Expr::local(holder).field(self.link());
        if self.draws.one_in(4) {
            value = value.field(self.link());
        }
        self.set_read(body, stmts, Kind::Node, span.read(), value);
        Some(())
    }

    fn tell(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (node, _) = self.live(body, Kind::Node)?;
        let node = Expr::local(node);
        stmts.push(match self.draws.below(5) {
            0 => Stmt::Keep(node),
            1 => Stmt::Use(Kind::Number, node.field(self.link()).field(Field::Value)),
            2 => Stmt::Assign(Place::through(node, Field::Value), Expr::Number(7)),
            _ => Stmt::Use(Kind::Number, node.field(Field::Value)),
        });
        Some(())
    }

    fn copy_pointer(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (from, span) = self.live(body, Kind::Node)?;
        let to = self.set(body, Kind::Node, span);
        if to != Place::local(from) {
            stmts.push(Stmt::Assign(to, Expr::local(from)));
        }
        Some(())
    }

    fn clear(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        // Of any kind that holds pointers, dead or alive: from here on it holds none.
        let known: Vec<usize> = body
            .visible
            .iter()
            .copied()
            .filter(|local| body.states.contains_key(local))
            .collect();
        let local = self.draws.pick(&known)?;
        body.states.insert(local, Some(Span::NULL));
        stmts.push(Stmt::Assign(Place::local(local), Expr::Null));
        Some(())
    }

    fn static_node(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let to = self.set(body, Kind::Node, Span::exact(0));
        stmts.push(Stmt::Assign(to, Expr::Address(Place::Whole(STATIC_NODE))));
        Some(())
    }

    /// Pointers into the middle of objects.
    fn slots(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        if let Some((slot, span)) = self.live(body, Kind::Slot) {
            let place = Place::At(Box::new(Expr::local(slot)), 0);
            match self.draws.below(3) {
                0 => {
                    let (value, _) = self.older_node(body, span.lo);
                    stmts.push(Stmt::Assign(place, value));
                    return Some(());
                }
                1 => {
                    self.set_read(body, stmts, Kind::Node, span.read(), Expr::Read(place));
                    return Some(());
                }
                _ => {}
            }
        }
        let (node, span) = self.live(body, Kind::Node)?;
        let cell = Place::through(Expr::local(node), self.link());
        self.set_read(body, stmts, Kind::Slot, span, Expr::Address(cell));
        Some(())
    }

    /// Structures on the stack that hold pointers.
    fn structures(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>, kind: Kind) -> Option<()> {
        let field = if kind == Kind::Box && self.draws.one_in(2) {
            Field::Second
        } else {
            Field::First
        };
        let Some((local, span)) = self.live(body, kind) else {
            body.declare(kind);
            return self.structures_fill(body, stmts, kind, field);
        };
        let part = Place::Part(Variable::Local(local), field);
        match self.draws.below(4) {
            0 | 1 => self.structures_fill(body, stmts, kind, field),
            2 => {
                let to = self.set(body, Kind::Node, span.read());
                stmts.push(Stmt::Assign(to, Expr::Read(part)));
                Some(())
            }
            _ => {
                let to = self.set(body, kind, span);
                let form = self.copy_form();
                stmts.push(Stmt::Copy(kind, to, Place::local(local), form));
                Some(())
            }
        }
    }

    fn structures_fill(
        &mut self,
        body: &mut Body,
        stmts: &mut Vec<Stmt>,
        kind: Kind,
        field: Field,
    ) -> Option<()> {
        let (local, _) = self.live(body, kind)?;
        let (node, span) = self.live(body, Kind::Node)?;
        self.add_to(body, local, span).then_some(())?;
        let part = Place::Part(Variable::Local(local), field);
        stmts.push(Stmt::Assign(part, Expr::local(node)));
        Some(())
    }

    fn copy_form(&mut self) -> CopyForm {
        if self.draws.one_in(2) {
            CopyForm::Memcpy
        } else {
            CopyForm::Assign
        }
    }

    /// Arrays of pointers on the stack.
    fn arrays(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let index = self.draws.below(ROW);
        let local = match self.live(body, Kind::Array) {
            Some((local, span)) if self.draws.one_in(2) => {
                let to = self.set(body, Kind::Node, span.read());
                stmts.push(Stmt::Assign(
                    to,
                    Expr::Read(Place::Cell(Variable::Local(local), index)),
                ));
                return Some(());
            }
            Some((local, _)) => local,
            None => body.declare(Kind::Array),
        };
        let (node, span) = self.live(body, Kind::Node)?;
        self.add_to(body, local, span).then_some(())?;
        stmts.push(Stmt::Assign(
            Place::Cell(Variable::Local(local), index),
            Expr::local(node),
        ));
        Some(())
    }

    /// Arrays of pointers in regions.
    fn rows(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (row, span) = self.live(body, Kind::Row)?;
        let cell = Place::At(Box::new(Expr::local(row)), self.draws.below(ROW));
        if self.draws.one_in(2) {
            self.set_read(body, stmts, Kind::Node, span.read(), Expr::Read(cell));
        } else {
            let (value, _) = self.older_node(body, span.lo);
            stmts.push(Stmt::Assign(cell, value));
        }
        Some(())
    }

    /// Boxes in regions or of the caller, and copies between them and the stack.
    fn boxes(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (at, span) = self.live(body, Kind::BoxAt)?;
        let pointer = Expr::local(at);
        let field = if self.draws.one_in(2) {
            Field::First
        } else {
            Field::Second
        };
        match self.draws.below(4) {
            0 => {
                let (value, _) = self.older_node(body, span.lo);
                stmts.push(Stmt::Assign(Place::through(pointer, field), value));
            }
            1 => {
                self.set_read(body, stmts, Kind::Node, span.read(), pointer.field(field));
            }
            2 => {
                let to = self.target(body, Kind::Box, span.read());
                // The copy is skipped when there is no box: then the old contents stay.
                if self.add_to(body, to, span.read()) {
                    let form = self.copy_form();
                    stmts.push(Stmt::Copy(
                        Kind::Box,
                        Place::local(to),
                        Place::Object(Box::new(pointer)),
                        form,
                    ));
                }
            }
            _ => {
                let from = self.variable(body, Kind::Box, |held| held.hi <= span.lo)?;
                let form = self.copy_form();
                stmts.push(Stmt::Copy(
                    Kind::Box,
                    Place::Object(Box::new(pointer)),
                    Place::local(from),
                    form,
                ));
            }
        }
        Some(())
    }

    /// Nodes on the stack.
    fn nodes_by_value(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (node, span) = self.live(body, Kind::Node)?;
        let object = Place::Object(Box::new(Expr::local(node)));
        let form = self.copy_form();
        if let Some((value, held)) = self.live(body, Kind::Value) {
            match self.draws.below(3) {
                0 if held.hi <= span.lo => {
                    stmts.push(Stmt::Copy(Kind::Value, object, Place::local(value), form));
                    return Some(());
                }
                1 => {
                    let to = self.set(body, Kind::Node, held.read());
                    let part = Place::Part(Variable::Local(value), self.link());
                    stmts.push(Stmt::Assign(to, Expr::Read(part)));
                    return Some(());
                }
                _ => {}
            }
        }
        let to = self.target(body, Kind::Value, span.read());
        if self.add_to(body, to, span.read()) {
            stmts.push(Stmt::Copy(Kind::Value, Place::local(to), object, form));
        }
        Some(())
    }

    /// `*p = *q`
    fn copy_node(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        let (to, span) = self.live(body, Kind::Node)?;
        let from = self.variable(body, Kind::Node, |held| held.hi <= span.lo)?;
        if to != from {
            let form = self.copy_form();
            let object = |local| Place::Object(Box::new(Expr::local(local)));
            stmts.push(Stmt::Copy(Kind::Value, object(to), object(from), form));
        }
        Some(())
    }

    /// To `void *` and back.
    fn untyped(&mut self, body: &mut Body, stmts: &mut Vec<Stmt>) -> Option<()> {
        match self.live(body, Kind::Any) {
            Some((any, span)) if self.draws.one_in(2) => {
                let to = self.set(body, Kind::Node, span);
                stmts.push(Stmt::Assign(
                    to,
                    Expr::Cast(Kind::Node, Box::new(Expr::local(any))),
                ));
            }
            _ => {
                let (node, span) = self.live(body, Kind::Node)?;
                let to = self.set(body, Kind::Any, span);
                stmts.push(Stmt::Assign(
                    to,
                    Expr::Cast(Kind::Any, Box::new(Expr::local(node))),
                ));
            }
        }
        Some(())
    }
}

/// Whether an expression reads a local variable.
fn mentions(expr: &Expr, local: usize) -> bool {
    match expr {
        Expr::Read(place) | Expr::Address(place) => match place {
            Place::Whole(variable) | Place::Part(variable, _) | Place::Cell(variable, _) => {
                *variable == Variable::Local(local)
            }
            Place::Through(inner, _) | Place::At(inner, _) | Place::Object(inner) => mentions(inner, local),
        },
        Expr::Cast(_, inner) => mentions(inner, local),
        Expr::Null | Expr::Number(_) | Expr::Function(_) => false,
    }
}
