; an object of the younger region points into a region that is reset, and the pointer is followed after that

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %old = call ptr @croft.push()
  %young = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %old, i64 8, i64 8)
  store i64 1, ptr %p
  %box = call ptr @croft.alloc(ptr %young, i64 8, i64 8)
  store ptr %p, ptr %box
  call void @croft.reset(ptr %old)
  %q = load ptr, ptr %box
  %v = load i64, ptr %q ; error: R0907
  call void @croft.pop(ptr %young)
  call void @croft.pop(ptr %old)
  ret i64 %v
}
