; The mode in angle brackets: debug mode ends regions by the poisoning twins.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<debug>' -S %s | FileCheck-22 %s
; RUN: not opt-22 -load-pass-plugin=%plugin -passes='croft-lower<slow>' -disable-output %s

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

; CHECK-LABEL: define void @kernel(
; CHECK: call ptr @croft_rt_alloc(
; CHECK: call void @croft_rt_debug_reset(
; CHECK: call void @croft_rt_debug_pop(
; CHECK-NOT: @croft_rt_pop
define void @kernel() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %object
  call void @croft.reset(ptr %region)
  call void @croft.pop(ptr %region)
  ret void
}
