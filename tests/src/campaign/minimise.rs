//! The smallest program that still shows something: statements are deleted while it does.

use super::program::{Block, Program, Stmt};
use super::scope;

/// How many candidates are tried at a time.
const AT_ONCE: usize = 24;

/// Deletes statements, and takes compound ones apart, while `shows` says of a candidate that it still shows what it should.
/// `shows` gets several candidates at once, so that it can ask the checker about all in one go.
pub fn minimise(program: &Program, mut shows: impl FnMut(&[Program]) -> Vec<bool>) -> Program {
    let mut best = program.clone();
    loop {
        let candidates: Vec<Program> = candidates(&best).into_iter().filter(scope::is_well_formed).collect();
        let smaller = candidates.chunks(AT_ONCE).find_map(|some| {
            let at = shows(some).iter().position(|shown| *shown)?;
            some.get(at).cloned()
        });
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

/// All programs that are one step smaller, the smallest first.
fn candidates(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    for index in 0..program.functions.len() {
        if !program.functions[index].body.stmts.is_empty() {
            let mut emptied = program.clone();
            emptied.functions[index].body = Block::default();
            all.push(emptied);
        }
    }
    let mut sizes = Vec::new();
    program.clone().each_block(&mut |_, block| sizes.push(block.stmts.len()));
    for (number, size) in sizes.iter().enumerate() {
        for at in 0..*size {
            for change in 0..3 {
                let mut changed = program.clone();
                let mut next = 0;
                let mut done = false;
                changed.each_block(&mut |_, block| {
                    if next == number {
                        done = reduce(block, at, change);
                    }
                    next += 1;
                });
                if done {
                    all.push(changed);
                }
            }
        }
    }
    all
}

/// Deletes a statement, or puts what is in it in its place. Whether there was anything to do.
fn reduce(block: &mut Block, at: usize, change: usize) -> bool {
    if at >= block.stmts.len() {
        return false;
    }
    if change == 0 {
        block.stmts.remove(at);
        return true;
    }
    let inner = match (&mut block.stmts[at], change) {
        (Stmt::If(_, body, _), 1) | (Stmt::If(_, _, body), 2) => std::mem::take(body),
        (Stmt::Loop(_, _, body) | Stmt::Block(body, _) | Stmt::Region(_, _, _, body), 1) => std::mem::take(body),
        _ => return false,
    };
    block.declared.extend(inner.declared);
    block.stmts.splice(at..=at, inner.stmts);
    true
}
