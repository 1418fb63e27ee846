; a caller uses objects of a region that a callee opened and handed over, until it ends that region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @begin()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 3, ptr %p
  %v = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal ptr @begin() nounwind noinline {
  %r = call ptr @croft.push()
  %warm = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 0, ptr %warm
  ret ptr %r
}
