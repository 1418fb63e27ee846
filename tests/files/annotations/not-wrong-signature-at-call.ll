; a target with 32-bit pointers has 32-bit sizes
target datalayout = "e-m:e-p:32:32-i64:64-n32-S128"
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i32, i32) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i32 8, i32 8)
  call void @croft.pop(ptr %r)
  ret void
}
