#include "debug.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DebugProgramInstruction.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Instruction.h>

using namespace llvm;

static const char *give(StringRef text, size_t *length) {
  *length = text.size();
  return text.empty() ? nullptr : text.data();
}

const char *croft_debug_function(LLVMMetadataRef scope, size_t *length) {
  *length = 0;
  const auto *node = dyn_cast_or_null<DILocalScope>(unwrap(scope));
  const DISubprogram *function = node ? node->getSubprogram() : nullptr;
  return function ? give(function->getName(), length) : nullptr;
}

// Whether a record says that a variable is the value. A variable that is computed from it is another one, and what was
// inlined belongs to the callee.
static bool names(const DbgVariableRecord &record, const Value *value) {
  return record.getNumVariableLocationOps() == 1 && record.getVariableLocationOp(0) == value &&
         record.getExpression()->getNumElements() == 0 && !record.getVariable()->isArtificial() &&
         !record.getDebugLoc().getInlinedAt();
}

const char *croft_debug_variable(LLVMValueRef raw, size_t *length) {
  *length = 0;
  Value *value = unwrap(raw);
  // The variable that takes the value first names it; others are copies.
  Instruction *after = nullptr;
  if (auto *instruction = dyn_cast<Instruction>(value))
    after = instruction->getNextNode();
  else if (auto *argument = dyn_cast<Argument>(value); argument && !argument->getParent()->isDeclaration())
    after = &argument->getParent()->getEntryBlock().front();
  else
    return nullptr;
  for (; after; after = after->getNextNode())
    for (DbgVariableRecord &record : filterDbgVars(after->getDbgRecordRange()))
      if (names(record, value))
        return give(record.getVariable()->getName(), length);
  SmallVector<DbgVariableRecord *, 4> records;
  findDbgValues(value, records);
  for (const DbgVariableRecord *record : records)
    if (names(*record, value))
      return give(record->getVariable()->getName(), length);
  return nullptr;
}
