; a callee resets its region and then reads through its other argument, which leads into that region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %v = call i64 @clean(ptr %r, ptr %p) ; error: R0403 "clean"
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal i64 @clean(ptr %r, ptr %p) nounwind noinline {
  call void @croft.reset(ptr %r)
  %v = load i64, ptr %p
  ret i64 %v
}
