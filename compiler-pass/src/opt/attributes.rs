//! What LLVM may believe of an allocation, on the call itself: while it is an operation, and in mode *call* after lowering, too.
//!
//! * The result is not null, unless the request may be refused; it is aligned, and of a constant size so many bytes can be read
//!   there: a region's memory stays the pool's when the region ends, so this holds to the end of the function.
//! * It is of so many bytes (`allocsize`), and an allocation (`allockind`): one whose object nobody reads can go. LLVM takes for granted
//!   that an allocation which goes would have been served. So a request that may be refused, and one in a region that was opened here with a
//!   budget, do not say this: there a refusal is part of what the program does.
//! * A request that may be refused tells nobody, and so touches only the region and what the module does not see: the pool. One
//!   that calls the exhaustion handler does not say so, because the handler may read anything.
//!
//! `noalias` is not among them, and must not be: another allocation may have the memory once the region has ended, and LLVM would move
//! accesses of the old object behind the new one's (docs/ARCHITECTURE.md).

use super::Report;
use super::site::{Request, plain_operation};
use crate::llvm::{Module, Value};
use crate::operation::Operation;
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::{LLVMAttributeFunctionIndex, LLVMAttributeReturnIndex};

/// LLVM's encoding of `allockind("alloc,uninitialized,aligned")`.
const ALLOC_KIND: u64 = 1 | 8 | 32;
/// LLVM's encoding of `allocsize` with one argument: the other half says that there is none.
const NO_SECOND: u64 = 0xffff_ffff;
/// LLVM's encoding of `memory(argmem: readwrite, inaccessiblemem: readwrite)`: two bits a place.
const MEMORY: u64 = 0b1111;

/// Marks the allocations of a function.
pub fn run<'m>(module: Module<'m>, function: Value<'m>, report: &mut Report) {
    for inst in function
        .blocks()
        .flat_map(|block| block.instructions().collect::<Vec<_>>())
    {
        let Some(
            operation @ (Operation::Alloc
            | Operation::AllocArray
            | Operation::TryAlloc
            | Operation::TryAllocArray),
        ) = plain_operation(inst)
        else {
            continue;
        };
        mark(module, inst, operation);
        report.marked += 1;
    }
}

fn mark<'m>(module: Module<'m>, allocation: Value<'m>, operation: Operation) {
    let may_fail = matches!(operation, Operation::TryAlloc | Operation::TryAllocArray);
    let is_array = matches!(operation, Operation::AllocArray | Operation::TryAllocArray);
    let on_result = |name: &str, value: u64| add(module, allocation, LLVMAttributeReturnIndex, name, value);
    let on_call = |name: &str, value: u64| add(module, allocation, LLVMAttributeFunctionIndex, name, value);
    if !may_fail {
        on_result("nonnull", 0);
    }
    let request = Request::of(allocation);
    if let Some(request) = request {
        on_result("align", request.align);
        let size = request.size;
        on_result(
            if may_fail {
                "dereferenceable_or_null"
            } else {
                "dereferenceable"
            },
            size,
        );
    }
    on_call("allocsize", 1 << 32 | if is_array { 2 } else { NO_SECOND });
    let has_budget = allocation
        .arguments()
        .first()
        .is_some_and(|region| plain_operation(*region) == Some(Operation::PushBounded));
    if !may_fail && !has_budget {
        on_call("allockind", ALLOC_KIND);
    }
    if may_fail {
        on_call("memory", MEMORY);
    }
}

fn add<'m>(module: Module<'m>, call: Value<'m>, index: u32, name: &str, value: u64) {
    // SAFETY: LLVM-I1; the name is passed with its length, and the value is what LLVM encodes for it.
    unsafe {
        let kind = LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len());
        LLVMAddCallSiteAttribute(
            call.raw(),
            index,
            LLVMCreateEnumAttribute(module.context(), kind, value),
        );
    }
}
