//! Whether a program that was changed is still one: every variable is in scope, every way out leads somewhere.

use super::program::{Block, Callee, Condition, Expr, Place, Program, RegionForm, Stmt, Variable};
use std::collections::BTreeSet;

/// Whether the program compiles.
pub fn is_well_formed(program: &Program) -> bool {
    program.functions.iter().all(|function| {
        let scope = Scope {
            variables: (0..function.params).collect(),
            in_loop: false,
            labels: BTreeSet::new(),
            functions: program.functions.len(),
        };
        scope.block(&function.body)
    })
}

#[derive(Clone)]
struct Scope {
    variables: BTreeSet<usize>,
    in_loop: bool,
    labels: BTreeSet<usize>,
    functions: usize,
}

impl Scope {
    fn block(&self, block: &Block) -> bool {
        let mut inner = self.clone();
        inner.variables.extend(&block.declared);
        let distinct: BTreeSet<&usize> = block.declared.iter().collect();
        distinct.len() == block.declared.len() && block.stmts.iter().all(|stmt| inner.stmt(stmt))
    }

    fn stmt(&self, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Choose(to, _) | Stmt::Push(to, _) => self.variable(*to),
            Stmt::Assign(to, from) => self.place(to) && self.expr(from),
            Stmt::Copy(_, to, from, _) => self.place(to) && self.place(from),
            Stmt::New { to, region, .. } => self.place(to) && self.expr(region),
            Stmt::Malloc(to) => self.place(to),
            Stmt::Free(e) | Stmt::Pop(e) | Stmt::Reset(e) | Stmt::Use(_, e) | Stmt::Keep(e) => self.expr(e),
            Stmt::Call { to, callee, args, .. } => {
                let callee = match callee {
                    Callee::Direct(function) => *function < self.functions,
                    Callee::Table(functions, by) => {
                        functions.iter().all(|function| *function < self.functions) && self.variable(*by)
                    }
                    Callee::Either(first, second, by) => {
                        *first < self.functions && *second < self.functions && self.variable(*by)
                    }
                    Callee::Closure(variable) => self.variable(*variable),
                };
                callee && to.as_ref().is_none_or(|to| self.place(to)) && args.iter().all(|arg| self.expr(arg))
            }
            Stmt::If(condition, yes, no) => {
                let condition = match condition {
                    Condition::Choice => true,
                    Condition::Set(e) => self.expr(e),
                    Condition::Same(a, b) => self.expr(a) && self.expr(b),
                };
                condition && self.block(yes) && self.block(no)
            }
            Stmt::Loop(_, _, body) => Scope {
                in_loop: true,
                ..self.clone()
            }
            .block(body),
            Stmt::Block(body, label) => {
                let mut inner = self.clone();
                inner.labels.extend(label);
                inner.block(body)
            }
            Stmt::Region(form, to, _, body) => {
                let Variable::Local(local) = to else { return false };
                let mut inner = self.clone();
                inner.variables.insert(*local);
                inner.in_loop |= *form == RegionForm::Scope;
                inner.block(body)
            }
            Stmt::Break | Stmt::Continue => self.in_loop,
            Stmt::Goto(label) => self.labels.contains(label),
            Stmt::Return(value) => value.as_ref().is_none_or(|value| self.expr(value)),
        }
    }

    fn variable(&self, variable: Variable) -> bool {
        match variable {
            Variable::Local(local) => self.variables.contains(&local),
            Variable::Global(_) => true,
        }
    }

    fn place(&self, place: &Place) -> bool {
        match place {
            Place::Whole(variable) | Place::Part(variable, _) | Place::Cell(variable, _) => {
                self.variable(*variable)
            }
            Place::Through(e, _) | Place::At(e, _) | Place::Object(e) => self.expr(e),
        }
    }

    fn expr(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Read(place) | Expr::Address(place) => self.place(place),
            Expr::Cast(_, inner) => self.expr(inner),
            Expr::Function(function) => *function < self.functions,
            Expr::Null | Expr::Number(_) => true,
        }
    }
}
