#include "shim.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>

#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/AsmParser/AsmParserContext.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/BinaryFormat/Magic.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/ModuleSlotTracker.h>
#include <llvm/IR/Operator.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/CallPromotionUtils.h>
#include <llvm/Transforms/Utils/Local.h>

using namespace llvm;

static const char *const CALLED_BACK = "croft.called-back";

static char *copy(const std::string &text) { return strdup(text.c_str()); }

static bool is_bitcode(const char *data, size_t size) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(data);
  return isBitcode(bytes, bytes + size);
}

static void mark_lines_of(Module &module, const AsmParserContext &places, StringRef path) {
  DIBuilder builder(module);
  DIFile *file = nullptr;
  DICompileUnit *unit = nullptr;
  for (Function &function : module) {
    if (function.isDeclaration() || function.getSubprogram())
      continue;
    auto where = places.getFunctionLocation(&function);
    if (!where)
      continue;
    if (!unit) {
      file = builder.createFile(path, "");
      unit = builder.createCompileUnit(dwarf::DW_LANG_C, file, "croft", false, "", 0, "",
                                       DICompileUnit::LineTablesOnly);
    }
    auto *type = builder.createSubroutineType(builder.getOrCreateTypeArray({}));
    DISubprogram *subprogram =
        builder.createFunction(unit, function.getName(), "", file, where->Start.Line + 1, type,
                               where->Start.Line + 1, DINode::FlagZero,
                               DISubprogram::SPFlagDefinition);
    function.setSubprogram(subprogram);
    for (BasicBlock &block : function)
      for (Instruction &instruction : block)
        if (auto place = places.getInstructionLocation(&instruction))
          instruction.setDebugLoc(DILocation::get(module.getContext(), place->Start.Line + 1,
                                                  place->Start.Col + 1, subprogram));
  }
  if (!unit)
    return;
  builder.finalize();
  if (!module.getModuleFlag("Debug Info Version"))
    module.addModuleFlag(Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
}

LLVMModuleRef croft_shim_parse(LLVMContextRef context, const char *data, size_t size,
                               const char *name, int mark_lines, char **error) {
  *error = nullptr;
  LLVMContext &ctx = *unwrap(context);
  if (is_bitcode(data, size)) {
    auto parsed = parseBitcodeFile(MemoryBufferRef(StringRef(data, size), name), ctx);
    if (!parsed) {
      *error = copy(toString(parsed.takeError()));
      return nullptr;
    }
    return wrap(parsed->release());
  }
  // The text parser wants a terminating zero, which a mapped or read file may lack.
  auto buffer = MemoryBuffer::getMemBufferCopy(StringRef(data, size), name);
  SMDiagnostic diagnostic;
  AsmParserContext places;
  auto keep_layout = [](StringRef, StringRef) -> std::optional<std::string> {
    return std::nullopt;
  };
  auto module = parseAssembly(buffer->getMemBufferRef(), diagnostic, ctx, nullptr, keep_layout,
                              mark_lines ? &places : nullptr);
  if (!module) {
    std::string text;
    raw_string_ostream out(text);
    if (diagnostic.getLineNo() > 0)
      out << diagnostic.getLineNo() << ":" << diagnostic.getColumnNo() + 1 << ": ";
    out << diagnostic.getMessage();
    *error = copy(text);
    return nullptr;
  }
  if (mark_lines)
    mark_lines_of(*module, places, name);
  return wrap(module.release());
}

char *croft_shim_producer(const char *data, size_t size) {
  if (!is_bitcode(data, size))
    return nullptr;
  auto producer = getBitcodeProducerString(MemoryBufferRef(StringRef(data, size), "bitcode"));
  if (!producer) {
    consumeError(producer.takeError());
    return nullptr;
  }
  return copy(*producer);
}

void croft_shim_free(char *text) { free(text); }

unsigned croft_shim_function_facts(LLVMValueRef value) {
  const auto *function = dyn_cast<Function>(unwrap(value));
  if (!function)
    return 0;
  unsigned facts = 0;
  if (!function->isInterposable())
    facts |= CROFT_FN_EXACT;
  if (function->hasLocalLinkage())
    facts |= CROFT_FN_LOCAL;
  // A mention in llvm.used or in an annotation is no way to call the function.
  if (function->hasAddressTaken(nullptr, false, true, true, false, false))
    facts |= CROFT_FN_ADDRESS_TAKEN;
  if (function->doesNotThrow())
    facts |= CROFT_FN_NOUNWIND;
  if (function->doesNotReturn())
    facts |= CROFT_FN_NORETURN;
  if (function->doesNotAccessMemory())
    facts |= CROFT_FN_NO_MEMORY;
  if (function->onlyReadsMemory())
    facts |= CROFT_FN_READ_ONLY;
  if (function->hasFnAttribute(Attribute::Naked))
    facts |= CROFT_FN_NAKED;
  if (function->hasFnAttribute(Attribute::OptimizeNone))
    facts |= CROFT_FN_OPTNONE;
  if (function->hasFnAttribute(Attribute::ReturnsTwice))
    facts |= CROFT_FN_RETURNS_TWICE;
  return facts;
}

unsigned croft_shim_call_facts(LLVMValueRef value) {
  const auto *call = dyn_cast<CallBase>(unwrap(value));
  if (!call)
    return 0;
  unsigned facts = 0;
  if (call->doesNotThrow())
    facts |= CROFT_FN_NOUNWIND;
  if (call->doesNotReturn())
    facts |= CROFT_FN_NORETURN;
  if (call->doesNotAccessMemory())
    facts |= CROFT_FN_NO_MEMORY;
  if (call->onlyReadsMemory())
    facts |= CROFT_FN_READ_ONLY;
  if (call->onlyAccessesInaccessibleMemOrArgMem())
    facts |= CROFT_FN_ARGUMENTS_ONLY;
  if (call->hasFnAttr(Attribute::ReturnsTwice))
    facts |= CROFT_FN_RETURNS_TWICE;
  if (call->hasFnAttr(CALLED_BACK))
    facts |= CROFT_FN_CALLED_BACK;
  return facts;
}

unsigned croft_shim_argument_facts(LLVMValueRef value, unsigned index) {
  const auto *call = dyn_cast<CallBase>(unwrap(value));
  if (!call || index >= call->arg_size())
    return 0;
  unsigned facts = 0;
  if (call->doesNotCapture(index))
    facts |= CROFT_ARG_NO_CAPTURE;
  if (call->onlyReadsMemory(index))
    facts |= CROFT_ARG_READ_ONLY;
  if (call->doesNotAccessMemory(index))
    facts |= CROFT_ARG_NO_ACCESS;
  if (call->paramHasAttr(index, Attribute::Returned))
    facts |= CROFT_ARG_RETURNED;
  if (call->isByValArgument(index))
    facts |= CROFT_ARG_BYVAL;
  return facts;
}

void croft_shim_delete_body(LLVMValueRef value) {
  if (auto *function = dyn_cast<Function>(unwrap(value))) {
    function->deleteBody();
    function->setComdat(nullptr);
  }
}

void croft_shim_drop_initializer(LLVMValueRef value) {
  if (auto *global = dyn_cast<GlobalVariable>(unwrap(value))) {
    global->setInitializer(nullptr);
    global->setLinkage(GlobalValue::ExternalLinkage);
    global->setComdat(nullptr);
  }
}

LLVMBasicBlockRef croft_shim_split_predecessors(LLVMBasicBlockRef target, LLVMBasicBlockRef *predecessors,
                                                size_t count) {
  BasicBlock *block = unwrap(target);
  SmallVector<BasicBlock *, 8> chosen;
  for (size_t index = 0; index < count; ++index) {
    chosen.push_back(unwrap(predecessors[index]));
    if (isa<IndirectBrInst, CallBrInst>(chosen.back()->getTerminator()))
      return nullptr;
  }
  if (block->isEHPad() || !block->canSplitPredecessors())
    return nullptr;
  return wrap(SplitBlockPredecessors(block, chosen, ".croft"));
}

LLVMValueRef croft_shim_invoke_to_call(LLVMValueRef value) {
  auto *invoke = dyn_cast<InvokeInst>(unwrap(value));
  return invoke ? wrap(changeToCall(invoke)) : value;
}

void croft_shim_resolve_aliases(LLVMModuleRef module) {
  for (GlobalAlias &alias : make_early_inc_range(unwrap(module)->aliases())) {
    Constant *named = &alias;
    // Aliases may name each other, but not in a circle: the verifier sees to that.
    while (auto *another = dyn_cast<GlobalAlias>(named)) {
      if (another->isInterposable())
        break;
      named = another->getAliasee();
    }
    if (!isa<Function>(named) || named->getType() != alias.getType())
      continue;
    alias.replaceAllUsesWith(named);
    // What nobody can name any more is no way to call the function.
    if (alias.hasLocalLinkage())
      alias.eraseFromParent();
  }
}

void croft_shim_strip_optnone(LLVMModuleRef module) {
  for (Function &function : *unwrap(module))
    if (function.hasFnAttribute(Attribute::OptimizeNone)) {
      function.removeFnAttr(Attribute::OptimizeNone);
      // optnone demands noinline; the pair came together, so it leaves together.
      function.removeFnAttr(Attribute::NoInline);
    }
}

void croft_shim_address_step(LLVMValueRef address, int64_t *constant, uint64_t *stride) {
  auto *gep = cast<GetElementPtrInst>(unwrap(address));
  const DataLayout &layout = gep->getModule()->getDataLayout();
  unsigned width = layout.getIndexTypeSizeInBits(gep->getType());
  SmallMapVector<Value *, APInt, 4> variables;
  APInt bytes(width, 0);
  *constant = 0;
  *stride = 1; // anywhere, unless all of it is understood
  if (width > 64 || !gep->collectOffset(layout, width, variables, bytes))
    return;
  uint64_t divisor = 0;
  for (auto &[index, scale] : variables)
    divisor = std::gcd(divisor, scale.abs().getZExtValue());
  *constant = bytes.getSExtValue();
  *stride = divisor;
}

LLVMValueRef croft_shim_variable_of(LLVMValueRef address, int64_t *offset) {
  auto *constant = dyn_cast<Constant>(unwrap(address));
  *offset = 0;
  if (!constant || !constant->getType()->isPointerTy())
    return nullptr;
  if (auto *variable = dyn_cast<GlobalVariable>(constant))
    return wrap(variable);
  auto *expression = dyn_cast<ConstantExpr>(constant);
  if (!expression || expression->getOpcode() != Instruction::GetElementPtr)
    return nullptr;
  // The layout is the module's, which only the variable at the expression's root knows.
  Value *root = expression->stripPointerCasts();
  for (unsigned depth = 0; depth < 64; ++depth) {
    auto *step = dyn_cast<GEPOperator>(root);
    if (!step)
      break;
    root = step->getPointerOperand();
  }
  auto *variable = dyn_cast<GlobalVariable>(root);
  if (!variable)
    return nullptr;
  const DataLayout &layout = variable->getParent()->getDataLayout();
  APInt bytes(layout.getIndexTypeSizeInBits(expression->getType()), 0);
  Value *base = expression->stripAndAccumulateConstantOffsets(layout, bytes, /*AllowNonInbounds=*/true);
  if (base != variable || bytes.getSignificantBits() > 64)
    return nullptr;
  *offset = bytes.getSExtValue();
  return wrap(variable);
}

LLVMValueRef croft_shim_pointer_in(LLVMValueRef value, int64_t offset) {
  auto *variable = dyn_cast<GlobalVariable>(unwrap(value));
  if (!variable || !variable->hasInitializer())
    return nullptr;
  const DataLayout &layout = variable->getParent()->getDataLayout();
  Type *pointer = PointerType::get(variable->getContext(), 0);
  APInt bytes(layout.getIndexTypeSizeInBits(variable->getType()), offset, /*isSigned=*/true);
  return wrap(ConstantFoldLoadFromConst(variable->getInitializer(), pointer, bytes, layout));
}

static unsigned small(TypeSize bits) {
  if (bits.isScalable() || bits.getFixedValue() / 8 >= UINT32_MAX)
    return UINT32_MAX;
  return divideCeil(bits.getFixedValue(), 8);
}

unsigned croft_shim_accessed_bytes(LLVMValueRef value) {
  auto *inst = dyn_cast<Instruction>(unwrap(value));
  if (!inst)
    return UINT32_MAX;
  const DataLayout &layout = inst->getModule()->getDataLayout();
  if (auto *load = dyn_cast<LoadInst>(inst))
    return small(layout.getTypeStoreSizeInBits(load->getType()));
  if (auto *store = dyn_cast<StoreInst>(inst))
    return small(layout.getTypeStoreSizeInBits(store->getValueOperand()->getType()));
  if (auto *update = dyn_cast<AtomicRMWInst>(inst))
    return small(layout.getTypeStoreSizeInBits(update->getValOperand()->getType()));
  if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(inst))
    return small(layout.getTypeStoreSizeInBits(exchange->getNewValOperand()->getType()));
  if (auto *fill = dyn_cast<MemIntrinsic>(inst))
    if (auto *length = dyn_cast<ConstantInt>(fill->getLength()))
      return length->getValue().ult(UINT32_MAX) ? length->getZExtValue() : UINT32_MAX;
  return UINT32_MAX;
}

static void mark(Value *value, BasicBlock::iterator before, const DebugLoc &place, Instruction *user) {
  auto *freeze = new FreezeInst(value, CROFT_RETURN_MARK, before);
  freeze->setDebugLoc(place);
  user->replaceUsesOfWith(value, freeze);
}

void croft_shim_mark_returns(LLVMModuleRef module) {
  SmallPtrSet<StoreInst *, 8> stores;
  SmallPtrSet<ReturnInst *, 8> exits;
  for (Function &function : *unwrap(module))
    for (BasicBlock &block : function) {
      auto *exit = dyn_cast_or_null<ReturnInst>(block.getTerminator());
      auto *load = exit ? dyn_cast_or_null<LoadInst>(exit->getReturnValue()) : nullptr;
      auto *slot = load ? dyn_cast<AllocaInst>(load->getPointerOperand()) : nullptr;
      if (!slot || !load->getType()->isPointerTy())
        continue;
      if (load->getDebugLoc() != exit->getDebugLoc()) {
        // The one `return` of the function reads its variable where it stands.
        exits.insert(exit);
        continue;
      }
      for (User *user : slot->users())
        if (auto *store = dyn_cast<StoreInst>(user))
          if (store->getPointerOperand() == slot && store->getValueOperand()->getType()->isPointerTy())
            stores.insert(store);
    }
  for (StoreInst *store : stores)
    mark(store->getValueOperand(), store->getIterator(), store->getDebugLoc(), store);
  for (ReturnInst *exit : exits) {
    auto *load = cast<LoadInst>(exit->getReturnValue());
    mark(load, std::next(load->getIterator()), load->getDebugLoc(), exit);
  }
}

// Whether memory is only read through an address: then a copy of it is as good as the original.
static bool is_only_read(Value *parameter) {
  SmallVector<Value *, 8> work{parameter};
  SmallPtrSet<Value *, 8> seen{parameter};
  while (!work.empty()) {
    Value *address = work.pop_back_val();
    for (User *user : address->users()) {
      if (isa<GetElementPtrInst>(user) || isa<AddrSpaceCastInst>(user)) {
        if (seen.insert(user).second)
          work.push_back(user);
      } else if (auto *copy = dyn_cast<MemTransferInst>(user)) {
        if (copy->getRawDest() == address)
          return false;
      } else if (!isa<LoadInst>(user)) {
        return false;
      }
    }
  }
  return true;
}

void croft_shim_copy_arguments(LLVMModuleRef module) {
  for (Function &function : *unwrap(module)) {
    if (function.isDeclaration())
      continue;
    for (Argument &argument : function.args()) {
      if (!argument.hasByValAttr() || is_only_read(&argument))
        continue;
      Type *type = argument.getParamByValType();
      const DataLayout &layout = function.getDataLayout();
      TypeSize size = layout.getTypeAllocSize(type);
      if (size.isScalable())
        continue;
      Align align = argument.getParamAlign().value_or(layout.getABITypeAlign(type));
      IRBuilder<> builder(&function.getEntryBlock(), function.getEntryBlock().getFirstInsertionPt());
      AllocaInst *slot = builder.CreateAlloca(type, nullptr, argument.getName());
      slot->setAlignment(align);
      Value *copy = slot->getType() == argument.getType()
                        ? static_cast<Value *>(slot)
                        : builder.CreateAddrSpaceCast(slot, argument.getType());
      argument.replaceAllUsesWith(copy);
      builder.CreateMemCpy(slot, align, &argument, align, size.getFixedValue());
    }
  }
}

int croft_shim_call_back(LLVMValueRef value, unsigned callee, const unsigned *given, const unsigned char *into,
                         size_t count) {
  auto *call = dyn_cast<CallInst>(unwrap(value));
  if (!call || callee >= call->arg_size() || !call->getArgOperand(callee)->getType()->isPointerTy())
    return 0;
  LLVMContext &context = call->getContext();
  Value *target = call->getArgOperand(callee);
  SmallVector<Type *, 4> types;
  for (size_t index = 0; index < count; ++index) {
    if (given[index] >= call->arg_size())
      return 0;
    types.push_back(call->getArgOperand(given[index])->getType());
    if (into[index] && !types.back()->isPointerTy())
      return 0;
  }
  // What is called through a pointer most often compares.
  auto *known = dyn_cast<Function>(target->stripPointerCasts());
  Type *result = known ? known->getReturnType() : Type::getInt32Ty(context);
  auto *type = FunctionType::get(result, types, false);
  if (known && known->getFunctionType() != type)
    return 0;
  BasicBlock *before = call->getParent();
  BasicBlock *after = SplitBlock(before, call->getIterator());
  auto *loop = BasicBlock::Create(context, "", before->getParent(), after);
  IRBuilder<> builder(before->getTerminator());
  builder.SetCurrentDebugLocation(call->getDebugLoc());
  auto unknown = [&](Type *type) { return builder.CreateFreeze(UndefValue::get(type)); };
  builder.CreateCondBr(unknown(builder.getInt1Ty()), loop, after);
  before->getTerminator()->eraseFromParent();
  builder.SetInsertPoint(loop);
  SmallVector<Value *, 4> arguments;
  for (size_t index = 0; index < count; ++index) {
    Value *argument = call->getArgOperand(given[index]);
    if (into[index])
      argument = builder.CreateGEP(builder.getInt8Ty(), argument, unknown(builder.getInt64Ty()));
    arguments.push_back(argument);
  }
  builder.CreateCall(type, target, arguments);
  builder.CreateCondBr(unknown(builder.getInt1Ty()), loop, after);
  return 1;
}

void croft_shim_set_called_back(LLVMValueRef value) {
  auto *call = cast<CallBase>(unwrap(value));
  call->addFnAttr(Attribute::get(call->getContext(), CALLED_BACK));
}

void croft_shim_choose_callee(LLVMValueRef value, LLVMValueRef *functions, size_t count) {
  auto *call = dyn_cast<CallBase>(unwrap(value));
  if (!call || count == 0)
    return;
  for (size_t index = 0; index + 1 < count; ++index)
    promoteCallWithIfThenElse(*call, unwrap<Function>(functions[index]));
  promoteCall(*call, unwrap<Function>(functions[count - 1]));
}

int croft_shim_has_final_initializer(LLVMValueRef value) {
  auto *variable = dyn_cast<GlobalVariable>(unwrap(value));
  return variable && variable->hasDefinitiveInitializer();
}

static thread_local std::unique_ptr<ModuleSlotTracker> slot_numbers;
static thread_local const Module *numbered;
static thread_local const Function *numbered_function;

void croft_shim_begin_printing(LLVMModuleRef module) {
  numbered = unwrap(module);
  numbered_function = nullptr;
  slot_numbers = std::make_unique<ModuleSlotTracker>(numbered);
}

void croft_shim_end_printing(void) { slot_numbers.reset(); }

char *croft_shim_print(LLVMValueRef value) {
  auto *inst = dyn_cast<Instruction>(unwrap(value));
  if (!slot_numbers || !inst || !inst->getParent() || inst->getModule() != numbered)
    return nullptr;
  if (numbered_function != inst->getFunction()) {
    numbered_function = inst->getFunction();
    slot_numbers->incorporateFunction(*numbered_function);
  }
  std::string text;
  raw_string_ostream stream(text);
  inst->print(stream, *slot_numbers);
  return copy(text);
}

void croft_shim_set_call_nounwind(LLVMValueRef value) {
  if (auto *call = dyn_cast<CallBase>(unwrap(value)))
    call->setDoesNotThrow();
}

void croft_shim_drop_module_metadata(LLVMModuleRef module) {
  SmallVector<NamedMDNode *, 4> nodes;
  for (NamedMDNode &node : unwrap(module)->named_metadata())
    nodes.push_back(&node);
  for (NamedMDNode *node : nodes)
    node->eraseFromParent();
}
