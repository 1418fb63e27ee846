; Check and lower in one pipeline: the operations become the runtime's code, and the verifier of LLVM agrees.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<inline>' -S %s | FileCheck-22 %s

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

; CHECK-NOT: croft.
; CHECK-LABEL: define i64 @kernel(
; CHECK: @croft_pool
; CHECK: call { i64, i64 } @croft_rt_refill_known(
; CHECK-NOT: alloca
; CHECK: ret i64 %value
; CHECK-NOT: croft.
define i64 @kernel(i64 %value) nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 %value, ptr %object
  %result = load i64, ptr %object
  call void @croft.pop(ptr %region)
  ret i64 %result
}
