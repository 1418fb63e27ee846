//! Reads calls: of operations, of intrinsics with a meaning of their own, and of everything else.

use super::body::BodyReader;
use super::*;
use crate::llvm::shim;
use crate::operation::Operation;
use bumpalo::collections::Vec as BumpVec;
use inkwell::llvm_sys::LLVMValueKind;

impl<'a> BodyReader<'a, '_> {
    pub(super) fn call(&mut self, inst: Value<'a>) -> InstKind<'a> {
        let arguments = inst.arguments();
        let Some(callee) = inst.callee() else {
            return InstKind::Opaque("call", &[]);
        };
        let bits = inst.call_facts();
        if bits & shim::FN_RETURNS_TWICE != 0 {
            return InstKind::Opaque("a call that returns twice (setjmp)", self.ids(arguments));
        }
        let name = if callee.is_function() {
            callee.name()
        } else {
            String::new()
        };
        if let Some(operation) = Operation::from_name(&name) {
            return InstKind::Operation(operation, self.ids(arguments));
        }
        if let Some(kind) = self.intrinsic(&name, inst, &arguments) {
            return kind;
        }
        let mut args = BumpVec::with_capacity_in(arguments.len(), self.arena);
        for (index, argument) in arguments.iter().enumerate() {
            let facts = inst.argument_facts(index);
            let by_value = facts & shim::ARG_BYVAL != 0;
            args.push(Argument {
                value: self.value(*argument),
                no_capture: by_value || facts & shim::ARG_NO_CAPTURE != 0,
                read_only: by_value || facts & shim::ARG_READ_ONLY != 0,
                no_access: facts & shim::ARG_NO_ACCESS != 0,
                returned: facts & shim::ARG_RETURNED != 0,
            });
        }
        // What structures carry, read for this call.
        let carried = callee.string_attribute(carried::ATTRIBUTE);
        let reads = std::mem::take(&mut self.reads);
        if carried.is_some_and(|text| carried::read(&text).len() == reads.len()) {
            args.extend(reads.into_iter().map(|value| Argument {
                value,
                no_capture: false,
                read_only: false,
                no_access: false,
                returned: false,
            }));
        }
        let callee = if callee.kind() == LLVMValueKind::LLVMInlineAsmValueKind {
            Callee::Assembly
        } else {
            let id = self.value(callee);
            self.callee(id)
        };
        InstKind::Call(Call {
            callee,
            args: args.into_bump_slice(),
            nounwind: bits & shim::FN_NOUNWIND != 0,
            noreturn: bits & shim::FN_NORETURN != 0,
            no_memory: bits & shim::FN_NO_MEMORY != 0,
            read_only: bits & shim::FN_READ_ONLY != 0,
            called_back: bits & shim::FN_CALLED_BACK != 0,
        })
    }

    fn callee(&self, function: ValueId) -> Callee {
        match self.values[function.index()].kind {
            ValueKind::Function(function) => Callee::Direct(function),
            _ => Callee::Indirect(function),
        }
    }

    /// The calls that registered cleanups will be.
    pub(super) fn cleanups(&self, insts: &[Inst<'a>]) -> &'a [Cleanup<'a>] {
        let mut cleanups = BumpVec::new_in(self.arena);
        for (index, inst) in insts.iter().enumerate() {
            if let InstKind::Operation(operation, [region, object, function]) = inst.kind
                && operation.registers()
            {
                let argument = Argument {
                    value: *object,
                    no_capture: false,
                    read_only: false,
                    no_access: false,
                    returned: false,
                };
                let call = Call {
                    callee: self.callee(*function),
                    args: self.arena.alloc_slice_copy(&[argument]),
                    nounwind: false,
                    noreturn: false,
                    no_memory: false,
                    read_only: false,
                    called_back: false,
                };
                cleanups.push(Cleanup {
                    at: InstId::new(index),
                    region: *region,
                    call,
                });
            }
        }
        cleanups.into_bump_slice()
    }

    /// Intrinsics with a meaning of their own here; the others are calls judged by their attributes.
    fn intrinsic(&mut self, name: &str, inst: Value<'a>, arguments: &[Value<'a>]) -> Option<InstKind<'a>> {
        let rest = name.strip_prefix("llvm.")?;
        let is = |stem: &str| {
            rest.strip_prefix(stem)
                .is_some_and(|tail| tail.is_empty() || tail.starts_with('.'))
        };
        let values = |reader: &mut Self| reader.ids(arguments.iter().copied());
        if (is("memcpy") || is("memmove") || is("memcpy.inline") || is("va_copy"))
            && let [to, from, ..] = values(self)
        {
            return Some(InstKind::Copy { to: *to, from: *from });
        }
        if (is("memset") || is("memset.inline"))
            && let [pointer, value, ..] = values(self)
        {
            return Some(InstKind::Store {
                pointer: *pointer,
                value: *value,
            });
        }
        if is("lifetime.start") || is("lifetime.end") {
            return arguments.last().map(|slot| InstKind::Forget(self.value(*slot)));
        }
        // The same address under another name.
        let same = [
            "launder.invariant.group",
            "strip.invariant.group",
            "threadlocal.address",
            "ssa.copy",
            "annotation",
            "expect",
            "expect.with.probability",
        ];
        if same.iter().any(|stem| is(stem)) {
            return arguments.first().map(|value| InstKind::Same(self.value(*value)));
        }
        if is("ptrmask") {
            return Some(InstKind::Derive(values(self)));
        }
        if is("va_start") {
            return arguments.first().map(|list| InstKind::Rest(self.value(*list)));
        }
        // Debug and annotation intrinsics and the like neither keep nor follow a pointer.
        let inert = [
            "dbg",
            "var.annotation",
            "ptr.annotation",
            "assume",
            "va_end",
            "stacksave",
            "stackrestore",
            "prefetch",
            "invariant.start",
            "invariant.end",
            "experimental.noalias.scope.decl",
            "objectsize",
            "donothing",
            "eh.typeid.for",
        ];
        if inert.iter().any(|stem| is(stem)) {
            return Some(if is("ptr.annotation") {
                InstKind::Derive(values(self))
            } else {
                InstKind::Plain(&[])
            });
        }
        // A trap ends the program: a call that does not return.
        if inst.call_facts() & shim::FN_NORETURN != 0 {
            return None;
        }
        let pointers =
            inst.ty().holds_pointer() || arguments.iter().any(|argument| argument.ty().holds_pointer());
        if pointers {
            return None;
        }
        // The result is a number near an operand, or one that an address can be had from again.
        let near = [
            "umin", "umax", "smin", "smax", "abs", "uadd", "usub", "umul", "sadd", "ssub", "smul",
        ];
        let stem = rest.split('.').next().unwrap_or_default();
        Some(if near.contains(&stem) {
            InstKind::Derive(values(self))
        } else {
            InstKind::Plain(values(self))
        })
    }
}
