; a function that nobody described is given a pointer into a region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @other(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @other(ptr %p) ; error: R0902 "`other`"
  call void @croft.pop(ptr %r)
  ret void
}
