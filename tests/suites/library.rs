//! The library's face: modules that a compiler builds with inkwell, diagnostics as values.

use croft_pass::{CheckOptions, LowerError, LowerOptions, Mode};
use inkwell::context::Context;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;

const DECLARATIONS: &str = "declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)
declare void @fill(ptr)
";

fn module<'c>(context: &'c Context, body: &str) -> Module<'c> {
    let text = format!("{DECLARATIONS}{body}\0");
    let buffer = MemoryBuffer::create_from_memory_range_copy(&text.as_bytes()[..text.len() - 1], "kernel");
    context.create_module_from_ir(buffer).unwrap()
}

const RIGHT: &str = "define void @kernel() {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.pop(ptr %r)
  ret void
}";

#[test]
fn a_right_module_has_no_diagnostics_and_is_left_as_it_is() {
    let context = Context::create();
    let module = module(&context, RIGHT);
    let before = module.print_to_string().to_string();
    assert!(
        croft_pass::check(&module, &CheckOptions::default())
            .unwrap()
            .is_empty()
    );
    assert_eq!(module.print_to_string().to_string(), before);
}

#[test]
fn a_violation_is_a_value_with_its_places() {
    let context = Context::create();
    let module = module(&context, &RIGHT.replace("  call void @croft.pop(ptr %r)\n", ""));
    let diagnostics = croft_pass::check(&module, &CheckOptions::default()).unwrap();
    let [diagnostic] = &diagnostics[..] else {
        panic!("{diagnostics:?}");
    };
    assert_eq!(diagnostic.code, "R0201");
    assert_eq!(diagnostic.primary.function, "kernel");
    assert_eq!(diagnostic.primary.instruction.as_deref(), Some("ret void"));
    assert_eq!(
        diagnostic.related[0].place.instruction.as_deref(),
        Some("%r = call ptr @croft.push()")
    );
    assert!(diagnostic.help.is_some());
}

#[test]
fn lowering_leaves_no_operation_and_a_valid_module() {
    for mode in [Mode::Inline, Mode::Call, Mode::Debug] {
        let context = Context::create();
        let module = module(&context, RIGHT);
        let lowered = croft_pass::lower(&module, &LowerOptions { mode }).unwrap();
        assert!(lowered.changed);
        assert_eq!((lowered.in_frame, lowered.in_block), (1, 0));
        module.verify().unwrap();
        assert!(!module.print_to_string().to_string().contains("@croft.push"));
        // Again: nothing is left to do.
        assert!(
            !croft_pass::lower(&module, &LowerOptions { mode })
                .unwrap()
                .changed
        );
    }
}

#[test]
fn a_manifest_describes_a_function() {
    let context = Context::create();
    let module = module(
        &context,
        &RIGHT.replace("store i64 1, ptr %p", "call void @fill(ptr %p)"),
    );
    let codes = |options: &CheckOptions| -> Vec<&str> {
        croft_pass::check(&module, options)
            .unwrap()
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    };
    assert!(codes(&CheckOptions::default()).contains(&"R0902"));
    let manifest = "[[function]]\nnames = [\"fill\"]\neffects = \"get(arg0); nounwind\"".to_owned();
    assert!(
        codes(&CheckOptions {
            manifests: vec![manifest]
        })
        .is_empty()
    );
}

#[test]
fn a_wrong_manifest_is_an_error_not_a_diagnostic() {
    let context = Context::create();
    let module = module(&context, RIGHT);
    let manifests = vec!["[[function]]\nnames = [\"fill\"]\neffects = \"takes(arg0)\"".to_owned()];
    let error = croft_pass::check(&module, &CheckOptions { manifests }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "effect manifest: effects of `fill`: `takes(arg0)` is no effect clause"
    );
}

#[test]
fn what_cannot_be_lowered_is_refused_with_diagnostics() {
    let context = Context::create();
    let module = module(
        &context,
        "declare ptr @croft.new(i64, i64)
define ptr @kernel() {
  %p = call ptr @croft.new(i64 8, i64 8)
  ret ptr %p
}",
    );
    let error = croft_pass::lower(&module, &LowerOptions::default()).unwrap_err();
    let LowerError::Malformed(diagnostics) = error else {
        panic!("{error}");
    };
    assert_eq!(diagnostics[0].code, "R0905");
}

#[test]
fn effects_are_inferred_and_read_back() {
    let context = Context::create();
    let module = module(
        &context,
        "define ptr @cell(ptr %r, ptr %next) {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %next, ptr %p
  ret ptr %p
}",
    );
    let effects = croft_pass::effects(&module, &CheckOptions::default()).unwrap();
    let [(name, effects)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(name, "cell");
    assert_eq!(
        effects.to_string(),
        "put(arg0); store(arg1 -> in(arg0)); return(in(arg0)); nounwind"
    );
}

#[test]
fn a_target_whose_pointers_differ_is_refused_for_inlining_and_lowered_to_calls() {
    let context = Context::create();
    let text = "target datalayout = \"e-m:e-p:32:32-i64:64-n32-S128\"
target triple = \"riscv32-unknown-none-elf\"
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i32, i32)
define void @kernel() {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i32 8, i32 8)
  call void @croft.pop(ptr %r)
  ret void
}";
    let parse = || {
        let buffer = MemoryBuffer::create_from_memory_range_copy(text.as_bytes(), "kernel");
        context.create_module_from_ir(buffer).unwrap()
    };
    let error = croft_pass::lower(&parse(), &LowerOptions { mode: Mode::Inline }).unwrap_err();
    assert!(matches!(error, LowerError::Target { .. }), "{error}");
    assert!(
        croft_pass::lower(&parse(), &LowerOptions { mode: Mode::Call })
            .unwrap()
            .changed
    );
}
