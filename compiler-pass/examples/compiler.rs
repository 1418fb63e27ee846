//! What a compiler author writes: build a module with inkwell, check it, lower it.
//!
//! `cargo run -p croft-pass --example compiler`

use croft_pass::{CheckOptions, LowerOptions, diagnostic::human};
use inkwell::AddressSpace;
use inkwell::context::Context;
use inkwell::module::Module;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = Context::create();
    for forget_the_pop in [true, false] {
        let module = kernel(&context, forget_the_pop)?;
        let diagnostics = croft_pass::check(&module, &CheckOptions::default())?;
        if diagnostics.is_empty() {
            let lowered = croft_pass::lower(&module, &LowerOptions::default())?;
            println!(
                "accepted; {} region with its descriptor in the frame",
                lowered.in_frame
            );
        } else {
            print!("{}", human::render(&diagnostics, human::Style::default()));
        }
    }
    Ok(())
}

/// `i64 kernel()`: opens a region, stores 42 in an object of it, reads it back.
fn kernel<'c>(
    context: &'c Context,
    forget_the_pop: bool,
) -> Result<Module<'c>, inkwell::builder::BuilderError> {
    let module = context.create_module("kernel");
    let size = context.i64_type();
    let pointer = context.ptr_type(AddressSpace::default());
    let push = module.add_function("croft.push", pointer.fn_type(&[], false), None);
    let pop = module.add_function(
        "croft.pop",
        context.void_type().fn_type(&[pointer.into()], false),
        None,
    );
    let alloc_type = pointer.fn_type(&[pointer.into(), size.into(), size.into()], false);
    let alloc = module.add_function("croft.alloc", alloc_type, None);

    let function = module.add_function("kernel", size.fn_type(&[], false), None);
    let builder = context.create_builder();
    builder.position_at_end(context.append_basic_block(function, "entry"));
    let region = builder
        .build_call(push, &[], "region")?
        .try_as_basic_value()
        .unwrap_basic();
    let eight = size.const_int(8, false).into();
    let object = builder.build_call(alloc, &[region.into(), eight, eight], "object")?;
    let object = object.try_as_basic_value().unwrap_basic().into_pointer_value();
    builder.build_store(object, size.const_int(42, false))?;
    let value = builder.build_load(size, object, "value")?;
    if !forget_the_pop {
        builder.build_call(pop, &[region.into()], "")?;
    }
    builder.build_return(Some(&value))?;
    Ok(module)
}
