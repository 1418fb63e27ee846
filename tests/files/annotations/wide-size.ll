; 64-bit sizes on a target with 32-bit pointers
target datalayout = "e-m:e-p:32:32-i64:64-n32-S128"
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0102
  call void @croft.pop(ptr %r)
  ret void
}
