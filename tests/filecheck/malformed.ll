; Lowering without checking still refuses what is malformed or not supported.
; RUN: not opt-22 -load-pass-plugin=%plugin -passes=croft-lower -S %s -o %t.out 2>&1 | FileCheck-22 %s
; RUN: test ! -s %t.out

; CHECK: error[R0102]
; CHECK: error: croft: 1 error; nothing was lowered
declare i64 @croft.push() nounwind

define void @kernel() nounwind {
  %region = call i64 @croft.push()
  ret void
}
