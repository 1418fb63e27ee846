//! Programs that are right by construction, and programs that are not.
//!
//! A program is built from callees to callers. Each function has a signature in the terms of [`super::lifetime`], drawn first;
//! its body is drawn statement by statement, from what is in scope and fits. With a *laxness* above 0 every rule of
//! lifetimes is ignored with that probability, so the same generator also makes programs that are almost right
//! and programs that are not right at all.

use super::draws::Draws;
use super::lifetime::Signature;
use super::program::{Block, Expr, Function, Global, Kind, Place, Program, Stmt, Variable};

mod body;
mod call;
mod control;
mod region;
mod simple;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The probability in percent that a rule is ignored; 0 for programs that are right.
    pub laxness: usize,
    /// About how many statements a function gets.
    pub size: usize,
    /// The most functions beside the root and the small ones.
    pub functions: usize,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            laxness: 0,
            size: 9,
            functions: 4,
        }
    }
}

/// Functions of fixed shape that a program may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Small {
    /// `croft_region f(void) { return croft_push(); }`
    Opens,
    /// The same with an object in it, which an out-parameter gets.
    OpensFilled,
    /// `void f(croft_region r) { croft_pop(r); }`
    Closes,
    /// `void f(croft_region r) { croft_reset(r); }`
    Resets,
}

/// The program that the draws decide on.
pub fn program(draws: &mut Draws<'_>, plan: Plan) -> Program {
    let mut generator = Generator {
        draws,
        plan,
        program: Program::default(),
        signatures: Vec::new(),
        small: Vec::new(),
        closures: Vec::new(),
    };
    generator.globals();
    let functions = 1 + generator.draws.below(plan.functions);
    for _ in 0..functions {
        generator.function();
    }
    generator.root();
    generator.program
}

/// The program of a seed.
pub fn of_seed(seed: u64, plan: Plan) -> Program {
    program(&mut Draws::Seed(seed), plan)
}

struct Generator<'g, 'b> {
    draws: &'g mut Draws<'b>,
    plan: Plan,
    program: Program,
    /// For each function; `None` for the small ones.
    signatures: Vec<Option<Signature>>,
    small: Vec<(Small, usize)>,
    /// The functions that fit a closure.
    closures: Vec<usize>,
}

/// The globals that every program has, by kind: each is only ever set and cleared, but for the first.
const GLOBALS: [Global; 5] = [
    Global {
        kind: Kind::Value,
        thread_local: false,
    },
    Global {
        kind: Kind::Node,
        thread_local: false,
    },
    Global {
        kind: Kind::Node,
        thread_local: true,
    },
    Global {
        kind: Kind::Box,
        thread_local: false,
    },
    Global {
        kind: Kind::Array,
        thread_local: false,
    },
];

impl Generator<'_, '_> {
    fn globals(&mut self) {
        self.program.globals = GLOBALS.to_vec();
    }

    /// Whether something may be done that is right only if `right`.
    fn may(&mut self, right: bool) -> bool {
        right || (self.plan.laxness > 0 && self.draws.percent(self.plan.laxness))
    }

    fn small(&mut self, small: Small) -> usize {
        if let Some((_, index)) = self.small.iter().find(|(known, _)| *known == small) {
            return *index;
        }
        let noinline = self.draws.one_in(2);
        let site = self.program.fresh();
        let index = self.add(small_function(small, noinline, site), None);
        self.small.push((small, index));
        index
    }

    fn add(&mut self, function: Function, signature: Option<Signature>) -> usize {
        self.program.functions.push(function);
        self.signatures.push(signature);
        self.program.functions.len() - 1
    }
}

fn small_function(small: Small, noinline: bool, site: usize) -> Function {
    let handle = Expr::local;
    let (locals, params, returns, stmts) = match small {
        Small::Opens => {
            let push = Stmt::Push(Variable::Local(0), false);
            (
                vec![Kind::Region],
                0,
                Some(Kind::Region),
                vec![push, Stmt::Return(Some(handle(0)))],
            )
        }
        Small::OpensFilled => {
            let push = Stmt::Push(Variable::Local(1), false);
            let new = Stmt::New {
                to: Place::local(2),
                region: handle(1),
                what: Kind::Value,
                tried: false,
                site,
            };
            let store = Stmt::Assign(Place::At(Box::new(Expr::local(0)), 0), Expr::local(2));
            let stmts = vec![push, new, store, Stmt::Return(Some(handle(1)))];
            (
                vec![Kind::Slot, Kind::Region, Kind::Node],
                1,
                Some(Kind::Region),
                stmts,
            )
        }
        Small::Closes => (vec![Kind::Region], 1, None, vec![Stmt::Pop(handle(0))]),
        Small::Resets => (vec![Kind::Region], 1, None, vec![Stmt::Reset(handle(0))]),
    };
    let declared = (params..locals.len()).collect();
    Function {
        locals,
        params,
        bounded: vec![],
        returns,
        noinline,
        body: Block { declared, stmts },
    }
}
