//! The library's face: an inkwell module in, diagnostics as values out.

use croft_pass::{CheckError, CheckOptions, Diagnostic, LowerError, LowerOptions, Mode, Runtime};
use inkwell::AddressSpace;
use inkwell::context::Context;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;

/// `i64 kernel()`: opens a region, stores 42 in an object of it, reads it back, and ends the region or not.
fn kernel<'c>(context: &'c Context, pop: bool) -> Module<'c> {
    let module = context.create_module("kernel");
    let size = context.i64_type();
    let pointer = context.ptr_type(AddressSpace::default());
    let push = module.add_function("croft.push", pointer.fn_type(&[], false), None);
    let end = context.void_type().fn_type(&[pointer.into()], false);
    let end = module.add_function("croft.pop", end, None);
    let alloc = pointer.fn_type(&[pointer.into(), size.into(), size.into()], false);
    let alloc = module.add_function("croft.alloc", alloc, None);
    let function = module.add_function("kernel", size.fn_type(&[], false), None);
    let builder = context.create_builder();
    builder.position_at_end(context.append_basic_block(function, "entry"));
    let build = || {
        let region = builder
            .build_call(push, &[], "region")?
            .try_as_basic_value()
            .unwrap_basic();
        let eight = size.const_int(8, false).into();
        let object = builder.build_call(alloc, &[region.into(), eight, eight], "object")?;
        let object = object.try_as_basic_value().unwrap_basic().into_pointer_value();
        builder.build_store(object, size.const_int(42, false))?;
        let value = builder.build_load(size, object, "value")?;
        if pop {
            builder.build_call(end, &[region.into()], "")?;
        }
        builder.build_return(Some(&value))
    };
    build().expect("the builder stands at the end of a basic block");
    module
}

fn parse<'c>(context: &'c Context, text: &str) -> Module<'c> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    let buffer = MemoryBuffer::create_from_memory_range_copy(&bytes, "text");
    context
        .create_module_from_ir(buffer)
        .unwrap_or_else(|error| panic!("{}", error.to_string()))
}

fn check(module: &Module<'_>) -> Vec<Diagnostic> {
    croft_pass::check(module, &CheckOptions::default()).expect("the checker can do its work")
}

#[test]
fn a_right_module_is_accepted_and_left_as_it_was() {
    let context = Context::create();
    let module = kernel(&context, true);
    let before = module.print_to_string();
    assert_eq!(check(&module), []);
    assert_eq!(module.print_to_string(), before);
}

#[test]
fn violations_come_as_values() {
    let context = Context::create();
    let found = check(&kernel(&context, false));
    assert_eq!(found.len(), 1, "{found:?}");
    let diagnostic = &found[0];
    assert_eq!(diagnostic.code, "R0201");
    assert_eq!(
        diagnostic.message,
        "region is still open when the function returns"
    );
    assert_eq!(diagnostic.primary.function, "kernel");
    assert_eq!(diagnostic.primary.instruction.as_deref(), Some("ret i64 %value"));
    assert_eq!(diagnostic.primary.line, 0, "there is no debug information");
    assert_eq!(diagnostic.related.len(), 1);
    assert_eq!(diagnostic.related[0].message, "region `%region` is opened here");
    assert!(diagnostic.help.is_some());
}

#[test]
fn a_rejected_module_is_left_as_it_was_too() {
    let context = Context::create();
    let module = kernel(&context, false);
    let before = module.print_to_string();
    assert_eq!(check(&module).len(), 1);
    assert_eq!(module.print_to_string(), before);
}

#[test]
fn lowering_leaves_a_valid_module_without_operations_in_every_mode() {
    for mode in [Mode::Inline, Mode::Call, Mode::Debug] {
        let context = Context::create();
        let module = kernel(&context, true);
        let lowered = croft_pass::lower(&module, &LowerOptions { mode }).expect("a right module is lowered");
        assert!(lowered.changed);
        let in_frame = usize::from(mode != Mode::Debug);
        assert_eq!(
            (lowered.in_frame, lowered.in_block),
            (in_frame, 1 - in_frame),
            "{mode:?}: in debug mode every region is pushed"
        );
        module.verify().expect("the lowered module is valid");
        assert!(
            !module.print_to_string().to_string().contains("@croft."),
            "{mode:?}"
        );
        assert_eq!(check(&module), [], "a lowered module has nothing left to reject");
    }
}

/// The runtime of another target is given as bitcode: here the host's own, one that is none, and one of 32-bit pointers.
#[test]
fn lowering_takes_the_runtime_of_another_target() {
    let inline = LowerOptions { mode: Mode::Inline };
    let context = Context::create();
    let module = kernel(&context, true);
    croft_pass::lower_onto(&module, &inline, Runtime::HOST).expect("the host's runtime fits");

    let text = "this is no bitcode";
    let module = kernel(&context, true);
    match croft_pass::lower_onto(&module, &inline, Runtime::new(text.as_bytes())) {
        Err(LowerError::Llvm(message)) => assert!(message.contains("the runtime's bitcode"), "{message}"),
        other => panic!("{other:?}"),
    }

    let narrow = context.create_module("runtime");
    narrow.set_data_layout(&inkwell::targets::TargetData::create("e-p:32:32").get_data_layout());
    let bitcode = narrow.write_bitcode_to_memory();
    let module = kernel(&context, true);
    match croft_pass::lower_onto(&module, &inline, Runtime::new(bitcode.as_slice())) {
        Err(LowerError::Target { runtime, .. }) => {
            assert_eq!(runtime, "little-endian targets with 32-bit pointers");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn lowering_again_or_without_operations_changes_nothing() {
    let context = Context::create();
    let module = kernel(&context, true);
    croft_pass::lower(&module, &LowerOptions::default()).expect("a right module is lowered");
    let once = module.print_to_string();
    let again = croft_pass::lower(&module, &LowerOptions::default()).expect("nothing to do is no error");
    assert!(!again.changed);
    assert_eq!(module.print_to_string(), once);

    let plain = parse(&context, "define i64 @f(i64 %n) {\n  ret i64 %n\n}\n");
    let before = plain.print_to_string();
    let lowered = croft_pass::lower(&plain, &LowerOptions::default()).expect("nothing to do is no error");
    assert!(!lowered.changed);
    assert_eq!(plain.print_to_string(), before);
}

#[test]
fn a_malformed_module_is_refused_with_its_diagnostics() {
    let context = Context::create();
    let module = parse(
        &context,
        "declare i64 @croft.push()\ndefine i64 @f() {\n  %r = call i64 @croft.push()\n  ret i64 %r\n}\n",
    );
    assert_eq!(
        check(&module).iter().map(|d| d.code).collect::<Vec<_>>(),
        ["R0102"]
    );
    match croft_pass::lower(&module, &LowerOptions::default()) {
        Err(LowerError::Malformed(diagnostics)) => assert_eq!(diagnostics[0].code, "R0102"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invalid_module_is_an_error_not_a_crash() {
    let context = Context::create();
    let module = context.create_module("invalid");
    let function = module.add_function("f", context.void_type().fn_type(&[], false), None);
    // A basic block without an end.
    context.append_basic_block(function, "entry");
    match croft_pass::check(&module, &CheckOptions::default()) {
        Err(CheckError::Llvm(message)) => assert!(message.contains("invalid IR"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert!(croft_pass::lower(&module, &LowerOptions::default()).is_err());
    assert!(croft_pass::effects(&module, &CheckOptions::default()).is_err());
}

const FORWARD: &str = r#"
declare void @other(ptr) nounwind
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
define void @f() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @other(ptr %p)
  call void @croft.pop(ptr %r)
  ret void
}
"#;

#[test]
fn manifests_describe_what_the_module_does_not() {
    let context = Context::create();
    let module = parse(&context, FORWARD);
    assert_eq!(
        check(&module).iter().map(|d| d.code).collect::<Vec<_>>(),
        ["R0902"]
    );
    let manifest = "[[function]]\nnames = [\"other\"]\neffects = \"get(arg0); nounwind\"\n";
    let options = CheckOptions {
        manifests: vec![manifest.to_owned()],
    };
    assert_eq!(
        croft_pass::check(&module, &options).expect("the manifest is right"),
        []
    );
    let keeps = manifest.replace("get(arg0)", "store(arg0 -> global)");
    let options = CheckOptions {
        manifests: vec![manifest.to_owned(), keeps],
    };
    let found = croft_pass::check(&module, &options).expect("the later entry replaces the earlier one");
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["R0402"]);
}

#[test]
fn a_wrong_manifest_is_an_error_that_names_the_function() {
    let context = Context::create();
    let module = parse(&context, FORWARD);
    for wrong in [
        "[[function]]\nnames = [\"other\"]\neffects = \"eats(arg0)\"\n",
        "no toml",
    ] {
        let options = CheckOptions {
            manifests: vec![wrong.to_owned()],
        };
        let error = croft_pass::check(&module, &options).expect_err("a wrong manifest");
        assert!(matches!(error, CheckError::Manifest(_)), "{error}");
        assert!(error.to_string().starts_with("effect manifest: "), "{error}");
    }
}

#[test]
fn effects_are_values_that_print_as_annotations() {
    let context = Context::create();
    let module = parse(
        &context,
        "declare ptr @croft.alloc(ptr, i64, i64) nounwind\ndefine ptr @make(ptr %r) nounwind {\n  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)\n  ret ptr %p\n}\n",
    );
    let effects = croft_pass::effects(&module, &CheckOptions::default()).expect("the module is right");
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].0, "make");
    assert_eq!(effects[0].1.to_string(), "put(arg0); return(in(arg0)); nounwind");
}

#[test]
fn diagnostics_are_the_same_in_every_run() {
    let text = std::fs::read_to_string(croft_tests::folder::here("filecheck/rejected.ll"))
        .expect("the file is there");
    let codes = || {
        let context = Context::create();
        let module = parse(&context, &text);
        check(&module)
    };
    let first = codes();
    assert_eq!(
        first.iter().map(|d| d.code).collect::<Vec<_>>(),
        ["R0301", "R0201"]
    );
    for _ in 0..5 {
        assert_eq!(codes(), first);
    }
}

#[test]
fn modules_of_several_threads_do_not_meet() {
    std::thread::scope(|scope| {
        for index in 0..4 {
            scope.spawn(move || {
                for round in 0..5 {
                    let context = Context::create();
                    let right = (index + round) % 2 == 0;
                    let module = kernel(&context, right);
                    assert_eq!(check(&module).is_empty(), right);
                    if right {
                        croft_pass::lower(&module, &LowerOptions::default())
                            .expect("a right module is lowered");
                    }
                }
            });
        }
    });
}
