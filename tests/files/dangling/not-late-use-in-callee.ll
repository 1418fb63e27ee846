; the callee reads first, and another caller's argument leads elsewhere

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %other = alloca i64
  store i64 7, ptr %other
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %v = call i64 @read_and_clean(ptr %r, ptr %p)
  %w = call i64 @clean(ptr %r, ptr %other)
  call void @croft.pop(ptr %r)
  %sum = add i64 %v, %w
  ret i64 %sum
}

define internal i64 @clean(ptr %r, ptr %p) nounwind noinline {
  call void @croft.reset(ptr %r)
  %v = load i64, ptr %p
  ret i64 %v
}

define internal i64 @read_and_clean(ptr %r, ptr %p) nounwind noinline {
  %v = load i64, ptr %p
  call void @croft.reset(ptr %r)
  ret i64 %v
}
