; What the checker rejects is not optimised: a wrong program keeps what it does, for a look at it in mode debug.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt,verify' -S %s | FileCheck-22 %s

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

; CHECK-LABEL: define i64 @late(
; CHECK-NOT: alloca
; CHECK: croft.push
; CHECK: croft.alloc
; CHECK: croft.pop
; CHECK: ret i64
define i64 @late() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %object
  call void @croft.pop(ptr %region)
  %result = load i64, ptr %object
  ret i64 %result
}
