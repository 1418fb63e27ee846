//! One fault for a program that is right.
//!
//! A fault in the order of operations changes what is there: a pop is dropped, doubled, swapped, moved; an allocation goes
//! into another region; a way out skips a pop. A fault in where pointers go is a [route](super::leak), laid
//! somewhere into the program. Whether the mutant violates anything only the oracle knows.

use super::draws::Draws;
use super::leak::{self, Route};
use super::program::{Block, Callee, Condition, Expr, Field, Kind, Place, Program, Stmt, Variable};
use super::scope;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A region is not popped.
    DroppedPop,
    /// It is popped twice.
    DoubledPop,
    /// An outer region is popped before an inner one.
    SwappedPops,
    /// A pop moves up into the region's body.
    EarlyPop,
    /// An object is made in another region: in a loop, in one from outside it.
    HoistedAllocation,
    /// A push moves out of a loop, the pop stays in it.
    HoistedPush,
    /// A pop moves out of a loop, the push stays in it.
    SunkPop,
    /// A `break` skips a pop.
    SkippedByBreak,
    /// A `continue` skips a pop.
    SkippedByContinue,
    /// A `return` skips a pop.
    SkippedByReturn,
    /// A `goto` skips a pop.
    SkippedByGoto,
    /// A region is reset where objects of it are still needed.
    EarlyReset,
    /// A longer-lived place is not cleared in time.
    DroppedClear,
    /// A pointer leaves its region.
    Leak(Route),
}

impl Fault {
    /// All kinds.
    pub fn all() -> Vec<Fault> {
        let mut all = vec![
            Fault::DroppedPop,
            Fault::DoubledPop,
            Fault::SwappedPops,
            Fault::EarlyPop,
            Fault::HoistedAllocation,
            Fault::HoistedPush,
            Fault::SunkPop,
            Fault::SkippedByBreak,
            Fault::SkippedByContinue,
            Fault::SkippedByReturn,
            Fault::SkippedByGoto,
            Fault::EarlyReset,
            Fault::DroppedClear,
        ];
        all.extend(Route::ALL.map(Fault::Leak));
        all
    }

    /// Its name in tables.
    pub fn name(self) -> String {
        let words = |text: String| {
            let mut name = String::new();
            for letter in text.chars() {
                if letter.is_uppercase() && !name.is_empty() {
                    name.push(' ');
                }
                name.extend(letter.to_lowercase());
            }
            name
        };
        match self {
            Fault::Leak(route) => format!("leak: {}", words(format!("{route:?}"))),
            other => words(format!("{other:?}")),
        }
    }
}

/// The program with one fault of a kind, if there is a place for it.
pub fn mutate(program: &Program, fault: Fault, draws: &mut Draws<'_>) -> Option<Program> {
    let mut mutant = program.clone();
    match fault {
        Fault::Leak(route) => leak::splice(&mut mutant, route, leak::Use::TooLate, draws)?,
        _ => {
            // Regions in which something happens.
            let routes: &[Route] = match fault {
                Fault::DroppedClear => &LENDING,
                Fault::HoistedAllocation | Fault::HoistedPush | Fault::SunkPop => &[Route::LoopCarried],
                Fault::SkippedByBreak | Fault::SkippedByContinue => &[Route::LoopCarried],
                _ => &Route::ALL,
            };
            if draws.percent(80)
                && let Some(route) = draws.pick(routes)
            {
                leak::splice(&mut mutant, route, leak::Use::InTime, draws);
            }
            change(&mut mutant, fault, draws)?;
        }
    }
    scope::is_well_formed(&mutant).then_some(mutant)
}

/// The routes that need a place to be cleared which the end of the program can still read.
const LENDING: [Route; 5] = [
    Route::Global,
    Route::GlobalByCallee,
    Route::ThreadLocal,
    Route::GlobalStructure,
    Route::GlobalArray,
];

/// A statement: the number of its block in the order of [`Program::each_block`], and its own there.
type Spot = (usize, usize);

fn spots(program: &mut Program, mut fits: impl FnMut(&Block, usize) -> bool) -> Vec<Spot> {
    let mut spots = Vec::new();
    let mut number = 0;
    program.each_block(&mut |_, block| {
        spots.extend(
            (0..block.stmts.len())
                .filter(|at| fits(block, *at))
                .map(|at| (number, at)),
        );
        number += 1;
    });
    spots
}

fn edit<T>(program: &mut Program, spot: Spot, change: impl FnOnce(&mut Block, usize) -> T) -> Option<T> {
    let mut change = Some(change);
    let mut result = None;
    let mut number = 0;
    program.each_block(&mut |_, block| {
        if number == spot.0
            && let Some(change) = change.take()
        {
            result = Some(change(block, spot.1));
        }
        number += 1;
    });
    result
}

/// The functions that pop their parameter.
fn closers(program: &Program) -> Vec<usize> {
    (0..program.functions.len())
        .filter(|index| program.functions[*index].body.stmts == [Stmt::Pop(Expr::local(0))])
        .collect()
}

/// The handle of a region that a statement ends.
fn ended(stmt: &Stmt, closers: &[usize]) -> Option<Expr> {
    match stmt {
        Stmt::Pop(handle) => Some(handle.clone()),
        Stmt::Call {
            callee: Callee::Direct(function),
            args,
            ..
        } if closers.contains(function) => args.first().cloned(),
        _ => None,
    }
}

/// Makes every declared region one that statements open and end, so that there is something to change.
fn spell_out(program: &mut Program) {
    program.each_block(&mut |_, block| {
        let mut stmts = Vec::new();
        for stmt in std::mem::take(&mut block.stmts) {
            match stmt {
                Stmt::Region(_, handle, bounded, body) if !leaves(&body) => {
                    if let Variable::Local(local) = handle {
                        block.declared.push(local);
                    }
                    stmts.push(Stmt::Push(handle, bounded));
                    stmts.push(Stmt::Block(body, None));
                    stmts.push(Stmt::Pop(Expr::of(handle)));
                }
                other => stmts.push(other),
            }
        }
        block.stmts = stmts;
    });
}

/// Whether a block has a way out that would skip what follows it.
fn leaves(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| {
        matches!(
            stmt,
            Stmt::Break | Stmt::Continue | Stmt::Goto(_) | Stmt::Return(_)
        ) || stmt.blocks().into_iter().any(leaves)
    })
}

fn change(program: &mut Program, fault: Fault, draws: &mut Draws<'_>) -> Option<()> {
    if draws.one_in(2) || fault != Fault::DroppedPop {
        spell_out(program);
    }
    let closers = closers(program);
    let ends = |stmt: Option<&Stmt>| stmt.and_then(|stmt| ended(stmt, &closers));
    // A region's body and its end after it.
    let region = |block: &Block, at: usize| {
        matches!(block.stmts[at], Stmt::Block(..)) && ends(block.stmts.get(at + 1)).is_some()
    };
    match fault {
        Fault::DroppedPop => {
            let spot = draws.pick(&spots(program, |block, at| ends(block.stmts.get(at)).is_some()))?;
            edit(program, spot, |block, at| block.stmts.remove(at))?;
        }
        Fault::DoubledPop => {
            let spot = draws.pick(&spots(program, |block, at| ends(block.stmts.get(at)).is_some()))?;
            edit(program, spot, |block, at| {
                block.stmts.insert(at, block.stmts[at].clone())
            })?;
        }
        Fault::SwappedPops => swap(program, draws, &closers)?,
        Fault::EarlyPop | Fault::EarlyReset => {
            let spot = draws.pick(&spots(program, |block, at| region(block, at)))?;
            let position = draws.below(8);
            edit(program, spot, |block, at| {
                let end = if fault == Fault::EarlyPop {
                    block.stmts.remove(at + 1)
                } else {
                    Stmt::Reset(ended(&block.stmts[at + 1], &closers)?)
                };
                let Stmt::Block(body, _) = &mut block.stmts[at] else {
                    return None;
                };
                let position = position.min(body.stmts.len());
                body.stmts.insert(position, end);
                Some(())
            })??;
        }
        Fault::HoistedAllocation => {
            // A region around the loop takes what one inside the loop took.
            let spot = draws.pick(&spots(program, |block, at| match &block.stmts[at] {
                Stmt::Loop(_, _, body) => allocates(body),
                _ => false,
            }))?;
            let mut number = 0;
            let mut owner = 0;
            program.each_block(&mut |function, _| {
                if number == spot.0 {
                    owner = function;
                }
                number += 1;
            });
            let outer = program.functions[owner].locals.len();
            program.functions[owner].locals.push(Kind::Region);
            edit(program, spot, |block, at| {
                let mut moved = false;
                if let Stmt::Loop(_, _, body) = &mut block.stmts[at] {
                    super::program::walk(body, &mut |block| {
                        for stmt in &mut block.stmts {
                            if let Stmt::New { region, .. } = stmt
                                && !moved
                            {
                                *region = Expr::local(outer);
                                moved = true;
                            }
                        }
                    });
                }
                let all = Block {
                    declared: vec![],
                    stmts: vec![block.stmts.remove(at)],
                };
                // Only a declared region leaves `break` and `continue` alone.
                let form = super::program::RegionForm::Declared;
                block
                    .stmts
                    .insert(at, Stmt::Region(form, Variable::Local(outer), false, all));
            })?;
        }
        Fault::HoistedPush | Fault::SunkPop => hoist(program, fault, draws, &closers)?,
        Fault::SkippedByBreak | Fault::SkippedByContinue | Fault::SkippedByReturn | Fault::SkippedByGoto => {
            let spot = draws.pick(&spots(program, |block, at| region(block, at)))?;
            let label = program.fresh();
            let position = draws.below(8);
            edit(program, spot, |block, at| {
                let way = match fault {
                    Fault::SkippedByBreak => Stmt::Break,
                    Fault::SkippedByContinue => Stmt::Continue,
                    Fault::SkippedByGoto => Stmt::Goto(label),
                    _ => Stmt::Return(Some(Expr::Null)),
                };
                if fault == Fault::SkippedByGoto {
                    let both = Block {
                        declared: vec![],
                        stmts: block.stmts.drain(at..at + 2).collect(),
                    };
                    block.stmts.insert(at, Stmt::Block(both, Some(label)));
                    let Stmt::Block(both, _) = &mut block.stmts[at] else {
                        return;
                    };
                    skip(&mut both.stmts[0], position, way);
                } else {
                    skip(&mut block.stmts[at], position, way);
                }
            })?;
            // A function without a result returns none.
            for function in &mut program.functions {
                if function.returns.is_none() {
                    super::program::walk(&mut function.body, &mut |block| {
                        for stmt in &mut block.stmts {
                            if matches!(stmt, Stmt::Return(Some(Expr::Null))) {
                                *stmt = Stmt::Return(None);
                            }
                        }
                    });
                }
            }
        }
        Fault::DroppedClear => {
            let clears = |block: &Block, at: usize| match &block.stmts[at] {
                Stmt::Assign(place, Expr::Null) => !matches!(place, Place::Whole(Variable::Local(_))),
                _ => false,
            };
            let spot = draws.pick(&spots(program, clears))?;
            edit(program, spot, |block, at| block.stmts.remove(at))?;
            // What is left there is read in the end.
            let root = program.root;
            for pointer in globals() {
                let number = Expr::Read(pointer).field(Field::Value);
                program.functions[root]
                    .body
                    .stmts
                    .push(Stmt::Use(Kind::Number, number));
            }
        }
        Fault::Leak(_) => return None,
    }
    Some(())
}

/// The global pointers that programs lend to.
fn globals() -> Vec<Place> {
    let mut places = vec![
        Place::Whole(Variable::Global(1)),
        Place::Whole(Variable::Global(2)),
        Place::Part(Variable::Global(3), Field::First),
    ];
    places.extend((0..super::program::ROW).map(|index| Place::Cell(Variable::Global(4), index)));
    places
}

fn allocates(block: &Block) -> bool {
    block
        .stmts
        .iter()
        .any(|stmt| matches!(stmt, Stmt::New { .. }) || stmt.blocks().into_iter().any(allocates))
}

fn skip(body: &mut Stmt, position: usize, way: Stmt) {
    if let Stmt::Block(body, _) = body {
        let position = position.min(body.stmts.len());
        let out = Block {
            declared: vec![],
            stmts: vec![way],
        };
        body.stmts
            .insert(position, Stmt::If(Condition::Choice, out, Block::default()));
    }
}

/// Exchanges the handles of two regions, one in the other, where they are popped.
fn swap(program: &mut Program, draws: &mut Draws<'_>, closers: &[usize]) -> Option<()> {
    let nested = |block: &Block, at: usize| {
        ended_at(block, at + 1, closers).is_some()
            && matches!(&block.stmts[at], Stmt::Block(body, _)
                if (0..body.stmts.len()).any(|inner| ended_at(body, inner, closers).is_some()))
    };
    let spot = draws.pick(&spots(program, nested))?;
    edit(program, spot, |block, at| {
        let outer = ended_at(block, at + 1, closers)?;
        let Stmt::Block(body, _) = &mut block.stmts[at] else {
            return None;
        };
        let inside = (0..body.stmts.len())
            .rev()
            .find(|inner| ended_at(body, *inner, closers).is_some())?;
        let inner = ended_at(body, inside, closers)?;
        body.stmts[inside] = Stmt::Pop(outer);
        // The inner handle has to be in scope outside now.
        if let Expr::Read(Place::Whole(Variable::Local(local))) = inner {
            move_up(local, body, &mut block.declared);
        }
        block.stmts[at + 1] = Stmt::Pop(inner);
        Some(())
    })?
}

/// Declares a variable further outside, unless it is already.
fn move_up(local: usize, from: &mut Block, to: &mut Vec<usize>) {
    let before = from.declared.len();
    from.declared.retain(|declared| *declared != local);
    if from.declared.len() < before {
        to.push(local);
    }
}

fn ended_at(block: &Block, at: usize, closers: &[usize]) -> Option<Expr> {
    block.stmts.get(at).and_then(|stmt| ended(stmt, closers))
}

/// Moves the push of a region in a loop's body in front of the loop, or its pop behind it.
fn hoist(program: &mut Program, fault: Fault, draws: &mut Draws<'_>, closers: &[usize]) -> Option<()> {
    let opens = |stmt: &Stmt| match stmt {
        Stmt::Push(Variable::Local(local), _) => Some(*local),
        _ => None,
    };
    let fits = |block: &Block, at: usize| match &block.stmts[at] {
        Stmt::Loop(_, _, body) => body.stmts.iter().any(|stmt| opens(stmt).is_some()),
        _ => false,
    };
    let spot = draws.pick(&spots(program, fits))?;
    edit(program, spot, |block, at| {
        let Stmt::Loop(_, _, body) = &mut block.stmts[at] else {
            return None;
        };
        let push = body.stmts.iter().position(|stmt| opens(stmt).is_some())?;
        let local = opens(&body.stmts[push])?;
        let pop = (push..body.stmts.len())
            .find(|inner| ended_at(body, *inner, closers) == Some(Expr::local(local)))?;
        move_up(local, body, &mut block.declared);
        let moved = body
            .stmts
            .remove(if fault == Fault::HoistedPush { push } else { pop });
        block
            .stmts
            .insert(if fault == Fault::HoistedPush { at } else { at + 1 }, moved);
        Some(())
    })?
}
