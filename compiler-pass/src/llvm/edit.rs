//! Changes of single functions and calls, made on copies of a module only.

use super::{Value, shim};

impl<'m> Value<'m> {
    /// Makes a function with a body a declaration.
    pub fn delete_body(self) {
        // SAFETY: LLVM-I1.
        unsafe { shim::croft_shim_delete_body(self.raw()) }
    }

    /// Makes a callback of a call visible: puts calls of argument `function` before it, any number of times or none, with the
    /// arguments `given`, or an unknown address in what they point to. False if that cannot be done: the call unwinds to a
    /// handler, or the function is of another type.
    pub fn call_back(self, function: u32, given: &[(u32, bool)]) -> bool {
        let (given, into): (Vec<u32>, Vec<u8>) = given
            .iter()
            .map(|(index, into)| (*index, u8::from(*into)))
            .unzip();
        // SAFETY: LLVM-I1; the shim reads as many of each as it is told there are.
        let done = unsafe {
            shim::croft_shim_call_back(self.raw(), function, given.as_ptr(), into.as_ptr(), given.len())
        };
        done != 0
    }

    /// Marks a call of which all callbacks are visible.
    pub fn set_called_back(self) {
        // SAFETY: LLVM-I1, LLVM-I2: asked of calls only.
        unsafe { shim::croft_shim_set_called_back(self.raw()) }
    }

    /// Replaces a call through a pointer by a choice among direct calls of these functions, which have the called type.
    /// The pointer must be one of them.
    pub fn choose_callee(self, functions: &[Value<'m>]) {
        let mut raw: Vec<_> = functions.iter().map(|function| function.raw()).collect();
        // SAFETY: LLVM-I1; the shim reads as many functions as it is told there are.
        unsafe { shim::croft_shim_choose_callee(self.raw(), raw.as_mut_ptr(), raw.len()) }
    }
}
