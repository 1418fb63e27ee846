; 64-bit sizes where nothing is said of the target, which then has 64-bit pointers

declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i64 %n) nounwind {
  %r = call ptr @croft.push.bounded(i64 %n)
  %p = call ptr @croft.alloc(ptr %r, i64 %n, i64 8)
  call void @croft.pop(ptr %r)
  ret void
}
