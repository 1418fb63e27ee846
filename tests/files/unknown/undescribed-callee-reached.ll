; a function may not keep its argument, but what that points to leads into a region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @other(ptr captures(none)) nounwind

define void @main() nounwind {
  %s = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %s
  call void @other(ptr %s) ; error: R0902
  call void @croft.pop(ptr %r)
  ret void
}
