//! The smallest program that still shows something: statements are deleted while it does.

use super::program::{Block, Program, Stmt};
use super::scope;

/// How many candidates are tried at a time.
const AT_ONCE: usize = 24;

/// Deletes statements, and takes compound ones apart, while `shows` says of a candidate that it still shows what it should.
/// What `keep` holds on to goes only with the block that it is in.
/// `shows` gets several candidates at once, so that it can ask the checker about all in one go.
pub fn minimise(
    program: &Program,
    keep: impl Fn(&Program, usize, &Stmt) -> bool,
    mut shows: impl FnMut(&[Program]) -> Vec<bool>,
) -> Program {
    let mut best = program.clone();
    loop {
        let candidates: Vec<Program> = candidates(&best, &keep)
            .into_iter()
            .filter(scope::is_well_formed)
            .collect();
        let smaller = candidates.chunks(AT_ONCE).find_map(|some| {
            let at = shows(some).iter().position(|shown| *shown)?;
            some.get(at).cloned()
        });
        match smaller {
            Some(smaller) => best = smaller,
            None => return prune(best),
        }
    }
}

/// All programs that are one step smaller, the smallest first.
fn candidates(program: &Program, keep: &impl Fn(&Program, usize, &Stmt) -> bool) -> Vec<Program> {
    let mut all = Vec::new();
    for index in program.reachable() {
        if !program.functions[index].body.stmts.is_empty() {
            let mut emptied = program.clone();
            emptied.functions[index].body = Block::default();
            all.push(emptied);
        }
    }
    let mut sizes = Vec::new();
    program
        .clone()
        .each_block(&mut |_, block| sizes.push(block.stmts.len()));
    for (number, size) in sizes.iter().enumerate() {
        for at in 0..*size {
            for change in 0..3 {
                let mut changed = program.clone();
                let mut next = 0;
                let mut done = false;
                changed.each_block(&mut |function, block| {
                    if next == number && !(change == 0 && keep(program, function, &block.stmts[at])) {
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

/// The program without the variables that nothing mentions.
fn prune(mut program: Program) -> Program {
    let mut blocks = 0;
    program.each_block(&mut |_, _| blocks += 1);
    for number in 0..blocks {
        let mut at = 0;
        loop {
            let mut pruned = program.clone();
            let mut next = 0;
            let mut more = false;
            pruned.each_block(&mut |_, block| {
                if next == number && at < block.declared.len() {
                    block.declared.remove(at);
                    more = true;
                }
                next += 1;
            });
            if !more {
                break;
            }
            if scope::is_well_formed(&pruned) {
                program = pruned;
            } else {
                at += 1;
            }
        }
    }
    program
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
        (Stmt::Loop(_, _, body) | Stmt::Block(body, _) | Stmt::Region(_, _, _, body), 1) => {
            std::mem::take(body)
        }
        _ => return false,
    };
    block.declared.extend(inner.declared);
    block.stmts.splice(at..=at, inner.stmts);
    true
}
