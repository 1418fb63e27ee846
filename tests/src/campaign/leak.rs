//! Routes by which a pointer leaves its region.
//!
//! A route is laid into a program as a block of its own: a holder that lives on, a region with an object in it, the way
//! from the object to the holder, the region's end, and a use of what the holder holds. Its twin uses the holder in time and
//! clears it before the region ends: that is right.

use super::draws::Draws;
use super::program::{
    Block, Callee, Condition, CopyForm, Expr, Field, Function, Kind, LoopForm, Place, Program, RegionForm, Stmt,
    Variable,
};

/// A way from an object to a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// A variable of the function.
    Local,
    /// The same, on one of two ways.
    LocalOnOneWay,
    /// The result of a function that ends the region itself.
    Return,
    /// The result of a function that returns its argument.
    ReturnedArgument,
    /// The result of a function that reads a field of its argument.
    ReturnedField,
    /// An out-parameter.
    OutParameter,
    /// The out-parameter of a function that ends the region itself.
    OutParameterOfOwner,
    /// A field of the argument of a function that ends the region itself.
    FieldOfOwner,
    /// A field of an object of an older region.
    Field,
    /// A field of a field of one.
    FieldOfField,
    /// A field of an argument, stored by the function called.
    FieldOfArgument,
    /// A field of a field of an argument.
    FieldOfFieldOfArgument,
    /// The same by a function that the function calls.
    CalleeOfCallee,
    /// A global.
    Global,
    /// A global, stored by a function called.
    GlobalByCallee,
    /// A thread-local global.
    ThreadLocal,
    /// A field of a global structure.
    GlobalStructure,
    /// An element of a global array.
    GlobalArray,
    /// An element of an array on the stack.
    StackArray,
    /// An element of an array in an older region.
    RegionArray,
    /// An array passed to a function.
    ArrayOfArgument,
    /// `memcpy` of a structure.
    Memcpy,
    /// The same into an older region.
    MemcpyIntoRegion,
    /// An assigned structure.
    Structure,
    /// A structure passed by value.
    StructureByValue,
    /// A structure returned.
    ReturnedStructure,
    /// A structure returned in registers.
    ReturnedPair,
    /// A whole node copied.
    CopiedNode,
    /// A holder on the heap.
    Heap,
    /// A function out of a table.
    Table,
    /// One of two functions.
    EitherFunction,
    /// A function and its context.
    Closure,
    /// A function that calls itself.
    Recursion,
    /// Two functions that call each other.
    MutualRecursion,
    /// A function that remembers its last argument in an older region.
    Cache,
    /// A variable that the next iteration reads.
    LoopCarried,
    /// An integer and back.
    Integer,
    /// `void *`
    Untyped,
    /// A pointer into the middle of the object.
    Interior,
    /// A pointer to one of two places.
    EitherPlace,
    /// Exchanged by a function.
    Swapped,
    /// Out of a list: the object's neighbour.
    Neighbour,
}

impl Route {
    /// All of them.
    pub const ALL: [Route; 42] = [
        Route::Local,
        Route::LocalOnOneWay,
        Route::Return,
        Route::ReturnedArgument,
        Route::ReturnedField,
        Route::OutParameter,
        Route::OutParameterOfOwner,
        Route::FieldOfOwner,
        Route::Field,
        Route::FieldOfField,
        Route::FieldOfArgument,
        Route::FieldOfFieldOfArgument,
        Route::CalleeOfCallee,
        Route::Global,
        Route::GlobalByCallee,
        Route::ThreadLocal,
        Route::GlobalStructure,
        Route::GlobalArray,
        Route::StackArray,
        Route::RegionArray,
        Route::ArrayOfArgument,
        Route::Memcpy,
        Route::MemcpyIntoRegion,
        Route::Structure,
        Route::StructureByValue,
        Route::ReturnedStructure,
        Route::ReturnedPair,
        Route::CopiedNode,
        Route::Heap,
        Route::Table,
        Route::EitherFunction,
        Route::Closure,
        Route::Recursion,
        Route::MutualRecursion,
        Route::Cache,
        Route::LoopCarried,
        Route::Integer,
        Route::Untyped,
        Route::Interior,
        Route::EitherPlace,
        Route::Swapped,
        Route::Neighbour,
    ];
}

/// When the holder is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// After the region's end.
    TooLate,
    /// Before it, and the holder is cleared.
    InTime,
}

/// The routes inside a function that a pointer may take before it takes another one: each leaves nothing behind when its
/// holder is cleared.
const DETOURS: [Route; 14] = [
    Route::Local,
    Route::ReturnedArgument,
    Route::ReturnedField,
    Route::OutParameter,
    Route::StackArray,
    Route::ArrayOfArgument,
    Route::Memcpy,
    Route::Structure,
    Route::ReturnedStructure,
    Route::ReturnedPair,
    Route::Untyped,
    Route::Interior,
    Route::Swapped,
    Route::Neighbour,
];

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
    let function = if draws.one_in(2) { program.root } else { draws.below(program.functions.len()) };
    let mut blocks = 0;
    program.each_block(&mut |owner, _| blocks += usize::from(owner == function));
    let (block, position) = (draws.below(blocks), draws.below(12));
    let layout = [Layout::Inline, Layout::Inline, Layout::Function, Layout::FunctionOfRegion][draws.below(4)];
    let host = program.functions[function].locals.clone();
    let locals = match layout {
        Layout::Inline => host,
        Layout::Function => vec![],
        Layout::FunctionOfRegion => vec![Kind::Region],
    };
    let mut laying = Laying { program, draws, locals, declared: Vec::new() };
    let handed = (layout == Layout::FunctionOfRegion).then_some(0);
    let stmts = laying.stmts(route, when, handed)?;
    let Laying { program, draws, locals, declared } = laying;
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
            Stmt::Call { to: None, callee, args: vec![], site }
        } else {
            let outer = program.functions[function].locals.len();
            program.functions[function].locals.push(Kind::Region);
            let call = Stmt::Call { to: None, callee, args: vec![Expr::local(outer)], site };
            Stmt::Region(RegionForm::Declared, Variable::Local(outer), false, self::block(vec![call]))
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

    fn new(&mut self, to: usize, region: usize, what: Kind) -> Stmt {
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
            body: Block { declared: (params..locals.len()).collect(), stmts },
        });
        self.program.functions.len() - 1
    }

    fn call(&mut self, to: Option<Place>, callee: Callee, args: Vec<Expr>) -> Stmt {
        Stmt::Call { to, callee, args, site: self.program.fresh() }
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
                    let route = DETOURS[self.draws.below(DETOURS.len())];
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
        if self.draws.one_in(4) { RegionForm::Scope } else { RegionForm::Declared }
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
            self.new(object, region, Kind::Value),
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
            body.push(Stmt::If(Condition::Choice, block(vec![clear.clone()]), Block::default()));
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
        let body = vec![Stmt::Region(form, Variable::Local(region), false, block(vec![made, store]))];
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
                let mut stmts = vec![self.new(to, outer, Kind::Value)];
                stmts.push(self.call(None, callee, vec![Expr::local(to)]));
                stmts.extend(self.uses(&Place::through(Expr::local(to), Field::Right)));
                if handed.is_some() {
                    return stmts;
                }
                let form = self.form();
                let declared = std::mem::take(&mut self.declared);
                vec![Stmt::Region(form, Variable::Local(outer), false, Block { declared, stmts })]
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
        let mut body = if when == Use::TooLate { self.uses(&holder) } else { vec![] };
        let inside = vec![set(holder.clone(), Expr::local(object))];
        let uses_in_time = Use::InTime;
        let region = match when {
            Use::InTime => self.region(object, inside, &holder, uses_in_time),
            Use::TooLate => {
                let region = self.handle(Kind::Region);
                let mut stmts = vec![self.new(object, region, Kind::Value)];
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

    /// The way from an object to a holder that outlives its region; `outer` is an older region.
    fn way(&mut self, route: Route, outer: usize, object: usize) -> Way {
        let n = Expr::local(object);
        let mut before = Vec::new();
        // A node in the older region.
        let older = |laying: &mut Self, before: &mut Vec<Stmt>| {
            let older = laying.local(Kind::Node);
            let new = laying.new(older, outer, Kind::Value);
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
                (vec![Stmt::If(Condition::Choice, yes, Block::default())], whole(to))
            }
            Route::ReturnedArgument => {
                let identity = vec![Stmt::Return(Some(Expr::local(1)))];
                let function = self.function(&[Kind::Node, Kind::Node], 2, Some(Kind::Node), identity);
                let to = self.local(Kind::Node);
                (vec![self.call(Some(whole(to)), Callee::Direct(function), vec![Expr::Null, n])], whole(to))
            }
            Route::ReturnedField => {
                let reads = vec![Stmt::Return(Some(Expr::local(0).field(Field::Left)))];
                let function = self.function(&[Kind::Node], 1, Some(Kind::Node), reads);
                let to = self.local(Kind::Node);
                let call = self.call(Some(whole(to)), Callee::Direct(function), vec![n.clone()]);
                (vec![set(Place::through(n.clone(), Field::Left), n), call], whole(to))
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
                before.push(set(Place::through(Expr::local(to), Field::Left), Expr::local(middle)));
                let deep = |of: usize| Place::through(Expr::local(of).field(Field::Left), Field::Right);
                if route == Route::FieldOfField {
                    (vec![set(deep(to), n)], deep(to))
                } else {
                    let store = set(deep(0), Expr::local(1));
                    let function = self.function(&[Kind::Node, Kind::Node], 2, None, vec![store]);
                    (vec![self.call(None, Callee::Direct(function), vec![Expr::local(to), n])], deep(to))
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
                before.push(self.new(row, outer, Kind::Array));
                let cell = Place::At(Box::new(Expr::local(row)), 3);
                (vec![set(cell.clone(), n)], cell)
            }
            Route::ArrayOfArgument => {
                let array = Variable::Local(self.local(Kind::Array));
                let store = set(Place::At(Box::new(Expr::local(0)), 1), Expr::local(1));
                let function = self.function(&[Kind::Row, Kind::Node], 2, None, vec![store]);
                let args = vec![Expr::Address(Place::Cell(array, 0)), n];
                (vec![self.call(None, Callee::Direct(function), args)], Place::Cell(array, 1))
            }
            Route::Memcpy | Route::Structure => {
                let (from, to) = (self.local(Kind::Box), self.local(Kind::Box));
                let form = if route == Route::Memcpy { CopyForm::Memcpy } else { CopyForm::Assign };
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
                before.push(self.new(to, outer, Kind::Box));
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
                    self.call(None, Callee::Direct(function), vec![Expr::local(from), Expr::local(to)]),
                ];
                (inside, link(to))
            }
            Route::ReturnedStructure | Route::ReturnedPair => {
                let kind = if route == Route::ReturnedPair { Kind::Pair } else { Kind::Box };
                let part = |of| Place::Part(Variable::Local(of), Field::First);
                let stmts = vec![set(part(1), Expr::local(0)), Stmt::Return(Some(Expr::local(1)))];
                let function = self.function(&[Kind::Node, kind], 1, Some(kind), stmts);
                let to = self.local(kind);
                (vec![self.call(Some(whole(to)), Callee::Direct(function), vec![n])], part(to))
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
                before.push(self.new(to, outer, Kind::Box));
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
                (vec![self.call(None, Callee::Direct(function), vec![Expr::local(to), n])], link(to))
            }
            Route::Cache => {
                let to = self.local(Kind::BoxAt);
                before.push(self.new(to, outer, Kind::Box));
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
                let inside =
                    vec![set(cell.clone(), n), set(whole(slot), Expr::Address(cell))];
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
                let inside = vec![set(whole(from), n), self.call(None, Callee::Direct(function), args)];
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
        Way { before, inside, holder }
    }
}

fn set(to: Place, from: Expr) -> Stmt {
    Stmt::Assign(to, from)
}

fn block(stmts: Vec<Stmt>) -> Block {
    Block { declared: vec![], stmts }
}
