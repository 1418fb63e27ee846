; Lowering twice is lowering once, in every mode and across modes.
; RUN: opt-22 -load-pass-plugin=%plugin -passes=croft-lower -S %s -o %t.once
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower,croft-lower' -S %s -o %t.twice
; RUN: cmp %t.once %t.twice
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower<call>' -S %s -o %t.called
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower<call>,croft-lower,croft-lower<debug>' -S %s -o %t.mixed
; RUN: cmp %t.called %t.mixed
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower<debug>' -S %s -o %t.debug
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower<debug>,croft-lower<debug>,croft-lower' -S %s -o %t.again
; RUN: cmp %t.debug %t.again
; RUN: FileCheck-22 %s --input-file %t.called
; RUN: not cmp -s %t.once %t.called

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind

; CHECK: call void @croft_rt_reset(
; CHECK: call void @croft_rt_pop(
define void @kernel() nounwind {
  %region = call ptr @croft.push()
  call void @croft.reset(ptr %region)
  call void @croft.pop(ptr %region)
  ret void
}
