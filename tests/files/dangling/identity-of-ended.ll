; a function that returns its argument hands a dangling pointer on as it was

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.pop(ptr %r)
  %q = call ptr @same(ptr %p)
  %v = load i64, ptr %q ; error: R0403
  ret i64 %v
}

define internal ptr @same(ptr %p) nounwind noinline {
  %q = getelementptr i8, ptr %p, i64 0
  ret ptr %q
}
