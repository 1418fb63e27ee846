; optimised code copies a structure as an integer, within the function

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main(ptr %out) nounwind {
  %box = alloca ptr
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %box
  %bits = load i64, ptr %box
  %copy = alloca ptr
  store i64 %bits, ptr %copy
  call void @croft.pop(ptr %r)
  ret i64 0
}
