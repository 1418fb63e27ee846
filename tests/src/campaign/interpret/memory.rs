//! Regions, objects and places of a run.

use super::super::program::{Expr, Field, Kind, Place, Variable};
use super::trace::{Step, cycle};
use super::{Attempt, ENDED, Frame, Home, Machine, Region, Rule, Stop, Value};
use std::rc::Rc;

impl<'p> Machine<'p> {
    // ------------------------------------------------------------------------------------------- regions

    pub(super) fn push(&mut self, bounded: bool) -> usize {
        self.ended.push(false);
        self.regions.push(Region {
            life: self.ended.len() - 1,
            open: true,
            bounded,
        });
        self.stack.push(self.regions.len() - 1);
        self.regions.len() - 1
    }

    pub(super) fn pop(&mut self, region: usize) -> Attempt<()> {
        if !self.regions[region].open {
            return Err(Stop::Violation(Rule::Dangling, ENDED.to_owned()));
        }
        if self.stack.last() != Some(&region) {
            return Err(Stop::Violation(
                Rule::Balance,
                "a region is popped that is not innermost".to_owned(),
            ));
        }
        self.stack.pop();
        self.regions[region].open = false;
        self.end_life(region);
        Ok(())
    }

    pub(super) fn region(&mut self, frame: &Frame<'p>, handle: &Expr) -> Attempt<usize> {
        match self.value(frame, handle)? {
            Value::Region(region) if self.regions[region].open => Ok(region),
            Value::Region(_) => Err(Stop::Violation(Rule::Dangling, ENDED.to_owned())),
            _ => Err(Stop::Invalid("an operation on no region")),
        }
    }

    pub(super) fn end_life(&mut self, region: usize) {
        let life = self.regions[region].life;
        self.ended[life] = true;
        let younger: Vec<usize> = match self.stack.iter().position(|open| *open == region) {
            Some(at) => self.stack[at + 1..]
                .iter()
                .map(|open| self.regions[*open].life)
                .collect(),
            None => vec![],
        };
        let lives_on = |home: Home| match home {
            Home::Static | Home::Heap => true,
            Home::Life(other) => !self.ended[other] && !younger.contains(&other),
            Home::Stack => false,
        };
        self.stale |= self
            .objects
            .iter()
            .filter(|object| !object.gone && lives_on(object.home))
            .any(|object| {
                object.cells.iter().any(|cell| {
                matches!(cell, Value::Pointer(to, _) if self.objects[*to].home == Home::Life(life))
            })
            });
    }

    /// Notes an allocation, and refuses the fourth of a cycle.
    pub(super) fn count(&mut self, life: usize, site: usize) -> Attempt<()> {
        let trace: Rc<[Step]> = self.trace.clone().into();
        let earlier = self.puts.entry((life, site)).or_default();
        if earlier.iter().filter(|other| cycle(other, &trace)).count() >= 3 {
            return Err(Stop::Violation(
                Rule::Leak,
                format!("site {site} fills one region again and again"),
            ));
        }
        earlier.push(trace);
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- memory

    pub(super) fn access(&self, object: usize) -> Attempt<()> {
        match self.objects[object].home {
            Home::Life(life) if self.ended[life] => Err(Stop::Violation(
                Rule::Dangling,
                "an object is used after its region ended".to_owned(),
            )),
            Home::Stack | Home::Heap if self.objects[object].gone => {
                Err(Stop::Invalid("a variable or a freed object is used that is gone"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn load(&self, object: usize, cell: usize, count: usize) -> Attempt<Vec<Value>> {
        self.access(object)?;
        let cells = self.objects[object].cells.get(cell..cell + count);
        cells
            .map(<[Value]>::to_vec)
            .ok_or(Stop::Invalid("past the end of an object"))
    }

    pub(super) fn store(&mut self, object: usize, cell: usize, values: &[Value]) -> Attempt<()> {
        self.access(object)?;
        match self.objects[object].cells.get_mut(cell..cell + values.len()) {
            Some(cells) => cells.copy_from_slice(values),
            None => return Err(Stop::Invalid("past the end of an object")),
        }
        Ok(())
    }

    pub(super) fn write(&mut self, frame: &Frame<'p>, place: &Place, values: &[Value]) -> Attempt<()> {
        let (object, cell, _) = self.locate(frame, place)?;
        self.store(object, cell, values)
    }

    /// The object of a place, its first cell there and how many.
    pub(super) fn locate(&self, frame: &Frame<'p>, place: &Place) -> Attempt<(usize, usize, usize)> {
        let offset = |kind: Kind, field| {
            let at = kind.fields().iter().position(|other| *other == field);
            at.ok_or(Stop::Invalid("a field of another structure"))
        };
        Ok(match place {
            Place::Whole(variable) => {
                let (object, kind) = self.variable(frame, *variable)?;
                (object, 0, kind.cells())
            }
            Place::Part(variable, field) => {
                let (object, kind) = self.variable(frame, *variable)?;
                (object, offset(kind, *field)?, 1)
            }
            Place::Cell(variable, index) => (self.variable(frame, *variable)?.0, *index, 1),
            Place::Through(pointer, field) => {
                let (object, cell) = self.pointer(frame, pointer)?;
                let kind = if matches!(field, Field::First | Field::Second | Field::Number) {
                    Kind::Box
                } else {
                    Kind::Value
                };
                (object, cell + offset(kind, *field)?, 1)
            }
            Place::At(pointer, index) => {
                let (object, cell) = self.pointer(frame, pointer)?;
                (object, cell + index, 1)
            }
            Place::Object(pointer) => {
                let (object, cell) = self.pointer(frame, pointer)?;
                (object, cell, self.objects[object].cells.len() - cell)
            }
        })
    }

    pub(super) fn variable(&self, frame: &Frame<'p>, variable: Variable) -> Attempt<(usize, Kind)> {
        match variable {
            Variable::Local(index) => {
                let object = frame.locals[index].ok_or(Stop::Invalid("a variable out of scope"))?;
                Ok((object, frame.function.locals[index]))
            }
            Variable::Global(index) => Ok((self.globals[index], self.program.globals[index].kind)),
        }
    }

    pub(super) fn pointer(&self, frame: &Frame<'p>, pointer: &Expr) -> Attempt<(usize, usize)> {
        match self.value(frame, pointer)? {
            Value::Pointer(object, cell) => Ok((object, cell)),
            _ => Err(Stop::Invalid("no pointer")),
        }
    }

    pub(super) fn value(&self, frame: &Frame<'p>, expr: &Expr) -> Attempt<Value> {
        Ok(self.values(frame, expr)?[0])
    }

    pub(super) fn values(&self, frame: &Frame<'p>, expr: &Expr) -> Attempt<Vec<Value>> {
        Ok(match expr {
            Expr::Null => vec![Value::Null],
            Expr::Number(number) => vec![Value::Number(*number)],
            Expr::Read(place) => {
                let (object, cell, count) = self.locate(frame, place)?;
                self.load(object, cell, count)?
            }
            Expr::Address(place) => {
                let (object, cell, _) = self.locate(frame, place)?;
                vec![Value::Pointer(object, cell)]
            }
            Expr::Cast(_, inner) => self.values(frame, inner)?,
            Expr::Function(function) => vec![Value::Code(*function)],
        })
    }
}
