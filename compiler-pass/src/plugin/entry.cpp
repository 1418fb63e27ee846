// Registers Croft's passes with LLVM's new pass manager. No logic: each pass forwards to Rust.
#include "entry.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Plugins/PassPlugin.h>

#include <optional>
#include <string>
#include <utility>

using namespace llvm;

namespace {

// Reports a failure the way the host compiler reports its own errors. `opt` ends here; clang goes on to the end
// of the pipeline and then writes nothing.
PreservedAnalyses outcome(Module &module, int result, char *message) {
  if (result == CROFT_FAILED)
    module.getContext().emitError(message ? message : "croft: failed");
  if (message)
    croft_plugin_free(message);
  return result == CROFT_UNCHANGED ? PreservedAnalyses::all() : PreservedAnalyses::none();
}

struct CheckPass : PassInfoMixin<CheckPass> {
  explicit CheckPass(std::string manifests = {}) : manifests(std::move(manifests)) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_check(wrap(&module), manifests.c_str(), &message);
    // Checking works on a copy: even a rejected module is as it was.
    outcome(module, result, message);
    return PreservedAnalyses::all();
  }
  static bool isRequired() { return true; }
  // Files with effect manifests, a line each.
  std::string manifests;
};

struct LowerPass : PassInfoMixin<LowerPass> {
  explicit LowerPass(croft_mode mode) : mode(mode) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_lower(wrap(&module), mode, &message);
    return outcome(module, result, message);
  }
  static bool isRequired() { return true; }
  croft_mode mode;
};

struct VerifyPass : PassInfoMixin<VerifyPass> {
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_verify(wrap(&module), &message);
    return outcome(module, result, message);
  }
  static bool isRequired() { return true; }
};

struct PrintEffectsPass : PassInfoMixin<PrintEffectsPass> {
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_print_effects(wrap(&module), &message);
    return outcome(module, result, message);
  }
  static bool isRequired() { return true; }
};

// What runs by itself under `clang -fpass-plugin=`: a module that the checker rejects is not lowered.
struct CheckAndLowerPass : PassInfoMixin<CheckAndLowerPass> {
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_check(wrap(&module), "", &message);
    if (result == CROFT_FAILED)
      return outcome(module, result, message);
    if (message)
      croft_plugin_free(message);
    message = nullptr;
    result = croft_plugin_lower(wrap(&module), CROFT_INLINE, &message);
    return outcome(module, result, message);
  }
  static bool isRequired() { return true; }
};

// The files of `croft-check<effects=FILE;effects=FILE>`, a line each; nothing if the text is not of that form.
std::optional<std::string> manifests_of(StringRef name) {
  if (!name.consume_front("croft-check<") || !name.consume_back(">"))
    return std::nullopt;
  std::string files;
  while (!name.empty()) {
    auto [parameter, rest] = name.split(';');
    if (!parameter.consume_front("effects=") || parameter.empty())
      return std::nullopt;
    files += parameter.str() + "\n";
    name = rest;
  }
  return files;
}

bool parse(StringRef name, ModulePassManager &passes, ArrayRef<PassBuilder::PipelineElement>) {
  if (name == "croft-check")
    passes.addPass(CheckPass());
  else if (auto manifests = manifests_of(name))
    passes.addPass(CheckPass(std::move(*manifests)));
  else if (name == "croft-lower" || name == "croft-lower<inline>")
    passes.addPass(LowerPass(CROFT_INLINE));
  else if (name == "croft-lower<call>")
    passes.addPass(LowerPass(CROFT_CALL));
  else if (name == "croft-lower<debug>")
    passes.addPass(LowerPass(CROFT_DEBUG));
  else if (name == "croft-verify")
    passes.addPass(VerifyPass());
  else if (name == "print<croft-effects>")
    passes.addPass(PrintEffectsPass());
  else
    return false;
  return true;
}

void register_passes(PassBuilder &builder) {
  builder.registerPipelineParsingCallback(parse);
  builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel) {
    passes.addPass(CheckAndLowerPass());
  });
}

} // namespace

// Reached through llvmGetPassPluginInfo, which Rust exports (src/plugin/mod.rs).
extern "C" __attribute__((visibility("hidden"))) PassPluginLibraryInfo croft_plugin_info() {
  PassPluginLibraryInfo info;
  info.APIVersion = LLVM_PLUGIN_API_VERSION;
  info.PluginName = "croft";
  info.PluginVersion = CROFT_VERSION;
  info.RegisterPassBuilderCallbacks = register_passes;
  return info;
}
