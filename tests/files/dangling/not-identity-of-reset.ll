; a callee that resets first and allocates then returns a live object

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @fresh(ptr %r)
  %v = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal ptr @fresh(ptr %r) nounwind noinline {
  call void @croft.reset(ptr %r)
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  ret ptr %p
}
