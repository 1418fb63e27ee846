//! How each route goes from the object to the holder.

use super::super::program::{Block, Callee, Condition, CopyForm, Expr, Field, Kind, Place, Stmt, Variable};
use super::{Laying, Route, Way, block, set};

impl Laying<'_, '_, '_> {
    /// The way from an object to a holder that outlives its region; `outer` is an older region.
    pub(super) fn way(&mut self, route: Route, outer: usize, object: usize) -> Way {
        let n = Expr::local(object);
        let mut before = Vec::new();
        // A node in the older region.
        let older = |laying: &mut Self, before: &mut Vec<Stmt>| {
            let older = laying.local(Kind::Node);
            let new = laying.made(older, outer, Kind::Value);
            before.push(new);
            older
        };
        let whole = |local: usize| Place::local(local);
        let link = |local: usize| Place::through(Expr::local(local), Field::Link);
        let (inside, holder) = match route {
            Route::Local
            | Route::Return
            | Route::OutParameterOfOwner
            | Route::FieldOfOwner
            | Route::LoopCarried => {
                let to = self.local(Kind::Node);
                (vec![set(whole(to), n)], whole(to))
            }
            Route::LocalOnOneWay => {
                let to = older(self, &mut before);
                let yes = block(vec![set(whole(to), n)]);
                (
                    vec![Stmt::If(Condition::Choice, yes, Block::default())],
                    whole(to),
                )
            }
            Route::ReturnedArgument => {
                let identity = vec![Stmt::Return(Some(Expr::local(1)))];
                let function = self.function(&[Kind::Node, Kind::Node], 2, Some(Kind::Node), identity);
                let to = self.local(Kind::Node);
                (
                    vec![self.call(Some(whole(to)), Callee::Direct(function), vec![Expr::Null, n])],
                    whole(to),
                )
            }
            Route::ReturnedField => {
                let reads = vec![Stmt::Return(Some(Expr::local(0).field(Field::Left)))];
                let function = self.function(&[Kind::Node], 1, Some(Kind::Node), reads);
                let to = self.local(Kind::Node);
                let call = self.call(Some(whole(to)), Callee::Direct(function), vec![n.clone()]);
                (
                    vec![set(Place::through(n.clone(), Field::Left), n), call],
                    whole(to),
                )
            }
            Route::OutParameter => {
                let store = set(Place::At(Box::new(Expr::local(0)), 0), Expr::local(1));
                let function = self.function(&[Kind::Slot, Kind::Node], 2, None, vec![store]);
                let to = self.local(Kind::Node);
                let args = vec![Expr::Address(whole(to)), n];
                (vec![self.call(None, Callee::Direct(function), args)], whole(to))
            }
            Route::Field => {
                let to = older(self, &mut before);
                (vec![set(link(to), n)], link(to))
            }
            Route::FieldOfField | Route::FieldOfFieldOfArgument => {
                let (to, middle) = (older(self, &mut before), older(self, &mut before));
                before.push(set(
                    Place::through(Expr::local(to), Field::Left),
                    Expr::local(middle),
                ));
                let deep = |of: usize| Place::through(Expr::local(of).field(Field::Left), Field::Right);
                if route == Route::FieldOfField {
                    (vec![set(deep(to), n)], deep(to))
                } else {
                    let store = set(deep(0), Expr::local(1));
                    let function = self.function(&[Kind::Node, Kind::Node], 2, None, vec![store]);
                    (
                        vec![self.call(None, Callee::Direct(function), vec![Expr::local(to), n])],
                        deep(to),
                    )
                }
            }
            Route::FieldOfArgument | Route::CalleeOfCallee | Route::Table | Route::EitherFunction => {
                let to = older(self, &mut before);
                let mut function = self.storer();
                let args = vec![Expr::local(0), Expr::local(1)];
                if route == Route::CalleeOfCallee {
                    let inner = self.call(None, Callee::Direct(function), args);
                    function = self.function(&[Kind::Node, Kind::Node], 2, None, vec![inner]);
                }
                let mut inside = Vec::new();
                let callee = if matches!(route, Route::Table | Route::EitherFunction) {
                    let reads = Stmt::Use(Kind::Number, Expr::local(1).field(Field::Value));
                    let other = self.function(&[Kind::Node, Kind::Node], 2, None, vec![reads]);
                    let by = Variable::Local(self.local(Kind::Number));
                    inside.push(Stmt::Choose(by, 2));
                    if route == Route::Table {
                        Callee::Table(vec![other, function], by)
                    } else {
                        Callee::Either(function, other, by)
                    }
                } else {
                    Callee::Direct(function)
                };
                inside.push(self.call(None, callee, vec![Expr::local(to), n]));
                (inside, link(to))
            }
            Route::Global | Route::ThreadLocal => {
                let global = Place::Whole(Variable::Global(if route == Route::Global { 1 } else { 2 }));
                (vec![set(global.clone(), n)], global)
            }
            Route::GlobalByCallee => {
                let global = Place::Whole(Variable::Global(1));
                let store = vec![set(global.clone(), Expr::local(0))];
                let function = self.function(&[Kind::Node], 1, None, store);
                (vec![self.call(None, Callee::Direct(function), vec![n])], global)
            }
            Route::GlobalStructure => {
                let part = Place::Part(Variable::Global(3), Field::Second);
                (vec![set(part.clone(), n)], part)
            }
            Route::GlobalArray => {
                let cell = Place::Cell(Variable::Global(4), 2);
                (vec![set(cell.clone(), n)], cell)
            }
            Route::StackArray => {
                let cell = Place::Cell(Variable::Local(self.local(Kind::Array)), 1);
                (vec![set(cell.clone(), n)], cell)
            }
            Route::RegionArray => {
                let row = self.local(Kind::Row);
                before.push(self.made(row, outer, Kind::Array));
                let cell = Place::At(Box::new(Expr::local(row)), 3);
                (vec![set(cell.clone(), n)], cell)
            }
            Route::ArrayOfArgument => {
                let array = Variable::Local(self.local(Kind::Array));
                let store = set(Place::At(Box::new(Expr::local(0)), 1), Expr::local(1));
                let function = self.function(&[Kind::Row, Kind::Node], 2, None, vec![store]);
                let args = vec![Expr::Address(Place::Cell(array, 0)), n];
                (
                    vec![self.call(None, Callee::Direct(function), args)],
                    Place::Cell(array, 1),
                )
            }
            Route::Memcpy | Route::Structure => {
                let (from, to) = (self.local(Kind::Box), self.local(Kind::Box));
                let form = if route == Route::Memcpy {
                    CopyForm::Memcpy
                } else {
                    CopyForm::Assign
                };
                let inside = vec![
                    set(Place::Part(Variable::Local(from), Field::First), n),
                    Stmt::Copy(Kind::Box, whole(to), whole(from), form),
                    // The first one holds nothing any more.
                    set(whole(from), Expr::Null),
                ];
                (inside, Place::Part(Variable::Local(to), Field::First))
            }
            Route::MemcpyIntoRegion => {
                let (from, to) = (self.local(Kind::Box), self.local(Kind::BoxAt));
                before.push(self.made(to, outer, Kind::Box));
                let inside = vec![
                    set(Place::Part(Variable::Local(from), Field::First), n),
                    Stmt::Copy(
                        Kind::Box,
                        Place::Object(Box::new(Expr::local(to))),
                        whole(from),
                        CopyForm::Memcpy,
                    ),
                ];
                (inside, Place::through(Expr::local(to), Field::First))
            }
            Route::StructureByValue => {
                let to = older(self, &mut before);
                let from = self.local(Kind::Box);
                let part = Place::Part(Variable::Local(0), Field::Second);
                let store = set(Place::through(Expr::local(1), Field::Link), Expr::Read(part));
                let function = self.function(&[Kind::Box, Kind::Node], 2, None, vec![store]);
                let inside = vec![
                    set(Place::Part(Variable::Local(from), Field::Second), n),
                    self.call(
                        None,
                        Callee::Direct(function),
                        vec![Expr::local(from), Expr::local(to)],
                    ),
                ];
                (inside, link(to))
            }
            Route::ReturnedStructure | Route::ReturnedPair => {
                let kind = if route == Route::ReturnedPair {
                    Kind::Pair
                } else {
                    Kind::Box
                };
                let part = |of| Place::Part(Variable::Local(of), Field::First);
                let stmts = vec![set(part(1), Expr::local(0)), Stmt::Return(Some(Expr::local(1)))];
                let function = self.function(&[Kind::Node, kind], 1, Some(kind), stmts);
                let to = self.local(kind);
                (
                    vec![self.call(Some(whole(to)), Callee::Direct(function), vec![n])],
                    part(to),
                )
            }
            Route::CopiedNode => {
                let to = older(self, &mut before);
                let value = self.local(Kind::Value);
                let object_of = |local| Place::Object(Box::new(Expr::local(local)));
                let inside = vec![
                    set(Place::through(n.clone(), Field::Link), n),
                    Stmt::Copy(Kind::Value, whole(value), object_of(object), CopyForm::Assign),
                    Stmt::Copy(Kind::Value, object_of(to), whole(value), CopyForm::Memcpy),
                ];
                (inside, link(to))
            }
            Route::Heap => {
                let to = self.local(Kind::BoxAt);
                before.push(Stmt::Malloc(whole(to)));
                let place = Place::through(Expr::local(to), Field::Second);
                (vec![set(place.clone(), n)], place)
            }
            Route::Closure => {
                let to = self.local(Kind::BoxAt);
                before.push(self.made(to, outer, Kind::Box));
                let store = set(Place::through(Expr::local(0), Field::First), Expr::local(1));
                let function = self.function(&[Kind::BoxAt, Kind::Node], 2, None, vec![store]);
                let closure = Variable::Local(self.local(Kind::Closure));
                let context = Place::Part(closure, Field::Context);
                let inside = vec![
                    set(Place::Part(closure, Field::Code), Expr::Function(function)),
                    set(context.clone(), Expr::local(to)),
                    self.call(None, Callee::Closure(closure), vec![Expr::Read(context), n]),
                ];
                (inside, Place::through(Expr::local(to), Field::First))
            }
            Route::Recursion | Route::MutualRecursion => {
                let to = older(self, &mut before);
                let store = block(vec![set(link(0), Expr::local(1))]);
                let first = self.program.functions.len();
                let both = vec![Expr::local(0), Expr::local(1)];
                let other = if route == Route::Recursion {
                    first
                } else {
                    let back = self.call(None, Callee::Direct(first + 1), both.clone());
                    self.function(&[Kind::Node, Kind::Node], 2, None, vec![back])
                };
                let again = block(vec![self.call(None, Callee::Direct(other), both)]);
                let stmts = vec![Stmt::If(Condition::Choice, again, store)];
                let function = self.function(&[Kind::Node, Kind::Node], 2, None, stmts);
                (
                    vec![self.call(None, Callee::Direct(function), vec![Expr::local(to), n])],
                    link(to),
                )
            }
            Route::Cache => {
                let to = self.local(Kind::BoxAt);
                before.push(self.made(to, outer, Kind::Box));
                let cache = |field| Place::through(Expr::local(0), field);
                let stmts = vec![
                    set(cache(Field::Second), Expr::Read(cache(Field::First))),
                    set(cache(Field::First), Expr::local(1)),
                ];
                let function = self.function(&[Kind::BoxAt, Kind::Node], 2, None, stmts);
                let call = self.call(None, Callee::Direct(function), vec![Expr::local(to), n]);
                (vec![call], Place::through(Expr::local(to), Field::First))
            }
            Route::Integer => {
                let (number, to) = (self.local(Kind::Integer), self.local(Kind::Node));
                let inside = vec![
                    set(whole(number), Expr::Cast(Kind::Integer, Box::new(n))),
                    set(whole(to), Expr::Cast(Kind::Node, Box::new(Expr::local(number)))),
                ];
                (inside, whole(to))
            }
            Route::Untyped => {
                let (any, to) = (self.local(Kind::Any), self.local(Kind::Node));
                let inside = vec![
                    set(whole(any), Expr::Cast(Kind::Any, Box::new(n))),
                    set(whole(to), Expr::Cast(Kind::Node, Box::new(Expr::local(any)))),
                ];
                (inside, whole(to))
            }
            Route::Interior => {
                let slot = self.local(Kind::Slot);
                let cell = Place::through(n.clone(), Field::Right);
                let inside = vec![set(cell.clone(), n), set(whole(slot), Expr::Address(cell))];
                (inside, Place::At(Box::new(Expr::local(slot)), 0))
            }
            Route::EitherPlace => {
                let (to, slot) = (older(self, &mut before), self.local(Kind::Slot));
                let other = Place::Whole(Variable::Global(1));
                let choice = Stmt::If(
                    Condition::Choice,
                    block(vec![set(whole(slot), Expr::Address(link(to)))]),
                    block(vec![set(whole(slot), Expr::Address(other))]),
                );
                let cell = Place::At(Box::new(Expr::local(slot)), 0);
                (vec![choice, set(cell.clone(), n)], cell)
            }
            Route::Swapped => {
                let (to, from) = (self.local(Kind::Node), self.local(Kind::Node));
                let at = |of| Place::At(Box::new(Expr::local(of)), 0);
                let stmts = vec![
                    set(Place::local(2), Expr::Read(at(0))),
                    set(at(0), Expr::Read(at(1))),
                    set(at(1), Expr::local(2)),
                ];
                let function = self.function(&[Kind::Slot, Kind::Slot, Kind::Node], 2, None, stmts);
                let args = vec![Expr::Address(whole(to)), Expr::Address(whole(from))];
                let inside = vec![
                    set(whole(from), n),
                    self.call(None, Callee::Direct(function), args),
                ];
                (inside, whole(to))
            }
            Route::Neighbour => {
                let (other, to) = (self.local(Kind::Node), self.local(Kind::Node));
                let inside = vec![
                    set(Place::through(n.clone(), Field::Left), n.clone()),
                    set(whole(other), n.field(Field::Left).field(Field::Left)),
                    set(whole(to), Expr::local(other)),
                ];
                (inside, whole(to))
            }
        };
        Way {
            before,
            inside,
            holder,
        }
    }
}
