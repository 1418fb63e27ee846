//! What a program makes use of: what the programs that are rejected have in common.

use super::program::{Block, Callee, Expr, Field, Kind, Place, Program, RegionForm, Stmt, Variable};
use std::collections::BTreeSet;

/// The names of what a program makes use of, and which may make a difference to the checker.
pub fn features(program: &Program) -> BTreeSet<&'static str> {
    let mut features = BTreeSet::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut search = Search {
            program,
            index,
            features: &mut features,
            in_loop: false,
        };
        if function.body.stmts == [Stmt::Pop(Expr::local(0))]
            || function.body.stmts == [Stmt::Reset(Expr::local(0))]
        {
            continue;
        }
        search.block(&function.body);
    }
    features
}

/// What is known to lead to rejections, by what the smallest rejected program makes use of: the first that fits.
const CAUSES: [(&[&str], &str); 7] = [
    (
        &["a handle that is assigned"],
        "two regions used in turn: a loop exchanges the handles",
    ),
    (
        &["a region that a callee opens and fills"],
        "a region is handed over together with an object, which an out-parameter gets",
    ),
    (&["a pointer as an integer"], "a pointer goes through an integer"),
    (
        &["a function by choice"],
        "a call through a table, or of one of two functions",
    ),
    (
        &["a holder on the heap"],
        "a holder on the heap, freed before the region ends",
    ),
    (
        &["a global that is cleared"],
        "a global that is cleared in time: a call in between, or a loop",
    ),
    (
        &["a field that is cleared"],
        "a field in an older region that is cleared in time: by another address, or a call in between",
    ),
];

/// Why a right program is rejected, judging by the smallest program made of it.
pub fn cause(smallest: &Program) -> String {
    let features = features(smallest);
    let known = CAUSES
        .iter()
        .find(|(needed, _)| needed.iter().all(|feature| features.contains(feature)));
    match known {
        Some((_, cause)) => (*cause).to_owned(),
        None => format!(
            "not classified: {}",
            features.into_iter().collect::<Vec<_>>().join(", ")
        ),
    }
}

struct Search<'s> {
    program: &'s Program,
    index: usize,
    features: &'s mut BTreeSet<&'static str>,
    in_loop: bool,
}

impl Search<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn found(&mut self, what: &'static str) {
        self.features.insert(what);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Assign(to, from) => {
                self.place(to, *from == Expr::Null);
                self.expr(from);
                if let Place::Whole(Variable::Local(local)) = to
                    && self.program.functions[self.index].locals[*local] == Kind::Region
                {
                    self.found("a handle that is assigned");
                }
            }
            Stmt::Copy(_, to, from, _) => {
                self.found("a structure copied");
                self.place(to, false);
                self.place(from, false);
            }
            Stmt::New { what, tried, .. } => {
                if self.in_loop {
                    self.found("an allocation in a loop");
                }
                if *what == Kind::Array {
                    self.found("an array in a region");
                }
                if *tried {
                    self.found("an allocation that may fail");
                }
            }
            Stmt::Malloc(_) => self.found("a holder on the heap"),
            Stmt::Push(_, true) | Stmt::Region(_, _, true, _) => self.found("a bounded region"),
            Stmt::Reset(_) => self.found("a reset"),
            Stmt::Call { callee, args, .. } => {
                match callee {
                    Callee::Direct(function) => self.call(*function),
                    Callee::Table(..) | Callee::Either(..) => self.found("a function by choice"),
                    Callee::Closure(_) => self.found("a closure"),
                }
                args.iter().for_each(|arg| self.expr(arg));
            }
            Stmt::Return(Some(_)) => self.found("a result"),
            Stmt::Break | Stmt::Continue | Stmt::Goto(_) => self.found("a way out of a block"),
            _ => {}
        }
        match stmt {
            Stmt::Loop(_, _, body) => {
                let outside = std::mem::replace(&mut self.in_loop, true);
                self.found("a loop");
                self.block(body);
                self.in_loop = outside;
            }
            Stmt::Region(form, _, _, body) => {
                if *form == RegionForm::Scope {
                    self.found("a scope statement");
                }
                self.block(body);
            }
            _ => stmt.blocks().into_iter().for_each(|block| self.block(block)),
        }
    }

    fn call(&mut self, function: usize) {
        let callee = &self.program.functions[function];
        self.found(match callee.body.stmts.as_slice() {
            [Stmt::Pop(_)] => "a region that a callee ends",
            [Stmt::Reset(_)] => "a region that a callee resets",
            [Stmt::Push(..), _] => "a region that a callee opens",
            [Stmt::Push(..), ..] if callee.returns == Some(Kind::Region) => {
                "a region that a callee opens and fills"
            }
            _ if function == self.index => "recursion",
            _ => "a call",
        });
    }

    fn place(&mut self, place: &Place, cleared: bool) {
        match place {
            Place::Whole(Variable::Global(_))
            | Place::Part(Variable::Global(_), _)
            | Place::Cell(Variable::Global(_), _) => {
                self.found(if cleared {
                    "a global that is cleared"
                } else {
                    "a global"
                });
            }
            Place::Whole(_) => {}
            Place::Part(..) => self.found("a structure on the stack"),
            Place::Cell(..) => self.found("an array on the stack"),
            Place::Through(e, field) => {
                if cleared {
                    self.found("a field that is cleared");
                } else if matches!(field, Field::First | Field::Second) {
                    self.found("a box in a region");
                }
                self.expr(e);
            }
            Place::At(e, _) => {
                self.found("a cell by its address");
                self.expr(e);
            }
            Place::Object(e) => self.expr(e),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Read(place) => self.place(place, false),
            Expr::Address(Place::Whole(Variable::Local(_))) => self.found("the address of a variable"),
            Expr::Address(Place::Through(..)) => self.found("a pointer into an object"),
            Expr::Cast(Kind::Integer, _) => self.found("a pointer as an integer"),
            Expr::Cast(..) => self.found("an untyped pointer"),
            _ => {}
        }
    }
}
