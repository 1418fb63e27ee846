//! Two regions that are opened together and end together become one.
//!
//! The second opening follows the first with nothing but arithmetic and memory accesses in between, and each of its ends is
//! followed in the same way by an end of the first. Together they allocate at most [`MOST`] bytes, known in advance: so the one
//! region needs one block where the two needed two, and the peak cannot rise.

use super::Report;
use super::facts::Facts;
use super::site::{Request, Site, plain_operation};
use super::stack::is_once;
use crate::llvm::Value;
use crate::llvm::change;
use crate::llvm::flow::Flow;
use crate::operation::Operation;
use inkwell::llvm_sys::core::{LLVMGetNextInstruction, LLVMReplaceAllUsesWith};

/// How many bytes both take at most: they fit the smallest block that a runtime may be built with.
pub const MOST: u64 = 900;

/// How many regions of one function are merged. Each changes it.
const MAX_REGIONS: usize = 64;

/// Merges the regions of a function.
pub fn run<'m>(function: Value<'m>, facts: &Facts<'m>, report: &mut Report) {
    if !facts.is_sound(function) {
        return;
    }
    // Each turn makes two regions one.
    for _ in 0..MAX_REGIONS {
        let flow = Flow::new(function);
        let sites = Site::all(function, facts);
        let pair = sites.iter().find_map(|outer| {
            let next = following(outer.push)?;
            let inner = sites.iter().find(|site| site.push == next)?;
            suit(outer, inner, &flow).then_some((outer, inner))
        });
        let Some((outer, inner)) = pair else { return };
        inner.pops.iter().copied().for_each(change::erase);
        // SAFETY: LLVM-I1: both are handles, and the outer one dominates what the inner one does.
        unsafe { LLVMReplaceAllUsesWith(inner.push.raw(), outer.push.raw()) };
        change::erase(inner.push);
        report.merged += 1;
    }
}

fn suit<'m>(outer: &Site<'m>, inner: &Site<'m>, flow: &Flow<'m>) -> bool {
    let bytes = |site: &Site<'m>| -> Option<u64> {
        let is_plain = site.budget.is_none()
            && site.calls.is_empty()
            && site.cleanups.is_empty()
            && site.resets.is_empty();
        if !is_plain {
            return None;
        }
        site.allocations.iter().try_fold(0u64, |sum, allocation| {
            let request = Request::of(*allocation)?;
            let (at, _) = flow.place(*allocation)?;
            let most = request.size.checked_add(request.align)?;
            is_once(site, at, flow).then(|| sum.checked_add(most)).flatten()
        })
    };
    let fits = bytes(outer)
        .zip(bytes(inner))
        .and_then(|(outer, inner)| outer.checked_add(inner))
        .is_some_and(|sum| sum <= MOST);
    let ends_together = outer.pops.len() == inner.pops.len()
        && inner
            .pops
            .iter()
            .all(|pop| following(*pop).is_some_and(|next| outer.pops.contains(&next)));
    fits && ends_together
}

/// The next operation or call behind an instruction in its basic block, if it is an opening or an end.
fn following<'m>(inst: Value<'m>) -> Option<Value<'m>> {
    let next = |inst: &Value<'m>| {
        // SAFETY: LLVM-I1: a null answer is tested, and what follows belongs to the same basic block.
        unsafe {
            let next = LLVMGetNextInstruction(inst.raw());
            (!next.is_null()).then(|| Value::from_raw(next))
        }
    };
    let found = std::iter::successors(next(&inst), next).find(|inst| {
        inst.is_call()
            && !inst
                .callee()
                .is_some_and(|callee| callee.name().starts_with("llvm."))
    })?;
    matches!(plain_operation(found), Some(Operation::Push | Operation::Pop)).then_some(found)
}
