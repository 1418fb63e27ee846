//! Places as constants of the lowered module: what debug mode's entry points get as their last argument.
//!
//! A place is `{ptr file, ptr function, i32 line, i32 column}`, as the runtime's `Place`. Each is made once, and so is
//! each text. Without debug information a place is the name of the function's symbol.

use crate::llvm::location::{self, Written};
use crate::llvm::{Module, Value};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::prelude::LLVMValueRef;
use inkwell::llvm_sys::{LLVMLinkage, LLVMUnnamedAddr};
use std::collections::HashMap;
use std::ffi::CStr;

/// The places of a module.
pub struct Places<'m> {
    module: Module<'m>,
    has_lines: bool,
    places: HashMap<Written, LLVMValueRef>,
    texts: HashMap<String, LLVMValueRef>,
}

impl<'m> Places<'m> {
    /// None yet.
    pub fn new(module: Module<'m>) -> Places<'m> {
        Places {
            module,
            has_lines: location::is_in(module),
            places: HashMap::new(),
            texts: HashMap::new(),
        }
    }

    /// Whether instructions have lines at all.
    pub fn has_lines(&self) -> bool {
        self.has_lines
    }

    /// The place of an operation.
    pub fn of_operation(&mut self, call: Value<'m>) -> LLVMValueRef {
        let written = self.has_lines.then(|| location::written_near(call)).flatten();
        self.of(written, call)
    }

    /// The constant for a place; where none is known, for the function of the instruction.
    pub fn of(&mut self, written: Option<Written>, instruction: Value<'m>) -> LLVMValueRef {
        let mut written = written.unwrap_or_default();
        if written.function.is_empty() {
            written.function = instruction.parent_function().map(Value::name).unwrap_or_default();
        }
        if let Some(known) = self.places.get(&written) {
            return *known;
        }
        let file = (!written.file.is_empty()).then(|| self.text(&written.file));
        let function = self.text(&written.function);
        let context = self.module.context();
        // SAFETY: LLVM-I1; the fields are constants of the module's context, as many as are passed.
        let place = unsafe {
            let pointer = LLVMPointerTypeInContext(context, 0);
            let number = LLVMInt32TypeInContext(context);
            let mut fields = [
                file.unwrap_or_else(|| LLVMConstPointerNull(pointer)),
                function,
                LLVMConstInt(number, written.line.into(), 0),
                LLVMConstInt(number, written.column.into(), 0),
            ];
            LLVMConstStructInContext(context, fields.as_mut_ptr(), fields.len() as u32, 0)
        };
        let place = self.constant(place, c"croft_place");
        self.places.insert(written, place);
        place
    }

    fn text(&mut self, text: &str) -> LLVMValueRef {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        // SAFETY: LLVM-I1; the bytes are copied, a zero is put behind them.
        let bytes =
            unsafe { LLVMConstStringInContext2(self.module.context(), text.as_ptr().cast(), text.len(), 0) };
        let constant = self.constant(bytes, c"croft_text");
        self.texts.insert(text.to_owned(), constant);
        constant
    }

    fn constant(&self, value: LLVMValueRef, name: &CStr) -> LLVMValueRef {
        // SAFETY: LLVM-I1; the value is a constant of the module's context.
        unsafe {
            let constant = LLVMAddGlobal(self.module.raw(), LLVMTypeOf(value), name.as_ptr());
            LLVMSetInitializer(constant, value);
            LLVMSetGlobalConstant(constant, 1);
            LLVMSetLinkage(constant, LLVMLinkage::LLVMPrivateLinkage);
            LLVMSetUnnamedAddress(constant, LLVMUnnamedAddr::LLVMGlobalUnnamedAddr);
            constant
        }
    }
}
