; A rejected module fails the pipeline with the finding and its count, and no module is written.
; RUN: not opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower' -S %s -o %t.out 2> %t.err
; RUN: FileCheck-22 %s --input-file %t.err
; RUN: test ! -s %t.out

; CHECK: error[R0301]: allocation in a loop into a region that outlives the loop
; CHECK: error[R0201]: region is still open when the function returns
; CHECK: help: end `%region` before this way out with `call void @croft.pop(ptr %region)`
; CHECK: note: there is no debug information, so places have no lines; compile with -g
; CHECK: error: croft: 2 errors in this module
; CHECK-NOT: panicked
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @left_open() nounwind {
  %region = call ptr @croft.push()
  ret void
}

define void @leaking(i1 %again) nounwind {
entry:
  %region = call ptr @croft.push()
  br label %loop
loop:
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %region)
  ret void
}
