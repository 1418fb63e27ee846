; A module without regions comes out as it went in, and every analysis is kept.
; RUN: opt-22 -S %s -o %t.plain
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower,croft-lower<debug>,croft-verify' -S %s -o %t.passed
; RUN: cmp %t.plain %t.passed
; RUN: opt-22 -load-pass-plugin=%plugin -passes='require<globals-aa>,croft-check,croft-lower,croft-verify,print<croft-effects>,require<globals-aa>' -debug-pass-manager -disable-output %s 2>&1 | FileCheck-22 %s

; CHECK: Running analysis: GlobalsAA
; CHECK-NOT: Invalidating analysis
; CHECK: Running pass: {{.*}}LowerPass
; CHECK-NOT: Invalidating analysis
; CHECK-NOT: Running analysis: GlobalsAA
@global = internal global i64 0

define i64 @kernel(i64 %n) {
  %unused = add i64 %n, 0
  store i64 %unused, ptr @global
  %sum = add i64 %n, %unused
  ret i64 %sum
}
