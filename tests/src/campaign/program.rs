//! The programs of the campaign: a small language that is written as C and interpreted, with the same meaning.
//!
//! Every pointer is null or leads to an object, since declarations and allocations zero what they make. A statement that
//! would read through a null pointer does nothing; in C it stands under a condition. All that a program decides at run time
//! it asks of `choose`, and all that it reads it tells `observe`, so no compiler can leave a read out.

use std::collections::BTreeSet;

/// What a variable, a field or an expression holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `int`
    Number,
    /// `uintptr_t`
    Integer,
    /// `struct node *`
    Node,
    /// `struct node **`: one cell
    Slot,
    /// `struct node **`: the first of [`ROW`] cells
    Row,
    /// `void *`, always of a node
    Any,
    /// `struct box *`
    BoxAt,
    /// `struct box`: two pointers and a number, too large for registers
    Box,
    /// `struct pair`: a pointer and a number, which travel in registers
    Pair,
    /// `struct node`
    Value,
    /// `struct node *[ROW]`
    Array,
    /// `croft_region`
    Region,
    /// `struct closure`: a function and its context
    Closure,
    /// The type of a closure's function
    Code,
}

/// Cells of an array.
pub const ROW: usize = 4;

/// The parts of structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Of a node.
    Left,
    /// Of a node.
    Right,
    /// Of a node.
    Link,
    /// The number of a node.
    Value,
    /// Of a box or a pair.
    First,
    /// Of a box.
    Second,
    /// The number of a box or a pair.
    Number,
    /// The function of a closure.
    Code,
    /// The box of a closure.
    Context,
}

/// The pointers in a node.
pub const LINKS: [Field; 3] = [Field::Left, Field::Right, Field::Link];

impl Kind {
    /// The parts of a structure in memory, or nothing.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Kind::Value => &[Field::Left, Field::Right, Field::Link, Field::Value],
            Kind::Box => &[Field::First, Field::Second, Field::Number],
            Kind::Pair => &[Field::First, Field::Number],
            Kind::Closure => &[Field::Code, Field::Context],
            _ => &[],
        }
    }

    /// How many cells a variable has.
    pub fn cells(self) -> usize {
        match self {
            Kind::Array => ROW,
            _ => self.fields().len().max(1),
        }
    }

    /// What a pointer of this kind leads to.
    pub fn pointee(self) -> Option<Kind> {
        match self {
            Kind::Node | Kind::Any => Some(Kind::Value),
            Kind::BoxAt => Some(Kind::Box),
            Kind::Slot => Some(Kind::Node),
            Kind::Row => Some(Kind::Array),
            _ => None,
        }
    }
}

/// A variable: of the function, by its number there, or of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Parameters first.
    Local(usize),
    /// A static or thread-local one.
    Global(usize),
}

/// What can be read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// All of a variable.
    Whole(Variable),
    /// A field of a structure variable.
    Part(Variable, Field),
    /// A cell of an array variable.
    Cell(Variable, usize),
    /// `e->field`
    Through(Box<Expr>, Field),
    /// `e[index]`, and `*e` for 0.
    At(Box<Expr>, usize),
    /// The whole structure that `e` points to.
    Object(Box<Expr>),
}

/// An expression has no effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// `NULL`; zero for numbers and structures.
    Null,
    /// A number.
    Number(i64),
    /// The value of a place.
    Read(Place),
    /// Its address.
    Address(Place),
    /// A cast to the kind.
    Cast(Kind, Box<Expr>),
    /// A function of the program, by its number.
    Function(usize),
}

/// Whom a call calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function.
    Direct(usize),
    /// One of a constant table, by a number that the program has; as many functions as there are.
    Table(Vec<usize>, Variable),
    /// `variable ? first : second`
    Either(usize, usize, Variable),
    /// The function of a closure variable.
    Closure(Variable),
}

/// What an `if` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `choose(2)`
    Choice,
    /// Not null; a comparison is no use of the object.
    Set(Expr),
    /// The same pointer.
    Same(Expr, Expr),
}

/// How a loop is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopForm {
    /// `while (choose(2))`
    While,
    /// `for (int i = 0, n = choose(8); i < n; i++)`
    For,
    /// `do … while (choose(2));`
    Do,
    /// A label and `if (choose(2)) goto label;`
    Goto,
}

/// How a region is written that ends with its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionForm {
    /// `CROFT_REGION` in a block.
    Declared,
    /// `CROFT_SCOPE`; `break` and `continue` leave it alone.
    Scope,
}

/// How a structure is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// By an assignment.
    Assign,
    /// By `memcpy`.
    Memcpy,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    /// `to = choose(bound);`
    Choose(Variable, i64),
    /// An assignment.
    Assign(Place, Expr),
    /// A copy of a structure of this kind.
    Copy(Kind, Place, Place, CopyForm),
    /// A zeroed object: of `Value` or `Box`, or for `Array` a row.
    New {
        /// The variable that points to it then.
        to: Place,
        /// The handle.
        region: Expr,
        /// What it is.
        what: Kind,
        /// By `croft_try_alloc`.
        tried: bool,
        /// The number of this allocation, of which there is one in the program.
        site: usize,
    },
    /// A zeroed box on the heap.
    Malloc(Place),
    /// `free(e);`
    Free(Expr),
    /// `to = croft_push();`, or with a budget.
    Push(Variable, bool),
    /// `croft_pop(e);`
    Pop(Expr),
    /// `croft_reset(e);`
    Reset(Expr),
    /// A call.
    Call {
        /// Where the result goes.
        to: Option<Place>,
        /// Whom.
        callee: Callee,
        /// With what.
        args: Vec<Expr>,
        /// The number of this call, of which there is one in the program.
        site: usize,
    },
    /// Tells a value that was read: a number, or whether a pointer is null.
    Use(Kind, Expr),
    /// `croft_keepalive(e);`
    Keep(Expr),
    /// A choice of ways.
    If(Condition, Block, Block),
    /// A loop and its number, of which there is one in the program.
    Loop(LoopForm, usize, Block),
    /// A block, and the label after it.
    Block(Block, Option<usize>),
    /// A region for a block.
    Region(RegionForm, Variable, bool, Block),
    /// Leaves the loop.
    Break,
    /// Goes on with the loop.
    Continue,
    /// Goes to the end of the block with this label.
    Goto(usize),
    /// Returns.
    Return(Option<Expr>),
}

/// Statements, with the variables that live as long as they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Zero at the start.
    pub declared: Vec<usize>,
    /// In order.
    pub stmts: Vec<Stmt>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its variables: parameters first.
    pub locals: Vec<Kind>,
    /// How many are parameters.
    pub params: usize,
    /// Parameters that receive bounded regions only.
    pub bounded: Vec<usize>,
    /// What it returns.
    pub returns: Option<Kind>,
    /// Kept out of line.
    pub noinline: bool,
    /// What it does.
    pub body: Block,
}

/// A variable of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global {
    /// What it holds.
    pub kind: Kind,
    /// For each thread its own.
    pub thread_local: bool,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Zero at the start.
    pub globals: Vec<Global>,
    /// In any order.
    pub functions: Vec<Function>,
    /// The function that it starts at, which takes nothing.
    pub root: usize,
    /// The first number that no site, loop or label has.
    pub next: usize,
}

impl Program {
    /// A number for a site, a loop or a label.
    pub fn fresh(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// How many statements it has.
    pub fn size(&mut self) -> usize {
        let mut count = 0;
        self.each_block(&mut |_, block| count += block.stmts.len());
        count
    }

    /// The functions that the root leads to, in order: the others are not written.
    pub fn reachable(&self) -> BTreeSet<usize> {
        let mut reachable = BTreeSet::new();
        let mut work = vec![self.root];
        while let Some(index) = work.pop() {
            if reachable.insert(index) {
                mentioned(&self.functions[index].body, &mut work);
            }
        }
        reachable
    }

    /// Visits every block with its function's number, outer ones first.
    pub fn each_block(&mut self, visit: &mut dyn FnMut(usize, &mut Block)) {
        for (index, function) in self.functions.iter_mut().enumerate() {
            walk(&mut function.body, &mut |block| visit(index, block));
        }
    }
}

/// The functions that a block calls or names.
fn mentioned(block: &Block, into: &mut Vec<usize>) {
    for stmt in &block.stmts {
        match stmt {
            Stmt::Call {
                callee: Callee::Direct(function),
                ..
            }
            | Stmt::Assign(_, Expr::Function(function)) => {
                into.push(*function);
            }
            Stmt::Call {
                callee: Callee::Table(functions, _),
                ..
            } => into.extend(functions),
            Stmt::Call {
                callee: Callee::Either(first, second, _),
                ..
            } => into.extend([*first, *second]),
            _ => {}
        }
        stmt.blocks().into_iter().for_each(|block| mentioned(block, into));
    }
}

/// Visits a block and all blocks in it, outer ones first.
pub fn walk(block: &mut Block, visit: &mut dyn FnMut(&mut Block)) {
    visit(block);
    for stmt in &mut block.stmts {
        for inner in stmt.blocks_mut() {
            walk(inner, visit);
        }
    }
}

impl Stmt {
    /// The blocks in it.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Stmt::If(_, yes, no) => vec![yes, no],
            Stmt::Loop(_, _, body) | Stmt::Block(body, _) | Stmt::Region(_, _, _, body) => vec![body],
            _ => vec![],
        }
    }

    /// The blocks in it.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Stmt::If(_, yes, no) => vec![yes, no],
            Stmt::Loop(_, _, body) | Stmt::Block(body, _) | Stmt::Region(_, _, _, body) => vec![body],
            _ => vec![],
        }
    }
}

impl Stmt {
    /// The pointers that must not be null for the statement to do anything, in the order in which they are looked at.
    pub fn guards(&self) -> Vec<Expr> {
        let mut guards = Vec::new();
        let (places, exprs): (Vec<&Place>, Vec<&Expr>) = match self {
            Stmt::Assign(to, from) => (vec![to], vec![from]),
            Stmt::Copy(_, to, from, _) => (vec![to, from], vec![]),
            Stmt::New { to, region, .. } => (vec![to], vec![region]),
            Stmt::Malloc(to) => (vec![to], vec![]),
            Stmt::Free(e) | Stmt::Pop(e) | Stmt::Reset(e) | Stmt::Use(_, e) | Stmt::Return(Some(e)) => {
                (vec![], vec![e])
            }
            Stmt::Keep(e) => {
                e.guards(&mut guards);
                e.must_be_set(&mut guards);
                (vec![], vec![])
            }
            Stmt::Call { to, args, .. } => (to.iter().collect(), args.iter().collect()),
            Stmt::If(Condition::Set(e), ..) => (vec![], vec![e]),
            Stmt::If(Condition::Same(a, b), ..) => (vec![], vec![a, b]),
            _ => (vec![], vec![]),
        };
        places.into_iter().for_each(|place| place.guards(&mut guards));
        exprs.into_iter().for_each(|expr| expr.guards(&mut guards));
        guards
    }
}

impl Expr {
    fn guards(&self, into: &mut Vec<Expr>) {
        match self {
            Expr::Read(place) | Expr::Address(place) => place.guards(into),
            Expr::Cast(_, inner) => inner.guards(into),
            Expr::Null | Expr::Number(_) | Expr::Function(_) => {}
        }
    }

    fn must_be_set(&self, into: &mut Vec<Expr>) {
        if !matches!(self, Expr::Address(_)) && !into.contains(self) {
            into.push(self.clone());
        }
    }

    /// The value of a local variable.
    pub fn local(index: usize) -> Expr {
        Expr::Read(Place::Whole(Variable::Local(index)))
    }

    /// The value of a variable.
    pub fn of(variable: Variable) -> Expr {
        Expr::Read(Place::Whole(variable))
    }

    /// `self->field`, read.
    pub fn field(self, field: Field) -> Expr {
        Expr::Read(Place::Through(Box::new(self), field))
    }
}

impl Place {
    fn guards(&self, into: &mut Vec<Expr>) {
        if let Place::Through(e, _) | Place::At(e, _) | Place::Object(e) = self {
            e.guards(into);
            e.must_be_set(into);
        }
    }

    /// A local variable.
    pub fn local(index: usize) -> Place {
        Place::Whole(Variable::Local(index))
    }

    /// `pointer->field`
    pub fn through(pointer: Expr, field: Field) -> Place {
        Place::Through(Box::new(pointer), field)
    }
}
