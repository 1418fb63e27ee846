; the result of a callee that ends its region parameter and returns an object of that region is dangling at birth

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @last(ptr %r)
  %v = load i64, ptr %p ; error: R0403
  ret i64 %v
}

define internal ptr @last(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.pop(ptr %r)
  ret ptr %p
}
