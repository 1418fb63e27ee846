// What debug information says beyond LLVM's C interface. Thin forwards, as in shim.h.
#pragma once
#include <llvm-c/Types.h>
#include <stddef.h>

extern "C" {
// The name of the function that a scope lies in, as the source has it; null if there is none. Not zero-terminated:
// its length goes to *length. The text belongs to the context.
const char *croft_debug_function(LLVMMetadataRef scope, size_t *length);
// The name of the source variable that holds a value, in the same form.
const char *croft_debug_variable(LLVMValueRef value, size_t *length);
}
