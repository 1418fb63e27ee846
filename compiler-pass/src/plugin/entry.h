// What the plugin's C++ side and its Rust side call of each other.
#pragma once
#include <llvm-c/Types.h>

extern "C" {
// Implemented in Rust (src/plugin/mod.rs). Each returns one of the outcomes below; *message, when set, is to be
// given back to croft_plugin_free.
int croft_plugin_check(LLVMModuleRef module, const char *manifests, char **message);
// `list` says which optimisations: as for `croft opt`, or empty for all.
int croft_plugin_opt(LLVMModuleRef module, const char *list, char **message);
int croft_plugin_lower(LLVMModuleRef module, int mode, char **message);
int croft_plugin_verify(LLVMModuleRef module, char **message);
int croft_plugin_print_effects(LLVMModuleRef module, char **message);
void croft_plugin_free(char *message);
}

enum croft_outcome {
  CROFT_UNCHANGED = 0,
  CROFT_CHANGED = 1,
  CROFT_FAILED = 2, // *message says why; the module must not be used
};

// How to lower: a mode, and the contexts of execution added to it.
enum croft_mode {
  CROFT_INLINE = 0,
  CROFT_CALL = 1,
  CROFT_DEBUG = 2,
  CROFT_MODE = 3, // the bits of the mode
  CROFT_THREADS = 4,
  CROFT_INTERRUPTS = 8,
};
