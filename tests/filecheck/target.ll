; Inlining refuses a target that the runtime's bitcode does not fit; plain calls work for it.
; RUN: not opt-22 -load-pass-plugin=%plugin -passes=croft-lower -S %s -o %t.out 2>&1 | FileCheck-22 %s --check-prefix=INLINE
; RUN: test ! -s %t.out
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<call>,croft-verify' -S %s | FileCheck-22 %s --check-prefix=CALL

; INLINE: croft: cannot inline the runtime for target `armv7-none-eabi`
; INLINE-SAME: use mode call
; CALL: call ptr @croft_rt_alloc(ptr %region, i32 8, i32 8)
target datalayout = "e-m:e-p:32:32-Fi8-i64:64-v128:64:128-a:0:32-n32-S64"
target triple = "armv7-none-eabi"
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i32, i32) nounwind

define void @kernel() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i32 8, i32 8)
  store volatile i32 1, ptr %object
  call void @croft.pop(ptr %region)
  ret void
}
