//! Types, names and expressions in C.

use super::super::program::{Expr, Field, Kind, Place, ROW, Variable};
use super::Writer;

pub(super) fn base(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "int ",
        Kind::Integer => "uintptr_t ",
        Kind::Node => "struct node *",
        Kind::Slot | Kind::Row => "struct node **",
        Kind::Any => "void *",
        Kind::BoxAt => "struct box *",
        Kind::Box => "struct box ",
        Kind::Pair => "struct pair ",
        Kind::Value => "struct node ",
        Kind::Array => "struct node *",
        Kind::Region => "croft_region ",
        Kind::Closure => "struct closure ",
        Kind::Code => "void (*",
    }
}

pub(super) fn declarator(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Array => format!("{}{name}[{ROW}]", base(kind)),
        Kind::Code => format!("{}{name})(struct box *, struct node *)", base(kind)),
        _ => format!("{}{name}", base(kind)),
    }
}

/// Zero as an expression.
pub(super) fn zero(kind: Kind) -> String {
    match kind {
        Kind::Number | Kind::Integer => "0".to_owned(),
        Kind::Box | Kind::Pair | Kind::Value | Kind::Closure => format!("({}){{0}}", base(kind).trim()),
        _ => "NULL".to_owned(),
    }
}

pub(super) fn field(field: Field) -> &'static str {
    match field {
        Field::Left => "left",
        Field::Right => "right",
        Field::Link => "link",
        Field::Value => "value",
        Field::First => "first",
        Field::Second => "second",
        Field::Number => "number",
        Field::Code => "code",
        Field::Context => "context",
    }
}

pub(super) fn stem(kind: Kind, index: usize) -> String {
    let stem = match kind {
        Kind::Number => "k",
        Kind::Integer => "u",
        Kind::Node => "n",
        Kind::Slot => "s",
        Kind::Row => "w",
        Kind::Any => "a",
        Kind::BoxAt => "x",
        Kind::Box => "y",
        Kind::Pair => "z",
        Kind::Value => "v",
        Kind::Array => "t",
        Kind::Region => "r",
        Kind::Closure => "f",
        Kind::Code => "h",
    };
    format!("{stem}{index}")
}

impl Writer<'_> {
    pub(super) fn kind_of(&self, place: &Place) -> Kind {
        let of = |variable: &Variable| match variable {
            Variable::Local(local) => self.function.locals[*local],
            Variable::Global(global) => self.program.globals[*global].kind,
        };
        match place {
            Place::Whole(variable) => of(variable),
            Place::Part(_, Field::Code) => Kind::Code,
            Place::Part(_, Field::Context) => Kind::BoxAt,
            Place::Part(_, Field::Number | Field::Value)
            | Place::Through(_, Field::Number | Field::Value) => Kind::Number,
            Place::Part(..) | Place::Cell(..) | Place::Through(..) | Place::At(..) => Kind::Node,
            Place::Object(_) => Kind::Box,
        }
    }

    pub(super) fn variable(&self, variable: Variable) -> String {
        match variable {
            Variable::Local(local) => stem(self.function.locals[local], local),
            Variable::Global(global) => format!("{}g{global}", self.prefix),
        }
    }

    pub(super) fn place(&self, place: &Place) -> String {
        match place {
            Place::Whole(variable) => self.variable(*variable),
            Place::Part(variable, part) => format!("{}.{}", self.variable(*variable), field(*part)),
            Place::Cell(variable, index) => format!("{}[{index}]", self.variable(*variable)),
            Place::Through(pointer, part) => format!("{}->{}", self.expr(pointer), field(*part)),
            Place::At(pointer, 0) => format!("(*{})", self.expr(pointer)),
            Place::At(pointer, index) => format!("{}[{index}]", self.expr(pointer)),
            Place::Object(pointer) => format!("(*{})", self.expr(pointer)),
        }
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Null => "NULL".to_owned(),
            Expr::Number(number) => number.to_string(),
            Expr::Read(place) => self.place(place),
            Expr::Address(place) => format!("(&{})", self.place(place)),
            Expr::Cast(kind, inner) => format!("(({}){})", base(*kind).trim(), self.expr(inner)),
            Expr::Function(function) => self.name_of(*function),
        }
    }
}
