// What LLVM's C interface does not offer and Croft needs. Every function here is a thin
// forward to one LLVM call or one short walk; no analysis lives on this side.
#pragma once
#include <llvm-c/Types.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
// Parses text or bitcode. On failure returns null and sets *error (free with croft_shim_free).
// With `mark_lines`, functions of textual IR that carry no debug information get the line of each
// instruction in the text as its debug location: this is how findings name a place in plain .ll.
LLVMModuleRef croft_shim_parse(LLVMContextRef context, const char *data, size_t size,
                               const char *name, int mark_lines, char **error);
// Bitcode only: the name of the program that wrote it, or null.
char *croft_shim_producer(const char *data, size_t size);
void croft_shim_free(char *text);

enum { // croft_shim_function_facts
  CROFT_FN_EXACT = 1,         // the body here is the one that runs (linkage is not replaceable)
  CROFT_FN_LOCAL = 2,         // internal or private
  CROFT_FN_ADDRESS_TAKEN = 4, // may be called from places this module does not show
  CROFT_FN_NOUNWIND = 8,
  CROFT_FN_NORETURN = 16,
  CROFT_FN_NO_MEMORY = 32,
  CROFT_FN_READ_ONLY = 64,
  CROFT_FN_NAKED = 128,
  CROFT_FN_OPTNONE = 256,
  CROFT_FN_RETURNS_TWICE = 512,
  CROFT_FN_ARGUMENTS_ONLY = 2048, // of a call: accesses no memory but what its arguments point to, and none of the module's
  CROFT_FN_CALLED_BACK = 1024, // of a call: croft_shim_call_back has seen to all that it calls back
};
unsigned croft_shim_function_facts(LLVMValueRef function);
unsigned croft_shim_call_facts(LLVMValueRef call); // the same bits, of the call site and its callee

enum { // croft_shim_argument_facts
  CROFT_ARG_NO_CAPTURE = 1,
  CROFT_ARG_READ_ONLY = 2,
  CROFT_ARG_NO_ACCESS = 4,
  CROFT_ARG_RETURNED = 8,
  CROFT_ARG_BYVAL = 16,
};
unsigned croft_shim_argument_facts(LLVMValueRef call, unsigned index);

void croft_shim_delete_body(LLVMValueRef function);
void croft_shim_drop_initializer(LLVMValueRef global);
// Puts a new basic block between `count` predecessors of a block and the block, and returns it. Null if LLVM cannot: a
// predecessor ends in a branch to an address, or the block begins with a landing pad.
LLVMBasicBlockRef croft_shim_split_predecessors(LLVMBasicBlockRef block, LLVMBasicBlockRef *predecessors,
                                                size_t count);
LLVMValueRef croft_shim_invoke_to_call(LLVMValueRef invoke);
void croft_shim_resolve_aliases(LLVMModuleRef module);
void croft_shim_strip_optnone(LLVMModuleRef module);
// Marks what a `return` that the user wrote returns by a freeze with the place of that `return`: promoting stack slots
// would lose it, and the place of the instruction that returns is the end of the function.
#define CROFT_RETURN_MARK "croft.return"
void croft_shim_mark_returns(LLVMModuleRef module);
// Copies what is passed by value and written, or goes on, into a stack slot: the callee's copy is its own.
void croft_shim_copy_arguments(LLVMModuleRef module);
// What an address computation adds to its base: *constant bytes and multiples of *stride (0: none).
void croft_shim_address_step(LLVMValueRef address, int64_t *constant, uint64_t *stride);
// The variable that a constant address lies in, and *offset, or null.
LLVMValueRef croft_shim_variable_of(LLVMValueRef address, int64_t *offset);
// The pointer that a variable is initialised with at an offset, or null.
LLVMValueRef croft_shim_pointer_in(LLVMValueRef variable, int64_t offset);
// How many bytes a memory instruction accesses (a copy or fill: through each pointer); UINT32_MAX if not constant.
unsigned croft_shim_accessed_bytes(LLVMValueRef instruction);
// Puts calls of argument `callee` before a call, any number of times or none, with `count` arguments: those numbered in
// `given`, or, where `into` says so, an unknown address in what they point to. 0 if that cannot be done.
int croft_shim_call_back(LLVMValueRef call, unsigned callee, const unsigned *given, const unsigned char *into,
                         size_t count);
void croft_shim_set_called_back(LLVMValueRef call);
// Replaces a call through a pointer by a choice among direct calls of `count` functions of the called type. The pointer
// must be one of them.
void croft_shim_choose_callee(LLVMValueRef call, LLVMValueRef *functions, size_t count);
int croft_shim_has_final_initializer(LLVMValueRef variable);
// Printing an instruction numbers its whole function first. Between `begin` and `end` the numbers are kept from one
// instruction to the next; the module must not change meanwhile. `print` returns null outside, and for other values.
void croft_shim_begin_printing(LLVMModuleRef module);
void croft_shim_end_printing(void);
char *croft_shim_print(LLVMValueRef instruction);
void croft_shim_set_call_nounwind(LLVMValueRef call);
// Removes module flags and identification, which would clash or linger when the module is linked.
void croft_shim_drop_module_metadata(LLVMModuleRef module);
}
