; the result is a pointer, and nonnull may be said of it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare nonnull ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %x = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %x
}
