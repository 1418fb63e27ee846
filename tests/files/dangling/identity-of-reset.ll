; the same for a reset inside the callee: what it returns has ended

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @stale(ptr %r)
  %v = load i64, ptr %p ; error: R0403
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal ptr @stale(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.reset(ptr %r)
  ret ptr %p
}
