//! Routes by which a pointer leaves its region.
//!
//! A route is laid into a program as a block of its own: a holder that lives on, a region with an object in it, the way
//! from the object to the holder, the region's end, and a use of what the holder holds. Its twin uses the holder in time and
//! clears it before the region ends: that is right.

mod route;
mod way;

pub use route::Route;

use super::draws::Draws;
use super::program::{
    Block, Callee, Condition, Expr, Field, Function, Kind, LoopForm, Place, Program, RegionForm, Stmt,
    Variable,
};

/// When the holder is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// After the region's end.
    TooLate,
    /// Before it, and the holder is cleared.
    InTime,
}

/// How a route is laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// As a block.
    Inline,
    /// As a function of its own.
    Function,
    /// As a function that gets the older region.
    FunctionOfRegion,
}

/// Lays a route into a program, somewhere. Nothing, where the route has no such use.
pub fn splice(program: &mut Program, route: Route, when: Use, draws: &mut Draws<'_>) -> Option<()> {
    let function = if draws.one_in(2) {
        program.root
    } else {
        draws.below(program.functions.len())
    };
    let mut blocks = 0;
    program.each_block(&mut |owner, _| blocks += usize::from(owner == function));
    let (block, position) = (draws.below(blocks), draws.below(12));
    let layout = [
        Layout::Inline,
        Layout::Inline,
        Layout::Function,
        Layout::FunctionOfRegion,
    ][draws.below(4)];
    let host = program.functions[function].locals.clone();
    let locals = match layout {
        Layout::Inline => host,
        Layout::Function => vec![],
        Layout::FunctionOfRegion => vec![Kind::Region],
    };
    let mut laying = Laying {
        program,
        draws,
        locals,
        declared: Vec::new(),
    };
    let handed = (layout == Layout::FunctionOfRegion).then_some(0);
    let stmts = laying.stmts(route, when, handed)?;
    let Laying {
        program,
        draws,
        locals,
        declared,
    } = laying;
    let mut stmt = if layout == Layout::Inline {
        program.functions[function].locals = locals;
        Stmt::Block(Block { declared, stmts }, None)
    } else {
        let params = usize::from(handed.is_some());
        program.functions.push(Function {
            locals,
            params,
            bounded: vec![],
            returns: None,
            noinline: draws.one_in(2),
            body: Block { declared, stmts },
        });
        let callee = Callee::Direct(program.functions.len() - 1);
        let site = program.fresh();
        if params == 0 {
            Stmt::Call {
                to: None,
                callee,
                args: vec![],
                site,
            }
        } else {
            let outer = program.functions[function].locals.len();
            program.functions[function].locals.push(Kind::Region);
            let call = Stmt::Call {
                to: None,
                callee,
                args: vec![Expr::local(outer)],
                site,
            };
            Stmt::Region(
                RegionForm::Declared,
                Variable::Local(outer),
                false,
                self::block(vec![call]),
            )
        }
    };
    let mut number = 0;
    super::program::walk(&mut program.functions[function].body, &mut |inner| {
        if number == block {
            let stmt = std::mem::replace(&mut stmt, Stmt::Break);
            inner.stmts.insert(position.min(inner.stmts.len()), stmt);
            // What was just laid has blocks of its own, which come next.
            number = usize::MAX / 2;
        }
        number += 1;
    });
    Some(())
}

/// A route being laid.
struct Laying<'l, 'd, 'b> {
    program: &'l mut Program,
    draws: &'d mut Draws<'b>,
    locals: Vec<Kind>,
    declared: Vec<usize>,
}

/// What is done with the object in its region, and where it can be found then.
struct Way {
    before: Vec<Stmt>,
    inside: Vec<Stmt>,
    holder: Place,
}

impl Laying<'_, '_, '_> {
    fn local(&mut self, kind: Kind) -> usize {
        let local = self.handle(kind);
        self.declared.push(local);
        local
    }

    /// A variable that a statement declares.
    fn handle(&mut self, kind: Kind) -> usize {
        self.locals.push(kind);
        self.locals.len() - 1
    }

    fn made(&mut self, to: usize, region: usize, what: Kind) -> Stmt {
        Stmt::New {
            to: Place::local(to),
            region: Expr::local(region),
            what,
            tried: false,
            site: self.program.fresh(),
        }
    }

    /// Adds a function of these variables, of which the first are parameters.
    fn function(&mut self, locals: &[Kind], params: usize, returns: Option<Kind>, stmts: Vec<Stmt>) -> usize {
        let noinline = self.draws.one_in(2);
        self.program.functions.push(Function {
            locals: locals.to_vec(),
            params,
            bounded: vec![],
            returns,
            noinline,
            body: Block {
                declared: (params..locals.len()).collect(),
                stmts,
            },
        });
        self.program.functions.len() - 1
    }

    fn call(&mut self, to: Option<Place>, callee: Callee, args: Vec<Expr>) -> Stmt {
        Stmt::Call {
            to,
            callee,
            args,
            site: self.program.fresh(),
        }
    }

    /// `void f(struct node *holder, struct node *n) { holder->link = n; }`
    fn storer(&mut self) -> usize {
        let store = set(Place::through(Expr::local(0), Field::Link), Expr::local(1));
        self.function(&[Kind::Node, Kind::Node], 2, None, vec![store])
    }

    /// The statements; `handed` is the older region, if somebody else opens it.
    fn stmts(&mut self, route: Route, when: Use, handed: Option<usize>) -> Option<Vec<Stmt>> {
        match route {
            Route::Return | Route::OutParameterOfOwner | Route::FieldOfOwner => {
                (when == Use::TooLate).then(|| self.owner(route, handed))
            }
            Route::LoopCarried => Some(self.carried(when)),
            _ => {
                let outer = handed.unwrap_or_else(|| self.handle(Kind::Region));
                let object = self.local(Kind::Node);
                let detour = self.draws.one_in(2).then(|| {
                    let route = route::DETOURS[self.draws.below(route::DETOURS.len())];
                    let way = self.way(route, outer, object);
                    let there = self.local(Kind::Node);
                    let mut inside = way.inside;
                    inside.push(set(Place::local(there), Expr::Read(way.holder.clone())));
                    if route != Route::Interior {
                        inside.push(set(way.holder, Expr::Null));
                    }
                    (way.before, inside, there)
                });
                let (mut stmts, mut inside, from) = detour.unwrap_or((vec![], vec![], object));
                let way = self.way(route, outer, from);
                stmts.extend(way.before);
                inside.extend(way.inside);
                let region = self.region(object, inside, &way.holder, when);
                stmts.extend(region);
                if handed.is_some() {
                    return Some(stmts);
                }
                let form = self.form();
                let declared = std::mem::take(&mut self.declared);
                let body = Block { declared, stmts };
                Some(vec![Stmt::Region(form, Variable::Local(outer), false, body)])
            }
        }
    }

    fn form(&mut self) -> RegionForm {
        if self.draws.one_in(4) {
            RegionForm::Scope
        } else {
            RegionForm::Declared
        }
    }

    /// What is done with what the holder holds.
    fn uses(&mut self, holder: &Place) -> Vec<Stmt> {
        let held = Expr::Read(holder.clone());
        match self.draws.below(8) {
            6 => {
                // By a function that gets only what leads to the holder.
                if let Place::Through(pointer, field) = holder
                    && let Expr::Read(Place::Whole(Variable::Local(local))) = **pointer
                {
                    let kind = self.locals[local];
                    let held = Expr::local(0).field(*field);
                    let reads = Stmt::Use(Kind::Number, held.field(Field::Value));
                    let reader = self.function(&[kind], 1, None, vec![reads]);
                    return vec![self.call(None, Callee::Direct(reader), vec![Expr::local(local)])];
                }
                vec![Stmt::Use(Kind::Number, held.field(Field::Value))]
            }
            7 => {
                // Only sometimes.
                let read = Stmt::Use(Kind::Number, held.field(Field::Value));
                vec![Stmt::If(Condition::Choice, block(vec![read]), Block::default())]
            }
            0 => vec![Stmt::Keep(held)],
            1 => vec![set(Place::through(held, Field::Value), Expr::Number(3))],
            2 => {
                let reads = Stmt::Use(Kind::Number, Expr::local(0).field(Field::Value));
                let reader = self.function(&[Kind::Node], 1, None, vec![reads]);
                vec![self.call(None, Callee::Direct(reader), vec![held])]
            }
            3 => vec![Stmt::Use(Kind::Node, held.field(Field::Right))],
            4 => {
                let copy = self.local(Kind::Node);
                vec![
                    set(Place::local(copy), held),
                    Stmt::Use(Kind::Number, Expr::local(copy).field(Field::Value)),
                ]
            }
            _ => vec![Stmt::Use(Kind::Number, held.field(Field::Value))],
        }
    }

    /// A region with an object in it, and what is done with that; then a use of the holder, too late or in time.
    fn region(&mut self, object: usize, mut inside: Vec<Stmt>, holder: &Place, when: Use) -> Vec<Stmt> {
        let region = self.handle(Kind::Region);
        let mut body = vec![
            self.made(object, region, Kind::Value),
            set(Place::through(Expr::local(object), Field::Value), Expr::Number(9)),
        ];
        let clear = set(holder.clone(), Expr::Null);
        if when == Use::TooLate && self.draws.one_in(6) {
            // Too early to help.
            body.push(clear.clone());
        }
        body.append(&mut inside);
        if when == Use::TooLate && self.draws.one_in(4) {
            // Cleared, but not always.
            body.push(Stmt::If(
                Condition::Choice,
                block(vec![clear.clone()]),
                Block::default(),
            ));
        }
        let uses = self.uses(holder);
        if when == Use::InTime {
            body.extend(uses.clone());
            body.push(clear);
        }
        let plain = |declared: &mut Vec<usize>| declared.push(region);
        let push = Stmt::Push(Variable::Local(region), false);
        let handle = Expr::local(region);
        let mut stmts = match self.draws.below(8) {
            0..3 => {
                let form = self.form();
                vec![Stmt::Region(form, Variable::Local(region), false, block(body))]
            }
            3 => {
                plain(&mut self.declared);
                vec![push, Stmt::Block(block(body), None), Stmt::Pop(handle)]
            }
            4 => {
                plain(&mut self.declared);
                let closer = self.function(&[Kind::Region], 1, None, vec![Stmt::Pop(Expr::local(0))]);
                let end = self.call(None, Callee::Direct(closer), vec![handle]);
                vec![push, Stmt::Block(block(body), None), end]
            }
            by => {
                // A reset ends the object as well; the region's own end comes after the use.
                let sometimes = |stmt| Stmt::If(Condition::Choice, block(vec![stmt]), Block::default());
                let end = match by {
                    5 => Stmt::Reset(handle),
                    6 => sometimes(Stmt::Reset(handle)),
                    _ => {
                        let mut reset = Stmt::Reset(Expr::local(0));
                        if self.draws.one_in(2) {
                            reset = sometimes(reset);
                        }
                        let resetter = self.function(&[Kind::Region], 1, None, vec![reset]);
                        self.call(None, Callee::Direct(resetter), vec![handle])
                    }
                };
                let mut all = body;
                all.push(end);
                if when == Use::TooLate {
                    all.extend(uses);
                }
                let form = self.form();
                return vec![Stmt::Region(form, Variable::Local(region), false, block(all))];
            }
        };
        if when == Use::TooLate {
            stmts.extend(uses);
        }
        stmts
    }

    /// A function that opens the region, and ends it before it returns.
    fn owner(&mut self, route: Route, handed: Option<usize>) -> Vec<Stmt> {
        let to = self.local(Kind::Node);
        let form = self.form();
        let site = self.program.fresh();
        // What the function takes and returns, and how it stores the object, the last of its variables.
        let (kinds, returns, store) = match route {
            Route::Return => (vec![], Some(Kind::Node), Stmt::Return(Some(Expr::local(1)))),
            Route::FieldOfOwner => {
                let store = set(Place::through(Expr::local(0), Field::Right), Expr::local(2));
                (vec![Kind::Node], None, store)
            }
            _ => {
                let store = set(Place::At(Box::new(Expr::local(0)), 0), Expr::local(2));
                (vec![Kind::Slot], None, store)
            }
        };
        let params = kinds.len();
        let (region, object) = (params, params + 1);
        let made = Stmt::New {
            to: Place::local(object),
            region: Expr::local(region),
            what: Kind::Value,
            tried: false,
            site,
        };
        let body = vec![Stmt::Region(
            form,
            Variable::Local(region),
            false,
            block(vec![made, store]),
        )];
        let kinds = [kinds, vec![Kind::Region, Kind::Node]].concat();
        let function = self.function(&kinds, params, returns, body);
        // The region's variable is declared by its statement.
        self.program.functions[function].body.declared = vec![object];
        let callee = Callee::Direct(function);
        match route {
            Route::Return => {
                let mut stmts = vec![self.call(Some(Place::local(to)), callee, vec![])];
                stmts.extend(self.uses(&Place::local(to)));
                stmts
            }
            Route::FieldOfOwner => {
                let outer = handed.unwrap_or_else(|| self.handle(Kind::Region));
                let mut stmts = vec![self.made(to, outer, Kind::Value)];
                stmts.push(self.call(None, callee, vec![Expr::local(to)]));
                stmts.extend(self.uses(&Place::through(Expr::local(to), Field::Right)));
                if handed.is_some() {
                    return stmts;
                }
                let form = self.form();
                let declared = std::mem::take(&mut self.declared);
                vec![Stmt::Region(
                    form,
                    Variable::Local(outer),
                    false,
                    Block { declared, stmts },
                )]
            }
            _ => {
                let args = vec![Expr::Address(Place::local(to))];
                let mut stmts = vec![self.call(None, callee, args)];
                stmts.extend(self.uses(&Place::local(to)));
                stmts
            }
        }
    }

    /// A variable that the next iteration reads.
    fn carried(&mut self, when: Use) -> Vec<Stmt> {
        let (last, object) = (self.local(Kind::Node), self.local(Kind::Node));
        let holder = Place::local(last);
        let mut body = if when == Use::TooLate {
            self.uses(&holder)
        } else {
            vec![]
        };
        let inside = vec![set(holder.clone(), Expr::local(object))];
        let uses_in_time = Use::InTime;
        let region = match when {
            Use::InTime => self.region(object, inside, &holder, uses_in_time),
            Use::TooLate => {
                let region = self.handle(Kind::Region);
                let mut stmts = vec![self.made(object, region, Kind::Value)];
                if self.draws.one_in(2) {
                    // It takes two iterations.
                    let middle = self.local(Kind::Node);
                    stmts.push(set(holder.clone(), Expr::local(middle)));
                    stmts.push(set(Place::local(middle), Expr::local(object)));
                } else {
                    stmts.extend(inside);
                }
                let form = self.form();
                vec![Stmt::Region(form, Variable::Local(region), false, block(stmts))]
            }
        };
        body.extend(region);
        let form = [LoopForm::While, LoopForm::For, LoopForm::Do, LoopForm::Goto][self.draws.below(4)];
        vec![Stmt::Loop(form, self.program.fresh(), block(body))]
    }
}

fn set(to: Place, from: Expr) -> Stmt {
    Stmt::Assign(to, from)
}

fn block(stmts: Vec<Stmt>) -> Block {
    Block {
        declared: vec![],
        stmts,
    }
}
