; an array on the stack carries pointers over the end of their region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main(i64 %i) nounwind {
  %slots = alloca [4 x ptr]
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %at = getelementptr [4 x ptr], ptr %slots, i64 0, i64 %i
  store ptr %p, ptr %at
  call void @croft.pop(ptr %r)
  %q = load ptr, ptr %slots
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}
