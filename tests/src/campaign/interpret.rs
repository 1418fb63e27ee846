//! The oracle: runs a program on what `choose` answers and says what goes wrong.
//!
//! Its semantics are its own and share nothing with the checker. Every object knows the region life that it belongs to, every
//! pointer its object and the cell in it. A run ends with the first violation:
//! - *dangling*: a read, a write or a `keepalive` through a pointer whose object has ended, an operation on a region that
//!   has ended, or an object of a region that is freed;
//! - *balance*: a pop of a region that is not innermost, an end with a region open;
//! - *leak*: four allocations of one site in one region life, each two of which lie in two iterations of one run of a loop,
//!   or in two activations of a recursion, with the same calls and loops from there to the allocation. Such a trace is a
//!   cycle through the allocation that nothing bounds. (Three could still be what a program does that hands
//!   two regions round.)
//!
//! A pointer into an ended region that stays in a longer-lived place is only noted: reading it there is no violation, using it
//! is. What C forbids for reasons of its own (a pointer to a variable that is gone, freed memory) makes a run invalid.

mod memory;
mod trace;

use self::trace::Step;
use super::program::{
    Block, Callee, Condition, Expr, Field, Function, Kind, LoopForm, Place, Program, RegionForm, Stmt,
    Variable,
};
use std::collections::HashMap;
use std::rc::Rc;

/// What a run violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// R02.
    Balance,
    /// R03.
    Leak,
    /// R04.
    Dangling,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was wrong.
    Right,
    /// The first violation.
    Violation(Rule, String),
    /// Nothing that the checker promises anything about.
    Invalid(&'static str),
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// Of all that was told to `observe`.
    pub checksum: u32,
    /// A region ended while a pointer into it was in a longer-lived place.
    pub stale: bool,
}

/// More statements than any run of a sensible program executes.
const FUEL: usize = 20_000;
/// More calls in one another than any run of a sensible program makes.
const DEPTH: usize = 160;

const ENDED: &str = "an operation on a region that has ended";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Null,
    Number(i64),
    Pointer(usize, usize),
    Region(usize),
    Code(usize),
}

/// To whom an object belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Stack,
    Static,
    Heap,
    Life(usize),
}

struct Object {
    cells: Vec<Value>,
    home: Home,
    /// Of objects on the stack and the heap; the others live as their region does.
    gone: bool,
}

struct Region {
    life: usize,
    open: bool,
    bounded: bool,
}

enum Stop {
    Violation(Rule, String),
    Invalid(&'static str),
}

enum Flow {
    Next,
    Break,
    Continue,
    Goto(usize),
    Return(Vec<Value>),
}

type Attempt<T> = Result<T, Stop>;

/// Runs a program; see [`super::draws::choices`].
pub fn run(program: &Program, choices: &[u8]) -> Run {
    run_for(program, choices, true)
}

/// The same, but allocations are not counted: for comparing with a native run, which does not count them either.
pub fn run_without_leaks(program: &Program, choices: &[u8]) -> Run {
    run_for(program, choices, false)
}

fn run_for(program: &Program, choices: &[u8], leaks: bool) -> Run {
    let mut machine = Machine {
        program,
        choices,
        leaks,
        objects: Vec::new(),
        globals: Vec::new(),
        regions: Vec::new(),
        stack: Vec::new(),
        ended: Vec::new(),
        trace: Vec::new(),
        puts: HashMap::new(),
        activations: 0,
        fuel: FUEL,
        depth: 0,
        checksum: 0,
        stale: false,
    };
    for global in &program.globals {
        let object = machine.object(Home::Static, global.kind.cells());
        machine.globals.push(object);
    }
    let result = machine.call(program.root, usize::MAX, vec![]);
    let outcome = match result {
        Ok(_) if machine.stack.is_empty() => Outcome::Right,
        Ok(_) => Outcome::Violation(Rule::Balance, "the program ends with a region open".to_owned()),
        Err(Stop::Violation(rule, text)) => Outcome::Violation(rule, text),
        Err(Stop::Invalid(why)) => Outcome::Invalid(why),
    };
    Run {
        outcome,
        checksum: machine.checksum,
        stale: machine.stale,
    }
}

struct Machine<'p> {
    program: &'p Program,
    choices: &'p [u8],
    leaks: bool,
    objects: Vec<Object>,
    globals: Vec<usize>,
    regions: Vec<Region>,
    /// The open regions, the innermost last.
    stack: Vec<usize>,
    /// Whether a life has ended.
    ended: Vec<bool>,
    trace: Vec<Step>,
    puts: HashMap<(usize, usize), Vec<Rc<[Step]>>>,
    activations: usize,
    fuel: usize,
    depth: usize,
    checksum: u32,
    stale: bool,
}

/// The variables of a running function.
struct Frame<'p> {
    function: &'p Function,
    /// The object of each variable that is in scope.
    locals: Vec<Option<usize>>,
}

impl<'p> Machine<'p> {
    fn choose(&mut self, bound: i64) -> i64 {
        match self.choices.split_first() {
            Some((first, rest)) => {
                self.choices = rest;
                i64::from(*first) % bound
            }
            None => 0,
        }
    }

    fn observe(&mut self, value: i64) {
        self.checksum = self.checksum.wrapping_mul(31).wrapping_add(value as u32);
    }

    fn object(&mut self, home: Home, cells: usize) -> usize {
        self.objects.push(Object {
            cells: vec![Value::Null; cells],
            home,
            gone: false,
        });
        self.objects.len() - 1
    }

    fn activation(&mut self) -> usize {
        self.activations += 1;
        self.activations
    }

    fn call(&mut self, function: usize, site: usize, args: Vec<Vec<Value>>) -> Attempt<Vec<Value>> {
        let callee: &'p Function = &self.program.functions[function];
        if self.depth == DEPTH {
            return Err(Stop::Invalid("the recursion is too deep"));
        }
        self.depth += 1;
        let mut frame = Frame {
            function: callee,
            locals: vec![None; callee.locals.len()],
        };
        for (index, value) in args.into_iter().enumerate() {
            let object = self.object(Home::Stack, callee.locals[index].cells());
            self.objects[object].cells = value;
            frame.locals[index] = Some(object);
        }
        let activation = self.activation();
        self.trace.push(Step::Call {
            function,
            site,
            activation,
        });
        let flow = self.block(&mut frame, &callee.body)?;
        self.trace.pop();
        self.depth -= 1;
        for local in frame.locals[..callee.params].iter().flatten() {
            self.objects[*local].gone = true;
        }
        Ok(match flow {
            Flow::Return(value) => value,
            _ => vec![Value::Null; callee.returns.map_or(1, Kind::cells)],
        })
    }

    fn block(&mut self, frame: &mut Frame<'p>, block: &'p Block) -> Attempt<Flow> {
        for local in &block.declared {
            let object = self.object(Home::Stack, frame.function.locals[*local].cells());
            frame.locals[*local] = Some(object);
        }
        let mut flow = Flow::Next;
        for stmt in &block.stmts {
            flow = self.stmt(frame, stmt)?;
            if !matches!(flow, Flow::Next) {
                break;
            }
        }
        for local in &block.declared {
            if let Some(object) = frame.locals[*local].take() {
                self.objects[object].gone = true;
            }
        }
        Ok(flow)
    }

    fn stmt(&mut self, frame: &mut Frame<'p>, stmt: &'p Stmt) -> Attempt<Flow> {
        self.fuel = self
            .fuel
            .checked_sub(1)
            .ok_or(Stop::Invalid("the run is too long"))?;
        for guard in stmt.guards() {
            if self.value(frame, &guard)? == Value::Null {
                return Ok(Flow::Next);
            }
        }
        match stmt {
            Stmt::Choose(to, bound) => {
                let answer = self.choose(*bound);
                self.write(frame, &Place::Whole(*to), &[Value::Number(answer)])?;
            }
            Stmt::Assign(to, from) => {
                let mut values = self.values(frame, from)?;
                let (object, cell, count) = self.locate(frame, to)?;
                if *from == Expr::Null {
                    values = vec![Value::Null; count];
                }
                self.store(object, cell, &values)?;
                if reads_memory(from) {
                    self.observe(i64::from(values[0] != Value::Null));
                }
            }
            Stmt::Copy(kind, to, from, _form) => {
                let (object, cell, _) = self.locate(frame, from)?;
                let values = self.load(object, cell, kind.cells())?;
                let (object, cell, _) = self.locate(frame, to)?;
                self.store(object, cell, &values)?;
                self.observe(i64::from(values[0] != Value::Null));
            }
            Stmt::New {
                to,
                region,
                what,
                site,
                ..
            } => {
                let region = self.region(frame, region)?;
                let life = self.regions[region].life;
                if self.leaks && !self.regions[region].bounded {
                    self.count(life, *site)?;
                }
                let object = self.object(Home::Life(life), what.cells());
                self.write(frame, to, &[Value::Pointer(object, 0)])?;
            }
            Stmt::Malloc(to) => {
                let object = self.object(Home::Heap, Kind::Box.cells());
                self.write(frame, to, &[Value::Pointer(object, 0)])?;
            }
            Stmt::Free(pointer) => match self.value(frame, pointer)? {
                Value::Null => {}
                Value::Pointer(object, _) => match self.objects[object].home {
                    Home::Heap if !self.objects[object].gone => self.objects[object].gone = true,
                    Home::Life(_) => {
                        return Err(Stop::Violation(
                            Rule::Dangling,
                            "an object of a region is freed".to_owned(),
                        ));
                    }
                    _ => return Err(Stop::Invalid("free of what malloc did not return")),
                },
                _ => return Err(Stop::Invalid("free of no pointer")),
            },
            Stmt::Push(to, bounded) => {
                let region = self.push(*bounded);
                self.write(frame, &Place::Whole(*to), &[Value::Region(region)])?;
            }
            Stmt::Pop(region) => {
                let region = self.region(frame, region)?;
                self.pop(region)?;
            }
            Stmt::Reset(region) => {
                let region = self.region(frame, region)?;
                self.end_life(region);
                self.ended.push(false);
                self.regions[region].life = self.ended.len() - 1;
            }
            Stmt::Call {
                to,
                callee,
                args,
                site,
            } => {
                let function = self.callee(frame, callee)?;
                let kinds = &self.program.functions[function].locals;
                let args = args
                    .iter()
                    .zip(kinds)
                    .map(|(arg, kind)| match arg {
                        Expr::Null => Ok(vec![Value::Null; kind.cells()]),
                        _ => self.values(frame, arg),
                    })
                    .collect::<Attempt<Vec<_>>>()?;
                // C leaves open when the place of the result is looked up: it is a variable (see `generate`).
                let result = self.call(function, *site, args)?;
                if let Some(to) = to {
                    self.write(frame, to, &result)?;
                }
            }
            Stmt::Use(kind, value) => {
                let value = match (self.value(frame, value)?, kind) {
                    (Value::Number(number), Kind::Number) => number,
                    (Value::Null, _) => 0,
                    _ => 1,
                };
                self.observe(value);
            }
            Stmt::Keep(pointer) => {
                if let Value::Pointer(object, _) = self.value(frame, pointer)? {
                    self.access(object)?;
                }
            }
            Stmt::If(condition, yes, no) => {
                let taken = match condition {
                    Condition::Choice => self.choose(2) == 1,
                    Condition::Set(e) => self.value(frame, e)? != Value::Null,
                    Condition::Same(a, b) => self.value(frame, a)? == self.value(frame, b)?,
                };
                return self.block(frame, if taken { yes } else { no });
            }
            Stmt::Loop(form, id, body) => return self.iterate(frame, *form, *id, body),
            Stmt::Block(body, label) => {
                return Ok(match self.block(frame, body)? {
                    Flow::Goto(target) if Some(target) == *label => Flow::Next,
                    flow => flow,
                });
            }
            Stmt::Region(form, to, bounded, body) => {
                let region = self.push(*bounded);
                let object = self.object(Home::Stack, 1);
                self.objects[object].cells = vec![Value::Region(region)];
                let Variable::Local(local) = to else {
                    return Err(Stop::Invalid("a region variable of the program"));
                };
                frame.locals[*local] = Some(object);
                let flow = self.block(frame, body)?;
                // The variable is what the end pops, even if something else was assigned to it.
                let Value::Region(region) = self.objects[object].cells[0] else {
                    return Err(Stop::Invalid("no region"));
                };
                self.objects[object].gone = true;
                frame.locals[*local] = None;
                self.pop(region)?;
                return Ok(match (form, flow) {
                    (RegionForm::Scope, Flow::Break | Flow::Continue) => Flow::Next,
                    (_, flow) => flow,
                });
            }
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
            Stmt::Goto(label) => return Ok(Flow::Goto(*label)),
            Stmt::Return(None) => return Ok(Flow::Return(vec![Value::Null])),
            Stmt::Return(Some(Expr::Null)) => {
                let cells = frame.function.returns.map_or(1, Kind::cells);
                return Ok(Flow::Return(vec![Value::Null; cells]));
            }
            Stmt::Return(Some(value)) => return Ok(Flow::Return(self.values(frame, value)?)),
        }
        Ok(Flow::Next)
    }

    fn iterate(
        &mut self,
        frame: &mut Frame<'p>,
        form: LoopForm,
        id: usize,
        body: &'p Block,
    ) -> Attempt<Flow> {
        let rounds = if form == LoopForm::For {
            self.choose(8)
        } else {
            i64::MAX
        };
        let activation = self.activation();
        let mut iteration = 0;
        let mut result = Flow::Next;
        while (iteration as i64) < rounds {
            if form == LoopForm::While && self.choose(2) == 0 {
                break;
            }
            self.trace.push(Step::Loop {
                id,
                activation,
                iteration,
            });
            let flow = self.block(frame, body)?;
            self.trace.pop();
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                flow => {
                    result = flow;
                    break;
                }
            }
            if matches!(form, LoopForm::Do | LoopForm::Goto) && self.choose(2) == 0 {
                break;
            }
            iteration += 1;
        }
        Ok(result)
    }

    fn callee(&mut self, frame: &Frame<'p>, callee: &Callee) -> Attempt<usize> {
        let number = |variable: &Variable| {
            Ok(match self.value(frame, &Expr::of(*variable))? {
                Value::Number(number) => number,
                _ => 0,
            })
        };
        Ok(match callee {
            Callee::Direct(function) => *function,
            Callee::Table(functions, by) => functions[number(by)? as usize % functions.len()],
            Callee::Either(first, second, by) => {
                if number(by)? == 0 {
                    *second
                } else {
                    *first
                }
            }
            Callee::Closure(variable) => {
                match self.value(frame, &Expr::Read(Place::Part(*variable, Field::Code)))? {
                    Value::Code(function) => function,
                    _ => return Err(Stop::Invalid("a call of no function")),
                }
            }
        })
    }
}

/// Whether an assignment of this tells what it read (see `write`).
pub fn reads_memory(expr: &Expr) -> bool {
    match expr {
        Expr::Read(place) => matches!(place, Place::Through(..) | Place::At(..) | Place::Object(_)),
        Expr::Cast(_, inner) => reads_memory(inner),
        _ => false,
    }
}
