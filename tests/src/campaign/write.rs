//! A program as C, with what `croft.h` offers.

mod expression;

use self::expression::{base, declarator, field, stem, zero};
use super::interpret::reads_memory;
use super::program::{
    Block, Callee, Condition, CopyForm, Expr, Function, Kind, LoopForm, Place, Program, ROW, RegionForm,
    Stmt, Variable,
};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What all programs of a file share.
pub const PRELUDE: &str = "#include <croft.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct node { struct node *left, *right, *link; int value; };
struct box { struct node *first, *second; int number; };
struct pair { struct node *first; long number; };
struct closure { void (*code)(struct box *, struct node *); struct box *context; };

CROFT_EFFECTS(\"pure\") extern int choose(int bound);
CROFT_EFFECTS(\"pure\") extern void observe(int value);
";

/// The symbol that a program starts at.
pub fn root(prefix: &str) -> String {
    format!("{prefix}root")
}

/// The C text of several programs: the names of each begin with `p` and its number.
pub fn file(programs: &[&Program]) -> String {
    let mut text = PRELUDE.to_owned();
    for (index, program) in programs.iter().enumerate() {
        text.push_str(&one(program, &prefix(index)));
    }
    text
}

/// What the names of the program of this number in its file begin with.
pub fn prefix(index: usize) -> String {
    format!("p{index}_")
}

/// The C text of one program without what all share.
pub fn one(program: &Program, prefix: &str) -> String {
    let mut writer = Writer {
        program,
        prefix,
        text: String::new(),
        indent: 0,
        ways: Vec::new(),
        known: BTreeSet::new(),
        function: &program.functions[0],
    };
    for (index, global) in program.globals.iter().enumerate() {
        let thread = if global.thread_local { "_Thread_local " } else { "" };
        let name = declarator(global.kind, &format!("{prefix}g{index}"));
        let _ = writeln!(writer.text, "static {thread}{name};");
    }
    let reachable = program.reachable();
    for index in &reachable {
        let head = writer.head(*index);
        let _ = writeln!(writer.text, "{head};");
    }
    for index in reachable {
        let function = &program.functions[index];
        writer.function = function;
        writer.known.clear();
        let head = writer.head(index);
        let _ = writeln!(writer.text, "\n{head}\n{{");
        writer.indent = 1;
        writer.block(&function.body);
        if let Some(kind) = function.returns {
            writer.line(&format!("return {};", zero(kind)));
        }
        writer.text.push_str("}\n");
    }
    writer.text
}

struct Writer<'p> {
    program: &'p Program,
    prefix: &'p str,
    text: String,
    indent: usize,
    /// What `break` leaves, the innermost last; a number for a loop that is written with `goto`.
    ways: Vec<Option<usize>>,
    /// The variables that are certainly not null.
    known: BTreeSet<usize>,
    function: &'p Function,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", self.indent * 4);
    }

    fn head(&self, index: usize) -> String {
        let function = &self.program.functions[index];
        let name = self.name_of(index);
        let params: Vec<String> = (0..function.params)
            .map(|param| match function.locals[param] {
                // An array is passed by its address.
                Kind::Array => declarator(Kind::Row, &stem(Kind::Row, param)),
                kind => declarator(kind, &stem(kind, param)),
            })
            .collect();
        let params = if params.is_empty() {
            "void".to_owned()
        } else {
            params.join(", ")
        };
        let linkage = if index == self.program.root { "" } else { "static " };
        let noinline = if function.noinline {
            "__attribute__((noinline)) "
        } else {
            ""
        };
        let bounded: String = function
            .bounded
            .iter()
            .map(|param| format!("CROFT_BOUNDED_PARAM({param}) "))
            .collect();
        let result = function.returns.map_or("void ", base);
        format!("{bounded}{noinline}{linkage}{result}{name}({params})")
    }

    fn name_of(&self, function: usize) -> String {
        if function == self.program.root {
            root(self.prefix)
        } else {
            format!("{}f{function}", self.prefix)
        }
    }

    fn block(&mut self, block: &Block) {
        for local in &block.declared {
            let kind = self.function.locals[*local];
            let value = match kind {
                Kind::Array => "{0}".to_owned(),
                Kind::Box | Kind::Pair | Kind::Value | Kind::Closure => "{0}".to_owned(),
                _ => zero(kind),
            };
            let name = declarator(kind, &stem(kind, *local));
            self.line(&format!("{name} = {value};"));
            self.known.remove(local);
        }
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
    }

    /// A block in braces; what is known before it is known in it.
    fn braces(&mut self, head: &str, block: &Block, learned: Option<usize>) {
        let known = self.known.clone();
        self.known.extend(learned);
        self.line(&format!("{head}{{"));
        self.indent += 1;
        self.block(block);
        self.indent -= 1;
        self.line("}");
        self.known = known;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let mut changed = BTreeSet::new();
        assigned(stmt, &mut changed);
        let guards: Vec<String> = stmt
            .guards()
            .iter()
            .filter(|guard| !matches!(guard, Expr::Read(Place::Whole(Variable::Local(local))) if self.known.contains(local)))
            .map(|guard| self.expr(guard))
            .collect();
        if matches!(stmt, Stmt::Loop(..)) {
            self.known.retain(|local| !changed.contains(local));
        }
        if guards.is_empty() {
            self.unguarded(stmt);
        } else {
            self.line(&format!("if ({})", guards.join(" && ")));
            self.indent += 1;
            self.unguarded(stmt);
            self.indent -= 1;
        }
        self.known.retain(|local| !changed.contains(local));
        if let Stmt::New {
            to: Place::Whole(Variable::Local(local)),
            tried: false,
            ..
        } = stmt
            && guards.is_empty()
        {
            self.known.insert(*local);
        }
    }

    /// The statement, as one of C.
    fn unguarded(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Choose(to, bound) => {
                let to = self.variable(*to);
                self.line(&format!("{to} = choose({bound});"));
            }
            Stmt::Assign(to, from) => self.assign(to, from),
            Stmt::Copy(kind, to, from, form) => {
                let (to, from) = (self.place(to), self.place(from));
                let head = field(kind.fields()[0]);
                let copy = match form {
                    CopyForm::Assign => format!("{to} = {from};"),
                    CopyForm::Memcpy => format!("memcpy(&{to}, &{from}, sizeof({}));", base(*kind).trim()),
                };
                self.line(&format!("{{ {copy} observe(({to}).{head} != NULL); }}"));
            }
            Stmt::New {
                to,
                region,
                what,
                tried,
                site,
            } => {
                let (to, region) = (self.place(to), self.expr(region));
                let how = if *tried { "TRY_" } else { "" };
                let (kind, made) = match what {
                    Kind::Array => (
                        Kind::Row,
                        format!("CROFT_{how}ARRAY({region}, struct node *, {ROW})"),
                    ),
                    Kind::Box => (Kind::BoxAt, format!("CROFT_{how}NEW({region}, struct box)")),
                    _ => (Kind::Node, format!("CROFT_{how}NEW({region}, struct node)")),
                };
                let zeroed = match what {
                    Kind::Array => format!("memset(made, 0, {ROW} * sizeof *made);"),
                    _ if site % 2 == 0 => "memset(made, 0, sizeof *made);".to_owned(),
                    _ => format!("*made = {};", zero(kind.pointee().unwrap_or(Kind::Value))),
                };
                let zeroed = if *tried {
                    format!("if (made) {zeroed}")
                } else {
                    zeroed
                };
                self.line(&format!(
                    "{{ {}made = {made}; {zeroed} {to} = made; }}",
                    base(kind)
                ));
            }
            Stmt::Malloc(to) => {
                let to = self.place(to);
                self.line(&format!(
                    "{{ struct box *made = malloc(sizeof *made); if (!made) abort(); *made = (struct box){{0}}; {to} = made; }}"
                ));
            }
            Stmt::Free(e) => self.operation("free", e),
            Stmt::Push(to, bounded) => {
                let to = self.variable(*to);
                let push = if *bounded {
                    "croft_push_bounded(1u << 20)"
                } else {
                    "croft_push()"
                };
                self.line(&format!("{to} = {push};"));
            }
            Stmt::Pop(e) => self.operation("croft_pop", e),
            Stmt::Reset(e) => self.operation("croft_reset", e),
            Stmt::Keep(e) => self.operation("croft_keepalive", e),
            Stmt::Call { to, callee, args, .. } => self.call(to.as_ref(), callee, args),
            Stmt::Use(kind, e) => {
                let text = self.expr(e);
                match kind {
                    Kind::Number => self.line(&format!("observe((int){text});")),
                    _ => self.line(&format!("observe({text} != NULL);")),
                }
            }
            Stmt::If(condition, yes, no) => self.branch(condition, yes, no),
            Stmt::Loop(form, id, body) => self.iterate(*form, *id, body),
            Stmt::Block(body, label) => {
                self.braces("", body, None);
                if let Some(label) = label {
                    self.line(&format!("l{label}: ;"));
                }
            }
            Stmt::Region(form, to, bounded, body) => {
                let name = self.variable(*to);
                let (suffix, budget) = if *bounded {
                    ("_BOUNDED", ", 1u << 20")
                } else {
                    ("", "")
                };
                match form {
                    RegionForm::Declared => {
                        self.line("{");
                        self.indent += 1;
                        self.line(&format!("CROFT_REGION{suffix}({name}{budget});"));
                        self.braces("", body, None);
                        self.indent -= 1;
                        self.line("}");
                    }
                    RegionForm::Scope => {
                        self.ways.push(None);
                        self.braces(&format!("CROFT_SCOPE{suffix}({name}{budget}) "), body, None);
                        self.ways.pop();
                    }
                }
            }
            Stmt::Break => match self.ways.last() {
                Some(Some(id)) => self.line(&format!("goto b{id};")),
                _ => self.line("break;"),
            },
            Stmt::Continue => match self.ways.last() {
                Some(Some(id)) => self.line(&format!("goto c{id};")),
                _ => self.line("continue;"),
            },
            Stmt::Goto(label) => self.line(&format!("goto l{label};")),
            Stmt::Return(None) => self.line("return;"),
            Stmt::Return(Some(Expr::Null)) => {
                self.line(&format!(
                    "return {};",
                    zero(self.function.returns.unwrap_or(Kind::Node))
                ));
            }
            Stmt::Return(Some(e)) => {
                let text = self.expr(e);
                self.line(&format!("return {text};"));
            }
        }
    }

    fn operation(&mut self, name: &str, argument: &Expr) {
        let argument = self.expr(argument);
        self.line(&format!("{name}({argument});"));
    }

    fn assign(&mut self, to: &Place, from: &Expr) {
        let kind = self.kind_of(to);
        let target = self.place(to);
        match (kind, from) {
            (Kind::Array, Expr::Null) => self.line(&format!("memset({target}, 0, sizeof {target});")),
            (_, Expr::Null) => self.line(&format!("{target} = {};", zero(kind))),
            _ if reads_memory(from) => {
                let value = self.expr(from);
                self.line(&format!(
                    "{{ {} = {value}; observe(read != 0); {target} = read; }}",
                    declarator(kind, "read")
                ));
            }
            _ => {
                let value = self.expr(from);
                self.line(&format!("{target} = {value};"));
            }
        }
    }

    fn call(&mut self, to: Option<&Place>, callee: &Callee, args: &[Expr]) {
        let function = match callee {
            Callee::Direct(function) | Callee::Either(function, ..) => Some(*function),
            Callee::Table(functions, _) => functions.first().copied(),
            Callee::Closure(_) => None,
        };
        let args: Vec<String> = args
            .iter()
            .enumerate()
            .map(|(index, arg)| match (arg, function) {
                (Expr::Null, Some(function)) => zero(self.program.functions[function].locals[index]),
                _ => self.expr(arg),
            })
            .collect();
        let to = to.map_or(String::new(), |to| format!("{} = ", self.place(to)));
        let args = args.join(", ");
        let text = match callee {
            Callee::Direct(function) => format!("{to}{}({args});", self.name_of(*function)),
            Callee::Table(functions, by) => {
                let names: Vec<String> = functions.iter().map(|function| self.name_of(*function)).collect();
                format!(
                    "{{ static __typeof__({}) *const table[] = {{{}}}; {to}table[(unsigned){} % {}u]({args}); }}",
                    names[0],
                    names.join(", "),
                    self.variable(*by),
                    names.len()
                )
            }
            Callee::Either(first, second, by) => {
                let by = self.variable(*by);
                format!(
                    "{to}({by} ? {} : {})({args});",
                    self.name_of(*first),
                    self.name_of(*second)
                )
            }
            Callee::Closure(variable) => format!("{to}{}.code({args});", self.variable(*variable)),
        };
        self.line(&text);
    }

    fn branch(&mut self, condition: &Condition, yes: &Block, no: &Block) {
        let mut learned = None;
        let text = match condition {
            Condition::Choice => "choose(2)".to_owned(),
            Condition::Set(e) => {
                if let Expr::Read(Place::Whole(Variable::Local(local))) = e {
                    learned = Some(*local);
                }
                format!("{} != NULL", self.expr(e))
            }
            Condition::Same(a, b) => format!("{} == {}", self.expr(a), self.expr(b)),
        };
        self.braces(&format!("if ({text}) "), yes, learned);
        if *no != Block::default() {
            self.braces("else ", no, None);
        }
    }

    fn iterate(&mut self, form: LoopForm, id: usize, body: &Block) {
        self.ways.push((form == LoopForm::Goto).then_some(id));
        match form {
            LoopForm::While => self.braces("while (choose(2)) ", body, None),
            LoopForm::For => {
                let head = format!("for (int i{id} = 0, e{id} = choose(8); i{id} < e{id}; i{id}++) ");
                self.braces(&head, body, None);
            }
            LoopForm::Do => {
                self.braces("do ", body, None);
                self.line("while (choose(2));");
            }
            LoopForm::Goto => {
                // One statement, as every loop is: it may stand under a condition.
                self.line("{");
                self.line(&format!("g{id}: ;"));
                self.braces("", body, None);
                self.line(&format!("c{id}: ;"));
                self.line(&format!("if (choose(2)) goto g{id};"));
                self.line(&format!("b{id}: ;"));
                self.line("}");
            }
        }
        self.ways.pop();
    }
}

/// The local variables that a statement may change.
fn assigned(stmt: &Stmt, into: &mut BTreeSet<usize>) {
    let mut places = Vec::new();
    let mut addresses = |expr: &Expr| {
        if let Expr::Address(Place::Whole(Variable::Local(local))) = expr {
            into.insert(*local);
        }
    };
    match stmt {
        Stmt::Choose(to, _) | Stmt::Push(to, _) => places.push(Place::Whole(*to)),
        Stmt::Assign(to, from) => {
            addresses(from);
            places.push(to.clone());
        }
        Stmt::Copy(_, to, ..) | Stmt::New { to, .. } | Stmt::Malloc(to) => places.push(to.clone()),
        Stmt::Call { to, args, .. } => {
            args.iter().for_each(addresses);
            places.extend(to.clone());
        }
        _ => {}
    }
    for place in places {
        if let Place::Whole(Variable::Local(local)) = place {
            into.insert(local);
        }
    }
    for block in stmt.blocks() {
        block.stmts.iter().for_each(|stmt| assigned(stmt, into));
    }
}
