// Registers Croft's passes with LLVM's new pass manager. No logic: each pass forwards to Rust.
#include "entry.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Plugins/PassPlugin.h>

#include <algorithm>
#include <cstdlib>
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

// As `outcome`, for a pass that changes the module. One that failed half-way may have left what no other pass can read, and clang goes
// on: nothing of it stays.
PreservedAnalyses change(Module &module, int result, char *message) {
  if (result == CROFT_FAILED) {
    const auto discard = [](GlobalValue &value) {
      value.replaceAllUsesWith(PoisonValue::get(value.getType()));
      value.eraseFromParent();
    };
    for (GlobalAlias &alias : make_early_inc_range(module.aliases()))
      discard(alias);
    for (GlobalIFunc &ifunc : make_early_inc_range(module.ifuncs()))
      discard(ifunc);
    for (Function &function : module) {
      function.deleteBody();
      function.setComdat(nullptr);
    }
  }
  return outcome(module, result, message);
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

struct OptPass : PassInfoMixin<OptPass> {
  explicit OptPass(std::string list = {}) : list(std::move(list)) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_opt(wrap(&module), list.c_str(), &message);
    return change(module, result, message);
  }
  std::string list; // which optimisations; empty for all
};

struct LowerPass : PassInfoMixin<LowerPass> {
  explicit LowerPass(int mode) : mode(mode) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_lower(wrap(&module), mode, &message);
    return change(module, result, message);
  }
  static bool isRequired() { return true; }
  int mode; // as croft_mode says
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

// How `croft-lower<parameters>` lowers: inline, call or debug, threads, interrupts; nothing if the text says something else.
std::optional<int> mode_of(StringRef parameters) {
  int mode = 0;
  bool chosen = false;
  while (!parameters.empty()) {
    auto [parameter, rest] = parameters.split(';');
    if (parameter == "threads")
      mode |= CROFT_THREADS;
    else if (parameter == "interrupts")
      mode |= CROFT_INTERRUPTS;
    else if (!chosen && (parameter == "inline" || parameter == "call" || parameter == "debug")) {
      mode |= parameter == "call" ? CROFT_CALL : parameter == "debug" ? CROFT_DEBUG : CROFT_INLINE;
      chosen = true;
    } else
      return std::nullopt;
    parameters = rest;
  }
  return mode;
}

// What runs by itself under `clang -fpass-plugin=`: a module that the checker rejects is not lowered.
struct CheckAndLowerPass : PassInfoMixin<CheckAndLowerPass> {
  explicit CheckAndLowerPass(bool optimises) : optimises(optimises) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    char *message = nullptr;
    int result = croft_plugin_check(wrap(&module), "", &message);
    if (result == CROFT_FAILED)
      return outcome(module, result, message);
    if (message)
      croft_plugin_free(message);
    message = nullptr;
    // Clang gives a plugin's passes no parameters: the environment has those of croft-lower.
    const char *parameters = std::getenv("CROFT_LOWER");
    std::optional<int> mode = mode_of(parameters ? parameters : "");
    if (!mode) {
      module.getContext().emitError("croft: CROFT_LOWER is no list of inline, call or debug, threads, interrupts: `" +
                                    Twine(parameters) + "`");
      return PreservedAnalyses::all();
    }
    // What mode debug looks at is not optimised away, and without optimisation nothing is.
    if (optimises && (*mode & CROFT_MODE) != CROFT_DEBUG) {
      const char *list = std::getenv("CROFT_OPT");
      result = croft_plugin_opt(wrap(&module), list ? list : "", &message);
      if (result == CROFT_FAILED)
        return change(module, result, message);
      if (message)
        croft_plugin_free(message);
      message = nullptr;
    }
    result = croft_plugin_lower(wrap(&module), *mode, &message);
    return change(module, result, message);
  }
  static bool isRequired() { return true; }
  bool optimises;
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

// The list of `croft-opt<LIST>`, in which semicolons separate names, as commas do on the command line.
std::optional<std::string> list_of(StringRef name) {
  if (!name.consume_front("croft-opt<") || !name.consume_back(">") || name.empty())
    return std::nullopt;
  std::string list = name.str();
  std::replace(list.begin(), list.end(), ';', ',');
  return list;
}

// The same of a pass's whole text.
std::optional<int> lower_mode_of(StringRef name) {
  if (!name.consume_front("croft-lower<") || !name.consume_back(">") || name.empty())
    return std::nullopt;
  return mode_of(name);
}

bool parse(StringRef name, ModulePassManager &passes, ArrayRef<PassBuilder::PipelineElement>) {
  if (name == "croft-check")
    passes.addPass(CheckPass());
  else if (auto manifests = manifests_of(name))
    passes.addPass(CheckPass(std::move(*manifests)));
  else if (name == "croft-opt")
    passes.addPass(OptPass());
  else if (auto list = list_of(name))
    passes.addPass(OptPass(std::move(*list)));
  else if (name == "croft-lower")
    passes.addPass(LowerPass(CROFT_INLINE));
  else if (auto mode = lower_mode_of(name))
    passes.addPass(LowerPass(*mode));
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
  builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel level) {
    passes.addPass(CheckAndLowerPass(level != OptimizationLevel::O0));
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
