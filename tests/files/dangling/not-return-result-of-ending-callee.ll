; a callee that ends its region parameter and returns a number read before is right

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %v = call i64 @last(ptr %r)
  ret i64 %v
}

define internal i64 @last(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %v = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %v
}
