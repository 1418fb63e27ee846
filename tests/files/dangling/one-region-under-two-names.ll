; a callee resets one of two regions and goes on with the other: the caller passes the same one twice

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %v = call i64 @work(ptr %r, ptr %r) ; error: R0404
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal i64 @work(ptr %a, ptr %b) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.reset(ptr %b)
  %v = load i64, ptr %p
  ret i64 %v
}
